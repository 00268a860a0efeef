"""`/_sandbox/…`: looking inside, and playing the person at the web page.

Only with a flag and only from this machine: there is no token here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from reconcile.sandbox.dialect import dialect_from_json, dialect_to_json
from reconcile.sandbox.edits import edit
from reconcile.sandbox.faults import faults_to_json, parse_faults
from reconcile.sandbox.fields import plain
from reconcile.sandbox.snapshot import dump, load, place_order
from reconcile.sandbox.traede import Traede

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

View = Callable[[Any], Any]
"""From the JSON of the request to the JSON of the answer."""


def control_routes(traede: Traede) -> list[BaseRoute]:
    views: dict[str, dict[str, View]] = {
        "/dump": {"GET": lambda _body: dump(traede.store)},
        "/load": {"POST": lambda body: load(traede.store, body)},
        "/edit": {"POST": lambda body: edit(traede.store, **body)},
        "/order": {"POST": lambda body: place_order(traede.store, **body)},
        "/effects": {"GET": lambda _body: dump(traede.store)["effects"]},
        "/settle": {"POST": lambda _body: traede.settle()},
        "/faults": {
            "GET": lambda _body: faults_to_json(traede.faults),
            "PUT": lambda body: _set_faults(traede, body),
        },
        "/dialect": {
            "GET": lambda _body: dialect_to_json(traede.dialect),
            "PUT": lambda body: _set_dialect(traede, body),
        },
        "/requests": {
            "GET": lambda _body: [asdict(one) for one in traede.requests],
            "DELETE": lambda _body: traede.requests.clear(),
        },
    }
    return [
        Route(path, _endpoint(methods), methods=list(methods))
        for path, methods in views.items()
    ]


def _set_faults(traede: Traede, body: Any) -> None:
    traede.faults = parse_faults(body)


def _set_dialect(traede: Traede, body: Any) -> None:
    """Only the named switches change."""
    traede.dialect = dialect_from_json(body, traede.dialect)


def _endpoint(methods: dict[str, View]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            return _json({"error": "only from this machine"}, 403)
        raw = await request.body()
        try:
            body = json.loads(raw, parse_float=Decimal) if raw else None
            return _json(methods[request.method](body))
        except (ValueError, TypeError, KeyError) as error:
            return _json({"error": str(error)}, 422)

    return answer


def _json(body: Any, status: int = 200) -> Response:
    text = json.dumps(plain(body), ensure_ascii=False, indent=1)
    return Response(text, status, media_type="application/json")
