"""The lease: who may write.

It is numbered. Whoever takes it raises the number, and a write with an older number
is refused in the write's own transaction, so a run that slept too long does no harm.

    the lease is            it is for the taking
    never given, or back    at once
    held, holder is gone    at once (provable only on the same machine)
    held, 60 s not renewed  at once
    held otherwise          not: wait
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, select, update

from reconcile.edges.state.database import Database
from reconcile.edges.state.processes import is_gone
from reconcile.edges.state.records import Held, Holder, Lease
from reconcile.edges.state.rows import held_of, time_text
from reconcile.edges.state.tables import leases
from reconcile.errors import LeaseHeld, UsageError

DURATION = timedelta(seconds=60)
_POLL_SECONDS = 1.0


class LeaseKeeper:
    """Takes, keeps and gives back one tenant's lease."""

    def __init__(
        self,
        database: Database,
        tenant_id: int,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._database = database
        self._mine = leases.c.tenant == tenant_id
        self._clock = clock
        self._sleep = sleep
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

    def keep(self, connection: Connection) -> Lease:
        """Check that the lease is still ours, and renew it, in this transaction."""
        lease = self._lease
        if lease is None:
            raise LeaseHeld("This run holds no lease, so it may not write the state.")
        expires = self._clock() + DURATION
        renewed = connection.execute(
            update(leases)
            .where(self._mine, leases.c.number == lease.number, leases.c.held)
            .values(expires=time_text(expires))
        )
        if renewed.rowcount != 1:
            raise self._overtaken(connection, lease)
        self._lease = Lease(lease.number, lease.id, expires, lease.taken_from)
        return self._lease

    def renew(self) -> Lease:
        with self._database.writing() as connection:
            return self.keep(connection)

    def release(self) -> None:
        lease, self._lease = self._lease, None
        if lease is None:
            return
        with self._database.writing() as connection:
            connection.execute(
                update(leases)
                .where(self._mine, leases.c.number == lease.number)
                .values(held=False)
            )

    def holder(self) -> Held | None:
        with self._database.reading() as connection:
            row = self._row(connection)
        return held_of(row) if row["held"] else None

    def break_lease(self, lease_id: str) -> Held:
        with self._database.writing() as connection:
            row = self._row(connection)
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
        with self._database.writing() as connection:
            row = self._row(connection)
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
                    host=holder.host,
                    pid=holder.pid,
                    start=holder.start,
                    who=holder.who,
                    since=time_text(now),
                    expires=time_text(expires),
                )
            )
        return Lease(
            number, f"{number}-{token}", expires, held.holder if held else None
        )

    def _row(self, connection: Connection) -> RowMapping:
        query = select(leases).where(self._mine).with_for_update()
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
