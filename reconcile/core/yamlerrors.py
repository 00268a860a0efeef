"""Why the YAML parser stopped, in the words of the person who typed the file.

The parser's own sentence speaks of tokens and block mappings. It also points at where
it gave up, which is often behind the mistake. So only its two places are taken, and
the text around them is judged; the last resort is a sentence that is always true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from reconcile.core.traps import in_quotes, quoted


class Mistake(NamedTuple):
    """`end` is None where the rest of the line is meant."""

    start: int
    end: int | None
    rule: str
    message: str
    fix: str | None = None
    """What to type instead, where only one thing can be meant."""


_LINE = re.compile(r"[^\r\n]*")
_KEY_AND_VALUE = re.compile(
    r"""[ ]*(?:-[ ]+)*(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s#\[\]{}"'&*!|>%@`,][^\r\n]*?)"""
    r"[ \t]*:[ \t]+(?P<value>[^\s#][^\r\n]*)"
)
_ITEM_VALUE = re.compile(r"[ ]*(?:-[ ]+)+(?P<value>[^\s#][^\r\n]*)")
_KEY_GLUED = re.compile(r"[ ]*(?:- +)*[\w-]+(?P<colon>:)[^\s:/]")
_INDENT = re.compile(r"[ ]*(?:- +)*")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\[\s\S])*\"|'(?:[^']|'')*'")
_CUT = re.compile(r"[ \t](#[^\s#][^\r\n]*)")
_ITEM_END = re.compile(r"[,\]}\r\n]")
_CLOSERS = {"[": "]", "{": "}"}
_QUOTES = ("'", '"')
_BEGINS_A_TEXT = frozenset("[{&*@%`")
"""Behind these people write texts; a `-` or `|` may be a list or block gone wrong."""
_SPACE_AFTER_COLON = "a colon is followed by a space. Write a space after it"


class _Spot:
    """Where the parser stopped (`at`), and where what it was reading begins."""

    def __init__(self, text: str, at: int, context: int | None) -> None:
        self.text = text
        self.at = min(at, len(text))
        self.context = -1 if context is None else context
        self.char = text[self.at : self.at + 1]
        self.first = _line_start(text, self.at)
        self.line = _line(text, self.first)
        self.indent = len(self.line) - len(self.line.lstrip())
        self.leads = not text[self.first : self.at].strip()
        """Nothing but space is before it in the line."""
        self.opener = (
            text[self.context : self.context + 1] if context is not None else ""
        )

    def value(self) -> tuple[int, str]:
        """The value in this line, without the key before it and a comment."""
        for form in (_KEY_AND_VALUE, _ITEM_VALUE):
            match = form.match(self.text, self.first)
            if match and match.start("value") <= self.at:
                return match.start("value"), match["value"].split(" #")[0].rstrip()
        return self.at, ""

    def item(self) -> tuple[int, str]:
        """What stands here between the commas and brackets of a flow collection."""
        start = max(self.text.rfind(mark, 0, self.at) for mark in "[{,") + 1
        colon = self.text.find(": ", start, self.at)
        start = start if colon < 0 else colon + 2
        match = _ITEM_END.search(self.text, max(self.at, start))
        text = self.text[start : match.start() if match else None]
        return start + len(text) - len(text.lstrip()), text.strip()


def explain(text: str, at: int, context: int | None) -> Mistake:
    """What to say about the error that the parser met at the offset `at`."""
    spot = _Spot(text, at, context)
    for judge in _JUDGES:
        mistake = judge(spot)
        if mistake is not None:
            return mistake
    return Mistake(
        spot.at,
        spot.at + 1,
        "yaml-syntax",
        "from here on this cannot be read as YAML. Look for a missing quote, bracket "
        "or colon here and in the line above, and put a text with special characters "
        "in quotes",
    )


# The judges, in the order in which they are asked.


def _blank_indent(spot: _Spot) -> Mistake | None:
    indent = spot.line[: spot.indent]
    start = spot.first + len(indent) - len(indent.lstrip(" "))
    if "\t" in indent:
        rule, what = "tab-indentation", "a tab"
    elif indent.strip(" "):
        rule, what = "invisible-space", "a non-breaking space"
    else:
        return None
    return Mistake(
        start,
        spot.first + len(indent),
        rule,
        f"this line is indented with {what}. Write spaces, two for each level",
    )


