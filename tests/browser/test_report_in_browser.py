"""The report in a real browser: what it shows, filters, and never does."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Open
    from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
EVERY = (
    "season", "deletes", "creates", "renames", "prices", "others", "personal",
    "held", "refused", "hostile", "wide", "big", "empty", "nothing", "styles",
)  # fmt: skip
OUTCOMES = ("good", "in-part", "bad", "not-stuck", "hostile")


def report(name: str) -> str:
    import html_cases
    import plan_cases
    from about_cases import ABOUT

    from reconcile.reports.plan_html import render_html

    plans = {**plan_cases.ALL, "styles": html_cases.styles()}
    return render_html(plans[name], ABOUT)


def outcome(name: str) -> str:
    import report_cases
    from about_cases import ABOUT

    from reconcile.reports.plan_html import render_html

    one = report_cases.ALL[name]
    return render_html(one.plan, ABOUT, one)


def visible(page: Page) -> list[str]:
    """The sections that are shown."""
    found: list[str] = page.eval_on_selector_all(
        "main section", "all => all.filter(s => s.offsetHeight).map(s => s.id)"
    )
    return found


def findings(page: Page) -> list[str]:
    axe = resources.files("axe_playwright_python") / "axe.min.js"
    page.evaluate(
        "for (const row of document.querySelectorAll('.row'))"
        " row.style.contentVisibility = 'visible'"
    )
    page.evaluate(axe.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "async () => (await axe.run()).violations.map("
        "v => `${v.impact} ${v.id} ${v.nodes[0].html.slice(0, 120)}`)"
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["season", "creates", "others", "held", "big", "empty", "styles"]
)
def test_axe_finds_nothing(show: Open, name: str, scheme: str) -> None:
    assert findings(show(report(name), color_scheme=scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["in-part", "bad"])
def test_axe_finds_nothing_after_an_apply(show: Open, name: str, scheme: str) -> None:
    assert findings(show(outcome(name), color_scheme=scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["season", "styles"])
def test_axe_finds_nothing_on_a_phone(show: Open, name: str, scheme: str) -> None:
    assert findings(show(report(name), viewport=PHONE, color_scheme=scheme)) == []


def test_axe_finds_nothing_in_what_is_folded(show: Open) -> None:
    page = show(report("styles"))
    page.evaluate("for (const f of document.querySelectorAll('details')) f.open = true")

    assert findings(page) == []


@pytest.mark.parametrize("name", EVERY)
def test_no_screen_need_scroll_sideways(show: Open, name: str) -> None:
    page = show(report(name), viewport=PHONE)
    assert page.locator("h1").is_visible()

    for width in (PHONE["width"], 768, 1000):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator(".scroll:visible").evaluate_all(
            "all => all.every(one => one.scrollWidth <= one.clientWidth)"
        )


@pytest.mark.parametrize("name", OUTCOMES)
def test_nor_after_an_apply(show: Open, name: str) -> None:
    page = show(outcome(name), viewport=PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_without_script_everything_is_open(show: Open) -> None:
    page = show(report("season"), java_script_enabled=False)

    assert not page.locator(".controls").is_visible()
    assert page.locator("main section").count() == 9
    assert all(section.is_visible() for section in page.locator("main section").all())
    assert page.locator("details").count() > 0
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("details .variant").first.is_visible()
    assert page.get_by_text("Copy", exact=True).count() == 0
    page.locator("a.tile", has_text="repriced").click()
    assert page.url.endswith("#prices")
    assert page.locator("#deletes").is_visible()


def test_a_tile_filters_and_the_fragment_keeps_it(show: Open) -> None:
    page = show(report("season"))
    everything = visible(page)
    page.locator("a.tile", has_text="deleted").click()

    assert visible(page) == ["deletes"]
    assert page.url.endswith("#part=deletes")
    assert page.locator("a.tile[aria-current]").inner_text().startswith("1")
    assert page.locator("output").inner_text() == "Showing: deleted (1)"
    page.reload()
    assert visible(page) == ["deletes"]
    page.locator("a.tile", has_text="deleted").click()
    assert visible(page) == everything


def test_a_fragment_from_somebody_else_is_obeyed(show: Open) -> None:
    page = show(report("prices"), "#currency=EUR&q=tee&sort=up")

    assert page.locator("[data-currency]:visible h3").all_inner_texts() == ["EUR"]
    assert page.locator("input[name=q]").input_value() == "tee"
    page.evaluate("location.hash = 'q=scarf'")
    page.locator("input[name=q]").wait_for()
    assert page.locator("[data-currency]:visible h3").all_inner_texts() == ["NOK"]


@pytest.mark.parametrize(
    ("query", "sections"),
    [
        ("Chino", ["prices", "files"]),
        ("M0E20000000DGJM", ["deletes"]),
        ("eur-2027.yaml:9", ["blocks", "prices", "files"]),
        ("79885", ["new", "files"]),
        ("nowhere", []),
    ],
)
def test_search_finds_keys_names_and_files(
    show: Open, query: str, sections: list[str]
) -> None:
    page = show(report("season"))
    page.fill("input[name=q]", query)

    assert visible(page) == sections
    assert (query == "nowhere") is (
        page.locator("output").inner_text() == "Nothing fits"
    )
    page.get_by_role("button", name="Show all").click()
    assert len(visible(page)) == 9
    assert not page.locator(".showing").is_visible()


def test_what_is_searched_for_is_unfolded(show: Open) -> None:
    page = show(report("season"))
    assert page.locator("details[open]").count() == 0
    page.fill("input[name=q]", "M0E2000000097B")

    assert visible(page) == ["prices"]
    assert page.locator("#prices .variant", has_text="M0E2000000097B").is_visible()
    page.get_by_role("button", name="Show all").click()
    assert page.locator("details[open]").count() == 0


def test_where_nothing_fits_it_says_so(show: Open) -> None:
    page = show(report("season"))
    assert not page.locator(".nothing").is_visible()
    page.fill("input[name=q]", "nowhere")
    assert page.locator(".nothing").is_visible()
    page.get_by_role("button", name="Show all").click()
    assert not page.locator(".nothing").is_visible()


@pytest.mark.parametrize("name", ["empty", "nothing"])
def test_where_nothing_changes_there_is_nothing_to_filter(
    show: Open, name: str
) -> None:
    page = show(report(name))

    assert visible(page) == []
    assert not page.locator(".controls").is_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_a_tile_brings_its_section_below_the_head(
    show: Open, viewport: dict[str, int]
) -> None:
    page = show(report("season"), viewport=viewport, reduced_motion="reduce")
    page.locator("a.tile", has_text="repriced").click()
    bar = page.locator(".showing").bounding_box()
    title = page.locator("#prices h2").bounding_box()

    assert bar
    assert title
    assert bar["y"] + bar["height"] <= title["y"] < viewport["height"] / 3
    assert page.evaluate("document.activeElement.id") == "prices-title"
    page.get_by_role("button", name="Show all").click()
    assert len(visible(page)) == 9
    assert page.evaluate("document.activeElement.dataset.tile") == "prices"
    assert page.evaluate("scrollY") < viewport["height"]


def test_back_leads_out_of_a_tile(show: Open) -> None:
    page = show(report("season"))
    page.locator("a.tile", has_text="repriced").click()
    page.go_back()
    page.locator("#deletes").wait_for()

    assert len(visible(page)) == 9


def test_what_is_shown_is_said_and_leads_there(show: Open) -> None:
    page = show(report("season"), viewport=PHONE, reduced_motion="reduce")
    page.fill("input[name=q]", "chino")

    assert page.locator("output").inner_text() == "Showing: repriced (1), files (1)"
    page.locator("output a", has_text="files").click()
    box = page.locator("#files h2").bounding_box()
    assert box
    assert box["y"] < PHONE["height"]
    assert page.locator("input[name=q]").input_value() == "chino"


def test_counts_follow_what_is_shown(show: Open) -> None:
    def number() -> str:
        return page.locator("#prices h2 .number").inner_text()

    page = show(report("big"))
    assert page.locator(".histogram").first.is_visible()
    assert page.locator("#prices .sum").first.is_visible()
    whole = number()
    page.fill("input[name=q]", page.locator("#prices .key").first.inner_text())

    assert number() == f"1 of {whole}"
    assert page.locator("a.tile[data-tile=prices] strong").inner_text() == "1"
    assert page.locator("#prices .histogram:visible, #prices .sum:visible").count() == 0
    assert findings(page) == []
    page.get_by_role("button", name="Show all").click()
    assert number() == whole


def test_a_currency_is_about_prices_alone(show: Open) -> None:
    page = show(report("prices"))
    every = visible(page)
    page.select_option("select[name=currency]", "NOK")

    assert page.locator("[data-currency]:visible h3").all_inner_texts() == ["NOK"]
    assert set(visible(page)) <= {"blocks", "warnings", "prices", "new", "files"}
    assert page.locator("#prices .sum:visible").count() == 1
    page.select_option("select[name=currency]", "")
    assert visible(page) == every


def test_each_cause_has_its_own_rows(show: Open) -> None:
    page = show(report("styles"))
    page.select_option("select[name=cause]", "both")
    assert visible(page) == ["conflicts"]
    page.select_option("select[name=cause]", "drift")
    assert visible(page) == ["held"]
    page.select_option("select[name=cause]", "catalog")
    assert not {"conflicts", "held"} & set(visible(page))


@pytest.mark.parametrize("viewport", [PHONE, {"width": 768, "height": 900}])
def test_on_a_small_screen_what_changes_of_a_grid_is_a_list(
    show: Open, viewport: dict[str, int]
) -> None:
    page = show(report("styles"), viewport=viewport)
    cells = page.locator("#deletes .cell:visible")
    boxes = {
        (cell.locator(".mood").text_content() or "").strip(): box
        for cell in cells.all()
        if (box := cell.bounding_box())
    }

    assert "unchanged" not in boxes
    rest = page.locator("#deletes .rest:visible").all_text_contents()
    assert [" ".join(text.split()) for text in rest] == ["unchanged: L"]
    assert all(box["x"] + box["width"] <= viewport["width"] for box in boxes.values())
    first = boxes.pop("deleted")
    assert all((first["y"], first["x"]) < (o["y"], o["x"]) for o in boxes.values())
    assert page.locator("#deletes .at:visible").count() == len(boxes) + 1
    assert page.locator("#deletes .scroll").evaluate_all(
        "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    )


def test_a_wide_grid_is_a_list_on_every_screen(show: Open) -> None:
    page = show(report("creates"))

    assert page.locator("table.many").count() > 0
    assert page.locator("table.grid").evaluate_all(
        "all => all.every(one => one.parentElement.scrollWidth"
        " <= one.parentElement.clientWidth)"
    )


def test_on_a_phone_what_stops_it_comes_before_the_filters(show: Open) -> None:
    page = show(report("season"), viewport=PHONE)
    first = page.locator("#blocks h2").bounding_box()
    search = page.locator("input[name=q]").bounding_box()

    assert first
    assert search
    assert first["y"] < PHONE["height"] * 0.7
    assert first["y"] < search["y"]
    assert not page.locator("select[name=kind]").is_visible()
    page.get_by_role("button", name="Filters").click()
    assert page.locator("select[name=kind]").is_visible()
    assert page.locator(".more[aria-expanded=true]").count() == 1


def test_filters_of_somebody_else_are_unfolded(show: Open) -> None:
    page = show(report("season"), "#kind=category", viewport=PHONE)

    assert page.locator("select[name=kind]").is_visible()


def test_typing_does_not_move_what_somebody_types_into(show: Open) -> None:
    page = show(report("season"), viewport=PHONE)
    field = page.locator("input[name=q]")
    field.evaluate("it => scrollBy(0, it.getBoundingClientRect().top - 300)")
    before = field.bounding_box()
    field.fill("chino")
    after = field.bounding_box()

    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2


def test_nor_is_it_covered(show: Open) -> None:
    page = show(report("season"), viewport=PHONE)
    field = page.locator("input[name=q]")
    field.evaluate("it => it.scrollIntoView()")
    field.fill("chino")
    bar = page.locator(".showing").bounding_box()
    box = field.bounding_box()

    assert bar
    assert box
    assert bar["y"] + bar["height"] < box["y"] < PHONE["height"]


def test_the_titles_of_prices_stay_below_the_head(show: Open) -> None:
    page = show(report("big"))
    page.locator("#prices tbody tr").nth(40).scroll_into_view_if_needed()
    head = page.locator(".head").bounding_box()
    title = page.locator("#prices thead th").first.bounding_box()

    assert head
    assert title
    assert head["y"] == 0
    assert abs(title["y"] - head["height"]) < 2


def test_on_a_phone_the_three_sides_stand_below_each_other(show: Open) -> None:
    page = show(report("styles"), viewport=PHONE)
    cells = page.locator("#conflicts .sides tbody tr").first.locator("td").all()
    boxes = [box for cell in cells if (box := cell.bounding_box())]

    assert len({round(box["x"]) for box in boxes}) == 1
    assert len({round(box["y"]) for box in boxes}) == 3


def test_kinds_and_causes_are_filters(show: Open) -> None:
    page = show(report("season"))
    page.select_option("select[name=kind]", "category")
    assert visible(page) == ["renames", "files"]
    page.select_option("select[name=kind]", "product")
    assert visible(page)[:3] == ["blocks", "deletes", "warnings"]
    page.select_option("select[name=kind]", "")
    page.select_option("select[name=cause]", "drift")
    assert visible(page) == ["held"]


def test_prices_are_sorted_by_their_move(show: Open) -> None:
    page = show(report("season"))
    moves = page.locator("#prices td:nth-child(4)")
    button = page.get_by_role("button", name="Sort by percent")
    assert moves.all_inner_texts() == ["-89.5 %", "+4.1 %", "+4.0 %"]
    button.click()
    assert moves.all_inner_texts() == ["+4.1 %", "+4.0 %", "-89.5 %"]
    assert page.locator("th[aria-sort=descending]").count() == 1
    assert page.url.endswith("#sort=down")
    button.click()
    button.click()
    assert moves.all_inner_texts() == ["-89.5 %", "+4.1 %", "+4.0 %"]


def test_a_line_is_copied(show: Open) -> None:
    page = show(report("season"), permissions=["clipboard-read", "clipboard-write"])
    page.locator("pre + .copy").click()
    page.get_by_text("Copied").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == (
        '- {approve: "b81e22d0", what: price-slip 79097, by: …, reason: …}'
    )


def test_the_keyboard_is_enough(show: Open) -> None:
    page = show(report("season"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the changes"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.tile") == "blocks"
    page.keyboard.press("Enter")
    assert visible(page) == ["blocks"]


def test_dark_is_dark(show: Open) -> None:
    def paper(scheme: str) -> int:
        page = show(report("season"), color_scheme=scheme)
        text = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", text)))

    assert paper("dark") < 120 < 700 < paper("light")


def test_paper_shows_all_of_it(show: Open) -> None:
    page = show(report("season"))
    page.emulate_media(media="print")

    assert not page.locator(".controls").is_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.head')).position")
        == "static"
    )
    # So it stands on every page.
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.head')).display")
        == "table-header-group"
    )
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("render", [report, outcome])
def test_nothing_of_a_catalog_is_obeyed(show: Open, render: Any) -> None:
    page = show(render("hostile"))

    assert page.locator("script").count() == 1
    assert page.locator("style").count() == 1
    assert (
        page.locator("img, iframe, object, link, body [style], [onerror]").count() == 0
    )
    assert (
        page.evaluate("document.querySelector('main').textContent.includes('\\u202e')")
        is False
    )


def test_markup_of_a_catalog_is_text(show: Open) -> None:
    from about_cases import ABOUT
    from plan_builders import change, made, plan, step

    from reconcile.reports.plan_html import render_html

    evil = "</script><img src=x onerror=top.evil=1>\"'{{ 7 * 7 }}<!--"
    one = plan(
        step("create", f"product:{evil}", made("name", evil),
             made("description", evil), name=evil, source=f"{evil}.yaml:1"),
        step("create", f"variant:{evil}", made(("attributes", evil), evil),
             made("images", [{"url": "javascript:evil"}]), parent=evil, name=evil),
        step("update", "product:x", change("name", evil, f"{evil} new"), name=evil),
    )  # fmt: skip
    page = show(render_html(one, ABOUT))

    assert page.evaluate("window.evil") is None
    assert page.locator("img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    # What is out of sight is not laid out, and has no inner text.
    assert evil in (page.locator("#new").text_content() or "")


def test_script_that_somebody_adds_does_not_run(browser: Any, tmp_path: Any) -> None:
    html = report("season").replace(
        "</main>", "<script>window.evil = 1</script><p onclick='evil=1'>x</p></main>"
    )
    file = tmp_path / "plan.html"
    file.write_text(html, encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())

    assert page.evaluate("window.evil") is None
    assert page.locator(".controls").is_visible()
    page.close()


def test_six_thousand_variants_are_all_there(show: Open) -> None:
    from about_cases import ABOUT
    from test_plan_markdown import huge

    from reconcile.reports.plan_html import render_html

    page = show(render_html(huge(), ABOUT))
    assert page.locator("#prices tbody tr").count() == 1200
    assert page.locator("#new .card").count() == 600
    page.fill("input[name=q]", "M0E2701239")
    assert page.locator("#prices tbody tr:visible").count() == 2
