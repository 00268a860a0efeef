"""A plan for the terminal: what would happen, in the order of what can hurt most.

Sections only where they have content: deletes, creates, renames, prices, all other
changes; then what is left alone, what is not possible, and what stops the plan.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Block, Change, Plan, Refusal, Step, Warned, unit
from reconcile.reports.layout import Cell, Items, Page, Row, aligned, columns, pad
from reconcile.reports.prices import FAR, PriceRow, is_price, price_rows, spread
from reconcile.reports.words import (
    PRICES,
    TOLD,
    after_words,
    before_words,
    count,
    counts,
    field_words,
    held,
    label,
    money,
    moved,
    names,
    order,
    percent,
    percent_text,
    place,
    written,
)

_SHOWN: Final = 20
"""Rows of one section that are shown; the rest is counted."""
_NEVER_FOLDED: Final = 200
"""So many rows are shown all the same where they can hurt: deletes, outliers."""
_LINES: Final = 12
"""Changes of one style that are shown."""
_UPDATES: Final = ("update", "revive")


@dataclass(frozen=True, slots=True)
class _View:
    """One plan, and how somebody wants to see it."""

    plan: Plan
    page: Page
    verbose: bool
    show_personal: bool
    base_currency: str | None
    names: Mapping[Ref, str]

    def steps(self, *actions: str) -> list[Step]:
        """The steps of these actions that would be written."""
        return [step for step in self.plan.to_do if step.action in actions]


@dataclass(frozen=True, slots=True)
class _Group:
    """What happens to one style, or to one object of another kind."""

    ref: Ref
    steps: tuple[Step, ...]

    @property
    def own(self) -> Step | None:
        return next((step for step in self.steps if step.ref == self.ref), None)

    @property
    def variants(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.ref != self.ref)

    @property
    def source(self) -> Location | None:
        """Where it is written: its own entry, or the first of its variants."""
        places = (s.source for s in (self.own, *self.steps) if s is not None)
        return next((source for source in places if source is not None), None)


@dataclass(frozen=True, slots=True)
class _Part:
    """One change, and the objects of a group that have it alike."""

    refs: tuple[Ref, ...]
    change: Change


def render_plan(
    plan: Plan,
    *,
    digest: str,
    color: bool,
    width: int = 100,
    verbose: bool = False,
    show_personal: bool = False,
    base_currency: str | None = None,
) -> str:
    """The whole plan; `digest` are the 8 digits that name it. New styles are shown
    with their price in `base_currency`, or in the first that they have."""
    page = Page(width, color)
    view = _View(plan, page, verbose, show_personal, base_currency, names(plan.steps))
    sections = [list(section(view)) for section in _SECTIONS]
    parts = ["\n".join(lines) + "\n" for lines in sections if lines]
    return "\n".join([*parts, _last_line(view, digest) + "\n"])


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
    has = f"Traede has {every}{said} as written" if said else "the catalog is empty"
    return f"nothing to do: {has}" + (
        f"; {len(plan.held)} held (Traede)" if plan.held else ""
    )


def grouped(steps: Iterable[Step]) -> list[_Group]:
    """Variants with their product; products first, by key."""
    groups: dict[Ref, list[Step]] = defaultdict(list)
    for step in steps:
        groups[unit(step)].append(step)
    return [
        _Group(ref, tuple(sorted(groups[ref], key=lambda s: (s.ref != ref, s.ref))))
        for ref in sorted(groups, key=order)
    ]


# --- delete, create, rename --------------------------------------------------------


def _deletes(view: _View) -> Iterator[str]:
    steps = view.steps("delete", "archive")
    if not steps:
        return
    refs = [ref for step in steps for ref in (step.ref, *step.cascade)]
    yield view.page.heading("Delete", counts(dict.fromkeys(refs)))
    rows = [_delete_row(view, group) for group in grouped(steps)]
    yield from _folded(view, rows, _NEVER_FOLDED)


def _delete_row(view: _View, group: _Group) -> Row:
    own, variants = group.own, group.variants
    first = own or variants[0]
    keys = own.cascade if own else tuple(step.ref for step in variants)
    only = "this variant" if len(keys) == 1 else f"these {len(keys)} variants"
    said = f"only {only}" if not own else count(len(keys), "variant") if keys else ""
    notes = list(first.notes)
    where = notes.pop(0) if notes else place(first.source)
    skus = Items([f"- {ref.key}" for ref in keys], None if view.verbose else 8)
    return Row(
        "-",
        label(group.ref),
        view.names.get(group.ref, ""),
        (Cell(said),),
        place=where,
        below=(
            *([skus] if keys else []),
            *(Cell(note, "dim") for note in notes),
            Cell(_what_happens(first), "dim"),
        ),
    )


def _what_happens(step: Step) -> str:
    kind = KINDS[step.ref.kind]
    if step.action == "archive":
        return f"taken off sale: Traede cannot delete a {kind.name}"
    if kind.retire():
        return "deleted, or archived if Traede refuses (orders)"
    return "deleted"


def _creates(view: _View) -> Iterator[str]:
    steps = view.steps("create")
    if not steps:
        return
    yield view.page.heading("Create", counts(step.ref for step in steps))
    rows = [_create_row(view, group) for group in grouped(steps)]
    yield from _folded(view, rows)


def _create_row(view: _View, group: _Group) -> Row:
    own, variants = group.own, group.variants
    number = count(len(variants), "variant") if own else _new(len(variants))
    skus = [" ".join(("+", step.ref.key, *_attributes(step))) for step in variants]
    notes = [note for step in group.steps[:1] for note in step.notes]
    below: list[Cell | Items] = []
    if skus:
        below.append(Items(skus, None if view.verbose else 2, "more (--verbose)"))
    below += [Cell(note, "dim") for note in notes]
    if view.verbose:
        below += _lines(view, group, _not_held, written)
    return Row(
        "+",
        label(group.ref),
        view.names.get(group.ref, ""),
        (Cell(_base_price(view, variants)), Cell(number if variants else "")),
        place=place(group.source),
        below=tuple(below),
    )


def _new(number: int) -> str:
    return f"{number} new variant" + ("s" if number != 1 else "")


def _attributes(step: Step) -> list[str]:
    return [str(c.after) for c in step.changes if c.path[0] == "attributes"]


def _base_price(view: _View, variants: Sequence[Step]) -> str:
    """`EUR 81.15 / 123.75`, wholesale and retail; a span where variants differ."""
    prices: dict[str, dict[str, set[Decimal]]] = {}
    for step in variants:
        for change in step.written:
            if is_price(change) and isinstance(change.after, str):
                members = prices.setdefault(change.path[1], {})
                members.setdefault(change.path[2], set()).add(Decimal(change.after))
    if not prices:
        return ""
    base = view.base_currency
    currency = base if base in prices else min(prices)
    found = (
        prices[currency].get(member) for member in ("sales_price", "rec_sales_price")
    )
    text = " / ".join(_span(values) for values in found if values)
    more = len(prices) - 1
    others = f" +{count(more, 'currency').replace('currencys', 'currencies')}"
    return f"{currency} {text}" + (others if more else "")


def _span(values: set[Decimal]) -> str:
    low, high = min(values), max(values)
    return money(low) if low == high else f"{money(low)}–{money(high)}"


def _renames(view: _View) -> Iterator[str]:
    steps = view.steps("rename")
    if not steps:
        return
    yield view.page.heading("Rename", counts(step.ref for step in steps))
    yield from _folded(view, [_rename_row(view, step) for step in steps])


def _rename_row(view: _View, step: Step) -> Row:
    change = step.changes[0]
    kind = "" if step.ref.kind == "product" else f"{step.ref.kind} "
    root = unit(step)
    return Row(
        ">",
        f"{kind}{change.before} → {change.after}",
        "",
        (Cell(view.names.get(root, "")),),
        place=place(step.source),
        below=tuple(Cell(note, "dim") for note in step.notes),
    )


# --- changes -----------------------------------------------------------------------


def _prices(view: _View) -> Iterator[str]:
    rows = price_rows(view.steps(*_UPDATES))
    if not rows:
        return
    styles = {row.style for row in rows}
    variants = {ref for row in rows for ref in row.variants}
    said = f"{count(len(styles), 'style')}, {count(len(variants), 'variant')}"
    yield view.page.heading("Prices", said)
    for currency in sorted({row.currency for row in rows}):
        yield from _currency(view, [row for row in rows if row.currency == currency])


def _currency(view: _View, rows: list[PriceRow]) -> Iterator[str]:
    calm = [row for row in rows if not row.outlier]
    wild = len(rows) - len(calm)
    said = (
        spread(calm) + (", and:" if wild else "") if calm else f"{wild} beyond {FAR} %:"
    )
    yield f"  {view.page.paint(rows[0].currency, 'bold')}  {said}"
    wholesale = _Widths.of(rows, "sales_price")
    retail = _Widths.of(rows, "rec_sales_price")
    shown = [_price_row(view, row, wholesale, retail) for row in rows]
    yield from _folded(view, shown, max(_SHOWN, min(wild, _NEVER_FOLDED)))


@dataclass(frozen=True, slots=True)
class _Widths:
    """How wide the two sides of a column of prices are."""

    before: int
    after: int

    @staticmethod
    def of(rows: Sequence[PriceRow], member: str) -> _Widths:
        moves = [change for row in rows if (change := row.move(member))]
        return _Widths(
            max((columns(before_words("variant", c)) for c in moves), default=0),
            max((columns(after_words("variant", c)) for c in moves), default=0),
        )

    def text(self, change: Change) -> str:
        before = pad(before_words("variant", change), self.before, right=True)
        return (
            f"{before} → {pad(after_words('variant', change), self.after, right=True)}"
        )


def _price_row(view: _View, row: PriceRow, wholesale: _Widths, retail: _Widths) -> Row:
    one = len(row.variants) == 1
    cells = [Cell(row.variants[0].key if one else count(len(row.variants), "variant"))]
    main, second = row.move("sales_price"), row.move("rec_sales_price")
    cells += [Cell(wholesale.text(main)), _move(main)] if main else [Cell(""), Cell("")]
    if second:
        cells.append(Cell(f"retail {retail.text(second)}"))
        cells.append(_move(second) if not main or _is_far(second) else Cell(""))
    for change in row.changes:
        if change not in (main, second):
            before, after = (
                before_words("variant", change),
                after_words("variant", change),
            )
            cells.append(Cell(f"{PRICES[change.path[2]]} {before} → {after}"))
    listed = not one and (view.verbose or not row.alone)
    skus = Items([ref.key for ref in row.variants], None if view.verbose else 2)
    return Row(
        "!" if row.outlier else "~",
        label(row.style),
        row.name,
        tuple(cells),
        place=place(row.source) if row.outlier or view.verbose else "",
        below=(skus,) if listed else (),
    )


def _is_far(change: Change) -> bool:
    move = percent(change.before, change.after)
    return move is not None and abs(move) > FAR


def _move(change: Change) -> Cell:
    move = percent(change.before, change.after)
    if move is None:
        return Cell("")
    return Cell(f"{percent_text(move):>8}", "alarm" if _is_far(change) else "")


def _others(view: _View) -> Iterator[str]:
    groups = [
        group
        for group in grouped(view.steps(*_UPDATES))
        if any(map(_is_other, group.steps))
    ]
    if not groups:
        return
    # What goes off sale is never folded, so it comes first.
    groups.sort(key=lambda group: not _goes_off_sale(group))
    leaving = sum(map(_goes_off_sale, groups))
    kinds = [group.ref for group in groups]
    said = counts(kinds).replace("product", "style")
    yield view.page.heading("Other", said)
    rows = [_other_row(view, group) for group in groups]
    yield from _folded(view, rows, max(_SHOWN, min(leaving, _NEVER_FOLDED)))


def _is_other(step: Step) -> bool:
    return step.action == "revive" or any(map(_not_price, step.written))


def _other_row(view: _View, group: _Group) -> Row:
    lines = _lines(view, group, _not_price, moved)
    tail, lines = _beside(lines)
    notes = dict.fromkeys(note for step in group.steps for note in step.notes)
    back = [step for step in group.steps if step.action == "revive"]
    if back:
        what = counts(step.ref for step in back)
        notes = dict.fromkeys([f"back on sale: {what}", *notes])
    return Row(
        "~",
        label(group.ref),
        view.names.get(group.ref, ""),
        tail=tail,
        place=place(group.source),
        below=(*lines, *(Cell(note, "dim") for note in notes)),
    )


def _goes_off_sale(group: _Group) -> bool:
    return any(
        change.after == off.get(change.path)
        for step in group.steps
        for off in (KINDS[step.ref.kind].retire(),)
        for change in step.written
        if change.path in off
    )


def _not_held(change: Change) -> bool:
    return not change.held


def _not_price(change: Change) -> bool:
    return not change.held and not is_price(change)


def _is_held(change: Change) -> bool:
    return change.held


def _parts(group: _Group, pick: Callable[[Change], bool]) -> list[_Part]:
    """Each picked change with all that have it alike, the object's own first."""
    found: dict[tuple[bool, str], list[tuple[Ref, Change]]] = defaultdict(list)
    for step in group.steps:
        for change in filter(pick, step.changes):
            found[step.ref != group.ref, repr(change)].append((step.ref, change))
    parts = [
        _Part(tuple(ref for ref, _ in pairs), pairs[0][1]) for pairs in found.values()
    ]
    return sorted(parts, key=lambda p: (p.refs[0] != group.ref, p.change.path, p.refs))


