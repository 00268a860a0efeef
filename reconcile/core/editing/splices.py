"""From edits to stretches of text that are replaced; everything else stays.

block, a key or item goes        whole lines, with the comments that are its own
block, a key or item comes       whole lines behind the one before it
flow, goes and comes             with one comma
a value changes                  its characters, and for block texts its lines
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as List
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from reconcile.core.editing.edits import (
    CannotEdit,
    Edit,
    Insert,
    InsertItem,
    Path,
    Put,
    Remove,
    RenameKey,
    Value,
    reads_as,
)
from reconcile.core.editing.places import Document, Held, child, is_flow
from reconcile.core.editing.scalars import HEADER, block_lines, in_place, key_in_place
from reconcile.core.importing.emit import (
    Items,
    Map,
    Text,
    behind,
    block_items,
    key_text,
    on_line,
)
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar, find_key


class Splice(NamedTuple):
    start: int
    end: int
    text: str
    depth: int = 0
    """Of several that come in at one place the deepest is first."""


def splices(document: Document, edits: Iterable[Edit]) -> list[Splice]:
    """What each edit replaces, in the order of the text. Raises CannotEdit."""
    containers: dict[Path, _Container] = defaultdict(_Container)
    found: list[Splice] = []
    for edit in edits:
        match edit:
            case Put(path, value):
                found += put(document, path, value)
            case RenameKey(path, key):
                found += _rename(document, path, key)
            case Remove(path):
                containers[path[:-1]].gone.add(_index(document, path))
            case Insert(path, value, order):
                at = _behind_which(document, path, order)
                containers[path[:-1]].new.append((at, str(path[-1]), value))
            case InsertItem(path, at, value):
                containers[path].new.append((at, None, value))
    for path, changes in containers.items():
        found += _contents(document, path, changes)
    found.sort(key=lambda one: (one.start, one.end, -one.depth))
    for one, other in pairwise(found):
        if one.end > other.start:
            raise CannotEdit(document.where(other.start), "two changes meet here")
    return found


# Values


def put(document: Document, path: Path, value: Value) -> Iterator[Splice]:
    """Another value in the place of the old one."""
    old = document.node(path)
    if reads_as(old, value):
        return
    if not path:
        raise CannotEdit(document.where(0), "this is the whole file")
    held = _held(document, path)
    flow = document.in_flow(path)
    if flow:
        if isinstance(old, Scalar) and isinstance(value, Text):
            text = in_place(old, value, flow=True)
        else:
            text = on_line(value, flow=True)
        yield from _inline(old, held, text)
        return
    indent = document.column(held.start)
    if isinstance(old, Scalar) and isinstance(value, Text):
        yield from _text(document, old, held, value, indent)
        return
    first, *rest = _lines_behind(document, held, value, indent)
    yield from _lines(document, old, held, first, rest)


def _text(
    document: Document, old: Scalar, held: Held, value: Text, indent: int
) -> Iterator[Splice]:
    block = old.style in ("literal", "folded")
    if block or ("\n" in value.text and old.style != "double"):
        lines = block_lines(old, value.text, indent=indent + 2)
        if lines is not None:
            yield from _lines(document, old, held, *lines)
            return
    yield from _lines(document, old, held, in_place(old, value, flow=False), [])


def _lines_behind(
    document: Document, held: Held, value: Value, indent: int
) -> list[str]:
    """A value as the lines behind a colon or dash; the first may be empty."""
    head = document.text[document.line_start(held.start) : held.head]
    first, *rest = behind(head, value, indent)
    return [first.removeprefix(head).strip(), *rest]


def _lines(
    document: Document, old: Node, held: Held, first: str, rest: List[str]
) -> Iterator[Splice]:
    """What stands behind the colon or dash, and the lines below that."""
    below = "".join(document.line_end + line for line in rest)
    if isinstance(old, Scalar) and old.style in ("literal", "folded"):
        written = HEADER.match(document.text, old.start)
        end = written.end() if written else old.start
        yield Splice(old.start, end, first)
        line = document.end_of_line(end)
        yield Splice(line, max(held.end, line), below)
        return
    if isinstance(old, Scalar) or is_flow(old):
        yield from _inline(old, held, first)
        line = document.end_of_line(held.end)
        if below:
            yield Splice(line, line, below)
        return
    last = document.end_of_line(held.end)
    if document.line_start(old.start) == document.line_start(held.head):
        yield Splice(held.head, last, (" " + first if first else "") + below)
        return
    line = document.end_of_line(held.head)
    yield Splice(held.head, held.head, " " + first if first else "")
    yield Splice(line, last, below)


def _inline(old: Node, held: Held, text: str) -> Iterator[Splice]:
    if not text:
        yield Splice(held.head, held.end, "")
    elif old.start == old.end:
        yield Splice(held.head, held.head, " " + text)
    else:
        yield Splice(old.start, held.end, text)


def _held(document: Document, path: Path) -> Held:
    return document.entries(path[:-1])[_index(document, path)]


def _index(document: Document, path: Path) -> int:
    parent = document.node(path[:-1])
    if child(parent, path[-1]) is None:
        raise KeyError(path)
    if isinstance(parent, MapNode):
        return [key.text for key, _ in parent.items].index(str(path[-1]))
    return int(path[-1])


# Keys


def _rename(document: Document, path: Path, key: str) -> Iterator[Splice]:
    document.node(path[:-1])
    old = find_key(document.root, path) if document.root is not None else None
    if old is None:
        raise KeyError(path)
    if old.text != key:
        yield Splice(old.start, old.end, key_in_place(old, key))


# Entries that come and go


@dataclass(slots=True)
class _Container:
    """What happens to one mapping or list."""

    gone: set[int] = field(default_factory=set)
    new: list[tuple[int, str | None, Value]] = field(default_factory=list)
    """Before which entry, under which key, what."""


def _behind_which(document: Document, path: Path, order: List[str]) -> int:
    """Before which entry a new key goes."""
    mapping = document.node(path[:-1])
    if not isinstance(mapping, MapNode):
        raise CannotEdit(mapping.location, "this is no mapping")
    key = str(path[-1])
    if mapping.get(key) is not None:
        raise CannotEdit(mapping.location, f"it has {key} already")
    names = [name.text for name, _ in mapping.items]
    if key not in order:
        return len(names)
    before = set(order[: order.index(key)])
    known = [at for at, name in enumerate(names) if name in before]
    if known:
        return known[-1] + 1
    return 0 if any(name in order for name in names) else len(names)


def _contents(document: Document, path: Path, changes: _Container) -> Iterator[Splice]:
    node = document.node(path)
    if isinstance(node, Scalar):
        raise CannotEdit(node.location, "this holds no entries")
    count = len(node.items)
    changes.new.sort(key=lambda one: one[0])
    if len(changes.gone) == count:
        yield from put(document, path, _afresh(node, changes))
        return
    held = document.entries(path)
    if is_flow(node):
        yield from _flow(document, held, changes)
    else:
        yield from _block(document, path, held, changes)


def _afresh(node: Node, changes: _Container) -> Value:
    """The container where nothing of the old one is left."""
    if isinstance(node, MapNode):
        return Map({str(key): value for _, key, value in changes.new})
    return Items([value for *_, value in changes.new])


def _flow(
    document: Document, held: List[Held], changes: _Container
) -> Iterator[Splice]:
    text = document.text
    for first, last in _runs(changes.gone):
        start = held[first - 1].end if first else held[0].start
        end = held[last].end if first else held[last + 1].start
        near = range(max(first - 1, 0), min(last + 1, len(held) - 1))
        if any("#" in text[held[at].end : held[at + 1].start] for at in near):
            raise CannotEdit(
                document.where(held[first].start), "a comment is among these entries"
            )
        yield Splice(start, end, "")
    kept = [at for at in range(len(held)) if at not in changes.gone]
    for at, key, value in changes.new:
        written = on_line(value, flow=True)
        if key is not None:
            written = f"{key_text(key)}: {written}"
        before = [one for one in kept if one < at]
        if before:
            end = held[before[-1]].end
            yield Splice(end, end, _comma(text, held, before[-1]) + written)
        else:
            start = held[kept[0]].start
            yield Splice(start, start, f"{written}, ")


def _comma(text: str, held: List[Held], at: int) -> str:
    """As the entries of this list are divided from each other."""
    between = text[held[at - 1].end : held[at].start] if at else ""
    plain = not between.replace(",", "", 1).strip()
    last = at + 1 == len(held)
    after = text[held[at].end :].lstrip(" ")
    return between if between and plain and last and after[:1] in "\r\n" else ", "


def _block(
    document: Document, path: Path, held: List[Held], changes: _Container
) -> Iterator[Splice]:
    column = document.column(held[0].start)
    inline = not document.stands_alone(held[0].start)
    for first, last in _runs(changes.gone):
        for at in range(first, last + 1):
            if at == 0 and inline:
                yield _first_inline(document, held, last)
            elif not inline or first:
                yield _removed(document, path, held, at, column)
    for at, key, value in changes.new:
        if key is None:
            lines = block_items([value], column)
        else:
            lines = behind(f"{' ' * column}{key_text(key)}:", value, column)
        if at:
            yield _added_below(document, held[at - 1], lines, column)
        elif inline:
            written = document.line_end.join([*lines, " " * column]).lstrip(" ")
            yield Splice(held[0].start, held[0].start, written)
        else:
            start = document.above(held[0].start, _floor(document, path, held, 0))
            written = "".join(line + document.line_end for line in lines)
            yield Splice(start, start, written)


def _removed(
    document: Document, path: Path, held: List[Held], at: int, column: int
) -> Splice:
    start = document.above(held[at].start, _floor(document, path, held, at))
    return Splice(start, document.below(held[at].end, column), "")


def _floor(document: Document, path: Path, held: List[Held], at: int) -> int:
    """Behind which the comments of an entry can begin: not at the top of a file,
    where they are about the file."""
    if at:
        return held[at - 1].end
    return _held(document, path).head if path else len(document.text)


def _first_inline(document: Document, held: List[Held], last: int) -> Splice:
    """What stands on the line of a dash: the next one comes up, unless comments are
    between them."""
    start, after = held[0].start, held[last + 1].start
    between = document.text[document.next_line(held[last].end) : after]
    if not between.strip():
        return Splice(start, after, "")
    spaces = len(document.text[:start]) - len(document.text[:start].rstrip(" "))
    return Splice(start - spaces, document.end_of_line(held[last].end), "")


def _added_below(
    document: Document, held: Held, lines: List[str], column: int
) -> Splice:
    at = document.below(held.end, column)
    end = document.line_end
    if document.line_start(at) != at:  # the last line has no line end
        return Splice(at, at, "".join(end + line for line in lines), column)
    return Splice(at, at, "".join(line + end for line in lines), column)


def _runs(gone: set[int]) -> list[tuple[int, int]]:
    """The stretches of entries that go, as first and last."""
    runs: list[tuple[int, int]] = []
    for at in sorted(gone):
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs
