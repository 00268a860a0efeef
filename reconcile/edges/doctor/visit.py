"""One visit: asks, and remembers what every answer tells by the way."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, NoReturn, Protocol, Self

from reconcile.core.config import Paths, TraedeSettings
from reconcile.core.diagnosis import Finding
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.edges.address import join
from reconcile.edges.answers import Answer
from reconcile.edges.bruno import Query, query
from reconcile.edges.client import Client, Wait
from reconcile.edges.walk import Row
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

ATTEMPTS: Final = 3
"""Requests in all for one question; what fails each time is no passing trouble."""
LIMIT_HEADERS: Final = (
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
)


class Connect(Protocol):
    """Makes the client for some settings; with the app key, if there is one."""

    def __call__(
        self,
        settings: TraedeSettings,
        on_wait: Callable[[Wait], None],
        *,
        with_key: bool = True,
    ) -> Client: ...


class CutOff(Exception):
    """Nobody answers, or nobody is let in: nothing more can be learned."""

    def __init__(self, name: str, error: TraedeUnavailable) -> None:
        super().__init__(error.message)
        self.finding = Finding(name, "problem", error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list, as far as it could be read."""

    kind: KindName
    rows: Sequence[Row]
    total: int | None = None
    proof: str = ""
    """How it was proven complete; empty: it was not."""


class Visit:
    """The questions of one run; `settings` become those that work."""

    def __init__(
        self,
        connect: Connect,
        settings: TraedeSettings,
        clock: Callable[[], datetime.datetime],
    ) -> None:
        self.settings = settings
        self.asked = 0
        self.waits: list[Wait] = []
        self.limit_headers: dict[str, str] = {}
        self.ahead: float | None = None
        """By how many seconds Traede's clock is ahead of this one."""
        self.core_found = True
        self.closed: dict[KindName, str] = {}
        """Lists that do not answer as lists, and what they answer instead."""
        self.sync_paths: dict[str, str | None] = {}
        """The path of each sync, by its plural; None where there is none."""
        self._connect, self._clock = connect, clock
        self.client = connect(settings, self.waits.append)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def adopt(self, **changes: Any) -> None:
        """Go on with other settings."""
        self.settings = replace(self.settings, **changes)
        self.client.close()
        self.client = self._connect(self.settings, self.waits.append)

    def adopt_path(self, family: str, path: str) -> None:
        changed: Paths = replace(self.settings.paths, **{family: path})
        self.adopt(paths=changed)

    def get(
        self, path: str, options: Query | None = None, *, client: Client | None = None
    ) -> Answer:
        """The answer, whatever it says; raises UnexpectedAnswer if it is no answer."""
        client = client or self.client
        try:
            answer = client.probe(path, options or [], attempts=ATTEMPTS)
        except UnexpectedAnswer:
            raise
        except TraedeUnavailable as error:
            raise CutOff("connection", error) from error
        self._note(answer)
        if answer.status == 429:
            self.cut_off("rate limit", path, answer)
        return answer

    def rows(self, kind: KindName, **options: Any) -> list[Row] | None:
        """The rows of one request; None where that was refused."""
        answer = self.get(self.list_path(kind), query(**options))
        return rows_of(answer, KINDS[kind].plural)

    def without(self, *, identifier: bool = True, key: bool = True) -> Client:
        """A client that leaves a header out; to be closed by who asked for it."""
        settings = self.settings
        if not identifier:
            # What Traede does not know by name, it does not see.
            unknown = replace(settings.headers, app_identifier="X-Reconcile-Doctor")
            settings = replace(settings, headers=unknown)
        return self._connect(settings, self.waits.append, with_key=key)

    def list_path(self, kind: KindName) -> str:
        return join(self.settings.paths.core, KINDS[kind].plural)

    def cut_off(self, name: str, path: str, answer: Answer) -> NoReturn:
        """End the visit with the client's own sentence about this answer."""
        try:
            self.client.stop("GET", path, answer)
            self.client.fail(path, answer)
        except TraedeUnavailable as error:
            raise CutOff(name, error) from error

    def said(self, answer: Answer) -> str:
        """An answer that is not what it should be, in brackets."""
        if answer.ok:
            return f"{answer.status}, {self.client.shape(answer)}"
        words = self.client.words(answer)
        return f"{answer.status}, {words}" if words else str(answer.status)

    def _note(self, answer: Answer) -> None:
        self.asked += 1
        told = {n: answer.headers[n] for n in LIMIT_HEADERS if n in answer.headers}
        self.limit_headers.update(told)
        there = _instant(answer.headers.get("date", ""))
        if there is not None:
            ahead = there - self._clock().timestamp()
            if self.ahead is None or abs(ahead) < abs(self.ahead):
                self.ahead = ahead


def rows_of(answer: Answer, plural: str) -> list[Row] | None:
    """The rows in an answer; None where it is no list of them."""
    listed = answer.body.get(plural) if isinstance(answer.body, dict) else None
    if not answer.ok or not isinstance(listed, list):
        return None
    return [row for row in listed if isinstance(row, dict)]


def tried(name: str, check: Callable[[], Finding | list[Finding]]) -> list[Finding]:
    """What a check finds; where Traede's answer is none, that is unknown."""
    try:
        found = check()
    except TraedeUnavailable as error:
        found = Finding(name, "unknown", error.message, error.hint)
    return [found] if isinstance(found, Finding) else found


def _instant(text: str) -> float | None:
    try:
        when: datetime.datetime = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (when if when.tzinfo else when.replace(tzinfo=datetime.UTC)).timestamp()
