"""A large brand as people would write it, and a Traede that knows it already.

Deterministic, and written as a stream: the kernel books the peak memory of a parent
on its children too, so who measures them has to stay small.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = """\
name: bench
base_currency: DKK
currencies: [DKK, EUR, SEK]     # every variant on sale has a price in each
timezone: Europe/Copenhagen
state: sqlite:///state.db

traede: {brand_id: 1}
"""
CATEGORIES = {
    "Knitwear": ("Sweaters", "Cardigans", "Vests", "Base layers"),
    "Rainwear": ("Raincoats", "Rain jackets", "Rain trousers", "Ponchos"),
    "Everyday": ("Shirts", "T-shirts", "Trousers", "Shorts"),
}
COLLECTIONS = {
    "aw26": "Autumn/Winter 2026",
    "ss27": "Spring/Summer 2027",
    "basics": "Never out of stock",
}
SUPPLIERS = ("501", "502", "503")
NAMES = ("Undertow", "Beacon", "Drizzle", "Ferryman", "Gale", "Groyne", "Skerry")
FABRICS = ("merino wool", "recycled polyester", "waxed cotton", "linen")
COLORS = {"Navy": "NVY", "Sand": "SND", "Black": "BLK", "Kelp": "KLP"}
SIZES = ("XS", "S", "M", "L", "XL")
VARIANTS = 2 * len(SIZES)
STYLES_PER_CUSTOMER = 20


def write_brand(folder: Path, styles: int) -> None:
    """`reconcile.yaml`, its catalog, and `account.json` for a sandbox to start with."""
    _write(folder / "reconcile.yaml", [CONFIG])
    catalog = folder / "catalog"
    _write(catalog / "categories.yaml", _categories())
    _write(catalog / "collections.yaml", _collections())
    _write(catalog / "customers.yaml", _customers(styles // STYLES_PER_CUSTOMER))
    for style in map(Style, range(styles)):
        path = catalog / "products" / style.season / style.file
        _write(path, [_product(style)])
    _write(folder / "account.json", _account(styles))


@dataclass(frozen=True, slots=True)
class Style:
    """What catalog and account both say about one style."""

    number: int

    @property
    def item_number(self) -> str:
        return str(10_000 + self.number)

    @property
    def name(self) -> str:
        return f"{_nth(NAMES, self.number)} {self.number}"

    @property
    def file(self) -> str:
        return f"{self.name.lower().replace(' ', '-')}.yaml"

    @property
    def season(self) -> str:
        return _nth(tuple(COLLECTIONS), self.number)

    @property
    def fabric(self) -> str:
        return _nth(FABRICS, self.number)

    @property
    def description(self) -> str:
        return (
            f"<p>{self.name} in {self.fabric}, for long days on the water. Flat seams, "
            "and a hem that stays where it is. Made in small series.</p>"
        )

    @property
    def categories(self) -> list[str]:
        top = _nth(tuple(CATEGORIES), self.number)
        return [top, f"{top} > {_nth(CATEGORIES[top], self.number)}"]

    @property
    def supplier(self) -> str:
        return _nth(SUPPLIERS, self.number)

    @property
    def release_date(self) -> str:
        return f"2026-09-{1 + self.number % 28:02d}"

    @property
    def smallest_order(self) -> int:
        return 1 + self.number % 3

    @property
    def weight(self) -> int:
        return 200 + self.number % 900

    @property
    def drop(self) -> str:
        return f"{self.season.upper()}-1"

    @property
    def prices(self) -> dict[str, dict[str, str]]:
        kroner = 150 + self.number % 60 * 10
        rates = {"DKK": 1.0, "EUR": 0.134, "SEK": 1.5}
        return {
            currency: {
                "sales_price": f"{kroner * rate:.2f}",
                "rec_sales_price": f"{kroner * rate * 2.4:.2f}",
            }
            for currency, rate in rates.items()
        }

    @property
    def variants(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """SKU, EAN and attributes of each."""
        for place in range(VARIANTS):
            shade, size = divmod(place, len(SIZES))
            color = _nth(tuple(COLORS), self.number + shade)
            yield (
                f"NJ-{self.number:05d}-{COLORS[color]}-{SIZES[size]}",
                _ean(self.number * VARIANTS + place),
                {"Color": color, "Size": SIZES[size]},
            )


# --- the catalog -------------------------------------------------------------------


def _categories() -> Iterator[str]:
    yield "categories:\n"
    for top, below in CATEGORIES.items():
        yield f"  - name: {top}\n    children:\n"
        yield from (f"      - {{name: {name}}}\n" for name in below)


def _collections() -> Iterator[str]:
    yield "collections:\n"
    for title in COLLECTIONS.values():
        yield f"  - {{title: {title}, visibility: customers}}\n"


def _customers(count: int) -> Iterator[str]:
    yield "customers:\n"
    for number in range(count):
        yield f"""\
  # orders twice a year, at the fair
  - customer_number: "{1000 + number}"
    name: Havnens Magasin {number}
    currency: DKK
    discount_percentage: {number % 10}
    payment_term: {{payment_term_code: 30-days}}
    billing_email: faktura@magasin{number}.example
    allowed_currencies: [{{currency: DKK, amount: 2500}}]
    addresses:
      - {{title: Primary address, name: Havnens Magasin, address: Havnegade {number}, \
zip: "9990", city: Skagen, country: DK}}
"""


def _product(style: Style) -> str:
    prices = "".join(
        f"        {currency}: {{sales_price: {price['sales_price']}, "
        f"rec_sales_price: {price['rec_sales_price']}}}\n"
        for currency, price in style.prices.items()
    )
    variants = "".join(
        f'      - {{sku: {sku}, ean: "{ean}", '
        f"attributes: {{Color: {own['Color']}, Size: {own['Size']}}}}}\n"
        for sku, ean, own in style.variants
    )
    return f"""\
