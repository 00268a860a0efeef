"""`--only`: which part of a catalog a plan is about."""

from __future__ import annotations

import pytest
from support.builders import catalog, category, collection, customer, ledger, product
from support.builders import variant as a_variant

from reconcile.core.model import Ref
from reconcile.core.scope import Only, parse_only, part_of

WHOLE = [
    product("tee", a_variant("tee-s"), a_variant("tee-m")),
    product("cap", a_variant("cap-s")),
    category("Men"),
    collection("Summer"),
    customer("1000"),
]


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("product:tee-*", Only("product", "tee-*")),
        ("category:Men > *", Only("category", "Men > *")),
        ("variant:a:b", Only("variant", "a:b")),
        ("style:tee", None),
        ("product", None),
        ("product:", None),
    ],
)
def test_a_pattern_is_a_kind_and_a_glob(text: str, only: Only | None):
    assert parse_only(text) == only


@pytest.mark.parametrize(
    ("patterns", "keys"),
    [
        (["product:t*"], {"tee", "tee-s", "tee-m"}),
        (["variant:tee-s"], {"tee-s"}),
        (["variant:*-s", "customer:*"], {"tee-s", "cap-s", "1000"}),
        (["category:men"], set()),
        ([], {"tee", "tee-s", "tee-m", "cap", "cap-s", "Men", "Summer", "1000"}),
    ],
)
def test_a_product_brings_its_variants_and_a_variant_not_its_product(
    patterns: list[str], keys: set[str]
):
    only = [one for text in patterns if (one := parse_only(text))]

    part = part_of(catalog(*WHOLE), ledger(*WHOLE), only)

    assert {ref.key for ref in part.catalog.objects} == keys
    assert {ref.key for ref in part.ledger} == keys


def test_the_product_of_a_variant_is_read_too():
    part = part_of(catalog(*WHOLE), {}, [Only("variant", "tee-s")])

    assert part.keys("product") == {"tee"}
    assert part.variants() == {"tee-s"}


def test_a_renamed_object_is_looked_for_under_both_names():
    before, after = product("cap"), product("hat", renamed_from="cap")

    part = part_of(catalog(after), ledger(before), [Only("product", "hat")])

    assert part.keys("product") == {"cap", "hat"}
    assert Ref("product", "cap") in part.ledger


def test_a_category_that_goes_needs_everything():
    men = [Only("category", "Men")]

    assert part_of(catalog(), ledger(category("Men")), men).gone_categories()
    tombstone = catalog(category("Men", delete=True))
    assert part_of(tombstone, {}, men).gone_categories()
    assert not part_of(catalog(category("Men")), {}, men).gone_categories()
