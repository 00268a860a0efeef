"""A large brand as people would write it: `write_brand(folder, 1000)`.

Deterministic, and written as a stream, so that the memory of who calls it stays small
(a child process inherits the peak of its parent in the kernel's books).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

CONFIG = """\
name: bench
base_currency: DKK
currencies: [DKK, EUR, SEK]     # every variant on sale has a price in each
timezone: Europe/Copenhagen
state: sqlite:///state.db

traede: {brand_id: 1}
"""
SUPPLIERS = ("501", "502", "503")
TREE = {
    "Knitwear": ("Sweaters", "Cardigans", "Vests", "Base layers"),
    "Rainwear": ("Raincoats", "Rain jackets", "Rain trousers", "Ponchos"),
    "Everyday": ("Shirts", "T-shirts", "Trousers", "Shorts"),
}
SEASONS = {
    "aw26": "Autumn/Winter 2026",
    "ss27": "Spring/Summer 2027",
    "basics": "Never out of stock",
}
NAMES = ("Undertow", "Beacon", "Drizzle", "Ferryman", "Gale", "Groyne", "Skerry")
FABRICS = ("merino wool", "recycled polyester", "waxed cotton", "linen")
COLORS = (("Navy", "NVY"), ("Sand", "SND"), ("Black", "BLK"), ("Kelp", "KLP"))
SIZES = ("XS", "S", "M", "L", "XL")
VARIANTS = 2 * len(SIZES)
STYLES_PER_CUSTOMER = 20


def write_brand(folder: Path, styles: int) -> None:
    """A `reconcile.yaml` with its catalog, and the account to start a sandbox with."""
    _write(folder / "reconcile.yaml", CONFIG)
    _write(folder / "account.json", json.dumps({"suppliers": SUPPLIERS}))
    catalog = folder / "catalog"
    _write(catalog / "categories.yaml", _categories())
    _write(catalog / "collections.yaml", _collections())
    _write(catalog / "customers.yaml", _customers(styles // STYLES_PER_CUSTOMER))
    seasons = tuple(SEASONS)
    for number in range(styles):
        season = seasons[number % len(seasons)]
        name = f"{number:05d}-{NAMES[number % len(NAMES)].lower()}.yaml"
        _write(catalog / "products" / season / name, _style(number, season))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _categories() -> str:
    lines = ["categories:"]
    for top, below in TREE.items():
        lines += [f"  - name: {top}", "    children:"]
        lines += [f"      - {{name: {name}}}" for name in below]
    return "\n".join(lines) + "\n"


def _collections() -> str:
    lines = (f"  - {{title: {title}, visibility: customers}}\n" for title in _titles())
    return "collections:\n" + "".join(lines)


def _titles() -> Iterator[str]:
    yield from SEASONS.values()


def _customers(count: int) -> str:
    return "customers:\n" + "\n".join(_customer(n) for n in range(count)) + "\n"


def _customer(number: int) -> str:
    return f"""\
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


def _style(number: int, season: str) -> str:
    name = f"{NAMES[number % len(NAMES)]} {number}"
    top = tuple(TREE)[number % len(TREE)]
    below = TREE[top][number // len(TREE) % len(TREE[top])]
    fabric = FABRICS[number % len(FABRICS)]
    variants = "".join(_variants(number))
    kroner = 150 + number % 60 * 10
    return f"""\
# yaml-language-server: $schema=../../../schemas/catalog.schema.json
products:
  - item_number: "{10000 + number}"
    name: {name}
    description: <p>{name} in {fabric}, for long days on the water. Flat seams, and a \
hem that stays where it is. Made in small series; wash it rarely, air it often.</p>
    categories: [{top} > {below}, {top}]
    collection: {SEASONS[season]}
    tags: [{fabric}, unisex]
    release_date: 2026-09-{1 + number % 28:02d}
    min_order_quantity: {1 + number % 3}
    suppliers: [{{supplier_number: "{SUPPLIERS[number % len(SUPPLIERS)]}", \
primary: true, lead_time_type: weeks, lead_time_from: 9, lead_time_to: 11}}]
    meta: {{material: 100 % {fabric}, care: "Wash at 30°, no bleach", \
origin: Lithuania}}
    translations:
      danish: {{name: "{name}, dansk"}}
      german: {{name: "{name}, deutsch"}}
    variant_defaults:
      weight: {200 + number % 900}
      weight_type: g
      prices:                  # the same in all sizes
        DKK: {{sales_price: {kroner}, rec_sales_price: {kroner * 2.5:.2f}}}
        EUR: {{sales_price: {kroner / 7.5:.2f}, rec_sales_price: {kroner / 3:.2f}}}
        SEK: {{sales_price: {kroner * 1.5:.2f}, rec_sales_price: {kroner * 4}}}
      drops: [{{drop_code: {season.upper()}-1}}]
      images: [{{url: "https://img.example/{season}/{number}.jpg"}}]
    variants:
{variants}"""


def _variants(number: int) -> Iterator[str]:
    for place in range(VARIANTS):
        shade, size = divmod(place, len(SIZES))
        color, code = COLORS[(number + shade) % len(COLORS)]
        if place == len(SIZES):
            yield f"      # {color} came later; the mill had none in spring\n"
        own = ""
        if SIZES[size] == "XL":
            own = f", prices: {{DKK: {{sales_price: {175 + number % 60 * 10}}}}}"
        yield (
            f"      - {{sku: NJ-{number:05d}-{code}-{SIZES[size]}, "
            f'ean: "{_ean(number * VARIANTS + place)}", '
            f"attributes: {{Color: {color}, Size: {SIZES[size]}}}{own}}}\n"
        )


def _ean(number: int) -> str:
    digits = f"570{number:09d}"
    weighed = sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits))
    return f"{digits}{-weighed % 10}"
