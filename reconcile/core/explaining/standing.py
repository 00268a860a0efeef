"""How a whole object stands: in the catalog, in Traede and in the ledger.

The table of `DESIGN` §6 for one key, told and not acted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconcile.core.kinds import KINDS
from reconcile.core.model import Applied, Desired, Live, Ref, Snapshot

What = Literal[
    "as written",
    "not asked",
    "several",
    "create",
    "deleted there",
    "renamed there",
    "rename",
    "revive",
    "delete",
    "retire",
    "forget",
    "retired",
    "spent",
    "unmanaged",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one object, and so what the next apply does about it."""

    what: What
    written: bool
    """Whether the catalog has an entry for it that is no tombstone."""
    tombstone: bool = False
    remote_id: int | None = None
    """In Traede now; None where it is not there, or nobody looked."""
    elsewhere: Ref | None = None
    """What Traede calls it, where that is another key."""
    source: str = ""
    """The file it was written in, where the catalog has it no more."""


def standing(
    ref: Ref, desired: Desired | None, row: Applied | None, seen: Snapshot | None
) -> Standing:
    """`seen` is None where Traede was not asked."""
    live = live_of(ref, desired, seen)
    moved = _renamed_there(ref, row, seen) if live is None else None
    shown = live or moved
    return Standing(
        _what(ref, desired, row, seen, live, moved),
        desired is not None and not desired.delete,
        desired is not None and desired.delete,
        shown.remote_id if shown else None,
        shown.ref if shown and shown.ref != ref else None,
        row.source if row and desired is None else "",
    )


def live_of(ref: Ref, desired: Desired | None, seen: Snapshot | None) -> Live | None:
    """The object in Traede, under its key or the one before its rename."""
    if seen is None:
        return None
    old = desired.renamed_from if desired else None
    refs = [ref, *([ref._replace(key=old)] if old is not None else [])]
    return next((seen.objects[one] for one in refs if one in seen.objects), None)


def _renamed_there(ref: Ref, row: Applied | None, seen: Snapshot | None) -> Live | None:
    """By the id that it had when it was applied."""
    if seen is None or row is None or row.spent:
        return None
    same = (one for one in seen.objects.values() if one.remote_id == row.remote_id)
    return next((one for one in same if one.ref.kind == ref.kind), None)


def _what(
    ref: Ref,
    desired: Desired | None,
    row: Applied | None,
    seen: Snapshot | None,
    live: Live | None,
    moved: Live | None,
) -> What:
    if seen is not None and ref in seen.ambiguous:
        return "several"
    if seen is None:
        return _not_asked(ref, desired, row)
    if desired is not None and not desired.delete:
        return _written(ref, row, live, moved)
    if row is not None and row.spent:
        return "unmanaged" if live else "spent"
    if desired is not None:
        return _goes(ref, live) if live else "spent"
    if live is None:
        return "forget"
    if row is None or row.remote_id != live.remote_id:
        return "unmanaged"
    return "retired" if row.retired else _goes(ref, live)


def _not_asked(ref: Ref, desired: Desired | None, row: Applied | None) -> What:
    if row is None or (desired is not None and not desired.delete):
        return "not asked"
    if row.spent:
        return "spent"
    if row.retired and desired is None:
        return "retired"
    return _goes(ref, None)


def _written(
    ref: Ref, row: Applied | None, live: Live | None, moved: Live | None
) -> What:
    known = row is not None and not row.spent
    if live is None:
        return "renamed there" if moved else "deleted there" if known else "create"
    if live.ref != ref:
        return "rename"
    retired = row is not None and row.retired and row.remote_id == live.remote_id
    return "revive" if retired else "as written"


def _goes(ref: Ref, live: Live | None) -> What:
    """Collections cannot be deleted in Traede."""
    if KINDS[ref.kind].delete is not None:
        return "delete"
    off = live is not None and live.values.get(("active",)) is False
    return "spent" if off else "retire"
