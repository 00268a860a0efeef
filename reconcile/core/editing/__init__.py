"""Edit catalog files in place: comments, quotes, order and line ends of all that is
not edited stay as they are, character by character.

Every edit is judged by its result: the new text is read again and must say what the
old one said with exactly these edits done. Else nothing is written, and a person is
told which value to edit by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconcile.core.editing.edits import (
    CannotEdit,
    Edit,
    Insert,
    InsertItem,
    Path,
    Put,
    Remove,
    RenameKey,
    Value,
    expected,
    reads_as,
)
from reconcile.core.editing.places import Document
from reconcile.core.editing.splices import splices
from reconcile.core.importing.emit import Items, Map, Text, Word
from reconcile.core.problems import errors
from reconcile.core.yaml.text import parse

__all__ = [
    "CannotEdit",
    "Document",
    "Edit",
    "Insert",
    "InsertItem",
    "Items",
    "Map",
    "Path",
    "Put",
    "Remove",
    "RenameKey",
    "Text",
    "Value",
    "Word",
    "edited",
]

_BY_HAND: Final = "the file would not say what is meant"


def edited(document: Document, edits: Iterable[Edit]) -> str:
    """The text of the file with all edits done; paths are those before any of them.

    Raises CannotEdit where it cannot be done, or would change anything else.
    """
    edits = tuple(edits)
    if document.root is None or not edits:
        return document.mark + document.text
    found = splices(document, edits)
    parts: list[str] = []
    at = 0
    for one in found:
        parts += [document.text[at : one.start], one.text]
        at = one.end
    whole = "".join([*parts, document.text[at:]])
    again = parse(whole, document.file)
    wanted = expected(document.root, edits)
    if errors(again.problems) or not reads_as(again.root, wanted):
        raise CannotEdit(document.where(found[0].start if found else 0), _BY_HAND)
    return document.mark + whole
