"""What to type instead: the value that was meant, as one would type it in YAML."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from typing import Final

from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.traps import in_quotes, quoted
from reconcile.core.yaml.typography import lone_quote

# a value of another type


def one_meaning(node: Node, wanted: list[str]) -> str | None:
    """The hint, where a person would type nothing else; not a number that a sheet
    has rounded (5.7E+12), nor a list, whose commas may be its own."""
    if not isinstance(node, Scalar) or "array" in wanted:
        return None
    if "string" in wanted:
        text = node.text
        return in_quotes(text) if _DIGITS.fullmatch(text) else None
    return as_type(node, wanted)


_DIGITS: Final = re.compile(r"[0-9]+(\.[0-9]+)*")


def as_text(node: Node, wanted: list[str]) -> str | None:
    """`[NEW]` and `{NEW}`, where the brackets were meant as text."""
    raw = node.raw
    is_flow = raw[:1] in ("[", "{") and "\n" not in raw
    return quoted(raw) if is_flow and "string" in wanted else None


_YES: Final = frozenset(("yes", "y", "on", "ja", "true", "1"))
_NO: Final = frozenset(("no", "n", "off", "nej", "nein", "false", "0"))
_NUMBER: Final = re.compile(r"([0-9]+)(?:[.,]([0-9]{1,2}|[0-9]{4,}))? ?%?")
"""A number in text. Three digits behind the mark might be thousands: no guess."""


def as_type(node: Scalar, wanted: list[str]) -> str | None:
    """What was meant, written so that YAML reads it as wanted."""
    text = node.text.strip()
    if "string" in wanted:
        return quoted(text)
    if "boolean" in wanted:
        word = text.rstrip(", ").lower()
        return "true" if word in _YES else "false" if word in _NO else None
    if "array" in wanted:
        inner = node.raw.removesuffix("]") if "[" not in node.raw else node.raw
        if inner.startswith("(") and inner.endswith(")"):
            inner = inner[1:-1]
        return f"[{inner}]" if "\n" not in inner and not items(node) else None
    text = text.rstrip(", ")
    number = _NUMBER.fullmatch(text) if {"number", "integer"} & {*wanted} else None
    if number and not number[2]:
        return number[1]
    if number and "number" in wanted:
        return f"{number[1]}.{number[2]}"
    return None


_BULLET: Final = re.compile(r"[-•·–—*‣▪●][ \t\u00a0]*(?=\S)")


def items(node: Scalar) -> list[str]:
    """The lines of what was meant as a list, without the marks before them."""
    lines = [line.strip() for line in node.raw.splitlines() if line.strip()]
    bare = [_BULLET.sub("", line, count=1) for line in lines]
    return bare if node.style == "plain" and (len(lines) > 1 or bare != lines) else []


# a text of another form


def candidate(text: str, pattern: str) -> str | None:
    """The text in a form that the pattern takes; None where nobody can know."""
    for repair in _REPAIRS:
        meant = repair(text)
        if meant != text and re.search(whole_pattern(pattern), meant):
            return meant
    return None


def _day(text: str) -> str:
    day = re.sub(r"[/.]", "-", text.strip())
    return re.sub(r"(?<![0-9])([0-9])(?![0-9])", r"0\1", day)


_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_MONTHS: Final = 12


def days(text: str) -> list[str]:
    """Which days `4/1/2027` may be: with slashes some countries begin with the month,
    with points none does."""
    found = _DAY_FIRST.fullmatch(text.strip())
    if found is None:
        return []
    first, second = int(found[1]), int(found[3])
    pairs = [(second, first), *([] if found[2] == "." else [(first, second)])]
    fits = [(month, day) for month, day in pairs if month <= _MONTHS]
    return [*dict.fromkeys(f"{found[4]}-{m:02}-{d:02}" for m, d in fits)]


def _one_day(text: str) -> str:
    possible = days(text)
    return possible[0] if len(possible) == 1 else text


def _digits(text: str) -> str:
    digits = re.sub(r"[ -]", "", text)
    return digits if digits.isdecimal() else text


def _without_quote(text: str) -> str:
    return text[:-1] if lone_quote(text) else text


_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    str.strip,
    _without_quote,
    lambda text: " ".join(text.split()),
    lambda text: text.strip().upper(),
    _day,
    _one_day,
    _digits,
)


def whole_pattern(pattern: str) -> str:
    return pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern


# words


def closest(word: str, words: Iterable[str]) -> str | None:
    folded = {w.lower(): w for w in words}
    asked = word.strip().lower().replace("-", "_").replace(" ", "_")
    for form in (asked, word.strip().lower()):
        if close := difflib.get_close_matches(form, folded, n=1, cutoff=0.6):
            return folded[close[0]]
    return None


def listed(words: Iterable[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last


_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*([ >./@-]+[A-Za-z0-9_]+)*")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def typed(value: object) -> str:
    """A value as one would type it in YAML, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {typed(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(typed, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    bare = _BARE.fullmatch(value) or _DATE.fullmatch(value) or value == "..."
    words = ("null", "true", "false")
    return value if bare and value.lower() not in words else quoted(value)
