"""What people call the products that a plan speaks of, and how variants differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from reconcile.core.model import Desired, Live, Ref
from reconcile.core.steps import Plan, Product, Step, keys_of, unit

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


def as_it_stays(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a product whose name both sides changed are called by the one it
    has: which of the two holds is not decided."""
    kept = {
        step.ref: change.before
        for step in steps
        if step.ref.kind == "product"
        for change in step.changes
        if change.held and change.cause == "both" and change.path == ("name",)
        if isinstance(change.before, str)
    }
    return tuple(
        replace(step, name=kept[unit(step)]) if unit(step) in kept else step
        for step in steps
    )


def products_of(
    plan: Plan, desired: Mapping[Ref, Desired], objects: Mapping[Ref, Live]
) -> dict[Ref, Product]:
    """The products that anything in a plan is about, in the order of their numbers,
    with all their variants: those that the catalog writes first, in its order."""
    above = {
        ref: one.parent
        for side in (objects, desired)
        for ref, one in side.items()
        if ref.kind == "variant" and one.parent is not None
    }
    names = {str(ref): ref for side in (objects, desired) for ref in side}
    spoken = {above.get(ref, ref) for ref in _spoken_of(plan, names)}
    variants: dict[Ref, list[Ref]] = {ref: [] for ref in spoken}
    for ref, product in above.items():
        if product in spoken:
            variants[product].append(ref)
    called = {unit(step): step.name for step in plan.steps}
    return {
        ref: Product(
            called.get(ref) or name_of(ref, None, desired, objects),
            {
                one: _attributes(desired.get(one), objects.get(one))
                for one in _as_written(variants[ref], desired)
            },
        )
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


def _as_written(refs: list[Ref], desired: Mapping[Ref, Desired]) -> list[Ref]:
    """Those of the catalog in its order, and then the others."""
    written = [ref for ref in refs if ref in desired]
    written.sort(key=lambda ref: (desired[ref].source.location, ref))
    return [*written, *sorted(ref for ref in refs if ref not in desired)]


def _attributes(wanted: Desired | None, live: Live | None) -> dict[str, str]:
    """As the catalog writes them, and where it does not, as Traede has them."""
    places = wanted.sources if wanted else {}
    for side in (wanted, live):
        values = side.values if side else {}
        paths = [p for p in values if p[0] == _ATTRIBUTES and values[p] is not None]
        if paths:
            ordered = sorted(paths)
            if all(path in places for path in paths):
                ordered.sort(key=lambda path: places[path].location)
            return {path[1]: str(values[path]) for path in ordered}
    return {}