def _lines(
    view: _View,
    group: _Group,
    pick: Callable[[Change], bool],
    say: Callable[..., str],
) -> list[Cell | Items]:
    """The picked changes of a group in three columns: who, which field, what."""
    parts = _parts(group, pick)
    left = 0 if view.verbose else max(len(parts) - _LINES, 0)
    parts = parts[: len(parts) - left]
    table = [(_who(group, part), *_field_and_text(view, part, say)) for part in parts]
    table = list(dict.fromkeys(table))  # hidden values look alike
    lines: list[Cell | Items] = []
    told: set[tuple[Ref, ...]] = set()
    several = len({p.refs for p in parts if p.refs[0] != group.ref}) > 1
    texts = (
        aligned(table)
        if len(table) > 1
        else ["  ".join(filter(None, r)) for r in table]
    )
    for part, text in zip(parts, texts, strict=False):
        lines.append(Cell(text))
        if len(part.refs) > 1 and (several or view.verbose) and part.refs not in told:
            told.add(part.refs)
            keys = [ref.key for ref in part.refs]
            lines.append(Items(keys, None if view.verbose else 2))
    if left:
        lines.append(Cell(f"… {count(left, 'more change')} (--verbose)", "dim"))
    return lines


def _beside(lines: list[Cell | Items]) -> tuple[str, list[Cell | Items]]:
    """One line alone stands beside the name."""
    match lines:
        case [Cell(text)]:
            return text, []
        case _:
            return "", lines


