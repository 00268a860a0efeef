"""What ends a command before it is done, and with which exit code.

    ReconcileError            1   any other error before a write
    ├── UsageError           64   the command line asks for something impossible
    ├── CatalogInvalid        3   the files have problems; carries all of them
    ├── Blocked               4   a guard stops the plan
    ├── DoesNotFit            6   saved plan or commit is not of this catalog
    ├── TraedeUnavailable     7   not reachable, not authorised, not read completely
    │   └── UnexpectedAnswer  7   Traede answered in a form no document allows
    ├── LeaseHeld             9   another run is writing
    └── StateDamaged          1   the state cannot be trusted; nothing was written

Problems in files are values (`core.problems`), not exceptions: they are collected,
and `CatalogInvalid` carries the list once nothing more can be found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from reconcile.core.problems import Problem


class ReconcileError(Exception):
    """Base of all; `hint` is what the person should type or do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReconcileError):
    exit_code = 64


class CatalogInvalid(ReconcileError):
    exit_code = 3

    def __init__(
        self, problems: Sequence[Problem], sources: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{len(problems)} problems in the catalog")
        self.problems = tuple(problems)
        self.sources = sources or {}
        """The texts that the problems point into, by file."""


class Blocked(ReconcileError):
    exit_code = 4


class DoesNotFit(ReconcileError):
    exit_code = 6


class TraedeUnavailable(ReconcileError):
    exit_code = 7


class UnexpectedAnswer(TraedeUnavailable):
    """Traede's JSON has a form that none of its documents allows."""


class LeaseHeld(ReconcileError):
    exit_code = 9


class StateDamaged(ReconcileError):
    """The state is not ours, not this tenant's, or cannot be read."""


def words_of(error: ReconcileError | OSError) -> str:
    """What went wrong, in a sentence; of trouble with a file, which one."""
    if isinstance(error, ReconcileError):
        return error.message
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror}"
