"""One object: each value with its place, its layer, and what Traede has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from reconcile.core.explaining import Explained, Verdict
from reconcile.core.kinds import KINDS
from reconcile.core.model import UNKNOWN, KindName, Ref, Value
from reconcile.core.personal import HIDDEN
from reconcile.core.problems import Location
from reconcile.reports.escape import terminal
from reconcile.reports.layout import aligned
from reconcile.reports.words import field_words, value_words

_VERDICTS: Final[dict[Verdict, str]] = {
    "will change": "will change",
    "held": "changed in Traede: held",
    "once": "only sent with the create",
}


@dataclass(frozen=True, slots=True)
class LastRun:
    """The run that applied the object last."""

    id: int
    started: datetime
    commit: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is told about one object."""

    ref: Ref
    name: str
    """What people call it; never a customer's name."""
    defined: Location | None
    """None where the catalog has nothing about it."""
    directives: Sequence[tuple[str, str, Location]]
    values: Sequence[Explained]
    traede: str
    """What is known of the whole object: not asked, not there, or its id."""
    managed: bool
    run: LastRun | None


def render_explained(story: Story) -> str:
    name = f"  ({story.name})" if story.name else ""
    lines = [terminal(f"{story.ref.kind} {story.ref.key}{name}")]
    rows = [_row(story.ref.kind, one) for one in story.values]
    rows = [
        *([("defined", "", _place(story.defined), "", "")] if story.defined else []),
        *(
            (name, text, _place(where), "", "")
            for name, text, where in story.directives
        ),
        *rows,
    ]
    lines += [f"  {line}" for line in aligned(rows)] if rows else []
    lines += [f"  {terminal(line)}" for line in (story.traede, _applied(story)) if line]
    return "\n".join(lines) + "\n"


def _row(kind: KindName, one: Explained) -> tuple[str, str, str, str, str]:
    place = _place(one.where)
    return (
        field_words(kind, one.path),
        _words(kind, one, one.value),
        f"{place} ({one.layer})" if one.layer else place,
        _in_traede(kind, one),
        _VERDICTS.get(one.verdict, ""),
    )


def _in_traede(kind: KindName, one: Explained) -> str:
    if one.now is None or one.verdict == "new":
        return ""
    if one.now is not UNKNOWN:
        return f"Traede {_words(kind, one, one.now)}"
    if one.applied is UNKNOWN:
        return "not readable, not applied yet"
    return f"not readable; last applied {_words(kind, one, one.applied)}"


def _words(kind: KindName, one: Explained, value: Value) -> str:
    spec = KINDS[kind].fields[one.path[0]]
    if spec.personal:
        return HIDDEN
    if spec.event and isinstance(value, list):
        return str(len(value))
    return value_words(kind, KINDS[kind].field_of(one.path), value)


def _applied(story: Story) -> str:
    run = story.run
    if run is None:
        return (
            "last applied by a run that is not remembered"
            if story.managed
            else ("not managed: no apply has seen it yet")
        )
    commit = f", commit {run.commit[:7]}" if run.commit else ""
    started = f"{run.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"last applied  {started}, run {run.id}{commit}"


def _place(where: Location | None) -> str:
    return f"{where.file}:{where.line}" if where else ""
