from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reconcile.edges.connection as module
from reconcile.core.config import Headers, Paths, TraedeSettings
from reconcile.edges.answers import Answer, Reply
from reconcile.edges.client import ATTEMPTS, RATE_ATTEMPTS, Client, Wait, may_retry
from reconcile.errors import (
    ReconcileError,
    TraedeUnavailable,
    UnexpectedAnswer,
    UsageError,
)

TOKEN = "tok-0123456789"  # noqa: S105 - made up
APP_KEY = "key-0123456789"
Script = httpx.Response | Exception


class FakeTraede:
    """Answers from a script, the last entry again and again; notes what it got."""

    def __init__(self, *script: Script) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.waits: list[Wait] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(entry, Exception):
            raise entry
        # One object may answer often: a response can be read only once.
        return httpx.Response(
            entry.status_code, headers=entry.headers, content=entry.content
        )

    def client(self, settings: TraedeSettings | None = None) -> Client:
        return Client(
            settings or TraedeSettings(),
            TOKEN,
            app_key=APP_KEY,
            transport=httpx.MockTransport(self),
            sleep=self.slept.append,
            rng=lambda: 1.0,
            on_wait=self.waits.append,
        )


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is None or isinstance(body, str):
        return httpx.Response(status, headers=named, text=body or "")
    return httpx.Response(status, headers=named, json=body)


# --- what is sent ---------------------------------------------------------------------


def test_headers_carry_the_token_and_the_url_does_not() -> None:
    traede = FakeTraede(answer(200, {"products": []}))

    with traede.client() as client:
        client.get(client.core("products"), [("includes[]", "variants")])

    (request,) = traede.requests
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["X-TraedeAppIdentifier"].startswith("traede-reconcile/")
    assert request.headers["X-Traede-App-Key"] == APP_KEY
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert str(request.url) == (
        "https://api.traede.com/api/products?includes%5B%5D=variants"
    )


def test_names_of_headers_and_paths_are_configurable() -> None:
    settings = TraedeSettings(
        url="https://shop.example/traede/",
        paths=Paths(core="v10", products_sync="/production/products/sync/", orders=""),
        headers=Headers(app_identifier="X-App", app_key="X-Key"),
    )
    traede = FakeTraede(answer(200, {}))

    with traede.client(settings) as client:
        client.get(client.core("products", 12, "variants", 3))
        paths = client.products_sync(), client.customers_sync(), client.orders("a/b")

    (request,) = traede.requests
    assert str(request.url) == "https://shop.example/traede/v10/products/12/variants/3"
    assert request.headers["X-Key"] == APP_KEY
    assert "X-App" in request.headers
    assert paths == ("/production/products/sync", "/customers/sync", "/a%2Fb")


def test_a_body_is_sent_with_exact_numbers_once() -> None:
    traede = FakeTraede(answer(201, {"id": 1}))

    with traede.client() as client:
        reply = client.write("POST", client.core("products"), {"p": Decimal("122.950")})

    (request,) = traede.requests
    assert request.content == b'{"p":122.950}'
    assert reply == Reply("accepted", 201, {"id": 1})


def test_a_query_too_long_for_a_url_is_one_of_our_errors() -> None:
    traede = FakeTraede(answer(200, {}))

    with traede.client() as client, pytest.raises(TraedeUnavailable, match="too long"):
        client.get("/x", [("a", "b" * 70_000)])
    assert not traede.slept


def test_cookies_are_not_kept() -> None:
    traede = FakeTraede(answer(200, {}, set_cookie="laravel_session=1; Path=/"))

    with traede.client() as client:
        client.get("/a")
        client.get("/a")

    assert all("Cookie" not in request.headers for request in traede.requests)


@pytest.mark.parametrize("path", ["products", "", "@evil.example/", "https://evil/"])
def test_a_path_cannot_change_the_host(path: str) -> None:
    traede = FakeTraede(answer(200, {}))

    with traede.client() as client, pytest.raises(ValueError, match="slash"):
        client.get(path)
    assert not traede.requests


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_a_part_of_a_path_cannot_climb(part: str) -> None:
    with (
        FakeTraede(answer(200)).client() as client,
        pytest.raises(ValueError, match="pa"),
    ):
        client.core("products", part)


