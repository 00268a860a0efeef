"""Which part of a catalog a plan is about: `--only KIND:GLOB`.

A plan of a part reads only that part, so whatever is outside is unknown to it, and
nothing outside may be judged by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import get_args

from reconcile.core.catalog import Catalog
from reconcile.core.hints import closest
from reconcile.core.model import KindName, Ledger, Ref
from reconcile.errors import UsageError


@dataclass(frozen=True, slots=True)
class Only:
    """One pattern; that of a product covers its variants too."""

    kind: KindName
    glob: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.glob}"

    def covers(self, ref: Ref, parent: Ref | None) -> bool:
        if ref.kind == "variant" and self.kind == "product":
            return parent is not None and fnmatchcase(parent.key, self.glob)
        return ref.kind == self.kind and fnmatchcase(ref.key, self.glob)


def parse_only(text: str) -> Only | None:
    """`product:tee-*`; None where it is no such thing."""
    kind, colon, glob = text.partition(":")
    if kind not in get_args(KindName) or not colon or not glob:
        return None
    return Only(kind, glob)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Part:
    """The part of catalog and ledger that some patterns cover."""

    catalog: Catalog
    ledger: Ledger

    def keys(self, kind: KindName) -> set[str]:
        """The keys of one kind that have to be read, old names too; those of products
        include the products of variants."""
        return {ref.key for ref in self._refs() if ref.kind == kind}

    def gone_categories(self) -> bool:
        """Whether a category may be deleted: then what is in it matters."""
        return any(
            one.delete for ref, one in self.catalog.objects.items() if _is_one(ref)
        ) or any(ref not in self.catalog.objects for ref in self.ledger if _is_one(ref))

    def variants(self) -> set[str]:
        """The SKUs that the catalog has there: not one of them may be overlooked."""
        return {ref.key for ref in self.catalog.objects if ref.kind == "variant"}

    def _refs(self) -> Iterator[Ref]:
        for ref, desired in self.catalog.objects.items():
            yield ref
            if desired.renamed_from is not None:
                yield Ref(ref.kind, desired.renamed_from)
            if desired.parent is not None:
                yield desired.parent
        for ref, row in self.ledger.items():
            yield ref
            if row.parent is not None:
                yield row.parent


def nothing_matches(
    catalog: Catalog, ledger: Ledger, only: Sequence[Only]
) -> UsageError | None:
    """What to say of the first pattern that covers nothing: most likely a slip."""
    parents = {ref: row.parent for ref, row in ledger.items()}
    parents |= {ref: desired.parent for ref, desired in catalog.objects.items()}
    for one in only:
        if any(one.covers(ref, parent) for ref, parent in parents.items()):
            continue
        close = closest(one.glob, (r.key for r in parents if r.kind == one.kind))
        return UsageError(
            f"--only {one} is about nothing: no {one.kind} of the "
            "catalog, and none that was applied before, is called so",
            hint=f'Did you mean "{one.kind}:{close}"?' if close else "",
        )
    return None


def part_of(catalog: Catalog, ledger: Ledger, only: Sequence[Only]) -> Part:
    """What the patterns cover; everything, where there are none."""
    if not only:
        return Part(catalog, ledger)
    objects = {
        ref: desired
        for ref, desired in catalog.objects.items()
        if any(one.covers(ref, desired.parent) for one in only)
    }
    # A renamed object keeps its row under the old name, and its variants theirs.
    old = {
        Ref(ref.kind, desired.renamed_from)
        for ref, desired in objects.items()
        if desired.renamed_from is not None
    }
    rows = {
        ref: row
        for ref, row in ledger.items()
        if ref in old
        or row.parent in old
        or any(one.covers(ref, row.parent) for one in only)
    }
    return Part(replace(catalog, objects=objects), rows)


def _is_one(ref: Ref) -> bool:
    return ref.kind == "category"
