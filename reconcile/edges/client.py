"""Requests to Traede, and what became of them.

A read is tried again; a write only when it surely was not done (`may_retry`). Where
that is not sure the reply is `unknown` and the caller reads before it sends again.
Token and app key travel in headers and appear nowhere else.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, NoReturn, Self

from reconcile.core.config import TraedeSettings
from reconcile.edges.address import checked_url, headers_for, join
from reconcile.edges.answers import (
    Answer,
    Reply,
    clean,
    encode,
    error_codes,
    error_words,
    judge,
    retry_after,
    shape,
)
from reconcile.edges.connection import (
    MAX_BODY,
    REDIRECT,
    BaseTransport,
    Connection,
    TooLarge,
    surely_not_sent,
    words_of,
    would_come_again,
)
from reconcile.edges.pace import Pace, Quiet
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

ATTEMPTS = 4
"""Requests in all, for what may be tried again."""
RATE_ATTEMPTS = 6
"""Requests in all, while Traede answers 429."""
MAX_WAIT = 120.0


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause before the same request is sent again."""

    seconds: float
    reason: str
    request: str
    """Method and path, such as `GET /api/products`."""
    attempt: int


def ignore(_: Wait) -> None:
    """Nobody wants to know."""


def may_retry(method: str, result: int | Exception) -> bool:
    """Whether the same request may be sent again, by status or by what went wrong.

    A write only where Traede did nothing for sure: never connected, or 429.
    """
    if isinstance(result, Exception):
        if method == "GET":
            return not would_come_again(result)
        return surely_not_sent(result)
    if method == "GET":
        return result in (408, 425, 429) or 500 <= result < 600
    return result == 429


