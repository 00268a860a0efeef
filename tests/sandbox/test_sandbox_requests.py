"""Who may ask for what: tokens, headers, routes, errors, rates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sandbox_builders import HEADERS, Api, codes, product

from reconcile.sandbox import Sandbox

ID = "X-TraedeAppIdentifier"


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        (HEADERS | {"Authorization": "Bearer sandbox-token"}, "", 200),
        (HEADERS | {"Authorization": "bearer sandbox-token"}, "", 200),
        (HEADERS, "?access_token=sandbox-token", 200),
        (HEADERS, "", 401),
        (HEADERS, "?access_token=other", 401),
        (HEADERS | {"Authorization": "Bearer other"}, "", 401),
        ({ID: "t"}, "?access_token=sandbox-token", 422),
        ({"Content-Type": "text/plain", ID: "t"}, "?access_token=sandbox-token", 422),
        ({"Content-Type": "application/json"}, "?access_token=sandbox-token", 422),
    ],
)
def test_token_and_headers_are_required(
    box: Sandbox, headers: dict[str, str], query: str, status: int
) -> None:
    response = httpx.get(f"{box.url}/api/products{query}", headers=headers)

    assert response.status_code == status


def test_app_key_is_required_where_the_dialect_has_one(api: Api) -> None:
    api.speak(app_key="k")

    without = api.client.get("/api/products")
    with_key = api.client.get("/api/products", headers={"X-Traede-App-Key": "k"})

    assert (without.status_code, with_key.status_code) == (403, 200)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/products", 404),
        ("GET", "/api/products/7", 404),
        ("GET", "/api/products/tee", 404),
        ("PUT", "/api/products/7", 404),
        ("DELETE", "/api/categories/7", 404),
        ("DELETE", "/api/customers/1", 405),
        ("DELETE", "/api/collections/1", 405),
        ("PUT", "/api/products", 405),
        ("GET", "/api/products/1/variants", 405),
        ("GET", "/api/products/1/variants/1", 405),
        ("GET", "/api/categories/1/categories", 405),
        ("GET", "/products/sync", 405),
        ("POST", "/v10/orders/export", 405),
        ("GET", "/v10/orders/mark-as-exported", 405),
    ],
)
def test_nothing_undocumented_exists(
    api: Api, method: str, path: str, status: int
) -> None:
    response = api.client.request(method, path, json={})

    assert response.status_code == status
    assert response.json() == {"status": "error", "message": "An error occurred."}


def test_405_says_what_is_allowed(api: Api) -> None:
    response = api.client.delete("/api/customers/1")

    assert response.headers["Allow"] == "GET, PUT"


def test_forbidden_paths_answer_403(api: Api) -> None:
    api.speak(forbidden=frozenset({"/api/customers"}))

    api.get("/customers", status=403)
    api.get("/products")


def test_paths_follow_the_dialect(api: Api) -> None:
    api.speak(
        core_prefix="/v10",
        products_sync="/v10/products/sync",
        customers_sync="/production/customers/sync",
        orders_prefix="/orders",
    )

    paths = {
        "/v10/products": api.client.get("/v10/products"),
        "/api/products": api.client.get("/api/products"),
        "/orders/export": api.client.get("/orders/export?system_id=erp"),
        "/v10/products/sync": api.client.post(
            "/v10/products/sync", json={"products": []}
        ),
        "/production/customers/sync": api.client.post(
            "/production/customers/sync", json={"customers": []}
        ),
    }

    assert {path: r.status_code for path, r in paths.items()} == {
        "/v10/products": 200,
        "/api/products": 404,
        "/orders/export": 200,
        "/v10/products/sync": 200,
        "/production/customers/sync": 200,
    }


@pytest.mark.parametrize(
    ("shape", "status", "body"),
    [
        (
            "heimdal",
            422,
            {
                "errors": [
                    {
                        "status": "422",
                        "code": 0,
                        "title": "Validation error",
                        "detail": "The product.name field is required.",
                    }
                ]
            },
        ),
        ("generic", 422, {"status": "error", "message": "An error occurred."}),
    ],
)
def test_shape_of_a_refusal(api: Api, shape: Any, status: int, body: Any) -> None:
    api.speak(error_shape=shape)

    refused = {"product": product(name="")}

    assert api.post("/products", refused, status=status) == body


@pytest.mark.parametrize(
    ("shape", "status", "content_type"),
    [
        ("text-code", 422, "application/json"),
        ("ok", 200, "application/json"),
        ("html", 422, "text/html"),
        ("plain", 422, "text/plain"),
    ],
)
def test_other_shapes_of_a_refusal(
    api: Api, shape: Any, status: int, content_type: str
) -> None:
    api.speak(error_shape=shape)

    response = api.client.post("/api/products", json={"product": {}})

    assert response.status_code == status
    assert response.headers["Content-Type"] == content_type
    if shape == "text-code":
        assert codes(response.json()) == ["0", "0", "0"]
    if shape == "ok":
        assert codes(response.json()) == [0, 0, 0]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"product": NaN}', b'"x"'])
def test_a_body_that_is_no_object_is_empty(api: Api, content: bytes) -> None:
    response = api.client.post("/api/products", content=content)

    assert response.status_code == 422


def test_rate_limit_is_counted_in_requests(api: Api) -> None:
    api.speak(rate_limit=2, rate_refusals=2, retry_after="7")

    seen = [api.client.get("/api/products") for _ in range(6)]

    assert [one.status_code for one in seen] == [200, 200, 429, 429, 200, 200]
    assert seen[2].headers["Retry-After"] == "7"
    assert seen[2].text == "Too Many Attempts."


def test_requests_are_recorded_without_the_token(api: Api) -> None:
    path = "/api/products?access_token=sandbox-token&sort[0][key]=id"
    api.client.get(path, headers={"X-Traede-App-Key": "secret"})
    api.sync(product(), status=200)

    first, second = api.box.requests

    assert (first.method, first.path, first.status) == ("GET", "/api/products", 200)
    assert first.query == {"sort": {"0": {"key": "id"}}}
    assert first.headers["x-traedeappidentifier"] == "tests/1.0"
    assert second.body["products"][0]["item_number"] == "tee"
    assert "sandbox-token" not in repr(api.box.requests)
    assert "secret" not in repr(api.box.requests)


def test_many_clients_at_once_lose_nothing(api: Api) -> None:
    def create(number: int) -> int:
        body = {"collection": {"title": f"C{number}"}}
        return api.client.post("/api/collections", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(create, range(40))) == {201}

    rows = api.box.dump()["collections"]
    assert sorted(row["id"] for row in rows) == list(range(1, 41))
    assert len({row["title"] for row in rows}) == 40


def test_a_sandbox_of_ones_own_has_its_own_port() -> None:
    with Sandbox() as one, Sandbox() as other:
        assert one.url != other.url
        for box in (one, other):
            headers = {**HEADERS, "Authorization": f"Bearer {box.token}"}
            response = httpx.get(f"{box.url}/api/products", headers=headers)
            assert response.json() == {"products": [], "total": 0}
