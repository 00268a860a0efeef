"""What becomes known about an object once something was applied."""

from typing import Any

import pytest
from support.builders import SEAL, catalog, customer, product, variant

from reconcile.core.ledger import released, row_after, row_retired, row_unproven
from reconcile.core.model import Applied, Desired, Live, Path, Ref, Value
from reconcile.core.personal import is_sealed

TEE = Ref("product", "tee")
TEE_S = Ref("variant", "tee-s")
NAME: Path = ("name",)
WEIGHT: Path = ("weight",)
IMAGES: Path = ("images",)
ONE, TWO = {"url": "https://x/1.jpg"}, {"url": "https://x/2.jpg"}


def wanted(**fields: Any) -> Desired:
    whole = {"name": ..., **fields}
    return catalog(product("tee", {"sku": "tee-s"}, **whole)).objects[TEE]


def of_variant(**fields: Any) -> Desired:
    return catalog(product("tee", {"sku": "tee-s", **fields})).objects[TEE_S]


def now(**values: Value) -> Live:
    return Live(TEE, 1, {(name,): value for name, value in values.items()})


BEFORE = Applied(TEE, 1, {NAME: "Before"}, {NAME: "Returned"}, protected=True)


@pytest.mark.parametrize(
    ("live", "before", "sent", "values", "returned"),
    [
        pytest.param(now(name="Tee"), None, {NAME}, {NAME: "Tee"}, {}, id="sent"),
        pytest.param(
            now(name="TEE"), None, {NAME}, {NAME: "Tee"}, {NAME: "TEE"}, id="returned"
        ),
        pytest.param(now(), None, {NAME}, {NAME: "Tee"}, {}, id="sent-blind"),
        pytest.param(now(name="Tee"), None, (), {NAME: "Tee"}, {}, id="adopted"),
        pytest.param(now(name="By hand"), None, (), {}, {}, id="held-never-known"),
        pytest.param(
            now(name="By hand"),
            BEFORE,
            (),
            {NAME: "Before"},
            {NAME: "Returned"},
            id="held-known",
        ),
        pytest.param(now(name="Tee"), BEFORE, (), {NAME: "Tee"}, {}, id="same-now"),
        pytest.param(now(), None, (), {}, {}, id="blind-never-sent"),
        pytest.param(
            now(name="By hand"),
            Applied(TEE, 2, {NAME: "Other object"}),
            (),
            {},
            {},
            id="another-id",
        ),
    ],
)
def test_a_row_holds_what_was_proven(
    live: Live, before: Any, sent: Any, values: Any, returned: Any
):
    row = row_after(wanted(name="Tee"), live, before, SEAL, sent=sent)

    assert (row.sent, row.returned) == (values, returned)
    assert (row.ref, row.remote_id) == (TEE, 1)


def test_what_was_not_returned_is_null_as_traede_takes_it():
    price = ("prices", "DKK", "rec_sales_price")
    desired = of_variant(prices={"DKK": {"rec_sales_price": 0}})
    live = Live(TEE_S, 1, {}, closed=frozenset([("prices", "DKK")]))

    row = row_after(desired, live, None, SEAL, sent={price})

    assert (row.sent, row.returned) == ({price: "0"}, {})
    assert row.parent == TEE


@pytest.mark.parametrize(
    ("before", "sent", "known"),
    [
        (None, (), [ONE, TWO]),  # adopted: never sent to it later
        (Applied(TEE_S, 1, {IMAGES: [ONE]}), {IMAGES}, [ONE, TWO]),
        (Applied(TEE_S, 1, {IMAGES: [ONE]}), (), [ONE]),
        (Applied(TEE_S, 1), (), [ONE, TWO]),
    ],
)
def test_events_count_as_done_once_sent_or_adopted(before: Any, sent: Any, known: Any):
    desired = of_variant(images=[ONE, TWO])

    row = row_after(desired, Live(TEE_S, 1, {}), before, SEAL, sent=sent)

    assert row.sent[IMAGES] == known


@pytest.mark.parametrize(
    ("value", "before", "known"),
    [
        (None, None, True),
        (None, Applied(TEE, 1), False),
        (5, None, False),
    ],
)
def test_of_an_adopted_object_a_blind_clear_counts_as_done(
    value: Any, before: Any, known: bool
):
    row = row_after(wanted(weight=value), now(), before, SEAL)

    assert (WEIGHT in row.sent) is known


@pytest.mark.parametrize(
    ("written", "before", "protected"),
    [
        (True, None, True),
        (False, BEFORE, False),
        (..., BEFORE, True),  # taking the line out does not end it
        (..., None, False),
    ],
)
def test_protection_is_remembered_until_it_is_ended(
    written: Any, before: Any, protected: bool
):
    row = row_after(wanted(protect=written), now(), before, SEAL)

    assert row.protected is protected


def test_personal_values_are_sealed():
    ref = Ref("customer", "1")
    desired = catalog(customer("1", name="Anna A")).objects[ref]

    row = row_after(desired, Live(ref, 1, {NAME: "ANNA"}), None, SEAL, sent={NAME})

    assert is_sealed(row.sent[NAME])
    assert is_sealed(row.returned[NAME])


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, {IMAGES: [ONE]}),
        (Applied(TEE_S, 1, {WEIGHT: "1"}), {WEIGHT: "1", IMAGES: [ONE]}),
        (Applied(TEE_S, 2, {WEIGHT: "1"}), {IMAGES: [ONE]}),
    ],
)
def test_of_an_unproven_write_only_the_events_count(before: Any, expected: Any):
    entry = Applied(TEE_S, 1, {WEIGHT: "2", IMAGES: [ONE]}, {WEIGHT: "3"})

    row = row_unproven(entry, before)

    assert (row.sent, row.returned) == (expected, {})


def test_an_archived_object_is_remembered_as_retired():
    live = Live(TEE_S, 5, {}, parent=TEE)

    fresh = row_retired(None, live)
    known = row_retired(Applied(TEE_S, 4, {WEIGHT: "1"}), live)

    assert (fresh.retired, fresh.remote_id, fresh.parent) == (True, 5, TEE)
    assert fresh.sent == {("archived",): True, ("b2c_available",): False}
    assert (known.remote_id, known.sent[WEIGHT]) == (5, "1")


def test_released_is_what_was_applied_and_is_no_longer_written():
    row = Applied(TEE, 1, {NAME: "Tee", WEIGHT: "1", ("meta", "a"): "x"})

    assert released(wanted(name="Tee"), None) == []
    assert released(wanted(name="Tee", weight=None), row) == [("meta", "a")]
    # One key of several that are written is not a field that is let go.
    assert released(wanted(name="Tee", weight=3, meta={"b": "y"}), row) == []


def test_the_sample_variant_is_adopted_without_unknowns():
    desired = catalog(product("tee", variant("tee-s"))).objects[TEE_S]

    row = row_after(desired, Live(TEE_S, 1, dict(desired.values)), None, SEAL)

    assert row.sent == desired.values
