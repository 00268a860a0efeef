"""Planning, where a case folder would be too large or too small for the question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.builders import (
    CONFIG,
    SEAL,
    catalog,
    category,
    collection,
    customer,
    ledger,
    live,
    plan,
    price,
    product,
    step_ids,
    the_step,
    variant,
)

from reconcile.core.config import Deletes
from reconcile.core.model import Ref, Snapshot
from reconcile.core.plan_json import digest_of
from reconcile.core.planning import Planned, catalog_digest
from reconcile.core.scope import Only, parse_only


def refusals(planned: Planned) -> dict[str, str]:
    return {refusal.id: refusal.reason for refusal in planned.plan.refused}


def guards(planned: Planned) -> list[str]:
    return [block.guard for block in planned.plan.blocked]


def styles(count: int) -> list[dict[str, Any]]:
    return [product(f"style-{n:02}") for n in range(count)]


def test_the_order_is_that_of_the_design() -> None:
    before = (
        category("Old", category("Older")),
        customer("2000"),
        product("cap"),
        product("tee", variant("tee-s"), variant("tee-m")),
        product("polo"),
    )
    after = (
        category("Men", category("Shirts")),
        collection("AW26", visibility="customers_custom", allowed_customers=["1000"]),
        customer("1000"),
        product("polo-2", variant("polo-s"), renamed_from="polo", name="Polo"),
        product("tee", variant("tee-s"), categories=["Men > Shirts"]),
    )

    planned = plan(catalog(*after), live(*before), ledger(*before))

    assert step_ids(planned) == [
        "rename:product:polo-2",
        "create:customer:1000",
        "create:category:Men",
        "create:category:Men > Shirts",
        "create:collection:AW26",
        "update:product:tee",
        "delete:variant:tee-m",
        "delete:customer:2000",
        "delete:product:cap",
        "delete:category:Old > Older",
        "delete:category:Old",
    ]


def test_a_category_goes_after_the_products_that_leave_it() -> None:
    men = category("Men")
    before = (men, product("tee", categories=["Men"]))

    planned = plan(
        catalog(product("tee", categories=[])), live(*before), ledger(*before)
    )

    assert the_step(planned, "delete:category:Men").requires == ("update:product:tee",)


@pytest.mark.parametrize("why", ["held", "refused"])
def test_a_category_stays_with_a_product_that_cannot_leave_it(why: str) -> None:
    men, women = category("Men"), category("Women")
    before = (men, women, product("tee", categories=["Men"]))
    now, known = live(*before), ledger(men, women, product("tee", categories=[]))
    after = product("tee", categories=[])
    if why == "refused":
        after = product("tee", categories=[], collection="Nowhere")
        known = ledger(*before)

    planned = plan(catalog(women, after), now, known)

    assert "delete:category:Men" not in step_ids(planned)
    assert "delete:category:Men" in refusals(planned)


def test_what_is_held_is_refused_with_what_it_needs() -> None:
    """The collection is held, so the new product is refused, and with it the variant
    that somebody has deleted."""
    wanted = catalog(collection("AW26"), product("tee", collection="AW26"))
    rows = ledger(collection("AW26"), product("tee", collection="AW26"))
    del rows[Ref("product", "tee")]

    planned = plan(wanted, Snapshot({}), rows)

    assert refusals(planned).keys() == {"create:product:tee", "create:variant:tee-s"}
    assert step_ids(planned) == ["create:collection:AW26"]
    assert planned.plan.steps[0].held


def test_variants_of_a_retired_product_are_not_deleted() -> None:
    belt = product("belt")
    known = ledger(belt)
    retired = {ref: replace(row, retired=True) for ref, row in known.items()}

    assert step_ids(plan(catalog(product("tee")), live(belt), retired)) == [
        "create:product:tee",
        "create:variant:tee-s",
    ]


# --- guards ---


@pytest.mark.parametrize(
    ("managed", "left", "limits", "blocked"),
    [
        pytest.param(9, 1, Deletes(), False, id="few keys have no percentage"),
        pytest.param(10, 9, Deletes(), False, id="at the percentage"),
        pytest.param(10, 8, Deletes(), True, id="above the percentage"),
        pytest.param(30, 19, Deletes(10, 100), True, id="above the number"),
        pytest.param(30, 20, Deletes(10, 100), False, id="at the number"),
    ],
)
def test_delete_limit(managed: int, left: int, limits: Deletes, blocked: bool) -> None:
    before = styles(managed)
    config = replace(CONFIG, deletes=limits)

    planned = plan(
        catalog(*before[:left]), live(*before), ledger(*before), config=config
    )

    assert guards(planned) == (["delete-limit"] if blocked else [])


def test_going_off_sale_counts_as_leaving() -> None:
    before = styles(12)
    after = [{**one, "active": False} for one in before[:3]] + before[3:]

    planned = plan(catalog(*after), live(*before), ledger(*before))

    assert guards(planned) == ["delete-limit"]


def test_variants_that_go_with_their_product_are_not_counted() -> None:
    many = product("tee", *(variant(f"tee-{n}") for n in range(30)))
    before = (many, product("cap"))

    planned = plan(catalog(product("cap")), live(*before), ledger(*before))

    assert guards(planned) == []
    assert planned.plan.summary["variant"]["delete"] == 30


def test_tombstones_count_only_towards_the_percentage() -> None:
    before = styles(12)
    tombs = [{"item_number": one["item_number"], "delete": True} for one in before]
    loose = replace(CONFIG, deletes=Deletes(max=2, max_percent=100))

    planned = plan(
        catalog(*tombs[:5], *before[5:]), live(*before), ledger(*before), config=loose
    )

    assert guards(planned) == []


def test_protection_ends_when_it_is_applied_as_false() -> None:
    before = product("tee", protect=True)
    rows = ledger(before)
    gone = plan(catalog(product("cap")), live(before), rows)
    let_go = ledger(product("tee", protect=False))

    assert guards(gone) == ["protected"]
    assert guards(plan(catalog(product("cap")), live(before), let_go)) == []


# --- digests ---


def test_the_catalog_digest_covers_what_decides_about_writing() -> None:
    wanted = catalog(product("tee"))
    other = catalog(product("tee", variant("tee-s", prices={"DKK": price(101)})))

    digests = {
        catalog_digest(wanted, CONFIG),
        catalog_digest(other, CONFIG),
        catalog_digest(wanted, replace(CONFIG, base_currency="EUR")),
        catalog_digest(wanted, replace(CONFIG, deletes=Deletes(when_refused="fail"))),
    }

    assert len(digests) == 4
    moved = catalog(product("cap"), product("tee"))
    again = catalog(product("tee"), product("cap"))
    assert catalog_digest(moved, CONFIG) == catalog_digest(again, CONFIG)


def test_the_plan_digest_covers_what_traede_shows() -> None:
    wanted = catalog(product("tee", name="New"))
    one = plan(wanted, live(product("tee", name="One")))
    two = plan(wanted, live(product("tee", name="Two")))

    assert digest_of(one.plan, SEAL) != digest_of(two.plan, SEAL)


def test_a_reference_in_live_is_enough_where_nothing_is_declared() -> None:
    wanted = catalog(product("tee", collection="AW26"))

    planned = plan(wanted, live(collection("AW26")))

    assert planned.plan.refused == ()
    assert Ref("product", "tee") in {step.ref for step in planned.plan.steps}


# --- cautions ------------------------------------------------------------------------


def test_a_price_member_that_cannot_be_read_is_said_not_to_be_protected() -> None:
    before = live(product("tee", variant("tee-s"), variant("tee-m")))
    now = catalog(
        product(
            "tee",
            *(
                variant(sku, prices={"DKK": price(12, 30)})
                for sku in ("tee-s", "tee-m")
            ),
        )
    )

    warnings = plan(now, before).plan.warnings

    (warning,) = [w for w in warnings if w.rule == "not-protected"]
    assert "`b2c_offer_price`" in warning.message
    assert "(2 variants)" in warning.message


def test_a_member_that_is_written_needs_no_warning() -> None:
    before = live(product("tee", variant("tee-s")))
    prices = {"DKK": price(12, 30, b2c_offer_price=9)}

    warnings = plan(
        catalog(product("tee", variant("tee-s", prices=prices))), before
    ).plan.warnings

    assert "not-protected" not in {w.rule for w in warnings}


@pytest.mark.parametrize(("returned", "warned"), [(5701234567899, True), ("", False)])
def test_a_leading_zero_is_warned_of_where_bar_codes_are_numbers(
    returned: object, warned: bool
) -> None:
    before = live(product("tee", variant("tee-s")))
    ref = Ref("variant", "tee-s")
    objects = {
        **before.objects,
        ref: replace(before.objects[ref], raw={"ean": returned}),
    }
    now = catalog(product("tee", variant("tee-s", ean="0012345678905")))

    found = plan(now, replace(before, objects=objects)).plan.warnings

    assert ("leading-zero" in {w.rule for w in found}) is warned


def test_a_sub_category_that_may_be_there_unseen_is_not_created() -> None:
    before = live(category("Men"))
    ref = Ref("category", "Men")
    hiding = replace(before.objects[ref], opened=frozenset({("children",)}))
    now = catalog(category("Men", category("Shirts")))

    planned = plan(now, replace(before, objects={ref: hiding})).plan

    assert not planned.to_do
    assert [r.id for r in planned.refused] == ["create:category:Men > Shirts"]


def test_a_product_none_of_whose_variants_can_be_created_is_refused() -> None:
    poor = variant("tee-s", prices=None)
    del poor["prices"]

    planned = plan(catalog(product("tee", poor)))

    assert planned.plan.steps == ()
    assert {refusal.id for refusal in planned.plan.refused} == {
        "create:product:tee",
        "create:variant:tee-s",
    }


def test_what_stays_beside_a_price_is_what_traede_keeps() -> None:
    def tee(sales: int, retail: int) -> dict[str, object]:
        return product("tee", variant("tee-s", prices={"DKK": price(sales, retail)}))

    planned = plan(catalog(tee(110, 250)), live(tee(100, 300)), ledger(tee(100, 250)))

    step = the_step(planned, "update:variant:tee-s")
    assert [c.path[-1] for c in step.changes if c.held] == ["rec_sales_price"]
    assert step.beside == {("prices", "DKK", "rec_sales_price"): "300"}


@pytest.mark.parametrize("only", ["product:cap", "variant:cap-*", "product:c*"])
def test_a_part_deletes_nothing_that_the_catalog_wants_elsewhere(only: str) -> None:
    sizes = (variant("cap-s"), variant("cap-m"))
    before = (product("cap", *sizes), product("tee"))
    wanted = catalog(product("hood", *sizes), product("tee"))
    now, rows = live(*before), ledger(*before)
    part = parse_only(only)
    assert part is not None

    planned = plan(wanted, now, rows, only=(part,))

    assert step_ids(planned) == []
    if part.kind == "product":
        assert "under another product" in refusals(planned)["delete:product:cap"]


def test_a_part_without_the_new_variants_does_not_advise_to_delete_the_product() -> (
    None
):
    wanted = catalog(product("cap", variant("cap-x")))
    before = product("cap", variant("cap-s"))

    planned = plan(
        wanted, live(before), ledger(before), only=(Only("variant", "cap-s"),)
    )

    assert step_ids(planned) == []
    assert [one.hint for one in planned.plan.refused] == [
        "Plan all of the product: --only product:cap"
    ]


def test_a_part_deletes_no_variant_that_the_catalog_wants_elsewhere() -> None:
    small, medium = variant("cap-s"), variant("cap-m")
    before = (product("cap", small, medium), product("tee"))
    wanted = catalog(product("cap", small), product("tee", variant("tee-s"), medium))

    planned = plan(
        wanted, live(*before), ledger(*before), only=(Only("product", "cap"),)
    )

    assert step_ids(planned) == []
