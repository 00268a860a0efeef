"""What a plan should count, from the catalog before the edits and after them.

An object is told by the name that Traede has now, so that a renamed one is the same
one, and whoever refers to it has not changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from support.neutral import Brand, Row
from support.stored import KINDS, View, wanted

Names = dict[str, dict[str, str]]
"""By kind, one name for another."""


def expected_summary(
    before: Brand, after: Brand, unmanaged: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """The counts of each kind, those that are 0 left out."""
    old = _by_old_name(wanted(before), _old_names(before))
    names = _old_names(after)
    new = _by_old_name(wanted(after), names)
    renamed = Counter(kind for kind, _ in _renamed(after))
    summary: dict[str, dict[str, int]] = {}
    for kind in KINDS:
        same = old[kind].keys() & new[kind].keys()
        changed = {key for key in same if old[kind][key] != new[kind][key]}
        moved = {names[kind][key] for of, key in _renamed(after) if of == kind}
        gone = old[kind].keys() - new[kind].keys()
        counts = {
            "create": len(new[kind].keys() - old[kind].keys()),
            "update": len(changed),
            "rename": renamed[kind],
            "delete": len(gone),
            "unchanged": len(same - changed - moved),
            "unmanaged": unmanaged.get(kind, 0),
        }
        if kind == "collection":
            counts["delete"] = 0
            counts["archive"] = sum(old[kind][title]["active"] for title in gone)
        summary[kind] = {what: count for what, count in counts.items() if count}
    return summary


def after_apply(before: Brand, after: Brand, retired: set[str]) -> View:
    """What Traede holds then: a collection that is retired stays as it was, off
    sale, and of its customers those who are left."""
    view = wanted(after)
    numbers = new_names(after)["customer"]
    for title in retired:
        row = dict(wanted(before)["collection"][title])
        allowed = [numbers[n] for n in row["allowed_customers"] if n in numbers]
        row |= {"active": False, "allowed_customers": sorted(allowed)}
        view["collection"][title] = row
    return view


def new_names(brand: Brand) -> Names:
    """By kind and by the key that Traede has now: the key that the catalog has."""
    return {
        kind: {old: new for new, old in names.items()}
        for kind, names in _old_names(brand).items()
    }


def _old_names(brand: Brand) -> Names:
    """By kind and key: the key that Traede has for it before the apply."""
    names: Names = {kind: {} for kind in KINDS}
    for kind, key, old, _ in _objects(brand):
        names[kind][key] = old
    return names


def _renamed(brand: Brand) -> Iterator[tuple[str, str]]:
    return (
        (kind, key) for kind, key, _, row in _objects(brand) if "renamed_from" in row
    )


def _objects(brand: Brand) -> Iterator[tuple[str, str, str, Row]]:
    """Kind, key, old name and row of everything."""
    for top in brand["categories"]:
        above = _old_name(top, "name")
        yield "category", top["name"], above, top
        for sub in top["children"]:
            key = f"{top['name']} > {sub['name']}"
            yield "category", key, f"{above} > {_old_name(sub, 'name')}", sub
    for kind, plural, name in (
        ("collection", "collections", "title"),
        ("customer", "customers", "customer_number"),
        ("product", "products", "item_number"),
    ):
        for row in brand[plural]:
            yield kind, row[name], _old_name(row, name), row
    for product in brand["products"]:
        for row in product["variants"]:
            yield "variant", row["sku"], _old_name(row, "sku"), row


def _old_name(row: Row, name: str) -> str:
    return str(row.get("renamed_from", row[name]))


def _by_old_name(view: View, names: Names) -> View:
    """Keys and references as Traede has them now."""
    moved: View = {
        kind: {names[kind][key]: dict(row) for key, row in rows.items()}
        for kind, rows in view.items()
    }
    for kind, name, to in (
        ("product", "categories", "category"),
        ("product", "collection", "collection"),
        ("variant", "product", "product"),
        ("collection", "allowed_customers", "customer"),
    ):
        for row in moved[kind].values():
            row[name] = _old(row[name], names[to])
    for row in moved["category"].values():
        del row["name"], row["parent"]  # both are in the key
    return moved


def _old(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return sorted(names[key] for key in value)
    return None if value is None else names[value]
