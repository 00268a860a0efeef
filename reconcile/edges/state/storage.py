"""What a place for the state must offer: whole transactions, and a fresh view."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from reconcile.edges.state.records import StateUnavailable


class Storage(Protocol):
    """Tables that survive the process; safe to use from several threads."""

    name: str
    """Where it is, as people may read it: without a password."""

    gathers: bool
    """Whether it stores what is written `later` only with the next write."""

    def reading(self) -> AbstractContextManager[Connection]: ...
    def writing(self, *, later: bool = False) -> AbstractContextManager[Connection]:
        """A transaction: all of it is stored afterwards, or nothing.

        With `later` it may be stored together with the next one that is not. Raises
        Moved where another process wrote in between, StateUnavailable where it is
        not stored, or where nobody knows.
        """
        ...

    def refresh(self) -> None:
        """Look again at what others wrote; if they did, what is not stored yet of ours
        is dropped."""
        ...

    def close(self) -> None: ...


class Moved(StateUnavailable):
    """Another process wrote at the same moment; nothing of ours is stored."""
