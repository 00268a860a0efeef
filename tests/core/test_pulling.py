"""Which layer a value of Traede is written in, and what is left to a person."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.builders import CONFIG, SEAL, catalog_of, live_of, plan

from reconcile.core.catalog import Catalog
from reconcile.core.drift import find_drift
from reconcile.core.ledger import row_after
from reconcile.core.model import Path, Ref, Snapshot
from reconcile.core.problems import Location, Problem
from reconcile.core.pulling import Pulled, pull
from reconcile.errors import CatalogInvalid

FILE = "tee.yaml"
TEXT = """\
products:
  - item_number: tee
    name: Tee
    translations: {danish: {name: Fed}, german: {name: Fett}}
    variant_defaults:
      attributes: {Color: Black}
      prices:
        DKK: {sales_price: 300, rec_sales_price: 800}
        # spring
        EUR: {sales_price: 40}
    variants:
      - {sku: tee-s, attributes: {Size: S}}
      - sku: tee-m
        attributes: {Size: M}
        prices:
          EUR: {sales_price: 41}
          SEK: {sales_price: 450}
"""
S, M, TEE = Ref("variant", "tee-s"), Ref("variant", "tee-m"), Ref("product", "tee")
GONE = object()
Moves = Mapping[tuple[Ref, Path], Any]


def price(currency: str, member: str = "sales_price") -> Path:
    return ("prices", currency, member)


def reread(texts: Mapping[str, str]) -> Catalog:
    return catalog_of({name: text.encode() for name, text in texts.items()})


def pulled(moves: Moves, text: str = TEXT, read: Any = reread) -> Pulled:
    """What a pull makes of what was moved in Traede; `GONE` takes an entry away."""
    catalog = reread({FILE: text})
    shown = ["product.translations"]
    before = {
        ref: live_of(desired, number, shown=shown)
        for number, (ref, desired) in enumerate(catalog.objects.items(), 1)
    }
    rows = {
        ref: row_after(desired, before[ref], None, SEAL, sent=desired.values)
        for ref, desired in catalog.objects.items()
    }
    after = dict(before)
    for (ref, path), value in moves.items():
        values = dict(after[ref].values)
        if value is GONE:
            values = {p: v for p, v in values.items() if p[:2] != path[:2]}
        else:
            values[path] = value
        after[ref] = replace(after[ref], values=values, opened=frozenset())
    planned = plan(catalog, Snapshot(after), rows)
    drift = find_drift(catalog, planned)
    return pull({FILE: text}, catalog, drift, planned.objects, CONFIG, read)


CASES: dict[str, tuple[Moves, str]] = {
    "all take it from one place and have the same": (
        {(S, price("DKK")): "310", (M, price("DKK")): "310"},
        """\
-        DKK: {sales_price: 300, rec_sales_price: 800}
+        DKK: {sales_price: 310, rec_sales_price: 800}""",
    ),
    "only one of them": (
        {(M, price("DKK")): "310"},
        """\
+          DKK: {sales_price: 310}""",
    ),
    "each another": (
        {(S, price("DKK")): "310", (M, price("DKK")): "320"},
        """\
-      - {sku: tee-s, attributes: {Size: S}}
+      - {sku: tee-s, attributes: {Size: S}, prices: {DKK: {sales_price: 310}}}
+          DKK: {sales_price: 320}""",
    ),
    "the only one that takes it": (
        {(S, price("EUR")): "39.5"},
        """\
-        EUR: {sales_price: 40}
+        EUR: {sales_price: 39.50}""",
    ),
    "its own": (
        {(M, price("EUR")): "42", (M, ("attributes", "Size")): "38"},
        """\
-        attributes: {Size: M}
+        attributes: {Size: 38}
-          EUR: {sales_price: 41}
+          EUR: {sales_price: 42}""",
    ),
    "several members that are new in an entry": (
        {(S, price("DKK", "rec_sales_price")): "0", (S, price("DKK")): "1"},
        """\
