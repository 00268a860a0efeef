"""A run that has to stop: nothing goes out after that, nothing is taken for sent."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any

import httpx
import pytest
from support.builders import Entry, catalog, product, variant
from support.harness import MortalTransport, Shop, twice

from reconcile.errors import TraedeUnavailable
from reconcile.sandbox import Dialect, Fault

IMAGE = [{"url": "https://img.example/tee.jpg"}]
RESETS = Dialect(omitted="reset")


def posts(shop: Shop, before: int = 0) -> list[Any]:
    return [r.body for r in shop.box.requests[before:] if r.method == "POST"]


def theirs(shop: Shop, *keys: str) -> None:
    """Styles with a field that the catalog does not write."""
    for key in keys:
        shop.box.create("product", **product(key, colli=[6]))


def with_colli(shop: Shop) -> list[str]:
    rows = shop.box.dump()["products"]
    return [row["item_number"] for row in rows if row["colli"] == [6]]


# --- what surely was not written ----------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refused_first_write_changed_nothing(shop: Shop, status: int) -> None:
    shop.apply(catalog(product("tee", variant("tee-s"))))
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE)))
    shop.box.faults = [Fault("status", {"method": "POST"}, status=status)]

    with pytest.raises(TraedeUnavailable):
        shop.apply(wanted)
    shop.box.faults = []

    assert shop.in_flight() == 0
    assert shop.apply(wanted).exit_code == 0
    images = [effect for effect in shop.box.effects if effect["what"] == "image"]
    assert len(images) == 1, "not lost, and not twice"


def test_no_connection_changed_nothing(shop: Shop) -> None:
    class Unplugged(MortalTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                raise httpx.ConnectError("refused")
            return super().handle_request(request)

    shop.apply(catalog(product("tee", variant("tee-s"))))
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE)))
    shop.transport = Unplugged
    with pytest.raises(TraedeUnavailable):
        shop.apply(wanted)
    shop.transport = MortalTransport

    assert shop.apply(wanted).exit_code == 0
    assert twice(shop.box) == []
    assert [e for e in shop.box.effects if e["what"] == "image"]


# --- the canary ---------------------------------------------------------------------

FIRST: dict[str, Entry] = {
    "its sync": product("cap", name="One"),
    "only core": product("cap", variant("cap-s", ean="5701234567899")),
    "refused": product("cap", suppliers=[{"supplier_number": "nobody"}]),
}


@pytest.mark.parametrize("first", FIRST)
def test_an_account_that_resets_is_found_out_with_one_product(
    shop: Shop, first: str
) -> None:
    keys = ("cap", "tee", "zip", "zap")
    theirs(shop, *keys)
    shop.apply(catalog(*[product(key) for key in keys]))
    shop.box.dialect = RESETS
    others = [product(key, name="New") for key in keys[1:]]

    report = shop.apply(catalog(FIRST[first], *others))

    assert report.exit_code == 5
    assert "nobody asked for" in report.stopped
    assert len(with_colli(shop)) == 3, "one was reset, and then no other"


@pytest.mark.parametrize("delay", [3, 9])
def test_an_account_that_resets_late_is_found_out_too(shop: Shop, delay: int) -> None:
    keys = ("cap", "tee", "zip", "zap")
    theirs(shop, *keys)
    shop.apply(catalog(*[product(key) for key in keys]))
    shop.box.dialect = replace(RESETS, sync_delay=delay)

    report = shop.apply(catalog(*[product(key, name="New") for key in keys]))
    shop.box.settle()

    assert "nobody asked for" in report.stopped
    assert len(with_colli(shop)) == 3, "one was reset, and then no other"


def test_nothing_goes_out_after_the_canary(shop: Shop) -> None:
    theirs(shop, "cap", "tee")
    shop.apply(catalog(product("cap"), product("tee")))
    shop.box.dialect = RESETS
    before = len(shop.box.requests)

    shop.apply(
        catalog(
            product("cap", variant("cap-s", ean="5701234567899"), name="One"),
            product("tee", name="Two"),
        )
    )

    sent = [r for r in shop.box.requests[before:] if r.method in ("POST", "PUT")]
    assert [request.path for request in sent] == ["/products/sync"]


def test_where_all_is_new_the_first_goes_alone_and_the_rest_together(
    shop: Shop,
) -> None:
    shop.apply(catalog(*[product(f"style-{n}") for n in range(9)]))

    assert [len(body["products"]) for body in posts(shop)] == [1, 8]


# --- in the middle of a batch -------------------------------------------------------


def test_a_batch_that_is_being_split_stops_at_the_deadline(shop: Shop) -> None:
    class Slow(MortalTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                shop.clock.sleep(10)
            return super().handle_request(request)

    keys = [f"style-{n}" for n in range(9)]
    shop.apply(catalog(*[product(key) for key in keys]))
    nobody = [{"supplier_number": "nobody"}]
    wanted = [product(key, name="New") for key in keys]
    wanted[7] = product("style-7", suppliers=nobody)
    shop.transport = Slow
    before = len(shop.box.requests)

    report = shop.apply(catalog(*wanted), deadline=15)

    assert report.exit_code == 5
    assert "--deadline" in report.stopped
    assert len(posts(shop, before)) == 2, "the first alone, the batch, no half of it"
    shop.transport = MortalTransport
    wanted[7] = product("style-7", name="New")
    assert shop.apply(catalog(*wanted)).exit_code == 0


@pytest.mark.parametrize("and_then", ["goes on", "no access"])
def test_ctrl_c_ends_after_the_call_in_flight_with_130(
    shop: Shop, and_then: str
) -> None:
    class Impatient(MortalTransport):
        pressed = False

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and not Impatient.pressed:
                Impatient.pressed = True
                signal.raise_signal(signal.SIGINT)
            if (
                Impatient.pressed
                and and_then == "no access"
                and request.method == "GET"
            ):
                raise httpx.ConnectError("gone")
            return super().handle_request(request)

    wanted = catalog(*[product(f"style-{n}") for n in range(3)])
    shop.transport = Impatient

    report = shop.apply(wanted)
    shop.transport = MortalTransport

    assert (report.exit_code, report.stopped) == (130, "interrupted")
    assert len(posts(shop)) == 1
    assert shop.apply(wanted).exit_code == 0
    assert twice(shop.box) == []
