"""From the trees of all files to what the catalog wants: one `Desired` per object.

Every object is a stack of layers, each flattened to paths and merged in order, a
later layer winning:

    product:  entry
    variant:  variant_defaults of its product  →  entry

Because a layer is flat, "maps merge deep, lists and values replace" is one
`|` of two dicts. New kinds of layer (templates, matrix, price lists) are further
entries in the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Sequence as List
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from reconcile.core.approvals import Approval
from reconcile.core.canonical import (
    SEPARATOR,
    NotCanonical,
    as_set,
    canonical,
    decimal_text,
    record_order,
)
from reconcile.core.config import Config
from reconcile.core.kinds import (
    CATEGORY,
    COLLECTION,
    CUSTOMER,
    PRODUCT,
    VARIANT,
    Clear,
    Field,
    Form,
    Kind,
    Shape,
)
from reconcile.core.model import Desired, KindName, Path, Ref, Value
from reconcile.core.problems import Placed, Problem
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.nodes import Sequence as ListNode
from reconcile.core.yaml.traps import key_traps, money_traps, quoted

_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Catalog:
    """All objects that the files name, by key."""

    objects: Mapping[Ref, Desired]
    files: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    """No wish about any object, so the catalog's digest is without them."""

    def declares(self, kind: KindName) -> bool:
        """Whether references to this kind resolve here rather than in live."""
        return any(ref.kind == kind for ref in self.objects)


def read_catalog(
    documents: Mapping[str, Node | None], config: Config
) -> tuple[list[Desired], list[Problem]]:
    """Every object in every file, duplicates included, and what is wrong in it.

    Assumes nothing: what the schema has refused is passed over here, so that one
    mistake is reported once.
    """
    reader = _Reader(config)
    objects: list[Desired] = []
    for root in documents.values():
        if isinstance(root, MapNode):
            objects += reader.document(root)
    return objects, reader.problems


@dataclass(frozen=True, slots=True)
class _Layer:
    """One mapping of a file, flattened once; all variants of a style share theirs."""

    values: dict[Path, Value]
    places: dict[Path, Placed]

    def under(self, later: _Layer) -> _Layer:
        return _Layer(self.values | later.values, self.places | later.places)


_NOTHING: Final = _Layer({}, {})


