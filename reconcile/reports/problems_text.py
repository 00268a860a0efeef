"""Problems for the terminal: the line, the wrong characters marked, what to type."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len

from reconcile.core.model import KindName
from reconcile.core.problems import Location, Problem, errors
from reconcile.reports.escape import terminal
from reconcile.reports.problems_fingerprints import source_lines

WIDTH = 120
_GUTTER = 5
_NARROWEST = 50
"""A message gets at least this many columns."""
_SHOWN_BEFORE = 40
"""Of a line too long to show, so much is left of the mistake."""

_PLURAL = {"category": "categories"}
_RED, _YELLOW, _DIM, _BOLD, _RESET = (
    f"\x1b[{code}m" for code in ("31", "33", "2", "1", "0")
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was looked at; the objects in the order in which they are told."""

    files: int
    objects: Mapping[KindName, int] = field(default_factory=dict)
    seconds: float | None = None


def render_problems(
    problems: Iterable[Problem],
    sources: Mapping[str, str],
    counts: Counts,
    *,
    color: bool = False,
) -> str:
    """All problems with their lines out of `sources` (file → text), and the count."""
    ordered = in_order(problems)
    lines = source_lines(ordered, sources)
    parts = [_block(p, lines.get(p.where.file, []), color=color) for p in ordered]
    return "\n".join([*parts, _summary(ordered, sources, counts)])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.where, p.rule, p.message, str(p.other)))


def count(number: int, noun: str) -> str:
    """`1 category`, `3 errors`."""
    return f"{number} {noun if number == 1 else _PLURAL.get(noun, noun + 's')}"


def _block(problem: Problem, lines: list[str], *, color: bool) -> str:
    paint = _RED if problem.severity == "error" else _YELLOW
    where = problem.where
    head = "  ".join(
        (
            _painted(problem.severity, paint + _BOLD, color),
            terminal(str(where)),
            _painted(problem.rule, _DIM, color),
        )
    )
    message = message_of(problem)
    if not 1 <= where.line <= len(lines):
        body = [f"       {line}" for line in _wrapped(message, WIDTH, WIDTH)]
        return "\n".join((head, *body, ""))
    shown, left, marks = _frame(lines[where.line - 1], where)
    first, *rest = _beside(message, left, marks)
    carets = _painted("^" * marks, paint, color)
    gutter = " " * _GUTTER + " │"
    body = [
        f"{where.line:>{_GUTTER}} │ {shown}",
        f"{gutter} {' ' * left}{carets}{' ' + first if first else ''}",
        *(f"{gutter} {line}" for line in rest),
    ]
    return "\n".join((head, *(line.rstrip() for line in body), ""))


def message_of(problem: Problem) -> str:
    """The sentence, and the second place where it does not name it."""
    other = problem.other
    if other is None:
        return problem.message
    place = f"{other.file}:{other.line}"
    if place in problem.message:
        return problem.message
    return f"{problem.message}\nalso in {place}"


def _frame(line: str, where: Location) -> tuple[str, int, int]:
    """The line as shown, the columns left of the carets, and how many carets."""
    start = min(where.column - 1, len(line))
    end = min(start + where.length, len(line))
    before, wrong, after = (
        terminal(part) for part in (line[:start], line[start:end], line[end:])
    )
    room = WIDTH - _GUTTER - 3
    if cell_len(before + wrong + after) > room:
        if cell_len(before) > _SHOWN_BEFORE:
            before = "…" + before[-_SHOWN_BEFORE:]
        wrong = _cropped(wrong, max(room - cell_len(before), _SHOWN_BEFORE))
        after = _cropped(after, max(room - cell_len(before + wrong), 0))
    return before + wrong + after, cell_len(before), max(cell_len(wrong), 1)


def _cropped(text: str, room: int) -> str:
    return text if cell_len(text) <= room else text[: max(room - 1, 0)] + "…"


def _beside(message: str, left: int, marks: int) -> list[str]:
    """The message behind the carets and below them; only below where it is narrow."""
    room = WIDTH - _GUTTER - 3 - left
    if room - marks - 1 >= _NARROWEST:
        first, *rest = _wrapped(message, room, room - marks - 1)
        return [first, *(" " * left + line for line in rest)]
    left = max(min(left, left + room - _NARROWEST), 0)
    room = WIDTH - _GUTTER - 3 - left
    return ["", *(" " * left + line for line in _wrapped(message, room, room))]


def _wrapped(message: str, width: int, first_width: int) -> list[str]:
    lines: list[str] = []
    for part in message.splitlines() or [""]:
        indent = " " * (width - first_width if not lines else 0)
        wrapped = textwrap.wrap(
            terminal(part),
            width,
            initial_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines += [line.removeprefix(indent) for line in wrapped] or [""]
    return lines


def _summary(
    problems: list[Problem], sources: Mapping[str, str], counts: Counts
) -> str:
    wrong = len(errors(problems))
    found = f"{count(wrong, 'error')}, {count(len(problems) - wrong, 'warning')}"
    wrong_files = {problem.where.file for problem in problems}
    # A copy of a schema is looked at too, and is no file of the catalog.
    files = len(wrong_files & sources.keys() if sources else wrong_files)
    of = f"{files} of " if files else ""
    objects = ", ".join(count(n, kind) for kind, n in counts.objects.items())
    time = "" if counts.seconds is None else f"{counts.seconds:.1f} s"
    detail = "; ".join(part for part in (objects, time) if part)
    whole = f"{found} in {of}{count(counts.files, 'file')}"
    whole += f" ({detail})\n" if detail else "\n"
    fixes = sum(problem.fix is not None for problem in problems)
    if fixes and counts.objects:  # not of reconcile.yaml, which `fmt` leaves alone
        whole += (
            f"`reconcile fmt --fix` can repair {fixes} of them. "
            "Nothing was sent to Traede.\n"
        )
    return whole


def _painted(text: str, codes: str, color: bool) -> str:
    return f"{codes}{text}{_RESET}" if color else text
