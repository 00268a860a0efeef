"""Which object somebody means by a key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from reconcile.core.canonical import SEPARATOR, fold
from reconcile.core.kinds import KINDS
from reconcile.core.model import Desired, Ref, Values

Objects = Mapping[Ref, Desired]


def find(refs: Iterable[Ref], asked: str) -> list[Ref]:
    """The objects that somebody may mean by `key` or `kind:key`."""
    kind, colon, key = asked.partition(":")
    found = [ref for ref in refs if ref.key == asked]
    if colon and kind in KINDS:
        named = [ref for ref in refs if ref.kind == kind and ref.key == key]
        found = [*named, *(ref for ref in found if ref not in named)]
    return sorted(set(found), key=lambda ref: [*KINDS].index(ref.kind))


def like(refs: Iterable[Ref], asked: str) -> list[Ref]:
    """Keys that look like what was asked for, the nearest first.

    What stands before a colon may be a kind, or meant as one.
    """
    _, colon, key = asked.partition(":")
    by_key: dict[str, Ref] = {}
    for ref in refs:
        by_key.setdefault(fold(ref.key), ref)
        by_key.setdefault(fold(ref.key.rpartition(SEPARATOR)[2]), ref)
    near = [
        one
        for wanted in ([asked, key] if colon else [asked])
        for one in difflib.get_close_matches(fold(wanted), by_key, n=3, cutoff=0.6)
    ]
    return list(dict.fromkeys(by_key[one] for one in near))[:3]


def called(known: Mapping[Ref, Values], asked: str) -> list[Ref]:
    """The objects whose name, which is no key, is what was asked for."""
    wanted = fold(asked)
    return sorted(
        ref
        for ref, values in known.items()
        if not KINDS[ref.kind].personal_name
        and fold(str(values.get(("name",), ""))) == wanted
    )


def styles_in(objects: Objects, category: Ref) -> tuple[int, int]:
    """How many styles of the catalog a category has itself, and in all below it too."""
    start = category.key + SEPARATOR
    own = whole = 0
    for ref, desired in objects.items():
        named = desired.values.get(("categories",)) if ref.kind == "product" else None
        if desired.delete or not isinstance(named, list):
            continue
        own += category.key in named
        whole += any(f"{one}{SEPARATOR}".startswith(start) for one in named)
    return own, whole


def old_keys(objects: Objects) -> dict[Ref, Ref]:
    """What each key that a rename of the catalog takes away is called from then on;
    the sub categories of a renamed one too."""
    own = {
        desired.ref._replace(key=desired.renamed_from): ref
        for ref, desired in objects.items()
        if desired.renamed_from is not None
    }
    below = {
        old._replace(key=old.key + ref.key.removeprefix(new.key)): ref
        for old, new in own.items()
        for ref in _below(objects, new)
    }
    return {old: new for old, new in {**below, **own}.items() if old not in objects}


def _below(objects: Objects, category: Ref) -> Iterator[Ref]:
    if category.kind == "category":
        start = category.key + SEPARATOR
        yield from (ref for ref in objects if ref.key.startswith(start))
