"""Traede's JSON, as read, made canonical.

A key that is not in the JSON was not loaded: the field is unknown, never empty. A
documented field in an undocumented form is an `UnexpectedAnswer`; a field that the
texts call unreadable (SEMANTICS 4) is taken if it comes in a form we understand,
else it stays unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from reconcile.core.canonical import (
    SEPARATOR,
    NotCanonical,
    as_set,
    canonical,
    record_order,
)
from reconcile.core.kinds import (
    CATEGORY,
    COLLECTION,
    CUSTOMER,
    KINDS,
    PRODUCT,
    VARIANT,
    Field,
    Form,
    Kind,
    Reads,
    Shape,
)
from reconcile.core.model import KindName, Live, Path, Ref, Snapshot, Value
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

Row = Mapping[str, Any]


Rows = Mapping[KindName, Sequence[Row]]
"""The rows of core collections, by their kind; variants stand in their products."""

KeysById = Mapping[KindName, Mapping[int, str]]


def read(rows: Rows) -> Snapshot:
    """All objects of one tenant, by the key that people use.

    Raises UnexpectedAnswer for rows in a form that no text allows, and
    TraedeUnavailable where products came without their variants.
    """
    keys = {kind: keys_by_id(kind, rows.get(kind, ())) for kind in REFERRED}
    return read_some(rows, keys)


def read_some(rows: Rows, keys: KeysById) -> Snapshot:
    """The objects in some rows; `keys` names what they refer to by id."""
    warnings: list[str] = []
    found = [
        live
        for kind, its_rows in rows.items()
        for live in _READ[kind](its_rows, keys, warnings)
    ]
    return _snapshot(found, warnings, _brand(rows))


def keys_by_id(kind: KindName, rows: Iterable[Row]) -> dict[int, str]:
    """The key of each row that others may refer to by its id."""
    if kind == "category":
        return _category_keys(list(flatten_categories(rows)))
    return {remote_id(row): _key(KINDS[kind], row) for row in rows}


def _products(
    rows: Iterable[Row], keys: KeysById, warnings: list[str]
) -> Iterator[Live]:
    for row in rows:
        product = _live(PRODUCT, row, keys, warnings)
        yield product
        variants = row.get("variants")
        if not isinstance(variants, list):
            raise TraedeUnavailable(
                f"Traede returned product {product.ref.key} without its variants",
                hint="Check `traede: {includes: {products: […]}}` in reconcile.yaml: "
                "variants must be among them.",
            )
        for variant in variants:
            remote_id(variant)  # an object at all
            yield _live(VARIANT, variant, keys, warnings, parent=product.ref)


def _categories(rows: Iterable[Row], keys: KeysById, _: list[str]) -> Iterator[Live]:
    names = keys["category"]
    flat = list(flatten_categories(rows))
    # Not shown is not the same as none: such a category is never deleted.
    unknown = () if shows_children(flat) else ((CHILDREN,),)
    for row in flat:
        parent = row["parent"]
        yield Live(
            Ref("category", names[remote_id(row)]),
            remote_id(row),
            {},
            opened=frozenset(unknown),
            parent=Ref("category", names[parent]) if parent is not None else None,
            raw=row,
        )


CHILDREN: Final = "children"


def shows_children(flat: Sequence[Row]) -> bool:
    """Whether categories came with what is below them, as a tree or side by side."""
    return not flat or any(row["parent"] is not None or CHILDREN in row for row in flat)


def _singles(
    kind: Kind,
) -> Callable[[Iterable[Row], KeysById, list[str]], Iterator[Live]]:
    def read_rows(
        rows: Iterable[Row], keys: KeysById, warnings: list[str]
    ) -> Iterator[Live]:
        return (_live(kind, row, keys, warnings) for row in rows)

    return read_rows


_READ: Mapping[
    KindName, Callable[[Iterable[Row], KeysById, list[str]], Iterator[Live]]
] = {
    "category": _categories,
    "collection": _singles(COLLECTION),
    "customer": _singles(CUSTOMER),
    "product": _products,
}
REFERRED: Sequence[KindName] = ("category", "collection", "customer")


_DEEPEST = 20
"""Traede documents two levels of categories; beyond this it is going in circles."""


def flatten_categories(rows: Iterable[Row]) -> Iterator[Row]:
    """Categories come flat or as a tree, some both ways; each id once (E-2)."""
    seen: dict[int, Row] = {}

    def visit(row: Row, parent: int | None, depth: int = 0) -> None:
        own = remote_id(row)
        if depth > _DEEPEST:
            raise UnexpectedAnswer(f"category {own} is below {depth} others")
        stated = row.get("parent", parent)
        if isinstance(stated, Mapping):
            stated = remote_id(stated)
        elif stated is not None:
            stated = _id(stated, "the parent of a category")
        seen.setdefault(own, {**row, "parent": parent if stated is None else stated})
        children = row.get("children")
        if not isinstance(children, list | None):
            raise UnexpectedAnswer(f"the children of category {own} are no list")
        for child in children or ():
            visit(child, own, depth + 1)

    for row in rows:
        visit(row, None)
    return iter(seen.values())


@dataclass(slots=True)
class _Reading:
    values: dict[Path, Value] = field(default_factory=dict)
    closed: set[Path] = field(default_factory=set)
    opened: set[Path] = field(default_factory=set)


def _live(
    kind: Kind,
    row: Row,
    keys: KeysById,
    warnings: list[str],
    parent: Ref | None = None,
) -> Live:
    key = _key(kind, row)
    reading = _Reading()
    for spec in kind.fields.values():
        name = _name_in(row, spec)
        if spec.reads is Reads.NEVER or name is None:
            continue
        one = _Reading()
        try:
            _READERS[spec.shape](spec, row[name], keys, one)
        except (NotCanonical, UnexpectedAnswer) as error:
            if spec.readable:
                raise UnexpectedAnswer(
                    f"{kind.name} {key}: {spec.on_wire} came in a form that no "
                    f"document of Traede has ({error})"
                ) from error
            warnings.append(
                f"{kind.name} {spec.name}: returned in an unknown form, not compared"
            )
            continue
        except _UnknownId:
            continue
        reading.values.update(one.values)
        reading.closed |= one.closed
        reading.opened |= one.opened
    return Live(
        Ref(kind.name, key),
        remote_id(row),
        reading.values,
        frozenset(reading.closed),
        frozenset(reading.opened),
        parent,
        row,
    )


class _UnknownId(Exception):
    """A reference to an object that the walk did not see: the value is unknown."""


def _key(kind: Kind, row: Row) -> str:
    try:
        key = canonical(Field("key"), row.get(kind.key_field))
    except NotCanonical:
        key = None
    if key is None:
        raise UnexpectedAnswer(
            f"a {kind.name} without {kind.key_field} (id {row.get('id')!r})"
        )
    return str(key)


def _name_in(row: Row, spec: Field) -> str | None:
    """The member that holds a field; None where it was not loaded.

    Includes are asked for as `costPrices`, and may come back so or as `cost_prices`.
    """
    if spec.on_wire in row:
        return spec.on_wire
    other = _camel(spec.on_wire)
    return other if other in row else None


@cache
def _camel(name: str) -> str:
    first, *words = name.split("_")
    return first + "".join(map(str.capitalize, words))


def _read_one(spec: Field, raw: Any, keys: KeysById, into: _Reading) -> None:
    into.values[spec.name,] = _leaf(spec, raw, keys)


def _read_set(spec: Field, raw: Any, keys: KeysById, into: _Reading) -> None:
    # colli is a list in sync and one integer in core (D-10); tags are texts or
    # objects with a name (D-16).
    items = [] if raw is None else raw if isinstance(raw, list) else [raw]
    if spec.form is Form.TEXT:
        items = [_name(item) for item in items]
    elif None in items and spec.form is not Form.INT:
        raise NotCanonical("null in a list")
    into.values[spec.name,] = as_set(spec, [_leaf(spec, item, keys) for item in items])


def _name(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    if "name" not in item:
        raise NotCanonical("an object without a name")
    return item["name"]


def _read_records(spec: Field, raw: Any, _: KeysById, into: _Reading) -> None:
    if not isinstance(raw, list | None):
        raise NotCanonical("not a list")
    records = [_members(spec, _mapping(entry)) for entry in raw or ()]
    into.values[spec.name,] = sorted(records, key=record_order(spec))


def _read_map(spec: Field, raw: Any, _: KeysById, into: _Reading) -> None:
    into.closed.add((spec.name,))
    for key, value in _mapping(raw).items():
        into.values[spec.name, str(key)] = canonical(spec, value)


def _read_record(spec: Field, raw: Any, _: KeysById, into: _Reading) -> None:
    record = _mapping(raw)
    if not record:
        into.closed.add((spec.name,))
    for name, value in _members(spec, record).items():
        into.values[spec.name, name] = value


def _read_keyed(spec: Field, raw: Any, _: KeysById, into: _Reading) -> None:
    into.closed.add((spec.name,))
    for key, entry in _entries(spec, raw):
        if (spec.name, key) in into.opened:
            raise NotCanonical(f"{key} twice")
        into.opened.add((spec.name, key))
        for name, value in _members(spec, entry).items():
            into.values[spec.name, key, name] = value


_READERS: Mapping[Shape, Callable[[Field, Any, KeysById, _Reading], None]] = {
    Shape.ONE: _read_one,
    Shape.SET: _read_set,
    Shape.RECORDS: _read_records,
    Shape.MAP: _read_map,
    Shape.RECORD: _read_record,
    Shape.KEYED: _read_keyed,
}


def _members(spec: Field, entry: Mapping[str, Any]) -> dict[str, Value]:
    """The known members of one object; one that is not there was not loaded."""
    return {
        member.name: canonical(member, entry[member.name])
        for member in spec.members
        if member.name in entry
    }


def _leaf(spec: Field, raw: Any, keys: KeysById) -> Value:
    if spec.form not in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER):
        return canonical(spec, raw)
    if raw is None:
        return None
    # Mode `ids` gives the id, mode `embed` the object; both mean the same.
    own = remote_id(raw) if isinstance(raw, Mapping) else _id(raw, "a reference")
    known = keys[spec.form.value]  # type: ignore[index]
    if own not in known:
        raise _UnknownId
    return known[own]


def _mapping(raw: Any) -> Mapping[str, Any]:
    # PHP writes an empty map as [] (SEMANTICS 1.8).
    if raw is None or raw == []:
        return {}
    if not isinstance(raw, Mapping):
        raise NotCanonical(f"not an object: {raw!r}")
    return raw


def _entries(spec: Field, raw: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a KEYED field: an object by key, or a list with the key."""
    if isinstance(raw, list):
        for entry in raw:
            yield _entry_key(spec, _mapping(entry)), entry
    else:
        for key, entry in _mapping(raw).items():
            yield str(key), _mapping(entry)


