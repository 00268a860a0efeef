"""What one reading of a file has found wrong so far."""

from __future__ import annotations

from dataclasses import replace

from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.yaml.nodes import Source
from reconcile.core.yaml.spots import Mistake


class Found:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.until = -1
        """Where the last mistake ends: what stops the parser there follows from it."""
        self.stopped: Location | None = None

    def say(
        self,
        start: int,
        end: int | None,
        rule: str,
        message: str,
        *,
        other: Location | None = None,
        fix: str | None = None,
    ) -> None:
        place = self.source.location(start, end)
        instead = None if fix is None else Fix(self._exactly(start, end), fix)
        self.problems.append(Problem(place, rule, message, other=other, fix=instead))
        self.until = start if end is None else end

    def note(self, mistake: Mistake) -> None:
        start, end, rule, message, instead, over = mistake
        self.say(start, end, rule, message)
        if instead is not None:
            place = self._exactly(*(over or (start, end)))
            fix = Fix(place, instead) if _in_one_line(place, self.source) else None
            self.problems[-1] = replace(self.problems[-1], fix=fix)

    def stop(self, mistake: Mistake) -> None:
        """The mistake that ends the reading; what was said inside it goes."""
        place = self.source.location(mistake.start, mistake.end)
        self.problems = [p for p in self.problems if not _covers(place, p.where)]
        self.note(mistake)
        self.stopped = place

    def _exactly(self, start: int, end: int | None) -> Location:
        """These characters with the spaces at their end, which a mark leaves out."""
        place = self.source.location(start, end)
        return place if end is None else replace(place, length=end - start)


def _in_one_line(place: Location, source: Source) -> bool:
    line = source.line(place.line).rstrip("\r\n")
    return place.column + place.length - 1 <= len(line)


def _covers(outer: Location, inner: Location) -> bool:
    return (
        outer.line == inner.line
        and outer.column <= inner.column
        and inner.column + inner.length <= outer.column + outer.length
    )
