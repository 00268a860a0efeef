"""The order export: what is not yet exported, and marking it (`export-orders.txt`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reconcile.sandbox.fields import Field, Record, coerce
from reconcile.sandbox.phpquery import Array
from reconcile.sandbox.products import demand, listed
from reconcile.sandbox.refusals import Refused
from reconcile.sandbox.store import Store

MAX_MARKED: Final = 10
COLUMNS: Final = {"id": "int", "created_at": "text", "updated_at": "text"}
"""Only the two dates are documented as filters; `id` is for sorting."""

_FLAGS: Final[Mapping[str, Callable[[Record], bool]]] = {
    "include_not_approved": lambda order: order["approved"],
    "include_cancelled": lambda order: not order["cancelled"],
    "include_archived": lambda order: not order["archived"],
}


def orders_to_export(store: Store, query: Array) -> list[Record]:
    system = query.get("system_id")
    if not isinstance(system, str) or not system:
        raise Refused("The system id field is required.")
    # Without a moment to go back to, an exported order is never shown again.
    since = str(query.get("not_exported_since") or "9999").replace("T", " ")
    found = []
    for order in store.rows("order"):
        exported = order["exports"].get(system)
        waiting = exported is None or exported >= since[:19]
        if waiting and all(
            query.get(flag) == "1" or ordinary(order)
            for flag, ordinary in _FLAGS.items()
        ):
            found.append(order)
    return found


def shape_order(order: Record, *, lines: bool) -> Record:
    hidden = ("exports", "notes", *(() if lines else ("lines",)))
    return {name: value for name, value in order.items() if name not in hidden}


def mark_as_exported(store: Store, body: Record) -> None:
    rows = listed(body.get("orders"), "orders")
    if not 1 <= len(rows) <= MAX_MARKED:
        raise Refused(f"The orders may not have more than {MAX_MARKED} items.")
    for index, row in enumerate(rows):
        where = f"orders.{index}."
        demand(row, where, "order_id", "system_id")
        if row.get("regulate_inventory") is None:
            raise Refused(f"The {where}regulate_inventory field is required.")
        order_id = coerce(_ID, row["order_id"])
        if store.get("order", order_id) is None:
            raise Refused(f"The selected {where}order_id is invalid.")
        _mark(store, store.draft("order", order_id), row)


def _mark(store: Store, order: Record, row: Record) -> None:
    regulate = coerce(_REGULATE, row["regulate_inventory"])
    order["exports"][str(row["system_id"])] = store.now()
    if row.get("note"):
        order["notes"].append(str(row["note"]))
    if regulate:
        # The pieces leave the stock and the order is archived; done twice, the pieces
        # leave twice.
        order["archived"] = True
        for line in order["lines"]:
            _take_from_stock(store, line)
    store.put("order", order)
    store.effect(
        "export", order=order["id"], system=str(row["system_id"]), regulated=regulate
    )


def _take_from_stock(store: Store, line: Record) -> None:
    product = store.by_key("variant", line["sku"])
    if product is None:
        return
    draft = store.draft("product", product["id"])
    for variant in draft["variants"]:
        stock = variant["inventory"].get("stock")
        if variant["sku"] == line["sku"] and stock:
            stock["quantity"] -= line["quantity"]
            store.effect(
                "stock",
                sku=line["sku"],
                adjustment=-line["quantity"],
                after=stock["quantity"],
            )
    store.put("product", draft)


def order_line(store: Store, line: Record) -> Record:
    """A whole line from a sketch: the SKU is enough."""
    product: Any = store.by_key("variant", str(line["sku"]))
    ids: Record = {"product_id": None, "variant_id": None}
    for variant in product["variants"] if product else ():
        if variant["sku"] == line["sku"]:
            ids = {"product_id": product["id"], "variant_id": variant["id"]}
    return {"quantity": 1, **ids, **line}


_ID = Field("order_id", "int")
_REGULATE = Field("regulate_inventory", "bool", default=False)
