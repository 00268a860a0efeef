"""Tables to files, one row a line, and back. Same rows, same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Table,
    and_,
    column,
    delete,
    insert,
    select,
    table,
)
from sqlalchemy.sql import ColumnElement

from reconcile.edges.state import tables as t
from reconcile.edges.state.database import other_format
from reconcile.edges.state.rows import json_text
from reconcile.errors import StateDamaged

_JSON: Final = frozenset(
    "summary steps expect entry forget detail sent_paths sent_values returned_paths "
    "returned_values".split()
)
"""Columns that hold JSON as text; in the files it stands as what it is."""
_touched: Final = table("touched_rows", column("kind"), column("key"))

Row = dict[str, Any]


# Tables to lines


def line(row: Row) -> str:
    return json_text(row) + "\n"


def _row(columns: Mapping[Any, Any]) -> Row:
    return {
        str(name): json.loads(value) if name in _JSON else value
        for name, value in columns.items()
        if name != "tenant"
    }


def rows(connection: Connection, table: Table) -> list[Row]:
    query = select(table).order_by(*table.primary_key)
    return [_row(row) for row in connection.execute(query).mappings()]


def ledger_text(connection: Connection, kind: str) -> str:
    query = select(t.ledger).where(t.ledger.c.kind == kind).order_by(t.ledger.c.key)
    return "".join(line(_row(row)) for row in connection.execute(query).mappings())


def changes_text(connection: Connection) -> str:
    """The rows that are noted as touched; of one that is gone only the key."""
    watched = t.ledger.c.kind == _touched.c.kind, t.ledger.c.key == _touched.c.key
    # With the tenant, whose column the key begins with: else each is looked for in all.
    ours = t.ledger.c.tenant == select(t.tenants.c.id).scalar_subquery()
    query = (
        select(
            _touched.c.kind.label("of_kind"), _touched.c.key.label("of_key"), t.ledger
        )
        .outerjoin_from(_touched, t.ledger, and_(ours, *watched))
        .order_by(_touched.c.kind, _touched.c.key)
    )
    lines = []
    for found in connection.execute(query).mappings():
        row = dict(found)
        kind, key = row.pop("of_kind"), row.pop("of_key")
        lines.append(line(_row(row) if row["key"] else {"kind": kind, "key": key}))
    return "".join(lines)


def journal_lines(
    connection: Connection, which: ColumnElement[bool]
) -> dict[int, dict[int, str]]:
    """Calls with their items, by run and call, in order."""
    calls = select(t.calls).where(which).order_by(t.calls.c.run, t.calls.c.id)
    items = (
        select(t.items)
        .join(t.calls, t.calls.c.id == t.items.c.call)
        .where(which)
        .order_by(t.items.c.call, t.items.c.position)
    )
    of_call = {
        call: [{k: v for k, v in _row(row).items() if k != "call"} for row in group]
        for call, group in groupby(
            connection.execute(items).mappings(), lambda row: row["call"]
        )
    }
    found: dict[int, dict[int, str]] = {}
    for call in connection.execute(calls).mappings():
        text = line({**_row(call), "items": of_call.get(call["id"], [])})
        found.setdefault(call["run"], {})[call["id"]] = text
    return found


# Lines to tables


def fill_tables(connection: Connection, texts: Mapping[str, str], name: str) -> None:
    """From all files but the ledger's changes."""
    meta = json.loads(texts.get("meta.json", "{}"))
    if not isinstance(meta, dict) or meta.get("product") != t.PRODUCT:
        raise StateDamaged(
            f"The ref of the state {name} holds something of another program.",
            hint="Nothing was written. Choose another name: state: git:NAME",
        )
    if meta["version"] != t.FORMAT:
        raise other_format(name, meta["version"])
    for one in (t.items, t.calls, t.ledger, t.leases, t.runs, t.tenants, t.formats):
        connection.execute(delete(one))
    connection.execute(insert(t.formats).values(product=t.PRODUCT, version=t.FORMAT))
    _insert(connection, t.tenants, [meta["tenant"]], {})
    place = {"tenant": meta["tenant"]["id"]}
    _insert(connection, t.leases, _read(texts["lease.json"]), place)
    _insert(connection, t.runs, _read(texts.get("runs.jsonl", "")), place)
    for file in sorted(texts):
        part, *_ = file.split(".")
        if part == "journal":
            _fill_journal(connection, _read(texts[file]), place)
        elif part == "ledger" and file != "ledger.changes.jsonl":
            _insert(connection, t.ledger, _read(texts[file]), place)


def _fill_journal(connection: Connection, calls: list[Row], place: Row) -> None:
    items = [
        {**item, "call": call["id"]} for call in calls for item in call.pop("items")
    ]
    _insert(connection, t.calls, calls, place)
    _insert(connection, t.items, items, place)


def fill_changes(connection: Connection, text: str) -> None:
    """Newer than the ledger's files; of a row that is gone only the key is there."""
    changed = _read(text)
    for row in changed:
        connection.execute(
            delete(t.ledger).where(
                t.ledger.c.kind == row["kind"], t.ledger.c.key == row["key"]
            )
        )
    place = {"tenant": connection.scalars(select(t.tenants.c.id)).one()}
    _insert(connection, t.ledger, [row for row in changed if len(row) > 2], place)


def _insert(
    connection: Connection, table: Table, found: list[Row], place: Mapping[str, Any]
) -> None:
    if found:
        values = [
            {k: json_text(v) if k in _JSON else v for k, v in row.items()} | {**place}
            for row in found
        ]
        connection.execute(insert(table), values)


def _read(text: str) -> list[Row]:
    found = [json.loads(line) for line in text.splitlines()]
    if not all(isinstance(row, dict) for row in found):
        raise ValueError("a line is no row")
    return found
