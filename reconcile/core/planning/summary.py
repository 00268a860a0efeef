"""How many of each kind: the numbers that a reviewer reads first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconcile.core.model import KindName, Ref
from reconcile.core.planning.draft import Draft
from reconcile.core.steps import Step, empty_summary


def summarise(
    draft: Draft, steps: tuple[Step, ...]
) -> Mapping[KindName, Mapping[str, int]]:
    """Counts per kind; `held` counts objects and is not added to the others."""
    summary = empty_summary()

    def count(what: str, refs: Iterable[Ref]) -> None:
        for ref in refs:
            summary[ref.kind][what] += 1

    for step in steps:
        if not step.held:
            count(step.action, [step.ref])
            count("delete", step.cascade)
    count("held", {s.ref for s in steps if any(c.held for c in s.changes)})
    count("refused", draft.refused)
    count("forget", draft.forgotten)
    count("unchanged", draft.unchanged - {s.ref for s in draft.renamed.steps})
    count("unmanaged", _unmanaged(draft, steps))
    return summary


def _unmanaged(draft: Draft, steps: tuple[Step, ...]) -> Iterable[Ref]:
    going = {ref for step in steps for ref in (step.ref, *step.cascade)}
    only = draft.options.only
    for ref, live in draft.renamed.objects.items():
        if only and not any(one.covers(ref, live.parent) for one in only):
            continue  # seen, and not asked about
        row = draft.renamed.ledger.get(ref)
        ours = row is not None and row.remote_id == live.remote_id
        if ref not in draft.catalog.objects and not ours and ref not in going:
            yield ref
    for ref, ids in draft.live.ambiguous.items():
        if ref not in draft.catalog.objects and not only:
            yield from [ref] * len(ids)
