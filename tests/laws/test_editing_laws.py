"""Whatever a file looks like: an edit changes what it says, and nothing else of it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from support.typist import Typist

from reconcile.core.editing import (
    Document,
    Edit,
    Insert,
    InsertItem,
    Items,
    Map,
    Put,
    Remove,
    RenameKey,
    Text,
    Value,
    Word,
    edited,
)
from reconcile.core.yaml.nodes import Mapping, Node, Scalar, to_plain
from reconcile.core.yaml.text import parse

Path = tuple[str | int, ...]

TEXTS = (
    *("Tee", "a: b", "x #y", "#no", "yes", "NO", "null", "~", "0123", "12", "1_000"),
    *("2027-01-04", "it's", 'say "hi"', "back\\slash", "- a", "[a]", "{a}", "a, b"),
    *("*x", "&x", "!t", "%", "@", "Blå – ny", "", "a:", ": a", "|", "> b", "one\ntwo"),
    *("one\n\n  two", "a\nb: c # d", "1.50", "true", "50 %", "k: [v", "# a\n# b"),
)
KEYS = ("name", "meta", "0123", "a b", "yes", "x: y", "DKK", "Top > Sub", "it's", "1")

texts = st.sampled_from(TEXTS)
keys = st.sampled_from(KEYS)
words = st.sampled_from(["1", "40.50", "true", "false", "null", "-3"])
leaves = st.one_of(texts.map(Text), words.map(Word))
values: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.lists(below, max_size=4).map(Items),
        st.dictionaries(keys, below, max_size=4).map(Map),
    ),
    max_leaves=8,
)
roots = st.dictionaries(keys, values, min_size=1, max_size=5).map(Map)


@st.composite
def documents(draw: st.DrawFn) -> str:
    typist = Typist(draw)
    typist.lines += draw(st.sampled_from([[], ["# the file"], ["# the file", ""]]))
    typist.entries(draw(roots), 0)
    typist.lines += draw(st.sampled_from([[], ["# the end"], [""]]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(typist.lines) + draw(st.sampled_from([end, ""]))
    parsed = parse(text, "")
    assume(parsed.root is not None and not parsed.problems)
    return draw(st.sampled_from(["", "\ufeff"])) + text


def nodes(node: Node, path: Path = ()) -> dict[Path, Node]:
    found: dict[Path, Node] = {path: node}
    if isinstance(node, Scalar):
        return found
    below: Any = (
        [(key.text, value) for key, value in node.items]
        if isinstance(node, Mapping)
        else enumerate(node.items)
    )
    for step, child in below:
        found |= nodes(child, (*path, step))
    return found


@st.composite
def edits_of(draw: st.DrawFn, document: Document) -> list[Edit]:
    assert document.root is not None
    found = nodes(document.root)
    edits: list[Edit] = []
    taken: list[Path] = []
    for _ in range(draw(st.integers(1, 4))):
        edit, touched = draw(edit_at(found, draw(st.sampled_from([*found]))))
        apart = not any(
            touched[: len(one)] == one or one[: len(touched)] == touched
            for one in taken
        )
        if edit is not None and apart:
            taken.append(touched)
            edits.append(edit)
    assume(edits)
    return edits


@st.composite
def edit_at(
    draw: st.DrawFn, found: dict[Path, Node], path: Path
) -> tuple[Edit | None, Path]:
    """An edit at one place, and what of the file it may touch."""
    node = found[path]
    what = draw(st.sampled_from(["put", "put", "remove", "insert"]))
    if what == "insert" and not isinstance(node, Scalar):
        if isinstance(node, Mapping):
            key = draw(keys)
            new = None if key in to_plain(node) else Insert((*path, key), draw(values))
            return new, (*path, key)
        at = draw(st.integers(0, len(node.items)))
        return InsertItem(path, at, draw(values)), (*path, "new", at)
    if not path:
        return None, path
    if what == "remove":
        return Remove(path), path
    return Put(path, draw(values)), path


def plain(value: Value) -> Any:
    match value:
        case Text(text):
            return text
        case Word(text):
            return to_plain(parse(f"- {text}\n", "").root)[0]
        case Map(entries):
            return {key: plain(one) for key, one in entries.items()}
        case Items(items):
            return [plain(one) for one in items]


def model(data: Any, edits: list[Edit]) -> Any:
    """The same edits of plain data; from the back, so that places stay right."""
    data = copy.deepcopy(data)

    def at(path: Path) -> Any:
        found = data
        for step in path:
            found = found[step]
        return found

    def place(edit: Edit) -> tuple[tuple[int, ...], bool]:
        path = (*edit.path, edit.at) if isinstance(edit, InsertItem) else edit.path
        numbers = tuple(step if isinstance(step, int) else 0 for step in path)
        return numbers, isinstance(edit, Remove)

    for edit in sorted(edits, key=place, reverse=True):
        match edit:
            case Put(path, value) | Insert(path, value):
                at(path[:-1])[path[-1]] = plain(value)
            case InsertItem(path, before, value):
                at(path).insert(before, plain(value))
            case Remove(path):
                del at(path[:-1])[path[-1]]
    return data


@given(st.data())
def test_an_edit_says_what_is_meant_and_leaves_the_rest(data: st.DataObject):
    text = data.draw(documents())
    document = Document(text, "f.yaml")
    edits = data.draw(edits_of(document))
    inserted = [e.path for e in edits if isinstance(e, Insert)]
    assume(len(set(inserted)) == len(inserted))
    # Several new items before one place come in the order of the edits.
    places = [(e.path, e.at) for e in edits if isinstance(e, InsertItem)]
    assume(len(set(places)) == len(places))

    if all_goes(document, edits):
        return  # what would be left is no catalog file
    result = edited(document, edits)

    wanted = model(to_plain(document.root), edits)
    assert to_plain(parse(result, "").root) == wanted
    kept = untouched_lines(document, edits)
    assert in_order(kept, result.removeprefix("\ufeff").splitlines(keepends=True))
    assert result.startswith("\ufeff") == text.startswith("\ufeff")


@given(st.data())
def test_a_renamed_key_keeps_value_and_place(data: st.DataObject):
    document = Document(data.draw(documents()), "f.yaml")
    assert document.root is not None
    found = nodes(document.root)
    path = data.draw(st.sampled_from([p for p in found if p and p[-1] != 0 and p[0]]))
    key = data.draw(keys)
    assume(isinstance(path[-1], str) and (*path[:-1], key) not in found)

    result = edited(document, [RenameKey(path, key)])

    before = to_plain(document.root)
    after = to_plain(parse(result, "").root)
    for step in path[:-1]:
        before, after = before[step], after[step]
    assert [*after] == [key if name == path[-1] else name for name in before]
    assert [*after.values()] == [*before.values()]


@given(st.data())
def test_the_same_value_is_no_edit(data: st.DataObject):
    text = data.draw(documents())
    document = Document(text, "f.yaml")
    assert document.root is not None
    path, node = data.draw(st.sampled_from([*nodes(document.root).items()]))

    assert edited(document, [Put(path, said(node))]) == text


def said(node: Node) -> Value:
    if isinstance(node, Mapping):
        return Map({key.text: said(one) for key, one in node.items})
    if isinstance(node, Scalar):
        word = node.style == "plain" and not isinstance(node.plain_value(), str)
        return Word(node.text) if word else Text(node.text)
    return Items([said(one) for one in node.items])


def all_goes(document: Document, edits: list[Edit]) -> bool:
    """Whether no key of the file stays, which is refused."""
    removed = {edit.path for edit in edits if isinstance(edit, Remove)}
    return {(key,) for key in to_plain(document.root)} <= removed


def untouched_lines(document: Document, edits: list[Edit]) -> list[str]:
    """The lines that no edit has to do with. Of a removed entry its comments go, and
    a flow list that loses or gains an entry is one thing with it."""
    text = document.text
    lines = text.splitlines(keepends=True)
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + len(line))
    gone: set[int] = set()

    def touch(start: int, end: int) -> None:
        gone.update(
            n
            for n in range(len(lines))
            if ends[n] < max(end, start + 1) and start < ends[n + 1]
        )

    for edit in edits:
        path = edit.path
        if isinstance(edit, Insert):
            path = path[:-1]
        whole = document.node(path)
        flow = text[whole.start : whole.start + 1] in ("{", "[")
        if isinstance(edit, Put | Remove):
            parent = document.node(path[:-1])
            if text[parent.start] in "{[":
                touch(parent.start, parent.end)
            held = document.entries(path[:-1])[nodes_of(parent).index(path[-1])]
            last = isinstance(edit, Remove) and len(held_of(parent)) == sum(
                isinstance(e, Remove) and e.path[:-1] == path[:-1] for e in edits
            )
            touch(held.start, max(held.end, whole.end))
            if last and path[:-1]:
                above = document.node(path[:-2])
                whole_held = document.entries(path[:-2])[
                    nodes_of(above).index(path[-2])
                ]
                touch(whole_held.start, whole_held.end)
        elif flow or not held_of(whole):
            touch(whole.start, whole.end)
    comments = [n for n, line in enumerate(lines) if line.strip().startswith("#")]
    blank = [n for n, line in enumerate(lines) if not line.strip()]
    removing = any(isinstance(edit, Remove | Put) for edit in edits)
    left = set(range(len(lines))) - gone - set(blank if removing else ())
    if removing:
        left -= set(comments)
    return [lines[n] for n in sorted(left)]


def nodes_of(parent: Node) -> list[str | int]:
    if isinstance(parent, Mapping):
        return [key.text for key, _ in parent.items]
    assert not isinstance(parent, Scalar)
    return [*range(len(parent.items))]


def held_of(node: Node) -> list[Any]:
    return [] if isinstance(node, Scalar) else [*node.items]


def in_order(kept: list[str], result: list[str]) -> bool:
    """Whether lines are still there; the first key of an item may have come up to
    its dash."""
    found = iter(result)
    return all(
        line.strip(" -\r\n") in (one.strip(" -\r\n") for one in found) for line in kept
    )
