"""What an apply did, for the terminal: one line on a good day.

Otherwise each thing that is left, where it is written, why, and how to go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.model import Path, Ref
from reconcile.core.outcomes import Report, Result, ResultName
from reconcile.core.problems import Location
from reconcile.core.steps import Plan, Step, unit
from reconcile.reports.escape import terminal
from reconcile.reports.layout import OUTCOMES, Cell, Items, Page, Row
from reconcile.reports.plan_told import (
    NotPossible,
    not_possible,
    nothing_to_do,
    of_style,
    ways,
)
from reconcile.reports.plan_view import Group, WhenRefused, grouped, parts
from reconcile.reports.variants import Variants
from reconcile.reports.words import (
    count,
    counts,
    field_words,
    label,
    names,
    order,
    place,
    short,
    sides_words,
    without_personal,
)

_SHOWN: Final = 200
_NAMED: Final = 5
"""So many styles are named in a question; the others are counted."""
RESULT_WORDS: Final[Mapping[ResultName, str]] = {
    "failed": "not applied",
    "unknown": "unknown",
    "skipped": "skipped",
    "archived": "archived",
}
"""The results that are told one by one, worst first."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Objects of one style with the same result for the same reason."""

    result: ResultName
    root: Ref
    words: str
    steps: tuple[Step, ...]


def render_report(
    report: Report,
    *,
    digest: str,
    seconds: float,
    color: bool,
    width: int = 100,
    show_personal: bool = False,
    when_refused: WhenRefused = "archive",
) -> str:
    """One finished apply, without a line end at its end; `when_refused` is what the
    configuration says of refused deletes."""
    page = Page(width, color)
    lines = [
        line for said in report.settled for line in page.paragraph(Cell(said), 0, 0)
    ]
    lines += _told(report, page, show_personal=show_personal)
    lines += _verdict(report, page, short(digest), seconds, when_refused)
    return "\n".join(lines)


def _told(report: Report, page: Page, *, show_personal: bool) -> list[str]:
    steps = (result.step for result in report.results.values())
    called = names([*report.plan.steps, *steps], report.plan.products)
    variants = Variants.of(report.plan.products)
    rows = [
        _row(fate, called, variants)
        for fate in fates(report, show_personal=show_personal)
    ]
    rows += [
        _refused_row(same, called, variants)
        for same in not_possible(report.plan.refused)
    ]
    rows += [
        _held_row(group, called, variants, show_personal=show_personal)
        for group in grouped(report.plan.conflicts)
    ]
    rows += [
        _not_stuck_row(report.results[step_id].step, paths, called)
        for step_id, paths in sorted(report.not_converged.items())
        if step_id in report.results
    ]
    lines = page.table(rows[:_SHOWN], OUTCOMES)
    if len(rows) > _SHOWN:
        more = f"  … {len(rows) - _SHOWN} more: reconcile plan lists what is left"
        lines.append(page.paint(more, "dim"))
    return [*lines, ""] if lines else []


def fates(report: Report, *, show_personal: bool) -> list[Fate]:
    alike: dict[tuple[ResultName, Ref, str], list[Step]] = defaultdict(list)
    for result in report.results.values():
        if result.result in RESULT_WORDS:
            words = _said(result, show_personal=show_personal)
            alike[result.result, unit(result.step), words].append(result.step)
    ranks = list(RESULT_WORDS)
    found = [
        Fate(result, root, words, tuple(sorted(steps, key=lambda s: order(s.ref))))
        for (result, root, words), steps in alike.items()
    ]
    return sorted(found, key=lambda f: (ranks.index(f.result), order(f.root), f.words))


def _said(result: Result, *, show_personal: bool) -> str:
    words = result.words
    if not show_personal:
        words = without_personal(result.step, words)
    if result.result == "archived":
        return f"Traede refused the delete: {words}" if words else "refused by Traede"
    return words


