"""A state in an SQLite file: what only a file can suffer."""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.states import (
    ELSEWHERE,
    RICH,
    TEE,
    TEE_S,
    TENANT,
    Clock,
    applied,
    opened,
    sync,
    writing,
)

from reconcile.core.model import Ref
from reconcile.edges.state import (
    Item,
    StateMissing,
    database,
    open_state,
    sqlite_file,
)
from reconcile.errors import LeaseHeld, StateDamaged, UsageError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/.reconcile/state.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".reconcile" / "state.db"


def test_the_same_ledger_is_the_same_bytes(tmp_path: Path, clock: Clock) -> None:
    texts = []
    for name, reverse in (("a", False), ("b", True)):
        state, run = writing(f"sqlite:///{tmp_path}/{name}.db", clock)
        with state:
            items = sorted(RICH.sent.items(), reverse=reverse)
            state.record(run, [dataclasses.replace(RICH, sent=dict(items))])
        texts.append(sql(tmp_path / f"{name}.db", "select * from ledger"))

    assert texts[0] == texts[1]


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
        "postgresql://me:secret@db/state",
        "postgres:secret",
        "mysql+pymysql://me:secret@db/state",
        "git+https://me:secret@host/repository",
        "git:No Name",
        "sqlite:///state.db?mode=ro",
        "sqlite://host/state.db",
        "",
    ],
)
def test_other_urls_are_refused(url: str, clock: Clock) -> None:
    with pytest.raises(UsageError) as caught:
        opened(url, clock)
    assert "secret" not in caught.value.message


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
            lambda p: sql(p, "update reconcile_format set version = 3"),
            "has format 3; this version reads 2",
            id="newer format",
        ),
        pytest.param(
            lambda p: sql(p, "update reconcile_format set version = 1"),
            "has format 1; this version reads 2",
            id="older format",
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
    sqlite_file.make_file(file, lambda _: None)
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


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(statement).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows
