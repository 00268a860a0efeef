"""One line on stderr that says how far a command is, for what takes over a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from reconcile.cli.log import Log

EVERY = 30.0
"""Seconds between two lines where nobody watches them change (a log)."""


class Progress:
    """Shows the last thing it was told; on a terminal in place, in a log now and then.

    Safe to be told by several threads.
    """

    def __init__(
        self,
        *,
        quiet: bool,
        log: Log | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log or Log()
        self._stream = self._log.to
        self._quiet = quiet
        self._now = now
        self._began = now()
        self._in_place = self._log.form == "text" and self._stream.isatty()
        self._next = self._began + (1.0 if self._in_place else EVERY)
        self._counts: dict[str, tuple[int, int | None]] = {}
        self._waiting = ""
        self._waits_until = 0.0
        self._shown = 0
        self._lock = threading.Lock()

    def counted(self, counts: Mapping[str, tuple[int, int | None]]) -> None:
        """So many of so many are done; None where nobody knows how many there are."""
        with self._lock:
            self._counts.update(counts)
            self._show()

    def waiting(self, seconds: float, reason: str) -> None:
        """A pause begins; it is worth a line of its own in a log."""
        with self._lock:
            self._waiting = f"waiting {seconds:.0f} s: {reason}"
            self._waits_until = self._now() + seconds
            if not self._in_place and not self._quiet:
                self._log.say(self._waiting, seconds=round(seconds), reason=reason)
            self._next = self._now() if self._in_place else self._next
            self._show()

    def say(self, line: str) -> None:
        """A line that stays."""
        with self._lock:
            self._wipe()
            if not self._quiet:
                self._log.say(line)

    def warn(self, line: str) -> None:
        """A line that stays, also for somebody who wants to read only results."""
        with self._lock:
            self._wipe()
            self._log.say(line, "warning")

    def clear(self) -> None:
        """What comes next begins anew."""
        with self._lock:
            self._wipe()
            self._counts.clear()
            self._began = self._now()
            self._next = self._began + (1.0 if self._in_place else EVERY)

    def _show(self) -> None:
        now = self._now()
        if self._quiet or now < self._next:
            return
        self._next = now + (0.2 if self._in_place else EVERY)
        text = self._text(now)
        if self._in_place:
            padded = text.ljust(self._shown)
            print(f"\r{padded}", end="", file=self._stream, flush=True)
            self._shown = len(text)
        else:
            done = {name: list(counts) for name, counts in self._counts.items()}
            self._log.say(text, done=done)

    def _text(self, now: float) -> str:
        parts = [
            f"{name} {done:,}/{of:,}" if of is not None else f"{name} {done:,}"
            for name, (done, of) in self._counts.items()
        ]
        passed = now - self._began
        parts.append(f"{int(passed) // 60}:{int(passed) % 60:02}")
        if left := self._left(passed):
            parts.append(left)
        if now < self._waits_until:
            parts.append(self._waiting)
        return "  " + "  ".join(parts)

    def _left(self, passed: float) -> str:
        """How fast it goes and how long it will take, once there is something to go
        by."""
        known = [(d, of) for d, of in self._counts.values() if of is not None]
        done, of = sum(d for d, _ in known), sum(o for _, o in known)
        if passed < 5 or done < 10 or done >= of:
            return ""
        rate = done / passed
        seconds = (of - done) / rate
        left = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
        return f"{rate:.0f}/s, about {left} left"

    def _wipe(self) -> None:
        if self._shown:
            print("\r" + " " * self._shown + "\r", end="", file=self._stream)
            self._shown = 0
