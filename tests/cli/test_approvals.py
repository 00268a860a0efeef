"""Approvals from the plan that prints them to the apply that needs them."""

from __future__ import annotations

import re

import pytest
from cli_brand import Brand
from support.builders import price, product, variant

from reconcile.core.schema import compile_schema
from reconcile.edges.files import schema_text

STYLES = [product(f"s{n}") for n in range(4)]


@pytest.fixture
def shop(brand: Brand) -> Brand:
    """Four styles in Traede, one in the catalog, and one delete at most."""
    brand.configure(deletes={"max": 1})
    brand.applied(*STYLES)
    brand.catalog(STYLES[0])
    return brand


def left(brand: Brand) -> list[str]:
    return sorted(p["item_number"] for p in brand.box.dump()["products"])


def the_id(brand: Brand) -> str:
    (block,) = brand.run("plan", "--format", "json").json["blocked"]
    return str(block["approve"])


def printed(brand: Brand) -> str:
    """The line of the text plan, as somebody copies it and fills it in."""
    text = brand.run("plan").out
    (line,) = re.findall(r"^ *- \{approve.*?\}$", text, re.MULTILINE | re.DOTALL)
    return f"approvals:\n{line}\n".replace("by: …", "by: me").replace(
        "reason: …", "reason: sold out"
    )


def test_the_printed_line_lets_the_plan_through(shop: Brand):
    shop.write("catalog/approvals.yaml", printed(shop))

    plan = shop.run("plan")
    ran = shop.run("apply", "--yes")

    assert (plan.code, ran.code) == (0, 0)
    said = "delete 3 products, by me, sold out (catalog/approvals.yaml:2)"
    assert said in " ".join(plan.out.split())
    assert left(shop) == ["s0"]
    assert "applied, 6 changed, 0 left" in ran.out


def test_a_line_that_is_used_up_is_said(shop: Brand):
    shop.write("catalog/approvals.yaml", printed(shop))
    shop.run("apply", "--yes")

    plan = shop.run("plan", "--detailed-exitcode")

    assert plan.code == 0
    assert "unused-approval  catalog/approvals.yaml:2:" in plan.out


def test_one_delete_more_is_not_let_through(shop: Brand):
    shop.write("catalog/approvals.yaml", printed(shop))
    shop.catalog(product("hat"))

    assert shop.run("apply", "--yes").code == 4
    assert left(shop) == ["s0", "s1", "s2", "s3"]


def test_by_hand_exactly_what_was_shown(shop: Brand):
    one = the_id(shop)
    shop.catalog(*STYLES[:2])

    assert shop.run("apply", "--yes", "--approve", one).code == 4
    shop.catalog(STYLES[0])
    assert shop.run("plan", "--approve", one).code == 0
    assert shop.run("apply", "--yes", "--approve", one).code == 0
    assert left(shop) == ["s0"]


@pytest.mark.parametrize("wrong", ["", "3f9a1c0", "3F9A1C07", "delete-limit"])
def test_64_what_is_no_id(shop: Brand, wrong: str):
    ran = shop.run("apply", "--yes", "--approve", wrong)

    assert (ran.code, "--approve" in ran.err) == (64, True)


def test_a_saved_plan_that_is_blocked_is_applied_by_its_own_id(shop: Brand):
    assert shop.run("plan", "--out", "plan.json").code == 4
    one = the_id(shop)

    assert shop.run("apply", "plan.json", "--yes").code == 4
    assert shop.run("apply", "plan.json", "--yes", "--approve", "00000000").code == 4
    assert left(shop) == ["s0", "s1", "s2", "s3"]
    assert shop.run("apply", "plan.json", "--yes", "--approve", one).code == 0
    assert left(shop) == ["s0"]


def test_a_saved_plan_that_was_approved_goes_on_where_it_was_left(shop: Brand):
    one = the_id(shop)
    assert shop.run("plan", "--approve", one, "--out", "plan.json").code == 0
    shop.box.delete("product", "s3")

    ran = shop.run("apply", "plan.json", "--yes")

    assert ran.code == 0, ran.out + ran.err
    assert left(shop) == ["s0"]
    assert "2 already there" in ran.out
    assert shop.run("apply", "plan.json", "--yes").code == 0


def test_a_line_written_after_the_plan_was_saved_lets_it_through(shop: Brand):
    shop.run("plan", "--out", "plan.json")
    shop.write("catalog/approvals.yaml", printed(shop))

    assert shop.run("apply", "plan.json", "--yes").code == 0
    assert left(shop) == ["s0"]


def test_an_approved_plan_is_shown_again(shop: Brand):
    shop.write("catalog/approvals.yaml", printed(shop))
    shop.run("plan", "--out", "plan.json")

    assert "delete 3 products, by me, sold out" in shop.run("show", "plan.json").out
    again = shop.run("show", "plan.json", "--format", "json")
    assert again.out == (shop.folder / "plan.json").read_text()
    assert compile_schema(schema_text("plan.schema.json")).accepts(again.json)
    (approved,) = again.json["approved"]
    assert approved["source"] == {"file": "catalog/approvals.yaml", "line": 2}


def test_a_rule_raised_to_an_error_is_approved_alike(brand: Brand):
    brand.applied(product("tee"))
    brand.catalog(product("tee", variant("tee-s", prices={"DKK": price(10)})))

    assert brand.run("plan").code == 4
    brand.write("catalog/approvals.yaml", printed(brand))
    assert brand.run("apply", "--yes").code == 0
    brand.catalog(product("tee", variant("tee-s", prices={"DKK": price(1)})))
    assert brand.run("apply", "--yes").code == 4


def test_there_is_no_way_round(shop: Brand):
    for argv in (("plan", "--force"), ("apply", "--yes", "--force")):
        assert shop.run(*argv).code == 64
