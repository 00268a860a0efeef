"""Open or make a state by its URL, and make sure that it is ours and this tenant's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import (
    URL,
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
from reconcile.edges.state.database import HOW_TO_REPAIR, insert_one, other_format
from reconcile.edges.state.git_ref import GitPlace
from reconcile.edges.state.records import StateMissing
from reconcile.edges.state.rows import time_text
from reconcile.edges.state.sqlite_file import Fill, memory_database, open_file
from reconcile.edges.state.storage import Storage
from reconcile.edges.state.store import SqlState
from reconcile.errors import StateDamaged, UsageError

if TYPE_CHECKING:
    from reconcile.edges.state.postgres import PostgresDatabase

HOW_TO_WRITE = (
    "Write sqlite:///.reconcile/state.db, postgresql+psycopg://USER@HOST/NAME or git."
)


def open_stored(  # noqa: PLR0913 (as open_state)
    url: str,
    tenant: Tenant,
    *,
    clock: Callable[[], datetime],
    create: bool,
    sleep: Callable[[float], None],
    base: Path | None,
    renewing: bool,
    learn_brand: bool = False,
) -> SqlState:
    tenant = Tenant(canonical(tenant.url), tenant.brand_id)
    fill = partial(_fill, tenant=tenant, clock=clock)
    if (place := GitPlace.of(url)) is not None:
        storage = _open_git(place, fill, base or Path(), create=create, sleep=sleep)
    else:
        parsed = _parsed(url)
        if parsed.drivername == "sqlite":
            storage = _open_sqlite(parsed, fill, base or Path(), create=create)
        else:
            storage = _open_postgres(parsed, fill, create=create, sleep=sleep)
    try:
        row = _ours(storage, tenant, learn_brand=learn_brand)
    except BaseException:
        storage.close()
        raise
    return SqlState(
        storage, tenant, row["id"], clock=clock, sleep=sleep, renewing=renewing
    )


def canonical(url: str) -> str:
    """One spelling of a host, so that a slash does not make another tenant."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path.rstrip('/')}"


def _parsed(url: str) -> URL:
    # What is no URL may hold a password all the same: it is not repeated.
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError(
            "What stands in `state` is no URL of a state.", hint=HOW_TO_WRITE
        ) from None
    sqlite = parsed.drivername == "sqlite" and not (parsed.query or parsed.host)
    if not sqlite and parsed.drivername != "postgresql+psycopg":
        raise UsageError(
            f"A state at {parsed.drivername}://… is of a sort that this version does "
            "not know.",
            hint=HOW_TO_WRITE,
        )
    return parsed


def _open_sqlite(url: URL, fill: Fill, base: Path, *, create: bool) -> Storage:
    if url.database in (None, "", ":memory:"):
        database = memory_database("in memory")
        with database.writing() as connection:
            fill(connection)
        return database
    return open_file(base / Path(url.database or ""), fill, create=create)


def _open_postgres(
    url: URL, fill: Fill, *, create: bool, sleep: Callable[[float], None]
) -> Storage:
    from reconcile.edges.state.postgres import is_made, postgres_database

    database = postgres_database(url, sleep=sleep)
    try:
        with database.reading() as connection:
            made = is_made(connection)
        if not made:
            _make_tables(database, fill, create=create)
    except BaseException:
        database.close()
        raise
    return database


def _make_tables(database: PostgresDatabase, fill: Fill, *, create: bool) -> None:
    from reconcile.edges.state.postgres import make_tables

    if not create:
        raise StateMissing(database.name)
    make_tables(database, fill)


def _open_git(
    place: GitPlace,
    fill: Fill,
    base: Path,
    *,
    create: bool,
    sleep: Callable[[float], None],
) -> Storage:
    from reconcile.edges.state.git_ref import GitRef
    from reconcile.edges.state.mirror import GitStorage

    ref = GitRef(place, base, sleep=sleep)
    try:
        return GitStorage.open(ref, fill, create=create)
    except BaseException:
        ref.close()
        raise


def _fill(
    connection: Connection, tenant: Tenant, clock: Callable[[], datetime]
) -> None:
    """The rows that every state has from its beginning."""
    moment = time_text(clock())
    connection.execute(insert(t.formats).values(product=t.PRODUCT, version=t.FORMAT))
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


def _ours(storage: Storage, tenant: Tenant, *, learn_brand: bool) -> RowMapping:
    """The tenant's row, once format, soundness and tenant are as they must be."""
    with storage.reading() as connection:
        _check_sound(connection, storage.name)
        _check_format(connection, storage.name)
        row = _tenant_row(connection, tenant)
        other = connection.execute(select(t.tenants)).mappings().first()
    if row is not None:
        return row
    if other is not None and _claim(storage, other, tenant, used=learn_brand):
        return _ours(storage, tenant, learn_brand=False)
    if other is None:
        raise StateDamaged(
            f"The state {storage.name} names no tenant.", hint=HOW_TO_REPAIR
        )
    owner = Tenant(other["url"], other["brand_id"])
    if owner == Tenant(tenant.url):
        raise StateDamaged(
            f"The state {storage.name} was used when reconcile.yaml named no brand. "
            f"Now it names brand {tenant.brand_id}, and the state does not say that "
            "it is the same.",
            hint="Nothing was written. Take this state away, or name another `state` "
            "in reconcile.yaml: the next plan is then a first run, which deletes "
            "nothing, and one apply remembers all that is as written.",
        )
    hint = "Nothing was written. Give each environment its own `state`."
    if tenant == Tenant(owner.url):
        hint = f"Nothing was written. Set traede.brand_id: {owner.brand_id}"
    raise StateDamaged(
        f"The state {storage.name} belongs to {_named(owner)}, "
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
        raise other_format(name, version)


def _tenant_row(connection: Connection, tenant: Tenant) -> RowMapping | None:
    query = select(t.tenants).where(
        t.tenants.c.url == tenant.url,
        # `IS`, because a brand that is not known is equal to itself here.
        t.tenants.c.brand_id.is_not_distinct_from(tenant.brand_id),
    )
    return connection.execute(query).mappings().one_or_none()


def _claim(storage: Storage, other: RowMapping, tenant: Tenant, *, used: bool) -> bool:
    """Let a state made before the brand was known learn it; still empty, or `used`."""
    if other["url"] != tenant.url or other["brand_id"] is not None:
        return False
    runs = exists().where(t.runs.c.tenant == other["id"])
    unknown = t.tenants.c.brand_id.is_(None)
    with storage.writing() as connection:
        claimed = connection.execute(
            update(t.tenants)
            .where(t.tenants.c.id == other["id"])
            .where(unknown if used else unknown & ~runs)
            .values(brand_id=tenant.brand_id)
        )
    return claimed.rowcount == 1
