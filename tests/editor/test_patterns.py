"""Regular expressions of the schemas mean the same to the editor and to us."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from schema_text import SCHEMAS, patterns

from reconcile.core.hints import whole_pattern

NAMES = ("catalog", "reconcile", "plan")
PATTERNS = sorted(
    {
        pattern
        for name in NAMES
        for pattern in patterns(
            json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
        )
    }
)
TEXTS = [
    *("", " ", "a", "A", "DKK", "dkk", "DK", "5701234567899", "12345678", "0", "12.5"),
    *("2027-01-04", "2027-02-31", "2027-13-01", "Men > Shirts", "Men >Shirts", "> A"),
    *("A >or B", "a > b > c", "Men  >  Shirts", "product:72066", "create:variant:x"),
    *("3f9a1c07", "3f9a1c0", "https://img.example/1.jpg", "http://", "a@b", "a@b c"),
    *("{item_number}", "{", "{ a", '{"a": 1}', "a{b}", "{{x", "/products/sync", "/"),
    *(" a", "a ", "a\n", "a\nb", "\na", "a\r", "a\tb", "\x00", "\x7f", "\x1b[31m"),
    *(
        "a\x85",
        "a\u2028",
        "\u2028",
        "\ufeffa",
        "\xa0",
        "æøå",
        "Å\u030a",
        "\u0660\u0661",
    ),
    *("😀", "DK😀", "\u017f", "\u212a", "git", "git:refs/x", "sqlite:///a.db", "1.12"),
    *("sha256:" + "0" * 64, "0" * 64, "\u0130", "aa\n\n", "own-name", "Europe/Berlin"),
]
ECMA = """
const [patterns, texts] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const found = ['', 'u'].map((flag) => patterns.map((pattern) => {
  const compiled = new RegExp(pattern, flag);
  return texts.map((text) => compiled.test(text));
}));
process.stdout.write(JSON.stringify(found));
"""


def test_they_mean_the_same_in_javascript_and_in_python(node: str) -> None:
    ran = subprocess.run(  # noqa: S603 (a script of our own)
        [node, "-e", ECMA],
        input=json.dumps([PATTERNS, TEXTS]),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    ours = [
        [bool(re.search(whole_pattern(pattern), text)) for text in TEXTS]
        for pattern in PATTERNS
    ]

    for theirs in json.loads(ran.stdout):
        for pattern, mine, found in zip(PATTERNS, ours, theirs, strict=True):
            assert dict(zip(TEXTS, found, strict=True)) == dict(
                zip(TEXTS, mine, strict=True)
            ), pattern


@pytest.mark.parametrize("pattern", PATTERNS)
def test_they_use_nothing_that_the_two_read_differently(pattern: str) -> None:
    """No classes that depend on Unicode tables, no word ends, no `(?`, no point."""
    assert re.fullmatch(r"\^.*\$", pattern)
    outside = re.sub(r"\[(?:\\.|[^\]])*\]", "", pattern)
    assert not re.search(r"\\[dDwWsSbBAZpPkuUN]|\(\?|(?<!\\)\.", outside)
    assert not re.search(r"\\[dDwWsSbBpPuUN]", pattern)
    assert "$" not in pattern[:-1]
