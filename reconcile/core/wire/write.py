"""The canonical form as the JSON that Traede's write calls take.

Pure: which values travel is decided by the caller (`core.sending`); here they only
take Traede's shape. Numbers stay exact decimals; the client writes their digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import Field, Form, Kind, Shape, Via
from reconcile.core.model import KindName, Path, Value, Values

IdsByKey = Mapping[KindName, Mapping[str, int]]
Json = dict[str, Any]


def fields_of(
    kind: Kind, values: Values, via: Via, ids: IdsByKey, *, payment_term_field: str
) -> Json:
    """The members of one object's JSON for the fields that go by one kind of call.

    Raises KeyError for a reference whose id is not known.
    """
    by_field: dict[str, dict[Path, Value]] = {}
    for path, value in values.items():
        by_field.setdefault(path[0], {})[path] = value
    body: Json = {}
    for name, entries in by_field.items():
        spec = kind.fields[name]
        if spec.via is not via:
            continue
        wire = payment_term_field if name == "payment_term" else spec.on_wire
        body[wire] = _WRITERS[spec.shape](spec, entries, ids)
        if wire != name and name == "payment_term":
            # One table of the text renames the members along with the field (C-1).
            body[wire] = {
                member.replace("payment_term_", f"{wire}_"): value
                for member, value in body[wire].items()
            }
        if spec.sync_mode:
            append = spec.shape is Shape.KEYED
            body[f"{spec.on_wire}_sync_mode"] = "append" if append else "replace"
        if name == "addresses":
            body["addresses_sync_key"] = "address_title"
    return body


def category_reference(key: str) -> Json:
    """A category as product sync names it; never created on the way (E-4)."""
    top, _, sub = key.partition(SEPARATOR)
    return {
        "top_category": top,
        "sub_category": sub or None,
        "create_if_missing": False,
    }


def _leaf(spec: Field, value: Value, ids: IdsByKey) -> Any:
    if value is None:
        return None
    match spec.form:
        case Form.MONEY | Form.NUMBER:
            return Decimal(value)
        case Form.CATEGORY:
            return category_reference(value)
        case Form.COLLECTION | Form.CUSTOMER:
            return ids[spec.form.value][value]  # type: ignore[index]
        case _:
            return value


def _one(spec: Field, entries: Values, ids: IdsByKey) -> Any:
    return _leaf(spec, entries[spec.name,], ids)


def _set(spec: Field, entries: Values, ids: IdsByKey) -> Any:
    return [_leaf(spec, item, ids) for item in entries[spec.name,] or ()]


def _records(spec: Field, entries: Values, ids: IdsByKey) -> Any:
    members = {member.name: member for member in spec.members}
    return [
        {name: _leaf(members[name], value, ids) for name, value in record.items()}
        for record in entries[spec.name,] or ()
    ]


def _map(spec: Field, entries: Values, ids: IdsByKey) -> Any:
    return {path[1]: _leaf(spec, value, ids) for path, value in entries.items()}


def _record(spec: Field, entries: Values, ids: IdsByKey) -> Any:
    body = _members(spec, ((path[1], v) for path, v in entries.items()), ids)
    # Sync takes stock as a list of changes (D-14); ours is one, the opening stock.
    return [body] if spec.name == "inventory" else body


def _keyed(spec: Field, entries: Values, ids: IdsByKey) -> Any:
    objects: dict[str, dict[str, Value]] = {}
    for path, value in entries.items():
        if len(path) == 3:  # a shorter one says only that the list is empty
            objects.setdefault(path[1], {})[path[2]] = value
    bodies = {
        key: _members(spec, members.items(), ids) for key, members in objects.items()
    }
    if spec.name == "prices":
        return bodies
    return [{**KEY_MEMBERS[spec.name](key), **body} for key, body in bodies.items()]


def _members(spec: Field, values: Iterable[tuple[str, Value]], ids: IdsByKey) -> Json:
    members = {member.name: member for member in spec.members}
    return {name: _leaf(members[name], value, ids) for name, value in values}


_WRITERS: Final[Mapping[Shape, Callable[[Field, Values, IdsByKey], Any]]] = {
    Shape.ONE: _one,
    Shape.SET: _set,
    Shape.RECORDS: _records,
    Shape.MAP: _map,
    Shape.RECORD: _record,
    Shape.KEYED: _keyed,
}


def _translation(key: str) -> Json:
    # A key of digits is a locale id, anything else a locale code.
    if key.isdecimal():
        return {"product_locale_id": int(key)}
    return {"product_locale_code": key}


def _cost_price(key: str) -> Json:
    currency, _, label = key.partition(" ")
    return {"currency": currency} | ({"cost_price_set_label": label} if label else {})


KEY_MEMBERS: Final[Mapping[str, Callable[[str], Json]]] = {
    "translations": _translation,
    "cost_prices": _cost_price,
    "addresses": lambda key: {"title": key},
}
"""What identifies the objects of a KEYED field that travels as a list."""
