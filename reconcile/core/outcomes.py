"""What became of each step of an apply, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reconcile.core.model import Path
from reconcile.core.steps import Plan, Step

ResultName = Literal["done", "as found", "archived", "failed", "skipped", "unknown"]
Why = Literal["", "refused", "moved"]
"""What kept a step from being written: Traede said no and named a reason, or it was
changed there since it was planned; "" where neither is known."""
GOOD = frozenset(("done", "as found", "archived"))


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one step. `words` are Traede's, or say why."""

    step: Step
    result: ResultName
    words: str = ""
    why: Why = ""

    @property
    def good(self) -> bool:
        return self.result in GOOD

    @property
    def objects(self) -> int:
        """How many objects it is about, as the plan counts them: a product that goes
        takes its variants along."""
        return 1 + len(self.step.cascade)


@dataclass(frozen=True, slots=True)
class Report:
    """One finished apply."""

    plan: Plan
    results: Mapping[str, Result]
    """By step id."""
    not_converged: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """By step id: fields that Traede accepted and does not show as written."""
    settled: tuple[str, ...] = ()
    """What was found out about calls that an earlier run left in flight."""
    stopped: str = ""
    """Why the run ended before its last step, if it did."""
    adopted: int = 0
    requests: int = 0
    ended_with: int = 0
    """The exit code of what ended the run in the middle; 0: nothing did."""
    interrupted: bool = False
    unproven: int = 0
    """How many items of an earlier run reading cannot prove; not sent again."""

    @property
    def incomplete(self) -> bool:
        """Whether something is left, or nobody knows whether it is."""
        left = self.left or self.plan.conflicts or self.stopped or self.unproven
        return bool(left)

    @property
    def changed(self) -> int:
        return self.count("done", "archived")

    @property
    def left(self) -> int:
        bad = (r.objects for r in self.results.values() if not r.good)
        return sum(bad) + len(self.plan.refused)

    def count(self, *names: ResultName) -> int:
        """How many objects have one of these results."""
        return sum(r.objects for r in self.results.values() if r.result in names)

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return 130
        if self.ended_with:
            return self.ended_with
        if self.incomplete:
            return 5
        return 8 if self.not_converged else 0
