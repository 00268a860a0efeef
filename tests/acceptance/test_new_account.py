"""An empty account, and a real catalog."""

from __future__ import annotations

from collections import Counter

from support.account import Account
from support.neutral import Brand
from support.stored import differences, held, wanted


def test_an_empty_account_becomes_the_catalog(account: Account, brand: Brand) -> None:
    account.write(brand)

    report = account.apply()

    assert (report.exit_code, report.left) == (0, 0)
    assert differences(held(account.box.dump()), wanted(brand)) == []

    plan = account.plan()

    assert [*plan.steps, *plan.refused, *plan.blocked] == []
    objects = {kind: len(rows) for kind, rows in wanted(brand).items()}
    assert {k: n["unchanged"] for k, n in plan.summary.items()} == objects

    account.apply()

    attached = Counter(
        (effect["sku"], effect["url"])
        for effect in account.box.effects
        if effect["what"] == "image"
    )
    assert attached == Counter(
        (variant["sku"], image["url"])
        for product in brand["products"]
        for variant in product["variants"]
        for image in variant["images"]
    )
