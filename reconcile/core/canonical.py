"""The canonical form of one value: one shape for both sides of the comparison.

One normaliser per form of the field table; anything that fits no documented form
raises `NotCanonical`, and the caller decides what that means on its side.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from reconcile.core.kinds import Field, Form, Shape
from reconcile.core.model import MISSING, Value

SEPARATOR: Final = " > "
"""Between a top category and its sub category, in keys and references."""


class NotCanonical(ValueError):
    """The value has none of the forms that the field may have."""


def canonical(field: Field, raw: Any) -> Value:
    """The canonical form of one single value of a field; `""` and null are one."""
    if raw is None or raw == "":
        return field.null_as
    return _NORMALISERS[field.form](raw)


def decimal_text(number: Decimal) -> str:
    """An exact decimal as its shortest plain text: `300.00` is `300`."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def fold(key: str) -> str:
    """Two keys with the same fold differ only by case and spaces."""
    return " ".join(key.casefold().split())


def same(field: Field, desired: Value, live: Value) -> bool:
    """Whether Traede has what the catalog wants, as far as the catalog says it.

    Null, an empty list and nothing are one. In a list of objects only the members
    that are written count: Traede may return its defaults for the others.
    """
    if desired == live or (not desired and not live and _nothing(desired, live)):
        return True
    if field.shape is Shape.RECORDS:
        return _covered(field, desired or [], live or [])
    return implied(field, desired, live)


def implied(field: Field, desired: Value, live: Value) -> bool:
    """Whether live only adds the parents of desired categories.

    No text says whether Traede attaches the parent of a sub category (E-5).
    """
    if field.form is not Form.CATEGORY or not isinstance(desired, list):
        return False
    parents = {key.split(SEPARATOR)[0] for key in desired if SEPARATOR in key}
    wanted, found = set(desired), set(live or ())
    return wanted < found and found <= wanted | parents


def _nothing(*values: Value) -> bool:
    return all(value in (None, []) or value is MISSING for value in values)


def _covered(field: Field, desired: list[Value], live: list[Value]) -> bool:
    order = record_order(field)
    found = {order(record): record for record in live}
    return {order(record) for record in desired} == found.keys() and all(
        found[order(record)].get(name) == value
        for record in desired
        for name, value in record.items()
    )


def as_set(field: Field, items: Iterable[Value]) -> list[Value]:
    """A SET's canonical form: sorted, each entry once, nulls dropped."""
    unique = {item for item in items if item is not None}
    return sorted(unique) if field.form is Form.INT else sorted(unique, key=str)


def record_order(field: Field) -> Callable[[Mapping[str, Any]], str]:
    """A sort key for the objects of a RECORDS field: by what identifies them."""

    def key(record: Mapping[str, Any]) -> str:
        return json.dumps([record.get(name) for name in field.keys])

    return key


def _text(raw: Any) -> str | None:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | Decimal):
        return str(raw)
    if isinstance(raw, str):
        # Web forms send \r\n, which no YAML text can hold.
        return raw.replace("\r\n", "\n").strip() or None
    raise NotCanonical(f"not a text: {raw!r}")


def _bool(raw: Any) -> bool:
    if raw in (0, 1) or raw in ("0", "1", "true", "false"):
        return raw in (1, "1", "true")
    raise NotCanonical(f"neither true nor false: {raw!r}")


def _number(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise NotCanonical(f"not a number: {raw!r}")
    try:
        number = Decimal(raw.strip() if isinstance(raw, str) else raw)
    except InvalidOperation:
        raise NotCanonical(f"not a number: {raw!r}") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise NotCanonical(f"not a number: {raw!r}")
    return decimal_text(number)


def _int(raw: Any) -> int:
    text = _number(raw)
    if "." in text:
        raise NotCanonical(f"not a whole number: {raw!r}")
    return int(text)


# Core dates are `YYYY-MM-DD`, datetimes `YYYY-MM-DD HH:MM:SS`; sync says only
# "date" (D-25). Compared by day.
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?.*)?")


def _date(raw: Any) -> str:
    match = _DATE.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not match:
        raise NotCanonical(f"not a date: {raw!r}")
    try:
        return datetime.date.fromisoformat(match[1]).isoformat()
    except ValueError:
        raise NotCanonical(f"no such day: {raw!r}") from None


_NORMALISERS: Final[Mapping[Form, Callable[[Any], Value]]] = {
    Form.TEXT: _text,
    Form.BOOL: _bool,
    Form.INT: _int,
    Form.NUMBER: _number,
    Form.MONEY: _number,
    Form.DATE: _date,
    Form.CATEGORY: _text,
    Form.COLLECTION: _text,
    Form.CUSTOMER: _text,
}
