"""Where syncs are queued (B-6), what this run wrote shows up late: that is no reason
to stop it, whatever call happens to be looked at then."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.builders import (
    Entry,
    catalog,
    category,
    collection,
    price,
    product,
    variant,
)
from support.harness import Shop

from reconcile.core.config import Deletes
from reconcile.sandbox import Dialect

KEYS = ("cap", "tee")
EANS = {"cap": "5701234567899", "tee": "5701234567905"}


def plain() -> list[Entry]:
    return [
        collection("Autumn"),
        *(
            product(key, *(variant(f"{key}-{size}") for size in "sml"), description="A")
            for key in KEYS
        ),
    ]


def dearer(key: str, size: str, **fields: object) -> Entry:
    return variant(f"{key}-{size}", prices={"DKK": price(110)}, **fields)


def with_ean() -> list[Entry]:
    return [
        collection("Autumn"),
        *(
            product(
                key,
                dearer(key, "s", ean=EANS[key]),
                dearer(key, "m"),
                dearer(key, "l"),
                description="B",
            )
            for key in KEYS
        ),
    ]


def in_collection() -> list[Entry]:
    return [
        collection("Autumn"),
        *(
            product(key, *(dearer(key, size) for size in "sml"), collection="Autumn")
            for key in KEYS
        ),
    ]


def without_one() -> list[Entry]:
    return [
        collection("Autumn"),
        *(
            product(key, dearer(key, "s"), dearer(key, "m"), description="B")
            for key in KEYS
        ),
    ]


@pytest.mark.parametrize("delay", [0, 3, 4, 5, 6])
@pytest.mark.parametrize("wanted", [with_ean(), in_collection(), without_one()])
def test_what_shows_late_is_no_reason_to_stop(
    shop: Shop, wanted: Sequence[Entry], delay: int
) -> None:
    shop.apply(catalog(*plain()))
    shop.box.dialect = Dialect(sync_delay=delay)

    report = shop.apply(catalog(*wanted))

    assert (report.stopped, report.left) == ("", 0)


def one_season() -> list[Entry]:
    return [
        category("Old", category("Sub"), category("Gone")),
        *(
            product(
                key, *(variant(f"{key}-{size}") for size in "smlx"), categories=[place]
            )
            for key, place in zip(
                "abcdef", ["Old > Sub", "Old > Gone"] * 3, strict=True
            )
        ),
    ]


def the_next() -> list[Entry]:
    """Everything at once: new names of all kinds, values, and what goes."""

    def renamed(old: str, new: str, **fields: object) -> Entry:
        return {**variant(new, **fields), "renamed_from": old}

    return [
        {**category("New", category("Sub")), "renamed_from": "Old"},
        *(
            product(
                f"new-{key}",
                renamed(f"{key}-s", f"{key}-1", prices={"DKK": price(110)}),
                renamed(f"{key}-m", f"{key}-2"),
                variant(f"{key}-l", prices={"DKK": price(120)}),
                name=key,
                renamed_from=key,
                categories=["New > Sub"],
            )
            for key in "abcde"
        ),
    ]


@pytest.mark.parametrize("delay", [0, 2, 7])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_whole_season_is_not_stopped(
    shop: Shop, concurrency: int, delay: int
) -> None:
    shop.configure(
        deletes=Deletes(max=100, max_percent=100),
        traede={"concurrency": concurrency, "batch_size": 2, "verify_seconds": 60},
    )
    shop.apply(catalog(*one_season()))
    shop.box.dialect = Dialect(sync_delay=delay)

    report = shop.apply(catalog(*the_next()))

    left = {k: (r.result, r.words) for k, r in report.results.items() if not r.good}
    assert (report.stopped, report.left, left) == ("", 0, {})
