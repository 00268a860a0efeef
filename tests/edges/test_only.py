"""A plan of a part reads that part, and acts on nothing that it has not read."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import catalog, category, customer, price, product, variant
from support.harness import Shop

from reconcile.core.config import Deletes
from reconcile.core.scope import Only, parse_only
from reconcile.sandbox import Fault

STYLES = [product(f"style-{n}") for n in range(70)]


def only(*patterns: str) -> tuple[Only, ...]:
    return tuple(one for text in patterns if (one := parse_only(text)))


def asked(shop: Shop, path: str = "/api/products") -> list[str]:
    return [
        str(request.query)
        for request in shop.box.requests
        if request.method == "GET" and request.path == path
    ]


def step_ids(shop: Shop, wanted: Any, *patterns: str) -> list[str]:
    plan = shop.plan(wanted, only=only(*patterns)).planned.plan
    return [step.id for step in plan.to_do]


def test_only_the_part_is_read_and_planned(shop: Shop) -> None:
    shop.apply(catalog(*STYLES))
    changed = [product(f"style-{n}", name="New") for n in range(70)]
    shop.box.requests.clear()

    ids = step_ids(shop, catalog(*changed), "product:style-3")

    assert ids == ["update:product:style-3"]
    assert all("style-3" in query for query in asked(shop))


def test_what_is_not_found_is_looked_for_everywhere(shop: Shop) -> None:
    shop.apply(catalog(*STYLES))
    tee = product("tee", variant("tee-s"))

    assert step_ids(shop, catalog(*STYLES, tee), "product:tee") == [
        "create:product:tee",
        "create:variant:tee-s",
    ]


def test_a_new_sku_that_another_product_has_is_refused(shop: Shop) -> None:
    shop.apply(catalog(product("cap", variant("hat-s")), product("tee")))
    wanted = catalog(
        product("cap", variant("cap-s")),
        product("tee", variant("tee-s"), variant("hat-s", attributes={"Size": "M"})),
    )

    plan = shop.plan(wanted, only=only("product:tee")).planned.plan

    assert plan.to_do == ()
    assert "belongs to product cap" in plan.refused[0].reason


def test_a_filter_that_fails_means_reading_all(shop: Shop) -> None:
    shop.apply(catalog(*STYLES))
    shop.box.faults = [
        Fault(match={"path": "/api/products"}, nth=1, do="status", status=400)
    ]

    ids = step_ids(shop, catalog(*STYLES[1:]), "product:style-0")

    assert ids == ["delete:product:style-0"]


def test_deletes_outside_the_part_are_not_planned(shop: Shop) -> None:
    shop.configure(deletes=Deletes(max=99, max_percent=100))
    shop.apply(catalog(*STYLES, customer("1000"), category("Men")))

    assert step_ids(shop, catalog(), "product:style-1*") == [
        f"delete:product:style-{n}" for n in (1, *range(10, 20))
    ]


def test_a_category_is_not_deleted_from_under_products_outside_the_part(
    shop: Shop,
) -> None:
    cap = product("cap", categories=["Men"])
    shop.apply(catalog(category("Men"), category("Women"), cap))

    plan = shop.plan(
        catalog(category("Women"), product("cap", name="Another")),
        only=only("category:*"),
    ).planned.plan

    assert plan.to_do == ()
    assert "cap" in plan.refused[0].reason


def test_such_a_plan_is_applied_like_any_other(shop: Shop) -> None:
    shop.apply(catalog(product("tee"), product("cap")))
    dear = {"DKK": price(120)}
    wanted = catalog(
        product("tee", variant("tee-s", prices=dear)),
        product("cap", variant("cap-s", prices=dear)),
    )
    saved = shop.save(wanted, only=only("product:tee"))

    shop.apply(wanted, saved)
    later = shop.plan(wanted).planned.plan

    assert [step.id for step in later.to_do] == ["update:variant:cap-s"]


@pytest.mark.parametrize("kind", ["category", "collection", "customer"])
def test_a_part_without_products_reads_none(shop: Shop, kind: str) -> None:
    shop.apply(catalog(*STYLES[:3]))
    shop.box.requests.clear()

    assert step_ids(shop, catalog(*STYLES[:3]), f"{kind}:*") == []
    assert asked(shop) == []
