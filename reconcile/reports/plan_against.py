"""What stands against a plan: held changes, refusals, guards, warnings."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.core.steps import Change
from reconcile.reports.approvals import approval_lines, let_through
from reconcile.reports.layout import Cell, Items, Row
from reconcile.reports.plan_told import (
    BOTH_CHANGED,
    NotPossible,
    findings,
    not_possible,
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
    held,
    label,
    place,
)


def held_section(view: View) -> Iterator[str]:
    if not view.plan.held:
        return
    yield view.page.heading("Changed in Traede, held", "(not part of this plan)")
    both = {step.id for step in view.plan.conflicts}
    groups = grouped(view.plan.held)
    groups.sort(key=lambda group: not any(step.id in both for step in group.steps))
    yield from view.page.table([_held_row(view, group, both) for group in groups])
    keep = "keep it:  reconcile pull"
    back = "put ours back:  reconcile apply --write-drift"
    see = "see it first:  reconcile plan --write-drift"
    yield from view.page.items(Items((keep, back, see)), 6)


def _held_row(view: View, group: Group, both: set[str]) -> Row:
    creates = [step for step in group.steps if step.action == "create"]
    rest = Group(group.ref, tuple(s for s in group.steps if s.action != "create"))
    lines = change_lines(view, rest, _is_held, held) if rest.steps else []
    if creates:
        whole = any(step.ref == group.ref for step in creates)
        keys = [step.ref.key for step in creates]
        who = "" if whole else f"{', '.join(keys)}  "
        lines.insert(0, Cell(f"{who}deleted in Traede"))
    tail, lines = beside(lines)
    notes = []
    if any(step.id in both for step in group.steps):
        notes.append(Cell(BOTH_CHANGED, "yellow"))
    return Row(
        "!",
        label(group.ref),
        view.names.get(group.ref, ""),
        tail=tail,
        place=place(group.source),
        below=(*lines, *notes),
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
    keys = [ref.key for ref in same.refs] if more else []
    return Row(
        "x",
        f"{same.action} "
        + (count(len(keys), first.kind) if keys else f"{first.kind} {first.key}"),
        "" if keys else view.names.get(first, ""),
        place=place(same.source),
        below=(
            *([Items(keys, None if view.verbose else 3)] if keys else []),
            Cell(same.reason),
            *([Cell(same.hint, "dim")] if same.hint else []),
        ),
    )


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
        if block.approve is not None:
            yield f"      intended? add under {view.page.paint('approvals:', 'bold')}"
            for line in approval_lines(block, view.page.width - 6):
                yield f"      {line}"
            yield f"      once, by hand:  reconcile apply --approve {block.approve}"


def warning_section(view: View) -> Iterator[str]:
    if not view.plan.warnings:
        return
    yield view.page.heading("Warnings")
    found = findings(view.plan, view.names)
    shown = len(found) if view.verbose else SHOWN * 2
    for one in found[:shown]:
        said = f"{one.who}: {one.said}" if one.who else one.said
        yield from view.page.titled(one.rule, said, sign="!")
        if len(one.refs) > 1 and view.verbose:
            yield from view.page.items(Items([str(ref) for ref in one.refs]), 6)
    if len(found) > shown:
        yield view.page.paint(f"  … {len(found) - shown} more (--verbose)", "dim")


def _is_held(change: Change) -> bool:
    return change.held
