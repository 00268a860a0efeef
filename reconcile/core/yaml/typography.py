"""Characters that a word processor puts in place of those that YAML knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconcile.core.problems import Fix, Problem
from reconcile.core.yaml.fieldwords import KEYS, NO_TEXTS
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.traps import in_quotes, quoted

_PAIRS: Final = {"“": "”“", "”": "”", "„": "“”", "‘": "’‘", "’": "’", "‚": "‘’"}
"""Which quotes close a text that one opens; some countries open with what others
close with."""
_STRAIGHT: Final = ('"', "'")
CURLY: Final = re.compile(f"[{''.join(_PAIRS)}]")


def uncurled(text: str) -> str | None:
    """What stands between curly quotes that enclose the whole text; None if they do
    not: those inside, as in `Pumps ”Flex” red`, are letters."""
    inner = text[1:-1]
    if not inner or text[-1] not in _PAIRS.get(text[0], ""):
        return None
    return None if any(mark in inner for mark in text[0] + text[-1]) else inner


def curly_trap(scalar: Scalar, field: str | None) -> Problem | None:
    """A value between curly quotes. A key, number, date or switch cannot mean them. A
    text may be a quotation: then it is a warning, and straight quotes around it say
    that it is meant."""
    inner = uncurled(scalar.text)
    if scalar.style != "plain" or inner is None or "\n" in scalar.raw:
        return None
    where = scalar.location
    if field in KEYS or field in NO_TEXTS:
        write = in_quotes(inner) if field in KEYS else inner
        message = f"these are no quotes to YAML, but letters. Write {write}"
        return Problem(where, "curly-quotes", message, fix=Fix(where, write))
    return Problem(
        where,
        "curly-quotes",
        "these are no quotes to YAML, so Traede gets them as part of the text. Write "
        f"{quoted(inner)}, or {quoted(scalar.text)} if they are meant",
        "warning",
    )


def lone_quote(text: str) -> str | None:
    """The straight quote that ends a text and does not begin it; None without one."""
    mark = text[-1:]
    return mark if mark in _STRAIGHT and text.count(mark) == 1 < len(text) else None


def lone_quote_trap(scalar: Scalar, field: str) -> Problem | None:
    """`sku: A-1"`: a key, number, date or switch whose first quote is missing. Quotes
    around the whole say that a key is meant like that."""
    mark = lone_quote(scalar.text) if scalar.style == "plain" else None
    if mark is None or "\n" in scalar.raw or not (field in KEYS or field in NO_TEXTS):
        return None
    inner = scalar.text[:-1]
    write = in_quotes(inner) if field in KEYS else inner
    message = f"{ends_with(mark)}. Write {write}"
    return Problem(
        scalar.location, "lone-quote", message, fix=Fix(scalar.location, write)
    )


def ends_with(mark: str) -> str:
    return f"the text ends with {mark} and does not begin with one"


def curly_commas(items: Sequence[Node]) -> list[Problem]:
    """`[“a, b”]`: a comma between curly quotes parts the text in two."""
    problems: list[Problem] = []
    opened: Scalar | None = None
    for item in dict.fromkeys(items):
        if not isinstance(item, Scalar) or item.style != "plain":
            opened = None
            continue
        closers = _PAIRS.get(item.text[:1], "")
        if closers and not any(mark in item.text[1:] for mark in closers):
            opened = item
        elif opened and item.text.endswith(tuple(_PAIRS[opened.text[0]])):
            problems.append(_parted(opened, item))
            opened = None
    return problems


def _parted(first: Scalar, last: Scalar) -> Problem:
    where = first.source.location(first.start, last.end)
    whole = first.source.text[first.start : last.end]
    inner = whole[1:-1]
    return Problem(
        where,
        "curly-quotes",
        "these are no quotes to YAML, so the comma ends the text. "
        f"Write {quoted(inner)}",
        fix=None if "\n" in whole or '"' in inner else Fix(where, in_quotes(inner)),
    )
