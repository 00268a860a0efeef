"""Make text of the catalog and of Traede harmless where it is shown."""

from __future__ import annotations

import re

# Controls (C0, DEL, C1), soft hyphen, zero width and direction marks, line and
# paragraph separators, the byte order mark, invisible tags, lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
# What a runner of GitHub obeys in the log of a step: "##[" anywhere in a line, "::"
# where a line begins; and a line may begin after each blank.
_OBEYED = re.compile(r"(?<=##)\[|(?<!\S):(?=:[A-Za-z])")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def terminal(text: str) -> str:
    """`text` on one line, with what a terminal, or the log of a pipeline, would obey or
    hide written out."""
    return _OBEYED.sub(_written_out, _HIDDEN.sub(_written_out, text))


def _written_out(match: re.Match[str]) -> str:
    char = match[0]
    number = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


# --- Markdown ----------------------------------------------------------------------

# A word stands as it is only where nothing in it means anything to GitHub or GitLab,
# before or after Markdown: letters, digits, what is not ASCII, and plain punctuation.
# (One class of characters: with two that overlap, a long word takes for ever.)
_PLAIN = re.compile("[0-9A-Za-z\x80-\U0010ffff.,;:?!'\"()/%+=-]+")
_MEANT = re.compile(
    r"[^\W\d_]\.[^\W\d_]"  # www.example
    r"|(?<!\d):[^\s]|\d:[^\d]"  # https:, :smile:
    r"|//|^[^\w]*/\w|[%!][\"\w]"  # references and commands of GitLab
    r"|[A-Za-z]-\d"  # GH-1, and what else a repository makes a link of
    r"|(?<![0-9A-Za-z])[0-9A-Fa-f]{7,}(?![0-9A-Za-z])"  # commits
    r"|[+=-][+=-]"
)
_ALONE = {"+": "+", "-": "-", "=": "=", "/": "/", "%": "%", ">": "&gt;", "&": "&amp;"}
_STARTS = re.compile(r"[+=-](?= |$)|\d+(?=[.)](?: |$))")
_WORDS = re.compile(r"`[^`]+`[.,;:)]*(?!\S)|\S+")
_QUOTED = re.compile(r"`([^`]+)`([.,;:)]*)")


def markdown(text: str) -> str:
    """`text` on one line of Markdown, in a table or not: nothing in it is a link, a
    mention, a reference, HTML or markup. What could be stands as code, and so does
    what the text itself has between backticks."""
    parts: list[str] = []
    odd: list[str] = []
    for word in _WORDS.findall(terminal(text)):
        quoted = _QUOTED.fullmatch(word)
        plain = _ALONE.get(word, word if _is_plain(word) else "")
        if quoted:
            plain = code(quoted[1]) + quoted[2]
        if not plain:
            odd.append(word)
            continue
        if odd:
            parts.append(code(" ".join(odd)))
            odd = []
        parts.append(plain)
    if odd:
        parts.append(code(" ".join(odd)))
    line = " ".join(parts)
    # At the start of a line these would begin a list or underline a heading.
    found = _STARTS.match(line)
    if found is None:
        return line
    mark, rest = found[0], line[found.end() :]
    return f"{mark}\\{rest}" if mark.isdigit() else f"\\{line}"


def _is_plain(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and _MEANT.search(word) is None


def code(text: str) -> str:
    """`text` as a code span that ends where it should, in a table or not.

    A pipe cannot stand inside: a table would take it for the next cell.
    """
    pieces = (_span(piece) for piece in terminal(text).split("|"))
    return "&#124;".join(pieces)


def _span(text: str) -> str:
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    # One blank on both sides is not part of the text.
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text.strip() else "&nbsp;"
