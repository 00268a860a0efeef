"""A saved plan limits a fresh one: less is allowed, more never.

The fresh plan is made from the same catalog and from what Traede has now. A step
goes on if the saved plan has it and saw the same; what the saved plan does not have
is left out; what no longer fits is a conflict.

What depends on catalog and steps alone (how much is deleted, what the rules say) was
judged when the plan was saved, and so was its approval. What depends on the world
(whose account this is, what is gone, what is protected) is judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconcile.core.approvals import Approvals
from reconcile.core.model import Ledger, Path
from reconcile.core.personal import Seal
from reconcile.core.plan_json import change_to_json
from reconcile.core.planning.approving import UNUSED, let_through, unused_by_hand
from reconcile.core.planning.guards import protected
from reconcile.core.steps import Approved, Block, Change, Plan, Step
from reconcile.errors import DoesNotFit


@dataclass(frozen=True, slots=True)
class Limited:
    """The part of a fresh plan that a saved one allows."""

    plan: Plan
    conflicts: Mapping[str, tuple[Step, str]]
    """Saved steps that no longer fit, by id, and why."""
    as_found: Mapping[str, Step]
    """Saved steps that are done already."""


def limit(fresh: Plan, saved: Plan, seal: Seal) -> Limited:
    """What may still be written of `saved`.

    Raises DoesNotFit where the plan is of another tenant or another catalog, or no
    plan of Traede at all.
    """
    _must_fit(fresh, saved)
    now = {step.id: step for step in fresh.steps}
    # A rename that is done leaves the other step of its object as it was.
    by_ref = {step.ref: step for step in fresh.steps if step.action != "rename"}
    refused = {refusal.id.split(":", 1)[1]: refusal for refusal in fresh.refused}
    allowed: dict[str, Step] = {}
    conflicts: dict[str, tuple[Step, str]] = {}
    as_found: dict[str, Step] = {}
    for step in saved.steps:
        found = now.get(step.id)
        if step.held:  # stays in sight, and stays held
            if found is not None:
                allowed[step.id] = _limited(step, found)
        elif found is None:
            if str(step.ref) in refused:
                conflicts[step.id] = (step, refused[str(step.ref)].reason)
            elif step.ref in by_ref and not _renamed(step, by_ref[step.ref]):
                conflicts[step.id] = (step, "it was changed in Traede after the plan")
            else:
                as_found[step.id] = step
        elif words := _conflict(step, found, seal):
            conflicts[step.id] = (step, words)
        else:
            allowed[step.id] = _limited(step, found)
            if allowed[step.id].held:  # all that is left came after the plan
                as_found[step.id] = step
    _stop_dependents(fresh, allowed, conflicts)
    steps = tuple(allowed[s.id] for s in fresh.steps if s.id in allowed)
    return Limited(replace(fresh, steps=steps), conflicts, as_found)


def _stop_dependents(
    fresh: Plan, allowed: dict[str, Step], conflicts: dict[str, tuple[Step, str]]
) -> None:
    """What requires a step that is left out is not written either; what the fresh
    plan does not have is done."""
    planned = {step.id for step in fresh.steps}
    while True:
        written = {step.id for step in allowed.values() if not step.held}
        stopped = {
            step.id: needed
            for step in allowed.values()
            if not step.held
            for needed in step.requires
            if needed in planned and needed not in written
        }
        if not stopped:
            return
        for one, needed in stopped.items():
            action, kind, key = needed.split(":", 2)
            words = f"it needs the {action} of {kind} {key}, which is not in this plan"
            conflicts[one] = (allowed.pop(one), words)


def _must_fit(fresh: Plan, saved: Plan) -> None:
    if not saved.complete:
        raise DoesNotFit(
            "this plan compares two catalogs, and Traede was not read for it: it can "
            "be looked at, and not applied",
            hint="Make one that reads Traede: reconcile plan --out plan.json",
        )
    if saved.tenant != fresh.tenant:
        raise DoesNotFit(
            f"this plan is for {saved.tenant.url} (brand {saved.tenant.brand_id}), not "
            f"for {fresh.tenant.url} (brand {fresh.tenant.brand_id})"
        )
    if saved.catalog_digest != fresh.catalog_digest:
        raise DoesNotFit(
            "the catalog has changed since this plan was made",
            hint="Make it again: reconcile plan --out plan.json",
        )


def judge(limited: Plan, saved: Plan, ledger: Ledger, approvals: Approvals) -> Plan:
    """The limited plan with what stops it: guards and approvals, old and new.

    `limited` comes with the blocks and approvals of the fresh plan; an approval by
    line or by hand lets through what the saved plan was blocked by, as it was shown.
    """
    then, now_approved = let_through(saved.blocked, approvals, saved.tenant)
    shown = (*saved.approved, *now_approved)
    now = [block for block in limited.blocked if block.guard in _OF_THE_WORLD]
    now = [block for block in now if not any(_within(block, one) for one in shown)]
    fresh = [one for one in limited.approved if one.guard in _OF_THE_WORLD]
    approved = (*shown, *(one for one in fresh if not _told(one, shown)))
    now += protected(limited, ledger)
    blocked = (*then, *(block for block in now if block not in then))
    used = (*(one.approve for one in approved), *(b.approve for b in blocked))
    other = [w for w in limited.warnings if w.rule != UNUSED]
    return replace(
        limited,
        blocked=blocked,
        approved=approved,
        warnings=(*other, *unused_by_hand(used, approvals.by_hand)),
    )


_OF_THE_WORLD: Final = ("tenant", "live-shrunk")
"""Guards that are judged again; `protected` is too, on what is left of the plan."""


def _within(block: Block, approved: Approved) -> bool:
    """Whether it is what was approved, or a part of it."""
    return block.guard == approved.guard and {*block.ids} <= {*approved.ids}


def _told(one: Approved, shown: tuple[Approved, ...]) -> bool:
    return any(one.guard == o.guard and {*one.ids} <= {*o.ids} for o in shown)


def shows_all(earlier: Plan, plan: Plan) -> bool:
    """Whether everything that a plan writes was in an earlier one, held or not."""
    steps = {step.id: step for step in earlier.steps}
    return all(
        step.id in steps
        and {*step.cascade} <= {*steps[step.id].cascade}
        and all(
            any(_same(change, seen) for seen in steps[step.id].changes)
            for change in step.written
        )
        for step in plan.to_do
    )


def _same(change: Change, seen: Change) -> bool:
    return replace(change, held=False) == replace(seen, held=False)


def _renamed(saved: Step, fresh: Step) -> bool:
    """Whether a saved rename is done: its object has the new key by now."""
    return saved.action == "rename" and saved.remote_id == fresh.remote_id


def _conflict(saved: Step, fresh: Step, seal: Seal) -> str:
    if saved.remote_id != fresh.remote_id:
        return "it was deleted and made again in Traede after the plan"
    if not set(fresh.cascade) <= set(saved.cascade):
        return "it has new variants in Traede since the plan"
    shown = {change.path: change for change in saved.written}
    for change in fresh.changes:
        was = shown.get(change.path)
        if was is not None and _sealed(saved, was, seal) != _sealed(
            fresh, change, seal
        ):
            return f"{' '.join(change.path)} was changed in Traede after the plan"
    return ""


def _sealed(step: Step, change: Change, seal: Seal) -> object:
    body = change_to_json(step.ref.kind, change, seal)
    return body.get("before"), body.get("after")


def _limited(saved: Step, fresh: Step) -> Step:
    shown: set[Path] = {change.path for change in saved.written}
    changes = tuple(
        replace(change, held=change.path not in shown) for change in fresh.changes
    )
    return replace(fresh, changes=changes)
