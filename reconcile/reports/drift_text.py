"""What somebody changed in Traede, for the terminal: conflicts first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.core.drift import Drift
from reconcile.core.model import Desired, Ref, Tenant
from reconcile.core.steps import Change, Plan
from reconcile.reports.layout import Cell, Items, Page, Row
from reconcile.reports.plan_view import Group, View, beside, change_lines, grouped
from reconcile.reports.words import (
    counts,
    held,
    label,
    names,
    place,
    sides_words,
)

_BOTH: Final = "changed in the catalog and in Traede"


def render_drift(
    drift: Drift,
    *,
    first_run: bool,
    color: bool,
    width: int,
    verbose: bool = False,
) -> str:
    """The whole drift; the last line says how much, or that there is none."""
    page = Page(width, color)
    if not drift:
        said = "no drift: nobody changed anything in Traede that the files do not say"
        if first_run:
            said = "no drift: nothing was applied yet"
        return page.paint(said, "green")
    plan = Plan(Tenant(""), "", "", drift.steps)
    named = names(drift.steps)
    view = View(plan, page, verbose, False, None, "archive", named)
    sections = [list(lines) for lines in (_changed(view), _gone(page, drift))]
    parts = ["\n".join(lines) + "\n" for lines in sections if lines]
    return "\n".join([*parts, "\n".join(_last_lines(page, drift))])


def _changed(view: View) -> Iterator[str]:
    if not view.plan.steps:
        return
    yield view.page.heading("Changed in Traede", "(the catalog's value → Traede's)")
    both = {step.id for step in view.plan.conflicts}
    groups = grouped(view.plan.steps)
    groups.sort(key=lambda group: not any(step.id in both for step in group.steps))
    yield from view.page.table([_row(view, group, both) for group in groups])


def _row(view: View, group: Group, both: set[str]) -> Row:
    told = change_lines(view, group, _is_both, sides_words)
    tail, lines = beside(told + change_lines(view, group, _is_drift, held))
    conflict = any(step.id in both for step in group.steps)
    return Row(
        "!" if conflict else "~",
        label(group.ref),
        view.names.get(group.ref, ""),
        tail=tail,
        place=place(group.source),
        below=(*lines, *([Cell(_BOTH, "yellow")] if conflict else [])),
    )


def _is_both(change: Change) -> bool:
    return change.cause == "both"


def _is_drift(change: Change) -> bool:
    return change.cause != "both"


def _gone(page: Page, drift: Drift) -> Iterator[str]:
    rows = [
        *(_object("-", one, "deleted in Traede") for one in drift.deleted),
        *(
            _object(">", one, f'renamed in Traede: it is "{live.ref.key}" there')
            for one, live in drift.renamed
        ),
        *(
            _object("!", one, "deleted in Traede, and made again")
            for one, _ in drift.made_again
        ),
    ]
    if rows:
        yield page.heading("Deleted or renamed in Traede")
        yield from page.table(rows)


def _object(sign: str, desired: Desired, said: str) -> Row:
    name = desired.values.get(("name",)) if desired.ref.kind == "product" else None
    return Row(
        sign,
        label(desired.ref),
        str(name or ""),
        tail=said,
        place=place(desired.source.location),
    )


def _last_lines(page: Page, drift: Drift) -> Iterator[str]:
    refs: dict[Ref, None] = dict.fromkeys(step.ref for step in drift.steps)
    refs |= dict.fromkeys(one.ref for one in drift.deleted)
    pairs = (*drift.renamed, *drift.made_again)
    refs |= dict.fromkeys(one.ref for one, _ in pairs)
    keep = "keep it:  reconcile pull"
    back = "put ours back:  reconcile apply --write-drift"
    yield from page.items(Items((keep, back)), 0)
    conflicts = sum(
        any(change.cause == "both" for change in step.changes) for step in drift.steps
    )
    said = f", {conflicts} in conflict" if conflicts else ""
    yield page.paint(f"drift: {counts(refs)}{said}", "bold")
