"""Which values of one object travel when something about it is written.

Whether Traede keeps or resets what a sync leaves out is documented nowhere (D-4),
so an object travels with its key and every managed field, not only the changed ones.
What is held, or only sent on create, travels as just read, or not at all where it
cannot be read. Unmanaged fields never travel, except those that decide whether the
object can be sold.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from reconcile.core.kinds import KINDS, Kind, Shape, Via
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Path,
    Value,
)
from reconcile.core.personal import is_sealed
from reconcile.core.wire.write import IdsByKey, Json, fields_of

CORE_ROOT = {
    "product": (
        "subbrand_id",
        "collection_id",
        "item_number",
        "name",
        "description",
        "image",
        "images",
        "active",
        "colli",
    ),
    "variant": ("sku", "picture", "ean", "attributes", "prices"),
    "category": ("name",),
    "collection": ("active", "title", "visibility", "allowed_customers"),
    "customer": (
        "name",
        "customer_number",
        "billing_email",
        "agent_id",
        "active",
        "reminder_charge",
        "interest_rate",
        "vat",
        "allowed_currencies",
        "credit_type",
        "credit_modifier",
    ),
}
"""The writable root fields of each PUT in core-api.txt; stock is never among them."""


@dataclass(frozen=True, slots=True)
class Travelling:
    """What one object is sent with, and which of it is the catalog's word."""

    values: dict[Path, Value]
    ours: frozenset[Path]
    """Paths sent as desired; the others travel as just read."""
    replaced: frozenset[str] = frozenset()
    """KEYED fields of which an entry is taken away, by sending the others only."""

    def only(self, kind: Kind, via: Via) -> frozenset[Path]:
        return frozenset(p for p in self.ours if kind.fields[p[0]].via is via)


def travelling(
    desired: Desired,
    live: Live | None,
    applied: Applied | None,
    *,
    held: Set[Path] = frozenset(),
    written: Mapping[Path, Value] | None = None,
) -> Travelling:
    """The values that are sent for one object.

    `held` are the paths that travel as just read; `written` are the planned changes,
    of which events and what a revival writes are not in `desired` as such. Without
    them the object only travels along, as the product of a changed variant does.
    """
    kind = KINDS[desired.ref.kind]
    planned = written or {}
    values: dict[Path, Value] = {}
    ours: set[Path] = set()
    for path, value in desired.values.items():
        spec = kind.fields[path[0]]
        now = live.at(path) if live else UNKNOWN
        if spec.event:
            continue
        if path in held or (spec.name in desired.only_on_create and live is not None):
            if now is not UNKNOWN and now is not MISSING:
                values[path] = now
        elif live is None or applied or now is not UNKNOWN or value not in (None, []):
            values[path] = value
            ours.add(path)
        # Else it would clear a blind field of an object that we do not manage yet.
    for path, value in planned.items():
        if path not in values and value is not MISSING:
            values[path] = value
            ours.add(path)
    if live is not None:
        _complete_objects(kind, live, values)
        _keep_on_sale(kind, live, applied, values)
    replaced = frozenset(path[0] for path, v in planned.items() if v is MISSING)
    return Travelling(values, frozenset(ours), replaced)


def last_known(row: Applied, live: Live) -> Travelling:
    """What travels with an object that the catalog no longer names: its managed
    fields as just read, else as last applied where that is known in the clear."""
    kind = KINDS[row.ref.kind]
    values: dict[Path, Value] = {}
    for path, sent in row.sent.items():
        spec = kind.fields.get(path[0])
        now = live.at(path)
        if spec is None or spec.event or now is MISSING:
            continue
        if now is not UNKNOWN:
            values[path] = now
        elif not is_sealed(sent):
            values[path] = sent
    _complete_objects(kind, live, values)
    _keep_on_sale(kind, live, row, values)
    return Travelling(values, frozenset())


def _complete_objects(kind: Kind, live: Live, values: dict[Path, Value]) -> None:
    """A price goes whole: members not written carry the value just read (D-5)."""
    touched = {path[:2] for path in values if kind.fields[path[0]].shape is Shape.KEYED}
    for path, value in live.values.items():
        if path[:2] in touched:
            values.setdefault(path, value)


def _keep_on_sale(
    kind: Kind, live: Live, applied: Applied | None, values: dict[Path, Value]
) -> None:
    for spec in kind.fields.values():
        path = (spec.name,)
        if spec.on_sale is None or spec.via is not Via.SYNC or path in values:
            continue
        now = live.at(path)
        if now is UNKNOWN and applied is not None:
            now = applied.sent.get(path, UNKNOWN)
        if isinstance(now, bool):
            values[path] = now


def sync_fields(
    kind: Kind,
    sent: Travelling,
    ids: IdsByKey,
    payment_term_field: str,
) -> Json:
    """The members of a sync item, key apart."""
    body = fields_of(
        kind, sent.values, Via.SYNC, ids, payment_term_field=payment_term_field
    )
    for name in sent.replaced:
        body[f"{name}_sync_mode"] = "replace"
    return body


def core_root(
    kind: Kind, live: Live | None, values: Mapping[Path, Value], ids: IdsByKey
) -> Json:
    """The body of a core PUT (or POST): root fields as just read, plus ours.

    Ours go in for the fields that sync has just written too: where syncs are queued,
    what was just read may still be the old value, and would be put back.
    """
    read = live.raw if live is not None else {}
    names = CORE_ROOT[kind.name]
    body: Json = {name: read[name] for name in names if name in read}
    for via in Via:
        fields = fields_of(kind, values, via, ids, payment_term_field="")
        for name, value in fields.items():
            if name not in names:
                continue
            old = body.get(name)
            if name == "colli":
                body[name] = _core_colli(old, value)
                continue
            if isinstance(value, dict) and isinstance(old, dict):
                value = {**old, **value}
            body[name] = value
    if body.get("prices") == []:
        body["prices"] = {}  # PHP's empty map
    return body


def _core_colli(read: Any, ours: list[int]) -> Any:
    """A list in sync, one integer in core's documents (D-10): in the form that core
    returned, and as it returned it where that form cannot hold ours."""
    if isinstance(read, list):
        return ours
    return ours[0] if len(ours) == 1 else None if not ours else read


def core_key(kind: Kind, key: str, live: Live | None) -> object:
    """A key as core takes it: a number only where core returned a number (C-4)."""
    was = live.raw.get(kind.key_field) if live is not None else None
    return int(key) if isinstance(was, int) and key.isdecimal() else key
