"""An account that holds a catalog already: imported, adopted, and nothing written."""

from __future__ import annotations

import pytest
from support.account import Account
from support.neutral import Brand
from support.stored import KINDS, differences, held, rows_of, sketch, wanted

from reconcile.sandbox import Dialect

DIALECTS = {
    "hidden": Dialect(unknown_supplier="accept"),
    "returned": Dialect(unknown_supplier="accept", sync_fields="returned"),
}


@pytest.mark.parametrize("sync_fields", DIALECTS)
def test_an_import_is_adopted_without_a_write(
    sync_fields: str, account: Account, full: Brand, base_currency: str
) -> None:
    box = account.box
    box.dialect = DIALECTS[sync_fields]
    box.load({"base_currency": base_currency, **sketch(wanted(full))})
    _set_what_only_sync_sets(account, full)
    before = box.dump()

    imported = account.import_live()
    plan = account.plan()

    assert imported.needs_you == ()
    assert [*plan.steps, *plan.refused, *plan.blocked] == []
    everything = {kind: len(rows) for kind, rows in held(before).items()}
    assert {k: n["unchanged"] for k, n in plan.summary.items()} == everything

    report = account.apply()

    assert (report.exit_code, report.changed) == (0, 0)
    assert report.adopted == sum(everything.values())
    assert {request.method for request in box.requests} == {"GET"}
    assert rows_of(box.dump()) == rows_of(before)
    in_ledger = account.ledger()
    assert {
        kind: {ref.key for ref in in_ledger if ref.kind == kind} for kind in KINDS
    } == {kind: set(rows) for kind, rows in held(before).items()}
    assert account.plan().steps == ()


def test_an_import_of_a_part_is_adopted_without_a_write(
    account: Account, full: Brand, base_currency: str
) -> None:
    account.box.load({"base_currency": base_currency, **sketch(wanted(full))})

    account.import_live("product:7*", "collection:*")
    plan = account.plan()

    assert [*plan.steps, *plan.refused, *plan.blocked] == []
    some = len([n for n in wanted(full)["product"] if n.startswith("7")])
    assert plan.summary["product"]["unchanged"] == some

    account.import_live()
    plan = account.plan()

    assert [*plan.steps, *plan.refused, *plan.blocked] == []
    everything = {kind: len(rows) for kind, rows in held(account.box.dump()).items()}
    assert {k: n["unchanged"] for k, n in plan.summary.items()} == everything


def test_an_import_makes_the_same_account_again(
    account: Account, full: Brand, base_currency: str
) -> None:
    """Where Traede returns all fields, all but addresses and images come back."""
    box = account.box
    box.dialect = DIALECTS["returned"]
    box.load({"base_currency": base_currency, **sketch(wanted(full))})
    account.import_live()
    box.load({"base_currency": base_currency})

    report = account.apply()

    assert (report.exit_code, report.left) == (0, 0)
    expected = wanted(full)
    for customer in expected["customer"].values():
        customer["addresses"] = {}
    for variant in expected["variant"].values():
        variant["images"] = []
    assert differences(held(box.dump()), expected) == []


def _set_what_only_sync_sets(account: Account, full: Brand) -> None:
    """Fields that no documented GET returns, beyond those that the catalog has."""
    product = full["products"][0]
    account.box.edit(
        "product",
        product["item_number"],
        url="https://shop.example/1",
        noos=True,
        release_date="2027-01-04",
        meta={"season": "SS27"},
        min_order_quantity=6,
        suppliers=[{"supplier_number": "POLO-2", "primary": True}],
    )
    account.box.edit(
        "variant",
        product["variants"][0]["sku"],
        make_to_order_b2b=True,
        drops=[{"drop_code": "AW27-1"}],
    )
    for customer in full["customers"][:1]:
        number = customer["customer_number"]
        account.box.edit("customer", number, payment_term={"payment_term_code": "30"})
