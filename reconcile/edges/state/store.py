"""What the state does, in SQL: every write is one transaction that keeps the lease.

Where the tables are is not known here: a file, a server, or memory that is pushed to a
ref (`Storage`). A write marked `later` may be stored with the next one: an outcome
that is lost is found again by reading, an intent is never sent before it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import groupby
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from reconcile.core.model import Applied, Ref, Tenant
from reconcile.edges.state import lease
from reconcile.edges.state import tables as t
from reconcile.edges.state.database import HOW_TO_REPAIR, insert_one
from reconcile.edges.state.lease import LeaseKeeper
from reconcile.edges.state.records import (
    Call,
    Held,
    Holder,
    Intent,
    Lease,
    Meta,
    Outcome,
    Run,
)
from reconcile.edges.state.renewal import Renewal
from reconcile.edges.state.rows import (
    LEDGER_COLUMNS,
    Reader,
    call_of,
    item_of,
    item_row,
    json_text,
    ledger_row,
    meta_of,
    plain_text,
    run_of,
    time_text,
)
from reconcile.edges.state.storage import Storage
from reconcile.errors import ReconcileError, StateDamaged


class SqlState:
    """Implements `State`; see there."""

    def __init__(
        self,
        storage: Storage,
        tenant: Tenant,
        tenant_id: int,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        renewing: bool,
    ) -> None:
        self.tenant = tenant
        self._storage = storage
        self._tenant_id = tenant_id
        self._clock = clock
        self._lease = LeaseKeeper(storage, tenant_id, clock=clock, sleep=sleep)
        self._renewing = renewing
        self._renewal: Renewal | None = None

    @property
    def name(self) -> str:
        return self._storage.name

    @property
    def salt(self) -> str:
        query = select(t.tenants.c.salt).where(t.tenants.c.id == self._tenant_id)
        with self._reading() as connection:
            return str(connection.execute(query).scalar_one())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        try:
            self.release()
        except ReconcileError:
            # What was done is done. The lease ends by itself, and nothing else waits
            # to be stored.
            pass
        finally:
            self._storage.close()

    # Reading

    def ledger(self) -> dict[Ref, Applied]:
        query = select(*(t.ledger.c[name] for name in LEDGER_COLUMNS)).where(
            t.ledger.c.tenant == self._tenant_id
        )
        reader = Reader()
        with self._reading() as connection:
            rows = connection.execute(query)
            found = [reader.applied(row) for row in rows]
        found.sort(key=lambda applied: applied.ref)
        return {applied.ref: applied for applied in found}

    def meta(self) -> Meta:
        query = select(t.tenants).where(t.tenants.c.id == self._tenant_id)
        with self._reading() as connection:
            return meta_of(connection.execute(query).mappings().one())

    def runs(self, limit: int = 20) -> list[Run]:
        query = (
            select(t.runs)
            .where(t.runs.c.tenant == self._tenant_id)
            .order_by(t.runs.c.id.desc())
            .limit(limit)
        )
        with self._reading() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def run(self, run: int) -> Run | None:
        query = select(t.runs).where(
            t.runs.c.tenant == self._tenant_id, t.runs.c.id == run
        )
        with self._reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            return run_of(row) if row else None

    def calls(self, run: int) -> list[Call]:
        return self._calls(t.calls.c.run == run)

    def in_flight(self) -> list[Call]:
        return self._calls(t.calls.c.settled.is_(None), t.items.c.outcome.is_(None))

    def last_run(self, ref: Ref) -> Run | None:
        query = (
            select(t.runs)
            .join(t.ledger, t.ledger.c.run == t.runs.c.id)
            .where(
                t.ledger.c.tenant == self._tenant_id,
                t.runs.c.tenant == self._tenant_id,
                t.ledger.c.kind == ref.kind,
                t.ledger.c.key == ref.key,
            )
        )
        with self._reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            return run_of(row) if row else None

    # Writing

    def begin_run(
        self, plan_digest: str, catalog_digest: str, commit: str | None, who: str
    ) -> int:
        row = {
            "tenant": self._tenant_id,
            "plan_digest": plan_digest,
            "catalog_digest": catalog_digest,
            "commit": commit,
            "who": plain_text(who),
            "started": self._now(),
            "summary": json_text({}),
        }
        with self._writing() as connection:
            return insert_one(connection, insert(t.runs).values(row))

    def end_run(
        self,
        run: int,
        summary: Mapping[str, Any],
        exit_code: int,
        commit_applied: str | None = None,
    ) -> None:
        end = {
            "ended": self._now(),
            "summary": json_text(summary),
            "exit_code": exit_code,
            "commit_applied": commit_applied,
        }
        mine = (t.runs.c.tenant == self._tenant_id, t.runs.c.id == run)
        with self._writing() as connection:
            connection.execute(update(t.runs).where(*mine).values(end))
            if commit_applied is not None:
                connection.execute(
                    update(t.tenants)
                    .where(t.tenants.c.id == self._tenant_id)
                    .values(commit_applied=commit_applied, run_applied=run)
                )

    def intend(self, run: int, *intents: Intent) -> tuple[Call, ...]:
        now = self._clock()
        with self._writing() as connection:
            return tuple(
                self._intend(connection, run, intent, now) for intent in intents
            )

    def settle(self, call_id: int, outcomes: Sequence[Outcome]) -> None:
        mine = (t.calls.c.tenant == self._tenant_id, t.calls.c.id == call_id)
        with self._writing(later=True) as connection:
            run = connection.execute(select(t.calls.c.run).where(*mine)).scalar_one()
            left = self._without_outcome(connection, call_id)
            for outcome in outcomes:
                if outcome.ref not in left:
                    raise ValueError(f"{outcome.ref} is not in flight in {call_id}")
                left.remove(outcome.ref)
            self._write_outcomes(connection, call_id, outcomes)
            self._write_ledger(
                connection,
                run,
                [outcome.entry for outcome in outcomes if outcome.entry],
                [ref for outcome in outcomes for ref in outcome.forget],
            )
            if not left:
                connection.execute(
                    update(t.calls).where(*mine).values(settled=self._now())
                )

    def record(
        self, run: int, entries: Iterable[Applied], forget: Iterable[Ref] = ()
    ) -> None:
        with self._writing(later=True) as connection:
            self._write_ledger(connection, run, entries, forget)

    # The lease

    def acquire(self, wait: float, holder: Holder) -> Lease:
        taken = self._lease.acquire(wait, holder)
        if self._renewing and self._renewal is None:
            every = lease.DURATION.total_seconds() / 6
            self._renewal = Renewal(self._lease.hold, every)
        return taken

    def renew(self) -> Lease:
        return self._lease.renew()

    def hold(self) -> None:
        if self._renewal is not None:
            self._renewal.check()
        self._lease.hold()

    def release(self) -> None:
        if self._renewal is not None:
            self._renewal.stop()
            self._renewal = None
        self._lease.release()

    def holder(self) -> Held | None:
        return self._lease.holder()

    def break_lease(self, lease_id: str) -> Held:
        return self._lease.break_lease(lease_id)

    # How it is done

    def _now(self) -> str:
        return time_text(self._clock())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._storage.reading() as connection:
                yield connection
        except (ValueError, TypeError, LookupError) as error:
            raise StateDamaged(
                f"The state {self._storage.name} holds a row that cannot be read.",
                hint=HOW_TO_REPAIR,
            ) from error

    def _writing(self, *, later: bool = False) -> AbstractContextManager[Connection]:
        return self._lease.writing(later=later)

    def _calls(
        self,
        which_calls: ColumnElement[bool],
        *which_items: ColumnElement[bool],
    ) -> list[Call]:
        of_calls = (t.calls.c.tenant == self._tenant_id, which_calls)
        of_items = (t.items.c.tenant == self._tenant_id, *which_items)
        calls = select(t.calls).where(*of_calls).order_by(t.calls.c.id)
        items = (
            select(t.items)
            .join(t.calls, t.calls.c.id == t.items.c.call)
            .where(*of_calls, *of_items)
            .order_by(t.items.c.call, t.items.c.position)
        )
        reader = Reader()
        with self._reading() as connection:
            rows = connection.execute(items).mappings()
            by_call = {
                call: tuple(item_of(row, reader) for row in group)
                for call, group in groupby(rows, lambda row: row["call"])
            }
            return [
                call_of(row, by_call.get(row["id"], ()))
                for row in connection.execute(calls).mappings()
            ]

    def _intend(
        self, connection: Connection, run: int, intent: Intent, now: datetime
    ) -> Call:
        if len({item.ref for item in intent.items}) < len(intent.items):
            raise ValueError("a call holds each object once")
        row = {
            "tenant": self._tenant_id,
            "run": run,
            "purpose": intent.purpose,
            "request": intent.request,
            "intended": time_text(now),
        }
        call_id = insert_one(connection, insert(t.calls).values(row))
        if intent.items:
            place = {"tenant": self._tenant_id, "call": call_id}
            connection.execute(
                insert(t.items),
                [place | item_row(item, n) for n, item in enumerate(intent.items)],
            )
        return Call(call_id, run, intent.purpose, intent.request, intent.items, now)

    def _without_outcome(self, connection: Connection, call_id: int) -> set[Ref]:
        query = select(t.items.c.kind, t.items.c.key).where(
            t.items.c.tenant == self._tenant_id,
            t.items.c.call == call_id,
            t.items.c.outcome.is_(None),
        )
        return {Ref(*row) for row in connection.execute(query)}

    def _write_outcomes(
        self, connection: Connection, call_id: int, outcomes: Sequence[Outcome]
    ) -> None:
        change = update(t.items).where(
            t.items.c.tenant == self._tenant_id,
            t.items.c.call == call_id,
            t.items.c.kind == bindparam("of_kind"),
            t.items.c.key == bindparam("of_key"),
        )
        # What the resume needs is large, and of no use once the outcome is known.
        shrunk = change.values(expect=json_text(None), entry=json_text(None))
        for known, statement in ((True, shrunk), (False, change)):
            rows = [
                {
                    "of_kind": outcome.ref.kind,
                    "of_key": outcome.ref.key,
                    "outcome": outcome.outcome,
                    "words": plain_text(outcome.words),
                }
                for outcome in outcomes
                if (outcome.outcome != "unknown") is known
            ]
            if rows:
                connection.execute(
                    statement.values(
                        outcome=bindparam("outcome"), words=bindparam("words")
                    ),
                    rows,
                )

    def _write_ledger(
        self,
        connection: Connection,
        run: int,
        entries: Iterable[Applied],
        forget: Iterable[Ref],
    ) -> None:
        place = {"tenant": self._tenant_id, "run": run}
        rows = {entry.ref: place | ledger_row(entry) for entry in entries}
        gone = sorted({*forget, *rows})
        if gone:
            connection.execute(
                delete(t.ledger).where(
                    t.ledger.c.tenant == self._tenant_id,
                    t.ledger.c.kind == bindparam("of_kind"),
                    t.ledger.c.key == bindparam("of_key"),
                ),
                [{"of_kind": ref.kind, "of_key": ref.key} for ref in gone],
            )
        if rows:
            connection.execute(insert(t.ledger), list(rows.values()))
