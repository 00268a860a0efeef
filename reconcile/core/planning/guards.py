"""Guards: findings about the whole plan that stop it.

The plan is still printed whole. A guard says how many, of how many, and the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from reconcile.core.approvals import DELETES, approval_id, deletes_id
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ledger, Ref, Tenant
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
        *_live_shrunk(planned, catalog, config),
        *_delete_limit(planned, whole, config, tombstones),
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


def _live_shrunk(planned: Planned, catalog: Catalog, config: Config) -> Iterator[Block]:
    """Many managed keys gone at once is a wrong read or a wrong account.

    What the catalog no longer wants is only forgotten, and a variant that is gone with
    its product is one loss with it: neither counts.
    """
    counted = (
        ref
        for ref in _managed(planned.ledger)
        if _is_wanted(ref, catalog) and _may_be_missed(ref, planned)
    )
    for kind, keys in _by_kind(counted).items():
        gone = [ref for ref in keys if ref not in planned.objects]
        limit = config.deletes.max_percent if len(keys) >= FEW_KEYS else 99
        if len(gone) >= 3 and len(gone) * 100 > limit * len(keys):
            ids = tuple(map(str, gone))
            named = ", ".join(ref.key for ref in gone[:3])
            more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
            yield Block(
                "live-shrunk",
                f"{len(gone)} of {len(keys)} managed {KINDS[kind].plural} are gone "
                f"from Traede: {named}{more}. Is this the right account, and was it "
                "read completely? Deleted on purpose? Take their entries out. Are they "
                "to be created again? Approve it, then apply with --write-drift",
                ids,
                approval_id("live-shrunk", planned.plan.tenant, ([i] for i in ids)),
            )


def _is_wanted(ref: Ref, catalog: Catalog) -> bool:
    desired = catalog.objects.get(ref)
    return desired is not None and not desired.delete


def _may_be_missed(ref: Ref, planned: Planned) -> bool:
    """Whether it could be in Traede: a variant goes with its product."""
    parent = planned.ledger[ref].parent
    return ref.kind != "variant" or parent is None or parent in planned.objects


def _delete_limit(
    planned: Planned, whole: Ledger, config: Config, tombstones: Set[Ref]
) -> Iterator[Block]:
    plan = planned.plan
    managed = _by_kind(_managed(whole))
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
        along = _unmanaged(steps, planned.ledger)
        more = f", with {len(along)} unmanaged variant" if along else ""
        more += "s" if len(along) > 1 else ""
        yield Block(
            DELETES,
            f"{len(steps)} {nouns} would be deleted or go off sale{more}, more than "
            f"the limit of {limit}. Meant? Approve them: the line lets these through, "
            "or a part of them, and nothing else. Or raise `deletes:` in "
            "reconcile.yaml in the same change",
            (*(step.id for step in steps), *(f"delete:{ref}" for ref in along)),
            deletes_id(plan.tenant, map(str, (*(step.ref for step in steps), *along))),
        )


def _unmanaged(steps: Iterable[Step], ledger: Ledger) -> list[Ref]:
    """What goes with these and no ledger knows: more of it may come after it was
    approved, while the rest is bound to its product."""
    return sorted(ref for s in steps for ref in s.cascade if ref not in ledger)


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
