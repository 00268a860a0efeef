import re
from dataclasses import replace
from typing import Any

import plan_cases
import pytest
import report_cases
from about_cases import ABOUT, DIGEST, on_a_branch
from golden_files import check
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from plan_builders import at, change, made, plan, price, retail, step, style
from sales_cases import REPORTS, SALES

from reconcile.core.model import Ref
from reconcile.core.problems import Problem
from reconcile.core.steps import Base, Block, Plan, Product, Refusal, Step, Warned
from reconcile.reports.about import About, Links
from reconcile.reports.plan_markdown import render_markdown
from reconcile.reports.plan_markdown_page import LIMIT
from reconcile.reports.plan_markdown_states import (
    render_invalid,
    render_not_applied,
    render_outcome,
    render_unread,
)
from reconcile.reports.worddiff import word_diff

BARE = About(DIGEST)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PROBLEMS = [
    Problem(at("catalog/products/80610.yaml:14"), "price-format",
            "a comma ends the value here: Traede would get 97. Write 97.54"),
    Problem(at("catalog/products/72779.yaml:6"), "unknown-category",
            'there is no "Trousers" under Women.\nDid you mean "Women > Trouser"?'),
    Problem(at("catalog/products/@you|<b>.yaml:2"), "half-archived",
            "[click](https://evil.example) @you", "warning"),
]  # fmt: skip


STATES = {
    **{
        f"plan-{name}": (render_markdown, one)
        for name, one in {**plan_cases.ALL, **SALES}.items()
    },
    **{
        f"report-{name}": (render_outcome, one)
        for name, one in {**report_cases.ALL, **REPORTS}.items()
    },
    "not-applied": (render_not_applied, plan_cases.ALL["season"]),
    "invalid": (render_invalid, PROBLEMS),
    "unread": (render_unread, "page 7 of products: 503"),
}


@pytest.mark.parametrize("state", STATES)
def test_a_comment_looks_as_designed(state: str) -> None:
    render, value = STATES[state]

    check(state, render(value, ABOUT), "md")


def test_a_comparison_without_traede_says_so() -> None:
    one = replace(plan_cases.ALL["season"], complete=False)

    check("plan-offline", render_markdown(one, ABOUT), "md")


def test_what_did_not_come_with_the_branch_is_marked() -> None:
    text = render_markdown(on_a_branch(), ABOUT)

    check("plan-branch", text, "md")
    assert text.count("*waiting already*") == 5


def test_one_change_of_several_may_not_have_come_with_the_branch() -> None:
    old = replace(change("name", "Tea", "Tee"), added=False)
    both = step("update", "product:tee", old, change("tags", ["a"], ["b"]))
    base = Base("main", "1b3f5c7" + "0" * 33)
    text = render_markdown(plan(replace(both, added=True), base=base), ABOUT)

    assert "name: Tea → Tee *waiting already*" in text
    assert text.count("*waiting already*") == 1
    assert "Waiting in main" in text
    assert "marked as waiting already: tee." in text


def test_without_links_places_are_plain_text() -> None:
    text = render_markdown(plan_cases.ALL["season"], BARE)

    check("plan-season-bare", text, "md")
    assert "](" not in text


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("about", [ABOUT, BARE], ids=["linked", "bare"])
def test_every_comment_is_short_and_begins_with_its_verdict(
    state: str, about: About
) -> None:
    render, value = STATES[state]
    text = render(value, about)

    assert len(text) <= LIMIT
    assert re.match(r"### \S+ (Catalog|Applied|Not applied)", text)


