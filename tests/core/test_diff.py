"""One object compared: who moved, what counts as equal, what is never sent again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.builders import SEAL, address, catalog, customer, live_of, product, variant

from reconcile.core.diff import compare, creation
from reconcile.core.ledger import row_after, row_unproven
from reconcile.core.model import MISSING, UNKNOWN, Applied, Desired, Live, Path, Ref
from reconcile.core.steps import Change

TEE, TEE_S = Ref("product", "tee"), Ref("variant", "tee-s")


def wanted(ref: Ref = TEE, *variants: Any, **fields: Any) -> Desired:
    if ref.kind == "customer":
        return catalog(customer(ref.key, **fields)).objects[ref]
    return catalog(product("tee", *variants, **fields)).objects[ref]


def seen(desired: Desired, **values: Any) -> Live:
    """Traede as desired, but for some fields; `...` is a field that was not loaded."""
    live = live_of(desired, 1)
    changed = {**live.values, **{(name,): value for name, value in values.items()}}
    return replace(live, values={p: v for p, v in changed.items() if v is not ...})


def applied(desired: Desired, **changes: Any) -> Applied:
    row = row_after(desired, live_of(desired, 1), None, SEAL, sent=desired.values)
    return replace(row, **changes)


def causes(changes: tuple[Change, ...]) -> dict[Path, tuple[str, str]]:
    return {change.path: (change.basis, change.cause) for change in changes}


NAME = ("name",)


@pytest.mark.parametrize(
    ("last", "live", "expected"),
    [
        pytest.param("Tee", "Tee", None, id="nobody moved"),
        pytest.param("Old", "Old", "catalog", id="the catalog moved"),
        pytest.param("Tee", "Theirs", "drift", id="only Traede moved"),
        pytest.param("Old", "Theirs", "both", id="both moved"),
        pytest.param("Old", "Tee", None, id="both moved to the same"),
        pytest.param(None, "Theirs", "catalog", id="nothing is known as applied"),
    ],
)
def test_the_ledger_tells_who_moved(
    last: str | None, live: str, expected: str | None
) -> None:
    desired = wanted(name="Tee")
    row = applied(desired, sent={NAME: last}) if last else None

    changes = compare(desired, seen(desired, name=live), row, SEAL)

    assert causes(changes) == ({NAME: ("live", expected)} if expected else {})


WEIGHT = ("weight",)


@pytest.mark.parametrize(
    ("last", "value", "expected"),
    [
        pytest.param(UNKNOWN, 180, "unknown", id="the first time"),
        pytest.param("180", 180, None, id="as last applied"),
        pytest.param("100", 180, "applied", id="the catalog moved"),
        pytest.param("100", None, "applied", id="cleared"),
        pytest.param(UNKNOWN, None, "unknown", id="cleared, managed, never applied"),
    ],
)
def test_a_blind_field_is_compared_with_what_was_applied(
    last: Any, value: Any, expected: str | None
) -> None:
    desired = wanted(weight=value)
    sent = {} if last is UNKNOWN else {WEIGHT: last}

    changes = compare(desired, seen(desired), applied(desired, sent=sent), SEAL)

    assert [change.basis for change in changes if change.path == WEIGHT] == (
        [expected] if expected else []
    )


def test_adopting_clears_no_blind_field_neither_now_nor_later() -> None:
    desired = wanted(weight=None, meta={"care": None})
    now = seen(desired)

    assert compare(desired, now, None, SEAL) == ()
    adopted = row_after(desired, now, None, SEAL)
    assert compare(desired, now, adopted, SEAL) == ()


def test_a_blind_field_that_comes_all_the_same_is_compared_live() -> None:
    desired = wanted(weight=180)

    (change,) = compare(desired, seen(desired, weight="90"), None, SEAL)

    assert (change.before, change.basis) == ("90", "live")


def test_what_traede_returns_in_another_form_is_not_planned_again() -> None:
    desired = wanted(description="<p>Soft</p>")
    now = seen(desired, description="<p>Soft</p>\n<!-- checked -->")
    row = row_after(desired, now, None, SEAL, sent=desired.values)

    assert compare(desired, now, row, SEAL) == ()
    moved = seen(desired, description="<p>Hard</p>")
    assert causes(compare(desired, moved, row, SEAL)) == {
        ("description",): ("live", "drift")
    }


def test_implied_parents_are_no_difference() -> None:
    men = {"name": "Men", "children": [{"name": "Shirts"}]}
    both = catalog(product("tee", categories=["Men > Shirts"]), men)
    desired = both.objects[TEE]

    assert not compare(
        desired, seen(desired, categories=["Men", "Men > Shirts"]), None, SEAL
    )
    assert compare(desired, seen(desired, categories=["Men"]), None, SEAL)


def test_what_is_sent_on_creation_only_is_not_compared() -> None:
    desired = wanted(only_on_create=["description"], description="<p>First</p>")

    assert (
        compare(desired, seen(desired, description="<p>Theirs</p>"), None, SEAL) == ()
    )


# --- events ---


def pictured(*numbers: int, **more: Any) -> Desired:
    images = [{"url": f"https://img.example/{n}.jpg"} for n in numbers]
    written = {"images": images} if images else {}
    return wanted(TEE_S, variant("tee-s", **written, **more))


def test_only_images_that_are_new_are_sent() -> None:
    row = applied(pictured(1, 2))

    (change,) = compare(pictured(2, 3), seen(pictured()), row, SEAL)

    assert [image["url"] for image in change.after] == ["https://img.example/3.jpg"]
    assert compare(pictured(1), seen(pictured()), row, SEAL) == ()


def test_adopting_sends_no_event_neither_now_nor_later() -> None:
    desired = pictured(1, inventory={"quantity": 5})
    now = seen(desired)

    assert compare(desired, now, None, SEAL) == ()
    assert compare(desired, now, row_after(desired, now, None, SEAL), SEAL) == ()


def test_opening_stock_goes_with_the_create_alone() -> None:
    desired = pictured(inventory={"quantity": 5})
    stock = ("inventory", "quantity")

    assert stock in {change.path for change in creation(desired, "catalog")}
    assert stock not in {change.path for change in creation(desired, "drift")}
    later = pictured(inventory={"quantity": 9})
    assert compare(later, seen(later), applied(desired), SEAL) == ()


def test_what_cannot_be_proven_counts_as_sent_for_events_alone() -> None:
    desired = pictured(1, weight=180)
    before = row_after(pictured(), live_of(pictured(), 1), None, SEAL)
    intended = applied(desired)

    row = row_unproven(intended, before)

    assert {c.path for c in compare(desired, seen(desired), row, SEAL)} == {WEIGHT}
    alone = row_unproven(intended, None)
    assert ("images",) in alone.sent
    assert WEIGHT not in alone.sent


# --- addresses ---


def test_an_address_goes_only_where_all_of_them_are_ours() -> None:
    ref = Ref("customer", "1000")
    home, store = address("Home"), address("Store", address="Strøget 1", zip="1160")
    before = wanted(ref, addresses=[home, store])
    after = wanted(ref, addresses=[home])
    shown = [{k: v for k, v in a.items() if k != "title"} for a in (home, store)]
    ours = replace(seen(after), raw={"addresses": shown})
    theirs = replace(ours, raw={"addresses": [*shown, {**shown[0], "zip": "9999"}]})

    (change,) = compare(after, ours, applied(before), SEAL)

    assert (change.path, change.after) == (("addresses", "Store"), MISSING)
    assert compare(after, theirs, applied(before), SEAL) == ()
    assert compare(after, seen(after), applied(before), SEAL) == ()
