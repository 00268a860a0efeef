"""Which values of one object travel when something about it is written.

Whether Traede keeps or resets what a sync leaves out is documented nowhere (D-4),
so an object travels with its key and every managed field, not only the changed ones.
What is held, or only sent on create, travels as just read, or not at all where it
cannot be read. Unmanaged fields never travel, except those that decide whether the
object can be sold.
"""

from __future__ import annotations

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
from reconcile.core.steps import Step
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


def travelling(
    desired: Desired, live: Live | None, applied: Applied | None, step: Step | None
) -> dict[Path, Value]:
    """The values that are sent for one object in this step (None: it only travels
    along, as the product of a changed variant does)."""
    kind = KINDS[desired.ref.kind]
    held = {change.path for change in step.changes if change.held} if step else set()
    planned = {change.path: change.after for change in step.written} if step else {}
    values: dict[Path, Value] = {}
    for path, value in desired.values.items():
        spec = kind.fields[path[0]]
        if spec.event:
            if path in planned:
                values[path] = planned[path]
        elif path in held or (spec.name in desired.only_on_create and live is not None):
            now = live.at(path) if live else UNKNOWN
            if now is not UNKNOWN and now is not MISSING:
                values[path] = now
        else:
            values[path] = value
    for path, value in planned.items():  # what a revival writes beside the catalog
        values.setdefault(path, value)
    if live is not None:
        _complete_objects(kind, live, values)
        _keep_on_sale(kind, live, applied, values)
    return values


def _complete_objects(kind: Kind, live: Live, values: dict[Path, Value]) -> None:
    """A price goes whole: members not written carry the value just read (D-5)."""
    touched = {
        path[:2] for path in values if kind.fields[path[0]].shape is Shape.KEYED
    }
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
    kind: Kind, values: dict[Path, Value], ids: IdsByKey, payment_term_field: str
) -> Json:
    """The members of a sync item, key apart."""
    return fields_of(kind, values, Via.SYNC, ids, payment_term_field=payment_term_field)


def core_root(
    kind: Kind, live: Live | None, values: dict[Path, Value], ids: IdsByKey
) -> Json:
    """The body of a core PUT (or POST): root fields as just read, plus the changes."""
    read = live.raw if live is not None else {}
    body = {name: read[name] for name in CORE_ROOT[kind.name] if name in read}
    if isinstance(body.get("colli"), list):
        del body["colli"]  # core documents one integer; a list is sync's (D-10)
    if isinstance(body.get("prices"), list):
        body["prices"] = {}  # PHP's empty map
    return body | fields_of(kind, values, Via.CORE, ids, payment_term_field="")


def core_key(kind: Kind, key: str, live: Live | None) -> object:
    """A key as core takes it: a number only where core returned a number (C-4)."""
    was = live.raw.get(kind.key_field) if live is not None else None
    return int(key) if isinstance(was, int) and key.isdecimal() else key
