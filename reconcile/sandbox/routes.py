"""Which path and method leads to which handler; nothing that no text documents.

So customers and collections have no DELETE, and variants no GET of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from reconcile.sandbox import core
from reconcile.sandbox.batches import Job, export_orders, mark_orders, sync_handler
from reconcile.sandbox.core import Answer, Call, Handler
from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.refusals import ApiError, NotFound

Methods = Mapping[str, Handler]


def _atomic(handler: Handler) -> Handler:
    """A refused write leaves nothing behind."""

    def answer(call: Call) -> Answer:
        with call.store.transaction():
            return handler(call)

    return answer


def _writes(**handlers: Handler) -> dict[str, Handler]:
    return {method.upper(): _atomic(one) for method, one in handlers.items()}


CORE: Final[Mapping[str, Methods]] = {
    "/categories": {
        "GET": core.list_of("category"),
        **_writes(post=core.create_category),
    },
    "/categories/{id}": {
        "GET": core.one_of("category"),
        **_writes(put=core.change_category, delete=core.delete_category),
    },
    "/categories/{id}/categories": _writes(post=core.create_category),
    "/collections": {
        "GET": core.list_of("collection"),
        **_writes(post=core.create_collection),
    },
    "/collections/{id}": {
        "GET": core.one_of("collection"),
        **_writes(put=core.change_collection),
    },
    "/customers": {
        "GET": core.list_of("customer"),
        **_writes(post=core.post_customer),
    },
    "/customers/{id}": {
        "GET": core.one_of("customer"),
        **_writes(put=core.put_customer),
    },
    "/products": {
        "GET": core.list_of("product"),
        **_writes(post=core.post_product),
    },
    "/products/{id}": {
        "GET": core.one_of("product"),
        **_writes(put=core.put_product, delete=core.delete_product),
    },
    "/products/{id}/variants": _writes(post=core.post_variant),
    "/products/{id}/variants/{id}": _writes(
        put=core.put_variant, delete=core.delete_variant
    ),
}


class Routes:
    """The routes under the prefixes of one dialect."""

    def __init__(self, dialect: Dialect, enqueue: Callable[[Job], None]) -> None:
        table: dict[str, Methods] = {
            dialect.products_sync: {"POST": sync_handler("products", enqueue)},
            dialect.customers_sync: {"POST": sync_handler("customers", enqueue)},
            dialect.orders_prefix + "/export": {"GET": export_orders},
            dialect.orders_prefix + "/mark-as-exported": _writes(post=mark_orders),
            **{dialect.core_prefix + path: to for path, to in CORE.items()},
        }
        self._table = [(_pattern(path), methods) for path, methods in table.items()]

    def find(self, method: str, path: str) -> tuple[Handler, list[int]]:
        """The handler and the numeric ids in the path; 404 or 405 if there is none."""
        for pattern, methods in self._table:
            matched = pattern.fullmatch(path)
            if matched is None:
                continue
            if method not in methods:
                raise ApiError(405, {"Allow": ", ".join(sorted(methods))})
            return methods[method], [int(one) for one in matched.groups()]
        raise NotFound


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\{id\}", r"(\d+)"))
