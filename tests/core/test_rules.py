"""Rules: what each finds, at its edges; what becomes of a finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import (
    CONFIG,
    Entry,
    catalog,
    category,
    ledger,
    live,
    plan,
    price,
    product,
    text,
    variant,
)

from reconcile.core.config import Config, RuleLevel, RuleSetting
from reconcile.core.loading import load_catalog
from reconcile.core.planning import Planned
from reconcile.core.rules import RULES, judge_catalog
from reconcile.core.rules.wording import together
from reconcile.core.schema import compile_schema
from reconcile.core.steps import Plan
from reconcile.edges.files import schema_text

CHANGES = [name for name, rule in RULES.items() if rule.judged == "changes"]
VALUES = [name for name, rule in RULES.items() if rule.judged == "values"]
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def configured(level: RuleLevel = "warning", *only: str, **config: Any) -> Config:
    """All rules at one level; where some are named, the others are off."""
    rules = {
        name: RuleSetting(level if name in (only or RULES) else "off") for name in RULES
    }
    return replace(CONFIG, rules=rules, **config)


def moving(before: Iterable[Entry], after: Iterable[Entry]) -> Callable[[Config], Plan]:
    """The plan from one applied catalog to another, by configuration."""
    old = tuple(before)
    wanted, now = catalog(*after), live(*old)
    known = ledger(*old, of=now)
    return lambda config: of_rules(plan(wanted, now, known, config=config))


def moved(
    before: Iterable[Entry], after: Iterable[Entry], config: Config = CONFIG
) -> Plan:
    return moving(before, after)(config)


def of_rules(planned: Planned) -> Plan:
    """A plan without the warnings that no rule gave."""
    said = tuple(w for w in planned.plan.warnings if w.rule in RULES)
    return replace(planned.plan, warnings=said)


def tee(*prices: Entry, **fields: Any) -> Entry:
    """A style whose one variant has these DKK prices, and whatever else."""
    own = {"prices": {"DKK": prices[0]}} if prices else {}
    return product("tee", variant("tee-s", **own, **fields))


def messages(made: Plan) -> list[str]:
    return [f"{w.rule}: {w.message}" for w in made.warnings]


# --- changes of prices ---


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (100, 125, False),  # exactly the limit
        (100, 125.01, True),
        (100, 75, False),
        (100, 74.99, True),
        (100, 100, False),
        (0, 100, False),  # there is nothing to compare with
        (100, 0, True),
        (0.01, 0.02, True),
        (1_000_000_000_000.01, 1_250_000_000_000.01, False),
        (1_000_000_000_000.01, 1_250_000_000_000.02, True),
        (8, 10, False),
        (12000, 15001, True),  # a currency without decimals
    ],
)
def test_a_price_that_moves_by_more_than_the_limit(
    before: float, after: float, found: bool
):
    config = configured("warning", "price-change")
    made = moved([tee(price(before))], [tee(price(after))], config)

    assert [w.rule for w in made.warnings] == ["price-change"] * found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (303.28, 31.95, True),
        (31.95, 303.28, True),
        (100, 850, True),  # both ends of ten times
        (100, 849.99, False),
        (100, 1150, True),
        (100, 1150.01, False),
        (100, 8500, True),  # of a hundred times
        (100, 8499.99, False),
        (100, 11500, True),
        (100, 11500.01, False),
        (850, 100, True),  # and the other way
        (849.99, 100, False),
        (11500, 100, True),
        (11500.01, 100, False),
        (12000, 1200, True),
        (100, 100_000, False),
        (0, 10, False),
        (10, 0, False),
        (100, 200, False),
    ],
)
def test_a_price_that_looks_like_a_slip_of_the_point(
    before: float, after: float, found: bool
):
    config = configured("warning", "price-slip")
    made = moved([tee(price(before))], [tee(price(after))], config)

    assert [w.rule for w in made.warnings] == ["price-slip"] * found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (price(100), price(130), ["wholesale 100 → 130 (+30.0 %)"]),
        (price(100, 250), price(100, 125), ["retail 250 → 125 (-50.0 %)"]),
        (price(100, 250), price(100, 0), []),  # a retail price of 0 is none
        (price(100, 0), price(100, 250), []),
        (price(100, ...), price(100, 250), []),
        (
            price(100, offer_price=80),
            price(100, offer_price=50.50),
            ["offer 80 → 50.50 (-36.9 %)"],
        ),
        (price(100), price(100, offer_price=20), []),
        (price(100, offer_price=80), price(100, offer_price=None), []),
        (
            price(100, b2c_offer_price=80),
            price(100, b2c_offer_price=40),
            ["b2c offer (last applied 80) → 40 (-50.0 %)"],
        ),
    ],
)
def test_every_member_of_a_price_is_looked_at(
    before: Entry, after: Entry, said: list[str]
):
    config = configured("warning", "price-change")
    made = moved([tee(_without(before))], [tee(_without(after))], config)

    assert messages(made) == [f"price-change: DKK {one}" for one in said]


def _without(entry: Entry) -> Entry:
    return {name: value for name, value in entry.items() if value is not ...}


def test_a_cost_price_is_a_price_and_a_weight_is_none():
    def style(number: int) -> Entry:
        cost = [{"currency": "DKK", "cost_price": number}]
        return tee(cost_prices=cost, weight=number, weight_type="g")

    made = moved([style(10)], [style(20)], configured("warning", "price-change"))

    assert messages(made) == [
        "price-change: DKK cost (last applied 10) → 20 (+100.0 %)"
    ]


def test_a_currency_that_is_new_has_nothing_to_compare_with():
    after = tee(prices={"DKK": price(100), "EUR": price(1000, 2500)})

    assert moved([tee(price(100))], [after], configured()).warnings == ()


@pytest.mark.parametrize(
    ("slip", "change", "blocked", "warned"),
    [
        ("error", "warning", ["price-slip"], []),
        ("error", "error", ["price-slip"], []),
        ("warning", "warning", [], ["price-slip"]),
        ("warning", "error", ["price-change"], ["price-slip"]),
        ("off", "warning", [], ["price-change"]),
        ("error", "off", ["price-slip"], []),
    ],
)
def test_a_slip_is_not_said_twice_unless_that_would_be_less_strict(
    slip: RuleLevel, change: RuleLevel, blocked: list[str], warned: list[str]
):
    rules = {"price-slip": RuleSetting(slip), "price-change": RuleSetting(change)}
    config = replace(CONFIG, rules=rules)
    made = moved([tee(price(100))], [tee(price(10))], config)

    assert [block.guard for block in made.blocked] == blocked
    assert [w.rule for w in made.warnings] == warned


# --- prices as they would be ---


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (price(100, 250), []),
        (price(0, 250), ["price-zero"]),
        (price(100, 250, offer_price=0), ["price-zero"]),
        (price(100, 250, b2c_offer_price=0), ["price-zero"]),
        (price(100, 250, offer_price=None), []),
        (price(100, 0), ["retail-missing"]),
        (price(100, None), ["retail-missing"]),
        (price(100, ...), ["retail-missing"]),
        (price(0, 0), ["price-zero"]),
        (price(..., 250), []),
        (price(100, 250, offer_price=100), []),
        (price(100, 250, offer_price=100.01), ["offer-above-price"]),
        (price(100, 250, b2c_offer_price=250), []),
        (price(100, 250, b2c_offer_price=200), []),
        (price(100, 250, b2c_offer_price=250.01), ["offer-above-price"]),
        (price(100, 0, b2c_offer_price=300), ["retail-missing"]),
        (price(250, 250), []),
        (price(250.01, 250), ["wholesale-above-retail"]),
        (price(90, 100, offer_price=95), ["offer-above-price"]),
        (price(9, 10), []),  # as numbers, not as text
    ],
)
def test_what_prices_would_be(prices: Entry, expected: list[str]):
    entry = tee(_without(prices))

    assert problem_rules(entry) == expected
    if "sales_price" in prices and prices["sales_price"] not in (..., None):
        made = of_rules(plan(catalog(entry), config=configured()))
        assert sorted({w.rule for w in made.warnings}) == expected


@pytest.mark.parametrize(
    ("cost", "found"),
    [
        ({"currency": "DKK", "cost_price": 100}, []),
        ({"currency": "DKK", "cost_price": 100.0001}, ["cost-above-wholesale"]),
        ({"currency": "EUR", "cost_price": 900}, []),
        (
            {"currency": "DKK", "cost_price": 101, "cost_price_set_label": "SS27 A"},
            ["cost-above-wholesale"],
        ),
    ],
)
def test_a_cost_price_is_compared_in_its_own_currency(cost: Entry, found: list[str]):
    config = replace(CONFIG, cost_price_sets=("SS27 A",))

    assert problem_rules(tee(cost_prices=[cost]), config=config) == found


def test_a_cost_price_is_named_with_its_set():
    config = replace(configured(), cost_price_sets=("SS27 A",))
    cost = {"currency": "DKK", "cost_price": 120.5, "cost_price_set_label": "SS27 A"}
    wanted = catalog(tee(cost_prices=[cost]), config=config)

    assert messages(of_rules(plan(wanted, config=config))) == [
        "cost-above-wholesale: DKK cost (SS27 A) 120.50 is above wholesale 100"
    ]


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        (tee(price(100)), True),
        (tee(prices={"DKK": price(100), "EUR": price(14)}), False),
        (tee(prices=...), False),  # prices are left to Traede
        (tee(price(100), archived=True, b2c_available=False), False),
        (tee(price(100), b2c_available=False), True),  # shops can order it
        (product("tee", variant(), active=False), False),
        (product("tee", variant(), active=True), True),
        (product("tee", variant(delete=True)), False),
        (product("tee", variant(), delete=True), False),
        (category("Men"), False),
    ],
)
def test_what_is_on_sale_has_a_price_in_every_currency(entry: Entry, missing: bool):
    config = replace(CONFIG, currencies=("DKK", "EUR"))

    found = problem_rules(entry, config=config)
    assert ("currency-missing" in found) is missing


def test_without_currencies_none_is_missing():
    assert problem_rules(tee(price(100))) == []


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ({"archived": True}, True),
        ({"archived": True, "b2c_available": True}, True),
        ({"archived": True, "b2c_available": False}, False),
        ({"archived": False}, False),
        ({"b2c_available": False}, False),
        ({}, False),
    ],
)
def test_half_archived(flags: Entry, found: bool):
    assert problem_rules(tee(**flags)) == ["half-archived"] * found


# --- texts ---


def named(name: str, description: str | None = None, **texts: Entry) -> Entry:
    return product("tee", name=name, description=description, translations=texts)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            named("Shirt", danish={"name": "Skjorte"}, german={"name": "Hemd"}),
            named("Tee", danish={"name": "T-shirt"}, german={"name": "Hemd"}),
            ['name changed, german did not: "Hemd"'],
        ),
        (
            named("Shirt", german={"name": "Hemd"}),
            named("Shirt", "New", german={"name": "Hemd"}),
            [],  # the translation is of another field
        ),
        (
            named("Shirt", "Old", german={"name": "Hemd", "description": "x" * 50}),
            named("Shirt", "New", german={"name": "Hemd", "description": "x" * 50}),
            [f'description changed, german did not: "{"x" * 39}…"'],
        ),
        (
            named("Shirt", "Old", german={"name": "Hemd", "description": "Alt"}),
            named("Shirt", None, german={"name": "Hemd", "description": "Alt"}),
            ['description changed, german did not: "Alt"'],
        ),
        (
            named("Shirt", None, german={"name": "Hemd", "description": "Neu"}),
            named("Shirt", "New", german={"name": "Hemd", "description": "Neu"}),
            [],  # it was no translation of anything
        ),
        (
            named("Shirt", german={"name": "Hemd"}),
            named("Tee", german={"name": "T-Shirt"}, danish={"name": "T-shirt"}),
            [],
        ),
        (
            named("Shirt", german={"name": "Hemd"}),
            product("tee", name="Tee"),
            ['name changed, german did not: "Hemd"'],  # let go, and still there
        ),
    ],
)
def test_a_translation_that_stays_behind(before: Entry, after: Entry, said: list[str]):
    made = moved([before], [after], configured("warning", "translation-stale"))

    assert messages(made) == [f"translation-stale: {one}" for one in said]


def test_a_new_product_has_no_stale_translation():
    made = plan(catalog(named("Tee", german={"name": "Hemd"})), config=configured())

    assert of_rules(made).warnings == ()


# --- who is judged in a plan ---


def test_what_was_so_before_is_no_news():
    before = tee(price(300, 250), weight=80, weight_type="g")
    heavier = tee(price(300, 250), weight=90, weight_type="g")

    assert moved([before], [before], configured()).warnings == ()
    assert moved([before], [heavier], configured()).warnings == ()
    assert [w.rule for w in moved([before], [tee(price(301, 250))]).warnings] == [
        "wholesale-above-retail"
    ]


def test_another_currency_of_the_same_variant_is_no_news():
    def style(euro: int) -> Entry:
        return tee(prices={"DKK": price(300, 250), "EUR": price(euro, 99)})

    assert moved([style(20)], [style(21)], configured()).warnings == ()


def test_what_is_not_written_is_taken_from_traede():
    old = tee(price(100, 250, offer_price=90))
    retail_unwritten = tee({"sales_price": 89})

    made = moved([old], [retail_unwritten], configured())

    assert "offer-above-price: DKK offer 90 is above wholesale 89" in messages(made)
    assert "retail-missing" not in {w.rule for w in made.warnings}
    assert problem_rules(retail_unwritten) == ["retail-missing"]


def test_what_was_last_applied_counts_where_traede_does_not_say():
    old = tee(b2c_available=False)
    wanted = tee(archived=True)

    made = moved([old], [wanted], configured("warning", "half-archived"))
    unknown = of_rules(
        plan(
            catalog(wanted), live(tee()), config=configured("warning", "half-archived")
        )
    )

    assert made.warnings == ()
    assert [w.rule for w in unknown.warnings] == ["half-archived"]


def test_a_change_that_is_held_is_not_judged():
    applied, edited = tee(price(100)), tee(price(10, 250))
    known = ledger(applied)

    held = plan(catalog(applied), live(edited), known).plan
    written = plan(catalog(applied), live(edited), known, write_drift=True).plan

    assert held.held
    assert held.blocked == ()
    assert [block.guard for block in written.blocked] == ["price-slip"]


def test_a_held_value_is_judged_as_traede_has_it():
    """The offer in Traede stays above the price that the plan writes."""
    applied = tee(price(100, 250, offer_price=80))
    edited = tee(price(100, 250, offer_price=98))
    wanted = tee(price(95, 250, offer_price=80))

    made = plan(catalog(wanted), live(edited), ledger(applied), config=configured())

    assert messages(of_rules(made)) == [
        "offer-above-price: DKK offer 98 is above wholesale 95"
    ]


def test_a_field_sent_only_once_is_judged_as_traede_has_it():
    once = {"only_on_create": ["prices"]}
    wanted = tee(price(300, 250), archived=True, b2c_available=True, **once)

    made = of_rules(plan(catalog(wanted), live(tee(price(100))), config=configured()))

    assert {w.rule for w in made.warnings} == {"half-archived"}


# --- levels ---


def test_an_error_is_a_block_for_each_style():
    """One may be meant, and another not."""
    before = [
        product("tee", variant("tee-s"), variant("tee-m")),
        product("cap", variant("cap-s")),
    ]
    cheap = {"DKK": price(10)}
    after = [
        product("tee", variant("tee-s", prices=cheap), variant("tee-m", prices=cheap)),
        product("cap", variant("cap-s", prices={"DKK": price(1000)})),
    ]

    cap, tee = moved(before, after).blocked

    assert (cap.guard, tee.guard) == ("price-slip", "price-slip")
    assert cap.ids == ("variant:cap-s",)
    assert tee.ids == ("variant:tee-m", "variant:tee-s")
    assert cap.message == (
        "cap Cap, S (cap-s): DKK wholesale 100 → 1000 looks like a slip of 10x "
        "(÷10 is 100) (+900.0 %)"
    )
    assert tee.message == (
        "tee Tee, 2 variants: DKK wholesale 100 → 10 looks like a slip of 10x "
        "(×10 is 100) (-90.0 %)"
    )


def test_a_product_is_named_without_variants():
    before = [named("Shirt", german={"name": "Hemd"})]
    after = [named("Tee", german={"name": "Hemd"})]

    (block,) = moved(before, after, configured("error")).blocked

    assert block.ids == ("product:tee",)
    assert block.message == 'tee Tee: name changed, german did not: "Hemd"'


def test_many_styles_are_counted_and_all_are_among_the_ids():
    keys = [f"style-{n:02}" for n in range(13)]
    before = [product(key) for key in keys]
    cheap = {"DKK": price(10)}
    after = [product(key, variant(f"{key}-s", prices=cheap)) for key in keys]

    (block,) = moved(before, after).blocked

    assert block.message.endswith("; and 3 more like these")
    assert len(block.ids) == 13


def test_an_approval_is_for_exactly_these_findings():
    def approval(before: int, after: int, retail: int = 250) -> str | None:
        config = configured("error", "price-slip", "wholesale-above-retail")
        made = moved([tee(price(before))], [tee(price(after, retail))], config)
        return made.blocked[-1].approve

    known = {approval(100, 10), approval(100, 11), approval(110, 11)}
    above = {approval(100, 300), approval(100, 301), approval(100, 300, 240)}

    assert len(known | above) == 6
    assert approval(100, 10) in known


@pytest.mark.parametrize("name", VALUES)
def test_in_validate_an_error_is_a_warning_that_says_what_it_will_do(name: str):
    config = configured("error", name, currencies=("DKK", "SEK"))
    wrong = tee(
        price(300, 250, offer_price=400, b2c_offer_price=0),
        cost_prices=[{"currency": "DKK", "cost_price": 900}],
        archived=name == "half-archived",
    )
    if name == "retail-missing":
        wrong = tee(price(300, 0))

    (problem,) = judge_catalog(catalog(wrong).objects.values(), config)

    assert (problem.rule, problem.severity) == (name, "warning")
    assert problem.message.endswith("; a plan that brings it is blocked")


# --- where it is written ---


def problems(*texts: str, config: Config = CONFIG) -> list[tuple[str, str, str]]:
    files = {f"{n}.yaml": one.encode() for n, one in enumerate(texts)}
    schema = compile_schema(schema_text("catalog.schema.json"))
    found = load_catalog(files, config, schema).problems
    return [(str(p.where), p.rule, p.message) for p in found]


def problem_rules(*entries: Entry, config: Config = CONFIG) -> list[str]:
    """The rules that `validate` finds broken, in order."""
    found = problems(text(*entries).decode(), config=config)
    return sorted(rule for _, rule, _ in found if rule in RULES)


STYLE = """\
products:
  - item_number: tee
    name: Tee
    variant_defaults:
      prices:
        DKK: {sales_price: 300, rec_sales_price: 250}
        EUR: {sales_price: 30}
    variants:
      - {sku: a, attributes: {Size: A}}
      - {sku: b, attributes: {Size: B}, archived: true}
