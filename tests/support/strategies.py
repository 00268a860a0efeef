"""Worlds for the laws: a catalog, what Traede shows, and what the ledger knows.

Everything is drawn from the field table, so that a new field is in the laws at once.
A world obeys what validation and Traede guarantee: a variant stands under a product,
no two variants of a product have the same attributes, references resolve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from support.builders import SEAL, live_of

from reconcile.core.canonical import SEPARATOR, as_set, record_order
from reconcile.core.catalog import Catalog
from reconcile.core.kinds import KINDS, Clear, Field, Form, Kind, Shape
from reconcile.core.model import (
    Applied,
    Desired,
    KindName,
    Live,
    Path,
    Ref,
    Snapshot,
    Value,
)
from reconcile.core.problems import At, Location

Draw = Callable[[st.SearchStrategy[Any]], Any]

KEYS: Mapping[KindName, Sequence[str]] = {
    "customer": ("1000", "2000"),
    "category": ("Men", "Men > Hats", "Men > Shirts", "Women"),
    "collection": ("AW26", "SS27"),
    "product": ("cap", "tee"),
}
SKUS = {"cap": ("cap-l", "cap-s"), "tee": ("tee-l", "tee-m", "tee-s")}
OLD = "old "
"""What a key was called before it got its name; children keep their parent."""
SIZES = ("L", "M", "S", "XL", "XS")


@dataclass(frozen=True)
class World:
    """The three sides of one comparison."""

    catalog: Catalog
    live: Snapshot
    ledger: dict[Ref, Applied]


# --- values of fields ---


def _leaf(field: Field) -> st.SearchStrategy[Value]:
    if field.choices:
        return st.sampled_from(field.choices)
    forms: Mapping[Form, Sequence[Value]] = {
        Form.TEXT: ("a", "b", "c"),
        Form.BOOL: (False, True),
        Form.INT: (0, 1, 2),
        Form.NUMBER: ("0", "1", "2.5"),
        Form.MONEY: ("0", "99.95", "100"),
        Form.DATE: ("2026-11-21", "2027-01-04"),
        Form.CATEGORY: KEYS["category"],
        Form.COLLECTION: KEYS["collection"],
        Form.CUSTOMER: KEYS["customer"],
    }
    return st.sampled_from(forms[field.form])


def _one(draw: Draw, field: Field) -> dict[Path, Value]:
    empty = st.just(field.null_as) if field.clear is Clear.NULL else st.nothing()
    return {(field.name,): draw(_leaf(field) | empty)}


def _set(draw: Draw, field: Field) -> dict[Path, Value]:
    items = draw(st.lists(_leaf(field), max_size=2))
    return {(field.name,): as_set(field, items)}


def _records(draw: Draw, field: Field) -> dict[Path, Value]:
    keys = draw(st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True))
    records = []
    for key in keys:
        own = {m.name: draw(_leaf(m)) for m in field.members if draw(st.booleans())}
        records.append({**own, field.keys[-1]: key})
    records.sort(key=record_order(field))
    return {(field.name,): records}


def _map(draw: Draw, field: Field) -> dict[Path, Value]:
    keys = draw(st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True))
    return {(field.name, key): draw(_leaf(field) | st.none()) for key in keys}


def _record(draw: Draw, field: Field) -> dict[Path, Value]:
    member = draw(st.sampled_from(field.members))
    return {(field.name, member.name): draw(_leaf(member))}


def _keyed(draw: Draw, field: Field) -> dict[Path, Value]:
    names = ["DKK", "EUR"] if field.name == "prices" else ["x", "y"]
    keys = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    values = {}
    for key in keys:
        for n, member in enumerate(field.members):
            if n == 0 or member.required or draw(st.booleans()):
                values[field.name, key, member.name] = draw(_leaf(member))
    return values


_DRAWN: Mapping[Shape, Callable[[Draw, Field], dict[Path, Value]]] = {
    Shape.ONE: _one,
    Shape.SET: _set,
    Shape.RECORDS: _records,
    Shape.MAP: _map,
    Shape.RECORD: _record,
    Shape.KEYED: _keyed,
}


def _values(draw: Draw, kind: Kind) -> dict[Path, Value]:
    """Some fields of one object, attributes and references apart."""
    free = [n for n, f in kind.fields.items() if n != "attributes" and not _refers(f)]
    chosen: list[str] = []
    if free:
        chosen = draw(st.lists(st.sampled_from(free), max_size=3, unique=True))
    needed = [n for n in free if kind.fields[n].required]
    values: dict[Path, Value] = {}
    for name in dict.fromkeys((*needed, *chosen)):
        field = kind.fields[name]
        values |= _DRAWN[field.shape](draw, field)
    if kind.name == "variant":
        values.setdefault(("prices", "DKK", "sales_price"), "100")
    return values


def _refers(field: Field) -> bool:
    return field.form in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER)


def _varied(draw: Draw, values: dict[Path, Value], kind: Kind) -> dict[Path, Value]:
    """The same object as another side sees it: much the same, some of it moved."""
    if draw(st.booleans()):
        return dict(values)
    other = _values(draw, kind)
    kept = {p: v for p, v in values.items() if draw(st.integers(0, 3)) > 0}
    return {**kept, **{p: v for p, v in other.items() if draw(st.booleans())}}


# --- one world ---


@st.composite
def worlds(draw: Draw, *, directives: bool = True) -> World:
    """A catalog, a live state and a ledger that have something to do with another."""
    return _Maker(draw, directives).world()


class _Maker:
    def __init__(self, draw: Draw, directives: bool) -> None:
        self.draw = draw
        self.directives = directives
        self.desired: dict[Ref, Desired] = {}
        self.live: dict[Ref, Live] = {}
        self.ledger: dict[Ref, Applied] = {}

    def world(self) -> World:
        for kind in ("customer", "collection", "product"):
            for key in KEYS[kind]:
                self.object(Ref(kind, key), None)
        for key in KEYS["category"]:
            top, _, sub = key.partition(SEPARATOR)
            self.object(Ref("category", key), Ref("category", top) if sub else None)
        for item_number, skus in SKUS.items():
            self.variants(Ref("product", item_number), skus)
        self.references()
        return World(Catalog(self.desired), Snapshot(self.live), self.ledger)

    def rarely(self, one_in: int = 8) -> bool:
        return self.directives and self.draw(st.integers(1, one_in)) == one_in

    def object(self, ref: Ref, parent: Ref | None) -> None:
        kind = KINDS[ref.kind]
        base = _values(self.draw, kind)
        sides = self.draw(st.sampled_from(_SIDES))
        if "catalog" in sides and (parent is None or parent in self.desired):
            self.write(ref, parent, base)
        renamed = ref in self.desired and self.desired[ref].renamed_from
        there = ref
        if renamed and not self.rarely(4):
            there = Ref(ref.kind, self.desired[ref].renamed_from or "")
        if "live" in sides:
            self.show(there, parent, _varied(self.draw, base, kind))
        if "ledger" in sides:
            self.remember(there, parent, _varied(self.draw, base, kind))

    def write(self, ref: Ref, parent: Ref | None, values: dict[Path, Value]) -> None:
        renamed_from = None
        if self.rarely(6):
            above, _, name = ref.key.rpartition(SEPARATOR)
            renamed_from = f"{above}{SEPARATOR}{OLD}{name}" if above else OLD + name
        once = frozenset(
            name for name in {path[0] for path in values} if self.rarely(10)
        )
        line = len(self.desired) + 1
        self.desired[ref] = Desired(
            ref,
            At(Location("catalog.yaml", line, 1)),
            values,
            parent,
            renamed_from=renamed_from,
            delete=renamed_from is None and self.rarely(10),
            protect=True if self.rarely(10) else None,
            only_on_create=once - {"attributes"},
        )

    def show(self, ref: Ref, parent: Ref | None, values: dict[Path, Value]) -> None:
        if parent is not None and parent not in self.live:
            old = self.desired[parent].renamed_from if parent in self.desired else None
            parent = Ref(parent.kind, old) if old else parent
            if parent not in self.live:
                return
        if ref.kind == "category" and parent is not None:
            sub = ref.key.rpartition(SEPARATOR)[2]
            ref = Ref("category", f"{parent.key}{SEPARATOR}{sub}")
        if ref in self.live:
            return
        shape = Desired(ref, At(Location("", 1, 1)), values, parent)
        blind = [f"{ref.kind}.{path[0]}" for path in values if self.rarely(6)]
        self.live[ref] = live_of(shape, len(self.live) + 1, shown=blind)

    def remember(self, ref: Ref, parent: Ref | None, values: dict[Path, Value]) -> None:
        found = self.live.get(ref)
        known = found.remote_id if found and not self.rarely() else 900
        sealed = SEAL.all(ref.kind, values)
        returned = {path: "c" for path in sealed if self.rarely(12)}
        self.ledger[ref] = Applied(
            ref,
            known,
            sealed,
            SEAL.all(ref.kind, returned),
            parent,
            retired=self.rarely(),
            protected=self.rarely(),
            spent=self.rarely(12),
        )

    def variants(self, product: Ref, skus: Sequence[str]) -> None:
        wanted = self.draw(st.permutations(SIZES))
        shown = self.draw(st.permutations(SIZES)) if self.rarely(3) else wanted
        for n, sku in enumerate(skus):
            ref = Ref("variant", sku)
            self.object(ref, product)
            size = ("attributes", "Size")
            if ref in self.desired:
                one = self.desired[ref]
                self.desired[ref] = _with(one, {**one.values, size: wanted[n]})
            for key in (sku, OLD + sku):
                if (found := self.live.get(Ref("variant", key))) is not None:
                    self.live[found.ref] = _with(
                        found, {**found.values, size: shown[n]}
                    )
        there = [v for v in self.live.values() if v.parent == product]
        if product in self.live and not there:  # Traede has no product without
            self.show(Ref("variant", f"{product.key}-0"), product, _SIZED)

    def references(self) -> None:
        """Each reference names what the catalog declares, or else what Traede has."""
        for ref, one in list(self.desired.items()):
            fields = [f for f in KINDS[ref.kind].fields.values() if _refers(f)]
            values = dict(one.values)
            for field in fields:
                kind: KindName = field.form.value  # type: ignore[assignment]
                own = [r.key for r, d in self.desired.items() if r.kind == kind]
                keys = own or [r.key for r in self.live if r.kind == kind]
                if keys and self.draw(st.booleans()):
                    picked = self.draw(st.lists(st.sampled_from(keys), max_size=2))
                    many = field.shape is Shape.SET
                    single = picked[0] if picked else None
                    values[field.name,] = as_set(field, picked) if many else single
            self.desired[ref] = _with(one, values)
        for ref, live in list(self.live.items()):
            values = dict(live.values)
            for field in filter(_refers, KINDS[ref.kind].fields.values()):
                keys = [r.key for r in self.live if r.kind == field.form.value]
                if keys and self.draw(st.booleans()):
                    picked = self.draw(st.lists(st.sampled_from(keys), max_size=2))
                    many = field.shape is Shape.SET
                    single = picked[0] if picked else None
                    values[field.name,] = as_set(field, picked) if many else single
            self.live[ref] = _with(live, values)


_SIZED: dict[Path, Value] = {
    ("attributes", "Size"): "XXL",
    ("prices", "DKK", "sales_price"): "100",
}
_SIDES = (
    ("catalog", "live", "ledger"),
    ("catalog", "live", "ledger"),
    ("catalog", "live"),
    ("catalog",),
    ("catalog", "ledger"),
    ("live", "ledger"),
    ("live",),
    ("ledger",),
    (),
)


def _with(one: Any, values: dict[Path, Value]) -> Any:
    return replace(one, values=values)
