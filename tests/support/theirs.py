"""What is in an account besides ours: of all of it nothing may change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import Any, Final

from support.counting import new_names
from support.neutral import Brand
from support.stored import View

from reconcile.sandbox import Sandbox

UNMANAGED: Final = {
    "category": 3,
    "collection": 1,
    "customer": 1,
    "product": 1,
    "variant": 3,
}


def theirs(base_currency: str) -> dict[str, Any]:
    """Objects of somebody else; each has "theirs" in its row."""
    prices = {base_currency: {"sales_price": "12.50", "rec_sales_price": "30"}}
    variants = [
        {
            "sku": f"theirs-{size}",
            "attributes": {"Size": size},
            "prices": prices,
            "archived": size == "L",
            "meta": {"whose": "theirs"},
        }
        for size in ("S", "L")
    ]
    return {
        "base_currency": base_currency,
        "categories": [
            {"name": "Theirs"},
            {"name": "Of theirs", "parent": "Theirs"},
        ],
        "collections": [
            {
                "id": 1,
                "title": "Theirs",
                "visibility": "customers_custom",
                "allowed_customers": [1],
            }
        ],
        "customers": [
            {
                "id": 1,
                "customer_number": "theirs",
                "name": "Theirs",
                "currency": "SEK",
                "discount_percentage": "3",
                "addresses": [{"title": "Shop", "name": "Theirs", "zip": "0101"}],
            }
        ],
        "products": [
            {
                "item_number": "theirs",
                "name": "Theirs",
                "categories": ["Theirs", "Theirs > Of theirs"],
                "collection_id": 1,
                "tags": ["theirs"],
                "variants": variants,
            }
        ],
    }


def add_below_ours(box: Sandbox, full: Brand) -> frozenset[str]:
    """Something of theirs in what is ours, and the names of ours: these must stay."""
    top = full["categories"][0]["name"]
    box.create("category", name="Theirs below ours", parent=top)
    box.edit("product", "theirs", categories=["Theirs", top])
    product = full["products"][0]
    model = product["variants"][0]
    box.create(
        "variant",
        "theirs-in-ours",
        item_number=product["item_number"],
        attributes=dict.fromkeys(model["attributes"], "theirs"),
        prices={name: {"sales_price": "5"} for name in model["prices"]},
    )
    return frozenset((top, product["item_number"]))


def by_hand(full: Brand) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Fields that the catalog does not write, set by somebody on objects that it
    does: kind, key, fields."""
    for customer in full["customers"]:
        yield "customer", customer["customer_number"], {"active": False, "vat": "25"}
    for product in full["products"][1::2]:
        yield "product", product["item_number"], {"subbrand_id": 7}
        for variant in product["variants"]:
            yield "variant", variant["sku"], {"picture": "tee.jpg"}
            for currency, price in variant["prices"].items():
                if "offer_price" not in price:
                    offer = {f"prices.{currency}.offer_price": "1.5"}
                    yield "variant", variant["sku"], offer


def keep_by_hand(view: View, full: Brand, after: Brand) -> None:
    """What was set by hand is still there, but for what an edit has written over."""
    names = new_names(after)
    for kind, key, fields in by_hand(full):
        row: Any = view[kind].get(names[kind].get(key, ""))
        for path, value in fields.items() if row else ():
            *above, name = path.split(".")
            place = reduce(getitem, above, row)
            if name != "offer_price" or place[name] is None:
                place[name] = value


def is_theirs(text: str) -> bool:
    own = text.partition('"variants": ')[0]
    return "theirs" in own.casefold()


def ours(view: View) -> View:
    return {
        kind: {key: row for key, row in rows.items() if "heirs" not in key}
        for kind, rows in view.items()
    }
