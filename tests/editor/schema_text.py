"""The catalog's schema, walked: a document that has every field once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
SCHEMA: dict[str, Any] = json.loads(
    (SCHEMAS / "catalog.schema.json").read_text(encoding="utf-8")
)
KEYS = {"prices": "DKK", "translations": "danish"}
"""A key for fields whose keys people choose."""


@dataclass(frozen=True, slots=True)
class Written:
    """One field of the document: where it stands, and what the schema says of it."""

    path: tuple[str, ...]
    line: int
    column: int
    schema: Mapping[str, Any]


@dataclass(slots=True)
class Document:
    lines: list[str] = field(default_factory=list)
    fields: list[Written] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def every_field() -> Document:
    document = Document()
    _fields(document, SCHEMA, (), "", "")
    return document


def resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that a reference points to, under what is written beside it."""
    if "$ref" not in schema:
        return dict(schema)
    target: Any = SCHEMA
    for step in schema["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    beside = {k: v for k, v in schema.items() if k != "$ref"}
    return {**resolved(target), **beside}


def _fields(
    document: Document,
    schema: Mapping[str, Any],
    path: tuple[str, ...],
    first: str,
    rest: str,
) -> None:
    """The fields of one object; `first` begins its first line, `rest` the others."""
    start = first
    for name, below in schema["properties"].items():
        _field(document, resolved(below), (*path, name), start, rest)
        start = rest


def _field(
    document: Document,
    schema: Mapping[str, Any],
    path: tuple[str, ...],
    start: str,
    indent: str,
) -> None:
    name = path[-1]
    number = len(document.lines)
    document.fields.append(Written(path, number, len(start), schema))
    items = resolved(schema.get("items", {}))
    keyed = [resolved(one) for one in schema.get("patternProperties", {}).values()]
    if "properties" in items:
        document.lines.append(f"{start}{name}:")
        _fields(document, items, path, f"{indent}  - ", f"{indent}    ")
    elif "properties" in schema:
        document.lines.append(f"{start}{name}:")
        _fields(document, schema, path, f"{indent}  ", f"{indent}  ")
    elif keyed and "properties" in keyed[0]:
        document.lines += [f"{start}{name}:", f"{indent}  {KEYS[name]}:"]
        _fields(document, keyed[0], path, f"{indent}    ", f"{indent}    ")
    else:
        document.lines.append(f"{start}{name}: {_value(schema)}")


def _value(schema: Mapping[str, Any]) -> str:
    examples = schema.get("examples") or schema.get("enum")
    return json.dumps(examples[0]) if examples else "null"


def patterns(schema: object) -> Iterator[str]:
    """Every regular expression of a schema; `x-rules` has names of rules instead."""
    if isinstance(schema, dict):
        for name, below in schema.items():
            if name == "x-rules":
                continue
            if name == "pattern" and isinstance(below, str):
                yield below
            elif name == "patternProperties":
                yield from below
            yield from patterns(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from patterns(below)


@dataclass(frozen=True, slots=True)
class Beside:
    """A file in which an object has its first field, and the place for the next."""

    text: str
    line: int
    column: int
    offered: Mapping[str, str]
    """The other fields, with their descriptions."""


def every_object() -> Iterator[tuple[str, Beside]]:
    """Each object that fields are written in, by its path."""
    yield from _objects(SCHEMA, (), [], "", "")


def _objects(
    schema: Mapping[str, Any],
    path: tuple[str, ...],
    above: list[str],
    first: str,
    rest: str,
) -> Iterator[tuple[str, Beside]]:
    names = {name: resolved(one) for name, one in schema["properties"].items()}
    start, *others = names
    before = [*above, f"{first}{start}: {_value(names[start])}"]
    more = others if schema.get("maxProperties") != 1 else []
    offered = {name: names[name]["markdownDescription"] for name in more}
    if path and others:
        text = "\n".join([*before, rest]) + "\n"
        yield ".".join(path), Beside(text, len(before), len(rest), offered)
    for name, one in names.items():
        items = resolved(one.get("items", {}))
        keyed = [resolved(x) for x in one.get("patternProperties", {}).values()]
        line, below = f"{first}{name}:", (*path, name)
        if "properties" in items:
            lines = [*above, line]
            yield from _objects(items, below, lines, f"{rest}  - ", f"{rest}    ")
        elif "properties" in one:
            lines = [*above, line]
            yield from _objects(one, below, lines, f"{rest}  ", f"{rest}  ")
        elif keyed and "properties" in keyed[0]:
            lines = [*above, line, f"{rest}  {KEYS[name]}:"]
            yield from _objects(keyed[0], below, lines, f"{rest}    ", f"{rest}    ")


def every_choice() -> Iterator[tuple[str, Beside]]:
    """Each field with a few possible values, by its path, with the cursor behind it."""
    document = every_field()
    for one in document.fields:
        values = one.schema.get("enum", ())
        if any(isinstance(value, str) for value in values):
            choices = [value or "null" for value in values]
            lines = list(document.lines)
            lines[one.line] = lines[one.line][: one.column] + f"{one.path[-1]}: "
            offered = dict.fromkeys(choices, one.schema["markdownDescription"])
            text, column = "\n".join(lines) + "\n", len(lines[one.line])
            yield ".".join(one.path), Beside(text, one.line, column, offered)
