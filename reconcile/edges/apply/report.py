"""Moved to core.outcomes."""

from reconcile.core.outcomes import GOOD, Report, Result, ResultName

__all__ = ["GOOD", "Report", "Result", "ResultName"]
