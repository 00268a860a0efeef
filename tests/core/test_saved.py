"""A saved plan limits a fresh one: less is allowed, more never."""

from dataclasses import replace

import pytest
from support.builders import SEAL, TENANT, TODAY

from reconcile.core.approvals import Approval, Approvals, approval_id, deletes_id
from reconcile.core.model import NOTHING, Applied, Ledger, Ref, Tenant, Value
from reconcile.core.problems import At, Location
from reconcile.core.saved import Limited, judge, limit, shows_all
from reconcile.core.steps import Action, Approved, Block, Change, Plan, Refusal, Step
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


def needing(one: Step, needed: Step) -> Step:
    return replace(one, requires=(needed.id,))


def test_what_needs_a_step_that_came_later_is_a_conflict_and_so_on():
    hat, cap = step("create", "hat"), step("create", "cap")
    tee, bag = needing(step("create", "tee"), hat), step("create", "bag")
    late = needing(step("create", "late"), tee)
    fresh = plan(hat, cap, tee, needing(bag, cap), late)

    limited = limit(fresh, plan(cap, tee, bag, late), SEAL)

    assert [one.id for one in limited.plan.steps] == [
        "create:product:cap",
        "create:product:bag",
    ]
    assert {ref: why for ref, (_, why) in limited.conflicts.items()} == {
        "create:product:tee": (
            "it needs the create of product hat, which is not in this plan"
        ),
        "create:product:late": (
            "it needs the create of product tee, which is not in this plan"
        ),
    }


def test_what_needs_a_step_that_is_done_goes_on():
    hat = step("create", "hat")
    tee = needing(step("create", "tee"), hat)

    limited = limit(plan(tee), plan(hat, tee), SEAL)

    assert (limited.plan.steps, limited.conflicts) == ((tee,), {})


def test_what_is_held_may_need_what_is_left_out():
    hat = step("create", "hat")
    held = needing(step("update", "tee", name("Old", held=True)), hat)

    limited = limit(plan(hat, held), plan(held), SEAL)

    assert (limited.plan.steps, limited.conflicts) == ((held,), {})


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


def test_what_is_done_is_as_found_though_something_else_has_changed_since():
    fresh = plan(step("update", "tee", Change(TEXT, "A", "B", cause="drift")))

    limited = limit(fresh, SAVED, SEAL)

    assert written(limited) == {"update:product:tee": []}
    assert (limited.conflicts, [*limited.as_found]) == ({}, ["update:product:tee"])


# --- what stops it ---

GONE = tuple(f"product:{key}" for key in "abc")
DELETES = tuple(step("delete", key) for key in "abc")
TOO_MANY = Block(
    "delete-limit",
    "too many",
    tuple(one.id for one in DELETES),
    deletes_id(TENANT, GONE),
)
SHRUNK = Block("live-shrunk", "gone", GONE, approval_id("live-shrunk", TENANT, GONE))
SLIP = Block("price-slip", "ten times", ("product:tee",), "b81e22d0")
WRONG = Block("tenant", "another brand")
ID = TOO_MANY.approve or ""


def stopped(
    fresh: Plan,
    saved: Plan,
    *lines: Approval,
    by_hand: tuple[str, ...] = (),
    known: Ledger = NOTHING,
) -> tuple[list[str], list[str]]:
    """The guards that block a limited plan, and those that are approved."""
    limited = limit(fresh, saved, SEAL).plan
    judged = judge(limited, saved, known, Approvals(lines, by_hand))
    return [b.guard for b in judged.blocked], [a.guard for a in judged.approved]


def approved(block: Block) -> Approved:
    return Approved(block.guard, block.message, block.ids, block.approve or "")


def test_what_was_judged_when_it_was_saved_is_not_judged_again():
    fresh = replace(plan(*DELETES), blocked=(TOO_MANY, SLIP))

    assert stopped(fresh, plan(*DELETES)) == ([], [])


