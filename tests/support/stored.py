"""What Traede should hold, and what it holds, in one form that can be compared.

    {"category":   {"Top > Sub": {"name", "parent"}},
     "collection": {title: row}, "customer": {number: row},
     "product":    {item_number: row}, "variant": {sku: row with its "product"}}

`wanted` goes from the neutral form to it, `held` from a dump of the sandbox. Neither
uses any code of the program: every field of a dump is named here again.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from support.neutral import Brand, Row, category_name

View = dict[str, dict[str, Row]]
Rows = dict[str, str]

KINDS = ("category", "collection", "customer", "product", "variant")
OWN = ("id", "created_at", "updated_at", "entity_id", "product_id", "shop_id")
"""What Traede gives to an object by itself."""

_PRODUCT: Row = {
    "subbrand_id": None,
    "collection": None,
    "name": None,
    "description": None,
    "image": None,
    "images": [],
    "active": True,
    "colli": [],
    "make_to_order_b2b": False,
    "make_to_order_b2c": False,
    "meta": {},
    "weight": None,
    "weight_type": "g",
    "no_inventory": False,
    "release_date": None,
    "noos": False,
    "min_order_quantity": None,
    "custom_sort": None,
    "order_colli_only": False,
    "url": None,
    "meta_title": None,
    "meta_description": None,
    "suppliers": [],
    "translations": {},
    "categories": [],
    "tags": [],
}
_VARIANT: Row = {
    "picture": None,
    "ean": None,
    "archived": False,
    "b2c_available": True,
    "make_to_order_b2b": None,
    "make_to_order_b2c": None,
    "meta": {},
    "weight": None,
    "weight_type": None,
    "release_date": None,
    "noos": None,
    "drops": [],
    "images": [],
    "cost_prices": [],
    "attributes": {},
    "prices": {},
    "inventory": {},
    "locations": {},
}
_PRICE: Row = {
    "sales_price": "0",
    "rec_sales_price": "0",
    "offer_price": None,
    "b2c_offer_price": None,
}
_COLLECTION: Row = {"active": True, "visibility": "customers", "allowed_customers": []}
_CUSTOMER: Row = {
    "agent_id": None,
    "active": True,
    "name": None,
    "billing_email": None,
    "reminder_charge": None,
    "interest_rate": None,
    "credit_type": None,
    "credit_modifier": None,
    "vat": None,
    "allowed_currencies": [],
    "currency": None,
    "discount_percentage": None,
    "payment_term": None,
    "addresses": {},
    "users": [],
}
_ADDRESS: Row = {
    "name": None,
    "vat": None,
    "address": None,
    "zip": None,
    "city": None,
    "region": None,
    "country": None,
    "telephone": None,
    "email": None,
    "website": None,
    "address_2": None,
    "remote_erp_id": None,
}
_TRANSLATION: Row = {
    "product_locale_id": None,
    "name": None,
    "description": None,
    "meta_title": None,
    "meta_description": None,
}


def wanted(brand: Brand) -> View:
    """All that Traede should hold after an apply of this catalog, and nothing else."""
    view: View = {kind: {} for kind in KINDS}
    for top in brand["categories"]:
        view["category"][top["name"]] = {"name": top["name"], "parent": None}
        for sub in top["children"]:
            row = {"name": sub["name"], "parent": top["name"]}
            view["category"][f"{top['name']} > {sub['name']}"] = row
    for collection in brand["collections"]:
        row = _over(_COLLECTION, collection, "title")
        row["allowed_customers"] = sorted(row["allowed_customers"])
        view["collection"][collection["title"]] = row
    for customer in brand["customers"]:
        view["customer"][customer["customer_number"]] = _wanted_customer(customer)
    for product in brand["products"]:
        view["product"][product["item_number"]] = _wanted_product(product)
        for variant in product["variants"]:
            row = {"product": product["item_number"], **_wanted_variant(variant)}
            view["variant"][variant["sku"]] = row
    return view


def _wanted_customer(customer: Row) -> Row:
    row = _over(_CUSTOMER, customer, "customer_number")
    if "discount_percentage" in customer:
        # Null is documented nowhere for it: none is 0.
        row["discount_percentage"] = row["discount_percentage"] or "0"
    row["addresses"] = {
        address["title"]: _over(_ADDRESS, address, "title")
        for address in row["addresses"]
    }
    row["allowed_currencies"] = [
        {"currency": one["currency"], "amount": _plain(one["amount"])}
        for one in row["allowed_currencies"]
    ]
    return row


def _wanted_product(product: Row) -> Row:
    row = _over(_PRODUCT, product, "item_number", "variants")
    row["categories"] = sorted(map(category_name, product["categories"]))
    row["tags"] = sorted(product["tags"])
    row["meta"] = _without_nulls(row["meta"])
    row["translations"] = {
        one["product_locale_code"]: _over(_TRANSLATION, one, "product_locale_code")
        for one in row["translations"] or ()
    }
    return row


def _wanted_variant(variant: Row) -> Row:
    row = _over(_VARIANT, variant, "sku")
    row["meta"] = _without_nulls(row["meta"])
    row["images"] = [{"alt": None, **image} for image in row["images"]]
    row["prices"] = {}
    for currency, price in variant["prices"].items():
        row["prices"][currency] = _over(_PRICE, price)
        for name in ("sales_price", "rec_sales_price"):
            # Traede keeps no price there: none is 0.
            row["prices"][currency][name] = row["prices"][currency][name] or "0"
    return row


def _over(defaults: Row, row: Row, *without: str) -> Row:
    """A whole row: the documented defaults, and over them what is said."""
    said = {name: value for name, value in row.items() if name not in without}
    said.pop("renamed_from", None)
    assert said.keys() <= defaults.keys(), said.keys() - defaults.keys()
    return {**defaults, **{name: _plain(value) for name, value in said.items()}}


def _plain(value: Any) -> Any:
    """A value as a dump has it: decimals as their shortest text, no empty text."""
    if value == "":
        return None
    if isinstance(value, Decimal) or (
        isinstance(value, int) and not isinstance(value, bool)
    ):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value


def _without_nulls(meta: Row) -> Row:
    return {name: value for name, value in meta.items() if value is not None}


# --- the other side -----------------------------------------------------------------


def held(dump: Row) -> View:
    """All that a dump holds, by the keys that people use."""
    view: View = {kind: {} for kind in KINDS}
    names = {row["id"]: row["name"] for row in dump["categories"]}
    paths = {
        row["id"]: f"{names[row['parent']]} > {row['name']}"
        if row["parent"]
        else row["name"]
        for row in dump["categories"]
    }
    titles = {row["id"]: row["title"] for row in dump["collections"]}
    numbers = {row["id"]: row["customer_number"] for row in dump["customers"]}
    for row in dump["categories"]:
        _add(
            view,
            "category",
            paths[row["id"]],
            {**_said(row), "parent": names.get(row["parent"])},
        )
    for row in dump["collections"]:
        # The number of a customer who is gone may stay behind.
        allowed = sorted(numbers[n] for n in row["allowed_customers"] if n in numbers)
        collection = {**_said(row, "title"), "allowed_customers": allowed}
        _add(view, "collection", row["title"], collection)
    for row in dump["customers"]:
        addresses: dict[str, Row] = {}
        for one in row["addresses"]:
            assert one["title"] not in addresses
            addresses[one["title"]] = _said(one, "title", "primary")
        customer = {**_said(row, "customer_number"), "addresses": addresses}
        _add(view, "customer", row["customer_number"], customer)
    for row in dump["products"]:
        product = _said(row, "item_number", "variants", "collection_id")
        product["collection"] = titles.get(row["collection_id"])
        product["categories"] = sorted(paths[own] for own in row["categories"])
        product["tags"] = sorted(row["tags"])
        product["translations"] = {
            one["product_locale_code"]: _said(one, "product_locale_code")
            for one in row["translations"]
        }
        _add(view, "product", row["item_number"], product)
        for variant in row["variants"]:
            own = _said(variant, "sku")
            own["images"] = [_said(image) for image in own["images"]]
            _add(
                view, "variant", variant["sku"], {"product": row["item_number"], **own}
            )
    return view


def rows_of(dump: Row) -> Rows:
    """Every row of a dump as the text that it is, times and all."""
    plurals = ("categories", "collections", "customers", "products")
    rows = {f"{kind} {row['id']}": row for kind in plurals for row in dump[kind]}
    for product in dump["products"]:
        rows |= {f"variants {row['id']}": row for row in product["variants"]}
    return {name: json.dumps(row) for name, row in rows.items()}


def _add(view: View, kind: str, key: str, row: Row) -> None:
    assert key not in view[kind], f"two of {kind} {key}"
    view[kind][key] = row


def _said(row: Row, *without: str) -> Row:
    return {k: value for k, value in row.items() if k not in (*OWN, *without)}


def differences(held: View, wanted: View) -> list[str]:
    """Every field in which they differ, one a line; empty if they are the same."""
    lines = []
    for kind in KINDS:
        for key in sorted(held[kind].keys() | wanted[kind].keys()):
            is_, should = held[kind].get(key), wanted[kind].get(key)
            if is_ is None or should is None:
                lines.append(f"{kind} {key}: {'missing' if is_ is None else 'extra'}")
                continue
            lines += [
                f"{kind} {key} {name}: {is_.get(name)!r}, not {should.get(name)!r}"
                for name in sorted(is_.keys() | should.keys())
                if is_.get(name) != should.get(name)
            ]
    return lines


def sketch(view: View) -> Row:
    """The same as something that a sandbox can load."""
    customers = {number: own for own, number in enumerate(view["customer"], 1)}
    collections = {title: own for own, title in enumerate(view["collection"], 1)}
    products = {
        number: {
            **row,
            "item_number": number,
            "collection_id": collections.get(row["collection"]),
            "translations": [
                {"product_locale_code": code, **one}
                for code, one in row["translations"].items()
            ],
            "variants": [],
        }
        for number, row in view["product"].items()
    }
    for row in products.values():
        del row["collection"]
    for sku, row in view["variant"].items():
        variant = {name: value for name, value in row.items() if name != "product"}
        products[row["product"]]["variants"].append({"sku": sku, **variant})
    return {
        "categories": list(view["category"].values()),
        "collections": [
            {
                **row,
                "id": collections[title],
                "title": title,
                "allowed_customers": [customers[n] for n in row["allowed_customers"]],
            }
            for title, row in view["collection"].items()
        ],
        "customers": [
            {
                **row,
                "id": customers[number],
                "customer_number": number,
                "addresses": [
                    {"title": title, **one} for title, one in row["addresses"].items()
                ],
            }
            for number, row in view["customer"].items()
        ],
        "products": list(products.values()),
    }