@dataclass(slots=True)
class _Reader:
    config: Config
    problems: list[Problem] = field(default_factory=list)

    def document(self, root: MapNode) -> Iterator[Desired]:
        for entry in _entries(root.get("customers")):
            yield from self._single(CUSTOMER, entry)
        for entry in _entries(root.get("categories")):
            yield from self._category(entry, None)
        for entry in _entries(root.get("collections")):
            yield from self._single(COLLECTION, entry)
        for entry in _entries(root.get("products")):
            yield from self._product(entry)

    def _single(self, kind: Kind, entry: MapNode) -> Iterator[Desired]:
        key = _key(entry.get(kind.key_field))
        if key is not None:
            yield self._desired(kind, key, entry, None)

    def _product(self, entry: MapNode) -> Iterator[Desired]:
        key = _key(entry.get(PRODUCT.key_field))
        if key is None:
            return
        product = self._desired(PRODUCT, key, entry, None)
        yield product
        below = self._layer(VARIANT, entry.get("variant_defaults"))
        for variant in _entries(entry.get("variants")):
            sku = _key(variant.get(VARIANT.key_field))
            if sku is not None:
                yield self._desired(VARIANT, sku, variant, product.ref, below)

    def _category(self, entry: MapNode, parent: Ref | None) -> Iterator[Desired]:
        name = _key(entry.get(CATEGORY.key_field))
        if name is None:
            return
        old = _key(entry.get("renamed_from")) or ""
        if SEPARATOR in name:
            self._add(entry.get("name"), "category-name", _two_names(name, parent))
            return
        if SEPARATOR in old:
            self._add(
                entry.get("renamed_from"),
                "category-name",
                f"here stands the old name alone, as it was under the same parent. "
                f"Write {quoted(old.rsplit(SEPARATOR, maxsplit=1)[-1])}",
            )
        above = f"{parent.key}{SEPARATOR}" if parent else ""
        category = self._desired(CATEGORY, above + name, entry, parent)
        if category.renamed_from is not None:
            # OLD is the name under the same parent, whose own rename comes first.
            category = replace(category, renamed_from=above + category.renamed_from)
        yield category
        for child in _entries(entry.get("children")):
            yield from self._category(child, category.ref)

    def _desired(
        self,
        kind: Kind,
        key: str,
        entry: MapNode,
        parent: Ref | None,
        below: _Layer = _NOTHING,
    ) -> Desired:
        self._check_key(entry.get(kind.key_field))
        self._check_key(entry.get("renamed_from"))
        layer = below.under(self._layer(kind, entry))
        layer.places.update(_directive_places(entry))
        once = _items(entry.get("only_on_create"))
        return Desired(
            Ref(kind.name, key),
            entry.get(kind.key_field) or entry,
            layer.values,
            parent,
            layer.places,
            _key(entry.get("renamed_from")),
            _bool(entry.get("delete")) is True,
            _bool(entry.get("protect")),
            frozenset(node.text for node in once if isinstance(node, Scalar)),
        )

    def _check_key(self, node: Node | None) -> None:
        """What YAML 1.2 takes for text and other readers do not (`1_000`, a date);
        numbers are the schema's to refuse."""
        if isinstance(node, Scalar) and isinstance(node.plain_value(), str):
            self.problems += filter(None, [key_traps(node)])

    def _layer(self, kind: Kind, written: Node | None) -> _Layer:
        if not isinstance(written, MapNode):
            return _NOTHING
        layer = _Layer({}, dict(_entry_places(kind, written)))
        for key, node in written.items:
            spec = kind.fields.get(key.text)
            if spec is not None:
                for path, value, placed in _FLATTENERS[spec.shape](self, spec, node):
                    layer.values[path] = value
                    layer.places[path] = placed
        return layer

    def leaf(self, spec: Field, node: Node) -> Value:
        """One value; raises NotCanonical for what the schema refuses anyway."""
        if not isinstance(node, Scalar):
            raise NotCanonical
        if node.style == "plain" and node.plain_value() is None:
            return spec.null_as
        if spec.form in (Form.MONEY, Form.NUMBER, Form.INT):
            number = node.decimal()
            if number is not None and abs(number.adjusted()) > _MOST_DIGITS:
                self._add(
                    node,
                    "out-of-range",
                    "this number is longer than any in Traede. Write the one you mean",
                )
                raise NotCanonical
            if spec.form is Form.MONEY:
                self._check_money(spec, node, number)
            if number is None:
                raise NotCanonical
            return canonical(spec, number)
        if spec.form is Form.BOOL:
            value = _bool(node)
            if value is None:
                raise NotCanonical
            return value
        return canonical(spec, node.text)

    def _check_money(self, spec: Field, node: Scalar, number: Decimal | None) -> None:
        limit = self.config.price_decimals if spec.decimals is None else spec.decimals
        if trap := money_traps(node, decimals=limit):
            self.problems.append(trap)
        elif number is not None and _decimals(number) > limit:
            digits = f"at most {limit} digits" if limit else "no digits"
            rounded = number.quantize(Decimal(1).scaleb(-limit), ROUND_HALF_UP)
            self._add(
                node,
                "price-format",
                f"a price has {digits} after the point here. Write {rounded}",
            )

    def order_is_lost(self, spec: Field, node: Node) -> None:
        """No text says whether the order of colli sizes means anything (D-10)."""
        self.problems.append(
            Problem(
                node.location,
                "order-is-lost",
                f"{spec.name} are sent from small to large: write them in that order",
                "warning",
            )
        )

    def twice(self, spec: Field, first: Placed, again: Placed) -> None:
        name = spec.name.replace("_", "-")
        self.problems.append(
            Problem(
                again.location,
                f"duplicate-in-{name}",
                f"stands twice in {spec.name}. Take one of the two out, or give it "
                "another " + " or ".join(spec.keys),
                other=first.location,
            )
        )

    def _add(self, node: Node | None, rule: str, message: str) -> None:
        if node is not None:
            self.problems.append(Problem(node.location, rule, message))


def _flat_one(reader: _Reader, spec: Field, node: Node) -> Iterator[_Item]:
    try:
        yield (spec.name,), reader.leaf(spec, node), node
    except NotCanonical:
        return


def _flat_set(reader: _Reader, spec: Field, node: Node) -> Iterator[_Item]:
    try:
        items = [reader.leaf(spec, item) for item in _items(node)]
    except NotCanonical:
        return
    if spec.form is Form.INT and items != sorted(items):
        reader.order_is_lost(spec, node)
    yield (spec.name,), as_set(spec, items), node


