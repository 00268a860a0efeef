"""What has one right answer, typed into the raw text of the files.

A file that stops the YAML reader is repaired first, mistake by mistake, because what is
behind a mistake cannot be seen; then what the catalog as a whole says is. A repair
stays only if the file has fewer errors with it and says nothing new elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from reconcile.core.problems import Fix, Location, Problem, errors
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar, Source
from reconcile.core.yaml.spots import QUOTES, key_column, line_of, line_start
from reconcile.core.yaml.text import Parsed, parse

MARK: Final = "\ufeff"
_WORD_BEFORE: Final = re.compile(r"\S{0,40}\Z")
_WORD_BEHIND: Final = re.compile(r"\S{0,40}")
_LONGEST: Final = 50
"""Of a line, as it is shown."""
_MOST_ROUNDS: Final = 10
"""A repair may show another mistake behind it, but not for ever."""

_MOST_READ: Final = 2_000_000
"""Characters, after which a file with very many mistakes is left for another run."""

Judge = Callable[[Mapping[str, str]], Iterable[Problem]]
"""All problems of a catalog with these texts."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """One stretch of characters that was typed over; where, in the old text."""

    where: Location
    old: str
    new: str


def repaired(
    texts: Mapping[str, str], judge: Judge
) -> tuple[dict[str, str], list[Repaired]]:
    """The texts with every repair, and what was repaired."""
    done: list[Repaired] = []
    now = {file: _readable(text, file, done) for file, text in texts.items()}
    for _ in range(_MOST_ROUNDS):
        found: dict[str, list[Problem]] = {}
        for problem in judge(now):
            if problem.fix is not None and problem.fix.where.file in now:
                found.setdefault(problem.fix.where.file, []).append(problem)
        before = len(done)
        for file, problems in found.items():
            now[file] = _typed_over(now[file], file, problems, done)
        if len(done) == before:
            break
    return now, sorted(done, key=lambda one: one.where)


def _readable(text: str, file: str, done: list[Repaired]) -> str:
    """Repaired as long as that changes something: each repair may show another."""
    for _ in range(max(_MOST_READ // max(len(text), 1), _MOST_ROUNDS)):
        parsed = _parsed(text, file)
        again = _typed_over(text, file, parsed.problems, done)
        if again == text:
            break
        text = again
    return text


def _typed_over(
    text: str, file: str, problems: Iterable[Problem], done: list[Repaired]
) -> str:
    fixes = _apart(problem.fix for problem in problems if problem.fix)
    tries = max(_MOST_READ // max(len(text), 1), _MOST_ROUNDS)
    parts = [fixes]
    while parts and tries:
        part = parts.pop()
        both = _with(text, file, part)
        tries -= 1
        if both is not None:
            text = both[0]
            done += both[1]
        elif len(part) > 1:  # one of them spoils it; the last first, as places move
            half = len(part) // 2
            parts += [part[:half], part[half:]]
    return text


def _apart(fixes: Iterable[Fix]) -> list[Fix]:
    """In the order of the text, without those that meet another."""
    ordered = sorted({fix.where: fix for fix in fixes}.values(), key=lambda f: f.where)
    meeting = {
        other.where
        for one, other in pairwise(ordered)
        if one.where.line == other.where.line
        and other.where.column < one.where.column + one.where.length
    }
    return [fix for fix in ordered if fix.where not in meeting]


def _with(
    text: str, file: str, fixes: Sequence[Fix]
) -> tuple[str, list[Repaired]] | None:
    """The text with these typed in; None where it would say more than that."""
    if not fixes:
        return text, []
    plain = text.removeprefix(MARK)
    source = Source(file, plain)
    parts: list[str] = []
    repairs: list[Repaired] = []
    at = 0
    spans: list[tuple[int, int]] = []
    for fix in fixes:
        start = source.offset(fix.where)
        end = start + fix.where.length
        parts += [plain[at:start], fix.text]
        repairs.append(_repair(plain, fix, start, end))
        spans.append((start, end))
        at = end
    whole = "".join([*parts, plain[at:]])
    before, after = _parsed(plain, file), _parsed(whole, file)
    if not _only_better(before, after) or not _only_there(before, after, spans):
        return None
    if after.root is None and _goes_on(Source(file, whole), _stop(after), fixes):
        return None
    return text.removesuffix(plain) + whole, repairs


@lru_cache(maxsize=3)
def _parsed(text: str, file: str) -> Parsed:
    """What a repair leaves is what the next one begins with."""
    return parse(text, file)


def _repair(text: str, fix: Fix, start: int, end: int) -> Repaired:
    """As a person would tell it: a colon with the words beside it, a line that moves
    as a whole."""
    old, new = text[start:end], fix.text
    before = text[line_start(text, start) : start]
    if not before.strip() and (old[:1] in (" ", "\t") or new.lstrip().startswith("- ")):
        line = (before + old, before + new)
        rest = line_of(text, end)
        return Repaired(fix.where, *(_short(one + rest) for one in line))
    if any(char.isalnum() for char in old):
        return Repaired(fix.where, old, new)
    head = _WORD_BEFORE.search(text[max(start - 40, 0) : start])
    tail = _WORD_BEHIND.match(text, end)
    ends = (head[0] if head else "", tail[0] if tail else "")
    return Repaired(
        fix.where, *(f"{ends[0]}{one}{ends[1]}".strip() for one in (old, new))
    )


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _only_better(before: Parsed, after: Parsed) -> bool:
    """Not one error more; where the reader stopped, it has come further."""
    if before.root is not None:
        return after.root is not None and len(errors(after.problems)) <= len(
            errors(before.problems)
        )
    if after.root is not None:
        return True
    further = _stop(after) > _stop(before)
    fewer = len(errors(after.problems)) < len(errors(before.problems))
    return further or (fewer and _stop(after).line == _stop(before).line)


def _stop(parsed: Parsed) -> Location:
    return parsed.stopped or max(problem.where for problem in errors(parsed.problems))


def _goes_on(source: Source, wrong: Location, fixes: Sequence[Fix]) -> bool:
    """Whether the reader now stops in the line below a repair, which goes further in:
    then the text that was typed over had more than one line, or was no value."""
    lines = [
        source.line(line) for line in range(max(wrong.line - 1, 1), wrong.line + 1)
    ]
    here, above = key_column(lines[-1]), key_column(lines[0])
    values = [
        fix.where.line
        for fix in fixes
        if fix.text.startswith(QUOTES) or fix.text == ": "
    ]
    return here > above and wrong.line - 1 in values


def _only_there(
    before: Parsed, after: Parsed, spans: Sequence[tuple[int, int]]
) -> bool:
    """Whether all values are as before, but for those that were typed over."""
    if before.root is None:
        return True  # what it said, nobody could know
    was, now = [*_scalars(before.root, ())], [*_scalars(after.root, ())]
    if [place for place, _ in was] != [place for place, _ in now]:
        return False
    changed = (
        old
        for (_, old), (_, new) in zip(was, now, strict=True)
        if _said(old) != _said(new)
    )
    starts = [start for start, _ in spans]  # in the order of the text
    last = ((node, bisect_right(starts, node.end) - 1) for node in changed)
    return all(at >= 0 and node.start <= spans[at][1] for node, at in last)


def _said(node: Scalar) -> tuple[str, bool]:
    return node.text, node.style == "plain"


def _scalars(
    node: Node | None, place: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], Scalar]]:
    """All keys and values, with their place in the tree; keys have odd ones."""
    if isinstance(node, Scalar):
        yield place, node
    elif isinstance(node, MapNode):
        for at, (key, value) in enumerate(node.items):
            yield (*place, 2 * at + 1), key
            yield from _scalars(value, (*place, 2 * at))
    elif node is not None:
        for at, item in enumerate(node.items):
            yield from _scalars(item, (*place, at))
