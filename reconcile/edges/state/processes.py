"""Which process is this, and does that one still run?

A wrong "it is gone" would let two runs write at once, so that is said only with
proof: same machine, same process numbering, and nobody there with that start time.
"""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path

from reconcile.edges.state.records import Holder

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"


def this_process(who: str) -> Holder:
    pid = os.getpid()
    start = f"{_machine()}/{_started(pid) or ''}"
    return Holder(socket.gethostname(), pid, start, who)


def is_gone(holder: Holder) -> bool:
    """Proven to be gone; False where it runs, or cannot be seen from here."""
    machine, _, started = holder.start.rpartition("/")
    if holder.host != socket.gethostname() or machine != _machine():
        return False
    now = _started(holder.pid)
    return not _exists(holder.pid) if now is None else now != started


def _machine() -> str:
    """This boot of this machine, and in it the namespace that counts our pids."""
    if not _BOOT.exists():
        return f"{uuid.getnode():x}"
    namespace = (_PROC / "self/ns/pid").readlink()
    return f"{_BOOT.read_text().strip()}/{namespace}"


def _started(pid: int) -> str | None:
    """The start time of a process in ticks since boot, `over` for a zombie.

    None where that cannot be seen: no /proc, or not for other users' processes.
    """
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The second field, the name, may hold spaces and brackets itself.
    fields = text.rpartition(")")[2].split()
    return "over" if fields[0] in "ZX" else fields[19]


def _exists(pid: int) -> bool:
    if os.name != "posix":
        return True  # on Windows, signal 0 is Ctrl-C: asking would end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
