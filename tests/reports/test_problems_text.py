import json

import pytest

from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.yaml.text import parse
from reconcile.reports.escape import terminal
from reconcile.reports.problems_json import problems_to_json
from reconcile.reports.problems_text import WIDTH, Counts, render_problems

NAMES = {
    "catalog/products/80610.yaml": [
        *[""] * 13,
        "        EUR: {sales_price: 97,54, rec_sales_price: 148.75}",
    ],
    "catalog/products/72779.yaml": [
        *[""] * 5,
        "    categories: [Women > Trousers, New > Trousers]",
    ],
    "catalog/products/summer-2027/79885.yaml": [
        *[""] * 11,
        "      - {sku: M0E20000000E2LP, attributes: {Size: XXS}}",
    ],
}
SOURCES = {name: "\n".join(lines) for name, lines in NAMES.items()}
PROBLEMS = [
    Problem(
        Location("catalog/products/summer-2027/79885.yaml", 12, 15, 15),
        "duplicate-sku",
        "also in catalog/products/79877.yaml:12 (79877 Shirt Polo Ralph Lauren multi)",
        other=Location("catalog/products/79877.yaml", 12, 15, 15),
    ),
    Problem(
        Location("catalog/products/80610.yaml", 14, 28, 5),
        "price-format",
        "a comma ends the value here: Traede would get 97. Write 97.54",
        fix=Fix(Location("catalog/products/80610.yaml", 14, 28, 5), "97.54"),
    ),
    Problem(
        Location("catalog/products/72779.yaml", 6, 18, 16),
        "unknown-category",
        'there is no "Trousers" under Women. Did you mean "Women > Trouser"?\n'
        "New category: add it in catalog/categories.yaml:7",
    ),
]
COUNTS = Counts(36, {"product": 32, "variant": 119, "category": 84, "customer": 4}, 0.2)

EXPECTED = """\
error  catalog/products/72779.yaml:6:18  unknown-category
    6 │     categories: [Women > Trousers, New > Trousers]
      │                  ^^^^^^^^^^^^^^^^ there is no "Trousers" under Women. Did you mean "Women > Trouser"?
      │                  New category: add it in catalog/categories.yaml:7

error  catalog/products/80610.yaml:14:28  price-format
   14 │         EUR: {sales_price: 97,54, rec_sales_price: 148.75}
      │                            ^^^^^ a comma ends the value here: Traede would get 97. Write 97.54

error  catalog/products/summer-2027/79885.yaml:12:15  duplicate-sku
   12 │       - {sku: M0E20000000E2LP, attributes: {Size: XXS}}
      │               ^^^^^^^^^^^^^^^ also in catalog/products/79877.yaml:12 (79877 Shirt Polo Ralph Lauren multi)

3 errors, 0 warnings in 3 of 36 files (32 products, 119 variants, 84 categories, 4 customers; 0.2 s)
`reconcile fmt --fix` can repair 1 of them. Nothing was sent to Traede.
"""  # noqa: E501


def rendered(text: str, *, color: bool = False) -> str:
    problems = parse(text, "f.yaml").problems
    return render_problems(problems, {"f.yaml": text}, Counts(1), color=color)


def test_looks_as_designed() -> None:
    assert render_problems(PROBLEMS, SOURCES, COUNTS) == EXPECTED


def test_the_order_of_the_problems_does_not_matter() -> None:
    assert render_problems(PROBLEMS[::-1], SOURCES, COUNTS) == EXPECTED


def test_no_problems_are_counted_too() -> None:
    assert render_problems([], {}, Counts(1, {"category": 1})) == (
        "0 errors, 0 warnings in 1 file (1 category)\n"
    )
    assert render_problems([], {}, Counts(2)) == "0 errors, 0 warnings in 2 files\n"


def test_the_second_place_is_named() -> None:
    lines = rendered("a: 1\nbcd: 2\na: 3\n").splitlines()

    assert lines[2:4] == [
        '      │ ^ "a" is written twice here. Keep one of the two',
        "      │ also in f.yaml:1",
    ]


