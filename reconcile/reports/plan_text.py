"""A plan for the terminal: what would happen, in the order of what can hurt most.

Sections only where they have content: deletes, creates, renames, prices, all other
changes; then what is left alone, what is not possible, and what stops the plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.steps import Plan
from reconcile.reports.layout import Cell, Page
from reconcile.reports.plan_against import (
    approved_section,
    block_section,
    caution_section,
    conflict_section,
    held_section,
    refusal_section,
    warning_section,
)
from reconcile.reports.plan_changes import other_section, price_section
from reconcile.reports.plan_objects import (
    create_section,
    delete_section,
    rename_section,
)
from reconcile.reports.plan_told import (
    FIRST_RUN,
    OFFLINE,
    apart,
    nothing_to_do,
    unmanaged,
    waiting_words,
)
from reconcile.reports.plan_view import View, WhenRefused
from reconcile.reports.prices import FAR
from reconcile.reports.variants import Variants
from reconcile.reports.words import names, short


def render_plan(  # noqa: PLR0913 (how to see it: each has its name)
    plan: Plan,
    *,
    digest: str,
    color: bool,
    width: int = 100,
    verbose: bool = False,
    show_personal: bool = False,
    base_currency: str | None = None,
    when_refused: WhenRefused = "archive",
    far: Decimal = FAR,
) -> str:
    """The whole plan, without a line end at its end.

    New styles are shown with their price in `base_currency`, or in the first that
    they have; `when_refused` is what the configuration says of refused deletes;
    prices that move by more than `far` percent come first. The last line stays one
    line, however long.
    """
    page = Page(width, color)
    view = View(
        plan,
        page,
        verbose,
        show_personal,
        base_currency,
        when_refused,
        names(plan.steps, plan.products),
        Variants.of(plan.products),
        far,
    )
    sections = [list(section(view)) for section in (_banner, *_SECTIONS)]
    parts = ["\n".join(lines) + "\n" for lines in sections if lines]
    return "\n".join([*parts, _last_line(view, short(digest))])


def _banner(view: View) -> Iterator[str]:
    if not view.plan.complete:
        yield from view.page.paragraph(Cell(OFFLINE, "alarm"), 0, 0)


def _remarks(view: View) -> Iterator[str]:
    if found := waiting_words(view.plan):
        yield from view.page.paragraph(Cell(found, "dim"), 0, 0)
    if view.plan.first_run:
        yield from view.page.paragraph(Cell(FIRST_RUN), 0, 0)
    if view.verbose and (found := unmanaged(view.plan)):
        said = f"In Traede and not in the catalog, left alone: {found}"
        yield from view.page.paragraph(Cell(said), 0, 0)


def _last_line(view: View, digest: str) -> str:
    plan, page = view.plan, view.page
    if not (plan.to_do or plan.refused or plan.blocked):
        return page.paint(nothing_to_do(plan), "green")
    done = ", ".join(f"{number} {verb}" for verb, number in _tally(plan) if number)
    said = (done or "nothing to do", ", ".join(apart(plan)))
    text = f"Plan {digest}: {'; '.join(filter(None, said))}"
    if not plan.blocked:
        return page.paint(text, "bold")
    stop = f"BLOCKED ({len(plan.blocked)}): nothing can be applied"
    return page.paint(text, "bold") + " · " + page.paint(stop, "alarm")


def _tally(plan: Plan) -> list[tuple[str, int]]:
    """How many objects of each fate; variants that go with a product are counted."""
    fates: dict[str, set[Ref]] = defaultdict(set)
    for step in plan.to_do:
        fates[step.action] |= {step.ref}
        fates["delete"] |= set(step.cascade)
    verbs = (
        ("create", "created"),
        ("rename", "renamed"),
        ("update", "updated"),
        ("revive", "revived"),
        ("archive", "archived"),
        ("delete", "deleted"),
    )
    return [(verb, len(fates[action])) for action, verb in verbs]


_SECTIONS: Final = (
    delete_section,
    create_section,
    rename_section,
    price_section,
    other_section,
    conflict_section,
    held_section,
    refusal_section,
    approved_section,
    block_section,
    warning_section,
    _remarks,
    caution_section,
)