# --- where the token may go -----------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://api.traede.com",
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://127.8.9.1",
        "http://[::1]:8000",
    ],
)
def test_the_token_goes_by_tls_or_stays_on_this_machine(url: str) -> None:
    with FakeTraede(answer(200, {})).client(TraedeSettings(url=url)) as client:
        assert client.get("/x") == {}


@pytest.mark.parametrize(
    "url",
    [
        "http://api.traede.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "https://user:password@api.traede.com",
        "https://api.traede.com?access_token=1",
        "https://api.traede.com#x",
        "ftp://api.traede.com",
        "api.traede.com",
        "https://",
        "https://a b",
        "https://x:notaport",
        "https://" + "a" * 70 + ".example",
        "http://[",
        "",
    ],
)
def test_no_other_url_is_accepted(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        FakeTraede(answer(200)).client(TraedeSettings(url=url))
    assert caught.value.hint
    assert "password" not in str(caught.value)


def test_plain_http_elsewhere_needs_a_word() -> None:
    settings = TraedeSettings(url="http://traede.internal", allow_http=True)

    with FakeTraede(answer(200, {})).client(settings) as client:
        assert client.get("/x") == {}


@pytest.mark.parametrize("path", ["https://evil.example/x", "/x?y", "/x#y", "/x\n"])
def test_a_path_in_the_settings_is_only_a_path(path: str) -> None:
    with pytest.raises(UsageError, match="paths"):
        FakeTraede(answer(200)).client(TraedeSettings(paths=Paths(core=path)))


@pytest.mark.parametrize("token", ["", "with space", "line\n", "umläut", "tab\t"])
def test_a_token_that_no_header_carries_is_refused_unseen(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        Client(TraedeSettings(), token)
    assert not token or token not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("name", ["", "Authorization", "X App", "X:App", "X-Ä"])
def test_a_header_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="headers"):
        FakeTraede(answer(200)).client(
            TraedeSettings(headers=Headers(app_identifier=name))
        )


def test_an_identifier_that_no_header_carries_is_refused() -> None:
    with pytest.raises(UsageError, match="app_identifier"):
        FakeTraede(answer(200)).client(TraedeSettings(app_identifier="Tøj/1"))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_reads_are_not_redirected(status: int) -> None:
    traede = FakeTraede(answer(status, location="https://evil.example/x?token=1"))

    with traede.client() as client, pytest.raises(TraedeUnavailable) as caught:
        client.get("/x")
    assert "https://evil.example/x;" in str(caught.value)
    assert len(traede.requests) == 1


@pytest.mark.parametrize("target", ["/login", "A:0", "http://[", "//", "http://x:y"])
@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_moved_write_stops(status: int, target: str) -> None:
    traede = FakeTraede(answer(status, location=target))

    with traede.client() as client, pytest.raises(TraedeUnavailable) as caught:
        client.write("POST", "/x", {})
    assert f"redirects POST /x to {target};" in str(caught.value)
    assert len(traede.requests) == 1


def test_a_write_answered_with_go_and_see_is_unknown() -> None:
    traede = FakeTraede(answer(302, location="https://x.example/login?a"))

    with traede.client() as client:
        reply = client.write("POST", "/x", {})

    assert reply.outcome == "unknown"
    assert reply.words == ("redirected to https://x.example/login",)
    assert len(traede.requests) == 1


# --- what may be sent again -----------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "read", "write"),
    [
        (200, False, False),
        (400, False, False),
        (401, False, False),
        (408, True, False),
        (422, False, False),
        (425, True, False),
        (429, True, True),
        (500, True, False),
        (503, True, False),
        (httpx.ConnectError(""), True, True),
        (httpx.ConnectTimeout(""), True, True),
        (httpx.PoolTimeout(""), True, True),
        (httpx.ProxyError(""), True, True),
        (httpx.ReadTimeout(""), True, False),
        (httpx.WriteTimeout(""), True, False),
        (httpx.ReadError(""), True, False),
        (httpx.WriteError(""), True, False),
        (httpx.RemoteProtocolError(""), True, False),
        (httpx.LocalProtocolError(""), False, False),
        (httpx.UnsupportedProtocol(""), False, False),
        (httpx.DecodingError(""), True, False),
        (module.TooLarge(), False, False),
    ],
)
def test_only_what_was_surely_not_done_is_sent_again(
    result: int | Exception, read: bool, write: bool
) -> None:
    assert may_retry("GET", result) is read
    assert {may_retry(m, result) for m in ("POST", "PUT", "DELETE")} == {write}


