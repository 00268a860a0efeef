"""Where things end and what belongs to them: comments, colons, dashes.

# about b              ─┐ its own comment: right above, just as far in
b: 1  # inline          │ the entry `b`
  # deeper             ─┘ belongs to it too

# about c              ─┐ of the next entry
c: 2
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from reconcile.core.editing.edits import CannotEdit, Path
from reconcile.core.problems import Location, errors
from reconcile.core.yaml.nodes import Mapping, Node, Scalar, Sequence, Source
from reconcile.core.yaml.text import parse

MARK: Final = "\ufeff"
"""Some editors begin a file with it; it is no part of the tree."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_COLON: Final = re.compile(r"\s*:")
_ALIAS: Final = re.compile(r"\s*:\s*\*[^\s,\[\]{}]+")


@dataclass(frozen=True, slots=True)
class Held:
    """One key with its value, or one item: how far it reaches in the text."""

    start: int
    """Of the key, or of the dash in a block list."""
    head: int
    """Behind the colon or the dash; in a flow list where the value begins."""
    _end: Callable[[], int]

    @property
    def end(self) -> int:
        """Behind the last character of the value, comments not counted. Raises
        CannotEdit where an alias is in the way."""
        return self._end()


class Document:
    """One file: its tree, and the places in its text that edits need.

    Raises CannotEdit for a file with problems: what it says is not certain.
    """

    def __init__(self, text: str, file: str) -> None:
        parsed = parse(text, file)
        for wrong in errors(parsed.problems)[:1]:
            raise CannotEdit(wrong.where, wrong.message)
        self.mark = MARK if text.startswith(MARK) else ""
        self.text = text.removeprefix(MARK)
        self.file = file
        self.root = parsed.root
        self._source = Source(file, self.text)
        first = _LINE_END.search(self.text)
        self.line_end = first[0] if first else "\n"
        self._paths: dict[tuple[int, int, bool], Path] = {}
        self._shared: set[int] = set()
        if self.root is not None:
            self._walk(self.root, (), set())

    def _walk(self, node: Node, path: Path, seen: set[int]) -> None:
        if id(node) in seen:
            self._shared.add(id(node))
            return
        seen.add(id(node))
        self._paths.setdefault(_place(node), path)
        if isinstance(node, Mapping):
            for key, value in node.items:
                self._paths.setdefault(_place(key), (*path, key.text))
                self._walk(value, (*path, key.text), seen)
        elif isinstance(node, Sequence):
            for at, item in enumerate(node.items):
                self._walk(item, (*path, at), seen)

    # finding

    def path_of(self, node: Node) -> Path:
        """Where a node of an earlier reading of the same text is; a key is where its
        value is."""
        return self._paths[_place(node)]

    def node(self, path: Path) -> Node:
        """The value there. Raises CannotEdit where an alias stands for it."""
        node = self.root
        for step in path:
            below = child(node, step)
            if below is None:
                raise KeyError(path)
            self.not_shared(below)
            node = below
        if node is None:
            raise KeyError(path)
        return node

    def has(self, path: Path) -> bool:
        node = self.root
        for step in path:
            node = child(node, step)
        return node is not None

    def not_shared(self, node: Node) -> None:
        if id(node) in self._shared:
            raise CannotEdit(node.location, "it stands in several places (& and *)")

    def where(self, start: int) -> Location:
        return self._source.location(start)

    def in_flow(self, path: Path) -> bool:
        """Whether the value at a path stands between `{}` or `[]`."""
        return any(is_flow(self.node(path[:end])) for end in range(len(path)))

    # how far things reach

    def entries(self, path: Path) -> list[Held]:
        """The entries of the mapping or list there, in the order of the text."""
        node = self.node(path)
        if isinstance(node, Mapping):
            return [self._entry(key, value) for key, value in node.items]
        if isinstance(node, Sequence):
            for item in node.items:
                self.not_shared(item)
            return [*self._items(node)]
        return []

    def _entry(self, key: Scalar, value: Node) -> Held:
        colon = _COLON.match(self.text, key.end)
        if colon is None:
            raise CannotEdit(key.location, "it is not written as `key: value`")
        alias = _ALIAS.match(self.text, key.end)
        if alias:
            return Held(key.start, colon.end(), alias.end)
        if value.start == value.end:
            return Held(key.start, colon.end(), colon.end)
        return Held(key.start, colon.end(), partial(self.end_of, value))

    def _items(self, node: Sequence) -> Iterator[Held]:
        if is_flow(node):
            for item in node.items:
                yield Held(item.start, item.start, partial(self.end_of, item))
            return
        column = self.column(node.start)
        dash = node.start
        for item in node.items:
            end = max(self.end_of(item), dash + 1)
            yield Held(dash, dash + 1, _already(end))
            dash = self._next_dash(end, column)

    def _next_dash(self, end: int, column: int) -> int:
        """Of the line below `end` that begins with a dash in this column."""
        for start in self._lines_below(end):
            dash = start + column
            if self.text[start : dash + 1] == " " * column + "-":
                return dash
        return len(self.text)

    def end_of(self, node: Node) -> int:
        """Behind the last character that belongs to a value."""
        if isinstance(node, Scalar):
            if node.style in ("literal", "folded"):
                return node.start + len(node.raw.rstrip())
            return node.end
        if is_flow(node) or not node.items:
            return node.end
        if isinstance(node, Mapping):
            return self._entry(*node.items[-1]).end
        for item in node.items:
            self.not_shared(item)
        *_, held = self._items(node)
        return held.end

    # lines and columns

    def line_start(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def end_of_line(self, at: int) -> int:
        """Of the line of `at`, before its line end."""
        found = _LINE_END.search(self.text, at)
        return found.start() if found else len(self.text)

    def next_line(self, at: int) -> int:
        found = _LINE_END.search(self.text, at)
        return found.end() if found else len(self.text)

    def column(self, at: int) -> int:
        return at - self.line_start(at)

    def stands_alone(self, at: int) -> bool:
        """Whether only spaces are before it on its line."""
        return not self.text[self.line_start(at) : at].strip(" ")

    def _lines_below(self, at: int) -> Iterator[int]:
        start = self.next_line(at)
        while start < len(self.text):
            yield start
            start = self.next_line(start)

    def _line(self, start: int) -> tuple[int, str]:
        """How far in a line begins, and what is on it."""
        line = self.text[start : self.end_of_line(start)]
        return len(line) - len(line.lstrip(" \t")), line.strip(" \t")

    # comments

    def below(self, end: int, column: int) -> int:
        """The first line below that does not belong to an entry in this column."""
        after = self.next_line(end)
        for start in self._lines_below(end):
            indent, line = self._line(start)
            if line.startswith("#") and indent > column:
                after = self.next_line(start)
            elif line:
                break
        return after

    def above(self, start: int, floor: int) -> int:
        """The line where an entry begins with the comments right above it; what is
        before `floor` belongs to others."""
        first = self.line_start(start)
        column = start - first
        while first:
            ends = 2 if self.text.endswith("\r\n", 0, first) else 1
            line = self.line_start(first - ends)
            indent, text = self._line(line)
            if line <= floor or indent != column or not text.startswith("#"):
                break
            first = line
        return first


def child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(str(step))
    if isinstance(node, Sequence) and isinstance(step, int):
        return node.items[step] if 0 <= step < len(node.items) else None
    return None


def is_flow(node: Node) -> bool:
    return not isinstance(node, Scalar) and node.source.text[node.start] in "{["


def _already(end: int) -> Callable[[], int]:
    return lambda: end


def _place(node: Node) -> tuple[int, int, bool]:
    return node.start, node.end, isinstance(node, Scalar)
