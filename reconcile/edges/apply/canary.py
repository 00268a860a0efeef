"""The first write of each sort goes alone and is looked at: nothing but what was asked
for may have changed by it, such as in an account that resets whatever a call leaves
out (D-4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from reconcile.core.kinds import KINDS
from reconcile.core.model import UNKNOWN, Live, Path, Ref, Snapshot
from reconcile.core.steps import Step
from reconcile.edges.apply.run import Applying


def asked(steps: Iterable[Step]) -> dict[Ref, set[Path]]:
    """What steps change, by object."""
    return {step.ref: {change.path for change in step.written} for step in steps}


def single(step: Step) -> str:
    """The sort of a step that is one call."""
    return f"{step.action} {step.ref.kind}"


def look(
    run: Applying,
    sort: str,
    written: Ref,
    before: Iterable[Live],
    after: Snapshot,
    changed: Mapping[Ref, Collection[Path]],
    gone: Collection[Ref] = (),
) -> None:
    """Stop the run where the first write of a sort did more than `changed` and `gone`
    say; an object with a new key is known by its id."""
    if sort in run.canaries:
        return
    now = {(one.ref.kind, one.remote_id): one for one in after.objects.values()}
    for was in before:
        if was.ref in gone or was.ref in after.ambiguous:
            continue
        found = now.get((was.ref.kind, was.remote_id))
        if found is None:
            also = f"deleted {was.ref.kind} {was.ref.key}"
        elif moved := _moved(was, found, changed):
            of = "" if written in (was.ref, found.ref) else f" of {_words(was.ref)}"
            also = f"changed {', '.join(moved)}{of}"
        else:
            continue
        run.stop(
            f"writing {_words(written)} also {also} in Traede, which nobody asked "
            "for; nothing else was written"
        )
    run.canaries.add(sort)


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
