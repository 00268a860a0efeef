"""Price changes in a comment: a row per style, outliers first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.core.rules.wording import PRICES, money
from reconcile.core.steps import Change
from reconcile.reports.plan_markdown_page import Section
from reconcile.reports.plan_markdown_words import (
    Writing,
    key,
    price,
    sentence,
    table,
)
from reconcile.reports.plan_told import UPDATES, WAITING
from reconcile.reports.plan_view import prices_shown
from reconcile.reports.prices import PriceRow, beyond, price_rows, spread
from reconcile.reports.words import count, percent, percent_text

_CURRENCIES: Final = 12
"""So many have a table of their own."""


def price_sections(writing: Writing) -> Iterator[Section]:
    steps = [step for step in writing.plan.to_do if step.action in UPDATES]
    rows = price_rows(steps, writing.about.far)
    currencies = sorted({row.currency for row in rows})
    for currency in currencies[:_CURRENCIES]:
        yield _currency(writing, [row for row in rows if row.currency == currency])
    if more := currencies[_CURRENCIES:]:
        said = f"{count(len(more), 'more currency')}".replace("currencys", "currencies")
        number = sum(row.currency in more for row in rows)
        yield Section(f"Prices in {said}: {number} rows left out", weight=40)


def _currency(writing: Writing, rows: list[PriceRow]) -> Section:
    calm = [row for row in rows if not row.outlier]
    wild = len(rows) - len(calm)
    variants = {ref for one in rows for ref in one.variants}
    number = f"{count(len({one.style for one in rows}), 'style')}, "
    number += count(len(variants), "variant")
    title = f"**Prices, {sentence(rows[0].currency, 20)}** ({number})"
    if wild:
        title += f": **{beyond(wild, writing.about.far)}**"
    if calm:
        title += f"{', the others' if wild else ':'} {spread(calm)}"
    others = any(_others(one) for one in rows)
    shown = prices_shown(len(rows), wild)
    shown = shown if len(rows) > shown + 1 else len(rows)
    last = "Retail, offers" if others else "Retail"
    head, told = table(
        ("Style", "", "Wholesale", last),
        [_row(writing, one, others=others) for one in rows],
    )
    return Section(
        title,
        told,
        head,
        shown=shown,
        rest=_rest(rows[shown:]),
        noun="more rows of prices",
        weight=40,
    )


def _rest(rows: Sequence[PriceRow]) -> str:
    """`more, all between +3.5 % and +4.4 %`."""
    moves = [
        move
        for one in rows
        for change in one.changes
        if (move := percent(change.before, change.after)) is not None
    ]
    if not moves:
        return "more"
    low, high = percent_text(min(moves)), percent_text(max(moves))
    return f"more, all {low}" if low == high else f"more, between {low} and {high}"


def _others(one: PriceRow) -> list[Change]:
    main = ("sales_price", "rec_sales_price")
    return [change for change in one.changes if change.path[-1] not in main]


def _row(writing: Writing, one: PriceRow, *, others: bool) -> tuple[str, ...]:
    whom = writing.which(one.variants)
    if one.alone and not any(ref in writing.variants.looks for ref in one.variants):
        whom = count(len(one.variants), "variant")
    waiting = f"*{WAITING}*" if one.waits else ""
    name = ", ".join(part for part in (writing.name(one.style), whom, waiting) if part)
    main, second = one.move("sales_price"), one.move("rec_sales_price")
    cells = [price(second)] if second else []
    wholesale = [price(main)] if main else []
    if one.outlier:
        (wholesale or cells).extend(_staying(one))
    if others:
        cells += [
            f"{PRICES[change.path[-1]]} {price(change)}" for change in _others(one)
        ]
    first = key(one.style)
    if one.outlier:
        first = f"⚠️ {first}"
        name = f"**{name}** {writing.place(one.source)}".rstrip()
    return first, name, "<br>".join(wholesale), "<br>".join(cells)


def _staying(one: PriceRow) -> Iterator[str]:
    """What helps to judge it, without a column of its own."""
    for member, stays in one.stays.items():
        yield f"{PRICES[member]} stays {sentence(money(stays))}"
