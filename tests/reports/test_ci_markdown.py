"""What a pipeline says beside plans and outcomes."""

from __future__ import annotations

import re

import pytest
from about_cases import ABOUT, DIGEST
from hypothesis import given
from hypothesis import strategies as st
from support.builders import catalog, ledger, live, plan, product

from reconcile.core.drift import Drift, find_drift
from reconcile.core.model import Tenant
from reconcile.reports.about import About
from reconcile.reports.ci_markdown import (
    drift_closing,
    drift_title,
    marked_text,
    marker,
    render_drift_issue,
    render_failed,
    within_bytes,
)

SHOP = Tenant("https://api.traede.com", 1)


def test_a_marker_names_shop_environment_and_purpose():
    found = marker(SHOP, "sunrise", "production", "plan")

    assert re.fullmatch(
        r"<!-- traede-reconcile:sunrise:production:[0-9a-f]{8}:plan -->", found
    )


def test_markers_of_two_shops_differ_whatever_they_are_called():
    facts = [
        (SHOP, "a", "", "plan"),
        (Tenant(SHOP.url, 2), "a", "", "plan"),
        (Tenant("https://other.example", 1), "a", "", "plan"),
        (SHOP, "b", "", "plan"),
        (SHOP, "a", "b", "plan"),
        (SHOP, "a", "", "drift"),
    ]

    assert len({marker(*fact) for fact in facts}) == len(facts)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_name_ends_the_comment(name: str, environment: str):
    found = marker(SHOP, name, environment, "plan")

    assert found.index("-->") == len(found) - 3
    assert "\n" not in found
    assert "--" not in found[4:-3]


def test_a_marked_text_is_within_the_limit_with_its_marker():
    text = marked_text("<!-- m -->", lambda limit: "x" * limit)

    assert text(100) == "<!-- m -->\n" + "x" * 89


@pytest.mark.parametrize("char", ["x", "ö", "→", "😀"])
@pytest.mark.parametrize("most", [5_000, 100_000])
def test_a_summary_has_as_many_bytes_as_it_may(char: str, most: int):
    text = within_bytes(lambda limit: char * min(limit, 200_000), most)

    assert most * 0.9 < len(text.encode()) <= most


@pytest.mark.parametrize("most", [-700, 0, 10])
def test_where_there_is_no_room_nothing_is_said(most: int):
    assert within_bytes(lambda _: "x" * 100, most) == ""


HOSTILE = "<b>@you</b> | `x` [a](https://evil.example)\n::error::"


@pytest.mark.parametrize("applying", [True, False])
def test_why_there_is_nothing_is_text_alone(applying: bool):
    text = render_failed(HOSTILE, HOSTILE, ABOUT, applying=applying)

    assert text.splitlines()[0].startswith("### 🛑 ")
    assert ("Nothing was written" in text) is applying
    bare = re.sub(r"`+[^`]*`+", "", text)
    assert "<b>" not in bare
    assert "@you" not in bare
    assert "\n::" not in text
    assert "[run 118](" in text


def test_without_a_plan_there_is_no_number_of_one():
    assert "plan ``" not in render_failed("x", "", About(""))
    assert "plan `7c41d0aa`" in render_failed("x", "", About(DIGEST))


def drift(*names: str) -> Drift:
    """Products that somebody gave these names in Traede."""
    ours = [product(f"p{n:03}") for n in range(len(names))]
    theirs = [product(f"p{n:03}", name=name) for n, name in enumerate(names)]
    wanted = catalog(*ours)
    return find_drift(wanted, plan(wanted, live(*theirs), ledger(*ours)))


def test_an_issue_says_what_changed_and_the_two_ways():
    text = render_drift_issue(drift("By hand"), ABOUT)

    assert text.splitlines()[0] == "### ✋ 1 object changed in Traede"
    assert "By hand" in text
    assert "`reconcile pull`" in text
    assert "`reconcile apply --write-drift`" in text


def test_text_of_traede_cannot_leave_the_listing():
    text = render_drift_issue(drift("``` </details> @everyone ````"), ABOUT)
    fence, *_ = re.findall(r"^`{3,}(?=text$)", text, re.MULTILINE)
    inside = text.split(f"{fence}text\n")[1].split(f"\n{fence}\n")[0]

    assert len(fence) == 5
    assert "@everyone" in inside
    assert "@everyone" not in text.replace(inside, "")


@pytest.mark.parametrize("limit", [2_000, 10_000, 60_000])
def test_a_long_issue_counts_what_it_leaves_out(limit: int):
    text = render_drift_issue(drift(*["By hand " * 5] * 600), ABOUT, limit=limit)

    assert len(text) <= limit
    assert re.search(r"… \d+ more lines: `reconcile drift`", text)
    assert text.startswith("### ✋ 600 objects changed")


def test_title_and_last_word():
    assert drift_title("production, brand 1").endswith("(production, brand 1)")
    assert drift_title("") == "Changed in Traede, and not in the catalog"
    assert drift_closing(About("")) == "Traede is as the catalog says again."
    assert "(https://github.com/" in drift_closing(ABOUT)
