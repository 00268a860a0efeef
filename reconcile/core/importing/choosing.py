"""Which objects get into new files: not those that a file has already, not those
whose key is ambiguous or cannot stand in a file, nor what hangs below these."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.core.canonical import SEPARATOR, fold
from reconcile.core.catalog import read_catalog
from reconcile.core.config import Config
from reconcile.core.importing.emit import writable
from reconcile.core.importing.limits import CATEGORY_NAME, INVISIBLE, KEY
from reconcile.core.importing.notes import Notes, shown, some
from reconcile.core.kinds import KINDS
from reconcile.core.model import Desired, KindName, Live, Ref, Snapshot
from reconcile.core.scope import Only
from reconcile.core.yaml.text import Node, parse

_TOLD_APART_BY: Final[Mapping[KindName, str]] = {
    "product": "have the item number",
    "variant": "have the SKU",
    "category": "are called",
    "collection": "are called",
    "customer": "have the customer number",
}
_SKU: Final = re.compile(r"[^{}]*")


@dataclass(frozen=True, slots=True)
class Existing:
    """What the files of the catalog name already."""

    files: Mapping[Ref, str] = field(default_factory=dict)
    """The file of each object, also under the name that it had before."""
    folded: frozenset[tuple[KindName, str]] = frozenset()
    objects: tuple[Desired, ...] = ()
    usable: frozenset[Ref] = frozenset()
    """What may be referred to: not what the files delete, nor old names."""
    kinds: frozenset[KindName] = frozenset()
    unreadable: tuple[str, ...] = ()


def read_existing(files: Mapping[str, str], config: Config) -> Existing:
    """The objects in files that stand already; what cannot be read is said."""
    documents: dict[str, Node | None] = {}
    unreadable: list[str] = []
    for path, text in sorted(files.items()):
        parsed = parse(text, path)
        documents[path] = parsed.root
        if parsed.root is None and parsed.problems:
            unreadable.append(path)
    objects, _ = read_catalog(documents, config)
    named: dict[Ref, str] = {}
    for desired in objects:
        path = f"{config.catalog}/{desired.source.location.file}"
        named.setdefault(desired.ref, path)
        if desired.renamed_from is not None:
            named.setdefault(Ref(desired.ref.kind, desired.renamed_from), path)
    return Existing(
        named,
        frozenset((ref.kind, fold(ref.key)) for ref in named),
        tuple(objects),
        frozenset(desired.ref for desired in objects if not desired.delete),
        frozenset(desired.ref.kind for desired in objects),
        tuple(unreadable),
    )


@dataclass(slots=True)
class Chosen:
    """The objects to write, in the order in which they were made in Traede."""

    customers: list[Live] = field(default_factory=list)
    categories: list[Live] = field(default_factory=list)
    collections: list[Live] = field(default_factory=list)
    products: list[Live] = field(default_factory=list)
    below: dict[Ref, list[Live]] = field(default_factory=lambda: defaultdict(list))
    """Variants by product, sub categories by top category."""
    refs: set[Ref] = field(default_factory=set)
    customers_left: int = 0
    """How many were left out because nobody asked for them."""

    def add(self, live: Live) -> None:
        self.refs.add(live.ref)
        if live.parent is not None:
            self.below[live.parent].append(live)
        elif live.ref.kind != "variant":
            lists = {
                "customer": self.customers,
                "category": self.categories,
                "collection": self.collections,
                "product": self.products,
            }
            lists[live.ref.kind].append(live)


def part_of_live(snapshot: Snapshot, only: Sequence[Only]) -> Snapshot:
    """What the patterns cover, each with its parent; everything without patterns."""
    if not only:
        return snapshot
    covered = {
        ref: live
        for ref, live in snapshot.objects.items()
        if any(one.covers(ref, live.parent) for one in only)
    }
    parents = {live.parent for live in covered.values()}
    return replace(
        snapshot,
        objects={
            ref: live
            for ref, live in snapshot.objects.items()
            if ref in covered or ref in parents
        },
        ambiguous={
            ref: ids
            for ref, ids in snapshot.ambiguous.items()
            if any(one.covers(ref, None) for one in only)
        },
    )


def choose(
    snapshot: Snapshot,
    part: Snapshot,
    existing: Existing,
    notes: Notes,
    *,
    customers: bool,
) -> Chosen:
    """Parents come before what hangs below them, so that it can go with them."""
    chooser = _Chooser(part, existing, notes, Chosen())
    for kind in KINDS:
        if kind == "customer" and not customers:
            chooser.chosen.customers_left = _customers_left(part, existing)
        else:
            chooser.choose(_of(snapshot, kind))
    chooser.say_what_existing_lacks()
    return chooser.chosen


def _customers_left(part: Snapshot, existing: Existing) -> int:
    left = [r for r in part.objects if r.kind == "customer" and r not in existing.files]
    alike = [ids for ref, ids in part.ambiguous.items() if ref.kind == "customer"]
    return len(left) + sum(map(len, alike))


def ambiguous_keys(snapshot: Snapshot, *, customers: bool) -> Iterator[str]:
    """A sentence for each key that several objects share."""
    for ref, ids in sorted(snapshot.ambiguous.items()):
        if ref.kind == "customer" and not customers:
            continue
        listed = ", ".join(map(str, ids))
        if len(ids) == 1:
            yield (
                f"{ref.kind} {shown(ref.key)} (id {listed}) cannot be told from "
                "another one: their numbers differ only by zeros in front. Renumber "
                "one in Traede, or leave both out"
            )
        else:
            yield (
                f"{len(ids)} {KINDS[ref.kind].plural} {_TOLD_APART_BY[ref.kind]} "
                f"{shown(ref.key)} (ids {listed}): rename one in Traede, or leave "
                f"{'both' if len(ids) == 2 else 'all'} out"
            )


def _of(snapshot: Snapshot, kind: KindName) -> list[Live]:
    lives = (live for live in snapshot.objects.values() if live.ref.kind == kind)
    # Not by id alone: the children of a new top category may be older than it.
    return sorted(lives, key=lambda x: (_depth(x.ref), x.remote_id, x.ref.key))


def _depth(ref: Ref) -> int:
    return ref.key.count(SEPARATOR) if ref.kind == "category" else 0


@dataclass(slots=True)
class _Chooser:
    part: Snapshot
    existing: Existing
    notes: Notes
    chosen: Chosen
    lacking: dict[Ref, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By object of an existing file: what hangs below it and is in no file."""

    def choose(self, lives: Iterable[Live]) -> None:
        lives = list(lives)
        alike: dict[str, list[str]] = defaultdict(list)
        for live in lives:
            alike[fold(live.ref.key)].append(live.ref.key)
        for live in lives:
            if live.ref in self.part.objects:
                others = [k for k in alike[fold(live.ref.key)] if k != live.ref.key]
                self._one(live, others)

    def _one(self, live: Live, others: list[str]) -> None:
        ref = live.ref
        if ref in self.existing.files:
            return
        if reason := self._objection(live, others):
            self.notes.left_out(ref, reason)
        elif live.parent is None or live.parent in self.chosen.refs:
            self.chosen.add(live)
        elif live.parent in self.existing.files:
            self.lacking[live.parent].append(ref.key)
        elif ref.kind == "category":
            self.notes.left_out(ref, "its top category is left out")
        # A variant goes with its product, which was said already.

    def _objection(self, live: Live, others: list[str]) -> str | None:
        ref = live.ref
        if others:
            return (
                f"differs from {some(others)} only by capitals or spaces. Rename one "
                "in Traede"
            )
        if (ref.kind, fold(ref.key)) in self.existing.folded:
            return (
                "a file has it with other capitals or spaces. Write it there as in "
                "Traede"
            )
        return _category(live) if ref.kind == "category" else _key(ref)

    def say_what_existing_lacks(self) -> None:
        for parent, keys in sorted(self.lacking.items()):
            what = "SKUs" if parent.kind == "product" else "sub categories"
            self.notes.say(
                f"{self.existing.files[parent]} lacks {what} of {parent.kind} "
                f"{shown(parent.key)}: {some(keys)}. Write them there, or leave them "
                "unmanaged"
            )


def _key(ref: Ref) -> str | None:
    name = KINDS[ref.kind].key_field.replace("_", " ")
    if not KEY.fullmatch(ref.key):
        return f"the {name} is not one line of text. Correct it in Traede"
    if not writable(ref.key):
        return f"the {name}: {INVISIBLE}"
    if ref.kind == "variant" and not _SKU.fullmatch(ref.key):
        return "{…} stands for a fill-in in the files. Correct the SKU in Traede"
    return None


def _category(live: Live) -> str | None:
    top = f"{live.parent.key}{SEPARATOR}" if live.parent else ""
    name = live.ref.key.removeprefix(top)
    if live.parent and SEPARATOR in live.parent.key:
        return "it is on a third level, and the files know two"
    if SEPARATOR in name:
        return (
            'a category with " > " in its name reads like a sub category. Rename it in '
            "Traede"
        )
    if not CATEGORY_NAME.fullmatch(name):
        return "the name is not one line of text. Correct it in Traede"
    return None if writable(name) else f"the name: {INVISIBLE}"
