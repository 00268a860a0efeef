"""Which steps the edits of a branch ask for, and which were waiting already."""

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

from reconcile.core.branch import mark
from reconcile.core.plan_json import plan_from_text, plan_text
from reconcile.core.steps import Base, Plan

BASE = Base("main", "a" * 40)


def marked(
    shop: list[Entry], base: list[Entry], now: list[Entry]
) -> dict[str, bool | None]:
    return {step.id: step.added for step in plan_of(shop, base, now).steps}


def plan_of(shop: list[Entry], base: list[Entry], now: list[Entry]) -> Plan:
    """A plan for `now`, with `shop` in Traede as last applied."""
    whole = plan(catalog(*now), live(*shop), ledger(*shop)).plan
    return mark(whole, BASE, catalog(*base).objects, catalog(*now).objects)


TEE, CAP = product("tee"), product("cap")
NEWER = product("tee", name="Newer")
DEAR = product("tee", variant("tee-s", prices={"DKK": price(120)}))
TEE_UPDATE, CAP_CREATE = "update:product:tee", "create:product:cap"
CAP_S_CREATE = "create:variant:cap-s"


@pytest.mark.parametrize(
    ("shop", "base", "now", "expected"),
    [
        ([TEE], [TEE], [NEWER], {TEE_UPDATE: True}),
        ([TEE], [NEWER], [NEWER], {TEE_UPDATE: False}),
        ([TEE], [DEAR], [DEAR], {"update:variant:tee-s": False}),
        ([TEE], [TEE, CAP], [TEE, CAP], {CAP_CREATE: False, CAP_S_CREATE: False}),
        ([TEE], [TEE], [TEE, CAP], {CAP_CREATE: True, CAP_S_CREATE: True}),
        ([TEE, CAP], [TEE], [TEE], {"delete:product:cap": False}),
        ([TEE, CAP], [TEE, CAP], [TEE], {"delete:product:cap": True}),
        (
            [TEE, CAP],
            [TEE, product("cap", delete=True)],
            [TEE, product("cap", delete=True)],
            {"delete:product:cap": False},
        ),
        (
            [TEE, CAP],
            [TEE, CAP],
            [TEE, product("cap", delete=True)],
            {"delete:product:cap": True},
        ),
        (
            [TEE],
            [product("top", variant("tee-s"), renamed_from="tee", name="Tee")],
            [product("top", variant("tee-s"), renamed_from="tee", name="Tee")],
            {"rename:product:top": False},
        ),
        (
            [TEE],
            [TEE],
            [product("top", variant("tee-s"), renamed_from="tee", name="Tee")],
            {"rename:product:top": True},
        ),
    ],
    ids=[
        "an edit", "an edit that waits", "a price that waits", "a create that waits",
        "a create", "a delete that waits", "a delete", "a tombstone that waits",
        "a tombstone", "a rename that waits", "a rename",
    ],
)  # fmt: skip
def test_a_step_is_the_branchs_own_where_the_catalogs_differ_in_it(
    shop: list[Entry], base: list[Entry], now: list[Entry], expected: dict[str, bool]
):
    assert marked(shop, base, now) == expected


def test_another_value_than_the_one_that_waits_is_the_branchs_own():
    assert marked([TEE], [NEWER], [product("tee", name="Newest")]) == {TEE_UPDATE: True}


def test_an_edit_of_another_field_does_not_make_a_step_the_branchs_own():
    protected = product("tee", name="Newer", protect=True)

    assert marked([TEE], [NEWER], [protected]) == {TEE_UPDATE: False}


def test_of_one_step_a_change_may_wait_and_another_not():
    base = product("tee", name="Newer")
    now = product("tee", name="Newer", tags=["new"])

    (step,) = plan_of([TEE], [base], [now]).steps

    assert step.added
    assert {change.path: change.added for change in step.changes} == {
        ("name",): False,
        ("tags",): True,
    }
    assert plan_of([TEE], [base], [now]).waiting == (step,)


def test_what_is_new_has_marks_on_steps_alone():
    made = plan_of([TEE], [TEE], [TEE, CAP]).steps

    assert {change.added for step in made for change in step.changes} == {None}


def test_marks_survive_a_plan_file():
    whole = plan_of([TEE], [NEWER], [NEWER, CAP])
    again, _ = plan_from_text(plan_text(whole, SEAL))

    assert again.base == BASE
    assert [step.added for step in again.steps] == [step.added for step in whole.steps]
    assert [step.changes for step in again.steps] == [s.changes for s in whole.steps]
    assert {step.id for step in again.waiting} == {TEE_UPDATE}


def test_a_plan_without_a_base_says_nothing_of_one():
    text = plan_text(plan(catalog(NEWER), live(TEE), ledger(TEE)).plan, SEAL)

    assert '"added"' not in text
    assert '"base"' not in text
