"""Dumps, edits at the web page, the control endpoints, and the file."""

from __future__ import annotations

import dataclasses
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_builders import HEADERS, Api, address, customer, product, variant

from reconcile.sandbox import (
    Dialect,
    Sandbox,
    Store,
    dialect_from_json,
    dialect_to_json,
    serve,
)
from reconcile.sandbox.archive import attach_archive


def test_a_dump_loads_into_the_same_store(api: Api) -> None:
    api.post("/categories", {"category": {"name": "Men"}})
    mode = {"categories_sync_mode": "append"}
    rows = [{"top_category": "Men"}]
    one = variant(inventory=[{"quantity": 3}], images=[{"url": "https://x/1.jpg"}])
    api.sync(product(one, tags=["a"], meta={"k": 1.5}, categories=rows, **mode))
    api.sync_customers(
        customer(
            addresses=[address()],
            addresses_sync_mode="append",
            addresses_sync_key="address_title",
        )
    )
    api.box.order("tee-s", customer="1000")
    before = api.box.dump()

    api.box.load(before)

    assert api.box.dump() == before
    api.sync(product(variant("cap-s"), item_number="cap"))
    assert api.product("cap")["id"] == 2


def test_a_sketch_is_completed(api: Api) -> None:
    api.box.load(
        {
            "brand_id": 7,
            "base_currency": "EUR",
            "categories": [{"name": "Men"}, {"name": "Shirts", "parent": "Men"}],
            "products": [product(id=40, categories=["Men > Shirts"])],
        }
    )

    stored = api.product()
    assert (stored["id"], stored["categories"], stored["active"]) == (40, [2], True)
    assert stored["variants"][0]["prices"]["DKK"]["sales_price"] == "100"
    assert stored["variants"][0]["product_id"] == 40
    assert api.get("/products")["products"][0]["brand_id"] == 7
    api.sync(product(variant("x-s"), item_number="x"), status=422)


