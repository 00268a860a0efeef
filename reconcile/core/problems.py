"""Problems: what is wrong in a file, where, and what to type instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A stretch of characters in one line of a file; line and column count from 1."""

    file: str
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def touches(self, other: Location) -> bool:
        """Whether the two have characters in common, or beside each other."""
        return (
            (self.file, self.line) == (other.file, other.line)
            and self.column <= other.column + other.length
            and other.column <= self.column + self.length
        )


class Placed(Protocol):
    """Anything that knows where it is written; asking may cost, so ask late."""

    @property
    def location(self) -> Location: ...


@dataclass(frozen=True, slots=True)
class At:
    """A place already worked out."""

    location: Location


@dataclass(frozen=True, slots=True)
class Fix:
    """What to type in place of these characters, where only one thing can be meant."""

    where: Location
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `message` is a sentence; its last half says what to type."""

    where: Location
    rule: str
    message: str
    severity: Severity = "error"
    other: Location | None = None
    """The second place, where two places contradict each other."""
    fix: Fix | None = field(default=None, compare=False)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]
