"""How rules speak of prices and percentages, and of many findings at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from reconcile.core.model import Path, Value

PRICES: Final[Mapping[str, str]] = {
    "sales_price": "wholesale",
    "rec_sales_price": "retail",
    "offer_price": "offer",
    "b2c_offer_price": "b2c offer",
}
"""What people call the members of a price, in the order in which they are told."""

LONGEST: Final = 40
"""Of a longer text the beginning is quoted."""

_Whom = TypeVar("_Whom", bound=Hashable)


def price(path: Path) -> str:
    """`EUR wholesale`, `DKK cost (Production 2027)`."""
    if path[0] == "prices":
        return f"{path[1]} {PRICES[path[2]]}"
    currency, _, label = path[1].partition(" ")
    return f"{currency} cost ({label})" if label else f"{currency} cost"


def money(amount: Value) -> str:
    """Two decimals where it is not whole: `300`, `40.50`, `1.2345`."""
    whole, point, decimals = str(amount).partition(".")
    return f"{whole}.{decimals:0<2}" if point else whole


def percent(before: Decimal, after: Decimal) -> str:
    return f"{(after - before) * 100 / before:+.1f} %"


def quoted(text: str) -> str:
    return f'"{text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"}"'


def together(
    said: Iterable[tuple[_Whom, str, str]],
) -> list[tuple[_Whom, tuple[str, ...], tuple[str, ...]]]:
    """Of (whom, id, message): what is said of the same ids in one place.

    Whom it is about, all ids, all messages; in the order in which they came.
    """
    ids: dict[tuple[_Whom, str], list[str]] = defaultdict(list)
    for whom, found, message in said:
        ids[whom, message].append(found)
    messages: dict[tuple[_Whom, tuple[str, ...]], list[str]] = defaultdict(list)
    for (whom, message), found_ids in ids.items():
        messages[whom, tuple(found_ids)].append(message)
    return [(whom, refs, tuple(texts)) for (whom, refs), texts in messages.items()]