class Client:
    """One Traede account; safe to use from several threads."""

    def __init__(
        self,
        settings: TraedeSettings,
        token: str,
        *,
        app_key: str | None = None,
        transport: BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
        rng: Callable[[], float] = random.random,
        on_wait: Callable[[Wait], None] = ignore,
    ) -> None:
        self.settings = settings
        self.url = checked_url(settings)
        headers = headers_for(settings, token, app_key)
        self.header_names = tuple(headers)
        self._secrets = tuple(secret for secret in (token, app_key) if secret)
        self._closed = threading.Event()
        # A pause ends when the client is closed: nobody waits for its answer then.
        self._sleep = sleep or self._closed.wait
        self._rng, self._on_wait = rng, on_wait
        self._connection = Connection(
            self.url, {**headers, "User-Agent": settings.app_identifier}, transport
        )
        self.before_write: Callable[[], object] = lambda: None
        """Called just before each write, and each time it is sent again; raises where
        it must not be sent any more."""
        self._pace = Pace(max(1, 2 * settings.concurrency), sleep=self._sleep)
        self.quiet = Quiet()
        self._guard = threading.Lock()
        self._readers: ThreadPoolExecutor | None = None

    @property
    def reads_at_once(self) -> int:
        """How many pages may be asked for at the same time."""
        width = self.settings.concurrency
        return 2 * width if width > 1 else 1

    def begin(self, read: Callable[[], Answer]) -> Future[Answer]:
        """Read something in another thread of this client."""
        with self._guard:
            if self._readers is None:
                self._readers = ThreadPoolExecutor(self.reads_at_once)
            return self._readers.submit(read)

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

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
        self._closed.set()
        if self._readers is not None:
            self._readers.shutdown(cancel_futures=True)
        self._connection.close()

    def core(self, *parts: str | int) -> str:
        """The path of a core resource: `core("products", 12, "variants", 3)`."""
        return join(self.settings.paths.core, *parts)

    def products_sync(self) -> str:
        return join(self.settings.paths.products_sync)

    def customers_sync(self) -> str:
        return join(self.settings.paths.customers_sync)

    def orders(self, *parts: str | int) -> str:
        """`orders("export")` or `orders("mark-as-exported")`."""
        return join(self.settings.paths.orders, *parts)

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        """The JSON of a 2xx answer; anything else is raised."""
        answer = self.fetch(path, query)
        if not answer.ok:
            self.fail(path, answer)
        if answer.body is None or isinstance(answer.body, str):
            raise UnexpectedAnswer(
                f"Traede answered GET {path} with {self.shape(answer)}, not with JSON.",
                hint="Check traede.url and traede.paths in reconcile.yaml.",
            )
        return answer.body

    def fetch(
        self,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        attempts: int | None = None,
    ) -> Answer:
        """The answer to a GET, also when it is a refusal such as 404 or 500.

        Raises only where every other request would fail too: no connection, no
        access, a redirect, the rate limit.
        """
        answer = self.probe(path, query, attempts=attempts)
        self.stop("GET", path, answer)
        return answer

    def probe(
        self,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        attempts: int | None = None,
    ) -> Answer:
        """The answer to a GET, whatever it says; raises only where none came."""
        attempts = attempts or ATTEMPTS
        result = self._send("GET", path, query, attempts=attempts)
        if isinstance(result, Answer):
            return result
        if isinstance(result, TooLarge):
            raise UnexpectedAnswer(
                f"Traede's answer to GET {path} is larger than {MAX_BODY >> 20} MB.",
                hint="Lower traede.page_limit in reconcile.yaml.",
            )
        if isinstance(result, ValueError):
            raise UnexpectedAnswer(
                f"Traede's answer to GET {path} is broken JSON, {attempts} times."
            )
        raise self._unreachable("GET", path, result)

    def write(self, method: str, path: str, body: Any = None) -> Reply:
        """Send once what must not be sent twice.

        Raises only if Traede surely wrote nothing, so that the call can be repeated.
        """
        content = None if body is None else encode(body)
        with self.quiet.writing():
            result = self._send(method, path, content=content)
        if isinstance(result, Answer):
            self.stop(method, path, result)
            return self._reply(result)
        if surely_not_sent(result):
            raise self._unreachable(method, path, result)
        return Reply("unknown", words=(words_of(result, self._secrets),))

    def fail(self, path: str, answer: Answer) -> NoReturn:
        """Raise for an answer to a GET that is not what was asked for."""
        message = f"Traede answered {answer.status} to GET {path}"
        if words := "; ".join(error_words(answer.body, self._secrets)):
            message += f": {words}"
        if answer.status >= 500:
            raise TraedeUnavailable(
                f"{message} ({answer.attempts} attempts)",
                hint="Traede is in trouble. Run the same command again later.",
            )
        raise UnexpectedAnswer(
            message, hint="Check traede.url and traede.paths: `reconcile doctor`."
        )

    def shape(self, answer: Answer) -> str:
        """What the body of an answer is, for a message."""
        return shape(answer.body, self._secrets)

    def words(self, answer: Answer) -> str:
        """Traede's own messages in an answer, and where it points elsewhere."""
        target = self._target(answer.headers.get(REDIRECT, ""))
        moved = [f"redirected to {target}"] if target else []
        return "; ".join([*moved, *error_words(answer.body, self._secrets)])

    def _send(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        content: bytes | None = None,
        attempts: int = ATTEMPTS,
    ) -> Answer | Exception:
        """One request, with those repeats that `may_retry` allows."""
        limited = failed = 0
        while True:
            with self._pace.turn():
                if self._closed.is_set():
                    raise TraedeUnavailable(f"{method} {path} was given up.")
                if method != "GET":
                    self.before_write()
                result = self._connection.ask(method, path, query, content)
            cause = result.status if isinstance(result, Answer) else result
            if cause == 429:
                limited += 1
            else:
                failed += 1
                if isinstance(cause, int) and cause < 500:
                    self._pace.went_well()
            last = limited >= RATE_ATTEMPTS if cause == 429 else failed >= attempts
            if last or not may_retry(method, cause):
                if isinstance(result, Answer):
                    return replace(result, attempts=limited + failed)
                return result
            reason = (
                f"answer {cause}"
                if isinstance(cause, int)
                else words_of(cause, self._secrets)
            )
            seconds = self._pause(result, limited, failed)
            self._on_wait(Wait(seconds, reason, f"{method} {path}", limited + failed))
            (self._pace.rest if cause == 429 else self._sleep)(seconds)

    def _pause(self, result: Answer | Exception, limited: int, failed: int) -> float:
        if isinstance(result, Answer):
            told = retry_after(result.headers)
            if told is not None:
                return min(told, MAX_WAIT)
        over_limit = isinstance(result, Answer) and result.status == 429
        longest = 2.0**limited if over_limit else 2.0 ** (failed - 2)
        return min(longest, MAX_WAIT) * (0.5 + 0.5 * self._rng())

    def _reply(self, answer: Answer) -> Reply:
        outcome = judge(answer)
        words: tuple[str, ...] = ()
        if outcome != "accepted":
            words = error_words(answer.body, self._secrets)
            if target := answer.headers.get(REDIRECT):
                words = (f"redirected to {self._target(target)}", *words)
        return Reply(
            outcome,
            answer.status,
            answer.body,
            words,
            error_codes(answer.body) if outcome != "accepted" else (),
            retry_after(answer.headers),
        )

    def stop(self, method: str, path: str, answer: Answer) -> None:
        """Raise where going on is pointless; nothing was written in these cases."""
        request = f"{method} {path}"
        if answer.status in (401, 403):
            raise self._no_access(request, answer)
        if answer.status == 429:
            raise TraedeUnavailable(
                f"Traede's rate limit is used up: {answer.attempts} attempts at"
                f" {request} were answered 429.",
                hint="Lower traede.concurrency, or run the same command again later.",
            )
        # After 302 and 303 a write may have been done: those are `unknown` instead.
        moved = answer.status in (301, 307, 308)
        if moved or (method == "GET" and 300 <= answer.status < 400):
            target = self._target(answer.headers.get(REDIRECT, ""))
            raise TraedeUnavailable(
                f"Traede redirects {request} to {target or 'nowhere'}; redirects are"
                " not followed, because the token would go along.",
                hint="Set traede.url or traede.paths to where it should go.",
            )
        if (
            method != "GET"
            and answer.status in (404, 405)
            and path in (self.products_sync(), self.customers_sync())
        ):
            raise TraedeUnavailable(
                f"Traede has nothing at {request} ({answer.status}).",
                hint="Check traede.paths in reconcile.yaml: `reconcile doctor`.",
            )

    def _no_access(self, request: str, answer: Answer) -> TraedeUnavailable:
        words = "; ".join(error_words(answer.body, self._secrets)).rstrip(".")
        names = ", ".join(self.header_names)
        key = self.settings.headers.app_key
        checks = ["Check TRAEDE_TOKEN: it may be wrong, expired or of another account."]
        if answer.status == 403:
            checks = ["The token's user lacks a right in Traede."]
        if key not in self.header_names:
            checks.append(f"TRAEDE_APP_KEY is not set, so no {key} was sent.")
        return TraedeUnavailable(
            f"Traede refused access ({answer.status}) to {request}"
            f"{': ' + words if words else ''}. Headers sent: {names}.",
            hint=" ".join(checks),
        )

    def _unreachable(
        self, method: str, path: str, error: Exception
    ) -> TraedeUnavailable:
        why = words_of(error, self._secrets)
        return TraedeUnavailable(
            f"{self.url} could not be reached for {method} {path}: {why}",
            hint="Check the network and traede.url, then run the same command again.",
        )

    def _target(self, location: str) -> str:
        """Where a redirect points, without the query."""
        return clean(location.split("?")[0].split("#")[0], self._secrets)
