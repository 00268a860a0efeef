"""Ledger rows: what becomes known about an object once something was applied."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconcile.core.canonical import same
from reconcile.core.kinds import KINDS, Field
from reconcile.core.model import (
    NOTHING,
    Applied,
    Desired,
    Live,
    Missing,
    Path,
    Unknown,
    Value,
)
from reconcile.core.personal import Seal


def row_after(
    desired: Desired,
    live: Live,
    before: Applied | None,
    seal: Seal,
    *,
    sent: Collection[Path] = (),
    was: Live | None = None,
) -> Applied:
    """The row of an object that is managed, from what was proven about it.

    `was` is the object before the write: a path that still shows what it was then has
    not arrived, whatever the answer said, and keeps its old row value too.
    `sent` are the paths just written; `live` was read afterwards. A held path keeps
    its old row value. A blind path that was never sent stays unknown. Of an adopted
    object, events and blind values to clear count as done: neither is ever sent to it.
    """
    kind = KINDS[desired.ref.kind]
    old = before if before and before.remote_id == live.remote_id else None
    old_sent = old.sent if old else NOTHING
    old_returned = old.returned if old else NOTHING
    values: dict[Path, Value] = {}
    returned: dict[Path, Value] = {}
    for path, value in desired.values.items():
        mark = seal(desired.ref.kind, path, value)
        top, now = kind.fields[path[0]], live.at(path)
        null_as = kind.field_of(path).null_as
        seen = null_as if isinstance(now, Missing) else now
        if top.event:
            if path in sent or old is None or path not in old_sent:
                values[path] = mark
            else:
                values[path] = old_sent[path]
        elif path in sent and not _unmoved(top, path, live, was):
            values[path] = mark
            differs = not isinstance(now, Unknown) and not same(top, value, seen)
            if differs and not _was_there(top, path, value, was):
                returned[path] = seal(desired.ref.kind, path, seen)
        elif _as_found(value, now, old) or (
            not isinstance(now, Unknown) and same(top, value, seen)
        ):
            values[path] = mark
        elif path in old_sent:
            values[path] = old_sent[path]
            if path in old_returned:
                returned[path] = old_returned[path]
    protected = old.protected if old else False
    return Applied(
        desired.ref,
        live.remote_id,
        values,
        returned,
        desired.parent,
        protected=protected if desired.protect is None else desired.protect,
        source=desired.source.location.file,
    )


def _was_there(top: Field, path: Path, value: Value, was: Live | None) -> bool:
    """Whether Traede showed a value before it was sent along: then another one now is
    no form of it, but somebody's."""
    return was is not None and path in was.values and same(top, value, was.values[path])


def _unmoved(top: Field, path: Path, live: Live, was: Live | None) -> bool:
    """Where Traede may only add (tags), what stays is its answer, not a lost write."""
    if was is None or path not in was.values or top.add_only:
        return False
    return bool(live.at(path) == was.values[path])


def _as_found(value: Value, now: Value | Unknown, old: Applied | None) -> bool:
    """Whether a blind value is one that would only clear what an adopted object has."""
    return isinstance(now, Unknown) and old is None and value in (None, [])


def row_unproven(entry: Applied, before: Applied | None) -> Applied:
    """The row of an object of which nobody can tell whether `entry` has arrived.

    Its events count as sent, so that they never are twice. All else stays as it was
    known before, and is planned again.
    """
    fields = KINDS[entry.ref.kind].fields
    events = {path: v for path, v in entry.sent.items() if fields[path[0]].event}
    known = before if before and before.remote_id == entry.remote_id else None
    base = known or replace(entry, sent=NOTHING, returned=NOTHING)
    return replace(base, sent={**base.sent, **events})


def row_retired(
    row: Applied | None, live: Live, *, with_product: bool = False
) -> Applied:
    """The row of an object that was archived because it could not be deleted.

    A variant that went `with_product` was not written itself.
    """
    base = row or Applied(live.ref, live.remote_id, parent=live.parent)
    sent = (
        dict(base.sent)
        if with_product
        else {**base.sent, **KINDS[live.ref.kind].retire()}
    )
    return replace(base, sent=sent, remote_id=live.remote_id, retired=True)


def released(desired: Desired, row: Applied | None) -> list[Path]:
    """Fields once applied and no longer written: let go, nothing is sent.

    What an archive wrote was never the catalog's, and the revival takes it back.
    """
    if row is None:
        return []
    written = {path[0] for path in desired.values}
    archived = KINDS[row.ref.kind].retire() if row.retired else {}
    return sorted(p for p in row.sent if p[0] not in written and p not in archived)
