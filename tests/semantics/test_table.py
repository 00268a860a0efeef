"""`docs/semantics.md` is complete, and the tests that it names are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = ROOT / "docs" / "semantics.md"
LETTERS: Final = {"A": 7, "B": 16, "C": 17, "D": 30, "E": 15, "F": 8}
ENTRIES: Final = [
    *(f"1.{n}" for n in range(1, 9)),
    *(f"{letter}-{n}" for letter, last in LETTERS.items() for n in range(1, last + 1)),
    "4",
    *(f"5.{n}" for n in range(1, 11)),
]
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in cells if row[0].strip() != "id"]


@cache
def named_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    named = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in named if name.startswith("test_"))


def test_every_entry_stands_once_and_in_order() -> None:
    assert [row[0] for row in rows()] == ENTRIES


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_row_says_what_is_done_and_shows_it(row: list[str]) -> None:
    _, left_open, done, shown = row

    assert left_open
    assert done
    assert TEST.search(shown) or done.startswith("outside: ")
    assert TEST.sub("", shown).strip(", ") == ""


def test_every_test_that_is_named_is_there() -> None:
    named = set(TEST.findall(TABLE.read_text(encoding="utf-8")))

    lost = [
        f"{file}::{name}"
        for file, name in sorted(named)
        if not (ROOT / file).is_file() or name not in named_in(file)
    ]
    assert lost == []
    assert len(named) > 50
