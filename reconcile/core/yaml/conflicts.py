"""What git leaves in a file where two people changed the same lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconcile.core.yaml.spots import Mistake

_MARKER: Final = re.compile(
    r"^(?P<mark><{7}|\|{7}|={7}|>{7})(?:[ \t][^\r\n]*)?(?=\r|\n|\Z)", re.MULTILINE
)


def conflicts(text: str) -> Iterator[Mistake]:
    """Each pair of versions that git could not join; all of it is marked by its first
    line."""
    there = any(mark in text for mark in ("<<<<<<<", "=======", ">>>>>>>"))
    found = [*_MARKER.finditer(text)] if there else []
    while found:
        end = next((n for n, one in enumerate(found) if one["mark"][0] == ">"), None)
        whole = found[0]["mark"][0] == "<" and end is not None
        group = found[: end + 1] if whole and end is not None else found[:1]
        found = found[len(group) :]
        yield Mistake(
            group[0].start(),
            group[0].end(),
            "merge-conflict",
            _whole(text, group) if whole else _left_over(),
        )


def _whole(text: str, group: list[re.Match[str]]) -> str:
    *numbers, last = (str(text.count("\n", 0, one.start()) + 1) for one in group)
    return (
        "two people changed the same lines, and git left both versions, the one above "
        "======= and the one below. Keep one of the two, and take the lines "
        f"{', '.join(numbers)} and {last} out"
    )


def _left_over() -> str:
    return (
        "this line is left of two versions that git could not join. See that only one "
        "of them stands here, and take this line out"
    )
