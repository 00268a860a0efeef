"""Catalog, live and ledger become a plan.

One pass per question, each adding to or taking from a draft: renames (as data),
creates and updates, deletes, what Traede would not take, what depends on that, and
last the rules and guards, which look at the whole.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from reconcile.core.approvals import Approvals
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.model import Ledger, Live, Ref, Snapshot
from reconcile.core.personal import Seal
from reconcile.core.planning.approving import approve
from reconcile.core.planning.cautions import (
    note_protection,
    say_new_numbers_once,
    warn_leading_zeros,
    warn_unprotected_members,
)
from reconcile.core.planning.draft import Draft, Options, Planned
from reconcile.core.planning.guards import guard
from reconcile.core.planning.lookalikes import point_out_renames
from reconcile.core.planning.naming import as_it_stays, products_of
from reconcile.core.planning.objects import plan_object
from reconcile.core.planning.obstacles import (
    order_combinations,
    refuse_category_moves,
    refuse_empty_products,
    refuse_other_spellings,
    resolve_references,
    stop_dependents,
)
from reconcile.core.planning.removals import (
    keep_categories,
    keep_last_variants,
    leave_deletes_out,
    plan_deletes,
)
from reconcile.core.planning.summary import summarise
from reconcile.core.renames import Renamed, apply_renames
from reconcile.core.rules import judge_plan
from reconcile.core.scope import Part, part_of
from reconcile.core.steps import Plan, Warned, in_order

__all__ = ["Options", "Planned", "catalog_digest", "make_plan"]

_PASSES: Final = (
    plan_deletes,
    refuse_other_spellings,
    refuse_category_moves,
    keep_last_variants,
    order_combinations,
    keep_categories,
    refuse_empty_products,
    resolve_references,
    point_out_renames,
    leave_deletes_out,
    stop_dependents,
    say_new_numbers_once,
    note_protection,
    warn_unprotected_members,
    warn_leading_zeros,
)


def make_plan(
    catalog: Catalog,
    live: Snapshot,
    ledger: Ledger,
    config: Config,
    seal: Seal,
    options: Options,
) -> Planned:
    """The plan for a catalog without problems and a live state proven complete."""
    part = part_of(catalog, ledger, options.only)
    wanted = part.catalog.objects
    ours = _without_renamed_away(part, catalog)
    renamed = apply_renames(part.catalog, live, ours)
    offered = {d.parent for d in wanted.values() if d.parent and not d.delete}
    variants = _variants(renamed)
    draft = Draft(
        part.catalog,
        live,
        renamed,
        config,
        seal,
        options,
        variants,
        offered,
        catalog.objects,
    )
    draft.refused.update(renamed.refused)
    by_id = {(o.ref.kind, o.remote_id): o.ref for o in renamed.objects.values()}
    for desired in sorted(wanted.values(), key=lambda d: d.ref):
        plan_object(draft, desired, by_id)
    for question in _PASSES:
        question(draft)
    steps = as_it_stays(in_order([*renamed.steps, *draft.steps.values()]))
    judged = judge_plan(
        steps,
        catalog.objects,
        renamed.objects,
        renamed.ledger,
        config,
        options.tenant,
    )
    warnings = [
        *renamed.warnings,
        *draft.warnings,
        *_live_warnings(live),
        *judged.warnings,
    ]
    warnings += _only_warnings(options)
    plan = Plan(
        options.tenant,
        options.as_of,
        catalog_digest(catalog, config),
        steps,
        tuple(sorted(draft.refused.values(), key=lambda r: r.id)),
        (),
        tuple(sorted(warnings, key=lambda w: (w.rule, w.id, w.message))),
        summarise(draft, steps),
        options.commit,
        first_run=not ledger,
    )
    planned = Planned(
        plan,
        renamed.objects,
        renamed.ledger,
        tuple(step.id for step in renamed.steps),
        bool(options.only),
    )
    blocked = guard(planned, catalog, config, draft.tombstones, live.brand_id, ledger)
    plan = approve(
        replace(plan, blocked=(*blocked, *judged.blocks)),
        Approvals(catalog.approvals, options.approve),
        whole=not (options.only or options.no_delete),
    )
    products = products_of(plan, wanted, renamed.objects)
    return replace(planned, plan=replace(plan, products=products))


def catalog_digest(catalog: Catalog, config: Config) -> str:
    """A hash of what the catalog wants and how it would be written."""
    how = [
        config.base_currency,
        config.price_decimals,
        config.drift,
        config.deletes.when_refused,
        config.traede.payment_term_field,
    ]
    digest = hashlib.sha256(_json_bytes(how))
    # One object after the other: all in one text would be as large as the catalog.
    for ref, desired in sorted(catalog.objects.items()):
        wanted = [
            *ref,
            desired.parent,
            sorted(([*path], value) for path, value in desired.values.items()),
            desired.renamed_from,
            desired.delete,
            desired.protect,
            sorted(desired.only_on_create),
        ]
        digest.update(_json_bytes(wanted))
    return f"sha256:{digest.hexdigest()}"


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _without_renamed_away(part: Part, catalog: Catalog) -> Ledger:
    """The rows of a part; what has a new key outside of it is not gone."""
    away = {
        Ref(desired.ref.kind, desired.renamed_from)
        for ref, desired in catalog.objects.items()
        if desired.renamed_from is not None and ref not in part.catalog.objects
    }
    return {
        ref: row
        for ref, row in part.ledger.items()
        if ref not in away and row.parent not in away
    }


def _variants(renamed: Renamed) -> dict[Ref, list[Live]]:
    variants: dict[Ref, list[Live]] = defaultdict(list)
    for live in renamed.objects.values():
        if live.ref.kind == "variant" and live.parent is not None:
            variants[live.parent].append(live)
    return variants


def _only_warnings(options: Options) -> Iterator[Warned]:
    if options.only:
        patterns = ", ".join(map(str, options.only))
        message = f"this plan is about {patterns} alone; nothing else was compared"
        yield Warned("only", "", message)


def _live_warnings(live: Snapshot) -> Iterator[Warned]:
    for message in live.warnings:
        yield Warned("live", "", message)
