"""`explain` answers where a value comes from, and what Traede has in its place."""

from __future__ import annotations

import re

import pytest
from cli_brand import Brand

SHIRT = """\
products:
  - item_number: "72779"
    name: Chino
    tags: [warm]
    variant_defaults:
      attributes: {Color: brown}
      prices: {DKK: {sales_price: 122.95, rec_sales_price: 187.50}}
    variants:
      - sku: DLYD
        attributes: {Size: 40}
        weight: 180
        prices:
          DKK: {sales_price: 129.95}
      - {sku: DLYE, attributes: {Size: 42}}
"""
OTHERS = """\
categories:
  - name: Men
    children:
      - {name: Shirts}
customers:
  - {customer_number: "1000", name: Jens Hansen, currency: DKK}
collections:
  - {title: "1000", visibility: customers}
"""


@pytest.fixture
def shop(brand: Brand) -> Brand:
    brand.write("catalog/shirt.yaml", SHIRT)
    brand.write("catalog/others.yaml", OTHERS)
    return brand


@pytest.fixture
def applied(shop: Brand) -> Brand:
    assert shop.run("apply", "--yes").code == 0
    return shop


def rows(out: str) -> list[list[str]]:
    """The columns of each line, which are two spaces apart."""
    return [re.split(r" {2,}", line.strip()) for line in out.splitlines()]


def test_each_value_has_its_place_and_its_layer(shop: Brand):
    ran = shop.run("explain", "DLYD", "--offline")

    assert (ran.code, ran.err) == (0, "")
    assert rows(ran.out) == [
        ["variant DLYD", "(72779 Chino · brown · 40)"],
        ["defined", "catalog/shirt.yaml:9"],
        ["DKK wholesale", "129.95", "catalog/shirt.yaml:13"],
        ["DKK retail", "187.50", "catalog/shirt.yaml:7 (variant_defaults)"],
        ["attributes Color", "brown", "catalog/shirt.yaml:6 (variant_defaults)"],
        ["attributes Size", "40", "catalog/shirt.yaml:10"],
        ["weight", "180", "catalog/shirt.yaml:11"],
        ["not managed: no apply has seen it yet"],
    ]


def test_the_state_is_not_made_by_asking(shop: Brand):
    shop.run("explain", "DLYD", "--offline")
    shop.run("explain", "DLYD")

    assert not (shop.folder / ".reconcile").exists()


def test_traede_is_not_asked_offline(shop: Brand, outside: pytest.MonkeyPatch):
    outside.delenv("TRAEDE_TOKEN")

    assert shop.run("explain", "72779", "--offline").code == 0
    assert shop.box.requests == []
    assert shop.run("explain", "72779").code == 64


def test_what_traede_has_stands_beside_it(applied: Brand):
    file = applied.folder / "catalog/shirt.yaml"
    file.write_text(SHIRT.replace("129.95", "131"))
    applied.box.edit("product", "72779", tags=["cold"])

    variant = applied.run("explain", "DLYD")
    product = applied.run("explain", "product:72779")

    (price,) = (row for row in rows(variant.out) if row[0] == "DKK wholesale")
    assert price[1:] == ["131", "catalog/shirt.yaml:13", "Traede 129.95", "will change"]
    (size,) = (row for row in rows(variant.out) if row[0] == "attributes Size")
    assert size[1:] == ["40", "catalog/shirt.yaml:10", "Traede 40"]
    (weight,) = (row for row in rows(variant.out) if row[0] == "weight")
    assert weight[-1] == "not readable; last applied 180"
    (name,) = (row for row in rows(product.out) if row[0] == "name")
    assert name[1:] == ["Chino", "catalog/shirt.yaml:3", "Traede Chino"]
    assert re.search(
        r"last applied {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC, run 1", variant.out
    )


def test_what_somebody_changed_in_traede_is_held(applied: Brand):
    applied.box.edit("product", "72779", name="Theirs")

    out = applied.run("explain", "72779").out

    assert "Traede Theirs" in out
    assert "changed in Traede: held" in out
    applied.configure(drift="write")
    assert "will change" in applied.run("explain", "72779").out


def test_what_is_not_in_traede_yet_is_said(shop: Brand):
    out = shop.run("explain", "DLYD").out

    assert "not in Traede: the next apply makes it" in out
    assert "Traede 129.95" not in out


def test_a_renamed_object_is_found_under_its_old_key(applied: Brand):
    file = applied.folder / "catalog/shirt.yaml"
    file.write_text(
        SHIRT.replace('"72779"', '"72780"\n    renamed_from: "72779"').replace(
            "Chino", "Chinos"
        )
    )

    out = applied.run("explain", "72780").out

    assert "in Traede it is still 72779: the next apply renames it" in out
    assert "Traede Chino  will change" in re.sub(r" {2,}", "  ", out)
    assert ["renamed_from", "72779", "catalog/shirt.yaml:3"] in rows(out)
    assert "in Traede it is still" not in applied.run("explain", "DLYD").out


def test_what_only_the_ledger_knows_is_told_too(applied: Brand):
    (applied.folder / "catalog/shirt.yaml").write_text("products: []\n")

    out = applied.run("explain", "72779", "--offline").out

    assert "not in the catalog: it is managed, so a plan deletes it" in out
    assert "last applied" in out


def test_personal_values_are_hidden(applied: Brand):
    out = applied.run("explain", "customer:1000").out

    assert "Jens" not in out
    assert ["name", "•••", "catalog/others.yaml:6", "Traede •••"] in rows(out)


def test_a_key_of_two_kinds_needs_its_kind(shop: Brand):
    ran = shop.run("explain", "1000", "--offline")

    assert ran.code == 64
    assert '"customer:1000" or "collection:1000"' in ran.err
    assert shop.run("explain", "collection:1000", "--offline").code == 0


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("DLYF", '"DLYE"'), ("Men > Shirt", '"Men > Shirts"'), ("shirts", "Men > Shirts")],
)
def test_a_key_that_nothing_has_gets_a_suggestion(shop: Brand, asked: str, meant: str):
    ran = shop.run("explain", asked, "--offline")

    assert ran.code == 64
    assert f"nothing in the catalog has the key '{asked}'" in ran.err
    assert meant in ran.err


def test_a_category_is_found_by_both_its_names(applied: Brand):
    ran = applied.run("explain", "Men > Shirts")

    assert ran.code == 0
    assert ran.out.startswith("category Men > Shirts\n")
    assert "catalog/others.yaml:4" in ran.out


def test_a_catalog_with_mistakes_is_not_explained(shop: Brand):
    shop.write("catalog/wrong.yaml", "products: [\n")

    assert shop.run("explain", "DLYD", "--offline").code == 3
