"""What stands against a plan: held changes, refusals, guards, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.core.model import Ref
from reconcile.core.steps import Change, Step
from reconcile.reports.approvals import approval_lines, let_through
from reconcile.reports.layout import Cell, Items, Row
from reconcile.reports.plan_told import (
    BOTH_CHANGED,
    FEW,
    WAYS,
    NotPossible,
    cautions,
    conflicts_and_held,
    findings,
    not_possible,
    of_style,
    said_of,
    ways,
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
)
from reconcile.reports.words import (
    count,
    counts,
    held,
    label,
    place,
    sides_words,
)


def conflict_section(view: View) -> Iterator[str]:
    steps, _ = conflicts_and_held(view.plan)
    if steps:
        said = f"{counts(step.ref for step in steps)} ({BOTH_CHANGED}; not written)"
        yield view.page.heading("In conflict", said)
        yield from _held_rows(view, steps)


def held_section(view: View) -> Iterator[str]:
    _, steps = conflicts_and_held(view.plan)
    if steps:
        said = f"{counts(step.ref for step in steps)} (not part of this plan)"
        yield view.page.heading("Changed in Traede, held", said)
        yield from _held_rows(view, steps)


def _held_rows(view: View, steps: Sequence[Step]) -> Iterator[str]:
    groups = grouped(steps)
    few = len(groups) <= FEW
    yield from view.page.table([_held_row(view, group, few=few) for group in groups])
    if not few:
        yield from view.page.items(Items([*map(str, WAYS)], whole=True), 6)


def _held_row(view: View, group: Group, *, few: bool) -> Row:
    creates = [step for step in group.steps if step.action == "create"]
    rest = Group(group.ref, tuple(s for s in group.steps if s.action != "create"))
    lines = change_lines(view, rest, _is_both, sides_words) if rest.steps else []
    lines += change_lines(view, rest, _is_drift, held) if rest.steps else []
    if creates:
        whole = any(step.ref == group.ref for step in creates)
        gone = view.variants.short([step.ref for step in creates])
        who = "" if whole else f"{gone}  "
        lines.insert(0, Cell(f"{who}deleted in Traede"))
    tail, lines = beside(lines)
    if few:
        lines.append(Items([*map(str, ways(group))], whole=True))
    return Row(
        "!",
        label(group.ref),
        view.names.get(group.ref, ""),
        tail=tail,
        place=place(group.source),
        below=tuple(lines),
    )


def refusal_section(view: View) -> Iterator[str]:
    refused = view.plan.refused
    if not refused:
        return
    yield view.page.heading(
        "Not possible", f"({len(refused)} left out, the rest goes on)"
    )
    rows = [_refusal_row(view, same) for same in not_possible(refused)]
    yield from folded(view, rows, NEVER_FOLDED)


def _refusal_row(view: View, same: NotPossible) -> Row:
    first, *more = same.refs
    keys = [view.variants.tagged(ref) for ref in view.variants.sorted(same.refs)]
    keys = keys if more else []
    return Row(
        "x",
        f"{same.action} "
        + (count(len(keys), first.kind) if keys else f"{first.kind} {first.key}"),
        of_style(same.refs, view.names, view.variants)
        if keys
        else _called(view, first),
        place=place(same.source),
        below=(
            *([Items(keys, None if view.verbose else 3)] if keys else []),
            Cell(same.reason),
            *([Cell(same.hint, "dim")] if same.hint else []),
        ),
    )


def _called(view: View, ref: Ref) -> str:
    """By name, and of a variant what it is."""
    name, look = view.names.get(ref, ""), view.variants.looks.get(ref, "")
    return ", ".join(filter(None, (name, look)))


def approved_section(view: View) -> Iterator[str]:
    if not view.plan.approved:
        return
    yield view.page.heading("Approved")
    for approved in view.plan.approved:
        text = let_through(approved)
        yield from view.page.titled(approved.guard, text, sign="!")


def block_section(view: View) -> Iterator[str]:
    if not view.plan.blocked:
        return
    yield view.page.heading("Blocked", "", "alarm")
    for block in view.plan.blocked:
        yield from view.page.titled(block.guard, block.message, sign="x")
        if which := said_of(view.variants, block):
            yield from view.page.paragraph(Cell(which))
        if block.approve is not None:
            yield f"      intended? add under {view.page.paint('approvals:', 'bold')}"
            for line in approval_lines(block, view.page.width - 6, view.plan.products):
                yield f"      {line}"
            yield f"      once, by hand:  reconcile apply --approve {block.approve}"


def warning_section(view: View) -> Iterator[str]:
    found = findings(view.plan, view.names)
    if not found:
        return
    yield view.page.heading("Warnings")
    shown = len(found) if view.verbose else SHOWN * 2
    for one in found[:shown]:
        said = f"{one.who}: {one.said}" if one.who else one.said
        yield from view.page.titled(one.rule, said, sign="!")
        if len(one.refs) > 1 and view.verbose:
            yield from view.page.items(Items([str(ref) for ref in one.refs]), 6)
    if len(found) > shown:
        yield view.page.paint(f"  … {len(found) - shown} more (--verbose)", "dim")


def caution_section(view: View) -> Iterator[str]:
    for said in cautions(view.plan):
        yield from view.page.paragraph(Cell(f"Good to know: {said}", "dim"), 0, 0)


def _is_drift(change: Change) -> bool:
    return change.held and change.cause != "both"


def _is_both(change: Change) -> bool:
    return change.held and change.cause == "both"
