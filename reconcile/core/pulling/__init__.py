"""What somebody changed in Traede, taken into the files: in place, and in the layer
that the value comes from.

    all that take a value from one place have the same one in Traede   → that place
    only some of them, or each another one                             → their own entry
    a value of the object's own                                        → there

What is gone, or cannot be said in a file, is left to a person, with what to type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.drift import Drift
from reconcile.core.editing import CannotEdit, Document, Path, Value
from reconcile.core.kinds import KINDS
from reconcile.core.model import Desired, Live, Ref
from reconcile.core.model import Path as FieldPath
from reconcile.core.problems import Location
from reconcile.core.pulling.jobs import Job, Reread, Take, Taken, carry_out
from reconcile.core.pulling.values import below_entry, gone, in_place, tree, why_not
from reconcile.core.steps import Change
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar

__all__ = ["Left", "Pulled", "Reread", "Taken", "left_alone", "pull"]


@dataclass(frozen=True, slots=True)
class Left:
    """What a person has to settle."""

    ref: Ref
    where: Location
    why: str
    hint: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """The files that change, whole; what was taken, and what was not."""

    texts: Mapping[str, str]
    taken: tuple[Taken, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class _Drifted:
    """One value that Traede has otherwise, and the node that says ours."""

    ref: Ref
    change: Change
    node: Node


def pull(
    texts: Mapping[str, str],
    catalog: Catalog,
    drift: Drift,
    objects: Mapping[Ref, Live],
    config: Config,
    reread: Reread,
) -> Pulled:
    """The files with Traede's values; the texts are those of the catalog.

    Raises CatalogInvalid where they would have problems that no value explains.
    """
    pulling = _Pulling(texts, catalog, objects, config)
    groups: dict[int, list[_Drifted]] = defaultdict(list)
    for one in pulling.drifted(drift):
        groups[id(one.node)].append(one)
    takers = _takers(catalog, groups)
    for place, group in groups.items():
        pulling.group(group, takers[place])
    return pulling.done(reread)


def left_alone(drift: Drift) -> tuple[Left, ...]:
    """What is gone in Traede: whether it is to stay away, nobody else can say."""
    return tuple(
        Left(
            desired.ref,
            desired.source.location,
            "deleted in Traede",
            "Let it be gone: take this entry out. Have it again: reconcile apply "
            "--write-drift",
        )
        for desired in drift.deleted
    )


def _takers(catalog: Catalog, places: Iterable[int]) -> Mapping[int, set[Ref]]:
    """Who takes a value from each place."""
    found: dict[int, set[Ref]] = {place: set() for place in places}
    for desired in catalog.objects.values():
        for path in desired.values if not desired.delete else ():
            place = id(desired.sources.get(path))
            if place in found:
                found[place].add(desired.ref)
    return found


_OTHERS: Final = "Traede has none, and others have the one that is written here"


class _Pulling:
    def __init__(
        self,
        texts: Mapping[str, str],
        catalog: Catalog,
        objects: Mapping[Ref, Live],
        config: Config,
    ) -> None:
        self.texts = texts
        self.catalog = catalog
        self.objects = objects
        self.config = config
        self.documents: dict[str, Document] = {}
        self.jobs: list[Job] = []
        self.own: dict[Ref, list[_Drifted]] = defaultdict(list)
        self.left: list[Left] = []

    def document(self, file: str) -> Document:
        if file not in self.documents:
            self.documents[file] = Document(self.texts[file], file)
        return self.documents[file]

    # what drifted

    def drifted(self, drift: Drift) -> Iterator[_Drifted]:
        """Every value that can be taken; the others are left."""
        for step in drift.steps:
            desired, live = self.catalog.objects[step.ref], self.objects[step.ref]
            for change in step.changes:
                node = desired.sources.get(change.path)
                why = why_not(self.catalog, self.config, step.ref, change, live)
                if why:
                    self._leave(step.ref, change, why)
                elif not isinstance(node, Node):
                    self._leave(step.ref, change, "no file says this value as such")
                else:
                    yield _Drifted(step.ref, change, node)

    def _leave(self, ref: Ref, change: Change, why: str) -> None:
        desired = self.catalog.objects[ref]
        where = desired.sources.get(change.path, desired.source).location
        hint = "Put ours back: reconcile apply --write-drift"
        self.left.append(Left(ref, where, why, hint, change))

    # where it is written

    def group(self, group: Sequence[_Drifted], takers: set[Ref]) -> None:
        """All values that come from one place."""
        first = group[0]
        same = all(one.change.before == first.change.before for one in group)
        if same and {one.ref for one in group} == takers:
            self._attempt(group, self._where_written)
            return
        for one in group:
            self._attempt([one], self._one)

    def _one(self, alone: Sequence[_Drifted]) -> None:
        """A value that others do not have, or not so."""
        (one,) = alone
        if self._is_own(one):
            self._where_written(alone)
        elif gone(one.change, KINDS[one.ref.kind], self.objects[one.ref]):
            raise CannotEdit(one.node.location, _OTHERS)
        else:
            self.own[one.ref].append(one)

    def _attempt(
        self,
        group: Sequence[_Drifted],
        write: Callable[[Sequence[_Drifted]], None],
    ) -> None:
        try:
            write(group)
        except CannotEdit as refusal:
            for one in group:
                self._leave(one.ref, one.change, refusal.why)

    def _where_written(self, group: Sequence[_Drifted]) -> None:
        first = group[0]
        file = first.node.source.file
        document = self.document(file)
        path = document.path_of(first.node)
        kind, live = KINDS[first.ref.kind], self.objects[first.ref]
        edits = in_place(document, path, kind, first.change, live)
        refs = tuple(one.ref for one in group)
        take = Take(path, refs, first.change, first.node.location)
        self.jobs.append(Job(file, edits, [take]))

    def _is_own(self, one: _Drifted) -> bool:
        """Whether a value stands in the object's own entry."""
        entry = self._entry(self.catalog.objects[one.ref])
        file = one.node.source.file
        path = self.document(file).path_of(one.node)
        return entry is not None and (file, path[: len(entry[1])]) == entry

    def _entry(self, desired: Desired) -> tuple[str, Path] | None:
        """Where the object's own fields are written; None where it has no entry."""
        node = desired.source
        if not isinstance(node, Scalar):
            return None
        file = node.source.file
        document = self.document(file)
        entry = document.path_of(node)[:-1]
        is_entry = isinstance(document.node(entry), MapNode)
        key = document.has((*entry, KINDS[desired.ref.kind].key_field))
        return (file, entry) if is_entry and key else None

    def _in_own_entry(self, group: Sequence[_Drifted]) -> None:
        ref = group[0].ref
        entry = self._entry(self.catalog.objects[ref])
        if entry is None:
            raise CannotEdit(group[0].node.location, "it has no entry of its own")
        file, path = entry
        kind = KINDS[ref.kind]
        wanted: dict[FieldPath, Value] = {
            one.change.path: tree(kind, one.change) for one in group
        }
        edits = [*below_entry(self.document(file), path, kind, wanted)]
        takes = [
            Take(path + one.change.path, (ref,), one.change, one.node.location)
            for one in group
        ]
        self.jobs.append(Job(file, edits, takes))

    # files

    def done(self, reread: Reread) -> Pulled:
        for group in self.own.values():
            self._attempt(group, self._in_own_entry)
        done = carry_out(self.documents, self.jobs, self.texts, self.catalog, reread)
        for job, why in done.refused:
            for take in job.takes:
                for ref in take.refs:
                    self._leave(ref, take.change, why)
        taken = sorted(
            (one for _, one in done.taken), key=lambda one: (one.where, one.change.path)
        )
        return Pulled(done.texts, tuple(taken), tuple(self.left))
