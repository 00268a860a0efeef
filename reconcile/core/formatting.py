"""One catalog file as the house writes it, saying exactly what it said before.

    spaces and tabs at the end of a line        go
    tabs between two things on a line           become a space
    line ends                                   all as the first one of the file
    the end of the file                         one line end
    the line by which editors find the schema   comes, or is put right

All else stays, character by character: comments, quotes, order, blank lines and
indentation, and all that is inside a value. Line ends are not made those of another
system, because git does that.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from reconcile.core.editing import CannotEdit, Document
from reconcile.core.editing.edits import expected, reads_as
from reconcile.core.yaml.nodes import Mapping, Node, Scalar
from reconcile.core.yaml.text import parse

SCHEMA_NAME: Final = "catalog.schema.json"

_LINE: Final = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_MODELINE: Final = re.compile(r"#\s*yaml-language-server:\s*\$schema=(?P<schema>\S+)")
_TABS: Final = re.compile(r" *\t[ \t]*")
_COMMENT: Final = re.compile(r"(?:^|(?<=[ \t]))#")


def formatted(text: str, file: str, schema: str | None) -> str:
    """The text of the file, formatted. `schema` is the path that its editor line
    names; None leaves that line alone.

    Raises CannotEdit for a file that cannot be read, or would say something else.
    """
    document = Document(text, file)
    tidy = _tidy(document)
    if schema is not None:
        tidy = _with_modeline(tidy, schema, document.line_end)
    same = parse(tidy, file)
    if document.root is None:
        kept = same.root is None and not same.problems
    else:
        kept = reads_as(same.root, expected(document.root, ()))
    if not kept:
        raise CannotEdit(document.where(0), "formatted, it would say something else")
    return document.mark + tidy


def _tidy(document: Document) -> str:
    text = document.text
    values = _Values(document)
    lines: list[str] = []
    for match in _LINE.finditer(text):
        if match.start() == len(text):
            break
        goes_on = values.hold(match.end(1))  # then its last spaces may mean something
        lines.append(match[1] if goes_on else _line(match, values))
    ends = values.end_matters(text)
    while lines and not lines[-1] and not ends:
        lines.pop()
    end = document.line_end
    whole = "".join(line + end for line in lines)
    return whole.removesuffix(end) if ends and text[-1:] not in "\r\n" else whole


def _line(match: re.Match[str], values: _Values) -> str:
    """A line without tabs, but for those in values and comments."""
    line = match[1].rstrip(" \t")
    parts: list[str] = []
    at = 0
    last = next(
        (
            found.start()
            for found in _COMMENT.finditer(line)
            if not values.hold(match.start() + found.start())
        ),
        len(line),
    )
    for tabs in _TABS.finditer(line, 0, last):
        if not values.hold(match.start() + tabs.start()):
            parts += [line[at : tabs.start()], " "]
            at = tabs.end()
    return "".join([*parts, line[at:]])


class _Values:
    """Which characters belong to keys and values."""

    def __init__(self, document: Document) -> None:
        nodes = {n.start: n for n in _scalars(document.root)}
        self.scalars = [nodes[start] for start in sorted(nodes)]
        self.starts = [node.start for node in self.scalars]

    def hold(self, at: int) -> bool:
        """Whether a value has begun before this character and goes on with it."""
        index = bisect_left(self.starts, at) - 1
        if index < 0:
            return False
        found = self.scalars[index]
        # A block text may end with the file, without a line end.
        return at < found.end or (at == found.end and found.style in _BLOCKS)

    def end_matters(self, text: str) -> bool:
        """Whether the file ends in a block text that keeps its last line ends."""
        last = self.scalars[-1] if self.scalars else None
        if last is None or last.end < len(text) or last.style not in _BLOCKS:
            return False
        header = last.raw.splitlines()[0].split("#")[0]
        return "+" in header or ("-" not in header and text[-1] not in "\r\n")


_BLOCKS: Final = ("literal", "folded")


def _scalars(node: Node | None) -> Iterator[Scalar]:
    """All keys and values; what aliases share comes more than once."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items:
            yield key
            yield from _scalars(value)
    elif node is not None:
        for item in node.items:
            yield from _scalars(item)


def _with_modeline(text: str, schema: str, end: str) -> str:
    """The editor's line names our schema; one of another name, or at an address, is
    somebody's own choice."""
    wanted = f"# yaml-language-server: $schema={schema}"
    for match in _LINE.finditer(text):
        line = match[1].strip()
        if line and not line.startswith("#"):
            break
        if found := _MODELINE.match(line):
            name = found["schema"]
            ours = "://" not in name and name.rpartition("/")[2] == SCHEMA_NAME
            if not ours or name == schema:
                return text
            return text[: match.start()] + wanted + text[match.end(1) :]
    return wanted + end + text
