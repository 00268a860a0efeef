"""Traede's value of one field as edits of the files, or why it cannot be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconcile.core.canonical import canonical, record_order
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.editing import (
    Document,
    Edit,
    Insert,
    InsertItem,
    Items,
    Map,
    Path,
    Put,
    Remove,
    Text,
    Value,
)
from reconcile.core.importing.limits import objection
from reconcile.core.importing.values import leaf, ordered
from reconcile.core.kinds import KINDS, Clear, Field, Form, Kind, Shape
from reconcile.core.model import MISSING, KindName, Live, Ref
from reconcile.core.model import Path as FieldPath
from reconcile.core.steps import Change
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.nodes import Sequence as ListNode

_LISTS: Final = (Shape.SET, Shape.RECORDS)


def gone(change: Change, kind: Kind, live: Live) -> bool:
    """Whether Traede has nothing of the entry, such as a price in this currency."""
    return (
        change.before is MISSING
        and kind.fields[change.path[0]].shape is Shape.KEYED
        and not any(path[:2] == change.path[:2] for path in live.values)
    )


def why_not(
    catalog: Catalog, config: Config, ref: Ref, change: Change, live: Live
) -> str:
    """Why a catalog cannot say what Traede has; "" where it can."""
    kind = KINDS[ref.kind]
    top, spec = kind.fields[change.path[0]], kind.field_of(change.path)
    value = _known(change.before)
    if gone(change, kind, live):
        return ""
    if top.shape is Shape.RECORDS:
        found = [
            objection(m, record.get(m.name), config)
            for record in value or []
            for m in top.members
        ]
        return next((reason for reason in found if reason), "")
    if value is None and top.shape not in _LISTS:
        never = spec.clear is Clear.NEVER
        return "Traede has none, and the catalog cannot say so" if never else ""
    for one in value or [] if top.shape is Shape.SET else [value]:
        reason = objection(spec, one, config) or _unknown(catalog, spec, one)
        if reason:
            return reason
    return ""


def _unknown(catalog: Catalog, spec: Field, key: str) -> str:
    if spec.form not in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER):
        return ""
    kind: KindName = spec.form.value  # type: ignore[assignment]
    found = catalog.objects.get(Ref(kind, key))
    if found is not None and found.delete:
        return f'the catalog deletes {kind} "{key}"'
    if found is None and catalog.declares(kind):
        return (
            f'{kind} "{key}" is in Traede and not in the catalog. Write it under '
            f"`{KINDS[kind].plural}:`, and pull again"
        )
    return ""


def in_place(
    document: Document, path: Path, kind: Kind, change: Change, live: Live
) -> list[Edit]:
    """Traede's value where the catalog writes the field."""
    top, value = kind.fields[change.path[0]], _known(change.before)
    if gone(change, kind, live):
        return [Remove(_entry_of(document, path, top))]
    old = document.node(path)
    if isinstance(old, ListNode) and top.shape is Shape.SET:
        return [*_set_edits(path, old, top, value or [])]
    if isinstance(old, ListNode) and top.shape is Shape.RECORDS:
        return [*_record_edits(path, old, top, value or [])]
    return [Put(path, _like(old, tree(kind, change)))]


def tree(kind: Kind, change: Change) -> Value:
    """Traede's value, as a file says it."""
    top, value = kind.fields[change.path[0]], _known(change.before)
    if top.shape is Shape.SET:
        return Items([leaf(top, one) for one in value or []])
    if top.shape is Shape.RECORDS:
        return Items([_record(top, one) for one in value or []])
    return leaf(kind.field_of(change.path), value)


def _known(value: Any) -> Any:
    return None if value is MISSING else value


def _like(old: Node, value: Value) -> Value:
    """A block text keeps its line end at the end, which means nothing to Traede."""
    if (
        isinstance(value, Text)
        and isinstance(old, Scalar)
        and old.style in ("literal", "folded")
        and old.text.endswith("\n")
    ):
        return Text(value.text + "\n")
    return value


