"""Does a step still fit what Traede has, now that it is about to be written?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
from reconcile.core.steps import Step

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
    moved = [c for c in step.written if not _as_seen(live, c.path, c.before, c.after)]
    if moved:
        return Recheck("conflict", _words(moved[0].path, moved[0].before, live))
    if all(_shows(live, c.path, c.after) for c in step.written):
        return Recheck("as desired")
    return Recheck("as planned", held=frozenset(fresh - {c.path for c in step.written}))


def shows(live: Live, step: Step) -> bool:
    """Whether every change of a step that can be read is in Traede."""
    return all(
        live.at(change.path) is UNKNOWN or _shows(live, change.path, change.after)
        for change in step.written
        if not KINDS[step.ref.kind].fields[change.path[0]].event
    )


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
        and not _shows(live, change.path, change.after)
    ]


def _as_seen(live: Live, path: Path, before: Value, after: Value) -> bool:
    now = live.at(path)
    return now is UNKNOWN or _same(now, before) or _same(now, after)


def _shows(live: Live, path: Path, after: Value) -> bool:
    now = live.at(path)
    return now is not UNKNOWN and _same(now, after)


def _same(now: Value, wanted: Value) -> bool:
    return now == wanted or (_empty(now) and _empty(wanted))


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
