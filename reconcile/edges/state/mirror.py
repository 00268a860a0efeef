"""The state in git: tables in memory, and the same as files of a ref.

    meta.json            format, tenant, salt, what was applied last
    lease.json           who may write
    runs.jsonl           the history, one run a line
    journal.RUN.jsonl    the calls of one run with their items, one call a line
    ledger.KIND.jsonl    one object a line, sorted
    ledger.changes.jsonl what is newer than these; folded in at the end of a run

What is written `later` goes with the next push, so a run pushes once per wave: the
outcomes of the calls before, and the intents of the next. Threads that wait for a push
to end share the one after it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Self

from sqlalchemy import Connection, column, delete, select, table
from sqlalchemy.exc import SQLAlchemyError

from reconcile.edges.state import tables as t
from reconcile.edges.state.database import HOW_TO_REPAIR
from reconcile.edges.state.git_ref import GitRef
from reconcile.edges.state.lines import (
    changes_text,
    fill_changes,
    fill_tables,
    journal_lines,
    ledger_text,
    line,
    rows,
)
from reconcile.edges.state.records import StateMissing, StateUnavailable
from reconcile.edges.state.sqlite_file import memory_database
from reconcile.edges.state.storage import Moved
from reconcile.errors import StateDamaged

RUNS_KEPT: Final = 1000
JOURNALS_KEPT: Final = 50
"""Of the last runs; what is in flight is kept in any case."""
CHANGES: Final = 2000
"""From so many changed rows on the ledger's files are written anew."""

_WATCH: Final = """
create temp table touched_rows (kind text, key text, primary key (kind, key));
create temp table touched_calls (id integer primary key);
create temp trigger l1 after insert on ledger begin
  insert or ignore into touched_rows values (new.kind, new.key); end;
create temp trigger l2 after delete on ledger begin
  insert or ignore into touched_rows values (old.kind, old.key); end;
create temp trigger c1 after insert on calls begin
  insert or ignore into touched_calls values (new.id); end;
create temp trigger c2 after update on calls begin
  insert or ignore into touched_calls values (new.id); end;
create temp trigger i1 after insert on items begin
  insert or ignore into touched_calls values (new.call); end;
create temp trigger i2 after update on items begin
  insert or ignore into touched_calls values (new.call); end;
"""
"""Notes which rows and calls have changed since they were last dumped."""


_touched_calls: Final = table("touched_calls", column("id"))


