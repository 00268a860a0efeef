"""A plan for the terminal: what would happen, in the order of what can hurt most.

Sections only where they have content: deletes, creates, renames, prices, all other
changes; then what is left alone, what is not possible, and what stops the plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.steps import Plan
from reconcile.reports.layout import Cell, Page
from reconcile.reports.plan_against import (
    block_section,
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
from reconcile.reports.plan_view import (
    View,
    WhenRefused,
)
from reconcile.reports.words import (
    TOLD,
    count,
    names,
    short,
)


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
) -> str:
    """The whole plan, without a line end at its end.

    New styles are shown with their price in `base_currency`, or in the first that
    they have; `when_refused` is what the configuration says of refused deletes. The
    last line stays one line, however long.
    """
    page = Page(width, color)
    view = View(
        plan,
        page,
        verbose,
        show_personal,
        base_currency,
        when_refused,
        names(plan.steps),
    )
    sections = [list(section(view)) for section in _SECTIONS]
    parts = ["\n".join(lines) + "\n" for lines in sections if lines]
    return "\n".join([*parts, _last_line(view, short(digest))])


def nothing_to_do(plan: Plan) -> str:
    """What Traede has as the catalog says, where a plan is empty."""
    # A held update is counted as unchanged too: nothing of it would be written.
    apart = [s.ref.kind for s in plan.steps if s.held and s.action == "update"]
    numbers = {
        kind: plan.summary.get(kind, {}).get("unchanged", 0) - apart.count(kind)
        for kind in TOLD
    }
    every = "" if plan.held or plan.refused else "all "
    said = ", ".join(count(n, kind) for kind, n in numbers.items() if n > 0)
    if said:
        has = f": Traede has {every}{said} as written"
    else:
        has = "" if plan.held else ": the catalog asks for nothing"
    held = f"; {len(plan.held)} held (Traede)" if plan.held else ""
    return f"nothing to do{has}{held}"


def _remarks(view: View) -> Iterator[str]:
    if view.plan.first_run:
        said = (
            "First run: nothing was applied before, so nothing is deleted for being "
            "absent from the catalog."
        )
        yield from view.page.paragraph(Cell(said), 0, 0)
    if view.verbose:
        unmanaged = ", ".join(
            count(number, kind)
            for kind in TOLD
            if (number := view.plan.summary.get(kind, {}).get("unmanaged", 0))
        )
        if unmanaged:
            said = f"In Traede and not in the catalog, left alone: {unmanaged}"
            yield from view.page.paragraph(Cell(said), 0, 0)


def _last_line(view: View, digest: str) -> str:
    plan, page = view.plan, view.page
    if not (plan.to_do or plan.refused or plan.blocked):
        return page.paint(nothing_to_do(plan), "green")
    done = ", ".join(f"{number} {verb}" for verb, number in _tally(plan) if number)
    apart = [
        f"{len(plan.refused)} not possible" if plan.refused else "",
        f"{len(plan.held)} held (Traede)" if plan.held else "",
    ]
    text = f"Plan {digest}: " + "; ".join(
        part
        for part in (done or "nothing to do", ", ".join(filter(None, apart)))
        if part
    )
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
    held_section,
    refusal_section,
    block_section,
    warning_section,
    _remarks,
)
