"""Slips in names and texts that YAML reads as a part of them.

A key, number, date or switch is judged where it is read; what is a name of a category
and what a text for people, only the kinds know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.core.config import Config
from reconcile.core.kinds import KINDS, Field, Form, Kind, Shape
from reconcile.core.model import Desired, Path
from reconcile.core.problems import Fix, Placed, Problem
from reconcile.core.yaml.nodes import Scalar
from reconcile.core.yaml.nodes import Sequence as ListNode
from reconcile.core.yaml.traps import in_quotes, quoted
from reconcile.core.yaml.typography import ends_with, lone_quote

_NAMES: Final = ("name", "title")
_REFERENCES: Final = (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER)
_INCHES: Final = re.compile(r"(?<![0-9])[0-9]{1,2}([.,/][0-9]+)?\"\Z")
_ODD_SPACE: Final = re.compile(r"(?P<before>\S*)[\u00a0\u2007\u202f](?P<after>\S*)")


# a quote at the end


def lone_quotes(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """`Winter 2026"`, whose first quote is missing. At the end of a text `15"` are
    inches; an apostrophe may end any name (`Ladies'`)."""
    for desired in objects:
        kind = KINDS[desired.ref.kind]
        if kind.key_field in _NAMES:
            yield from _in_name(desired.source)
        # May be the name that a slip has given, and that is now set right.
        yield from _in_name(desired.sources.get(("renamed_from",)), sure=False)
        for path, placed in desired.sources.items():
            form = _form(kind, path)
            for node in _scalars(placed) if form else ():
                yield from _in_text(node) if form is Form.TEXT else _in_name(node)


def _form(kind: Kind, path: Path) -> Form | None:
    """Which form the text at a path has, where no schema knows what it looks like."""
    spec = kind.fields.get(path[0])
    if spec is None or spec.personal or spec.choices or path[0] in ("ean", "currency"):
        return None
    if spec.shape is Shape.KEYED:
        member = next((m for m in spec.members if m.name == path[-1]), None)
        return _texts(member) if member and len(path) == _OF_MEMBER else None
    return _texts(spec)


_OF_MEMBER: Final = len(("translations", "danish", "name"))


def _texts(spec: Field) -> Form | None:
    return spec.form if spec.form in (Form.TEXT, *_REFERENCES) else None


def _scalars(placed: Placed) -> Iterator[Scalar]:
    nodes = placed.items if isinstance(placed, ListNode) else [placed]
    yield from (node for node in nodes if isinstance(node, Scalar))


def _in_name(node: Placed | None, *, sure: bool = True) -> Iterator[Problem]:
    if not isinstance(node, Scalar) or not _is_odd(node):
        return
    inner, where = node.text[:-1], node.location
    sure = sure and not _INCHES.search(node.text)
    write = f"Write {quoted(inner)}" + ("" if sure else _or_meant(node))
    yield Problem(
        where,
        "lone-quote",
        f"{ends_with(node.text[-1])}. {write}",
        fix=Fix(where, in_quotes(inner)) if sure and "\n" not in node.raw else None,
    )


def _in_text(node: Scalar) -> Iterator[Problem]:
    if _is_odd(node) and not _INCHES.search(node.text):
        yield Problem(
            node.location,
            "lone-quote",
            f"{ends_with(node.text[-1])}, so Traede gets it too. "
            f"Write {quoted(node.text[:-1])}{_or_meant(node)}",
            "warning",
        )


def ends_with_lone_quote(node: Placed) -> bool:
    """Whether a name is told to have lost its first quote."""
    return isinstance(node, Scalar) and _is_odd(node)


def _is_odd(node: Scalar) -> bool:
    return node.style == "plain" and lone_quote(node.text) == '"'


def _or_meant(node: Scalar) -> str:
    return f", or {quoted(node.text)} if it is meant"


# a space that looks like another


def odd_spaces(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """Keys with a space in them that no one can tell from an ordinary one; in quotes
    it is meant. What a reference says is judged where it leads."""
    for desired in objects:
        node = desired.source
        if (
            isinstance(node, Scalar)
            and node.style == "plain"
            and has_odd_space(node.text.strip())
        ):
            meant, where = with_plain_spaces(node.text), node.location
            yield Problem(
                where,
                "invisible-space",
                f"{odd_space(node.text)}, as copied from a web page or a sheet. "
                f"Write {quoted(meant)}, or this in quotes if it is meant",
                "warning",
                fix=None if "\n" in node.raw else Fix(where, in_quotes(meant)),
            )


def has_odd_space(text: str) -> bool:
    return _ODD_SPACE.search(text) is not None


def odd_space(text: str) -> str:
    """Where it stands, as a sentence, for a text that has one."""
    found = _ODD_SPACE.search(text)
    words = (found["before"], found["after"]) if found else ("", text)
    return (
        f"a non-breaking space stands between {quoted(words[0])} and {quoted(words[1])}"
    )


def with_plain_spaces(text: str) -> str:
    return re.sub("[\u00a0\u2007\u202f]", " ", text)
