"""Traede's JSON and the canonical form: every documented way to say one thing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.builders import catalog, collection, customer, price, product, variant

from reconcile.core.kinds import KINDS, Via
from reconcile.core.model import MISSING, UNKNOWN, KindName, Live, Ref, Snapshot
from reconcile.core.wire.read import flatten_categories, read
from reconcile.core.wire.write import fields_of
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

PRICE = {"sales_price": "100", "rec_sales_price": "250", "offer_price": None}


def shown(**rows: list[dict[str, Any]]) -> Snapshot:
    kinds: dict[str, KindName] = {k.plural: k.name for k in KINDS.values()}
    return read({kinds[plural]: one for plural, one in rows.items()})


def a_product(**fields: Any) -> dict[str, Any]:
    return {"id": 1, "item_number": "tee", "name": "Tee", "variants": [], **fields}


def the_product(**fields: Any) -> Live:
    return shown(products=[a_product(**fields)]).objects["product", "tee"]  # type: ignore[index]


def the_variant(**fields: Any) -> Live:
    one = {"id": 2, "sku": "tee-s", "attributes": {"Size": "S"}, **fields}
    found = shown(products=[a_product(variants=[one])])
    return found.objects["variant", "tee-s"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("name", " Tee ", "Tee"),
        ("description", "", None),
        ("active", 0, False),
        ("active", "1", True),
        ("colli", 6, [6]),
        ("colli", ["12", 6], [6, 12]),
        ("colli", None, []),
        ("tags", [{"id": 4, "name": "summer"}, "basics"], ["basics", "summer"]),
        ("subbrand_id", "3", 3),
    ],
)
def test_forms_of_product_fields(field: str, raw: Any, value: Any) -> None:
    assert the_product(**{field: raw}).at((field,)) == value


@pytest.mark.parametrize(
    ("prices", "amount"),
    [
        ({"DKK": PRICE}, "100"),
        ({"DKK": {**PRICE, "sales_price": 100}}, "100"),
        ({"DKK": {**PRICE, "sales_price": Decimal("100.50")}}, "100.5"),
        ([{"currency": "DKK", **PRICE}], "100"),
        ([], MISSING),
        ({}, MISSING),
        (None, MISSING),
    ],
)
def test_forms_of_prices(prices: Any, amount: Any) -> None:
    path = ("prices", "DKK", "sales_price")

    assert the_variant(prices=prices).at(path) == amount


def test_a_key_that_is_not_there_was_not_loaded() -> None:
    found = the_variant()

    assert found.at(("prices", "DKK", "sales_price")) is UNKNOWN
    assert found.at(("ean",)) is UNKNOWN
    assert found.at(("attributes", "Color")) is MISSING


def test_a_member_that_is_not_there_is_unknown_and_its_neighbours_are_not() -> None:
    found = the_variant(prices={"DKK": PRICE})

    assert found.at(("prices", "DKK", "b2c_offer_price")) is UNKNOWN
    assert found.at(("prices", "DKK", "offer_price")) is None
    assert found.at(("prices", "EUR", "sales_price")) is MISSING


@pytest.mark.parametrize("ean", [5701234567899, "5701234567899"])
def test_an_ean_is_text(ean: Any) -> None:
    assert the_variant(ean=ean).at(("ean",)) == "5701234567899"


@pytest.mark.parametrize("parent", [1, "1", {"id": 1, "name": "Men"}])
def test_forms_of_categories(parent: Any) -> None:
    flat = [
        {"id": 1, "name": "Men", "parent": None},
        {"id": 2, "name": "Shirts", "parent": parent},
    ]
    tree = [{"id": 1, "name": "Men", "parent": None, "children": [flat[1]]}]
    both = [*tree, flat[1]]

    for rows in (flat, tree, both):
        found = shown(categories=rows).objects
        assert {ref.key: one.remote_id for ref, one in found.items()} == {
            "Men": 1,
            "Men > Shirts": 2,
        }
    assert [row["id"] for row in flatten_categories(both)] == [1, 2]


@pytest.mark.parametrize("mode", ["ids", "embed"])
def test_references_are_read_by_key(mode: str) -> None:
    own = {"id": 7, "title": "AW26"}
    row = a_product(collection_id=7 if mode == "ids" else own)

    found = shown(products=[row], collections=[own])

    assert found.objects["product", "tee"].at(("collection",)) == "AW26"  # type: ignore[index]


def test_a_reference_to_something_not_seen_is_unknown() -> None:
    assert the_product(collection_id=99).at(("collection",)) is UNKNOWN


@pytest.mark.parametrize("number", [1000, "1000"])
def test_a_customer_number_is_text(number: Any) -> None:
    found = shown(customers=[{"id": 1, "customer_number": number, "name": "A"}])

    assert list(found.objects) == [Ref("customer", "1000")]


def test_numbers_that_an_integer_column_cannot_tell_apart_are_ambiguous() -> None:
    rows = [{"id": n, "customer_number": key} for n, key in ((1, "7"), (2, "007"))]

    found = shown(customers=rows)

    assert found.objects == {}
    assert set(found.ambiguous) == {Ref("customer", "7"), Ref("customer", "007")}


def test_a_key_that_several_have_is_ambiguous() -> None:
    found = shown(collections=[{"id": 1, "title": "A"}, {"id": 2, "title": "A"}])

    assert found.ambiguous == {Ref("collection", "A"): [1, 2]}


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ({"products": [{"id": 1, "item_number": "tee"}]}, TraedeUnavailable),
        ({"products": [a_product(active="perhaps")]}, UnexpectedAnswer),
        ({"products": [a_product(item_number=None)]}, UnexpectedAnswer),
        ({"customers": [{"customer_number": "1"}]}, UnexpectedAnswer),
    ],
)
def test_what_no_document_has_is_not_guessed_at(rows: Any, error: Any) -> None:
    with pytest.raises(error):
        shown(**rows)


def test_a_blind_field_in_a_strange_form_is_left_unknown_and_said() -> None:
    found = shown(products=[a_product(weight={"grams": 180})])

    assert found.objects["product", "tee"].at(("weight",)) is UNKNOWN  # type: ignore[index]
    assert "weight" in found.warnings[0]


# --- the other way ---


def written(ref: tuple[KindName, str], via: Via, *entries: Any, **ids: Any) -> Any:
    desired = catalog(*entries).objects[Ref(*ref)]
    kind = KINDS[ref[0]]
    return fields_of(kind, desired.values, via, ids, payment_term_field="payment_term")


def test_a_product_as_sync_takes_it() -> None:
    entry = product(
        "tee",
        categories=["Men > Shirts"],
        weight=180,
        translations={"danish": {"name": "Fed"}, "12": {"name": "Fett"}},
        suppliers=[{"supplier_number": "S1", "primary": True}],
    )
    men = {"name": "Men", "children": [{"name": "Shirts"}]}

    body = written(("product", "tee"), Via.SYNC, entry, men)

    assert body["weight"] == Decimal(180)
    assert body["categories_sync_mode"] == "replace"
    assert body["categories"] == [
        {"top_category": "Men", "sub_category": "Shirts", "create_if_missing": False}
    ]
    assert body["suppliers_sync_mode"] == "replace"
    assert {"product_locale_code": "danish", "name": "Fed"} in body["translations"]
    assert {"product_locale_id": 12, "name": "Fett"} in body["translations"]


def test_a_variant_as_sync_takes_it() -> None:
    entry = product(
        "tee",
        variant("tee-s", inventory={"quantity": 5}, prices={"DKK": price(99.95)}),
    )

    body = written(("variant", "tee-s"), Via.SYNC, entry)

    assert body["prices"]["DKK"]["sales_price"] == Decimal("99.95")
    assert body["inventory"] == [{"quantity": 5}]
    assert "ean" not in body


def test_a_customer_as_sync_takes_it() -> None:
    home = {"title": "Home", "name": "A", "address": "B 1", "zip": "0100"}
    home |= {"city": "C", "country": "DK"}
    entry = customer(
        "1000", addresses=[home], payment_term={"payment_term_code": "30-days"}
    )

    body = written(("customer", "1000"), Via.SYNC, entry)

    assert body["addresses"] == [home]
    assert body["addresses_sync_mode"] == "append"
    assert body["addresses_sync_key"] == "address_title"
    assert body["payment_term"] == {"payment_term_code": "30-days"}


def test_a_collection_names_its_customers_by_id() -> None:
    entry = collection("AW26", visibility="customers_custom", allowed_customers=["1"])

    body = written(
        ("collection", "AW26"), Via.CORE, entry, customer("1"), customer={"1": 44}
    )

    assert body["allowed_customers"] == [44]


def test_an_id_that_nobody_knows_is_an_error() -> None:
    entry = product("tee", collection="AW26")

    with pytest.raises(KeyError):
        written(("product", "tee"), Via.CORE, entry, collection("AW26"), collection={})


def test_what_is_written_can_be_read() -> None:
    body = written(("variant", "tee-s"), Via.SYNC, product("tee"))

    found = the_variant(prices=body["prices"])

    assert found.at(("prices", "DKK", "sales_price")) == "100"
