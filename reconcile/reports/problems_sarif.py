"""Problems as SARIF 2.1.0, for GitHub's code scanning and for editors.

Columns are counted in UTF-16 units, as SARIF's readers do. GitHub tells a new alert
from an old one by `primaryLocationLineHash`, which is ours to fill.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from reconcile.core.problems import Location, Problem, errors
from reconcile.reports.escape import terminal
from reconcile.reports.problems_fingerprints import (
    fingerprints,
    line_of,
    source_lines,
)
from reconcile.reports.problems_text import count, in_order, message_of

MOST: Final = 5_000
"""Results of one file that code scanning shows; it refuses files with 25,000."""

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACEHOLDER: Final = re.compile(r"\{([0-9]+)\}")
_HELP: Final = (
    "`reconcile validate` shows the line with the characters marked, and what to type."
)


def problems_to_sarif(
    problems: Iterable[Problem], sources: Mapping[str, str], version: str
) -> str:
    ordered = in_order(problems)
    wrong = errors(ordered)
    # Where not all are shown, the errors are.
    warnings = [problem for problem in ordered if problem.severity == "warning"]
    kept = {*[*wrong, *warnings][:MOST]}
    shown = [problem for problem in ordered if problem in kept]
    rules = sorted({problem.rule for problem in shown})
    prints = fingerprints(ordered, sources)
    lines = source_lines(shown, sources)
    driver = {
        "name": "reconcile",
        "semanticVersion": version,
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(len(ordered) - len(shown))],
        "results": [
            {
                "ruleId": problem.rule,
                "ruleIndex": rules.index(problem.rule),
                "level": problem.severity,
                "message": {"text": _text(message_of(problem))},
                "locations": [_location(problem.where, line_of(problem, lines))],
                **_related(problem),
                "partialFingerprints": {"primaryLocationLineHash": prints[problem]},
            }
            for problem in shown
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    words = rule.replace("-", " ")
    return {
        "id": rule,
        "shortDescription": {"text": words},
        "fullDescription": {"text": f"reconcile validate: {words}"},
        "help": {"text": _HELP},
    }


def _invocation(left_out: int) -> dict[str, Any]:
    """The run did what it should, whatever it found."""
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{count(left_out, 'more problem')}. To see all of them: reconcile validate"
    notification = {"level": "warning", "message": {"text": text}}
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [notification],
    }


def _related(problem: Problem) -> dict[str, Any]:
    if problem.other is None:
        return {}
    # Only the line: its text is not at hand, so neither are UTF-16 columns.
    where = _physical(problem.other.file, {"startLine": problem.other.line})
    return {"relatedLocations": [{"physicalLocation": where}]}


def _location(where: Location, line: str) -> dict[str, Any]:
    start, end = where.column - 1, where.column - 1 + where.length
    region = {
        "startLine": where.line,
        "startColumn": _units(line, start) + 1,
        "endLine": where.line,
        "endColumn": _units(line, end) + 1,
    }
    return {"physicalLocation": _physical(where.file, region)}


def _physical(file: str, region: Mapping[str, int]) -> dict[str, Any]:
    uri = quote(file.encode("utf-8", "surrogateescape"))
    inside = {"uri": uri, "uriBaseId": "%SRCROOT%"}
    outside = {"uri": f"file://{uri}"}
    return {
        "artifactLocation": outside if file.startswith("/") else inside,
        "region": region,
    }


def _units(line: str, characters: int) -> int:
    """How many UTF-16 units so many characters of a line are."""
    return characters + sum(char > "\uffff" for char in line[:characters])


def _text(text: str) -> str:
    """Without what SARIF would read as a placeholder or a link."""
    shown = "\n".join(terminal(line) for line in text.splitlines())
    return _PLACEHOLDER.sub(r"{{\1}}", shown).replace("](", r"\](")
