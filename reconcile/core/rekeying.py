"""Another key for an object, in all files: its entry, and whatever refers to it.

products, variants, …      the key, `renamed_from: OLD`, every reference
a category, same parent    the same; what is below it is called anew too
a category, other parent   a new entry there, every reference, `delete: true` here
                           (Traede cannot move a category)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.catalog import Catalog
from reconcile.core.editing import (
    CannotEdit,
    Document,
    Edit,
    Insert,
    InsertItem,
    Items,
    Map,
    Path,
    Put,
    Text,
    Word,
    edited,
)
from reconcile.core.importing.values import ordered
from reconcile.core.kinds import CATEGORY, KINDS, Kind
from reconcile.core.model import Desired, Ref
from reconcile.core.problems import Location
from reconcile.core.references import did_you_mean
from reconcile.core.yaml.nodes import Scalar
from reconcile.core.yaml.nodes import Sequence as ListNode
from reconcile.errors import UsageError

RENAMED_FROM: Final = "renamed_from"


@dataclass(frozen=True, slots=True)
class Written:
    """One place of the files, before and after."""

    where: Location
    what: str
    """The field."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The files that change, whole, and what changes in them."""

    texts: Mapping[str, str]
    written: tuple[Written, ...]
    moved: bool = False
    """A category under another parent: a new one, and a tombstone of the old."""


def rekey(
    texts: Mapping[str, str],
    catalog: Catalog,
    old: Ref,
    new: Ref,
    *,
    again: bool = False,
) -> Rekeyed:
    """The files with another key for an object.

    `again`: it may have `renamed_from` already, which is then replaced; only for
    what is known to be applied. Raises UsageError for what cannot be meant, and
    CannotEdit where a person has to do it.
    """
    desired = _named(catalog, old)
    _check(catalog, desired, new, again=again)
    rekeying = _Rekeying(texts, catalog)
    moved = _parent(old) != _parent(new)
    if moved:
        rekeying.move(desired, new)
    else:
        rekeying.rename(desired, new)
    rekeying.references(old, new)
    return replace(rekeying.done(), moved=moved)


def _named(catalog: Catalog, ref: Ref) -> Desired:
    desired = catalog.objects.get(ref)
    if desired is not None:
        return desired
    alike = [one.key for one in catalog.objects if one.kind == ref.kind]
    for one in catalog.objects.values():
        if one.ref.kind == ref.kind and one.renamed_from == ref.key:
            raise UsageError(
                f'{ref.kind} "{ref.key}" is renamed already: it is "{one.ref.key}" now',
                hint=f"See {_at(one)}.",
            )
    raise UsageError(
        f'there is no {ref.kind} "{ref.key}" in the catalog.'
        + did_you_mean(ref.key, alike),
        hint=f"Name it by its {KINDS[ref.kind].key_field.replace('_', ' ')}"
        + (", a sub category as `Top > Sub`." if ref.kind == "category" else "."),
    )


def _check(catalog: Catalog, desired: Desired, new: Ref, *, again: bool) -> None:
    if new == desired.ref:
        quotes = 'Put `Top > Sub` in quotes: without them the shell takes the ">".'
        raise UsageError(
            f'it is called "{new.key}" already',
            hint=quotes if new.kind == "category" else "",
        )
    if new in catalog.objects:
        raise UsageError(
            f'there is a {new.kind} "{new.key}" in the catalog already: '
            f"{_at(catalog.objects[new])}",
            hint="Two cannot become one: take one of them out first.",
        )
    if desired.delete:
        raise UsageError(
            f"{_at(desired)} says `delete: true`: it is on its way out",
            hint="Take that line out first, if it is to stay.",
        )
    if desired.renamed_from is not None and not again:
        before = Ref(new.kind, desired.renamed_from)
        raise UsageError(
            f'{_at(desired)} has `renamed_from: "{_name(before)}"` already',
            hint="If that rename is not applied yet, change the new name there and "
            "leave `renamed_from` as it is. If it is applied, take the line out, and "
            "rename again.",
        )


