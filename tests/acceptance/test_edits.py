"""Twenty random edits of a catalog that is applied: what is planned, and what comes.

The account also holds what the catalog does not know: nothing of it may change.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

import pytest
from support.account import Account, Moment
from support.counting import after_apply, expected_summary
from support.editing import Editing
from support.edits import EDITS, edit
from support.neutral import Brand
from support.stored import Rows, differences, held, rows_of
from support.theirs import (
    UNMANAGED,
    add_below_ours,
    by_hand,
    is_theirs,
    keep_by_hand,
    ours,
    theirs,
)

from reconcile.sandbox import Dialect, Sandbox

EDITS_AT_ONCE = 20
DIALECTS: Final = (
    Dialect(),
    Dialect(
        sync_fields="returned",
        embedded=frozenset({"customer.addresses"}),
        categories="flat",
    ),
    Dialect(omitted="reset", omitted_prices="reset", currencies="replace", put="full"),
    Dialect(
        prices="fixed",
        decimals="text",
        booleans="text",
        ean="int",
        customer_number="int",
        empty_maps="list",
        tags="names",
        parent="object",
        page_base="1",
    ),
    Dialect(sync_delay=3, write_answers="wrapped", sync_answer="echo", limit_cap=20),
)
"""The edits of each seed meet another Traede; all of them are documented."""
SEEDS = range(len(DIALECTS))


@dataclass(frozen=True, slots=True)
class Applied:
    """An account where a catalog is applied, and what in it is not ours."""

    account: Account
    moment: Moment
    unmanaged: Rows
    kept: frozenset[str]


@pytest.fixture(scope="module")
def applied(
    full: Brand, base_currency: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    with Sandbox() as box:
        account = Account(box, tmp_path_factory.mktemp("edits"), base_currency)
        box.load(theirs(base_currency))
        account.write(full)
        assert account.apply().exit_code == 0
        kept = add_below_ours(box, full)
        for kind, key, fields in by_hand(full):
            box.edit(kind, key, **fields)
        unmanaged = {n: row for n, row in rows_of(box.dump()).items() if is_theirs(row)}
        assert len(unmanaged) == sum(UNMANAGED.values())
        yield Applied(account, account.moment(), unmanaged, kept)


@pytest.mark.parametrize("seed", SEEDS)
def test_edits_are_planned_and_land(
    seed: int, catalog_name: str, full: Brand, applied: Applied
) -> None:
    account = applied.account
    account.go_back(applied.moment)
    account.box.dialect = DIALECTS[seed]
    editing, done = edited(seed, catalog_name, full, applied.kept)
    print(f"{catalog_name}, seed {seed}:", *done, sep="\n  ")  # noqa: T201
    account.write(editing.brand)

    plan = account.plan()

    counted = {
        kind: {what: count for what, count in counts.items() if count}
        for kind, counts in plan.summary.items()
    }
    assert counted == expected_summary(full, editing.brand, UNMANAGED)
    assert [*plan.refused, *plan.blocked, *plan.conflicts] == []

    report = account.apply()

    assert (report.exit_code, report.left) == (0, 0)
    account.box.settle()
    dump = account.box.dump()
    rows = rows_of(dump)
    assert {name: rows.get(name) for name in applied.unmanaged} == applied.unmanaged
    wanted = after_apply(full, editing.brand, editing.retired)
    keep_by_hand(wanted, full, editing.brand)
    assert differences(ours(held(dump)), wanted) == []

    again = account.plan()

    assert [*again.steps, *again.refused] == []


def test_every_kind_of_edit_is_made(
    catalog_name: str, full: Brand, applied: Applied
) -> None:
    made = {
        line.partition(":")[0]
        for seed in SEEDS
        for line in edited(seed, catalog_name, full, applied.kept)[1]
    }

    assert {one.__name__ for one in EDITS} - made == IMPOSSIBLE[catalog_name]


_CUSTOMERS = {
    "collection_shown_to_some",
    "customer_name",
    "billing_email",
    "address_changed",
    "address_added",
    "address_removed",
    "discount",
    "currencies_allowed",
    "customer_added",
    "customer_renumbered",
    "customer_removed",
}
IMPOSSIBLE: Final = {
    "northwind": {"translation"},
    "sunrise": set[str](),
    "wwi": {"translation", *_CUSTOMERS},
}
"""Edits of something that a catalog does not have."""


def edited(
    seed: int, catalog_name: str, full: Brand, kept: frozenset[str]
) -> tuple[Editing, list[str]]:
    """The catalog after the edits of one seed, and what they were.

    The seeds of one catalog deal out one deck, so that all kinds of edit get a turn.
    """
    deck = list(EDITS)
    Random(catalog_name).shuffle(deck)  # noqa: S311 (tests want the same each time)
    start = seed * EDITS_AT_ONCE % len(deck)
    random = Random(f"{catalog_name} {seed}")  # noqa: S311
    editing = Editing(copy.deepcopy(full), random, kept)
    done = edit(editing, EDITS_AT_ONCE, [*deck[start:], *deck[:start]])
    return editing, done
