"""What is sent, in which call, how often; and what is known afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.account import Account
from support.builders import (
    address,
    catalog,
    category,
    collection,
    customer,
    price,
    product,
    variant,
)
from support.harness import Life, MortalTransport, Shop
from support.neutral import Brand

from reconcile.core.model import UNKNOWN
from reconcile.edges.client import Client
from reconcile.sandbox import Dialect, Fault, Sandbox
from reconcile.sandbox.traede import Recorded


def writes(shop: Shop, since: int = 0) -> list[Recorded]:
    return [r for r in shop.box.requests[since:] if r.method != "GET"]


def row(shop: Shop, kind: str, key: str) -> dict[str, Any]:
    names = {"customers": "customer_number", "products": "item_number"}
    name = names.get(kind, "title" if kind == "collections" else "name")
    found: dict[str, Any] = next(
        one for one in shop.box.dump()[kind] if one[name] == key
    )
    return found


def warned(shop: Shop, *entries: Any) -> dict[str, str]:
    warnings = shop.plan(catalog(*entries)).planned.plan.warnings
    return {warning.rule: warning.message for warning in warnings}


# --- which calls --------------------------------------------------------------------


def test_no_body_holds_what_must_never_be_sent(shop: Shop) -> None:
    """No ids of their own, no invitations, no stock in core, no partial price."""
    before = [
        category("Men", category("Shirts")),
        customer("1", billing_email="a@shop.example", addresses=[address()]),
        collection("SS27", visibility="customers_custom", allowed_customers=["1"]),
        product(
            "tee",
            variant("tee-s", ean="5701234567899", inventory={"quantity": 4}),
            categories=["Men > Shirts"],
            collection="SS27",
        ),
    ]
    shop.apply(catalog(*before))
    shop.box.edit("customer", "1", users=[{"id": 1, "email": "u@shop.example"}])
    shop.box.edit("variant", "tee-s", picture="variants/1")
    after = [
        category("Men", category("Shirts")),
        customer("2", renamed_from="1", billing_email=None, addresses=[address()]),
        collection("AW27", renamed_from="SS27"),
        product(
            "cap",
            variant("cap-s", renamed_from="tee-s", ean=None),
            renamed_from="tee",
            collection="AW27",
        ),
    ]

    shop.apply(catalog(*after))

    for request in writes(shop):
        text = json.dumps(request.body, default=str)
        for never in ("invite_user", "send_customer_email", "users", "adjustment"):
            assert never not in text
        for name in ("product", "variant", "customer", "collection", "category"):
            body = (request.body or {}).get(name, {})
            assert not {"id", "brand_id", "created_at", "inventory"} & body.keys()
            if "item_number" in body:
                assert "variants" not in body
    made = {request.path for request in writes(shop) if request.method == "POST"}
    assert made == {
        "/customers/sync",
        "/products/sync",
        "/api/categories",
        "/api/categories/1/categories",
        "/api/collections",
    }
    # Not ours, and kept: core is sent what was just read.
    assert row(shop, "products", "cap")["variants"][0]["picture"] == "variants/1"


def test_sync_modes_and_names_always_travel_with_their_lists(shop: Shop) -> None:
    shop.box.dialect = Dialect(unknown_supplier="accept")
    tee = product(
        "tee",
        variant("tee-s", drops=[{"drop_code": "x"}]),
        categories=["Men > Shirts"],
        suppliers=[{"supplier_number": "S"}],
    )

    men = category("Men", category("Shirts"))
    shop.apply(catalog(men, customer("1", addresses=[address()]), tee))

    bodies = [r.body for r in writes(shop) if r.path.endswith("/sync")]
    (anna,) = next(body["customers"] for body in bodies if "customers" in body)
    (sent,) = next(body["products"] for body in bodies if "products" in body)
    assert (anna["addresses_sync_mode"], anna["addresses_sync_key"]) == (
        "append",
        "address_title",
    )
    assert sent["categories_sync_mode"] == sent["suppliers_sync_mode"] == "replace"
    assert sent["variants"][0]["drops_sync_mode"] == "replace"
    assert sent["categories"] == [
        {"top_category": "Men", "sub_category": "Shirts", "create_if_missing": False}
    ]


def test_only_changed_variants_travel_and_managed_fields_with_them(shop: Shop) -> None:
    def tee(amount: float) -> Any:
        small = variant("tee-s", weight=3, prices={"DKK": price(amount)})
        return catalog(product("tee", small, variant("tee-m"), url="tee"))

    shop.apply(tee(100))
    before = len(shop.box.requests)
    shop.apply(tee(120))

    (request,) = writes(shop, before)
    (sent,) = request.body["products"]
    assert [one["sku"] for one in sent["variants"]] == ["tee-s"]
    assert (sent["url"], sent["variants"][0]["weight"]) == ("tee", 3)
    assert row(shop, "products", "tee")["url"] == "tee"


def test_a_price_goes_whole_with_what_was_just_read(shop: Shop) -> None:
    shop.box.dialect = Dialect(
        omitted_prices="reset", returned_fields=frozenset({"price.b2c_offer_price"})
    )
    prices = {"DKK": price(100, 250, offer_price=90, b2c_offer_price=80)}
    shop.apply(catalog(product("tee", variant("tee-s", prices=prices))))

    only_retail = {"DKK": {"rec_sales_price": 260}}
    shop.apply(catalog(product("tee", variant("tee-s", prices=only_retail))))

    held = row(shop, "products", "tee")["variants"][0]["prices"]["DKK"]
    assert held == {
        "sales_price": "100",
        "rec_sales_price": "260",
        "offer_price": "90",
        "b2c_offer_price": "80",
    }


def test_meta_is_changed_key_by_key(shop: Shop) -> None:
    shop.apply(catalog(product("tee", meta={"a": "1", "b": "2"})))
    shop.box.edit("product", "tee", meta={"a": "1", "b": "2", "theirs": "x"})

    shop.apply(catalog(product("tee", meta={"a": None, "b": "3"})))

    assert row(shop, "products", "tee")["meta"] == {"b": "3", "theirs": "x"}


# --- addresses, images, stock -------------------------------------------------------


def test_an_address_is_taken_away_only_where_all_are_ours(shop: Shop) -> None:
    two = [address(), address("Store", zip="0240")]
    shop.apply(catalog(customer("1", addresses=two)))
    one = customer("1", addresses=two[:1])

    assert "address-stays" not in warned(shop, one)
    shop.apply(catalog(one))

    assert [a["title"] for a in row(shop, "customers", "1")["addresses"]] == [
        "Primary address"
    ]


def test_addresses_of_others_stay_and_ours_beside_them_is_said_to(shop: Shop) -> None:
    two = [address(), address("Store", zip="0240")]
    shop.apply(catalog(customer("1", addresses=two)))
    kept = row(shop, "customers", "1")["addresses"]
    theirs = {**kept[0], "id": 99, "title": "Theirs", "zip": "9999"}
    shop.box.edit("customer", "1", addresses=[*kept, theirs])
    one = customer("1", addresses=two[:1])

    assert (
        "addresses are no longer written and stay" in warned(shop, one)["address-stays"]
    )
    report = shop.apply(catalog(one))

    assert report.exit_code == 0
    titles = [a["title"] for a in row(shop, "customers", "1")["addresses"]]
    assert titles == ["Primary address", "Store", "Theirs"]


def test_images_are_sent_once_and_stock_only_with_a_new_variant(shop: Shop) -> None:
    def tee(*urls: str, stock: int) -> Any:
        images = [{"url": f"https://img.example/{url}"} for url in urls]
        small = variant("tee-s", images=images, inventory={"quantity": stock})
        return catalog(product("tee", small))

    shop.apply(tee("1.jpg", stock=4))
    shop.apply(tee("1.jpg", stock=9))
    shop.apply(tee("1.jpg", "2.jpg", stock=9))
    shop.apply(tee("2.jpg", stock=9))

    attached = [e["url"] for e in shop.box.effects if e["what"] == "image"]
    stock = [e["quantity"] for e in shop.box.effects if e["what"] == "stock"]
    assert attached == ["https://img.example/1.jpg", "https://img.example/2.jpg"]
    assert stock == [4]


def test_what_is_adopted_gets_no_image_and_no_stock(shop: Shop) -> None:
    shop.box.create("product", item_number="tee", name="Tee")
    shop.box.create(
        "variant",
        "tee-s",
        item_number="tee",
        attributes={"Size": "S"},
        prices={"DKK": {"sales_price": "100", "rec_sales_price": "250"}},
    )
    images = [{"url": "https://img.example/1.jpg"}]
    small = variant("tee-s", images=images, inventory={"quantity": 4}, archived=False)

    shop.apply(catalog(product("tee", small, active=True, weight=None)))
    shop.apply(catalog(product("tee", small, active=True, weight=None)))

    assert [e for e in shop.box.effects if e["what"] in ("image", "stock")] == []


# --- the canary, unknown batches ----------------------------------------------------


def test_the_first_update_shows_that_traede_resets_and_stops_the_run(
    shop: Shop,
) -> None:
    styles = [product(f"style-{n}", colli=[6], active=False) for n in range(5)]
    shop.apply(catalog(*styles))
    shop.box.dialect = Dialect(omitted="reset")
    before = len(shop.box.requests)

    renamed = [product(f"style-{n}", name="Another name") for n in range(5)]
    report = shop.apply(catalog(*renamed))

    assert len(writes(shop, before)) == 1
    assert "also changed colli" in report.stopped
    assert report.exit_code == 5
    names = [one["name"] for one in shop.box.dump()["products"]]
    assert names.count("Another name") == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "status": 413, "body": "<html>too large</html>"},
        {"do": "status", "status": 504, "body": "<html>gateway</html>"},
        {"do": "status-after", "status": 504, "body": "<html>gateway</html>"},
        {"do": "status", "status": 422, "body": {"errors": [{"detail": "too many"}]}},
        {"do": "status", "status": 400, "body": {"error": True}},
        {"do": "status", "status": 409, "body": ""},
    ],
    ids=["413", "504", "504 done", "422", "400", "409"],
)
def test_a_batch_whose_end_is_not_known_is_read_again_and_split(
    shop: Shop, fault: dict[str, Any]
) -> None:
    """The first two calls with a style-6 in them go wrong, with all beside it."""
    shop.apply(catalog(product("style-0")))
    shop.box.faults = [Fault(match={"body": '"style-6"'}, nth=1, times=2, **fault)]

    report = shop.apply(catalog(*[product(f"style-{n}", url="x") for n in range(8)]))

    assert report.exit_code == 0
    assert any(request.fault for request in writes(shop))
    made = [e["key"] for e in shop.box.effects if e["what"] == "create"]
    assert sorted(made) == sorted(set(made))
    assert {one["url"] for one in shop.box.dump()["products"]} == {"x"}


@pytest.mark.parametrize("answer", ["empty", "opaque", "echo"])
@pytest.mark.parametrize("delay", [0, 9])
def test_a_sync_is_believed_only_once_it_is_read(
    shop: Shop, answer: Any, delay: int
) -> None:
    shop.box.dialect = Dialect(sync_answer=answer, sync_delay=delay, sync_status=202)

    report = shop.apply(catalog(product("tee", variant("tee-s", ean="5701234567899"))))

    assert (report.exit_code, dict(report.not_converged)) == (0, {})
    assert row(shop, "products", "tee")["variants"][0]["ean"] == "5701234567899"


def test_accepted_and_never_seen_is_not_called_done(shop: Shop) -> None:
    shop.apply(catalog(product("tee")))
    shop.box.dialect = Dialect(sync_delay=100_000)

    report = shop.apply(catalog(product("tee", name="Another name")))

    assert report.exit_code == 8
    assert report.not_converged == {"update:product:tee": (("name",),)}


# --- values that Traede does not hold as sent ---------------------------------------


def test_a_value_that_comes_back_in_another_form_is_remembered(shop: Shop) -> None:
    shop.box.dialect = Dialect(colli="int")
    packs = catalog(product("tee", colli=[6, 12]))

    first = shop.apply(packs)

    assert first.exit_code == 8
    assert shop.plan(packs).planned.plan.steps == ()
    assert shop.apply(packs).exit_code == 0
    shop.box.edit("product", "tee", colli=[9])
    (step,) = shop.plan(packs).planned.plan.steps
    assert (step.changes[0].cause, step.held) == ("drift", True)
    shop.box.edit("product", "tee", colli=[6, 12])
    (step,) = shop.plan(catalog(product("tee", colli=[10]))).planned.plan.steps
    assert (step.changes[0].cause, step.held) == ("catalog", False)


def test_a_bar_code_with_a_leading_zero_is_said_not_to_stick(shop: Shop) -> None:
    shop.box.dialect = Dialect(ean="int")
    zero = catalog(product("tee", variant("tee-s", ean="0012345678905")))

    report = shop.apply(zero)

    assert report.exit_code == 8
    assert report.not_converged == {"create:variant:tee-s": (("ean",),)}
    assert shop.plan(zero).planned.plan.steps == ()


def test_tags_that_traede_only_adds_do_not_come_back_in_each_plan(shop: Shop) -> None:
    shop.box.dialect = Dialect(tags_mode="append")
    shop.apply(catalog(product("tee", tags=["a", "b"])))
    less = catalog(product("tee", tags=["b"]))
    (step,) = shop.plan(less).planned.plan.steps

    report = shop.apply(less)

    assert "no way to take tags away: a may stay" in step.notes[0]
    assert report.exit_code == 8
    assert shop.plan(less).planned.plan.steps == ()


def test_a_parent_category_that_traede_attaches_is_no_change(shop: Shop) -> None:
    shop.box.dialect = Dialect(sub_category_attaches="with-top")
    tops = [category("Men", category("Shirts")), category("New")]
    shirts = catalog(*tops, product("tee", categories=["Men > Shirts"]))

    assert shop.apply(shirts).exit_code == 0
    assert shop.plan(shirts).planned.plan.steps == ()
    report = shop.apply(catalog(*tops, product("tee", categories=["New"])))

    assert (report.exit_code, report.left) == (0, 0)
    assert row(shop, "products", "tee")["categories"] == [2]


def test_an_empty_list_that_traede_refuses_is_reported_in_its_words(shop: Shop) -> None:
    shop.box.dialect = Dialect(empty_replace="refuse")
    shop.apply(catalog(category("Men"), product("tee", categories=["Men"])))

    report = shop.apply(catalog(category("Men"), product("tee", categories=[])))

    assert report.exit_code == 5
    assert "required" in report.results["update:product:tee"].words
    assert row(shop, "products", "tee")["categories"] == [1]


# --- deletes ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["heimdal", "text-code", "generic", "html", "plain"])
def test_a_refused_delete_becomes_an_archive_in_every_form_of_the_refusal(
    shop: Shop, shape: Any
) -> None:
    shop.apply(catalog(product("tee", variant("tee-s"), variant("tee-m"))))
    shop.box.order("tee-m")
    shop.box.dialect = Dialect(error_shape=shape)
    before = len(shop.box.requests)

    report = shop.apply(catalog(product("tee", variant("tee-s"))))

    assert report.results["delete:variant:tee-m"].result == "archived"
    variants = row(shop, "products", "tee")["variants"]
    (kept,) = [one for one in variants if one["sku"] == "tee-m"]
    assert (kept["archived"], kept["b2c_available"]) == (True, False)
    first, second = writes(shop, before)
    assert first.body["products"][0]["variants"] == [{"sku": "tee-m", "delete": True}]
    assert shop.plan(catalog(product("tee", variant("tee-s")))).planned.plan.steps == ()
    assert second.path == "/products/sync"


def test_a_refusal_with_status_200_is_a_failure(shop: Shop) -> None:
    shop.apply(catalog(product("tee", variant("tee-s"), variant("tee-m"))))
    shop.box.order("tee-m")
    shop.box.dialect = Dialect(error_shape="ok")

    report = shop.apply(catalog(product("tee", variant("tee-s"))))

    assert report.exit_code == 5
    result = report.results["delete:variant:tee-m"]
    assert (result.result, "orders exist" in result.words) == ("failed", True)


def test_deletes_go_one_a_request_with_the_key_alone(shop: Shop) -> None:
    names = ("tee", "cap", "hat")
    people = [customer("1"), customer("2"), customer("3")]
    shop.apply(catalog(*map(product, names), *people))
    before = len(shop.box.requests)

    shop.apply(catalog(product("tee"), customer("1")))

    bodies = [request.body for request in writes(shop, before)]
    assert bodies == [
        {"customers": [{"customer_number": "2", "delete": True}]},
        {"customers": [{"customer_number": "3", "delete": True}]},
        {"products": [{"item_number": "cap", "delete": True}]},
        {"products": [{"item_number": "hat", "delete": True}]},
    ]


# --- filters ------------------------------------------------------------------------


class Filters(httpx.BaseTransport):
    """A Traede whose filters do nothing, or break it."""

    def __init__(self, life: Life, how: str) -> None:
        self._inner = MortalTransport(life)
        self._how = how
        self.hit = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        pairs = request.url.params.multi_items()
        plain = [(k, v) for k, v in pairs if not k.startswith("filter_groups")]
        if plain == pairs:
            return self._inner.handle_request(request)
        self.hit += 1
        if self._how == "500":
            return httpx.Response(500, json={"status": "error"})
        if self._how == "nothing":
            return httpx.Response(200, json={request.url.path.split("/")[-1]: []})
        url = request.url.copy_with(params=plain)
        return self._inner.handle_request(
            httpx.Request(request.method, url, headers=request.headers)
        )

    def close(self) -> None:
        self._inner.close()


class Unfiltered(Shop):
    how = ""

    def _client(self, life: Life) -> Client:
        self.filters = Filters(life, self.how)
        return Client(
            self.config.traede,
            self.box.token,
            transport=self.filters,
            sleep=self.clock.sleep,
            rng=lambda: 0.5,
        )


@pytest.mark.parametrize("how", ["ignored", "500", "nothing"])
def test_filters_that_do_not_work_mean_a_walk(
    server: Sandbox, tmp_path: Path, how: str
) -> None:
    server.reset()
    shop = Unfiltered(server, tmp_path)
    shop.how = how
    styles = [product(f"style-{n}") for n in range(5)]
    shop.apply(catalog(*styles, customer("1"), customer("2")))
    changed = [product("style-0", name="Another name"), *styles[1:4]]

    report = shop.apply(catalog(*changed, customer("1", name="Bo B")))

    assert (report.exit_code, report.left) == (0, 0)
    assert shop.filters.hit > 0
    held = {one["item_number"]: one["name"] for one in server.dump()["products"]}
    assert held["style-0"] == "Another name"
    assert "style-4" not in held
    assert [c["name"] for c in server.dump()["customers"]] == ["Bo B"]


# --- which fields an account returns ------------------------------------------------


def test_a_field_that_an_account_begins_to_return_is_compared(shop: Shop) -> None:
    tee = catalog(product("tee", weight=3))
    shop.apply(tee)
    shop.box.edit("product", "tee", weight="4")
    assert shop.plan(tee).planned.plan.steps == ()

    shop.box.dialect = Dialect(returned_fields=frozenset({"product.weight"}))

    (step,) = shop.plan(tee).planned.plan.steps
    (change,) = step.changes
    assert (change.before, change.after, change.basis) == ("4", "3", "live")
    assert (change.cause, change.held) == ("drift", True)


def test_a_field_that_no_longer_comes_is_said_and_taken_as_last_applied(
    server: Sandbox, tmp_path: Path
) -> None:
    server.reset(Dialect(sync_fields="returned"))
    account = Account(server, tmp_path, "DKK")
    account.write(_brand(weight="3"))
    account.apply()
    account.apply()  # a run remembers what it has read before it wrote
    before = account.plan()

    server.dialect = Dialect()
    after = account.plan()
    account.write(_brand(weight="4"))
    changed = account.plan()

    assert [w.rule for w in before.warnings] == []
    assert after.steps == ()
    said = {w.message.partition(":")[0] for w in after.warnings}
    assert {w.rule for w in after.warnings} == {"no-longer-readable"}
    assert {"product weight", "variant archived"} <= said
    ((change,),) = [step.changes for step in changed.steps]
    assert (change.before, change.after, change.basis) == ("3", "4", "applied")


def _brand(weight: str) -> Brand:
    from decimal import Decimal

    tee = {
        "item_number": "tee",
        "name": "Tee",
        "categories": [],
        "weight": Decimal(weight),
        "variants": [
            {
                "sku": "tee-s",
                "attributes": {"Size": "S"},
                "prices": {"DKK": {"sales_price": 100}},
                "archived": False,
            }
        ],
    }
    return {"products": [tee], "categories": [], "collections": [], "customers": []}


def test_the_first_plan_of_a_blind_field_says_unknown(shop: Shop) -> None:
    shop.apply(catalog(product("tee")))

    (step,) = shop.plan(catalog(product("tee", weight=3))).planned.plan.steps

    (change,) = step.changes
    assert (change.before, change.basis) == (UNKNOWN, "unknown")


# --- categories without children ----------------------------------------------------


def test_categories_without_their_children_make_no_plan(shop: Shop) -> None:
    men = catalog(category("Men", category("Shirts")))
    shop.apply(men)
    shop.box.dialect = Dialect(
        embedded=frozenset(), ignored_includes=frozenset({"children"})
    )

    with pytest.raises(Exception, match="categories without their children") as caught:
        shop.plan(men)
    assert caught.value.exit_code == 7  # type: ignore[attr-defined]


def test_other_names_of_the_payment_term_are_configured(shop: Shop) -> None:
    shop.box.dialect = Dialect(payment_term="payment_terms")
    shop.configure(traede={"payment_term_field": "payment_terms"})

    shop.apply(catalog(customer("1", payment_term={"payment_term_code": "30"})))

    (sent,) = writes(shop)[0].body["customers"]
    assert sent["payment_terms"] == {"payment_terms_code": "30"}
    assert row(shop, "customers", "1")["payment_term"] == {"payment_term_code": "30"}


def test_a_number_of_a_customer_is_renamed_in_the_form_that_core_has(
    shop: Shop,
) -> None:
    def sent() -> Any:
        return writes(shop)[-1].body["customer"]["customer_number"]

    shop.apply(catalog(customer("1000")))
    shop.apply(catalog(customer("1001", renamed_from="1000")))
    as_text = sent()
    shop.box.dialect = replace(Dialect(), customer_number="int")
    shop.apply(catalog(customer("1002", renamed_from="1001")))

    assert (as_text, sent()) == ("1001", 1002)
