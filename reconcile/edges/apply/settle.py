"""What became of the calls that an earlier run left in flight: settled by reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconcile.core.kinds import KINDS
from reconcile.core.model import MISSING, UNKNOWN, KindName, Live, Path, Snapshot
from reconcile.core.personal import Seal
from reconcile.edges.state import Call, Item, Outcome, State


def settle_in_flight(state: State, live: Snapshot, seal: Seal) -> tuple[str, ...]:
    """Give every open call of earlier runs its outcome; returns sentences to print.

    An effect that reading cannot prove (an image, stock) is settled as unknown, with
    its ledger row, so that it is never sent again.
    """
    calls = state.in_flight()
    by_id = {(o.ref.kind, o.remote_id): o for o in live.objects.values()}
    arrived = missing = unknown = 0
    for call in calls:
        outcomes: list[Outcome] = []
        for item in call.items:
            outcome = _settle(call, item, live, by_id, seal)
            outcomes.append(outcome)
            arrived += outcome.outcome == "done"
            missing += outcome.outcome == "failed"
            unknown += outcome.outcome == "unknown"
        state.settle(call.call_id, outcomes)
    if not calls:
        return ()
    count = len(calls)
    sentence = (
        f"The last run was cut off with {count} call{'s' * (count != 1)} in flight: "
        f"{arrived} items had arrived, {missing} had not"
    )
    if unknown:
        sentence += f", {unknown} cannot be proven and are not sent again"
    return (sentence + ".",)


def _settle(
    call: Call,
    item: Item,
    live: Snapshot,
    by_id: Mapping[tuple[KindName, int], Live],
    seal: Seal,
) -> Outcome:
    expect: Mapping[str, Any] = item.expect or {}
    action, wanted = expect.get("action"), expect.get("remote_id")
    found = live.objects.get(item.ref)
    if call.purpose == "rename":
        # The ledger follows when the next plan finds the new key (core.renames).
        there = by_id.get((item.ref.kind, wanted or 0))
        done = there is not None and there.ref == item.ref
        return Outcome(item.ref, "done" if done else "failed")
    if call.purpose == "delete":
        if found is None or found.remote_id != wanted:
            return item.arrived()
        return Outcome(item.ref, "failed", "did not arrive")
    if found is None or (wanted is not None and found.remote_id != wanted):
        return Outcome(item.ref, "failed", "did not arrive")
    entry = replace(item.entry, remote_id=found.remote_id) if item.entry else None
    values = [(tuple(path), value) for path, value in expect.get("values", ())]
    if action == "create" and call.purpose != "core fields":
        return item.arrived(entry=entry)
    seen = [_seen(found, path, value, seal) for path, value in values]
    if True in seen and False not in seen:
        return item.arrived(entry=entry)
    if item.once and not seen.count(False):
        return Outcome(item.ref, "unknown", "cannot be proven by reading", entry)
    return Outcome(item.ref, "failed", "did not arrive, or cannot be proven")


def _seen(live: Live, path: Path, value: Any, seal: Seal) -> bool | None:
    """Whether Traede shows a value; None where it cannot be read."""
    now = live.at(path)
    if now is UNKNOWN or KINDS[live.ref.kind].fields[path[0]].event:
        return None
    if now is MISSING:
        now = None
    return bool(seal(live.ref.kind, path, now) == value) or (not now and not value)
