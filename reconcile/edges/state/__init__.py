"""The state: ledger, journal, lease and history of one tenant, opened by URL.

What is written here survives the machine. The rules that apply builds on:

- A call is in the journal before it is made (`intend`). Its outcomes and the ledger
  rows that follow from them arrive together, in one transaction (`settle`).
- Writing needs the lease, and checks in the same transaction that no newer one was
  given away. Reading needs none.
- A state belongs to one tenant, and opens for no other.
- Where it cannot be reached, nothing is sent: StateUnavailable. Whether its last write
  arrived is found out by reading, here or by the next run.

Nothing above this package sees SQLAlchemy, and importing it does not import it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from reconcile.core.model import Applied, Ref, Tenant
from reconcile.edges.state.processes import this_process
from reconcile.edges.state.records import (
    Call,
    Held,
    Holder,
    Intent,
    Item,
    Lease,
    Meta,
    Outcome,
    OutcomeName,
    Run,
    StateMissing,
    StateUnavailable,
)

__all__ = [
    "DEFAULT_URL",
    "Call",
    "Held",
    "Holder",
    "Intent",
    "Item",
    "Lease",
    "Meta",
    "Outcome",
    "OutcomeName",
    "Run",
    "State",
    "StateMissing",
    "StateUnavailable",
    "Tenant",
    "open_state",
    "this_process",
    "with_name",
]

DEFAULT_URL = "sqlite:///.reconcile/state.db"


class State(Protocol):
    """One tenant's state, open. Safe to use from several threads."""

    @property
    def tenant(self) -> Tenant: ...
    @property
    def name(self) -> str:
        """Where it is, for people; without a password."""
        ...

    @property
    def salt(self) -> str:
        """32 random bytes in hex, made with the state: seals personal data."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def close(self) -> None:
        """Give the lease back, if it is held, and let go of the file."""
        ...

    # Reading

    def ledger(self) -> dict[Ref, Applied]:
        """Every managed object, ordered by kind and key."""
        ...

    def meta(self) -> Meta: ...
    def runs(self, limit: int = 20) -> list[Run]:
        """The last runs, newest first."""
        ...

    def run(self, run: int) -> Run | None: ...
    def calls(self, run: int) -> list[Call]:
        """The journal of one run, oldest first, with outcomes."""
        ...

    def in_flight(self) -> list[Call]:
        """Calls of any run with items that have no outcome; only these items."""
        ...

    def last_run(self, ref: Ref) -> Run | None:
        """The run that last wrote this object's ledger row."""
        ...

    # Writing; each raises LeaseHeld where another run took over

    def begin_run(
        self, plan_digest: str, catalog_digest: str, commit: str | None, who: str
    ) -> int: ...
    def end_run(
        self,
        run: int,
        summary: Mapping[str, Any],
        exit_code: int,
        commit_applied: str | None = None,
    ) -> None: ...
    def intend(self, run: int, *intents: Intent) -> tuple[Call, ...]:
        """Put calls into the journal, before they are made. They are stored when this
        returns; several given at once, or by several threads, cost one write."""
        ...

    def settle(self, call_id: int, outcomes: Sequence[Outcome]) -> None:
        """Write outcomes and their ledger rows. Items left out stay in flight.

        They may be stored only with the next intents: until then a kill leaves the
        call in flight, to be settled by reading."""
        ...

    def record(
        self, run: int, entries: Iterable[Applied], forget: Iterable[Ref] = ()
    ) -> None:
        """Change the ledger alone: adopted, released and forgotten objects."""
        ...

    # The lease

    def acquire(self, wait: float, holder: Holder) -> Lease:
        """Take the lease, waiting up to `wait` seconds for it; else LeaseHeld."""
        ...

    def renew(self) -> Lease:
        """Keep the lease for another 60 s; every write does it too."""
        ...

    def hold(self) -> None:
        """Just before a request: return only while nobody can have taken over.

        Costs nothing in the first half of the lease, and a renewal after it."""
        ...

    def release(self) -> None: ...
    def holder(self) -> Held | None: ...
    def break_lease(self, lease_id: str) -> Held:
        """Take the lease away from its holder; `lease_id` must be exactly its id."""
        ...


def with_name(url: str, name: str) -> str:
    """`git` and `git+REMOTE` name no ref by themselves; other URLs say it all."""
    if url == "git":
        return f"git:{name}"
    return f"{url}#{name}" if url.startswith("git+") and "#" not in url else url


def open_state(  # noqa: PLR0913 (whose it is, where, and how it is kept)
    url: str,
    tenant: Tenant,
    *,
    clock: Callable[[], datetime],
    create: bool = True,
    sleep: Callable[[float], None] = time.sleep,
    base: Path | None = None,
    renewing: bool = False,
    learn_brand: bool = False,
) -> State:
    """Open a tenant's state, or make it; a relative path is below `base`.

    In git, `base` is in the catalog's repository. With `renewing`, a thread keeps the
    lease while it is held. With `learn_brand`, a state that was used before the brand
    of its tenant was known takes the one that is known now.

    Raises StateMissing (nothing there and `create` is false), StateDamaged (not
    ours, not this tenant's, not readable), StateUnavailable (no answer) or
    UsageError (a URL of another sort).
    """
    from reconcile.edges.state.opening import open_stored

    return open_stored(
        url,
        tenant,
        clock=clock,
        create=create,
        sleep=sleep,
        base=base,
        renewing=renewing,
        learn_brand=learn_brand,
    )