def _document(spot: _Spot) -> Mistake | None:
    if spot.line.startswith("%"):
        return Mistake(
            spot.first,
            None,
            "yaml-directive",
            'a line that begins with "%" is an order to the YAML reader. '
            "Remove this line",
        )
    above = _above(spot)
    ends = [start for start in (above, spot.first) if start is not None]
    end = next((at for at in ends if _line(spot.text, at).rstrip() == "..."), None)
    if end is not None:
        return Mistake(
            end,
            end + 3,
            "several-documents",
            '"..." ends the file, the lines below it would be lost. Remove this line',
        )
    return None


def _quote(spot: _Spot) -> Mistake | None:
    """Inside a quoted text that is not closed, or has a wrong backslash."""
    if spot.opener not in _QUOTES or _QUOTED.match(spot.text, spot.context, spot.at):
        return None
    slash = spot.text.rfind("\\", spot.context, spot.at + 1)
    if spot.opener == '"' and 0 <= spot.at - slash <= 2 and spot.at < len(spot.text):
        return Mistake(
            slash,
            slash + 2,
            "unknown-escape",
            "in double quotes a backslash begins a code. "
            "Write \\\\ for a backslash, or take single quotes",
        )
    return _unclosed_quote(spot.context, spot.opener)


def _missing(spot: _Spot) -> Mistake | None:
    """A colon, a comma or a closing bracket with nothing before it."""
    if spot.context != spot.at and not spot.leads:
        return None
    before = spot.text[: spot.at].rstrip()[-1:]
    if spot.char == ":":
        return Mistake(
            spot.at,
            spot.at + 1,
            "empty-key",
            "a key is missing before this colon. Write the name of the field",
        )
    if spot.char == "," and before and before in ",[{":
        return Mistake(
            spot.at,
            spot.at + 1,
            "yaml-syntax",
            "there is nothing before this comma. Remove it, or write the value",
        )
    start = max(spot.text.rfind("["), spot.text.rfind("{"))
    if not spot.char and before in {"[", "{", ","} and start >= 0:
        return _unclosed_bracket(start, spot.text[start])
    if spot.char in _CLOSERS.values() and spot.leads and spot.opener not in _CLOSERS:
        return _no_bracket(spot)
    return None


def _cannot_begin(spot: _Spot) -> Mistake | None:
    """A value that begins with a character which has a meaning in YAML."""
    if spot.char and spot.char in "%@`,]}" and spot.context == spot.at:
        start = spot.at
    elif spot.opener and spot.opener in "&*|>!" and spot.context >= spot.first:
        start = spot.context
    elif spot.char in {"-", "?"} and spot.context < 0 and not spot.leads:
        start = spot.at
    else:
        return None
    here = _Spot(spot.text, start, None)
    found, text = here.value()
    if found != start or not text:
        end = _ITEM_END.search(spot.text, start)
        text = spot.text[start : end.start() if end else None].strip()
    return _needs_quotes(start, text)


def _bracket(spot: _Spot) -> Mistake | None:
    if spot.opener not in _CLOSERS:
        return None
    closer = _CLOSERS[spot.opener]
    cut = _CUT.search(spot.text, spot.context, spot.at)
    if cut:
        return Mistake(
            cut.start(1),
            None,
            "comment-cuts-text",
            f'" #" begins a comment, so the {closer} behind it is not seen. '
            "Write the text in quotes",
        )
    if spot.char in _CLOSERS.values():
        return Mistake(
            spot.at,
            spot.at + 1,
            "unclosed-bracket",
            f"{spot.opener} opens and {spot.char} closes. Write {closer} here",
        )
    if spot.first > spot.context or not spot.text[spot.at :].strip():
        return _unclosed_bracket(spot.context, spot.opener)
    return _in_brackets(spot)


