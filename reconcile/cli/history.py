"""What the state remembers, as the values that reports take."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconcile.cli.setting import Setting, utc_now
from reconcile.core.history import (
    LeaseNow,
    PastCall,
    PastItem,
    PastRun,
    RunDetails,
    Status,
)

if TYPE_CHECKING:
    from reconcile.edges.state import Call, Held, Run

SHOWN = 20
"""Runs in a list."""


def look(setting: Setting) -> Status:
    """The state as it is now; one that was never made is no error."""
    from reconcile.cli.wiring import open_state
    from reconcile.edges.state import StateMissing

    now = utc_now()
    try:
        with open_state(setting, create=False) as state:
            meta = state.meta()
            last = None if meta.run is None else state.run(meta.run)
            return Status(
                state.name,
                state.tenant,
                now,
                managed=Counter(
                    ref.kind
                    for ref, row in state.ledger().items()
                    if not (row.spent or row.retired)
                ),
                commit=meta.commit,
                edited=last is not None and _past(last).edited,
                runs=tuple(_past(run) for run in state.runs(SHOWN)),
                open_calls=tuple(_call(call) for call in state.in_flight()),
                lease=lease_of(state.holder()),
            )
    except StateMissing as missing:
        return Status(missing.place, setting.tenant, now, exists=False)


def look_at_run(setting: Setting, number: int) -> RunDetails | None:
    """None where no such run is remembered."""
    from reconcile.cli.wiring import open_state

    with open_state(setting, create=False) as state:
        run = state.run(number)
        if run is None:
            return None
        calls = tuple(_call(call) for call in state.calls(number))
        return RunDetails(_past(run), calls)


def lease_of(held: Held | None) -> LeaseNow | None:
    if held is None:
        return None
    who = held.holder
    return LeaseNow(held.id, who.who, who.host, who.pid, held.since, held.expires)


def _past(run: Run) -> PastRun:
    told = run.summary
    return PastRun(
        run.id,
        run.started,
        run.ended,
        run.who,
        run.commit,
        run.plan_digest,
        run.exit_code,
        told.get("changed"),
        told.get("left"),
        told.get("adopted"),
        bool(told.get("edited")),
    )


def _call(call: Call) -> PastCall:
    items = tuple(PastItem(item.ref, item.outcome, item.words) for item in call.items)
    return PastCall(call.run, call.request, call.intended, items)