def test_carets_stand_below_wide_and_escaped_characters() -> None:
    lines = rendered("日本é: {b: 1,5}").splitlines()

    assert lines[1].index("1,5") + 2 == lines[2].index("^^^")  # two are double width

    lines = rendered('a: "\x1b[31m"').splitlines()

    assert lines[1] == '    1 │ a: "\\x1b[31m"'
    assert lines[2].startswith("      │     ^^^^ here is")


def test_a_tab_is_shown() -> None:
    assert "    2 │ \\tb: 1\n      │ ^^ this line" in rendered("a:\n\tb: 1\n")


def test_nothing_in_a_catalog_reaches_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\u202e\x9b2J"
    where = Location(f"{evil}.yaml", 1, 1, 3)
    problem = Problem(where, "rule", f"text {evil}", other=where)

    text = render_problems([problem], {where.file: evil + "\n"}, Counts(1))

    assert text == "".join(char for char in text if char == "\n" or char.isprintable())


def test_a_long_line_is_cropped_around_the_mistake() -> None:
    lines = rendered("a: " + "x y " * 60 + " #zz").splitlines()

    assert all(len(line) <= WIDTH for line in lines)
    assert lines[1].startswith("    1 │ …")
    assert lines[1].index("#zz") == lines[2].index("^^^")

    lines = rendered("{a: 1,5, b: " + "x" * 300 + "}").splitlines()

    assert len(lines[1]) == WIDTH
    assert lines[1].endswith("…")


def test_a_long_mark_leaves_room_for_the_message() -> None:
    lines = rendered("a: &b " + "x" * 95).splitlines()

    assert lines[2].strip("│ ^") == ""
    assert '"&" at the start' in lines[3]


def test_a_file_without_source_has_no_frame() -> None:
    problem = Problem(Location("gone.yaml", 3, 1), "rule", "one.\ntwo", "warning")

    assert render_problems([problem], {}, Counts(4)) == (
        "warning  gone.yaml:3:1  rule\n       one.\n       two\n\n"
        "0 errors, 1 warning in 1 of 4 files\n"
    )


def test_a_place_behind_the_end_of_its_line_is_marked() -> None:
    problem = Problem(Location("f.yaml", 1, 9, 9), "rule", "message")

    text = render_problems([problem], {"f.yaml": "\ufeffabc"}, Counts(1))

    assert "    1 │ abc\n      │    ^ message\n" in text


def test_color_is_only_added() -> None:
    text = "a: 1\na: 2\nname: x #2\n"
    colored = rendered(text, color=True)
    for code in ("31", "33", "2", "1", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")

    assert "\x1b" in rendered(text, color=True)
    assert colored == rendered(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – é 日本 🎉", "plain – é 日本 🎉"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x00\x07\x7f\x85\x9b", "\\x00\\x07\\x7f\\x85\\x9b"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("a\u200bb\u200d\ufeff", "a\\u200bb\\u200d\\ufeff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert terminal(text) == shown


def test_json_is_stable_and_ascii() -> None:
    text = problems_to_json(PROBLEMS)
    document = json.loads(text)

    assert text.isascii()
    assert text == problems_to_json(PROBLEMS[::-1])
    assert [document[key] for key in ("format_version", "errors", "warnings")] == [
        "1.0",
        3,
        0,
    ]
    assert document["problems"][1] == {
        "severity": "error",
        "rule": "price-format",
        "message": "a comma ends the value here: Traede would get 97. Write 97.54",
        "file": "catalog/products/80610.yaml",
        "line": 14,
        "column": 28,
        "length": 5,
        "fix": {
            "file": "catalog/products/80610.yaml",
            "line": 14,
            "column": 28,
            "length": 5,
            "text": "97.54",
        },
    }
    assert document["problems"][2]["also"] == {
        "file": "catalog/products/79877.yaml",
        "line": 12,
        "column": 15,
        "length": 15,
    }
