"""Objects, places, changes and outcomes as the report shows them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.outcomes import Report, Result, ResultName
from reconcile.core.problems import Location
from reconcile.core.steps import Change, Plan, Step, unit
from reconcile.reports.about import About
from reconcile.reports.plan_html_texts import long_texts
from reconcile.reports.plan_html_values import Line, Outcome, Place, Row, Variant, Who
from reconcile.reports.plan_told import to_ref, waits
from reconcile.reports.plan_view import Group, Part, parts
from reconcile.reports.prices import is_price
from reconcile.reports.worddiff import Piece
from reconcile.reports.words import (
    count,
    field_words,
    looks,
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
        self._looks = looks(plan.products)
        known = (ref for one in plan.products.values() for ref in one.variants)
        self._order = {ref: at for at, ref in enumerate(known)}
        self._by_style: dict[Ref, list[Step]] = defaultdict(list)
        self._by_ref: dict[Ref, list[Step]] = defaultdict(list)
        for step in plan.steps:
            self._by_style[unit(step)].append(step)
            self._by_ref[step.ref].append(step)
        self.refused = {to_ref(one.id.partition(":")[2]) for one in plan.refused}
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

    def of_style(self, ref: Ref) -> Sequence[Step]:
        """Every step of a product and its variants, held ones too."""
        return self._by_style.get(ref, ())

    def currencies(self, refs: Iterable[Ref]) -> str:
        """Of the prices of these objects that would move."""
        each = (self._by_style.get(ref, self._by_ref.get(ref, [])) for ref in refs)
        return currencies_of(step for steps in each for step in steps)

    def who(self, ref: Ref) -> Who:
        kind = "" if ref.kind == "product" else ref.kind
        look = self._looks.get(ref, "")
        return Who(kind, ref.key, self._names.get(ref, ""), look)

    def style(self, refs: Iterable[Ref]) -> Ref | None:
        """The product that all of these are variants of."""
        own = {*refs}
        products = self.plan.products.items()
        return next((ref for ref, one in products if own <= {*one.variants}), None)

    def variants(self, refs: Iterable[Ref]) -> tuple[Variant, ...]:
        """In the order of the catalog, as far as it is known."""
        ordered = sorted(refs, key=self.rank)
        return tuple(Variant(self._looks.get(ref, ""), ref.key) for ref in ordered)

    def rank(self, ref: Ref) -> tuple[int, Ref]:
        return self._order.get(ref, len(self._order)), ref

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
        # What is held is not part of what a row of the plan does.
        causes = dict.fromkeys(c.cause for step in group.steps for c in step.written)
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


def currencies_of(steps: Iterable[Step]) -> str:
    """For the filter: those of all prices that change."""
    found = {c.path[1] for step in steps for c in step.changes if is_price(c)}
    return " ".join(sorted(found))


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
    facts: Facts, group: Group, pick: Callable[[Change], bool], *, new: bool = False
) -> list[Line]:
    """The picked changes of a group; of a new object only what it gets. The same
    variants are listed once, and those of a new style stand in its grid."""
    listed = {tuple(step.ref for step in group.variants)} if new else set()
    found = []
    for part in parts(group, pick):
        found.append(_line(facts, group, part, listed=part.refs in listed, new=new))
        if len(part.refs) > 1:
            listed.add(part.refs)
    return found


def _line(facts: Facts, group: Group, part: Part, *, listed: bool, new: bool) -> Line:
    kind, change = part.refs[0].kind, part.change
    own = part.refs[0] == group.ref
    whose = "" if own else count(len(part.refs), "variant")
    variants = () if own or listed else facts.variants(part.refs)
    field = field_words(kind, change.path)
    if new:
        return Line(whose, variants, field, text=written(kind, change))
    pieces = word_changes(kind, change)
    if not pieces:
        return Line(whose, variants, field, text=moved(kind, change))
    known = "compared with last applied" if change.basis == "applied" else ""
    if long := long_texts(change):
        return Line(whose, variants, field, long=long, known=known)
    return Line(whose, variants, field, sides=two_sides(pieces), known=known)


def two_sides(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """A difference as old and new, each one whole."""
    every = tuple(pieces)
    old = tuple(piece for piece in every if piece[0] != "new")
    return old, tuple(piece for piece in every if piece[0] != "old")
