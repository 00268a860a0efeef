"""Two catalogs compared, where Traede cannot be asked.

The older one stands in for what is in Traede. That is a guess: nobody knows what was
applied, or changed there. So the basis of each change is unknown, nothing is refused,
and the plan that comes of it is not complete and cannot be applied. What needs no
Traede is judged all the same: rules, the limit of deletes, what is protected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.core.approvals import Approvals
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.diff import compare, creation
from reconcile.core.kinds import KINDS
from reconcile.core.ledger import released
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    KindName,
    Live,
    Ref,
    Snapshot,
)
from reconcile.core.personal import Seal
from reconcile.core.planning import Options, Planned, catalog_digest
from reconcile.core.planning.approving import approve
from reconcile.core.planning.draft import written_at
from reconcile.core.planning.guards import guard
from reconcile.core.planning.naming import name_of, products_of
from reconcile.core.renames import Renamed, apply_renames
from reconcile.core.rules import judge_plan
from reconcile.core.steps import (
    Action,
    Base,
    Change,
    Plan,
    Step,
    Warned,
    empty_summary,
    in_order,
)

_SEAL: Final = Seal("")
"""Both sides come from files; what leaves is sealed by who writes it."""


def compare_catalogs(
    before: Catalog, now: Catalog, base: Base, config: Config, options: Options
) -> Plan:
    """What the edits since `before` ask for, as a plan that nobody can apply."""
    renamed = apply_renames(now, _as_found(before), _rows(before))
    work = _Comparing(before, now, renamed, set(renamed.refused))
    steps = in_order([*renamed.steps, *_steps(work)])
    judged = judge_plan(steps, now.objects, renamed.objects, {}, config, options.tenant)
    warnings = (*judged.warnings, *_remarks(work))
    plan = Plan(
        options.tenant,
        options.as_of,
        catalog_digest(now, config),
        tuple(_unknown(step) for step in steps),
        warnings=tuple(sorted(warnings, key=lambda w: (w.rule, w.id, w.message))),
        summary=_summary(work, steps),
        commit=options.commit,
        base=base,
        complete=False,
    )
    planned = Planned(plan, renamed.objects, renamed.ledger)
    tombstones = {ref for ref, one in now.objects.items() if one.delete}
    blocked = guard(planned, now, config, tombstones, None, renamed.ledger)
    plan = replace(plan, blocked=(*blocked, *judged.blocks))
    plan = approve(plan, Approvals(now.approvals, options.approve), whole=False)
    products = products_of(plan, now.objects, renamed.objects)
    return replace(plan, products=products)


@dataclass(frozen=True, slots=True)
class _Comparing:
    before: Catalog
    now: Catalog
    renamed: Renamed
    unclear: set[Ref]
    """What only a plan that reads Traede can tell."""
    unchanged: set[Ref] = field(default_factory=set)

    def name(self, ref: Ref, parent: Ref | None) -> str:
        return name_of(ref, parent, self.now.objects, self.renamed.objects)


def _as_found(catalog: Catalog) -> Snapshot:
    """The older catalog in the place of Traede; numbers only tell objects apart."""
    gone = {ref for ref, one in catalog.objects.items() if one.delete}
    wanted = {
        ref: one
        for ref, one in catalog.objects.items()
        if ref not in gone and not (ref.kind == "variant" and one.parent in gone)
    }
    numbered = enumerate(sorted(wanted.items()), 1)
    return Snapshot(
        {
            ref: Live(ref, number, one.values, parent=one.parent)
            for number, (ref, one) in numbered
        }
    )


def _rows(catalog: Catalog) -> dict[Ref, Applied]:
    objects = _as_found(catalog).objects
    return {
        ref: Applied(
            ref,
            live.remote_id,
            _SEAL.all(ref.kind, live.values),
            parent=live.parent,
            protected=bool(catalog.objects[ref].protect),
            source=catalog.objects[ref].source.location.file,
        )
        for ref, live in objects.items()
    }


def _steps(work: _Comparing) -> Iterator[Step]:
    for ref, desired in sorted(work.now.objects.items()):
        if ref in work.renamed.blocked:
            continue
        found = work.renamed.objects.get(ref)
        product = work.now.objects.get(desired.parent) if desired.parent else None
        if ref.kind == "variant" and product is not None and product.delete:
            continue  # goes with it
        if desired.delete:
            older = work.before.objects.get(ref)
            if older is None or not older.delete:
                where = desired.source.location
                note = f"`delete: true` in {where.file}:{where.line}"
                yield _removal(work, ref, desired.parent, note, desired)
        elif found is None:
            changes = creation(desired, "catalog") or (
                Change((KINDS[ref.kind].key_field,), None, ref.key),
            )
            yield _step(work, "create", desired, changes)
        elif ref.kind == "variant" and found.parent != desired.parent:
            work.unclear.add(ref)
        elif changes := compare(desired, found, work.renamed.ledger[ref], _SEAL):
            yield _step(work, "update", desired, changes)
        else:
            work.unchanged.add(ref)
    yield from _gone(work)


def _gone(work: _Comparing) -> Iterator[Step]:
    objects, wanted = work.renamed.objects, work.now.objects
    gone = {r for r in objects if r not in wanted and r not in work.renamed.blocked}
    for ref in sorted(gone):
        parent = objects[ref].parent
        above = wanted.get(parent) if parent else None
        with_product = parent in gone or (above is not None and above.delete)
        if ref.kind == "variant" and with_product:
            continue
        yield _removal(work, ref, parent, _cause(work, ref), None)


def _cause(work: _Comparing, ref: Ref) -> str:
    """Where it was written, and whether that is still there."""
    source = work.renamed.ledger[ref].source
    gone = "entry" if source in work.now.files else "file"
    return f"{gone} removed: {source}"


def _removal(
    work: _Comparing, ref: Ref, parent: Ref | None, note: str, entry: Desired | None
) -> Step:
    kind, found = KINDS[ref.kind], work.renamed.objects.get(ref)
    changes: tuple[Change, ...] = ()
    if kind.delete is None:  # Traede cannot delete it: it is taken off sale
        changes = tuple(
            Change(path, found.at(path) if found else UNKNOWN, value)
            for path, value in kind.retire().items()
        )
    variants = (one.ref for one in work.renamed.objects.values() if one.parent == ref)
    return Step(
        "archive" if kind.delete is None else "delete",
        ref,
        changes,
        parent,
        source=entry.source.location if entry else None,
        notes=(note,),
        cascade=tuple(sorted(variants)) if ref.kind == "product" else (),
        name=work.name(ref, parent),
    )


def _step(
    work: _Comparing, action: Action, desired: Desired, changes: tuple[Change, ...]
) -> Step:
    return Step(
        action,
        desired.ref,
        changes,
        desired.parent,
        source=(
            written_at(desired, changes)
            if action == "update"
            else desired.source.location
        ),
        name=work.name(desired.ref, desired.parent),
    )


def _unknown(step: Step) -> Step:
    """Nobody has looked what Traede has: `before` is what the older catalog says."""
    changes = (
        replace(
            change,
            before=UNKNOWN if change.before is MISSING else change.before,
            basis="unknown",
            cause="catalog",
        )
        for change in step.changes
    )
    return replace(step, remote_id=None, added=True, changes=tuple(changes))


def _remarks(work: _Comparing) -> Iterator[Warned]:
    for warned in work.renamed.warnings:
        told = "`renamed_from` names nothing of the older catalog: shown as new"
        yield replace(warned, message=told)
    for ref in sorted(work.unclear):
        told = "only a plan that reads Traede can tell what becomes of it"
        yield Warned("not-compared", str(ref), told)
    for ref, desired in work.now.objects.items():
        row = None if desired.delete else work.renamed.ledger.get(ref)
        if names := sorted({path[0] for path in released(desired, row)}):
            told = f"{', '.join(names)} no longer written: left as it is in Traede"
            yield Warned("released", str(ref), told)


def _summary(
    work: _Comparing, steps: tuple[Step, ...]
) -> Mapping[KindName, Mapping[str, int]]:
    summary = empty_summary()
    for step in steps:
        summary[step.ref.kind][step.action] += 1
        for ref in step.cascade:
            summary[ref.kind]["delete"] += 1
    for ref in work.unchanged - {step.ref for step in work.renamed.steps}:
        summary[ref.kind]["unchanged"] += 1
    return summary
