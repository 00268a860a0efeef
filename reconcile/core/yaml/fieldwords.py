"""Names of fields, where a file is too broken for its schema to be asked.

A word that is one of them tells a field that lacks its colon, comma or dash from a
text that goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from reconcile.core.kinds import KINDS, Field, Form, Shape


def _all(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all(field.members)


_ROWS: Final = [row for kind in KINDS.values() for row in _all(kind.fields.values())]


_STRUCTURE: Final = frozenset(
    "approvals approve by children delete keys only_on_create protect reason "
    "renamed_from variant_defaults variants what".split()
)
KEYS: Final = frozenset(
    ("ean", *(kind.key_field for kind in KINDS.values()))
) - frozenset(("name", "title"))
"""Fields that hold one short word, and no sentence."""
UNSENT: Final = frozenset(("approve", "by", "reason"))
"""Fields of an approval, which Traede never sees."""
FIELDS: Final = frozenset(
    (
        *_STRUCTURE,
        *KEYS,
        *(kind.plural for kind in KINDS.values()),
        *(row.name for row in _ROWS),
    )
)
NO_TEXTS: Final = frozenset(
    row.name
    for row in _ROWS
    if row.form in (Form.BOOL, Form.INT, Form.NUMBER, Form.MONEY, Form.DATE)
    or row.choices
)
"""Fields whose values are written without quotes."""
TEXTS: Final = frozenset(
    row.name for row in _ROWS if row.form is Form.TEXT and row.shape is Shape.ONE
) - frozenset(row.name for row in _ROWS if row.shape is not Shape.ONE)


LISTS: Final = frozenset(
    (
        *"approvals children keys only_on_create".split(),
        *(kind.plural for kind in KINDS.values()),
        *(row.name for row in _ROWS if row.shape in (Shape.SET, Shape.RECORDS)),
    )
)
"""Fields whose values are items."""
HELD_BY: Final = {
    kind.key_field: frozenset(
        (
            *"delete only_on_create protect renamed_from".split(),
            *{
                "product": ("variants", "variant_defaults"),
                "category": ("children",),
            }.get(kind.name, ()),
            *kind.fields,
        )
    )
    for kind in KINDS.values()
}
"""By the key that entries begin with, the other fields that they may have."""
NESTED: Final = {row.name: row for row in _ROWS if row.shape is not Shape.ONE}


def holds_text(field: str | None) -> bool:
    """Whether a value that begins with a mark of YAML may be meant as text here."""
    return field not in FIELDS or field in TEXTS - KEYS


NUMBERS: Final = frozenset(row.name for row in _ROWS if row.form is Form.NUMBER)

_NOT_A_COLON: Final = re.compile(
    r"(?P<key>[A-Za-z]\w*)(?P<sign>[ \u00a0]*(?:[=\uff1a]|:(?=\u00a0)|\u00a0:)"
    r"[ \t\u00a0]*)(?P<value>[\[{][^\r\n]*|[^\r\n,\uff0c;}\]]*)"
)


class Meant(NamedTuple):
    """A field whose colon is another character; the places count from its start."""

    start: int
    end: int
    message: str
    fix: str


def not_a_colon(text: str) -> Meant | None:
    """`sku = A`, a colon of another alphabet, a colon with a non-breaking space."""
    found = _NOT_A_COLON.match(text)
    if found is None or found["key"].lower() not in FIELDS:
        return None
    sign = found["sign"].strip(" \t\u00a0")
    write = f"{found['key']}: {found['value']}".rstrip()
    what = (
        "a non-breaking space stands beside this colon, as copied from a web page"
        if sign == ":"
        else f'"{sign}" stands where a colon belongs'
    )
    return Meant(*found.span("sign"), f"{what}. Write {write}", ": ")


_NO_DASH: Final = re.compile(
    r"(?P<mark>[•·–—*‣▪●][ \t\u00a0]+|-[ \t]*\u00a0[ \t\u00a0]*"
    r"|-(?=[{\[])|-(?=[a-z]\w*(?::|\Z)))(?P<rest>.*)"
)


def not_a_dash(text: str) -> Meant | None:
    """`• x`, `-{sku: A}`, a dash with a non-breaking space: an item of a list."""
    found = _NO_DASH.match(text)
    if found is None:
        return None
    mark, rest = found["mark"], found["rest"]
    if mark == "-" and rest[:1] not in "{[" and rest.split(":")[0] not in FIELDS:
        return None
    message = f'a list item begins with "- ". Write - {rest}'
    return Meant(*found.span("mark"), message, "- ")
