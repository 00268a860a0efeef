"""What the state keeps, as values: calls and their items, runs, the lease."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from reconcile.core.model import NOTHING, Applied, Ref
from reconcile.errors import ReconcileError

OutcomeName = Literal["done", "failed", "skipped", "unknown"]


class StateMissing(ReconcileError):
    """There is no state at this URL, and the caller does not want a new one."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"There is no state at {place} yet.",
            hint="The first `reconcile apply` makes it.",
        )
        self.place = place


class StateUnavailable(ReconcileError):
    """The place where the state is does not answer, or did not take a write."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of the tenant besides its objects."""

    created: datetime
    commit: str | None = None
    """The last commit applied; a run from an older one must name it."""
    run: int | None = None
    """The run that applied it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One `apply`, from its first state write; `ended` is None until its last."""

    id: int
    plan_digest: str
    catalog_digest: str
    commit: str | None
    who: str
    started: datetime
    ended: datetime | None = None
    summary: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    exit_code: int | None = None
    commit_applied: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item. `entry` and `forget` are what the ledger takes."""

    ref: Ref
    outcome: OutcomeName
    words: str = ""
    """Traede's words, or ours; for people."""
    entry: Applied | None = None
    forget: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One object in a call; a call holds each object once."""

    ref: Ref
    step_ids: tuple[str, ...] = ()
    expect: Any = None
    """JSON: what reading back shows if the call has arrived."""
    entry: Applied | None = None
    """The ledger row to write once it has arrived."""
    forget: tuple[Ref, ...] = ()
    """Ledger rows to remove once it has arrived."""
    once: bool = False
    """Has a part that must not be sent twice: image, opening stock, core create."""
    detail: Any = None
    """JSON, free; never a secret, personal data only sealed."""
    outcome: OutcomeName | None = None
    words: str = ""

    def arrived(self, words: str = "", *, entry: Applied | None = None) -> Outcome:
        """It is in Traede: the outcome that moves the ledger as intended."""
        return Outcome(self.ref, "done", words, entry or self.entry, self.forget)


@dataclass(frozen=True, slots=True)
class Intent:
    """A call about to be made."""

    purpose: str
    """Such as `products/sync`; says who understands the items."""
    request: str
    """Method and path, without host and headers."""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call in the journal: written before it is made, settled afterwards."""

    call_id: int
    run: int
    purpose: str
    request: str
    items: tuple[Item, ...]
    intended: datetime
    settled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that writes, told apart from every other one."""

    host: str
    pid: int
    start: str
    """`machine/start time`: a pid is used again, these two together are not."""
    who: str

    def __str__(self) -> str:
        return f"{self.who} on {self.host} (process {self.pid})"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write, until a higher number is given to somebody else."""

    number: int
    id: str
    """What `unlock` must be given, to the letter."""
    expires: datetime
    taken_from: Holder | None = None
    """The run before, where it had not given the lease back."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds the lease, for people."""

    id: str
    holder: Holder
    since: datetime
    expires: datetime
