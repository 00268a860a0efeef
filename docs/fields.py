"""The field reference, from the schema and the field table: `make docs`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconcile.core.hints import typed
from reconcile.core.kinds import KINDS, Clear, Field, Form, Reads
from reconcile.core.model import KindName

Schema = Mapping[str, Any]

SCHEMA: Schema = json.loads(
    (Path(__file__).parents[1] / "schemas/catalog.schema.json").read_text("utf-8")
)
PLACES: tuple[tuple[str, str, KindName | None], ...] = (
    ("product", "A style, in `products`", "product"),
    ("variant", "A variant, in `variants` of its style", "variant"),
    ("top_category", "A category, in `categories`", "category"),
    ("sub_category", "A sub category, in `children`", "category"),
    ("collection", "A collection, in `collections`", "collection"),
    ("customer", "A customer, in `customers`", "customer"),
    ("approval", "An approval, in `approvals`", None),
)
HEAD = """\
# Every field

What may stand in the files. A field that is not written is left as it is in Traede;
`null` clears it, `[]` a list, but for those marked *stays*.

What the marks mean:

- **must**: has to be there; *to create*: only when it is new in Traede.
- *unseen*: Traede takes it and does not return it. It is compared with what was last
  applied, so what somebody changes in Traede by hand is not noticed.
- *stays*: Traede knows no way to clear it; another value may be written.
- *adds*: entries are added, and never taken away.
- *once*: it happens when it is sent, and is not sent again.

Everything in `variant_defaults` holds for all variants of a style; it takes all fields
of a variant but `sku`, `ean` and what is about one alone. This page is made from the
schema that your editor uses, which says the same while you type.
"""


def reference() -> str:
    return HEAD + "".join(
        f"\n## {title}\n\n{''.join(_table(SCHEMA['$defs'][name], kind))}"
        for name, title, kind in PLACES
    )


def _table(schema: Schema, kind: KindName | None) -> Iterator[str]:
    known = KINDS[kind].fields if kind else {}
    yield f"{_cell(schema['markdownDescription'])}\n\n"
    yield "| field | what it is | example |\n|---|---|---|\n"
    for path, below, must in _fields(schema, ""):
        marks = _marks(known.get(path), must=must)
        said = _cell(below["markdownDescription"]) + (f" {marks}" if marks else "")
        yield f"| `{path}` | {said} | {_example(below)} |\n"


SKIPPED = ("variants", "variant_defaults", "children")
"""Objects with a place of their own."""


def _fields(schema: Schema, above: str) -> Iterator[tuple[str, Schema, bool]]:
    """Each field with its path; those of an object below it follow the object."""
    for name, one in schema["properties"].items():
        below = _resolved(one)
        path = f"{above}{name}"
        yield path, below, name in schema.get("required", ())
        items = _resolved(below.get("items", {}))
        keyed = [_resolved(one) for one in below.get("patternProperties", {}).values()]
        if name in SKIPPED:
            continue
        if "properties" in items:
            yield from _fields(items, f"{path}[].")
        elif "properties" in below:
            yield from _fields(below, f"{path}.")
        elif keyed and "properties" in keyed[0]:
            key = "CURRENCY" if name == "prices" else "LANGUAGE"
            yield from _fields(keyed[0], f"{path}.{key}.")


def _marks(field: Field | None, *, must: bool) -> str:
    found = ["**must**"] if must else []
    if field is None:
        return ", ".join(found)
    if field.required:
        found.append("**must**, *to create*")
    if field.event:
        found.append("*once*")
    elif field.reads in (Reads.BLIND, Reads.NEVER):
        found.append("*unseen*")
    if field.add_only:
        found.append("*adds*")
    elif field.clear is Clear.NEVER and field.form is not Form.BOOL:
        found += [] if field.required or field.event else ["*stays*"]
    return ", ".join(found)


def _resolved(schema: Schema) -> dict[str, Any]:
    if "$ref" not in schema:
        return dict(schema)
    target: Any = SCHEMA
    for step in schema["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**_resolved(target), **{k: v for k, v in schema.items() if k != "$ref"}}


def _example(schema: Schema) -> str:
    examples = schema.get("examples") or [c for c in schema.get("enum", ()) if c]
    if not examples:
        return "`true`" if "boolean" in schema.get("type", ()) else ""
    return f"`{typed(examples[0])}`".replace("|", "\\|")


def _cell(text: str) -> str:
    """Lists become sentences: a table has no room for lines."""
    lines = [line for line in text.splitlines() if line]
    joined = "; ".join(line.removeprefix("- ") for line in lines)
    return joined.replace(":; ", ": ").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
