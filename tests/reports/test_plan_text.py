import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from golden_files import check
from plan_builders import change, made, plan, price, step, style
from plan_cases import ALL as ALL_PLANS
from sales_cases import SALES

from reconcile.core.model import MISSING, UNKNOWN
from reconcile.core.rules.wording import money
from reconcile.core.steps import Change, Plan
from reconcile.reports.about import About
from reconcile.reports.layout import columns, fit, wrap
from reconcile.reports.plan_html import render_html
from reconcile.reports.plan_markdown import render_markdown
from reconcile.reports.plan_text import render_plan
from reconcile.reports.prices import price_rows, spread
from reconcile.reports.words import moved

ALL = {**ALL_PLANS, **SALES}
DIGEST = "sha256:7c41d0aa" + "0" * 56
WIDTHS = (60, 100, 120)


def rendered(the_plan: Plan, **options: Any) -> str:
    options = {"digest": DIGEST, "color": False, "width": 100, **options}
    return render_plan(the_plan, **options)


@pytest.mark.parametrize("case", ALL)
def test_plan_looks_as_designed(case: str) -> None:
    check(f"plan-{case}", rendered(ALL[case]))


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("case", ["season", "prices", "wide", "sizes"])
def test_it_fits_other_terminals(case: str, width: int) -> None:
    check(f"plan-{case}-{width}", rendered(ALL[case], width=width))


@pytest.mark.parametrize("case", ["creates", "prices", "others", "refused", "sizes"])
def test_verbose_folds_nothing(case: str) -> None:
    text = rendered(ALL[case], verbose=True)

    assert "--verbose" not in text
    check(f"plan-{case}-verbose", text)


def test_verbose_shows_each_row_of_a_big_plan() -> None:
    assert rendered(ALL["big"]).count("more (--verbose)") == 3
    text = rendered(ALL["big"], verbose=True)

    assert "more (--verbose)" not in text
    assert all(f"Style {number} " in text for number in range(60))


def test_colour_is_only_added() -> None:
    colored = rendered(ALL["season"], color=True)

    check("plan-season-color", colored)
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == rendered(ALL["season"])


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("width", WIDTHS)
def test_only_the_last_line_may_be_wider_than_the_terminal(
    case: str, width: int
) -> None:
    for verbose in (False, True):
        *lines, _ = rendered(ALL[case], width=width, verbose=verbose).split("\n")
        # A text in quotes that is to be copied is not broken.
        broken = [line for line in lines if not re.fullmatch(r" +\S.*\"\]?,", line)]
        assert [line for line in broken if columns(line) > width] == []


@pytest.mark.parametrize("case", ALL)
def test_nothing_reaches_the_terminal_that_it_would_obey(case: str) -> None:
    text = rendered(ALL[case], verbose=True)

    assert all(char.isprintable() or char == "\n" for char in text)
    assert not [line for line in text.split("\n")[:-1] if line.startswith("Plan ")]
    # Nor the log of a pipeline.
    assert not re.search(r"##\[|^\s*::[a-z]", text, re.MULTILINE)


def test_personal_values_are_shown_only_when_asked_for() -> None:
    secret = ("Ida", "ida@jensen.example", "Odense", "Bo ", "5000")
    for verbose in (False, True):
        text = rendered(ALL["personal"], verbose=verbose)
        assert not [word for word in secret if word in text]
    shown = rendered(ALL["personal"], show_personal=True)

    assert "billing_email               ida@jensen.example → bo@" in shown
    assert "addresses Ida at home city  (last applied •••) → Odense" in shown
    assert "name  catalog Bo Jensen · Traede Bo Hansen" in shown


def test_new_styles_show_the_price_in_the_base_currency() -> None:
    assert "DKK 90–95 / 250 +1 currency " in rendered(ALL["creates"])
    assert "EUR 12.50 +1 currency" in rendered(ALL["creates"], base_currency="EUR")


def test_verbose_counts_what_is_not_managed() -> None:
    one = plan(step("create", "product:a", name="A"))
    one.summary["variant"]["unmanaged"] = 12  # type: ignore[index]

    line = "In Traede and not in the catalog, left alone: 12 variants"
    assert line in rendered(one, verbose=True)
    assert line not in rendered(one)


def test_only_held_is_nothing_to_do() -> None:
    gone = step("create", "product:a", change("name", MISSING, "A", held="drift"))

    last = rendered(plan(gone)).splitlines()[-1]

    assert last == "nothing to write: 1 held (Traede)"


def test_a_delete_may_be_configured_to_fail() -> None:
    text = rendered(ALL["deletes"], when_refused="fail")

    assert "deleted, or left as it is if Traede refuses (orders)" in text
    assert "or archived" not in text


def test_same_plan_same_bytes() -> None:
    """Also under another hash seed: sets must not show."""
    script = (
        "from test_plan_text import ALL; from reconcile.reports.plan_text import *\n"
        "for p in ALL.values(): print(ascii("
        "render_plan(p, digest='0', color=True, verbose=True)))"
    )
    here = Path(__file__).parent
    path = os.pathsep.join((str(here), str(here.parents[1])))
    texts = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", script],
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(texts) == 1


def test_a_verdict_counts_objects() -> None:
    mixed = plan(
        step("create", "product:a", name="A"),
        step("update", "product:b", price("EUR", "1", "2")),
        step("update", "product:c", change("name", "x", "y", held="drift")),
        step("delete", "product:d", cascade=["d-1", "d-2"]),
    )

    assert rendered(mixed).splitlines()[-1] == (
        "Plan 7c41d0aa: 1 created, 1 updated, 3 deleted; 1 held (Traede)"
    )


