"""The text of a file as a tree that knows every place, and why it cannot be one.

text ──text.parse──▶ nodes, problems
       reader         one reading, on behind a mistake with one right answer
       mistakes       why the parser stopped, in words: brackets, nesting, lists,
                      tabs, quotes, keys, chars, anchors, conflicts
       traps          what YAML would do silently with what people type
"""
