"""A Traede that takes a sync at once and shows it later."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.account import Account
from support.neutral import Brand, Row, fit

from reconcile.sandbox import Dialect, Sandbox

TEE: Row = {
    "item_number": "tee",
    "name": "Tee",
    "description": "As it was",
    "tags": [],
    "categories": [],
    "variants": [
        {
            "sku": "tee-s",
            "attributes": {"Size": "S"},
            "prices": {"EUR": {"sales_price": 40}},
            "images": [],
        }
    ],
}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """A description was changed once, and shown late; now nothing is late any more."""
    with Sandbox() as box:
        account = Account(box, tmp_path, "EUR")
        account.write(described("As it was"))
        account.apply()
        box.dialect = Dialect(sync_delay=5)
        account.write(described("As it is"))
        assert account.apply().exit_code == 0
        box.dialect = Dialect()
        yield account


def described(text: str) -> Brand:
    product = {**copy.deepcopy(TEE), "description": text}
    return fit({"products": [product], "categories": [], "customers": []})


def test_the_next_change_is_the_catalogs_own(account: Account) -> None:
    account.write(described("As it will be"))

    causes = [change.cause for step in account.plan().steps for change in step.changes]

    assert causes == ["catalog"]


def test_somebody_who_puts_the_old_value_back_is_seen(account: Account) -> None:
    account.box.edit("product", "tee", description="As it was")

    causes = [change.cause for step in account.plan().steps for change in step.changes]

    assert causes == ["drift"]
