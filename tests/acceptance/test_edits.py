"""Twenty random edits of a catalog that is applied: what is planned, and what comes.

The account also holds what the catalog does not know: nothing of it may change.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from random import Random
from typing import Any, Final

import pytest
from support.account import Account, Moment
from support.counting import after_apply, expected_summary, new_names
from support.editing import Editing
from support.edits import EDITS, edit
from support.neutral import Brand
from support.stored import Rows, View, differences, held, rows_of

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
        box.load(_theirs(base_currency))
        account.write(full)
        assert account.apply().exit_code == 0
        kept = _add_below_ours(account, full)
        for kind, key, fields in _by_hand(full):
            box.edit(kind, key, **fields)
        unmanaged = {
            n: row for n, row in rows_of(box.dump()).items() if _is_theirs(row)
        }
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
    _keep_by_hand(wanted, full, editing.brand)
    assert differences(_ours(held(dump)), wanted) == []

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


# --- what is not ours ---------------------------------------------------------------

UNMANAGED: Final = {
    "category": 3,
    "collection": 1,
    "customer": 1,
    "product": 1,
    "variant": 3,
}


def _theirs(base_currency: str) -> dict[str, Any]:
    """Objects of somebody else; each has "theirs" in its row."""
    prices = {base_currency: {"sales_price": "12.50", "rec_sales_price": "30"}}
    variants = [
        {
            "sku": f"theirs-{size}",
            "attributes": {"Size": size},
            "prices": prices,
            "archived": size == "L",
            "meta": {"whose": "theirs"},
        }
        for size in ("S", "L")
    ]
    return {
        "base_currency": base_currency,
        "categories": [
            {"name": "Theirs"},
            {"name": "Of theirs", "parent": "Theirs"},
        ],
        "collections": [
            {
                "id": 1,
                "title": "Theirs",
                "visibility": "customers_custom",
                "allowed_customers": [1],
            }
        ],
        "customers": [
            {
                "id": 1,
                "customer_number": "theirs",
                "name": "Theirs",
                "currency": "SEK",
                "discount_percentage": "3",
                "addresses": [{"title": "Shop", "name": "Theirs", "zip": "0101"}],
            }
        ],
        "products": [
            {
                "item_number": "theirs",
                "name": "Theirs",
                "categories": ["Theirs", "Theirs > Of theirs"],
                "collection_id": 1,
                "tags": ["theirs"],
                "variants": variants,
            }
        ],
    }


def _add_below_ours(account: Account, full: Brand) -> frozenset[str]:
    """Something of theirs in what is ours, and the names of ours: these must stay."""
    box = account.box
    top = full["categories"][0]["name"]
    box.create("category", name="Theirs below ours", parent=top)
    box.edit("product", "theirs", categories=["Theirs", top])
    product = full["products"][0]
    model = product["variants"][0]
    box.create(
        "variant",
        "theirs-in-ours",
        item_number=product["item_number"],
        attributes=dict.fromkeys(model["attributes"], "theirs"),
        prices={name: {"sales_price": "5"} for name in model["prices"]},
    )
    return frozenset((top, product["item_number"]))


def _by_hand(full: Brand) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Fields that the catalog does not write, set by somebody on objects that it
    does: kind, key, fields."""
    for customer in full["customers"]:
        yield "customer", customer["customer_number"], {"active": False, "vat": "25"}
    for product in full["products"][1::2]:
        yield "product", product["item_number"], {"subbrand_id": 7}
        for variant in product["variants"]:
            yield "variant", variant["sku"], {"picture": "tee.jpg"}
            for currency, price in variant["prices"].items():
                if "offer_price" not in price:
                    offer = {f"prices.{currency}.offer_price": "1.5"}
                    yield "variant", variant["sku"], offer


def _keep_by_hand(view: View, full: Brand, after: Brand) -> None:
    """What was set by hand is still there, but for what an edit has written over."""
    names = new_names(after)
    for kind, key, fields in _by_hand(full):
        row: Any = view[kind].get(names[kind].get(key, ""))
        for path, value in fields.items() if row else ():
            *above, name = path.split(".")
            place = reduce(getitem, above, row)
            if name != "offer_price" or place[name] is None:
                place[name] = value


def _is_theirs(text: str) -> bool:
    own = text.partition('"variants": ')[0]
    return "theirs" in own.casefold()


def _ours(view: View) -> View:
    return {
        kind: {key: row for key, row in rows.items() if "heirs" not in key}
        for kind, rows in view.items()
    }
