"""What no plan does, whatever Traede's texts leave open: one row, one trap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.builders import (
    CONFIG,
    Entry,
    address,
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
    text,
    the_step,
    variant,
)

from reconcile.core.loading import load_catalog
from reconcile.core.model import Ref, Snapshot
from reconcile.core.planning import Planned
from reconcile.core.problems import errors
from reconcile.core.schema import compile_schema
from reconcile.core.wire.read import read
from reconcile.edges.files import schema_text


def refused(planned: Planned) -> dict[str, str]:
    return {refusal.id: refusal.reason for refusal in planned.plan.refused}


# --- files --------------------------------------------------------------------------

SCHEMA = compile_schema(schema_text("catalog.schema.json"))
NET = {"credit_type": "net", "credit_modifier": 14}
TERM = {"payment_term": {"payment_term_code": "30"}}
WRONG: dict[str, tuple[str, list[Entry]]] = {
    "C-2 two payment models": ("two-payment-terms", [customer("1", **NET, **TERM)]),
    "C-4 a number as a key": ("", [{**customer("1"), "customer_number": 7}]),
    "C-7 one title twice": (
        "",
        [customer("1", addresses=[address(), address()])],
    ),
    "C-8 a field that sync does not take": (
        "",
        [customer("1", addresses=[{**address(), "telephone": "1"}])],
    ),
    "C-12 an invitation": ("", [customer("1", invite_user={"email": "a@b.c"})]),
    "D-14 an adjustment": (
        "",
        [product("tee", variant("tee-s", inventory={"adjustment": 1}))],
    ),
    "D-15 both": (
        "",
        [product("tee", variant("tee-s", inventory={"adjustment": 1, "quantity": 2}))],
    ),
    "D-19 other attributes": (
        "attribute-names",
        [product("tee", variant("tee-s"), variant("tee-m", attributes={"Color": "x"}))],
    ),
    "D-19 one combination twice": (
        "same-attributes",
        [product("tee", variant("tee-s"), variant("t-s", attributes={"Size": "S"}))],
    ),
    "D-11 no check digit": (
        "ean",
        [product("tee", variant("tee-s", ean="5701234567890"))],
    ),
    "E-10 no such visibility": ("", [collection("SS27", visibility="everybody")]),
    "E-11 two primary suppliers": (
        "primary-supplier",
        [
            product(
                suppliers=[{"supplier_number": n, "primary": True} for n in ("a", "b")]
            )
        ],
    ),
    "E-12 a drop by both": (
        "",
        [product("tee", variant("tee-s", drops=[{"drop_id": 1, "drop_code": "x"}]))],
    ),
    "E-13 an unknown cost price set": (
        "cost-price-set",
        [
            product(
                "tee",
                variant(
                    "tee-s",
                    cost_prices=[
                        {
                            "currency": "DKK",
                            "cost_price_set_label": "Mian",
                            "cost_price": 4,
                        }
                    ],
                ),
            )
        ],
    ),
    "E-15 one key twice": ("duplicate-item-number", [product("tee"), product("tee")]),
    "E-1 only capitals differ": (
        "duplicate-category",
        [category("Men"), category("men")],
    ),
    "1.8 a misspelt field": ("", [product("tee", descripton="x")]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_traede_would_take_wrongly_is_found_in_the_files(name: str) -> None:
    rule, entries = WRONG[name]

    problems = errors(load_catalog({"a.yaml": text(*entries)}, CONFIG, SCHEMA).problems)

    assert problems
    assert not rule or rule in {problem.rule for problem in problems}


# --- creates ------------------------------------------------------------------------


def test_a_create_has_what_traede_demands() -> None:
    bare = product("tee", variant("tee-s", prices=...), name=...)

    planned = plan(catalog(bare, customer("1", currency=...)))

    assert step_ids(planned) == []
    reasons = " ".join(refused(planned).values())
    for name in ("`name`", "`prices: {DKK: {sales_price: …}}`", "`currency`"):
        assert name in reasons


def test_a_new_price_is_never_sent_without_its_sales_price() -> None:
    before = product("tee", variant("tee-s"))
    eur = {"DKK": price(100), "EUR": {"rec_sales_price": 40}}
    after = product("tee", variant("tee-s", prices=eur))

    planned = plan(catalog(after), live(before), ledger(before))

    assert "no EUR price in Traede yet" in refused(planned)["update:variant:tee-s"]


def test_a_sku_of_another_product_is_not_moved() -> None:
    theirs = live(product("cap", variant("tee-s"), variant("cap-l")))

    planned = plan(catalog(product("tee", variant("tee-s"))), theirs)

    assert "belongs to product cap" in refused(planned)["update:variant:tee-s"]
    assert "update:variant:tee-s" not in step_ids(planned)


def test_nothing_is_made_beside_what_differs_only_by_capitals_or_spaces() -> None:
    theirs = live(product("tee  1", variant("x-s")), category("Men"))
    wanted = catalog(product("Tee 1"), category("MEN"))

    planned = plan(wanted, theirs)

    assert "differs only by capitals" in refused(planned)["create:category:MEN"]
    assert not [step for step in step_ids(planned) if ":product:" in step]
    # Its variants are not made either: they travel with it.
    assert not [step for step in step_ids(planned) if ":variant:" in step]


def test_a_key_that_changed_its_capitals_is_not_deleted() -> None:
    before = product("tee")

    after = catalog(product("TEE", variant("tee-s")))
    planned = plan(after, live(before), ledger(before))

    assert not [step for step in planned.plan.steps if step.action == "delete"]
    assert "create:product:TEE" in refused(planned)


# --- comparing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wanted", "now", "differs"),
    [
        ("vat", 0, None, True),  # C-13
        ("vat", None, None, False),
        ("reminder_charge", 0, None, True),
        ("billing_email", None, None, False),
        ("credit_modifier", 14, "14", False),
    ],
)
def test_null_and_zero_of_a_customer(
    name: str, wanted: Any, now: Any, differs: bool
) -> None:
    row = {"id": 1, "customer_number": 1000, "name": "Anna A", name: now}
    snapshot = read({"customer": [row]})

    entry = customer("1000", currency=..., **{name: wanted})
    if name == "credit_modifier":
        entry["credit_type"] = "net"
        row["credit_type"] = "net"
        snapshot = read({"customer": [row]})
    planned = plan(catalog(entry), snapshot)

    assert bool(planned.plan.steps) == differs


@pytest.mark.parametrize("now", [None, "0", "0.00", 0])
def test_a_retail_price_of_null_and_of_zero_are_one(now: Any) -> None:
    row = _tee({"DKK": {"sales_price": "100.00", "rec_sales_price": now}})
    wanted = catalog(product("tee", variant("tee-s", prices={"DKK": price(100, 0)})))

    assert plan(wanted, read({"product": [row]})).plan.steps == ()


def _tee(prices: Any, **fields: Any) -> dict[str, Any]:
    small = {"id": 1, "sku": "tee-s", "attributes": {"Size": "S"}, "prices": prices}
    return {"id": 1, "item_number": "tee", "name": "Tee", "variants": [small], **fields}


FORMS = {
    "an object": {"DKK": {"sales_price": "97.54", "rec_sales_price": 250}},
    "numbers": {"DKK": {"sales_price": 97.54, "rec_sales_price": "250.00"}},
    "a list": [{"currency": "DKK", "sales_price": "97.54", "rec_sales_price": 250}],
}


@pytest.mark.parametrize("form", FORMS)
def test_prices_are_read_in_every_documented_form(form: str) -> None:
    from decimal import Decimal

    prices = FORMS[form]
    if form == "numbers":
        prices = {"DKK": {"sales_price": Decimal("97.540"), "rec_sales_price": "250.0"}}
    wanted = catalog(product("tee", variant("tee-s", prices={"DKK": price(97.54)})))

    assert plan(wanted, read({"product": [_tee(prices)]})).plan.steps == ()


@pytest.mark.parametrize("now", [[], None, {}])
def test_an_empty_map_may_be_a_list(now: Any) -> None:
    snapshot = read({"product": [_tee(now, meta=now)]})

    tee = snapshot.objects[Ref("product", "tee")]
    assert (("meta",) in tee.closed, dict(tee.values).get(("meta", "a"))) == (
        True,
        None,
    )


@pytest.mark.parametrize(
    "now", ["2027-01-04", "2027-01-04 00:00:00", "2027-01-04T10:00Z"]
)
def test_dates_are_compared_by_day(now: str) -> None:
    wanted = catalog(product("tee", variant("tee-s"), release_date="2027-01-04"))
    row = _tee(FORMS["an object"] | {"DKK": price(100)}, release_date=now)

    assert plan(wanted, read({"product": [row]})).plan.steps == ()


@pytest.mark.parametrize("text_", [" <p>Soft</p>\n", "<p>Soft</p>"])
def test_a_description_is_compared_without_the_spaces_around(text_: str) -> None:
    wanted = catalog(product("tee", variant("tee-s"), description="<p>Soft</p>"))
    row = _tee({"DKK": price(100)}, description=text_)

    assert plan(wanted, read({"product": [row]})).plan.steps == ()


def test_a_top_category_that_traede_adds_is_no_change() -> None:
    men = category("Men", category("Shirts"))
    before = [men, product("tee", categories=["Men > Shirts"])]
    now = live(men, product("tee", categories=["Men", "Men > Shirts"]))
    known = ledger(*before, of=now)

    same = plan(catalog(*before), now, known)
    other = plan(catalog(men, product("tee", categories=["Men"])), now, known)

    assert same.plan.steps == ()
    (change,) = the_step(other, "update:product:tee").changes
    # Nobody touched it in Traede: it is ours to change, not a conflict.
    assert (change.cause, change.held) == ("catalog", False)


# --- identity -----------------------------------------------------------------------


def test_what_is_there_twice_is_never_acted_on() -> None:
    rows = {
        "customer": [
            {"id": 1, "customer_number": 7, "name": "A"},
            {"id": 2, "customer_number": "007", "name": "B"},
        ],
        "collection": [{"id": n, "title": "SS27", "active": True} for n in (1, 2)],
        "product": [
            {**_tee({}), "id": n, "variants": [{"id": n, "sku": f"tee-{n}"}]}
            for n in (1, 2)
        ],
    }

    planned = plan(
        catalog(customer("7", name="C"), collection("SS27"), product("tee")),
        read(rows),
    )

    words = refused(planned)
    for ref in ("customer:7", "collection:SS27", "product:tee"):
        assert "share this key (ids 1, 2)" in words[f"update:{ref}"] or (
            ref == "customer:7" and "share this key" in words[f"update:{ref}"]
        )
    assert all(":variant:" in step for step in step_ids(planned))


def test_attribute_names_cannot_change() -> None:
    before = product("tee", variant("tee-s"))
    after = product("tee", variant("tee-s", attributes={"Size": "S", "Color": "Red"}))

    planned = plan(catalog(after), live(before), ledger(before))

    assert "no attribute Color" in refused(planned)["update:variant:tee-s"]


# --- deletes ------------------------------------------------------------------------


def test_the_last_variant_goes_only_with_its_product() -> None:
    before = [product("tee", variant("tee-s")), product("cap")]
    after = [product("tee", variants=[]), product("cap")]

    planned = plan(catalog(*after), live(*before), ledger(*before))

    assert "the last variant" in refused(planned)["delete:variant:tee-s"]


def test_a_sku_is_replaced_in_two_phases() -> None:
    before = product("tee", variant("tee-s"))
    after = product("tee", variant("tee-m"))

    planned = plan(catalog(after), live(before), ledger(before))

    assert step_ids(planned) == ["create:variant:tee-m", "delete:variant:tee-s"]
    delete = the_step(planned, "delete:variant:tee-s")
    assert delete.requires == ("create:variant:tee-m",)


def test_a_collection_is_taken_off_sale_instead() -> None:
    planned = plan(
        catalog(category("Men")), live(collection("SS27")), ledger(collection("SS27"))
    )

    (step,) = [s for s in planned.plan.steps if s.ref.kind == "collection"]
    assert (step.action, step.changes[0].after) == ("archive", False)


def test_a_category_is_deleted_only_with_what_is_ours_below_it() -> None:
    ours, theirs = category("Men"), category("Men", category("Theirs"))

    planned = plan(
        catalog(category("New")), live(theirs), ledger(ours, of=live(theirs))
    )

    assert "Men > Theirs" in refused(planned)["delete:category:Men"]


def test_a_category_is_not_deleted_where_traede_does_not_show_its_children() -> None:
    rows = [{"id": 1, "name": "Men", "parent": None}]
    snapshot = read({"category": rows})

    planned = plan(
        catalog(customer("1")), snapshot, ledger(category("Men"), of=snapshot)
    )

    assert "does not show what is below" in refused(planned)["delete:category:Men"]


def test_a_category_that_products_of_others_are_in_stays() -> None:
    now = live(category("Men"), product("tee", categories=["Men"]))

    planned = plan(catalog(category("New")), now, ledger(category("Men"), of=now))

    assert "tee" in refused(planned)["delete:category:Men"]
    assert step_ids(planned) == ["create:category:New"]


@pytest.mark.parametrize(
    "after",
    [
        [category("Men"), category("Women", category("Shirts"))],
        [category("Men"), category("Shirts")],
    ],
    ids=["another parent", "no parent"],
)
def test_a_moved_category_is_refused(after: list[Entry]) -> None:
    """Traede cannot move one; `rename` writes the steps that lose no product."""
    before = category("Men", category("Shirts"))

    planned = plan(catalog(*after), live(before), ledger(before))

    refused = {refusal.id for refusal in planned.plan.refused}
    assert refused == {
        f"create:category:{'Shirts' if len(after[1]) == 1 else 'Women > Shirts'}",
        "delete:category:Men > Shirts",
    }
    assert "reconcile rename category" in planned.plan.refused[0].hint


def test_a_category_that_goes_by_tombstone_is_no_move() -> None:
    before = category("Men", category("Shirts"))
    gone = category("Men", category("Shirts", delete=True))
    after = [gone, category("Women", category("Shirts"))]

    planned = plan(catalog(*after), live(before), ledger(before))

    assert planned.plan.refused == ()
    assert "delete:category:Men > Shirts" in step_ids(planned)


# --- released -----------------------------------------------------------------------


def test_a_field_that_is_no_longer_written_is_let_go_once() -> None:
    before = product("tee", variant("tee-s"), weight=3)
    after = product("tee", variant("tee-s"))
    known = ledger(before)

    planned = plan(catalog(after), live(before), known)
    later = plan(catalog(after), live(before), ledger(after))

    assert planned.plan.steps == later.plan.steps == ()
    (warned,) = [w for w in planned.plan.warnings if w.rule == "released"]
    assert "weight no longer written" in warned.message
    assert [w for w in later.plan.warnings if w.rule == "released"] == []


def test_a_currency_cannot_be_taken_away_and_is_let_go() -> None:
    both = {"DKK": price(100), "EUR": price(14)}
    before = product("tee", variant("tee-s", prices=both))
    after = product("tee", variant("tee-s"))

    planned = plan(catalog(after), live(before), ledger(before))

    assert planned.plan.steps == ()
    (warned,) = [w for w in planned.plan.warnings if w.rule == "released"]
    assert warned.message.startswith("prices EUR no longer written")


def test_a_brand_id_as_text_is_the_brand_all_the_same() -> None:
    row = {"id": 1, "customer_number": "1", "name": "A", "brand_id": "2"}
    snapshot = read({"customer": [row]})
    config = replace(CONFIG, traede=replace(CONFIG.traede, brand_id=1))

    planned = plan(catalog(customer("1")), snapshot, config=config)

    assert [block.guard for block in planned.plan.blocked] == ["tenant"]


def test_nothing_of_an_empty_account_is_deleted() -> None:
    planned = plan(catalog(category("Men")), Snapshot({}))

    assert step_ids(planned) == ["create:category:Men"]