def _who(group: _Group, part: _Part) -> str:
    if part.refs[0] == group.ref:
        return ""
    one = len(part.refs) == 1
    return part.refs[0].key if one else count(len(part.refs), "variant")


def _field_and_text(
    view: _View, part: _Part, say: Callable[..., str]
) -> tuple[str, str]:
    kind = part.refs[0].kind
    field = field_words(kind, part.change.path, show_personal=view.show_personal)
    return field, say(kind, part.change, show_personal=view.show_personal)


# --- what stands against it --------------------------------------------------------


def _held(view: _View) -> Iterator[str]:
    if not view.plan.held:
        return
    yield view.page.heading("Changed in Traede, held", "(not part of this plan)")
    both = {step.id for step in view.plan.conflicts}
    groups = grouped(view.plan.held)
    groups.sort(key=lambda group: not any(step.id in both for step in group.steps))
    yield from view.page.table([_held_row(view, group, both) for group in groups])
    keep = "keep it:  write Traede's value in the catalog"
    back = "put ours back:  reconcile apply --write-drift"
    see = "see it first:  reconcile plan --write-drift"
    yield from _side_by_side(view.page, (keep, back, see))


def _held_row(view: _View, group: _Group, both: set[str]) -> Row:
    creates = [step for step in group.steps if step.action == "create"]
    rest = _Group(group.ref, tuple(s for s in group.steps if s.action != "create"))
    lines = _lines(view, rest, _is_held, held) if rest.steps else []
    if creates:
        whole = any(step.ref == group.ref for step in creates)
        who = "" if whole else f"{counts(step.ref for step in creates)}  "
        lines.insert(0, Cell(f"{who}deleted in Traede"))
    tail, lines = _beside(lines)
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


