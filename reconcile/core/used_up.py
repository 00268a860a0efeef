"""Approvals that have done their work, taken out of the files.

What proves it is a run that carried the approved plan out whole, that no run since has
written what it was about, and that the last run of all had the line before it. The id
names the account and exactly these findings, so no other environment needs the line.
It does not name a day: a price that is cut in each sale, or a product that came back
and goes again, has the id that it had before, and its new line must stay. So must one
that approves again what somebody has undone in Traede: a line that was taken out, and
that the last run did not see, was written since.

Not proven is what no run has seen: a line that was taken out and written again between
two runs looks as if it had stood there all the time. It goes, and the next plan asks
for it; an apply in between, even with nothing to do, makes it stay.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
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
from reconcile.core.kinds import KINDS
from reconcile.core.model import Ref
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


def carried_out(
    runs: Iterable[tuple[int, Mapping[str, Any]]],
    last: Callable[[Ref], int],
    seen: Container[str],
) -> CarriedOut:
    """All that runs remember which did everything that they planned; each with its
    number. `last` is the number of the run that wrote an object last, 0 for none;
    `seen` are the lines that the last run of all had before it."""
    done: dict[str, dict[str, int]] = {}
    for number, run in runs:
        for approve, keys in run.items():
            by_key = done.setdefault(approve, {})
            by_key.update((key, max(number, by_key.get(key, 0))) for key in keys)
    return {
        approve: frozenset(by_key)
        for approve, by_key in done.items()
        if by_key
        and approve in seen
        and all(_untouched(key, number, last) for key, number in by_key.items())
    }


def _untouched(key: str, number: int, last: Callable[[Ref], int]) -> bool:
    kind, _, name = key.partition(":")
    known = next((one for one in KINDS if one == kind), None)
    return known is not None and last(Ref(known, name)) <= number


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
