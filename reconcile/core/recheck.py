"""Does a step still fit what Traede has, now that it is about to be written?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconcile.core.canonical import same
from reconcile.core.diff import compare
from reconcile.core.kinds import KINDS
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Path,
    Value,
)
from reconcile.core.personal import Seal
from reconcile.core.steps import Change, Step

Verdict = Literal["as planned", "as desired", "conflict"]


@dataclass(frozen=True, slots=True)
class Recheck:
    """What to do with a step: write it, call it done, or leave it and say why."""

    verdict: Verdict
    words: str = ""
    held: frozenset[Path] = frozenset()
    """Paths that differ from the catalog now and are not this step's to write."""


def recheck(
    step: Step | None,
    desired: Desired,
    live: Live | None,
    applied: Applied | None,
    seal: Seal,
) -> Recheck:
    """Compare an object just read with what the plan saw; `step` is None where the
    object only travels along."""
    row = applied if applied and live and applied.remote_id == live.remote_id else None
    fresh = {c.path for c in compare(desired, live, row, seal)} if live else set()
    if step is None:
        if live is None:
            return Recheck("conflict", f"{desired.ref.key} is not in Traede any more")
        return Recheck("as planned", held=frozenset(fresh))
    if step.action == "create":
        if live is None:
            return Recheck("as planned")
        if fresh:
            return Recheck("conflict", "it was created in Traede after the plan")
        return Recheck("as desired")
    if live is None or live.remote_id != step.remote_id:
        return Recheck("conflict", "it was deleted in Traede after the plan")
    moved = [c for c in step.written if not _as_seen(live, c)]
    if moved:
        return Recheck("conflict", _words(moved[0].path, moved[0].before, live))
    if all(_moved_and_shows(live, c) for c in step.written):
        return Recheck("as desired")
    return Recheck("as planned", held=frozenset(fresh - {c.path for c in step.written}))


def shows(live: Live, step: Step) -> bool:
    """Whether every change of a step that can be read is in Traede."""
    return all(
        live.at(change.path) is UNKNOWN or _moved_and_shows(live, change)
        for change in step.written
        if not KINDS[step.ref.kind].fields[change.path[0]].event
    )


def sign(live: Live, step: Step) -> bool | None:
    """What reading says about a write without an answer: True where one of its
    changes shows, False where what was there before still is, else None."""
    fields = KINDS[step.ref.kind].fields
    seen = [
        change
        for change in step.written
        if live.at(change.path) is not UNKNOWN and not fields[change.path[0]].event
    ]
    if any(_moved_and_shows(live, change) for change in seen):
        return True
    still = any(_unmoved(live, change) for change in seen)
    return False if still else None


def readable(live: Live, step: Step) -> bool:
    """Whether at least one change of a step can be read back."""
    return any(live.at(change.path) is not UNKNOWN for change in step.written)


def not_shown(live: Live, step: Step) -> list[Path]:
    """The paths of a step that Traede shows otherwise than written."""
    kind = KINDS[step.ref.kind]
    return [
        change.path
        for change in step.written
        if change.path[0] in kind.fields
        and not kind.fields[change.path[0]].event
        and live.at(change.path) is not UNKNOWN
        and not _shows(live, change)
    ]


def _as_seen(live: Live, change: Change) -> bool:
    now = live.at(change.path)
    return now is UNKNOWN or _unmoved(live, change) or _shows(live, change)


def _unmoved(live: Live, change: Change) -> bool:
    now = live.at(change.path)
    return now == change.before or (_empty(now) and _empty(change.before))


def _moved_and_shows(live: Live, change: Change) -> bool:
    """Whether a change is there; what is still as it was before shows nothing, though
    it may count as the same (a parent category that is taken out, E-5)."""
    return live.at(change.path) != change.before and _shows(live, change)


def _shows(live: Live, change: Change) -> bool:
    kind, now = KINDS[live.ref.kind], live.at(change.path)
    if now is UNKNOWN:
        return False
    field = kind.fields[change.path[0]]
    null_as = kind.field_of(change.path).null_as
    return same(field, change.after, null_as if _empty(now) else now)


def _empty(value: Value) -> bool:
    return value is MISSING or value is None or value == []


def _words(path: Path, before: Value, live: Live) -> str:
    now = live.at(path)
    field = " ".join(path)
    if KINDS[live.ref.kind].fields[path[0]].personal:
        return f"{field} was changed in Traede after the plan; not overwritten"
    old = "nothing" if _empty(before) or before is UNKNOWN else before
    new = "nothing" if _empty(now) else now
    return (
        f"{field} was changed in Traede after the plan: {old} → {new}; not overwritten"
    )