-      - {sku: tee-s, attributes: {Size: S}}
+      - {sku: tee-s, attributes: {Size: S}, prices: {DKK: {sales_price: 1, \
rec_sales_price: 0}}}""",
    ),
    "a price of its own that is gone": (
        {(M, price("SEK")): GONE},
        """\
-          SEK: {sales_price: 450}""",
    ),
    "a price that is gone for all": (
        {(S, price("DKK")): GONE, (M, price("DKK")): GONE},
        """\
-        DKK: {sales_price: 300, rec_sales_price: 800}""",
    ),
    "texts in other languages": (
        {(TEE, ("translations", "danish", "name")): "Ny: fed"},
        """\
-    translations: {danish: {name: Fed}, german: {name: Fett}}
+    translations: {danish: {name: "Ny: fed"}, german: {name: Fett}}""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_where_a_value_is_written(name: str):
    moves, wanted = CASES[name]

    done = pulled(moves)

    assert done.left == ()
    assert lines(TEXT, done.texts[FILE]) == wanted


def lines(before: str, after: str) -> str:
    found = difflib.unified_diff(
        before.splitlines(), after.splitlines(), n=0, lineterm=""
    )
    kept = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(kept)


LEFT: dict[str, tuple[Moves, str]] = {
    "a price that is gone for one of them": (
        {(S, price("DKK")): GONE},
        "Traede has none, and others have the one that is written here",
    ),
    "a price of its own that is gone, with a default below": (
        {(M, price("EUR")): GONE},
        "the files say it in several places, or of several objects",
    ),
    "a name that is gone": (
        {(TEE, ("name",)): None},
        "Traede has none, and the catalog cannot say so",
    ),
    "a price with too many decimals": (
        {(M, price("EUR")): "1.234"},
        "it has more than 2 digits after the point (`price_decimals`)",
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_to_a_person(name: str):
    moves, why = LEFT[name]

    done = pulled({**moves, (TEE, ("description",)): None})

    assert {one.why for one in done.left} == {why}
    assert done.texts == {}
    assert all(one.hint and one.where.file == FILE for one in done.left)


def test_what_is_left_does_not_keep_the_rest_from_being_taken():
    done = pulled({(TEE, ("name",)): "Shirt", (M, price("EUR")): GONE})

    assert lines(TEXT, done.texts[FILE]) == "-    name: Tee\n+    name: Shirt"
    assert [one.ref for one in done.left] == [M]


def test_a_place_is_where_the_value_stands_afterwards():
    done = pulled({(S, price("DKK")): "310", (TEE, ("name",)): "Shirt"})

    places = {one.change.path: str(one.where) for one in done.taken}
    assert places == {("name",): "tee.yaml:3:11", price("DKK"): "tee.yaml:12:73"}


def test_a_value_that_makes_a_file_invalid_is_left():
    def refuses_shirts(texts: Mapping[str, str]) -> Catalog:
        if "Shirt" in texts[FILE]:
            problem = Problem(Location(FILE, 3, 11), "no-shirts", "no shirts here")
            raise CatalogInvalid([problem])
        return reread(texts)

    moves = {(TEE, ("name",)): "Shirt", (M, price("EUR")): "42"}
    done = pulled(moves, read=refuses_shirts)

    assert [(one.ref, one.why) for one in done.left] == [(TEE, "no shirts here")]
    assert [one.refs for one in done.taken] == [(M,)]


def test_what_an_alias_stands_for_is_left():
    text = TEXT.replace("{Size: S}", "{Size: &s S}").replace(
        "{Size: M}", "{Size: M, X: 1}"
    )
    text = text.replace("{Size: &s S}", "{Size: &s S, X: *s}")

    done = pulled({(S, ("attributes", "X")): "T"}, text)

    assert [one.why for one in done.left] == ["it stands in several places (& and *)"]
    assert done.texts == {}
