"""What tells the variants of a style apart, as people say it: `24`, `Navy S–XL`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from reconcile.core.model import NOTHING, Ref
from reconcile.core.steps import Product
from reconcile.reports.words import count, looks

_NUMBER: Final = re.compile(r"\d{1,4}(?:[.,]\d)?")
_LETTERS: Final = re.compile(r"(?:(\d?)X|(X{2,6}))?([SML])", re.IGNORECASE)
_LEAST: Final = 3
"""So many in a row are said as the first and the last of them."""


class Piece(NamedTuple):
    """Some variants: what tells them from the others, or a SKU where nothing does."""

    text: str
    is_key: bool = False
    number: int = 1


class _Spot(NamedTuple):
    """Where a variant stands among those that differ from it in size alone."""

    row: tuple[Ref, str]
    size: str
    at: int


@dataclass(frozen=True, slots=True)
class Variants:
    """The variants of the products that a plan speaks of, in the catalog's order."""

    looks: Mapping[Ref, str] = field(default_factory=lambda: NOTHING)
    """Of those that look like no other of their product."""
    attributes: Mapping[Ref, str] = field(default_factory=lambda: NOTHING)
    """What they differ in, where that is one thing: `Size`."""
    _spots: Mapping[Ref, _Spot] = field(default_factory=lambda: NOTHING)
    _products: Mapping[Ref, Ref] = field(default_factory=lambda: NOTHING)
    _places: Mapping[Ref, int] = field(default_factory=lambda: NOTHING)
    _wholes: frozenset[frozenset[Ref]] = frozenset()

    @staticmethod
    def of(products: Mapping[Ref, Product]) -> Variants:
        found = looks(products)
        told: dict[Ref, str] = {}
        attributes: dict[Ref, str] = {}
        spots: dict[Ref, _Spot] = {}
        for ref, product in products.items():
            same = Counter(found[one] for one in product.variants)
            for one in product.variants:
                if found[one] and same[found[one]] == 1:
                    told[one] = found[one]
            names = _telling(product)
            if len(names) == 1:
                attributes |= dict.fromkeys(product.variants, names[0])
            if all(one in told for one in product.variants):
                spots |= _spots(ref, product)
        every = [one for product in products.values() for one in product.variants]
        return Variants(
            told,
            attributes,
            spots,
            {one: ref for ref, product in products.items() for one in product.variants},
            {ref: place for place, ref in enumerate(every)},
            frozenset(frozenset(product.variants) for product in products.values()),
        )

    def sorted(self, refs: Iterable[Ref]) -> tuple[Ref, ...]:
        """In the catalog's order; what no product has comes last, as it came."""
        last = len(self._places)
        return tuple(sorted(refs, key=lambda ref: self._places.get(ref, last)))

    def are_all(self, refs: Iterable[Ref]) -> bool:
        """Whether these are all the variants that a product has."""
        return frozenset(refs) in self._wholes

    def product(self, refs: Iterable[Ref]) -> Ref | None:
        """The one product that all of these are known to be variants of."""
        found = {self._products.get(ref) for ref in refs}
        return found.pop() if len(found) == 1 else None

    def of_one(self, refs: Iterable[Ref]) -> bool:
        """Whether these are known variants of one product."""
        return self.product(refs) is not None

    def tagged(self, ref: Ref) -> str:
        """The SKU, and what it is: `M0E20000000DGJM  24`."""
        return f"{ref.key}  {self.looks[ref]}" if ref in self.looks else ref.key

    def pieces(self, refs: Iterable[Ref]) -> list[Piece]:
        """`S–XL`, `3XL`: sizes in a row as one, where their order is known."""
        found: list[Piece] = []
        for _, run in groupby(enumerate(self.sorted(refs)), self._run):
            found += self._run_pieces([ref for _, ref in run])
        return found

    def attribute(self, refs: Sequence[Ref]) -> str:
        """What all of these are told apart by, if it is one thing: `Size`."""
        found = {
            self.attributes.get(ref, "") if ref in self.looks else "" for ref in refs
        }
        return found.pop() if len(found) == 1 else ""

    def short(self, refs: Sequence[Ref], room: int = 24) -> str:
        """Which variants these are, where that is short: `S–XL`, and else how many."""
        number = count(len(refs), "variant")
        if self.are_all(refs) and len(refs) > 1:
            return number
        pieces = self.pieces(refs)
        if len(refs) == 1:
            return self.tagged(refs[0])
        said = ", ".join(piece.text for piece in pieces)
        short = len(said) <= room and not any(piece.is_key for piece in pieces)
        return said if short else number

    def _run(self, numbered: tuple[int, Ref]) -> tuple[object, ...]:
        """The same for variants that follow each other in one row of sizes."""
        number, ref = numbered
        spot = self._spots.get(ref)
        return (ref,) if spot is None else (spot.row, spot.at - number)

    def _run_pieces(self, refs: Sequence[Ref]) -> Iterator[Piece]:
        if len(refs) < _LEAST:
            for ref in refs:
                look = self.looks.get(ref)
                yield Piece(ref.key, is_key=True) if look is None else Piece(look)
            return
        (_, head), first, _ = self._spots[refs[0]]
        last = self._spots[refs[-1]].size
        yield Piece(f"{head} {first}–{last}".strip(), number=len(refs))


def _telling(product: Product) -> list[str]:
    each = product.variants
    names = dict.fromkeys(name for values in each.values() for name in values)
    return [name for name in names if len({v.get(name) for v in each.values()}) > 1]


def _spots(ref: Ref, product: Product) -> dict[Ref, _Spot]:
    """Of a product whose sizes stand in their order; else none is known."""
    each, telling = product.variants, _telling(product)
    sizes = (
        name
        for name in reversed(telling)
        if all(_rank(values.get(name, "")) is not None for values in each.values())
    )
    by = next(sizes, None)
    if by is None:
        return {}
    rows: dict[str, list[tuple[Ref, str]]] = defaultdict(list)
    for one, values in each.items():
        head = " ".join(values.get(name, "") for name in telling if name != by)
        rows[head.strip()].append((one, values[by]))
    return {
        one: _Spot((ref, head), size, index)
        for head, row in rows.items()
        if _ascending([size for _, size in row])
        for index, (one, size) in enumerate(row)
    }


def _ascending(sizes: Sequence[str]) -> bool:
    ranks = [_rank(size) or (0, Decimal()) for size in sizes]
    return all(one < other and one[0] == other[0] for one, other in pairwise(ranks))


def _rank(size: str) -> tuple[int, Decimal] | None:
    """How large a size is, among numbers or among letters."""
    if _NUMBER.fullmatch(size):
        return 0, Decimal(size.replace(",", "."))
    found = _LETTERS.fullmatch(size)
    if found is None:
        return None
    digit, letters, base = found[1], found[2], found[3].upper()
    extra = len(letters) if letters else 0 if digit is None else int(digit or 1)
    sign = {"S": -1, "M": 0, "L": 1}[base]
    return (1, Decimal(sign * (1 + extra))) if sign or not extra else None
