"""The neutral form of a real catalog, and the same catalog as our YAML files.

The neutral form is Traede's sync form without its instructions:

    {"products":   [{"item_number", "name", "categories": [{"top_category",
                     "sub_category"}], "variants": [{"sku", "attributes", "prices"}]}],
     "categories": [{"name", "children": [name]}],
     "customers":  [{"customer_number", "name", "currency", "addresses": [{…}]}]}

Tests add to it `collections`, the `collection` of a product, and `renamed_from`.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

Row = dict[str, Any]
Brand = dict[str, list[Row]]


def read_brand(path: Path) -> Brand:
    """A catalog in the neutral form, prices exact, made fit for Traede."""
    data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return fit(data)


def fit(data: Row) -> Brand:
    """What Traede demands and other systems do not: every variant has an attribute,
    and no customer has two addresses of one title."""
    for product in data["products"]:
        for variant in product["variants"]:
            variant["attributes"] = variant["attributes"] or {"Size": "One size"}
    for customer in data["customers"]:
        seen: Counter[str] = Counter()
        for address in customer["addresses"]:
            title = address["title"]
            seen[title] += 1
            if seen[title] > 1:
                address["title"] = f"{title} {seen[title]}"
    for category in data["categories"]:
        category["children"] = [{"name": name} for name in category["children"]]
    return {"collections": [], **data}


def write_catalog(brand: Brand, folder: Path) -> None:
    """Write the files of a catalog: one a style, and one each for the other kinds."""
    for old in folder.rglob("*.yaml"):
        old.unlink()
    for name, document in documents(brand).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_yaml(document), encoding="utf-8")


def documents(brand: Brand) -> dict[str, Row]:
    """The documents of a catalog, by file."""
    files: dict[str, Row] = {
        f"products/{number:03}.yaml": {"products": [_product(product)]}
        for number, product in enumerate(brand["products"])
    }
    for kind in ("categories", "collections", "customers"):
        if brand[kind]:
            files[f"{kind}.yaml"] = {kind: brand[kind]}
    return files


def category_name(reference: Row) -> str:
    """How a file refers to a category: `Top > Sub`."""
    top, sub = reference["top_category"], reference["sub_category"]
    return f"{top} > {sub}" if sub else str(top)


def _product(product: Row) -> Row:
    document = {**product, "categories": [*map(category_name, product["categories"])]}
    if "translations" in product:
        document["translations"] = {
            row["product_locale_code"]: {
                name: text
                for name, text in row.items()
                if name != "product_locale_code"
            }
            for row in product["translations"]
        }
    document["variants"] = [_variant(variant) for variant in product["variants"]]
    return document


def _variant(variant: Row) -> Row:
    # An empty list of images asks for nothing.
    return {name: value for name, value in variant.items() if value not in ([], {})}


class _Exact(SafeRepresenter):
    """Writes a decimal with the digits that it has."""

    def decimal(self, number: Decimal) -> Any:
        text = format(number, "f")
        return self.represent_scalar(
            f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text
        )

    def ignore_aliases(self, _: Any) -> bool:
        return True


_Exact.add_representer(Decimal, _Exact.decimal)


def _yaml(document: Row) -> str:
    writer = YAML(typ="safe", pure=True)
    writer.Representer = _Exact
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 4096
    writer.sort_base_mapping_type_on_output = False
    text = io.StringIO()
    writer.dump(document, text)
    return text.getvalue()
