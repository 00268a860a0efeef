import re
from typing import Any

import pytest
from golden_files import check
from plan_builders import change, step
from report_cases import ALL, report

from reconcile.core.outcomes import Report
from reconcile.reports.apply_text import render_report
from reconcile.reports.layout import columns

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
