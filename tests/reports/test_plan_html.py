"""The report as text: what stands in it, and what never does. How it looks and works
is tested in a browser, in tests/browser."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import plan_cases
import pytest
import report_cases
from about_cases import ABOUT, DIGEST, on_a_branch
from golden_files import check
from hypothesis import given
from hypothesis import strategies as st
from plan_builders import change, made, plan, price, retail, step, style

from reconcile.reports.about import About, Links
from reconcile.reports.plan_html import render_html
from reconcile.reports.plan_html_cards import cards, size_rank
from reconcile.reports.plan_html_prices import currencies
from reconcile.reports.plan_html_words import Facts, stripped

STATES = {
    **{f"plan-{name}": (one, None) for name, one in plan_cases.ALL.items()},
    **{f"report-{name}": (one.plan, one) for name, one in report_cases.ALL.items()},
}
TAGS = set(
    "html head meta title style script body a header h1 svg path circle line rect ul "
    "li code main p nav strong span form label input select option button output div "
    "section h2 h3 bdi table caption thead tbody tr th td dl dt dd del ins details "
    "summary mark footer".split()
)
VOID = {"meta", "input", "br", "link", "img"}


class Tags(HTMLParser):
    """Fails where a tag is not closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data


def page(html: str) -> str:
    """Without style and script, which are files of their own, and their hashes."""
    html = re.sub(r"<(style|script)>.*?</\1>", r"<\1>…</\1>", html, flags=re.S)
    html = re.sub(r"sha256-[\w+/=]{44}", "sha256-…", html)
    return re.sub(r"\n\s*\n+", "\n", html)


@pytest.mark.parametrize("state", STATES)
def test_a_report_looks_as_designed(state: str) -> None:
    one, report = STATES[state]

    check(state, page(render_html(one, ABOUT, report)), "html")


def test_a_comparison_without_traede_says_so() -> None:
    one = replace(plan_cases.ALL["season"], complete=False)

    check("plan-offline", page(render_html(one, ABOUT)), "html")


def test_what_did_not_come_with_the_branch_is_marked() -> None:
    html = render_html(on_a_branch(), ABOUT)

    check("plan-branch", page(html), "html")
    assert html.count(">waiting already</span>") == 5


@pytest.mark.parametrize("state", STATES)
def test_tags_are_closed_ids_are_unique_and_nothing_is_loaded(state: str) -> None:
    one, report = STATES[state]
    tags = Tags(render_html(one, ABOUT, report))

    ids = [attrs["id"] for _, attrs in tags.all if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert not [tag for tag, attrs in tags.all if {"src", "style"} & set(attrs)]
    assert {attrs["href"] for tag, attrs in tags.all if tag == "a"} <= {
        f"#{name}" for name in (*ids, "changes")
    } | {str(attrs["href"]) for tag, attrs in tags.all if tag == "a"
         and str(attrs["href"]).startswith("https://github.com/sunrise/")}  # fmt: skip


def test_only_its_own_style_and_script_may_run() -> None:
    html = render_html(plan_cases.ALL["season"], ABOUT)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)

    assert re.fullmatch(
        r"default-src &#39;none&#39;; style-src &#39;sha256-\S{44}&#39;; "
        r"script-src &#39;sha256-\S{44}&#39;; base-uri &#39;none&#39;; "
        r"form-action &#39;none&#39;",
        policy,
    )
    own = re.findall(r"<(?:style|script)>.*?</(?:style|script)>", html, re.DOTALL)
    assert len(own) == 2
    assert not re.search(r"https?://|url\(|@import|fetch|eval", "".join(own))


@pytest.mark.parametrize("name", ["personal", "creates", "others"])
def test_personal_data_is_hidden(name: str) -> None:
    html = render_html(plan_cases.ALL[name], ABOUT)

    assert not re.search(r"Ida|Bo Hansen|Odense|jensen|5000", html)


def test_what_traede_says_of_a_customer_is_hidden_too() -> None:
    report = report_cases.ALL["bad"]

    assert "jensen.example" not in render_html(report.plan, ABOUT, report)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x"])
def test_a_link_leads_to_the_web_or_nowhere(url: str) -> None:
    about = replace(ABOUT, links=Links(url, "c"), change_url=url, run_url=url)
    html = render_html(plan_cases.ALL["season"], about)

    assert url not in html


def test_without_links_places_are_plain_text() -> None:
    html = render_html(plan_cases.ALL["season"], About(DIGEST))

    assert 'href="http' not in html
    assert '<span class="place">catalog/categories.yaml:7</span>' in html


@given(st.text(max_size=80), st.text(min_size=1, max_size=20))
def test_whatever_a_catalog_says_is_text(text: str, key: str) -> None:
    one = plan(
        step("create", f"product:{key}", made("name", text), made("description", text),
             name=text),
        step("create", f"variant:{text}", made(("attributes", text), text),
             parent=key, name=text),
        step("update", f"product:{text}x", change("name", text, f"{text} a b"),
             change(("meta", text), text, key, held="drift"), name=text),
    )  # fmt: skip
    tags = Tags(render_html(one, ABOUT))

    assert {tag for tag, _ in tags.all} <= TAGS
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", tags.text)


