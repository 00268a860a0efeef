"""What cannot be protected or may not survive, said before it is written."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.core.kinds import KINDS, Shape
from reconcile.core.model import UNKNOWN, Live
from reconcile.core.planning.draft import Draft
from reconcile.core.steps import Step, Warned


def warn_unprotected_members(draft: Draft) -> None:
    """A price travels whole, but a member that Traede does not return and the catalog
    does not write cannot travel: a sync may reset it (D-5). Said once a field."""
    found: dict[str, list[str]] = {}
    for step, live in _written(draft):
        for name in _unknown_members(draft, step, live):
            keys = found.setdefault(name, [])
            if step.ref.key not in keys[-1:]:
                keys.append(step.ref.key)
    for name, keys in sorted(found.items()):
        some = f"{keys[0]} and {len(keys) - 1} more" if len(keys) > 1 else keys[0]
        draft.warnings.append(
            Warned(
                "not-protected",
                "",
                f"{name}: Traede does not return it, so writing the other prices may "
                f"reset one that was set there ({some}). Write it in the catalog to be "
                "sure of it",
            )
        )


def warn_leading_zeros(draft: Draft) -> None:
    """An account that keeps bar codes as numbers cannot keep a leading zero (D-11)."""
    live = draft.renamed.objects.values()
    if not any(type(one.raw.get("ean")) is int for one in live):
        return
    for step in draft.steps.values():
        for change in step.written:
            if change.path == ("ean",) and str(change.after).startswith("0"):
                draft.warnings.append(
                    Warned(
                        "leading-zero",
                        str(step.ref),
                        f"ean {change.after}: this account keeps bar codes as numbers, "
                        "the zero in front will be lost",
                    )
                )


def _written(draft: Draft) -> Iterator[tuple[Step, Live]]:
    for step in draft.steps.values():
        live = draft.renamed.objects.get(step.ref)
        if live is not None and step.action in ("update", "revive"):
            yield step, live


def _unknown_members(draft: Draft, step: Step, live: Live) -> Iterator[str]:
    """The members of touched objects that are neither written nor known."""
    desired = draft.catalog.objects[step.ref]
    entries = {change.path[:2] for change in step.written if len(change.path) == 3}
    for name, key in sorted(entries):
        spec = KINDS[step.ref.kind].fields[name]
        if spec.shape is not Shape.KEYED or not spec.readable:
            continue
        for member in spec.members:
            path = (name, key, member.name)
            if path not in desired.values and live.at(path) is UNKNOWN:
                yield f"{name} {member.name}"