def _entry_key(spec: Field, entry: Mapping[str, Any]) -> str:
    parts = [canonical(Field(name), entry.get(name)) for name in spec.keys]
    if spec.name == "translations" and parts == [None]:
        parts = [canonical(Field("id"), entry.get("product_locale_id"))]
    if parts[0] is None or (entry.get("cost_price_set_id") and parts[-1] is None):
        raise NotCanonical(f"an entry without {spec.keys[-1]}")
    return " ".join(part for part in parts if part is not None)


def _category_keys(rows: Sequence[Row]) -> dict[int, str]:
    by_id = {remote_id(row): row for row in rows}

    def key(own: int, depth: int = 0) -> str:
        row = by_id[own]
        name, parent = _key(CATEGORY, row), row["parent"]
        if parent is None:
            return name
        if parent not in by_id or depth > _DEEPEST:
            raise TraedeUnavailable(
                f"category {name} (id {own}) hangs below id {parent}, which Traede "
                "did not return: the categories could not be read completely"
            )
        return f"{key(parent, depth + 1)}{SEPARATOR}{name}"

    return {own: key(own) for own in by_id}


def remote_id(row: Any) -> int:
    """The numeric id of a row; UnexpectedAnswer where it has none."""
    if not isinstance(row, Mapping) or row.get("id") is None:
        raise UnexpectedAnswer("an object without a numeric id")
    return _id(row["id"], "the id of an object")


