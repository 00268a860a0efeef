"""Short words for requests, and small bodies to send."""

from __future__ import annotations

from typing import Any

import httpx

from reconcile.sandbox import Dialect, Sandbox

HEADERS = {
    "Content-Type": "application/json",
    "X-TraedeAppIdentifier": "tests/1.0",
}


class Api:
    """Short words for the requests that the tests make again and again."""

    def __init__(self, box: Sandbox, client: httpx.Client) -> None:
        self.box = box
        self.client = client

    def speak(self, **switches: Any) -> None:
        self.box.dialect = Dialect(**switches)

    def get(self, path: str, status: int = 200) -> Any:
        return self._checked(self.client.get(f"/api{path}"), status)

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        return self._checked(self.client.post(f"/api{path}", json=body), status)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        return self._checked(self.client.put(f"/api{path}", json=body), status)

    def delete(self, path: str, status: int = 204) -> Any:
        return self._checked(self.client.delete(f"/api{path}"), status)

    def sync(self, *products: Any, status: int = 200) -> Any:
        body = {"products": list(products)}
        return self._checked(self.client.post("/products/sync", json=body), status)

    def sync_customers(self, *customers: Any, status: int = 200) -> Any:
        body = {"customers": list(customers)}
        return self._checked(self.client.post("/customers/sync", json=body), status)

    def product(self, item_number: str = "tee") -> Any:
        """The stored product, hidden fields and all; `None` if there is none."""
        rows = self.box.dump()["products"]
        return next((row for row in rows if row["item_number"] == item_number), None)

    def variant(self, sku: str = "tee-s") -> Any:
        variants = [
            one for row in self.box.dump()["products"] for one in row["variants"]
        ]
        return next((one for one in variants if one["sku"] == sku), None)

    def customer(self, number: str = "1000") -> Any:
        rows = self.box.dump()["customers"]
        return next((row for row in rows if row["customer_number"] == number), None)

    def counted(self, what: str) -> int:
        return sum(effect["what"] == what for effect in self.box.effects)

    def _checked(self, response: httpx.Response, status: int) -> Any:
        assert response.status_code == status, response.text
        return response.json() if response.content else None


def codes(answer: Any) -> list[int]:
    return [error["code"] for error in answer["errors"]]


def variant(sku: str = "tee-s", **fields: Any) -> dict[str, Any]:
    size = sku.rpartition("-")[2].upper()
    whole = {
        "sku": sku,
        "attributes": {"Size": size},
        "prices": {"DKK": {"sales_price": 100, "rec_sales_price": 300}},
    }
    return whole | fields


def product(*variants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "item_number": "tee",
        "name": "Tee",
        "variants": list(variants or (variant(),)),
    }
    return whole | fields


def customer(**fields: Any) -> dict[str, Any]:
    whole = {"customer_number": "1000", "name": "A customer", "currency": "DKK"}
    return whole | fields


def address(title: str = "Primary address", **fields: Any) -> dict[str, Any]:
    whole = {
        "title": title,
        "name": "A customer",
        "address": "Hejrevej 33",
        "zip": "2400",
        "city": "Copenhagen N",
        "country": "DK",
    }
    return whole | fields
