"""The order export: what waits, what is marked, what leaves the stock."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_builders import Api, product, variant

MARK = "/v10/orders/mark-as-exported"


@pytest.fixture
def shop(api: Api) -> Api:
    """Four orders: an ordinary one, a draft, a cancelled and an archived one."""
    api.sync(product(variant(inventory=[{"quantity": 10}])))
    api.box.order("tee-s", quantity=2)
    api.box.order("tee-s", approved=False)
    api.box.order("tee-s", cancelled=True)
    api.box.order("tee-s", archived=True)
    return api


def export(api: Api, query: str = "", status: int = 200) -> Any:
    response = api.client.get(f"/v10/orders/export?system_id=erp&{query}")
    assert response.status_code == status
    return response.json().get("orders")


def ids(api: Api, query: str = "") -> list[int]:
    return [order["id"] for order in export(api, query)]


def mark(api: Api, *orders: dict[str, Any], status: int = 200) -> None:
    response = api.client.post(MARK, json={"orders": list(orders)})
    assert response.status_code == status, response.text


def done(order_id: int = 1, **fields: Any) -> dict[str, Any]:
    whole = {"order_id": order_id, "system_id": "erp", "regulate_inventory": False}
    return whole | fields


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1]),
        ("include_not_approved=1", [1, 2]),
        ("include_cancelled=1&include_archived=1", [1, 3, 4]),
        ("include_cancelled=0", [1]),
        ("filter_groups[0][filters][0][key]=created_at&"
         "filter_groups[0][filters][0][operator]=gt&"
         "filter_groups[0][filters][0][value]=2030-01-01 00:00:00", []),
    ],
)  # fmt: skip
def test_what_waits_for_export(shop: Api, query: str, expected: list[int]) -> None:
    assert ids(shop, query) == expected


def test_lines_come_by_include(shop: Api) -> None:
    bare = export(shop)[0]
    whole = export(shop, "includes[]=lines")[0]

    assert "lines" not in bare
    assert whole["lines"] == [
        {"quantity": 2, "product_id": 1, "variant_id": 1, "sku": "tee-s"}
    ]
    export(shop, "includes[]=customer", status=500)


def test_the_system_must_be_named(shop: Api) -> None:
    assert shop.client.get("/v10/orders/export").status_code == 422


def test_marked_orders_wait_no_longer_for_that_system(shop: Api) -> None:
    mark(shop, done(note="sent"))

    marked_at = shop.box.dump()["orders"][0]["exports"]["erp"]
    assert ids(shop) == []
    assert ids(shop, f"not_exported_since={marked_at}") == [1]
    other = shop.client.get("/v10/orders/export?system_id=other").json()
    assert [order["id"] for order in other["orders"]] == [1]
    assert shop.box.dump()["orders"][0]["notes"] == ["sent"]
    assert shop.variant()["inventory"]["stock"]["quantity"] == 10


def test_regulating_takes_the_pieces_and_archives(shop: Api) -> None:
    mark(shop, done(regulate_inventory=True))

    assert shop.variant()["inventory"]["stock"]["quantity"] == 8
    assert shop.box.dump()["orders"][0]["archived"] is True
    mark(shop, done(regulate_inventory=True))
    assert shop.variant()["inventory"]["stock"]["quantity"] == 6
    assert shop.counted("export") == 2


@pytest.mark.parametrize(
    "orders",
    [
        [],
        [done()] * 11,
        [done(9)],
        [done("one")],
        [done(system_id="")],
        [done(regulate_inventory=None)],
        [done(), done(order_id=None)],
    ],
)
def test_refused_marks(shop: Api, orders: list[dict[str, Any]]) -> None:
    mark(shop, *orders, status=422)

    assert shop.counted("export") == 0
    assert ids(shop) == [1]