def _id(raw: Any, what: str) -> int:
    """An id, which may come as text; anything else is no id."""
    text = str(raw) if isinstance(raw, int | str) else ""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise UnexpectedAnswer(f"{what} is no number: {raw!r}")
    return int(text)


def _brand(rows: Rows) -> int | None:
    for its_rows in rows.values():
        for row in its_rows:
            if row.get("brand_id") is not None:
                return _id(row["brand_id"], "brand_id")
    return None


def _snapshot(
    found: Sequence[Live], warnings: Sequence[str], brand: int | None
) -> Snapshot:
    by_ref: dict[Ref, list[Live]] = defaultdict(list)
    for live in found:
        by_ref[live.ref].append(live)
    # Two numbers equal as integers but not as text cannot be told apart where the
    # column is an integer (C-4).
    by_number: dict[str, set[Ref]] = defaultdict(set)
    for ref in by_ref:
        if ref.kind == "customer" and ref.key.isdecimal():
            by_number[ref.key.lstrip("0")].add(ref)
    alike = {ref for refs in by_number.values() if len(refs) > 1 for ref in refs}
    ambiguous = {
        ref: sorted(live.remote_id for live in lives)
        for ref, lives in by_ref.items()
        if len(lives) > 1 or ref in alike
    }
    return Snapshot(
        {ref: lives[0] for ref, lives in by_ref.items() if ref not in ambiguous},
        ambiguous,
        sorted(set(warnings)),
        brand,
    )
