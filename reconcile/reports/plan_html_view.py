"""A plan, perhaps applied, as everything that its report shows: plain values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import Ref
from reconcile.core.outcomes import Report
from reconcile.core.problems import Location
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
from reconcile.reports.plan_html_prices import Currency, currencies
from reconcile.reports.plan_html_words import Facts, Line, Place, Row, Who, lines, web
from reconcile.reports.plan_told import (
    ARCHIVED,
    UPDATES,
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
from reconcile.reports.worddiff import Piece
from reconcile.reports.words import count

_DOES: Final = {
    "create": "creates",
    "update": "changes",
    "revive": "puts back on sale",
    "rename": "renames",
    "archive": "takes off sale",
    "delete": "deletes",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to its section, and filters for it."""

    part: str
    number: int
    label: str
    mood: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """What one line of the catalog causes."""

    place: Place | None
    said: tuple[tuple[str, Who, str], ...]
    """What it does, to whom, to how many of its variants."""


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
    files: tuple[tuple[str, tuple[FileLine, ...]], ...]
    blind: tuple[tuple[str, str, int], ...]
    """How a value is known, the field, how many: what cannot be compared."""
    unchanged: str
    unmanaged: str
    kinds: tuple[str, ...]
    tenant: str
    change_url: str
    run_url: str
    price_styles: int
    complete: bool
    """Whether Traede was read."""
    applied: bool


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
        files=_files(facts),
        blind=_blind(plan),
        unchanged=same,
        unmanaged=unmanaged(plan),
        kinds=tuple(dict.fromkeys(step.ref.kind for step in plan.steps)),
        tenant=_tenant(plan),
        change_url=web(about.change_url),
        run_url=web(about.run_url),
        price_styles=0,
        complete=plan.complete,
        applied=report is not None,
    )
    # A style counts once, in however many currencies.
    styles = {row.who for currency in view.currencies for row in currency.rows}
    view = replace(view, price_styles=len(styles))
    return replace(view, tiles=tuple(_tiles(view, facts)))


def _tenant(plan: Plan) -> str:
    brand = plan.tenant.brand_id
    host = plan.tenant.url.removeprefix("https://")
    return host if brand is None else f"{host}, brand {brand}"


def _verdict(facts: Facts) -> Verdict:
    if facts.report is not None:
        return report_verdict(facts.report, facts.about.applied_at)
    return plan_verdict(facts.plan)


def _lead(plan: Plan, far: Decimal) -> Iterator[str]:
    if not plan.to_do and not plan.refused:
        yield f"{nothing_to_do(plan).capitalize()}."
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
    against = len(view.conflicts) + len(view.refused)
    yield from (
        tile
        for tile in (
            Tile("blocks", len(view.blocks), "to check", "stop"),
            Tile("deletes", len(view.deletes), "deleted", "delete"),
            Tile("offsale", len(view.off_sale), "off sale", "delete"),
            Tile("against", against, "not possible, or in conflict", "stop"),
            Tile("warnings", len(view.warnings), "warnings", "warn"),
            Tile("prices", view.price_styles, "styles repriced", "change"),
            Tile("new", len(view.cards), "new", "new"),
            Tile("renames", len(view.renames), "renamed", "rename"),
            Tile("other", len(view.others), "other changes", "change"),
            Tile("held", len(view.held), "held (Traede)", "held"),
        )
        if tile.number
    )
    same = sum(n for n in unchanged(facts.plan).values() if n > 0)
    if same:
        yield Tile("", same, "unchanged", "calm")


# --- what it does ------------------------------------------------------------------


def _delete(facts: Facts, group: Group) -> Row:
    one = leaving(group)
    row = facts.row(group)
    notes = (*one.notes, *([ARCHIVED] if one.archived else []))
    keys = tuple(ref.key for ref in one.keys)
    return replace(row, said=one.said, keys=keys, cause=one.cause, notes=notes)


def _update(facts: Facts, group: Group) -> Row:
    told: list[Line] = lines(group, not_price)
    notes = dict.fromkeys(note for step in group.steps for note in step.notes)
    back = [step.ref for step in group.steps if step.action == "revive"]
    said = [f"back on sale: {styles(back)}"] if back else []
    return facts.row(group, told, [*said, *notes])


def _rename(facts: Facts, step: Step) -> Row:
    change = step.changes[0]
    row = facts.row(Group(unit(step), (step,)))
    pieces: tuple[Piece, ...] = (
        ("old", str(change.before)),
        ("new", str(change.after)),
    )
    line = Line("", (), KINDS[step.ref.kind].key_field, pieces)
    return replace(row, who=facts.who(step.ref), lines=(line,), notes=step.notes)


def _files(facts: Facts) -> tuple[tuple[str, tuple[FileLine, ...]], ...]:
    """What each line of each file causes: the way round of somebody who knows the
    files."""
    found: dict[str, dict[int, dict[tuple[str, Ref], int]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    for step in facts.plan.to_do:
        if step.source is not None:
            lines_of = found[step.source.file]
            whole = step.ref == unit(step)
            lines_of[step.source.line][step.action, unit(step)] += not whole
    return tuple(
        (
            file,
            tuple(
                _file_line(facts, Location(file, line, 1), said)
                for line, said in sorted(lines_of.items())
            ),
        )
        for file, lines_of in sorted(found.items())
    )


def _file_line(
    facts: Facts, where: Location, said: dict[tuple[str, Ref], int]
) -> FileLine:
    return FileLine(
        facts.place(where),
        tuple(
            (_DOES[action], facts.who(ref), count(n, "variant") if n else "")
            for (action, ref), n in said.items()
        ),
    )


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
