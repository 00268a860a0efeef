"""The plan while it is being made."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.model import (
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Path,
    Ref,
    Snapshot,
    Tenant,
    Value,
)
from reconcile.core.personal import Seal
from reconcile.core.planning.naming import name_of
from reconcile.core.problems import Location
from reconcile.core.renames import Renamed
from reconcile.core.scope import Only
from reconcile.core.steps import Action, Change, Plan, Refusal, Step, Warned


@dataclass(frozen=True, slots=True)
class Options:
    """For whom and on which day, and what the person asked of this plan."""

    tenant: Tenant
    as_of: str
    commit: str | None = None
    no_delete: bool = False
    write_drift: bool = False
    only: tuple[Only, ...] = ()
    approve: tuple[str, ...] = ()
    """Ids of approvals given by hand."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made from, renames done: apply needs both."""

    plan: Plan
    objects: Mapping[Ref, Live]
    ledger: Mapping[Ref, Applied]
    renames: tuple[str, ...] = ()
    """Ids of all the renames that are done here as data, also where the plan that is
    applied has fewer: until they are, the keys here are not those of Traede."""
    part: bool = False
    """Made with `--only`: whatever is not in it is unknown."""


def _entry(desired: Desired) -> Location:
    return desired.source.location


def written_at(desired: Desired, changes: tuple[Change, ...]) -> Location:
    """Where the first value that is written stands, be it in what variants share."""
    first = next((change.path for change in changes if not change.held), ())
    for end in range(len(first), 0, -1):
        if placed := desired.sources.get(first[:end]):
            return placed.location
    return _entry(desired)


_TOGETHER: Final = {
    "sales_price": "rec_sales_price",
    "rec_sales_price": "sales_price",
}
"""What of a price a reviewer judges the other by."""


def _beside(
    desired: Desired, live: Live, changes: tuple[Change, ...]
) -> dict[Path, Value]:
    """Wholesale where only retail moves, and the other way round, as they stay."""
    moved = {change.path for change in changes if not change.held}
    others = {
        (*path[:2], _TOGETHER[path[2]])
        for path in moved
        if path[0] == "prices" and path[2] in _TOGETHER
    }
    stay = {path: live.at(path) for path in sorted(others - moved)}
    return {
        path: value
        for path, now in stay.items()
        # Not what the catalog says where Traede shows it: that may be held.
        if isinstance(value := desired.values.get(path) if now is UNKNOWN else now, str)
    }


@dataclass(slots=True)
class Draft:
    """What each pass reads, and the steps that it adds to or takes from."""

    catalog: Catalog
    live: Snapshot
    renamed: Renamed
    config: Config
    seal: Seal
    options: Options
    variants: Mapping[Ref, list[Live]]
    """The live variants of each product, managed or not."""
    with_variants: Set[Ref]
    """The products for which the catalog writes at least one variant."""
    whole: Mapping[Ref, Desired]
    """All that the catalog writes, also outside of a part: none of it is gone."""
    steps: dict[Ref, Step] = field(default_factory=dict)
    refused: dict[Ref, Refusal] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    tombstones: set[Ref] = field(default_factory=set)
    unchanged: set[Ref] = field(default_factory=set)
    forgotten: set[Ref] = field(default_factory=set)

    def refuse(self, step_id: str, ref: Ref, reason: str, hint: str) -> None:
        """Take a step out of the plan and say why; the rest goes on."""
        desired = self.catalog.objects.get(ref)
        source = desired.source.location if desired else None
        self.refused[ref] = Refusal(step_id, reason, hint, source)
        self.steps.pop(ref, None)

    def add(
        self,
        action: Action,
        desired: Desired,
        live: Live | None,
        changes: tuple[Change, ...],
        notes: tuple[str, ...] = (),
    ) -> None:
        self.steps[desired.ref] = Step(
            action,
            desired.ref,
            changes,
            desired.parent,
            live.remote_id if live else None,
            written_at(desired, changes) if action == "update" else _entry(desired),
            (),
            notes,
            (),
            self.name(desired.ref, desired.parent),
            beside=_beside(desired, live, changes) if live else {},
        )

    def name(self, ref: Ref, parent: Ref | None) -> str:
        return name_of(ref, parent, self.catalog.objects, self.renamed.objects)
