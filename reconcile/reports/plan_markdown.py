"""A plan as the comment on a pull request: verdict and number in the first line,
what can hurt open, the rest folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Block, Change, Plan, Step, keys_of
from reconcile.reports.about import About
from reconcile.reports.approvals import approval_lines, let_through
from reconcile.reports.escape import code
from reconcile.reports.plan_markdown_page import (
    FOOT,
    LIMIT,
    Section,
    fitted,
)
from reconcile.reports.plan_markdown_prices import price_sections
from reconcile.reports.plan_markdown_words import (
    Writing,
    all_sides,
    both_sides,
    changes,
    key,
    listed,
    sentence,
    sentences,
    several,
    table,
    told,
)
from reconcile.reports.plan_told import (
    BOTH_CHANGED,
    FEW,
    UPDATES,
    WAYS,
    Way,
    base_prices,
    cautions,
    comes_back,
    conflicts_and_held,
    findings,
    goes_off_sale,
    is_off_sale,
    is_other,
    leaving,
    new_variants,
    not_possible,
    not_price,
    nothing_to_do,
    off_sale,
    remarks,
    said_of,
    to_ref,
    unmanaged,
    ways,
    what_happens,
)
from reconcile.reports.plan_view import NEVER_FOLDED, Group, grouped
from reconcile.reports.verdict import Verdict, plan_verdict, styles, summary
from reconcile.reports.words import count, counts

_APPROVAL: Final = 12_000
"""A line to approve is shown up to here: of a part of it nothing can be made."""
_WIDTH: Final = 76
_TOLD: Final = 10
"""Parts of the line below the verdict: one per currency, and few plans have ten."""
_PART: Final = 240
_CURRENCIES: Final = 3
"""So many prices of a new style are shown."""


def render_markdown(plan: Plan, about: About, *, limit: int = LIMIT) -> str:
    """The comment on a plan, in at most `limit` characters."""
    verdict = plan_verdict(plan)
    return fitted(
        [head(verdict), *plan_sections(plan, about), foot(about)], about, limit
    )


def head(verdict: Verdict, *lines: str) -> Section:
    return Section("\n\n".join([f"### {verdict}", *lines]), weight=FOOT)


def plan_sections(plan: Plan, about: About) -> list[Section]:
    """Everything of a plan but its first and its last line."""
    writing = Writing.of(plan, about)
    lead = list(_lead(writing))
    sections = [Section("\n\n".join(lead), weight=FOOT)] if lead else []
    return sections + [one for part in _PARTS for one in part(writing)]


def foot(about: About) -> Section:
    parts = [
        f"[Full report]({about.report_url})" if about.report_url else "",
        f"plan {code(about.short_digest)}" if about.digest else "",
        f"read {sentence(about.read_at)}" if about.read_at else "",
        f"commit {code(about.commit)}" if about.commit else "",
        sentence(about.environment),
    ]
    return Section(" · ".join(part for part in parts if part), weight=FOOT)


def _lead(writing: Writing) -> Iterator[str]:
    plan = writing.plan
    if plan.to_do:
        parts = list(summary(plan, spreads=True, far=writing.about.far))
        # Without prices and blocks the verdict has said it.
        if plan.blocked or parts != list(summary(plan)):
            yield _told_briefly(parts)
    elif not plan.refused:
        text = sentence(nothing_to_do(plan))
        yield f"{text[0].upper()}{text[1:]}."
    yield from map(sentence, remarks(plan))


def _told_briefly(parts: Sequence[str]) -> str:
    first, *rest = (sentence(part, _PART) for part in parts[:_TOLD])
    first = first[0].upper() + first[1:]
    if first.startswith("Deletes"):
        first = f"**{first}**"
    more = [f"… {len(parts) - _TOLD} more"] if len(parts) > _TOLD else []
    return " · ".join((first, *rest, *more))


# --- what stands against it --------------------------------------------------------


def _blocks(writing: Writing) -> Iterator[Section]:
    rows = tuple(_block(writing, block) for block in writing.plan.blocked)
    if rows:
        yield Section("**Check first**", rows, noun="more blocks", weight=90)


def _block(writing: Writing, block: Block) -> str:
    who = list(dict.fromkeys(to_ref(one) for one in keys_of(block.ids)))
    where = writing.place(_first_place(writing, who))
    text = f"🛑 **{code(block.guard)}** {sentence(block.message)}"
    if len(who) == 1 and writing.names.get(who[0], "") not in block.message:
        text += f" ({writing.name(who[0])})"
    if which := said_of(writing.variants, block):
        text += f" ({sentence(which)})"
    lines = [f"{text} {where}".rstrip()]
    if block.approve is not None:
        approval = "\n".join(approval_lines(block, _WIDTH, writing.plan.products))
        fence = "`" * max(3, _longest_run(approval) + 1)
        if len(approval) <= _APPROVAL:
            lines += [
                "Wrong? Correct it there. Meant? Add this line under `approvals:` in "
                "a file of the catalog, such as `approvals.yaml`, with your name and "
                "why:",
                f"{fence}yaml\n{approval}\n{fence}",
            ]
        else:
            lines.append(
                f"Meant? The line to add under `approvals:` lists "
                f"{count(len(block.ids), 'key')}, too long for a comment. "
                f"{code('reconcile plan')} and the full report show it."
            )
    return "\n\n".join(lines)


def _longest_run(text: str) -> int:
    runs, run = 0, 0
    for char in text:
        run = run + 1 if char == "`" else 0
        runs = max(runs, run)
    return runs


def _first_place(writing: Writing, refs: Sequence[Ref]) -> Location | None:
    return next((writing.places[ref] for ref in refs if ref in writing.places), None)


def _refused(writing: Writing) -> Iterator[Section]:
    rows = []
    for one in not_possible(writing.plan.refused):
        first, *more = one.refs
        who = several(writing, one.refs) if more else writing.acted_on(first)
        said = sentences(one.reason, one.hint)
        where = writing.place(one.source)
        rows.append(f"- ⚠️ {one.action} {who}: {said} {where}".rstrip())
    if rows:
        number = len(writing.plan.refused)
        title = f"**Not possible** ({number} left out; this stops nothing else)"
        yield Section(title, tuple(rows), weight=70)


def _conflicts(writing: Writing) -> Iterator[Section]:
    steps, _ = conflicts_and_held(writing.plan)
    groups = grouped(steps)
    if groups:
        yield Section(
            f"**{BOTH_CHANGED[0].upper()}{BOTH_CHANGED[1:]}** "
            f"({counts(step.ref for step in steps)}; only these values are not "
            "written): decide which holds",
            tuple(
                _held_row(writing, group, few=len(groups) <= FEW) for group in groups
            ),
            after=_ways(groups),
            weight=65,
        )


def _held(writing: Writing) -> Iterator[Section]:
    _, steps = conflicts_and_held(writing.plan)
    groups = grouped(steps)
    rows = _held_rows(writing, groups)
    if rows:
        title = (
            "Changed in Traede by somebody (Traede does not say who), left alone: "
            f"{counts(step.ref for step in steps)}"
        )
        yield Section(title, rows, folded=True, after=_ways(groups), weight=30)


def _ways(groups: Sequence[Group]) -> str:
    return "" if len(groups) <= FEW else ". ".join(map(_way, WAYS)) + "."


def _way(way: Way) -> str:
    words = f"{way.words[0].upper()}{way.words[1:]}"
    return f"{sentence(words)}: {code(way.command)}" if way.command else sentence(words)


def _held_rows(writing: Writing, groups: Sequence[Group]) -> tuple[str, ...]:
    few = len(groups) <= FEW
    return tuple(_held_row(writing, group, few=few) for group in groups)


def _held_row(writing: Writing, group: Group, *, few: bool) -> str:
    rest = Group(group.ref, tuple(s for s in group.steps if s.action != "create"))
    gone = [step.ref for step in group.steps if step.action == "create"]
    lines = changes(
        writing,
        rest,
        lambda change: change.held,
        lambda kind, change: (
            all_sides(kind, change)
            if change.cause == "both"
            else both_sides(kind, change)
        ),
    )
    if gone:
        whole = "" if group.ref in gone else f"{writing.named(gone)} "
        lines.insert(0, f"{whole}deleted in Traede")
    if few:
        lines += map(_way, ways(group))
    return listed(writing.who(group.ref), lines, place=writing.place(group.source))


def _warnings(writing: Writing) -> Iterator[Section]:
    rows = []
    for one in findings(writing.plan, writing.names):
        who = f"{sentence(one.who)}: " if one.who else ""
        where = writing.place(_first_place(writing, one.refs))
        said = f"- ⚠️ {code(one.rule)} {who}{sentence(one.said)} {where}"
        rows.append(said.rstrip())
    if rows:
        yield Section("**Warnings**", tuple(rows), weight=55)


def _approved(writing: Writing) -> Iterator[Section]:
    rows = tuple(
        f"- ☑️ {code(one.guard)} {sentence(let_through(one))}"
        for one in writing.plan.approved
    )
    if rows:
        yield Section("**Approved**", rows, weight=51)


# --- what it does ------------------------------------------------------------------


def _steps(writing: Writing, *actions: str) -> list[Step]:
    return [step for step in writing.plan.to_do if step.action in actions]


def _deletes(writing: Writing) -> Iterator[Section]:
    steps = _steps(writing, "delete", "archive")
    if not steps:
        return
    lines = []
    for one in map(leaving, grouped(steps)):
        ref = one.group.ref
        waiting = writing.waiting(one.group.steps)
        said = ", ".join(p for p in (writing.name(ref), one.said, waiting) if p)
        if not one.whole:
            said += f": {writing.sizes(one.keys)}"
        why = [sentence(text) for text in (one.cause, *one.notes) if text]
        if one.archived:
            why.append("taken off sale: Traede cannot delete it")
        lines.append((key(ref), said, "; ".join(why)))
    head, rows = table(("Style", "", "Why"), lines)
    fate = (what_happens(steps, writing.about.when_refused), comes_back(steps))
    yield Section(
        "**Deletes**",
        rows,
        head,
        after=" ".join(f"{one[0].upper()}{one[1:]}." for one in fate if one),
        noun="more deletes",
        weight=80,
        limit=NEVER_FOLDED if len(rows) > NEVER_FOLDED else None,
    )


def _off_sale(writing: Writing) -> Iterator[Section]:
    groups = [g for g in _other_groups(writing) if goes_off_sale(g)]
    if groups:
        rows = tuple(_other_row(writing, group) for group in groups)
        yield Section("**Goes off sale**", rows, weight=60)


def _renames(writing: Writing) -> Iterator[Section]:
    rows = []
    for step in _steps(writing, "rename"):
        change = step.changes[0]
        before, after = (
            code(str(text)[:200]) for text in (change.before, change.after)
        )
        name = writing.name(step.ref)
        if look := writing.variants.looks.get(step.ref):
            name = f"{name} {sentence(look)}".strip()
        notes = [sentence(note) for note in step.notes]
        tail = "; ".join(p for p in (name, *notes, writing.waiting([step])) if p)
        said = f"- {step.ref.kind} {before} → **{after}**"
        where = writing.place(step.source)
        rows.append(f"{said}{', ' + tail if tail else ''} {where}".rstrip())
    if rows:
        yield Section("**Renamed**", tuple(rows), shown=20, weight=45)


def _creates(writing: Writing) -> Iterator[Section]:
    steps = _steps(writing, "create")
    if not steps:
        return
    lines = []
    for group in grouped(steps):
        own, variants = group.own, group.variants
        number = count(len(variants), "variant") if own else new_variants(len(variants))
        prices = base_prices(variants, writing.about.base_currency, _CURRENCIES)
        said = [writing.name(group.ref), number if variants else ""]
        said.append(writing.waiting(group.steps))
        told = ", ".join(part for part in said if part)
        lines.append(
            (
                key(group.ref),
                f"{told} {writing.place(group.source)}".strip(),
                _new_sizes(writing, variants),
                "<br>".join(map(sentence, prices)),
            )
        )
    title = f"New: {styles([step.ref for step in steps])}"
    head, rows = table(("Style", "", "Sizes", "Price"), lines)
    yield Section(title, rows, head, folded=True, weight=20)


def _new_sizes(writing: Writing, variants: Sequence[Step]) -> str:
    refs = [step.ref for step in variants]
    known = any(ref in writing.variants.looks for ref in refs)
    return writing.sizes(refs) if known else ""


def _other_groups(writing: Writing) -> list[Group]:
    groups = grouped(_steps(writing, *UPDATES))
    return [group for group in groups if any(map(is_other, group.steps))]


def _others(writing: Writing) -> Iterator[Section]:
    groups = [g for g in _other_groups(writing) if not goes_off_sale(g)]
    if groups:
        title = f"Other: {styles([group.ref for group in groups])}"
        rows = tuple(_other_row(writing, group) for group in groups)
        yield Section(title, rows, folded=True, weight=25)


def _other_row(writing: Writing, group: Group) -> str:
    lines = [
        f"{'' if group.ref in refs else f'{writing.named(refs)}: '}{how}"
        for refs, how in off_sale(group)
    ]
    lines += changes(writing, group, _is_told, told)
    if back := [step.ref for step in group.steps if step.action == "revive"]:
        lines.append(f"back on sale: {styles(back)}")
    notes = dict.fromkeys(note for step in group.steps for note in step.notes)
    lines += [sentence(note) for note in notes]
    lines += filter(None, [writing.waiting(group.steps)])
    return listed(writing.who(group.ref), lines, place=writing.place(group.source))


def _is_told(change: Change) -> bool:
    return not_price(change) and not is_off_sale(change)


def _good_to_know(writing: Writing) -> Iterator[Section]:
    rows = tuple(f"- {sentence(said)}" for said in cautions(writing.plan))
    if rows:
        yield Section("Good to know", rows, folded=True, weight=10)


def _left_alone(writing: Writing) -> Iterator[Section]:
    if found := unmanaged(writing.plan):
        said = f"In Traede and not in the catalog, left alone: {found}."
        yield Section(said, weight=52)


_PARTS: Final[tuple[Callable[[Writing], Iterator[Section]], ...]] = (
    _blocks,
    _conflicts,
    _deletes,
    _off_sale,
    _refused,
    _warnings,
    _approved,
    price_sections,
    _renames,
    _creates,
    _others,
    _held,
    _left_alone,
    _good_to_know,
)