@pytest.mark.parametrize("state", STATES)
def test_no_text_of_a_catalog_is_markup(state: str) -> None:
    render, value = STATES[state]
    html = MARKDOWN.render(render(value, ABOUT))

    assert set(re.findall(r"<(\w+)", html)) <= {
        "h3", "p", "strong", "s", "code", "pre", "ul", "li", "a", "br", "details",
        "summary", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    urls = re.findall(r'href="([^"]*)"', html)
    assert [url for url in urls if not url.startswith(ABOUT.links.repository_url)] == []


@pytest.mark.parametrize("name", ["personal", "creates"])
def test_personal_data_is_hidden(name: str) -> None:
    text = render_markdown(plan_cases.ALL[name], ABOUT)

    assert not re.search(r"Ida|Bo |Odense|jensen|5000", text)


def test_what_traede_says_of_a_customer_is_hidden_too() -> None:
    assert "jensen.example" not in render_outcome(report_cases.ALL["bad"], ABOUT)


def test_links_are_to_the_line_at_the_commit() -> None:
    links = Links("https://gitlab.example/a/b/", "abc", "./my shop", "-/blob")

    assert links.to(at("catalog/#1 [x].yaml:7")) == (
        "https://gitlab.example/a/b/-/blob/abc/./my%20shop/catalog/%231%20%5Bx%5D.yaml#L7"
    )


# --- size --------------------------------------------------------------------------


def huge(styles: int = 600, *, deletes: int = 20, hostile: bool = False) -> Plan:
    """Ten variants a style: 6,000 in all."""
    name = "Lace up shoes | `Tods` @dark <blue> " * (3 if hostile else 1)
    steps: list[Step] = []
    for n in range(styles):
        number = f"{70000 + n}"
        skus = [f"M0E2{number}{size}" for size in range(10)]
        source = f"catalog/prices/a long folder for {number}/eur-2027.yaml:{n}"
        steps += style(
            "update",
            number,
            skus,
            price("EUR", "100", str(101 + n % 60)),
            retail("EUR", "200", str(203 + n % 7)),
            price("DKK", "740", str(750 + n % 9)),
            name=name,
            source=source,
        )
        steps.append(
            step(
                "update",
                f"product:{number}",
                change("name", f"{name} old", f"{name} new"),
                change("tags", [], [f"tag {i}" for i in range(n % 30)]),
                name=name,
                source=source,
            )
        )
        steps.append(step("create", f"product:new-{n}", made("name", name), name=name))
    steps += [
        step(
            "delete",
            f"product:old-{n}",
            name=name,
            cascade=["a", "b"],
            notes=["no longer in the catalog"],
        )
        for n in range(deletes)
    ]
    return plan(
        *steps,
        blocked=(Block("delete-limit", f"{deletes} products would be deleted",
                       tuple(f"delete:product:old-{n}" for n in range(deletes)),
                       "3f9a1c07"),),
        warnings=tuple(Warned("price-change", f"product:{70000 + n}", f"far {n}")
                       for n in range(styles)),
        refused=tuple(Refusal(f"create:product:no-{n}", f"reason {n}")
                      for n in range(styles // 10)),
    )  # fmt: skip


@pytest.mark.parametrize("hostile", [False, True])
def test_six_thousand_variants_fit_and_what_is_left_out_is_said(hostile: bool) -> None:
    text = render_markdown(huge(hostile=hostile), ABOUT)

    assert 20_000 < len(text) <= LIMIT
    assert text.count("old-") >= 40  # every delete, twice: listed and to approve
    assert "reason: …}" in text
    assert f": [full report]({ABOUT.report_url})" in text
    left = sum(int(n) for n in re.findall(r"^… (\d+) more rows of prices", text, re.M))
    rows = len(re.findall(r"^\| (?:⚠️ )?`7\d{4}`", text, re.M))
    assert left + rows == 1200


def test_deletes_and_approvals_are_the_last_to_go() -> None:
    text = render_markdown(huge(deletes=180, hostile=True), ABOUT)

    assert len(text) <= LIMIT
    assert text.count("\n| `old-") == 180
    assert '"product:old-179"' in text
    assert "more rows of prices" in text


def test_of_many_deletes_the_first_are_listed_and_the_rest_is_counted() -> None:
    text = render_markdown(huge(10, deletes=1000), ABOUT)

    assert text.count("\n| `old-") == 200
    assert "… 800 more deletes: [full report]" in text
    assert "lists 1000 keys, too long for a comment" in text


def test_an_outcome_keeps_its_promise_of_size() -> None:
    of = huge()
    failed = [one for one in of.to_do if one.action == "create"]
    report = report_cases.report(("failed", "No. " * 60, failed), of=of)
    text = render_outcome(report, ABOUT)

    assert len(text) <= LIMIT
    assert "more: [full report]" in text


HOSTILE = st.text(max_size=300) | st.sampled_from(["|" * 400, "`" * 90, "@x " * 200])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(HOSTILE, min_size=5, max_size=5),
    st.sampled_from([1, 30, 200]),
    st.sampled_from([ABOUT, BARE]),
)
def test_no_plan_is_too_long_and_every_one_has_its_verdict(
    texts: list[str], many: int, about: About
) -> None:
    a, b, c, d, e = texts
    one = plan(
        [step("delete", f"product:{a}{n}", name=b, notes=[c, d]) for n in range(many)],
        [step("update", f"variant:{n}", price(f"{e}{n % 40}", "1", "2"),
              change("attributes Size", a, b), change(("meta", c), d, e),
              parent=f"{c}{n % 50}", name=d) for n in range(many)],
        [step("create", f"category:{b}{n}") for n in range(many)],
        blocked=tuple(Block(f"{a}{n}", b * 9, (f"product:{c}",), d)
                      for n in range(many)),
        warnings=tuple(Warned(f"{a}{n}", f"product:{b}", c * 9) for n in range(many)),
        refused=tuple(Refusal(f"create:variant:{n}", b * 9, c * 9)
                      for n in range(many)),
        products={
            Ref("product", f"{c}{p}"): Product(
                a, {Ref("variant", f"{n}"): {d: f"{e}{n}", "Size": b}
                    for n in range(p, many, 50)})
            for p in range(min(many, 50))
        },
    )  # fmt: skip
    text = render_markdown(one, about)

    assert len(text) <= LIMIT
    assert text.startswith("### 🛑 Catalog plan: blocked, ")


# --- details -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b c", "a x c", "a b c → **a x c**"),
        ("Shirt Himons multi", "Shirt Himons", "Shirt Himons multi → **Shirt Himons**"),
        (f"{'w ' * 31}b", f"{'w ' * 31}x", "… w w w w w ~~b~~ **x**"),
        ("one", "two", "one → two"),
        (None, "a b", "none → a b"),
    ],
)
def test_a_text_is_compared_word_by_word(
    before: Any, after: str, expected: str
) -> None:
    one = plan(step("update", "product:x", change("name", before, after)))

    assert f"- `x` · name: {expected}\n" in render_markdown(one, BARE)


