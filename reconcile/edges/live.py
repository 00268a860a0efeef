"""Reads what Traede has now: everything, proven complete, or some keys again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ref, Snapshot
from reconcile.core.wire.read import Row, Rows, flatten_categories, read, remote_id
from reconcile.edges.client import Client
from reconcile.edges.walk import rows_in, walk

ROOTS: Final[tuple[KindName, ...]] = ("category", "collection", "customer", "product")
"""The kinds with a list of their own; variants come with their products."""


def default_includes(kind: KindName) -> tuple[str, ...]:
    """What must be asked for to see every readable field (SEMANTICS D-1)."""
    nested = {"category": ("children",), "product": ("variants",)}.get(kind, ())
    kinds: list[KindName] = [kind, "variant"] if kind == "product" else [kind]
    fields = (spec for name in kinds for spec in KINDS[name].fields.values())
    wanted = (spec.include for spec in fields if spec.include)
    return tuple(dict.fromkeys((*nested, *wanted)))


class LiveReader:
    """Reads one account; remembers the last rows, so that ids can be resolved."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: dict[KindName, Sequence[Row]] = {}
        self._dropped: dict[KindName, tuple[str, ...]] = {}

    def read_all(self) -> Snapshot:
        """Everything, proven complete; raises TraedeUnavailable where it is not."""
        for kind in ROOTS:
            self._walk(kind)
        return self._snapshot(self._rows)

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
        rows: Sequence[Row] | None = None
        if kind in ("product", "customer"):
            column = KINDS[kind].key_field
            rows = rows_in(
                self._client, _plural(kind), column, wanted, self._includes(kind)
            )
        if rows is None or len(rows) < len(set(wanted) - absent):
            self._walk(kind)
            rows = self._rows[kind]
        else:
            self._remember(kind, rows)
        snapshot = self._snapshot({**self._rows, kind: rows})
        roots = {Ref(kind, key) for key in wanted}
        return replace(
            snapshot,
            objects={
                ref: live
                for ref, live in snapshot.objects.items()
                if (live.parent if ref.kind == "variant" else ref) in roots
            },
        )

    def counts(self) -> Iterator[tuple[str, int]]:
        """How many rows each list had, for people who wait."""
        for kind in reversed(ROOTS):
            rows = self._rows.get(kind, ())
            nested = flatten_categories(rows) if kind == "category" else rows
            yield _plural(kind), sum(1 for _ in nested)

    def ids(self) -> Mapping[KindName, Mapping[str, int]]:
        """Numeric id by key, of the kinds that others refer to."""
        snapshot = self._snapshot(
            {k: rows for k, rows in self._rows.items() if k != "product"}
        )
        found: dict[KindName, dict[str, int]] = {name: {} for name in ROOTS}
        for ref, live in snapshot.objects.items():
            found[ref.kind][ref.key] = live.remote_id
        return found

    def _walk(self, kind: KindName) -> None:
        found = walk(
            self._client,
            _plural(kind),
            self._includes(kind),
            ids_of=_child_ids if kind == "category" else lambda _: (),
        )
        self._rows[kind] = found.rows
        self._dropped[kind] = found.dropped_includes

    def _remember(self, kind: KindName, rows: Sequence[Row]) -> None:
        by_id = {remote_id(row): row for row in self._rows.get(kind, ())}
        by_id.update((remote_id(row), row) for row in rows)
        self._rows[kind] = list(by_id.values())

    def _includes(self, kind: KindName) -> tuple[str, ...]:
        configured = self._client.settings.includes or {}
        wanted = configured.get(_plural(kind), default_includes(kind))
        dropped = self._dropped.get(kind, ())
        return tuple(name for name in wanted if name not in dropped)

    def _snapshot(self, rows: Mapping[KindName, Sequence[Row]]) -> Snapshot:
        snapshot = read(
            Rows(
                rows.get("category", ()),
                rows.get("collection", ()),
                rows.get("customer", ()),
                rows.get("product", ()),
            )
        )
        dropped = [
            f"{_plural(kind)}: Traede refuses the include {name!r}; what it would "
            "show is unknown"
            for kind, names in sorted(self._dropped.items())
            for name in names
        ]
        return replace(snapshot, warnings=(*snapshot.warnings, *dropped))


def _plural(kind: KindName) -> str:
    return KINDS[kind].plural


def _child_ids(row: Mapping[str, Any]) -> Iterator[int]:
    return (remote_id(child) for child in flatten_categories(row.get("children") or ()))
