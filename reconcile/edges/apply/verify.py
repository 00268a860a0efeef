"""Reads everything touched again, until it is as planned or the time is over."""

from __future__ import annotations

from collections import defaultdict

from reconcile.core.ledger import row_after
from reconcile.core.model import Applied, KindName, Path, Ref, Snapshot
from reconcile.core.outcomes import Result
from reconcile.core.recheck import not_shown
from reconcile.core.steps import Step, unit
from reconcile.edges.apply.run import Applying


def verify(run: Applying) -> dict[str, tuple[Path, ...]]:
    """The fields that did not stick, by step id.

    What Traede shows in the end goes into the ledger: for a field that did not stick
    as what it returns for what was sent. Where syncs are queued (B-6), the rows that
    were written with the calls hold the old values in that place.
    """
    open_steps = [
        result.step
        for result in run.results.values()
        if result.result in ("done", "as found", "archived")
    ]
    started, pause = run.now(), 0.5
    bad: dict[str, tuple[Path, ...]] = {}
    while open_steps:
        now = _look(run, open_steps)
        bad = {}
        for step in open_steps:
            fields = _differing(run.results[step.id], now)
            if fields:
                bad[step.id] = fields
        late = run.now() - started >= run.config.traede.verify_seconds
        _remember(run, [s for s in open_steps if late or s.id not in bad], now)
        open_steps = [step for step in open_steps if step.id in bad]
        if late or not open_steps:
            break
        run.sleep(pause)
        pause = min(pause * 2, 5)
    return bad


def _look(run: Applying, steps: list[Step]) -> dict[KindName, Snapshot]:
    keys: dict[KindName, set[str]] = defaultdict(set)
    gone: dict[KindName, set[str]] = defaultdict(set)
    for step in steps:
        root = unit(step)
        keys[root.kind].add(root.key)
        if step.action == "delete" and root == step.ref:
            gone[root.kind].add(root.key)
    return {
        kind: run.reader.look(kind, names, gone[kind]) for kind, names in keys.items()
    }


def _differing(result: Result, now: dict[KindName, Snapshot]) -> tuple[Path, ...]:
    step = result.step
    live = now[unit(step).kind].objects.get(step.ref)
    if step.action == "delete" and result.result != "archived":
        return () if live is None else (("delete",),)
    if live is None:
        return ((step.action,),)
    return tuple(not_shown(live, step))


def _remember(run: Applying, steps: list[Step], now: dict[KindName, Snapshot]) -> None:
    rows: list[Applied] = []
    for step in steps:
        live = now[unit(step).kind].objects.get(step.ref)
        if live is None or step.action not in ("create", "update", "revive"):
            continue
        ref: Ref = step.ref
        paths = {change.path for change in step.written}
        before = run.rows.get(ref)
        was = run.planned.objects.get(ref)
        row = row_after(run.desired(ref), live, before, run.seal, sent=paths, was=was)
        if row != before:
            rows.append(row)
    if rows:
        run.record(rows)
