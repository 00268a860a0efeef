"""Open or make a state; touch nothing that is not ours.

A new file is made whole under another name and then linked to its own, so a state
is never seen half made, and an empty file is never taken for a new one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import (
    Connection,
    RowMapping,
    exists,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError

from reconcile.core.model import Tenant
from reconcile.edges.state import tables as t
from reconcile.edges.state.database import (
    HOW_TO_REPAIR,
    Database,
    insert_one,
    sqlite_database,
)
from reconcile.edges.state.records import StateMissing
from reconcile.edges.state.rows import time_text
from reconcile.edges.state.store import SqlState
from reconcile.errors import StateDamaged, UsageError

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_APPLICATION_ID = slice(68, 72)


def open_sql(
    url: str,
    tenant: Tenant,
    *,
    clock: Callable[[], datetime],
    create: bool,
    sleep: Callable[[float], None],
    base: Path | None,
) -> SqlState:
    tenant = Tenant(canonical(tenant.url), tenant.brand_id)
    database = _open(_place(url, base), tenant, clock, create=create)
    try:
        row = _ours(database, tenant)
    except BaseException:
        database.close()
        raise
    return SqlState(database, tenant, row["id"], row["salt"], clock=clock, sleep=sleep)


def canonical(url: str) -> str:
    """One spelling of a host, so that a slash does not make another tenant."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path.rstrip('/')}"


def _place(url: str, base: Path | None) -> Path | None:
    """The file of an SQLite URL; None is memory."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(
            f"`{url}` is no URL of a state.",
            hint="Write it like sqlite:///.reconcile/state.db",
        ) from None
    if parsed.drivername != "sqlite" or parsed.query or parsed.host:
        raise UsageError(
            f"The state {parsed.render_as_string()} is of a sort that this version "
            "does not know.",
            hint="Write it like sqlite:///.reconcile/state.db",
        )
    if parsed.database in (None, "", ":memory:"):
        return None
    return (base or Path()) / Path(parsed.database or "")


def _open(
    path: Path | None,
    tenant: Tenant,
    clock: Callable[[], datetime],
    *,
    create: bool,
) -> Database:
    if path is None:
        database = sqlite_database("", "in memory")
        _fill(database, tenant, clock())
        return database
    with _disk_errors(path):
        if not path.exists():
            if not create:
                raise StateMissing(
                    f"There is no state at {path} yet.",
                    hint="The first `reconcile apply` makes it.",
                )
            _make(path, tenant, clock())
        _refuse_foreign(path)
    return sqlite_database(str(path), str(path))


def _make(path: Path, tenant: Tenant, now: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    # It holds the salt of sealed personal data: for its owner only.
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        database = sqlite_database(str(fresh), str(path))
        try:
            _fill(database, tenant, now)
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


def _fill(database: Database, tenant: Tenant, now: datetime) -> None:
    moment = time_text(now)
    with database.writing() as connection:
        connection.exec_driver_sql(f"PRAGMA application_id = {t.APPLICATION_ID}")
        t.metadata.create_all(connection, checkfirst=False)
        connection.execute(
            insert(t.formats).values(product=t.PRODUCT, version=t.FORMAT)
        )
        row = {
            "url": tenant.url,
            "brand_id": tenant.brand_id,
            "salt": secrets.token_hex(32),
            "created": moment,
        }
        tenant_id = insert_one(connection, insert(t.tenants).values(row))
        connection.execute(
            insert(t.leases).values(
                tenant=tenant_id,
                number=0,
                token="",
                held=False,
                host="",
                pid=0,
                start="",
                who="",
                since=moment,
                expires=moment,
            )
        )


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


def _ours(database: Database, tenant: Tenant) -> RowMapping:
    """The tenant's row, once format, soundness and tenant are as they must be."""
    with database.reading() as connection:
        _check_sound(connection, database.name)
        _check_format(connection, database.name)
        row = _tenant_row(connection, tenant)
        other = connection.execute(select(t.tenants)).mappings().first()
    if row is not None:
        return row
    if other is not None and _claim(database, other, tenant):
        return _ours(database, tenant)
    if other is None:
        raise StateDamaged(
            f"The state {database.name} names no tenant.", hint=HOW_TO_REPAIR
        )
    owner = Tenant(other["url"], other["brand_id"])
    hint = "Nothing was written. Give each environment its own `state`."
    if tenant == Tenant(owner.url):
        hint = f"Nothing was written. Set traede.brand_id: {owner.brand_id}"
    raise StateDamaged(
        f"The state {database.name} belongs to {_named(owner)}, "
        f"not to {_named(tenant)}.",
        hint=hint,
    )


def _named(tenant: Tenant) -> str:
    brand = tenant.brand_id
    return tenant.url if brand is None else f"{tenant.url}, brand {brand}"


def _check_sound(connection: Connection, name: str) -> None:
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise StateDamaged(f"The state {name} is damaged.", hint=HOW_TO_REPAIR)


def _check_format(connection: Connection, name: str) -> None:
    query = select(t.formats.c.version).where(t.formats.c.product == t.PRODUCT)
    version = None
    if inspect(connection).has_table(t.formats.name):
        version = connection.execute(query).scalar_one_or_none()
    if version is None:
        raise StateDamaged(
            f"The state {name} does not say which format it has.", hint=HOW_TO_REPAIR
        )
    if version != t.FORMAT:
        raise StateDamaged(
            f"The state {name} has format {version}; this version reads {t.FORMAT}.",
            hint="Nothing was written. Use the version of reconcile that wrote it, "
            "or a newer one.",
        )


def _tenant_row(connection: Connection, tenant: Tenant) -> RowMapping | None:
    query = select(t.tenants).where(
        t.tenants.c.url == tenant.url,
        # `IS`, because a brand that is not known is equal to itself here.
        t.tenants.c.brand_id.is_not_distinct_from(tenant.brand_id),
    )
    return connection.execute(query).mappings().one_or_none()


def _claim(database: Database, other: RowMapping, tenant: Tenant) -> bool:
    """Let a state made before the brand was known, still empty, learn it."""
    if other["url"] != tenant.url or other["brand_id"] is not None:
        return False
    used = exists().where(t.runs.c.tenant == other["id"])
    with database.writing() as connection:
        claimed = connection.execute(
            update(t.tenants)
            .where(t.tenants.c.id == other["id"])
            .where(t.tenants.c.brand_id.is_(None), ~used)
            .values(brand_id=tenant.brand_id)
        )
    return claimed.rowcount == 1


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateDamaged(
            f"The state {path} cannot be opened: {error.strerror}.",
            hint="Check that it is a file, and that you may read and write it.",
        ) from error
