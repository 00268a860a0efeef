"""YAML that is valid and means something else than the person typed.

Each trap is judged on the raw text of a scalar, and its sentence ends with what to
type instead. `parse` finds those that hold everywhere; `money_traps` and `key_traps`
are for the places where a price or a key stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.yaml.fieldwords import FIELDS, KEYS, NUMBERS, UNSENT
from reconcile.core.yaml.nodes import Node, Scalar

_PLAIN_MONEY = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
_CURRENCY = re.compile(
    r"(?P<before>[A-Z]{3}|[€$£¥]|kr\.?|Kr\.?)?(?P<number>[-+−0-9.,'’ _eE]+?)"
    r"(?P<after>[A-Z]{3}|[€$£¥]|kr\.?|Kr\.?)?"
)
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_THOUSAND_POINT = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_NUMBER = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[ .,'’_])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]*)"
    r"(?:(?P<point>[.,])(?P<fraction>[0-9]*))?"
)
_NEGATIVE = re.compile(r"[-−]\s*([0-9.,' ]+)")
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]{1,2}")
_NOT_NUMBERS = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)

_COMMA_PART = re.compile(r"[0-9]+(\.[0-9]+)?|-{1,2}|[0-9]+ ?%")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_NUMBER_LIKE = re.compile(
    r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?0[xob][0-9a-fA-F_]+|[-+]?\.(inf|nan)",
    re.IGNORECASE,
)
_EXPONENT_SIGN = re.compile(r"[eE][-+]")
ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+[0-9]+")
ROUNDED_SAYS = "A sheet has rounded this one: write all its digits"
_SEMICOLONS = re.compile(r"[^\s;]*;[^\s;]*|[^;\r\n]*;[^;\r\n]*;[^\r\n]*")
ROW_SAYS = "this is a row of a sheet. Write its values as fields"
_NUMBER_SIGN = re.compile(r"#[0-9]+\b[^\r\n]*?(?=\s+#|\s*$)")
_SAME_FOR_ALL = re.compile(r"0|[1-9][0-9]*(\.[0-9]*[1-9])?")
_YAML_WORDS = frozenset(("~", "null", "true", "false"))
_LONGEST_SHOWN = 60
_THOUSAND = 3
"""Digits between two thousands marks."""


def is_row(text: str) -> bool:
    """A line of a sheet: its values have tabs between them, or semicolons."""
    shown = text.strip()
    return "\t" in shown or _SEMICOLONS.fullmatch(shown) is not None


def quoted(text: str) -> str:
    """`text` as one would type it in YAML, on one line."""
    short = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return in_quotes(short)


def in_quotes(text: str) -> str:
    """The same, whole."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


class _Said(NamedTuple):
    """What is wrong, and the number where only one can be meant."""

    message: str
    number: str | None = None


_NO_PRICE = _Said("this is not a price. Write a number such as 97.54")


def money_traps(scalar: Scalar, *, decimals: int = 2) -> Problem | None:
    """What is wrong with the way this price is written; None for a good one and null.

    `decimals` is how many the field allows: with three or more `1.299` is a price.
    Words, lists and too many decimals are left to the schema and to the catalog.
    """
    text = scalar.text.strip()
    if scalar.style == "plain":
        if scalar.plain_value() is None:
            return None
        said = _money(text, decimals)
    elif _PLAIN_MONEY.fullmatch(text):
        message = f"a price is a number, not a text. Write {text} without quotes"
        said = _Said(message, text)
    else:
        said = _money(text, decimals)
    if said is None:
        return None
    where = scalar.location
    fix = Fix(where, said.number) if said.number and "\n" not in scalar.raw else None
    return Problem(where, "price-format", said.message, fix=fix)


def key_traps(scalar: Scalar) -> Problem | None:
    """A key that some YAML reader takes for a number, date or switch."""
    text = scalar.text
    if scalar.style != "plain" or _SAME_FOR_ALL.fullmatch(text):
        return None
    if "," in text and ROUNDED.fullmatch(text):
        return Problem(scalar.location, "key-format", f"this is no key. {ROUNDED_SAYS}")
    if text.lower() in _YAML_WORDS:
        kind = "an empty value" if text.lower() in {"~", "null"} else "a yes or no"
    elif _DATE.fullmatch(text):
        kind = "a date"
    elif _NUMBER_LIKE.fullmatch(text):
        kind = "a number, which would lose its form"
    else:
        return None
    where = scalar.location
    return Problem(
        where,
        "key-needs-quotes",
        f"without quotes this key reads as {kind}. Write {quoted(text)}",
        # What a sheet has rounded is not repaired by quotes.
        fix=None if _EXPONENT_SIGN.search(text) else Fix(where, in_quotes(text)),
    )