# yaml-language-server: $schema=../../../schemas/catalog.schema.json
products:
  - item_number: "{style.item_number}"
    name: {style.name}
    description: {style.description}
    categories: [{", ".join(style.categories)}]
    collection: {COLLECTIONS[style.season]}
    tags: [{style.fabric}, unisex]
    release_date: {style.release_date}
    min_order_quantity: {style.smallest_order}
    suppliers: [{{supplier_number: "{style.supplier}", primary: true, \
lead_time_type: weeks, lead_time_from: 9, lead_time_to: 11}}]
    meta: {{material: 100 % {style.fabric}, care: "Wash at 30°, no bleach"}}
    translations:
      danish: {{name: "{style.name}, dansk"}}
      german: {{name: "{style.name}, deutsch"}}
    variant_defaults:
      weight: {style.weight}
      weight_type: g
      prices:                  # the same in all sizes
{prices}\
      drops: [{{drop_code: {style.drop}}}]
      images: [{{url: "https://img.example/{style.season}/{style.number}.jpg"}}]
    variants:
      # two colours of each; the mill had no more in spring
{variants}"""


# --- the account -------------------------------------------------------------------


def _account(styles: int) -> Iterator[str]:
    """A sketch as the sandbox loads it, with all that the catalog says."""
    ids = {title: own for own, title in enumerate(COLLECTIONS.values(), 1)}
    collections = [
        {"id": own, "title": title, "visibility": "customers"}
        for title, own in ids.items()
    ]
    yield f'{{"suppliers": {json.dumps(SUPPLIERS)},\n'
    yield f'"categories": {json.dumps(list(_category_rows()))},\n'
    customers = [_customer_row(n) for n in range(styles // STYLES_PER_CUSTOMER)]
    yield f'"collections": {json.dumps(collections)},\n'
    yield f'"customers": {json.dumps(customers)},\n"products": [\n'
    for style in map(Style, range(styles)):
        row = _product_row(style, ids[COLLECTIONS[style.season]])
        yield f"{',' if style.number else ''}{json.dumps(row)}\n"
    yield "]}\n"


def _category_rows() -> Iterator[dict[str, str]]:
    for top, below in CATEGORIES.items():
        yield {"name": top}
        yield from ({"name": name, "parent": top} for name in below)


def _customer_row(number: int) -> dict[str, Any]:
    address = {
        "title": "Primary address",
        "name": "Havnens Magasin",
        "address": f"Havnegade {number}",
        "zip": "9990",
        "city": "Skagen",
        "country": "DK",
    }
    return {
        "customer_number": str(1000 + number),
        "name": f"Havnens Magasin {number}",
        "currency": "DKK",
        "discount_percentage": number % 10,
        "payment_term": {"payment_term_code": "30-days"},
        "billing_email": f"faktura@magasin{number}.example",
        "allowed_currencies": [{"currency": "DKK", "amount": 2500}],
        "addresses": [address],
    }


def _product_row(style: Style, collection: int) -> dict[str, Any]:
    return {
        "item_number": style.item_number,
        "name": style.name,
        "description": style.description,
        "categories": style.categories,
        "tags": [style.fabric, "unisex"],
        "collection_id": collection,
        "release_date": style.release_date,
        "min_order_quantity": style.smallest_order,
        "suppliers": [
            {
                "supplier_number": style.supplier,
                "primary": True,
                "lead_time_type": "weeks",
                "lead_time_from": 9,
                "lead_time_to": 11,
            }
        ],
        "meta": {
            "material": f"100 % {style.fabric}",
            "care": "Wash at 30°, no bleach",
        },
        "translations": [
            {"product_locale_code": "danish", "name": f"{style.name}, dansk"},
            {"product_locale_code": "german", "name": f"{style.name}, deutsch"},
        ],
        "variants": [
            {
                "sku": sku,
                "ean": ean,
                "attributes": attributes,
                "prices": style.prices,
                "weight": style.weight,
                "weight_type": "g",
                "drops": [{"drop_code": style.drop}],
            }
            for sku, ean, attributes in style.variants
        ],
    }


def _write(path: Path, texts: Iterator[str] | list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(texts)


def _nth(words: tuple[str, ...], number: int) -> str:
    return words[number % len(words)]


def _ean(number: int) -> str:
    digits = f"570{number:09d}"
    weighed = sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits))
    return f"{digits}{-weighed % 10}"
