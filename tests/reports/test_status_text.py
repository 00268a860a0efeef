"""What the state remembers, as people read it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from golden_files import check

from reconcile.core.history import (
    LeaseNow,
    PastCall,
    PastItem,
    PastRun,
    RunDetails,
    Status,
)
from reconcile.core.model import Ref, Tenant
from reconcile.reports.layout import columns
from reconcile.reports.status_text import (
    render_holder,
    render_run,
    render_status,
    run_to_json,
    status_to_json,
)

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
NUMBER = "The selected supplier number is invalid."
RUNNING = PastRun(
    119, NOW - timedelta(minutes=2), None, "anna", "77aa01bcc", "sha256:11223344aa"
)
IN_PART = PastRun(
    118,
    NOW - timedelta(hours=3),
    NOW - timedelta(hours=2, minutes=57),
    "ci",
    "9f2c1ab0ff",
    "sha256:7c41d0aa00",
    exit_code=5,
    changed=115,
    left=2,
    adopted=2,
)
CUT_OFF = replace(RUNNING, id=117, started=NOW - timedelta(days=1), commit=None)
LEASE = LeaseNow(
    "7-aabbccdd",
    "anna",
    "gh-runner-7",
    4711,
    NOW - timedelta(minutes=2),
    NOW + timedelta(seconds=41),
)
OPEN = PastCall(
    119, "POST /products/sync", NOW, (PastItem(Ref("product", "tee"), None),)
)
FREE = Status(
    "refs/reconcile/shop at origin",
    Tenant("https://api.traede.com", 1),
    NOW,
    managed={"product": 32, "variant": 119, "category": 1},
    commit="9f2c1ab0ff",
    runs=(IN_PART, CUT_OFF),
)
STATUSES = {
    "free": FREE,
    "none": Status("/shop/.reconcile/state.db", FREE.tenant, NOW, exists=False),
    "unused": replace(FREE, managed={}, commit=None, runs=()),
    "running": replace(
        FREE, runs=(RUNNING, IN_PART, CUT_OFF), open_calls=(OPEN,), lease=LEASE
    ),
    "cut-off": replace(FREE, runs=(RUNNING, IN_PART), open_calls=(OPEN, OPEN)),
    "over": replace(
        FREE,
        runs=(RUNNING, IN_PART),
        lease=replace(LEASE, expires=NOW - timedelta(hours=3)),
    ),
}
RUN = RunDetails(
    IN_PART,
    (
        PastCall(
            118,
            "POST /products/sync",
            NOW,
            (
                PastItem(Ref("product", "79885"), "failed", NUMBER),
                PastItem(Ref("variant", "79885-s"), "failed", NUMBER),
                PastItem(Ref("category", "Men > Caps"), "unknown", "no answer"),
                *(PastItem(Ref("variant", f"t-{n}"), "done") for n in range(200)),
            ),
        ),
        OPEN,
    ),
)


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_looks_as_designed(name: str) -> None:
    check(f"status-{name}", render_status(STATUSES[name], color=False))


def test_a_run_looks_as_designed() -> None:
    check("status-run", render_run(RUN, color=False))


def test_the_holder_is_named_with_the_command() -> None:
    check("status-holder", render_holder(LEASE, NOW))
    assert "nothing to unlock" in render_holder(None, NOW)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits(width: int) -> None:
    text = render_run(RUN, color=False, width=width)
    assert max(map(columns, text.splitlines())) <= width


def test_what_others_wrote_cannot_write_to_the_terminal() -> None:
    evil = "\x1b[2Jowned\n"
    run = replace(IN_PART, who=evil, commit=evil)
    items = (PastItem(Ref("product", evil), "failed", evil),)
    details = RunDetails(run, (PastCall(118, evil, NOW, items),))
    status = replace(
        FREE, place=evil, runs=(run,), lease=replace(LEASE, who=evil, host=evil)
    )
    for text in (
        render_run(details, color=False),
        render_status(status, color=False),
        render_holder(status.lease, NOW),
        run_to_json(details),
        status_to_json(status),
    ):
        assert "\x1b" not in text
        assert "\nowned" not in text


def test_json_has_it_all() -> None:
    told = json.loads(status_to_json(STATUSES["running"]))
    assert told["managed"] == FREE.managed
    assert told["lease"]["id"] == LEASE.id
    assert told["lease"]["expires"] == "2026-11-21T14:30:41+00:00"
    assert told["in_flight"][0]["objects"] == ["product:tee"]
    assert [run["id"] for run in told["runs"]] == [119, 118, 117]
    assert told["runs"][0]["ended"] is None
    run = json.loads(run_to_json(RUN))
    assert run["run"]["exit_code"] == 5
    assert run["calls"][0]["items"][0] == {
        "id": "product:79885",
        "outcome": "failed",
        "words": NUMBER,
    }
