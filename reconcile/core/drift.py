"""What somebody changed in Traede since the last apply, and nothing else.

Values come from the changes of a plan. What was deleted, renamed or made again is
found by id: live has the id under another key, has another id under the key, or
neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconcile.core.catalog import Catalog
from reconcile.core.model import Applied, Desired, Live, Ref
from reconcile.core.personal import Seal
from reconcile.core.plan_json import FORMAT_VERSION, change_to_json
from reconcile.core.planning import Planned
from reconcile.core.scope import Only
from reconcile.core.steps import Change, Plan, Step

Pairs = tuple[tuple[Desired, Live], ...]


@dataclass(frozen=True, slots=True)
class Drift:
    steps: tuple[Step, ...] = ()
    """Of the plan, with the changes alone that Traede made too; all as held."""
    deleted: tuple[Desired, ...] = ()
    """What is gone; variants of a product that is gone are not named again."""
    renamed: Pairs = ()
    made_again: Pairs = ()
    """Deleted, and there again under the same key: what was applied is unknown."""

    def __bool__(self) -> bool:
        return bool(self.steps or self.deleted or self.renamed or self.made_again)


def find_drift(catalog: Catalog, planned: Planned) -> Drift:
    steps = (_drifted(step) for step in planned.plan.steps if step.action != "create")
    by_id = {(o.ref.kind, o.remote_id): o for o in planned.objects.values()}
    deleted: list[Desired] = []
    renamed: list[tuple[Desired, Live]] = []
    again: list[tuple[Desired, Live]] = []
    for desired, row in _managed(catalog, planned):
        live = planned.objects.get(desired.ref)
        elsewhere = by_id.get((desired.ref.kind, row.remote_id))
        if live is not None:
            if live.remote_id != row.remote_id:
                again.append((desired, live))
        elif elsewhere is not None:
            renamed.append((desired, elsewhere))
        else:
            deleted.append(desired)
    gone = {desired.ref for desired in deleted}
    return Drift(
        tuple(step for step in steps if step.changes),
        tuple(one for one in deleted if one.parent not in gone),
        tuple(renamed),
        tuple(again),
    )


def product_names(catalog: Catalog) -> dict[Ref, str]:
    """What people call the products; never a customer's name."""
    return {
        ref: str(name)
        for ref, desired in catalog.objects.items()
        if ref.kind == "product" and (name := desired.values.get(("name",)))
    }


def drifted(change: Change) -> bool:
    """Whether Traede moved: alone, or as the catalog did too."""
    return change.cause != "catalog"


def _drifted(step: Step) -> Step:
    changes = (replace(one, held=True) for one in step.changes if drifted(one))
    return replace(step, changes=tuple(changes))


def _managed(catalog: Catalog, planned: Planned) -> list[tuple[Desired, Applied]]:
    """What the catalog wants to be there, and was applied before."""
    ledger: Mapping[Ref, Applied] = planned.ledger
    return [
        (desired, row)
        for ref, desired in sorted(catalog.objects.items())
        if not desired.delete
        and (row := ledger.get(ref)) is not None
        and not (row.retired or row.spent)
    ]


def limited_to(drift: Drift, only: Sequence[Only]) -> Drift:
    """The part that some patterns cover; all, where there are none."""
    if not only:
        return drift

    def covered(ref: Ref, parent: Ref | None) -> bool:
        return any(one.covers(ref, parent) for one in only)

    def pairs(found: Pairs) -> Pairs:
        return tuple(pair for pair in found if covered(pair[0].ref, pair[0].parent))

    return Drift(
        tuple(step for step in drift.steps if covered(step.ref, step.parent)),
        tuple(one for one in drift.deleted if covered(one.ref, one.parent)),
        pairs(drift.renamed),
        pairs(drift.made_again),
    )


def left_alone(drift: Drift, plan: Plan) -> Drift:
    """The part that an apply of the plan does not put back."""
    held = {(s.ref, c.path) for s in plan.held for c in s.changes if c.held}
    steps = (
        replace(
            step, changes=tuple(c for c in step.changes if (step.ref, c.path) in held)
        )
        for step in drift.steps
    )
    made = {step.ref for step in plan.to_do if step.action == "create"}
    return replace(
        drift,
        steps=tuple(step for step in steps if step.changes),
        deleted=tuple(one for one in drift.deleted if one.ref not in made),
    )


def drift_to_json(drift: Drift, seal: Seal) -> dict[str, Any]:
    """As a plan has it: `before` is what Traede has, `after` what the catalog says."""
    return {
        "format_version": FORMAT_VERSION,
        "changed": [
            {
                "kind": step.ref.kind,
                "key": step.ref.key,
                "parent": step.parent.key if step.parent else None,
                "remote_id": step.remote_id,
                "changes": [
                    change_to_json(step.ref.kind, change, seal)
                    for change in step.changes
                ],
            }
            for step in drift.steps
        ],
        "deleted": [_named(one) for one in drift.deleted],
        "renamed": [
            {**_named(one), "remote_id": live.remote_id, "now": live.ref.key}
            for one, live in drift.renamed
        ],
        "made_again": [
            {**_named(one), "remote_id": live.remote_id}
            for one, live in drift.made_again
        ],
    }


def _named(desired: Desired) -> dict[str, Any]:
    parent = desired.parent
    return {
        "kind": desired.ref.kind,
        "key": desired.ref.key,
        "parent": parent.key if parent else None,
    }
