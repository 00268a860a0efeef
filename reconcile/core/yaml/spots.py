"""The place where the YAML parser stopped, and the lines around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reconcile.core.yaml.fieldwords import FIELDS, holds_text
from reconcile.core.yaml.traps import in_quotes, quoted


class Mistake(NamedTuple):
    """`end` is None where the rest of the line is meant."""

    start: int
    end: int | None
    rule: str
    message: str
    fix: str | None = None
    """What to type instead, where only one thing can be meant."""
    over: tuple[int, int] | None = None
    """The characters it is typed over, where it is not those that are marked."""


QUOTES = ("'", '"')
CLOSERS = {"[": "]", "{": "}"}
ITEM_END = re.compile(r"[,\]}\r\n]")
_BEGINS_A_TEXT = frozenset("[{&*@%`")
"""Behind these people write texts; a `-` or `|` may be a list or block gone wrong."""
_OWNER = re.compile(r"(?P<key>\w+)[\"']?[ \t]*:[ \t]+\Z")
_FIELD = re.compile(r"(?P<key>\w+):(?=\s|\Z)")
_LINE = re.compile(r"[^\r\n]*")
_INDENT = re.compile(r"[ ]*(?:- +)*")
_COMMENT = re.compile(r"\s#(?:\s|$)")
_KEY_AND_VALUE = re.compile(
    r"""[ ]*(?:-[ ]+)*(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s#\[\]{}"'&*!|>%@`,][^\r\n]*?)"""
    r"[ \t]*:[ \t]+(?P<value>[^\s#][^\r\n]*)"
)
_ITEM_VALUE = re.compile(r"[ ]*(?:-[ ]+)+(?P<value>[^\s#][^\r\n]*)")


class Spot:
    """Where the parser stopped (`at`), and where what it was reading begins."""

    def __init__(self, text: str, at: int, context: int | None) -> None:
        self.text = text
        self.at = min(at, len(text))
        self.context = -1 if context is None else context
        self.char = text[self.at : self.at + 1]
        self.first = line_start(text, self.at)
        self.line = line_of(text, self.first)
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
                return match.start("value"), without_comment(match["value"])
        return self.at, ""

    def item(self) -> tuple[int, str]:
        """What stands here between the commas and brackets of a flow collection."""
        start = max(self.text.rfind(mark, 0, self.at) for mark in "[{,") + 1
        colon = self.text.find(": ", start, self.at)
        start = start if colon < 0 else colon + 2
        match = ITEM_END.search(self.text, max(self.at, start))
        text = self.text[start : match.start() if match else None]
        return start + len(text) - len(text.lstrip()), text.strip()


# Sentences that several judges share.


def needs_quotes(spot: Spot, start: int, text: str) -> Mistake:
    if more := _behind_collection(spot, start, text):
        return more
    # With a colon or comma inside it may as well be a list with a mistake.
    sure = text[:1] in _BEGINS_A_TEXT and not re.search(r":(\s|\Z)", text)
    sure = sure and not (text[:1] in CLOSERS and _closed(text) is None)
    return Mistake(
        start,
        start + len(text),
        "quote-needed",
        f'"{text[:1]}" at the start of a value has a meaning in YAML. '
        f"Write {quoted(text)}, in quotes",
        as_quoted(spot, start, text) if sure else None,
    )


def as_quoted(spot: Spot, start: int, text: str) -> str | None:
    """Not where the text has quotes of its own, which may be the mistake, where a
    comment may begin in it, or a bracket of it is alone, and not in a field that is
    no text."""
    unclear = any(mark in text for mark in QUOTES) or " #" in text or "\n" in text
    alone = any(text.count(one) != text.count(CLOSERS[one]) for one in CLOSERS)
    sure = holds_text(owner(spot.text, start))
    return in_quotes(text) if sure and not unclear and not alone else None


def owner(text: str, start: int) -> str | None:
    """The field whose value begins here; None for the items of a list."""
    found = _OWNER.search(text[:start][-80:])
    return found["key"] if found else None


def _behind_collection(spot: Spot, start: int, text: str) -> Mistake | None:
    """`tags: [a, b] noos: true`, `attributes: {Size: S}x`."""
    end = _closed(text)
    if end is None:
        if text[:1] in CLOSERS and re.search(r"[,:](\s|\Z)", text):
            return unclosed_bracket(start, text[0])
        return None
    inner, rest = text[1:end], text[end + 1 :].strip()
    collection = not holds_text(owner(spot.text, start))
    if not rest or not (collection or re.search(r"[,:]\s", inner)):
        return None
    found = _FIELD.match(rest)
    if found and found["key"] in FIELDS:
        where = start + len(text) - len(rest)
        message = (
            f"one field stands on each line. Write {found['key']}: on the next one"
        )
        return Mistake(where, where + len(found["key"]), "two-fields", message)
    where = start + len(text) - len(rest)
    return Mistake(
        where,
        start + len(text),
        "yaml-syntax",
        f"the {text[0]} that opens before this is closed here. Take {quoted(rest)} "
        f"out, or write {quoted(text)} in quotes if it is a text",
    )


def _closed(text: str) -> int | None:
    """Where the bracket is closed that the text begins with."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in CLOSERS) - (char in CLOSERS.values())
        if depth == 0:
            return at if at else None
    return None


def open_bracket(text: str) -> str | None:
    """The innermost bracket that is open at the end of the text."""
    opened: list[str] = []
    for char in text:
        if char in CLOSERS:
            opened.append(char)
        elif opened and char == CLOSERS[opened[-1]]:
            opened.pop()
    return opened[-1] if opened else None


def unclosed_bracket(start: int, opener: str) -> Mistake:
    return Mistake(
        start,
        start + 1,
        "unclosed-bracket",
        f"the {opener} that opens here is never closed. Write {CLOSERS[opener]} after "
        "the last value, and a comma between the values",
    )


# Lines.


def without_comment(text: str) -> str:
    return _COMMENT.split(text, maxsplit=1)[0].rstrip()


def line_start(text: str, at: int) -> int:
    before = text.rfind("\n", 0, at) + 1
    return max(before, text.rfind("\r", before, at) + 1)


def line_of(text: str, first: int) -> str:
    match = _LINE.match(text, first)
    return match[0] if match else ""


def key_column(line: str) -> int:
    match = _INDENT.match(line)
    return match.end() if match else 0


def lines_above(spot: Spot) -> Iterator[tuple[int, int]]:
    """Number and start of the lines above, the nearest first; no blanks, comments."""
    starts = _line_starts(spot.text)
    for number in range(bisect_left(starts, spot.first), 0, -1):
        start = starts[number - 1]
        stripped = line_of(spot.text, start).strip()
        if stripped and not stripped.startswith("#"):
            yield number, start


@lru_cache(maxsize=2)
def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def above(spot: Spot) -> int | None:
    return next((start for _, start in lines_above(spot)), None)


def columns_above(spot: Spot, *, items: bool = False) -> dict[int, int]:
    """The indentations that are open here, of list items only if asked, with a line."""
    columns: dict[int, int] = {}
    least = len(spot.text)
    for number, first in lines_above(spot):
        line = line_of(spot.text, first)
        leading = len(line) - len(line.lstrip())
        found = (leading,) if items else (key_column(line), leading)
        for column in found if not items or line.startswith("- ", leading) else ():
            if column < least:
                least = column
                columns[column] = number
        if leading == 0:
            break
    return columns
