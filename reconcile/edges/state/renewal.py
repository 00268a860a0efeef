"""Keeps the lease while the process is busy with something else, or waits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from reconcile.errors import ReconcileError


class Renewal:
    """A thread that calls `hold` again and again.

    It decides nothing: a lease that is lost is noticed by whoever wants to write.
    """

    def __init__(self, hold: Callable[[], None], every: float) -> None:
        self._hold = hold
        self._every = every
        self._over = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(
            target=self._run, name="reconcile-lease", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last renewal is done."""
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Raises what went wrong in the thread, unless the network may be the cause."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _run(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._hold()
            except ReconcileError:
                continue  # the network may come back before the lease is over
            except Exception as error:  # noqa: BLE001 (whoever holds next gets it)
                self._failure = error
