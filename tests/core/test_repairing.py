from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.repairing import repaired
from reconcile.core.yaml.text import parse


def nothing_more(_: Mapping[str, str]) -> Iterable[Problem]:
    return ()


def repair(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    texts, done = repaired({"f.yaml": text}, nothing_more)
    return texts["f.yaml"], [(one.where.line, one.old, one.new) for one in done]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p: {sales_price: 97,54}\n", "p: {sales_price: 97.54}\n"),
        ("p: {sales_price: 1.299,00, x: 1}\n", "p: {sales_price: 1299.00, x: 1}\n"),
        ("name: Tee #2\n", 'name: "Tee #2"\n'),
        ("name: Tee #2  # the second\n", 'name: "Tee #2"  # the second\n'),
        ("name: [NEW] Shirt # note\n", 'name: "[NEW] Shirt" # note\n'),
        ("name: &Other Stories\n", 'name: "&Other Stories"\n'),
        ("name: *new* shirt\n", 'name: "*new* shirt"\n'),
        ("name: @home\n", 'name: "@home"\n'),
        ("name: Shirt: red\n", 'name: "Shirt: red"\n'),
        ("name: 'Men's shirt'\n", 'name: "Men\'s shirt"\n'),
        ("a: 1\nname:Tee\n", "a: 1\nname: Tee\n"),
        ("meta: {0123: a}\n", 'meta: {"0123": a}\n'),
        ("\ufeffname: @home\r\n", '\ufeffname: "@home"\r\n'),
        ("a: @b\nc: @d\ne: [x] y\n", 'a: "@b"\nc: "@d"\ne: "[x] y"\n'),
        (
            "p: {sku:A, b: {sales_price: 12,95}}\n",
            "p: {sku: A, b: {sales_price: 12.95}}\n",
        ),
        (
            "{sales_price: 12.95 rec_sales_price: 30}\n",
            "{sales_price: 12.95, rec_sales_price: 30}\n",
        ),
        ("{attributes: {a: b} ean: 'x'}\n", "{attributes: {a: b}, ean: 'x'}\n"),
        ("{sku: A; archived: true}\n", "{sku: A, archived: true}\n"),
        ("[{a: 1}{b: 2}]\n", "[{a: 1}, {b: 2}]\n"),
        ("- {a: 1},  # one\n- {a: 2}\n", "- {a: 1}  # one\n- {a: 2}\n"),
        ("a:\n  - {b: 1}\n  {b: 2}\n", "a:\n  - {b: 1}\n  - {b: 2}\n"),
        ("a:\n  - {b: 1}\n    {b: 2}\n", "a:\n  - {b: 1}\n  - {b: 2}\n"),
        ("a:\n  - {b: 1}\n - {b: 2}\n", "a:\n  - {b: 1}\n  - {b: 2}\n"),
        ("a:\n  - {b: 1}\n   - {b: 2}\n", "a:\n  - {b: 1}\n  - {b: 2}\n"),
        ("a:\n    b: 1\n   c: 2\n", "a:\n    b: 1\n    c: 2\n"),
        ("a: [b, - c]\n", "a: [b, c]\n"),
        ("a:\n  * b\n  * c\n", "a:\n  - b\n  - c\n"),
        ("a:\n  -{b: 1}\n", "a:\n  - {b: 1}\n"),
        ("- sku = A\n  name = B\n", "- sku: A\n  name: B\n"),
        ("products\n  - sku: A\n", "products:\n  - sku: A\n"),
        ("- sku:\u00a0A\n", "- sku: A\n"),
        ("sku: “A”\n", 'sku: "A"\n'),
        ("sales_price: “1.50”\n", "sales_price: 1.50\n"),
        ("a: [“b, c”]\n", 'a: ["b, c"]\n'),
        ("{“sku”: A}\n", '{"sku": A}\n'),
        ("name: 'Levi's\n", 'name: "Levi\'s"\n'),
        ('item_number :"1"\nb: 1\n', 'item_number: "1"\nb: 1\n'),
        ("tags:[x, y]\nb: 1\n", "tags: [x, y]\nb: 1\n"),
        ("meta:{a: x, b: y}\nc: 1\n", "meta: {a: x, b: y}\nc: 1\n"),
        # the line that begins the list or the item has slipped, not all below it
        ("a:\n - b: 1\n    c: 2\n    d: 3\n", "a:\n  - b: 1\n    c: 2\n    d: 3\n"),
        ("a:\n  -  b: 1\n    c: 2\n    d: 3\n", "a:\n  - b: 1\n    c: 2\n    d: 3\n"),
        (
            "a:\n   - {b: 1}\n  - {b: 2}\n  - {b: 3}\n",
            "a:\n  - {b: 1}\n  - {b: 2}\n  - {b: 3}\n",
        ),
        # a tab, where the lines around decide
        ("- sku: A\n\tb: 1\n", "- sku: A\n  b: 1\n"),
        ("a:\n  b: 1\n\tc: 2\n", "a:\n  b: 1\n  c: 2\n"),
        ("a:\n\tb: 1\n    c: 2\n", "a:\n    b: 1\n    c: 2\n"),
        ("products:\n\t- sku: A\n", "products:\n  - sku: A\n"),
        # a bracket that is closed too late
        (
            "prices: {DKK: {sales_price: 3, EUR: {sales_price: 4}}\n",
            "prices: {DKK: {sales_price: 3}, EUR: {sales_price: 4}}\n",
        ),
        (
            "- {sku: A, attributes: {Size: S, ean: 'x'}\n",
            "- {sku: A, attributes: {Size: S}, ean: 'x'}\n",
        ),
        # a quote that is not opened
        ('sku: A"\n', 'sku: "A"\n'),
        ("sku: A'\n", 'sku: "A"\n'),
        ('{weight: 290"}\n', "{weight: 290}\n"),
        # its dash was taken out
        (
            "a:\n  - sku: A\n    b: 1\n   sku: B\n    b: 2\n",
            "a:\n  - sku: A\n    b: 1\n  - sku: B\n    b: 2\n",
        ),
    ],
)
def test_what_has_one_right_answer_is_typed_in(text: str, expected: str):
    result, done = repair(text)

    assert result == expected
    assert done
    assert repair(result) == (result, [])


