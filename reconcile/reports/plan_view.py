"""One plan as somebody wants to see it, and its changes style by style."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from reconcile.core.model import Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Change, Plan, Step, unit
from reconcile.reports.layout import Cell, Items, Page, Row, aligned
from reconcile.reports.prices import FAR
from reconcile.reports.variants import Variants
from reconcile.reports.worddiff import Piece
from reconcile.reports.words import (
    count,
    field_words,
    long_sides,
    order,
)

SHOWN: Final = 20
"""Rows of one section that are shown; the rest is counted."""
NEVER_FOLDED: Final = 200
"""So many rows are shown all the same where they can hurt: deletes, outliers."""
_FEW: Final = 10
"""So many rows of prices that move as the others do stand open; of more than that"""
_FIRST: Final = 3
"""these, as examples: the spread above them says the rest."""
_LINES: Final = 12
"""Changes of one style that are shown."""

WhenRefused = Literal["archive", "fail"]


@dataclass(frozen=True, slots=True)
class View:
    """One plan, and how somebody wants to see it."""

    plan: Plan
    page: Page
    verbose: bool
    show_personal: bool
    base_currency: str | None
    when_refused: WhenRefused
    names: Mapping[Ref, str]
    variants: Variants = field(default_factory=Variants)
    far: Decimal = FAR
    """The percent beyond which a move of a price deserves a look."""

    def steps(self, *actions: str) -> list[Step]:
        """The steps of these actions that would be written."""
        return [step for step in self.plan.to_do if step.action in actions]


@dataclass(frozen=True, slots=True)
class Group:
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
class Part:
    """One change, and the objects of a group that have it alike."""

    refs: tuple[Ref, ...]
    change: Change


def grouped(steps: Iterable[Step]) -> list[Group]:
    """Variants with their product; products first, by key."""
    groups: dict[Ref, list[Step]] = defaultdict(list)
    for step in steps:
        groups[unit(step)].append(step)
    return [
        Group(ref, tuple(sorted(groups[ref], key=lambda s: (s.ref != ref, s.ref))))
        for ref in sorted(groups, key=order)
    ]


def parts(group: Group, pick: Callable[[Change], bool]) -> list[Part]:
    """Each picked change with all that have it alike, the object's own first."""
    found: dict[tuple[bool, str], list[tuple[Ref, Change]]] = defaultdict(list)
    for step in group.steps:
        for change in filter(pick, step.changes):
            found[step.ref != group.ref, repr(change)].append((step.ref, change))
    alike = [
        Part(tuple(ref for ref, _ in pairs), pairs[0][1]) for pairs in found.values()
    ]
    return sorted(alike, key=lambda p: (p.refs[0] != group.ref, p.change.path, p.refs))


def change_lines(
    view: View,
    group: Group,
    pick: Callable[[Change], bool],
    say: Callable[..., str],
    told: Iterable[tuple[Ref, ...]] = (),
) -> list[Cell | Items]:
    """The picked changes of a group in columns: who, which field, what; a long text
    old above new.

    Which variants a count speaks of is listed once, unless it is all that there are,
    or, where nobody knows them, all that change.
    """
    found = parts(group, pick)
    left = 0 if view.verbose else max(len(found) - _LINES, 0)
    shown = found[: len(found) - left]
    everyone = tuple(s.ref for s in group.variants if any(map(pick, s.changes)))
    if not view.verbose and not any(ref in view.variants.looks for ref in everyone):
        told = {*told, everyone}
    told = set(told)
    lines: list[Cell | Items] = []
    for own in (True, False):
        of = [part for part in shown if (part.refs[0] == group.ref) is own]
        short = [part for part in of if not _sides(part)]
        table = aligned(
            (_who(view, group, part), *_field_and_text(view, part, say))
            for part in short
        )
        for text, part in zip(table, short, strict=True):
            lines += [Cell(text), *_which(view, part.refs, told)]
        for part in of:
            lines += _long_lines(view, group, part)
    if left:
        lines.append(Cell(f"… {count(left, 'more change')} (--verbose)", "dim"))
    return lines


def beside(lines: list[Cell | Items]) -> tuple[str, list[Cell | Items]]:
    """One line alone stands beside the name."""
    match lines:
        case [Cell(text)]:
            return text, []
        case _:
            return "", lines


def _who(view: View, group: Group, part: Part) -> str:
    if part.refs[0] == group.ref:
        return ""
    if part.change.path[0] == "attributes" and len(part.refs) == 1:
        return part.refs[0].key  # what tells it apart is what changes
    said = view.variants.short(part.refs)
    if len(part.refs) == 1 or said == count(len(part.refs), "variant"):
        return said
    return f"{view.variants.attribute(part.refs)} {said}".lstrip()


def _which(
    view: View, refs: tuple[Ref, ...], told: set[tuple[Ref, ...]]
) -> Iterator[Items]:
    """The variants that are said as a number, once."""
    if len(refs) > 1 and refs not in told:
        told.add(refs)
        if items := variant_items(view, refs):
            yield items


def variant_items(view: View, refs: Sequence[Ref]) -> Items | None:
    """Which they are, below a row that counts them; None where it is said."""
    variants = view.variants
    if view.verbose:
        return Items([variants.tagged(ref) for ref in variants.sorted(refs)], deeper=2)
    if variants.are_all(refs) or variants.short(refs) != count(len(refs), "variant"):
        return None
    return Items([piece.text for piece in variants.pieces(refs)], 2, deeper=2)


def _sides(part: Part) -> list[tuple[str, list[Piece]]]:
    return long_sides(part.refs[0].kind, part.change)


def _long_lines(view: View, group: Group, part: Part) -> Iterator[Cell]:
    sides = _sides(part)
    if not sides:
        return
    field = field_words(part.refs[0].kind, part.change.path)
    known = "(last applied)" if part.change.basis == "applied" else ""
    yield Cell("  ".join(filter(None, (_who(view, group, part), field, known))))
    if part.change.held:
        told = ((side, marked(pieces)) for side, pieces in sides)
        yield from (Cell(f"  {line}") for line in aligned(told))
        return
    (_, old), (_, new) = sides
    yield Cell(f"  - {marked(old)}", "red")
    yield Cell(f"  + {marked(new)}", "green")


def marked(pieces: Iterable[Piece]) -> str:
    """A text in which the words that changed stand in brackets."""
    said = (
        text if how == "same" or not text.strip() else _bracketed(text)
        for how, text in pieces
    )
    return "".join(said).strip()


def _bracketed(text: str) -> str:
    inner = text.strip()
    return text.replace(inner, f"[{inner}]", 1)


def _field_and_text(view: View, part: Part, say: Callable[..., str]) -> tuple[str, str]:
    kind = part.refs[0].kind
    field = field_words(kind, part.change.path, show_personal=view.show_personal)
    return field, say(kind, part.change, show_personal=view.show_personal)


def prices_shown(rows: int, outliers: int) -> int:
    """How many rows of prices stand open, outliers first."""
    calm = rows - outliers
    return min(outliers, NEVER_FOLDED) + (calm if calm <= _FEW else _FIRST)


def folded(view: View, rows: Sequence[Row], shown: int = SHOWN) -> Iterator[str]:
    """The first rows, and how many there are more; one more row is no reason."""
    if view.verbose or len(rows) <= shown + 1:
        yield from view.page.table(rows)
        return
    yield from view.page.table(rows[:shown])
    yield view.page.paint(f"  … {len(rows) - shown} more (--verbose)", "dim")
