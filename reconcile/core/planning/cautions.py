"""What is said beside the steps: what may not survive, what may be deleted from now on,
and one thing that looks like several."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace

from reconcile.core.kinds import KINDS, Shape
from reconcile.core.model import UNKNOWN, Live
from reconcile.core.planning.draft import Draft
from reconcile.core.rules.wording import PRICES
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
        some = f"{len(keys)} variants" if len(keys) > 1 else f"variant {keys[0]}"
        draft.warnings.append(
            Warned(
                "not-protected",
                "",
                f"Traede does not show the {PRICES.get(name, name)}. Where somebody "
                "set one there, writing the other prices may take it away "
                f"({some}). Write `{name}` in the catalog to be sure of it",
            )
        )


def note_protection(draft: Draft) -> None:
    """`protect` is written in the ledger alone, so no step shows it: what may be
    deleted changes, and nothing in Traede."""
    for ref, desired in draft.catalog.objects.items():
        row = draft.renamed.ledger.get(ref)
        was = row is not None and row.protected
        if desired.protect in (None, was) or desired.delete or ref in draft.refused:
            continue
        if ref not in draft.steps and ref not in draft.renamed.objects:
            continue
        step = draft.steps.get(ref)
        if draft.options.only and (step is None or step.held):
            continue  # of a part only what is written is remembered
        said = "no longer protected: after this, a plan may delete it"
        if desired.protect:
            said = "from now on protected: no plan deletes it"
        draft.warnings.append(Warned("protection", str(ref), said))


def say_new_numbers_once(draft: Draft) -> None:
    """A product under a new item number, typed over the old one: a delete, a create and
    updates that Traede cannot do, for one reason. Each stays refused."""
    for old, live in draft.variants.items():
        refused = draft.refused.get(old)
        if refused is None or not refused.id.startswith("delete:"):
            continue
        moved = [v.ref for v in live if v.ref in draft.catalog.objects]
        parents = {draft.catalog.objects[ref].parent for ref in moved}
        new = next(iter(parents), None)
        if len(parents) != 1 or new is None or new in draft.renamed.objects:
            continue
        at = draft.catalog.objects[new].source.location
        rename = shlex.join(("reconcile", "rename", "product", old.key, new.key))
        for ref in (old, new, *moved):
            if ref in draft.refused:
                draft.refused[ref] = replace(
                    draft.refused[ref],
                    reason=f"the variants of product {old.key} stand under a new item "
                    f"number, {new.key}, and Traede cannot move a variant",
                    hint=f"Is it the same product? Put {old.key} back and type: "
                    f"{rename}. Or write `renamed_from: "
                    f"{json.dumps(old.key, ensure_ascii=False)}` at "
                    f"{at.file}:{at.line}",
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
                yield member.name
