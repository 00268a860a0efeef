"""A diagnosis as people read it, for accounts that a sandbox plays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest
from golden_files import check

from reconcile.core.config import Headers, Paths, TraedeSettings, make_config
from reconcile.core.diagnosis import Diagnosis, Finding, Section, unlike_default
from reconcile.core.loading import load_config
from reconcile.core.schema import compile_schema
from reconcile.edges.client import Client, Wait
from reconcile.edges.doctor import examine
from reconcile.edges.files import schema_text
from reconcile.reports.doctor_text import diagnosis_to_json, render_diagnosis
from reconcile.reports.layout import columns
from reconcile.sandbox import Dialect, Sandbox

URL = "https://traede.example"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "friendly": {},
    "strange": {
        "core_prefix": "/v10",
        "products_sync": "/production/products/sync",
        "customers_sync": "/nobody/knows",
        "orders_prefix": "/orders",
        "brand_id": 7,
        "page_base": "1-strict",
        "limit_cap": 25,
        "default_limit": 10,
        "total_key": "none",
        "refused_includes": frozenset({"tags", "variants.costPrices"}),
        "ignored_includes": frozenset({"variants.prices"}),
        "embedded": frozenset(),
        "prices": "number",
        "booleans": "int",
        "ean": "int",
        "customer_number": "int",
        "colli": "int",
        "categories": "flat",
        "parent": "object",
        "returned_fields": frozenset({"product.weight", "variant.archived"}),
        "error_shape": "html",
    },
    "empty": {},
    "shut": {"app_key": "0123456789"},
}


class There(httpx.BaseTransport):
    """What is meant for traede.example goes to a sandbox."""

    def __init__(self, box: Sandbox) -> None:
        self._url = httpx.URL(box.url)
        self._inner = httpx.HTTPTransport(verify=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(
            scheme="http", host=self._url.host, port=self._url.port
        )
        response = self._inner.handle_request(request)
        response.headers["date"] = "Sat, 21 Nov 2026 12:00:00 GMT"
        return response

    def close(self) -> None:
        self._inner.close()


@pytest.fixture(scope="module")
def diagnosed() -> Iterator[Callable[[str], Diagnosis]]:
    with Sandbox() as box:

        @cache
        def diagnose(account: str) -> Diagnosis:
            box.reset(Dialect(**ACCOUNTS[account]))
            box.load({} if account == "empty" else brand())
            strange = account == "strange"

            def connect(
                settings: TraedeSettings,
                on_wait: Callable[[Wait], None],
                *,
                with_key: bool = True,  # noqa: ARG001 (nobody has a key here)
            ) -> Client:
                return Client(
                    settings,
                    box.token,
                    transport=There(box),
                    sleep=lambda _: None,
                    on_wait=on_wait,
                )

            return examine(
                connect,
                TraedeSettings(url=URL, brand_id=None if strange else 1),
                clock=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC),
                probe_sync=strange,
            )

        yield diagnose


def brand() -> dict[str, Any]:
    address = {"title": "Primary", "name": "Ida Jensen", "address": "Hejrevej 33"}
    return {
        "categories": [{"name": "Men"}, {"name": "Shirts", "parent": "Men"}],
        "collections": [{"title": "Summer"}],
        "customers": [
            {"customer_number": "1000", "name": "Ida Jensen", "addresses": [address]},
            {"customer_number": "1001", "name": "Bo Hansen", "addresses": [address]},
        ],
        "products": [product(n) for n in range(64)],
    }


def product(n: int) -> dict[str, Any]:
    variant = {
        "sku": f"p{n}-s",
        "ean": "5701234567899",
        "attributes": {"Size": "S"},
        "prices": {"DKK": {"sales_price": "97.54", "rec_sales_price": "250"}},
        "cost_prices": [{"currency": "DKK", "cost_price": "5"}],
    }
    return {
        "item_number": f"p{n}",
        "name": f"Style {n}",
        "tags": ["basics"],
        "colli": [6],
        "categories": ["Men > Shirts"],
        "variants": [variant],
    }


@pytest.mark.parametrize("account", ACCOUNTS)
def test_it_looks_as_designed(
    account: str, diagnosed: Callable[[str], Diagnosis]
) -> None:
    check(f"doctor-{account}", render_diagnosis(diagnosed(account), color=False))


@pytest.mark.parametrize("width", [60, 120])
def test_it_fits_other_terminals(
    width: int, diagnosed: Callable[[str], Diagnosis]
) -> None:
    text = render_diagnosis(diagnosed("strange"), color=False, width=width)

    check(f"doctor-strange-{width}", text)
    told = text.partition("\ntraede:\n")[0]
    assert [line for line in told.split("\n") if columns(line) > width] == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_colour_is_only_added(
    account: str, diagnosed: Callable[[str], Diagnosis]
) -> None:
    colored = render_diagnosis(diagnosed(account), color=True)

    plain = render_diagnosis(diagnosed(account), color=False)
    assert colored != plain
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_as_json(diagnosed: Callable[[str], Diagnosis]) -> None:
    document = json.loads(diagnosis_to_json(diagnosed("strange")))

    assert list(document) == ["format_version", "exit_code", "sections", "traede"]
    assert document["exit_code"] == 1
    assert document["traede"] == unlike_default(diagnosed("strange").found)
    assert document["sections"][0]["findings"][0] == {
        "name": "connection",
        "verdict": "ok",
        "sentence": "https://traede.example answers",
        "hint": "",
    }


@pytest.mark.parametrize("account", ACCOUNTS)
def test_neither_token_nor_anybody_is_named(
    account: str, diagnosed: Callable[[str], Diagnosis]
) -> None:
    found = diagnosed(account)
    text = render_diagnosis(found, color=False) + diagnosis_to_json(found)

    for hidden in ("sandbox-token", "Ida", "Hansen", "Hejrevej", "97.54"):
        assert hidden not in text


ANY = TraedeSettings(
    url="http://127.0.0.1:8642",
    app_identifier='on # "it", [1] £',
    brand_id=7,
    paths=Paths(core="", orders="/orders"),
    headers=Headers(app_key="X-Key"),
    page_limit=25,
    includes={"products": ("variants", "variants.costPrices:embed"), "customers": ()},
    verify_seconds=2.5,
    allow_http=True,
)


@pytest.mark.parametrize(
    "settings",
    [
        TraedeSettings(),
        ANY,
        replace(ANY, app_identifier="on"),
        replace(ANY, paths=Paths()),
    ],
)
def test_the_block_gives_these_settings(settings: TraedeSettings) -> None:
    text = render_diagnosis(Diagnosis((), ANY, settings), color=False)

    block = text[text.index("traede:\n") :] if "\ntraede:\n" in text else ""
    schema = compile_schema(schema_text("reconcile.schema.json"))
    written = f"base_currency: DKK\n{block}\n".encode()
    assert load_config(written, "reconcile.yaml", schema, None).traede == settings
    assert make_config({"traede": unlike_default(settings)}).traede == settings


def test_nothing_reaches_the_terminal_that_it_would_obey() -> None:
    bad = Finding("a\x1b[2J", "problem", "b\r\u202ec", "d\x07")
    found = Diagnosis((Section("Access", (bad,)),), ANY, TraedeSettings())

    text = render_diagnosis(found, color=False, width=60)

    assert all(char.isprintable() or char == "\n" for char in text)
    assert diagnosis_to_json(found).isascii()
