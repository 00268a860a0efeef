"""What people call the products that a plan speaks of, and how variants differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from reconcile.core.model import Desired, Live, Ref
from reconcile.core.steps import Plan, Product, keys_of, unit

_ATTRIBUTES: Final = "attributes"

Side = Mapping[Ref, Desired] | Mapping[Ref, Live]


def name_of(ref: Ref, parent: Ref | None, *sides: Side) -> str:
    """The name of a product, or of a variant's: the first that a side has. That of a
    customer is personal, and the others are called by their keys."""
    product = parent if ref.kind == "variant" else ref
    if product is None or product.kind != "product":
        return ""
    found = (side[product].values.get(("name",)) for side in sides if product in side)
    return str(next(filter(None, found), ""))


def products_of(
    plan: Plan, desired: Mapping[Ref, Desired], objects: Mapping[Ref, Live]
) -> dict[Ref, Product]:
    """The products that anything in a plan is about, in the order of their numbers,
    with all their variants: those that the catalog writes first, in its order."""
    sides = (desired, objects)
    names = {str(ref): ref for side in sides for ref in side}
    above: dict[Ref, Ref] = {}
    variants: dict[Ref, dict[Ref, Mapping[str, str]]] = defaultdict(dict)
    for side in sides:
        for ref, one in side.items():
            if ref.kind == "variant" and one.parent is not None and ref not in above:
                above[ref] = one.parent
                variants[one.parent][ref] = _attributes(desired.get(ref), one)
    spoken = {above.get(ref, ref) for ref in _spoken_of(plan, names)}
    return {
        ref: Product(name_of(ref, None, *sides), variants.get(ref, {}))
        for ref in sorted(spoken)
        if ref.kind == "product"
    }


def _spoken_of(plan: Plan, names: Mapping[str, Ref]) -> Iterator[Ref]:
    for step in plan.steps:
        yield unit(step)
    ids = [refusal.id for refusal in plan.refused]
    ids += [warned.id for warned in plan.warnings]
    ids += [one for block in plan.blocked for one in block.ids]
    for key in keys_of(ids):
        if key in names:
            yield names[key]


def _attributes(*sides: Desired | Live | None) -> dict[str, str]:
    for side in sides:
        found = {
            path[1]: str(value)
            for path, value in (side.values.items() if side else ())
            if path[0] == _ATTRIBUTES and len(path) == 2 and value is not None
        }
        if found:
            return found
    return {}
