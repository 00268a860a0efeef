"""The sample brand holds together, judged without any code of the program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from last_season import GONE_STYLE, NEW_STYLES, last_season
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "catalog"
CURRENCIES = {"DKK", "EUR", "SEK", "NOK", "GBP"}
Objects = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def today() -> Objects:
    return load(SAMPLE)


@pytest.fixture
def before(tmp_path: Path) -> Objects:
    last_season(SAMPLE, tmp_path / "before")
    return load(tmp_path / "before")


def load(folder: Path) -> Objects:
    found: Objects = {}
    for path in sorted(folder.rglob("*.yaml")):
        for key, objects in YAML(typ="safe").load(path).items():
            found.setdefault(key, []).extend(objects)
    return found


def merge(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    shared = {key: merge(base[key], over[key]) for key in base.keys() & over.keys()}
    return {**base, **over, **shared}


def variants(catalog: Objects) -> Iterator[dict[str, Any]]:
    for product in catalog["products"]:
        for variant in product["variants"]:
            yield merge(product["variant_defaults"], variant)


def category_names(catalog: Objects) -> set[str]:
    names = set()
    for top in catalog["categories"]:
        names.add(top["name"])
        names |= {f"{top['name']} > {sub['name']}" for sub in top["children"]}
    return names


def by_item_number(catalog: Objects) -> dict[str, dict[str, Any]]:
    return {product["item_number"]: product for product in catalog["products"]}


def is_ean13(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    weighed = sum(d * (1, 3)[i % 2] for i, d in enumerate(digits))
    return len(text) == len(digits) == 13 and weighed % 10 == 0


def repeated(values: Iterator[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def prices_of(product: dict[str, Any]) -> dict[tuple[str, str, str], Decimal]:
    """Every price of a style by SKU, currency and field."""
    return {
        (variant["sku"], currency, field): Decimal(str(value))
        for variant in variants({"products": [product]})
        for currency, price in variant["prices"].items()
        for field, value in price.items()
    }


def test_it_has_the_size_of_a_small_brand(today: Objects) -> None:
    subs = [sub for top in today["categories"] for sub in top["children"]]

    assert len(today["products"]) == 42
    assert len(list(variants(today))) == 310
    assert len(today["customers"]) == 25
    assert (len(today["categories"]), len(subs)) == (5, 20)
    assert len(today["collections"]) == 5


def test_every_style_is_complete(today: Objects) -> None:
    for product in today["products"]:
        assert {
            "item_number", "name", "description", "categories", "collection", "tags",
        } <= product.keys(), product  # fmt: skip
        assert re.fullmatch(r"<p>.+</p>", product["description"]), product["name"]


def test_every_variant_has_a_sensible_price_in_each_currency(today: Objects) -> None:
    for variant in variants(today):
        assert variant["prices"].keys() == CURRENCIES, variant["sku"]
        for currency, price in variant["prices"].items():
            wholesale, retail, offer = (
                Decimal(str(price.get(name, 0)))
                for name in ("sales_price", "rec_sales_price", "offer_price")
            )
            said = (variant["sku"], currency)
            assert Decimal("2.2") <= retail / wholesale <= Decimal("2.6"), said
            assert offer < wholesale, said
            assert currency != "DKK" or wholesale == int(wholesale), said


def test_keys_are_text_and_unique(today: Objects) -> None:
    keys = (
        [product["item_number"] for product in today["products"]],
        [variant["sku"] for variant in variants(today)],
        [variant["ean"] for variant in variants(today)],
        [customer["customer_number"] for customer in today["customers"]],
    )
    for kind in keys:
        assert all(isinstance(key, str) for key in kind)
        assert repeated(iter(kind)) == []


def test_eans_have_the_right_check_digit(today: Objects) -> None:
    assert [v["ean"] for v in variants(today) if not is_ean13(v["ean"])] == []


def test_attributes_tell_the_variants_of_a_style_apart(today: Objects) -> None:
    for product in today["products"]:
        attributes = [v["attributes"] for v in variants({"products": [product]})]

        assert {frozenset(a) for a in attributes} == {frozenset({"Color", "Size"})}
        assert repeated((a["Color"], str(a["Size"])) for a in attributes) == []


def test_what_is_archived_is_archived_everywhere(today: Objects) -> None:
    archived = [v for v in variants(today) if v.get("archived")]

    assert archived
    assert all(v["b2c_available"] is False for v in archived)


def test_references_resolve(today: Objects) -> None:
    categories = category_names(today)
    titles = {collection["title"] for collection in today["collections"]}
    numbers = {customer["customer_number"] for customer in today["customers"]}

    used = {name for product in today["products"] for name in product["categories"]}
    assert used <= categories
    assert {c for c in categories if " > " in c} <= used
    assert {product["collection"] for product in today["products"]} == titles
    for collection in today["collections"]:
        allowed = collection.get("allowed_customers", [])
        assert bool(allowed) == (collection["visibility"] == "customers_custom")
        assert set(allowed) <= numbers


def test_customers_can_be_billed_and_shipped_to(today: Objects) -> None:
    for customer in today["customers"]:
        assert customer["currency"] in CURRENCIES
        assert customer["billing_email"].endswith(".example")
        # Two forms of one thing: Traede's texts leave open which would win.
        assert ("payment_term" in customer) != ("credit_type" in customer)
        titles = [address["title"] for address in customer["addresses"]]
        assert titles in (["Primary address"], ["Primary address", "Shipping address"])
        for address in customer["addresses"]:
            assert isinstance(address["zip"], str), customer["customer_number"]
            assert address["country"] in {"DK", "SE", "NO", "DE", "GB", "NL", "FR"}


def test_configuration_names_the_currencies_of_the_catalog() -> None:
    config = YAML(typ="safe").load(ROOT / "reconcile.yaml")

    assert set(config["currencies"]) == CURRENCIES
    assert config["base_currency"] == "DKK"
    assert ROOT / config["catalog"] == SAMPLE


@pytest.mark.parametrize("path", [ROOT / "reconcile.yaml", *SAMPLE.rglob("*.yaml")])
def test_modeline_leads_to_the_schemas(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)

    assert match
    name = "reconcile" if path.name == "reconcile.yaml" else "catalog"
    wanted = ROOT / "schemas" / f"{name}.schema.json"
    assert os.path.normpath(path.parent / match[1]) == os.path.normpath(wanted)


def test_last_season_lacked_the_new_styles_and_had_one_more(
    today: Objects, before: Objects
) -> None:
    new = {
        product["item_number"]
        for name in NEW_STYLES
        for product in YAML(typ="safe").load(SAMPLE / name)["products"]
    }
    renamed = {"90008"}

    assert len(new) == 6
    assert by_item_number(today).keys() - by_item_number(before) == new | renamed
    assert by_item_number(before).keys() - by_item_number(today) == {"12514", "12620"}
    assert not (SAMPLE / GONE_STYLE).exists()
    gone = {v["sku"] for v in variants({"products": [by_item_number(before)["12620"]]})}
    assert not gone & {v["sku"] for v in variants(today)}


def test_last_season_was_a_sound_catalog_too(before: Objects) -> None:
    assert {n for p in before["products"] for n in p["categories"]} <= category_names(
        before
    )
    assert repeated(v["sku"] for v in variants(before)) == []
    assert repeated(v["ean"] for v in variants(before)) == []
    assert all(is_ean13(v["ean"]) for v in variants(before))


def test_last_season_knew_one_style_and_one_category_by_other_names(
    today: Objects, before: Objects
) -> None:
    old, new = by_item_number(before)["12514"], by_item_number(today)["90008"]

    assert new["renamed_from"] == "12514"
    assert prices_of(old).keys() == prices_of(new).keys()
    assert category_names(today) - category_names(before) == {
        "Rainwear > Rain trousers"
    }
    assert category_names(before) - category_names(today) == {"Rainwear > Rain pants"}
    assert "renamed_from" not in str(before)


def test_thirty_styles_were_cheaper_last_season(
    today: Objects, before: Objects
) -> None:
    cheaper: dict[str, set[str]] = {}
    then = by_item_number(before)
    for product in today["products"]:
        number = product.get("renamed_from", product["item_number"])
        old = prices_of(then[number]) if number in then else {}
        for where, price in prices_of(product).items():
            if old.get(where, price) != price:
                ratio = old[where] / price
                assert Decimal("0.95") <= ratio <= Decimal("0.97"), where
                cheaper.setdefault(number, set()).add(where[1])

    assert len(cheaper) == 30
    assert set(map(frozenset, cheaper.values())) == {
        frozenset({"EUR"}),
        frozenset({"EUR", "SEK"}),
    }


def test_nothing_but_that_differs_from_last_season(
    today: Objects, before: Objects
) -> None:
    assert before["customers"] == today["customers"]
    assert before["collections"] == today["collections"]
    now = by_item_number(today)
    for number, product in by_item_number(before).items():
        if number in now:
            assert stripped(product) == stripped(now[number])


def stripped(product: dict[str, Any]) -> dict[str, Any]:
    """Without what may differ: the prices and the names of categories."""
    defaults = {k: v for k, v in product["variant_defaults"].items() if k != "prices"}
    own = [{k: v for k, v in x.items() if k != "prices"} for x in product["variants"]]
    rest = {k: v for k, v in product.items() if k != "categories"}
    return {**rest, "variant_defaults": defaults, "variants": own}


def test_last_season_runs_as_a_script_and_never_mixes_two_catalogs(
    tmp_path: Path,
) -> None:
    script = Path(__file__).with_name("last_season.py")
    command = [sys.executable, str(script), str(SAMPLE), str(tmp_path / "out")]

    first = subprocess.run(command, check=False)  # noqa: S603
    again = subprocess.run(command, check=False, capture_output=True)  # noqa: S603

    assert (first.returncode, again.returncode) == (0, 1)
    assert (
        len(list((tmp_path / "out").rglob("*.yaml")))
        == len(list(SAMPLE.rglob("*.yaml"))) - len(NEW_STYLES) + 1
    )
