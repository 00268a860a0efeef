"""Guards: findings about the whole plan that stop it.

The plan is still printed whole. A guard says how many, of how many, and the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from reconcile.core.approvals import DELETES, approval_id, deletes_id
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ledger, Live, Ref, Tenant
from reconcile.core.planning.draft import Planned
from reconcile.core.steps import Block, Plan, Step

FEW_KEYS = 10
"""Below this many managed keys a percentage says nothing."""


def guard(
    planned: Planned,
    catalog: Catalog,
    config: Config,
    tombstones: Set[Ref],
    brand_id: int | None,
    whole: Ledger,
) -> tuple[Block, ...]:
    """All guards that this plan runs into; `brand_id` is the one that was read.

    A plan of a part may delete no larger part of `whole` than a plan of everything.
    """
    plan, ledger = planned.plan, planned.ledger
    return (
        *_tenant(brand_id, config),
        *_empty_catalog(plan.tenant, catalog, ledger),
        *_live_shrunk(plan.tenant, planned.objects, ledger, config),
        *_delete_limit(plan, whole, config, tombstones),
        *protected(plan, ledger),
    )


def _tenant(found: int | None, config: Config) -> Iterator[Block]:
    wanted = config.traede.brand_id
    if wanted is not None and found is not None and wanted != found:
        yield Block(
            "tenant",
            f"this token reads brand {found}, but reconcile.yaml says "
            f"`brand_id: {wanted}`. Use the token of brand {wanted}, or another --env",
        )


def _empty_catalog(tenant: Tenant, catalog: Catalog, ledger: Ledger) -> Iterator[Block]:
    managed = _managed(ledger)
    if managed and not catalog.objects:
        yield Block(
            "empty-catalog",
            f"the catalog names nothing at all, and {len(managed)} objects are "
            "managed. Is `catalog:` in reconcile.yaml the right folder?",
            approve=approval_id("empty-catalog", tenant, ([str(r)] for r in managed)),
        )


def _live_shrunk(
    tenant: Tenant, objects: Mapping[Ref, Live], ledger: Ledger, config: Config
) -> Iterator[Block]:
    """Many managed keys gone at once is a wrong read or a wrong account."""
    for kind, keys in _by_kind(_managed(ledger)).items():
        gone = [str(ref) for ref in keys if ref not in objects]
        limit = config.deletes.max_percent if len(keys) >= FEW_KEYS else 99
        if len(gone) >= 3 and len(gone) * 100 > limit * len(keys):
            yield Block(
                "live-shrunk",
                f"{len(gone)} of {len(keys)} managed {KINDS[kind].plural} are gone "
                "from Traede. Is this the right account, and was it read completely?",
                tuple(gone),
                approval_id("live-shrunk", tenant, ([ref] for ref in gone)),
            )


def _delete_limit(
    plan: Plan, ledger: Ledger, config: Config, tombstones: Set[Ref]
) -> Iterator[Block]:
    managed = _by_kind(_managed(ledger))
    limits = config.deletes
    for kind, steps in leaving(plan).items():
        absent = [step for step in steps if step.ref not in tombstones]
        keys = len(managed.get(kind, ()))
        percent = keys >= FEW_KEYS and len(steps) * 100 > limits.max_percent * keys
        if len(absent) <= limits.max and not percent:
            continue
        nouns = KINDS[kind].plural if len(steps) != 1 else kind
        limit = (
            f"{limits.max_percent} % of {keys}"
            if percent
            else f"{limits.max} ({KINDS[kind].plural})"
        )
        yield Block(
            DELETES,
            f"{len(steps)} {nouns} would be deleted or go off sale, more than the "
            f"limit of {limit}. Meant? Approve them: the line lets these through, or a "
            "part of them, and nothing else. Or raise `deletes:` in reconcile.yaml in "
            "the same change",
            tuple(step.id for step in steps),
            deletes_id(plan.tenant, (str(step.ref) for step in steps)),
        )


def leaving(plan: Plan) -> dict[KindName, list[Step]]:
    """Steps that take something out of the shop, by kind; what goes with a product is
    no step of its own."""
    found: dict[KindName, list[Step]] = {}
    for step in plan.steps:
        if step.action in ("delete", "archive") or _goes_off_sale(step):
            found.setdefault(step.ref.kind, []).append(step)
    return found


def _goes_off_sale(step: Step) -> bool:
    if step.action in ("create", "revive"):  # was not on sale
        return False
    off = KINDS[step.ref.kind].retire()
    return any(
        change.path in off and change.after == off[change.path]
        for change in step.written
    )


def protected(plan: Plan, ledger: Ledger) -> Iterator[Block]:
    """What would go and is protected, be it only along with its product."""
    hit: list[str] = []
    for step in plan.steps:
        if step.action not in ("delete", "archive"):
            continue
        for ref in (step.ref, *step.cascade):
            row = ledger.get(ref)
            if row is not None and row.protected:
                hit.append(str(ref))
    if hit:
        yield Block(
            "protected",
            f"{', '.join(sorted(hit))}: protected, may never be deleted. Put the entry "
            "back; or write it with `protect: false`, apply, and delete it then",
            tuple(sorted(hit)),
        )


def _managed(ledger: Ledger) -> list[Ref]:
    return sorted(
        ref for ref, row in ledger.items() if not row.retired and not row.spent
    )


def _by_kind(refs: Iterable[Ref]) -> dict[KindName, list[Ref]]:
    kinds: dict[KindName, list[Ref]] = {}
    for ref in refs:
        kinds.setdefault(ref.kind, []).append(ref)
    return kinds
