"""What is said beside the results, on stderr: text for people or, with
`--log-format json`, one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TextIO

from reconcile.cli.flags import LogFormat
from reconcile.errors import ReconcileError

if TYPE_CHECKING:
    from reconcile.core.problems import Problem

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Log:
    """`stream` None: stderr as it is when something is said."""

    form: LogFormat = "text"
    stream: TextIO | None = None

    @property
    def to(self) -> TextIO:
        return self.stream or sys.stderr

    def say(self, words: str, level: Level = "info", /, **more: Any) -> None:
        """`more` is for machines: people read it in the words."""
        if self.form == "json":
            words = json.dumps({"level": level, "message": words.strip(), **more})
        print(words, file=self.to, flush=True)

    def fail(self, error: ReconcileError) -> None:
        """What ended a command."""
        if self.form == "json":
            code = error.exit_code
            self.say(error.message, "error", hint=error.hint, exit_code=code)
            return
        self.say(error_words(error))

    def problems(self, problems: Sequence[Problem], text: str) -> None:
        """Why a catalog cannot be used; `text` says the same to people."""
        if self.form == "text":
            print(text, end="", file=self.to, flush=True)
            return
        for one in problems:
            at = one.where
            place = {"file": at.file, "line": at.line, "column": at.column}
            self.say(one.message, one.severity, rule=one.rule, **place)


def log_of(words: Sequence[str]) -> Log:
    """As a command line asks for it; also one that cannot be read otherwise."""
    given = "--log-format"
    asked = (given, "json") in pairwise(words) or f"{given}=json" in words
    return Log("json" if asked else "text")


def error_words(error: ReconcileError) -> str:
    """What went wrong and what to do, for people."""
    from reconcile.reports.escape import terminal

    hint = f"\n{terminal(error.hint)}" if error.hint else ""
    return f"error  {terminal(error.message)}{hint}"
