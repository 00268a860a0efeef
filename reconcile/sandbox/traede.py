"""One request in, one reply out: who asks, what is meant, what goes wrong.

The order is that of a Laravel application: rate limit, token, headers, route, body.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, NoReturn

from reconcile.sandbox.batches import Job
from reconcile.sandbox.core import Answer, Call
from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.faults import Fault
from reconcile.sandbox.fields import Record
from reconcile.sandbox.phpquery import Array, parse_php_query
from reconcile.sandbox.refusals import ApiError, Refused
from reconcile.sandbox.routes import Routes
from reconcile.sandbox.store import Store

APP_IDENTIFIER: Final = "x-traedeappidentifier"
APP_KEY: Final = "x-traede-app-key"
_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", APP_KEY})
_GENERIC: Final = {"status": "error", "message": "An error occurred."}


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Recorded:
    """A request that came in; never the token."""

    method: str
    path: str
    query: Array
    headers: dict[str, str]
    body: Any
    status: int | None = None
    """What was answered; `None` if the socket was closed instead."""
    fault: str | None = None


class Request(NamedTuple):
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Traede:
    """The whole service without the sockets. Every public method takes the lock."""

    def __init__(self, store: Store, dialect: Dialect, token: str) -> None:
        self.store = store
        self.dialect = dialect
        self.token = token
        self.faults: list[Fault] = []
        self.requests: list[Recorded] = []
        self.turn = 0
        self._answered = 0
        self._refused = 0
        self._queue: list[tuple[int, Job]] = []

    def record(self, request: Request) -> Recorded:
        """Note a request as it arrives; its turn begins."""
        with self.store.lock:
            self.turn += 1
            query = parse_php_query(request.query)
            query.pop("access_token", None)
            headers = {
                name: value
                for name, value in request.headers.items()
                if name not in _SECRET_HEADERS
            }
            body = _decoded(request.body)
            noted = Recorded(request.method, request.path, query, headers, body)
            self.requests.append(noted)
            self._run_queue(lambda due: due < self.turn)
            return noted

    def answer(self, request: Request) -> Reply:
        with self.store.lock:
            try:
                return json_reply(*self._answer(request))
            except ApiError as error:
                return error_reply(error, self.dialect)

    def settle(self) -> None:
        """Let every queued sync happen now."""
        with self.store.lock:
            self._run_queue(lambda _due: True)

    def restart(self, dialect: Dialect) -> None:
        """Forget everything but the store."""
        with self.store.lock:
            self.dialect = dialect
            self.faults = []
            self.requests = []
            self.turn = self._answered = self._refused = 0
            self._queue = []

    # --- one request -----------------------------------------------------------------

    def _answer(self, request: Request) -> Answer:
        self._check_rate()
        query = parse_php_query(request.query)
        self._check_token(request, query)
        self._check_headers(request)
        routes = Routes(self.dialect, self._enqueue)
        handler, ids = routes.find(request.method, request.path)
        if any(request.path.startswith(one) for one in self.dialect.forbidden):
            raise ApiError(403)
        body = _input(request, self.dialect)
        return handler(Call(self.store, self.dialect, query, body, ids, self.turn))

    def _check_rate(self) -> None:
        """The window is counted in requests, so that no test has to wait."""
        limit = self.dialect.rate_limit
        if limit is None:
            return
        if self._answered < limit:
            self._answered += 1
            return
        self._refused += 1
        if self._refused >= self.dialect.rate_refusals:
            self._answered = self._refused = 0
        raise ApiError(
            429,
            {
                "Retry-After": self.dialect.retry_after,
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Remaining": "0",
            },
        )

    def _check_token(self, request: Request, query: Array) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else query.get("access_token")
        if given != self.token:
            raise ApiError(401, {"WWW-Authenticate": "Bearer"})

    def _check_headers(self, request: Request) -> None:
        """Both are required (`core-api.txt`, "Headers"); what becomes of a request
        without them is not said. Here it learns which one is missing."""
        content_type = request.headers.get("content-type", "")
        if not content_type.startswith("application/json"):
            raise Refused("The Content-Type header must be application/json.")
        if not request.headers.get(APP_IDENTIFIER):
            raise Refused("The X-TraedeAppIdentifier header is required.")
        key = self.dialect.app_key
        if key is not None and request.headers.get(APP_KEY) != key:
            raise ApiError(403)

    # --- the queue -------------------------------------------------------------------

    def _enqueue(self, job: Job) -> None:
        self._queue.append((self.turn + self.dialect.sync_delay, job))

    def _run_queue(self, is_due: Callable[[int], bool]) -> None:
        due = [(turn, job) for turn, job in self._queue if is_due(turn)]
        self._queue = [entry for entry in self._queue if entry not in due]
        for _, job in due:
            job()


def error_reply(error: ApiError, dialect: Dialect) -> Reply:
    """Heimdal's forms, or one of those that other layers and versions answer with."""
    status, headers = error.status, error.headers
    if dialect.error_shape == "html":
        page = (
            f"<!DOCTYPE html>\n<html><head><title>Error {status}</title></head></html>"
        )
        return Reply(status, {**headers, "Content-Type": "text/html"}, page.encode())
    if dialect.error_shape == "plain" or status == 429:
        text = "Too Many Attempts." if status == 429 else "An error occurred."
        return Reply(status, {**headers, "Content-Type": "text/plain"}, text.encode())
    if not isinstance(error, Refused) or dialect.error_shape == "generic":
        return json_reply(status, _GENERIC, headers)
    code = str(int(error.code)) if dialect.error_shape == "text-code" else error.code
    errors = [
        {
            "status": "422",
            "code": code,
            "title": "Validation error",
            "detail": detail,
        }
        for detail in error.details
    ]
    status = 200 if dialect.error_shape == "ok" else status
    return json_reply(status, {"errors": errors}, headers)


def json_reply(
    status: int, body: Any, headers: Mapping[str, str] | None = None
) -> Reply:
    if body is None:
        return Reply(status, dict(headers or {}), b"")
    # PHP escapes slashes; in JSON they stand only within texts.
    text = json.dumps(body, ensure_ascii=False).replace("/", r"\/")
    return Reply(
        status, {**(headers or {}), "Content-Type": "application/json"}, text.encode()
    )


# --- bodies --------------------------------------------------------------------------


def _input(request: Request, dialect: Dialect) -> Record:
    """The body as Laravel hands it on; one that is no JSON object is empty."""
    if request.method == "GET" or not request.body:
        return {}
    body = _decoded(request.body)
    return _cleaned(body, trim=dialect.trim) if isinstance(body, dict) else {}


def _decoded(body: bytes) -> Any:
    """Decimals stay exact; no binary float ever comes near a price."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError:
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _cleaned(value: Any, *, trim: bool) -> Any:
    """Laravel trims texts, and stores an empty one as null."""
    if isinstance(value, str):
        return (value.strip() if trim else value) or None
    if isinstance(value, dict):
        return {key: _cleaned(one, trim=trim) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, trim=trim) for one in value]
    return value
