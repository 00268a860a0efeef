"""One slip in a good file: a repair says what was there before the slip, or nothing
that is not in the line of the slip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.core.problems import Problem, errors
from reconcile.core.repairing import repaired
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.text import parse

GOOD = """\
products:
  - item_number: "79877"
    name: Shirt – new
    categories: [Men > Shirts, Sale]
    collection: Summer 2027
    meta: {material: 100 % cotton, care: Machine wash 40}
    translations:
      danish: {name: Skjorte}
    variant_defaults:
      attributes: {Color: Sand}
      prices:
        DKK: {sales_price: 97.54, rec_sales_price: 148.75}
        EUR: {sales_price: 13, rec_sales_price: 20.50}
    variants:
      - {sku: NJ-1, ean: "5701234567899", attributes: {Size: S}}
      - {sku: NJ-2, ean: "5701234567882", attributes: {Size: M}}
      - {sku: NJ-3, ean: "5701234567875", attributes: {Size: L}}
  # the second one
  - item_number: "79878"
    name: Cap  # a note
    tags: [wool, gift]
    noos: true
    variants:
      - sku: NJ-4
        weight: 290
      - sku: NJ-5
        weight: 310
"""
LINES = GOOD.split("\n")
MARKS = [*"[]{}\"',:-#&*=;.”–\u00a0", "  ", "- ", ": ", ", "]
ONE_WORD = {"item_number", "sku", "ean", "sales_price", "rec_sales_price", "weight"}
WORD = re.compile(r"[\w.\-]*\w")


@st.composite
def slips(draw: st.DrawFn) -> tuple[int, str]:
    """The number of a line, from 0, and how somebody has left it."""
    at = draw(st.integers(0, len(LINES) - 2))
    line = LINES[at]
    spots = [n for n, char in enumerate(line) if not char.isalnum()] + [len(line)]
    place = draw(st.sampled_from(spots))
    what = draw(st.sampled_from(["out", "twice", "put", "over", "in", "swap", "cut"]))
    before, char, after = line[:place], line[place : place + 1], line[place + 1 :]
    mark = draw(st.sampled_from(MARKS))
    return at, {
        "out": before + after,
        "twice": before + char * 2 + after,
        "put": before + mark + char + after,
        "over": before + mark + after,
        "in": " " + line,
        "swap": before + after[:1] + char + after[1:],
        "cut": before,
    }[what]


def nothing_more(_: Mapping[str, str]) -> Iterable[Problem]:
    return ()


def said(node: Node | None, field: str = "") -> Iterable[tuple[int, str, str]]:
    """Line, field and text of all keys and values."""
    if isinstance(node, Scalar):
        yield node.location.line - 1, field, node.text
    elif isinstance(node, MapNode):
        for key, value in node.items:
            yield key.location.line - 1, "", key.text
            yield from said(value, key.text)
    elif node is not None:
        for item in node.items:
            yield from said(item)


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@given(slips())
@example((4, "    collection:Summer 2027"))
@example((1, ' - item_number: "79877"'))
@example((1, '   item_number: "79877"'))
@example((1, '  - item_number:= "79877"'))
@example((1, '  - item_number :"79877"'))
@example((1, '  - item_number: "79877""'))
@example((3, "    categories: [Men > Shirts, Sale] collection: x"))
@example((5, "    meta:{material: 100 % cotton, care: Machine wash 40}"))
@example((5, "    meta: material: 100 % cotton, care: Machine wash 40}"))
@example((9, "      attributes: {Color: Sand}’"))
@example((10, "      price:s"))
@example((11, "        DKK: *sales_price: 97.54, rec_sales_price: 148.75}"))
@example((12, "        EUR: {sales_price: 13, rec_sales_price:"))
@example((14, '      - {sku: NJ-1– ean: "5701234567899", attributes: {Size: S}}'))
@example((14, '      - {sku: NJ-1, ean: "5701234567899," attributes: {Size: S}}'))
@example((14, '      - {sku: *NJ-1, ean: "5701234567899", attributes: {Size: S}}'))
@example((19, "   * name: Cap  # a note"))
@example((25, "       sku: NJ-5"))
def test_a_repair_of_a_slip_says_nothing_else(slip: tuple[int, str]):
    at, line = slip
    text = "\n".join([*LINES[:at], line, *LINES[at + 1 :]])
    texts, done = repaired({"f.yaml": text}, nothing_more)
    result = texts["f.yaml"]
    if not done:
        assert result == text
        return

    before, after = parse(text, "f.yaml"), parse(result, "f.yaml")
    now = result.split("\n")
    good = [one for one in said(parse(GOOD, "f.yaml").root) if one[0] != at]
    # No letter is lost, and no comment.
    assert [letters(one) for one in now] == [letters(one) for one in text.split("\n")]
    assert [one.partition(" #")[2] for one in now] == [
        one.partition(" #")[2] for one in text.split("\n")
    ]
    if after.root is None:
        assert errors(before.problems)
        return
    kept = [one for one in said(after.root) if one[0] != at]
    assert kept == good
    mine = [one for one in said(after.root) if one[0] == at and one[1] in ONE_WORD]
    assert all(WORD.fullmatch(text.strip()) for _, _, text in mine), mine
