"""Processes that are killed while they write the state: nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.states import (
    TEE,
    TENANT,
    Clock,
    applied,
    bare_repository,
    opened,
    sync,
)

from reconcile.core.model import Ref
from reconcile.edges.state import (
    Call,
    Item,
    State,
    open_state,
    this_process,
)


@pytest.fixture(autouse=True)
def _what_is_killed_cleans_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql", "git"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").new_url())
    return place(str(request.param), tmp_path, "state")


def place(sort: str, folder: Path, name: str) -> str:
    if sort == "git":
        return f"git+{bare_repository(folder / f'{name}.git')}#shop"
    return f"sqlite:///{folder}/{name}.db"


# The children run this same file as a script.

CHUNK = 3


def keep_counting(url: str, rounds: int) -> None:
    """A run like apply's: intend, call (print), settle; each adds CHUNK rows."""
    with open_state(url, TENANT, clock=utc_now, base=Path("/")) as state:
        state.acquire(0, this_process("child"))
        for call in state.in_flight():
            state.settle(call.call_id, [item.arrived() for item in call.items])
        run = state.begin_run("sha256:p", "sha256:c", None, "child")
        first = len(state.ledger()) // CHUNK
        for number in range(first, first + rounds):
            items = [Ref("product", f"{number:04}-{n}") for n in range(CHUNK)]
            intent = sync(*(Item(ref, entry=applied(ref)) for ref in items))
            (call,) = state.intend(run, intent)
            print(number, flush=True)  # noqa: T201
            state.settle(call.call_id, [item.arrived() for item in call.items])
        state.end_run(run, {"rounds": rounds}, 0, f"commit-{run}")


def die_at(url: str, moment: int) -> None:
    """Count, and be killed at a moment: right before a statement or commit; in git,
    where these move nothing, right before or after a push."""
    from sqlalchemy import Engine, event

    from reconcile.edges.state.git_ref import GitRef

    seen = 0

    def tick(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    push = GitRef._push

    def push_and_tick(ref: GitRef, commit: str, old: str | None) -> object:
        tick()
        done = push(ref, commit, old)
        tick()
        return done

    if url.startswith("git"):
        GitRef._push = push_and_tick  # type: ignore[method-assign,assignment]
    else:
        for name in ("before_cursor_execute", "commit"):
            event.listen(Engine, name, tick)
    keep_counting(url, 3)


def die_everywhere(sort: str, folder: str) -> None:
    """One forked child per place to die, until one lives to the end."""
    import reconcile.edges.state.mirror
    import reconcile.edges.state.opening  # noqa: F401  once, not in every child

    moment = 0
    while True:
        moment += 1
        url = place(sort, Path(folder), str(moment))
        child = os.fork()
        if child == 0:
            sys.stdout = Path(folder, f"{moment}.sent").open("w")  # noqa: SIM115
            die_at(url, moment)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            print(moment)  # noqa: T201
            return


def add_one(url: str, rounds: int) -> None:
    """Read, add one, write: loses counts unless the lease keeps others out."""
    with open_state(url, TENANT, clock=utc_now, sleep=shortly, base=Path("/")) as state:
        for _ in range(rounds):
            lease = state.acquire(1e6, this_process("child"))
            run = state.begin_run("sha256:p", "sha256:c", None, "child")
            old = state.ledger().get(TEE)
            state.record(run, [applied(TEE, old.remote_id + 1 if old else 1)])
            state.release()
            print(lease.number, flush=True)  # noqa: T201


def utc_now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def shortly(_seconds: float) -> None:
    time.sleep(0.001)


def child(*args: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    ours = f"{root}{os.pathsep}{root / 'tests'}"
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-X", "dev", "-W", "error", __file__, *args],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ours},
    )


def assert_consistent(state: State) -> list[Call]:
    """Each call has arrived whole, with its ledger rows, or is in flight whole."""
    open_calls = state.in_flight()
    calls = [call for run in state.runs(1000) for call in state.calls(run.id)]
    arrived = {
        item.ref for call in calls for item in call.items if item.outcome == "done"
    }
    assert set(state.ledger()) == arrived
    assert [call.call_id for call in calls if call.settled is None] == [
        call.call_id for call in open_calls
    ]
    assert all(len(call.items) == CHUNK for call in (*calls, *open_calls))
    assert len(open_calls) <= 1, "the child makes one call at a time"
    return open_calls


@pytest.mark.parametrize(("sort", "least"), [("sqlite", 40), ("git", 12)])
def test_a_kill_at_any_moment_leaves_a_whole_state(
    tmp_path: Path, clock: Clock, sort: str, least: int
) -> None:
    driver = child("die_everywhere", sort, str(tmp_path))
    out, _ = driver.communicate()
    assert driver.returncode == 0
    moments = int(out)
    assert moments > least
    in_flight = 0
    for moment in range(1, moments + 1):
        url = f"sqlite:///{tmp_path}/{moment}.db"
        if sort == "git":
            url = f"git+{tmp_path}/{moment}.git#shop"
        with opened(url, clock) as state:
            in_flight += len(assert_consistent(state))
            assert_sent_is_known(state, Path(tmp_path, f"{moment}.sent").read_text())
            clock.now = utc_now()
            lease = state.acquire(0, this_process("me"))  # the killed one is dead
            assert moment < moments or lease.taken_from is None
            run = state.begin_run("sha256:p", "sha256:c", None, "me")
            state.end_run(run, {}, 0)
        assert not Path(f"{tmp_path}/{moment}.db-journal").exists()
    assert in_flight > 2, "kills between intend and settle are among them"


def assert_sent_is_known(state: State, sent: str) -> None:
    """No call is made before its intent is stored."""
    calls = [call for run in state.runs(1000) for call in state.calls(run.id)]
    known = {call.items[0].ref.key for call in calls}
    assert {f"{int(number):04}-0" for number in sent.split()} <= known


def test_a_run_killed_again_and_again_goes_on_and_loses_nothing(
    url: str, clock: Clock
) -> None:
    opened(url, clock).close()
    sent = ""
    for after_lines in (1, 7, 3, 12, 5):
        running = child("keep_counting", url, "100000")
        assert running.stdout is not None
        for _ in range(after_lines):
            sent += running.stdout.readline()
        running.send_signal(signal.SIGKILL)
        sent += running.communicate()[0]
        with opened(url, clock) as state:
            assert_consistent(state)
            assert_sent_is_known(state, sent)
    last = child("keep_counting", url, "1")
    last.communicate()
    assert last.returncode == 0
    with opened(url, clock) as state:
        assert assert_consistent(state) == []
        keys = [ref.key for ref in state.ledger()]
        assert len(keys) > 28 * CHUNK
        assert keys == [
            f"{number:04}-{n}" for number in range(len(keys) // 3) for n in range(3)
        ], "no number is missing, none came twice"
        ended = [run for run in state.runs(100) if run.ended]
        assert [run.commit_applied for run in ended] == [state.meta().commit]


def test_two_processes_write_one_after_the_other(url: str, clock: Clock) -> None:
    # Both may have to make the state: one of them wins, and both use it.
    running = [child("add_one", url, "10") for _ in range(2)]
    numbers = [int(n) for process in running for n in process.communicate()[0].split()]

    assert [process.returncode for process in running] == [0, 0]
    assert sorted(numbers) == list(range(1, 21))
    with opened(url, clock) as state:
        assert state.ledger()[TEE].remote_id == 20


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    globals()[task](*(int(one) if one.isdecimal() else one for one in rest))
