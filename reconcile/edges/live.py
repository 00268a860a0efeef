"""Reads what Traede has now: everything, proven complete, or some keys again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from typing import Any, Final

from reconcile.core.config import TraedeSettings
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ref, Snapshot
from reconcile.core.wire.read import (
    CHILDREN,
    REFERRED,
    Row,
    flatten_categories,
    keys_by_id,
    read_some,
    remote_id,
    shows_children,
)
from reconcile.edges.client import Client
from reconcile.edges.walk import rows_in, walk
from reconcile.errors import TraedeUnavailable

ROOTS: Final[tuple[KindName, ...]] = (*REFERRED, "product")
"""The kinds with a list of their own; variants come with their products."""


def default_includes(kind: KindName) -> tuple[str, ...]:
    """What must be asked for to see every readable field (SEMANTICS D-1)."""
    nested = {"category": ("children",), "product": ("variants",)}.get(kind, ())
    kinds: list[KindName] = [kind, "variant"] if kind == "product" else [kind]
    fields = (spec for name in kinds for spec in KINDS[name].fields.values())
    wanted = (spec.include for spec in fields if spec.include)
    return tuple(dict.fromkeys((*nested, *wanted)))


def _nobody(_kind: KindName, _rows: int, _total: int | None) -> None:
    """Nobody wants to know how far it is."""


class LiveReader:
    """Reads one account; remembers the keys of ids, so that references resolve."""

    def __init__(
        self,
        client: Client,
        on_page: Callable[[KindName, int, int | None], None] = _nobody,
    ) -> None:
        self.client = client
        self._on_page = on_page
        self._keys: dict[KindName, dict[int, str]] = {kind: {} for kind in REFERRED}
        self._dropped: dict[KindName, tuple[str, ...]] = {}
        self._lock = threading.Lock()
        self.counts: dict[str, int] = {}
        """How many objects the last walk of each list found."""

    @property
    def settings(self) -> TraedeSettings:
        return self.client.settings

    def read_all(self) -> Snapshot:
        """Everything, proven complete; raises TraedeUnavailable where it is not."""
        rows = {kind: self._walk(kind) for kind in ROOTS}
        return self._snapshot(rows)

    def read_part(
        self, keys: Mapping[KindName, Set[str]], variants: Set[str]
    ) -> Snapshot:
        """What a part of a catalog needs: the objects of these keys by `in` filters,
        categories and collections whole, and customers whole where a collection may
        name some. Everything else is unknown.

        A key or a SKU that is not found may be elsewhere: then all is walked, so that
        what is not in the answer is proven absent.
        """
        referred: list[KindName] = ["category", "collection"]
        if keys["collection"]:
            referred.append("customer")
        rows: dict[KindName, Sequence[Row]] = {k: self._walk(k) for k in referred}
        for kind in ("customer", "product"):
            if kind not in rows and keys[kind]:
                rows[kind] = self._rows_of(kind, sorted(keys[kind]), frozenset())
        found = self._snapshot(rows)
        if all(Ref("variant", sku) in found.objects for sku in variants):
            return found
        return self._snapshot({**rows, "product": self._walk("product")})

    def look(
        self, kind: KindName, keys: Iterable[str], absent: Set[str] = frozenset()
    ) -> Snapshot:
        """The objects of one root kind that have these keys now; products come with
        all their variants. A key that is not in the answer is proven absent.

        Asks for the keys alone. Where that answer cannot be trusted, or lacks a key
        that is not one of `absent` (proven absent by an earlier walk), the whole
        collection is walked.
        """
        wanted = sorted(set(keys))
        snapshot = self._snapshot({kind: self._rows_of(kind, wanted, absent)})
        roots = {Ref(kind, key) for key in wanted}
        return replace(
            snapshot,
            objects={
                ref: live
                for ref, live in snapshot.objects.items()
                if (live.parent if ref.kind == "variant" else ref) in roots
            },
        )

    def walk(self, kind: KindName) -> Snapshot:
        """Everything of one root kind, proven complete."""
        return self._snapshot({kind: self._walk(kind)})

    def ids(self) -> Mapping[KindName, Mapping[str, int]]:
        """Numeric id by key, of the kinds that others refer to; a key that several
        objects share has none."""
        found: dict[KindName, dict[str, int]] = {}
        with self._lock:
            known = {kind: dict(keys) for kind, keys in self._keys.items()}
        for kind, keys in known.items():
            shared = Counter(keys.values())
            found[kind] = {key: own for own, key in keys.items() if shared[key] == 1}
        return found

    def _rows_of(
        self, kind: KindName, wanted: Sequence[str], absent: Set[str]
    ) -> Sequence[Row]:
        rows: Sequence[Row] | None = None
        if kind in ("product", "customer"):
            column = KINDS[kind].key_field
            rows = rows_in(
                self.client, _plural(kind), column, wanted, self._includes(kind)
            )
        if rows is None or len(rows) < len(set(wanted) - absent):
            return self._walk(kind)
        if kind in self._keys:
            with self._lock:
                self._keys[kind].update(keys_by_id(kind, rows))
        return rows

    def _walk(self, kind: KindName) -> Sequence[Row]:
        with self.client.quiet.reading():
            found = walk(
                self.client,
                _plural(kind),
                self._includes(kind),
                ids_of=_child_ids if kind == "category" else lambda _: (),
                on_page=partial(self._on_page, kind),
            )
        self._dropped[kind] = (*self._dropped.get(kind, ()), *found.dropped_includes)
        if kind == "category" and CHILDREN not in self._dropped[kind]:
            _demand_children(found.rows)
        self.counts[_plural(kind)] = len(found.rows)
        if kind in self._keys:
            self._keys[kind] = keys_by_id(kind, found.rows)
            self.counts[_plural(kind)] = len(self._keys[kind])
        return found.rows

    def _includes(self, kind: KindName) -> tuple[str, ...]:
        configured = self.client.settings.includes or {}
        wanted = configured.get(_plural(kind), default_includes(kind))
        dropped = self._dropped.get(kind, ())
        return tuple(name for name in wanted if name not in dropped)

    def _snapshot(self, rows: Mapping[KindName, Sequence[Row]]) -> Snapshot:
        with self._lock:
            known = {name: dict(keys) for name, keys in self._keys.items()}
        snapshot = read_some(rows, known)
        dropped = [
            f"{_plural(kind)}: Traede refuses the include {name!r}; what it would "
            "show is unknown"
            for kind, names in sorted(self._dropped.items())
            for name in names
        ]
        return replace(snapshot, warnings=(*snapshot.warnings, *dropped))


def _demand_children(rows: Sequence[Row]) -> None:
    # Where Traede refuses the include, every plan says so, and none is deleted.
    if not shows_children(list(flatten_categories(rows))):
        raise TraedeUnavailable(
            "Traede returned the categories without their children, so that nobody can "
            "tell which sub categories there are",
            hint="Check `traede: {includes: {categories: […]}}` in reconcile.yaml: "
            "children must be among them.",
        )


def _plural(kind: KindName) -> str:
    return KINDS[kind].plural


def _child_ids(row: Mapping[str, Any]) -> Iterator[int]:
    return (remote_id(one) for one in flatten_categories([row]))
