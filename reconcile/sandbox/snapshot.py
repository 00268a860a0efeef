"""The dump format: the whole store as JSON, hidden fields and effects included.

    {"brand_id", "base_currency", "suppliers": [number], "other_brand_emails",
     "tag_ids", "last_ids", "ticks",
     "categories":  [{"id", "parent", "name", …}],
     "collections": [{"id", "title", "active", "visibility", "allowed_customers", …}],
     "customers":   [{"id", "customer_number", …, "payment_term",
                      "addresses": [{"id", "title", "name", …}], "users": […]}],
     "products":    [{"id", "item_number", …, "categories": [id], "tags": [name],
                      "suppliers": […], "translations": […],
                      "variants": [{"id", "sku", "attributes": {name: value}, …,
                        "prices": {code: {"sales_price": "97.54", …}},
                        "inventory": {stock_type: {"quantity", …}},
                        "locations": {location_id: {"quantity"}},
                        "images": [{"id", "url", "alt"}],
                        "cost_prices": […], "drops": […]}]}],
     "orders":      [{"id", "number", "customer_id", "approved", "cancelled",
                      "archived", "lines": [{"sku", "quantity", …}],
                      "exports": {system: time}, "notes": […]}],
     "effects":     [{"what", "at", …}]}

`dump` writes every field (`fields.py`), lists by id, decimals as exact text. `load`
also takes a sketch: ids, timestamps and fields may be left out, decimals may be
numbers, `parent` and `categories` may be names (`Men > Shirts`).
"""

from __future__ import annotations

from typing import Any, Final

from reconcile.sandbox.fields import (
    FIELDS,
    Record,
    blank,
    coerce,
    copied,
    plain,
)
from reconcile.sandbox.orders import order_line
from reconcile.sandbox.store import CHILDREN, KINDS, PLURAL, STAMPS, Store

_MORE: Final = {
    "category": ("parent",),
    "product": ("categories", "tags"),
    "customer": ("users",),
    "address": ("entity_id",),
    "variant": ("product_id", "attributes", "inventory", "locations", "cost_prices"),
}
_META: Final = (
    "brand_id",
    "base_currency",
    "suppliers",
    "other_brand_emails",
    "tag_ids",
    "last_ids",
    "ticks",
)


def dump(store: Store) -> Record:
    with store.lock:
        result = {name: copied(value) for name, value in store.meta().items()}
        for kind in KINDS:
            result[PLURAL[kind]] = [copied(row) for row in store.rows(kind)]
        result["effects"] = copied(store.effects)
        return result


def load(store: Store, data: Record) -> None:
    """Replace everything in `store`; a key that no dump holds is a `ValueError`."""
    known = {*_META, *PLURAL.values(), "effects"}
    if unknown := set(data) - known:
        raise ValueError(f"not part of a dump: {', '.join(sorted(unknown))}")
    with store.lock:
        store.clear()
        for name in _META:
            if name in data:
                setattr(store, name, copied(data[name]))
        for kind in KINDS:
            rows = [copied(row) for row in data.get(PLURAL[kind], ())]
            _reserve_ids(store, kind, rows)
            for row in sorted(rows, key=lambda row: row.get("id") or 0):
                store.put(kind, adopt(store, kind, row))
        store.effects = plain(copied(data.get("effects", [])))
        store.settle()


def adopt(store: Store, kind: str, data: Record) -> Record:
    """A whole record from a sketch of one, written past all rules."""
    if kind == "order":
        return _adopt_order(store, data)
    record = blank(kind)
    if kind == "category":
        record["parent"] = None
    set_fields(store, kind, record, data)
    if kind == "customer":
        record["shop_id"] = record["shop_id"] or store.next_id("entity") + 1000
        for address in record["addresses"]:
            address.setdefault("entity_id", record["shop_id"])
    return record


def set_fields(store: Store, kind: str, record: Record, data: Record) -> None:
    """Set stored fields by name, hidden ones too; a wrong name is a `ValueError`."""
    fields = {field.name: field for field in FIELDS[kind]}
    child = {"variants": "variant", "addresses": "address"}
    for name, value in data.items():
        if name in fields:
            record[name] = plain(coerce(fields[name], value))
        elif name == "prices":
            record[name] = {code: _price(store, row) for code, row in value.items()}
        elif name == CHILDREN.get(kind):
            record[name] = [adopt(store, child[name], one) for one in value]
        elif name == "parent" and kind == "category":
            record[name] = _category_id(store, value)
        elif name == "categories":
            record[name] = [_category_id(store, one) for one in value]
        elif name in ("id", *STAMPS, *_MORE.get(kind, ())):
            record[name] = plain(value)
        else:
            raise ValueError(f"a {kind} has no field {name}")


def find(store: Store, kind: str, key: str | int) -> Record | None:
    """An object by what people call it, or by its id when `key` is an int."""
    if isinstance(key, int):
        return store.get(kind, key)
    if kind in ("product", "customer"):
        return store.by_key(kind, key)
    return next(
        (row for row in store.rows(kind) if _name(store, kind, row) == key), None
    )


def _name(store: Store, kind: str, row: Record) -> str:
    if kind == "collection":
        return str(row["title"])
    if kind == "order":
        return str(row["number"])
    parent = store.get("category", row["parent"])
    return f"{parent['name']} > {row['name']}" if parent else str(row["name"])


def _category_id(store: Store, value: Any) -> int | None:
    if value is None or isinstance(value, int):
        return value
    found = find(store, "category", str(value))
    if found is None:
        raise ValueError(f"no category {value}")
    return int(found["id"])


def _price(store: Store, row: Record) -> Record:
    price = blank("price")
    set_fields(store, "price", price, row)
    return price


def _adopt_order(store: Store, data: Record) -> Record:
    order: Record = {
        "id": data.get("id") or store.next_id("order"),
        "customer_id": None,
        "approved": True,
        "cancelled": False,
        "archived": False,
        "lines": [],
        "exports": {},
        "notes": [],
    }
    order["number"] = f"SO-{order['id']}"
    if unknown := set(data) - set(order) - set(STAMPS):
        raise ValueError(f"an order has no field {', '.join(sorted(unknown))}")
    order |= plain(data)
    order["lines"] = [order_line(store, line) for line in order["lines"]]
    return order


def place_order(store: Store, sku: str, **fields: Any) -> Record:
    """An order on a SKU: from now on neither it nor its product can be deleted.

    `quantity`, `customer` (the number) and every field of an order may be given.
    """
    quantity = fields.pop("quantity", 1)
    number = fields.pop("customer", None)
    with store.transaction():
        if number is not None:
            customer = store.by_key("customer", str(number))
            if customer is None:
                raise ValueError(f"no customer {number}")
            fields["customer_id"] = customer["id"]
        if store.by_key("variant", sku) is None:
            raise ValueError(f"no variant {sku}")
        line = {"sku": sku, "quantity": quantity}
        return store.put("order", adopt(store, "order", {"lines": [line], **fields}))


def _reserve_ids(store: Store, kind: str, rows: list[Record]) -> None:
    """Given ids are taken, so that new ones are counted on from the highest."""
    child = {"variants": "variant", "addresses": "address"}
    for row in rows:
        _take(store, kind, row.get("id"))
        for name, singular in child.items():
            for one in row.get(name, ()):
                _take(store, singular, one.get("id"))


def _take(store: Store, sequence: str, value: int | None) -> None:
    store.last_ids[sequence] = max(store.last_ids.get(sequence, 0), value or 0)