def _side_by_side(page: Page, texts: Sequence[str]) -> list[str]:
    line = "      ".join(texts)
    fits = columns(line) + 6 <= page.width
    return [" " * 6 + text for text in ([line] if fits else texts)]


def _refusals(view: _View) -> Iterator[str]:
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
    yield from _folded(view, rows, _NEVER_FOLDED)


def _refusal_row(view: _View, same: Sequence[Refusal]) -> Row:
    action, _, rest = same[0].id.partition(":")
    ref = _ref(rest)
    keys = [] if len(same) == 1 else [one.id.split(":", 2)[2] for one in same]
    return Row(
        "x",
        f"{action} {label(ref) if not keys else count(len(keys), ref.kind)}",
        "" if keys else view.names.get(ref, ""),
        place=place(same[0].source),
        below=(
            *([Items(keys, None if view.verbose else 3)] if keys else []),
            Cell(same[0].reason),
            *([Cell(same[0].hint, "dim")] if same[0].hint else []),
        ),
    )


def _blocks(view: _View) -> Iterator[str]:
    if not view.plan.blocked:
        return
    yield view.page.heading("Blocked", "", "alarm")
    for block in view.plan.blocked:
        sign = view.page.paint("x", "red")
        first, *rest = view.page.paragraph(Cell(f"{block.guard}  {block.message}"), 4)
        yield f"  {sign} {first.lstrip()}"
        yield from rest
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


