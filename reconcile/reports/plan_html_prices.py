"""Price changes as the report shows them: a table per currency, bars, a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from reconcile.core.rules.wording import PRICES, money
from reconcile.core.steps import Change
from reconcile.reports.plan_html_words import Facts, Outcome, Place, Who
from reconcile.reports.plan_told import UPDATES
from reconcile.reports.prices import PriceRow, beyond, price_rows, spread
from reconcile.reports.words import (
    after_words,
    before_words,
    count,
    percent,
    percent_text,
)

_HALF: Final = 60
"""Half of the width of a bar's drawing."""
_BINS: Final = 24
_TALL: Final = 64
_FEWEST: Final = 3
"""Styles that are worth a drawing."""


@dataclass(frozen=True, slots=True)
class Move:
    """One member of a price, before and after."""

    title: str
    before: str
    after: str
    difference: str
    percent: str
    far: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """From the zero line in the middle, to the left or to the right."""

    x: int
    width: int
    mood: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One row of the table."""

    who: Who
    place: Place | None
    variants: str
    keys: tuple[str, ...]
    wholesale: Move | None
    retail: Move | None
    others: tuple[Move, ...]
    margin: str
    bar: Bar | None
    outlier: bool
    sort: str
    """The largest move, signed, to sort by."""
    outcome: Outcome | None
    waits: bool


@dataclass(frozen=True, slots=True)
class Bin:
    x: int
    y: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many styles move by how much."""

    bins: tuple[Bin, ...]
    low: str
    high: str
    zero: int | None
    """Where prices that stay would stand."""
    about: str
    told: str


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    said: str
    far: str
    """How many rows deserve a look; empty for none."""
    rows: tuple[PriceLine, ...]
    histogram: Histogram | None
    others: bool
    """Whether a price other than wholesale and retail moves."""


def currencies(facts: Facts) -> list[Currency]:
    rows = price_rows(facts.steps(*UPDATES), facts.about.far)
    found = sorted({row.currency for row in rows})
    return [_currency(facts, [r for r in rows if r.currency == code]) for code in found]


def _currency(facts: Facts, rows: list[PriceRow]) -> Currency:
    calm = [row for row in rows if not row.outlier]
    styles = count(len({row.style for row in rows}), "style")
    variants = count(len({ref for row in rows for ref in row.variants}), "variant")
    said = f"{styles}, {variants}"
    if calm:
        said += f": {spread(calm)}"
    by_ref = {step.ref: step for step in facts.steps(*UPDATES)}
    moves = [move for row in rows if (move := _main(row))]
    limit = facts.about.far
    widest = max((_capped(move, limit) for move in moves), default=limit)
    lines = tuple(
        PriceLine(
            facts.who(row.style),
            facts.place(row.source),
            count(len(row.variants), "variant"),
            tuple(ref.key for ref in row.variants),
            _move(row.move("sales_price"), limit),
            _move(row.move("rec_sales_price"), limit),
            tuple(
                told
                for change in row.changes
                if change.path[-1] not in ("sales_price", "rec_sales_price")
                and (told := _move(change, limit))
            ),
            _margin(row),
            _bar(_main(row), widest, limit),
            row.outlier,
            f"{_main(row) or 0:.2f}",
            facts.outcome(by_ref[ref] for ref in row.variants),
            row.waits,
        )
        for row in rows
    )
    others = any(line.others for line in lines)
    wild = len(rows) - len(calm)
    far = beyond(wild, limit) if wild else ""
    drawn = _histogram(rows, limit)
    return Currency(rows[0].currency, said, far, lines, drawn, others)


def _main(row: PriceRow) -> Decimal | None:
    """The largest move of a row, signed."""
    moves = [m for c in row.changes if (m := percent(c.before, c.after)) is not None]
    return max(moves, key=abs, default=None)


def _capped(move: Decimal, limit: Decimal) -> Decimal:
    """Far moves fill a bar; or the usual ones would be too short to see."""
    return min(abs(move), limit)


def _bar(move: Decimal | None, widest: Decimal, limit: Decimal) -> Bar | None:
    if move is None or not widest:
        return None
    width = max(int(_capped(move, limit) * _HALF / widest), 1)
    mood = "far" if abs(move) > limit else "up" if move > 0 else "down"
    return Bar(_HALF if move > 0 else _HALF - width, width, mood)


def _move(change: Change | None, limit: Decimal) -> Move | None:
    if change is None:
        return None
    moved = percent(change.before, change.after)
    difference = ""
    if isinstance(change.before, str) and isinstance(change.after, str):
        by = Decimal(change.after) - Decimal(change.before)
        difference = f"{'+' if by > 0 else '−' if by < 0 else ''}{money(abs(by))}"
    return Move(
        PRICES[change.path[-1]],
        before_words("variant", change),
        after_words("variant", change),
        difference,
        percent_text(moved) if moved is not None else "",
        moved is not None and abs(moved) > limit,
    )


def _margin(row: PriceRow) -> str:
    """How much of the retail price the shop keeps, where the plan says both."""
    main, retail = row.move("sales_price"), row.move("rec_sales_price")
    if main is None or retail is None:
        return ""
    if not (isinstance(main.after, str) and isinstance(retail.after, str)):
        return ""
    price = Decimal(retail.after)
    return f"{(price - Decimal(main.after)) * 100 / price:.0f} %" if price > 0 else ""


def _histogram(rows: Sequence[PriceRow], limit: Decimal) -> Histogram | None:
    """Of the moves of each style. Those beyond the limit are not drawn: they would
    press the others into one bar, and are told one by one."""
    every = {row.style: move for row in rows if (move := _main(row)) is not None}
    moves = {style: move for style, move in every.items() if abs(move) <= limit}
    if len(moves) < _FEWEST:
        return None
    low, high = min(moves.values()), max(moves.values())
    step = max((high - low) / _BINS, Decimal("0.1"))
    numbers = [0] * _BINS
    for move in moves.values():
        place = int(((move - low) / step).to_integral_value(ROUND_FLOOR))
        numbers[min(place, _BINS - 1)] += 1
    most = max(numbers)
    bins = tuple(
        Bin(
            i * 20,
            _TALL - max(number * _TALL // most, 3),
            max(number * _TALL // most, 3),
            f"{percent_text(low + i * step)} to {percent_text(low + (i + 1) * step)}: "
            f"{count(number, 'style')}",
        )
        for i, number in enumerate(numbers)
        if number
    )
    top = low + _BINS * step
    zero = int(-low / step * 20) if low <= 0 <= top else None
    styles = count(len(moves), "style")
    told = f"{styles} by how far their price moves"
    if left := len(every) - len(moves):
        told += f"; {beyond(left, limit)} not drawn"
    span = f"{percent_text(low)} to {percent_text(high)}"
    return Histogram(
        bins, percent_text(low), percent_text(top), zero, told, f"{told}: {span}"
    )
