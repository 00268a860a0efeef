"""The state: what it keeps, who may write it, and what a kill leaves behind."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconcile.core.model import Applied, Ref
from reconcile.edges.state import (
    Call,
    Holder,
    Intent,
    Item,
    Outcome,
    State,
    StateMissing,
    Tenant,
    database,
    open_state,
    opening,
    this_process,
)
from reconcile.errors import LeaseHeld, StateDamaged, UsageError

TENANT = Tenant("https://api.traede.example", 7)
ELSEWHERE = Holder("ci-17", 4711, "another-boot/ns/1", "anna")
TEE = Ref("product", "tee")
TEE_S = Ref("variant", "tee-s")
CAP = Ref("product", "cap")


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        self.while_asleep()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/.reconcile/state.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".reconcile" / "state.db"


def opened(
    url: str, clock: Clock, tenant: Tenant = TENANT, *, create: bool = True
) -> State:
    return open_state(url, tenant, clock=clock, sleep=clock.sleep, create=create)


def writing(url: str, clock: Clock) -> tuple[State, int]:
    state = opened(url, clock)
    state.acquire(0, this_process("me"))
    return state, state.begin_run("sha256:plan", "sha256:catalog", "c0ffee", "me")


def applied(ref: Ref, remote_id: int = 1, **sent: object) -> Applied:
    return Applied(ref, remote_id, {(name,): value for name, value in sent.items()})


RICH = Applied(
    ref=TEE_S,
    remote_id=17,
    sent={
        ("prices", "DKK", "sales_price"): "300",
        ("attributes", "Größe"): "S",
        ("tags",): ["a", "b"],
        ("archived",): False,
        ("weight",): 180,
        ("description",): None,
        ("meta",): {"z": 1, "a": "\ud800 lone, \x00 zero"},
    },
    returned={("tags",): ["a", "b", "c"]},
    parent=TEE,
    retired=True,
    protected=True,
    spent=True,
)


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


def test_the_same_ledger_is_the_same_bytes(tmp_path: Path, clock: Clock) -> None:
    texts = []
    for name, reverse in (("a", False), ("b", True)):
        state, run = writing(f"sqlite:///{tmp_path}/{name}.db", clock)
        with state:
            items = sorted(RICH.sent.items(), reverse=reverse)
            state.record(run, [dataclasses.replace(RICH, sent=dict(items))])
        texts.append(sql(tmp_path / f"{name}.db", "select * from ledger"))

    assert texts[0] == texts[1]


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


def sync(*items: Item) -> Intent:
    return Intent("products/sync", "POST /products/sync", items)


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
            slow.renew,
            lambda: slow.begin_run("sha256:p", "sha256:c", None, "anna"),
            lambda: slow.end_run(run, {}, 0, "c0ffee"),
            lambda: slow.intend(run, sync(Item(CAP))),
            lambda: slow.settle(call.call_id, [Outcome(TEE, "done")]),
            lambda: slow.record(run, [applied(CAP)]),
        ]
        for write in writes:
            with pytest.raises(LeaseHeld, match="another run took over: me on"):
                write()
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

        held = state.holder()
        assert held is not None
        assert held.expires == clock.now + timedelta(seconds=60)
        clock.sleep(30)
        assert state.renew().expires == clock.now + timedelta(seconds=60)


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


# Opening


def test_the_file_is_for_its_owner_and_nothing_lies_beside_it(
    url: str, file: Path, clock: Clock
) -> None:
    state, _ = writing(url, clock)
    with state:
        assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_relative_path_is_below_the_base(tmp_path: Path, clock: Clock) -> None:
    url = "sqlite:///.reconcile/state.db"
    with open_state(url, TENANT, clock=clock, base=tmp_path):
        assert (tmp_path / ".reconcile/state.db").exists()


def test_a_state_in_memory_leaves_nothing(clock: Clock) -> None:
    state, run = writing("sqlite://", clock)
    with state:
        state.record(run, [RICH])
        assert state.ledger() == {TEE_S: RICH}
    with opened("sqlite://", clock) as state:
        assert state.ledger() == {}


def test_no_state_is_made_where_none_is_wanted(
    url: str, file: Path, clock: Clock
) -> None:
    with pytest.raises(StateMissing, match="There is no state at"):
        opened(url, clock, create=False)
    assert not file.parent.exists()
    opened(url, clock).close()
    opened(url, clock, create=False).close()


@pytest.mark.parametrize(
    "url",
    [
        "state.db",
        "postgresql+psycopg://me:secret@db/state",
        "git",
        "sqlite:///state.db?mode=ro",
        "sqlite://host/state.db",
        "",
    ],
)
def test_other_urls_are_refused(url: str, clock: Clock) -> None:
    with pytest.raises(UsageError) as caught:
        opened(url, clock)
    assert "secret" not in caught.value.message


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
    url: str, file: Path, clock: Clock, tenant: Tenant, hint: str
) -> None:
    opened(url, clock).close()
    before = file.read_bytes()
    with pytest.raises(StateDamaged, match="belongs to") as caught:
        opened(url, clock, tenant)

    assert "https://api.traede.example, brand 7" in caught.value.message
    assert hint in caught.value.hint
    assert file.read_bytes() == before


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
    with pytest.raises(StateDamaged, match="belongs to"):
        opened(url, clock, TENANT)


def foreign_database(path: Path) -> None:
    sql(path, "create table catalog (id)")


def wal_of_another_program(path: Path) -> None:
    sql(path, "pragma journal_mode = wal")
    sql(path, "create table catalog (id)")


def damage(path: Path, how: Callable[[bytearray], object]) -> None:
    data = bytearray(path.read_bytes())
    how(data)
    path.write_bytes(data)


def scribble(data: bytearray) -> None:
    for page in range(4096, len(data), 4096):
        data[page : page + 100] = b"\xff" * 100


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda p: p.write_bytes(b""), "is empty", id="empty"),
        pytest.param(lambda p: p.write_text("hello " * 50), "no state", id="text"),
        pytest.param(foreign_database, "of another program", id="foreign"),
        pytest.param(wal_of_another_program, "of another program", id="foreign WAL"),
    ],
)
def test_a_file_that_is_not_ours_is_left_alone(
    tmp_path: Path, clock: Clock, spoil: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "state.db"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(StateDamaged, match=words) as caught:
        opened(f"sqlite:///{path}", clock)

    assert "Nothing was written" in caught.value.hint
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(
            lambda p: damage(p, lambda d: d.__delitem__(slice(8192, None))),
            "is damaged",
            id="cut short",
        ),
        pytest.param(
            lambda p: damage(p, lambda d: d.__delitem__(slice(50, None))),
            "no state of this program, or damaged",
            id="cut very short",
        ),
        pytest.param(lambda p: damage(p, scribble), "is damaged", id="scribbled"),
        pytest.param(
            lambda p: sql(p, "drop table reconcile_format"),
            "does not say which format",
            id="no format",
        ),
        pytest.param(
            lambda p: sql(p, "update reconcile_format set version = 2"),
            "has format 2; this version reads 1",
            id="newer format",
        ),
        pytest.param(
            lambda p: sql(p, "delete from tenants"), "names no tenant", id="no tenant"
        ),
    ],
)
def test_a_damaged_state_is_refused_and_left_alone(
    url: str, file: Path, clock: Clock, spoil: Callable[[Path], None], words: str
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [applied(Ref("product", f"{n}")) for n in range(200)])
    spoil(file)
    before = file.read_bytes()
    with pytest.raises(StateDamaged, match=words) as caught:
        opened(url, clock)

    assert "Nothing was written" in caught.value.hint
    assert file.read_bytes() == before


def test_a_row_that_cannot_be_read_is_damage(
    url: str, file: Path, clock: Clock
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH])
    for column, text in (("sent_values", "[1"), ("sent_values", "[]")):
        sql(file, f"update ledger set {column} = '{text}'")  # noqa: S608
        with opened(url, clock) as state, pytest.raises(StateDamaged, match="a row"):
            state.ledger()


def test_a_folder_in_the_way_is_said(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(StateDamaged, match="cannot be opened: Is a directory"):
        opened(f"sqlite:///{tmp_path}", clock)
    (tmp_path / "file").touch()
    with pytest.raises(StateDamaged, match="cannot be opened"):
        opened(f"sqlite:///{tmp_path}/file/state.db", clock)


def test_of_two_that_make_the_file_the_first_wins(
    url: str, file: Path, clock: Clock
) -> None:
    with opened(url, clock) as state:
        salt = state.salt
    opening._make(file, TENANT, clock())
    with opened(url, clock) as state:
        assert state.salt == salt
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_stays_locked_is_said(
    url: str, file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(url, clock).close()
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with opened(url, clock) as state:
            assert state.ledger() == {}, "reading goes on"
            with pytest.raises(LeaseHeld, match="Another process has been using"):
                state.acquire(0, ELSEWHERE)
    finally:
        other.close()


def test_errors_do_not_show_what_was_being_written(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        with pytest.raises(ValueError, match="FOREIGN KEY") as caught:
            state.intend(run + 1, sync(Item(TEE, detail="hunter2")))
        chain = f"{caught.value!r} {caught.value.__cause__!r}"
        assert "hunter2" not in chain


def test_importing_the_state_does_not_import_sqlalchemy() -> None:
    code = "import sys, reconcile.edges.state; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


# Killed processes. The children run this same file as a script.

CHUNK = 3


def keep_counting(url: str, rounds: int) -> None:
    """A run like apply's: intend, then settle; each settle adds CHUNK rows."""
    with open_state(url, TENANT, clock=utc_now) as state:
        state.acquire(0, this_process("child"))
        for call in state.in_flight():
            state.settle(call.call_id, [item.arrived() for item in call.items])
        run = state.begin_run("sha256:p", "sha256:c", None, "child")
        first = len(state.ledger()) // CHUNK
        for number in range(first, first + rounds):
            items = [Ref("product", f"{number:04}-{n}") for n in range(CHUNK)]
            intent = sync(*(Item(ref, entry=applied(ref)) for ref in items))
            (call,) = state.intend(run, intent)
            state.settle(call.call_id, [item.arrived() for item in call.items])
            print(number, flush=True)  # noqa: T201
        state.end_run(run, {"rounds": rounds}, 0, f"commit-{run}")


