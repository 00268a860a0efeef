"""Traede misbehaves while it is written to: all that can land does, nothing twice."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import Entry, catalog, product, variant
from support.harness import Shop, differing, dump_by_key, twice
from support.seasons import LAST, NOW, orders_arrive

from reconcile.core.config import Deletes
from reconcile.core.outcomes import Report
from reconcile.sandbox import Dialect, Fault

WRITES = ("POST", "PUT", "DELETE")
MISFORTUNES: dict[str, dict[str, Any]] = {
    "500, nothing done": {"do": "status", "status": 500},
    "500, done all the same": {"do": "status-after", "status": 500},
    "connection lost before": {"do": "drop"},
    "connection lost after": {"do": "drop-after"},
    "rate limit": {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
    "no JSON": {"do": "garbage"},
}


def every(misfortune: dict[str, Any], step: int, first: int) -> list[Fault]:
    """Meets each `step`-th write, counted for each method of its own."""
    return [
        Fault(match={"method": method}, nth=nth, **misfortune)
        for method in WRITES
        for nth in range(first, 60, step)
    ]


@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize("name", MISFORTUNES)
def test_a_write_that_goes_wrong_ends_well(shop: Shop, name: str, first: int) -> None:
    shop.configure(deletes=Deletes(max=99, max_percent=100))
    shop.apply(catalog(*LAST))
    orders_arrive(shop.box)
    before = shop.box.dump()
    wanted = catalog(*NOW)
    shop.apply(wanted)
    end = dump_by_key(shop.box)
    shop.start_over(before, catalog(*LAST))

    shop.box.faults = every(MISFORTUNES[name], 3, first)
    report = shop.apply(wanted)
    shop.box.faults = []
    again = shop.apply(wanted)

    assert report.exit_code in ((0,) if name == "rate limit" else (0, 5))
    assert again.exit_code == 0, bad(again)
    assert differing(dump_by_key(shop.box), end) == []
    assert twice(shop.box) == []
    assert shop.plan(wanted).planned.plan.steps == ()


def bad(report: Report) -> dict[str, tuple[str, str]]:
    return {
        step_id: (result.result, result.words)
        for step_id, result in report.results.items()
        if not result.good
    }


# --- one item that Traede does not take ---


def styles(poison: int | None = None, count: int = 7) -> list[Entry]:
    """Styles of which one names a supplier that Traede does not know."""
    nobody = {"suppliers": [{"supplier_number": "nobody"}]}
    return [
        product(f"style-{n}", weight=n + 1, **(nobody if n == poison else {}))
        for n in range(count)
    ]


@pytest.mark.parametrize("poison", [0, 1, 3, 6])
@pytest.mark.parametrize("batches", ["atomic", "stop", "skip"])
@pytest.mark.parametrize("known", [False, True], ids=["creates", "updates"])
def test_one_bad_item_is_reported_alone_and_all_else_lands(
    shop: Shop, batches: Any, poison: int, known: bool
) -> None:
    shop.box.dialect = Dialect(batches=batches)
    if known:
        shop.apply(catalog(*[product(f"style-{n}") for n in range(7)]))

    report = shop.apply(catalog(*styles(poison)))

    action = "update" if known else "create"
    key = f"style-{poison}"
    lost = {f"{action}:product:{key}"}
    lost |= set() if known else {f"create:variant:{key}-s"}
    assert bad(report).keys() == lost
    assert report.exit_code == 5
    words = {words for _, words in bad(report).values()}
    assert words == {"The supplier nobody does not exist."}
    landed = {
        row["item_number"]: row["weight"] for row in dump_by_key(shop.box)["products"]
    }
    for n in set(range(7)) - {poison}:
        assert str(landed[f"style-{n}"]) == str(n + 1)


# --- images and stock ---


@pytest.mark.parametrize(
    ("do", "sent"), [("drop", 1), ("drop-after", 1), ("status-after", 1)]
)
def test_an_image_without_an_answer_is_never_sent_again(
    shop: Shop, do: str, sent: int
) -> None:
    """Nothing in Traede tells whether it arrived: at most once is what is left."""
    shop.apply(catalog(product("tee", variant("tee-s"))))
    images = [{"url": "https://img.example/1.jpg"}]
    wanted = catalog(product("tee", variant("tee-s", images=images)))
    shop.box.faults = [Fault(do, match={"path": "/products/sync"}, nth=1)]
    requests = len(shop.box.requests)

    report = shop.apply(wanted)
    again = shop.apply(wanted)

    assert [result.result for result in report.results.values()] == ["unknown"]
    assert report.exit_code == 5
    assert again.plan.to_do == ()
    posts = [r for r in shop.box.requests[requests:] if r.method == "POST"]
    assert len(posts) == sent


def test_an_image_beside_a_price_is_proven_by_the_price(shop: Shop) -> None:
    shop.apply(catalog(product("tee", variant("tee-s"))))
    images = [{"url": "https://img.example/1.jpg"}]
    prices = {"DKK": {"sales_price": 120, "rec_sales_price": 250}}
    wanted = catalog(product("tee", variant("tee-s", images=images, prices=prices)))
    shop.box.faults = [
        Fault("drop", match={"path": "/products/sync"}, nth=1),
        Fault("drop-after", match={"path": "/products/sync"}, nth=2),
    ]

    report = shop.apply(wanted)

    assert report.exit_code == 0
    attached = [e for e in shop.box.effects if e["what"] == "image"]
    assert len(attached) == 1