@given(st.text("ab <>.\n", max_size=60), st.text("ab <>.\n", max_size=60))
def test_a_word_diff_holds_both_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after, around=None)

    assert "".join(text for how, text in pieces if how != "new") == before
    assert "".join(text for how, text in pieces if how != "old") == after


def test_long_texts_without_order_are_old_and_new() -> None:
    """Comparing them word by word takes minutes."""
    before, after = "same " + "a " * 5000, "same " + "b a " * 5000
    pieces = word_diff(before, after, around=None)

    assert [how for how, _ in pieces] == ["same", "old", "new", "same"]


def test_what_is_far_from_a_change_is_left_out() -> None:
    words = " ".join(f"w{n}" for n in range(100))
    pieces = word_diff(words, words.replace("w50", "x"))

    assert [how for how, _ in pieces] == ["same", "old", "new", "same"]
    assert pieces[0][1] == "… w45 w46 w47 w48 w49 "


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "w " * 30 + "end",
            "w " * 30 + "end, and on",
            "… w w w w w ~end~+end, and on+",
        ),
        ("w " * 30 + "w", "w " * 30 + "w on", "…  w w w w w+ on+"),
        ("w " * 30 + "w", "on " + "w " * 30 + "w", "+on +w w w w w … "),
    ],
)
def test_what_comes_at_an_end_keeps_its_context(
    before: str, after: str, expected: str
) -> None:
    marks = {"same": "", "old": "~", "new": "+"}
    said = (f"{marks[how]}{text}{marks[how]}" for how, text in word_diff(before, after))

    assert "".join(said) == expected


def test_the_key_of_a_renamed_object_is_named() -> None:
    text = render_markdown(plan_cases.ALL["renames"], BARE)

    assert "- product `80610` → **`80611`**" in text
