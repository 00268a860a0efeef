"""A saved plan limits a fresh one: less is allowed, more never."""

from dataclasses import replace

import pytest
from support.builders import SEAL, TENANT, TODAY

from reconcile.core.model import Ref, Tenant, Value
from reconcile.core.saved import Limited, limit
from reconcile.core.steps import Action, Change, Plan, Refusal, Step
from reconcile.errors import DoesNotFit

NAME = ("name",)
TEXT = ("description",)


def step(action: Action, key: str, *changes: Change, remote_id: int = 1) -> Step:
    return Step(action, Ref("product", key), changes, remote_id=remote_id)


def plan(*steps: Step, refused: tuple[Refusal, ...] = ()) -> Plan:
    return Plan(TENANT, TODAY, "sha256:catalog", steps, refused)


def name(before: Value, after: Value = "Tee", **how: bool) -> Change:
    return Change(NAME, before, after, **how)


SAVED = plan(step("update", "tee", name("Old")))


def written(limited: Limited) -> dict[str, list[tuple[str, ...]]]:
    return {s.id: [c.path for c in s.written] for s in limited.plan.steps}


def test_the_same_plan_again_is_allowed_whole():
    limited = limit(SAVED, SAVED, SEAL)

    assert limited.plan == SAVED
    assert (limited.conflicts, limited.as_found) == ({}, {})


def test_what_the_saved_plan_does_not_have_is_left_out():
    fresh = plan(*SAVED.steps, step("delete", "cap"), step("create", "hat"))

    assert written(limit(fresh, SAVED, SEAL)) == {"update:product:tee": [NAME]}


def test_a_field_that_was_not_shown_is_held():
    fresh = plan(step("update", "tee", name("Old"), Change(TEXT, "A", "B")))

    limited = limit(fresh, SAVED, SEAL)

    assert written(limited) == {"update:product:tee": [NAME]}
    assert limited.conflicts == {}


def test_a_field_that_was_held_then_stays_held_now():
    saved = plan(step("update", "tee", name("Old"), Change(TEXT, "A", "B", held=True)))
    fresh = plan(step("update", "tee", name("Old"), Change(TEXT, "A", "B")))

    assert written(limit(fresh, saved, SEAL)) == {"update:product:tee": [NAME]}


def test_a_held_step_stays_in_sight_and_stays_held():
    saved = plan(step("update", "tee", name("Old", held=True)))

    limited = limit(plan(step("update", "tee", name("Old"))), saved, SEAL)

    assert written(limited) == {"update:product:tee": []}
    assert (limited.conflicts, limited.as_found) == ({}, {})
    assert limit(plan(), saved, SEAL).plan.steps == ()


@pytest.mark.parametrize(
    ("fresh", "words"),
    [
        (
            plan(step("update", "tee", name("Third"))),
            "name was changed in Traede after the plan",
        ),
        (
            plan(step("update", "tee", name("Old"), remote_id=2)),
            "it was deleted and made again in Traede after the plan",
        ),
        (plan(step("create", "tee")), "it was changed in Traede after the plan"),
        (
            plan(refused=(Refusal("update:product:tee", "several share this key"),)),
            "several share this key",
        ),
    ],
)
def test_what_no_longer_fits_is_a_conflict(fresh: Plan, words: str):
    limited = limit(fresh, SAVED, SEAL)

    assert limited.plan.steps == ()
    assert [why for _, why in limited.conflicts.values()] == [words]


def test_what_is_done_already_is_as_found():
    limited = limit(plan(), SAVED, SEAL)

    assert list(limited.as_found) == ["update:product:tee"]


def test_a_delete_takes_no_variant_along_that_was_not_shown():
    one, two = Ref("variant", "tee-s"), Ref("variant", "tee-m")
    delete = step("delete", "tee")
    saved = plan(replace(delete, cascade=(one,)))
    more = plan(replace(delete, cascade=(one, two)))

    assert limit(more, saved, SEAL).conflicts["delete:product:tee"][1] == (
        "it has new variants in Traede since the plan"
    )
    assert limit(saved, more, SEAL).plan.steps == saved.steps


def test_steps_keep_the_order_of_the_fresh_plan():
    one, two = step("create", "a"), step("create", "b")

    assert limit(plan(two, one), plan(one, two), SEAL).plan.steps == (two, one)


def test_personal_values_are_compared_by_their_seals():
    ref = Ref("customer", "1")
    change = name("Anna", "Berta")
    fresh = plan(Step("update", ref, (change,), remote_id=1))
    sealed = Change(
        NAME, SEAL("customer", NAME, "Anna"), SEAL("customer", NAME, "Berta")
    )
    saved = plan(Step("update", ref, (sealed,), remote_id=1))

    assert limit(fresh, saved, SEAL).plan.steps[0].written == (change,)
    moved = plan(Step("update", ref, (name("Cora", "Berta"),), remote_id=1))
    assert limit(moved, saved, SEAL).conflicts


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        (replace(SAVED, tenant=Tenant("https://x", 1)), "this plan is for https://x"),
        (replace(SAVED, tenant=Tenant(TENANT.url, 2)), r"\(brand 2\), not for"),
        (replace(SAVED, catalog_digest="sha256:other"), "the catalog has changed"),
    ],
)
def test_a_plan_of_another_shop_or_catalog_does_not_fit(saved: Plan, words: str):
    with pytest.raises(DoesNotFit, match=words):
        limit(SAVED, saved, SEAL)
