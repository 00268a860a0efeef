"""Whatever somebody has mistyped: a repair changes what it lists, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from test_editing_laws import documents

from reconcile.core.problems import Problem, errors
from reconcile.core.repairing import repaired
from reconcile.core.yaml.nodes import to_plain
from reconcile.core.yaml.text import parse

TYPED = (
    *("name: Tee #2", "name: [NEW] Tee", "name: {NEW} Tee", "name: &Other x"),
    *("name: *new", "name: @x", "name: Tee: red", "name:Tee", "name: 'it's'"),
    *("p: {sales_price: 97,54}", "p: {sales_price: 1.299,00, x: 1}", "m: {0123: a}"),
    *("name: 'open", "tags: [a", "- b", "\tx: 1", "  y: 2", "name: |", "a: b: c: d"),
    *("m: {sku: A ean: B}", "m: {sku:A, b: 1}", "- {sku: A}", "{sku: A}", "-{sku: A}"),
    *("* x", "• x", "sku = A", "- sku = A", "name: “x”", "t: [“a, b”]", "sku: “A”"),
    *("- {sku: A},", "release_date 2027", "   - x", "products", "a:\u00a0b"),
    *("# note", "", "name: x # note", "name: Tee #old", "...", "? x"),
)
MARKS = (
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    ": ",
    " #1",
    "&",
    "*",
    ",",
    "“",
    ";",
    "•",
    "\t",
    "  ",
    "\n",
)


@st.composite
def mistyped(draw: st.DrawFn) -> str:
    """A good file with lines and characters that somebody put in or took out."""
    lines = draw(documents()).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines)))
        what = draw(st.sampled_from(["line", "line", "mark", "cut"]))
        if what == "line":
            lines.insert(at, draw(st.sampled_from(TYPED)))
        elif at < len(lines):
            line = lines[at]
            place = draw(st.integers(0, len(line)))
            mark = draw(st.sampled_from(MARKS)) if what == "mark" else ""
            lines[at] = line[:place] + mark + line[place + (what == "cut") :]
    return "\n".join(lines) + "\n"


def nothing_more(_: Mapping[str, str]) -> Iterable[Problem]:
    return ()


def leaves(data: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    if isinstance(data, dict):
        pairs: Any = data.items()
    elif isinstance(data, list):
        pairs = enumerate(data)
    else:
        return {path: data}
    return {k: v for key, one in pairs for k, v in leaves(one, (*path, key)).items()}


@given(mistyped())
def test_a_repair_changes_what_it_lists(text: str):
    texts, done = repaired({"f.yaml": text}, nothing_more)
    result = texts["f.yaml"]

    before, after = parse(text, "f.yaml"), parse(result, "f.yaml")
    changed = {one.where.line for one in done}
    pairs = zip(text.split("\n"), result.split("\n"), strict=True)
    lines = {n for n, (old, new) in enumerate(pairs, 1) if old != new}
    assert lines == changed
    assert bool(done) == (text != result)
    if before.root is not None:
        assert after.root is not None
        assert len(errors(after.problems)) <= len(errors(before.problems))
        was, now = leaves(to_plain(before.root)), leaves(to_plain(after.root))
        assert was.keys() == now.keys()
        assert sum(was[path] != now[path] for path in was) <= len(done)


@given(mistyped())
def test_repairing_twice_is_repairing_once(text: str):
    once, _ = repaired({"f.yaml": text}, nothing_more)
    twice, done = repaired(once, nothing_more)

    assert (twice, done) == (once, [])
