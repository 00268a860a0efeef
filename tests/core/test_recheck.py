"""Does a step still fit what Traede has, now that it is about to be written?"""

from typing import Any

import pytest
from support.builders import SEAL, catalog, customer, product

from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Path,
    Ref,
    Value,
)
from reconcile.core.recheck import not_shown, readable, recheck, shows, sign
from reconcile.core.steps import Action, Change, Step

TEE = Ref("product", "tee")
NAME: Path = ("name",)
TEXT: Path = ("description",)
WEIGHT: Path = ("weight",)


def wanted(**fields: Any) -> Desired:
    return catalog(product("tee", {"sku": "tee-s"}, **fields)).objects[TEE]


def now(remote_id: int = 1, **values: Value) -> Live:
    return Live(TEE, remote_id, {(name,): value for name, value in values.items()})


def step(action: Action, *changes: Change, remote_id: int | None = 1) -> Step:
    return Step(action, TEE, changes, remote_id=remote_id)


RENAME = Change(NAME, "Old", "Tee")


@pytest.mark.parametrize(
    ("live", "verdict", "words"),
    [
        (None, "as planned", ""),
        (now(name="Tee"), "as desired", ""),
        (now(name="Other"), "conflict", "it was created in Traede after the plan"),
    ],
)
def test_a_create(live: Live | None, verdict: str, words: str):
    create = step("create", Change(NAME, MISSING, "Tee"), remote_id=None)

    found = recheck(create, wanted(name="Tee"), live, None, SEAL)

    assert (found.verdict, found.words) == (verdict, words)


@pytest.mark.parametrize(
    ("live", "verdict", "words"),
    [
        (now(name="Old"), "as planned", ""),
        (now(name="Tee"), "as desired", ""),
        (
            now(name="Third"),
            "conflict",
            "name was changed in Traede after the plan: Old → Third; not overwritten",
        ),
        (
            now(name=None),
            "conflict",
            "name was changed in Traede after the plan: Old → nothing; not overwritten",
        ),
        (now(), "as planned", ""),  # cannot be read
        (None, "conflict", "it was deleted in Traede after the plan"),
        (now(2, name="Old"), "conflict", "it was deleted in Traede after the plan"),
    ],
)
def test_an_update(live: Live | None, verdict: str, words: str):
    found = recheck(step("update", RENAME), wanted(name="Tee"), live, None, SEAL)

    assert (found.verdict, found.words) == (verdict, words)


@pytest.mark.parametrize("before", [None, MISSING, []])
@pytest.mark.parametrize("live", [now(tags=[]), now(tags=None)])
def test_nothing_empty_and_null_before_are_one(before: Value, live: Live):
    update = step("update", Change(("tags",), before, ["a"]))

    assert recheck(update, wanted(tags=["a"]), live, None, SEAL).verdict == "as planned"


def test_a_change_from_nothing_is_said_as_such():
    update = step("update", Change(TEXT, None, "New"))

    found = recheck(update, wanted(description="New"), now(description="X"), None, SEAL)

    assert "after the plan: nothing → X; not" in found.words


def test_a_personal_value_is_not_said():
    ref = Ref("customer", "1")
    desired = catalog(customer("1", name="Anna A")).objects[ref]
    live = Live(ref, 1, {NAME: "Berta B"})
    update = Step("update", ref, (Change(NAME, "Anna", "Anna A"),), remote_id=1)

    found = recheck(update, desired, live, None, SEAL)

    assert found.words == "name was changed in Traede after the plan; not overwritten"


def test_what_differs_besides_the_step_travels_as_read():
    desired = wanted(name="Tee", description="Ours")
    live = now(name="Old", description="By hand")

    found = recheck(step("update", RENAME), desired, live, None, SEAL)

    assert (found.verdict, found.held) == ("as planned", {TEXT})


def test_a_held_change_is_not_judged():
    update = step("update", RENAME, Change(TEXT, "A", "B", held=True))
    live = now(name="Old", description="C")

    found = recheck(update, wanted(name="Tee", description="B"), live, None, SEAL)

    assert (found.verdict, found.held) == ("as planned", {TEXT})


def test_the_ledger_counts_only_for_the_same_object():
    desired = wanted(weight=3)
    row = Applied(TEE, 1, {NAME: "Tee", WEIGHT: "3"})

    same = recheck(None, desired, now(name="Tee"), row, SEAL)
    another = recheck(None, desired, now(2, name="Tee"), row, SEAL)

    assert same.held == frozenset()
    assert another.held == {WEIGHT}


def test_what_only_travels_along_has_to_be_there():
    found = recheck(None, wanted(), None, None, SEAL)

    assert (found.verdict, found.words) == ("conflict", "tee is not in Traede any more")


# --- reading a write back ----------------------------------------------------------

IMAGES = Change(("images",), [], [{"url": "https://x/1.jpg"}])


@pytest.mark.parametrize(
    ("live", "expected"),
    [(now(name="Tee"), True), (now(name="Old"), False), (now(), True)],
)
def test_shows_is_whether_all_that_can_be_read_is_there(live: Live, expected: bool):
    assert shows(live, step("update", RENAME)) is expected


def test_events_are_never_read_back():
    variant = Ref("variant", "tee-s")
    live = Live(variant, 1, {("images",): []})
    update = Step("update", variant, (IMAGES,))

    assert shows(live, update)
    assert sign(live, update) is None
    assert not_shown(live, update) == []


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (now(name="Tee"), True),
        (now(name="Old"), False),
        (now(name="Third"), None),
        (now(), None),
        (now(name="Tee", description="A"), True),
        (now(name="Third", description="A"), False),
    ],
)
def test_the_sign_of_a_write_without_an_answer(live: Live, expected: bool | None):
    assert sign(live, step("update", RENAME, Change(TEXT, "A", "B"))) is expected


def test_readable_is_whether_anything_can_be_read_back():
    both = step("update", RENAME, Change(WEIGHT, UNKNOWN, "3", "unknown"))

    assert readable(now(name="Old"), both)
    assert not readable(now(), both)


def test_not_shown_names_the_fields_that_did_not_stick():
    live = Live(TEE, 1, {NAME: "Old", TEXT: "B"})
    key = Change(("item_number",), "a", "b")
    both = step("update", RENAME, Change(TEXT, "A", "B"), key)

    assert not_shown(live, both) == [NAME]


def test_null_reads_back_as_what_traede_takes_it_for():
    variant = Ref("variant", "tee-s")
    retail = ("prices", "DKK", "rec_sales_price")
    live = Live(variant, 1, {}, closed=frozenset([("prices", "DKK")]))
    update = Step("update", variant, (Change(retail, "5", "0"),))

    assert shows(live, update)


def test_a_dropped_address_that_can_be_read_is_judged_as_a_whole():
    ref = Ref("customer", "1")
    live = Live(ref, 1, {}, closed=frozenset([("addresses",)]))
    drop = Step("update", ref, (Change(("addresses", "Old"), UNKNOWN, MISSING),))

    assert shows(live, drop)
