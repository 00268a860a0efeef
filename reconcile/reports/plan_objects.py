"""What a plan deletes, creates and renames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.core.steps import Change, Step, unit
from reconcile.reports.layout import Cell, Items, Row
from reconcile.reports.plan_view import (
    NEVER_FOLDED,
    Group,
    View,
    change_lines,
    folded,
    grouped,
)
from reconcile.reports.prices import is_price
from reconcile.reports.words import (
    TOLD,
    count,
    counts,
    label,
    money,
    place,
    written,
)

_ARCHIVED: Final = "taken off sale: Traede cannot delete it"


def delete_section(view: View) -> Iterator[str]:
    steps = view.steps("delete", "archive")
    if not steps:
        return
    refs = [ref for step in steps for ref in (step.ref, *step.cascade)]
    yield view.page.heading("Delete", counts(dict.fromkeys(refs)))
    rows = [_delete_row(view, group) for group in grouped(steps)]
    yield from folded(view, rows, NEVER_FOLDED)
    if kinds := {step.ref.kind for step in steps if KINDS[step.ref.kind].delete}:
        yield from view.page.paragraph(Cell(_what_happens(view, kinds), "dim"))


def _delete_row(view: View, group: Group) -> Row:
    own, variants = group.own, group.variants
    first = own or variants[0]
    keys = own.cascade if own else tuple(step.ref for step in variants)
    only = "this variant" if len(keys) == 1 else f"these {len(keys)} variants"
    said = f"only {only}" if not own else count(len(keys), "variant") if keys else ""
    notes = list(first.notes)
    where = notes.pop(0) if notes else place(first.source)
    skus = Items([f"- {ref.key}" for ref in keys], None if view.verbose else 8)
    return Row(
        "-",
        label(group.ref),
        view.names.get(group.ref, ""),
        (Cell(said),),
        place=where,
        below=(
            *([skus] if keys else []),
            *(Cell(note, "dim") for note in notes),
            *([Cell(_ARCHIVED, "dim")] if first.action == "archive" else []),
        ),
    )


def _what_happens(view: View, kinds: set[KindName]) -> str:
    """What becomes of what is deleted; said once."""
    if view.when_refused == "fail":
        return "deleted, or left as it is if Traede refuses (orders)"
    kept = [KINDS[kind].plural for kind in TOLD if kind in kinds and _retires(kind)]
    fate = "deleted, or archived if Traede refuses (orders)"
    if not kept:
        return "deleted"
    return fate if len(kept) == len(kinds) else f"{', '.join(kept)}: {fate}"


def _retires(kind: KindName) -> bool:
    return bool(KINDS[kind].retire())


def create_section(view: View) -> Iterator[str]:
    steps = view.steps("create")
    if not steps:
        return
    yield view.page.heading("Create", counts(step.ref for step in steps))
    rows = [_create_row(view, group) for group in grouped(steps)]
    yield from folded(view, rows)


def _create_row(view: View, group: Group) -> Row:
    own, variants = group.own, group.variants
    number = count(len(variants), "variant") if own else _new(len(variants))
    skus = [_new_variant(step) for step in variants]
    notes = [note for step in group.steps[:1] for note in step.notes]
    below: list[Cell | Items] = []
    if skus:
        below.append(Items(skus, None if view.verbose else 2, "more (--verbose)"))
    below += [Cell(note, "dim") for note in notes]
    if view.verbose:
        told = [tuple(step.ref for step in variants)]
        below += change_lines(view, group, _is_told, written, told)
    return Row(
        "+",
        label(group.ref),
        view.names.get(group.ref, ""),
        (Cell(_base_price(view, variants)), Cell(number if variants else "")),
        place=place(group.source),
        below=tuple(below),
    )


def _new(number: int) -> str:
    return f"{number} new variant" + ("s" if number != 1 else "")


def _new_variant(step: Step) -> str:
    values = [str(c.after) for c in step.changes if c.path[0] == "attributes"]
    return f"+ {step.ref.key}  {' '.join(values)}".rstrip()


def _base_price(view: View, variants: Sequence[Step]) -> str:
    """`EUR 81.15 / 123.75`, wholesale and retail; a span where variants differ."""
    prices: dict[str, dict[str, set[Decimal]]] = {}
    for step in variants:
        for change in step.written:
            if is_price(change) and isinstance(change.after, str):
                members = prices.setdefault(change.path[1], {})
                members.setdefault(change.path[2], set()).add(Decimal(change.after))
    if not prices:
        return ""
    base = view.base_currency
    currency = base if base in prices else min(prices)
    found = (
        prices[currency].get(member) for member in ("sales_price", "rec_sales_price")
    )
    text = " / ".join(_span(values) for values in found if values)
    more = len(prices) - 1
    others = f" +{count(more, 'currency').replace('currencys', 'currencies')}"
    return f"{currency} {text}" + (others if more else "")


def _span(values: set[Decimal]) -> str:
    low, high = min(values), max(values)
    return money(low) if low == high else f"{money(low)}–{money(high)}"


def rename_section(view: View) -> Iterator[str]:
    steps = view.steps("rename")
    if not steps:
        return
    yield view.page.heading("Rename", counts(step.ref for step in steps))
    yield from folded(view, [_rename_row(view, step) for step in steps])


def _rename_row(view: View, step: Step) -> Row:
    change = step.changes[0]
    kind = "" if step.ref.kind == "product" else f"{step.ref.kind} "
    root = unit(step)
    return Row(
        ">",
        f"{kind}{change.before} → {change.after}",
        "",
        (Cell(view.names.get(root, "")),),
        place=place(step.source),
        below=tuple(Cell(note, "dim") for note in step.notes),
    )


def _is_told(change: Change) -> bool:
    """What the row of a new object does not say already."""
    return not change.held and change.path[0] not in ("attributes", "name")
