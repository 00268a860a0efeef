"""The endpoints that take many objects at once: both syncs, and the order export.

What a batch does after one bad item, when its writes become visible, and what it
answers with are not documented: all three are switches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reconcile.sandbox.bruno import include_modes, select
from reconcile.sandbox.core import Answer, Call, Handler
from reconcile.sandbox.customers import sync_customer
from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import Record, plain
from reconcile.sandbox.orders import (
    COLUMNS,
    mark_as_exported,
    orders_to_export,
    shape_order,
)
from reconcile.sandbox.products import listed
from reconcile.sandbox.refusals import ApiError, Broken, Refused
from reconcile.sandbox.store import Store
from reconcile.sandbox.sync_products import sync_product

SyncOne = Callable[[Store, Dialect, Record, str], None]
Job = Callable[[], None]

SYNCS: Final[dict[str, SyncOne]] = {
    "products": sync_product,
    "customers": sync_customer,
}


class _Rehearsed(Exception):
    """Everything fits: undo it, the queue will do it again."""


def sync_handler(name: str, enqueue: Callable[[Job], None]) -> Handler:
    """`POST /products/sync` or `/customers/sync`."""

    def answer(call: Call) -> Answer:
        if call.body.get(name) is None:
            raise Refused(f"The {name} field is required.")
        items = listed(call.body[name], name)
        if call.dialect.sync_delay == 0:
            run_batch(call.store, call.dialect, SYNCS[name], items, name)
        else:
            _rehearse(call, name, items)
            enqueue(lambda: _run_job(call, name, items))
        return _sync_answer(call, name, items)

    return answer


def run_batch(
    store: Store, dialect: Dialect, sync_one: SyncOne, items: list[Record], name: str
) -> None:
    details: list[str] = []
    failure: Refused | None = None
    with store.transaction():
        for index, item in enumerate(items):
            try:
                with store.transaction():
                    sync_one(store, dialect, item, f"{name}.{index}.")
            except Refused as refused:
                if dialect.batches == "atomic":
                    raise
                failure = failure or refused
                details += refused.details
                if dialect.batches == "stop":
                    break
    if failure is not None:
        raise Refused(*details, code=failure.code)


def _rehearse(call: Call, name: str, items: list[Record]) -> None:
    try:
        with call.store.transaction():
            run_batch(call.store, call.dialect, SYNCS[name], items, name)
            raise _Rehearsed  # noqa: TRY301 (leaving by it is what undoes the batch)
    except _Rehearsed:
        return


def _run_job(call: Call, name: str, items: list[Record]) -> None:
    """Nobody waits for a queued job: a failure shows only in the effect log."""
    try:
        run_batch(call.store, call.dialect, SYNCS[name], items, name)
    except ApiError as error:
        with call.store.transaction():
            call.store.effect("job-failed", sync=name, status=error.status)


def _sync_answer(call: Call, name: str, items: list[Record]) -> Answer:
    body = {
        "empty": None,
        "opaque": {"success": True, "job": f"{name}-{call.turn}"},
        "echo": {name: plain(items)},
    }[call.dialect.sync_answer]
    return Answer(call.dialect.sync_status, body)


def export_orders(call: Call) -> Answer:
    modes = include_modes(call.query)
    if not modes.keys() <= {"lines"}:
        raise Broken
    rows = orders_to_export(call.store, call.query)
    window = select(rows, call.query, call.dialect, columns=COLUMNS, turn=call.turn)
    shown = [shape_order(row, lines="lines" in modes) for row in window.rows]
    return Answer(200, {"orders": shown})


def mark_orders(call: Call) -> Answer:
    mark_as_exported(call.store, call.body)
    return Answer(200, {})
