"""What each file of the catalog causes: the way round of somebody who knows the
files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.model import Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Step, unit
from reconcile.reports.plan_html_values import Place, Who
from reconcile.reports.plan_html_words import Facts, currencies_of
from reconcile.reports.plan_told import not_possible, waits
from reconcile.reports.prices import is_price
from reconcile.reports.verdict import styles
from reconcile.reports.words import count, field_words

_DOES: Final = {
    "create": "creates",
    "update": "changes",
    "revive": "puts back on sale",
    "rename": "renames",
    "archive": "takes off sale",
    "delete": "deletes",
}
_REFUSED: Final = "not possible"
_VERBS: Final = ("deletes", "takes off sale", _REFUSED, "creates", "renames",
                 "puts back on sale", "changes")  # fmt: skip
_WHOLE: Final = ("creates", "deletes", "takes off sale")
_FIELDS: Final = 3
"""Changed fields that one row names."""
_GONE: Final = re.compile(r"((?:file|entry) removed): (.+)", re.DOTALL)
"""The cause of a delete, as planning notes it."""


@dataclass(frozen=True, slots=True)
class Caused:
    """What one file does to one object."""

    verb: str
    who: Who
    what: str
    place: Place | None
    gone: str
    """`file removed`, `entry removed`, or empty."""
    waits: bool


@dataclass(frozen=True, slots=True)
class File:
    """One file, all that it causes, and the same in one line."""

    path: str
    said: str
    kinds: str
    rows: tuple[Caused, ...]
    currencies: str


@dataclass(frozen=True, slots=True)
class _Cause:
    """Steps of one object that one file causes alike."""

    verb: str
    ref: Ref
    gone: str
    first: Location | None
    steps: tuple[Step, ...] = ()
    refs: tuple[Ref, ...] = ()
    """What is refused, which has no steps."""


def files(facts: Facts) -> tuple[File, ...]:
    found: dict[str, list[_Cause]] = defaultdict(list)
    for path, cause in (*_causes(facts), *_refusals(facts)):
        found[path].append(cause)
    return tuple(_file(facts, path, causes) for path, causes in sorted(found.items()))


def _causes(facts: Facts) -> Iterator[tuple[str, _Cause]]:
    alike: dict[tuple[str, str, Ref, str], list[Step]] = defaultdict(list)
    for step in facts.plan.to_do:
        path, gone = _origin(step)
        if path:
            alike[path, _DOES[step.action], unit(step), gone].append(step)
    for (path, verb, ref, gone), steps in alike.items():
        places = [step.source for step in steps if step.source]
        first = min(places, key=lambda one: one.line, default=None)
        yield path, _Cause(verb, ref, gone, first, tuple(steps))


def _origin(step: Step) -> tuple[str, str]:
    """The file that asks for a step; of a delete the one that says it no more."""
    if step.source is not None:
        return step.source.file, ""
    found = _GONE.fullmatch(step.notes[0]) if step.notes else None
    return (found[2], found[1]) if found else ("", "")


def _refusals(facts: Facts) -> Iterator[tuple[str, _Cause]]:
    for one in not_possible(facts.plan.refused):
        if one.source is not None:
            cause = _Cause(_REFUSED, one.refs[0], "", one.source, refs=one.refs)
            yield one.source.file, cause


def _file(facts: Facts, path: str, causes: list[_Cause]) -> File:
    ordered = sorted(causes, key=lambda one: (_line(one), one.ref, one.verb))
    kinds = dict.fromkeys(
        ref.kind
        for one in ordered
        for ref in (one.refs or [step.ref for step in one.steps])
    )
    rows = tuple(_caused(facts, one) for one in ordered)
    currencies = currencies_of(step for one in ordered for step in one.steps)
    said = " · ".join(_said(causes))
    return File(path, said, " ".join(kinds), rows, currencies)


def _line(cause: _Cause) -> int:
    return cause.first.line if cause.first else 0


def _said(causes: Sequence[_Cause]) -> Iterator[str]:
    """`deletes 1 style`, `changes 28 styles (EUR wholesale)`, what hurts most first."""
    for verb in _VERBS:
        own = [one for one in causes if one.verb == verb]
        if own:
            refs = [ref for one in own for ref in _counted(one)]
            objects = styles(list(dict.fromkeys(refs)))
            fields = _fields([step for one in own for step in one.steps])
            more = f" ({fields})" if fields and verb == "changes" else ""
            yield f"{verb} {objects}{more}"


def _in_part(cause: _Cause) -> bool:
    """Whether it is not the object itself that comes or goes, only variants of it."""
    return cause.verb in _WHOLE and all(s.ref != cause.ref for s in cause.steps)


def _counted(cause: _Cause) -> Sequence[Ref]:
    if cause.refs:
        return cause.refs
    return [s.ref for s in cause.steps] if _in_part(cause) else [cause.ref]


def _caused(facts: Facts, cause: _Cause) -> Caused:
    variants = [step for step in cause.steps if step.ref != cause.ref]
    going = [ref for step in cause.steps for ref in step.cascade]
    number = len(variants) or len(going) or len(cause.refs[1:])
    many = count(number, "variant") if number else ""
    said = [_fields(cause.steps) if cause.verb == "changes" else "", many]
    verb, what = cause.verb, ", ".join(filter(None, said))
    if _in_part(cause):
        verb, what = f"{cause.verb} {many} of", ""
    base = facts.plan.base is not None and bool(cause.steps)
    return Caused(
        verb,
        facts.who(cause.ref),
        what,
        facts.place(cause.first),
        cause.gone,
        base and waits(cause.steps),
    )


def _fields(steps: Sequence[Step]) -> str:
    """`EUR wholesale, name, 2 more`: which fields change."""
    changes = [(step.ref.kind, change) for step in steps for change in step.written]
    changes.sort(key=lambda one: not is_price(one[1]))
    every = list(dict.fromkeys(field_words(kind, one.path) for kind, one in changes))
    shown = every[:_FIELDS] if len(every) > _FIELDS + 1 else every
    more = [f"{len(every) - len(shown)} more"] if len(every) > len(shown) else []
    return ", ".join([*shown, *more])
