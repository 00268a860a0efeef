"""Real sockets: uvicorn in a thread for tests, or in the foreground for people."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconcile.sandbox.app import TRANSPORT, make_app
from reconcile.sandbox.archive import attach_archive
from reconcile.sandbox.control import LOOPBACK
from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.edits import edit
from reconcile.sandbox.faults import Fault, parse_faults
from reconcile.sandbox.fields import Record, copied
from reconcile.sandbox.snapshot import dump, load, place_order
from reconcile.sandbox.store import Store
from reconcile.sandbox.traede import Recorded, Traede

Faults = Iterable[Fault | Mapping[str, Any]]


class Sandbox:
    """A Traede of its own on 127.0.0.1, for as long as the `with` lasts.

    `store` may be a dump or a sketch of one (`snapshot.py`).
    """

    def __init__(
        self,
        *,
        dialect: Dialect | None = None,
        store: Store | Record | None = None,
        token: str = "sandbox-token",  # noqa: S107 (no secret: it guards a toy)
        port: int = 0,
        faults: Faults = (),
        control: bool = False,
    ) -> None:
        whole = store if isinstance(store, Store) else Store()
        if isinstance(store, dict):
            load(whole, store)
        self._traede = Traede(whole, dialect or Dialect(), token)
        self._traede.faults = parse_faults(faults)
        self._control = control
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        listener = _listen("127.0.0.1", self._port)
        self._port = listener.getsockname()[1]
        self._server = _Server(_config(make_app(self._traede, control=self._control)))
        # The socket listens already: whoever connects now waits for the loop to run.
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="sandbox", daemon=True
        )
        self._thread.start()
        self._server.ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join(10)
        if self.store.archive is not None:
            self.store.archive.close()
            self.store.archive = None

    # --- what a test may look at and change -------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        return self._traede.token

    @property
    def store(self) -> Store:
        return self._traede.store

    @property
    def requests(self) -> list[Recorded]:
        """Every request so far, in the order of arrival; `clear()` starts anew."""
        return self._traede.requests

    @property
    def effects(self) -> list[Record]:
        """What cannot be undone: images, stock, creates, deletes, mails, exports."""
        with self.store.lock:
            return copied(self.store.effects)  # type: ignore[no-any-return]

    @property
    def faults(self) -> list[Fault]:
        return self._traede.faults

    @faults.setter
    def faults(self, script: Faults) -> None:
        self._traede.faults = parse_faults(script)

    @property
    def dialect(self) -> Dialect:
        return self._traede.dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        with self.store.lock:
            self._traede.dialect = dialect

    def dump(self) -> Record:
        """The whole store (`snapshot.py`)."""
        return dump(self.store)

    def load(self, data: Record) -> None:
        """Replace the whole store by a dump or a sketch of one."""
        load(self.store, data)

    def reset(self, dialect: Dialect | None = None) -> None:
        """As if just started: for a server that many tests share."""
        with self.store.lock:
            self.load(Store().meta())
            self._traede.restart(dialect or Dialect())

    def edit(self, kind: str, key: str | int, **fields: Any) -> Record | None:
        """A person at the web page sets `fields`; paths by `**{"prices.DKK…": 1}`."""
        return edit(self.store, kind, key, fields=fields)

    def create(self, kind: str, key: str = "", **fields: Any) -> Record | None:
        return edit(self.store, kind, key, "create", fields)

    def delete(self, kind: str, key: str | int) -> None:
        edit(self.store, kind, key, "delete")

    def order(self, sku: str, **fields: Any) -> Record:
        """Place an order, so that deletes are refused; gives the order."""
        return place_order(self.store, sku, **fields)

    def settle(self) -> None:
        """Let every delayed sync happen now."""
        self._traede.settle()


def serve(  # noqa: PLR0913 (what the command line can say)
    host: str,
    port: int,
    token: str,
    store_path: Path | None = None,
    dialect: Dialect | None = None,
    *,
    faults: Faults = (),
    control: bool = False,
    data: Record | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until Ctrl-C.

    `data` is loaded unless the file already holds something. `announce` is told the
    URL as soon as the socket listens (port 0 takes a free one).
    """
    if control and host not in LOOPBACK:
        raise ValueError("the control endpoints have no token: loopback only")
    store = Store()
    if data is not None:
        load(store, data)
    if store_path is not None:
        attach_archive(store, store_path)
    traede = Traede(store, dialect or Dialect(), token)
    traede.faults = parse_faults(faults)
    listener = _listen(host, port)
    if announce is not None:
        announce(f"http://{host}:{listener.getsockname()[1]}")
    server = uvicorn.Server(_config(make_app(traede, control=control)))
    try:
        server.run([listener])
    except KeyboardInterrupt:
        pass  # uvicorn raises the signal again once all is shut down
    finally:
        if store.archive is not None:
            store.archive.close()


def _listen(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named: without it
    # each answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=60,
    )


class _Protocol(H11Protocol):
    """Hands its transport to the application, so that a fault can close the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            await inner(scope, receive, send)

        self.app = app


class _Server(uvicorn.Server):
    """Uvicorn that starts and stops at once; its own loop looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    def stop(self) -> None:
        if self._loop is not None and self._stopped is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        await self.on_tick(0)
        self.ready.set()
        await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
