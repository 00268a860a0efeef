"""The lease: who may write.

It is numbered. Whoever takes it raises the number, and a write with an older number
is refused in the write's own transaction, so a run that slept too long does no harm.
A holder knows until when nobody can have taken it, and asks again before that is over.

    the lease is            it is for the taking
    never given, or back    at once
    held, holder is gone    at once (provable only on the same machine)
    held, 60 s not renewed  at once
    held otherwise          not: wait
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, select, update

from reconcile.edges.state.processes import is_gone
from reconcile.edges.state.records import Held, Holder, Lease
from reconcile.edges.state.rows import held_of, plain_text, time_text
from reconcile.edges.state.storage import Moved, Storage
from reconcile.edges.state.tables import leases
from reconcile.errors import LeaseHeld, UsageError

DURATION = timedelta(seconds=60)
_POLL_SECONDS = 1.0


class LeaseKeeper:
    """Takes, keeps and gives back one tenant's lease."""

    def __init__(
        self,
        storage: Storage,
        tenant_id: int,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._storage = storage
        self._mine = leases.c.tenant == tenant_id
        self._clock = clock
        self._sleep = sleep
        self._guard = threading.Lock()
        self._lease: Lease | None = None

    def acquire(self, wait: float, holder: Holder) -> Lease:
        left = wait
        while True:
            lease = self._try(holder)
            if isinstance(lease, Lease):
                self._lease = lease
                return lease
            if left <= 0:
                raise self._refusal(lease)
            pause = min(_POLL_SECONDS, left)
            self._sleep(pause)
            left -= pause

    @contextmanager
    def writing(self, *, later: bool = False) -> Iterator[Connection]:
        """A transaction that checks whether the lease is still ours, and renews it."""
        lease = self._lease
        if lease is None:
            raise LeaseHeld("This run holds no lease, so it may not write the state.")
        expires = self._clock() + DURATION
        later = later and self._storage.gathers
        try:
            with self._storage.writing(later=later) as connection:
                # What is stored later renews nothing: others cannot see it yet.
                self._keep(connection, lease, None if later else expires)
                yield connection
        except Moved:
            self._storage.refresh()
            with self._storage.reading() as connection:
                raise self._overtaken(connection, lease) from None
        if not later:
            self._renewed(lease, expires)

    def renew(self) -> Lease:
        with self.writing():
            pass
        lease = self._lease
        if lease is None:
            raise LeaseHeld("This run has given its lease back.")
        return lease

    def hold(self) -> None:
        lease = self._lease
        if lease is None or lease.expires - self._clock() < DURATION / 2:
            self.renew()

    def release(self) -> None:
        lease, self._lease = self._lease, None
        if lease is None:
            return
        try:
            with self._storage.writing() as connection:
                connection.execute(
                    update(leases)
                    .where(self._mine, leases.c.number == lease.number)
                    .values(held=False)
                )
        except Moved:
            return  # another run took it over: there is nothing to give back

    def holder(self) -> Held | None:
        self._storage.refresh()
        with self._storage.reading() as connection:
            row = self._row(connection)
        return held_of(row) if row["held"] else None

    def break_lease(self, lease_id: str) -> Held:
        self._storage.refresh()
        with self._storage.writing() as connection:
            row = self._row(connection, lock=True)
            if not row["held"]:
                raise UsageError("Nobody holds the lease; there is nothing to unlock.")
            held = held_of(row)
            if held.id != lease_id:
                raise UsageError(
                    f"The lease is {held.id}, held by {held.holder}.",
                    hint=f"If that run is certainly over: reconcile unlock {held.id}",
                )
            # A new number, so that its holder, should it live, can write no more.
            connection.execute(
                update(leases)
                .where(self._mine)
                .values(number=row["number"] + 1, held=False)
            )
        return held

    def _try(self, holder: Holder) -> Lease | Held:
        while True:
            self._storage.refresh()
            try:
                with self._storage.writing() as connection:
                    return self._take(connection, holder)
            except Moved:
                continue

    def _take(self, connection: Connection, holder: Holder) -> Lease | Held:
        row = self._row(connection, lock=True)
        now = self._clock()
        held = held_of(row) if row["held"] else None
        if held and held.expires > now and not is_gone(held.holder):
            return held
        number, token = row["number"] + 1, secrets.token_hex(4)
        expires = now + DURATION
        connection.execute(
            update(leases)
            .where(self._mine)
            .values(
                number=number,
                token=token,
                held=True,
                host=plain_text(holder.host),
                pid=holder.pid,
                start=holder.start,
                who=plain_text(holder.who),
                since=time_text(now),
                expires=time_text(expires),
            )
        )
        taken_from = held.holder if held else None
        return Lease(number, f"{number}-{token}", expires, taken_from)

    def _keep(
        self, connection: Connection, lease: Lease, expires: datetime | None
    ) -> None:
        values = {"expires": time_text(expires)} if expires else {"held": True}
        kept = connection.execute(
            update(leases)
            .where(self._mine, leases.c.number == lease.number, leases.c.held)
            .values(values)
        )
        if kept.rowcount != 1:
            raise self._overtaken(connection, lease)

    def _renewed(self, lease: Lease, expires: datetime) -> None:
        """Only what is stored counts; and another thread may have been faster."""
        with self._guard:
            now = self._lease
            if now and now.number == lease.number and now.expires < expires:
                self._lease = replace(now, expires=expires)

    def _row(self, connection: Connection, *, lock: bool = False) -> RowMapping:
        query = select(leases).where(self._mine)
        query = query.with_for_update() if lock else query
        return connection.execute(query).mappings().one()

    def _refusal(self, held: Held) -> LeaseHeld:
        age = _age(self._clock() - held.since)
        return LeaseHeld(
            f"{held.holder} is writing, since {age}; its lease {held.id} ends at "
            f"{held.expires:%H:%M:%S} UTC unless it is renewed.",
            hint="Run the same command again when it has ended. If that run is "
            f"certainly over: reconcile unlock {held.id}",
        )

    def _overtaken(self, connection: Connection, lease: Lease) -> LeaseHeld:
        row = self._row(connection)
        held = held_of(row) if row["held"] else None
        by = f"another run took over: {held.holder}" if held else "the lease was broken"
        return LeaseHeld(
            f"This run's lease {lease.id} is no longer the newest, {by}. "
            "This run stopped writing.",
            hint="Run the same command again when the other run has ended.",
        )


def _age(passed: timedelta) -> str:
    seconds = max(0, int(passed.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
