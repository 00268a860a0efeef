"""One SQLite file that follows the store, one transaction per committed write."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from reconcile.sandbox.fields import Record
from reconcile.sandbox.snapshot import load
from reconcile.sandbox.store import PLURAL, Store

_TABLES = """
create table if not exists record
    (kind text, id integer, body text not null, primary key (kind, id));
create table if not exists effect (n integer primary key, body text not null);
create table if not exists meta (name text primary key, body text not null);
"""

Records = dict[tuple[str, int], Record | None]


class SqliteArchive:
    def __init__(self, path: Path) -> None:
        # Whoever writes holds the store's lock, whichever thread that is.
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(_TABLES)

    def keep(self, records: Records, effects: list[Record], meta: Record) -> None:
        with self._db:
            self._write(records, effects, meta)

    def replace(self, records: Records, effects: list[Record], meta: Record) -> None:
        with self._db:
            for table in ("record", "effect", "meta"):
                self._db.execute(f"delete from {table}")  # noqa: S608 (fixed names)
            self._write(records, effects, meta)

    def close(self) -> None:
        self._db.close()

    def read(self) -> Record:
        """What was kept, as a dump; an empty file is an empty dump."""
        data: dict[str, Any] = {
            name: json.loads(body)
            for name, body in self._db.execute("select name, body from meta")
        }
        for kind, plural in PLURAL.items():
            rows = self._db.execute(
                "select body from record where kind = ? order by id", (kind,)
            )
            data[plural] = [json.loads(body) for (body,) in rows]
        effects = self._db.execute("select body from effect order by n")
        data["effects"] = [json.loads(body) for (body,) in effects]
        return data

    def _write(self, records: Records, effects: list[Record], meta: Record) -> None:
        for (kind, record_id), record in records.items():
            if record is None:
                self._db.execute(
                    "delete from record where kind = ? and id = ?", (kind, record_id)
                )
            else:
                self._db.execute(
                    "insert or replace into record values (?, ?, ?)",
                    (kind, record_id, json.dumps(record)),
                )
        for effect in effects:
            self._db.execute(
                "insert into effect (body) values (?)", (json.dumps(effect),)
            )
        for name, value in meta.items():
            self._db.execute(
                "insert or replace into meta values (?, ?)", (name, json.dumps(value))
            )


def attach_archive(store: Store, path: Path) -> None:
    """Go on from the file if it holds something, and keep every write in it."""
    archive = SqliteArchive(path)
    data = archive.read()
    if "ticks" in data:
        load(store, data)
    store.archive = archive
    store.settle()
