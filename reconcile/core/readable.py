"""Which fields an account returns; a field must not change its mode silently.

A blind field that an account returns is compared live by itself. Where a field that
was readable no longer comes, the comparison falls back to what was last applied, and
that is said (SEMANTICS 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Snapshot
from reconcile.core.steps import Warned


def readable_fields(live: Snapshot) -> dict[KindName, list[str]]:
    """The fields that came with at least one object, of each kind that has any."""
    found: dict[KindName, set[str]] = {}
    for ref, one in live.objects.items():
        names = found.setdefault(ref.kind, set())
        names.update(path[0] for path in one.values)
        names.update(path[0] for path in one.closed)
    return {kind: sorted(names) for kind, names in sorted(found.items())}


def no_longer_readable(
    before: Mapping[str, Sequence[str]], live: Snapshot
) -> Iterator[Warned]:
    """A warning for each field that came at the last apply and does not now."""
    for kind, now in readable_fields(live).items():
        gone = set(before.get(kind, ())) - set(now)
        for name in sorted(gone & KINDS[kind].fields.keys()):
            yield Warned(
                "no-longer-readable",
                "",
                f"{kind} {name}: Traede returned it at the last apply and does not "
                "now; compared with what was last applied",
            )