def die_at(url: str, statement: int) -> None:
    """Count, and be killed right before the given statement or commit."""
    from sqlalchemy import Engine, event

    seen = 0

    def tick(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, tick)
    keep_counting(url, 1)


def die_everywhere(folder: str) -> None:
    """One forked child per place to die, until one lives to the end."""
    import reconcile.edges.state.opening  # noqa: F401  once, not in every child

    statement = 0
    while True:
        statement += 1
        child = os.fork()
        if child == 0:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
            die_at(f"sqlite:///{folder}/{statement}.db", statement)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            print(statement)  # noqa: T201
            return


def add_one(url: str, rounds: int) -> None:
    """Read, add one, write: loses counts unless the lease keeps others out."""
    with open_state(url, TENANT, clock=utc_now, sleep=shortly) as state:
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
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-X", "dev", "-W", "error", __file__, *args],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(statement).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows


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


def test_a_kill_between_any_two_statements_leaves_a_whole_state(
    tmp_path: Path, clock: Clock
) -> None:
    driver = child("die_everywhere", str(tmp_path))
    out, _ = driver.communicate()
    assert driver.returncode == 0
    places = int(out)
    assert places > 40
    in_flight = 0
    for place in range(1, places + 1):
        url = f"sqlite:///{tmp_path}/{place}.db"
        with opened(url, clock) as state:
            in_flight += len(assert_consistent(state))
            clock.now = utc_now()
            lease = state.acquire(0, this_process("me"))  # the killed one is dead
            assert place < places or lease.taken_from is None
            run = state.begin_run("sha256:p", "sha256:c", None, "me")
            state.end_run(run, {}, 0)
        assert not Path(f"{tmp_path}/{place}.db-journal").exists()
    assert in_flight > 5, "kills between intend and settle are among them"


