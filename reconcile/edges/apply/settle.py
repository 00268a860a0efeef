"""What became of the calls that an earlier run left in flight: settled by reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from reconcile.core.kinds import KINDS
from reconcile.core.ledger import row_unproven
from reconcile.core.model import MISSING, UNKNOWN, Ledger, Live, Path, Ref, Snapshot
from reconcile.core.personal import Seal
from reconcile.edges.live import LiveReader
from reconcile.edges.state import Call, Item, Outcome, State


def wait_for_late_writes(
    state: State,
    reader: LiveReader,
    live: Snapshot,
    seal: Seal,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Snapshot:
    """Traede once it shows what is in flight, or would by now if it had arrived.

    Where syncs are queued (B-6), what is not there yet may still come: a part that
    must not be sent twice is absent only when `verify_seconds` have passed. They are
    counted from here: the journal says when a call was intended, and it may have been
    sent long after that (a 429 makes a run pause in between).
    """
    calls = [call for call in state.in_flight() if call.purpose not in _MEANS_THE_SAME]
    began, pause = now(), 0.2
    while any(_may_still_come(call, live, seal) for call in calls):
        if (now() - began).total_seconds() >= reader.settings.verify_seconds:
            break
        sleep(pause)
        pause = min(pause * 2, 5)
        live = reader.read_all()
    return live


def _may_still_come(call: Call, live: Snapshot, seal: Seal) -> bool:
    signs = _signs(call, live, seal)
    return any(
        item.once and _together(call, item, signs) is False for item in call.items
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found out about the calls that an earlier run left in flight."""

    sentences: tuple[str, ...] = ()
    """To print."""
    unproven: int = 0
    """How many items reading cannot prove: somebody has to look."""


def settle_in_flight(state: State, live: Snapshot, seal: Seal) -> Settled:
    """Give every open call of earlier runs its outcome.

    An effect that reading cannot prove (an image, stock) is settled as unknown, and
    counts as sent in the ledger, so that it is never sent again.
    """
    calls = state.in_flight()
    known = state.ledger()
    arrived = missing = unknown = 0
    for call in calls:
        outcomes = _PURPOSES.get(call.purpose, _written)(call, live, seal, known)
        for outcome in outcomes:
            arrived += outcome.outcome == "done"
            missing += outcome.outcome == "failed"
            unknown += outcome.outcome == "unknown"
        state.settle(call.call_id, outcomes)
    if not calls:
        return Settled()
    count, items = len(calls), arrived + missing + unknown
    sentence = (
        f"The last run was cut off with {count} call{'s' * (count != 1)} in flight. Of "
        f"{items} item{'s' * (items != 1)}, {arrived} had arrived, {missing} had not"
    )
    if unknown:
        sentence += f", {unknown} cannot be proven and are not sent again"
    return Settled((sentence + ".",), unknown)


def _renamed(call: Call, live: Snapshot, _: Seal, __: Ledger) -> list[Outcome]:
    """The ledger follows when the next plan finds the new key (core.renames)."""
    ids = {(o.ref.kind, o.remote_id): o.ref for o in live.objects.values()}
    return [
        Outcome(
            item.ref,
            "done"
            if ids.get((item.ref.kind, _id(item) or 0)) == item.ref
            else "failed",
        )
        for item in call.items
    ]


def _deleted(call: Call, live: Snapshot, _: Seal, __: Ledger) -> list[Outcome]:
    outcomes = []
    for item in call.items:
        found = live.objects.get(item.ref)
        there = found is not None and found.remote_id == _id(item)
        outcomes.append(_did_not_arrive(item) if there else item.arrived())
    return outcomes


def _written(call: Call, live: Snapshot, seal: Seal, known: Ledger) -> list[Outcome]:
    """Creates, updates, archives. What travelled together proves each other, for
    those parts that must not be sent on suspicion."""
    signs = _signs(call, live, seal)
    outcomes = []
    for item in call.items:
        found, own = live.objects.get(item.ref), signs[item.ref]
        if own is None and (item.once or call.purpose == "archive"):
            own = _together(call, item, signs)
        entry = item.entry
        if entry is not None and found is not None:
            entry = replace(entry, remote_id=found.remote_id)
            returned = {**entry.returned, **_returned(item, found, seal)}
            entry = replace(entry, returned=returned)
        if own:
            outcomes.append(item.arrived(entry=entry))
        elif own is None and item.once and entry is not None:
            entry = row_unproven(entry, known.get(item.ref))
            outcomes.append(
                Outcome(item.ref, "unknown", "cannot be proven by reading", entry)
            )
        else:
            outcomes.append(_did_not_arrive(item))
    return outcomes


_MEANS_THE_SAME: Final = ("rename", "delete", "archive")
"""Purposes of calls that may be sent again at any time."""
_PURPOSES: Final = {"rename": _renamed, "delete": _deleted}


def _did_not_arrive(item: Item) -> Outcome:
    return Outcome(item.ref, "failed", "did not arrive, or cannot be proven")


def _id(item: Item) -> int | None:
    expect: Mapping[str, Any] = item.expect or {}
    return expect.get("remote_id")


def _root(item: Item) -> Ref:
    parent = item.entry.parent if item.entry else None
    return parent if item.ref.kind == "variant" and parent else item.ref


def _values(item: Item) -> Iterator[tuple[Path, Any, Any]]:
    expect: Mapping[str, Any] = item.expect or {}
    for path, after, before in expect.get("values", ()):
        yield tuple(path), after, before


def _signs(call: Call, live: Snapshot, seal: Seal) -> dict[Ref, bool | None]:
    return {item.ref: _sign(call, item, live, seal) for item in call.items}


def _together(call: Call, item: Item, signs: Mapping[Ref, bool | None]) -> bool | None:
    """The sign of an item; where it has none, of what travelled with it."""
    if signs[item.ref] is not None:
        return signs[item.ref]
    seen = {signs[one.ref] for one in call.items if _root(one) == _root(item)}
    return True if True in seen else False if False in seen else None


def _sign(call: Call, item: Item, live: Snapshot, seal: Seal) -> bool | None:
    """Whether a write has arrived, by what Traede shows; None: nothing tells."""
    found, wanted = live.objects.get(item.ref), _id(item)
    if found is None or (wanted is not None and found.remote_id != wanted):
        return False
    action = (item.expect or {}).get("action")
    if action == "create" and call.purpose != "core fields":
        return True
    seen = {
        "after"
        if _alike(shown, after)
        else "before"
        if _alike(shown, before)
        else "other"
        for path, after, before in _values(item)
        if (shown := _shown(found, path, seal)) is not UNKNOWN
    }
    if item.once:
        return True if "after" in seen else False if "before" in seen else None
    return seen == {"after"} if seen else None


def _returned(item: Item, live: Live, seal: Seal) -> dict[Path, Any]:
    """What Traede shows in another form than it was sent."""
    return {
        path: shown
        for path, after, _ in _values(item)
        if (shown := _shown(live, path, seal)) is not UNKNOWN
        and not _alike(shown, after)
    }


def _alike(one: Any, other: Any) -> bool:
    return bool(one == other) or (one in (None, []) and other in (None, []))


def _shown(live: Live, path: Path, seal: Seal) -> Any:
    """A value as the journal holds it; UNKNOWN where it cannot be read."""
    now = live.at(path)
    if now is UNKNOWN or KINDS[live.ref.kind].fields[path[0]].event:
        return UNKNOWN
    return seal(live.ref.kind, path, None if now is MISSING else now)
