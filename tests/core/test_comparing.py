"""Two catalogs compared, where Traede cannot be asked."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from support.builders import (
    CONFIG,
    SEAL,
    TENANT,
    TODAY,
    Entry,
    catalog,
    category,
    collection,
    customer,
    ledger,
    live,
    price,
    product,
    variant,
)
from support.builders import plan as planned
from support.seasons import LAST, NOW
from support.strategies import World, worlds

from reconcile.core.comparing import compare_catalogs
from reconcile.core.config import Config, Deletes
from reconcile.core.plan_json import plan_from_text, plan_text
from reconcile.core.planning import Options
from reconcile.core.saved import limit
from reconcile.core.schema import compile_schema, validate
from reconcile.core.steps import Base, Plan
from reconcile.core.yaml.text import parse
from reconcile.edges.files import schema_text
from reconcile.errors import DoesNotFit

BASE = Base("main", "a" * 40)
TEE, CAP = product("tee"), product("cap")


def compared(
    before: list[Entry], now: list[Entry], config: Config = CONFIG, **options: Any
) -> Plan:
    asked = Options(TENANT, TODAY, "c0ffee0", **options)
    return compare_catalogs(catalog(*before), catalog(*now), BASE, config, asked)


def steps(before: list[Entry], now: list[Entry]) -> list[str]:
    return [step.id for step in compared(before, now).steps]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([TEE], [TEE], []),
        ([], [TEE], ["create:product:tee", "create:variant:tee-s"]),
        ([TEE, CAP], [TEE], ["delete:product:cap"]),
        ([TEE], [product("tee", name="Newer")], ["update:product:tee"]),
        (
            [TEE],
            [product("tee", variant("tee-s"), variant("tee-m"))],
            ["create:variant:tee-m"],
        ),
        (
            [product("tee", variant("tee-s"), variant("tee-m"))],
            [TEE],
            ["delete:variant:tee-m"],
        ),
        ([TEE], [product("tee", delete=True)], ["delete:product:tee"]),
        ([product("tee", delete=True)], [product("tee", delete=True)], []),
        ([product("tee", delete=True)], [], []),
        (
            [TEE],
            [product("top", variant("tee-s"), name="Tee", renamed_from="tee")],
            ["rename:product:top"],
        ),
        (
            [product("top", variant("tee-s"), name="Tee", renamed_from="tee")],
            [product("top", variant("tee-s"), name="Tee", renamed_from="tee")],
            [],
        ),
        ([collection("Summer")], [], ["archive:collection:Summer"]),
        ([category("Women")], [], ["delete:category:Women"]),
        ([customer("1000")], [], ["delete:customer:1000"]),
        ([], [category("Women")], ["create:category:Women"]),
    ],
    ids=[
        "the same", "new", "gone", "changed", "a new variant", "a variant gone",
        "a tombstone", "a tombstone as before", "a tombstone gone", "a rename",
        "a rename as before", "a collection gone", "a category gone",
        "a customer gone", "a new category",
    ],
)  # fmt: skip
def test_what_the_edits_ask_for(
    before: list[Entry], now: list[Entry], expected: list[str]
):
    assert steps(before, now) == expected


def test_what_goes_with_a_product_is_said():
    (step,) = compared([TEE, CAP], [TEE]).steps

    assert [ref.key for ref in step.cascade] == ["cap-s"]
    assert (step.name, step.notes) == ("Cap", ("entry removed: catalog.yaml",))


def test_references_follow_a_rename():
    before = [
        category("Women", category("Trouser")),
        product("tee", categories=["Women > Trouser"]),
    ]
    renamed = category("Trousers", renamed_from="Trouser")
    now = [category("Women", renamed), product("tee", categories=["Women > Trousers"])]

    (step,) = compared(before, now).steps

    assert (step.id, step.notes) == (
        "rename:category:Women > Trousers",
        ("1 style follows",),
    )


def test_nobody_says_that_this_is_what_traede_has():
    plan = compared([TEE], [product("tee", name="Newer"), CAP])

    assert not plan.complete
    assert {c.basis for step in plan.steps for c in step.changes} == {"unknown"}
    assert {step.remote_id for step in plan.steps} == {None}
    assert {step.added for step in plan.steps} == {True}
    assert (plan.base, plan.refused, plan.first_run) == (BASE, (), False)


def test_a_field_that_is_no_longer_written_is_let_go():
    plan = compared([product("tee", description="Soft")], [TEE])

    assert plan.steps == ()
    (warned,) = plan.warnings
    assert (warned.rule, warned.id) == ("released", "product:tee")
    assert "left as it is in Traede" in warned.message


def test_what_only_traede_can_tell_is_left_to_it():
    moved = [product("tee", variant("tee-m")), product("cap", variant("tee-s"))]
    plan = compared([product("tee", variant("tee-s"), variant("tee-m")), CAP], moved)
    told = {warned.id for warned in plan.warnings if warned.rule == "not-compared"}

    assert "variant:tee-s" in told
    assert "tee-s" not in {step.ref.key for step in plan.steps}


def test_a_rename_of_what_the_older_catalog_does_not_have_is_pointed_out():
    plan = compared([], [product("top", renamed_from="tee")])

    assert plan.steps[0].id == "create:product:top"
    (warned,) = plan.warnings
    assert (warned.rule, warned.id) == ("renamed-from-nothing", "product:top")
    assert "Traede has" not in warned.message


def test_rules_are_judged_and_block_as_they_would():
    before = [product("tee", variant("tee-s", prices={"DKK": price(300, 700)}))]
    now = [product("tee", variant("tee-s", prices={"DKK": price(30, 700)}))]
    plan = compared(before, now)
    (block,) = plan.blocked

    assert (block.guard, block.ids) == ("price-slip", ("variant:tee-s",))
    assert block.approve is not None
    approved = compared(before, now, approve=(block.approve,))
    assert (approved.blocked, len(approved.approved)) == ((), 1)


def test_more_deletes_than_the_limit_block():
    many = [product(f"p{n:02}") for n in range(12)]
    config = Config(base_currency="DKK", deletes=Deletes(max=3, max_percent=100))
    plan = compared([TEE, *many], [TEE], config)

    assert [block.guard for block in plan.blocked] == ["delete-limit"]
    assert plan.summary["product"]["delete"] == 12


def test_what_is_protected_is_not_given_up():
    plan = compared([TEE, product("cap", protect=True)], [TEE])

    assert [block.guard for block in plan.blocked] == ["protected"]


def test_it_fits_the_schema_and_comes_back_as_it_was():
    plan = compared([TEE, customer("1000")], [CAP, customer("1000", name="Bo B")])
    text = plan_text(plan, SEAL)
    again, _ = plan_from_text(text)
    schema = compile_schema(schema_text("plan.schema.json"))

    assert validate(parse(text.encode(), "plan.json").root, "plan.json", schema) == []
    assert json.loads(text)["complete"] is False
    assert "Bo B" not in text
    assert plan_text(again, SEAL) == text


def test_6_it_cannot_be_applied():
    plan = compared([TEE], [TEE, CAP])

    with pytest.raises(DoesNotFit, match="Traede was not read") as caught:
        limit(plan, plan, SEAL)
    assert "reconcile plan --out" in caught.value.hint


def test_prices_move_from_what_the_older_catalog_says():
    before = [product("tee", variant("tee-s", prices={"DKK": price(100)}))]
    now = [product("tee", variant("tee-s", prices={"DKK": price(104)}))]
    ((change,),) = (step.changes for step in compared(before, now).steps)

    assert (Decimal(change.before), Decimal(change.after)) == (100, 104)


def told(plan: Plan) -> dict[str, Any]:
    return {
        step.id: (
            {(c.path, json.dumps(c.after, default=str)) for c in step.changes},
            step.cascade,
            step.parent,
            step.name,
            step.source,
        )
        for step in plan.steps
    }


def test_a_whole_season_is_compared_as_it_is_planned_right_after_the_last_one():
    """Where Traede is as the older catalog says, and all of that was applied, reading
    it tells nothing new."""
    asked = planned(catalog(*NOW), live(*LAST), ledger(*LAST)).plan
    found = compared([*LAST], [*NOW])

    assert not asked.refused
    assert told(found) == told(asked)
    for kind, counts in asked.summary.items():
        for what in ("create", "update", "rename", "delete", "archive", "unchanged"):
            assert found.summary[kind][what] == counts[what], (kind, what)


@settings(max_examples=50)
@given(worlds())
def test_a_catalog_compared_with_itself_asks_for_nothing(world: World):
    same = compare_catalogs(
        world.catalog, world.catalog, BASE, CONFIG, Options(TENANT, TODAY)
    )

    assert [step.id for step in same.steps] == []
    assert same.blocked == ()
