"""Salespeople know sizes, and a range of sizes says no more than is known."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_builders import sizes

from reconcile.core.model import Ref
from reconcile.core.steps import Product
from reconcile.reports.variants import Piece, Variants


def refs(of: Iterable[int]) -> list[Ref]:
    return [Ref("variant", f"k{n}") for n in of]


def known(said: str, **alike: str) -> Variants:
    skus = [f"k{n}" for n in range(len(said.split()))]
    return Variants.of(sizes("tee", "Tee", skus, said, **alike))


def texts(pieces: Iterable[Piece]) -> list[str]:
    return [piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("said", "picked", "expected"),
    [
        ("XS S M L XL 2XL 3XL", [1, 2, 3, 4, 6], ["S–XL", "3XL"]),
        ("XS S M L XL XXL XXXL", [6, 5, 4, 0], ["XS", "XL–XXXL"]),
        ("3XS 2XS XXS XS S", [0, 1, 4], ["3XS", "2XS", "S"]),
        ("36 37 38 39", [0, 1, 2], ["36–38"]),
        ("36 37 38 39", [0, 1, 3], ["36", "37", "39"]),
        ("7 7.5 8 8,5", [0, 1, 2, 3], ["7–8,5"]),
        # An order that is not that of sizes is no order to count by.
        ("M S L", [0, 1, 2], ["M", "S", "L"]),
        ("38 36 37", [0, 1, 2], ["38", "36", "37"]),
        ("S M 38", [0, 1, 2], ["S", "M", "38"]),
        ("XXL 2XL 3XL", [0, 1, 2], ["XXL", "2XL", "3XL"]),
        ("Red Green Blue", [0, 1, 2], ["Red", "Green", "Blue"]),
        ("XM M L", [0, 1, 2], ["XM", "M", "L"]),
        # What looks alike is told by its SKU.
        ("S S M", [0, 1, 2], ["k0", "k1", "M"]),
    ],
)
def test_sizes_in_a_row_are_one_piece(
    said: str, picked: list[int], expected: list[str]
) -> None:
    assert texts(known(said).pieces(refs(picked))) == expected


def test_a_range_stays_within_one_colour() -> None:
    two = {
        Ref("variant", f"{color}{size}"): {"Size": size, "Color": color}
        for color in ("Navy", "White")
        for size in ("S", "M", "L", "XL")
    }
    variants = Variants.of({Ref("product", "polo"): Product("Polo", two)})

    pieces = variants.pieces(list(two)[1:7])

    assert [(piece.text, piece.number) for piece in pieces] == [
        ("Navy M–XL", 3),
        ("White S–L", 3),
    ]
    assert variants.attribute(list(two)) == ""


@given(st.lists(st.integers(0, 8), unique=True), st.booleans())
def test_every_variant_is_in_one_piece(picked: list[int], ordered: bool) -> None:
    said = "XS S M L XL 2XL 3XL 4XL 5XL" if ordered else "a b c d e f g h i"
    pieces = known(said).pieces(refs(picked))

    assert sum(piece.number for piece in pieces) == len(picked)


@pytest.mark.parametrize(
    ("picked", "expected"),
    [
        ([0, 1, 2, 3], "4 variants"),
        ([1], "k1  M"),
        ([0, 3], "S, XL"),
        ([0, 1, 2], "S–L"),
    ],
)
def test_which_variants_in_a_column(picked: list[int], expected: str) -> None:
    assert known("S M L XL").short(refs(picked)) == expected


def test_what_is_too_long_for_a_column_is_counted() -> None:
    variants = known("Terracotta Aubergine Anthracite Black")

    assert variants.short(refs([0, 1, 2])) == "3 variants"


def test_without_attributes_it_is_the_sku() -> None:
    assert texts(Variants().pieces(refs([2, 1]))) == ["k2", "k1"]
    assert Variants().short(refs([1])) == "k1"
    assert Variants().short(refs([1, 2])) == "2 variants"


def test_the_order_is_the_catalogs_and_the_unknown_comes_last() -> None:
    variants = known("S M L")
    other = Ref("variant", "a")

    assert variants.sorted([other, *refs([2, 0])]) == (*refs([0, 2]), other)


@pytest.mark.parametrize(
    ("picked", "expected"), [([0], True), ([0, 1], True), ([0, 9], False), ([], False)]
)
def test_variants_of_one_product(picked: list[int], expected: bool) -> None:
    assert known("S M").of_one(refs(picked)) is expected


def test_what_tells_them_apart_has_a_name() -> None:
    assert known("S M", Color="Navy").attribute(refs([0, 1])) == "Size"
    assert known("S S M").attribute(refs([0, 2])) == ""