@pytest.mark.parametrize(
    "trouble",
    [
        answer(500),
        answer(503, "<html>"),
        answer(408),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.ConnectError("refused"),
        answer(200, '{"products": [', content_type="application/json"),
    ],
)
def test_a_read_is_tried_again(trouble: Script) -> None:
    traede = FakeTraede(trouble, trouble, answer(200, {"a": 1}))

    with traede.client() as client:
        assert client.get("/x") == {"a": 1}
    assert traede.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    "trouble",
    [answer(500), httpx.ReadTimeout("slow"), httpx.ConnectError("refused")],
)
def test_a_read_that_goes_on_failing_ends(trouble: Script) -> None:
    traede = FakeTraede(trouble)

    with traede.client() as client, pytest.raises(TraedeUnavailable, match="GET /x"):
        client.get("/x")
    assert len(traede.requests) == ATTEMPTS


@pytest.mark.parametrize(
    "trouble",
    [
        answer(500),
        answer(502, "<html><title>Bad gateway</title>"),
        answer(504),
        answer(408),
        answer(425),
        answer(200, '{"a":'),
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("cut"),
    ],
)
def test_a_write_whose_end_is_not_known_is_not_sent_again(trouble: Script) -> None:
    traede = FakeTraede(trouble)

    with traede.client() as client:
        reply = client.write("POST", "/x", {})

    assert reply.outcome == "unknown"
    assert len(traede.requests) == 1
    assert not traede.slept


def test_a_pause_ends_when_the_client_is_closed_and_nothing_more_is_sent() -> None:
    pausing = threading.Event()
    traede = FakeTraede(answer(429, retry_after="1"))
    client = Client(
        TraedeSettings(),
        TOKEN,
        transport=httpx.MockTransport(traede),
        on_wait=lambda _: pausing.set(),
    )
    reading = client.begin(lambda: client.fetch("/x"))
    pausing.wait()

    client.close()

    with pytest.raises(TraedeUnavailable, match="given up"):
        reading.result()
    assert len(traede.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "paces"),
    [(answer(503), [0, 1]), (httpx.ReadError("cut"), [0, 1]), (answer(404), [1])],
)
def test_only_an_answer_that_went_well_quickens_the_pace(
    trouble: Script, paces: list[int]
) -> None:
    traede = FakeTraede(trouble, answer(200, {}))
    client = traede.client()
    well: list[None] = []
    client._pace.went_well = lambda: well.append(None)  # type: ignore[method-assign]
    seen: list[int] = []
    client._on_wait = lambda _: seen.append(len(well))

    client.probe("/x")

    assert [*seen, len(well)] == paces


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), answer(429)]
)
def test_a_write_that_never_arrived_is_sent_again(trouble: Script) -> None:
    traede = FakeTraede(trouble, trouble, answer(200))

    with traede.client() as client:
        reply = client.write("POST", "/x", {})

    assert reply.outcome == "accepted"
    assert len(traede.requests) == 3


def test_a_write_that_never_arrives_is_raised() -> None:
    traede = FakeTraede(httpx.ConnectError("[Errno 111] Connection refused"))

    with traede.client() as client, pytest.raises(TraedeUnavailable, match="refused"):
        client.write("PUT", "/x", {})
    assert len(traede.requests) == ATTEMPTS


