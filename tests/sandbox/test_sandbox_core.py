"""The core endpoints: what each write does, answers and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_builders import Api, address, codes, product, variant

STAMPS = {"created_at": "2026-01-01 00:00:01", "updated_at": "2026-01-01 00:00:01"}


# --- categories ----------------------------------------------------------------------


@pytest.fixture
def tree(api: Api) -> Api:
    """Men > Shirts, Men > Caps, Women."""
    api.box.load(
        {
            "categories": [
                {"name": "Men"},
                {"name": "Shirts", "parent": "Men"},
                {"name": "Caps", "parent": "Men"},
                {"name": "Women"},
            ],
            "products": [product(categories=["Men > Shirts", "Women"])],
        }
    )
    return api


def test_categories_are_created_under_their_parents(api: Api) -> None:
    top = api.post("/categories", {"category": {"name": " Men "}})
    sub = api.post("/categories/1/categories", {"category": {"name": "Men"}})

    assert top == {"id": 1, "brand_id": 1, "parent": None, "name": "Men", **STAMPS}
    assert (sub["id"], sub["parent"], sub["name"]) == (2, 1, "Men")
    api.post("/categories/9/categories", {"category": {"name": "X"}}, status=404)
    api.post("/categories/2/categories", {"category": {"name": "X"}}, status=422)
    api.post("/categories", {"category": {"name": ""}}, status=422)
    api.post("/categories", {"name": "X"}, status=422)


def test_a_name_is_taken_under_one_parent_only(tree: Api) -> None:
    men = {"category": {"name": "Men"}}
    caps = {"category": {"name": "Caps"}}

    assert codes(tree.post("/categories", men, status=422)) == [40001]
    assert codes(tree.post("/categories/1/categories", caps, status=422)) == [40001]
    assert codes(tree.put("/categories/2", caps, status=422)) == [40001]
    assert tree.post("/categories/4/categories", caps)["parent"] == 4
    assert tree.put("/categories/4", {"category": {"name": "W"}})["name"] == "W"
    assert tree.put("/categories/4", {"category": {"parent": 1}})["parent"] is None


def test_categories_are_a_tree_or_flat(tree: Api) -> None:
    answer = tree.get("/categories?limit=1")
    tree.speak(categories="flat")
    flat = tree.get("/categories?includes[]=products:ids")

    assert [row["name"] for row in answer["categories"]] == ["Men"]
    children = answer["categories"][0]["children"]
    assert [row["name"] for row in children] == ["Shirts", "Caps"]
    assert "children" not in children[0]
    assert answer["total"] == 4
    assert [row["parent"] for row in flat["categories"]] == [None, 1, 1, None]
    assert [row["products"] for row in flat["categories"]] == [[], [1], [], [1]]
    assert "children" not in flat["categories"][0]


@pytest.mark.parametrize(
    ("form", "expected"), [("id", 1), ("text", "1"), ("object", "Men")]
)
def test_forms_of_a_parent(tree: Api, form: Any, expected: Any) -> None:
    tree.speak(parent=form, single="bare")

    parent = tree.get("/categories/2")["parent"]

    assert (parent["name"] if form == "object" else parent) == expected


def test_deleting_a_category_takes_children_and_detaches_products(tree: Api) -> None:
    tree.delete("/categories/1")

    dump = tree.box.dump()
    assert [row["name"] for row in dump["categories"]] == ["Women"]
    assert dump["products"][0]["categories"] == [4]
    assert [e["key"] for e in dump["effects"]] == ["Shirts", "Caps", "Men"]


def test_delete_may_answer_200(tree: Api) -> None:
    tree.speak(delete_status=200)

    assert tree.delete("/categories/4", status=200) == {}


# --- collections ---------------------------------------------------------------------


def test_collections_are_created_and_changed(api: Api) -> None:
    api.sync_customers({"customer_number": "1", "name": "A", "currency": "DKK"})
    api.box.requests.clear()
    created = api.post("/collections", {"collection": {"title": "S", "sku": "ignored"}})
    body = {"visibility": "customers_custom", "allowed_customers": [1]}
    api.put("/collections/1", {"collection": body})
    changed = api.put("/collections/1", {"collection": {"active": 0}})

    assert created["active"] is True
    assert "sku" not in created
    assert changed["allowed_customers"] == [1]
    assert (changed["active"], changed["title"]) == (False, "S")
    assert changed["created_at"] < changed["updated_at"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"visibility": "nobody"},
        {"allowed_customers": [7]},
        {"allowed_customers": "7"},
        {"active": "perhaps"},
    ],
)
def test_refused_collections(api: Api, fields: dict[str, Any]) -> None:
    body = {"collection": {"title": "S", **fields}}

    assert codes(api.post("/collections", body, status=422)) == [0]
    assert api.box.dump()["collections"] == []


def test_put_may_reset_what_is_left_out(api: Api) -> None:
    api.box.load(
        {
            "customers": [{"customer_number": "1", "name": "A"}],
            "collections": [{"title": "S", "active": False, "allowed_customers": [1]}],
        }
    )
    kept = api.put("/collections/1", {"collection": {"title": "T"}})
    api.speak(put="full")
    reset = api.put("/collections/1", {"collection": {"title": "T"}})

    assert (kept["active"], kept["allowed_customers"]) == (False, [1])
    assert (reset["active"], reset["allowed_customers"]) == (True, [])


# --- customers -----------------------------------------------------------------------

NEW = {"customer_number": 7, "name": "Customer", "interest_rate": 2.192, "vat": 25.00}


def test_a_customer_is_created_with_all_it_has(api: Api) -> None:
    body = {
        **NEW,
        "allowed_currencies": [
            {"currency": "AUD"},
            {"currency": "GBP", "amount": 25.50},
        ],
        "addresses": [{**address(), "name": "Primary Address"}],
        "invite_user": {"email": "a@x.dk", "firstname": "A"},
    }
    created = api.post("/customers", {"customer": body, "send_customer_email": True})

    assert created["customer_number"] == "7"
    assert (created["interest_rate"], created["vat"]) == (2.192, 25)
    assert created["allowed_currencies"] == [
        {"currency": "AUD", "amount": None},
        {"currency": "GBP", "amount": 25.5},
    ]
    assert created["addresses"][0]["name"] == "Primary Address"
    assert created["addresses"][0]["primary"] is True
    assert created["users"][0]["email"] == "a@x.dk"
    assert api.customer("7")["interest_rate"] == "2.192"
    assert [e["what"] for e in api.box.effects] == ["create", "user", "mail"]


def test_without_the_flag_nobody_gets_a_mail(api: Api) -> None:
    body = {**NEW, "invite_user": {"email": "a@x.dk"}, "send_customer_email": True}
    api.post("/customers", {"customer": body})

    assert api.counted("user") == 1
    assert api.counted("mail") == 0


def test_emails_that_cannot_be_invited(api: Api) -> None:
    api.box.load({"other_brand_emails": ["b@x.dk"]})
    first = {**NEW, "invite_user": {"email": "a@x.dk"}}
    api.post("/customers", {"customer": first})
    again = {**first, "customer_number": 8}
    foreign = {**NEW, "customer_number": 8, "invite_user": {"email": "b@x.dk"}}

    assert codes(api.post("/customers", {"customer": again}, status=422)) == [30004]
    assert codes(api.post("/customers", {"customer": foreign}, status=422)) == [30003]
    assert api.customer("8") is None
    assert api.counted("create") == 1


def test_customer_numbers_are_unique(api: Api) -> None:
    api.post("/customers", {"customer": NEW})
    api.post("/customers", {"customer": {**NEW, "customer_number": "A-8"}})
    taken = {"customer": {"customer_number": "7"}}

    assert codes(api.post("/customers", {"customer": NEW}, status=422)) == [30002]
    assert codes(api.put("/customers/2", taken, status=422)) == [30002]
    assert api.put("/customers/1", taken)["customer_number"] == "7"
    renamed = api.put("/customers/1", {"customer": {"customer_number": 9}})
    assert renamed["customer_number"] == "9"


def test_put_changes_a_customer_but_no_address(api: Api) -> None:
    api.post("/customers", {"customer": {**NEW, "addresses": [address()]}})
    fields = {"credit_type": "net", "credit_modifier": 30, "billing_email": ""}
    changed = api.put("/customers/1", {"customer": {**fields, "addresses": []}})

    assert (changed["credit_type"], changed["credit_modifier"]) == ("net", 30)
    assert changed["billing_email"] is None
    assert len(changed["addresses"]) == 1
    api.put("/customers/1", {"customer": {"name": None}}, status=422)
    api.put("/customers/1", {"customer": {"credit_type": "never"}}, status=422)
    api.post("/customers", {"customer": {"name": "x"}}, status=422)


# --- products and variants -----------------------------------------------------------


def test_a_product_is_created_with_its_variants(api: Api) -> None:
    stock = {"stock": {"quantity": 100, "delivery": "1992-08-18"}}
    one = variant("tee-s", inventory=stock, ean=5701234567899, archived=True)
    created = api.post("/products", {"product": product(one, colli=6)})

    assert created["attributes"] == ["Size"]
    assert created["colli"] == [6]
    assert created["variants"][0]["ean"] == "5701234567899"
    assert not {"prices", "inventory"} & created["variants"][0].keys()
    stored = api.variant()
    assert stored["prices"]["DKK"]["sales_price"] == "100"
    assert stored["inventory"]["stock"]["delivery"] == "1992-08-18"
    assert stored["archived"] is False  # no field of the core API
    assert [e["what"] for e in api.box.effects] == ["create", "stock", "create"]


def test_write_answers_take_includes_and_may_be_wrapped(api: Api) -> None:
    api.speak(write_answers="wrapped")
    query = "?includes[]=variants.prices"
    created = api.post(f"/products{query}", {"product": product()})["product"]
    changed = api.put("/products/1", {"product": {"name": "T"}})["product"]

    assert created["variants"][0]["prices"]["DKK"]["rec_sales_price"] == "300"
    assert (changed["name"], len(changed["variants"])) == ("T", 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (product(item_number="taken"), 1000002),
        (product(variant("taken-s"), item_number="x"), 1000003),
        (product(variant("a-s"), variant("a-s", attributes={"Size": "M"})), 1000008),
        (product(variant("a-s"), variant("b-s")), 1000007),
        (product(variant("a-s"), variant("b-s", attributes={"Color": "B"})), 1000001),
        (product(variant("a-s", prices={"EUR": {"sales_price": 1}})), 1000014),
        (product(variant("a-s", prices={})), 1000014),
        (product(variant("a-s", attributes={})), 0),
        (product(variant("a-s", prices={"DKK": {"rec_sales_price": 1}})), 0),
        (product(variant("a-s", prices={"DKK": {"sales_price": "97,54"}})), 0),
        (product(variant("a-s", inventory={"shop": {"quantity": 1}})), 0),
        (product(collection_id=7), 0),
        ({**product(), "variants": []}, 0),
        (product(name=" "), 0),
        (product(description={"a": 1}), 0),
    ],
)
def test_refused_products(api: Api, body: dict[str, Any], code: int) -> None:
    api.sync(product(variant("taken-s"), item_number="taken"))
    before = api.box.dump()

    answer = api.post("/products", {"product": body}, status=422)

    assert codes(answer) == [code]
    after = api.box.dump()
    for part in ("products", "effects"):
        assert after[part] == before[part]


def test_put_product_changes_the_root_object_alone(api: Api) -> None:
    api.box.load({"collections": [{"title": "S"}]})
    api.sync(product(variant(), weight=5))
    fields = {"item_number": "top", "collection_id": 1, "variants": [], "weight": 9}
    changed = api.put("/products/1", {"product": fields})

    assert (changed["item_number"], changed["collection_id"]) == ("top", 1)
    stored = api.product("top")
    assert stored["weight"] == "5"
    assert len(stored["variants"]) == 1
    api.sync(product(variant("cap-s"), item_number="cap"))
    taken = {"product": {"item_number": "cap"}}
    assert codes(api.put("/products/1", taken, status=422)) == [1000002]


def test_products_with_orders_stay(api: Api) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    api.box.order("tee-s")

    assert codes(api.delete("/products/1", status=422)) == [0]
    assert codes(api.delete("/products/1/variants/1", status=422)) == [0]
    api.delete("/products/1/variants/2")
    api.box.delete("order", 1)
    assert codes(api.delete("/products/1/variants/1", status=422)) == [1000005]
    api.delete("/products/1")
    assert api.product() is None
    api.get("/products/1", status=404)


def test_variants_are_created_and_changed_by_id(api: Api) -> None:
    api.sync(product(variant("tee-s")))
    path = "/products/1/variants"
    created = api.post(path, {"variant": variant("tee-m")})
    fields = {
        "sku": "tee-medium",
        "attributes": {"Size": "Medium"},
        "ean": "05701234567899",
        "prices": {"DKK": {"sales_price": 12.50}, "EUR": {"sales_price": 2}},
        "inventory": {"discontinued": {"quantity": 2}},
    }
    changed = api.put(f"{path}/2?includes[]=prices", {"variant": fields})

    assert (created["id"], created["product_id"]) == (2, 1)
    assert (changed["sku"], changed["attributes"]) == ("tee-medium", {"Size": "Medium"})
    assert changed["prices"]["DKK"] == {
        "sales_price": "12.5",
        "rec_sales_price": "300",
        "offer_price": None,
    }
    assert changed["prices"]["EUR"]["rec_sales_price"] is None
    assert api.variant("tee-medium")["ean"] == "05701234567899"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sku": "tee-m"}, 1000003),
        ({"sku": "cap-s"}, 1000003),
        ({"attributes": {"Size": "M"}}, 1000007),
        ({"attributes": {"Color": "Red"}}, 1000001),
        ({"ean": "12a"}, 0),
        ({"sku": None}, 0),
    ],
)
def test_refused_changes_of_a_variant(
    api: Api, fields: dict[str, Any], code: int
) -> None:
    api.sync(product(variant("tee-s"), variant("tee-m")))
    api.sync(product(variant("cap-s"), item_number="cap"))

    answer = api.put("/products/1/variants/1", {"variant": fields}, status=422)

    assert codes(answer) == [code]


def test_variants_are_found_under_their_own_product(api: Api) -> None:
    api.sync(product(), product(variant("cap-s"), item_number="cap"))

    api.put("/products/2/variants/1", {"variant": {}}, status=404)
    api.delete("/products/1/variants/2", status=404)
    api.post("/products/9/variants", {"variant": variant("x-l")}, status=404)


def test_put_variant_may_reset_what_is_left_out(api: Api) -> None:
    api.sync(product(variant()))
    api.put("/products/1/variants/1", {"variant": {"ean": "123"}})
    api.put("/products/1/variants/1", {"variant": {"picture": "p"}})
    kept = api.variant()["ean"]
    api.speak(put="full")
    api.put("/products/1/variants/1", {"variant": {"picture": "p"}})

    assert (kept, api.variant()["ean"]) == ("123", None)


# --- forms ---------------------------------------------------------------------------

SYNCED = product(
    variant(ean="", prices={"DKK": {"sales_price": 97.50, "offer_price": 90}}),
    colli=[6, 12],
    meta={},
    weight=0.5,
)


@pytest.mark.parametrize(
    ("switches", "path", "expected"),
    [
        ({}, "variants.0.prices.DKK.sales_price", "97.5"),
        ({"prices": "fixed"}, "variants.0.prices.DKK.offer_price", "90.00"),
        ({"prices": "number"}, "variants.0.prices.DKK.sales_price", 97.5),
        ({"prices": "number"}, "variants.0.prices.DKK.offer_price", 90),
        ({}, "variants.0.prices.DKK.b2c_offer_price", "absent"),
        (
            {"returned_fields": frozenset({"price.b2c_offer_price"})},
            "variants.0.prices.DKK.b2c_offer_price",
            None,
        ),
        ({}, "variants.0.ean", "0123456789012"),
        ({"ean": "int"}, "variants.0.ean", 123456789012),
        ({}, "active", True),
        ({"booleans": "int"}, "active", 1),
        ({"booleans": "text"}, "active", "1"),
        ({}, "colli", [6, 12]),
        ({"colli": "int"}, "colli", 6),
        ({}, "variants.0.inventory", {}),
        ({"empty_maps": "list"}, "variants.0.inventory", []),
        ({}, "weight", "absent"),
        ({}, "meta", "absent"),
        ({"sync_fields": "returned"}, "weight", 0.5),
        ({"sync_fields": "returned", "decimals": "text"}, "weight", "0.5"),
        ({"sync_fields": "returned", "empty_maps": "list"}, "meta", []),
        ({"returned_fields": frozenset({"product.meta"})}, "meta", {}),
        ({"returned_fields": frozenset({"product.meta"})}, "weight", "absent"),
        ({}, "tags.0.name", "basics"),
        ({"tags": "names"}, "tags.0", "basics"),
        ({}, "brand_id", 1),
        ({"brand_id": 7}, "brand_id", 7),
    ],
)
def test_forms_of_values(
    api: Api, switches: dict[str, Any], path: str, expected: Any
) -> None:
    api.sync({**SYNCED, "tags": ["basics"]})
    api.box.edit("variant", "tee-s", ean="0123456789012")
    api.speak(**switches)

    query = "includes[]=variants.prices&includes[]=variants.inventory&includes[]=tags"
    value = api.get(f"/products/1?{query}")["product"]
    for step in path.split("."):
        value = (
            value[int(step)] if isinstance(value, list) else value.get(step, "absent")
        )

    assert value == expected


@pytest.mark.parametrize(
    ("switches", "number", "expected"),
    [
        ({}, "1000", "1000"),
        ({"customer_number": "int"}, "1000", 1000),
        ({"customer_number": "int"}, "007", "007"),
        ({"customer_number": "int"}, "A-1", "A-1"),
    ],
)
def test_forms_of_a_customer_number(
    api: Api, switches: dict[str, Any], number: str, expected: Any
) -> None:
    api.box.load({"customers": [{"customer_number": number, "name": "A"}]})
    api.speak(**switches)

    assert api.get("/customers/1")["customer"]["customer_number"] == expected


def test_slashes_are_escaped_as_php_does(api: Api) -> None:
    api.sync(product(name="a/b"))

    assert r'"name": "a\/b"' in api.client.get("/api/products").text