@dataclass(frozen=True, slots=True)
class Bare:
    """A key in `{…}` that has no colon, and the field before it, if any."""

    key: Scalar
    owner: Scalar | None
    value: Node | None


def comma_traps(bares: Sequence[Bare]) -> list[Problem]:
    """`{sales_price: 97,54}`: YAML sees the key `54`, which nobody meant."""
    return [_comma(list(run)) for _, run in groupby(bares, lambda bare: id(bare.value))]


def gets(scalar: Scalar, field: str | None = None) -> str:
    """What a value would become, as the start of a sentence: not all of it travels."""
    ours = field in UNSENT or not scalar.source.sent
    return "the value would be" if ours else "Traede would get"


def comment_trap(
    scalar: Scalar, place: Location, comment: str, field: str | None = None
) -> Problem:
    """` #2` in an unquoted text: YAML takes the rest of the line for a comment."""
    if scalar.text:
        got = f"{gets(scalar, field)} {quoted(scalar.text)}"
        meant = f"{scalar.text} {comment}"
    else:
        got, meant = "nothing is left of the value", comment
    return Problem(
        place,
        "comment-cuts-text",
        f'" #" begins a comment: {got}. Write {quoted(meant)}, in quotes, '
        'or "# " with a space if it is a comment',
        "warning",
        fix=_with_number(scalar, place, comment),
    )


def _with_number(scalar: Scalar, place: Location, comment: str) -> Fix | None:
    """`Tee #2` means the number; `Tee #old` may well be a comment."""
    number = _NUMBER_SIGN.match(comment)
    start = scalar.location
    if number is None or not scalar.text or start.line != place.line:
        return None
    end = place.column + number.end()
    text = scalar.source.line(start.line)[start.column - 1 : end - 1]
    where = replace(start, length=end - start.column)
    return Fix(where, in_quotes(text))


def anchor_trap(name: str, scalar: Scalar, place: Location) -> Problem:
    """`name: &Other Stories`: YAML takes `&Other` off the text."""
    meant = f"&{name} {scalar.text}".strip()
    return Problem(
        place,
        "quote-needed",
        f'"&" at the start names a value and is not part of it: {gets(scalar)} '
        f"{quoted(scalar.text)}. Write {quoted(meant)}, in quotes",
        fix=Fix(place, in_quotes(meant)) if scalar.style == "plain" else None,
    )


def _comma(run: Sequence[Bare]) -> Problem:
    """`run` are the keys without a colon behind one value."""
    first, last = run[0], run[-1].key
    owner, value = first.owner, first.value
    parts = [bare.key.text for bare in run]
    if owner is None or not isinstance(value, Scalar):
        return _no_value(first.key)
    place = value.source.location(value.start, last.end)
    if (
        value.style == "plain"
        and _PLAIN_NUMBER.fullmatch(value.text)
        and all(_COMMA_PART.fullmatch(part) for part in parts)
    ):
        is_price = owner.text.endswith("price")
        written = ",".join((value.text, *parts)).rstrip("% ")
        meant = _meant(written, 2 if is_price else _THOUSAND)
        number = meant or "the number with a point"
        may_be = is_price or owner.text in NUMBERS
        return Problem(
            place,
            "price-format" if is_price else "number-format",
            f"a comma ends the value here: {gets(value, owner.text)} {value.text}. "
            f"Write {number}",
            fix=Fix(place, meant) if meant and may_be and _is_one(meant) else None,
        )
    if value.style != "plain":
        return _no_value(first.key)
    meant = value.source.text[value.start : last.end]
    if owner.text.endswith("price") and (said := _money(meant, 2)):
        return Problem(place, "price-format", said.message)
    if owner.text in KEYS and ROUNDED.fullmatch(meant):
        message = f"a comma ends the value here. {ROUNDED_SAYS}"
        return Problem(place, "quote-needed", message)
    for bare in run:
        key, _, rest = bare.key.text.partition(" ")
        if key in FIELDS and rest:
            message = f"a colon is missing. Write {key}: {rest}"
            return Problem(bare.key.location, "no-colon", message)
    return Problem(
        place,
        "quote-needed",
        f"a comma ends the value here: {gets(value, owner.text)} {quoted(value.text)}. "
        f"Write {quoted(meant)}, in quotes",
    )


