"""The ASGI side: reads the request, lets a fault happen, sends the reply."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as AsgiRequest
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from reconcile.sandbox.control import control_routes
from reconcile.sandbox.faults import Fault, first_hit
from reconcile.sandbox.refusals import ApiError
from reconcile.sandbox.traede import Reply, Request, Traede, error_reply, json_reply

TRANSPORT: Final = "sandbox.transport"
"""Where the server leaves the socket's transport in the scope, to be closed."""

_GARBAGE: Final = b'{"products": [{"id": 1, <br />\n<b>Warning</b>: Undefined'
_BEFORE: Final = ("status", "drop")


def make_app(traede: Traede, *, control: bool) -> ASGIApp:
    routes = [Mount("/_sandbox", routes=control_routes(traede))] if control else []
    return Starlette(routes=[*routes, Mount("/", app=_Endpoint(traede))])


class _Endpoint:
    def __init__(self, traede: Traede) -> None:
        self.traede = traede

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = AsgiRequest(scope, receive)
        try:
            body = await asked.body()
        except ClientDisconnect:
            return  # a client that died while sending has asked for nothing
        request = Request(
            asked.method,
            scope["path"],
            asked.url.query,
            {name.lower(): value for name, value in asked.headers.items()},
            body,
        )
        noted = self.traede.record(request)
        fault = first_hit(
            self.traede.faults, request.method, request.path, request.body
        )
        noted.fault = fault.do if fault else None
        reply = await self._reply(request, fault)
        if fault is not None and fault.do in ("drop", "drop-after"):
            await _hang_up(scope, receive)
            return
        if fault is not None and fault.do == "truncate":
            await _send_half(reply, scope, receive, send)
            return
        noted.status = reply.status
        response = Response(reply.body, reply.status, dict(reply.headers))
        await response(scope, receive, send)

    async def _reply(self, request: Request, fault: Fault | None) -> Reply:
        if fault is None:
            return self.traede.answer(request)
        if fault.do == "delay":
            await asyncio.sleep(fault.seconds)
        reply = _faulty(fault, self.traede) if fault.do in _BEFORE else None
        if reply is not None:
            return reply
        honest = self.traede.answer(request)
        if fault.do == "status-after":
            return _faulty(fault, self.traede)
        if fault.do == "garbage":
            return Reply(200, {"Content-Type": "application/json"}, _GARBAGE)
        return honest


def _faulty(fault: Fault, traede: Traede) -> Reply:
    if fault.body is None:
        error = ApiError(fault.status, fault.headers)
        return error_reply(error, traede.dialect)
    if isinstance(fault.body, str):
        headers = {"Content-Type": "text/html", **fault.headers}
        return Reply(fault.status, headers, fault.body.encode())
    return json_reply(fault.status, fault.body, fault.headers)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope[TRANSPORT].abort()
    await _gone(receive)


async def _send_half(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    body = reply.body or b'{"status": "ok"}'
    headers = {**reply.headers, "Content-Length": str(len(body))}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    start = {"type": "http.response.start", "status": reply.status, "headers": raw}
    await send(start)
    half = body[: len(body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    scope[TRANSPORT].close()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Uvicorn must see the closed socket first, or it would answer 500 itself."""
    while (await receive())["type"] != "http.disconnect":
        pass
