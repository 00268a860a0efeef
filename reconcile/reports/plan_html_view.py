"""A plan, perhaps applied, as everything that its report shows: plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.outcomes import Report
from reconcile.core.steps import Plan, Step, unit
from reconcile.reports.about import About
from reconcile.reports.apply_text import how_on
from reconcile.reports.approvals import let_through
from reconcile.reports.plan_html_against import (
    Held,
    Said,
    blocks,
    held,
    refused,
    results,
    warnings,
)
from reconcile.reports.plan_html_cards import Branch, Card, cards, trees
from reconcile.reports.plan_html_files import File, files
from reconcile.reports.plan_html_grid import Section, style_grid
from reconcile.reports.plan_html_prices import Currency, currencies
from reconcile.reports.plan_html_values import Line, Row
from reconcile.reports.plan_html_words import Facts, lines, two_sides, web
from reconcile.reports.plan_told import (
    ARCHIVED,
    UPDATES,
    cautions,
    conflicts_and_held,
    goes_off_sale,
    is_other,
    leaving,
    not_price,
    nothing_to_do,
    remarks,
    unchanged,
    unmanaged,
    what_happens,
)
from reconcile.reports.plan_view import Group, grouped
from reconcile.reports.verdict import (
    Verdict,
    plan_verdict,
    report_verdict,
    styles,
    summary,
)
from reconcile.reports.worddiff import word_diff
from reconcile.reports.words import count

_NOBODY_SAYS: Final = (
    "Somebody changed this in Traede. Traede does not say who it was, nor when. It is "
    "left alone, and not part of this plan, until you say which side is right."
)


_USUAL: Final = "api.traede.com"
"""Whose address says nothing."""
_ORDERED: Final = ("product", "variant")
"""What comes back from an undo without its orders."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to its section, and filters for it."""

    part: str
    number: int
    label: str
    mood: str


@dataclass(frozen=True, slots=True)
class View:
    """All of it, in the order of the page."""

    about: About
    verdict: Verdict
    lead: tuple[str, ...]
    tiles: tuple[Tile, ...]
    settled: tuple[str, ...]
    results: tuple[Said, ...]
    how_on: str
    blocks: tuple[Said, ...]
    conflicts: tuple[Held, ...]
    refused: tuple[Said, ...]
    warnings: tuple[Said, ...]
    approved: tuple[Said, ...]
    deletes: tuple[Row, ...]
    fate: str
    off_sale: tuple[Row, ...]
    currencies: tuple[Currency, ...]
    cards: tuple[Card, ...]
    renames: tuple[Row, ...]
    others: tuple[Row, ...]
    trees: tuple[Branch, Branch] | None
    held: tuple[Held, ...]
    files: tuple[File, ...]
    blind: tuple[tuple[str, str, int], ...]
    """How a value is known, the field, how many: what cannot be compared."""
    cautions: tuple[str, ...]
    """What is good to know, and no warning."""
    unchanged: str
    unmanaged: str
    kinds: tuple[str, ...]
    tenant: str
    """Brand and address, where they say more than the environment does."""
    change_url: str
    run_url: str
    price_styles: int
    without_history: bool
    """Whether an undo gives back less than was deleted."""
    who_changed_it: str
    complete: bool
    """Whether Traede was read."""
    applied: bool
    to_apply: bool
    to_undo: bool

    def number_of(self, part: str) -> int:
        """What its tile says."""
        return next(tile.number for tile in self.tiles if tile.part == part)


def view_of(plan: Plan, about: About, report: Report | None = None) -> View:
    facts = Facts(plan, about, report)
    groups = grouped(facts.steps(*UPDATES))
    others = [group for group in groups if any(map(is_other, group.steps))]
    going = facts.steps("delete", "archive")
    same = ", ".join(count(n, kind) for kind, n in unchanged(plan).items() if n > 0)
    view = View(
        about=about,
        verdict=_verdict(facts),
        lead=tuple(_lead(plan, about.far)),
        tiles=(),
        settled=_settled(report),
        results=tuple(results(facts)),
        how_on=how_on(report, about.when_refused)
        if report and report.exit_code
        else "",
        blocks=tuple(blocks(facts)),
        conflicts=held(facts, conflicts=True),
        refused=tuple(refused(facts)),
        warnings=tuple(warnings(facts)),
        approved=tuple(Said(one.guard, let_through(one)) for one in plan.approved),
        deletes=tuple(_delete(facts, group) for group in grouped(going)),
        fate=what_happens(going, about.when_refused),
        off_sale=tuple(_update(facts, g) for g in others if goes_off_sale(g)),
        currencies=tuple(currencies(facts)),
        cards=tuple(cards(facts)),
        renames=tuple(_rename(facts, step) for step in facts.steps("rename")),
        others=tuple(_update(facts, g) for g in others if not goes_off_sale(g)),
        trees=trees(facts),
        held=held(facts, conflicts=False),
        files=files(facts),
        blind=_blind(plan),
        cautions=tuple(cautions(plan)),
        unchanged=same,
        unmanaged=unmanaged(plan),
        kinds=tuple(dict.fromkeys(step.ref.kind for step in plan.steps)),
        tenant=_tenant(plan, about),
        change_url=web(about.change_url),
        run_url=web(about.run_url),
        price_styles=0,
        without_history=any(step.ref.kind in _ORDERED for step in going),
        who_changed_it=_NOBODY_SAYS,
        complete=plan.complete,
        applied=report is not None,
        to_apply=report is None and plan.complete and bool(plan.to_do),
        to_undo=plan.complete and bool(report.changed if report else plan.to_do),
    )
    # A style counts once, in however many currencies.
    styles = {row.who for currency in view.currencies for row in currency.rows}
    view = replace(view, price_styles=len(styles))
    return replace(view, tiles=tuple(_tiles(view, facts)))


