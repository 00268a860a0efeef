"""Read one YAML file into nodes that know their place; find all that is wrong.

A file of people is never an exception. What is behind a mistake that has one right
answer is read as if that had been typed, so that all is said at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.yaml.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
    find,
    find_key,
    to_plain,
)
from reconcile.core.yaml.reader import MAX_DEPTH, Parsed, Reader
from reconcile.core.yaml.spots import QUOTES, key_column

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "Mapping",
    "Node",
    "Parsed",
    "Scalar",
    "Sequence",
    "Source",
    "find",
    "find_key",
    "parse",
    "to_plain",
]

MAX_BYTES = 5_000_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MOST_AGAIN = 20
_MOST_READ = 2_000_000
"""Mistakes, and characters, after which a broken file is not read again."""


def parse(text: str | bytes, file: str, *, sent: bool = True) -> Parsed:
    if len(text) > MAX_BYTES:
        message = (
            f"this file has {len(text) / 1_000_000:.1f} MB, the limit is "
            f"{MAX_BYTES // 1_000_000}. Write one file for each style"
        )
        return Parsed(None, [Problem(Location(file, 1, 1), "file-too-large", message)])
    if isinstance(text, bytes):
        if text.startswith(_UTF16):
            message = "this file is UTF-16. Save it again with the encoding UTF-8"
            return Parsed(None, [Problem(Location(file, 1, 1), "not-utf8", message)])
        # A byte that is not UTF-8 becomes a surrogate, which keeps its place.
        text = text.decode("utf-8", "surrogateescape")
    source = Source(file, text.removeprefix("\ufeff"), sent=sent)
    first = Reader(source).read()
    return first if first.stopped is None else _read_on(first, source)


@dataclass(frozen=True, slots=True)
class _Typed:
    """One fix that was typed in to read on."""

    line: int
    start: int
    """The first column."""
    old: int
    new: int
    """How many characters."""

    def back(self, place: Location) -> Location | None:
        """A place of the text with the fix in the text without it; None inside."""
        if place.line != self.line:
            return place
        first, last = place.column, place.column + place.length
        if first >= self.start and last <= self.start + self.new:
            return None
        begin, end = self._column(first), self._column(last)
        return replace(place, column=begin, length=max(end - begin, 1))

    def _column(self, column: int) -> int:
        if column <= self.start:
            return column
        behind = column - self.start - self.new
        return self.start + (self.old + behind if behind >= 0 else 0)


def _read_on(first: Parsed, source: Source) -> Parsed:
    """All that is found behind mistakes with one right answer, at its place in the
    text as a person has typed it."""
    typed: list[_Typed] = []
    stops: list[Problem] = []
    now, text = first, source.text
    for _ in range(min(_MOST_AGAIN, _MOST_READ // max(len(text), 1))):
        stop = next((p for p in now.problems if p.where == now.stopped and p.fix), None)
        fix = None if stop is None else stop.fix
        if stop is None or fix is None:
            break
        source = Source(source.file, text, sent=source.sent)
        start = source.offset(fix.where)
        text = text[:start] + fix.text + text[start + fix.where.length :]
        source = Source(source.file, text, sent=source.sent)
        again = Reader(source).read()
        if again.stopped and not _further(again.stopped, stop.where, fix, source):
            # It was not the answer.
            problems = [replace(p, fix=None) if p is stop else p for p in now.problems]
            now = replace(now, problems=problems)
            break
        stops += _in_first(typed, [stop])
        where = fix.where
        typed.append(_Typed(where.line, where.column, where.length, len(fix.text)))
        now = again
    seen = {(problem.where, problem.rule): problem for problem in stops}
    for problem in _in_first(typed, now.problems):
        seen.setdefault((problem.where, problem.rule), problem)
    problems = sorted(seen.values(), key=lambda problem: (problem.where, problem.rule))
    return Parsed(None, problems, first.stopped)


def _further(stopped: Location, before: Location, fix: Fix, source: Source) -> bool:
    """Whether the next mistake is another one, and not what the fix made of this one:
    a line that is still wrong there, or a text put in quotes that goes on below."""
    if stopped.line == before.line:
        return stopped.column >= fix.where.column + len(fix.text)
    here, above = (key_column(source.line(n)) for n in (stopped.line, before.line))
    goes_on = stopped.line == before.line + 1 and here > above
    return not (goes_on and _is_value(fix))


def _is_value(fix: Fix) -> bool:
    """Whether the line has a value of its own by this fix, so that none is below."""
    return fix.text.startswith(QUOTES) or fix.text == ": "


def _in_first(typed: list[_Typed], problems: list[Problem]) -> list[Problem]:
    """The problems with their places in the text as it was typed by a person."""
    return [
        moved for problem in problems if (moved := _moved(problem, typed)) is not None
    ]


def _moved(problem: Problem, typed: list[_Typed]) -> Problem | None:
    where: Location | None = problem.where
    other, fix = problem.other, problem.fix
    over = fix.where if fix else None
    for one in reversed(typed):
        where = where and one.back(where)
        other = other and one.back(other)
        over = over and one.back(over)
    if where is None:
        return None
    moved = (
        Fix(over, fix.text)
        if fix and over and over.length == fix.where.length
        else None
    )
    return replace(problem, where=where, other=other, fix=moved)
