"""The first write of each sort goes alone; where it did more than was asked for, no
other goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support.builders import Entry, catalog, category, collection, product, variant
from support.harness import Life, Shop

from reconcile.core.catalog import Catalog

KEYS = ("cap", "tee", "zip")


def styles(**fields: Any) -> list[Entry]:
    return [
        product(key, variant(f"{key}-s"), variant(f"{key}-m"), **fields) for key in KEYS
    ]


def without(size: str) -> list[Entry]:
    return [
        {**one, "variants": [v for v in one["variants"] if v["sku"][-1] != size]}
        for one in styles()
    ]


def with_ean() -> list[Entry]:
    eans = ("5701234567899", "5701234567905", "5701234567912")
    return [
        product(key, variant(f"{key}-s", ean=ean), variant(f"{key}-m"))
        for key, ean in zip(KEYS, eans, strict=True)
    ]


def renamed() -> list[Entry]:
    return [
        {**one, "item_number": f"new-{one['item_number']}", "renamed_from": key}
        for one, key in zip(styles(), KEYS, strict=True)
    ]


def titles(visibility: str) -> list[Entry]:
    return [collection(title, visibility=visibility) for title in ("A", "B", "C")]


@dataclass(frozen=True)
class Sort:
    before: Sequence[Entry]
    now: Sequence[Entry]
    method: str
    also: Callable[[Shop], None]
    """What the first write does beside what was asked for."""
    said: str
    orders: Sequence[str] = ()


def price(sku: str) -> Callable[[Shop], None]:
    return lambda shop: shop.box.edit("variant", sku, **{"prices.DKK.sales_price": 1})


def gone(kind: Any, key: str) -> Callable[[Shop], None]:
    return lambda shop: shop.box.delete(kind, key)


def named(key: str) -> Callable[[Shop], None]:
    return lambda shop: shop.box.edit("product", key, name="Somebody's")


SORTS = {
    "rename": Sort(styles(), renamed(), "PUT", named("new-cap"), "changed name in"),
    "rename and a variant": Sort(
        styles(),
        renamed(),
        "PUT",
        price("cap-m"),
        "changed prices DKK sales_price of variant cap-m",
    ),
    "core fields": Sort(
        styles(), with_ean(), "PUT", named("cap"), "changed name of product cap"
    ),
    "collection": Sort(
        titles("customers"),
        titles("own_entity"),
        "PUT",
        lambda shop: shop.box.edit("collection", "A", active=False),
        "changed active in",
    ),
    "delete": Sort(
        styles(),
        without("s"),
        "POST",
        gone("variant", "cap-m"),
        "deleted variant cap-m",
    ),
    "delete and change": Sort(
        styles(), without("s"), "POST", named("cap"), "changed name of product cap"
    ),
    "delete a category": Sort(
        [*(category(name) for name in "ABCD")],
        [category("D")],
        "DELETE",
        gone("category", "D"),
        "deleted category D",
    ),
}


class Meddling(Life):
    """Right after the first write of a method, something else happens."""

    def __init__(self, shop: Shop, sort: Sort) -> None:
        super().__init__()
        self.shop, self.sort, self.done = shop, sort, False

    def check(self) -> None:
        super().check()
        writes = [one for one in self.writes if one.startswith(self.sort.method)]
        if writes and not self.done:
            self.done = True
            self.sort.also(self.shop)


def written(shop: Shop, before: int, method: str) -> int:
    return sum(one.method == method for one in shop.box.requests[before:])


@pytest.mark.parametrize("name", SORTS)
def test_one_is_written_and_then_no_other(shop: Shop, name: str) -> None:
    sort = SORTS[name]
    shop.apply(catalog(*sort.before))
    before = len(shop.box.requests)

    report = shop.apply(catalog(*sort.now), life=Meddling(shop, sort))

    assert sort.said in report.stopped
    assert "nobody asked for" in report.stopped
    assert report.exit_code == 5
    assert written(shop, before, sort.method) == 1
    assert report.left == 2, "the others are left, and said to be"


@pytest.mark.parametrize("name", SORTS)
def test_where_nothing_else_happens_all_are_written(shop: Shop, name: str) -> None:
    sort = SORTS[name]
    shop.apply(catalog(*sort.before))
    wanted: Catalog = catalog(*sort.now)

    report = shop.apply(wanted)

    assert (report.stopped, report.left, report.exit_code) == ("", 0, 0)
    assert shop.plan(wanted).planned.plan.steps == ()


def test_the_first_of_each_sort_goes_alone_though_another_sort_went_before(
    shop: Shop,
) -> None:
    shop.configure(traede={"concurrency": 4})
    shop.apply(catalog(*titles("customers")))
    wanted = catalog(collection("0"), *titles("own_entity"))
    sort = replace(SORTS["collection"], now=())
    before = len(shop.box.requests)

    report = shop.apply(wanted, life=Meddling(shop, sort))

    assert "changed active in" in report.stopped
    assert written(shop, before, "POST") == 1
    assert written(shop, before, "PUT") == 1


def test_core_fields_of_one_go_alone_though_others_have_none(shop: Shop) -> None:
    shop.configure(traede={"concurrency": 4, "batch_size": 1})
    shop.apply(catalog(*styles()))
    _, *others = with_ean()
    wanted = catalog(*({**one, "description": "B"} for one in (styles()[0], *others)))
    sort = replace(SORTS["core fields"], also=named("tee"))
    before = len(shop.box.requests)

    report = shop.apply(wanted, life=Meddling(shop, sort))

    assert "changed name of product tee" in report.stopped
    assert written(shop, before, "PUT") == 1


def test_an_archive_instead_of_a_delete_is_looked_at_too(shop: Shop) -> None:
    shop.apply(catalog(*styles()))
    for key in KEYS[:2]:
        shop.box.order(f"{key}-s")
    sort = Sort((), (), "POST", named("cap"), "")

    class Later(Meddling):
        """The first POST is the delete, which is refused; the second archives."""

        def check(self) -> None:
            Life.check(self)
            if self.writes.count("POST /products/sync") == 2 and not self.done:
                self.done = True
                sort.also(self.shop)

    report = shop.apply(catalog(styles()[2]), life=Later(shop, sort))

    assert "writing product cap also changed name" in report.stopped
    assert [one.result for one in report.results.values()] == ["archived", "skipped"]


def test_a_variant_that_was_made_anew_is_not_taken_for_retired(shop: Shop) -> None:
    """Of a product that is archived instead, only what was ours is remembered so."""
    shop.apply(catalog(*styles()))
    shop.box.order("cap-s")
    made = product("cap", variant("cap-s"), variant("cap-m"))["variants"][1]

    class Anew(Life):
        done = False

        def check(self) -> None:
            super().check()
            if self.writes.count("POST /products/sync") == 1 and not self.done:
                self.done = True
                shop.box.delete("variant", "cap-m")
                shop.box.create("variant", item_number="cap", **made)

    report = shop.apply(catalog(*styles()[1:]), life=Anew())

    assert report.results["delete:product:cap"].result == "archived"
    rows = {row.ref.key: row for row in shop.ledger().values()}
    assert rows["cap"].retired
    assert not rows["cap-m"].retired
