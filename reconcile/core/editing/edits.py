"""Edits of one YAML file as values, and what the file says once they are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as List
from dataclasses import dataclass
from typing import Final

from reconcile.core.importing.emit import Items, Map, Text, Word
from reconcile.core.problems import Location
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.errors import ReconcileError

Value = Text | Word | Map | Items
Path = tuple[str | int, ...]
"""Keys and places in lists from the root of the file, as it is before any edit."""


@dataclass(frozen=True, slots=True)
class Put:
    """Another value where there is one."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Insert:
    """A key that the mapping does not have; `path` ends in it.

    `order` names fields in the order in which people read them: the key goes behind
    the last of those before it that are there. Not named, it goes to the end.
    """

    path: Path
    value: Value
    order: List[str] = ()


@dataclass(frozen=True, slots=True)
class InsertItem:
    """An entry of the list at `path`, before the one that is at `at` now."""

    path: Path
    at: int
    value: Value


@dataclass(frozen=True, slots=True)
class Remove:
    """A key with its value, or an entry of a list."""

    path: Path


@dataclass(frozen=True, slots=True)
class RenameKey:
    path: Path
    key: str


Edit = Put | Insert | InsertItem | Remove | RenameKey


class CannotEdit(ReconcileError):
    """A person has to do it; `where` is the value, the message says why."""

    def __init__(self, where: Location, why: str) -> None:
        super().__init__(f"{where}: {why}", hint="Edit this value by hand.")
        self.where = where
        self.why = why


def expected(node: Node, edits: Iterable[Edit]) -> Value:
    """The tree with exactly these edits done, worked out without any text."""
    return _Expecting(edits).value(node, ())


def reads_as(node: Node | None, value: Value) -> bool:
    """Whether a file says exactly this; the order of keys says nothing."""
    match value:
        case Text(text, as_written):
            return (
                isinstance(node, Scalar)
                and node.text == text
                and (as_written or not is_word(node))
            )
        case Word(text):
            return (
                isinstance(node, Scalar)
                and is_word(node)
                and (node.text == text or {node.text, text} <= _NULLS)
            )
        case Map(entries):
            return isinstance(node, MapNode) and _same_entries(node, entries)
        case Items(items):
            if isinstance(node, Scalar | MapNode | None):
                return False
            return len(node.items) == len(items) and all(
                map(reads_as, node.items, items)
            )


def is_word(node: Scalar) -> bool:
    """Whether YAML takes it for a number, a yes or no, or nothing."""
    return node.style == "plain" and not isinstance(node.plain_value(), str)


_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))


def _same_entries(node: MapNode, entries: Mapping[str, Value]) -> bool:
    found = {key.text: value for key, value in node.items}
    return found.keys() == entries.keys() and all(
        reads_as(found[key], value) for key, value in entries.items()
    )


class _Expecting:
    def __init__(self, edits: Iterable[Edit]) -> None:
        self.put: dict[Path, Value] = {}
        self.keys: dict[Path, str] = {}
        self.removed: set[Path] = set()
        self.new: dict[Path, dict[str, Value]] = {}
        self.items: dict[Path, list[tuple[int, Value]]] = {}
        for edit in edits:
            self._note(edit)

    def _note(self, edit: Edit) -> None:
        match edit:
            case Put(path, value):
                self.put[path] = value
            case Insert(path, value):
                self.new.setdefault(path[:-1], {})[str(path[-1])] = value
            case InsertItem(path, at, value):
                self.items.setdefault(path, []).append((at, value))
            case Remove(path):
                self.removed.add(path)
            case RenameKey(path, key):
                self.keys[path] = key

    def value(self, node: Node, path: Path) -> Value:
        if path in self.put:
            return self.put[path]
        if isinstance(node, Scalar):
            return Word(node.text) if is_word(node) else Text(node.text)
        if isinstance(node, MapNode):
            return Map(dict(self._entries(node, path)))
        return Items([*self._items(node.items, path)])

    def _entries(self, node: MapNode, path: Path) -> Iterator[tuple[str, Value]]:
        for key, value in node.items:
            below = (*path, key.text)
            if below not in self.removed:
                yield self.keys.get(below, key.text), self.value(value, below)
        yield from self.new.get(path, {}).items()

    def _items(self, nodes: List[Node], path: Path) -> Iterator[Value]:
        added = self.items.get(path, [])
        for at, item in enumerate(nodes):
            yield from (value for before, value in added if before == at)
            if (*path, at) not in self.removed:
                yield self.value(item, (*path, at))
        yield from (value for before, value in added if before >= len(nodes))