def _flat_records(reader: _Reader, spec: Field, node: Node) -> Iterator[_Item]:
    order = record_order(spec)
    records: dict[str, dict[str, Value]] = {}
    places: dict[str, Placed] = {}
    for entry in _entries(node):
        record = dict(_members(reader, spec, entry))
        key = order(record)
        if key in records and not spec.event:
            reader.twice(spec, places[key], entry)
        places.setdefault(key, entry)
        records[key] = record
    # Images keep their order: the first is what the shop shows.
    ordered = records if spec.event else sorted(records)
    yield (spec.name,), [records[key] for key in ordered], node


def _flat_map(reader: _Reader, spec: Field, node: Node) -> Iterator[_Item]:
    if isinstance(node, MapNode):
        for key, value in node.items:
            try:
                yield (spec.name, key.text), reader.leaf(spec, value), value
            except NotCanonical:
                continue


def _flat_record(reader: _Reader, spec: Field, node: Node) -> Iterator[_Item]:
    if isinstance(node, MapNode):
        for name, value in _members(reader, spec, node):
            yield (spec.name, name), value, node.get(name) or node


def _flat_keyed(reader: _Reader, spec: Field, node: Node) -> Iterator[_Item]:
    if spec.clear is Clear.EMPTY and isinstance(node, ListNode) and not node.items:
        yield (spec.name,), [], node
    places: dict[str, Placed] = {}
    for key, entry, placed in _keyed_entries(spec, node):
        if key in places:
            reader.twice(spec, places[key], placed)
        places.setdefault(key, placed)
        for name, value in _members(reader, spec, entry):
            yield (spec.name, key, name), value, entry.get(name) or placed


def _two_names(name: str, parent: Ref | None) -> str:
    top, _, sub = name.partition(SEPARATOR)
    if parent is not None:
        return 'Traede knows two levels of categories. Write a name without " > "'
    return (
        f'" > " separates a category from its sub category. Write {quoted(top)} here, '
        f"and {quoted(sub)} under its `children`"
    )


_Item = tuple[Path, Value, Placed]
_FLATTENERS: Final[
    Mapping[Shape, Callable[[_Reader, Field, Node], Iterator[_Item]]]
] = {
    Shape.ONE: _flat_one,
    Shape.SET: _flat_set,
    Shape.RECORDS: _flat_records,
    Shape.MAP: _flat_map,
    Shape.RECORD: _flat_record,
    Shape.KEYED: _flat_keyed,
}


def _keyed_entries(spec: Field, node: Node) -> Iterator[tuple[str, MapNode, Node]]:
    """The objects of a KEYED field: written by key, or as a list with the key."""
    if isinstance(node, MapNode):
        for key, entry in node.items:
            if isinstance(entry, MapNode):
                yield key.text, entry, key
    for entry in _entries(node) if isinstance(node, ListNode) else ():
        found = [entry.get(name) for name in spec.keys]
        texts = [n.text.strip() for n in found if isinstance(n, Scalar) and n.text]
        if texts:
            yield " ".join(texts), entry, next(n for n in found if n is not None)


def _members(
    reader: _Reader, spec: Field, entry: MapNode
) -> Iterator[tuple[str, Value]]:
    for member in spec.members:
        node = entry.get(member.name)
        if node is not None:
            try:
                yield member.name, reader.leaf(member, node)
            except NotCanonical:
                continue


def _entry_places(kind: Kind, layer: MapNode) -> Iterator[tuple[Path, Node]]:
    """Where the keys of KEYED entries stand, which are no values themselves."""
    for name, node in layer.items:
        spec = kind.fields.get(name.text)
        if spec is None or spec.shape is not Shape.KEYED:
            continue
        for key, entry, placed in _keyed_entries(spec, node):
            yield (spec.name, key), placed
            for member in spec.keys:
                if found := entry.get(member):
                    yield (spec.name, key, member), found


def _directive_places(entry: MapNode) -> Iterator[tuple[Path, Node]]:
    for name in ("renamed_from", "delete", "protect"):
        if node := entry.get(name):
            yield (name,), node


def _decimals(number: Decimal) -> int:
    return len(decimal_text(number).partition(".")[2])


def _key(node: Node | None) -> str | None:
    """A key as text; None where it is missing or the schema refuses it."""
    return node.text.strip() or None if isinstance(node, Scalar) else None


def _bool(node: Node | None) -> bool | None:
    value = node.plain_value() if isinstance(node, Scalar) else None
    return value if isinstance(value, bool) else None


def _items(node: Node | None) -> List[Node]:
    return node.items if isinstance(node, ListNode) else ()


def _entries(node: Node | None) -> Iterator[MapNode]:
    for item in _items(node):
        if isinstance(item, MapNode):
            yield item
