"""Which steps and changes of a plan are asked for by the edits of a branch.

A plan reads all of Traede, so on a branch it also shows what the main branch asks for
and nobody has applied yet. A change is the branch's own where the two catalogs differ
in it, and a step where they differ in anything that it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconcile.core.model import Desired, Path, Ref, Value
from reconcile.core.steps import Base, Plan, Step

Objects = Mapping[Ref, Desired]


def mark(plan: Plan, base: Base, before: Objects, now: Objects) -> Plan:
    """The plan with all of it marked; `before` is the catalog at `base`."""
    steps = (
        _marked(step, before.get(step.ref), now.get(step.ref)) for step in plan.steps
    )
    return replace(plan, steps=tuple(steps), base=base)


def _marked(step: Step, before: Desired | None, now: Desired | None) -> Step:
    if before is None or now is None:
        return replace(step, added=before is not now)
    if step.action == "rename":
        return replace(step, added=before.renamed_from != now.renamed_from)
    if (before.delete, before.parent) != (now.delete, now.parent):
        return replace(step, added=True)
    changes = tuple(
        replace(change, added=_at(before, change.path) != _at(now, change.path))
        for change in step.changes
    )
    return replace(step, changes=changes, added=any(c.added for c in changes))


def _at(desired: Desired, path: Path) -> dict[Path, Value]:
    """What is written at or below a path."""
    return {p: v for p, v in desired.values.items() if p[: len(path)] == path}
