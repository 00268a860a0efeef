"""The plan as a value: what would change, why, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS, RANK
from reconcile.core.model import (
    NOTHING,
    UNKNOWN,
    KindName,
    Missing,
    Path,
    Ref,
    Tenant,
    Unknown,
    Value,
)
from reconcile.core.problems import Location

Action = Literal["rename", "create", "update", "revive", "archive", "delete"]
Basis = Literal["live", "applied", "unknown"]
Cause = Literal["catalog", "drift", "both"]

COUNTED: Final = (
    "create",
    "update",
    "rename",
    "delete",
    "archive",
    "revive",
    "forget",
    "unchanged",
    "unmanaged",
    "held",
    "refused",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one object, before and after."""

    path: Path
    before: Value | Missing | Unknown
    after: Value | Missing
    basis: Basis = "live"
    cause: Cause = "catalog"
    held: bool = False
    applied: Value | Unknown = UNKNOWN
    """What was last applied, where catalog and Traede both moved away from it; what is
    personal is sealed."""
    added: bool | None = None
    """Whether edits since the plan's `base` ask for it; None: as its step says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One planned action on one key."""

    action: Action
    ref: Ref
    changes: tuple[Change, ...] = ()
    parent: Ref | None = None
    remote_id: int | None = None
    source: Location | None = None
    requires: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cascade: tuple[Ref, ...] = ()
    """What goes with a deleted product: its variants."""
    name: str = ""
    """What people call it; never a customer's name."""
    added: bool | None = None
    """Whether edits since the plan's `base` ask for it; None: nobody compared."""
    beside: Mapping[Path, Value] = field(default_factory=lambda: NOTHING)
    """What stays as it is and helps to judge what changes: retail beside wholesale."""

    @property
    def id(self) -> str:
        return f"{self.action}:{self.ref}"

    @property
    def held(self) -> bool:
        """Whether nothing of this step is written unless somebody says so."""
        return bool(self.changes) and all(change.held for change in self.changes)

    @property
    def written(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if not change.held)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that Traede would not take, or that would harm; others go on."""

    id: str
    reason: str
    hint: str = ""
    source: Location | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A guard that stops the whole plan."""

    guard: str
    message: str
    ids: tuple[str, ...] = ()
    approve: str | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """What a guard or rule would have stopped, and an approval lets through."""

    guard: str
    message: str
    ids: tuple[str, ...]
    approve: str
    by: str = ""
    reason: str = ""
    source: Location | None = None
    """The line in the catalog; None: `--approve`, by hand."""


@dataclass(frozen=True, slots=True)
class Warned:
    """What a reviewer should look at; `id` is a `kind:key` or empty."""

    rule: str
    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Product:
    """What people call a product, and what tells its variants apart."""

    name: str = ""
    variants: Mapping[Ref, Mapping[str, str]] = field(default_factory=lambda: NOTHING)
    """Each with its attributes, as far as they are known, in the catalog's order."""


@dataclass(frozen=True, slots=True)
class Base:
    """The catalog that this one was compared with."""

    ref: str
    """As a person named it, such as `main`."""
    commit: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that apply needs and a reviewer wants; the same for same input."""

    tenant: Tenant
    as_of: str
    catalog_digest: str
    steps: tuple[Step, ...] = ()
    refused: tuple[Refusal, ...] = ()
    blocked: tuple[Block, ...] = ()
    warnings: tuple[Warned, ...] = ()
    summary: Mapping[KindName, Mapping[str, int]] = field(
        default_factory=lambda: NOTHING
    )
    commit: str | None = None
    first_run: bool = False
    approved: tuple[Approved, ...] = ()
    base: Base | None = None
    complete: bool = True
    """Whether Traede was read; else two catalogs were compared, and nothing of it can
    be applied."""
    products: Mapping[Ref, Product] = field(default_factory=lambda: NOTHING)
    """Those that steps, refusals, blocks and warnings are about."""

    @property
    def part(self) -> bool:
        """Whether it was made with `--only`."""
        return any(one.rule == "only" for one in self.warnings)

    @property
    def to_do(self) -> tuple[Step, ...]:
        """The steps that an apply would write."""
        return tuple(step for step in self.steps if not step.held)

    @property
    def waiting(self) -> tuple[Step, ...]:
        """The steps to do of which something was to do already without the edits since
        `base`."""
        return tuple(
            step
            for step in self.to_do
            if step.added is False or any(c.added is False for c in step.written)
        )

    @property
    def held(self) -> tuple[Step, ...]:
        """The steps with at least one change left alone."""
        return tuple(s for s in self.steps if any(c.held for c in s.changes))

    @property
    def conflicts(self) -> tuple[Step, ...]:
        """The steps with a held change that catalog and Traede both made."""
        return tuple(
            step
            for step in self.steps
            if any(c.held and c.cause == "both" for c in step.changes)
        )


def phase(step: Step) -> tuple[int, int]:
    """Where a step stands in the order of DESIGN section 7.

    renames → customers → categories → collections → products with variants →
    variant deletes → product and customer deletes → category deletes
    """
    kind, depth = step.ref.kind, step.ref.key.count(SEPARATOR)
    if step.action == "rename":
        return 0, RANK[kind] * 10 + depth
    if step.action == "delete":
        after = {"variant": 5, "product": 6, "customer": 6, "category": 7}
        return after[kind], -depth
    return {"customer": 1, "category": 2, "collection": 3}.get(kind, 4), depth


def unit(step: Step) -> Ref:
    """What travels in one item of one call: a product with its variants."""
    return step.parent if step.ref.kind == "variant" and step.parent else step.ref


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    """Sorted by phase, except that nothing comes before what it requires."""
    waiting = sorted(
        steps, key=lambda s: (phase(s), unit(s), s.ref.kind == "variant", s.ref)
    )
    by_id = {step.id: step for step in waiting}
    ordered: dict[str, Step] = {}

    def place(step: Step) -> None:
        if step.id not in ordered:
            for needed in step.requires:
                if needed in by_id and needed not in ordered:
                    place(by_id[needed])
            ordered[step.id] = step

    for step in waiting:
        place(step)
    return tuple(ordered.values())


def keys_of(ids: Iterable[str]) -> tuple[str, ...]:
    """Each `kind:key` of ids that may be step ids, `action:kind:key`."""
    split = ((one, *one.partition(":")) for one in ids)
    return tuple(
        rest if rest and first not in KINDS else one for one, first, _, rest in split
    )


def empty_summary() -> dict[KindName, dict[str, int]]:
    return {name: dict.fromkeys(COUNTED, 0) for name in KINDS}
