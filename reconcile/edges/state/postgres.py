"""PostgreSQL: one connection, made again where it broke, and never a guess.

A password comes from `PGPASSWORD`, `~/.pgpass` or a service, as with every program
that uses libpq. It is in no message of ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, event, inspect, text
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
)

from reconcile.edges.state import database
from reconcile.edges.state import tables as t
from reconcile.edges.state.database import Database, busy
from reconcile.edges.state.records import StateUnavailable
from reconcile.errors import StateDamaged, UsageError

_TRIES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts to reach a server that was there before."""
_THIS_TRANSACTION = text("select pg_current_xact_id()::text")


def shown(url: URL) -> str:
    """The URL without its password, wherever that stands, and without the options."""
    user = f"{url.username}@" if url.username else ""
    port = f":{url.port}" if url.port else ""
    service = url.query.get("service")
    place = f"{user}{url.host or ''}{port}/{url.database or ''}"
    return f"postgresql://{place}" + (f" (service {service})" if service else "")


def postgres_database(url: URL, *, sleep: Callable[[float], None]) -> PostgresDatabase:
    """Connect; a server that is not there, or lets us not in, is said at once."""
    try:
        engine = create_engine(
            url,
            connect_args={
                "connect_timeout": 10,
                "application_name": "reconcile",
                # A pool between us and the server would mix prepared statements up.
                "prepare_threshold": None,
            },
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except (ImportError, NoSuchModuleError):
        raise UsageError(
            "A state in PostgreSQL needs its driver, which is not installed.",
            hint="pip install 'traede-reconcile[postgres]'",
        ) from None
    event.listen(engine, "connect", _prepare)
    opened = PostgresDatabase(engine, shown(url))
    opened.secrets = tuple(
        str(one) for one in (url.password, url.query.get("password")) if one
    )
    try:
        with opened.reading() as connection:
            _check_server(connection, opened.name)
    except BaseException:
        opened.close()
        raise
    opened.sleep = sleep
    return opened


class PostgresDatabase(Database):
    """See `Database`; here a connection may break at any moment."""

    secrets: tuple[str, ...] = ()
    sleep: Callable[[float], None] | None = None
    """Set once the server was reached: from then on it is waited for."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._lock, self._in_our_words(), self._connect() as connection:
            # All queries of one answer see the same moment.
            yield connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def writing(self, *, later: bool = False) -> Iterator[Connection]:  # noqa: ARG002
        with self._lock, self._in_our_words():
            outcome: str | None = "committed"
            with self._connect() as connection:
                transaction = connection.begin()
                with transaction:
                    yield connection
                    number = connection.scalar(_THIS_TRANSACTION)
                    try:
                        transaction.commit()
                    except DBAPIError as error:
                        if not _is_lost(error):
                            raise
                        connection.invalidate()
                        outcome = None
            outcome = outcome or self._outcome(str(number))
        if outcome != "committed":
            was = "did not take" if outcome == "aborted" else "may have taken"
            raise StateUnavailable(
                f"The connection to the state {self.name} broke; it {was} the last "
                "write.",
                hint="Run the same command again when it can be reached: it settles by "
                "reading.",
            )

    def _outcome(self, transaction: str) -> str | None:
        """What became of a transaction whose commit was not answered."""
        query = text("select pg_xact_status(cast(:number as xid8))")
        try:
            for seconds in _TRIES:
                with self._connect() as connection:
                    found = connection.scalar(query, {"number": transaction})
                if found != "in progress":
                    return None if found is None else str(found)
                self._pause(seconds)
        except DBAPIError:
            pass
        return None

    def _connect(self) -> Connection:
        for seconds in _TRIES if self.sleep else ():
            try:
                return self._engine.connect()
            except DBAPIError as error:
                if not _is_lost(error):
                    raise
                self._pause(seconds)
        return self._engine.connect()

    def _pause(self, seconds: float) -> None:
        (self.sleep or time.sleep)(seconds)

    def _translated(self, error: DBAPIError) -> Exception:
        words = self._words(error)
        if isinstance(error, IntegrityError):
            return ValueError(f"the state does not take this: {words}")
        state = getattr(error.orig, "sqlstate", None) or ""
        if state == "55P03":
            return busy(self.name)
        if _is_lost(error):
            return StateUnavailable(
                f"The state {self.name} cannot be reached: {words}.",
                hint="Check that the server runs, and its address, user, database and "
                "PGPASSWORD; then run the same command again.",
            )
        if state.startswith("42") and state != "42501":
            return StateDamaged(
                f"The state {self.name} has other tables than ours: {words}.",
                hint=database.HOW_TO_REPAIR,
            )
        return StateDamaged(
            f"The state {self.name} cannot be used: {words}.",
            hint="Check what this user may do in this database.",
        )

    def _words(self, error: DBAPIError) -> str:
        """The server's own sentence; not its detail, which quotes our rows."""
        diagnosis = getattr(error.orig, "diag", None)
        words = getattr(diagnosis, "message_primary", None) or str(error.orig)
        words = " ".join(words.split()).rstrip(".")
        for secret in self.secrets:
            words = words.replace(secret, "•••")
        return words


def make_tables(found: PostgresDatabase, fill: Callable[[Connection], None]) -> None:
    """Make what is not there, in one transaction; of two at once, one does it."""
    with found.writing() as connection:
        # Held to the end of the transaction. Who waits here finds the tables made.
        lock = text("select pg_advisory_xact_lock(:number)")
        connection.execute(lock, {"number": t.APPLICATION_ID})
        if is_made(connection):
            return
        theirs = sorted(set(inspect(connection).get_table_names()) & set(_NAMES))
        if theirs:
            raise StateDamaged(
                f"The database {found.name} has tables of another program: "
                f"{', '.join(theirs)}.",
                hint="Nothing was written. Give the state a database or a schema of "
                "its own: ?options=-csearch_path%3DNAME",
            )
        t.metadata.create_all(connection, checkfirst=False)
        fill(connection)


def is_made(connection: Connection) -> bool:
    return inspect(connection).has_table(t.formats.name)


_NAMES: Final = tuple(t.metadata.tables)


def _check_server(connection: Connection, name: str) -> None:
    version = connection.dialect.server_version_info or (0,)
    if version < (13,):
        raise UsageError(
            f"The server of the state {name} is PostgreSQL {version[0]}.",
            hint="13 or newer is needed.",
        )
    if connection.scalar(text("select current_schema()")) is None:
        raise UsageError(
            f"The state {name} names a schema that does not exist.",
            hint="Make it first: create schema NAME",
        )


def _prepare(connection: Any, _record: object) -> None:
    """A process that is stopped inside a transaction must not lock others out."""
    milliseconds = database.BUSY_SECONDS * 1000
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"set {name} = {milliseconds}")
    connection.commit()


def _is_lost(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)
    # Connection trouble, no way in, a server that is full, going down, or gave us up.
    return state[:2] in ("08", "28", "3D", "53", "57") or state == "25P03"
