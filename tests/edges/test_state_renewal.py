"""The lease is kept while the process waits for something else."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from support.states import ELSEWHERE, TENANT, Clock, opened

from reconcile.edges.state import lease, open_state
from reconcile.edges.state.renewal import Renewal
from reconcile.errors import LeaseHeld


def test_a_renewal_goes_on_through_errors_until_it_is_stopped() -> None:
    seen, enough = [], threading.Event()

    def hold() -> None:
        seen.append(1)
        if len(seen) == 3:
            enough.set()
        raise LeaseHeld("for now")

    renewal = Renewal(hold, every=0.001)
    assert enough.wait(60)
    renewal.stop()

    names = {thread.name for thread in threading.enumerate()}
    assert "reconcile-lease" not in names


def test_a_state_that_renews_keeps_its_lease_while_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, url = Clock(), f"sqlite:///{tmp_path}/state.db"
    monkeypatch.setattr(lease, "DURATION", timedelta(seconds=0.06))
    before = threading.active_count()
    with open_state(url, TENANT, clock=clock, renewing=True) as state:
        state.acquire(0, ELSEWHERE)
        for _ in range(5):
            clock.now += timedelta(seconds=0.05)
            renewed = threading.Event()
            with opened(url, clock) as other:
                while not renewed.wait(0.001):
                    held = other.holder()
                    assert held is not None
                    if held.expires >= clock.now + timedelta(seconds=0.06):
                        renewed.set()
    assert threading.active_count() == before


def test_who_only_reads_needs_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    url = f"sqlite:///{tmp_path}/state.db"
    with open_state(url, TENANT, clock=Clock(), renewing=True) as state:
        assert state.ledger() == {}
        assert threading.active_count() == before