@pytest.mark.parametrize(
    "data",
    [
        {"product": []},
        {"products": [{"item_nummer": "x"}]},
        {"products": [product(categories=["Nowhere"])]},
        {"orders": [{"total": 1}]},
    ],
)
def test_a_wrong_sketch_is_refused(api: Api, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no(t part| product| category|.* field)"):
        api.box.load(data)


@pytest.fixture
def shop(api: Api) -> Api:
    api.box.load(
        {
            "categories": [{"name": "Men"}, {"name": "Shirts", "parent": "Men"}],
            "collections": [{"title": "Summer"}],
            "customers": [
                {
                    "customer_number": "1000",
                    "name": "A",
                    "addresses": [address(city="Here")],
                }
            ],
            "products": [product(variant("tee-s"), variant("tee-m"))],
            "orders": [{"lines": [{"sku": "tee-s"}]}],
        }
    )
    return api


@pytest.mark.parametrize(
    ("kind", "key", "field", "value", "stored"),
    [
        ("product", "tee", "name", "New", "New"),
        ("product", "tee", "weight", 5.0, "5"),
        ("product", 1, "custom_sort", 4, 4),
        ("product", "tee", "tags", ["a"], ["a"]),
        ("product", "tee", "categories", ["Men > Shirts"], [2]),
        ("product", "tee", "meta.fit", "slim", "slim"),
        ("variant", "tee-m", "archived", True, True),
        ("variant", "tee-m", "prices.DKK.sales_price", 9, "9"),
        ("variant", "tee-m", "prices.EUR.sales_price", "9.50", "9.5"),
        ("variant", "tee-m", "attributes.Size", "XXL", "XXL"),
        ("category", "Men > Shirts", "name", "Tops", "Tops"),
        ("collection", "Summer", "active", False, False),
        ("customer", "1000", "discount_percentage", 5, "5"),
        ("customer", "1000", "addresses.0.city", "There", "There"),
        ("order", "SO-1", "archived", True, True),
    ],
)
def test_a_person_edits_any_field(
    shop: Api, kind: str, key: Any, field: str, value: Any, stored: Any
) -> None:
    found: Any = shop.box.edit(kind, key, **{field: value})

    for step in field.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert found == stored
    assert found in str(shop.box.dump()) if isinstance(found, str) else True


def test_an_edit_is_seen_by_the_api(shop: Api) -> None:
    shop.box.edit("product", "tee", item_number="top")
    before = shop.get("/products/1")["product"]
    shop.sync({"item_number": "top", "name": "Top"})

    after = shop.get("/products/1")["product"]
    assert (before["item_number"], after["name"]) == ("top", "Top")
    assert before["updated_at"] < after["updated_at"]


def test_a_person_creates_and_deletes(shop: Api) -> None:
    shop.box.create("product", **product(variant("cap-s"), item_number="cap"))
    shop.box.create("variant", "cap-m", item_number="cap", attributes={"Size": "M"})
    shop.box.create("collection", title="Winter")
    shop.box.delete("variant", "tee-m")
    shop.box.delete("customer", "1000")

    dump = shop.box.dump()
    skus = [one["sku"] for row in dump["products"] for one in row["variants"]]
    assert skus == ["tee-s", "cap-s", "cap-m"]
    assert [row["title"] for row in dump["collections"]] == ["Summer", "Winter"]
    assert dump["customers"] == []


@pytest.mark.parametrize(
    ("kind", "key", "error"),
    [
        ("product", "nothing", KeyError),
        ("variant", "nothing", KeyError),
        ("collection", "nothing", KeyError),
        ("supplier", "x", ValueError),
        ("order", "SO-1", ValueError),
    ],
)
def test_edits_of_nothing(
    shop: Api, kind: str, key: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        shop.box.edit(kind, key, name="x")


def test_an_order_needs_what_it_names(shop: Api) -> None:
    with pytest.raises(ValueError, match="no variant nothing"):
        shop.box.order("nothing")
    with pytest.raises(ValueError, match="no customer 7"):
        shop.box.order("tee-s", customer="7")


# --- control endpoints ---------------------------------------------------------------


def control(api: Api, method: str, path: str, body: Any = None) -> httpx.Response:
    return httpx.request(method, f"{api.box.url}/_sandbox{path}", json=body)


def test_control_endpoints(shop: Api) -> None:
    api = shop
    fields = {"name": "New"}
    edit = {"kind": "product", "key": "tee", "fields": fields}
    assert control(api, "POST", "/edit", edit).json()["name"] == "New"
    assert control(api, "POST", "/order", {"sku": "tee-s"}).json()["id"] == 2
    faults = [{"do": "status", "match": {"path": "/api/products"}}]
    control(api, "PUT", "/faults", faults)
    control(api, "PUT", "/dialect", {"booleans": "int", "embedded": []})
    api.get("/products", status=500)

    assert control(api, "GET", "/faults").json()[0]["seen"] == 1
    dialect = control(api, "GET", "/dialect").json()
    assert (dialect["booleans"], dialect["embedded"]) == ("int", [])
    requests = control(api, "GET", "/requests").json()
    assert [(one["path"], one["status"]) for one in requests] == [
        ("/api/products", 500)
    ]
    control(api, "DELETE", "/requests")
    assert control(api, "GET", "/requests").json() == []
    dump = control(api, "GET", "/dump").json()
    assert dump["products"][0]["name"] == "New"
    control(api, "POST", "/load", {"collections": [{"title": "Only"}]})
    assert control(api, "POST", "/settle").status_code == 200
    assert control(api, "GET", "/effects").json() == []
    assert api.box.dump()["products"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/faults", [{"do": "explode"}]),
        ("PUT", "/dialect", {"booleans": "yes"}),
        ("PUT", "/dialect", {"colour": "red"}),
        ("POST", "/edit", {"kind": "product", "key": "x", "fields": {"name": "y"}}),
        ("POST", "/edit", {"kind": "product"}),
        ("POST", "/load", {"x": 1}),
    ],
)
def test_control_says_what_is_wrong(
    api: Api, method: str, path: str, body: Any
) -> None:
    response = control(api, method, path, body)

    assert response.status_code == 422
    assert response.json()["error"]


def test_control_is_off_unless_asked_for() -> None:
    with Sandbox() as box:
        headers = {**HEADERS, "Authorization": f"Bearer {box.token}"}
        response = httpx.get(f"{box.url}/_sandbox/dump", headers=headers)

    assert response.status_code == 404


# --- dialects ------------------------------------------------------------------------


def test_a_dialect_goes_through_json() -> None:
    dialect = Dialect(prices="number", refused_includes=frozenset({"tags"}))

    assert dialect_from_json(dialect_to_json(dialect)) == dialect
    assert dialect_from_json({"prices": "fixed"}, dialect).refused_includes == {"tags"}


def test_a_dialect_knows_its_answers() -> None:
    with pytest.raises(ValueError, match="page_base: '2' is none of '0', '1'"):
        dataclasses.replace(Dialect(), page_base="2")  # type: ignore[arg-type]


def test_dialects_can_be_replaced_at_run_time(api: Api) -> None:
    api.box.dialect = dataclasses.replace(api.box.dialect, single="bare")
    api.sync(product())

    assert api.get("/products/1")["item_number"] == "tee"


# --- the file ------------------------------------------------------------------------


def test_a_file_follows_every_write(tmp_path: Path) -> None:
    path = tmp_path / "traede.db"

    def opened() -> Store:
        store = Store()
        attach_archive(store, path)
        return store

    with Sandbox(store=opened()) as box:
        api = Api(box, _client(box))
        api.sync(product(variant("tee-s"), variant("tee-m")))
        api.sync(product(name=""), status=422)
        api.post("/categories", {"category": {"name": "Men"}})
        api.delete("/categories/1")
        before = box.dump()
        api.client.close()

    with Sandbox(store=opened()) as box:
        after = box.dump()

    assert after == before
    with sqlite3.connect(path) as database:
        kinds = database.execute("select kind, id from record").fetchall()
    database.close()
    assert kinds == [("product", 1)]


def test_a_load_replaces_the_file(tmp_path: Path) -> None:
    store = Store()
    attach_archive(store, tmp_path / "traede.db")
    with Sandbox(store=store) as box:
        box.load({"collections": [{"title": "A"}, {"title": "B"}]})
        box.load({"collections": [{"title": "C"}]})

    again = Store()
    attach_archive(again, tmp_path / "traede.db")
    with Sandbox(store=again) as box:
        assert [row["title"] for row in box.dump()["collections"]] == ["C"]


def test_a_sandbox_starts_from_a_dump() -> None:
    with Sandbox(store={"collections": [{"title": "A"}]}) as box:
        assert box.dump()["collections"][0]["id"] == 1


def test_serve_in_the_foreground(tmp_path: Path) -> None:
    """Ctrl-C ends it well, and the file has what was written."""
    path = tmp_path / "traede.db"
    code = (
        "from pathlib import Path; from reconcile.sandbox import serve; "
        f"serve('127.0.0.1', 0, 't', Path({str(path)!r}), control=True, "
        "data={'collections': [{'title': 'A'}, {'title': 'C'}]}, "
        "announce=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(  # noqa: S603 (our own interpreter and text)
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        fields = {"title": "B"}
        edit = {"kind": "collection", "key": "A", "fields": fields}
        answer = httpx.post(f"{url}/_sandbox/edit", json=edit)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0

    assert answer.json()["title"] == "B"
    store = Store()
    attach_archive(store, path)
    with Sandbox(store=store) as box:
        assert [row["title"] for row in box.dump()["collections"]] == ["B", "C"]


def test_control_endpoints_stay_on_this_machine() -> None:
    with pytest.raises(ValueError, match="loopback only"):
        serve("0.0.0.0", 0, "t", control=True)  # noqa: S104 (this is refused)


def _client(box: Sandbox) -> httpx.Client:
    headers = {**HEADERS, "Authorization": f"Bearer {box.token}"}
    return httpx.Client(base_url=box.url, headers=headers)