def _in_brackets(spot: _Spot) -> Mistake:
    start, text = spot.item()
    if text.startswith(_QUOTES):
        return _after_quote(spot, start, text)
    if spot.char == ":":
        return Mistake(
            start,
            start + len(text),
            "quote-needed",
            f'": " stands inside a value. Write {quoted(text)}, in quotes, '
            "or a comma between two fields",
        )
    opened = _closed_before(spot)
    rest = spot.text[spot.at : start + len(text)]
    if opened >= 0 and spot.char not in _CLOSERS and ":" not in rest:
        return _needs_quotes(opened, spot.text[opened : start + len(text)])
    return Mistake(
        spot.at,
        spot.at + 1,
        "missing-comma",
        "a comma is missing before this. Write a comma, or put the text in quotes",
    )


def _closed_before(spot: _Spot) -> int:
    """Where the bracket opens that is closed right before; -1 without one."""
    closer = spot.text[: spot.at].rstrip()[-1:]
    opener = {"]": "[", "}": "{"}.get(closer)
    return spot.text.rfind(opener, 0, spot.at) if opener else -1


def _glued_colon(spot: _Spot) -> Mistake | None:
    """`{a:}`: the colon is a part of the text."""
    if spot.char != ":" or spot.context < spot.first:
        return None
    return Mistake(spot.at, spot.at + 1, "space-after-colon", _SPACE_AFTER_COLON)


def _value_text(spot: _Spot) -> Mistake | None:
    """`name: [NEW] Shirt`, `name: 'Men's shirt'`, `name: Shirt: red`."""
    start, text = spot.value()
    if not text or spot.leads or start == spot.at:
        return None
    if spot.char == ":" and spot.context < 0:
        return Mistake(
            start,
            start + len(text),
            "quote-needed",
            f'": " stands inside a text. Write {quoted(text)}, in quotes',
            _as_quoted(text),
        )
    if spot.char in _CLOSERS.values():
        return _no_bracket(spot)
    if text.startswith(_QUOTES):
        return _after_quote(spot, start, text)
    if text[0] in "[{*&!":
        return _needs_quotes(start, text)
    return None


def _lonely_text(spot: _Spot) -> Mistake | None:
    """A line that is neither `key: value` nor a part of the text above."""
    if not 0 <= spot.context < spot.first:
        return None
    first = _line_start(spot.text, spot.context)
    line = _line(spot.text, first)
    if first + _key_column(line) != spot.context or re.search(r":(\s|$)", line):
        return None
    return _no_colon(spot.text, first)


def _line_above(spot: _Spot) -> Mistake | None:
    """The mistake is in the line above: no colon, or no space after it."""
    first = _above(spot)
    if first is None or spot.char != ":" or spot.context >= 0:
        return None
    line = _line(spot.text, first)
    if re.search(r":(\s|$)", line):
        return None
    if _KEY_GLUED.match(line) or _key_column(line) == spot.indent:
        return _no_colon(spot.text, first)
    return None


def _indentation(spot: _Spot) -> Mistake | None:
    is_item = spot.line.startswith("- ", spot.indent)
    columns = _columns_above(spot, items=is_item) or _columns_above(spot)
    if not columns or not (spot.leads or spot.char == ":"):
        return None
    start = spot.first + spot.indent
    if spot.indent in columns:
        if is_item == (spot.opener == "-"):
            return None
        message = (
            "a list item stands where a key is expected. Write it below its key and "
            "in line with the other items"
            if is_item
            else 'a list goes on here. Write "- " before this line, or more spaces if '
            "it belongs to the item above"
        )
        return Mistake(start, None, "indentation", message)
    wanted = min(columns, key=lambda column: (abs(column - spot.indent), -column))
    spaces = "1 space" if wanted == 1 else f"{wanted or 'no'} spaces"
    return Mistake(
        start,
        None,
        "indentation",
        f"this line is not in line with those above. Write {spaces} before it, "
        f"as in line {columns[wanted]}",
    )


_JUDGES: tuple[Callable[[_Spot], Mistake | None], ...] = (
    _blank_indent,
    _document,
    _quote,
    _missing,
    _cannot_begin,
    _bracket,
    _glued_colon,
    _value_text,
    _lonely_text,
    _line_above,
    _indentation,
)


# Sentences that several judges share.


