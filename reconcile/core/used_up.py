"""Approvals that have done their work, taken out of the files.

What proves it is a run that carried the approved plan out whole. The id names the
account and exactly these findings, so no other environment needs the line, and the
same findings met again are somebody's to approve again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconcile.core.approvals import Approval, read_approvals
from reconcile.core.editing import (
    CannotEdit,
    Document,
    Edit,
    Items,
    Put,
    Remove,
    edited,
)
from reconcile.core.problems import Location, errors
from reconcile.core.repairing import Repaired
from reconcile.core.steps import Approved, keys_of
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node
from reconcile.core.yaml.nodes import Sequence as ListNode
from reconcile.core.yaml.text import parse

CarriedOut = Mapping[str, frozenset[str]]
"""By the id of an approval, the keys that it let through."""
_LIST: Final = "approvals"


def remembered(approved: Iterable[Approved]) -> dict[str, list[str]]:
    """What the history of a run keeps of its approvals, as JSON."""
    return {one.approve: sorted(keys_of(one.ids)) for one in approved}


def carried_out(runs: Iterable[Mapping[str, Any]]) -> CarriedOut:
    """All that runs remember which did everything that they planned."""
    together: dict[str, frozenset[str]] = {}
    for run in runs:
        for approve, keys in run.items():
            together[approve] = together.get(approve, frozenset()) | {*keys}
    return together


def without_used_up(
    texts: Mapping[str, str], done: CarriedOut
) -> tuple[dict[str, str], list[Repaired]]:
    """The texts without the lines that are proven to be of no use any more."""
    after = dict(texts)
    taken: list[Repaired] = []
    for file, text in texts.items():
        parsed = parse(text, file)
        lines = read_approvals({file: parsed.root})[0]
        over = [line for line in lines if _over(line, done)]
        if not over or errors(parsed.problems):
            continue
        document = Document(text, file)
        try:
            after[file] = document.mark + edited(document, _edits(document, over))
        except CannotEdit:
            continue  # the plan says which line to take out by hand
        taken += [
            Repaired(
                line.source.location, f'approval "{line.approve}"', "taken out, used up"
            )
            for line in over
        ]
    return after, taken


def _over(line: Approval, done: CarriedOut) -> bool:
    keys = done.get(line.approve)
    return keys is not None and {*(line.keys or ())} <= keys


def _edits(document: Document, lines: Sequence[Approval]) -> list[Edit]:
    below = document.root.get(_LIST) if isinstance(document.root, MapNode) else None
    entries = below.items if isinstance(below, ListNode) else []
    places = {line.source.location for line in lines}
    gone = [at for at, entry in enumerate(entries) if _written(entry) in places]
    if len(gone) == len(entries):
        return [Put((_LIST,), Items(()))]
    return [Remove((_LIST, at)) for at in gone]


def _written(entry: Node) -> Location | None:
    """Where the id of a line stands."""
    approve = entry.get("approve") if isinstance(entry, MapNode) else None
    return None if approve is None else approve.location