def _warnings(view: _View) -> Iterator[str]:
    if not view.plan.warnings:
        return
    yield view.page.heading("Warnings")
    alike: dict[tuple[str, str], list[Warned]] = defaultdict(list)
    for warned in view.plan.warnings:
        alike[warned.rule, warned.message].append(warned)
    rows = [_warning_row(view, same) for same in alike.values()]
    yield from _folded(view, rows, _SHOWN * 2)


def _warning_row(view: _View, same: Sequence[Warned]) -> Row:
    ids = [warned.id for warned in same if warned.id]
    who = _whose(view, ids[0]) if ids else ""
    if len(ids) > 1:
        who = f"{who} and {len(ids) - 1} more"
    text = f"{who}: {same[0].message}" if who else same[0].message
    listed = len(ids) > 1 and view.verbose
    return Row(
        "!",
        same[0].rule,
        tail=text,
        below=(Items([_without_action(one) for one in ids]),) if listed else (),
    )


def _whose(view: _View, found: str) -> str:
    ref = _ref(_without_action(found))
    name = view.names.get(ref)
    return f"{label(ref)} {name}" if name else label(ref)


def _without_action(found: str) -> str:
    """`kind:key` of an id that may be `action:kind:key`."""
    first, _, rest = found.partition(":")
    return found if first in KINDS else rest


def _ref(text: str) -> Ref:
    kind, _, key = text.partition(":")
    return Ref(kind, key)  # type: ignore[arg-type]


# --- the end -----------------------------------------------------------------------


def _remarks(view: _View) -> Iterator[str]:
    if view.plan.first_run:
        yield (
            "First run: nothing was applied from this catalog before, so nothing is "
            "deleted because it is not in it."
        )
    if view.verbose:
        unmanaged = ", ".join(
            count(number, kind)
            for kind in TOLD
            if (number := view.plan.summary.get(kind, {}).get("unmanaged", 0))
        )
        if unmanaged:
            yield f"In Traede and not in the catalog, left alone: {unmanaged}"


def _last_line(view: _View, digest: str) -> str:
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


def _folded(view: _View, rows: Sequence[Row], shown: int = _SHOWN) -> Iterator[str]:
    """The first rows, and how many there are more; one more row is no reason."""
    if view.verbose or len(rows) <= shown + 1:
        yield from view.page.table(rows)
        return
    yield from view.page.table(rows[:shown])
    yield view.page.paint(f"  … {len(rows) - shown} more (--verbose)", "dim")


_SECTIONS: Final = (
    _deletes,
    _creates,
    _renames,
    _prices,
    _others,
    _held,
    _refusals,
    _blocks,
    _warnings,
    _remarks,
)
