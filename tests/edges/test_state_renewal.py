"""The lease is kept while the process waits for something else."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from support.states import ELSEWHERE, TENANT, Clock, opened

from reconcile.edges.state import lease, open_state
from reconcile.edges.state.lease import LeaseKeeper
from reconcile.edges.state.renewal import Renewal
from reconcile.errors import LeaseHeld, StateDamaged


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


def test_an_unexpected_error_of_the_thread_comes_up_at_the_next_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again, hold = threading.Semaphore(0), LeaseKeeper.hold

    def broken(keeper: LeaseKeeper) -> None:
        if threading.current_thread().name != "reconcile-lease":
            return hold(keeper)
        again.release()
        raise RuntimeError("a bug")

    monkeypatch.setattr(LeaseKeeper, "hold", broken)
    monkeypatch.setattr(lease, "DURATION", timedelta(seconds=0.006))
    url = f"sqlite:///{tmp_path}/state.db"
    with open_state(url, TENANT, clock=Clock(), renewing=True) as state:
        state.acquire(0, ELSEWHERE)
        assert again.acquire(timeout=60)
        assert again.acquire(timeout=60), "the thread goes on"
        with pytest.raises(RuntimeError, match="a bug"):
            state.hold()


def test_what_goes_wrong_while_the_lease_is_given_back_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_self: LeaseKeeper) -> None:
        raise StateDamaged("the disk is full")

    with opened(f"sqlite:///{tmp_path}/state.db", Clock()) as state:
        state.acquire(0, ELSEWHERE)
        monkeypatch.setattr(LeaseKeeper, "release", damaged)


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
