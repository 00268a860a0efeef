"""Each fact about an account is found out right, whatever the account is like."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.cli import main
from reconcile.core.config import Headers, Paths, TraedeSettings
from reconcile.core.diagnosis import Diagnosis, Finding, unlike_default
from reconcile.edges.client import Client, Wait
from reconcile.edges.doctor import Connect, examine
from reconcile.sandbox import Dialect, Sandbox

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
Row = dict[str, Any]


Change = Callable[[httpx.Request, str], str]


class Through(httpx.BaseTransport):
    """Real sockets to a Traede whose clock stands still; bodies may be changed."""

    def __init__(self, date: str = "", change: Change = lambda _, body: body) -> None:
        self._date = date
        self._change = change
        self._inner = httpx.HTTPTransport(verify=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        headers = {"date": self._date} if self._date else {}
        kind = response.headers.get("content-type", "")
        for name in ("location", "retry-after", *LIMITS):
            if name in response.headers:
                headers[name] = response.headers[name]
        body = self._change(request, response.read().decode())
        response.close()
        return httpx.Response(
            response.status_code, headers={**headers, "content-type": kind}, text=body
        )

    def close(self) -> None:
        self._inner.close()


LIMITS = ("x-ratelimit-limit", "x-ratelimit-remaining")


def connector(
    transport: Callable[[], httpx.BaseTransport], token: str, key: str | None = None
) -> Connect:
    def connect(
        settings: TraedeSettings,
        on_wait: Callable[[Wait], None],
        *,
        with_key: bool = True,
    ) -> Client:
        return Client(
            settings,
            token,
            app_key=key if with_key else None,
            transport=transport(),
            sleep=lambda _: None,
            on_wait=on_wait,
        )

    return connect


def diagnose(
    box: Sandbox,
    *,
    token: str = "",
    key: str | None = None,
    ahead: int | None = 0,
    change: Change = lambda _, body: body,
    probe_sync: bool = False,
    **settings: Any,
) -> Diagnosis:
    then = NOW + datetime.timedelta(seconds=ahead or 0)
    date = "" if ahead is None else format_datetime(then, usegmt=True)
    return examine(
        connector(lambda: Through(date, change), token or box.token, key),
        TraedeSettings(**{"url": box.url, "brand_id": 1, **settings}),
        clock=lambda: NOW,
        probe_sync=probe_sync,
    )


@pytest.fixture
def box(server: Sandbox) -> Sandbox:
    server.reset()
    server.load(brand())
    return server


def brand(products: int = 4) -> Row:
    return {
        "categories": [{"name": "Men"}, {"name": "Shirts", "parent": "Men"}],
        "collections": [{"title": "Summer"}],
        "customers": [customer(n) for n in range(3)],
        "products": [product(n) for n in range(products)],
    }


def customer(n: int) -> Row:
    address = {
        "title": "Primary",
        "name": "Ida Jensen",
        "address": "Hejrevej 33",
        "zip": "2400",
        "city": "Copenhagen",
        "country": "DK",
    }
    return {"customer_number": str(1000 + n), "name": "Ida J", "addresses": [address]}


def product(n: int) -> Row:
    variant = {
        "sku": f"p{n}-s",
        "ean": "5701234567899",
        "attributes": {"Size": "S"},
        "prices": {"DKK": {"sales_price": "10", "rec_sales_price": "20"}},
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


def the(diagnosis: Diagnosis, name: str) -> Finding:
    found = [one for one in diagnosis.findings if one.name == name]
    assert found, [one.name for one in diagnosis.findings]
    return found[0]


def said(diagnosis: Diagnosis, name: str) -> str:
    finding = the(diagnosis, name)
    return f"{finding.verdict}: {finding.sentence}"


def block(diagnosis: Diagnosis) -> Row:
    """The `traede:` block, without what every test has."""
    whole = unlike_default(diagnosis.found)
    del whole["url"]
    whole.pop("brand_id", None)
    return whole


def verdicts(diagnosis: Diagnosis, verdict: str) -> list[str]:
    return [one.name for one in diagnosis.findings if one.verdict == verdict]


WITH_COSTS = [
    "variants",
    "tags",
    "categories",
    "variants.prices",
    "variants.costPrices",
]


# --- the whole ------------------------------------------------------------------------


def test_a_friendly_account_has_nothing_to_complain_about(box: Sandbox) -> None:
    found = diagnose(box)

    assert found.exit_code == 0
    assert verdicts(found, "problem") == verdicts(found, "warning") == []
    assert block(found) == {"includes": {"products": WITH_COSTS}}


def test_nothing_is_written_and_no_order_is_read(box: Sandbox) -> None:
    diagnose(box)

    assert {one.method for one in box.requests} == {"GET"}
    assert box.effects == []
    orders = [one for one in box.requests if "orders" in one.path]
    assert [one.status for one in orders] == [422]


def test_the_block_is_all_that_a_second_visit_needs(box: Sandbox) -> None:
    box.dialect = Dialect(
        core_prefix="/v10",
        products_sync="/production/products/sync",
        customers_sync="/api/customers/sync",
        orders_prefix="/orders",
        limit_cap=25,
        refused_includes=frozenset({"tags"}),
    )
    box.load(brand(70))
    first = diagnose(box, brand_id=None)

    second = examine(connector(Through, box.token), first.found, clock=lambda: NOW)

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert second.found == first.found
    assert block(second) == {
        "paths": {
            "core": "/v10",
            "products_sync": "/production/products/sync",
            "customers_sync": "/api/customers/sync",
            "orders": "/orders",
        },
        "page_limit": 25,
        "includes": {"products": [one for one in WITH_COSTS if one != "tags"]},
    }


def test_an_empty_account_says_what_cannot_be_known_yet(box: Sandbox) -> None:
    box.load({})

    found = diagnose(box, brand_id=None)

    assert found.exit_code == 0
    assert said(found, "products") == (
        "ok: 0, with 0 variants; read completely (as many as the total)"
    )
    assert {
        "brand",
        "pages",
        "rows a page",
        "total",
        "products with variants",
        "filter item_number",
        "product fields",
        "customer fields",
        "addresses",
        "other forms",
    } <= set(verdicts(found, "unknown"))
    assert block(found) == {}


# --- access ---------------------------------------------------------------------------


def test_a_wrong_token_ends_the_visit(box: Sandbox) -> None:
    found = diagnose(box, token=box.token[::-1])

    assert (found.exit_code, found.cut_off) == (7, True)
    assert "401" in the(found, "token").sentence
    assert "TRAEDE_TOKEN" in the(found, "token").hint
    assert len(box.requests) == 1


def test_nobody_there_ends_the_visit() -> None:
    settings = TraedeSettings(url="http://127.0.0.1:9")
    connect = connector(lambda: httpx.HTTPTransport(verify=False), "sandbox-token")

    found = examine(connect, settings, clock=lambda: NOW)

    assert (found.exit_code, verdicts(found, "problem")) == (7, ["connection"])
    assert the(found, "connection").hint


def test_a_traede_that_goes_away_ends_the_visit(box: Sandbox) -> None:
    box.faults = [
        {"match": {"path": "/api/products"}, "nth": 4, "times": 999, "do": "drop"}
    ]

    found = diagnose(box)

    assert found.exit_code == 7
    assert "core" in [one.name for one in found.findings]
    assert the(found, "connection").verdict == "ok"
    assert verdicts(found, "problem") == ["connection"]


def test_an_app_key_that_is_missing_is_named(box: Sandbox) -> None:
    box.dialect = Dialect(app_key="0123456789")

    found = diagnose(box)

    assert found.exit_code == 7
    assert "TRAEDE_APP_KEY is not set" in the(found, "token").hint


@pytest.mark.parametrize("demanded", [None, "0123456789"])
def test_whether_the_app_key_is_demanded(box: Sandbox, demanded: str | None) -> None:
    box.dialect = Dialect(app_key=demanded)

    found = diagnose(box, key="0123456789")

    expected = "demanded (403 without it)" if demanded else "not demanded"
    assert said(found, "app key") == f"ok: X-Traede-App-Key: sent, and {expected}"


def test_the_app_identifier_is_demanded(box: Sandbox) -> None:
    assert "demanded (422 without it)" in the(diagnose(box), "app identifier").sentence


@pytest.mark.parametrize("shape", ["ok", "html", "plain", "generic", "text-code"])
def test_no_form_of_error_changes_the_facts(box: Sandbox, shape: Any) -> None:
    plain = diagnose(box)
    box.dialect = Dialect(error_shape=shape)

    found = diagnose(box)

    assert found.found == plain.found
    assert [one.verdict for one in found.findings if one.name != "orders"] == [
        one.verdict for one in plain.findings if one.name != "orders"
    ]


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (0, "ok: Traede's clock and this one agree"),
        (-60, "ok: Traede's clock and this one agree"),
        (300, "warning: Traede's clock is 5 min ahead of this one"),
        (-7200, "warning: Traede's clock is 2 h behind this one"),
        (None, "unknown: Traede's answers carry no usable Date"),
    ],
)
def test_the_clock(box: Sandbox, ahead: int | None, expected: str) -> None:
    assert said(diagnose(box, ahead=ahead), "clock") == expected


def test_a_rate_limit_is_noticed(box: Sandbox) -> None:
    box.dialect = Dialect(rate_limit=20, retry_after="0")

    found = diagnose(box)

    assert found.exit_code == 0
    assert "Traede slowed this visit down" in the(found, "rate limit").sentence


def test_headers_that_tell_a_limit_are_shown(box: Sandbox) -> None:
    headers = {"X-RateLimit-Limit": "120", "X-RateLimit-Remaining": "119"}
    body: Row = {"products": []}
    box.faults = [
        {"match": {"path": "/api/products"}, "nth": 1, "do": "status",
         "status": 200, "headers": headers, "body": body},
    ]  # fmt: skip

    assert said(diagnose(box), "rate limit") == (
        "ok: headers seen: x-ratelimit-limit: 120, x-ratelimit-remaining: 119"
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict", "written"),
    [
        (None, 7, "warning", 7),
        (7, 7, "ok", 7),
        (1, 7, "problem", 1),
    ],
)
def test_the_brand(
    box: Sandbox, ours: int | None, theirs: int, verdict: str, written: int
) -> None:
    box.dialect = Dialect(brand_id=theirs)

    found = diagnose(box, brand_id=ours)

    assert the(found, "brand").verdict == verdict
    assert found.found.brand_id == written


# --- addresses ------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/v10", "", "/production"])
def test_core_elsewhere_is_found(box: Sandbox, prefix: str) -> None:
    box.dialect = Dialect(core_prefix=prefix)

    found = diagnose(box)

    assert found.exit_code == 1
    assert the(found, "core").verdict == "problem"
    assert found.found.paths.core == prefix
    assert the(found, "products").verdict == "ok"


def test_core_nowhere_leaves_the_rest_unknown(box: Sandbox) -> None:
    box.dialect = Dialect(core_prefix="/elsewhere")

    found = diagnose(box)

    assert found.exit_code == 1
    assert verdicts(found, "problem") == ["core"]
    assert the(found, "products sync").verdict == "ok"
    assert {"products", "pages", "product fields"} <= set(verdicts(found, "unknown"))


@pytest.mark.parametrize("family", ["products", "customers"])
@pytest.mark.parametrize("prefix", ["/production", "/api", "/v10"])
def test_a_sync_elsewhere_is_found(box: Sandbox, family: str, prefix: str) -> None:
    path = f"{prefix}/{family}/sync"
    box.dialect = Dialect(**{f"{family}_sync": path})

    found = diagnose(box)

    assert said(found, f"{family} sync") == (
        f"problem: /{family}/sync is not there (404); {path} works"
    )
    assert block(found)["paths"] == {f"{family}_sync": path}


def test_a_sync_nowhere_is_a_problem(box: Sandbox) -> None:
    box.dialect = Dialect(products_sync="/nobody/knows")

    found = diagnose(box, probe_sync=True)

    assert the(found, "products sync").verdict == "problem"
    assert the(found, "writing products").verdict == "unknown"
    assert the(found, "writing customers").verdict == "ok"


def test_orders_elsewhere_are_no_problem(box: Sandbox) -> None:
    box.dialect = Dialect(orders_prefix="/nobody/knows")

    found = diagnose(box)

    assert (found.exit_code, the(found, "orders").verdict) == (0, "warning")


def test_a_forbidden_list_is_a_problem_of_that_list(box: Sandbox) -> None:
    box.dialect = Dialect(forbidden=frozenset({"/api/customers"}))

    found = diagnose(box)

    assert (found.exit_code, verdicts(found, "problem")) == (1, ["customers"])
    assert "403" in the(found, "customers").sentence
    assert the(found, "products").verdict == "ok"
    assert the(found, "customer fields").verdict == "unknown"


def test_no_access_to_anything_ends_the_visit(box: Sandbox) -> None:
    box.dialect = Dialect(forbidden=frozenset({"/api"}))

    found = diagnose(box)

    assert (found.exit_code, verdicts(found, "problem")) == (7, ["token"])


def test_a_traede_in_trouble_ends_the_visit(box: Sandbox) -> None:
    box.faults = [{"do": "status", "status": 503}]

    found = diagnose(box)

    assert (found.exit_code, found.cut_off) == (7, True)
    assert "503" in the(found, "token").sentence


def test_redirects_are_told_and_not_followed(box: Sandbox) -> None:
    box.faults = [
        {"match": {"path": "/products/sync"}, "do": "status", "status": 301,
         "headers": {"Location": "https://elsewhere.example/sync"}},
        {"match": {"path": "/api"}, "do": "status", "status": 301,
         "headers": {"Location": "https://elsewhere.example/?token=1"}},
    ]  # fmt: skip

    found = diagnose(box)

    assert found.exit_code == 1
    assert "redirected to https://elsewhere.example/" in the(found, "core").sentence
    assert the(found, "products sync").verdict == "problem"


def test_other_header_names_stay_in_the_block(box: Sandbox) -> None:
    headers = Headers(app_key="X-Key")

    found = diagnose(box, headers=headers, paths=Paths(core="/api/"))

    assert block(found)["headers"] == {"app_key": "X-Key"}


# --- reading --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({}, "ok: counted from 0"),
        ({"page_base": "1"}, "ok: counted from 1; page 0 shows page 1"),
        ({"page_base": "1-strict"}, "ok: counted from 1; page 0 is refused (422)"),
        (
            {"page_base": "1-strict", "error_shape": "ok"},
            "ok: counted from 1; page 0 is refused (200)",
        ),
        ({"order": "shuffled"}, "ok: counted from 0"),
    ],
)
@pytest.mark.parametrize("products", [4, 70])
def test_where_pages_start(
    box: Sandbox, switches: Row, expected: str, products: int
) -> None:
    box.load(brand(products))
    box.dialect = Dialect(**switches)

    assert said(diagnose(box), "pages") == expected


@pytest.mark.parametrize("base", ["0", "1"])
def test_one_object_is_enough_to_see_where_pages_start(box: Sandbox, base: Any) -> None:
    box.load({"products": [{**product(1), "categories": []}]})
    box.dialect = Dialect(page_base=base)

    assert f"counted from {base}" in the(diagnose(box), "pages").sentence


@pytest.mark.parametrize(
    ("switches", "expected", "page_limit"),
    [
        ({}, "ok: 60 if asked for; 20 if nothing is asked", 50),
        ({"default_limit": None, "limit_cap": None},
         "ok: 60 if asked for; all 70 if nothing is asked", 50),
        ({"limit_cap": 55}, "ok: at most 55; 20 if nothing is asked", 50),
        ({"limit_cap": 50, "over_cap": "refuse"},
         "ok: 60 are refused, 50 work; 20 if nothing is asked", 50),
        ({"limit_cap": 25},
         "warning: never more than 25, though 50 were asked for; "
         "20 if nothing is asked", 25),
        ({"limit_cap": 25, "over_cap": "clamp-late"},
         "warning: never more than 25, though 50 were asked for; "
         "20 if nothing is asked", 25),
        ({"limit_cap": 25, "over_cap": "refuse"},
         "ok: 60 are refused, 25 work; 20 if nothing is asked", 25),
    ],
)  # fmt: skip
def test_how_many_rows_a_page_has(
    box: Sandbox, switches: Row, expected: str, page_limit: int
) -> None:
    box.dialect = Dialect(**switches)

    box.load(brand(70))
    found = diagnose(box)

    assert said(found, "rows a page") == expected
    assert found.found.page_limit == page_limit
    assert the(found, "products").verdict == "ok"
    refused = switches.get("over_cap") == "refuse" and page_limit == 25
    assert verdicts(found, "problem") == (["page limit"] if refused else [])


def test_more_than_the_documented_60_are_never_asked_for(box: Sandbox) -> None:
    box.load(brand(70))
    diagnose(box)

    limits = [int(one.query.get("limit", 0)) for one in box.requests]
    assert max(limits) == 60


def test_a_short_list_does_not_show_the_cap(box: Sandbox) -> None:
    box.load(brand(10))

    assert said(diagnose(box), "rows a page") == (
        "unknown: the longest list has 10; how many come at most is not known"
    )


@pytest.mark.parametrize(
    ("switches", "verdict", "words"),
    [
        ({}, "ok", "collections `totals`, customers `total`"),
        ({"total_key": "totals"}, "ok", "products `totals`"),
        ({"total_key": "none"}, "note", "products none"),
        ({"total_counts": "page"}, "note", "products `total`, which counts the page"),
    ],
)
def test_the_total(box: Sandbox, switches: Row, verdict: str, words: str) -> None:
    box.dialect = Dialect(**switches)

    found = diagnose(box)

    assert the(found, "total").verdict == verdict
    assert words in the(found, "total").sentence
    how = "as many as the total" if verdict == "ok" else "twice the same"
    assert said(found, "products") == f"ok: 4, with 4 variants; read completely ({how})"
    assert said(found, "categories").startswith("ok: 2; read completely")


@pytest.mark.parametrize(
    ("switches", "name", "expected"),
    [
        ({}, "tags", "ok: works"),
        ({"refused_includes": {"tags"}}, "tags",
         "warning: refused (500): tags cannot be read, "
         "only compared with the last apply"),
        ({"ignored_includes": {"tags"}}, "tags",
         "warning: accepted, but empty: tags cannot be read, "
         "only compared with the last apply"),
        ({"refused_includes": {"variants.prices"}}, "variants.prices",
         "warning: refused (500): prices cannot be read, "
         "only compared with the last apply"),
        ({"refused_includes": {"variants.prices"},
          "embedded": {"product.variants", "variant.prices"}}, "variants.prices",
         "note: refused (500), and not needed: it comes unasked"),
        ({"refused_includes": {"variants"}}, "variants",
         "problem: refused (500): without variants nothing can be compared"),
        ({"ignored_includes": {"variants"}}, "variants",
         "problem: accepted, but empty: without variants nothing can be compared"),
        ({"refused_includes": {"variants"}}, "variants.prices",
         "unknown: there is nothing that it could come with"),
        ({"refused_includes": {"variants.costPrices"}}, "variants.costPrices",
         "ok: refused (500); no document promises it"),
        ({"ignored_includes": {"variants.costPrices"}}, "variants.costPrices",
         "ok: accepted, but nothing comes"),
    ],
)  # fmt: skip
def test_includes(box: Sandbox, switches: Row, name: str, expected: str) -> None:
    sets = {key: frozenset(value) for key, value in switches.items()}
    box.dialect = Dialect(**sets)

    found = diagnose(box)

    assert said(found, f"products with {name}") == expected
    asked = block(found).get("includes", {}).get("products", WITH_COSTS[:-1])
    refused = {"refused_includes"} & switches.keys() and name != "variants"
    left = (
        {name} if refused and "variants" not in switches["refused_includes"] else set()
    )
    assert not left & {*asked}


@pytest.mark.parametrize("keys", ["snake", "camel"])
def test_cost_prices_are_asked_for_where_they_come(box: Sandbox, keys: Any) -> None:
    box.dialect = Dialect(include_keys=keys)

    found = diagnose(box)

    assert "variants.costPrices" in block(found)["includes"]["products"]
    assert "cost_prices" in the(found, "other variant fields").sentence


def test_variants_that_are_not_asked_for_are_a_problem(box: Sandbox) -> None:
    found = diagnose(box, includes={"products": ("tags",)})

    assert verdicts(found, "problem") == ["includes"]
    assert block(found)["includes"]["products"][:2] == ["variants", "tags"]


@pytest.mark.parametrize(
    ("embedded", "expected"),
    [({"customer.addresses"}, None), (set(), ["addresses"])],
)
def test_addresses_are_asked_for_where_they_do_not_come_unasked(
    box: Sandbox, embedded: set[str], expected: list[str] | None
) -> None:
    box.dialect = Dialect(embedded=frozenset(embedded))

    found = diagnose(box)

    assert block(found)["includes"].get("customers") == expected
    assert "come with customers" in the(found, "addresses").sentence


def test_addresses_that_never_come(box: Sandbox) -> None:
    box.dialect = Dialect(
        embedded=frozenset(), refused_includes=frozenset({"addresses"})
    )

    assert said(diagnose(box), "addresses").startswith("note: do not come")


def test_a_list_that_never_ends_the_same_is_a_problem_of_its_own(box: Sandbox) -> None:
    box.faults = [
        {"match": {"path": "/api/collections"}, "nth": 3, "times": 99, "do": "garbage"}
    ]

    found = diagnose(box)

    assert found.exit_code == 1
    assert said(found, "collections").startswith("problem: not read completely")
    assert the(found, "products").verdict == "ok"


def test_filters_that_work(box: Sandbox) -> None:
    found = diagnose(box)

    assert the(found, "filter item_number").verdict == "ok"
    assert the(found, "filter customer_number").verdict == "ok"


@pytest.mark.parametrize("form", ["text", "int"])
def test_filters_by_numbers_in_either_form(box: Sandbox, form: Any) -> None:
    box.dialect = Dialect(customer_number=form)

    assert the(diagnose(box), "filter customer_number").verdict == "ok"


def test_a_filter_that_cannot_be_trusted_is_a_note(box: Sandbox) -> None:
    def change(request: httpx.Request, body: str) -> str:
        filtered = "filter_groups" in str(request.url)
        return '{"status": "error"}' if filtered else body

    found = diagnose(box, change=change)

    assert said(found, "filter item_number").startswith("note: `in` cannot be relied")


def test_one_object_does_not_show_an_ignored_filter(box: Sandbox) -> None:
    box.load({"products": [{**product(1), "categories": []}]})

    assert the(diagnose(box), "filter item_number").verdict == "unknown"


def test_a_limit_that_is_ignored_is_a_note(box: Sandbox) -> None:
    box.load(brand(70))

    def handle(request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        kind = request.url.path.rpartition("/")[2]
        rows = box.dump()[kind] if kind in ("products", "customers") else []
        first = query.get("page", ["0"]) == ["0"]
        return httpx.Response(200, json={kind: rows if first else []})

    connect = connector(lambda: httpx.MockTransport(handle), box.token)

    found = examine(connect, TraedeSettings(url=box.url), clock=lambda: NOW)

    assert said(found, "rows a page") == "note: `limit` is ignored: 70 come"


def test_a_list_that_cannot_be_sorted_does_not_blame_its_includes(box: Sandbox) -> None:
    def change(request: httpx.Request, body: str) -> str:
        sorted_list = "sort" in str(request.url) and "/products" in str(request.url)
        return '{"status": "error"}' if sorted_list else body

    found = diagnose(box, change=change)

    assert verdicts(found, "problem") == ["products"]
    assert the(found, "products with includes").verdict == "unknown"
    assert said(found, "filter item_number") == "unknown: the list could not be read"
    assert "includes" not in block(found)


# --- fields and forms -----------------------------------------------------------------


def test_blind_fields_that_come_after_all(box: Sandbox) -> None:
    box.dialect = Dialect(
        returned_fields=frozenset({"product.weight", "price.b2c_offer_price"})
    )

    found = diagnose(box)

    sentence = "note: returned all the same, so compared live: "
    assert said(found, "other product fields") == f"{sentence}weight"
    assert said(found, "other variant fields") == (
        f"{sentence}prices.b2c_offer_price, cost_prices"
    )
    assert said(found, "other customer fields") == (
        "ok: only compared with the last apply: "
        "currency, discount_percentage, payment_term"
    )


def test_all_blind_fields_come(box: Sandbox) -> None:
    box.dialect = Dialect(sync_fields="returned")

    found = diagnose(box)

    told = [one for one in found.findings if one.name == "other customer fields"]
    assert [one.verdict for one in told] == ["note"]
    assert verdicts(found, "problem") == []


def test_documented_fields_that_do_not_come(box: Sandbox) -> None:
    def change(_: httpx.Request, body: str) -> str:
        return body.replace('"colli"', '"other"').replace('"ean"', '"barcode"')

    found = diagnose(box, change=change)

    sentence = "warning: not returned, though documented:"
    assert said(found, "product fields") == f"{sentence} colli"
    assert said(found, "variant fields") == f"{sentence} ean"
    assert {"colli", "EANs"} <= set(
        the(found, "other forms").sentence.partition(": ")[2].split(", ")
    )


@pytest.mark.parametrize(
    ("switches", "name", "expected"),
    [
        ({"prices": "text"}, "prices", "ok: text"),
        ({"prices": "number"}, "prices", "ok: number"),
        ({"customer_number": "text"}, "customer numbers", "ok: text"),
        ({"customer_number": "int"}, "customer numbers",
         "note: number: one that begins with 0 may lose it"),
        ({"ean": "text"}, "EANs", "ok: text"),
        ({"ean": "int"}, "EANs", "note: number: one that begins with 0 loses it"),
        ({"booleans": "bool"}, "yes and no", "ok: true, false"),
        ({"booleans": "int"}, "yes and no", "ok: 1, 0"),
        ({"booleans": "text"}, "yes and no", 'ok: "1", "0"'),
        ({"colli": "list"}, "colli", "ok: a list"),
        ({"colli": "int"}, "colli", "ok: one number"),
        ({"categories": "tree"}, "categories", "ok: a tree"),
        ({"categories": "flat", "refused_includes": frozenset({"children"})},
         "categories", "ok: flat"),
        ({"parent": "id"}, "a parent", "ok: its id"),
        ({"parent": "text"}, "a parent", "ok: its id as text"),
        ({"parent": "object"}, "a parent", "ok: the whole object"),
        ({"tags": "objects"}, "tags", "ok: objects"),
        ({"tags": "names"}, "tags", "ok: names"),
        ({"empty_maps": "list", "returned_fields": frozenset({"variant.meta"})},
         "empty maps", "ok: []"),
        ({"returned_fields": frozenset({"variant.meta"})}, "empty maps", "ok: {}"),
    ],
)  # fmt: skip
def test_forms(box: Sandbox, switches: Row, name: str, expected: str) -> None:
    box.dialect = Dialect(**switches)

    found = diagnose(box)

    assert said(found, f"form of {name}") == expected
    assert found.exit_code == 0


def test_a_form_that_nobody_told_of_is_a_problem(box: Sandbox) -> None:
    def change(_: httpx.Request, body: str) -> str:
        return body.replace('"name": "Ida J"', '"name": ["Ida J"]')

    found = diagnose(box, change=change)

    assert said(found, "forms").startswith("problem: customers cannot be understood")
    assert not any("Ida" in one.sentence for one in found.findings)


# --- writing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({}, "takes an empty list (200, an empty body)"),
        ({"sync_answer": "opaque"}, "(200, an object with the keys: success, job)"),
        (
            {"sync_answer": "echo", "sync_status": 202},
            "(202, an object with the keys: ",
        ),
    ],
)
def test_an_empty_list_is_posted_only_if_asked_to(
    box: Sandbox, switches: Row, expected: str
) -> None:
    box.dialect = Dialect(**switches)
    before = box.dump()

    found = diagnose(box, probe_sync=True)

    assert expected in the(found, "writing products").sentence
    posted = [(one.path, one.body) for one in box.requests if one.method != "GET"]
    assert posted == [
        ("/products/sync", {"products": []}),
        ("/customers/sync", {"customers": []}),
    ]
    kinds = ("products", "customers", "categories", "collections", "effects")
    assert [box.dump()[kind] for kind in kinds] == [before[kind] for kind in kinds]


@pytest.mark.parametrize(
    ("status", "verdict", "exit_code"),
    [(422, "ok", 0), (500, "warning", 0), (403, "problem", 1), (404, "problem", 1)],
)
def test_what_a_refused_empty_list_means(
    box: Sandbox, status: int, verdict: str, exit_code: int
) -> None:
    match = {"method": "POST", "path": "/products/sync"}
    box.faults = [{"match": match, "do": "status", "status": status}]

    found = diagnose(box, probe_sync=True)

    assert (the(found, "writing products").verdict, found.exit_code) == (
        verdict,
        exit_code,
    )
    assert the(found, "writing customers").verdict == "ok"


# --- as a command ---------------------------------------------------------------------


def run(
    box: Sandbox,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *words: str,
    token: str = "",
) -> int:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TRAEDE_TOKEN", token or box.token)
    monkeypatch.setenv("TRAEDE_URL", box.url)
    monkeypatch.delenv("TRAEDE_APP_KEY", raising=False)
    (folder / "reconcile.yaml").write_text("base_currency: DKK\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["doctor", *words])
    return int(str(left.value.code))


def test_the_command(
    box: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = run(box, tmp_path, monkeypatch)
    posted = {one.method for one in box.requests}
    as_json = run(box, tmp_path, monkeypatch, "--format", "json", "--probe-sync")

    told, talk = capsys.readouterr()
    assert (text, posted, as_json) == (0, {"GET"}, 0)
    assert "Everything that is needed works" in told
    assert json.loads(told[told.index("\n{") :])["traede"]["brand_id"] == 1
    assert box.token not in told + talk
    assert "Reading every list" in talk


def test_the_command_ends_with_7_where_nobody_is_let_in(
    box: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = "a-token-of-somebody-else"

    assert run(box, tmp_path, monkeypatch, token=wrong) == 7

    told, talk = capsys.readouterr()
    assert "Check TRAEDE_TOKEN" in told
    assert wrong not in told + talk


# --- anything at all ------------------------------------------------------------------

_NAMES = (
    "active attributes brand_id children collection_id colli costPrices ean id meta "
    "customer_number item_number name parent prices sales_price sku tags title variants"
).split()
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "1", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5)
    ),
    max_leaves=10,
)
_KEYS = st.fixed_dictionaries(
    {"id": st.integers(1, 3), "item_number": st.sampled_from(["a", "b"])},
    optional={
        "customer_number": st.sampled_from(["1", 1]),
        "title": st.just("a"),
        "name": st.just("a"),
        "variants": st.lists(st.fixed_dictionaries({"id": st.just(1)}), max_size=2),
    },
)
_ROW = st.builds(
    lambda keys, more: {**more, **keys},
    _KEYS,
    st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=4),
)
_LISTS = ("products", "customers", "categories", "collections")
_BODY = st.fixed_dictionaries(
    {name: st.lists(_ROW | _JSON, max_size=3) | _JSON for name in _LISTS},
    optional={"total": _JSON},
)


@given(_BODY, st.sampled_from([200, 404, 422, 500]), st.integers(1, 9))
def test_no_answer_makes_a_traceback(body: Any, status: int, often: int) -> None:
    asked = 0

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if "page=1" in str(request.url):
            return httpx.Response(200, json={name: [] for name in _LISTS})
        return httpx.Response(200 if asked % often else status, json=body)

    connect = connector(lambda: httpx.MockTransport(handle), "sandbox-token")
    there = TraedeSettings(url="http://127.0.0.1")

    found = examine(connect, there, clock=lambda: NOW)

    assert found.exit_code in (0, 1, 7)