class GitStorage:
    """Implements `Storage`."""

    gathers = True

    def __init__(self, ref: GitRef) -> None:
        self.name = ref.name
        self._ref = ref
        self._memory = memory_database(ref.name)
        self._head: str | None = None
        """The commit that our tables were read from, or pushed as."""
        self._tree: Mapping[str, str] = {}
        """Its files: names and blobs."""
        self._texts: dict[str, str] = {}
        self._blobs: dict[str, str] = {}
        """The files as they were last dumped."""
        self._calls: dict[int, dict[int, str]] = {}
        """The lines of the journals that this process has changed."""
        self._sending = threading.RLock()
        self._epoch = self._changed = self._sent = 0
        with self._memory.writing() as connection:
            for statement in _WATCH.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)

    @classmethod
    def open(
        cls, ref: GitRef, fill: Callable[[Connection], None], *, create: bool
    ) -> Self:
        storage = cls(ref)
        if storage._load():
            return storage
        if not create:
            raise StateMissing(ref.name)
        try:
            with storage.writing() as connection:
                fill(connection)
        except Moved:
            storage.refresh()  # another process was first; its state is as good
        except StateUnavailable:
            # Who may only read can plan all the same; taking the lease pushes again.
            pass
        return storage

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._memory.reading() as connection:
            yield connection

    @contextmanager
    def writing(self, *, later: bool = False) -> Iterator[Connection]:
        with self._memory.writing() as connection:
            yield connection
            self._changed += 1
            mine = self._epoch, self._changed
        if not later:
            self._send(*mine)

    def refresh(self) -> None:
        with self._sending:
            if self._ref.head() == self._head:
                return  # nobody wrote; what is not stored yet is still right
            if not self._load() and self._head is not None:
                raise StateDamaged(
                    f"The state {self.name} is gone.",
                    hint="Somebody deleted the ref. " + HOW_TO_REPAIR,
                )

    def close(self) -> None:
        self._memory.close()
        self._ref.close()

    # Pushing

    def _send(self, epoch: int, number: int) -> None:
        """Push at least up to this change; another thread may have done it already."""
        with self._sending:
            if epoch != self._epoch:
                raise Moved(f"The state {self.name} was changed by another run.")
            if self._sent >= number:
                return
            with self._memory.writing() as connection:
                number = self._changed
                words = _words(connection)
                self._dump(connection)
            tree = dict(self._blobs)
            if tree != self._tree:
                self._head = self._ref.push(tree, self._head, words)
                self._tree = tree
            elif self._ref.head() != self._head:
                raise Moved(f"The state {self.name} was changed by another run.")
            self._sent = number

    def _dump(self, connection: Connection) -> None:
        """Bring `_texts` and `_blobs` up to what the tables hold."""
        tenant = rows(connection, t.tenants)[0]
        fresh = {
            "meta.json": line(
                {"product": t.PRODUCT, "version": t.FORMAT, "tenant": tenant}
            ),
            "lease.json": "".join(map(line, rows(connection, t.leases))),
        }
        kinds = connection.exec_driver_sql(
            "select kind, count(*) from touched_rows group by kind order by kind"
        )
        touched = {str(kind): int(number) for kind, number in kinds}
        free = not connection.scalar(select(t.leases.c.held))
        if free or sum(touched.values()) > CHANGES:
            fresh |= {
                f"ledger.{kind}.jsonl": ledger_text(connection, kind)
                for kind in touched
            }
            fresh["ledger.changes.jsonl"] = ""
            connection.exec_driver_sql("delete from touched_rows")
            fresh |= self._pruned(connection)
        else:
            fresh["ledger.changes.jsonl"] = changes_text(connection)
        fresh["runs.jsonl"] = "".join(map(line, rows(connection, t.runs)))
        fresh |= self._journals(connection)
        self._keep(fresh)

    def _journals(self, connection: Connection) -> dict[str, str]:
        """The files of the runs whose calls have changed."""
        touched = select(_touched_calls.c.id).scalar_subquery()
        changed = journal_lines(connection, t.calls.c.id.in_(touched))
        for run, calls in changed.items():
            if run not in self._calls:
                whole = journal_lines(connection, t.calls.c.run == run)
                self._calls[run] = whole[run]
            self._calls[run] |= calls
        connection.execute(delete(_touched_calls))
        return {
            f"journal.{run}.jsonl": "".join(self._calls[run].values())
            for run in changed
        }

    def _keep(self, fresh: Mapping[str, str]) -> None:
        """Make blobs of the files that are not as they were; empty ones go."""
        new = {n: text for n, text in fresh.items() if text != self._texts.get(n)}
        new = {n: text for n, text in new.items() if text}
        if new:
            made = self._ref.blobs([text.encode() for text in new.values()])
            self._blobs |= dict(zip(new, made, strict=True))
            self._texts |= new
        for name, text in fresh.items():
            if not text:
                self._texts.pop(name, None)
                self._blobs.pop(name, None)

    def _pruned(self, connection: Connection) -> dict[str, str]:
        """Forget the oldest runs and journals; the files that go with them."""
        ids = [*connection.scalars(select(t.runs.c.id).order_by(t.runs.c.id.desc()))]
        open_runs = set(
            connection.scalars(select(t.calls.c.run).where(t.calls.c.settled.is_(None)))
        )
        old = [run for run in ids[JOURNALS_KEPT:] if run not in open_runs]
        if not old:
            return {}
        calls = select(t.calls.c.id).where(t.calls.c.run.in_(old))
        connection.execute(delete(t.items).where(t.items.c.call.in_(calls)))
        connection.execute(delete(t.calls).where(t.calls.c.run.in_(old)))
        forgotten = [run for run in ids[RUNS_KEPT:] if run not in open_runs]
        connection.execute(delete(t.runs).where(t.runs.c.id.in_(forgotten)))
        return {f"journal.{run}.jsonl": "" for run in old}

    # Loading

    def _load(self) -> bool:
        """Take over what the ref holds; False where there is no ref."""
        with self._sending:
            found = self._ref.fetch()
            if found is None:
                return False
            try:
                texts = {name: data.decode() for name, data in found.files.items()}
                with self._memory.writing() as connection:
                    fill_tables(connection, texts, self.name)
                    connection.exec_driver_sql("delete from touched_rows")
                    connection.exec_driver_sql("delete from touched_calls")
                    fill_changes(connection, texts.get("ledger.changes.jsonl", ""))
                    # No thread of ours may push what it wrote before as if it held.
                    self._epoch += 1
                    self._sent = self._changed
            except (ValueError, LookupError, TypeError, SQLAlchemyError):
                raise StateDamaged(
                    f"The state {self.name} is damaged.", hint=HOW_TO_REPAIR
                ) from None
            self._head, self._tree = found.commit, found.tree
            self._texts, self._blobs = texts, dict(found.tree)
            self._calls = {}
        return True


def _words(connection: Connection) -> str:
    row = connection.execute(select(t.leases)).mappings().one()
    held = "held" if row["held"] else "free"
    return f"State of reconcile\n\nLease {row['number']}-{row['token']}, {held}\n"
