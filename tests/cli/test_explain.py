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


def test_without_a_token_it_tells_what_the_catalog_alone_knows(
    shop: Brand, outside: pytest.MonkeyPatch
):
    outside.delenv("TRAEDE_TOKEN")

    ran = shop.run("explain", "DLYD")
    typo = shop.run("explain", "DLYF")

    assert ran.code == 0
    assert ran.out == shop.run("explain", "DLYD", "--offline").out
    assert "Traede is not asked: there is no token (export TRAEDE_TOKEN=…)." in ran.err
    assert typo.code == 64
    assert "nothing in the catalog has the key 'DLYF'" in typo.err
    assert 'Did you mean "DLYE"' in typo.err
    assert shop.box.requests == []


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
        r"last applied {2}\d{4}-\d\d-\d\d \d\d:\d\d Europe/Copenhagen, run 1",
        variant.out,
    )


def test_what_somebody_changed_in_traede_is_held(applied: Brand):
    applied.box.edit("product", "72779", name="Theirs")

    out = applied.run("explain", "72779").out

    assert "Traede Theirs" in out
    assert "changed in Traede: held" in out
    applied.configure(drift="write")
    assert "will change" in applied.run("explain", "72779").out


def test_what_both_sides_changed_is_in_conflict_and_shows_all_three(applied: Brand):
    changed = SHIRT.replace("129.95", "131").replace("187.50", "190")
    applied.write("catalog/shirt.yaml", changed)
    applied.box.edit("variant", "DLYD", **{"prices.DKK.sales_price": 99})

    out = applied.run("explain", "DLYD").out

    (price,) = (row for row in rows(out) if row[0] == "DKK wholesale")
    assert price[1:] == [
        *("131", "catalog/shirt.yaml:13", "Traede 99, before 129.95"),
        "in conflict: changed here and in Traede, held",
    ]
    below = applied.run("explain", "72779").out.partition("\n\n")[2]
    assert "2 variants  (2 will change, 1 in conflict)" in below
    assert "Traede 99, before 129.95  in conflict" in below
    applied.configure(drift="write")
    assert "in conflict" not in applied.run("explain", "DLYD").out


def test_a_long_value_is_not_repeated_and_an_empty_one_is_said(applied: Brand):
    long = "Chino of a soft and heavy cotton twill"
    applied.write(
        "catalog/shirt.yaml",
        SHIRT.replace("name: Chino", f"name: {long}\n    description: New"),
    )
    applied.box.edit("product", "72779", name=long)

    found = rows(applied.run("explain", "72779").out)

    (name,) = (row for row in found if row[0] == "name")
    (description,) = (row for row in found if row[0] == "description")
    assert name[3] == "Traede the same"
    assert description[3:] == ["Traede none", "will change"]


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

    assert rows(out)[:3] == [
        ["product 72779", "(Chino)"],
        ["not in the catalog; it was in catalog/shirt.yaml"],
        ["managed by this catalog: the next plan deletes it, or says why not"],
    ]
    assert "last applied" in out


def test_a_deleted_file_is_told_with_what_traede_has(applied: Brand):
    (applied.folder / "catalog/shirt.yaml").unlink()

    out = applied.run("explain", "DLYD").out

    assert out.startswith("variant DLYD  (72779 Chino · brown · 40)\n")
    assert "not in the catalog; it was in catalog/shirt.yaml\n" in out
    assert re.search(r"Traede has it \(id \d+\)", out)
    assert "the next plan deletes it" in out


def test_a_tombstone_is_told_before_and_after(applied: Brand):
    applied.write(
        "catalog/shirt.yaml", 'products:\n  - {item_number: "72779", delete: true}\n'
    )

    before = applied.run("explain", "72779").out
    assert applied.run("apply", "--yes").code == 0
    after = applied.run("explain", "72779").out

    assert ["delete", "true", "catalog/shirt.yaml:2"] in rows(before)
    assert "the next plan deletes it" in before
    assert "gone from Traede: deleted by run 2, 2" in after
    assert "last applied" not in after
    assert "deleted" not in before
    assert "variants" not in before


