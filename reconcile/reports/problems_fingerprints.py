"""What makes a problem the same one after lines were added or taken out above it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from reconcile.core.problems import Problem

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIGITS = 16


def fingerprints(
    problems: Iterable[Problem], sources: Mapping[str, str]
) -> dict[Problem, str]:
    """One per problem, each only once: of rule, file and the text of the line, so
    without any line number; lines that are alike are counted.
    """
    ordered = list(problems)
    lines = source_lines(ordered, sources)
    seen: Counter[str] = Counter()
    found: dict[Problem, str] = {}
    for problem in ordered:
        where = problem.where
        line = line_of(problem, lines)
        marked = line[where.column - 1 :][: where.length]
        parts = (where.file, problem.rule, line.strip(), marked)
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(text).hexdigest()[:_DIGITS]
        seen[digest] += 1
        found[problem] = f"{digest}:{seen[digest]}"
    return found


def source_lines(
    problems: Iterable[Problem], sources: Mapping[str, str]
) -> dict[str, list[str]]:
    """The lines of the files that have problems, as places count them."""
    files = {problem.where.file for problem in problems} & sources.keys()
    return {
        file: _LINE_END.split(sources[file].removeprefix("\ufeff")) for file in files
    }


def line_of(problem: Problem, lines: Mapping[str, list[str]]) -> str:
    """The line that a problem marks; empty where the file is not at hand."""
    found = lines.get(problem.where.file, [])
    number = problem.where.line
    return found[number - 1] if 1 <= number <= len(found) else ""
