"""Price changes as the report shows them: a table per currency, bars, a histogram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.rules.wording import PRICES, money
from reconcile.core.steps import Change, Step
from reconcile.reports.plan_html_values import Outcome, Place, Variant, Who
from reconcile.reports.plan_html_words import Facts
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
_USUAL: Final = 45
"""What the largest usual move takes of it."""
_NAMED: Final = 6
"""Variants of a row that are named beside it."""
_WHOLESALE: Final = "sales_price"
_RETAIL: Final = "rec_sales_price"
_WIDE: Final = 480
_BINS: Final = 24
_FINEST: Final = Decimal("0.1")
_TALL: Final = 64
_TOP: Final = 16
"""Above the bars, for the number that each stands for."""
_NEARLY: Final = Decimal("0.8")
"""Of all rows: so many alike can be said in one."""
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
    stays: bool = False
    """Whether it is shown only because another is judged by it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """From the zero line in the middle, to the left or to the right."""

    x: int
    width: int
    mood: str


@dataclass(frozen=True, slots=True)
class Margin:
    """How much of the retail price the shop keeps, before and after."""

    before: str
    """Empty where it stays, or is not known."""
    after: str
    loss: bool


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One row of the table."""

    who: Who
    place: Place | None
    number: str
    variants: tuple[Variant, ...]
    named: str
    """Which of its variants, where others of the style go another way."""
    wholesale: Move | None
    retail: Move | None
    others: tuple[Move, ...]
    margin: Margin | None
    bar: Bar | None
    outlier: bool
    sort: str
    """The largest move, signed, to sort by."""
    outcome: Outcome | None
    waits: bool
    causes: str


@dataclass(frozen=True, slots=True)
class Bin:
    x: int
    y: int
    width: int
    height: int
    number: int
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
    retail: bool
    margin: bool
    others: bool
    """Whether any row says something of it."""
    limit: str
    """`beyond 25 %`, what makes a row deserve a look."""


def currencies(facts: Facts) -> list[Currency]:
    rows = price_rows(facts.steps(*UPDATES), facts.about.far)
    # Outliers stay first; those of one style stand as the catalog has its variants.
    rows.sort(
        key=lambda row: (
            -row.far if row.outlier else Decimal(),
            row.style,
            min(map(facts.rank, row.variants)),
        )
    )
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
    moves = [move for row in calm if (move := _main(row))]
    limit = facts.about.far
    widest = max(map(abs, moves), default=limit)
    lines = tuple(
        _line(facts, row, [by_ref[ref] for ref in row.variants], widest) for row in rows
    )
    wild = len(rows) - len(calm)
    if margin := _usual_margin(lines):
        said += f" · {margin}"
    return Currency(
        rows[0].currency,
        said,
        beyond(wild, limit) if wild else "",
        lines,
        _histogram(rows, limit),
        retail=any(line.retail for line in lines),
        margin=any(line.margin for line in lines),
        others=any(line.others for line in lines),
        limit=beyond(1, limit).removeprefix("1 "),
    )


def _line(
    facts: Facts, row: PriceRow, steps: Sequence[Step], widest: Decimal
) -> PriceLine:
    limit = facts.about.far
    variants = facts.variants(row.variants)
    looks = dict.fromkeys(one.look or one.sku for one in variants)
    shown = list(looks)[:_NAMED] if len(looks) > _NAMED + 1 else list(looks)
    more = [f"{len(looks) - len(shown)} more"] if len(looks) > len(shown) else []
    others = tuple(
        told
        for change in row.changes
        if change.path[-1] not in (_WHOLESALE, _RETAIL)
        and (told := _move(change, limit))
    )
    return PriceLine(
        facts.who(row.style),
        facts.place(row.source),
        count(len(variants), "variant"),
        variants,
        "" if _whole(facts, row) else ", ".join([*shown, *more]),
        _moved_or_stays(row, steps, _WHOLESALE, limit),
        _moved_or_stays(row, steps, _RETAIL, limit),
        others,
        _margin(row, steps),
        _bar(_main(row), widest, limit),
        row.outlier,
        f"{_main(row) or 0:.2f}",
        facts.outcome(steps),
        row.waits,
        " ".join(dict.fromkeys(change.cause for change in row.changes)),
    )


def _whole(facts: Facts, row: PriceRow) -> bool:
    """Whether a row speaks of all variants of its style, as far as anybody knows."""
    style = facts.plan.products.get(row.style)
    every = len(style.variants) if style else 0
    return row.alone and (every or len(row.variants)) == len(row.variants) > 1


def _main(row: PriceRow) -> Decimal | None:
    """The largest move of a row, signed."""
    moves = [m for c in row.changes if (m := percent(c.before, c.after)) is not None]
    return max(moves, key=abs, default=None)


def _bar(move: Decimal | None, widest: Decimal, limit: Decimal) -> Bar | None:
    """Drawn to the scale of the usual moves: what is far would press them together. It
    goes to the edge, and is told in words."""
    if move is None or not widest:
        return None
    far = abs(move) > limit
    width = _HALF if far else max(int(abs(move) * _USUAL / widest), 1)
    mood = "far" if far else "up" if move > 0 else "down"
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


def _moved_or_stays(
    row: PriceRow, steps: Sequence[Step], member: str, limit: Decimal
) -> Move | None:
    if change := row.move(member):
        return _move(change, limit)
    found = {_price(step, row, member, after=True) for step in steps}
    known = [price for price in found if price is not None]
    if not known:
        return None
    said = span(map(money, (min(known), max(known))))
    return Move(PRICES[member], "", said, "", "", far=False, stays=True)


def _price(step: Step, row: PriceRow, member: str, *, after: bool) -> Decimal | None:
    """What a variant costs, before or after; None where the plan does not know."""
    change = row.move(member)
    if change is not None:
        value = change.after if after else change.before
    else:
        value = step.beside.get(("prices", row.currency, member))
    return Decimal(value) if isinstance(value, str) else None


def _margin(row: PriceRow, steps: Sequence[Step]) -> Margin | None:
    """How much of the retail price is above wholesale, where the plan says both."""
    before, after = (_margins(row, steps, after=after) for after in (False, True))
    if not after:
        return None
    was, now = (span(f"{one:.0f}" for one in found) for found in (before, after))
    return Margin(was if was != now else "", f"{now} %", min(after) < 0)


def _usual_margin(lines: Sequence[PriceLine]) -> str:
    """`margin 34 → 32 %`, where nearly all rows say the same; empty where they do
    not."""
    found = Counter(
        f"{line.margin.before} → {line.margin.after}"
        if line.margin.before
        else f"stays {line.margin.after}"
        for line in lines
        if line.margin and not line.outlier
    )
    if found.total() < _FEWEST:
        return ""
    ((said, most),) = found.most_common(1)
    if most == found.total():
        return f"margin {said}"
    return f"margin mostly {said}" if most >= _NEARLY * found.total() else ""


def _margins(row: PriceRow, steps: Sequence[Step], *, after: bool) -> list[Decimal]:
    """The lowest and the highest among the variants of a row."""
    found = []
    for step in steps:
        main = _price(step, row, _WHOLESALE, after=after)
        retail = _price(step, row, _RETAIL, after=after)
        if main is None or not retail:
            return []
        found.append((retail - main) * 100 / retail)
    return [min(found), max(found)]


def span(ends: Iterable[str]) -> str:
    """`34`, or `34–36` where the two ends differ."""
    return "–".join(dict.fromkeys(ends))


def _histogram(rows: Sequence[PriceRow], limit: Decimal) -> Histogram | None:
    """Of the moves of each style. Those beyond the limit are not drawn: they would
    press the others into one bar, and are told one by one."""
    every: dict[Ref, Decimal] = {}
    for row in rows:
        if (move := _main(row)) is not None:
            every[row.style] = max(every.get(row.style, move), move, key=abs)
    moves = {style: move for style, move in every.items() if abs(move) <= limit}
    if len(moves) < _FEWEST:
        return None
    low, high = min(moves.values()), max(moves.values())
    # No narrower than prices are told, and no wider than they move.
    number = max(min(_BINS, 3 * len(moves), int((high - low) / _FINEST)), 1)
    step = max((high - low) / number, _FINEST)
    numbers = Counter(
        min(int((move - low) / step), number - 1) for move in moves.values()
    )
    wide, most = _WIDE // max(number, _FEWEST), max(numbers.values())
    bins = tuple(
        Bin(
            at * wide,
            _TOP + _TALL - tall,
            wide,
            tall,
            found,
            f"{here}: {count(found, 'style')}",
        )
        for at, found in sorted(numbers.items())
        for tall in [max(found * _TALL // most, 3)]
        for here in [_between(low + at * step, low + (at + 1) * step)]
    )
    top = low + number * step
    zero = int(-low / step * wide) if low <= 0 <= top else None
    styles = count(len(moves), "style")
    told = f"{styles} by how far their price moves"
    if left := len(every) - len(moves):
        told += f"; {beyond(left, limit)} not drawn"
    return Histogram(
        bins,
        percent_text(low),
        percent_text(top),
        zero,
        told,
        f"{told}: {_between(low, high)}",
    )


def _between(low: Decimal, high: Decimal) -> str:
    return f"{percent_text(low)} to {percent_text(high)}"
