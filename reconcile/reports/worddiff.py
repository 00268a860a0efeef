"""What changes in a text, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final, Literal

_COMPARED: Final = 250
"""Between its first and its last difference so many words and blanks of a text are
compared; of more, all is shown as old and new. The time grows with the third power."""
_AROUND: Final = 10
"""Unchanged words and blanks that are shown on each side of a change."""

Piece = tuple[Literal["same", "old", "new"], str]


def word_diff(before: str, after: str, around: int | None = _AROUND) -> list[Piece]:
    """The two texts as one; `…` for what is far from a change, unless `around` is
    None."""
    old, new = _split(before), _split(after)
    pieces: list[Piece] = []
    for tag, i, j, k, m in _opcodes(old, new):
        if tag == "equal":
            # A text that goes on behind the other one's end has changed there.
            first, last = (i, k) == (0, 0), (j, m) == (len(old), len(new))
            pieces.append(("same", _same(old[i:j], around, first=first, last=last)))
            continue
        if i < j:
            pieces.append(("old", "".join(old[i:j])))
        if k < m:
            pieces.append(("new", "".join(new[k:m])))
    return pieces


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """As difflib gives them; beginning and end that are alike are not searched."""
    shorter = min(len(old), len(new))
    pairs = zip(old, new, strict=False)
    start = next((i for i, (a, b) in enumerate(pairs) if a != b), shorter)
    pairs = zip(reversed(old[start:]), reversed(new[start:]), strict=False)
    end = next((i for i, (a, b) in enumerate(pairs) if a != b), shorter - start)
    i, k = len(old) - end, len(new) - end
    if max(i, k) - start > _COMPARED:
        middle = [("replace", start, i, start, k)]
    else:
        matcher = SequenceMatcher(None, old[start:i], new[start:k], autojunk=False)
        middle = [
            (tag, *(place + start for place in places))  # type: ignore[misc]
            for tag, *places in matcher.get_opcodes()
        ]
    head = [("equal", 0, start, 0, start)] if start else []
    tail = [("equal", i, len(old), k, len(new))] if end else []
    return [*head, *middle, *tail]


def _split(text: str) -> list[str]:
    """Words and the blanks between them; tags of HTML are words."""
    return re.findall(r"<[^<>\s]*>|[^\s<]+|<|\s+", text)


def _same(words: list[str], around: int | None, *, first: bool, last: bool) -> str:
    if around is None or len(words) <= 2 * around:
        return "".join(words)
    start = "" if first else "".join(words[:around])
    end = "" if last else "".join(words[-around:])
    return f"{start}… {end}" if end or start else "…"
