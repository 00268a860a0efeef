"""Every answer that the texts leave open, in pairs: empty, applied, edited, applied.

A row is one Traede. Each must take a catalog, show nothing more to do, take the
edits of a day, and hold what the files say.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from support.builders import catalog_of
from support.harness import Life, MortalTransport, Shop, quick_folder
from support.neutral import Brand, Row, read_brand, write_catalog
from support.pairwise import all_pairs, missing_pairs
from support.stored import differences, held, wanted

from reconcile.core.catalog import Catalog
from reconcile.core.config import Config, Deletes, Paths
from reconcile.edges.client import Client
from reconcile.sandbox import Dialect, Sandbox

EMBEDDED: Final = frozenset(Dialect().embedded)
SWITCHES: Final[Mapping[str, Any]] = {
    "page_base": ("0", "1", "1-strict"),
    "default_limit": (20, None, 5),
    "limit": ("60", "7 clamped", "7 clamped late", "7 refused", "none"),
    "total_key": ("text", "total", "totals", "none"),
    "total_counts": ("all", "filtered", "page"),
    "order": ("id", "shuffled"),
    "includes": (
        "as the texts",
        "nothing embedded",
        "as the examples",
        "prices refused",
        "children refused",
    ),
    "tags_shown": (True, False),
    "include_keys": ("snake", "camel"),
    "prices": ("text", "fixed", "number"),
    "decimals": ("number", "text"),
    "booleans": ("bool", "int", "text"),
    "ean": ("text", "int"),
    "customer_number": ("text", "int"),
    "colli": ("list", "int"),
    "categories": ("tree", "flat"),
    "parent": ("id", "text", "object"),
    "empty_maps": ("object", "list"),
    "tags": ("objects", "names"),
    "address_name": ("name", "title"),
    "sync_fields": ("hidden", "returned"),
    "single": ("wrapped", "bare"),
    "write_answers": ("bare", "wrapped"),
    "delete_status": (204, 200),
    "error_shape": ("heimdal", "text-code", "generic", "html", "plain", "ok"),
    "sync_answer": ("empty", "opaque", "echo"),
    "sync_status": (200, 201, 202),
    "sync_delay": (0, 3),
    "batches": ("atomic", "stop", "skip"),
    "put": ("partial", "full"),
    "tags_mode": ("replace", "append"),
    "currencies": ("merge", "replace"),
    "paths": ("of the texts", "of version 10", "all below production"),
    "app_key": (None, "key-of-the-app"),
    "payment_term": ("either", "payment_term", "payment_terms"),
}
"""Each switch of the sandbox, or several that belong together, and its answers."""

LIMITS: Final[Mapping[str, dict[str, Any]]] = {
    "60": {},
    "7 clamped": {"limit_cap": 7, "default_limit": 5},
    "7 clamped late": {"limit_cap": 7, "over_cap": "clamp-late"},
    "7 refused": {"limit_cap": 7, "over_cap": "refuse", "default_limit": 7},
    "none": {"limit_cap": None},
}
INCLUDES: Final[Mapping[str, dict[str, Any]]] = {
    "as the texts": {},
    "nothing embedded": {"embedded": frozenset()},
    "as the examples": {
        "embedded": EMBEDDED | {"product.variants", "variant.inventory"}
    },
    "prices refused": {"refused_includes": frozenset({"variants.prices"})},
    "children refused": {"refused_includes": frozenset({"children"})},
}
PATHS: Final[Mapping[str, Paths]] = {
    "of the texts": Paths(),
    "of version 10": Paths("/v10", "/v10/products/sync", "/v10/customers/sync"),
    "all below production": Paths(
        "/production", "/production/products/sync", "/production/customers/sync"
    ),
}


@dataclass(frozen=True, slots=True)
class Traede:
    """One row: the dialect, and the configuration that goes with it."""

    dialect: Dialect
    settings: dict[str, Any]
    app_key: str | None

    @property
    def first_exit(self) -> int:
        """8 where a value cannot be held: two pack sizes in one integer (D-10)."""
        return 8 if self.dialect.colli == "int" else 0


def traede(row: Mapping[str, Any]) -> Traede:
    paths = PATHS[row["paths"]]
    switches = {
        name: answer
        for name, answer in row.items()
        if name not in ("limit", "includes", "tags_shown", "paths")
    }
    switches |= LIMITS[row["limit"]] | INCLUDES[row["includes"]]
    switches |= {
        "core_prefix": paths.core,
        "products_sync": paths.products_sync,
        "customers_sync": paths.customers_sync,
        "unknown_supplier": "accept",
    }
    if not row["tags_shown"]:
        switches["ignored_includes"] = frozenset({"tags"})
    settings: dict[str, Any] = {"paths": paths}
    if row["limit"] == "7 refused":
        settings["page_limit"] = 7
    includes: dict[str, tuple[str, ...]] = {}
    if row["includes"] == "nothing embedded":
        # Not asked for by itself: an unknown relation is a 500 (C-17).
        includes["customers"] = ("addresses",)
    if row["include_keys"] == "camel":
        asked = ("variants", "categories", "tags", "variants.costPrices")
        includes["products"] = (*asked, "variants.prices")
    if includes:
        settings["includes"] = includes
    if row["payment_term"] == "payment_terms":
        settings["payment_term_field"] = "payment_terms"
    return Traede(Dialect(**switches), settings, row["app_key"])


ROWS: Final = all_pairs(SWITCHES)


def test_every_two_answers_meet() -> None:
    assert missing_pairs(SWITCHES, ROWS) == []
    assert all_pairs(SWITCHES) == ROWS
    assert ROWS[0] == {name: answers[0] for name, answers in SWITCHES.items()}
    assert len(ROWS) <= 40


# --- catalogs -----------------------------------------------------------------------


def small() -> Brand:
    """One of everything, in the neutral form."""
    address = {
        "title": "Primary address",
        "name": "Anna A",
        "address": "Hejrevej 33",
        "zip": "0240",
        "city": "Copenhagen",
        "country": "DK",
    }
    customers: list[Row] = [
        {
            "customer_number": number,
            "name": f"Shop {number}",
            "currency": "DKK",
            "discount_percentage": Decimal("7.5"),
            "billing_email": f"{number}@shop.example",
            "addresses": [address, {**address, "title": "Store", "zip": "2400"}],
            "allowed_currencies": [{"currency": "DKK", "amount": Decimal("2500.5")}],
        }
        for number in ("1000", "1001", "007", "A-1")
    ]
    customers[0]["payment_term"] = {"payment_term_code": "30-days"}
    customers[1] |= {"credit_type": "net", "credit_modifier": "14"}
    products = [_style(number) for number in range(8)]
    products[1] |= {"colli": [6, 12], "meta": {"season": "SS27"}, "url": "tee"}
    products[2] |= {"collection": "Summer 2027", "colli": [10]}
    products[3] |= {"collection": "For some", "suppliers": [_SUPPLIER]}
    products[4]["translations"] = [
        {"product_locale_code": "danish", "name": "Trøje", "description": "<p>Blød"}
    ]
    return {
        "categories": [
            {"name": "Men", "children": [{"name": "Shirts"}, {"name": "Hats"}]},
            {"name": "New", "children": []},
            {"name": "Women", "children": [{"name": "Shirts"}]},
        ],
        "collections": [
            {"title": "Summer 2027", "visibility": "customers"},
            {
                "title": "For some",
                "visibility": "customers_custom",
                "allowed_customers": ["007", "1001"],
            },
        ],
        "customers": customers,
        "products": products,
    }


_SUPPLIER: Final[Row] = {
    "supplier_number": "S-1",
    "primary": True,
    "lead_time_type": "days",
    "lead_time_from": 5,
    "lead_time_to": None,
    "cost_price_set": None,
}


def _style(number: int) -> Row:
    place = [("Men", "Shirts"), ("Women", "Shirts"), ("New", None)][number % 3]
    return {
        "item_number": f"style-{number}",
        "name": f"Style {number}",
        "description": "<p>Soft # warm & “light”.</p>" if number % 2 else None,
        "tags": ["basics", "36"] if number % 2 else [],
        "categories": [{"top_category": place[0], "sub_category": place[1]}],
        "variants": [_variant(number, size) for size in ("S", "XL")],
    }


def _variant(number: int, size: str) -> Row:
    price = {"sales_price": Decimal("97.54"), "rec_sales_price": Decimal(250)}
    variant: Row = {
        "sku": f"style-{number}-{size.lower()}",
        "attributes": {"Color": "Black", "Size": size},
        "prices": {"DKK": dict(price), "EUR": {"sales_price": Decimal("13.1")}},
        "images": [],
    }
    if number == 1:
        variant["images"] = [{"url": f"https://img.example/{size}.jpg", "alt": None}]
    if size == "S":
        variant |= {"weight": Decimal("0.45"), "weight_type": "kg", "archived": True}
        variant["b2c_available"] = False
        variant["prices"]["DKK"]["offer_price"] = Decimal(80)
    if size == "XL" and number < 2:
        variant["ean"] = ("5701234567899", "5709999900012")[number]
    return variant


def edited(brand: Brand) -> Brand:
    """The same brand after a day of work: some of each kind of edit."""
    brand = copy.deepcopy(brand)
    products, customers = brand["products"], brand["customers"]
    for product in products[::2]:
        for variant in product["variants"]:
            price = next(iter(variant["prices"].values()))
            price["sales_price"] = Decimal(price["sales_price"]) + 1
            price["offer_price"] = None if "offer_price" in price else Decimal("1.5")
    products[0] |= {"name": "Another name", "description": None, "categories": []}
    products[1] |= {"description": "<p>Now with words.</p>", "active": False}
    products[3] |= {"renamed_from": products[3]["item_number"], "item_number": "new-3"}
    products[4]["variants"][0]["renamed_from"] = products[4]["variants"][0]["sku"]
    products[4]["variants"][0]["sku"] = "new-sku"
    variant = copy.deepcopy(products[5]["variants"][0])
    variant |= {"sku": "one-more", "ean": "5701234567905"}
    variant["attributes"] = dict.fromkeys(variant["attributes"], "One more")
    products[5]["variants"].append(variant)
    if len(products[6]["variants"]) > 1:
        del products[6]["variants"][-1]
    del products[7]
    product = copy.deepcopy(products[6])
    product["item_number"] = "one-more"
    for place, variant in enumerate(product["variants"]):
        variant.pop("ean", None)
        variant["sku"] = f"one-more-{place}"
    products.append(product)
    brand["collections"].append(
        {
            "title": "Winter 2027",
            "visibility": "customers_custom",
            "allowed_customers": [customers[0]["customer_number"]],
        }
    )
    products[2]["collection"] = "Winter 2027"
    brand["categories"].append({"name": "More", "children": [{"name": "Below"}]})
    products[5]["categories"] = [{"top_category": "More", "sub_category": "Below"}]
    customers[0] |= {"name": "Another name", "billing_email": None}
    customers[0]["allowed_currencies"] = []
    customers[1]["discount_percentage"] = None
    customers[1]["addresses"] = customers[1]["addresses"][:1]
    customers[1]["addresses"][0]["zip"] = "0001"
    del customers[3]
    customers.append({**copy.deepcopy(customers[2]), "customer_number": "N-1"})
    return brand


BASE: Final = {"small": "DKK", "sunrise": "EUR", "northwind": "USD"}


@dataclass(frozen=True, slots=True)
class Season:
    """A brand before and after its edits, in each form that is needed."""

    before: Brand
    after: Brand
    catalogs: tuple[Catalog, Catalog]
    config: Config


@cache
def season(name: str) -> Season:
    folder = os.environ.get("CATALOG_SAMPLES")
    if name == "small":
        before = small()
    elif folder:
        before = _with_few_images(read_brand(Path(folder) / f"{name}.json"))
    else:
        pytest.skip("CATALOG_SAMPLES does not name the folder of the real catalogs")
    after = edited(before)
    config = Config(base_currency=BASE[name])
    first, second = (_catalog(brand, config) for brand in (before, after))
    return Season(before, after, (first, second), config)


def _with_few_images(brand: Brand) -> Brand:
    """A product with an image travels alone, and once: a few of them are enough."""
    for product in brand["products"][3:]:
        for variant in product["variants"]:
            variant["images"] = []
    return brand


def _catalog(brand: Brand, config: Config) -> Catalog:
    with quick_folder() as folder:
        write_catalog(brand, folder)
        texts = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*.yaml"))
        }
    return catalog_of(texts, config)


# --- one row ------------------------------------------------------------------------


class KeyedShop(Shop):
    """A shop whose client also sends the key of a registered app."""

    app_key: str | None = None

    def _client(self, life: Life) -> Client:
        return Client(
            self.config.traede,
            self.box.token,
            app_key=self.app_key,
            transport=MortalTransport(life),
            sleep=self.clock.sleep,
            rng=lambda: 0.5,
        )


@contextmanager
def open_shop(server: Sandbox, one: Traede, base_currency: str) -> Iterator[KeyedShop]:
    server.reset(one.dialect)
    server.load({"base_currency": base_currency})
    with quick_folder() as folder:
        shop = KeyedShop(server, folder, base_currency=base_currency)
        shop.app_key = one.app_key
        shop.configure(traede=one.settings, deletes=Deletes(max=50, max_percent=90))
        yield shop


def left_to_do(shop: Shop, catalog: Catalog) -> list[Any]:
    plan = shop.plan(catalog).planned.plan
    return [*plan.steps, *plan.refused, *plan.blocked]


@pytest.mark.parametrize("row", ROWS, ids=[f"row-{n}" for n in range(len(ROWS))])
@pytest.mark.parametrize("name", BASE)
def test_each_traede_takes_a_catalog_and_its_edits(
    server: Sandbox, name: str, row: dict[str, Any]
) -> None:
    one, brand = traede(row), season(name)
    before, after = brand.catalogs

    with open_shop(server, one, BASE[name]) as shop:
        report = shop.apply(before)

        assert (report.exit_code, report.left) == (
            one.first_exit if name == "small" else 0,
            0,
        )
        shop.box.settle()
        assert differences(held(shop.box.dump()), wanted(brand.before)) == []
        assert left_to_do(shop, before) == []

        report = shop.apply(after)

        assert (report.exit_code, report.left) == (0, 0)
        shop.box.settle()
        assert differences(held(shop.box.dump()), wanted(brand.after)) == []
        assert left_to_do(shop, after) == []
