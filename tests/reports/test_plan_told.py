"""What all formats say of a plan."""

import re
from dataclasses import replace

import pytest
from about_cases import ABOUT
from plan_builders import change, plan, price, step, style
from plan_cases import ALL
from sales_cases import SALES

from reconcile.core.model import Ref
from reconcile.core.steps import Plan, Refusal, Step, Warned
from reconcile.reports.plan_markdown import render_markdown
from reconcile.reports.plan_text import render_plan
from reconcile.reports.plan_told import (
    apart,
    cautions,
    conflicts_and_held,
    findings,
    not_possible,
    nothing_to_do,
    ways,
)
from reconcile.reports.plan_view import Group, prices_shown
from reconcile.reports.verdict import plan_verdict


def text_of(one: Plan, width: int = 100) -> str:
    return render_plan(one, digest=ABOUT.digest, color=False, width=width)


@pytest.mark.parametrize("one", [*ALL.values(), *SALES.values()], ids=[*ALL, *SALES])
def test_every_report_counts_the_same_as_held(one: Plan) -> None:
    conflicts, held = conflicts_and_held(one)
    said = list(apart(one))

    ids = [step.id for step in (*conflicts, *held)]
    assert sorted(ids) == sorted(step.id for step in one.held)
    if not one.blocked:
        assert all(part in str(plan_verdict(one)) for part in said)
        assert ", ".join(said) in text_of(one).splitlines()[-1]


def test_a_blocked_plan_names_conflicts_and_refusals_too() -> None:
    one = SALES["sizes"]

    assert str(plan_verdict(one)).endswith("blocked, 1 thing to check; 2 not possible")
    assert "2 not possible, 4 held (Traede) · BLOCKED" in text_of(one)


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("86061", "product:86061"),
        ("a tee", "'product:a tee'"),
        ("tee*", "'product:tee[*]'"),
        ("a[1]?", "'product:a[[]1][?]'"),
    ],
)
def test_the_commands_are_about_one_object(key: str, pattern: str) -> None:
    one = step("update", f"product:{key}", change("name", "a", "b", held="drift"))

    keep, back = ways(Group(one.ref, (one,)))

    assert str(keep) == f"keep it:  reconcile pull --only {pattern}"
    assert str(back) == (
        f"put ours back:  reconcile apply --write-drift --only {pattern}"
    )


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            step("update", "product:a", change("name", "a", "b", held="both")),
            ("Traede's holds", "the catalog's holds"),
        ),
        (
            step("create", "product:a", change("name", None, "b", held="drift"),
                 source="a.yaml:3"),
            ("let it be gone: take its entry out, a.yaml:3", "make it again"),
        ),
    ],
    ids=["in conflict", "deleted in Traede"],
)  # fmt: skip
def test_the_ways_are_named_after_what_they_do(one: Step, words: tuple[str, str]):
    assert tuple(way.words for way in ways(Group(one.ref, (one,)))) == words


@pytest.mark.parametrize(("keys", "said"), [("abc", 3), ("abcd", 1)])
def test_the_commands_for_many_are_said_once(keys: str, said: int) -> None:
    steps = [
        step("update", f"product:{n}", change("name", "a", "b", held="drift"))
        for n in keys
    ]
    text, page = text_of(plan(*steps)), render_markdown(plan(*steps), ABOUT)

    assert text.count("reconcile pull") == page.count("reconcile pull") == said
    assert ("one object alone:  --only KIND:KEY" in text) is (said == 1)
    assert ("One object alone: `--only KIND:KEY`" in page) is (said == 1)


def test_a_command_is_never_cut() -> None:
    long = step("update", f"product:{'k' * 40}", change("name", "a", "b", held="drift"))
    text = text_of(plan(long), 60)
    said = " ".join(text.split())

    assert f"reconcile apply --write-drift --only product:{'k' * 40}" in said
    assert not re.search(r"… -?\d+ more", text)


def test_only_held_is_said_without_contradiction() -> None:
    drift = step("update", "product:a", change("name", "x", "y", held="drift"))
    both = step("update", "product:b", change("name", "x", "y", held="both"))

    assert nothing_to_do(plan(drift, both, unchanged="product 3, variant 4")) == (
        "nothing to write: 1 in conflict, 1 held (Traede); the rest is as written: "
        "1 product, 4 variants"
    )
    assert nothing_to_do(plan(unchanged="product 1")) == (
        "nothing to do: Traede has 1 product as written"
    )


CAUTION = Warned("not-protected", "", "one may go away (108 variants)")


def test_a_caution_is_said_once_and_is_no_warning() -> None:
    one = plan(warnings=(CAUTION, CAUTION, Warned("released", "product:a", "tags")))
    text, page = text_of(one), render_markdown(one, ABOUT)

    assert cautions(one) == [CAUTION.message]
    assert [found.rule for found in findings(one, {})] == ["released"]
    for shown in (text, page):
        assert shown.count("one may go away") == 1
        assert "not-protected" not in shown
    assert text.index("Warnings") < text.index("Good to know: one may")
    assert "Warnings" not in text_of(plan(warnings=(CAUTION,)))


def test_a_warning_of_variants_says_which() -> None:
    one = SALES["sizes"]
    alone = plan(warnings=one.warnings[:1], products=one.products)

    assert findings(one, {})[0].who == "tee, XS, S"
    assert findings(alone, {})[0].who == "variant M0E2000, XS"


def refusal(what: str, reason: str = "the number is new") -> Refusal:
    return Refusal(what, reason, "rename it")


def test_a_product_and_its_variants_are_refused_in_one_sentence() -> None:
    same = ("create:product:b", "delete:product:a", "update:variant:x")
    (one,) = not_possible(map(refusal, same))

    assert (one.action, one.refs) == ("create", (Ref("product", "b"),))
    apart = not_possible([refusal("create:variant:x"), refusal("update:variant:y")])
    assert [found.action for found in apart] == ["create", "update"]


@pytest.mark.parametrize(
    ("rows", "outliers", "shown"),
    [(10, 0, 10), (11, 0, 3), (12, 2, 12), (40, 2, 5), (400, 300, 203)],
)
def test_calm_prices_stand_open_as_examples(
    rows: int, outliers: int, shown: int
) -> None:
    assert prices_shown(rows, outliers) == shown


def test_a_column_of_nothing_is_left_out() -> None:
    one = plan(style("update", "tee", ["s"], price("EUR", "10", "11")))

    assert "| Style |  | Wholesale |\n" in render_markdown(one, ABOUT)


def test_a_name_stays_in_its_line_and_a_long_text_does_not() -> None:
    before, after = f"{'soft ' * 20}tee", f"{'soft ' * 20}shirt"
    named = plan(step("update", "product:a", change("name", before, after)))
    described = plan(step("update", "product:a", change("description", before, after)))

    assert "[tee]" not in text_of(named)
    assert "- …" in text_of(described)
    assert "soft [tee]\n" in text_of(described)
    assert "soft [shirt]\n" in text_of(described)
    assert "soft soft **shirt**" in render_markdown(described, ABOUT)


def test_retail_stands_beside_a_wholesale_that_moves_far() -> None:
    stays = {("prices", "EUR", "rec_sales_price"): "462.5"}
    far = style("update", "tee", ["s", "m"], price("EUR", "303.28", "31.95"))
    near = style("update", "cap", ["c"], price("EUR", "100", "104"))
    moved = plan(*(replace(one, beside=stays) for one in (*far, *near)))

    text, page = text_of(moved), render_markdown(moved, ABOUT)

    assert text.count("retail 462.50") == page.count("<br>retail stays 462.50 |") == 1
