"""Both sync endpoints: upsert by key, sync modes, batches, and every open question."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_builders import Api, address, codes, customer, product, variant

# --- products ------------------------------------------------------------------------

EVERYTHING = {
    "item_number": "tee",
    "name": "Tee",
    "description": "<p>Soft</p>",
    "active": False,
    "make_to_order_b2b": True,
    "make_to_order_b2c": True,
    "meta": {"fit": "slim"},
    "weight": 180.50,
    "weight_type": "kg",
    "no_inventory": False,
    "release_date": "2027-01-04",
    "noos": True,
    "min_order_quantity": 2,
    "custom_sort": 3,
    "order_colli_only": True,
    "colli": [6, 12],
    "url": "tee",
    "meta_title": "T",
    "meta_description": "D",
}
STORED = EVERYTHING | {"weight": "180.5"}
VARIANT = {
    "sku": "tee-s",
    "archived": True,
    "b2c_available": False,
    "make_to_order_b2b": True,
    "make_to_order_b2c": False,
    "meta": {"a": "b"},
    "weight": 1,
    "weight_type": "g",
    "release_date": "2027-01-05",
    "noos": True,
}


def part(record: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: record[name] for name in names}


def test_every_field_is_kept(api: Api) -> None:
    api.sync(EVERYTHING | {"variants": [variant() | VARIANT]})

    assert part(api.product(), STORED) == STORED
    assert part(api.variant(), VARIANT) == VARIANT | {"weight": "1"}
    assert api.variant()["prices"]["DKK"] == {
        "sales_price": "100",
        "rec_sales_price": "300",
        "offer_price": None,
        "b2c_offer_price": None,
    }


def test_a_second_sync_updates_by_key(api: Api) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    before = api.product()
    api.sync({"item_number": "tee", "name": "New", "misspelt": 1})
    api.sync({"item_number": "tee", "variants": [variant("tee-l")]})

    after = api.product()
    assert (after["id"], after["name"]) == (before["id"], "New")
    assert [one["sku"] for one in after["variants"]] == ["tee-s", "tee-m", "tee-l"]
    assert api.counted("create") == 4


def test_the_same_sync_again_changes_nothing(api: Api) -> None:
    api.sync(EVERYTHING | {"variants": [variant() | VARIANT]})
    before = api.product()
    api.sync(EVERYTHING | {"variants": [variant() | VARIANT]})

    assert api.product() == before


def test_omitted_fields_are_kept_or_reset(api: Api) -> None:
    api.sync(EVERYTHING | {"variants": [variant() | VARIANT]})
    api.speak(omitted="reset")
    api.sync({"item_number": "tee", "variants": [{"sku": "tee-s"}]})

    stored, one = api.product(), api.variant()
    kept = ("name", "description", "meta")
    assert part(stored, kept) == part(EVERYTHING, kept)
    assert (stored["active"], stored["noos"], stored["weight"]) == (True, False, None)
    assert (stored["weight_type"], stored["colli"]) == ("g", [])
    assert (one["archived"], one["b2c_available"], one["noos"]) == (False, True, None)
    assert one["prices"]["DKK"]["sales_price"] == "100"


def test_null_and_empty_text_clear(api: Api) -> None:
    api.sync(EVERYTHING | {"variants": [variant()]})
    api.sync(
        {
            "item_number": "tee",
            "description": "",
            "weight": None,
            "colli": None,
            "noos": None,
            "url": "  ",
        }
    )

    stored = api.product()
    assert part(stored, ("description", "weight", "url")) == dict.fromkeys(
        ("description", "weight", "url")
    )
    assert (stored["colli"], stored["noos"]) == ([], False)


def test_meta_is_a_partial_update(api: Api) -> None:
    api.sync(product(meta={"a": "1", "b": "2"}))
    api.sync({"item_number": "tee", "meta": {"b": None, "c": 3.5}})

    assert api.product()["meta"] == {"a": "1", "c": "3.5"}


def test_texts_are_trimmed_or_not(api: Api) -> None:
    api.sync(product(name=" Tee "))
    trimmed = api.product()["name"]
    api.speak(trim=False)
    api.sync({"item_number": "tee", "name": " Tee "})

    assert (trimmed, api.product()["name"]) == ("Tee", " Tee ")


@pytest.mark.parametrize(
    ("switches", "given", "expected"),
    [
        (
            {},
            {"DKK": {"rec_sales_price": 9}},
            {"DKK": ("100", "9"), "EUR": ("10", "0")},
        ),
        (
            {"omitted_prices": "reset"},
            {"DKK": {"rec_sales_price": 9}},
            {"DKK": ("0", "9"), "EUR": ("10", "0")},
        ),
        ({"currencies": "replace"}, {"DKK": {}}, {"DKK": ("100", "300")}),
        (
            {},
            {"USD": {"sales_price": "1.10"}},
            {"DKK": ("100", "300"), "EUR": ("10", "0"), "USD": ("1.1", "0")},
        ),
        ({}, [], {"DKK": ("100", "300"), "EUR": ("10", "0")}),
    ],
)
def test_prices_merge(
    api: Api, switches: dict[str, Any], given: Any, expected: dict[str, Any]
) -> None:
    one = variant()
    one["prices"]["EUR"] = {"sales_price": 10}
    api.sync(product(one))
    api.speak(**switches)
    api.sync({"item_number": "tee", "variants": [{"sku": "tee-s", "prices": given}]})

    prices = api.variant()["prices"]
    assert {
        code: (row["sales_price"], row["rec_sales_price"])
        for code, row in prices.items()
    } == expected


def test_prices_stay_exact(api: Api) -> None:
    body = b"""{"products": [{"item_number": "tee", "name": "Tee", "variants": [
      {"sku": "tee-s", "attributes": {"Size": "S"}, "prices": {"DKK":
      {"sales_price": 12345678901234567.10, "rec_sales_price": 1e2}}}]}]}"""
    api.client.post("/products/sync", content=body)

    price = api.variant()["prices"]["DKK"]
    assert price["sales_price"] == "12345678901234567.1"
    assert price["rec_sales_price"] == "100"


NO_BASE = variant("tee-m", prices={"EUR": {"sales_price": 1}})


def test_a_base_price_is_demanded_or_not(api: Api) -> None:
    refused = api.sync(product(NO_BASE), status=422)
    api.speak(base_price="open")
    api.sync(product(NO_BASE))

    assert codes(refused) == [1000014]
    assert list(api.variant("tee-m")["prices"]) == ["EUR"]


def known(sku: str = "tee-s", **fields: Any) -> dict[str, Any]:
    return {"sku": sku, **fields}


@pytest.mark.parametrize(
    ("variants", "code"),
    [
        ([variant("tee-l", attributes={"Size": "S"})], 1000007),
        ([known(attributes={"Size": "M"})], 1000007),
        ([known(attributes={"Color": "Red"})], 1000001),
        ([variant("tee-l", attributes={"Color": "Red"})], 1000001),
        ([known(delete=True), known("tee-m", delete=True)], 1000005),
        ([known(), known()], 1000008),
        ([{"attributes": {"Size": "X"}}], 0),
        ([{"sku": "tee-l"}], 0),
        ([known(inventory=[{"text": "?"}])], 0),
        ([known(images=[{"alt": "?"}])], 0),
        ([known(weight_type="t")], 0),
        ([known(release_date="soon")], 0),
        ([known(drops=[{"drop_id": 1}])], 0),
        ([known(drops=[{}], drops_sync_mode="append")], 0),
        ([known(cost_prices=[{"currency": "DKK"}])], 0),
        ([known(prices={"DKK": {"sales_price": None}})], 0),
        (["tee-s"], 0),
    ],
)
def test_refused_variants(api: Api, variants: Any, code: int) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    before = api.product()

    answer = api.sync({"item_number": "tee", "variants": variants}, status=422)

    assert codes(answer)[0] == code
    assert api.product() == before


def test_a_swap_goes_through_a_free_combination(api: Api) -> None:
    """Variants are written in the order of the list."""
    api.sync(product(variant("tee-s"), variant("tee-m")))
    moved = [known(attributes={"Size": "L"}), known("tee-m", attributes={"Size": "S"})]
    api.sync({"item_number": "tee", "variants": moved})

    assert api.variant("tee-m")["attributes"] == {"Size": "S"}


@pytest.mark.parametrize(
    "fields",
    [
        {"item_number": None},
        {"name": None},
        {"variants": None},
        {"active": "maybe"},
        {"weight": "heavy"},
        {"min_order_quantity": 1.5},
        {"categories": [{"top_category": "X"}]},
        {"categories": [{"top_category": "X"}], "categories_sync_mode": "replace"},
        {"categories": [{}], "categories_sync_mode": "replace"},
        {"suppliers": [{"supplier_number": "S"}], "suppliers_sync_mode": "replace"},
        {"translations": [{"name": "T"}]},
        {"translations": [{"product_locale_code": "danish"}]},
    ],
)
def test_refused_new_products(api: Api, fields: dict[str, Any]) -> None:
    answer = api.sync(product(**fields), status=422)

    assert set(codes(answer)) == {0}
    assert api.box.dump()["products"] == []


def test_stock_is_set_and_adjusted(api: Api) -> None:
    def stock(*changes: dict[str, Any]) -> None:
        one = known(inventory=list(changes))
        api.sync({"item_number": "tee", "variants": [one]})

    api.sync(product(variant(inventory=[{"quantity": 10, "text": "Initial stock"}])))
    stock({"adjustment": -3})
    stock({"adjustment": 2, "inventory_location_id": 4})

    one = api.variant()
    assert one["inventory"]["stock"]["quantity"] == 7
    assert one["locations"] == {"4": {"quantity": 2}}
    changes = [e for e in api.box.effects if e["what"] == "stock"]
    assert [e["after"] for e in changes] == [10, 7, 2]
    assert changes[0]["text"] == "Initial stock"


def test_products_without_inventory_take_no_stock(api: Api) -> None:
    api.sync(product(variant(inventory=[{"quantity": 1}]), no_inventory=True))

    assert api.variant()["inventory"] == {}
    assert api.counted("stock") == 0


@pytest.mark.parametrize(("shown", "paths"), [("hidden", 0), ("shown", 2)])
def test_images_sent_again_are_attached_again(api: Api, shown: Any, paths: int) -> None:
    api.speak(synced_images=shown)
    one = variant(images=[{"url": "https://img.example/1.jpg", "alt": "Front"}])
    api.sync(product(one))
    api.sync(product(one))

    assert [image["alt"] for image in api.variant()["images"]] == ["Front", "Front"]
    assert api.counted("image") == 2
    stored = api.product()
    assert len(stored["images"]) == paths
    assert stored["image"] == (stored["images"][0] if paths else None)


@pytest.mark.parametrize(
    ("mode", "expected"), [("replace", ["b", "c"]), ("append", ["a", "b", "c"])]
)
def test_tags(api: Api, mode: Any, expected: list[str]) -> None:
    api.sync(product(tags=["a", "b"]))
    api.speak(tags_mode=mode)
    api.sync({"item_number": "tee", "tags": ["b", "c"]})

    assert api.product()["tags"] == expected


def category(top: str, sub: str | None = None, **more: Any) -> dict[str, Any]:
    return {"top_category": top, "sub_category": sub, **more}


@pytest.mark.parametrize(
    ("switches", "mode", "rows", "expected"),
    [
        ({}, "replace", [category("Men", "Shirts")], [2]),
        ({}, "append", [category("Men")], [3, 1]),
        ({}, "append", [category("New")], [3]),
        ({}, "replace", [], []),
        ({}, "append", [], [3]),
        ({"empty_replace": "refuse"}, "replace", [], None),
        ({}, "replace", [category("Men", "Nothing")], None),
        ({"missing_category": "ignore"}, "replace", [category("Men", "Nothing")], []),
        ({}, "replace", [category("A", "B", create_if_missing=True)], [5]),
        (
            {"create_if_missing": "ignored"},
            "replace",
            [category("A", create_if_missing=True)],
            None,
        ),
        (
            {"sub_category_attaches": "with-top"},
            "replace",
            [category("Men", "Shirts")],
            [1, 2],
        ),
    ],
)
def test_categories(
    api: Api, switches: dict[str, Any], mode: str, rows: Any, expected: Any
) -> None:
    api.box.load(
        {
            "categories": [
                {"name": "Men"},
                {"name": "Shirts", "parent": "Men"},
                {"name": "New"},
            ],
            "products": [product(categories=["New"])],
        }
    )
    api.speak(**switches)
    item = {"item_number": "tee", "categories": rows, "categories_sync_mode": mode}
    api.sync(item, status=422 if expected is None else 200)

    assert api.product()["categories"] == ([3] if expected is None else expected)


def test_suppliers(api: Api) -> None:
    def sync(number: str, mode: str, status: int = 200, **more: Any) -> None:
        row = {"supplier_number": number, **more}
        item = {"suppliers": [row], "suppliers_sync_mode": mode}
        api.sync({"item_number": "tee", **item}, status=status)

    api.box.load({"suppliers": ["S1", "S2"], "products": [product()]})
    sync("S1", "replace")
    sync("S2", "append", primary=True)
    sync("S1", "append", lead_time_from=2)
    sync("S3", "append", status=422)
    sync("S1", "append", status=422, lead_time_type="years")
    api.speak(unknown_supplier="accept")
    sync("S3", "append")

    rows = api.product()["suppliers"]
    assert [row["supplier_number"] for row in rows] == ["S1", "S2", "S3"]
    assert rows[0] == {
        "supplier_number": "S1",
        "primary": False,
        "lead_time_type": "weeks",
        "lead_time_from": 2,
        "lead_time_to": None,
        "cost_price_set": None,
    }


def test_drops_and_cost_prices(api: Api) -> None:
    def sync(**fields: Any) -> None:
        api.sync({"item_number": "tee", "variants": [known(**fields)]})

    api.sync(product())
    sync(drops=[{"drop_code": "D1"}], drops_sync_mode="replace")
    sync(drops=[{"drop_code": "D1"}, {"drop_id": 2}], drops_sync_mode="append")
    for price in (40, 40.1255):
        sync(cost_prices=[{"currency": "DKK", "cost_price": price}])
    label = {"cost_price_set_label": "Sea", "currency": "DKK", "cost_price": 39}
    sync(cost_prices=[label])

    one = api.variant()
    assert one["drops"] == [{"drop_code": "D1"}, {"drop_id": 2}]
    prices = [
        (row["cost_price_set_label"], row["cost_price"]) for row in one["cost_prices"]
    ]
    assert prices == [(None, "40.1255"), ("Sea", "39")]


def test_translations_are_kept_by_locale(api: Api) -> None:
    api.sync(
        product(
            translations=[
                {"product_locale_code": "danish", "name": "A", "meta_title": "M"},
                {"product_locale_id": 2, "name": "B"},
            ]
        )
    )
    changed = {"product_locale_code": "danish", "name": "C"}
    api.sync({"item_number": "tee", "translations": [changed]})

    rows = api.product()["translations"]
    assert [(row["name"], row["meta_title"]) for row in rows] == [
        ("C", "M"),
        ("B", None),
    ]


# --- deletes -------------------------------------------------------------------------


def test_deletes(api: Api) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    gone = {"item_number": "tee", "variants": [known("tee-m", delete=True)]}
    api.sync(gone)
    api.sync(gone)
    unknown = {"item_number": "nothing", "delete": True}
    api.sync(unknown)
    api.speak(delete_unknown="refuse")

    assert codes(api.sync(gone, status=422)) == [0]
    assert codes(api.sync(unknown, status=422)) == [0]
    api.sync({"item_number": "tee", "delete": True})
    assert api.product() is None
    assert [e["key"] for e in api.box.effects if e["what"] == "delete"] == [
        "tee-m",
        "tee",
    ]


def test_nothing_with_orders_is_deleted(api: Api) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    api.sync_customers(customer())
    api.box.order("tee-m", customer="1000", quantity=3)

    api.sync({"item_number": "tee", "delete": True}, status=422)
    gone = [known("tee-m", delete=True)]
    api.sync({"item_number": "tee", "variants": gone}, status=422)
    api.sync_customers({"customer_number": "1000", "delete": True}, status=422)
    api.box.delete("order", "SO-1")
    api.sync_customers({"customer_number": "1000", "delete": True})
    assert api.customer() is None
    assert len(api.product()["variants"]) == 2


@pytest.mark.parametrize(
    ("answer", "owner", "price"),
    [("refuse", "tee", "100"), ("update", "tee", "5"), ("move", "cap", "5")],
)
def test_a_sku_of_another_product(
    api: Api, answer: Any, owner: str, price: str
) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    api.sync(product(variant("cap-l"), item_number="cap"))
    api.speak(foreign_sku=answer)
    foreign = known("tee-m", prices={"DKK": {"sales_price": 5}})
    refused = answer == "refuse"
    item = {"item_number": "cap", "variants": [variant("tee-m") | foreign]}
    reply = api.sync(item, status=422 if refused else 200)

    assert not refused or codes(reply) == [1000003]
    owners = {
        one["sku"]: row["item_number"]
        for row in api.box.dump()["products"]
        for one in row["variants"]
    }
    assert owners["tee-m"] == owner
    assert api.variant("tee-m")["prices"]["DKK"]["sales_price"] == price
    assert api.variant("tee-m")["product_id"] == api.product(owner)["id"]


# --- batches -------------------------------------------------------------------------

BATCH = (
    product(variant("a-s"), item_number="a"),
    product(variant("b-s"), item_number="b", name=""),
    product(variant("c-s"), item_number="c"),
)


@pytest.mark.parametrize(
    ("batches", "landed"),
    [("atomic", []), ("stop", ["a"]), ("skip", ["a", "c"])],
)
def test_one_bad_item_in_a_batch(api: Api, batches: Any, landed: list[str]) -> None:
    api.speak(batches=batches)

    answer = api.sync(*BATCH, status=422)

    assert [error["detail"] for error in answer["errors"]] == [
        "The products.1.name field is required."
    ]
    stored = api.box.dump()
    assert [row["item_number"] for row in stored["products"]] == landed
    assert api.counted("create") == 2 * len(landed)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ("empty", b""),
        ("opaque", b'{"success": true, "job": "products-1"}'),
        ("echo", b'{"products": [{"item_number": "x", "delete": true}]}'),
    ],
)
def test_answers_of_a_sync(api: Api, answer: Any, body: bytes) -> None:
    api.speak(sync_answer=answer, sync_status=202)
    sent = {"products": [{"item_number": "x", "delete": True}]}

    response = api.client.post("/products/sync", json=sent)

    assert (response.status_code, response.content) == (202, body)


@pytest.mark.parametrize("body", [{}, {"products": None}, {"products": {"a": 1}}])
def test_a_batch_must_be_a_list(api: Api, body: Any) -> None:
    assert api.client.post("/products/sync", json=body).status_code == 422


def test_an_empty_batch_is_fine(api: Api) -> None:
    api.sync()
    api.sync_customers()


def test_a_queued_sync_becomes_visible_later(api: Api) -> None:
    api.speak(sync_delay=2)
    api.sync(product())

    totals = [api.get("/products")["total"] for _ in range(4)]

    assert totals == [0, 0, 1, 1]


def test_a_queued_sync_is_checked_at_once_and_may_still_fail(api: Api) -> None:
    api.speak(sync_delay=1)
    refused = api.sync(product(NO_BASE), status=422)
    api.sync(product())
    api.box.create("product", **product(variant("tee-s"), item_number="x"))
    api.box.settle()

    assert codes(refused) == [1000014]
    assert api.product() is None
    assert api.counted("job-failed") == 1


# --- customers -----------------------------------------------------------------------


def test_customers_are_created_and_updated_by_number(api: Api) -> None:
    api.sync_customers(
        customer(
            discount_percentage=12.50,
            active=False,
            payment_term={"payment_term_code": "30-days"},
        )
    )
    created = api.customer()
    api.sync_customers({"customer_number": 1000, "name": "B", "vat": 25})

    changed = api.customer()
    assert (created["discount_percentage"], created["currency"]) == ("12.5", "DKK")
    assert created["payment_term"] == {"payment_term_code": "30-days"}
    assert (changed["id"], changed["name"], changed["active"]) == (1, "B", False)
    assert changed["vat"] is None  # no field of sync
    shown = api.get("/customers")["customers"][0]
    assert not {"currency", "discount_percentage", "payment_term"} & shown.keys()


def test_customers_are_deleted_by_number(api: Api) -> None:
    gone = {"customer_number": "1000", "delete": True}
    api.sync_customers(customer())
    api.sync_customers(gone)
    api.sync_customers(gone)
    api.speak(delete_unknown="refuse")

    api.sync_customers(gone, status=422)
    assert api.customer() is None
    assert api.counted("delete") == 1


def test_omitted_customer_fields_may_be_reset(api: Api) -> None:
    api.sync_customers(customer(active=False, discount_percentage=5))
    api.speak(omitted="reset")
    api.sync_customers({"customer_number": "1000"})

    stored = api.customer()
    assert (stored["active"], stored["discount_percentage"]) == (True, "5")


@pytest.mark.parametrize(
    "fields",
    [
        {"customer_number": None},
        {"name": None},
        {"currency": None},
        {"currency": "kroner"},
        {"discount_percentage": 101},
        {"payment_term": {}, "payment_terms": "30"},
        {"payment_term": {"code": "30"}},
        {"addresses": [address()]},
        {"addresses": [address()], "addresses_sync_mode": "append"},
        {
            "addresses": [address(country="Denmark")],
            "addresses_sync_mode": "append",
            "addresses_sync_key": "address_title",
        },
        {
            "addresses": [address(zip="")],
            "addresses_sync_mode": "append",
            "addresses_sync_key": "address_title",
        },
        {
            "addresses": [address()],
            "addresses_sync_mode": "append",
            "addresses_sync_key": "remote_erp_id",
        },
    ],
)
def test_refused_customers(api: Api, fields: dict[str, Any]) -> None:
    answer = api.sync_customers(customer(**fields), status=422)

    assert set(codes(answer)) == {0}
    assert api.box.dump()["customers"] == []


@pytest.mark.parametrize(
    ("accepted", "sent", "stored"),
    [
        ("either", "payment_term", True),
        ("either", "payment_terms", True),
        ("payment_term", "payment_term", True),
        ("payment_term", "payment_terms", False),
        ("payment_terms", "payment_term", False),
    ],
)
def test_names_of_the_payment_term(
    api: Api, accepted: Any, sent: str, stored: bool
) -> None:
    api.speak(payment_term=accepted)
    api.sync_customers(customer(**{sent: {"payment_terms_id": 4}}))

    assert (api.customer()["payment_term"] == {"payment_term_id": 4}) is stored


def addresses(mode: str, key: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return customer(
        addresses=list(rows), addresses_sync_mode=mode, addresses_sync_key=key
    )


@pytest.mark.parametrize(
    ("mode", "key", "row", "expected"),
    [
        ("append", "address_title", address("Shop"), {"Home": "2400", "Shop": "2400"}),
        ("append", "address_title", address("Home", zip="0800"), {"Home": "0800"}),
        ("replace", "address_title", address("Shop"), {"Shop": "2400"}),
        (
            "append",
            "remote_erp_id",
            address("New", remote_erp_id="E1", zip="1000"),
            {"New": "1000"},
        ),
        (
            "append",
            "remote_erp_id",
            address("New", remote_erp_id="E2"),
            {"Home": "2400", "New": "2400"},
        ),
    ],
)
def test_addresses_go_by_title_or_erp_id(
    api: Api, mode: str, key: str, row: dict[str, Any], expected: dict[str, str]
) -> None:
    first = address("Home", remote_erp_id="E1")
    api.sync_customers(addresses("append", "address_title", first))
    api.sync_customers(addresses(mode, key, row))

    stored = api.customer()["addresses"]
    assert {one["title"]: one["zip"] for one in stored} == expected


@pytest.mark.parametrize(("form", "name"), [("name", "A customer"), ("title", "Home")])
def test_name_of_an_address_in_get(api: Api, form: Any, name: str) -> None:
    api.sync_customers(addresses("append", "address_title", address("Home")))
    api.speak(address_name=form)

    shown = api.get("/customers/1")["customer"]["addresses"][0]

    assert shown["name"] == name
    assert not {"title", "address_2", "remote_erp_id"} & shown.keys()
    api.speak(returned_fields=frozenset({"address.title"}))
    shown = api.get("/customers/1")["customer"]["addresses"][0]
    assert shown["title"] == "Home"
