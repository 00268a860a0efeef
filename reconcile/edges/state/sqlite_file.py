"""A state in an SQLite file; touch nothing that is not ours.

A new file is made whole under another name and then linked to its own, so a state
is never seen half made, and an empty file is never taken for a new one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from reconcile.edges.state import tables as t
from reconcile.edges.state.database import HOW_TO_REPAIR, Database, sqlite_database
from reconcile.edges.state.records import StateMissing
from reconcile.errors import StateDamaged

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_APPLICATION_ID = slice(68, 72)

Fill = Callable[[Connection], None]


def memory_database(name: str) -> Database:
    """A database that nobody else sees, with our tables, and nothing in them."""
    database = sqlite_database("", name)
    with database.writing() as connection:
        t.metadata.create_all(connection, checkfirst=False)
    return database


def open_file(path: Path, fill: Fill, *, create: bool) -> Database:
    with _disk_errors(path):
        if not path.exists():
            if not create:
                raise StateMissing(str(path))
            make_file(path, fill)
        _refuse_foreign(path)
    return sqlite_database(str(path), str(path))


def make_file(path: Path, fill: Fill) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    # It holds the salt of sealed personal data: for its owner only.
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        database = sqlite_database(str(fresh), str(path))
        try:
            with database.writing() as connection:
                mark = f"PRAGMA application_id = {t.APPLICATION_ID}"
                connection.exec_driver_sql(mark)
                t.metadata.create_all(connection, checkfirst=False)
                fill(connection)
        finally:
            database.close()
        _publish(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _publish(fresh: Path, path: Path) -> None:
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return  # another process was first; its state is as good
    except OSError:  # a disk without links
        if not path.exists():
            fresh.rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _refuse_foreign(path: Path) -> None:
    """Look at the header alone: SQLite might already repair what is not ours."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        what = "is empty" if not head else "is no state of this program, or damaged"
        raise StateDamaged(f"The file {path} {what}.", hint=HOW_TO_REPAIR)
    if int.from_bytes(head[_APPLICATION_ID], "big") != t.APPLICATION_ID:
        raise StateDamaged(
            f"The file {path} is a database of another program.",
            hint="Nothing was written. Name another file in `state`.",
        )


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateDamaged(
            f"The state {path} cannot be opened: {error.strerror}.",
            hint="Check that it is a file, and that you may read and write it.",
        ) from error
