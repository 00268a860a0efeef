"""The order of an apply: which steps go together, and what waits for what.

settle what an earlier run left in flight   (settle.py)
while steps are left:
    take those of the earliest phase whose requirements are done
    check against live → journal → call → read back → journal, ledger
                                            (batches.py, calls.py, removals.py)
read everything touched again until it is as planned   (verify.py)
adopt what is in the catalog and live       (ledger only)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from reconcile.core.ledger import row_after
from reconcile.core.model import Applied, Path, Ref
from reconcile.core.outcomes import GOOD, Report
from reconcile.core.steps import Step, phase, unit
from reconcile.edges.apply import canary
from reconcile.edges.apply.batches import sync_units
from reconcile.edges.apply.calls import create_category, rename, write_collection
from reconcile.edges.apply.removals import remove
from reconcile.edges.apply.run import Applying
from reconcile.edges.apply.verify import verify
from reconcile.errors import LeaseHeld, ReconcileError, words_of

SINGLE: Final[Mapping[int, Callable[[Applying, Step], None]]] = {
    0: rename,
    2: create_category,
    3: write_collection,
    5: remove,
    6: remove,
    7: remove,
}
"""Phases whose steps are one call each; the others travel in sync batches."""


def apply_plan(run: Applying, settled: tuple[str, ...] = ()) -> Report:
    """Write what the plan holds; every step ends with a result.

    Where Traede or the state goes away, or another run takes over, the report says
    how far it came; as long as nothing was written, that is raised instead.
    """
    not_converged: Mapping[str, tuple[Path, ...]] = {}
    code = 0
    try:
        _carry_out(run)
        not_converged = verify(run)
        adopted = 0 if run.stopped else _adopt(run)
    except (ReconcileError, OSError) as error:
        if not run.wrote:
            raise
        adopted = 0
        run.stop(words_of(error))
        code = LeaseHeld.exit_code if isinstance(error, LeaseHeld) else 5
    finally:
        run.crew.close()
    for step in run.planned.plan.to_do:
        if step.id not in run.results:
            run.finish(step, "skipped", run.stopped or "what it requires is not there")
    return Report(
        run.planned.plan,
        run.results,
        not_converged,
        settled,
        run.stopped,
        adopted,
        ended_with=code,
        interrupted=run.interrupted,
    )


def _is_done(run: Applying, step_id: str) -> bool:
    result = run.results.get(step_id)
    return result is not None and result.good


def _carry_out(run: Applying) -> None:
    waiting = [s for s in run.planned.plan.to_do if s.id not in run.results]
    while waiting and run.may_go_on():
        _skip_dependents(run, waiting)
        ready = _ready(waiting)
        if not ready:
            break
        now = phase(ready[0])
        if now[0] in SINGLE:
            _one_by_one(run, [step for step in ready if phase(step) == now])
        else:
            sync_units(run, [step for step in ready if phase(step)[0] == now[0]])
        waiting = [step for step in waiting if step.id not in run.results]


def _one_by_one(run: Applying, steps: list[Step]) -> None:
    """Steps that are one call each: side by side, except for those of one product,
    and the first of its sort, which goes alone."""
    call = SINGLE[phase(steps[0])[0]]
    sorts: dict[str, dict[Ref, list[Step]]] = {}
    for step in steps:
        units = sorts.setdefault(canary.single(step), {})
        units.setdefault(unit(step), []).append(step)

    def write(some: list[Step]) -> None:
        for step in some:
            if run.may_go_on():
                call(run, step)

    for sort, units in sorts.items():
        jobs = [partial(write, some) for some in units.values()]
        while jobs and sort not in run.canaries and run.may_go_on():
            run.crew.do([jobs.pop(0)])
        run.crew.do(jobs)


def _ready(waiting: list[Step]) -> list[Step]:
    open_ids = {step.id for step in waiting}
    by_id = {step.id: step for step in waiting}

    def is_ready(step: Step) -> bool:
        return all(
            needed not in open_ids
            # A variant travels in the same call as the product it is created with.
            or (
                by_id[needed].action == "create"
                and by_id[needed].ref == unit(step)
                and is_ready(by_id[needed])
            )
            for needed in step.requires
        )

    ready = [step for step in waiting if is_ready(step)]
    return sorted(ready, key=lambda step: phase(step))


def _skip_dependents(run: Applying, waiting: list[Step]) -> None:
    while True:
        stopped = [
            (step, run.results[needed])
            for step in waiting
            if step.id not in run.results
            for needed in step.requires
            if needed in run.results and run.results[needed].result not in GOOD
        ]
        if not stopped:
            break
        for step, result in stopped:
            run.finish(
                step,
                "skipped",
                f"needs {result.step.ref.kind} {result.step.ref.key}, which was not "
                f"written",
            )
    waiting[:] = [step for step in waiting if step.id not in run.results]


def _adopt(run: Applying) -> int:
    """Ledger only: what is in the catalog and live, and was not written, is managed
    from now on; what is in neither is forgotten."""
    if run.planned.part or not all(_is_done(run, name) for name in run.planned.renames):
        return 0
    touched = {
        ref
        for result in run.results.values()
        for ref in (result.step.ref, *result.step.cascade)
    }
    refused = {refusal.id.split(":", 1)[1] for refusal in run.planned.plan.refused}
    stored = run.stored
    entries: list[Applied] = []
    for ref, desired in run.catalog.objects.items():
        live = run.planned.objects.get(ref)
        if live is None or desired.delete or ref in touched or str(ref) in refused:
            continue
        before = run.rows.get(ref)
        row = row_after(desired, live, before, run.seal)
        if stored.get(ref) != row:
            entries.append(row)
    keep = {row.ref for row in entries}
    entries += [
        row
        for ref, row in run.rows.items()
        if ref not in keep and stored.get(ref) != row
    ]
    known = {row.ref for row in entries} | run.rows.keys()
    gone = [ref for ref in stored if ref not in known]
    gone += [
        ref
        for ref, row in run.rows.items()
        if ref not in run.catalog.objects
        and ref in stored
        and (row.spent or ref not in run.planned.objects)
    ]
    if entries or gone:
        forgotten = frozenset(gone)
        run.state.record(
            run.run, [row for row in entries if row.ref not in forgotten], gone
        )
    return len(entries)
