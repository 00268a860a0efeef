"""The report as text: what stands in it, and what never does. How it looks and works
is tested in a browser, in tests/browser."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import html_cases
import plan_cases
import pytest
import report_cases
from about_cases import ABOUT, DIGEST, on_a_branch
from golden_files import check
from hypothesis import given
from hypothesis import strategies as st
from plan_builders import change, made, plan, price, retail, step, style

from reconcile.core.model import Ref
from reconcile.core.outcomes import Report, Result, ResultName
from reconcile.core.steps import Block, Change, Product, Refusal, Warned
from reconcile.reports.about import About, Links
from reconcile.reports.plan_html import render_html
from reconcile.reports.plan_html_cards import cards
from reconcile.reports.plan_html_files import files
from reconcile.reports.plan_html_grid import size_rank, style_grid
from reconcile.reports.plan_html_prices import currencies
from reconcile.reports.plan_html_texts import long_texts, stripped
from reconcile.reports.plan_html_view import view_of
from reconcile.reports.plan_html_words import Facts

STATES = {
    **{f"plan-{name}": (one, None) for name, one in plan_cases.ALL.items()},
    "plan-styles": (html_cases.styles(), None),
    **{f"report-{name}": (one.plan, one) for name, one in report_cases.ALL.items()},
}
POLO = Ref("product", "polo")
TEES = html_cases.TEES
TAGS = set(
    "html head meta title style script body a header h1 svg path circle line rect ul "
    "li code main p nav strong span form label input select option button output div "
    "section pre h2 h3 bdi table caption thead tbody tr th td dl dt dd del ins details "
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
    assert html.count(">waiting already</span>") == 9  # in 4 of them by file too


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
         and str(attrs["href"]).startswith(
             ("https://github.com/sunrise/", "https://img.example/"))}  # fmt: skip


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
        step("delete", f"product:{key}y", name=text, notes=[f"file removed: {text}"]),
        refused=(Refusal(f"update:product:{text}", text, text),),
        blocked=(Block("x", f"`{text}` and {text}", (f"product:{text}",), text),),
        warnings=(Warned("x", f"product:{text}", text),
                  Warned("not-protected", "", text)),
        products={
            Ref("product", key): Product(text, {Ref("variant", text): {text: text}})
        },
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
        (60, 60, "far"), (38, 22, "down"), (60, 45, "up")
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

    assert (eur.rows[0].margin.after if eur.rows[0].margin else "") == margin


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

    grid = card.row.grid
    assert grid is not None
    assert grid.titles == ("Color", "Size")
    assert grid.columns == tuple(map(str, range(50, 62)))
    assert [title for title, _ in grid.rows] == ["Black", "White"]
    assert card.prices == (("DKK", ("90–95", "250")), ("EUR", ("12.50", "")))


@pytest.mark.parametrize(
    "attributes",
    [
        [("Color", "a", "Size", "S"), ("Color", "a", "Size", "S")],
        [("Color", "a", "Size", "S"), ("Size", "M")],
        [("A", "1", "B", "2", "C", "3")],
        [("A", a, "B", a, "C", a) for a in "12"],
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

    assert card.row.grid is None
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


# --- variants of styles that are there ----------------------------------------------


def test_a_grid_shows_what_becomes_of_every_variant() -> None:
    grid = style_grid(Facts(html_cases.styles(), ABOUT, None), POLO, "deletes")

    assert grid is not None
    assert grid.titles == ("Color", "Size")
    assert grid.columns == ("S", "M", "L", "XL")
    said = {
        title: [one and (one.said, one.sku, one.ean) for one in cells]
        for title, cells in grid.rows
    }
    assert said == {
        "Navy": [
            ("archived", "polo-n-s", ""),
            ("changed: ean, price", "polo-n-m", "5701234567882"),
            ("unchanged", "polo-n-l", ""),
            ("new", "polo-n-xl", "5701234567899"),
        ],
        "White": [
            ("deleted", "polo-w-s", ""),
            ("not possible", "polo-w-m", ""),
            ("deleted in Traede", "polo-w-l", ""),
            None,
        ],
    }


def test_where_all_variants_change_alike_no_grid_repeats_it() -> None:
    tags = [change("weight", "1", "2")]
    one = replace(
        plan(style("update", "tee", html_cases.TEES, *tags)),
        products=html_cases.styles().products,
    )

    facts = Facts(one, ABOUT, None)

    assert style_grid(facts, Ref("product", "tee"), "other") is None


def test_a_grid_stands_once() -> None:
    html = render_html(html_cases.styles(), ABOUT)

    assert html.count("What becomes of each variant of polo") == 1
    (card,) = view_of(html_cases.styles(), ABOUT).cards
    assert [(one.cell.sku, one.attributes) for one in card.listed] == [
        ("polo-n-xl", "Color Navy, Size XL")
    ]


def test_a_variant_is_told_by_its_look() -> None:
    view = view_of(html_cases.styles(), ABOUT)
    (old,) = [row for row in view.deletes if row.who.key == "old"]

    assert [(one.look, one.sku) for one in old.variants] == [
        ("54", "old-1"), ("56", "old-2")
    ]  # fmt: skip


def test_rows_of_a_style_that_goes_two_ways_name_the_sizes() -> None:
    (dkk,) = currencies(Facts(html_cases.styles(), ABOUT, None))

    assert [(row.who.key, row.named) for row in dkk.rows] == [
        ("polo", "Navy M"), ("sock", "sock"), ("tee", "S, M"), ("tee", "L, XL"),
    ]  # fmt: skip


def test_a_margin_is_told_where_only_one_of_two_prices_moves() -> None:
    (dkk,) = currencies(Facts(html_cases.styles(), ABOUT, None))
    told = {
        (row.who.key, row.named): (row.margin.before, row.margin.after, row.margin.loss)
        for row in dkk.rows
        if row.margin
    }

    assert told == {
        ("tee", "S, M"): ("64", "60 %", False),
        ("tee", "L, XL"): ("60–64", "56–60 %", False),
        ("sock", "sock"): ("0", "-12 %", True),
    }
    retails = [row.retail and row.retail.after for row in dkk.rows]
    assert retails == [None, "80", "250", "250–275"]


@pytest.mark.parametrize(
    ("moves", "retail_told", "margin_told"),
    [
        ([price("EUR", "1", "2")], False, False),
        ([retail("EUR", "1", "2")], True, False),
        ([price("EUR", "1", "2"), retail("EUR", "3", "4")], True, True),
    ],
)
def test_columns_stand_where_there_is_something_in_them(
    moves: list[Change], retail_told: bool, margin_told: bool
) -> None:
    html = render_html(plan(style("update", "x", ["a"], *moves)), ABOUT)

    assert (">Retail</th>" in html) is retail_told
    assert (">Margin</th>" in html) is margin_told


# --- files --------------------------------------------------------------------------


def test_a_file_says_once_what_it_causes() -> None:
    told = {one.path: one for one in files(Facts(html_cases.styles(), ABOUT, None))}
    rows = {
        path: [(row.gone, row.verb, row.who.key, row.what) for row in one.rows]
        for path, one in told.items()
    }

    assert rows == {
        "catalog/prices/dkk.yaml": [
            ("", "changes", "tee", "DKK wholesale, 4 variants"),
            ("", "changes", "sock", "DKK retail, 1 variant"),
        ],
        "catalog/products/cap.yaml": [
            ("", "changes", "cap",
             "name, description, translations german description, meta Care"),
        ],
        "catalog/products/old.yaml": [("file removed", "deletes", "old", "2 variants")],
        "catalog/products/polo.yaml": [
            ("entry removed", "deletes 1 variant of", "polo", ""),
            ("", "changes", "polo", "DKK wholesale, archived, ean, 2 variants"),
            ("", "creates 1 variant of", "polo", ""),
            ("", "not possible", "polo-w-m", ""),
        ],
    }  # fmt: skip
    assert told[html_cases.MANY].said == "changes 2 styles (DKK wholesale, DKK retail)"
    assert told["catalog/products/polo.yaml"].said == (
        "deletes 1 variant · not possible 1 variant · creates 1 variant · "
        "changes 1 style (DKK wholesale, archived, ean)"
    )


# --- what stands against it ---------------------------------------------------------


def test_a_conflict_shows_what_was_last_applied() -> None:
    view = view_of(html_cases.styles(), ABOUT)
    (bag,) = view.conflicts

    assert [one.applied for one in bag.values] == ["Bag", "Wash cold"]
    assert bag.values[1].live == (("same", "Wash "), ("new", "warm"))
    assert bag.values[1].catalog == (("same", "Wash "), ("new", "by hand"))


@pytest.mark.parametrize("name", [*plan_cases.ALL, "styles"])
def test_who_changed_it_is_said_once_where_something_is_held(name: str) -> None:
    one = html_cases.styles() if name == "styles" else plan_cases.ALL[name]
    html = render_html(one, ABOUT)

    assert html.count("does not say who it was") == (1 if one.held else 0)


def test_what_is_good_to_know_stands_once_at_the_foot() -> None:
    html = render_html(html_cases.styles(), ABOUT)

    assert html.count("Traede does not return it") == 1
    assert html.index("Traede does not return it") > html.index("<footer")
    assert "not-protected" not in html


def test_what_we_quote_is_code() -> None:
    html = render_html(html_cases.styles(), ABOUT)

    assert "`" not in re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    assert "more than <code>deletes: 1</code> allows" in html
    assert "Write <code>renamed_from</code>, or take it out." in html
    assert "no <code>rec_sales_price</code> in EUR" in html
    assert "prices <code>b2c_offer_price</code>" in html


def test_backticks_of_a_catalog_stay_text() -> None:
    one = plan(step("update", "product:x", change("name", "a", "`b` c"), name="`<b>`"))
    html = render_html(one, ABOUT)

    assert "`&lt;b&gt;`" in html
    assert "<code>" not in html[html.index("<main") : html.index("<footer")]


# --- texts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "before", "after", "titles"),
    [
        ("description", "short one", "short two", []),
        ("name", "long " * 40, "longer " * 40, []),
        ("description", "long " * 40, "longer " * 40, [""]),
        ("description", "one line", "two\nlines", [""]),
        ("description", "<p>one</p>", "<p>two</p>", ["as text", "source"]),
        ("description", "<p>one</p>", "<b>one</b>", ["source; as text it is the same"]),
        ("description", "3 < 4 and 5 > 2", "3 < 4 and 5 > 1", []),
    ],
)
def test_longer_texts_stand_old_above_new(
    path: str, before: str, after: str, titles: list[str]
) -> None:
    assert [one.title for one in long_texts(change(path, before, after))] == titles


@given(
    st.text(alphabet="ab <>p/\n", max_size=300), st.text(alphabet="ab <", max_size=9)
)
def test_both_sides_of_a_text_are_whole(before: str, after: str) -> None:
    for one in long_texts(change("description", before, after)):
        source = "source" in one.title or not one.title
        sides = [before, after] if source else [stripped(before), stripped(after)]

        assert ["".join(text for _, text in side) for side in (one.before, one.after)
                ] == sides  # fmt: skip
        assert {how for how, _ in one.before} <= {"same", "old"}
        assert {how for how, _ in one.after} <= {"same", "new"}


# --- after an apply -----------------------------------------------------------------


def test_in_a_grid_each_variant_has_its_own_outcome() -> None:
    one = html_cases.styles()
    results: dict[str, ResultName] = {
        "delete:variant:polo-w-s": "archived",
        "create:variant:polo-n-xl": "failed",
        "update:variant:polo-n-m": "done",
    }
    report = Report(
        one, {s.id: Result(s, results[s.id]) for s in one.steps if s.id in results}
    )
    grid = style_grid(Facts(one, ABOUT, report), POLO, "deletes")

    assert grid is not None
    cells = [cell for _, row in grid.rows for cell in row if cell]
    assert {one.sku: one.outcome.text for one in cells if one.outcome} == {
        "polo-n-s": "not begun",
        "polo-n-m": "applied",
        "polo-n-xl": "not applied",
        "polo-w-s": "archived instead",
    }


def test_what_went_wrong_stands_above_what_was_only_left() -> None:
    report = report_cases.ALL["in-part"]
    view = view_of(report.plan, ABOUT, report)

    assert [(one.title, one.mood) for one in view.results] == [
        ("not applied", "bad"), ("skipped", "warn"), ("archived instead", "warn")
    ]  # fmt: skip
    assert view.tiles[0].part == "outcome"


@pytest.mark.parametrize(
    ("state", "apply", "undo"),
    [
        ("plan-prices", "To apply: merge; or by hand", "To undo afterwards: revert"),
        ("plan-season", "To apply: settle what blocks it, then merge", "To undo"),
        ("plan-empty", "", ""),
        ("report-good", "", "To undo: revert the change and apply again."),
        ("report-nothing", "", ""),
    ],
)
def test_the_foot_says_how_to_apply_and_undo(state: str, apply: str, undo: str) -> None:
    one, report = STATES[state]
    html = render_html(one, ABOUT, report)

    for words, known in (("To apply", apply), ("To undo", undo)):
        assert (words in html) is bool(known)
        assert known in html


# --- what a salesperson stumbles over -----------------------------------------------


def test_a_cell_says_both_where_a_variant_goes_off_sale_and_is_repriced() -> None:
    off = (change("archived", False, True), change("b2c_available", True, False))
    one = replace(
        plan(
            style("update", "tee", TEES[:1], *off, price("EUR", "1", "2")),
            style("update", "tee", TEES[1:2], *off),
            style("update", "tee", TEES[2:3], off[1]),
        ),
        products=html_cases.styles().products,
    )
    grid = style_grid(Facts(one, ABOUT, None), Ref("product", "tee"), "offsale")

    assert grid is not None
    assert [cell and cell.said for _, cells in grid.rows for cell in cells] == [
        "archived; changed: price", "archived", "changed: b2c_available", "unchanged",
    ]  # fmt: skip


def test_a_grid_sums_up_what_stays() -> None:
    grid = style_grid(Facts(html_cases.styles(), ABOUT, None), POLO, "deletes")

    assert grid is not None
    assert [grid.unchanged(cells) for _, cells in grid.rows] == ["", "L"]
    assert [title for title, _ in grid.rows] == ["White", "Navy"]
    assert not grid.wide
    assert replace(grid, columns=tuple("1234567")).wide


@pytest.mark.parametrize(
    ("before", "after", "sides"),
    [
        ("Shirt Himons multi", "Shirt Himons",
         [[("same", "Shirt Himons"), ("old", " multi")], [("same", "Shirt Himons")]]),
        ("Red cap", "Blue cap",
         [[("old", "Red"), ("same", " cap")], [("new", "Blue"), ("same", " cap")]]),
        ("", "Two words", [[], [("new", "Two words")]]),
    ],
)  # fmt: skip
def test_a_short_text_stands_whole_on_both_sides(
    before: str, after: str, sides: list[list[tuple[str, str]]]
) -> None:
    one = plan(step("update", "product:x", change("name", before, after), name=after))
    (row,) = view_of(one, ABOUT).others

    assert [list(side) for side in row.lines[0].sides] == sides
    assert "→" in Tags(render_html(one, ABOUT)).text


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("update:variant:a", "Left out with it: whatever else changes in this variant, "
         "its prices too."),
        ("update:product:a",
         "Left out with it: whatever else changes in this product."),
        ("create:product:a",
         "Left out: this product, with all that the catalog says of it."),
        ("delete:category:a", "Left out: this category as Traede has it."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_left_out_with_it(refusal: str, said: str) -> None:
    view = view_of(plan(refused=(Refusal(refusal, "reason"),)), ABOUT)

    assert [one.left_out for one in view.refused] == [said]


def test_conflicts_and_refusals_stand_apart_and_stop_nothing() -> None:
    html = render_html(html_cases.styles(), ABOUT)
    order = [
        html.index(words)
        for words in (
            "Check first: stops everything",
            "In conflict: decide which holds",
            "Not possible: left out, the rest goes on",
            'class="controls"',
            'id="deletes"',
        )
    ]

    assert order == sorted(order)


@pytest.mark.parametrize(
    ("url", "brand", "environment", "said"),
    [
        ("https://api.traede.com", 1, "production, brand 1", ""),
        ("https://api.traede.com", 1, "production", "brand 1"),
        ("https://api.traede.com/", None, "", ""),
        ("http://127.0.0.1:1", 1, "try, brand 1", "http://127.0.0.1:1"),
        ("https://test.traede.com", 2, "", "brand 2, test.traede.com"),
    ],
)
def test_an_address_is_told_where_it_is_another(
    url: str, brand: int | None, environment: str, said: str
) -> None:
    one = plan()
    one = replace(one, tenant=replace(one.tenant, url=url, brand_id=brand))

    assert view_of(one, replace(ABOUT, environment=environment)).tenant == said


@pytest.mark.parametrize(
    ("retails", "said"),
    [
        (["200"] * 5, " · margin 50 → 45 %"),
        (["200"] * 4 + ["400"], " · margin mostly 50 → 45 %"),
        (["200"] * 3 + ["400", "500"], ""),
        (["200"], ""),
    ],
)
def test_a_usual_margin_is_said_once(retails: list[str], said: str) -> None:
    steps = [
        replace(one, beside={("prices", "EUR", "rec_sales_price"): amount})
        for n, amount in enumerate(retails)
        for one in style("update", f"s{n}", [f"v{n}"], price("EUR", "100", "110"))
    ]
    (eur,) = currencies(facts(*steps))

    assert eur.said.partition("+10.0 %")[2] == said


def test_categories_stand_as_trees_only_where_something_moves() -> None:
    def trees_of(*steps: object) -> object:
        return view_of(plan(*steps), ABOUT).trees  # type: ignore[arg-type]

    def renamed(old: str, new: str) -> object:
        return step("rename", f"category:{new}", change("path", old, new))

    hat = step("create", "category:Hat")
    assert trees_of(hat, step("create", "category:Cap")) is None
    assert trees_of(renamed("Hat", "Hats"), renamed("A > B", "A > C")) is None
    assert trees_of(hat, step("delete", "category:Cap")) is not None
    assert trees_of(hat, renamed("A > B", "B")) is not None


def test_deletes_say_beside_them_what_an_undo_loses() -> None:
    deletes = "brings deleted things back as new ones, without their order history"
    season = plan_cases.ALL["season"]
    html = render_html(season, ABOUT)

    assert html.index('id="deletes"') < html.index(deletes) < html.index("<footer")
    assert "order history" not in render_html(plan_cases.ALL["prices"], ABOUT)


@pytest.mark.parametrize(
    ("section", "causes", "paid"),
    [("conflicts", "both", ""), ("held", "drift", "")],
)
def test_what_is_held_has_the_cause_of_its_section(
    section: str, causes: str, paid: str
) -> None:
    rows = getattr(view_of(html_cases.styles(), ABOUT), section)

    assert {one.row.causes for one in rows} == {causes}
    assert {one.row.currencies for one in rows} == {paid}