def _no_value(key: Scalar) -> Problem:
    return Problem(
        key.location,
        "no-value",
        f"{quoted(key.text)} has no value. Write {key.text}: and its value, quotes "
        "round the { } if it is a text, or [ ] instead of { } for a list",
    )


def _is_one(number: str) -> bool:
    return _PLAIN_MONEY.fullmatch(number) is not None


def _money(text: str, decimals: int) -> _Said | None:
    if _THOUSAND_POINT.fullmatch(text) and decimals < text.count(".") * 3:
        return _thousand_point(text, decimals)
    if _PLAIN_MONEY.fullmatch(text):
        return None
    if _NOT_NUMBERS.fullmatch(text):
        return _NO_PRICE
    if _EXPONENT.fullmatch(text):
        number = _written_out(text)
        return _Said(f"a price is written out in full. Write {number}", number)
    negative = _NEGATIVE.fullmatch(text)
    if negative:
        meant = _meant(negative[1], decimals)
        return (
            _Said(f"a price cannot be negative. Write {meant}") if meant else _NO_PRICE
        )
    return _decorated(text, decimals)


def _thousand_point(text: str, decimals: int) -> _Said:
    whole = text.replace(".", "")
    if text.count(".") > 1:
        return _Said(f"a point is not a thousands separator. Write {whole}", whole)
    return _Said(
        f"a point begins the decimals: this is {text}, not {whole}. "
        f"Write {_either(whole, text, decimals)}"
    )


def _either(whole: str, other: str, decimals: int) -> str:
    """Both numbers that may be meant; a digit too many is a person's to take off."""
    shown = "" if decimals >= _THOUSAND else f" with {decimals} decimals"
    shown = {0: " without decimals", 1: " with 1 decimal"}.get(decimals, shown)
    return f"{whole}, or {other}{shown} if that is meant"


def _decorated(text: str, decimals: int) -> _Said | None:
    """A price with a currency, thousands marks, a comma, a plus or loose zeros."""
    match = _CURRENCY.fullmatch(_SPACES.sub(" ", text))
    if match is None or not any(char.isdigit() for char in match["number"]):
        return None
    number = _meant(match["number"], decimals)
    if number is None:
        return _NO_PRICE
    if match["before"] or match["after"]:
        # Whether the two currencies are one, nobody has checked.
        return _Said(
            f"the currency is the key above, here stands the number. Write {number}"
        )
    # Behind a point, before it, or before the zeros of `00` a digit may be lost.
    lost = text.startswith(".") or text.endswith(".") or not number.strip("0.")
    sure = _is_one(number) and not lost
    return _Said(f"{_form(text)}. Write {number}", number if sure else None)


def _form(text: str) -> str:
    """What a price has to look like, where `text` does not."""
    if "," in text:
        return "a comma is no decimal point"
    if text.startswith("+"):
        return "a price has no sign"
    if text.startswith("0"):
        return "a price has no zero in front"
    if text.startswith(".") or text.endswith("."):
        return "a price has digits on both sides of the point"
    return "a price is digits and one point"


def _meant(text: str, decimals: int) -> str | None:
    """The number that was meant; both where only a person knows; or None."""
    text = _SPACES.sub(" ", text).strip().lstrip("+").rstrip("- ")
    match = _NUMBER.fullmatch(text)
    if match is None or (match["point"] and match["point"] == match["mark"]):
        return None
    whole = re.sub(r"[^0-9]", "", match["whole"]).lstrip("0") or "0"
    fraction = match["fraction"]
    if match["mark"] in {".", ","} and text.count(match["mark"]) == 1 and not fraction:
        other = text.replace(",", ".").rstrip(".")
        return _either(whole, other, decimals)
    return f"{whole}.{fraction}" if fraction else whole


def _written_out(text: str) -> str:
    written = f"{Decimal(text):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
