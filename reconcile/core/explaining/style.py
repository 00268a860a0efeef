"""The variants of one product: what all have in common once, what differs by key.

Prices are told whole. Of the other fields those that all variants have alike, and those
that a plan would write; the rest is only named, as each variant has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.explaining import DIFFERS, Explained, Verdict
from reconcile.core.explaining.standing import standing
from reconcile.core.model import Applied, Ref, Snapshot
from reconcile.core.problems import Location

MOST: Final = 6
"""Of a field with more values than that only the number is told."""


@dataclass(frozen=True, slots=True)
class Group:
    """Variants that have one value of one field, and the same to be done about it."""

    one: Explained
    places: tuple[Location, ...]
    variants: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class FieldOfStyle:
    """One field of all the variants that write it."""

    groups: tuple[Group, ...]
    """The largest first."""
    shared: bool
    """Whether every variant has it, all alike."""


@dataclass(frozen=True, slots=True)
class Style:
    """The variants of one product, as told below it."""

    variants: tuple[Ref, ...]
    verdicts: Mapping[Verdict, int]
    """How many variants have a value of this verdict."""
    told: tuple[FieldOfStyle, ...]
    own: tuple[tuple[str, ...], ...]
    """Paths of which each variant, or some, has its own value."""
    going: tuple[Ref, ...] = ()
    """No longer in the catalog, and ours: a plan deletes them."""
    unmanaged: tuple[Ref, ...] = ()
    """In Traede only."""


def style_of(
    variants: Mapping[Ref, Sequence[Explained]],
    going: Iterable[Ref] = (),
    unmanaged: Iterable[Ref] = (),
) -> Style:
    """`variants` in the order in which the catalog writes them."""
    paths = dict.fromkeys(one.path for values in variants.values() for one in values)
    fields = {path: _field(path, variants) for path in paths}
    told = {path: field for path, field in fields.items() if _is_told(path, field)}
    verdicts: dict[Verdict, int] = {}
    for values in variants.values():
        for verdict in {one.verdict for one in values}:
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
    return Style(
        tuple(variants),
        verdicts,
        tuple(told.values()),
        tuple(path for path in paths if path not in told),
        tuple(sorted(going)),
        tuple(sorted(unmanaged)),
    )


def not_written(
    products: Iterable[Ref],
    written: Iterable[Ref],
    ledger: Mapping[Ref, Applied],
    seen: Snapshot | None,
) -> tuple[list[Ref], list[Ref]]:
    """Variants that Traede has of these products beside the written ones: those that
    a plan deletes, and those that are left alone. Nothing where nobody looked."""
    parents, known = {*products}, {*written}
    going: list[Ref] = []
    unmanaged: list[Ref] = []
    for live in seen.objects.values() if seen else ():
        if live.parent in parents and live.ref not in known:
            what = standing(live.ref, None, ledger.get(live.ref), seen).what
            if what != "retired":
                (going if what == "delete" else unmanaged).append(live.ref)
    return going, unmanaged


def _is_told(path: tuple[str, ...], field: FieldOfStyle) -> bool:
    if path[0] in ("prices", "cost_prices") or field.shared:
        return True
    return any(group.one.verdict in DIFFERS for group in field.groups)


def _field(
    path: tuple[str, ...], variants: Mapping[Ref, Sequence[Explained]]
) -> FieldOfStyle:
    groups: list[tuple[Explained, dict[Location, None], list[Ref]]] = []
    for ref, values in variants.items():
        for one in values:
            if one.path != path:
                continue
            same = next((group for group in groups if _alike(group[0], one)), None)
            if same is None:
                groups.append(same := (one, {}, []))
            same[1][one.where] = None
            same[2].append(ref)
    groups.sort(key=lambda group: -len(group[2]))
    found = tuple(Group(one, tuple(w), tuple(refs)) for one, w, refs in groups)
    alone = len(found) == 1 and len(found[0].variants) == len(variants)
    return FieldOfStyle(found, alone)


def _alike(one: Explained, other: Explained) -> bool:
    return (one.value, one.layer, one.verdict, one.now, one.applied) == (
        other.value,
        other.layer,
        other.verdict,
        other.now,
        other.applied,
    )
