"""The fault script: over real sockets, and counted in what really happened."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from sandbox_builders import Api

POST = {"method": "POST", "path": "/api/collections"}


def create(api: Api, title: str = "S") -> int:
    body = {"collection": {"title": title}}
    return api.client.post("/api/collections", json=body).status_code


def stored(api: Api) -> int:
    return len(api.box.dump()["collections"])


@pytest.mark.parametrize(
    ("do", "happened"), [("drop", 0), ("drop-after", 1), ("truncate", 1)]
)
def test_closed_sockets(api: Api, do: str, happened: int) -> None:
    api.box.faults = [{"match": POST, "do": do, "nth": 1}]

    with pytest.raises(httpx.RemoteProtocolError):
        create(api)

    assert stored(api) == happened
    assert (api.box.requests[0].status, api.box.requests[0].fault) == (None, do)
    assert create(api) == 201


@pytest.mark.parametrize(("do", "happened"), [("status", 0), ("status-after", 1)])
def test_other_answers(api: Api, do: str, happened: int) -> None:
    api.box.faults = [{"match": POST, "do": do, "status": 503, "times": 1}]

    assert create(api) == 503
    assert stored(api) == happened
    assert create(api) == 201


def test_garbage_is_no_json(api: Api) -> None:
    api.box.faults = [{"match": POST, "do": "garbage"}]

    response = api.client.post("/api/collections", json={"collection": {"title": "S"}})

    assert response.status_code == 200
    with pytest.raises(ValueError, match="Expecting property name"):
        response.json()
    assert stored(api) == 1


def test_a_delay_waits_and_then_does_it(api: Api) -> None:
    api.box.faults = [{"match": POST, "do": "delay", "seconds": 0.1}]

    started = time.perf_counter()

    assert create(api) == 201
    assert time.perf_counter() - started >= 0.1


@pytest.mark.parametrize(
    ("body", "content_type", "content"),
    [
        ({"error": True}, "application/json", b'{"error": true}'),
        ("<h1>Bad gateway</h1>", "text/html", b"<h1>Bad gateway</h1>"),
        (
            None,
            "application/json",
            b'{"status": "error", "message": "An error occurred."}',
        ),
    ],
)
def test_bodies_and_headers_of_a_fault(
    api: Api, body: Any, content_type: str, content: bytes
) -> None:
    fault = {"do": "status", "status": 502, "body": body, "headers": {"X-A": "b"}}
    api.box.faults = [fault]

    response = api.client.get("/api/products")

    assert response.headers["Content-Type"] == content_type
    assert (response.headers["X-A"], response.content) == ("b", content)


def test_429_with_retry_after(api: Api) -> None:
    api.box.faults = [{"do": "status", "status": 429, "headers": {"Retry-After": "3"}}]

    response = api.client.get("/api/products")

    assert (response.headers["Retry-After"], response.text) == (
        "3",
        "Too Many Attempts.",
    )


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({}, [500, 500, 500, 500]),
        ({"nth": 2}, [201, 500, 201, 201]),
        ({"times": 2}, [500, 500, 201, 201]),
        ({"nth": 2, "times": 2}, [201, 500, 500, 201]),
        ({"match": {"method": "GET"}}, [201, 201, 201, 201]),
        ({"match": {"path": "/api/coll"}}, [500, 500, 500, 500]),
        ({"match": {"path": "/*/collections"}}, [500, 500, 500, 500]),
        ({"match": {"path": "/products"}}, [201, 201, 201, 201]),
        ({"match": {"body": "C3"}}, [201, 201, 201, 500]),
    ],
)
def test_which_requests_are_hit(
    api: Api, fault: dict[str, Any], expected: list[int]
) -> None:
    api.box.faults = [{"do": "status", **fault}]

    assert [create(api, f"C{n}") for n in range(4)] == expected


def test_the_first_fault_that_hits_wins_and_all_count(api: Api) -> None:
    api.box.faults = [
        {"do": "status", "status": 502, "nth": 2},
        {"do": "status", "status": 503, "nth": 2, "times": 2},
    ]

    assert [create(api, f"C{n}") for n in range(4)] == [201, 502, 503, 201]


@pytest.mark.parametrize(
    "fault", [{"do": "explode"}, {"do": "drop", "when": 1}, {"match": {}}]
)
def test_a_wrong_script_is_refused(api: Api, fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fault"):
        api.box.faults = [fault]


def test_a_match_must_be_known(api: Api) -> None:
    with pytest.raises(ValueError, match="cannot match by host"):
        api.box.faults = [{"do": "drop", "match": {"host": "x"}}]
