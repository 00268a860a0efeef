"""A person at Traede's web page: sets any field, past the rules of the API."""

from __future__ import annotations

from typing import Any

from reconcile.sandbox.fields import Record, plain
from reconcile.sandbox.snapshot import adopt, find, set_fields
from reconcile.sandbox.store import KINDS, Store


def edit(
    store: Store,
    kind: str,
    key: str | int,
    action: str = "set",
    fields: Record | None = None,
) -> Record | None:
    """Set fields of the object, `create` it or `delete` it; gives what it became.

    `kind` is product, variant, category, collection, customer or order; `key` what
    people call it (`Top > Sub` for a category), or its id. A field may be a path:
    `prices.DKK.sales_price`, `inventory.stock.quantity`, `addresses.0.city`.
    """
    with store.transaction():
        if kind == "variant":
            return _edit_variant(store, str(key), action, fields or {})
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind}")
        if action == "create":
            return store.put(kind, adopt(store, kind, fields or {}))
        found = find(store, kind, key)
        if found is None:
            raise KeyError(f"no {kind} {key}")
        if action == "delete":
            store.remove(kind, found["id"])
            return None
        draft = store.draft(kind, found["id"])
        _set(store, kind, draft, fields or {})
        return store.put(kind, draft)


def _edit_variant(store: Store, sku: str, action: str, fields: Record) -> Record | None:
    if action == "create":
        product = find(store, "product", str(fields.pop("item_number")))
    else:
        product = store.by_key("variant", sku)
    if product is None:
        raise KeyError(f"no variant {sku}")
    draft = store.draft("product", product["id"])
    variant: Record | None = None
    if action == "create":
        variant = adopt(store, "variant", {"sku": sku, **fields})
        draft["variants"].append(variant)
    else:
        variant = next(one for one in draft["variants"] if one["sku"] == sku)
        if action == "delete":
            draft["variants"].remove(variant)
            variant = None
        else:
            _set(store, "variant", variant, fields)
    store.put("product", draft)
    return variant


def _set(store: Store, kind: str, record: Record, fields: Record) -> None:
    for path, value in fields.items():
        first, *rest = path.split(".")
        if not rest or kind == "order":
            _set_whole(store, kind, record, path, value)
            continue
        if first == "prices" and rest[0] not in record["prices"]:
            whole = {**record["prices"], rest[0]: {}}
            set_fields(store, kind, record, {"prices": whole})
        target: Any = record[first]
        for step in rest[:-1]:
            target = target[int(step)] if isinstance(target, list) else target[step]
        last = rest[-1]
        if first == "prices":
            set_fields(store, "price", target, {last: value})
        elif isinstance(target, list):
            target[int(last)] = plain(value)
        else:
            target[last] = plain(value)


def _set_whole(store: Store, kind: str, record: Record, name: str, value: Any) -> None:
    if kind != "order":
        set_fields(store, kind, record, {name: value})
    elif name in record:
        record[name] = plain(value)
    else:
        raise ValueError(f"an order has no field {name}")