@pytest.mark.parametrize(
    "text",
    [
        "p: {sales_price: 1,299}\n",  # 1299 or 1.30
        "p: {size: 36,38}\n",  # no price: perhaps two sizes
        "p: {discount: 12,5}\n",
        "name: Tee #old name\n",  # perhaps a comment
        "tags: - new\n",  # perhaps a list
        "text: | hello\n",  # perhaps a block
        "name: 'a', 'b'\n",
        "name: “Tee”\n",  # perhaps a quotation
        "{name: Our Tee tags: [a]}\n",  # perhaps a text
        "name: Tee tags: [a]\n",
        "- sku: A, archived: true\n",  # in { }, or on two lines
        "p: {sales_price: 300, rec: 300,- kr}\n",  # another currency, perhaps
        "a: {b: 1\nc: 2\n",  # behind 1, or behind more
        "a:\n      - {b: 1}\n   - {b: 2}\n",  # three spaces off
        "a: b\n  c: d\n",  # below a, or beside it
        "<<<<<<< a\nb: 1\n=======\nb: 2\n>>>>>>> c\n",
        "description:\n  • one\n  • two\nname: 'x\n",
        "a:\n\tb: 1\n",  # how many spaces, nobody knows
        "a:\n  - b: 1\n    c:\n      - d: 1\n\te: 2\n",
        "a:\n  b: 1\n\tb: 2\n",
        "{a: {b: 1, c: {d: 2}\n",
        "{meta: {a: 1, weight: 2}\n",  # a name that meta may have too
        "a: 'x\nb: 1\n",
        "meta: {5.7E+12: a}\n",  # a sheet has rounded this
        "name: *new* shirt\n  that goes on\n",
        "a: &base x\nb: *bsae\nc: *base\n",  # a reference, mistyped
        "a: &base x\nb: &other y\nc: *base\n",  # a name that nobody uses
        "p: {sales_price: 300, rec_sales_price:\n",  # cut off in the middle
        "p: {attributes: {Size: S}x}\n",  # no text, but a slip
        "tags: [a, b] noos: true\nc: 1\n",  # two lines joined
        "colli: [6]’\n",
        "- {t: P, name: R,& address: P 4, zip: x}\n",
        "attributes: Color: grey}\n",  # its bracket is lost
        "EUR: *sales_price: 1, rec_sales_price: 2}\n",
        "sku: *A\n",  # no key begins like this
        "item_number: &A\n",
        'item_number:= "1"\nb: 1\n',
        'name: "20""\nb: 1\n',  # inches, or a quote too many
        'item_number: "1""\n',
        "- {sku: A– ean: 'x'}\n",  # perhaps no part of the SKU
        '- {ean: "1," sku: A}\n',  # a comma in the wrong place
        '- {sku: A, ea:n "1"}\n',  # a colon in the wrong place
        "sku:A 1\nb: 1\n",
        "a:\n  price:s\n    b: 1\n",
        "release_date: 202: 7\n",
        "p:\n  - a: 1\n  *  c: 2\n",  # one item, with a mark that slipped in
        "p:\n   sku: A\n    b: 1\n    c: 2\n",  # in line, or an item
        "p: [{a: 1}, {a: 2},\n  - {a: 3}\n",
    ],
)
def test_what_may_mean_two_things_is_left_to_a_person(text: str):
    assert parse(text, "f.yaml").problems
    assert repair(text) == (text, [])


