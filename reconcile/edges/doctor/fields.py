"""Which fields rows hold, and in which of the documented forms. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from reconcile.core.diagnosis import Finding
from reconcile.core.kinds import KINDS, Reads, Shape
from reconcile.core.model import KindName
from reconcile.core.wire.read import REFERRED, KeysById, keys_by_id, read_some
from reconcile.errors import TraedeUnavailable

Row = Mapping[str, Any]
Rows = Mapping[KindName, Sequence[Row]]

_TOLD: Final[tuple[KindName, ...]] = ("product", "variant", "collection", "customer")


def fields_and_forms(rows: Rows) -> list[Finding]:
    """Which fields come, which do not, and in which forms."""
    found = _by_kind(rows)
    return [
        *(finding for kind in _TOLD for finding in _fields(kind, found.get(kind, ()))),
        *_understood(rows),
        *_forms(found),
        _addresses(found.get("customer", ())),
    ]


def comes(rows: Sequence[Row], include: str) -> bool | None:
    """Whether what an include names is in the rows; None where no row could show it."""
    nodes: list[Row] = list(rows)
    for step in include.partition(":")[0].split("."):
        if not nodes:
            return None
        values = [node[n] for node in nodes for n in _spellings(step) if n in node]
        if not values:
            return False
        nodes = [child for value in values for child in _children(value)]
    return True


def readable_with(kind: KindName, include: str) -> list[str]:
    """The fields that come only with this include."""
    if include == "variants":
        return ["variants"]
    kinds: tuple[KindName, ...] = (
        ("product", "variant") if kind == "product" else (kind,)
    )
    specs = (spec for name in kinds for spec in KINDS[name].fields.values())
    return [spec.name for spec in specs if spec.include == include]


def takes_in(kind: KindName, rows: Sequence[Row], include: str) -> bool:
    """Whether the field that an include brings would be used as it comes."""
    name = _spellings(include.split(".")[-1])[0]
    of = "variant" if include.startswith("variants.") else kind
    spec = KINDS[of].fields[name]
    if spec.reads is Reads.NEVER:  # not compared, but looked at (C-6)
        return True
    try:
        snapshot = read_some({kind: rows}, _no_keys())
    except TraedeUnavailable:
        return False
    lives = [live for ref, live in snapshot.objects.items() if ref.kind == of]
    return any(
        (name,) in live.closed or any(path[0] == name for path in live.values)
        for live in lives
    )


# --- which fields ---------------------------------------------------------------------


def _fields(kind: KindName, rows: Sequence[Row]) -> Iterator[Finding]:
    documented, blind = f"{kind} fields", f"other {kind} fields"
    if not rows:
        why = f"no {kind} was read, so nothing is known"
        yield Finding(documented, "unknown", why)
        return
    columns = list(_columns(kind, rows))
    missing = [one.name for one in columns if one.promised and one.seen is False]
    if missing:
        sentence = f"not returned, though documented: {', '.join(missing)}"
        hint = "They are compared with what was last applied."
        yield Finding(documented, "warning", sentence, hint)
    else:
        number = sum(one.promised for one in columns)
        yield Finding(documented, "ok", f"all {number} documented ones are returned")
    shown = [one.name for one in columns if not one.promised and one.seen]
    hidden = [one.name for one in columns if not one.promised and one.seen is False]
    if shown:
        sentence = f"returned all the same, so compared live: {', '.join(shown)}"
        yield Finding(blind, "note", sentence)
    if hidden:
        sentence = f"only compared with the last apply: {', '.join(hidden)}"
        yield Finding(blind, "ok", sentence)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    promised: bool
    """Whether a document says that it is returned."""
    seen: bool | None
    """None where no row could show it."""


def _columns(kind: KindName, rows: Sequence[Row]) -> Iterator[_Column]:
    """Each comparable field, and each member of one that is documented to come."""
    for spec in KINDS[kind].fields.values():
        if spec.reads is Reads.NEVER:
            continue
        names = _spellings(spec.on_wire)
        values = [row[name] for row in rows for name in names if name in row]
        yield _Column(spec.name, spec.readable, bool(values))
        if spec.shape is Shape.KEYED and spec.readable:
            entries = [entry for value in values for entry in _children(value)]
            for member in spec.members:
                seen = any(member.name in entry for entry in entries)
                name = f"{spec.name}.{member.name}"
                yield _Column(name, member.readable, seen if entries else None)


# --- understood -----------------------------------------------------------------------


def _understood(rows: Rows) -> Iterator[Finding]:
    """Whether the same reader that a plan uses makes sense of every row."""
    keys = _no_keys()
    warnings: set[str] = set()
    for kind in sorted(rows, key=lambda kind: kind == "product"):  # it refers to others
        if kind == "product" and comes(rows[kind], "variants") is False:
            continue  # that is said where the include is
        try:
            if kind in keys:
                keys = {**keys, kind: keys_by_id(kind, rows[kind])}
            warnings.update(read_some({kind: rows[kind]}, keys).warnings)
        except TraedeUnavailable as error:
            said = error.message.partition(" (" if kind == "customer" else "\n")[0]
            sentence = f"{KINDS[kind].plural} cannot be understood: {said}"
            hint = "Please report this form: no plan can be made with it."
            yield Finding("forms", "problem", sentence, hint)
    for sentence in sorted(warnings):
        yield Finding("forms", "warning", sentence)


def _no_keys() -> KeysById:
    return {kind: {} for kind in REFERRED}


# --- forms ----------------------------------------------------------------------------


def _forms(rows: Rows) -> Iterator[Finding]:
    """How values are written, where the documents disagree; all of it is understood."""
    said = {name: form(rows) for name, form in _FORMS.items()}
    for name, words in said.items():
        if words and "number" in words and name in _ZEROS:
            sentence = f"{words}: {_ZEROS[name]}"
            yield Finding(f"form of {name}", "note", sentence)
        elif words:
            yield Finding(f"form of {name}", "ok", words)
    if unseen := [name for name, words in said.items() if not words]:
        yield Finding("other forms", "unknown", f"not seen yet: {', '.join(unseen)}")


def _types(values: Iterable[Any], words: Mapping[type, str]) -> str:
    """How values are written: `text`, or `number and text` where it varies."""
    seen = {type(value) for value in values} - {type(None)}
    return " and ".join(sorted({words.get(one, "something else") for one in seen}))


_SCALAR: Final[Mapping[type, str]] = {str: "text", int: "number", Decimal: "number"}


def _column(rows: Rows, kind: KindName, name: str) -> list[Any]:
    return [row[name] for row in rows.get(kind, ()) if name in row]


def _prices(rows: Rows) -> str:
    maps = _column(rows, "variant", "prices")
    entries = [entry for prices in maps for entry in _children(prices)]
    return _types((entry.get("sales_price") for entry in entries), _SCALAR)


def _customer_numbers(rows: Rows) -> str:
    return _types(_column(rows, "customer", "customer_number"), _SCALAR)


def _eans(rows: Rows) -> str:
    return _types(_column(rows, "variant", "ean"), _SCALAR)


def _booleans(rows: Rows) -> str:
    kinds: tuple[KindName, ...] = ("product", "customer", "collection")
    values = [value for kind in kinds for value in _column(rows, kind, "active")]
    return _types(values, {bool: "true, false", int: "1, 0", str: '"1", "0"'})


def _colli(rows: Rows) -> str:
    words = {list: "a list", int: "one number", str: "text"}
    return _types(_column(rows, "product", "colli"), words)


def _tree(rows: Rows) -> str:
    top = rows.get("category", ())
    nested = any(_children(row.get("children")) for row in top)
    flat = any(row.get("parent") is not None for row in top)
    if nested and flat:
        return "flat, and as a tree"
    return "a tree" if nested else "flat" if flat else ""


def _parents(rows: Rows) -> str:
    top = rows.get("category", ())
    below = [child for row in top for child in _children(row.get("children"))]
    words = {int: "its id", str: "its id as text", dict: "the whole object"}
    return _types((row.get("parent") for row in (*top, *below)), words)


def _tags(rows: Rows) -> str:
    lists = _column(rows, "product", "tags")
    values = (tag for tags in lists if isinstance(tags, list) for tag in tags)
    return _types(values, {dict: "objects", str: "names"})


def _empty_maps(rows: Rows) -> str:
    names = ("prices", "attributes", "meta")
    values = [value for name in names for value in _column(rows, "variant", name)]
    return _types((one for one in values if not one), {list: "[]", dict: "{}"})


_FORMS: Final[Mapping[str, Callable[[Rows], str]]] = {
    "prices": _prices,
    "customer numbers": _customer_numbers,
    "EANs": _eans,
    "yes and no": _booleans,
    "colli": _colli,
    "categories": _tree,
    "a parent": _parents,
    "tags": _tags,
    "empty maps": _empty_maps,
}
_ZEROS: Final[Mapping[str, str]] = {
    "customer numbers": "one that begins with 0 may lose it",
    "EANs": "one that begins with 0 loses it",
}


def _addresses(customers: Sequence[Row]) -> Finding:
    if not customers:
        return Finding("addresses", "unknown", "no customer was read")
    if not any("addresses" in row for row in customers):
        sentence = "do not come: one that you drop from the catalog stays in Traede"
        return Finding("addresses", "note", sentence)
    sentence = "come with customers; not compared, as their `name` is ambiguous"
    return Finding("addresses", "ok", sentence)


# --- rows -----------------------------------------------------------------------------


def _by_kind(rows: Rows) -> dict[KindName, Sequence[Row]]:
    variants = [
        one for row in rows.get("product", ()) for one in _children(row.get("variants"))
    ]
    return {**rows, "variant": variants}


def _children(value: Any) -> list[Row]:
    """The objects in a list, in a map of objects, or the one object."""
    if isinstance(value, Mapping):
        inner = [one for one in value.values() if isinstance(one, Mapping)]
        return inner if inner and len(inner) == len(value) else [value] if value else []
    if isinstance(value, list):
        return [one for one in value if isinstance(one, Mapping)]
    return []


def _spellings(name: str) -> tuple[str, ...]:
    """The keys under which a field may come: `cost_prices` and `costPrices`."""
    snake = re.sub(r"(?=[A-Z])", "_", name).lower()
    first, *words = snake.split("_")
    return tuple(dict.fromkeys((snake, first + "".join(map(str.capitalize, words)))))