@pytest.mark.parametrize(
    ("kind", "one", "expected"),
    [
        ("variant", change("archived", False, True), "no → yes"),
        ("variant", change("archived", False, True, "applied"),
         "(last applied no) → yes"),
        ("variant", change("archived", UNKNOWN, True, "unknown"), "(unknown) → yes"),
        ("variant", change("archived", UNKNOWN, True, "applied"), "(unknown) → yes"),
        ("variant", change("weight", "180", None), "180 → as the product"),
        ("product", change("weight", "180", None), "180 → none"),
        ("product", change("name", MISSING, "A"), "none → A"),
        ("product", change("name", "no", "A → B"), '"no" → "A → B"'),
        ("product", change("tags", ["a", "b"], ["b", "c"]), "+ c  - a"),
        ("product", change("tags", ["a"], None), "- a"),
        ("product", change("tags", UNKNOWN, ["a", "b"], "unknown"),
         "(unknown) → a, b"),
        ("product", change("colli", [6], [12], "applied"),
         "+ 12  - 6  (last applied 6)"),
        ("product", change("name", "x" * 80, "x" * 79 + "y"),
         f"…{'x' * 13} → …{'x' * 12}y"),
        ("variant", change("cost_prices EUR cost_price", "10", "12.5"),
         "10 → 12.50 +25.0 %"),
        ("product", change("suppliers", UNKNOWN, [{"supplier_number": "A",
         "primary": True}], "unknown"), "(unknown) → A (primary yes)"),
        ("product", change("suppliers",
         [{"supplier_number": "A", "primary": True}, {"supplier_number": "B"}],
         [{"supplier_number": "B", "lead_time_to": 4}, {"supplier_number": "C"}]),
         "- A  B: lead_time_to none → 4  + C"),
        ("variant", change("drops", [{"drop_id": 7}], [{"drop_code": "D"}]),
         "- 7  + D"),
        ("variant", change("images", [{"url": "u1"}], [{"url": "u2"}], "applied"),
         "+ u2"),
        ("customer", change("allowed_currencies",
         [{"currency": "DKK", "amount": "1"}], [{"currency": "DKK"}]),
         "DKK: amount 1 → none"),
        ("customer", change("name", "Ida", "Bo"), "••• → •••"),
        ("category", change("name", None, "Men"), "none → Men"),
    ],
)  # fmt: skip
def test_a_change_in_words(kind: Any, one: Change, expected: str) -> None:
    assert moved(kind, one) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("300", "300"),
        ("40.5", "40.50"),
        ("127.95", "127.95"),
        ("1.2345", "1.2345"),
        ("0", "0"),
    ],
)
def test_prices_have_two_decimals_where_they_are_not_whole(
    value: str, expected: str
) -> None:
    assert money(value) == expected


@pytest.mark.parametrize(
    ("before", "after", "outlier"),
    [
        ("100", "125", False),
        ("100", "125.01", True),
        ("100", "75", False),
        ("100", "74.99", True),
        ("100", "1000", True),
        ("100", "0", True),
        ("0", "100", False),
        (None, "100", False),
        ("100", None, False),
    ],
)
def test_what_moves_far_is_an_outlier(
    before: str | None, after: str | None, outlier: bool
) -> None:
    (row,) = price_rows(style("update", "a", ["a-1"], price("EUR", before, after)))

    assert row.outlier is outlier


@pytest.mark.parametrize(("limit", "words"), [("40", ""), ("10.50", "1 beyond 10.5 %")])
def test_how_far_is_far_is_the_brands_to_say(limit: str, words: str) -> None:
    raised = plan(style("update", "a", ["a-1"], price("EUR", "100", "130")))
    about = About(DIGEST, far=Decimal(limit))

    shown = (
        render_plan(raised, digest=DIGEST, color=False, far=Decimal(limit)),
        render_markdown(raised, about),
        render_html(raised, about),
    )

    for text in shown:
        assert words in text
        assert words or "beyond" not in text


def test_price_rows_put_equal_changes_of_a_style_together() -> None:
    rows = price_rows(
        [
            *style("update", "b", ["b-1", "b-2"], price("EUR", "10", "11")),
            *style("update", "b", ["b-3"], price("EUR", "10", "12")),
            *style("update", "a", ["a-1"], price("EUR", "10", "90")),
            *style("create", "a", ["a-2"], made("name", "not a price")),
        ]
    )

    assert [(row.style.key, len(row.variants), row.alone) for row in rows] == [
        ("a", 1, True),
        ("b", 2, False),
        ("b", 1, False),
    ]
    assert spread(rows[1:]) == "wholesale 1 style +10.0 % to +20.0 %"


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab d", 4, "ab d"),
        ("ab de", 4, "ab…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("é" * 4, 3, "éé…"),
        ("abc", 1, "…"),
    ],
)
def test_a_text_is_cut_by_columns(text: str, room: int, expected: str) -> None:
    assert fit(text, room) == expected
    assert columns(expected) <= room


def test_wrapping_keeps_inner_spaces_and_long_words() -> None:
    assert wrap("a  b cc ddddddddd e", 5, 4) == ["a  b", "cc", "ddddddddd", "e"]
    assert wrap("", 5, 5) == [""]
