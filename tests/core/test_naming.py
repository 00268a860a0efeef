"""What a plan says of the products that it speaks of."""

from __future__ import annotations

import pytest
from support.builders import (
    SEAL,
    Entry,
    catalog,
    ledger,
    live,
    plan,
    price,
    product,
    variant,
)

from reconcile.core.model import Ref
from reconcile.core.plan_json import plan_from_text, plan_text
from reconcile.core.steps import Plan, Product
from reconcile.reports.words import looks, names

TEE, CAP = Ref("product", "tee"), Ref("product", "cap")
SMALL = variant("tee-s", attributes={"Color": "Navy", "Size": "S"})
LARGE = variant("tee-l", attributes={"Color": "Navy", "Size": "L"})
OLD = [product("tee", SMALL, LARGE), product("cap")]


def planned(*now: Entry) -> Plan:
    return plan(catalog(*now), live(*OLD), ledger(*OLD)).plan


def test_only_what_a_plan_speaks_of_is_in_it():
    found = planned(product("tee", SMALL, LARGE, name="New"), OLD[1]).products

    assert [*found] == [TEE]
    assert found[TEE].name == "New"


def test_a_deleted_product_keeps_its_name_and_the_looks_of_its_variants():
    found = planned(OLD[1]).products

    assert found[TEE].name == "Tee"
    assert looks(found) == {
        Ref("variant", "tee-l"): "L",
        Ref("variant", "tee-s"): "S",
    }


def test_a_refused_step_has_a_name():
    cap = product(
        "cap", variant("cap-s"), {**variant("tee-s"), "attributes": {"Size": "M"}}
    )
    done = planned(product("tee", LARGE), cap)

    assert [one.id for one in done.refused] == ["update:variant:tee-s"]
    assert names(done.steps, done.products)[CAP] == "Cap"


def test_variants_are_in_the_order_of_the_catalog():
    new = variant("tee-a", attributes={"Color": "Navy", "Size": "XL"})
    found = planned(product("tee", LARGE, new), OLD[1]).products[TEE]

    assert [ref.key for ref in found.variants] == ["tee-l", "tee-a", "tee-s"]


def test_a_style_whose_new_name_is_held_keeps_the_one_that_traede_has():
    shop = live(product("tee", SMALL, LARGE, name="By hand"))
    dear = {**SMALL, "prices": {"DKK": price(110)}}
    wanted = catalog(product("tee", dear, LARGE, name="Newer"))

    done = plan(wanted, shop, ledger(*OLD[:1])).plan

    assert {step.name for step in done.steps} == {"By hand"}
    assert done.products[TEE].name == "By hand"


def test_a_plan_file_holds_them():
    done = planned(product("tee", LARGE), OLD[1])

    again, _ = plan_from_text(plan_text(done, SEAL))

    assert again.products == done.products


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ({"a": {"Color": "Navy", "Size": "S"}}, {"a": "Navy S"}),
        (
            {"a": {"Color": "Navy", "Size": "S"}, "b": {"Color": "Red", "Size": "S"}},
            {"a": "Navy", "b": "Red"},
        ),
        ({"a": {"Size": "S"}, "b": {}}, {"a": "S", "b": ""}),
        ({"a": {"Size": "S"}, "b": {"Size": "S"}}, {"a": "S", "b": "S"}),
        ({"a": {}}, {"a": ""}),
    ],
)
def test_what_tells_a_variant_from_the_others(
    variants: dict[str, dict[str, str]], expected: dict[str, str]
):
    each = {Ref("variant", sku): values for sku, values in variants.items()}

    found = looks({TEE: Product("Tee", each)})

    assert {ref.key: said for ref, said in found.items()} == expected