class _Rekeying:
    """The edits, file by file, while they are collected."""

    def __init__(self, texts: Mapping[str, str], catalog: Catalog) -> None:
        self.texts = texts
        self.catalog = catalog
        self.documents: dict[str, Document] = {}
        self.edits: dict[str, list[Edit]] = defaultdict(list)
        self.said: list[tuple[str, Path, Written]] = []

    def document(self, file: str) -> Document:
        if file not in self.documents:
            self.documents[file] = Document(self.texts[file], file)
        return self.documents[file]

    # the entry

    def rename(self, desired: Desired, new: Ref) -> None:
        kind, node = KINDS[desired.ref.kind], _key_node(desired)
        file, entry = self._entry(desired)
        before, after = node.text, _name(new)
        self._put(node, after, kind.key_field)
        below = (*entry, RENAMED_FROM)
        if self.document(file).has(below):
            self.edits[file].append(Put(below, Text(before)))
        else:
            self.edits[file].append(Insert(below, Text(before), _order(kind)))
        self._say(file, below, node.location, RENAMED_FROM, "", before)

    def move(self, desired: Desired, new: Ref) -> None:
        """A new category under another parent, and a tombstone of the old one."""
        top = desired.ref.key
        below = (ref for ref in self.catalog.objects if _parent(ref) == top)
        if desired.protect:
            raise UsageError(
                f"{_at(desired)} says `protect: true`, and moving a category deletes "
                "the old one",
                hint="Take that line out, apply, and move it then.",
            )
        if _parent(new) == top:
            raise UsageError(f'"{top}" cannot go below itself')
        if child := next(below, None):
            raise UsageError(
                f'"{top}" has sub categories of its own, such as "{child.key}"',
                hint="Move these first, one by one.",
            )
        self._add(desired, new)
        file, entry = self._entry(desired)
        path = (*entry, "delete")
        if self.document(file).has(path):
            self.edits[file].append(Put(path, Word("true")))
        else:
            order = ["name", "delete", "children"]
            self.edits[file].append(Insert(path, Word("true"), order))
        self._say(file, path, desired.source.location, "delete", "", "true")

    def _add(self, desired: Desired, new: Ref) -> None:
        entry = Map({CATEGORY.key_field: Text(_name(new))})
        parent = _parent(new)
        if parent:
            file, path = self._entry(_top(self.catalog, parent))
            path = (*path, "children")
        else:
            file, path = self._entry(desired)
            path = path[:1]
        document = self.document(file)
        items = document.node(path) if document.has(path) else None
        at: Path = (*path, 0)
        if isinstance(items, ListNode):
            at = (*path, len(items.items))
            self.edits[file].append(InsertItem(path, len(items.items), entry))
        elif items is not None:
            self.edits[file].append(Put(path, Items([entry])))
        else:
            self.edits[file].append(Insert(path, Items([entry], block=True)))
        self._say(
            file, (*at, "name"), document.node(path[:-1]).location, "name", "", new.key
        )

    def _entry(self, desired: Desired) -> tuple[str, Path]:
        node = _key_node(desired)
        file = node.source.file
        return file, self.document(file).path_of(node)[:-1]

    # references

    def references(self, old: Ref, new: Ref) -> None:
        seen: set[tuple[str, int]] = set()
        for desired in self.catalog.objects.values():
            for name, node in _referring(desired, old):
                place = (node.source.file, node.start)
                key = new.key + node.text.strip()[len(old.key) :]
                if place not in seen:
                    seen.add(place)
                    self._put(node, key, name)

    # writing

    def _put(self, node: Scalar, text: str, what: str) -> None:
        file = node.source.file
        path = self.document(file).path_of(node)
        self.edits[file].append(Put(path, Text(text)))
        self._say(file, path, node.location, what, node.text, text)

    def _say(
        self, file: str, path: Path, where: Location, what: str, before: str, after: str
    ) -> None:
        self.said.append((file, path, Written(where, what, before, after)))

    def done(self) -> Rekeyed:
        texts = {
            file: edited(self.document(file), edits)
            for file, edits in self.edits.items()
        }
        after = {file: Document(text, file) for file, text in texts.items()}
        written = (
            replace(one, where=after[file].node(path).location)
            for file, path, one in self.said
        )
        return Rekeyed(texts, tuple(sorted(written, key=lambda one: one.where)))


def _referring(desired: Desired, old: Ref) -> Iterator[tuple[str, Scalar]]:
    """Where an object names another one, or what is below it."""
    for spec in KINDS[desired.ref.kind].fields.values():
        node = (
            desired.sources.get((spec.name,)) if spec.form.value == old.kind else None
        )
        for one in _scalars(node):
            key = one.text.strip()
            if key == old.key or _is_below(key, old):
                yield spec.name, one


def _is_below(key: str, old: Ref) -> bool:
    return old.kind == "category" and key.startswith(old.key + SEPARATOR)


def _scalars(node: object) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, ListNode):
        yield from (item for item in node.items if isinstance(item, Scalar))


def _key_node(desired: Desired) -> Scalar:
    node = desired.source
    if isinstance(node, Scalar) and node.text.strip() == _name(desired.ref):
        return node
    raise CannotEdit(node.location, "its key is not written here as such")


def _order(kind: Kind) -> list[str]:
    return [kind.key_field, RENAMED_FROM, *ordered(kind)]


def _top(catalog: Catalog, key: str) -> Desired:
    if SEPARATOR in key:
        raise UsageError("Traede knows two levels of categories")
    top = _named(catalog, Ref("category", key))
    if top.delete:
        raise UsageError(f"{_at(top)} says `delete: true`: nothing can go there")
    return top


def _parent(ref: Ref) -> str:
    """The key of the category above; "" where there is none."""
    if ref.kind != "category":
        return ""
    return ref.key.rpartition(SEPARATOR)[0]


def _name(ref: Ref) -> str:
    """As it stands in its entry: of a sub category its own name alone."""
    return ref.key.rpartition(SEPARATOR)[2] if ref.kind == "category" else ref.key


def _at(desired: Desired) -> str:
    where = desired.source.location
    return f"{where.file}:{where.line}"
