"""Objects, places, changes and outcomes as the report shows them, as plain values."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.outcomes import Report, Result, ResultName
from reconcile.core.problems import Location
from reconcile.core.steps import Change, Plan, Step, unit
from reconcile.reports.about import About
from reconcile.reports.plan_told import waits
from reconcile.reports.plan_view import Group, Part, parts
from reconcile.reports.worddiff import Piece, word_diff
from reconcile.reports.words import (
    count,
    field_words,
    moved,
    names,
    place,
    without_personal,
    word_changes,
    written,
)

RESULTS: Final[Mapping[ResultName, str]] = {
    "failed": "not applied",
    "unknown": "unknown",
    "skipped": "skipped",
    "archived": "archived instead",
    "as found": "as found",
    "done": "applied",
}
"""Worst first."""
NOT_AS_SENT: Final = "not as sent"


@dataclass(frozen=True, slots=True)
class Place:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Who:
    """An object as people know it; `kind` is empty for a product."""

    kind: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One changed field: whose, which, and what of it."""

    whose: str
    keys: tuple[str, ...]
    """The variants that a number in `whose` counts."""
    field: str
    pieces: tuple[Piece, ...] = ()
    text: str = ""
    known: str = ""
    """How the left side is known, if not read from Traede."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some steps: `applied`, `3 applied, 1 not applied`."""

    text: str
    mood: str
    words: tuple[str, ...] = ()
    alike: bool = True
    """Whether it is the same for all of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a list."""

    who: Who
    place: Place | None
    outcome: Outcome | None
    kinds: str
    """Of all its steps, for the filter; so are the causes."""
    causes: str
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    said: str = ""
    cause: str = ""
    """Why it is deleted."""
    waits: bool = False
    """Whether none of it came with this branch."""


class Facts:
    """One plan, perhaps applied, and what all parts of its report look up."""

    def __init__(self, plan: Plan, about: About, report: Report | None) -> None:
        self.plan = plan
        self.about = about
        self.report = report
        steps = [*plan.steps]
        if report is not None:
            steps += [result.step for result in report.results.values()]
        self._names = names(steps, plan.products)
        self.places: dict[Ref, Location] = {}
        for step in steps:
            if step.source is not None:
                self.places.setdefault(step.ref, step.source)
                self.places.setdefault(unit(step), step.source)

    @property
    def names(self) -> Mapping[Ref, str]:
        return self._names

    def steps(self, *actions: str) -> list[Step]:
        return [step for step in self.plan.to_do if step.action in actions]

    def who(self, ref: Ref) -> Who:
        kind = "" if ref.kind == "product" else ref.kind
        return Who(kind, ref.key, self._names.get(ref, ""))

    def place(self, source: Location | None) -> Place | None:
        if source is None:
            return None
        links = self.about.links
        return Place(place(source), web(links.to(source)) if links else "")

    def first_place(self, refs: Iterable[Ref]) -> Place | None:
        found = (self.places[ref] for ref in refs if ref in self.places)
        return self.place(next(found, None))

    def outcome(self, steps: Iterable[Step]) -> Outcome | None:
        """None before an apply."""
        if self.report is None:
            return None
        results = self.report.results
        found = [results[step.id] for step in steps if step.id in results]
        if not found:
            return Outcome("not begun", "warn")
        stuck = [r for r in found if r.step.id in self.report.not_converged]
        tally = Counter(result.result for result in found)
        told = [(number, RESULTS[name]) for name in RESULTS if (number := tally[name])]
        text = ", ".join(f"{n} {word}" if len(found) > 1 else word for n, word in told)
        if stuck:
            text += f", {len(stuck)} {NOT_AS_SENT}"
        words = dict.fromkeys(map(_words, found))
        mood = _mood([result.result for result in found])
        mood = "warn" if stuck and mood == "good" else mood
        said = tuple(word for word in words if word)
        return Outcome(text, mood, said, len(tally) == 1 and not stuck)

    def row(
        self, group: Group, lines: Sequence[Line] = (), notes: Iterable[str] = ()
    ) -> Row:
        kinds = dict.fromkeys(step.ref.kind for step in group.steps)
        causes = dict.fromkeys(c.cause for step in group.steps for c in step.changes)
        return Row(
            self.who(group.ref),
            self.place(group.source),
            self.outcome(group.steps),
            " ".join(kinds),
            " ".join(causes) or "catalog",
            tuple(lines),
            tuple(notes),
            waits=self.plan.base is not None and waits(group.steps),
        )


def web(url: str) -> str:
    """A link leads to the web or nowhere."""
    return url if url.startswith(("https://", "http://")) else ""


def _words(result: Result) -> str:
    return without_personal(result.step, result.words)


def _mood(results: Sequence[ResultName]) -> str:
    if "failed" in results:
        return "bad"
    return "warn" if {"unknown", "skipped", "archived"} & set(results) else "good"


def lines(
    group: Group, pick: Callable[[Change], bool], *, new: bool = False
) -> list[Line]:
    """The picked changes of a group; of a new object only what it gets."""
    found: list[Line] = []
    for part in parts(group, pick):
        found += _line(group, part, new=new)
    return found


def _line(group: Group, part: Part, *, new: bool) -> list[Line]:
    kind, change = part.refs[0].kind, part.change
    keys = tuple(ref.key for ref in part.refs)
    own = part.refs[0] == group.ref
    whose = "" if own else keys[0] if len(keys) == 1 else count(len(keys), "variant")
    several = keys if len(keys) > 1 else ()
    field = field_words(kind, change.path)
    if new:
        return [Line(whose, several, field, text=written(kind, change))]
    pieces = word_changes(kind, change)
    if not pieces:
        return [Line(whose, several, field, text=moved(kind, change))]
    known = "compared with last applied" if change.basis == "applied" else ""
    line = Line(whose, several, field, tuple(pieces), known=known)
    return [line, *_as_text(line, change)]


def _as_text(line: Line, change: Change) -> list[Line]:
    """A change of HTML once more, as people read it."""
    before, after = str(change.before), str(change.after)
    if "<" not in before + after:
        return []
    old, new = stripped(before), stripped(after)
    said = f"{line.field}, as text"
    if old == new:
        return [Line(line.whose, (), said, text="the same")]
    return [Line(line.whose, (), said, tuple(word_diff(old, new)))]


def stripped(source: str) -> str:
    """HTML without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", source)).split())
