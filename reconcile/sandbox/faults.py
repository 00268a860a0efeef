"""A script of misfortunes: which request meets which one.

    {"match": {"method": "POST", "path": "/products/sync"}, "nth": 3,
     "do": "drop-after"}

`path` is a prefix or a glob, `body` a text that the raw body holds; all may be left
out. Without `nth` and `times` every match meets it; `nth` is the first match that
does, `times` (1 if only `nth` is given) for how many.

    status        answer `status` (with `headers`, `body`), doing nothing
    status-after  do it, then answer `status` all the same
    delay         wait `seconds`, then do it and answer
    drop          close the socket, doing nothing
    drop-after    do it, then close the socket without an answer
    garbage       do it, then answer 200 with a body that is no JSON
    truncate      do it, then close the socket in the middle of the answer
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

ACTIONS: Final = (
    "status",
    "status-after",
    "delay",
    "drop",
    "drop-after",
    "garbage",
    "truncate",
)


@dataclass(slots=True)
class Fault:
    """One line of the script, and how often it has matched so far."""

    do: str
    match: Mapping[str, str] = field(default_factory=dict)
    nth: int | None = None
    times: int | None = None
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """JSON, or a text sent as it stands; `None` is the generic error body."""
    seconds: float = 0.0
    seen: int = 0

    def __post_init__(self) -> None:
        if self.do not in ACTIONS:
            raise ValueError(f"unknown fault {self.do!r}: one of {', '.join(ACTIONS)}")
        if unknown := set(self.match) - {"method", "path", "body"}:
            raise ValueError(f"cannot match by {', '.join(sorted(unknown))}")

    def meets(self, method: str, path: str, body: bytes) -> bool:
        """Counts the request if it matches, and says whether it is hit."""
        wanted = self.match.get("path", "")
        if (
            self.match.get("method", method) != method
            or not (path.startswith(wanted) or fnmatchcase(path, wanted))
            or self.match.get("body", "").encode() not in body
        ):
            return False
        self.seen += 1
        if self.nth is None and self.times is None:
            return True
        first = self.nth or 1
        last = first + (self.times or 1) - 1
        return first <= self.seen <= last


def parse_faults(script: Iterable[Fault | Mapping[str, Any]]) -> list[Fault]:
    faults = []
    for one in script:
        try:
            faults.append(one if isinstance(one, Fault) else Fault(**one))
        except TypeError as error:
            raise ValueError(f"not a fault: {one}") from error
    return faults


def faults_to_json(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [asdict(fault) for fault in faults]


def first_hit(
    faults: Iterable[Fault], method: str, path: str, body: bytes
) -> Fault | None:
    """The first fault that hits; every one that matches has counted the request."""
    hits = [fault for fault in faults if fault.meets(method, path, body)]
    return hits[0] if hits else None
