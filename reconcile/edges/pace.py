"""How fast one run talks to Traede: one pace for all of its threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pace:
    """Lets at most `width` requests be under way at once.

    A 429 is meant for the whole account: while one thread rests, none sends. After
    that they start slowly: one at a time, and one more after each that went well.
    """

    def __init__(
        self, width: int, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._sleep = sleep
        self._width = width
        self._allowed = width
        self._under_way = 0
        self._resting = 0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one more request may be under way."""
        with self._changed:
            self._changed.wait_for(
                lambda: not self._resting and self._under_way < self._allowed
            )
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def went_well(self) -> None:
        with self._changed:
            if self._resting:
                return  # sent before the 429, and says nothing about after
            self._allowed = min(self._allowed + 1, self._width)
            self._changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Nobody sends for so long; then slowly again."""
        with self._changed:
            self._resting += 1
            self._allowed = 1
        try:
            self._sleep(seconds)
        finally:
            with self._changed:
                self._resting -= 1
                self._changed.notify_all()


class Quiet:
    """Writes go side by side, and stand still while somebody reads a whole list: what
    changes in between cannot be proven to be complete."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._writing = 0
        self._readers = 0
        self._reading = False

    @property
    def wanted(self) -> bool:
        """Whether somebody reads, or waits for it."""
        return self._readers > 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self.wanted)
            self._writing += 1
        try:
            yield
        finally:
            with self._changed:
                self._writing -= 1
                self._changed.notify_all()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Wait for the writes that are under way; the next ones wait for this."""
        with self._changed:
            self._readers += 1
            try:
                self._changed.wait_for(lambda: not self._writing and not self._reading)
            except BaseException:  # Ctrl-C: this reader waits no more
                self._readers -= 1
                self._changed.notify_all()
                raise
            self._reading = True
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._reading = False
                self._changed.notify_all()
