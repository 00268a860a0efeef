"""What stands against a plan, and what became of it, as the report shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.core.model import Path
from reconcile.core.steps import Block, Change, Step, keys_of, unit
from reconcile.reports.apply_text import fates
from reconcile.reports.approvals import approval_lines
from reconcile.reports.plan_html_words import RESULTS, Facts, Place, Row, Who
from reconcile.reports.plan_told import (
    BOTH_CHANGED,
    findings,
    keep_command,
    not_possible,
    to_ref,
)
from reconcile.reports.plan_view import grouped
from reconcile.reports.words import (
    HIDDEN,
    after_words,
    before_words,
    counts,
    field_words,
    is_personal,
)

_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about some objects."""

    title: str
    text: str
    who: tuple[Who, ...] = ()
    number: str = ""
    """How many they are."""
    place: Place | None = None
    whom: Who | None = None
    """The one of them that stands for all."""
    hint: str = ""
    copy: str = ""
    """What to copy, for somebody who means it."""


@dataclass(frozen=True, slots=True)
class HeldValue:
    """One value that somebody changed in Traede."""

    whose: str
    field: str
    applied: str
    live: str
    catalog: str


@dataclass(frozen=True, slots=True)
class Held:
    row: Row
    values: tuple[HeldValue, ...]
    gone: tuple[str, ...]
    """What was deleted in Traede."""
    keep: str
    """The command that takes it into the catalog."""


def blocks(facts: Facts) -> Iterator[Said]:
    for block in facts.plan.blocked:
        refs = list(dict.fromkeys(map(to_ref, keys_of(block.ids))))
        yield Said(
            block.guard,
            block.message,
            tuple(facts.who(ref) for ref in refs),
            counts(refs),
            facts.first_place(refs),
            copy=_approval(block),
        )


def _approval(block: Block) -> str:
    if block.approve is None:
        return ""
    return "\n".join(approval_lines(block, _WIDTH))


def refused(facts: Facts) -> Iterator[Said]:
    for one in not_possible(facts.plan.refused):
        yield Said(
            one.action,
            one.reason,
            tuple(facts.who(ref) for ref in one.refs),
            counts(one.refs),
            facts.place(one.source),
            hint=one.hint,
        )


def warnings(facts: Facts) -> Iterator[Said]:
    for one in findings(facts.plan, facts.names):
        who = tuple(facts.who(ref) for ref in one.refs)
        where = facts.first_place(one.refs)
        yield Said(one.rule, one.said, who, counts(one.refs), where)


def held(facts: Facts, *, conflicts: bool) -> tuple[Held, ...]:
    """What was changed in Traede, or, as conflicts, on both sides."""
    both = {step.id for step in facts.plan.conflicts}
    steps = [step for step in facts.plan.held if (step.id in both) is conflicts]
    found = []
    for group in grouped(steps):
        gone = [step.ref.key for step in group.steps if step.action == "create"]
        values = (
            _held_value(step, change)
            for step in group.steps
            if step.action != "create"
            for change in step.changes
            if change.held
        )
        keep = keep_command(group)
        notes = [BOTH_CHANGED] if conflicts else []
        row = facts.row(group, notes=notes)
        found.append(Held(row, tuple(values), tuple(gone), keep))
    return tuple(found)


def _held_value(step: Step, change: Change) -> HeldValue:
    kind = step.ref.kind
    hidden = is_personal(kind, change)
    live = HIDDEN if hidden else before_words(kind, change)
    catalog = HIDDEN if hidden else after_words(kind, change)
    # Drift is: the catalog still says what was last applied.
    applied = catalog if change.cause == "drift" else "another value"
    whose = "" if step.ref == unit(step) else step.ref.key
    return HeldValue(whose, field_words(kind, change.path), applied, live, catalog)


def results(facts: Facts) -> Iterator[Said]:
    """What is left of an apply, object by object, worst first."""
    report = facts.report
    if report is None:
        return
    for fate in fates(report, show_personal=False):
        refs = [step.ref for step in fate.steps]
        yield Said(
            RESULTS[fate.result],
            fate.words,
            tuple(facts.who(ref) for ref in refs),
            counts(refs),
            facts.first_place([fate.root, *refs]),
            facts.who(fate.root),
        )
    for step_id, paths in sorted(report.not_converged.items()):
        if result := report.results.get(step_id):
            ref = result.step.ref
            yield Said(
                "not as sent",
                ", ".join(dict.fromkeys(_not_there(result.step, p) for p in paths)),
                (facts.who(ref),),
                place=facts.first_place([ref]),
            )


def _not_there(step: Step, path: Path) -> str:
    actions: dict[Path, str] = {("delete",): "still there", ("create",): "not there"}
    return actions.get(path) or field_words(step.ref.kind, path)