def _serve(listener: socket.socket, content: bytes, seen: list[bytes]) -> None:
    """Answer every connection with the same bytes, then close it."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            seen.append(connection.recv(65536))
            connection.sendall(content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="closed-without-a-word"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="cut-in-the-headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", id="cut-body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
            id="cut-chunk",
        ),
        pytest.param(b"SMTP ready\r\n\r\n", id="not-http"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            id="not-gzip",
        ),
    ],
)
def test_over_a_real_socket_a_cut_answer_leaves_a_write_unknown(content: bytes) -> None:
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(
            target=_serve, args=(listener, content, seen), daemon=True
        ).start()
        with Client(TraedeSettings(url=url), TOKEN, sleep=lambda _: None) as client:
            reply = client.write("POST", "/x", {"a": 1})
            writes = len(seen)
            with pytest.raises(TraedeUnavailable, match="GET /x"):
                client.get("/x")
        listener.shutdown(socket.SHUT_RDWR)

    assert reply.outcome == "unknown"
    assert writes == 1
    assert len(seen) == 1 + ATTEMPTS


def test_over_a_real_socket_a_closed_port_is_not_reachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    with (
        Client(TraedeSettings(url=url), TOKEN, sleep=lambda _: None) as client,
        pytest.raises(TraedeUnavailable, match="could not be reached for POST /x"),
    ):
        client.write("POST", "/x", {})


# --- the rate limit -------------------------------------------------------------------


def test_the_time_that_traede_asks_for_is_waited() -> None:
    date = "Sat, 21 Nov 2026 12:00:00 GMT"
    traede = FakeTraede(
        answer(429, "Too Many Attempts.", retry_after="7"),
        answer(429, retry_after="Sat, 21 Nov 2026 12:00:09 GMT", date=date),
        answer(429, retry_after="86400"),
        answer(200, {}),
    )

    with traede.client() as client:
        client.get("/x", [("page", "0")])

    assert traede.slept == [7, 9, 120]
    assert traede.waits[0] == Wait(7, "answer 429", "GET /x", 1)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_rate_limit_that_stays_ends(method: str) -> None:
    traede = FakeTraede(answer(429))

    with (
        traede.client() as client,
        pytest.raises(TraedeUnavailable, match="rate limit"),
    ):
        client.get("/x") if method == "GET" else client.write(method, "/x", {})
    assert len(traede.requests) == RATE_ATTEMPTS
    assert traede.slept == [2, 4, 8, 16, 32]


# --- refusals -------------------------------------------------------------------------


def test_a_refused_write_carries_the_words_and_codes_of_traede() -> None:
    body = {"errors": [{"status": "422", "code": 1000003, "detail": "SKU is taken"}]}
    traede = FakeTraede(answer(422, body))

    with traede.client() as client:
        reply = client.write("POST", "/x", {})

    assert reply == Reply("refused", 422, body, ("SKU is taken",), (1000003,))


def test_success_with_errors_in_the_body_is_a_refusal() -> None:
    traede = FakeTraede(answer(200, {"errors": [{"detail": "no"}]}))

    with traede.client() as client:
        assert client.write("POST", "/x", {}).outcome == "refused"
        with pytest.raises(UnexpectedAnswer, match="no"):
            client.get("/x")


@pytest.mark.parametrize("status", [404, 405])
def test_a_wrong_sync_path_is_said_and_an_absent_object_is_a_refusal(
    status: int,
) -> None:
    with FakeTraede(answer(status)).client() as client:
        for path in (client.products_sync(), client.customers_sync()):
            with pytest.raises(TraedeUnavailable) as caught:
                client.write("POST", path, {})
            assert "traede.paths" in caught.value.hint
        reply = client.write("PUT", client.core("products", 1), {})
    assert reply.outcome == "refused"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [401, 403])
def test_no_access_names_the_headers_and_ends(method: str, status: int) -> None:
    traede = FakeTraede(answer(status, {"missing_permissions": ["products.edit"]}))

    with traede.client() as client, pytest.raises(TraedeUnavailable) as caught:
        client.get("/x") if method == "GET" else client.write(method, "/x", {})
    text = str(caught.value)
    assert "Authorization, X-TraedeAppIdentifier, Content-Type" in text
    assert "products.edit" in text
    assert TOKEN not in text
    assert len(traede.requests) == 1


def test_a_missing_app_key_is_pointed_out() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(403))

    with (
        Client(TraedeSettings(), TOKEN, transport=transport) as client,
        pytest.raises(TraedeUnavailable) as caught,
    ):
        client.get("/x")
    assert "TRAEDE_APP_KEY is not set" in caught.value.hint


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refused_read_is_an_answer_or_an_error_by_choice(status: int) -> None:
    traede = FakeTraede(answer(status, {"message": "No such thing"}))

    with traede.client() as client:
        found = client.fetch("/x", [("secret", "query")])
        with pytest.raises(UnexpectedAnswer) as caught:
            client.get("/x", [("secret", "query")])
    assert isinstance(found, Answer)
    assert (found.status, found.ok, found.attempts) == (status, False, 1)
    assert str(caught.value) == f"Traede answered {status} to GET /x: No such thing"


@pytest.mark.parametrize("body", ["", "OK", "<html><title>Log in</title>"])
def test_a_read_without_json_is_unexpected(body: str) -> None:
    with (
        FakeTraede(answer(200, body)).client() as client,
        pytest.raises(UnexpectedAnswer, match="not with JSON"),
    ):
        client.get("/x")


def test_broken_json_is_unexpected_in_the_end() -> None:
    traede = FakeTraede(answer(200, '{"a":'))

    with traede.client() as client, pytest.raises(UnexpectedAnswer, match="broken"):
        client.get("/x")
    assert len(traede.requests) == ATTEMPTS


def test_a_body_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY", 1000)
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 100
            yield b"x" * 100

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=endless()))
    with Client(TraedeSettings(), TOKEN, transport=transport) as client:
        reply = client.write("POST", "/x", {})
        with pytest.raises(UnexpectedAnswer, match="larger"):
            client.get("/x")
    assert reply == Reply("unknown", words=("the answer is too large",))
    assert read < 5000


# --- what never appears ---------------------------------------------------------------


def _chain(error: BaseException | None) -> str:
    return "" if error is None else f"{error!r} {_chain(error.__context__)}"


@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.get("/x"),
        lambda client: client.write("POST", "/x", {"a": 1}),
    ],
)
@pytest.mark.parametrize("status", [200, 301, 302, 401, 403, 404, 422, 429, 500])
def test_secrets_echoed_by_a_server_stay_unseen(
    act: Callable[[Client], Reply], status: int
) -> None:
    echo = f"Authorization: Bearer {TOKEN} and {APP_KEY}"
    traede = FakeTraede(answer(status, echo, location=f"https://x/{TOKEN}"))
    seen = ""

    with traede.client() as client:
        try:
            seen = repr(act(client))
        except ReconcileError as error:
            seen = f"{_chain(error)} {error.message} {error.hint}"
        seen += repr(client) + repr(traede.waits)
    assert TOKEN not in seen
    assert APP_KEY not in seen


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.LocalProtocolError])
def test_secrets_in_errors_of_the_network_stay_unseen(
    kind: type[httpx.TransportError],
) -> None:
    traede = FakeTraede(kind(f"Illegal header value b'Bearer {TOKEN}'"))

    with traede.client() as client, pytest.raises(TraedeUnavailable) as caught:
        client.get("/x")
    assert TOKEN not in _chain(caught.value) + caught.value.hint + repr(traede.waits)


# --- a law ----------------------------------------------------------------------------

bodies = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80).map(str.encode),
    st.sampled_from(
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b'{"errors": {"a": null}}',
            b'{"errors": [[], {"code": []}]}',
            b'{"status": 1, "error": {}}',
            b'{"missing_permissions": 7}',
            b'"\\ud800"',
            b"\xef\xbb\xbf{}",
            b"<html",
        ]
    ),
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@given(
    status=st.integers(200, 599),
    body=bodies,
    kind=st.sampled_from(["application/json", "text/html", "", "x"]),
    told=header_values,
    gzip=st.booleans(),
)
def test_whatever_traede_answers_it_is_a_value_or_one_of_our_errors(
    status: int, body: bytes, kind: str, told: str, gzip: bool
) -> None:
    headers = {"Content-Type": kind, "Retry-After": told, "Location": told}
    if gzip:  # which most of these bodies are not
        headers["Content-Encoding"] = "gzip"

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    client = Client(
        TraedeSettings(),
        TOKEN,
        transport=httpx.MockTransport(handle),
        sleep=lambda _: None,
    )
    with client:
        with contextlib.suppress(TraedeUnavailable):
            reply = client.write("POST", client.core("x"), {})
            assert (reply.outcome == "accepted") <= (200 <= status < 300)
            assert all(word.isprintable() for word in reply.words)
        with contextlib.suppress(TraedeUnavailable):
            client.get(client.core("x"))


@given(url=st.text(max_size=40) | st.text(max_size=40).map("https://".__add__))
def test_any_text_is_a_url_or_a_usage_error(url: str) -> None:
    try:
        client = FakeTraede(answer(200, {})).client(TraedeSettings(url=url))
    except UsageError:
        return
    with client:
        assert client.get("/x") == {}