def test_each_repair_is_told_with_its_line():
    _, done = repair("a: @b\nc: 1\nd:e\np: {sales_price: 1,5, cost_price: 2,5}\n")

    assert done == [
        (1, "@b", '"@b"'),
        (3, "d:e", "d: e"),
        (4, "1,5", "1.5"),
        (4, "2,5", "2.5"),
    ]


def wrong(line: int, column: int, length: int, text: str) -> Problem:
    where = Location("f.yaml", line, column, length)
    return Problem(where, "rule", "message", fix=Fix(where, text))


def judged(text: str, *problems: Problem) -> str:
    """What becomes of a text whose catalog has these problems once."""
    told = [*problems]

    def judge(_: Mapping[str, str]) -> Iterable[Problem]:
        now = [*told]
        told.clear()
        return now

    return repaired({"f.yaml": text}, judge)[0]["f.yaml"]


def test_a_repair_that_would_spoil_the_file_is_not_done():
    assert judged("a: 1\nb: 2\n", wrong(1, 4, 1, "[")) == "a: 1\nb: 2\n"


def test_a_repair_that_would_change_another_value_is_not_done():
    assert judged("a: 1\nb: 2\n", wrong(1, 4, 1, "1\nc: 3")) == "a: 1\nb: 2\n"
    assert judged("a: x\n y\n", wrong(1, 4, 1, "'x'")) == "a: x\n y\n"


def test_one_repair_that_spoils_does_not_stop_another():
    both = wrong(1, 4, 1, "["), wrong(2, 4, 1, "'2'")

    assert judged("a: 1\nb: 2\n", *both) == "a: 1\nb: '2'\n"


def test_of_two_repairs_that_meet_the_first_is_done():
    both = wrong(1, 4, 3, "'123'"), wrong(1, 5, 1, "9")

    assert judged("a: 123\n", *both) == "a: '123'\n"


def test_problems_of_other_files_are_not_repaired():
    where = Location("other.yaml", 1, 4, 1)
    problem = Problem(where, "rule", "message", fix=Fix(where, "2"))

    assert judged("a: 1\n", problem) == "a: 1\n"


def test_a_judge_that_is_never_content_does_not_go_on_for_ever():
    def judge(texts: Mapping[str, str]) -> Iterable[Problem]:
        return [wrong(1, 4, 1, "2" if "1" in texts["f.yaml"] else "1")]

    texts, _ = repaired({"f.yaml": "a: 1\n"}, judge)

    assert texts["f.yaml"] in ("a: 1\n", "a: 2\n")
