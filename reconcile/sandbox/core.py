"""The core endpoints: lists, single objects, writes by numeric id (`core-api.txt`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from reconcile.sandbox.bruno import include_modes, select
from reconcile.sandbox.customers import change_customer, create_customer
from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import FIELDS, Record, blank, write
from reconcile.sandbox.includes import Renderer, Wanted, wanted
from reconcile.sandbox.phpquery import Array
from reconcile.sandbox.products import (
    ProductRules,
    demand,
    listed,
    refuse_same_sku_twice,
    variant_of,
)
from reconcile.sandbox.refusals import Code, NotFound, Refused
from reconcile.sandbox.store import PLURAL, Store
from reconcile.sandbox.wire import Wire


class Answer(NamedTuple):
    status: int
    body: Any = None
    """JSON; `None` is an empty body."""


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request, as a handler sees it."""

    store: Store
    dialect: Dialect
    query: Array
    body: Record
    ids: Sequence[int]
    turn: int

    def root(self, name: str) -> Record:
        """The object that every core body wraps: `{"product": {…}}`."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise Refused(f"The {name} field is required.")
        return value

    def existing(self, kind: str) -> Record:
        record = self.store.get(kind, self.ids[0])
        if record is None:
            raise NotFound
        return record


Handler = Callable[[Call], Answer]

# What a write answers with, whatever GET embeds: the examples show variants without
# prices and stock, and customers with their addresses.
_WRITTEN: Final = frozenset(
    {"product.variants", "customer.addresses", "customer.users"}
)
_COLUMNS: Final = {
    "id": "int",
    "parent": "int",
    "created_at": "text",
    "updated_at": "text",
}


# --- reading -------------------------------------------------------------------------


def list_of(kind: str) -> Handler:
    columns = _COLUMNS | {field.name: field.type for field in FIELDS[kind]}

    def answer(call: Call) -> Answer:
        wire = Wire(call.store, call.dialect)
        asked = wanted(kind, include_modes(call.query), wire)
        every = call.store.rows(kind)
        tree = kind == "category" and call.dialect.categories == "tree"
        # In a tree the parents are the rows, and paging counts parents.
        rows = [row for row in every if not tree or row["parent"] is None]
        window = select(rows, call.query, call.dialect, columns=columns, turn=call.turn)
        embedded = call.dialect.embedded - (set() if tree else {"category.children"})
        renderer = Renderer(wire, embedded)
        shown = [renderer.render(kind, row, asked) for row in window.rows]
        counts = {"all": len(every), "filtered": window.filtered, "page": len(shown)}
        body: Record = {PLURAL[kind]: shown, **_beside(renderer)}
        if key := _total_key(kind, call.dialect):
            body[key] = counts[call.dialect.total_counts]
        return Answer(200, body)

    return answer


def one_of(kind: str) -> Handler:
    def answer(call: Call) -> Answer:
        wire = Wire(call.store, call.dialect)
        asked = wanted(kind, include_modes(call.query), wire)
        renderer = Renderer(wire, call.dialect.embedded)
        shown = renderer.render(kind, call.existing(kind), asked)
        if call.dialect.single == "bare":
            return Answer(200, shown | _beside(renderer))
        return Answer(200, {kind: shown} | _beside(renderer))

    return answer


def _total_key(kind: str, dialect: Dialect) -> str | None:
    if dialect.total_key == "text":
        return "totals" if kind == "collection" else "total"
    return None if dialect.total_key == "none" else dialect.total_key


def _beside(renderer: Renderer) -> Record:
    return {path: list(rows.values()) for path, rows in renderer.beside.items()}


# --- writing -------------------------------------------------------------------------


def written(call: Call, kind: str, record: Record, status: int) -> Answer:
    wire = Wire(call.store, call.dialect)
    asked = Wanted()
    if kind in ("product", "variant"):  # Bruno options here too
        asked = wanted(kind, include_modes(call.query), wire)
    shown = Renderer(wire, _WRITTEN).render(kind, record, asked)
    wrap = call.dialect.write_answers == "wrapped"
    return Answer(status, {kind: shown} if wrap else shown)


def deleted(call: Call) -> Answer:
    status = call.dialect.delete_status
    return Answer(status, None if status == 204 else {})


def create_category(call: Call) -> Answer:
    parent = None
    if call.ids:
        parent = call.existing("category")
        if parent["parent"] is not None:
            raise Refused("A subcategory cannot have subcategories.")
    data = call.root("category")
    demand(data, "category.", "name")
    row = blank("category") | {"parent": parent["id"] if parent else None}
    write("category", row, data, "P")
    _refuse_same_category(call.store, row)
    return _created(call, "category", row, row["name"])


def change_category(call: Call) -> Answer:
    row = call.store.draft("category", call.existing("category")["id"])
    write("category", row, call.root("category"), "U")
    if not row["name"]:
        raise Refused("The category.name field is required.")
    _refuse_same_category(call.store, row)
    return written(call, "category", call.store.put("category", row), 200)


def delete_category(call: Call) -> Answer:
    """Subcategories go too; products stay and lose the categories."""
    top = call.existing("category")
    gone = [row for row in call.store.rows("category") if row["parent"] == top["id"]]
    ids = {row["id"] for row in (*gone, top)}
    for product in call.store.rows("product"):
        if ids.intersection(product["categories"]):
            draft = call.store.draft("product", product["id"])
            draft["categories"] = [one for one in draft["categories"] if one not in ids]
            call.store.put("product", draft)
    for row in (*gone, top):
        call.store.remove("category", row["id"])
        call.store.effect("delete", kind="category", key=row["name"], id=row["id"])
    return deleted(call)


def _refuse_same_category(store: Store, row: Record) -> None:
    for other in store.rows("category"):
        same = (other["parent"], other["name"]) == (row["parent"], row["name"])
        if same and other["id"] != row.get("id"):
            raise Refused("The category exists.", code=Code.CATEGORY_EXISTS)


def create_collection(call: Call) -> Answer:
    data = call.root("collection")
    demand(data, "collection.", "title")
    row = blank("collection")
    write("collection", row, data, "P")
    _check_customers(call.store, row)
    return _created(call, "collection", row, row["title"])


def change_collection(call: Call) -> Answer:
    row = call.store.draft("collection", call.existing("collection")["id"])
    data = call.root("collection")
    write("collection", row, data, "U", reset=call.dialect.put == "full")
    if not row["title"]:
        raise Refused("The collection.title field is required.")
    _check_customers(call.store, row)
    return written(call, "collection", call.store.put("collection", row), 200)


def _check_customers(store: Store, row: Record) -> None:
    for one in row["allowed_customers"]:
        if store.get("customer", one) is None:
            raise Refused("The selected allowed customers is invalid.")


def _created(call: Call, kind: str, row: Record, key: str) -> Answer:
    row = call.store.put(kind, row)
    call.store.effect("create", kind=kind, key=key, id=row["id"])
    return written(call, kind, row, 201)


def post_customer(call: Call) -> Answer:
    send_mail = call.body.get("send_customer_email") is True
    row = create_customer(call.store, call.root("customer"), send_mail=send_mail)
    return written(call, "customer", row, 201)


def put_customer(call: Call) -> Answer:
    customer_id = call.existing("customer")["id"]
    row = change_customer(call.store, customer_id, call.root("customer"), call.dialect)
    return written(call, "customer", row, 200)


def post_product(call: Call) -> Answer:
    data = call.root("product")
    rules = ProductRules(call.store, call.dialect, "P")
    variants = listed(data.get("variants") or [], "product.variants")
    refuse_same_sku_twice(variants)
    product = rules.new_product(data, "product.")
    for index, one in enumerate(variants):
        rules.add_variant(product, one, f"product.variants.{index}.")
    return written(call, "product", call.store.put("product", product), 201)


def put_product(call: Call) -> Answer:
    """Only the root object: `variants` in the body change nothing."""
    product = call.store.draft("product", call.existing("product")["id"])
    rules = ProductRules(call.store, call.dialect, "U")
    full = call.dialect.put == "full"
    rules.write_root(product, call.root("product"), reset=full)
    return written(call, "product", call.store.put("product", product), 200)


def delete_product(call: Call) -> Answer:
    rules = ProductRules(call.store, call.dialect, "U")
    rules.delete_product(call.existing("product"))
    return deleted(call)


def post_variant(call: Call) -> Answer:
    product = call.store.draft("product", call.existing("product")["id"])
    rules = ProductRules(call.store, call.dialect, "P")
    variant = rules.add_variant(product, call.root("variant"), "variant.")
    call.store.put("product", product)
    return written(call, "variant", variant, 201)


def put_variant(call: Call) -> Answer:
    product = call.store.draft("product", call.existing("product")["id"])
    variant = variant_of(product, call.ids[1])
    rules = ProductRules(call.store, call.dialect, "U")
    rules.change_variant(product, variant, call.root("variant"))
    call.store.put("product", product)
    return written(call, "variant", variant, 200)


def delete_variant(call: Call) -> Answer:
    product = call.store.draft("product", call.existing("product")["id"])
    rules = ProductRules(call.store, call.dialect, "U")
    rules.delete_variant(product, variant_of(product, call.ids[1]))
    call.store.put("product", product)
    return deleted(call)