"""


def test_a_rule_marks_the_value_once_for_all_variants_that_share_it():
    config = replace(CONFIG, currencies=("DKK", "EUR", "SEK"))

    assert problems(STYLE, config=config) == [
        (
            "0.yaml:6:9",
            "currency-missing",
            "on sale without a price in SEK. Write the prices, or archive it",
        ),
        (
            "0.yaml:6:28",
            "wholesale-above-retail",
            "DKK wholesale 300 is above retail 250. Correct one of the two",
        ),
        (
            "0.yaml:7:9",
            "retail-missing",
            "EUR has a wholesale price and no retail price. Write rec_sales_price "
            "beside it",
        ),
        (
            "0.yaml:10:51",
            "half-archived",
            "archived for shops, not for end customers. Write b2c_available: false "
            "beside it",
        ),
    ]


def test_rules_wait_until_the_catalog_is_valid():
    """A price with a mistake would look like one that is missing."""
    wrong = STYLE.replace("sales_price: 30}", 'sales_price: "30"}')

    assert {rule for _, rule, _ in problems(wrong)} == {"price-format"}


# --- the table ---


def test_every_rule_is_explained_to_the_maintainer():
    said = PAGE.read_text(encoding="utf-8")

    assert [name for name in RULES if f"\n## `{name}`\n" not in said] == []
    assert said.count("\n## `") == len(RULES)
    for rule in RULES.values():
        assert rule.about.split(".")[0] in " ".join(said.split()), rule.name


def test_every_rule_is_in_the_schema_with_its_limit():
    rules = json.loads(schema_text("reconcile.schema.json"))["properties"]["rules"]
    found = rules["properties"]

    assert found.keys() == RULES.keys()
    for name, rule in RULES.items():
        limited = rule.percent is not None
        form = "limited_rule" if limited else "rule"
        assert found[name]["$ref"] == f"#/$defs/{form}", name
        assert (f"({rule.percent})" in found[name]["description"]) is limited, name


def test_only_what_validate_finds_needs_advice():
    assert [name for name, rule in RULES.items() if rule.advice] == VALUES


# --- laws ---

AMOUNTS = st.decimals(0, 2000, places=2, allow_nan=False).map(float)
PRICES = st.builds(
    lambda sales, retail, offer: price(sales, retail, offer_price=offer),
    AMOUNTS,
    AMOUNTS | st.none(),
    AMOUNTS | st.none(),
)


@given(PRICES, PRICES)
def test_law_off_finds_nothing(before: Entry, after: Entry):
    made = moved([tee(before)], [tee(after)], configured("off"))

    assert (made.warnings, made.blocked) == ((), ())


@given(PRICES, PRICES, st.sampled_from([*RULES]))
def test_law_what_warns_is_what_would_block(before: Entry, after: Entry, name: str):
    judged = moving([tee(before)], [tee(after)])
    warned = judged(configured("warning", name))
    blocked = judged(configured("error", name))

    assert warned.blocked == ()
    assert blocked.warnings == ()
    assert {w.id for w in warned.warnings} == {
        i for b in blocked.blocked for i in b.ids
    }
    assert len(blocked.blocked) == bool(warned.warnings)
    assert warned.steps == blocked.steps


@given(PRICES, PRICES, st.integers(0, 300), st.integers(0, 300))
def test_law_a_higher_limit_never_finds_more(
    before: Entry, after: Entry, one: int, other: int
):
    judged = moving([tee(before)], [tee(after)])

    def found(name: str, percent: int) -> set[str]:
        config = configured("warning", name)
        rule = RuleSetting("warning", Decimal(percent))
        config = replace(config, rules={**config.rules, name: rule})
        return {w.message for w in judged(config).warnings}

    low, high = sorted((one, other))
    assert found("price-change", high) <= found("price-change", low)
    # A slip is about ten times: here a higher limit is a wider net.
    assert len(found("price-slip", low)) <= len(found("price-slip", high))


@given(PRICES, PRICES)
def test_law_a_slip_is_one_in_both_directions(before: Entry, after: Entry):
    config = configured("warning", "price-slip")
    there = moved([tee(before)], [tee(after)], config)
    back = moved([tee(after)], [tee(before)], config)

    assert len(there.warnings) == len(back.warnings)


@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), unique=True))
def test_law_what_is_said_together_is_what_was_said(said: list[tuple[str, str, str]]):
    grouped = together(said)
    taken_apart = [
        (whom, one, message)
        for whom, ids, texts in grouped
        for one in ids
        for message in texts
    ]

    assert sorted(taken_apart) == sorted(said)
    assert len(grouped) <= len(said)
