"""What every state promises, wherever it is."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.states import (
    CAP,
    ELSEWHERE,
    RICH,
    TEE,
    TEE_S,
    TENANT,
    Clock,
    applied,
    bare_repository,
    opened,
    sync,
    writing,
)

from reconcile.core.model import Ref
from reconcile.edges.state import (
    Holder,
    Intent,
    Item,
    Outcome,
    State,
    Tenant,
    open_state,
    this_process,
)
from reconcile.errors import LeaseHeld, StateDamaged, UsageError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql", "git"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place where no state is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/.reconcile/state.db"
    if request.param == "git":
        return f"git+{bare_repository(tmp_path / 'state.git')}#shop"
    return str(request.getfixturevalue("postgres").new_url())


# Ledger and history


def test_a_ledger_comes_back_as_it_was_written(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH, applied(TEE), applied(CAP)])
    with opened(url, clock) as state:
        ledger = state.ledger()

    assert ledger[TEE_S] == RICH
    assert list(ledger) == [CAP, TEE, TEE_S]


def test_a_new_entry_replaces_and_a_forgotten_one_goes(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [applied(TEE, name="Old"), applied(CAP)])
        state.record(run, [applied(TEE, name="New")], forget=[CAP, TEE_S])

        assert state.ledger() == {TEE: applied(TEE, name="New")}


def test_a_rename_that_swaps_two_keys_keeps_both(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [applied(TEE, 1), applied(CAP, 2)])
        items = (
            Item(TEE, entry=applied(TEE, 2), forget=(CAP,)),
            Item(CAP, entry=applied(CAP, 1), forget=(TEE,)),
        )
        (call,) = state.intend(run, Intent("core", "PUT /api/products/1", items))
        state.settle(call.call_id, [item.arrived() for item in call.items])

        assert state.ledger() == {TEE: applied(TEE, 2), CAP: applied(CAP, 1)}


def test_runs_tell_how_they_ended(url: str, clock: Clock) -> None:
    state, first = writing(url, clock)
    with state:
        state.record(first, [applied(TEE)])
        clock.sleep(5)
        state.end_run(first, {"applied": 37}, 0, "c0ffee")
        second = state.begin_run("sha256:plan", "sha256:catalog", None, "anna")
        state.end_run(second, {}, 5)
        third = state.begin_run("sha256:plan", "sha256:catalog", None, "anna")

        runs = state.runs(10)
        assert [run.id for run in runs] == [third, second, first]
        assert [run.exit_code for run in runs] == [None, 5, 0]
        assert runs[2].summary == {"applied": 37}
        assert runs[2].ended == clock.now
        assert runs[2].ended - runs[2].started == timedelta(seconds=5)
        assert runs[0].ended is None
        assert state.runs(1) == runs[:1]
        assert state.meta().commit == "c0ffee", "a failed run does not move it"
        assert state.meta().run == first
        assert state.last_run(TEE) == runs[2]
        assert state.last_run(CAP) is None


def test_the_salt_is_made_once(url: str, tmp_path: Path, clock: Clock) -> None:
    salts = []
    for _ in range(2):
        with opened(url, clock) as state:
            salts.append(state.salt)
    with opened(f"sqlite:///{tmp_path}/other.db", clock) as other:
        assert other.salt != salts[0]
    assert salts[0] == salts[1]
    assert len(bytes.fromhex(salts[0])) == 32


# Journal


def test_a_call_is_in_flight_until_every_item_has_an_outcome(
    url: str, clock: Clock
) -> None:
    state, run = writing(url, clock)
    tee = Item(
        TEE,
        step_ids=("update:product:tee",),
        expect={"name": "Tee"},
        entry=applied(TEE, name="Tee"),
        forget=(Ref("product", "old-tee"),),
        once=True,
        detail={"images": ["https://img.example/a.jpg"]},
    )
    small = Item(TEE_S, entry=RICH)
    with state:
        (call,) = state.intend(run, sync(tee, small))
        (other,) = state.intend(run, sync(Item(CAP)))
        assert state.in_flight() == [call, other]
        assert call.call_id < other.call_id

        state.settle(call.call_id, [tee.arrived()])
        assert state.in_flight() == [
            dataclasses.replace(call, items=(small,)),
            other,
        ]

        state.settle(call.call_id, [Outcome(TEE_S, "failed", "EAN taken")])
        assert state.in_flight() == [other]

        done, _ = state.calls(run)
        assert done.settled == clock.now
        assert [(i.outcome, i.words) for i in done.items] == [
            ("done", ""),
            ("failed", "EAN taken"),
        ]
        assert state.ledger() == {TEE: applied(TEE, name="Tee")}


def test_another_process_finds_what_was_in_flight(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        calls = state.intend(
            run, sync(Item(TEE_S, entry=RICH)), sync(Item(CAP, expect=[1, None]))
        )
    with opened(url, clock) as state:
        assert tuple(state.in_flight()) == calls


def test_an_unknown_outcome_keeps_what_was_expected(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        (call,) = state.intend(run, sync(Item(TEE, expect=1), Item(CAP, expect=2)))
        state.settle(
            call.call_id, [Outcome(TEE, "unknown", "no proof"), Outcome(CAP, "done")]
        )

        assert state.in_flight() == []
        assert [item.expect for item in state.calls(run)[0].items] == [1, None]


def test_words_of_any_kind_can_be_kept(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        (call,) = state.intend(run, sync(Item(TEE)))
        state.settle(call.call_id, [Outcome(TEE, "failed", "bad \ud800 and \0 Ærø")])

        assert state.calls(run)[0].items[0].words == "bad ? and ? Ærø"


@pytest.mark.parametrize(
    "outcomes",
    [
        pytest.param([Outcome(CAP, "done")], id="not in this call"),
        pytest.param([Outcome(TEE, "done")] * 2, id="twice at once"),
    ],
)
def test_outcomes_of_what_is_not_in_flight_are_refused_whole(
    url: str, clock: Clock, outcomes: list[Outcome]
) -> None:
    state, run = writing(url, clock)
    with state:
        (call,) = state.intend(run, sync(Item(TEE)))
        entry = Outcome(TEE, "done", entry=applied(TEE))
        with pytest.raises(ValueError, match="not in flight"):
            state.settle(call.call_id, [entry, *outcomes])

        assert state.in_flight() == [call]
        assert state.ledger() == {}


def test_an_outcome_is_written_once(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        (call,) = state.intend(run, sync(Item(TEE)))
        state.settle(call.call_id, [Outcome(TEE, "done")])
        with pytest.raises(ValueError, match="not in flight"):
            state.settle(call.call_id, [Outcome(TEE, "failed")])


def test_a_call_holds_each_object_once(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        with pytest.raises(ValueError, match="each object once"):
            state.intend(run, sync(Item(CAP)), sync(Item(TEE), Item(TEE)))

        assert state.in_flight() == []


def test_threads_share_one_state(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    refs = [Ref("product", f"{n:03}") for n in range(40)]

    def work(mine: list[Ref]) -> None:
        for ref in mine:
            (call,) = state.intend(run, sync(Item(ref, entry=applied(ref))))
            state.settle(call.call_id, [call.items[0].arrived()])

    with state:
        threads = [
            threading.Thread(target=work, args=[refs[start::4]]) for start in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert list(state.ledger()) == refs
        assert state.in_flight() == []


# Lease


def test_a_lease_is_numbered_and_given_back(url: str, clock: Clock) -> None:
    with opened(url, clock) as state:
        assert state.holder() is None
        first = state.acquire(0, ELSEWHERE)
        held = state.holder()
        assert held is not None
        assert (held.id, held.holder, held.since) == (first.id, ELSEWHERE, clock.now)
        assert held.expires == first.expires == clock.now + timedelta(seconds=60)
        assert first.taken_from is None
        state.release()
        assert state.holder() is None
        second = state.acquire(0, ELSEWHERE)
        assert second.number == first.number + 1
        assert second.id != first.id


def test_closing_gives_the_lease_back(url: str, clock: Clock) -> None:
    state, _ = writing(url, clock)
    state.close()
    with opened(url, clock) as state:
        assert state.holder() is None
        state.close()


def test_a_held_lease_is_waited_for_and_then_named(url: str, clock: Clock) -> None:
    with opened(url, clock) as one, opened(url, clock) as other:
        lease = one.acquire(0, ELSEWHERE)
        clock.sleep(12)
        with pytest.raises(LeaseHeld) as caught:
            other.acquire(2.5, this_process("me"))

    assert clock.slept == [12, 1.0, 1.0, 0.5]
    assert caught.value.message == (
        f"anna on ci-17 (process 4711) is writing, since 14 s; its lease {lease.id} "
        "ends at 12:01:00 UTC unless it is renewed."
    )
    assert f"reconcile unlock {lease.id}" in caught.value.hint
    assert caught.value.exit_code == 9


def test_waiting_ends_when_the_lease_comes_back(url: str, clock: Clock) -> None:
    with opened(url, clock) as one, opened(url, clock) as other:
        one.acquire(0, ELSEWHERE)
        clock.while_asleep = one.release

        assert other.acquire(90, this_process("me")).number == 2
    assert clock.slept == [1.0]


def test_a_lease_is_taken_over_after_its_end_and_fenced(url: str, clock: Clock) -> None:
    with opened(url, clock) as slow, opened(url, clock) as other:
        slow.acquire(0, ELSEWHERE)
        run = slow.begin_run("sha256:p", "sha256:c", None, "anna")
        (call,) = slow.intend(run, sync(Item(TEE)))

        lease = other.acquire(90, this_process("me"))
        assert sum(clock.slept) == 60
        assert lease.taken_from == ELSEWHERE
        writes: list[Callable[[], object]] = [
            lambda: slow.settle(call.call_id, [Outcome(TEE, "done")]),
            lambda: slow.record(run, [applied(CAP)]),
            lambda: slow.begin_run("sha256:p", "sha256:c", None, "anna"),
            lambda: slow.end_run(run, {}, 0, "c0ffee"),
            lambda: slow.intend(run, sync(Item(CAP))),
            slow.hold,
        ]
        for write in writes:
            with pytest.raises(LeaseHeld, match="another run took over: me on"):
                and_store(slow, write)
        slow.release()

        assert other.in_flight() == [call]
        assert other.ledger() == {}
        assert other.meta().commit is None
        held = other.holder()
        assert held is not None
        assert held.id == lease.id, "the old run cannot give back what it lost"


def test_an_ended_lease_that_nobody_took_goes_on(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        clock.sleep(300)
        state.record(run, [applied(TEE)])
        state.hold()

        held = state.holder()
        assert held is not None
        assert held.expires == clock.now + timedelta(seconds=60)
        clock.sleep(30)
        assert state.renew().expires == clock.now + timedelta(seconds=60)


def and_store(state: State, write: Callable[[], object]) -> None:
    """What may be stored later is refused when it is stored, at the latest."""
    write()
    state.renew()


def test_before_a_request_the_lease_is_renewed_only_in_its_second_half(
    url: str, clock: Clock
) -> None:
    with opened(url, clock) as state:
        first = state.acquire(0, ELSEWHERE).expires
        clock.sleep(29)
        state.hold()
        assert_held_until(state, first)
        clock.sleep(2)
        state.hold()
        assert_held_until(state, clock.now + timedelta(seconds=60))


def assert_held_until(state: State, moment: datetime) -> None:
    held = state.holder()
    assert held is not None
    assert held.expires == moment


def test_without_a_lease_nothing_is_written(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        state.release()
        with pytest.raises(LeaseHeld, match="holds no lease"):
            state.record(run, [applied(TEE)])
        assert state.ledger() == {}


def test_unlock_takes_the_exact_id(url: str, clock: Clock) -> None:
    with opened(url, clock) as one, opened(url, clock) as other:
        with pytest.raises(UsageError, match="Nobody holds"):
            other.break_lease("1-00000000")
        lease = one.acquire(0, ELSEWHERE)
        for wrong in ("1", "", lease.id + "0", lease.id.upper() + " "):
            with pytest.raises(UsageError, match="held by anna on ci-17"):
                other.break_lease(wrong)
        one.renew()

        assert other.break_lease(lease.id).holder == ELSEWHERE
        assert other.holder() is None
        with pytest.raises(LeaseHeld, match="the lease was broken"):
            one.renew()
        assert other.acquire(0, ELSEWHERE).number > lease.number


def ended_process() -> Holder:
    """The identity of a process that has run on this machine, and ended."""
    code = (
        "from reconcile.edges.state import this_process as p; h = p('x'); "
        "print(h.host, h.pid, h.start, sep='\\n')"
    )
    out = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    host, pid, start = out.splitlines()
    return Holder(host, int(pid), start, "x")


def test_a_dead_holder_on_this_machine_is_taken_over_at_once(
    url: str, clock: Clock
) -> None:
    dead = ended_process()
    with opened(url, clock) as one, opened(url, clock) as other:
        one.acquire(0, dead)

        assert other.acquire(0, this_process("me")).taken_from == dead
    assert clock.slept == []


def test_a_pid_in_use_again_is_another_process(url: str, clock: Clock) -> None:
    me = this_process("me")
    machine, _, started = me.start.rpartition("/")
    before = dataclasses.replace(me, start=f"{machine}/{int(started) - 1}")
    with opened(url, clock) as one, opened(url, clock) as other:
        one.acquire(0, before)

        assert other.acquire(0, me).taken_from == before


@pytest.mark.parametrize("what", ["alive", "other host", "other boot or container"])
def test_a_holder_not_proven_dead_is_left_alone(
    url: str, clock: Clock, what: str
) -> None:
    dead = ended_process()
    holder = {
        "alive": this_process("me"),
        "other host": dataclasses.replace(dead, host="another"),
        "other boot or container": dataclasses.replace(dead, start="boot/pid:[1]/9"),
    }[what]
    with opened(url, clock) as one, opened(url, clock) as other:
        one.acquire(0, holder)
        with pytest.raises(LeaseHeld):
            other.acquire(0, this_process("me"))


def test_a_zombie_is_dead(url: str, clock: Clock) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        stat = Path(f"/proc/{child.pid}/stat")
        if not stat.exists():
            pytest.skip("needs /proc")
        me = this_process("me")
        machine = me.start.rpartition("/")[0]
        started = stat.read_text().rpartition(")")[2].split()[19]
        holder = dataclasses.replace(me, pid=child.pid, start=f"{machine}/{started}")
        with opened(url, clock) as one, opened(url, clock) as other:
            one.acquire(0, holder)
            with pytest.raises(LeaseHeld):
                other.acquire(0, me)
            child.kill()
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

            assert other.acquire(0, me).taken_from == holder
    finally:
        child.kill()
        child.communicate()


# Tenants


@pytest.mark.parametrize(
    ("tenant", "hint"),
    [
        (Tenant("https://api.traede.example", 8), "its own `state`"),
        (Tenant("https://other.example", 7), "its own `state`"),
        (Tenant("http://api.traede.example", 7), "its own `state`"),
        (Tenant("https://api.traede.example", None), "traede.brand_id: 7"),
    ],
)
def test_a_state_opens_for_no_other_tenant(
    url: str, clock: Clock, tenant: Tenant, hint: str
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH])
        salt = state.salt
    with pytest.raises(StateDamaged, match="belongs to") as caught:
        opened(url, clock, tenant)

    assert "https://api.traede.example, brand 7" in caught.value.message
    assert hint in caught.value.hint
    with opened(url, clock) as state:
        assert (state.salt, state.ledger()) == (salt, {TEE_S: RICH})


def test_one_host_in_several_spellings_is_one_tenant(url: str, clock: Clock) -> None:
    opened(url, clock).close()
    for spelling in ("https://API.traede.example/", "https://api.traede.example:443"):
        opened(url, clock, Tenant(spelling, 7)).close()


def test_an_unused_state_learns_its_brand_and_a_used_one_does_not(
    url: str, clock: Clock
) -> None:
    unknown = dataclasses.replace(TENANT, brand_id=None)
    opened(url, clock, unknown).close()
    opened(url, clock, unknown).close()
    with opened(url, clock, TENANT) as state:
        assert state.tenant == TENANT
    with pytest.raises(StateDamaged):
        opened(url, clock, unknown)


def test_a_used_state_without_a_brand_keeps_to_that(url: str, clock: Clock) -> None:
    unknown = dataclasses.replace(TENANT, brand_id=None)
    with opened(url, clock, unknown) as state:
        state.acquire(0, ELSEWHERE)
        state.begin_run("sha256:p", "sha256:c", None, "me")
    with pytest.raises(StateDamaged, match="named no brand") as caught:
        opened(url, clock, TENANT)
    assert "a first run, which deletes nothing" in caught.value.hint


def test_a_used_state_learns_its_brand_where_that_is_asked_for(
    url: str, clock: Clock
) -> None:
    def learning(tenant: Tenant) -> State:
        return open_state(
            url,
            tenant,
            clock=clock,
            sleep=clock.sleep,
            base=Path("/"),
            learn_brand=True,
        )

    with learning(dataclasses.replace(TENANT, brand_id=None)) as state:
        state.acquire(0, ELSEWHERE)
        run = state.begin_run("sha256:p", "sha256:c", None, "me")
        state.record(run, [RICH])
        salt = state.salt
    with learning(TENANT) as state:
        assert (state.tenant, state.salt) == (TENANT, salt)
        assert state.ledger() == {TEE_S: RICH}
    with pytest.raises(StateDamaged, match="belongs to"):
        learning(dataclasses.replace(TENANT, brand_id=8))
