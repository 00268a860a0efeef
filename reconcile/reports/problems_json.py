"""Problems as JSON, for scripts: a stable form.

    {"format_version": "1.0", "errors": 1, "warnings": 0,
     "problems": [{"severity": "error", "rule": "duplicate-sku", "message": "…",
                   "file": "catalog/a.yaml", "line": 12, "column": 15, "length": 15,
                   "also": {"file": "catalog/b.yaml", "line": 12, "column": 15,
                            "length": 15},
                   "fix": {"file": "catalog/a.yaml", "line": 12, "column": 15,
                           "length": 15, "text": "…"}}]}

Lines and columns count from 1, columns and lengths in characters. `also` is there only
where two places contradict each other, `fix` only where one thing can be meant: the
text to type in place of these characters. Sorted by file, line, column, rule. All that
is not ASCII is escaped, so that no text of a catalog can change what a terminal shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from reconcile.core.problems import Problem, errors
from reconcile.reports.problems_text import in_order

FORMAT_VERSION = "1.0"


def problems_to_json(problems: Iterable[Problem]) -> str:
    ordered = in_order(problems)
    wrong = len(errors(ordered))
    document = {
        "format_version": FORMAT_VERSION,
        "errors": wrong,
        "warnings": len(ordered) - wrong,
        "problems": [_entry(problem) for problem in ordered],
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(problem: Problem) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "severity": problem.severity,
        "rule": problem.rule,
        "message": problem.message,
        **asdict(problem.where),
    }
    if problem.other is not None:
        entry["also"] = asdict(problem.other)
    if problem.fix is not None:
        entry["fix"] = {**asdict(problem.fix.where), "text": problem.fix.text}
    return entry
