"""A state in PostgreSQL: passwords, lost connections, and what is not ours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.postgres import Cluster
from support.states import (
    CAP,
    ELSEWHERE,
    RICH,
    TEE,
    TEE_S,
    Clock,
    applied,
    opened,
    sync,
    writing,
)

from reconcile.edges.state import (
    Item,
    StateMissing,
    StateUnavailable,
    Tenant,
    database,
    this_process,
)
from reconcile.errors import LeaseHeld, ReconcileError, StateDamaged, UsageError

SECRET = "hunter2-hunter2"  # noqa: S105 (nobody's)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.new_url()


def schema(url: str) -> str:
    return url.rpartition("%3D")[2]


# Passwords


@pytest.mark.parametrize(
    "form",
    [
        "postgresql+psycopg://reconcile:{secret}@127.0.0.1:{port}/postgres",
        "postgresql+psycopg://reconcile@127.0.0.1:{port}/postgres?password={secret}",
    ],
)
def test_a_wrong_password_is_said_and_not_repeated(
    postgres: Cluster, clock: Clock, form: str
) -> None:
    url = form.format(secret=SECRET, port=postgres.port)
    with pytest.raises(StateUnavailable, match="password authentication") as caught:
        opened(url, clock)

    assert f"postgresql://reconcile@127.0.0.1:{postgres.port}/" in caught.value.message
    assert SECRET not in everything(caught.value)


def test_a_password_may_stand_in_the_url_or_in_a_service(
    postgres: Cluster, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_url()
    monkeypatch.delenv("PGPASSWORD")
    with_password = url.replace("@", f":{postgres.password}@")
    with opened(with_password, clock) as state:
        assert (
            state.name == f"postgresql://reconcile@127.0.0.1:{postgres.port}/postgres"
        )
        salt = state.salt
    file = tmp_path / "services"
    file.write_text(
        f"[shop]\nhost=127.0.0.1\nport={postgres.port}\nuser=reconcile\n"
        f"password={postgres.password}\ndbname=postgres\n"
        f"options=-csearch_path={schema(url)}\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    with opened("postgresql+psycopg://?service=shop", clock) as state:
        assert state.salt == salt
        assert "shop" in state.name


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/db", "cannot be reached"),
        (f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/db?sslmod=x", "sslmod"),
        (f"postgresql+psycopg://me:{SECRET}@127.0.0.1:port/db", "no URL"),
    ],
)
def test_a_place_that_is_wrong_is_a_sentence(
    clock: Clock, url: str, words: str
) -> None:
    with pytest.raises(ReconcileError, match=words) as caught:
        opened(url, clock)

    assert caught.value.hint
    assert SECRET not in everything(caught.value)


def everything(error: BaseException) -> str:
    """An error as a traceback would show it."""
    return f"{error} {error!r} {error.__cause__!r} {getattr(error, 'hint', '')}"


# What is not ours


def test_no_tables_are_made_where_none_are_wanted(
    url: str, postgres: Cluster, clock: Clock
) -> None:
    with pytest.raises(StateMissing, match="There is no state at postgresql://"):
        opened(url, clock, create=False)

    assert tables(postgres, url) == []


def tables(postgres: Cluster, url: str) -> list[tuple[object, ...]]:
    return [
        (name,)
        for name, place in postgres.sql(
            "select table_name, table_schema from information_schema.tables"
        )
        if place == schema(url)
    ]


def test_tables_of_another_program_are_left_alone(
    url: str, postgres: Cluster, clock: Clock
) -> None:
    postgres.sql("create table runs (distance int)", schema(url))
    with pytest.raises(StateDamaged, match="another program: runs") as caught:
        opened(url, clock)

    assert "Nothing was written" in caught.value.hint
    assert tables(postgres, url) == [("runs",)]


def test_other_tables_may_stand_beside_ours(
    url: str, postgres: Cluster, clock: Clock
) -> None:
    postgres.sql("create table weather (day text)", schema(url))
    opened(url, clock).close()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update reconcile_format set version = 3", "format 3; this version reads 2"),
        ("update reconcile_format set version = 1", "format 1; this version reads 2"),
        ("delete from reconcile_format", "does not say which format"),
        ("update tenants set url = 'https://other.example'", "belongs to"),
        ("drop table items, calls, runs, ledger, leases, tenants", "other tables"),
        ("alter table ledger rename spent to used", "other tables"),
        ("update ledger set sent_values = '[1'", "a row that cannot be read"),
    ],
)
def test_a_damaged_state_is_refused_and_left_alone(
    url: str, postgres: Cluster, clock: Clock, statement: str, words: str
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH])
    postgres.sql(statement, schema(url))
    with pytest.raises(StateDamaged, match=words) as caught:
        ledger_of(url, clock)

    assert "Nothing was written" in caught.value.hint


def ledger_of(url: str, clock: Clock) -> None:
    with opened(url, clock) as state:
        state.ledger()


def test_a_schema_that_is_not_there_is_said(postgres: Cluster, clock: Clock) -> None:
    with pytest.raises(UsageError, match="schema that does not exist"):
        opened(postgres.url("nowhere"), clock)


def test_of_two_that_make_the_tables_one_does(url: str, clock: Clock) -> None:
    salts = []

    def open_it() -> None:
        with opened(url, clock) as state:
            salts.append(state.salt)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(salts) == 4
    assert len(set(salts)) == 1


def test_two_brands_have_two_schemas(postgres: Cluster, clock: Clock) -> None:
    one, other = postgres.new_url(), postgres.new_url()
    state, run = writing(one, clock)
    with state:
        state.record(run, [applied(TEE)])
        with opened(other, clock, Tenant("https://other.example", 8)) as second:
            assert second.ledger() == {}
            assert second.salt != state.salt


def test_errors_do_not_show_what_was_being_written(url: str, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        with pytest.raises(ValueError, match="foreign key") as caught:
            state.intend(run + 1, sync(Item(TEE, detail=SECRET)))
        assert SECRET not in everything(caught.value)
        assert str(run + 1) not in str(caught.value), "the driver's detail has it"


# Others in the way


def test_a_row_that_stays_locked_is_said(
    url: str, postgres: Cluster, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    opened(url, clock).close()
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with (
        psycopg.connect(
            f"host=127.0.0.1 port={postgres.port} user=reconcile dbname=postgres "
            f"options=-csearch_path={schema(url)}"
        ) as other,
        opened(url, clock) as state,
    ):
        other.execute("select * from leases for update")
        assert state.ledger() == {}, "reading goes on"
        with pytest.raises(LeaseHeld, match="Another process has been using"):
            state.acquire(0, ELSEWHERE)


def test_one_that_sleeps_inside_a_transaction_loses_it(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends it, so a stopped process keeps nobody out."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    sleeper, run = writing(url, clock)
    monkeypatch.setattr(database, "BUSY_SECONDS", 30)
    clock.sleep(61)
    taken = threading.Event()

    def entries() -> Iterator[object]:
        """Evaluated inside the transaction: another takes the lease meanwhile."""
        with opened(url, clock) as other:
            other.acquire(0, this_process("me"))
            taken.set()
        yield applied(CAP)

    with pytest.raises(StateUnavailable, match="cannot be reached"):
        sleeper.record(run, entries())  # type: ignore[arg-type]
    assert taken.is_set()
    with pytest.raises(LeaseHeld, match="no longer the newest"):
        sleeper.renew()
    sleeper.close()
    with opened(url, clock) as state:
        assert state.ledger() == {}


# Lost connections


class Cable:
    """Passes everything on between us and the server, until it is cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.on_commit: str = ""
        """What happens at the next commit: `lose request` or `lose answer`."""
        self.cut = False
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        self._open: list[socket.socket] = []

    def close(self) -> None:
        self._hang_up()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._port))
            self._open += [near, far]
            for pair in ((near, far), (far, near)):
                thread = threading.Thread(target=self._pass, args=pair, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        while data := _received(source):
            if b"COMMIT\0" in data and self.on_commit == "lose request":
                self.on_commit = ""
                break
            if self.on_commit == "lose answer" and data.startswith(
                b"C\0\0\0\x0bCOMMIT"
            ):
                self.on_commit = ""
                break
            try:
                target.sendall(data)
            except OSError:
                break
        self._hang_up()

    def _hang_up(self) -> None:
        open_now, self._open = self._open, []
        for one in open_now:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(1 << 16)
    except OSError:
        return b""


@pytest.fixture
def cable(postgres: Cluster) -> Iterator[Cable]:
    cable = Cable(postgres.port)
    yield cable
    cable.close()


@pytest.fixture
def by_cable(url: str, postgres: Cluster, cable: Cable) -> str:
    return url.replace(f":{postgres.port}/", f":{cable.port}/")


def test_a_commit_whose_answer_is_lost_is_found_done(
    by_cable: str, cable: Cable, clock: Clock
) -> None:
    state, run = writing(by_cable, clock)
    with state:
        cable.on_commit = "lose answer"
        (call,) = state.intend(run, sync(Item(TEE, entry=applied(TEE))))

        assert cable.on_commit == "", "it was lost"
        assert state.in_flight() == [call], "once, not twice"
        state.settle(call.call_id, [call.items[0].arrived()])
        assert state.ledger() == {TEE: applied(TEE)}


def test_a_commit_that_never_arrived_is_no_success(
    by_cable: str, cable: Cable, clock: Clock
) -> None:
    state, run = writing(by_cable, clock)
    with state:
        cable.on_commit = "lose request"
        with pytest.raises(StateUnavailable, match="did not take the last write"):
            state.intend(run, sync(Item(TEE)))

        assert state.in_flight() == []
        assert state.calls(run) == []


def test_a_commit_that_nobody_can_ask_about_is_unknown(
    by_cable: str, url: str, cable: Cable, clock: Clock
) -> None:
    state, run = writing(by_cable, clock)
    cable.on_commit, cable.cut = "lose answer", True
    with pytest.raises(StateUnavailable, match="may have taken the last write") as lost:
        state.intend(run, sync(Item(TEE)))
    assert "settles by reading" in lost.value.hint
    state.close()

    assert sum(clock.slept) < 20, "it gives up"
    with opened(url, clock) as state:
        assert len(state.in_flight()) == 1, "as it was: an intent that was never sent"


def test_a_server_that_restarts_between_two_writes_is_waited_for(
    url: str, postgres: Cluster, clock: Clock
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [applied(TEE)])
        postgres.down()
        clock.while_asleep = start_once(postgres)
        state.record(run, [applied(TEE_S)])

        assert set(state.ledger()) == {TEE, TEE_S}
    assert clock.slept


def start_once(postgres: Cluster) -> Callable[[], None]:
    starts = iter([postgres.up])
    return lambda: next(starts, lambda: None)()


def test_a_server_that_does_not_come_back_is_a_sentence(
    url: str, cable: Cable, by_cable: str, clock: Clock
) -> None:
    state, run = writing(by_cable, clock)
    cable.cut = True
    cable._hang_up()
    with pytest.raises(StateUnavailable, match="cannot be reached") as caught:
        state.record(run, [applied(TEE)])
    assert "PGPASSWORD" in caught.value.hint
    state.close()
    with opened(url, clock) as other:
        held = other.holder()
        assert held is not None, "nobody could give the lease back"
