"""Requests to GitHub and GitLab; beside the client of Traede the only module that
knows httpx.

The token travels in a header, to the address of the API and nowhere else: redirects
are not followed, and neither is a next page on another machine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from reconcile.edges.address import is_loopback
from reconcile.edges.answers import clean, decode, error_words, retry_after
from reconcile.errors import ReconcileError

ATTEMPTS: Final = 4
MAX_WAIT: Final = 120.0
"""A forge that asks for more is not waited for: the job has other things to end."""
MAX_PAGES: Final = 100
_SECONDARY: Final = 60.0
"""What GitHub asks to wait where it does not say how long."""
_TIMEOUT: Final = httpx.Timeout(30, connect=10)
_NEXT: Final = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')


class ForgeError(ReconcileError):
    """GitHub or GitLab did not do what was asked; no reason for another exit code."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """Of the answer; 0 where none came."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back for a request that went well."""

    body: Any
    next_url: str = ""


class Http:
    """One API, as one user."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        secret: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        on_wait: Callable[[float, str], None] = lambda _seconds, _reason: None,
    ) -> None:
        self._url = _checked(url)
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise ForgeError("the token holds characters that no header can carry")
        self._secrets = (secret,)
        self._sleep, self._on_wait = sleep, on_wait
        self._http = httpx.Client(
            headers={**headers, "User-Agent": "traede-reconcile"},
            timeout=_TIMEOUT,
            follow_redirects=False,
            # A proxy from the environment must not see what is meant for this machine.
            trust_env=self._url.startswith("https:"),
        )

    def __repr__(self) -> str:
        return f"Http({self._url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int) -> Any:
        return self._send("GET", self._url + path, query, None).body

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """The items of a list, over all of its pages."""
        url, asked = self._url + path, {**query, "per_page": 100}
        for _ in range(MAX_PAGES):
            answer = self._send("GET", url, asked, None)
            if not isinstance(answer.body, list):
                raise ForgeError(f"GET {path} was answered with no list")
            yield from answer.body
            if not answer.next_url:
                return
            url, asked = answer.next_url, {}
            if not url.startswith(f"{self._url}/"):
                raise ForgeError(f"the next page of {path} is on another machine")
        raise ForgeError(f"GET {path} has more than {MAX_PAGES} pages")

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        return self._send(method, self._url + path, {}, body).body

    def _send(
        self,
        method: str,
        url: str,
        query: Mapping[str, str | int],
        body: Mapping[str, Any] | None,
    ) -> Answered:
        path = urlsplit(url).path
        for attempt in range(1, ATTEMPTS + 1):
            result = self._once(method, url, query, body)
            seconds = _pause(method, result, attempt)
            if attempt == ATTEMPTS or seconds is None or seconds > MAX_WAIT:
                break
            self._on_wait(seconds, self._why(result))
            self._sleep(seconds)
        if isinstance(result, httpx.Response) and result.is_success:
            link = _NEXT.search(result.headers.get("link", ""))
            return Answered(_decoded(result), link[1] if link else "")
        raise self._error(f"{method} {path}", result)

    def _once(
        self,
        method: str,
        url: str,
        query: Mapping[str, str | int],
        body: Mapping[str, Any] | None,
    ) -> httpx.Response | Exception:
        """As a value an error is raised by nobody, so no traceback holds the token."""
        try:
            return self._http.request(method, url, params=query or None, json=body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return error

    def _error(self, request: str, result: httpx.Response | Exception) -> ForgeError:
        if isinstance(result, Exception):
            return ForgeError(f"{request}: {self._why(result)}")
        words = "; ".join(error_words(_decoded(result), self._secrets))
        said = f"{request} was answered {result.status_code}"
        return ForgeError(f"{said}: {words}" if words else said, result.status_code)

    def _why(self, result: httpx.Response | Exception) -> str:
        if isinstance(result, httpx.Response):
            return f"answer {result.status_code}"
        if isinstance(result, httpx.LocalProtocolError):
            return type(result).__name__  # its text would quote our headers
        told = clean(str(result), self._secrets)
        return f"{type(result).__name__}: {told}" if told else type(result).__name__


def _pause(
    method: str, result: httpx.Response | Exception, attempt: int
) -> float | None:
    """Seconds until the same request may be sent again; None: not at all.

    A POST only where nothing can have come of it, else there would be two notes.
    """
    if isinstance(result, Exception):
        sent = not isinstance(result, (httpx.ConnectError, httpx.ConnectTimeout))
        return None if sent and method == "POST" else 2.0 ** (attempt - 1)
    if _is_limited(result):
        told = retry_after(result.headers)
        return _SECONDARY if told is None else told
    if result.status_code >= 500 and method != "POST":
        return retry_after(result.headers) or 2.0 ** (attempt - 1)
    return None


def _is_limited(answer: httpx.Response) -> bool:
    """Whether it is a rate limit: GitHub answers 403 for those too."""
    if answer.status_code == 429:
        return True
    headers = answer.headers
    used_up = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return answer.status_code == 403 and used_up


def _decoded(answer: httpx.Response) -> Any:
    try:
        return decode(answer.content, answer.headers.get("content-type", ""))
    except ValueError:
        return answer.text


def _checked(url: str) -> str:
    parts = urlsplit(url)
    safe = parts.scheme == "https" or is_loopback(url.rstrip("/"))
    if not safe or not parts.hostname or parts.username or parts.query:
        raise ForgeError("the address of the API is not https: the token is not sent")
    return url.rstrip("/")