def _row(fate: Fate, called: Mapping[Ref, str], variants: Variants) -> Row:
    refs = [step.ref for step in fate.steps if step.ref != fate.root]
    own = next((step for step in fate.steps if step.ref == fate.root), None)
    if own is not None:
        refs += [ref for ref in own.cascade if ref not in refs]
    number = count(len(refs), "variant") if refs else ""
    if own is None and len(refs) == 1:
        number = variants.tagged(refs[0])
    several = own is None and len(refs) > 1
    listed = [_skus(refs, variants)] if several else []
    where = "" if fate.result == "archived" else place(_source(fate.steps))
    return Row(
        RESULT_WORDS[fate.result],
        label(fate.root),
        called.get(fate.root, ""),
        (Cell(number),),
        tail=fate.words,
        place=where,
        below=tuple(listed),
    )


def _skus(refs: Sequence[Ref], variants: Variants) -> Items:
    return Items([variants.tagged(ref) for ref in variants.sorted(refs)], 3)


def _source(steps: Sequence[Step]) -> Location | None:
    return next((step.source for step in steps if step.source is not None), None)


def _refused_row(
    same: NotPossible, called: Mapping[Ref, str], variants: Variants
) -> Row:
    first, *more = same.refs
    whom = count(len(same.refs), first.kind) if more else label(first)
    name = ", ".join(
        filter(None, (called.get(first, ""), variants.looks.get(first, "")))
    )
    return Row(
        "not possible",
        f"{same.action} {whom}",
        "" if more else name,
        tail=of_style(same.refs, called, variants) if more else same.reason,
        place=place(same.source),
        below=(
            *((_skus(same.refs, variants), Cell(same.reason)) if more else ()),
            *([Cell(same.hint)] if same.hint else []),
        ),
    )


def _held_row(
    group: Group,
    called: Mapping[Ref, str],
    variants: Variants,
    *,
    show_personal: bool,
) -> Row:
    said = []
    for part in parts(group, lambda change: change.held and change.cause == "both"):
        kind, change = part.refs[0].kind, part.change
        own = part.refs[0] == group.ref
        words = (
            "" if own else variants.short(part.refs),
            field_words(kind, change.path, show_personal=show_personal),
            sides_words(kind, change, show_personal=show_personal),
        )
        said.append(Cell("  ".join(filter(None, words))))
    commands = [*map(str, ways(group))]
    return Row(
        "in conflict",
        label(group.ref),
        called.get(group.ref, ""),
        place=place(group.source),
        below=(*said, Items(commands, whole=True)),
    )


def _not_stuck_row(step: Step, paths: Sequence[Path], called: Mapping[Ref, str]) -> Row:
    """Fields that were accepted and are not there; a path may name the action."""
    actions: dict[Path, str] = {("delete",): "still there", ("create",): "not there"}
    said = [actions.get(path) or field_words(step.ref.kind, path) for path in paths]
    return Row(
        "not as sent",
        label(step.ref),
        called.get(unit(step), ""),
        tail=", ".join(dict.fromkeys(said)),
        place=place(step.source),
    )


# --- the question before ---


def held_question(plan: Plan) -> str:
    """Whether to write over what somebody did in Traede: how much, and of which
    styles."""
    groups = grouped(plan.held)
    called = names(plan.steps, plan.products)
    number = sum(c.held for s in plan.held if s.action != "create" for c in s.changes)
    gone = [s.ref for s in plan.held if s.action == "create"]
    what = (
        [count(number, "value") + " that somebody changed in Traede"] if number else []
    )
    if gone:
        where = "there" if what else "in Traede"
        what.append(f"{counts(gone)} that somebody deleted {where}")
    listed = [
        f"{label(group.ref)} {called.get(group.ref, '')}".strip()
        for group in groups[:_NAMED]
    ]
    if len(groups) > _NAMED:
        listed.append(f"{len(groups) - _NAMED} more")
    return terminal(f"Also put back {' and '.join(what)}: {', '.join(listed)}?")


# --- the last lines ----------------------------------------------------------------