def test_a_blocked_plan_stays_blocked_though_less_is_left_of_it():
    saved = replace(plan(*DELETES), blocked=(TOO_MANY,))

    assert stopped(plan(*DELETES[:1]), saved) == (["delete-limit"], [])


@pytest.mark.parametrize("left", [3, 1, 0])
def test_an_approval_of_what_it_showed_lets_a_blocked_plan_through(left: int):
    saved = replace(plan(*DELETES), blocked=(TOO_MANY,))
    fresh = replace(plan(*DELETES[:left]), blocked=(TOO_MANY,) * (left == 3))
    line = Approval(ID, At(Location("approvals.yaml", 2, 5)), GONE, "me", "meant")

    assert stopped(fresh, saved, by_hand=(ID,)) == ([], ["delete-limit"])
    assert stopped(fresh, saved, line) == ([], ["delete-limit"])
    assert stopped(fresh, saved, by_hand=("00000000",)) == (["delete-limit"], [])


@pytest.mark.parametrize("left", [3, 1, 0])
def test_an_approved_plan_is_applied_though_part_of_it_is_done(left: int):
    saved = replace(plan(*DELETES), approved=(approved(TOO_MANY),))
    fresh = replace(plan(*DELETES[:left]), blocked=(TOO_MANY,) * (left == 3))

    assert stopped(fresh, saved) == ([], ["delete-limit"])


def test_only_an_id_that_nothing_has_is_said_to_be_of_no_use():
    saved = replace(plan(*DELETES), blocked=(TOO_MANY,))
    by_hand = Approvals(by_hand=(ID, "00000000"))

    judged = judge(plan(), saved, {}, by_hand)

    (warned,) = judged.warnings
    assert (warned.rule, "00000000" in warned.message) == ("unused-approval", True)


@pytest.mark.parametrize("block", [WRONG, SHRUNK])
def test_the_world_is_judged_again(block: Block):
    fresh = replace(SAVED, blocked=(block,))

    assert stopped(fresh, SAVED) == ([block.guard], [])


def test_what_was_approved_as_gone_may_have_come_back_in_part():
    fewer = replace(SHRUNK, ids=GONE[:2], approve="00000000")
    other = replace(SHRUNK, ids=("product:d",), approve="00000000")
    saved = replace(SAVED, approved=(approved(SHRUNK),))

    assert stopped(replace(SAVED, blocked=(fewer,)), saved) == ([], ["live-shrunk"])
    found = stopped(replace(SAVED, blocked=(other,)), saved)
    assert found == (["live-shrunk"], ["live-shrunk"])


def test_protection_is_judged_on_what_the_saved_plan_deletes():
    known = {Ref("product", "a"): Applied(Ref("product", "a"), 1, protected=True)}
    fresh = plan(*DELETES)

    assert stopped(fresh, plan(DELETES[0]), known=known) == (["protected"], [])
    assert stopped(fresh, plan(DELETES[1]), known=known) == ([], [])


def test_an_approval_by_hand_does_not_let_protection_through():
    saved = replace(plan(*DELETES), blocked=(Block("protected", "no", GONE),))

    assert stopped(plan(*DELETES), saved, by_hand=(ID,)) == (["protected"], [])


# --- whether a second plan has more than was shown ---


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (plan(), True),
        (plan(step("update", "tee", name("Old"))), True),
        (plan(step("update", "tee", name("Third"))), False),
        (plan(step("update", "tee", name("Old"), Change(TEXT, "A", "B"))), False),
        (plan(step("update", "tee", Change(TEXT, "A", "B", held=True))), True),
        (plan(step("create", "tee")), False),
        (plan(step("delete", "cap")), False),
    ],
)
def test_what_was_shown_as_held_was_shown(later: Plan, shown: bool):
    earlier = plan(step("update", "tee", name("Old", held=True)))

    assert shows_all(earlier, later) is shown