def test_what_left_the_catalog_and_was_deleted_names_the_run(applied: Brand):
    (applied.folder / "catalog/shirt.yaml").unlink()
    assert applied.run("apply", "--yes").code == 0

    for key, ref in (("72779", "product 72779"), ("variant:DLYE", "variant DLYE")):
        ran = applied.run("explain", key)
        assert ran.code == 0
        assert re.fullmatch(
            rf"{ref}\n  not in the catalog\n"
            r"  gone from Traede: deleted by run 2, \d{4}-\d\d-\d\d \d\d:\d\d \S+\n",
            ran.out,
        )
    assert "  deleted by run 2, 2" in applied.run("explain", "72779", "--offline").out

    applied.write("catalog/shirt.yaml", SHIRT)
    assert "deleted" not in applied.run("explain", "72779").out


def test_a_collection_that_left_the_catalog_goes_off_sale(applied: Brand):
    applied.write("catalog/others.yaml", OTHERS.partition("collections")[0])

    before = applied.run("explain", "collection:1000").out
    assert applied.run("apply", "--yes").code == 0
    after = applied.run("explain", "collection:1000").out

    assert "the next plan takes it off sale" in before
    assert "off sale in Traede: nothing more is to do" in after


def test_what_is_in_traede_only_is_left_alone(shop: Brand):
    assert shop.run("apply", "--yes").code == 0
    shop.box.load(
        {
            **shop.box.dump(),
            "products": [
                *shop.box.dump()["products"],
                {"item_number": "Theirs", "name": "Belt", "variants": [{"sku": "B-1"}]},
            ],
        }
    )

    product = shop.run("explain", "Theirs").out
    variant = shop.run("explain", "variant:B-1").out

    assert rows(product)[:2] == [["product Theirs", "(Belt)"], ["not in the catalog"]]
    assert re.search(
        r"Traede has it \(id \d+\)\n  not managed, so it is left alone", product
    )
    assert "reconcile import --only product:Theirs" in product
    assert "not managed, so it is left alone" in variant
    assert "reconcile import" not in variant


def test_an_old_key_points_to_the_new_one(applied: Brand):
    applied.write(
        "catalog/shirt.yaml",
        SHIRT.replace('"72779"', '"72780"\n    renamed_from: "72779"'),
    )

    before = applied.run("explain", "72779").out
    assert applied.run("apply", "--yes").code == 0
    after = applied.run("explain", "72779").out

    for out in (before, after):
        assert out.startswith(
            "product 72779 is 72780 now: renamed_from in catalog/shirt.yaml:3\n\n"
            "product 72780  (Chino)\n"
        )
    assert "in Traede it is still 72779: the next apply renames it" in before
    assert "in Traede it is still" not in after


def test_what_somebody_deleted_or_renamed_in_traede_is_told(applied: Brand):
    whole = applied.box.dump()
    applied.box.load({**whole, "collections": []})

    gone = applied.run("explain", "collection:1000").out
    assert "somebody deleted it in Traede: held" in gone

    applied.box.load(whole)
    applied.box.edit("product", "72779", item_number="99999")
    renamed = applied.run("explain", "72779").out
    assert "in Traede it is called 99999 now: reconcile pull takes that" in renamed


def test_a_style_shows_what_its_variants_share_and_what_differs(applied: Brand):
    applied.write("catalog/shirt.yaml", SHIRT.replace("187.50", "190"))
    applied.box.edit("variant", "DLYE", **{"prices.DKK.sales_price": 99})

    out = applied.run("explain", "72779").out

    head, _, below = out.partition("\n\n")
    assert head.startswith("product 72779  (Chino)\n")
    assert rows(below) == [
        ["2 variants", "(2 will change, 1 changed in Traede: held)"],
        [
            *("DKK wholesale", "129.95", "catalog/shirt.yaml:13", "Traede 129.95"),
            "DLYD",
        ],
        [
            *("122.95", "catalog/shirt.yaml:7 (variant_defaults)", "Traede 99"),
            *("changed in Traede: held", "DLYE"),
        ],
        [
            *("DKK retail", "190", "catalog/shirt.yaml:7 (variant_defaults)"),
            *("Traede 187.50", "will change", "all"),
        ],
        [
            *("attributes Color", "brown", "catalog/shirt.yaml:6 (variant_defaults)"),
            *("Traede brown", "all"),
        ],
        ["each its own: attributes Size, weight"],
        ["one of them: reconcile explain DLYD"],
    ]


