"""One connection, its transactions, and its errors in our words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, Insert, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from reconcile.edges.state.tables import FORMAT
from reconcile.errors import LeaseHeld, StateDamaged

BUSY_SECONDS = 30
HOW_TO_REPAIR = (
    "Nothing was written. Put back a copy, or move it away: the next apply then "
    "adopts what it finds in Traede and deletes nothing."
)


class Database:
    """A connection that threads share, one transaction at a time."""

    gathers = False

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._lock = threading.RLock()
        self.name = name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._lock, self._in_our_words(), self._engine.connect() as connection:
            yield connection.execution_options(read_only=True)

    @contextmanager
    def writing(self, *, later: bool = False) -> Iterator[Connection]:  # noqa: ARG002
        with self._lock, self._in_our_words(), self._engine.begin() as connection:
            yield connection

    def refresh(self) -> None:
        """Every transaction sees what is there."""

    def close(self) -> None:
        with self._lock:
            self._engine.dispose()

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # Without the cause: a driver quotes what was being written.
            raise self._translated(error) from None

    def _translated(self, error: DBAPIError) -> Exception:
        if isinstance(error, IntegrityError):
            return ValueError(f"the state does not take this: {error.orig}")
        code = str(getattr(error.orig, "sqlite_errorname", ""))
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return busy(self.name)
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return StateDamaged(
                f"The state {self.name} is damaged.", hint=HOW_TO_REPAIR
            )
        return StateDamaged(
            f"The state {self.name} cannot be used: {error.orig}.",
            hint="Check that its folder exists, has room, and may be written.",
        )


def busy(name: str) -> LeaseHeld:
    return LeaseHeld(
        f"Another process has been using the state {name} for {BUSY_SECONDS} s.",
        hint="Wait until it has ended, then run the same command again.",
    )


def other_format(name: str, version: object) -> StateDamaged:
    older = isinstance(version, int) and version < FORMAT
    return StateDamaged(
        f"The state {name} has format {version}; this version reads {FORMAT}.",
        hint="Nothing was written. It is of an earlier version: move it away, and the "
        "next apply takes over what catalog and Traede both have; nothing is deleted "
        "for being absent until then."
        if older
        else "Nothing was written. Use the version of reconcile that wrote it, or a "
        "newer one.",
    )


def sqlite_database(path: str, name: str) -> Database:
    """An SQLite file, or a database in memory where `path` is empty.

    The journal is SQLite's rollback journal, not WAL: the file is whole by itself
    whenever nobody writes, so a CI cache may carry it, and network disks can hold it.
    """
    engine = create_engine(
        URL.create("sqlite", database=path or None),
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return Database(engine, name)


def insert_one(connection: Connection, statement: Insert) -> int:
    """Insert one row; the id that the database gave it."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None  # noqa: S101  a single row always has one
    return int(key[0])


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # `_begin` says BEGIN, not the driver
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A write takes its lock at once: one that began by reading could not wait for
    # another writer, SQLite would have to refuse it.
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
