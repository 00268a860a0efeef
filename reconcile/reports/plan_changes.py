"""What a plan changes: prices as a price list, and all other fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.core.model import Ref
from reconcile.core.rules.wording import PRICES, money
from reconcile.core.steps import Change, Step
from reconcile.reports.layout import Cell, Items, Row, columns, pad
from reconcile.reports.plan_told import (
    UPDATES,
    WAITING,
    goes_off_sale,
    is_off_sale,
    is_other,
    not_price,
    off_sale,
    waits,
)
from reconcile.reports.plan_view import (
    NEVER_FOLDED,
    SHOWN,
    Group,
    View,
    beside,
    change_lines,
    folded,
    grouped,
    prices_shown,
    variant_items,
)
from reconcile.reports.prices import PriceRow, beyond, price_rows, spread
from reconcile.reports.words import (
    after_words,
    before_words,
    count,
    counts,
    label,
    moved,
    percent,
    percent_text,
    place,
)


def waiting(steps: Iterable[Step]) -> list[Cell]:
    """Said of what did not come with the branch that a plan is compared for."""
    return [Cell(WAITING, "dim")] if waits(steps) else []


def price_section(view: View) -> Iterator[str]:
    rows = price_rows(view.steps(*UPDATES), view.far)
    if not rows:
        return
    styles = {row.style for row in rows}
    variants = {ref for row in rows for ref in row.variants}
    said = f"{count(len(styles), 'style')}, {count(len(variants), 'variant')}"
    yield view.page.heading("Prices", said)
    for currency in sorted({row.currency for row in rows}):
        yield from _currency(view, [row for row in rows if row.currency == currency])


def _currency(view: View, rows: list[PriceRow]) -> Iterator[str]:
    calm = [row for row in rows if not row.outlier]
    wild = len(rows) - len(calm)
    said = f"{beyond(wild, view.far)}:"
    if calm:
        said = spread(calm) + (", and:" if wild else "")
    yield from view.page.titled(rows[0].currency, said, indent=2)
    wholesale = _Widths.of(rows, "sales_price")
    retail = _Widths.of(rows, "rec_sales_price")
    shown = [_price_row(view, row, wholesale, retail) for row in rows]
    yield from folded(view, shown, prices_shown(len(rows), wild))


@dataclass(frozen=True, slots=True)
class _Widths:
    """How wide the two sides of a column of prices are."""

    before: int
    after: int

    @staticmethod
    def of(rows: Sequence[PriceRow], member: str) -> _Widths:
        moves = [change for row in rows if (change := row.move(member))]
        return _Widths(
            max((columns(before_words("variant", c)) for c in moves), default=0),
            max((columns(after_words("variant", c)) for c in moves), default=0),
        )

    def text(self, change: Change) -> str:
        before = pad(before_words("variant", change), self.before, right=True)
        return (
            f"{before} → {pad(after_words('variant', change), self.after, right=True)}"
        )


def _price_row(view: View, row: PriceRow, wholesale: _Widths, retail: _Widths) -> Row:
    cells = [Cell(view.variants.short(row.variants))]
    main, second = row.move("sales_price"), row.move("rec_sales_price")
    if main:
        cells += [Cell(wholesale.text(main)), _move(main, row.limit)]
    else:
        cells += [Cell(""), Cell("")]
    if second:
        cells.append(Cell(f"retail {retail.text(second)}"))
        shown = not main or _is_far(second, row.limit)
        cells.append(_move(second, row.limit) if shown else Cell(""))
    elif row.outlier and (stays := row.stays.get("rec_sales_price")):
        cells += [Cell(f"retail {money(stays)}"), Cell("")]
    for change in row.changes:
        if change not in (main, second):
            before, after = (
                before_words("variant", change),
                after_words("variant", change),
            )
            cells.append(Cell(f"{PRICES[change.path[2]]} {before} → {after}"))
    several = len(row.variants) > 1
    listed = several and (view.verbose or not row.alone)
    skus = variant_items(view, row.variants) if listed else None
    late = [Cell(WAITING, "dim")] if row.waits else []
    return Row(
        "!" if row.outlier else "~",
        label(row.style),
        row.name,
        tuple(cells),
        place=place(row.source) if row.outlier or view.verbose else "",
        below=(*(() if skus is None else (skus,)), *late),
    )


def _is_far(change: Change, limit: Decimal) -> bool:
    move = percent(change.before, change.after)
    return move is not None and abs(move) > limit


def _move(change: Change, limit: Decimal) -> Cell:
    move = percent(change.before, change.after)
    if move is None:
        return Cell("")
    return Cell(f"{percent_text(move):>8}", "alarm" if _is_far(change, limit) else "")


def other_section(view: View) -> Iterator[str]:
    groups = [
        group
        for group in grouped(view.steps(*UPDATES))
        if any(map(is_other, group.steps))
    ]
    if not groups:
        return
    # What goes off sale is never folded, so it comes first.
    groups.sort(key=lambda group: not goes_off_sale(group))
    leaving = sum(map(goes_off_sale, groups))
    kinds = [group.ref for group in groups]
    said = counts(kinds).replace("product", "style")
    yield view.page.heading("Other", said)
    rows = [_other_row(view, group) for group in groups]
    yield from folded(view, rows, max(SHOWN, min(leaving, NEVER_FOLDED)))


def _is_told(change: Change) -> bool:
    return not_price(change) and not is_off_sale(change)


def _whose(view: View, group: Group, refs: Sequence[Ref]) -> str:
    return "" if group.ref in refs else f"{view.variants.short(refs)}  "


def _other_row(view: View, group: Group) -> Row:
    lines: list[Cell | Items] = [
        Cell(f"{_whose(view, group, refs)}goes off sale: {how}")
        for refs, how in off_sale(group)
    ]
    lines += change_lines(view, group, _is_told, moved)
    tail, lines = beside(lines)
    notes = dict.fromkeys(note for step in group.steps for note in step.notes)
    back = [step for step in group.steps if step.action == "revive"]
    if back:
        what = counts(step.ref for step in back)
        notes = dict.fromkeys([f"back on sale: {what}", *notes])
    return Row(
        "~",
        label(group.ref),
        view.names.get(group.ref, ""),
        tail=tail,
        place=place(group.source),
        below=(*lines, *(Cell(note, "dim") for note in notes), *waiting(group.steps)),
    )
