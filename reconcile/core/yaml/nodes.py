"""The tree of one YAML file: every node knows its text and its place.

Nodes keep only offsets. Line and column are worked out when somebody asks, which is
when there is a problem to point at, so that loading a good catalog does not pay.
All keys are text: `1` and `"1"` are the same key. Values are YAML 1.2 core values:
`NO`, `on` and `2027-01-04` are text.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence as Path
from decimal import Decimal
from typing import Any, Literal

from reconcile.core.problems import Location

Style = Literal["plain", "single", "double", "literal", "folded"]
PlainValue = str | int | float | bool | None

LONGEST_NUMBER = 300
"""Digits beyond this are text; int() itself refuses from 4300 on."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NUMBER_STARTS = frozenset("0123456789+-.")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Source:
    """The text of a file, and where offsets in it are."""

    __slots__ = ("_starts", "file", "sent", "text")

    def __init__(self, file: str, text: str, *, sent: bool = True) -> None:
        self.file = file
        self.text = text
        self.sent = sent
        """Whether it is a file of a catalog, whose values travel to Traede."""
        self._starts: list[int] | None = None

    def line(self, number: int) -> str:
        """One line, counted from 1, with its line end."""
        starts = self._lines()
        after = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : after]

    def offset(self, where: Location) -> int:
        """Where a place begins in the text."""
        return self._lines()[where.line - 1] + where.column - 1

    def _lines(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(m.end() for m in _LINE_END.finditer(self.text))]
        return self._starts

    def location(self, start: int, end: int | None = None) -> Location:
        """The characters from `start` to `end`, or to the end of the line."""
        starts = self._lines()
        line = bisect_right(starts, start)
        first = starts[line - 1]
        after = starts[line] if line < len(starts) else len(self.text)
        last = after if end is None else min(end, after)
        marked = self.text[start:last]
        length = len(marked.rstrip() or marked.rstrip("\r\n"))
        return Location(self.file, line, start - first + 1, max(length, 1))


class _Node:
    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def location(self) -> Location:
        return self.source.location(self.start, self.end)

    @property
    def raw(self) -> str:
        """As written, with its quotes; anchors are not part of it."""
        return self.source.text[self.start : self.end]


class Scalar(_Node):
    __slots__ = ("style", "text")

    def __init__(
        self, source: Source, start: int, end: int, text: str, style: Style
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.text = text
        self.style = style

    def __repr__(self) -> str:
        return f"Scalar({self.raw!r} at {self.location})"

    def plain_value(self) -> PlainValue:
        """What YAML 1.2 says; infinity, not-a-number and the endless stay text."""
        text = self.text
        if self.style != "plain":
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS or len(text) > LONGEST_NUMBER:
            return text
        return _number(text)

    def decimal(self) -> Decimal | None:
        """The exact number, never through a binary float; None for all else."""
        if self.style != "plain" or len(self.text) > LONGEST_NUMBER:
            return None
        return Decimal(self.text) if _FLOAT.fullmatch(self.text) else None


class Mapping(_Node):
    __slots__ = ("_entries", "items")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        entries: dict[str, tuple[Scalar, Node]],
    ) -> None:
        super().__init__(source, start, end)
        self._entries = entries
        self.items: list[tuple[Scalar, Node]] = list(entries.values())

    def __repr__(self) -> str:
        return f"Mapping({list(self._entries)} at {self.location})"

    @property
    def location(self) -> Location:
        """A flow mapping is marked whole, a block mapping at its first key."""
        if self.items and self.items[0][0].start == self.start:
            return self.items[0][0].location
        return super().location

    def get(self, key: str) -> Node | None:
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def key_node(self, key: str) -> Scalar | None:
        entry = self._entries.get(key)
        return None if entry is None else entry[0]


class Sequence(_Node):
    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int, items: list[Node]) -> None:
        super().__init__(source, start, end)
        self.items = items

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)} items at {self.location})"

    @property
    def location(self) -> Location:
        """A flow sequence is marked whole, a block sequence at its first dash."""
        if self.source.text.startswith("-", self.start):
            return self.source.location(self.start, self.start + 1)
        return super().location


Node = Scalar | Mapping | Sequence


def to_plain(node: Node | None) -> Any:
    """What a JSON Schema validator wants to see."""
    if isinstance(node, Scalar):
        return node.plain_value()
    if isinstance(node, Mapping):
        return {key.text: to_plain(value) for key, value in node.items}
    if isinstance(node, Sequence):
        return [to_plain(item) for item in node.items]
    return None


def find(node: Node, path: Path[str | int]) -> Node:
    """The value at `path`, or the innermost node on the way that exists."""
    for step in path:
        child = _child(node, step)
        if child is None:
            return node
        node = child
    return node


def find_key(node: Node, path: Path[str | int]) -> Scalar | None:
    """The key that the last step of `path` names; None for list items."""
    if not path:
        return None
    parent = find(node, path[:-1])
    return parent.key_node(str(path[-1])) if isinstance(parent, Mapping) else None


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(str(step))
    if isinstance(node, Sequence) and isinstance(step, int):
        return node.items[step] if 0 <= step < len(node.items) else None
    return None


def _number(text: str) -> str | int | float:
    if _INT.fullmatch(text):
        return int(text, _base(text))
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _base(text: str) -> int:
    return {"0o": 8, "0x": 16}.get(text[:2], 10)