# --- prices ------------------------------------------------------------------------


def facts(*steps: object) -> Facts:
    return Facts(plan(*steps), ABOUT, None)  # type: ignore[arg-type]


def test_a_bar_stands_on_its_side_of_zero_and_far_moves_fill_it() -> None:
    (eur,) = currencies(
        facts(
            style("update", "up", ["a"], price("EUR", "100", "110")),
            style("update", "down", ["b"], price("EUR", "100", "95")),
            style("update", "far", ["c"], price("EUR", "100", "1000")),
        )
    )
    bars = {row.who.key: row.bar for row in eur.rows}

    assert [(one.x, one.width, one.mood) for one in filter(None, bars.values())] == [
        (60, 60, "far"), (48, 12, "down"), (60, 24, "up")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wholesale", "recommended", "margin"),
    [
        ("50", "100", "50 %"),
        ("127.95", "194.95", "34 %"),
        ("5", "0", ""),
        ("5", None, ""),
    ],
)
def test_the_margin_is_of_the_new_prices(
    wholesale: str, recommended: str | None, margin: str
) -> None:
    changes = price("EUR", "1", wholesale), retail("EUR", "1", recommended)
    (eur,) = currencies(facts(style("update", "x", ["a"], *changes)))

    assert eur.rows[0].margin == margin


@given(st.lists(st.integers(1, 400), min_size=3, max_size=40))
def test_every_usual_move_stands_in_the_histogram(prices: list[int]) -> None:
    (eur,) = currencies(
        facts(
            *(
                style("update", f"s{n}", [f"v{n}"], price("EUR", "100", f"{amount}.5"))
                for n, amount in enumerate(prices)
            )
        )
    )
    usual = [amount for amount in prices if 75 <= amount <= 124]
    if len(usual) < 3:
        assert eur.histogram is None
        return
    assert eur.histogram is not None
    told = sum(int(re.findall(r"(\d+) styles?$", one.label)[0])
               for one in eur.histogram.bins)  # fmt: skip

    assert told == len(usual)
    left = len(prices) - len(usual)
    assert (f"{left} beyond 25 % not drawn" in eur.histogram.told) is (left > 0)
    assert all(0 <= one.x < 480 and 0 <= one.y <= 64 for one in eur.histogram.bins)
    assert Decimal(eur.histogram.low.strip(" %")) >= -25


# --- new styles --------------------------------------------------------------------


def test_new_variants_stand_in_a_grid_of_colours_and_sizes() -> None:
    (card,) = [
        card
        for card in cards(Facts(plan_cases.ALL["creates"], ABOUT, None))
        if card.row.who.key == "cap"
    ]

    assert card.grid is not None
    assert card.grid.titles == ("Color", "Size")
    assert card.grid.columns == tuple(map(str, range(50, 62)))
    assert [title for title, _ in card.grid.rows] == ["Black", "White"]
    assert card.prices == (("DKK", ("90–95", "250")), ("EUR", ("12.50", "")))


@pytest.mark.parametrize(
    "attributes",
    [
        [("Color", "a", "Size", "S"), ("Color", "a", "Size", "S")],
        [("Color", "a", "Size", "S"), ("Size", "M")],
        [("A", "1", "B", "2", "C", "3")],
    ],
)
def test_what_fits_no_grid_is_a_list(attributes: list[tuple[str, ...]]) -> None:
    variants = [
        step("create", f"variant:{n}",
             *(made(("attributes", name), value)
               for name, value in zip(one[::2], one[1::2], strict=True)),
             parent="x")
        for n, one in enumerate(attributes)
    ]  # fmt: skip
    (card,) = cards(facts(*variants))

    assert card.grid is None
    assert len(card.listed) == len(attributes)


def test_sizes_stand_as_people_sort_them() -> None:
    sizes = ["XL", "One size", "10", "S", "9", "M", "2XL", "9.5"]

    assert sorted(sizes, key=size_rank) == [
        "9", "9.5", "10", "S", "M", "XL", "2XL", "One size",
    ]  # fmt: skip


def test_html_is_shown_as_people_read_it() -> None:
    assert stripped("<p>Caf&eacute; <b>au</b>\nlait</p>") == "Café au lait"


def test_outcomes_stand_beside_what_was_planned() -> None:
    report = report_cases.ALL["in-part"]
    text = " ".join(Tags(render_html(report.plan, ABOUT, report)).text.split())

    assert "79885 Shirt Polo Ralph Lauren blue 3 variants 4 not applied" in text
    assert "72066 Shorts America Sun68 beige 4 variants archived instead" in text
    assert "4 skipped “EUR wholesale was changed in Traede" in text
    assert "110 applied" in text
