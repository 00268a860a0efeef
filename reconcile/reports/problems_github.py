"""Problems as workflow commands, which GitHub shows at the lines of a pull request.

GitHub takes ten errors and ten warnings of one step and drops the rest without a word.
So ten of each are printed, and a last line says how many more there are.

Every line begins with a command of ours: the runner looks for commands in all that a
step prints, and so the text of a catalog is never at the start of a line, nor in a line
that is no command (where the runner would also obey the older form in its middle).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconcile.core.problems import Problem, errors
from reconcile.reports.escape import terminal
from reconcile.reports.problems_text import count, in_order, message_of

MOST: Final = 10
"""Annotations of one severity that GitHub keeps of one step."""


def problems_to_github(problems: Iterable[Problem]) -> str:
    ordered = in_order(problems)
    wrong = errors(ordered)
    warnings = [problem for problem in ordered if problem.severity == "warning"]
    kept = {*wrong[:MOST], *warnings[:MOST]}
    lines = [_annotation(problem) for problem in ordered if problem in kept]
    more = [
        count(len(found) - MOST, f"more {noun}")
        for found, noun in ((wrong, "error"), (warnings, "warning"))
        if len(found) > MOST
    ]
    if more:
        said = f"{' and '.join(more)}. To see all of them: reconcile validate"
        lines.append(f"::notice title=reconcile validate::{said}")
    return "".join(f"{line}\n" for line in lines)


def _annotation(problem: Problem) -> str:
    where = problem.where
    properties: dict[str, str | int] = {
        "file": where.file,
        "line": where.line,
        "endLine": where.line,
        "col": where.column,
        "endColumn": where.column + where.length,
        "title": problem.rule,
    }
    written = ",".join(f"{name}={_property(v)}" for name, v in properties.items())
    return f"::{problem.severity} {written}::{_data(message_of(problem))}"


def _data(text: str) -> str:
    shown = "\n".join(terminal(line) for line in text.splitlines())
    return shown.replace("%", "%25").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(terminal(str(value))).replace(":", "%3A").replace(",", "%2C")