def _verdict(
    report: Report, page: Page, digest: str, seconds: float, when_refused: WhenRefused
) -> list[str]:
    if not report.incomplete and not report.results:
        return [page.paint(nothing_to_do(report.plan), "green")]
    if not report.incomplete:
        return _complete(report, page, digest, seconds)
    changed = f"{report.changed} changed{_found(report)}"
    left = f"{report.left} left" + (f" ({kinds})" if (kinds := _left(report)) else "")
    head = page.paint("NOT COMPLETE", "alarm")
    if conflicts := len(report.plan.conflicts):
        left += f", {conflicts} in conflict"
    if report.unproven:
        left += f", {report.unproven} not to be proven"
    text = f": {changed}, {left}.{_read_again(report)}"
    first, *rest = page.paragraph(Cell(f"NOT COMPLETE{text}"), 0, 0)
    lines = [first.replace("NOT COMPLETE", head, 1), *rest]
    if report.stopped:
        stopped = f"Stopped before the end: {report.stopped}"
        lines += page.paragraph(Cell(stopped), 0, 0)
    return [*lines, *page.paragraph(Cell(how_on(report, when_refused)), 0, 0)]


def _complete(report: Report, page: Page, digest: str, seconds: float) -> list[str]:
    text = (
        f"applied, {report.changed} changed{_found(report)}, 0 left · plan {digest} · "
        f"{_time(seconds)} · read back: {read_back(report)}"
    )
    good = not report.not_converged
    lines = [page.paint(text, "green" if good else "yellow")]
    if not good:
        lines.append("See it as Traede has it now: reconcile plan")
    return lines


def _found(report: Report) -> str:
    found = report.count("as found")
    return f", {found} already there" if found else ""


def _left(report: Report) -> str:
    """`4 not applied, 4 skipped`."""
    told = [
        (word, report.count(result))
        for result, word in RESULT_WORDS.items()
        if result != "archived"
    ]
    told.append(("not possible", len(report.plan.refused)))
    return ", ".join(f"{number} {word}" for word, number in told if number)


def read_back(report: Report) -> str:
    fields = sum(len(paths) for paths in report.not_converged.values())
    if fields:
        number = len(report.not_converged)
        return f"{count(fields, 'field')} of {count(number, 'object')} not as sent"
    return "all as planned"


def _read_again(report: Report) -> str:
    if report.not_converged:
        return f" Read back: {read_back(report)}."
    if not report.changed:
        return " Nothing was changed."
    are = "the one is" if report.changed == 1 else f"the {report.changed} are"
    return f" Read back: {are} as planned."


def how_on(report: Report, when_refused: WhenRefused) -> str:
    failed = [r.step for r in report.results.values() if r.result == "failed"]
    places = list(dict.fromkeys(place(s.source) for s in failed if s.source))
    if not failed and report.plan.refused:
        places = [place(r.source) for r in report.plan.refused if r.source]
    if places:
        where = places[0] if len(places) == 1 else "the places above"
        again = ", or run again: reconcile apply" if _silent(report) else ""
        return f"Correct {where} and merge{again}"
    if any(r.why == "moved" for r in report.results.values()):
        return "Traede has changed meanwhile. Look again: reconcile plan"
    if when_refused == "fail" and any(step.action == "delete" for step in failed):
        return (
            "What Traede does not let go: put its entry back, or set `deletes: "
            "{when_refused: archive}` in reconcile.yaml. Then: reconcile apply"
        )
    if report.plan.conflicts and not (report.left or report.stopped):
        return (
            "To keep what Traede has, write it in the catalog: reconcile pull. To put "
            "ours back: reconcile apply --write-drift"
        )
    if report.unproven and not (report.left or report.stopped):
        return (
            "Look in Traede whether what could not be proven is there (images, opening "
            "stock); it is not sent again"
        )
    return "Nothing is done twice. Go on with: reconcile apply"


def _silent(report: Report) -> bool:
    """Whether something failed for no reason that Traede named: it may pass."""
    return any(r.result == "failed" and not r.why for r in report.results.values())


def _time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
