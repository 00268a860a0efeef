"""What stands against a plan: held changes, refusals, guards, warnings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconcile.core.kinds import KINDS
from reconcile.core.model import Ref
from reconcile.core.steps import Block, Change, Refusal, Warned
from reconcile.reports.layout import Cell, Items, Row
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
)


def held_section(view: View) -> Iterator[str]:
    if not view.plan.held:
        return
    yield view.page.heading("Changed in Traede, held", "(not part of this plan)")
    both = {step.id for step in view.plan.conflicts}
    groups = grouped(view.plan.held)
    groups.sort(key=lambda group: not any(step.id in both for step in group.steps))
    yield from view.page.table([_held_row(view, group, both) for group in groups])
    keep = "keep it:  write it in the catalog"
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
        notes.append(Cell("changed in the catalog and in Traede", "yellow"))
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
    alike: dict[tuple[str, str, str], list[Refusal]] = defaultdict(list)
    for refusal in refused:
        what = refusal.id.split(":")[0:2]
        alike[":".join(what), refusal.reason, refusal.hint].append(refusal)
    rows = [_refusal_row(view, same) for same in alike.values()]
    yield from folded(view, rows, NEVER_FOLDED)


def _refusal_row(view: View, same: Sequence[Refusal]) -> Row:
    action, _, rest = same[0].id.partition(":")
    ref = _ref(rest)
    keys = [] if len(same) == 1 else [one.id.split(":", 2)[2] for one in same]
    return Row(
        "x",
        f"{action} "
        + (count(len(keys), ref.kind) if keys else f"{ref.kind} {ref.key}"),
        "" if keys else view.names.get(ref, ""),
        place=place(same[0].source),
        below=(
            *([Items(keys, None if view.verbose else 3)] if keys else []),
            Cell(same[0].reason),
            *([Cell(same[0].hint, "dim")] if same[0].hint else []),
        ),
    )


def block_section(view: View) -> Iterator[str]:
    if not view.plan.blocked:
        return
    yield view.page.heading("Blocked", "", "alarm")
    for block in view.plan.blocked:
        yield from view.page.titled(block.guard, block.message, sign="x")
        if block.approve is not None:
            yield f"      intended? add under {view.page.paint('approvals:', 'bold')}"
            yield from view.page.paragraph(Cell(_approval(block)))


def _approval(block: Block) -> str:
    """The line that lets exactly this through; YAML, also where it is wrapped."""
    refs = [_ref(_without_action(one)) for one in block.ids]
    deletes = block.guard == "delete-limit"
    what = counts(refs) if len(refs) != 1 else label(refs[0])
    verb = "delete" if deletes else block.guard
    keys = ", ".join(json.dumps(str(ref), ensure_ascii=False) for ref in refs)
    return (
        f"- {{approve: {json.dumps(block.approve)}, "
        f"what: {json.dumps(f'{verb} {what}'.strip(), ensure_ascii=False)}, "
        + (f"keys: [{keys}], " if deletes else "")
        + "by: …, reason: …}"
    )


def warning_section(view: View) -> Iterator[str]:
    if not view.plan.warnings:
        return
    yield view.page.heading("Warnings")
    alike: dict[tuple[str, str], list[Warned]] = defaultdict(list)
    for warned in view.plan.warnings:
        alike[warned.rule, warned.message].append(warned)
    shown = len(alike) if view.verbose else SHOWN * 2
    for same in list(alike.values())[:shown]:
        yield from _warning(view, same)
    if len(alike) > shown:
        yield view.page.paint(f"  … {len(alike) - shown} more (--verbose)", "dim")


def _warning(view: View, same: Sequence[Warned]) -> Iterator[str]:
    """One finding, and whom it is about."""
    ids = [warned.id for warned in same if warned.id]
    who = _whose(view, ids[0]) if ids else ""
    if len(ids) > 1:
        who = f"{who} and {len(ids) - 1} more"
    text = f"{who}: {same[0].message}" if who else same[0].message
    yield from view.page.titled(same[0].rule, text, sign="!")
    if len(ids) > 1 and view.verbose:
        yield from view.page.items(Items([_without_action(one) for one in ids]), 6)


def _whose(view: View, found: str) -> str:
    ref = _ref(_without_action(found))
    name = view.names.get(ref)
    return f"{label(ref)} {name}" if name else label(ref)


def _without_action(found: str) -> str:
    """`kind:key` of an id that may be `action:kind:key`."""
    first, _, rest = found.partition(":")
    return rest if rest and first not in KINDS else found


def _ref(text: str) -> Ref:
    kind, _, key = text.partition(":")
    return Ref(kind, key)  # type: ignore[arg-type]


def _is_held(change: Change) -> bool:
    return change.held
