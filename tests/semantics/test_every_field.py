"""Every documented field of every kind: written, read, compared, shown, cleared.

One story for each kind of account: the objects are there without the fields, the
fields are written, changed, changed back by a person in Traede, and cleared. Each
field is asked about its part of the story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import pytest
from support.builders import (
    Entry,
    catalog,
    category,
    collection,
    customer,
    product,
    variant,
)
from support.harness import Shop, quick_folder

from reconcile.core.kinds import KINDS, Clear, Reads, Shape, Via
from reconcile.core.model import UNKNOWN, KindName, Ref
from reconcile.core.outcomes import Report
from reconcile.core.steps import Change, Plan
from reconcile.edges.live import default_includes
from reconcile.sandbox import Dialect, Sandbox
from reconcile.sandbox.traede import Recorded


class Case(NamedTuple):
    """One field: as a file writes it, twice; as Traede then holds it."""

    kind: KindName
    name: str
    values: tuple[Any, Any]
    held: tuple[Any, Any]
    cleared: Any = None
    """What Traede holds once the field is cleared."""
    key: str = ""
    stored: str = ""
    """Its name in a dump, where it is another one."""

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.key or KEYS[self.kind])


KEYS: Final[Mapping[KindName, str]] = {
    "product": "tee",
    "variant": "tee-s",
    "collection": "SS27",
    "customer": "1000",
}


def same(kind: KindName, name: str, one: Any, other: Any, cleared: Any = None) -> Case:
    return Case(kind, name, (one, other), (one, other), cleared)


def number(kind: KindName, name: str, cleared: Any = None, key: str = "") -> Case:
    values = (12.5, 7)
    return Case(kind, name, values, ("12.5", "7"), cleared, key)


def supplier(key: str, **members: Any) -> dict[str, Any]:
    whole = {
        "supplier_number": key,
        "primary": False,
        "lead_time_type": "weeks",
        "lead_time_from": None,
        "lead_time_to": None,
        "cost_price_set": None,
    }
    return whole | members


def money(*amounts: str | None) -> dict[str, str | None]:
    names = ("sales_price", "rec_sales_price", "offer_price", "b2c_offer_price")
    return dict(zip(names, amounts, strict=True))


def prices(*amounts: float | None) -> dict[str, Any]:
    names = ("sales_price", "rec_sales_price", "offer_price", "b2c_offer_price")
    return dict(zip(names, amounts, strict=True))


def translation(**members: Any) -> dict[str, Any]:
    names = ("name", "description", "meta_title", "meta_description")
    return {"product_locale_id": None, **dict.fromkeys(names), **members}


TWO_LEVEL = ("make_to_order_b2b", "make_to_order_b2c", "noos")
CASES: Final = (
    same("product", "name", "A tee", "Another tee"),
    same("product", "description", "<p>Soft</p>", "<p>Warm</p>"),
    same("product", "active", False, True),
    *(same("product", name, True, False) for name in TWO_LEVEL),
    same("product", "meta", {"a": "1", "b": "2"}, {"a": "3", "b": "2"}, {}),
    number("product", "weight"),
    same("product", "weight_type", "kg", "g"),
    same("product", "no_inventory", True, False),
    same("product", "release_date", "2027-01-04", "2027-02-01"),
    same("product", "min_order_quantity", 6, 12),
    same("product", "custom_sort", 3, 4),
    same("product", "order_colli_only", True, False),
    same("product", "colli", [6, 12], [10], []),
    same("product", "url", "tee", "a-tee"),
    same("product", "meta_title", "A tee", "Another tee"),
    same("product", "meta_description", "All about it", "More about it"),
    same("product", "tags", ["36", "basics"], ["basics"], []),
    Case("product", "categories", (["Men > Shirts"], ["New"]), ([3], [2]), []),
    Case(
        "product",
        "suppliers",
        (
            [{"supplier_number": "S-1", "primary": True, "cost_price_set": "Main"}],
            [{"supplier_number": "S-2", "lead_time_type": "days", "lead_time_to": 9}],
        ),
        (
            [supplier("S-1", primary=True, cost_price_set="Main")],
            [supplier("S-2", lead_time_type="days", lead_time_to=9)],
        ),
        [],
    ),
    Case(
        "product",
        "translations",
        (
            {"danish": {"name": "T-shirt", "meta_title": "Trøje"}},
            {"danish": {"name": "Trøje", "meta_title": None}, "7": {"name": "Tröja"}},
        ),
        (
            [
                translation(
                    product_locale_code="danish", name="T-shirt", meta_title="Trøje"
                )
            ],
            [
                translation(product_locale_code="danish", name="Trøje"),
                translation(
                    product_locale_code=None, product_locale_id=7, name="Tröja"
                ),
            ],
        ),
    ),
    Case("product", "collection", ("SS27", "AW27"), (2, 1), stored="collection_id"),
    same("product", "subbrand_id", 3, 4),
    Case(
        "variant",
        "attributes",
        ({"Size": "M"}, {"Size": "36"}),
        ({"Size": "M"}, {"Size": "36"}),
    ),
    same("variant", "archived", True, False),
    same("variant", "b2c_available", False, True),
    *(same("variant", name, True, False) for name in TWO_LEVEL),
    same("variant", "meta", {"a": "1", "b": "2"}, {"a": "3", "b": "2"}, {}),
    number("variant", "weight"),
    same("variant", "weight_type", "kg", "g"),
    same("variant", "release_date", "2027-01-04", "2027-02-01"),
    same("variant", "ean", "5701234567899", "5709999900012"),
    Case(
        "variant",
        "prices",
        (
            {"DKK": prices(120, 300, 99.95, 280), "EUR": prices(16, 40, None, None)},
            {"DKK": prices(110, 300, 98, 270), "EUR": prices(15, 40, 14.5, None)},
        ),
        (
            {
                "DKK": money("120", "300", "99.95", "280"),
                "EUR": money("16", "40", None, None),
            },
            {
                "DKK": money("110", "300", "98", "270"),
                "EUR": money("15", "40", "14.5", None),
            },
        ),
        {"DKK": money("110", "0", None, None), "EUR": money("15", "40", "14.5", None)},
    ),
    Case(
        "variant",
        "drops",
        ([{"drop_code": "SS27-1"}], [{"drop_id": 4}]),
        ([{"drop_code": "SS27-1"}], [{"drop_id": 4}]),
        [],
    ),
    Case(
        "variant",
        "cost_prices",
        (
            [{"currency": "DKK", "cost_price": 40.1234}],
            [
                {"currency": "DKK", "cost_price": 41},
                {
                    "currency": "EUR",
                    "cost_price_set_label": "Main",
                    "cost_price": 5.5,
                },
            ],
        ),
        (
            [("DKK", None, "40.1234")],
            [("DKK", None, "41"), ("EUR", "Main", "5.5")],
        ),
    ),
    same("collection", "active", False, True),
    same("collection", "visibility", "customers_custom", "own_entity"),
    Case(
        "collection",
        "allowed_customers",
        (["1000"], ["1000", "1001"]),
        ([1], [1, 2]),
        [],
    ),
    same("customer", "name", "Bo B", "Carl C"),
    same("customer", "currency", "EUR", "SEK"),
    number("customer", "discount_percentage", "0"),
    same("customer", "active", False, True),
    same(
        "customer",
        "payment_term",
        {"payment_term_code": "30-days"},
        {"payment_term_code": "14-days"},
    ),
    same("customer", "billing_email", "a@shop.example", "b@shop.example"),
    same("customer", "agent_id", 5, 6),
    number("customer", "reminder_charge"),
    number("customer", "interest_rate"),
    number("customer", "vat"),
    Case(
        "customer",
        "allowed_currencies",
        (
            [{"currency": "DKK", "amount": 2500.5}],
            [{"currency": "EUR", "amount": 100}, {"currency": "SEK", "amount": None}],
        ),
        (
            [{"currency": "DKK", "amount": "2500.5"}],
            [{"currency": "EUR", "amount": "100"}, {"currency": "SEK", "amount": None}],
        ),
        [],
    ),
    Case("customer", "credit_type", *[("net", "paid_cash")] * 2, key="1001"),
    Case("customer", "credit_modifier", *[("14", "5820")] * 2, key="1001"),
)
APART: Final = {
    ("customer", "addresses"): "test_writes: by title, never compared",
    ("variant", "images"): "test_writes: an event",
    ("variant", "inventory"): "test_writes: an event",
}
"""Fields with a story of their own."""
IDS: Final = [f"{case.kind}-{case.name}" for case in CASES]


def test_every_field_of_the_table_has_a_case() -> None:
    fields = {(kind.name, name) for kind in KINDS.values() for name in kind.fields}

    assert {(case.kind, case.name) for case in CASES} | APART.keys() == fields


# --- the story ----------------------------------------------------------------------

FIRST, SECOND, CLEARED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Chapter:
    plan: Plan
    report: Report
    left: Plan
    """What a plan still has to do afterwards."""
    dump: dict[str, Any]
    requests: list[Recorded]


@dataclass(frozen=True, slots=True)
class Story:
    dialect: Dialect
    chapters: list[Chapter] = field(default_factory=list)
    drift: list[Plan] = field(default_factory=list)
    """After the second chapter a person put the first values back."""

    def shows(self, case: Case) -> bool:
        """Whether Traede returns the field in this account."""
        returned = self.dialect.sync_fields == "returned"
        return returned or KINDS[case.kind].fields[case.name].readable


def cleared(case: Case) -> Any:
    """What a file writes to clear it; the second value where that is impossible."""
    spec = KINDS[case.kind].fields[case.name]
    if case.name == "meta":
        return dict.fromkeys(case.values[1])
    if case.name == "prices":
        return {"DKK": prices(110, None, None, None)}
    if spec.clear is Clear.EMPTY:
        return []
    return case.values[1] if spec.clear is Clear.NEVER else None


def entries(stage: int | None) -> list[Entry]:
    """The catalog of one chapter; None: before any of the fields is written."""
    written: dict[Ref, dict[str, Any]] = {case.ref: {} for case in CASES}
    for case in CASES:
        if stage is not None:
            value = cleared(case) if stage == CLEARED else case.values[stage]
            written[case.ref][case.name] = value
    small = variant("tee-s", **written[Ref("variant", "tee-s")])
    return [
        category("Men", category("Shirts")),
        category("New"),
        collection("AW27"),
        collection("SS27", **written[Ref("collection", "SS27")]),
        customer("1000", **written[Ref("customer", "1000")]),
        customer("1001", **written[Ref("customer", "1001")]),
        product("tee", small, variant("tee-l"), **written[Ref("product", "tee")]),
    ]


@pytest.fixture(scope="module", params=["hidden", "returned"])
def story(request: pytest.FixtureRequest, server: Sandbox) -> Iterator[Story]:
    dialect = Dialect(sync_fields=request.param, unknown_supplier="accept")
    server.reset(dialect)
    told = Story(dialect)
    with quick_folder() as folder:
        shop = Shop(server, folder, cost_price_sets=("Main",))
        includes = (*default_includes("product"), "variants.costPrices")
        if request.param == "returned":
            shop.configure(traede={"includes": {"products": includes}})
        assert shop.apply(_catalog(shop, None)).exit_code == 0
        for stage in (FIRST, SECOND):
            told.chapters.append(_chapter(shop, stage))
        _put_back(server, told)
        told.drift.append(shop.plan(_catalog(shop, SECOND)).planned.plan)
        server.load(told.chapters[SECOND].dump)
        told.chapters.append(_chapter(shop, CLEARED))
        yield told


def _catalog(shop: Shop, stage: int | None) -> Any:
    return catalog(*entries(stage), config=shop.config)


def _chapter(shop: Shop, stage: int) -> Chapter:
    wanted = _catalog(shop, stage)
    plan = shop.plan(wanted).planned.plan
    before = len(shop.box.requests)
    report = shop.apply(wanted)
    left = shop.plan(wanted).planned.plan
    return Chapter(plan, report, left, shop.box.dump(), shop.box.requests[before:])


def _put_back(box: Sandbox, told: Story) -> None:
    """A person sets each field to what it was before."""
    for case in CASES:
        row = row_of(told.chapters[FIRST].dump, case.ref)
        name = case.stored or case.name
        box.edit(case.kind, case.ref.key, **{name: row[name]})


def row_of(dump: dict[str, Any], ref: Ref) -> dict[str, Any]:
    name = KINDS[ref.kind].key_field
    rows = (
        dump[KINDS[ref.kind].plural]
        if ref.kind != "variant"
        else [row for one in dump["products"] for row in one["variants"]]
    )
    found: dict[str, Any] = next(row for row in rows if row[name] == ref.key)
    return found


def held(dump: dict[str, Any], case: Case) -> Any:
    value = row_of(dump, case.ref)[case.stored or case.name]
    if case.name == "cost_prices":
        return [
            (r["currency"], r["cost_price_set_label"], r["cost_price"]) for r in value
        ]
    return value


def changes(plan: Plan, case: Case) -> list[Change]:
    return [
        change
        for step in plan.steps
        if step.ref == case.ref
        for change in step.changes
        if change.path[0] == case.name
    ]


def test_each_chapter_ends_well(story: Story) -> None:
    for chapter in story.chapters:
        assert (chapter.report.exit_code, chapter.report.left) == (0, 0)
        assert [*chapter.plan.refused, *chapter.plan.blocked] == []
        assert [*chapter.left.steps, *chapter.left.refused] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_field_is_written(story: Story, case: Case) -> None:
    for stage in (FIRST, SECOND):
        assert held(story.chapters[stage].dump, case) == case.held[stage]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_field_is_shown_in_the_plan_with_what_is_known_about_it(
    story: Story, case: Case
) -> None:
    first = changes(story.chapters[FIRST].plan, case)
    second = changes(story.chapters[SECOND].plan, case)
    spec = KINDS[case.kind].fields[case.name]
    hidden = {m.name for m in spec.members if m.reads is Reads.BLIND} | {case.name}

    def blind(change: Change) -> bool:
        name = change.path[-1] if spec.shape is Shape.KEYED else case.name
        return not story.shows(case) or (
            story.dialect.sync_fields == "hidden"
            and spec.readable
            and name in hidden
            and name != case.name
        )

    assert second
    # What is Traede's default already is no change where it can be read.
    assert first or story.shows(case)
    for change in first:
        assert change.basis == (_first_basis(case) if blind(change) else "live")
        assert (change.before is UNKNOWN) == (change.basis == "unknown")
    for change in second:
        fresh = not any(change.path == one.path for one in first)
        known = "unknown" if fresh and spec.shape is Shape.KEYED else "applied"
        assert change.basis == (known if blind(change) else "live")
    assert {change.cause for change in (*first, *second)} == {"catalog"}


def _first_basis(case: Case) -> str:
    """The objects were made with a currency: of that the last value is known."""
    return "applied" if case.name == "currency" else "unknown"


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_a_person_changed_is_seen_where_it_can_be_and_held(
    story: Story, case: Case
) -> None:
    found = changes(story.drift[0], case)

    assert bool(found) == story.shows(case)
    assert all(change.held and change.cause == "drift" for change in found)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_field_is_cleared_where_that_is_possible(story: Story, case: Case) -> None:
    spec = KINDS[case.kind].fields[case.name]
    after = held(story.chapters[CLEARED].dump, case)

    if spec.clear is Clear.NEVER and case.name not in ("prices", "meta"):
        assert after == case.held[1]
    else:
        assert after == case.cleared
        assert changes(story.chapters[CLEARED].plan, case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_field_goes_by_its_own_call(story: Story, case: Case) -> None:
    """What only core takes is never in a sync, and stock is never in a core call."""
    spec = KINDS[case.kind].fields[case.name]
    requests = [r for chapter in story.chapters for r in chapter.requests]
    synced = [r for r in requests if r.path.endswith("/sync")]
    put = [r for r in requests if r.method == "PUT" and "/api/" in r.path]

    assert put
    assert not any("inventory" in str(request.body) for request in put)
    in_sync = any(f"'{spec.on_wire}'" in str(_own(r.body, case.kind)) for r in synced)
    assert in_sync == (spec.via is Via.SYNC)
    if spec.via is Via.CORE:
        bodies = [r.body.get(case.kind, {}) for r in put if r.body]
        assert any(spec.on_wire in body for body in bodies)


def _own(body: Any, kind: KindName) -> list[Any]:
    """The objects of one kind in the body of a sync."""
    if kind == "variant":
        rows = [one.get("variants", []) for one in body.get("products", [])]
        return [list(one) for some in rows for one in some]
    return [list(one) for one in body.get(KINDS[kind].plural, [])]