def _entry_of(document: Document, path: Path, top: Field) -> Path:
    """What has to go with the last value of an entry: the entry, and what held
    nothing but it."""
    depth = len(path) - 1 if path[-1] in {m.name for m in top.members} else len(path)
    entry = path[:depth]
    while len(entry) > 1 and len(document.entries(entry[:-1])) == 1:
        entry = entry[:-1]
    return entry


def _set_edits(
    path: Path, old: ListNode, spec: Field, wanted: list[Any]
) -> Iterator[Edit]:
    kept: list[Any] = []
    for at, item in enumerate(old.items):
        value = _value(spec, item)
        if value in wanted and value not in kept:
            kept.append(value)
        else:
            yield Remove((*path, at))
    for value in wanted:
        if value not in kept:
            yield InsertItem(path, len(old.items), leaf(spec, value))


def _record_edits(
    path: Path, old: ListNode, spec: Field, wanted: list[Mapping[str, Any]]
) -> Iterator[Edit]:
    order = record_order(spec)
    found = {order(record): record for record in wanted}
    for at, item in enumerate(old.items):
        written = dict(_written(spec, item))
        live = found.pop(order({m.name: v for m, v in written.values()}), None)
        if live is None:
            yield Remove((*path, at))
            continue
        for name, (member, value) in written.items():
            if live.get(name) != value:
                yield Put((*path, at, name), leaf(member, live.get(name)))
    for record in found.values():
        yield InsertItem(path, len(old.items), _record(spec, record))


def _written(spec: Field, item: Node) -> Iterator[tuple[str, tuple[Field, Any]]]:
    for member in spec.members:
        node = item.get(member.name) if isinstance(item, MapNode) else None
        if node is not None:
            yield member.name, (member, _value(member, node))


def _record(spec: Field, record: Mapping[str, Any]) -> Value:
    known = [m for m in spec.members if record.get(m.name) is not None]
    return Map({m.name: leaf(m, record[m.name]) for m in known})


def _value(spec: Field, node: Node) -> Any:
    if not isinstance(node, Scalar):
        return None
    plain = node.plain_value()
    if plain is None or isinstance(plain, bool):
        return plain
    return canonical(spec, node.text)


# Where nothing of the object's own is written yet


def below_entry(
    document: Document,
    entry: Path,
    kind: Kind,
    wanted: Mapping[FieldPath, Value],
) -> Iterator[Edit]:
    """Values written in an object's own entry, with the mappings that they need."""
    new: dict[Path, dict[FieldPath, Value]] = {}
    for path, value in sorted(wanted.items(), key=lambda one: _rank(kind, one[0])):
        depths = range(len(path), -1, -1)
        have = next(n for n in depths if document.has(entry + path[:n]))
        if have == len(path) or isinstance(document.node(entry + path[:have]), Scalar):
            at = entry + path[:have]
            new.setdefault(at, {})[path[have:]] = value
        else:
            at = entry + path[: have + 1]
            new.setdefault(at, {})[path[have + 1 :]] = value
    for at, values in new.items():
        if document.has(at):
            yield Put(at, _nested(values))
        else:
            yield Insert(at, _nested(values), _order(kind, at[len(entry) :]))


def _rank(kind: Kind, path: FieldPath) -> tuple[int, int, FieldPath]:
    """As people read them: fields in their order, the members of an entry in theirs."""
    members = [member.name for member in kind.fields[path[0]].members]
    member = members.index(path[-1]) if path[-1] in members else 0
    return ordered(kind).index(path[0]), member, path


def _nested(values: Mapping[FieldPath, Value]) -> Value:
    if () in values:
        return values[()]
    below: dict[str, dict[FieldPath, Value]] = {}
    for path, value in values.items():
        below.setdefault(path[0], {})[path[1:]] = value
    return Map({key: _nested(inner) for key, inner in below.items()})


def _order(kind: Kind, below: Path) -> list[str]:
    if len(below) == 1:
        return [kind.key_field, "renamed_from", *ordered(kind)]
    spec = kind.fields.get(str(below[0]))
    return [member.name for member in spec.members] if spec else []
