"""Bruno's query options as PHP brackets, in the form that every version reads alike.

Pure. What Bruno would misread without a word (an unknown operator is equality to it,
an empty value a test for NULL, `page` without `limit` an error) is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal

Query = list[tuple[str, str]]
Operator = Literal["eq", "gt", "gte", "lt", "lte", "in"]
Direction = Literal["asc", "desc"]
Scalar = str | int | Decimal
Filter = tuple[str, Operator, Scalar | Sequence[Scalar]]

MAX_LIMIT = 60
"""The largest page that a Traede text allows; a larger one may skip rows."""
MAX_VALUES = 100
"""PHP drops parameters beyond 1,000 without a word; this stays far below."""

_OPERATORS = frozenset({"eq", "gt", "gte", "lt", "lte", "in"})


def query(
    *,
    limit: int | None = None,
    page: int | None = None,
    sort: Sequence[tuple[str, Direction]] = (),
    includes: Sequence[str] = (),
    filters: Sequence[Filter] = (),
) -> Query:
    """The parameters of one GET; the filters must all hold."""
    if page is not None and (limit is None or page < 0):
        raise ValueError("a page needs a limit, and counts from 0")
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit {limit} is not between 1 and {MAX_LIMIT}")
    pairs = [("includes[]", name) for name in includes]
    for n, (key, direction) in enumerate(sort):
        if direction not in ("asc", "desc"):
            raise ValueError(f"sort direction {direction!r} is neither asc nor desc")
        pairs += [(f"sort[{n}][key]", key), (f"sort[{n}][direction]", direction)]
    if limit is not None:
        pairs.append(("limit", str(limit)))
    if page is not None:
        pairs.append(("page", str(page)))
    for n, condition in enumerate(filters):
        pairs += _filter(f"filter_groups[0][filters][{n}]", condition)
    return pairs


def chunks(values: Iterable[str], size: int = MAX_VALUES) -> Iterator[list[str]]:
    """Split values, each once, into lists that fit one `in` filter."""
    unique = list(dict.fromkeys(values))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]


def _filter(prefix: str, condition: Filter) -> Query:
    key, operator, value = condition
    if operator not in _OPERATORS:
        raise ValueError(f"operator {operator!r} would be read as equality")
    head = [(f"{prefix}[key]", key), (f"{prefix}[operator]", operator)]
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    if listed != (operator == "in"):
        raise ValueError(f"{operator} with {value!r}: `in`, and only it, takes a list")
    if not isinstance(value, Sequence) or isinstance(value, str):
        return [*head, (f"{prefix}[value]", _text(value))]
    if not 1 <= len(value) <= MAX_VALUES:
        raise ValueError(f"{len(value)} values in one filter, 1 to {MAX_VALUES} fit")
    return [*head, *((f"{prefix}[value][]", _text(one)) for one in value)]


def _text(value: Scalar) -> str:
    # MySQL compares a boolean column with the text "true" as with 0: send 1 and 0.
    text = str(int(value)) if isinstance(value, bool) else str(value)
    if text in ("", "null"):
        raise ValueError(f"{text!r} would be read as a test for NULL")
    return text
