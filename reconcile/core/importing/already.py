"""What the files have already, and how much of it a plan would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconcile.core.diff import compare
from reconcile.core.importing.choosing import Existing
from reconcile.core.model import Desired, KindName, Live, Ref, Snapshot
from reconcile.core.personal import Seal


@dataclass(frozen=True, slots=True)
class Written:
    """Objects of Traede that stand in files; variants count with their product."""

    counts: Mapping[KindName, int]
    differing: int
    """How many of them the files want otherwise than Traede has them."""


def written_already(existing: Existing, part: Snapshot) -> Written:
    own = {ref: one for one in existing.objects if (ref := _found(one, part))}
    differing = {
        _unit(part.objects[ref]) for ref, one in own.items() if _differs(one, ref, part)
    }
    differing |= set(_lacking(existing, own, part))
    units = {_unit(part.objects[ref]) for ref in own}
    counts = Counter(ref.kind for ref in units)
    return Written(dict(counts), len(differing & units))


def _found(one: Desired, part: Snapshot) -> Ref | None:
    """The object in Traede that an entry is about, also under its old name."""
    refs = [one.ref]
    if one.renamed_from is not None:
        refs.append(Ref(one.ref.kind, one.renamed_from))
    return next((ref for ref in refs if ref in part.objects), None)


def _differs(one: Desired, found: Ref, part: Snapshot) -> bool:
    live = part.objects[found]
    changes = compare(one, live, None, Seal(""))
    return (
        one.delete
        or one.ref != found
        or one.parent != live.parent
        or any(change.basis == "live" for change in changes)
    )


def _lacking(
    existing: Existing, own: Mapping[Ref, Desired], part: Snapshot
) -> Iterator[Ref]:
    """The styles in Traede that lack a variant which the files have."""
    found = {one.ref for one in own.values()}
    for one in existing.objects:
        if one.ref.kind != "variant" or one.delete or one.ref in found:
            continue
        if one.parent is not None and one.parent in part.objects:
            yield one.parent


def _unit(live: Live) -> Ref:
    return live.parent if live.ref.kind == "variant" and live.parent else live.ref
