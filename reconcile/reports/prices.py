"""Price changes as a price list: one row for what is equal over a style."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from reconcile.core.model import NOTHING, Ref
from reconcile.core.problems import Location
from reconcile.core.rules.wording import PRICES
from reconcile.core.steps import Change, Step, unit
from reconcile.reports.words import percent, percent_text

FAR: Final = Decimal(25)
"""A move beyond this many percent deserves a look, unless the brand says otherwise."""

_MEMBERS: Final = tuple(PRICES)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Variants of one style whose prices in one currency change in the same way."""

    style: Ref
    currency: str
    changes: tuple[Change, ...]
    """One per member, wholesale first."""
    variants: tuple[Ref, ...]
    name: str = ""
    source: Location | None = None
    alone: bool = True
    """Whether it is the only row of its style in this currency."""
    waits: bool = False
    """Whether none of it came with the branch that a plan is compared for."""
    limit: Decimal = FAR
    """The percent from which on a move is far."""
    stays: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Members that stay as they are and help to judge what moves."""

    @property
    def far(self) -> Decimal:
        """The largest move in percent, whatever its direction."""
        moves = (percent(c.before, c.after) for c in self.changes)
        return max((abs(move) for move in moves if move is not None), default=Decimal())

    @property
    def outlier(self) -> bool:
        """Whether it deserves a look."""
        return self.far > self.limit

    def move(self, member: str) -> Change | None:
        return next((c for c in self.changes if c.path[-1] == member), None)


def is_price(change: Change) -> bool:
    return change.path[0] == "prices"


def price_rows(steps: Iterable[Step], limit: Decimal = FAR) -> list[PriceRow]:
    """The price changes that would be written, outliers first, then by style."""
    groups: dict[tuple[Ref, str, str], list[tuple[Step, tuple[Change, ...]]]]
    groups = defaultdict(list)
    for step in steps:
        by_currency: dict[str, list[Change]] = defaultdict(list)
        for change in step.written:
            if is_price(change):
                by_currency[change.path[1]].append(change)
        for currency, changes in by_currency.items():
            ordered = tuple(sorted(changes, key=lambda c: _MEMBERS.index(c.path[-1])))
            groups[unit(step), currency, repr(ordered)].append((step, ordered))
    rows_of = Counter((style, currency) for style, currency, _ in groups)
    rows = [
        PriceRow(
            style,
            currency,
            members[0][1],
            tuple(sorted(step.ref for step, _ in members)),
            next((step.name for step, _ in members if step.name), ""),
            members[0][0].source,
            rows_of[style, currency] == 1,
            all(change.added is False for _, some in members for change in some),
            limit,
            _stays(currency, [step for step, _ in members]),
        )
        for (style, currency, _), members in groups.items()
    ]
    return sorted(rows, key=_rank)


def _stays(currency: str, steps: Sequence[Step]) -> dict[str, str]:
    first, *rest = steps
    return {
        path[2]: value
        for path, value in first.beside.items()
        if path[:2] == ("prices", currency)
        and isinstance(value, str)
        and all(step.beside.get(path) == value for step in rest)
    }


def beyond(number: int, limit: Decimal) -> str:
    """`2 beyond 25 %`."""
    return f"{number} beyond {limit.normalize():f} %"


def spread(rows: Sequence[PriceRow]) -> str:
    """`wholesale 29 styles +3.5 % to +4.4 %`, of each member that moves."""
    said = []
    for member, word in PRICES.items():
        moves: list[Decimal] = []
        styles: set[Ref] = set()
        for row in rows:
            change = row.move(member)
            if change is None:
                continue
            styles.add(row.style)
            by = percent(change.before, change.after)
            if by is not None:
                moves.append(by)
        if styles:
            noun = "style" if len(styles) == 1 else "styles"
            said.append(f"{word} {len(styles)} {noun}{_range(moves)}")
    return " · ".join(said)


def _range(moves: Sequence[Decimal]) -> str:
    if not moves:
        return ""
    low, high = percent_text(min(moves)), percent_text(max(moves))
    return f" {low}" if low == high else f" {low} to {high}"


def _rank(row: PriceRow) -> tuple[str, bool, Decimal, Ref, tuple[Ref, ...]]:
    far = -row.far if row.outlier else Decimal()
    return row.currency, not row.outlier, far, row.style, row.variants
