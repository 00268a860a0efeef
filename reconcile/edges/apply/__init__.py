"""Carries out a plan: step by step, each checked, journalled, and read back."""

from reconcile.core.outcomes import Report, Result
from reconcile.edges.apply.engine import apply_plan
from reconcile.edges.apply.run import Applying
from reconcile.edges.apply.settle import (
    Settled,
    settle_in_flight,
    wait_for_late_writes,
)

__all__ = [
    "Applying",
    "Report",
    "Result",
    "Settled",
    "apply_plan",
    "settle_in_flight",
    "wait_for_late_writes",
]
