"""Related resources: which relations there are, and Architect's three modes of showing.

product ──┬── categories ── products …      collection ── products …
          ├── collection, subbrand, tags    category ──┬── children
          └── variants ──┬── prices                    └── products …
                         ├── inventory      customer ──┬── addresses
                         └── costPrices                └── users
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from reconcile.sandbox.fields import Record
from reconcile.sandbox.refusals import Broken
from reconcile.sandbox.store import Store
from reconcile.sandbox.wire import PRICE_FORMS, Wire


class Relation(NamedTuple):
    rows: Callable[[Store, Record], Any]
    """A list of records, one record or nothing, or a map (`prices`)."""
    target: str
    """The kind of the related records, or the name of a leaf form."""


def _categories(store: Store, product: Record) -> list[Record]:
    found = (store.get("category", one) for one in product["categories"])
    return [row for row in found if row is not None]


RELATIONS: Final[Mapping[str, Mapping[str, Relation]]] = {
    "category": {
        "children": Relation(
            lambda s, r: [c for c in s.rows("category") if c["parent"] == r["id"]],
            "category",
        ),
        "products": Relation(
            lambda s, r: [p for p in s.rows("product") if r["id"] in p["categories"]],
            "product",
        ),
    },
    "collection": {
        "products": Relation(
            lambda s, r: [
                p for p in s.rows("product") if p["collection_id"] == r["id"]
            ],
            "product",
        ),
    },
    "customer": {
        "addresses": Relation(lambda _s, r: r["addresses"], "address"),
        "users": Relation(lambda _s, r: r["users"], "user"),
    },
    "product": {
        "categories": Relation(_categories, "category"),
        "collection": Relation(
            lambda s, r: s.get("collection", r["collection_id"]), "collection"
        ),
        "subbrand": Relation(lambda _s, r: _subbrand(r["subbrand_id"]), "subbrand"),
        "tags": Relation(lambda _s, r: [{"name": one} for one in r["tags"]], "tag"),
        "variants": Relation(lambda _s, r: r["variants"], "variant"),
    },
    "variant": {
        "prices": Relation(lambda _s, r: r["prices"], "prices"),
        "inventory": Relation(lambda _s, r: list(r["inventory"].values()), "inventory"),
        "costPrices": Relation(lambda _s, r: r["cost_prices"], "cost_price"),
    },
}


@dataclass(slots=True)
class Wanted:
    """One level of asked relations."""

    mode: str = "embed"
    below: dict[str, Wanted] = field(default_factory=dict)


def wanted(kind: str, modes: Mapping[str, str], wire: Wire) -> Wanted:
    """The tree of asked relations; an unknown one is a 500, as in Eloquent."""
    root = Wanted()
    for path, mode in modes.items():
        steps = path.split(".")
        _check(kind, steps)
        if any(_within(path, one) for one in wire.dialect.refused_includes):
            raise Broken
        if any(_within(path, one) for one in wire.dialect.ignored_includes):
            continue
        node = root
        for step in steps:
            node = node.below.setdefault(step, Wanted())
        node.mode = mode
    return root


class Renderer:
    """Renders records with their relations; side-loaded objects gather in `beside`."""

    def __init__(self, wire: Wire, embedded: Collection[str]) -> None:
        self.wire = wire
        self.embedded = embedded
        self.beside: dict[str, dict[int, Any]] = {}

    def render(self, kind: str, record: Record, asked: Wanted, path: str = "") -> Any:
        shaped = self._own(kind, record)
        for name, relation in RELATIONS.get(kind, {}).items():
            if name in asked.below:
                below = asked.below[name]
            elif self._comes_along(kind, name, path, record):
                below = Wanted()
            else:
                continue
            key = self._key(name)
            full = f"{path}.{name}" if path else name
            rows = relation.rows(self.wire.store, record)
            shaped[key] = self._related(relation.target, rows, below, full)
        return shaped

    def _comes_along(self, kind: str, name: str, path: str, record: Record) -> bool:
        """Only the objects of the list itself bring relations unasked; and variants,
        whose prices are an attribute."""
        if f"{kind}.{name}" not in self.embedded or (path and kind != "variant"):
            return False
        if kind == "category" and name == "children":
            # Subcategories have no `children` key in any example.
            return bool(record["parent"] is None)
        return True

    def _related(self, target: str, rows: Any, asked: Wanted, path: str) -> Any:
        if target == "prices":
            return self.wire.prices(rows)
        if rows is None:
            return None
        if isinstance(rows, dict):
            return self._by_mode([self.render(target, rows, asked, path)], asked, path)[
                0
            ]
        shaped = [self.render(target, row, asked, path) for row in rows]
        if target == "inventory" and asked.mode == "embed":
            return self.wire.map({one["stock_type"]: one for one in shaped})
        return self._by_mode(shaped, asked, path)

    def _by_mode(self, shaped: list[Any], asked: Wanted, path: str) -> list[Any]:
        if asked.mode == "embed" or not all(isinstance(one, dict) for one in shaped):
            return shaped
        if asked.mode == "sideload" and shaped:
            beside = self.beside.setdefault(path, {})
            beside.update({one["id"]: one for one in shaped})
        return [one["id"] for one in shaped]

    def _own(self, kind: str, record: Record) -> Any:
        leaf = LEAVES.get(kind)
        return leaf(self.wire, record) if leaf else self.wire.shape(kind, record)

    def _key(self, name: str) -> str:
        if self.wire.dialect.include_keys == "camel":
            return name
        return re.sub(r"(?=[A-Z])", "_", name).lower()


def _check(kind: str, steps: list[str]) -> None:
    for step in steps:
        relation = RELATIONS.get(kind, {}).get(step)
        if relation is None:
            raise Broken
        kind = relation.target


def _within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + ".")


def _subbrand(subbrand_id: int | None) -> Record | None:
    """No endpoint knows subbrands: any id stands for one."""
    if subbrand_id is None:
        return None
    return {"id": subbrand_id, "name": f"Subbrand {subbrand_id}"}


def _inventory(wire: Wire, record: Record) -> Record:
    return {**record, "entity_id": wire.brand_id}


def _cost_price(wire: Wire, record: Record) -> Record:
    form = PRICE_FORMS[wire.dialect.prices]
    return {**record, "cost_price": form(record["cost_price"])}


LEAVES: Final[Mapping[str, Callable[[Wire, Record], Any]]] = {
    "cost_price": _cost_price,
    "inventory": _inventory,
    "subbrand": lambda _wire, record: record,
    "tag": lambda wire, record: wire.tag(record["name"]),
    "user": lambda _wire, record: record,
}
