"""The three-way comparison of one object: catalog, live, ledger.

Per path that the catalog writes:

    readable   desired against live; the ledger tells who moved (the cause)
    blind      desired against what was last applied; unknown the first time

Both sides are canonical already, so comparing is `==`, with two exceptions that are
Traede's: implied parent categories, and the form that it returned for a value that
it accepted (remembered as `returned`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconcile.core.canonical import NotCanonical, canonical, implied, same
from reconcile.core.kinds import KINDS, Clear, Field, Shape
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Missing,
    Path,
    Unknown,
    Value,
)
from reconcile.core.personal import Seal
from reconcile.core.steps import Basis, Cause, Change


def compare(
    desired: Desired, live: Live, applied: Applied | None, seal: Seal
) -> tuple[Change, ...]:
    """What would have to change in Traede; `applied` is of the same numeric id.

    Fields named in `only_on_create` are not compared.
    """
    dropped = (
        Change((name, key), UNKNOWN, MISSING, "unknown")
        for name, key in dropped_entries(desired, live, applied, seal)
    )
    return (*_changes(desired, live, applied, seal), *dropped)


def dropped_entries(
    desired: Desired, live: Live, applied: Applied | None, seal: Seal
) -> list[tuple[str, str]]:
    """Addresses that we applied and the catalog no longer writes.

    Taking one away means replacing all of them (C-11): only where every address in
    Traede is one that we applied. Else none is dropped.
    """
    return [
        (spec.name, key)
        for spec, key in _no_longer_written(desired, applied)
        if applied is not None and _all_ours(spec, live, applied, seal)
    ]


def staying_entries(
    desired: Desired, live: Live, applied: Applied | None, seal: Seal
) -> list[tuple[str, str]]:
    """The others: no longer written, and left because not all there are ours."""
    dropped = dropped_entries(desired, live, applied, seal)
    gone = [(spec.name, key) for spec, key in _no_longer_written(desired, applied)]
    return [entry for entry in gone if entry not in dropped]


def _no_longer_written(
    desired: Desired, applied: Applied | None
) -> Iterator[tuple[Field, str]]:
    if applied is None:
        return
    for spec in KINDS[desired.ref.kind].fields.values():
        if spec.shape is not Shape.KEYED or spec.clear is not Clear.EMPTY:
            continue
        written = {path for path in desired.values if path[0] == spec.name}
        ours = {p[1] for p in applied.sent if p[0] == spec.name and len(p) == 3}
        gone = ours - {path[1] for path in written if len(path) > 1}
        yield from ((spec, key) for key in sorted(gone) if written)


_SEEN_MEMBERS = ("address", "zip", "city", "country")
"""What GET shows of an address in the same words as sync takes it (C-6)."""


def _all_ours(spec: Field, live: Live, applied: Applied, seal: Seal) -> bool:
    rows = live.raw.get(spec.on_wire)
    if not isinstance(rows, list):
        return False
    keys = {path[1] for path in applied.sent if path[0] == spec.name and len(path) == 3}
    members = {m.name: m for m in spec.members if m.name in _SEEN_MEMBERS}

    def ours(row: Mapping[str, Any], key: str) -> bool:
        for name, member in members.items():
            path = (spec.name, key, name)
            try:
                now = canonical(member, row.get(name))
            except NotCanonical:
                return False
            if seal(live.ref.kind, path, now) != applied.sent.get(path):
                return False
        return True

    return all(any(ours(row, key) for key in keys) for row in rows)


def creation(desired: Desired, cause: Cause) -> tuple[Change, ...]:
    """Every written value as a change from nothing.

    What is made again because somebody deleted it (cause drift) gets no opening
    stock: it had that once.
    """
    fields = KINDS[desired.ref.kind].fields
    return tuple(
        Change(path, MISSING, value, "live", cause)
        for path, value in sorted(desired.values.items())
        if value is not None
        and not (cause == "drift" and fields[path[0]].name == "inventory")
    )


def _changes(
    desired: Desired, live: Live, applied: Applied | None, seal: Seal
) -> Iterator[Change]:
    kind = KINDS[desired.ref.kind]
    for path, value in sorted(desired.values.items()):
        top = kind.fields[path[0]]
        if top.name in desired.only_on_create:
            continue
        if top.shape is Shape.KEYED and len(path) == 1:
            continue  # an empty list: `dropped_entries` says what goes
        last = applied.sent.get(path, UNKNOWN) if applied else UNKNOWN
        if top.event:
            yield from _event(top, path, value, last, applied)
            continue
        now = live.at(path)
        if now == value:
            continue
        mark = seal(desired.ref.kind, path, value)
        if isinstance(now, Unknown):
            yield from _blind(path, value, mark, last, applied)
            continue
        spec = kind.field_of(path)
        seen = spec.null_as if isinstance(now, Missing) else now
        returned = applied.returned.get(path, last) if applied else UNKNOWN
        seen_mark = seal(desired.ref.kind, path, seen)
        if same(top, value, seen):
            # An implied parent that was written before and is not any more goes.
            if not implied(top, value, seen) or last in (UNKNOWN, mark):
                continue
        elif last == mark and returned == seen_mark:
            continue  # accepted, and returned in another form, as before
        # Not only literally: Traede may add its defaults to what was applied.
        unmoved = returned == seen_mark or same(top, returned, seen)
        cause = _cause(mark, last, unmoved=unmoved)
        known = last if cause == "both" else UNKNOWN
        yield Change(path, now, value, "live", cause, applied=known)


def _cause(mark: Value, last: Value | Unknown, *, unmoved: bool) -> Cause:
    if isinstance(last, Unknown) or unmoved:
        return "catalog"
    return "drift" if mark == last else "both"


def _blind(
    path: Path,
    value: Value,
    mark: Value,
    last: Value | Unknown,
    applied: Applied | None,
) -> Iterator[Change]:
    if last == mark:
        return
    if isinstance(last, Unknown):
        # Nothing blind is cleared in an object that we have not managed yet.
        if applied is not None or value not in (None, []):
            yield Change(path, UNKNOWN, value, "unknown")
        return
    yield Change(path, last, value, "applied")


def _event(
    spec: Field,
    path: Path,
    value: Value,
    last: Value | Unknown,
    applied: Applied | None,
) -> Iterator[Change]:
    """An event is sent for what is new since the last apply, to managed objects."""
    if applied is None or spec.name == "inventory":
        return
    before = [] if isinstance(last, Unknown) else last
    known = {entry["url"] for entry in before}
    new = [entry for entry in value if entry["url"] not in known]
    if new:
        basis: Basis = "unknown" if isinstance(last, Unknown) else "applied"
        yield Change(path, last, new, basis)