def test_a_style_tells_which_variants_go_and_which_are_not_managed(applied: Brand):
    only_one = SHIRT.replace("      - {sku: DLYE, attributes: {Size: 42}}\n", "")
    applied.write("catalog/shirt.yaml", only_one)

    out = applied.run("explain", "72779").out

    assert "\n1 variant\n" in out
    assert "the next apply deletes DLYE\n" in out
    whole = applied.box.dump()
    (style,) = whole["products"]
    style["variants"].append({"sku": "DLYX", "attributes": {"Color": "red", "Size": 1}})
    applied.box.load(whole)
    assert "in Traede only, so left alone: DLYX" in applied.run("explain", "72779").out


def test_a_style_that_is_new_says_so_once(shop: Brand):
    out = shop.run("explain", "72779").out

    assert "\n2 variants  (2 new)\n" in out
    assert "will change" not in out


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


def test_a_category_tells_whether_traede_has_it_and_how_many_styles(shop: Brand):
    shop.write(
        "catalog/shirt.yaml",
        SHIRT.replace("tags:", "categories: [Men > Shirts]\n    tags:"),
    )

    new = shop.run("explain", "Men").out
    assert shop.run("apply", "--yes").code == 0
    top, sub = shop.run("explain", "Men").out, shop.run("explain", "Men > Shirts").out
    offline = shop.run("explain", "Men > Shirts", "--offline").out

    assert "not in Traede: the next apply makes it" in new
    assert "Traede has it" not in new
    for out in (new, top):
        assert "  0 styles of the catalog in it, 1 with its sub categories\n" in out
    assert re.search(r"Traede has it \(id \d+\)\n  1 style of the catalog in it\n", sub)
    assert "1 style of the catalog in it\n" in offline
    assert "Traede has it" not in offline


def test_a_name_is_answered_with_its_key(applied: Brand):
    for where in ((), ("--offline",)):
        ran = applied.run("explain", "chino", *where)
        assert ran.code == 64
        assert "It is the name of 72779: reconcile explain 72779" in ran.err
    assert "1000" not in applied.run("explain", "Jens Hansen").err


@pytest.mark.parametrize(
    ("key", "meant"), [("sku:DLYD", '"variant:DLYD"?'), ("sku:DLYDD", '"DLYD" or "')]
)
def test_a_kind_that_is_none_is_told_the_kinds(shop: Brand, key: str, meant: str):
    ran = shop.run("explain", key, "--offline")

    assert ran.code == 64
    kinds = ran.err.partition('There is no kind "sku": it is ')[2].partition(".")[0]
    assert all(kind in kinds for kind in ("product", "variant", "category"))
    assert f"Did you mean {meant}" in ran.err


def test_a_catalog_with_mistakes_is_not_explained(shop: Brand):
    shop.write("catalog/wrong.yaml", "products: [\n")

    assert shop.run("explain", "DLYD", "--offline").code == 3


def test_traede_is_asked_for_a_key_that_the_catalog_does_not_know(shop: Brand):
    assert shop.run("apply", "--yes").code == 0

    ran = shop.run("explain", "DLYF")

    assert ran.code == 64
    assert (
        "nothing in the catalog, and nothing in Traede, has the key 'DLYF'" in ran.err
    )
    assert '"DLYE"' in ran.err
    typo = shop.run("explain", "prodct:72779", "--offline")
    assert '"product:72779"' in typo.err
