"""The neutral form becomes our files, and says the same there."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from support.neutral import read_brand, write_catalog

TEE: dict[str, Any] = {
    "item_number": "1",
    "name": "Tee",
    "categories": [
        {"top_category": "New", "sub_category": None},
        {"top_category": "Men", "sub_category": "Tops"},
    ],
    "translations": [{"product_locale_code": "german", "name": "T-Shirt"}],
    "variants": [
        {
            "sku": "007",
            "attributes": {},
            "prices": {"EUR": {"sales_price": 40, "rec_sales_price": 97.50}},
            "meta": {},
            "images": [],
        }
    ],
}
SHOP = {
    "customer_number": "1",
    "name": "NO",
    "addresses": [{"title": "guitar", "zip": "0240"}, {"title": "guitar", "zip": "1"}],
}
MEN = {"name": "Men", "children": ["Tops"]}


def test_a_brand_becomes_files(tmp_path: Path) -> None:
    data = {"products": [TEE], "categories": [MEN], "customers": [SHOP]}
    (tmp_path / "brand.json").write_text(json.dumps(data), encoding="utf-8")

    brand = read_brand(tmp_path / "brand.json")
    write_catalog(brand, tmp_path / "catalog")

    price = brand["products"][0]["variants"][0]["prices"]["EUR"]["rec_sales_price"]
    assert price == Decimal("97.5")
    files = {
        path.relative_to(tmp_path / "catalog").as_posix(): path.read_text("utf-8")
        for path in (tmp_path / "catalog").rglob("*.yaml")
    }
    assert files == {
        "products/000.yaml": """\
products:
- item_number: '1'
  name: Tee
  categories:
  - New
  - Men > Tops
  translations:
    german:
      name: T-Shirt
  variants:
  - sku: '007'
    attributes:
      Size: One size
    prices:
      EUR:
        sales_price: 40
        rec_sales_price: 97.5
""",
        "categories.yaml": """\
categories:
- name: Men
  children:
  - name: Tops
""",
        "customers.yaml": """\
customers:
- customer_number: '1'
  name: NO
  addresses:
  - title: guitar
    zip: '0240'
  - title: guitar 2
    zip: '1'
""",
    }
