"""A believable local Traede over real sockets, written from the API texts alone.

It shares no code with what it tests, so that it cannot share its mistakes.
"""

from reconcile.sandbox.dialect import Dialect, dialect_from_json, dialect_to_json
from reconcile.sandbox.faults import Fault
from reconcile.sandbox.server import Sandbox, serve
from reconcile.sandbox.store import Store
from reconcile.sandbox.traede import Recorded

__all__ = [
    "Dialect",
    "Fault",
    "Recorded",
    "Sandbox",
    "Store",
    "dialect_from_json",
    "dialect_to_json",
    "serve",
]
