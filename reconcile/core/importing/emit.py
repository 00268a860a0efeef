"""Values as YAML text in the style of the house: block outside, flow inside.

The loader itself judges every text that is not plainly harmless: a form is used only
if it reads back as exactly the same text, without a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.slips import has_odd_space
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Scalar
from reconcile.core.yaml.text import parse
from reconcile.core.yaml.typography import lone_quote

WIDTH: Final = 110
"""Columns up to which a mapping or list stands on one line."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text; where `as_written`, digits mean the same with and without quotes."""

    text: str
    as_written: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A number, `true`, `false` or `null`."""

    text: str


@dataclass(frozen=True, slots=True)
class Map:
    entries: Mapping[str, Node]
    block: bool = False
    """Never on one line, even where it is short."""


@dataclass(frozen=True, slots=True)
class Items:
    items: Sequence[Node]
    block: bool = False


Node = Text | Word | Map | Items


def document(root: Map, schema: str) -> str:
    """One file, beginning with the line by which editors find the schema."""
    modeline = f"# yaml-language-server: $schema={schema}"
    return "\n".join([modeline, *block_map(root.entries, 0)]) + "\n"


def writable(text: str) -> bool:
    """Whether a text can stand in a file as a value and come back exactly."""
    return bool(_SIMPLE.fullmatch(text)) or _comes_back(_quoted(text), text)


def writable_key(text: str) -> bool:
    """The same, before the colon of a mapping."""
    return bool(_SHORT.fullmatch(text)) or _is_key(_quoted(text), text)


def scalar(text: str, *, flow: bool, as_written: bool = False) -> str:
    """A text on one line, with quotes only where it needs them."""
    if as_written and _NUMBER.fullmatch(text):
        return text
    return text if _plain(text, flow=flow) else _quoted(text)


# Blocks


def block_map(entries: Mapping[str, Node], indent: int) -> list[str]:
    return [
        line
        for key, value in entries.items()
        for line in behind(f"{' ' * indent}{key_text(key)}:", value, indent)
    ]


def block_items(items: Iterable[Node], indent: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        head = f"{' ' * indent}-"
        if isinstance(item, Map) and not _fits(head, item):
            first, *rest = block_map(item.entries, indent + 2)
            lines += [f"{head} {first.lstrip()}", *rest]
        else:
            lines += behind(head, item, indent)
    return lines


def behind(head: str, value: Node, indent: int) -> list[str]:
    """The lines of `head` with its value, on the same line where it fits."""
    if isinstance(value, Text) and (lines := _literal(value.text)):
        return [f"{head} |-", *_indented(lines, indent + 2)]
    if isinstance(value, Text | Word):
        return [f"{head} {on_line(value, flow=False)}"]
    if _fits(head, value):
        return [f"{head} {on_line(value, flow=True)}"]
    if isinstance(value, Map):
        return [head, *block_map(value.entries, indent + 2)]
    return [head, *block_items(value.items, indent + 2)]


def _fits(head: str, value: Map | Items) -> bool:
    children = value.entries.values() if isinstance(value, Map) else value.items
    if not children:
        return True
    if value.block or any(map(_needs_block, children)):
        return False
    return len(head) + 1 + len(on_line(value, flow=True)) <= WIDTH


def _needs_block(value: Node) -> bool:
    match value:
        case Text(text):
            return "\n" in text
        case Word():
            return False
        case Map(entries, block):
            return block or any(map(_needs_block, entries.values()))
        case Items(items, block):
            return block or any(map(_needs_block, items))


def on_line(value: Node, *, flow: bool) -> str:
    match value:
        case Text(text, as_written):
            return scalar(text, flow=flow, as_written=as_written)
        case Word(text):
            return text
        case Map(entries):
            inner = (
                f"{key_text(k)}: {on_line(v, flow=True)}" for k, v in entries.items()
            )
            return "{" + ", ".join(inner) + "}"
        case Items(items):
            return "[" + ", ".join(on_line(item, flow=True) for item in items) + "]"


def _literal(text: str) -> list[str] | None:
    """The lines of a `|-` block, where that is exact and no editor spoils it."""
    lines = text.split("\n")
    if len(lines) == 1 or any(line != line.rstrip() for line in lines):
        return None
    written = "\n".join(["|-", *_indented(lines, 2)])
    return lines if _comes_back(written, text) else None


def _indented(lines: Iterable[str], indent: int) -> Iterable[str]:
    return (" " * indent + line if line else "" for line in lines)


# Scalars

# Letters, digits and signs that no context of YAML gives a meaning to.
_SIMPLE: Final = re.compile(
    r"[0-9A-Za-zÀ-ɏ](?:[0-9A-Za-zÀ-ɏ ./+%()_-]*[0-9A-Za-zÀ-ɏ])?"
)
_SHORT: Final = re.compile(r"[A-Za-z][0-9A-Za-z _-]{0,58}[0-9A-Za-z]")
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")

# What one or the other reader of YAML takes for a number, date, time or switch.
_NOT_TEXT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9][0-9_,]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?"
    r"|[-+]?0[xob][0-9a-f_]+|[-+]?\.(?:inf|nan)"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t ].*)?"
    r"|~|null|true|false|yes|no|on|off|y|n|=|<<",
    re.IGNORECASE,
)


def _plain(text: str, *, flow: bool) -> bool:
    if not text or _NOT_TEXT.fullmatch(text):
        return False
    if lone_quote(text) or has_odd_space(text):
        return False  # without quotes it would look like a slip
    return bool(_SIMPLE.fullmatch(text)) or _comes_back(text, text, flow=flow)


def key_text(text: str) -> str:
    if _NOT_TEXT.fullmatch(text):
        return _quoted(text)
    return text if _SHORT.fullmatch(text) or _is_key(text, text) else _quoted(text)


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "''") + "'"
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n").replace("\t", "\\t") + '"'


def _comes_back(written: str, text: str, *, flow: bool = False) -> bool:
    line = f"{{k: {written}, l: 1}}\n" if flow else f"k: {written}\nl: 1\n"
    return _read(line) == {"k": text, "l": "1"}


def _is_key(written: str, text: str) -> bool:
    return _read(f"{{{written}: 1}}\n") == {text: "1"}


def _read(line: str) -> dict[str, str] | None:
    parsed = parse(line, "")
    if parsed.problems or not isinstance(parsed.root, MapNode):
        return None
    return {k.text: v.text for k, v in parsed.root.items if isinstance(v, Scalar)}
