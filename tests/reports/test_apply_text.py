import re
from typing import Any

import pytest
from golden_files import check
from plan_builders import change, plan, step
from plan_cases import HOSTILE
from report_cases import ALL as ALL_REPORTS
from report_cases import report
from sales_cases import REPORTS

from reconcile.core.outcomes import Report
from reconcile.reports.apply_text import held_question, render_report
from reconcile.reports.layout import columns
from reconcile.reports.plan_text import render_plan

ALL = {**ALL_REPORTS, **REPORTS}
DIGEST = "sha256:7c41d0aa" + "0" * 56


def rendered(the_report: Report, **options: Any) -> str:
    options = {
        "digest": DIGEST,
        "seconds": 41.2,
        "color": False,
        "width": 100,
        **options,
    }
    return render_report(the_report, **options)


@pytest.mark.parametrize("case", ALL)
def test_report_looks_as_designed(case: str) -> None:
    check(f"report-{case}", rendered(ALL[case]))


@pytest.mark.parametrize("width", [60, 120])
def test_it_fits_other_terminals(width: int) -> None:
    check(f"report-in-part-{width}", rendered(ALL["in-part"], width=width))


@pytest.mark.parametrize("case", ALL)
def test_colour_is_only_added(case: str) -> None:
    colored = rendered(ALL[case], color=True)

    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == rendered(ALL[case])


def test_in_colour() -> None:
    check("report-in-part-color", rendered(ALL["in-part"], color=True))


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("width", [60, 100])
def test_what_is_left_fits_the_terminal(case: str, width: int) -> None:
    lines = rendered(ALL[case], width=width).split("\n")
    told = lines[: lines.index("")] if "" in lines else []

    assert [line for line in told if columns(line) > width] == []


@pytest.mark.parametrize("case", ALL)
def test_nothing_reaches_the_terminal_that_it_would_obey(case: str) -> None:
    assert all(
        char.isprintable() or char == "\n" for char in rendered(ALL[case], width=60)
    )


def test_the_good_day_is_one_line() -> None:
    assert rendered(ALL["good"]) == (
        "applied, 123 changed, 0 left · plan 7c41d0aa · 41 s · "
        "read back: all as planned"
    )


def test_personal_data_in_words_is_hidden() -> None:
    bad = step(
        "update",
        "customer:1000",
        change("name", "Ida Jensen", "Bo Hansen"),
        change("currency", "DKK", "EUR"),
    )
    the_report = report(("failed", "BO HANSEN: x@y.example, not EUR", [bad]))

    assert "•••: •••, not EUR" in rendered(the_report)
    assert "BO HANSEN: x@y.example" in rendered(the_report, show_personal=True)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
    ],
)
def test_time_in_words(seconds: float, expected: str) -> None:
    assert f" · {expected} · " in rendered(ALL["good"], seconds=seconds)


def test_a_product_counts_with_its_variants_as_in_the_plan() -> None:
    goes = [
        step("delete", f"product:{key}", cascade=[f"{key}-s", f"{key}-m"])
        for key in "abcd"
    ]
    results = zip(("done", "archived", "failed", "as found"), goes, strict=True)
    the_report = report(*((result, "", [one]) for result, one in results))  # type: ignore[misc]
    text = render_plan(the_report.plan, digest=DIGEST, color=False)

    assert "12 deleted" in text
    assert "6 changed, 3 already there, 3 left (3 not applied)" in rendered(the_report)


CONFLICT = step("update", "product:cap", change("name", "a", "b", held="both"))
GONE = step("delete", "product:tee")
BAD = step("update", "product:hat", change("name", "a", "b"), source="f.yaml:2")


@pytest.mark.parametrize(
    ("the_report", "when_refused", "hint"),
    [
        (report(of=plan(CONFLICT)), "archive", "reconcile apply --write-drift"),
        (report(of=plan(CONFLICT)), "fail", "reconcile pull"),
        (report(("failed", "orders", [GONE])), "fail", "when_refused: archive"),
        (report(("failed", "500", [GONE])), "archive", "Go on with: reconcile apply"),
        (report(("failed", "x", [GONE, BAD])), "fail", "Correct f.yaml:2 and merge"),
        (report(("failed", "not EUR", [BAD])), "archive", "Correct f.yaml:2 and merge"),
        (
            report(("failed", "Traede answered 503", [BAD])),
            "archive",
            "Correct f.yaml:2 and merge, or run again: reconcile apply",
        ),
        (
            report(
                ("skipped", "name was changed in Traede after the plan: a → c", [BAD])
            ),
            "archive",
            "Look again: reconcile plan",
        ),
        (
            report(("skipped", "x", [GONE]), of=plan(CONFLICT, GONE)),
            "fail",
            "Go on with: reconcile apply",
        ),
    ],
)
def test_the_last_line_says_what_helps(
    the_report: Report, when_refused: Any, hint: str
) -> None:
    text = rendered(the_report, when_refused=when_refused, width=300)

    assert hint in text.split("\n")[-1]


def test_what_traede_refuses_with_words_is_not_tried_again() -> None:
    text = rendered(report(("failed", "price must be a number", [BAD])), width=300)

    assert text.endswith("Correct f.yaml:2 and merge")


def test_the_question_about_what_is_held_counts_and_names() -> None:
    held = [
        step("update", f"product:{n}", change("name", "a", "b", held="drift"),
             change("weight", "1", "2"), name=f"Style {n}")
        for n in range(7)
    ]  # fmt: skip
    gone = step("create", "product:x", change("name", None, "X", held="drift"))

    assert held_question(plan(*held[:1])) == (
        "Also put back 1 value that somebody changed in Traede: 0 Style 0?"
    )
    assert held_question(plan(*held, gone)) == (
        "Also put back 7 values that somebody changed in Traede and 1 product that "
        "somebody deleted there: 0 Style 0, 1 Style 1, 2 Style 2, 3 Style 3, "
        "4 Style 4, 3 more?"
    )
    assert held_question(plan(gone)) == (
        "Also put back 1 product that somebody deleted in Traede: x?"
    )


def test_the_question_is_harmless() -> None:
    bad = step("update", f"product:{HOSTILE}", change("name", "a", "b", held="drift"),
               name=HOSTILE)  # fmt: skip

    assert held_question(plan(bad)).isprintable()
