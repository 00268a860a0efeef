"""The tables, the same in every database. Every row carries its tenant.

Times are text, ISO 8601 in UTC, so that they sort and mean the same everywhere.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

PRODUCT = "traede-reconcile"
FORMAT = 2
"""Goes up when an older program could no longer read or write the tables."""
APPLICATION_ID = 0x54526463
"""In the header of an SQLite file: tells ours apart without opening it."""

metadata = MetaData()
# SQLite counts by itself only in a column of type INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _tenant(*, key: bool = True) -> Column[int]:
    return Column(
        "tenant", _Id, ForeignKey("tenants.id"), primary_key=key, nullable=False
    )


formats = Table(
    "reconcile_format",
    metadata,
    Column("product", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
)

tenants = Table(
    "tenants",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("url", Text, nullable=False),
    Column("brand_id", BigInteger),
    Column("salt", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    Column("commit_applied", Text),
    Column("run_applied", BigInteger),
)

ledger = Table(
    "ledger",
    metadata,
    _tenant(),
    Column("kind", String(20), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("remote_id", BigInteger, nullable=False),
    Column("parent_kind", String(20)),
    Column("parent_key", Text),
    Column("sent_paths", Text, nullable=False),
    Column("sent_values", Text, nullable=False),
    Column("returned_paths", Text, nullable=False),
    Column("returned_values", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("spent", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("run", BigInteger, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", _Id, primary_key=True),
    _tenant(key=False),
    Column("plan_digest", Text, nullable=False),
    Column("catalog_digest", Text, nullable=False),
    Column("commit", Text),
    Column("who", Text, nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32)),
    Column("summary", Text, nullable=False),
    Column("exit_code", Integer),
    Column("commit_applied", Text),
    sqlite_autoincrement=True,
)

calls = Table(
    "calls",
    metadata,
    Column("id", _Id, primary_key=True),
    _tenant(key=False),
    Column("run", _Id, ForeignKey("runs.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("intended", String(32), nullable=False),
    Column("settled", String(32)),
    Index("calls_by_run", "tenant", "run"),
    Index("calls_in_flight", "tenant", "settled"),
    sqlite_autoincrement=True,
)

items = Table(
    "items",
    metadata,
    _tenant(),
    Column("call", _Id, ForeignKey("calls.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("steps", Text, nullable=False),
    Column("expect", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("forget", Text, nullable=False),
    Column("once", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("outcome", String(10)),
    Column("words", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    _tenant(),
    Column("number", BigInteger, nullable=False),
    Column("token", String(16), nullable=False),
    Column("held", Boolean, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("start", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("since", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
)
