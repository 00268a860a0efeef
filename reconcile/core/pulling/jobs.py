"""Edits carried out, and judged by what the catalog says afterwards.

A value may stand in several layers: taking away the one that counts shows the one
below it. So the files are read again, and what did not become as Traede has it is
left to a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.core.canonical import same
from reconcile.core.catalog import Catalog
from reconcile.core.editing import CannotEdit, Document, Edit, Path, Remove, edited
from reconcile.core.kinds import KINDS
from reconcile.core.model import MISSING, Ref
from reconcile.core.model import Path as FieldPath
from reconcile.core.problems import Location
from reconcile.core.steps import Change
from reconcile.errors import CatalogInvalid

Reread = Callable[[Mapping[str, str]], Catalog]
"""The catalog of other texts; raises CatalogInvalid."""

_OTHERWISE: Final = "the files say it in several places, or of several objects"

_INVALID: Final = "no file may hold it. Correct it in Traede"


@dataclass(frozen=True, slots=True)
class Taken:
    """One value that the files say now; the change is from the catalog's point of
    view: `before` is what Traede has, `after` what the files said."""

    refs: tuple[Ref, ...]
    change: Change
    where: Location


@dataclass(frozen=True, slots=True)
class Take:
    """One value that a job takes over: from where it was written, to what place."""

    path: Path
    refs: tuple[Ref, ...]
    change: Change
    before: Location


@dataclass(slots=True)
class Job:
    """Edits of one file that belong together, and what they take over."""

    file: str
    edits: list[Edit] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)


@dataclass(slots=True)
class Done:
    texts: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[Job, Taken]] = field(default_factory=list)
    refused: list[tuple[Job, str]] = field(default_factory=list)


def carry_out(
    documents: Mapping[str, Document],
    jobs: Iterable[Job],
    texts: Mapping[str, str],
    catalog: Catalog,
    reread: Reread,
) -> Done:
    """All jobs that can be done and do what they should.

    Raises CatalogInvalid where the files would have problems that no job explains.
    """
    jobs = _united(jobs)
    refused: list[tuple[Job, str]] = []
    while True:
        done = _edited(documents, jobs)
        refused += done.refused
        wrong = _not_as_meant(done, texts, catalog, reread) if done.taken else []
        if not wrong:
            done.refused = refused
            return done
        refused += wrong
        out = {id(job) for job, _ in refused}
        jobs = [job for job in jobs if id(job) not in out]


def _united(jobs: Iterable[Job]) -> list[Job]:
    """The values of one entry that goes are one job: all of them go, or none."""
    united: dict[tuple[str, Path], Job] = {}
    found: list[Job] = []
    for job in jobs:
        whole = [edit.path for edit in job.edits if isinstance(edit, Remove)]
        place = (job.file, whole[0]) if whole else None
        if place in united:
            united[place].takes += job.takes
            continue
        if place is not None:
            united[place] = job
        found.append(job)
    return found


def _edited(documents: Mapping[str, Document], jobs: Iterable[Job]) -> Done:
    done = Done()
    by_file: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_file[job.file].append(job)
    for file, its_jobs in sorted(by_file.items()):
        text, good = _file(documents[file], its_jobs, done)
        if good:
            done.texts[file] = text
            done.taken += _taken(Document(text, file), good)
    return done


def _file(document: Document, jobs: list[Job], done: Done) -> tuple[str, list[Job]]:
    """The text with all that can be done together."""
    try:
        return edited(document, _all_edits(jobs)), jobs
    except CannotEdit:
        good = [job for job in jobs if _works(document, job, done)]
    try:
        return edited(document, _all_edits(good)), good
    except CannotEdit as refusal:
        done.refused += [(job, refusal.why) for job in good]
        return document.text, []


def _all_edits(jobs: Iterable[Job]) -> list[Edit]:
    return [edit for job in jobs for edit in job.edits]


def _works(document: Document, job: Job, done: Done) -> bool:
    try:
        edited(document, job.edits)
    except CannotEdit as refusal:
        done.refused.append((job, refusal.why))
        return False
    return True


def _taken(document: Document, jobs: Iterable[Job]) -> Iterator[tuple[Job, Taken]]:
    for job in jobs:
        for take in job.takes:
            there = document.has(take.path)
            where = document.node(take.path).location if there else take.before
            yield job, Taken(take.refs, take.change, where)


def _not_as_meant(
    done: Done, texts: Mapping[str, str], before: Catalog, reread: Reread
) -> list[tuple[Job, str]]:
    try:
        after = reread({**texts, **done.texts})
    except CatalogInvalid as invalid:
        why = {(p.where.file, p.where.line): p.message for p in invalid.problems}
        wrong = [
            (job, _INVALID if _is_personal(one) else message)
            for job, one in done.taken
            if (message := why.get((one.where.file, one.where.line)))
        ]
        if not wrong:
            raise
    else:
        known = {(ref, one.change.path) for _, one in done.taken for ref in one.refs}
        wrong = [
            (job, _OTHERWISE)
            for job, one in done.taken
            if not _holds(after, one) or _takes_from_others(before, after, job, known)
        ]
    return list({id(job): (job, message) for job, message in wrong}.values())


def _holds(catalog: Catalog, taken: Taken) -> bool:
    path, live = taken.change.path, taken.change.before
    for ref in taken.refs:
        top = KINDS[ref.kind].fields[path[0]]
        said = catalog.objects[ref].values.get(path, MISSING)
        if said != live and not same(top, said, live):
            return False
    return True


def _is_personal(taken: Taken) -> bool:
    """Whether a sentence about the value may quote what nobody should read."""
    return KINDS[taken.refs[0].kind].fields[taken.change.path[0]].personal


def _takes_from_others(
    before: Catalog, after: Catalog, job: Job, known: Container[tuple[Ref, FieldPath]]
) -> bool:
    """Whether an entry that goes, such as a price in `variant_defaults`, was one that
    others take values from."""
    if not any(isinstance(edit, Remove) for edit in job.edits):
        return False
    entries = {take.change.path[:2] for take in job.takes}
    kind = job.takes[0].refs[0].kind
    return any(
        value != after.objects[ref].values.get(path, MISSING)
        for ref, desired in before.objects.items()
        if ref.kind == kind
        for path, value in desired.values.items()
        if path[:2] in entries and (ref, path) not in known
    )
