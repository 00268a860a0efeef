"""One plan as somebody wants to see it, and its changes style by style."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from reconcile.core.model import Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Change, Plan, Step, unit
from reconcile.reports.layout import Cell, Items, Page, Row, aligned
from reconcile.reports.prices import FAR
from reconcile.reports.words import (
    count,
    field_words,
    order,
)

SHOWN: Final = 20
"""Rows of one section that are shown; the rest is counted."""
NEVER_FOLDED: Final = 200
"""So many rows are shown all the same where they can hurt: deletes, outliers."""
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
    """The picked changes of a group in columns: who, which field, what.

    Which variants a count speaks of is listed once, unless it is all that change.
    """
    found = parts(group, pick)
    left = 0 if view.verbose else max(len(found) - _LINES, 0)
    shown = found[: len(found) - left]
    everyone = tuple(s.ref for s in group.variants if any(map(pick, s.changes)))
    told = {*told, () if view.verbose else everyone}
    lines: list[Cell | Items] = []
    for own in (True, False):
        table = {
            (_who(group, part), *_field_and_text(view, part, say)): part.refs
            for part in shown
            if (part.refs[0] == group.ref) is own
        }
        for text, refs in zip(aligned(table), table.values(), strict=True):
            lines.append(Cell(text))
            if len(refs) > 1 and refs not in told:
                told.add(refs)
                keys = [ref.key for ref in refs]
                lines.append(Items(keys, None if view.verbose else 2, deeper=2))
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


def _who(group: Group, part: Part) -> str:
    if part.refs[0] == group.ref:
        return ""
    one = len(part.refs) == 1
    return part.refs[0].key if one else count(len(part.refs), "variant")


def _field_and_text(view: View, part: Part, say: Callable[..., str]) -> tuple[str, str]:
    kind = part.refs[0].kind
    field = field_words(kind, part.change.path, show_personal=view.show_personal)
    return field, say(kind, part.change, show_personal=view.show_personal)


def folded(view: View, rows: Sequence[Row], shown: int = SHOWN) -> Iterator[str]:
    """The first rows, and how many there are more; one more row is no reason."""
    if view.verbose or len(rows) <= shown + 1:
        yield from view.page.table(rows)
        return
    yield from view.page.table(rows[:shown])
    yield view.page.paint(f"  … {len(rows) - shown} more (--verbose)", "dim")
