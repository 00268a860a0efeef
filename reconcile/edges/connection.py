"""One request over the network and its answer; the only module that knows httpx.

What goes wrong on the way is a value too: raised by nobody, so that no traceback holds
a request with its token.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from reconcile.edges.answers import Answer, clean, decode

MAX_BODY = 64 * 1024 * 1024
TIMEOUT = httpx.Timeout(120, connect=10)

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
_OUR_OWN = (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol)
REDIRECT = "x-reconcile-redirect"
"""The header of an answer that says where it would have gone."""

BaseTransport = httpx.BaseTransport


class TooLarge(Exception):
    """The body goes on beyond `MAX_BODY`."""


class Connection:
    """To one host, with the same headers each time; safe to use from several threads,
    each of which has connections of its own."""

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        transport: BaseTransport | None = None,
    ) -> None:
        self._url = url
        self._headers = headers
        self._transport = transport
        self._own = threading.local()
        self._opened: list[httpx.Client] = []
        self._tls: ssl.SSLContext | None = None

    def close(self) -> None:
        for one in self._opened:
            one.close()

    def ask(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        content: bytes | None,
    ) -> Answer | Exception:
        """One request; what goes wrong is given back."""
        if not path.startswith("/"):
            raise ValueError(f"a path starts with a slash: {path!r}")
        try:
            with self._http().stream(
                method, self._url + path, params=list(query) or None, content=content
            ) as response:
                body = _read(response)
                headers = dict(response.headers)
                status = response.status_code
        except (httpx.RequestError, httpx.InvalidURL, OSError, TooLarge) as error:
            return error
        try:
            return Answer(
                status, decode(body, headers.get("content-type", "")), headers
            )
        except ValueError as error:
            if 200 <= status < 300:
                return error
            return Answer(status, body.decode(errors="replace"), headers)

    def _http(self) -> httpx.Client:
        """The connections of this thread."""
        own: httpx.Client | None = getattr(self._own, "http", None)
        if own is None:
            own = self._own.http = httpx.Client(
                headers=self._headers,
                timeout=TIMEOUT,
                transport=self._transport,
                verify=self._verify(),
                follow_redirects=False,
                event_hooks={"response": [_hide_redirect]},
                # A proxy from the environment must not see what is meant for this
                # machine.
                trust_env=self._url.startswith("https:"),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            )
            self._opened.append(own)
        return own

    def _verify(self) -> ssl.SSLContext | bool:
        """The certificates, loaded once; plain http has none to look at."""
        if self._tls is None and self._url.startswith("https:"):
            self._tls = httpx.create_ssl_context()
        return self._tls or False


def surely_not_sent(error: Exception) -> bool:
    """Whether there was no connection to send it over."""
    return isinstance(error, _NOT_SENT)


def would_come_again(error: Exception) -> bool:
    """Whether the same request would end in the same way."""
    return isinstance(error, (*_OUR_OWN, TooLarge))


def words_of(error: Exception, secrets: tuple[str, ...]) -> str:
    """What went wrong on the way, without what nobody may see."""
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, TooLarge):
        return "the answer is too large"
    if isinstance(error, ValueError):
        return "the answer is broken JSON"
    name = type(error).__name__
    if isinstance(error, httpx.LocalProtocolError):
        return name  # its text would quote our headers
    told = clean(str(error), secrets)
    return f"{name}: {told}" if told else name


def _hide_redirect(response: httpx.Response) -> None:
    # httpx works out the next request even where it shall not be sent, and raises
    # on a target that is no URL: then the status would be lost.
    if target := response.headers.pop("location", ""):
        response.headers[REDIRECT] = target


def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > MAX_BODY:
            raise TooLarge
    return bytes(content)
