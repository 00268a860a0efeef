"""However a catalog is written: after a pull it says what Traede has, and of all
else what it said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import (
    CONFIG,
    SEAL,
    Entry,
    catalog_of,
    category,
    document,
    live_of,
    plan,
    product,
    variant,
)
from support.typist import Typist, value_of

from reconcile.core.catalog import Catalog
from reconcile.core.drift import Drift, find_drift
from reconcile.core.editing import Map
from reconcile.core.ledger import row_after
from reconcile.core.model import MISSING, Live, Path, Ref, Snapshot, Value
from reconcile.core.pulling import Pulled, pull

FILE = "catalog.yaml"
TEXTS = ("Tee", "12", "a: b", "x # y", "NO", "Blå", "one\ntwo", 'say "hi"', "it's, so")
AMOUNTS = ("10", "12.5", "99.95", "300")
MEN = category("Men", category("Shirts"))
STYLES = ("tee", "cap")

texts = st.sampled_from(TEXTS)
lines = st.sampled_from([text for text in TEXTS if "\n" not in text])
amounts = st.sampled_from(AMOUNTS)


@st.composite
def prices(draw: st.DrawFn) -> Entry:
    currencies = draw(st.lists(st.sampled_from(["DKK", "EUR"]), unique=True))
    members = ("sales_price", "rec_sales_price", "offer_price")
    return {
        currency: {
            member: float(draw(amounts))
            for member in members[: draw(st.integers(1, 3))]
        }
        for currency in currencies
    }


@st.composite
def entries(draw: st.DrawFn, key: str) -> Entry:
    """A style: each value in the defaults, in the variant, in both."""
    optional: Entry = {
        "description": draw(texts),
        "tags": draw(st.lists(lines, unique=True, max_size=3)),
        "categories": draw(st.sampled_from([[], ["Men"], ["Men > Shirts"]])),
    }
    fields = {k: v for k, v in optional.items() if draw(st.booleans())}
    shared = {"DKK": {"sales_price": 100}, **draw(prices())}
    variants = []
    for size in "sml"[: draw(st.integers(1, 3))]:
        own = draw(prices()) if draw(st.booleans()) else ...
        variants.append(variant(f"{key}-{size}", prices=own))
    defaults: Entry = {"prices": shared, "attributes": {"Color": draw(lines)}}
    return product(
        key, *variants, name=draw(lines), variant_defaults=defaults, **fields
    )


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    styles = [draw(entries(key)) for key in STYLES[: draw(st.integers(1, 2))]]
    typist = Typist(draw)
    whole = value_of(document(MEN, *styles))
    assert isinstance(whole, Map)
    typist.entries(whole, 0)
    return "\n".join(typist.lines) + "\n"


@st.composite
def another(draw: st.DrawFn, live: Live) -> dict[Path, Value]:
    """What Traede has after somebody was there."""
    values = dict(live.values)
    for path in draw(st.lists(st.sampled_from([*values]), unique=True, max_size=5)):
        if path[0] == "prices":
            values[path] = draw(amounts)
        elif path[0] == "tags":
            values[path] = sorted(draw(st.lists(lines, unique=True, max_size=3)))
        elif path[0] == "categories":
            values[path] = draw(st.sampled_from([[], ["Men"], ["Men", "Men > Shirts"]]))
        elif path in (("name",), ("attributes", "Color")):
            values[path] = draw(lines)
        elif path == ("description",):
            values[path] = draw(st.one_of(st.none(), texts))
    if draw(st.booleans()):
        gone = draw(st.sampled_from(["DKK", "EUR"]))
        values = {path: v for path, v in values.items() if path[:2] != ("prices", gone)}
    return values


@settings(max_examples=60)
@given(st.data())
def test_after_a_pull_the_catalog_says_what_traede_has(data: st.DataObject):
    text = data.draw(catalogs())
    before = catalog_of({FILE: text.encode()})
    lives = {
        ref: live_of(desired, number)
        for number, (ref, desired) in enumerate(before.objects.items(), 1)
    }
    rows = {
        ref: row_after(desired, lives[ref], None, SEAL, sent=desired.values)
        for ref, desired in before.objects.items()
    }
    moved = {
        ref: one
        if ref.kind == "category"
        else with_values(one, data.draw(another(one)))
        for ref, one in lives.items()
    }
    planned = plan(before, Snapshot(moved), rows)
    drift = find_drift(before, planned)

    pulled = pull({FILE: text}, before, drift, planned.objects, CONFIG, reread)

    after = catalog_of({FILE: pulled.texts.get(FILE, text).encode()})
    again = find_drift(after, plan(after, Snapshot(moved), rows))
    assert not drifted_still(again, pulled)
    # Only a price that is gone cannot always be said.
    assert {one.change.before for one in pulled.left if one.change} <= {MISSING}
    assert len(taken(pulled)) + len(pulled.left) == changes(drift)
    assert said(after) == with_taken(before, pulled)


def reread(texts: Mapping[str, str]) -> Catalog:
    return catalog_of({name: text.encode() for name, text in texts.items()})


def with_values(live: Live, values: dict[Path, Value]) -> Live:
    return Live(
        live.ref,
        live.remote_id,
        values,
        live.closed,
        frozenset(),
        live.parent,
        live.raw,
    )


def changes(drift: Drift) -> int:
    return sum(len(step.changes) for step in drift.steps)


def taken(pulled: Pulled) -> dict[tuple[Ref, Path], Value]:
    return {
        (ref, one.change.path): one.change.before
        for one in pulled.taken
        for ref in one.refs
    }


def drifted_still(drift: Drift, pulled: Pulled) -> set[tuple[Ref, Path]]:
    still = {(step.ref, change.path) for step in drift.steps for change in step.changes}
    return still & set(taken(pulled))


def said(catalog: Catalog) -> dict[tuple[Ref, Path], Value]:
    """Every value that is no nothing."""
    return {
        (ref, path): value
        for ref, desired in catalog.objects.items()
        for path, value in desired.values.items()
        if value not in (None, [], "0")
    }


def with_taken(before: Catalog, pulled: Pulled) -> dict[tuple[Ref, Path], Value]:
    wanted: dict[Any, Any] = said(before)
    for place, value in taken(pulled).items():
        wanted.pop(place, None)
        if value not in (None, [], "0") and value is not MISSING:
            wanted[place] = value
    return wanted
