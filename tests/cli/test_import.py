"""`import` beside files that are there: they stay, and what they have is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_brand import Brand

SHOP = {
    "base_currency": "DKK",
    "categories": [
        {"name": "Men"},
        {"name": "Shirts", "parent": "Men"},
        {"name": "New"},
    ],
    "customers": [{"customer_number": "1000", "name": "Hat shop", "currency": "DKK"}],
    "products": [
        {
            "item_number": number,
            "name": name,
            "categories": [category],
            "variants": [
                {
                    "sku": f"{number}-{size}",
                    "attributes": {"Size": size},
                    "prices": {"DKK": {"sales_price": 97.5, "rec_sales_price": 250}},
                }
                for size in ("S", "M")
            ],
        }
        for number, name, category in (
            ("80610", "Shirt Nordstrand", "Men > Shirts"),
            ("80611", "Shirt Halyard", "Men > Shirts"),
            ("9", "Cap", "New"),
        )
    ],
}
MINE = """\
# our best seller
products:
  - item_number: "80610"   # never renumber
    name: Shirt Nordstrand # as on the label
"""


@pytest.fixture
def shop(brand: Brand) -> Brand:
    brand.box.load(SHOP)
    return brand


def test_files_that_are_there_stay_as_they_are(shop: Brand):
    mine = shop.write("catalog/mine.yaml", MINE)

    ran = shop.run("import")

    assert ran.code == 0, ran
    assert mine.read_text("utf-8") == MINE
    assert {path.name for path in files(shop)} == {
        "mine.yaml",
        "categories.yaml",
        "80611.yaml",
        "9.yaml",
    }
    head, *_, need, lacks, _ = ran.out.splitlines()
    assert head == "wrote  catalog/products/ (2 files), catalog/categories.yaml"
    assert "written already: 1 style; as in Traede\n" in ran.out
    assert need == "needs you (1):"
    assert lacks.startswith('  catalog/mine.yaml lacks SKUs of product "80610"')
    assert "nothing to do" in plan_of(shop)


def test_a_second_import_says_that_nothing_was_new(shop: Brand):
    shop.run("import")
    before = files(shop)

    ran = shop.run("import")

    assert ran.out.startswith("wrote  nothing new\nwritten already: ")
    assert "fits" not in ran.out
    assert files(shop) == before


def test_what_a_file_has_otherwise_is_said(shop: Brand):
    shop.run("import", "--only", "product:80*")
    file = shop.folder / "catalog/products/80610.yaml"
    file.write_text(file.read_text("utf-8").replace("Nordstrand", "Sund"), "utf-8")

    ran = shop.run("import")

    assert (
        "written already: 2 styles; 1 of them differs from Traede: see `reconcile "
        "plan`\n"
    ) in ran.out
    assert "Sund" in file.read_text("utf-8")
    assert "Sund" in plan_of(shop)


def test_a_part_is_imported_and_a_plan_says_nothing_to_do(shop: Brand):
    ran = shop.run("import", "--only", "product:806*")

    assert ran.out.splitlines()[0] == "wrote  catalog/products/ (2 files)"
    assert "nothing to do" in plan_of(shop)


def test_what_cannot_be_read_is_listed_by_kind_on_lines_that_fit(shop: Brand):
    out = shop.run("import", "--customers").out

    listed = out.partition("so not in the files:\n")[2].splitlines()
    starts = [line.split()[0] for line in listed if line[2] != " "]
    assert starts == ["customer", "product", "variant"]
    assert max(map(len, out.splitlines())) <= 100


def test_a_part_that_would_break_other_files_is_not_written(shop: Brand):
    shop.run("import", "--only", "product:*")
    before = files(shop)

    ran = shop.run("import", "--only", "category:New")

    assert ran.code == 1
    assert '"Men > Shirts"' in ran.err
    assert "--only 'category:*'" in ran.err
    assert files(shop) == before
    assert shop.run("import", "--only", "category:*").code == 0
    assert "nothing to do" in plan_of(shop)


def test_customers_are_not_imported_by_a_pattern_alone(shop: Brand):
    ran = shop.run("import", "--only", "customer:*")

    assert ran.code == 64
    assert "--customers" in ran.err
    assert files(shop) == {}


def test_a_pattern_that_nothing_fits_is_said(shop: Brand):
    ran = shop.run("import", "--only", "product:80610-S")

    assert ran.code == 0
    assert ran.out == (
        "wrote  nothing: Traede has nothing that fits product:80610-S "
        "(what begins so: product:80610-S*)\n"
    )


def test_a_pattern_with_a_star_gets_no_other_one(shop: Brand):
    ran = shop.run("import", "--only", "product:999*")

    assert ran.out == "wrote  nothing: Traede has nothing that fits product:999*\n"


def plan_of(shop: Brand) -> str:
    ran = shop.run("plan")
    assert ran.code == 0, ran
    return ran.out


def files(shop: Brand) -> dict[Path, str]:
    found = (shop.folder / "catalog").rglob("*.yaml")
    return {path: path.read_text("utf-8") for path in found}
