"""The first write of each sort goes alone and is looked at: nothing but what was asked
for may have changed by it, such as in an account that resets whatever a call leaves
out (D-4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from reconcile.core.kinds import KINDS
from reconcile.core.model import UNKNOWN, KindName, Live, Path, Ref, Snapshot
from reconcile.core.steps import Step
from reconcile.edges.apply.run import Applying


def single(step: Step) -> str:
    """The sort of a step that is one call."""
    return f"{step.action} {step.ref.kind}"


def core(kind: KindName) -> str:
    """The sort of what only core takes."""
    return f"core {kind}"


def look(
    run: Applying,
    sort: str,
    written: Ref,
    before: Iterable[Live],
    after: Snapshot,
) -> None:
    """Stop the run where the first write of a sort did what the plan does not say; an
    object with a new key is known by its id.

    What another step asks for is no surprise: where syncs are queued (B-6), an earlier
    one may show up only now.
    """
    if sort in run.canaries:
        return
    changed, gone = _asked(run.planned.plan.to_do)
    now = {(one.ref.kind, one.remote_id): one for one in after.objects.values()}
    for was in before:
        if was.ref in after.ambiguous:
            continue
        found = now.get((was.ref.kind, was.remote_id))
        if found is None:
            if was.ref in gone:
                continue
            also = f"deleted {was.ref.kind} {was.ref.key}"
        elif moved := _moved(was, found, changed):
            of = "" if written in (was.ref, found.ref) else f" of {_words(was.ref)}"
            also = f"changed {', '.join(moved)}{of}"
        else:
            continue
        run.stop(
            f"writing {_words(written)} also {also} in Traede, which nobody asked "
            "for; nothing was written after that"
        )
    run.canaries.add(sort)


def _asked(steps: Iterable[Step]) -> tuple[dict[Ref, set[Path]], set[Ref]]:
    """What steps change, by object, and what they delete, or archive instead."""
    changed: dict[Ref, set[Path]] = defaultdict(set)
    gone: set[Ref] = set()
    for step in steps:
        changed[step.ref].update(change.path for change in step.written)
        if step.action == "delete":
            gone.update((step.ref, *step.cascade))
            changed[step.ref].update(KINDS[step.ref.kind].retire())
    return changed, gone


def _moved(was: Live, now: Live, changed: Mapping[Ref, Collection[Path]]) -> list[str]:
    meant = {*changed.get(was.ref, ()), *changed.get(now.ref, ())}
    meant.add((KINDS[was.ref.kind].key_field,))
    return [
        " ".join(path)
        for path, value in was.values.items()
        if path not in meant and now.at(path) not in (UNKNOWN, value)
    ]


def _words(ref: Ref) -> str:
    return f"{ref.kind} {ref.key}"
