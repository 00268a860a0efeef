"""Bruno's query options: filters, sorting and paging (`core-api.txt`, "Bruno options").

What a typed PHP method or the database refuses is a 500 without a word, never a 422.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import Record
from reconcile.sandbox.phpquery import Array
from reconcile.sandbox.refusals import Broken, Refused

Columns = Mapping[str, str]
"""The columns that can be filtered and sorted by, and the type of each."""


class Window(NamedTuple):
    """One page of a list, and how many rows the whole list has."""

    rows: list[Record]
    filtered: int


def select(
    rows: Sequence[Record],
    query: Array,
    dialect: Dialect,
    *,
    columns: Columns,
    turn: int,
) -> Window:
    """The page of `rows` that `query` asks for; `turn` seeds the shuffled order."""
    found = _filtered(rows, query.get("filter_groups"), dialect, columns)
    if query.get("sort"):
        found = _sorted(found, query["sort"], columns)
    elif dialect.order == "shuffled":
        found = sorted(found, key=lambda row: _shuffle_key(row, turn))
    offset, limit = _offset_and_limit(query, dialect)
    end = None if limit is None else offset + limit
    return Window(found[offset:end], len(found))


def include_modes(query: Array) -> dict[str, str]:
    """`includes[]=variants.prices:ids` as path to mode; the last of two modes wins."""
    includes = query.get("includes")
    if includes is None:
        return {}
    modes = {}
    for one in _array(includes).values():
        path, _, mode = _string(one).partition(":")
        modes[path] = mode if mode in ("ids", "sideload") else "embed"
    return modes


# --- paging --------------------------------------------------------------------------


def _offset_and_limit(query: Array, dialect: Dialect) -> tuple[int, int | None]:
    asked = _number(query.get("limit"))
    if asked is not None and asked <= 0:
        asked = None
    limit = dialect.default_limit if asked is None else asked
    cap = dialect.limit_cap
    capped = limit if limit is None or cap is None else min(limit, cap)
    if capped != limit and dialect.over_cap == "refuse":
        raise Refused(f"The limit may not be greater than {cap}.")
    step = limit if dialect.over_cap == "clamp-late" else capped
    start = _number(query.get("start"))
    page = _number(query.get("page"))
    if start is not None:
        offset = start
    elif page is None:
        offset = 0
    elif step is None:
        raise Broken  # a page without a limit is an InvalidArgumentException
    else:
        offset = _blocks_before(page, dialect) * step
    return max(offset, 0), capped


def _blocks_before(page: int, dialect: Dialect) -> int:
    if dialect.page_base == "0":
        return page
    if dialect.page_base == "1-strict" and page < 1:
        raise Refused("The page must be at least 1.")
    return page - 1


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if not re.fullmatch(r"-?\d+", _string(value)):
        raise Broken
    return int(value)


# --- sorting -------------------------------------------------------------------------


def _sorted(rows: list[Record], sort: Any, columns: Columns) -> list[Record]:
    for rule in reversed(_array(sort).values()):
        key = str(_array(rule).get("key"))
        if key not in columns:
            raise Broken
        # Only `asc` in any case is ascending; whatever else is written is descending.
        down = str(rule.get("direction", "asc")).lower() != "asc"
        rows = sorted(
            rows, key=lambda row: _sort_key(_cell(row, key, columns)), reverse=down
        )
    return rows


def _cell(row: Record, key: str, columns: Columns) -> Any:
    """Decimals are kept as text; the database compares them as numbers."""
    value = row.get(key)
    if value is not None and columns[key] in ("decimal", "percent"):
        return Decimal(value)
    return value


def _sort_key(value: Any) -> tuple[int, Decimal, str]:
    """Nulls first, numbers as numbers, the rest as text."""
    if value is None:
        return (0, Decimal(0), "")
    number = _decimal(value)
    if number is not None and not isinstance(value, str):
        return (1, number, "")
    return (2, Decimal(0), str(value))


def _shuffle_key(row: Record, turn: int) -> str:
    return hashlib.sha256(f"{turn}:{row['id']}".encode()).hexdigest()


# --- filters -------------------------------------------------------------------------


def _filtered(
    rows: Sequence[Record], groups: Any, dialect: Dialect, columns: Columns
) -> list[Record]:
    if groups is None:
        return list(rows)
    tests = [_group(group, dialect, columns) for group in _array(groups).values()]
    return [row for row in rows if all(test(row) for test in tests)]


Test = Callable[[Record], bool]


def _group(group: Any, dialect: Dialect, columns: Columns) -> Test:
    if "filters" not in _array(group):
        raise Broken
    tests = [
        _filter(one, dialect, columns) for one in _array(group["filters"]).values()
    ]
    always = [test for test, null in tests if null]
    others = [test for test, null in tests if not null]
    some = any if group.get("or") == "true" and others else all
    # A test for null is AND-ed even within a group of `or`.
    return lambda row: all(t(row) for t in always) and some(t(row) for t in others)


def _filter(rule: Any, dialect: Dialect, columns: Columns) -> tuple[Test, bool]:
    parts = dict(_array(rule))
    for position, name in enumerate(("key", "operator", "value", "not")):
        if str(position) in parts:  # the short form: [key, operator, value, not]
            parts[name] = parts[str(position)]
    if not {"key", "operator", "value"} <= parts.keys() or parts["key"] not in columns:
        raise Broken
    key, value = parts["key"], parts["value"]
    negate = _negation(parts.get("not"), str(parts["operator"]))
    if value in ("", "null"):
        return (lambda row: (row.get(key) is None) != negate), True
    compare = _operator(str(parts["operator"]), value, negate, dialect)
    return (
        lambda row: row.get(key) is not None and compare(_cell(row, key, columns))
    ), False


def _negation(value: Any, operator: str) -> bool:
    if value in (None, "", "0", "false"):
        return False
    # For lists Bruno asks for a real true, elsewhere anything will do.
    return value == "true" or operator not in ("in", "bt")


Compare = Callable[[Any], bool]

_PATTERNS: Final = {"ct": "%{}%", "sw": "{}%", "ew": "%{}"}
_ORDERS: Final[Mapping[str, tuple[Callable[[int], bool], Callable[[int], bool]]]] = {
    # operator: itself, and what `not` makes of it (no true opposites: equals are lost)
    "gt": (lambda c: c > 0, lambda c: c < 0),
    "gte": (lambda c: c >= 0, lambda c: c < 0),
    "lt": (lambda c: c < 0, lambda c: c > 0),
    "lte": (lambda c: c <= 0, lambda c: c > 0),
}


def _operator(operator: str, value: Any, negate: bool, dialect: Dialect) -> Compare:
    if operator in ("in", "bt"):
        wanted = list(_array(value).values())
        if operator == "in":
            return lambda own: any(_order(own, one) == 0 for one in wanted) != negate
        if len(wanted) != 2:
            raise Broken
        low, high = wanted
        return lambda own: (_order(own, low) >= 0 >= _order(own, high)) != negate
    value = _string(value)
    if operator in _PATTERNS:
        if negate and dialect.bruno_not == "broken":
            return lambda _own: False
        pattern = _like(_PATTERNS[operator].format(value))
        return lambda own: bool(pattern.fullmatch(_as_text(own))) != negate
    if operator in _ORDERS:
        plain, negated = _ORDERS[operator]
        judge = negated if negate else plain
        return lambda own: judge(_order(own, value))
    # An unknown operator is equality, without a word.
    return lambda own: (_order(own, value) == 0) != negate


def _order(own: Any, wanted: str) -> int:
    """-1, 0 or 1: numbers compare as numbers, the rest as text."""
    number = None if isinstance(own, str) else _decimal(own)
    other = _decimal(wanted)
    if number is not None:
        other = other or Decimal(0)  # MySQL takes text for 0 here
        return (number > other) - (number < other)
    text = _as_text(own)
    return (text > wanted) - (text < wanted)


def _like(pattern: str) -> re.Pattern[str]:
    """`%` and `_` of the value are wildcards too: Bruno does not escape them."""
    parts = {"%": ".*", "_": "."}
    text = "".join(parts.get(one) or re.escape(one) for one in pattern)
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _as_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(int(value) if isinstance(value, bool) else str(value))
    except InvalidOperation:
        return None


def _array(value: Any) -> Array:
    """Bruno's parsers are typed `array`: a string there is a TypeError, hence a 500."""
    if not isinstance(value, dict):
        raise Broken
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Broken
    return value