def test_a_run_killed_again_and_again_goes_on_and_loses_nothing(
    url: str, clock: Clock
) -> None:
    for after_lines in (1, 7, 3, 12, 5):
        running = child("keep_counting", url, "100000")
        assert running.stdout is not None
        for _ in range(after_lines):
            assert running.stdout.readline()
        running.send_signal(signal.SIGKILL)
        running.communicate()
        with opened(url, clock) as state:
            assert_consistent(state)
            assert len(state.ledger()) >= after_lines * CHUNK
    last = child("keep_counting", url, "1")
    last.communicate()
    assert last.returncode == 0
    with opened(url, clock) as state:
        assert assert_consistent(state) == []
        keys = [ref.key for ref in state.ledger()]
        assert keys == [
            f"{number:04}-{n}" for number in range(len(keys) // 3) for n in range(3)
        ], "no number is missing, none came twice"
        ended = [run for run in state.runs(100) if run.ended]
        assert [run.commit_applied for run in ended] == [state.meta().commit]


def test_two_processes_write_one_after_the_other(url: str, clock: Clock) -> None:
    # Both may have to make the file: one of them wins, and both use it.
    running = [child("add_one", url, "25") for _ in range(2)]
    numbers = [int(n) for process in running for n in process.communicate()[0].split()]

    assert [process.returncode for process in running] == [0, 0]
    assert sorted(numbers) == list(range(1, 51))
    with opened(url, clock) as state:
        assert state.ledger()[TEE].remote_id == 50


if __name__ == "__main__":
    task, target, *rest = sys.argv[1:]
    globals()[task](target, *map(int, rest))