def _tenant(plan: Plan, about: About) -> str:
    host = plan.tenant.url.removeprefix("https://").rstrip("/")
    brand = "" if plan.tenant.brand_id is None else f"brand {plan.tenant.brand_id}"
    said = ("" if brand in about.environment else brand, "" if host == _USUAL else host)
    return ", ".join(filter(None, said))


def _verdict(facts: Facts) -> Verdict:
    if facts.report is not None:
        return report_verdict(facts.report, facts.about.applied_at)
    return plan_verdict(facts.plan)


def _lead(plan: Plan, far: Decimal) -> Iterator[str]:
    if not plan.to_do and not plan.refused:
        text = nothing_to_do(plan)
        yield f"{text[0].upper()}{text[1:]}."
    # Without prices and blocks the verdict has said it.
    said = list(summary(plan, spreads=True, far=far))
    if said and (plan.blocked or said != list(summary(plan))):
        text = " · ".join(said)
        yield text[0].upper() + text[1:]
    yield from remarks(plan)


def _settled(report: Report | None) -> tuple[str, ...]:
    if report is None:
        return ()
    stopped = f"Stopped before the end: {report.stopped}" if report.stopped else ""
    return (*report.settled, *filter(None, [stopped]))


def _tiles(view: View, facts: Facts) -> Iterator[Tile]:
    both, held = conflicts_and_held(facts.plan)
    yield from (
        tile
        for tile in (
            Tile("outcome", len(view.results), "not as planned", "stop"),
            Tile("blocks", len(view.blocks), "to check", "stop"),
            Tile("deletes", len(view.deletes), "deleted", "delete"),
            Tile("offsale", len(view.off_sale), "off sale", "delete"),
            Tile("conflicts", len(both), "in conflict", "held"),
            Tile("refused", len(facts.plan.refused), "not possible", "warn"),
            Tile("warnings", len(view.warnings), "warnings", "warn"),
            Tile("prices", view.price_styles, "styles repriced", "change"),
            Tile("new", len(view.cards), "new", "new"),
            Tile("renames", len(view.renames), "renamed", "rename"),
            Tile("other", len(view.others), "other changes", "change"),
            Tile("held", len(held), "held (Traede)", "held"),
        )
        if tile.number
    )


# --- what it does ------------------------------------------------------------------


def _delete(facts: Facts, group: Group) -> Row:
    one = leaving(group)
    row = facts.row(group)
    notes = (*one.notes, *([ARCHIVED] if one.archived else []))
    grid = None if one.whole else style_grid(facts, group.ref, "deletes")
    variants = () if grid else facts.variants(one.keys)
    cause = "" if row.place and row.place.text == one.cause else one.cause
    return replace(
        row, said=one.said, variants=variants, grid=grid, cause=cause, notes=notes
    )


def _update(facts: Facts, group: Group) -> Row:
    told: list[Line] = lines(facts, group, not_price)
    notes = dict.fromkeys(note for step in group.steps for note in step.notes)
    back = [step.ref for step in group.steps if step.action == "revive"]
    said = [f"back on sale: {styles(back)}"] if back else []
    row = facts.row(group, told, [*said, *notes])
    if not group.variants:
        return row
    section: Section = "offsale" if goes_off_sale(group) else "other"
    return replace(row, grid=style_grid(facts, group.ref, section))


def _rename(facts: Facts, step: Step) -> Row:
    change = step.changes[0]
    row = facts.row(Group(unit(step), (step,)))
    sides = two_sides(word_diff(str(change.before), str(change.after), None))
    line = Line("", (), KINDS[step.ref.kind].key_field, sides)
    return replace(row, who=facts.who(step.ref), lines=(line,), notes=step.notes)


def _blind(plan: Plan) -> tuple[tuple[str, str, int], ...]:
    """Fields that Traede does not return, by how their old value is known."""
    words = {"applied": "compared with what was last applied", "unknown": "unknown"}
    found = Counter(
        (words[change.basis], change.path[0])
        for step in plan.to_do
        for change in step.written
        if change.basis != "live" and step.action != "create"
    )
    return tuple((how, field, n) for (how, field), n in sorted(found.items()))
