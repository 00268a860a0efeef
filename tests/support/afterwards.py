"""What an apply has done, small enough to be read in a golden file.

Objects go by their numeric id, so that a rename in place shows as one changed field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconcile.core.model import Applied, Ref

Row = dict[str, Any]
_KINDS = {
    "customers": ("customer", "customer_number"),
    "categories": ("category", "name"),
    "collections": ("collection", "title"),
    "products": ("product", "item_number"),
    "orders": ("order", "number"),
}
_PASSING = ("id", "created_at", "updated_at", "product_id", "entity_id", "shop_id")


def difference(before: Row, after: Row) -> Row:
    """From one dump of the sandbox to a later one; only what is not the same."""
    old, new = dict(_objects(before)), dict(_objects(after))
    found = {
        "created": {
            _called(one, new[one]): _short(new[one]) for one in new.keys() - old
        },
        "deleted": sorted(_called(one, old[one]) for one in old.keys() - new),
        "changed": {
            _called(one, old[one]): _changes(old[one], new[one])
            for one in old.keys() & new
            if old[one] != new[one]
        },
    }
    return {name: part for name, part in found.items() if part}


def ledger_difference(
    before: Mapping[Ref, Applied], after: Mapping[Ref, Applied]
) -> list[str]:
    """Which rows came, went, or mean something else now."""
    old, new = ({_row(row) for row in rows.values()} for rows in (before, after))
    lines = [(row, "-") for row in old - new] + [(row, "+") for row in new - old]
    return [f"{sign} {row}" for row, sign in sorted(lines)]


def _row(row: Applied) -> str:
    words = [name for name in ("retired", "protected", "spent") if getattr(row, name)]
    return " ".join((str(row.ref), f"id {row.remote_id}", *words))


def _objects(dump: Row) -> Iterator[tuple[tuple[str, int], Row]]:
    for plural, (kind, key) in _KINDS.items():
        for row in dump[plural]:
            yield (kind, row["id"]), {"": row[key], **_own(row)}
            for variant in row.get("variants", ()):
                yield ("variant", variant["id"]), {"": variant["sku"], **_own(variant)}


def _own(row: Row) -> Row:
    return {
        name: _clean(value)
        for name, value in row.items()
        if name not in (*_PASSING, "variants")
    }


def _clean(value: Any) -> Any:
    """Without times, numbers and what is empty."""
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {
            name: _clean(one)
            for name, one in value.items()
            if name not in _PASSING and one not in (None, [], {})
        }
    return value


def _called(one: tuple[str, int], row: Row) -> str:
    return f"{one[0]} {one[1]} {row['']}"


def _short(row: Row) -> Row:
    return {k: v for k, v in row.items() if k and v not in (None, [], {}, False)}


def _changes(old: Row, new: Row) -> Row:
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in sorted({*old, *new} - {""})
        if old.get(name) != new.get(name)
    }
