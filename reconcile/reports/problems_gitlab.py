"""Problems as a Code Quality report, which GitLab shows in a merge request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.core.problems import Problem, Severity
from reconcile.reports.escape import terminal
from reconcile.reports.problems_fingerprints import fingerprints
from reconcile.reports.problems_text import in_order, message_of

_SEVERITY: Final[Mapping[Severity, str]] = {"error": "critical", "warning": "minor"}


def problems_to_gitlab(problems: Iterable[Problem], sources: Mapping[str, str]) -> str:
    ordered = in_order(problems)
    prints = fingerprints(ordered, sources)
    report = [
        {
            "description": terminal(" ".join(message_of(problem).splitlines())),
            "check_name": problem.rule,
            "fingerprint": prints[problem],
            "severity": _SEVERITY[problem.severity],
            "location": {
                "path": problem.where.file,
                "lines": {"begin": problem.where.line},
            },
        }
        for problem in ordered
    ]
    return json.dumps(report, indent=2) + "\n"
