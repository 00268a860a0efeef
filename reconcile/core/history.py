"""What the state remembers, as values for a report: runs, open calls, the lease."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.core.model import KindName, Ref, Tenant


@dataclass(frozen=True, slots=True)
class PastRun:
    """One apply; what it does not know (yet) is None."""

    id: int
    started: datetime
    ended: datetime | None
    who: str
    commit: str | None
    plan: str
    """The digest of its plan."""
    exit_code: int | None = None
    changed: int | None = None
    left: int | None = None
    adopted: int | None = None
    edited: bool = False
    """Whether the files had edits that are not in the commit."""


@dataclass(frozen=True, slots=True)
class PastItem:
    """What became of one object in one call; `outcome` is None while it is open."""

    ref: Ref
    outcome: str | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call of the journal."""

    run: int
    request: str
    intended: datetime
    items: tuple[PastItem, ...]


@dataclass(frozen=True, slots=True)
class LeaseNow:
    """Who may write."""

    id: str
    who: str
    host: str
    process: int
    since: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """One look at a state."""

    place: str
    tenant: Tenant
    now: datetime
    exists: bool = True
    managed: Mapping[KindName, int] | None = None
    commit: str | None = None
    """The last one that was applied."""
    edited: bool = False
    """Whether with edits that are not in it."""
    runs: tuple[PastRun, ...] = ()
    """Newest first."""
    open_calls: tuple[PastCall, ...] = ()
    lease: LeaseNow | None = None


@dataclass(frozen=True, slots=True)
class RunDetails:
    """One run, with its journal."""

    run: PastRun
    calls: tuple[PastCall, ...]
