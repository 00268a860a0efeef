"""What stands against a plan, and what became of it, as the report shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconcile.core.model import Path
from reconcile.core.steps import Block, Change, Step, keys_of, unit
from reconcile.reports.apply_text import fates
from reconcile.reports.approvals import approval_lines
from reconcile.reports.plan_html_values import Place, Row, Variant, Who
from reconcile.reports.plan_html_words import RESULTS, Facts, currencies_of
from reconcile.reports.plan_told import (
    NotPossible,
    Way,
    conflicts_and_held,
    findings,
    not_possible,
    to_ref,
    ways,
)
from reconcile.reports.plan_view import grouped
from reconcile.reports.worddiff import Piece, word_diff
from reconcile.reports.words import (
    HIDDEN,
    after_words,
    before_words,
    count,
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
    mood: str = ""
    left_out: str = ""
    """What is left out with a refused step."""
    currencies: str = ""

    @property
    def weight(self) -> int:
        return len(self.who) if self.left_out else 1

    @property
    def kinds(self) -> str:
        """For the filter."""
        return " ".join(dict.fromkeys(one.kind or "product" for one in self.who))

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Them, where all are of one product."""
        if {(one.kind, bool(one.name)) for one in self.who} != {("variant", True)}:
            return ()
        alike = len({one.name for one in self.who}) == 1
        return tuple(Variant(one.look, one.key) for one in self.who if alike)


@dataclass(frozen=True, slots=True)
class HeldValue:
    """One value that somebody changed in Traede."""

    whose: Variant | None
    field: str
    applied: str
    live: tuple[Piece, ...]
    catalog: tuple[Piece, ...]
    """Both as they differ from what was last applied."""


@dataclass(frozen=True, slots=True)
class Held:
    row: Row
    values: tuple[HeldValue, ...]
    gone: tuple[Variant, ...]
    """What was deleted in Traede."""
    ways: tuple[Way, Way]
    """How somebody settles it: Traede's side taken, or the catalog's."""


def blocks(facts: Facts) -> Iterator[Said]:
    for block in facts.plan.blocked:
        refs = list(dict.fromkeys(map(to_ref, keys_of(block.ids))))
        yield Said(
            block.guard,
            block.message,
            tuple(facts.who(ref) for ref in refs),
            counts(refs),
            facts.first_place(refs),
            copy=_approval(facts, block),
            currencies=facts.currencies(refs),
        )


def _approval(facts: Facts, block: Block) -> str:
    if block.approve is None:
        return ""
    return "\n".join(approval_lines(block, _WIDTH, facts.plan.products))


def refused(facts: Facts) -> Iterator[Said]:
    for one in not_possible(facts.plan.refused):
        style = facts.style(one.refs) if len(one.refs) > 1 else None
        yield Said(
            f"{one.action} {counts(one.refs)} of" if style else one.action,
            one.reason,
            tuple(facts.who(ref) for ref in one.refs),
            counts(one.refs),
            facts.place(one.source),
            facts.who(style) if style else None,
            hint=one.hint,
            left_out=_left_out(one),
        )


def _left_out(one: NotPossible) -> str:
    """A step is refused as a whole, so nothing of the object is written."""
    noun = count(len(one.refs), one.refs[0].kind).partition(" ")[2]
    which = f"this {noun}" if len(one.refs) == 1 else f"these {noun}"
    if one.action in ("delete", "archive"):
        return f"Left out: {which} as Traede has it."
    if one.action == "create":
        return f"Left out: {which}, with all that the catalog says of it."
    also = ", its prices too" if one.refs[0].kind == "variant" else ""
    return f"Left out with it: whatever else changes in {which}{also}."


def warnings(facts: Facts) -> Iterator[Said]:
    for one in findings(facts.plan, facts.names):
        who = tuple(facts.who(ref) for ref in one.refs)
        where = facts.first_place(one.refs)
        yield Said(
            one.rule,
            one.said,
            who,
            counts(one.refs),
            where,
            currencies=facts.currencies(one.refs),
        )


def held(facts: Facts, *, conflicts: bool) -> tuple[Held, ...]:
    """What was changed in Traede, or, as conflicts, on both sides."""
    both, drift = conflicts_and_held(facts.plan)
    steps = both if conflicts else drift
    found = []
    for group in grouped(steps):
        gone = [step.ref for step in group.steps if step.action == "create"]
        values = (
            _held_value(facts, step, change)
            for step in group.steps
            if step.action != "create"
            for change in step.changes
            if change.held
        )
        row = replace(
            facts.row(group),
            causes="both" if conflicts else "drift",
            currencies=currencies_of(s for s in group.steps if s.action != "create"),
            weight=len(group.steps),
        )
        found.append(
            Held(
                row,
                tuple(values),
                facts.variants(gone),
                ways(group),
            )
        )
    return tuple(found)


def _held_value(facts: Facts, step: Step, change: Change) -> HeldValue:
    kind = step.ref.kind
    # Drift is: the catalog still says what was last applied.
    last = change.after if change.cause == "drift" else change.applied
    before = replace(change, before=last, basis="live")
    applied, live, catalog = before_words(kind, before), HIDDEN, HIDDEN
    if is_personal(kind, change):
        applied = HIDDEN
    else:
        live, catalog = before_words(kind, change), after_words(kind, change)
    whose = None if step.ref == unit(step) else facts.variants([step.ref])[0]
    field = field_words(kind, change.path)
    marked = (_moved(applied, one) for one in (live, catalog))
    return HeldValue(whose, field, applied, *marked)


def _moved(applied: str, value: str) -> tuple[Piece, ...]:
    """One side, with what is not as it was last applied."""
    if applied == value:
        return (("same", value),)
    return tuple(
        piece for piece in word_diff(applied, value, None) if piece[0] != "old"
    )


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
            mood="bad" if fate.result in ("failed", "unknown") else "warn",
        )
    for step_id, paths in sorted(report.not_converged.items()):
        if result := report.results.get(step_id):
            ref = result.step.ref
            yield Said(
                "not as sent",
                ", ".join(dict.fromkeys(_not_there(result.step, p) for p in paths)),
                (facts.who(ref),),
                place=facts.first_place([ref]),
                mood="warn",
            )


def _not_there(step: Step, path: Path) -> str:
    actions: dict[Path, str] = {("delete",): "still there", ("create",): "not there"}
    return actions.get(path) or field_words(step.ref.kind, path)
