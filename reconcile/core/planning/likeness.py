"""What to know an object by, when it has another key: its signs.

variant      attributes under one product; the bar code
product      its variants in Traede; their bar codes; name and attributes; name
customer     name and e-mail, name and VAT number (never shown)
category     parent, children and the styles in it
collection   the styles in it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from reconcile.core.canonical import SEPARATOR, fold
from reconcile.core.model import Desired, KindName, Live, Ref

One = Live | Desired
"""Either side: both have a key, values and a parent."""


class Sign(NamedTuple):
    """Two objects that have it in common may be one; the more weight, the likelier."""

    weight: int
    words: str
    value: Hashable


@dataclass(slots=True)
class Side:
    """All objects of the catalog or of Traede, and what is below and in each."""

    objects: Mapping[Ref, One]
    below: Mapping[Ref, list[One]] = field(init=False)
    inside: Mapping[Ref, set[str]] = field(init=False)
    """Of a category, names of what is below it and styles in any of that."""

    def __post_init__(self) -> None:
        below: dict[Ref, list[One]] = defaultdict(list)
        inside: dict[Ref, set[str]] = defaultdict(set)
        for ref, one in self.objects.items():
            if one.parent is not None:
                below[one.parent].append(one)
            for holder in _holders(one):
                inside[holder].add(str(ref))
            for above in _above(ref):
                inside[above].add(ref.key[len(above.key) :])
        self.below, self.inside = below, inside

    def signs(self, one: One, parent: Ref | None) -> Iterator[Sign]:
        """`parent` is what it is called in the catalog."""
        yield from _SIGNS[one.ref.kind](self, one, parent)


def _holders(one: One) -> Iterator[Ref]:
    for key in one.values.get(("categories",)) or ():
        category = Ref("category", key)
        yield from (category, *_above(category))
    if key := one.values.get(("collection",)):
        yield Ref("collection", key)


def _above(ref: Ref) -> Iterator[Ref]:
    names = ref.key.split(SEPARATOR) if ref.kind == "category" else []
    for end in range(1, len(names)):
        yield Ref("category", SEPARATOR.join(names[:end]))


def _of_variant(_: Side, one: One, parent: Ref | None) -> Iterator[Sign]:
    if attributes := _attributes(one):
        words = ", ".join(f"{name} {value}" for name, value in attributes)
        yield Sign(4, f"the same attributes ({words})", (parent, attributes))
    if ean := one.values.get(("ean",)):
        yield Sign(3, "the same EAN", ean)


def _of_product(side: Side, one: One, _: Ref | None) -> Iterator[Sign]:
    variants = side.below.get(one.ref, [])
    for variant in variants:
        yield Sign(16, "Traede has its variants under that one", variant.ref)
        if ean := variant.values.get(("ean",)):
            yield Sign(4, "variants with the same EAN", ean)
    if name := one.values.get(("name",)):
        yield Sign(1, "the same name", fold(name))
        alike = frozenset(map(_attributes, variants))
        yield Sign(2, "the same name and attributes", (fold(name), alike))


def _of_customer(_: Side, one: One, parent: Ref | None) -> Iterator[Sign]:
    name = one.values.get(("name",))
    for path, words in (("billing_email", "e-mail"), ("vat", "VAT number")):
        if name and (value := one.values.get((path,))):
            key = (parent, fold(name), fold(value))
            yield Sign(2, f"the same name and {words}", key)


def _of_category(side: Side, one: One, parent: Ref | None) -> Iterator[Sign]:
    if content := side.inside.get(one.ref):
        yield Sign(2, "the same styles in it", (parent, frozenset(content)))


def _of_collection(side: Side, one: One, _: Ref | None) -> Iterator[Sign]:
    if content := side.inside.get(one.ref):
        yield Sign(2, "the same styles in it", frozenset(content))


def _attributes(one: One) -> tuple[tuple[str, str], ...]:
    pairs = (
        (path[1], value) for path, value in one.values.items() if _is_attribute(path)
    )
    return tuple(sorted(pairs))


def _is_attribute(path: tuple[str, ...]) -> bool:
    return path[0] == "attributes" and len(path) == 2


_SIGNS: Final[Mapping[KindName, Callable[[Side, One, Ref | None], Iterator[Sign]]]] = {
    "customer": _of_customer,
    "category": _of_category,
    "collection": _of_collection,
    "product": _of_product,
    "variant": _of_variant,
}
"""In the order in which they are looked for: variants know what became of products."""

ORDER: Final = tuple(_SIGNS)
