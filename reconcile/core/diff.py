"""The three-way comparison of one object: catalog, live, ledger.

Per path that the catalog writes:

    readable   desired against live; the ledger tells who moved (the cause)
    blind      desired against what was last applied; unknown the first time

Both sides are canonical already, so comparing is `==`, with two exceptions that are
Traede's: implied parent categories, and the form that it returned for a value that
it accepted (remembered as `returned`).
"""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.core.canonical import implied
from reconcile.core.kinds import KINDS, Field
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
    return tuple(_changes(desired, live, applied, seal))


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
        last = applied.sent.get(path, UNKNOWN) if applied else UNKNOWN
        if top.event:
            yield from _event(top, path, value, last, applied)
            continue
        now = live.at(path)
        mark = seal(desired.ref.kind, path, value)
        if isinstance(now, Unknown):
            yield from _blind(path, value, mark, last, applied)
            continue
        spec = kind.field_of(path)
        seen = spec.null_as if isinstance(now, Missing) else now
        returned = applied.returned.get(path, last) if applied else UNKNOWN
        seen_mark = seal(desired.ref.kind, path, seen)
        if value == seen or (not value and not seen and value in (None, [])):
            continue
        if last == mark and returned == seen_mark:
            continue  # accepted, and returned in another form, as before
        if implied(spec, value, seen) and last in (UNKNOWN, mark):
            continue
        cause = _cause(mark, last, seen_mark, returned)
        yield Change(path, now, value, "live", cause)


def _cause(
    mark: Value,
    last: Value | Unknown,
    seen: Value,
    returned: Value | Unknown,
) -> Cause:
    if isinstance(last, Unknown):
        return "catalog"
    if seen == returned:
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