def _needs_quotes(start: int, text: str) -> Mistake:
    return Mistake(
        start,
        start + len(text),
        "quote-needed",
        f'"{text[:1]}" at the start of a value has a meaning in YAML. '
        f"Write {quoted(text)}, in quotes",
        _as_quoted(text) if text[:1] in _BEGINS_A_TEXT else None,
    )


def _as_quoted(text: str) -> str | None:
    """Not where the text has quotes of its own, which may be the mistake."""
    return None if any(mark in text for mark in _QUOTES) else in_quotes(text)


def _after_quote(spot: _Spot, start: int, text: str) -> Mistake:
    """Text goes on behind a closing quote, or an earlier quote is not closed."""
    mark = text[:1]
    if _QUOTED.fullmatch(text):
        return _unclosed_quote(max(spot.text.rfind(mark, 0, start), 0), mark)
    inner = text[1:-1] if len(text) > 1 and text.endswith(mark) else text
    return Mistake(
        start,
        start + len(text),
        "quote-needed",
        f"the text ends at the second {mark}, and more follows. Write {quoted(inner)}",
        _inner_quotes(inner, mark) if len(inner) == len(text) - 2 else None,
    )


def _inner_quotes(inner: str, mark: str) -> str | None:
    """`'Men's shirt'`, but not `'a', 'b'`, which may have been a list."""
    alone = re.search(rf"\w{mark}\w|\d{mark}", inner)
    return in_quotes(inner) if alone and inner.count(mark) == 1 else None


def _unclosed_quote(start: int, mark: str) -> Mistake:
    return Mistake(
        start,
        None,
        "unclosed-quote",
        f"the quote that opens here is never closed. Write {mark} at the end of "
        "the text",
    )


def _unclosed_bracket(start: int, opener: str) -> Mistake:
    return Mistake(
        start,
        start + 1,
        "unclosed-bracket",
        f"the {opener} that opens here is never closed. Write {_CLOSERS[opener]} after "
        "the last value, and a comma between the values",
    )


def _no_bracket(spot: _Spot) -> Mistake:
    return Mistake(
        spot.at,
        spot.at + 1,
        "unclosed-bracket",
        f"no bracket is open here. Remove this {spot.char}",
    )


def _no_colon(text: str, first: int) -> Mistake:
    line = _line(text, first)
    if glued := _KEY_GLUED.match(line):
        at = first + glued.start("colon")
        return Mistake(at, at + 1, "space-after-colon", _SPACE_AFTER_COLON, ": ")
    column = _key_column(line)
    shown = line[column:].split(" #")[0].rstrip()
    if shown.startswith("-") and not shown.startswith("--"):
        message = f'a list item begins with "- ". Write - {shown[1:]}'
    else:
        message = (
            f"{quoted(shown)} is no field and belongs to no text. Write it as "
            "name: value, or with more spaces before it if the text above goes on"
        )
    return Mistake(first + column, None, "no-colon", message)


# Lines.


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line(text: str, first: int) -> str:
    match = _LINE.match(text, first)
    return match[0] if match else ""


def _key_column(line: str) -> int:
    match = _INDENT.match(line)
    return match.end() if match else 0


def _lines_above(spot: _Spot) -> Iterator[tuple[int, int]]:
    """Number and start of the lines above, the nearest first; no blanks, comments."""
    text = spot.text[: spot.first]
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]
    for number in range(len(starts) - 1, 0, -1):
        start = starts[number - 1]
        stripped = _line(text, start).strip()
        if stripped and not stripped.startswith("#"):
            yield number, start


def _above(spot: _Spot) -> int | None:
    return next((start for _, start in _lines_above(spot)), None)


def _columns_above(spot: _Spot, *, items: bool = False) -> dict[int, int]:
    """The indentations that are open here, of list items only if asked, with a line."""
    columns: dict[int, int] = {}
    least = len(spot.text)
    for number, first in _lines_above(spot):
        line = _line(spot.text, first)
        leading = len(line) - len(line.lstrip())
        found = (leading,) if items else (_key_column(line), leading)
        for column in found if not items or line.startswith("- ", leading) else ():
            if column < least:
                least = column
                columns[column] = number
        if leading == 0:
            break
    return columns
