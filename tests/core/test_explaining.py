from __future__ import annotations

import pytest

from reconcile.core.explaining import find, layers_of, like
from reconcile.core.model import Desired, Ref
from reconcile.core.problems import At, Location
from reconcile.core.yamlnodes import find as node_at
from reconcile.core.yamltext import parse

TEXT = """\
templates:
  tee: {tags: [basics], variant_defaults: {weight: 1}}
products:
  - item_number: tee
    name: Tee
    variant_defaults: {weight: 2}
    variant_matrix: {overrides: [{weight: 3}]}
    variants:
      - {sku: tee-s, weight: 4}
price_lists:
  - {currency: DKK, variants: {tee-s: {sales_price: 5}}}
categories:
  - {name: Men, children: [{name: Tees, active: false}]}
"""
ROOT = parse(TEXT, "f.yaml").root
PRODUCT = Ref("product", "tee")
VARIANT = Ref("variant", "tee-s")
CATEGORY = Ref("category", "Men > Tees")


def layer(ref: Ref, parent: Ref | None, *path: str | int) -> str:
    assert ROOT is not None
    place = node_at(ROOT, path)
    desired = Desired(ref, place, {}, parent)
    return layers_of({"f.yaml": TEXT}, desired)(place)


@pytest.mark.parametrize(
    ("ref", "parent", "path", "expected"),
    [
        (PRODUCT, None, ("products", 0, "name"), ""),
        (PRODUCT, None, ("templates", "tee", "tags"), "template tee"),
        (VARIANT, PRODUCT, ("products", 0, "variants", 0, "weight"), ""),
        (
            VARIANT,
            PRODUCT,
            ("products", 0, "variant_defaults", "weight"),
            "variant_defaults",
        ),
        (
            VARIANT,
            PRODUCT,
            ("products", 0, "variant_matrix", "overrides", 0, "weight"),
            "variant_matrix",
        ),
        (
            VARIANT,
            PRODUCT,
            ("templates", "tee", "variant_defaults", "weight"),
            "template tee",
        ),
        (
            VARIANT,
            PRODUCT,
            ("price_lists", 0, "variants", "tee-s", "sales_price"),
            "price_lists",
        ),
        (
            CATEGORY,
            Ref("category", "Men"),
            ("categories", 0, "children", 0, "active"),
            "",
        ),
    ],
)
def test_the_layer_is_told_from_the_place(
    ref: Ref, parent: Ref | None, path: tuple[str | int, ...], expected: str
):
    assert layer(ref, parent, *path) == expected


def test_a_place_that_is_no_value_has_no_layer():
    place = At(Location("f.yaml", 1, 1))
    layer_of = layers_of({"f.yaml": TEXT}, Desired(PRODUCT, place, {}))

    assert layer_of(place) == ""


REFS = [PRODUCT, VARIANT, CATEGORY, Ref("customer", "tee"), Ref("product", "variant:x")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("tee-s", [VARIANT]),
        ("tee", [PRODUCT, Ref("customer", "tee")]),
        ("customer:tee", [Ref("customer", "tee")]),
        ("variant:x", [Ref("product", "variant:x")]),
        ("Men > Tees", [CATEGORY]),
        ("nothing", []),
    ],
)
def test_a_key_is_found_with_and_without_its_kind(asked: str, found: list[Ref]):
    assert sorted(find(REFS, asked)) == sorted(found)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("TEE-S", VARIANT), ("tees", CATEGORY), ("variant:te-s", VARIANT)],
)
def test_what_is_like_a_key_is_suggested(asked: str, near: Ref):
    assert near in like(REFS, asked)


def test_what_is_like_nothing_gets_no_suggestion():
    assert like(REFS, "0000") == []
