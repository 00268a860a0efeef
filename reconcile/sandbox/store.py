"""What this Traede knows: records by kind and id, the effect log, a counter clock.

Records are never changed in place: a writer takes a `draft`, changes it and `put`s it
back. So undoing is putting the old reference back, and a reader needs no copy.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from reconcile.sandbox.fields import Record, copied

KINDS: Final = ("category", "collection", "customer", "product", "order")
PLURAL: Final = {
    "category": "categories",
    "collection": "collections",
    "customer": "customers",
    "product": "products",
    "order": "orders",
}
CHILDREN: Final = {"product": "variants", "customer": "addresses"}
"""Lists whose members have timestamps of their own."""
STAMPS: Final = ("created_at", "updated_at")

_EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Archive(Protocol):
    """Where a committed transaction is kept, all of it or nothing."""

    def keep(
        self,
        records: dict[tuple[str, int], Record | None],
        effects: list[Record],
        meta: Record,
    ) -> None: ...

    def replace(
        self,
        records: dict[tuple[str, int], Record | None],
        effects: list[Record],
        meta: Record,
    ) -> None: ...

    def close(self) -> None: ...


class Store:
    """The data of one brand. Every use holds `lock`; every write is a `transaction`."""

    def __init__(self, *, brand_id: int = 1, base_currency: str = "DKK") -> None:
        self.lock = threading.RLock()
        self.archive: Archive | None = None
        self.brand_id = brand_id
        self.base_currency = base_currency
        self.suppliers: list[str] = []
        self.other_brand_emails: list[str] = []
        self.clear()

    def clear(self) -> None:
        self.tables: dict[str, dict[int, Record]] = {kind: {} for kind in KINDS}
        self.effects: list[Record] = []
        self.last_ids: dict[str, int] = {}
        self.tag_ids: dict[str, int] = {}
        self.ticks = 0
        self._index: dict[str, dict[str, int]] = {
            "product": {},
            "customer": {},
            "variant": {},
        }
        self._undo: list[tuple[str, int, Record | None]] = []
        self._depth = 0

    # --- transactions ----------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another one it is a savepoint."""
        with self.lock:
            if self._depth == 0:
                self.ticks += 1
            undo_mark, effect_mark = len(self._undo), len(self.effects)
            self._depth += 1
            try:
                yield
            except BaseException:
                self._roll_back(undo_mark, effect_mark)
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._commit(effect_mark)

    def _roll_back(self, undo_mark: int, effect_mark: int) -> None:
        while len(self._undo) > undo_mark:
            kind, record_id, old = self._undo.pop()
            self._swap(kind, record_id, old)
        del self.effects[effect_mark:]

    def _commit(self, effect_mark: int) -> None:
        touched = {(kind, record_id) for kind, record_id, _ in self._undo}
        self._undo.clear()
        if self.archive is not None:
            self.archive.keep(
                {key: self.tables[key[0]].get(key[1]) for key in sorted(touched)},
                self.effects[effect_mark:],
                self.meta(),
            )

    def settle(self) -> None:
        """After a load there is nothing to undo, and the archive takes it all."""
        self._undo.clear()
        if self.archive is not None:
            self.archive.replace(
                {(kind, row["id"]): row for kind in KINDS for row in self.rows(kind)},
                self.effects,
                self.meta(),
            )

    # --- records ---------------------------------------------------------------------

    def rows(self, kind: str) -> list[Record]:
        return list(self.tables[kind].values())

    def get(self, kind: str, record_id: int | None) -> Record | None:
        return None if record_id is None else self.tables[kind].get(record_id)

    def draft(self, kind: str, record_id: int) -> Record:
        draft: Record = copied(self.tables[kind][record_id])
        return draft

    def by_key(self, kind: str, key: str) -> Record | None:
        """A product or customer by its number; the product that owns a SKU."""
        return self.get(
            "product" if kind == "variant" else kind, self._index[kind].get(key)
        )

    def put(self, kind: str, record: Record) -> Record:
        """Store a draft, or a new record when it has no id."""
        record.setdefault("id", 0)
        record["id"] = record["id"] or self.next_id(kind)
        old = self.tables[kind].get(record["id"])
        self._stamp(kind, record, old)
        self._undo.append((kind, record["id"], old))
        self._swap(kind, record["id"], record)
        return record

    def remove(self, kind: str, record_id: int) -> None:
        self._undo.append((kind, record_id, self.tables[kind][record_id]))
        self._swap(kind, record_id, None)

    def next_id(self, sequence: str) -> int:
        self.last_ids[sequence] = self.last_ids.get(sequence, 0) + 1
        return self.last_ids[sequence]

    def tag_id(self, name: str) -> int:
        if name not in self.tag_ids:
            self.tag_ids[name] = self.next_id("tag")
        return self.tag_ids[name]

    def now(self) -> str:
        """The counter clock: one second per transaction, the same in every run."""
        moment = _EPOCH + datetime.timedelta(seconds=self.ticks)
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def effect(self, what: str, **details: Any) -> None:
        """Note what cannot be undone, so that a test can count what happened twice."""
        self.effects.append({"what": what, "at": self.now(), **details})

    def meta(self) -> Record:
        return {
            "brand_id": self.brand_id,
            "base_currency": self.base_currency,
            "suppliers": list(self.suppliers),
            "other_brand_emails": list(self.other_brand_emails),
            "tag_ids": dict(self.tag_ids),
            "last_ids": dict(self.last_ids),
            "ticks": self.ticks,
        }

    # --- underneath ------------------------------------------------------------------

    def _swap(self, kind: str, record_id: int, record: Record | None) -> None:
        table = self.tables[kind]
        old = table.get(record_id)
        for index, key in _keys(kind, old):
            if self._index[index].get(key) == record_id:
                del self._index[index][key]
        if record is None:
            table.pop(record_id, None)
            return
        late = old is None and bool(table) and record_id < next(reversed(table))
        table[record_id] = record
        if late:  # an undone delete: the table stays in the order of its ids
            self.tables[kind] = dict(sorted(table.items()))
        for index, key in _keys(kind, record):
            self._index[index][key] = record_id

    def _stamp(self, kind: str, record: Record, old: Record | None) -> None:
        children = CHILDREN.get(kind)
        for child in record.get(children, ()) if children else ():
            child["id"] = child.get("id") or self.next_id(_singular(children))
        self._stamp_one(record, old, children)
        if children:
            before = {one["id"]: one for one in (old or {}).get(children, ())}
            for child in record[children]:
                if kind == "product":
                    child["product_id"] = record["id"]
                self._stamp_one(child, before.get(child["id"]), None)

    def _stamp_one(self, new: Record, old: Record | None, without: str | None) -> None:
        ignored = {without, *STAMPS}
        if old is None:
            for stamp in STAMPS:
                new[stamp] = new.get(stamp) or self.now()
        elif any(new.get(name) != old.get(name) for name in new.keys() - ignored):
            new["updated_at"] = self.now()


def _singular(children: str | None) -> str:
    return {"variants": "variant", "addresses": "address"}[children or ""]


def _keys(kind: str, record: Record | None) -> Iterator[tuple[str, str]]:
    if record is None:
        return
    if kind == "product":
        yield "product", record["item_number"]
        for variant in record["variants"]:
            yield "variant", variant["sku"]
    elif kind == "customer":
        yield "customer", record["customer_number"]
