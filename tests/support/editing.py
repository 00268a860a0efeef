"""A catalog in the neutral form while it is being edited, and what edits need of it.

Whoever is renamed carries `renamed_from`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Final, Protocol

from support.neutral import Brand, Row

CENT: Final = Decimal("0.01")
FURNISHED_DISCOUNT: Final = Decimal("7.5")


def furnished(brand: Brand) -> Brand:
    """A catalog with some of everything that the edits need to be there."""
    brand = copy.deepcopy(brand)
    numbers = [customer["customer_number"] for customer in brand["customers"]]
    brand["collections"] = [
        {"title": "Summer 2027", "visibility": "customers"},
        {"title": "Winter 2027", "visibility": "own_entity", "active": False},
        {
            "title": "For friends & family",
            "visibility": "customers_custom",
            "allowed_customers": numbers[:3],
        },
        {"title": "Archive: 100 %", "visibility": "customers"},
    ]
    for top in brand["categories"][:3]:
        sub = f"More {top['name']}"
        top["children"].append({"name": sub})
        for product in brand["products"][::9]:
            product["categories"].append(reference(top, {"name": sub}))
    titles = [collection["title"] for collection in brand["collections"]]
    for product in brand["products"][::5]:
        product["description"] = "<p>Soft # warm & “light”: 100 %.</p>"
    for place, product in enumerate(brand["products"][::3]):
        product["collection"] = titles[place % len(titles)]
    _furnish_variants([product["variants"][0] for product in brand["products"]])
    for customer in brand["customers"][::2]:
        customer["discount_percentage"] = FURNISHED_DISCOUNT
    return brand


def _furnish_variants(variants: list[Row]) -> None:
    prices = [next(iter(variant["prices"].values())) for variant in variants]
    for price in prices[::6]:
        price["offer_price"] = times(price["sales_price"], "0.8")
    for price in prices[::8]:
        price["b2c_offer_price"] = times(price["sales_price"], "1.5")
    for variant in variants[::4]:
        variant["meta"] = {**variant.get("meta", {}), "origin": "IT", "care": "40"}
    for variant in variants[::10]:
        variant |= {"weight": Decimal("0.45"), "weight_type": "kg"}
    for number, variant in enumerate(variants[::7], 900_000):
        variant["ean"] = ean(number)


def ean(number: int) -> str:
    """A valid EAN-13."""
    digits = f"57{number:010}"
    weighed = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return f"{digits}{-weighed % 10}"


@dataclass(slots=True)
class Editing:
    """One catalog being edited."""

    brand: Brand
    random: Random
    kept: frozenset[str] = frozenset()
    """Names of what has to stay, because something unmanaged hangs on it."""
    retired: set[str] = field(default_factory=set)
    """Collections taken out of the catalog: Traede keeps them, off sale."""
    new: set[int] = field(default_factory=set)
    """What earlier edits have made, by `id`: it is not in Traede yet."""
    serial: int = 0

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def pick(self, kind: str, fits: Callable[[Row], Any] = bool) -> Row | None:
        fitting = [row for row in self.brand[kind] if fits(row)]
        return self.random.choice(fitting) if fitting else None

    def pick_variant(
        self, fits: Callable[[Row], Any] = bool
    ) -> tuple[Row, Row] | tuple[None, None]:
        fitting = [
            (product, variant)
            for product in self.brand["products"]
            for variant in product["variants"]
            if fits(variant)
        ]
        return self.random.choice(fitting) if fitting else (None, None)

    def pick_price(
        self, fits: Callable[[Row], Any] = bool
    ) -> tuple[str, Row] | tuple[None, None]:
        """A price of some variant, and what to call it."""
        fitting = [
            (f"{currency} of {variant['sku']}", price)
            for product in self.brand["products"]
            for variant in product["variants"]
            for currency, price in variant["prices"].items()
            if fits(price)
        ]
        return self.random.choice(fitting) if fitting else (None, None)

    def add(self, rows: list[Row], row: Row) -> Row:
        rows.append(row)
        self.new.add(id(row))
        return row

    def rename(self, row: Row, name: str, key: str) -> str:
        old = row[name]
        row.setdefault("renamed_from", old)
        row[name] = key
        return f"{old} is {key}"

    def is_old(self, row: Row) -> bool:
        """Whether Traede has it under this name."""
        return id(row) not in self.new and "renamed_from" not in row

    def may_go(self, row: Row, name: str) -> bool:
        return row.get("renamed_from", row[name]) not in self.kept

    def categories(self) -> Iterator[tuple[Row | None, Row]]:
        for top in self.brand["categories"]:
            yield None, top
            for sub in top["children"]:
                yield top, sub

    def references(self) -> list[Row]:
        """Every category that there is, as a product refers to it."""
        return [reference(top, row) for top, row in self.categories()]


class Edit(Protocol):
    """One way to change a catalog."""

    __name__: str

    def __call__(self, editing: Editing) -> str | None: ...


def reference(top: Row | None, row: Row) -> Row:
    return {
        "top_category": (top or row)["name"],
        "sub_category": row["name"] if top else None,
    }


def other_price(editing: Editing, price: Any) -> Decimal:
    new = times(price, editing.random.choice(["0.93", "1.04", "1.11"]))
    return new if new != price else new + CENT


def times(price: Any, factor: str) -> Decimal:
    return (Decimal(price) * Decimal(factor)).quantize(CENT)
