"""Which values of one object a file states, and the tree that states them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.core.canonical import record_order
from reconcile.core.codes import CURRENCIES
from reconcile.core.config import Config
from reconcile.core.importing.choosing import Chosen, Existing
from reconcile.core.importing.emit import Items, Map, Node, Text, Word, writable_key
from reconcile.core.importing.limits import KEY, LINE, objection
from reconcile.core.importing.notes import Notes, shown
from reconcile.core.kinds import KINDS, Clear, Field, Form, Kind, Shape
from reconcile.core.model import KindName, Live, Path, Ref, Snapshot, Value, Values

_FIRST: Final = (
    "name",
    "ean",
    "description",
    "attributes",
    "active",
    "archived",
    "b2c_available",
    "categories",
    "collection",
    "subbrand_id",
    "tags",
)
_LAST: Final = ("suppliers", "meta", "translations", "prices", "cost_prices", "drops")
_AS_WRITTEN: Final = frozenset(("attributes", "meta", "tags"))


@dataclass(frozen=True, slots=True)
class Selection:
    """What one file may state about one object."""

    snapshot: Snapshot
    config: Config
    existing: Existing
    chosen: Chosen
    notes: Notes

    def values(self, live: Live) -> dict[Path, Value]:
        """The values to write; what had to be left out is noted."""
        kind = KINDS[live.ref.kind]
        found: dict[Path, Value] = {}
        for name in ordered(kind):
            field = kind.fields[name]
            mine = {p: v for p, v in live.values.items() if p[0] == name}
            for entry in _entries(field, mine):
                stated = {
                    p: v for p, v in entry.items() if not _says_nothing(kind, p, v)
                }
                if not stated:
                    continue
                if reason := self._objection(field, stated):
                    self.notes.field_left_out(live.ref, f"`{name}`", reason)
                else:
                    found.update(stated)
        return found if kind.name != "customer" else self._one_payment(live, found)

    def _objection(self, field: Field, entry: Values) -> str | None:
        path = next(iter(entry))
        if field.shape in (Shape.MAP, Shape.KEYED) and (
            reason := self._key_objection(field, path[1])
        ):
            return reason
        if field.shape is Shape.RECORDS:
            return self._records_objection(field, entry[path])
        if field.shape is Shape.KEYED and (reason := _incomplete(field, entry)):
            return reason
        for path, value in entry.items():
            for item in value if field.shape is Shape.SET else [value]:
                spec = _row(field, path)
                reason = objection(spec, item, self.config) or self._lost(spec, item)
                if reason:
                    return reason
        return None

    def _key_objection(self, field: Field, key: str) -> str | None:
        currency, _, label = key.partition(" ")
        if field.name in ("prices", "cost_prices") and currency not in CURRENCIES:
            return f"{shown(currency)} is no currency code"
        if field.name == "prices" and label:
            return f"{shown(key)} is no currency code"
        if field.name == "cost_prices":
            return self._label_objection(label, key)
        if not KEY.fullmatch(key) or not writable_key(key):
            return f"the name {shown(key)} is not one line of text"
        return None

    def _label_objection(self, label: str, key: str) -> str | None:
        if label and label not in self.config.cost_price_sets:
            return f"{shown(label)} is not among `cost_price_sets` in reconcile.yaml"
        if label != label.strip() or (not label and " " in key):
            return f"the name {shown(key)} is not one line of text"
        return None if not label or LINE.fullmatch(label) else "a name of two lines"

    def _records_objection(
        self, field: Field, records: list[Mapping[str, Value]]
    ) -> str | None:
        order = record_order(field)
        if len({order(record) for record in records}) < len(records):
            return f"an entry stands twice, by {' or '.join(field.keys)}"
        if sum(record.get("primary") is True for record in records) > 1:
            return "several are primary, and the files allow one"
        reasons = (self._record_objection(field, record) for record in records)
        return next((reason for reason in reasons if reason), None)

    def _record_objection(
        self, field: Field, record: Mapping[str, Value]
    ) -> str | None:
        names = [name for name in field.keys if record.get(name) is not None]
        if len(names) != 1 or len(field.keys) > 1 < len(record):
            return f"an entry does not have one {' or '.join(field.keys)}"
        for member in field.members:
            if reason := objection(member, record.get(member.name), self.config):
                return f"{member.name}: {reason}"
        return None

    def _lost(self, spec: Field, key: Value) -> str | None:
        """A reference must be to something that stands in the files, or only in
        Traede where the files have nothing of that kind."""
        if spec.form not in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER):
            return None
        kind: KindName = spec.form.value  # type: ignore[assignment]
        ref = Ref(kind, key)
        if ref in self.chosen.refs or ref in self.existing.usable:
            return None
        declared = kind in self.existing.kinds or any(
            chosen.kind == kind for chosen in self.chosen.refs
        )
        if not declared and ref in self.snapshot.objects:
            return None
        return f"{kind} {shown(key)} is in no file"

    def _one_payment(self, live: Live, found: dict[Path, Value]) -> dict[Path, Value]:
        """A file has one of the two models of payment, and one name of a term."""
        code, own = (
            ("payment_term", "payment_term_code"),
            ("payment_term", "payment_term_id"),
        )
        if code in found:
            found.pop(own, None)
        if ("credit_type",) in found and (code in found or own in found):
            found.pop(code, None)
            found.pop(own, None)
            self.notes.field_left_out(
                live.ref, "`payment_term`", "it has a `credit_type` too"
            )
        return found


def ordered(kind: Kind) -> list[str]:
    """The fields of a kind in the order in which people read them."""
    middle = [n for n in kind.fields if n not in _FIRST and n not in _LAST]
    return [n for n in (*_FIRST, *middle, *_LAST) if n in kind.fields]


def _entries(field: Field, values: Values) -> Iterator[Values]:
    """The parts that are written or left out as one."""
    if field.shape is not Shape.KEYED:
        yield from ({path: value} for path, value in values.items())
        return
    keys = dict.fromkeys(path[1] for path in values)
    for key in keys:
        yield {path: value for path, value in values.items() if path[1] == key}


def _says_nothing(kind: Kind, path: Path, value: Value) -> bool:
    """Whether a value is none, or what everything is unless somebody says else."""
    field, spec = kind.fields[path[0]], _row(kind.fields[path[0]], path)
    if value is None or value in ([], [0]) or value == spec.null_as:
        return True
    if spec.form is Form.BOOL and field.shape is Shape.ONE:
        usual = False if spec.on_sale is None else spec.on_sale
        return value == usual and not spec.inherits
    return spec.form is Form.NUMBER and spec.clear is Clear.ZERO and value == "0"


def _incomplete(field: Field, entry: Values) -> str | None:
    stated = {path[-1] for path in entry}
    missing = [m.name for m in field.members if m.required and m.name not in stated]
    return f"an entry has no {missing[0]}" if missing else None


def _row(field: Field, path: Path) -> Field:
    if field.shape in (Shape.KEYED, Shape.RECORD):
        return next(m for m in field.members if m.name == path[-1])
    return field


# Trees


def tree(kind: Kind, values: Values, config: Config) -> dict[str, Node]:
    """The entry that states these values, without its key."""
    entry: dict[str, Node] = {}
    for name in ordered(kind):
        mine = {path: value for path, value in values.items() if path[0] == name}
        if mine:
            field = kind.fields[name]
            entry[name] = _TREES[field.shape](field, mine, config)
    return entry


def _one(field: Field, values: Values, _: Config) -> Node:
    return leaf(field, values[field.name,])


def _set(field: Field, values: Values, _: Config) -> Node:
    return Items([leaf(field, item) for item in values[field.name,]])


def _records(field: Field, values: Values, _: Config) -> Node:
    return Items(
        [
            Map(
                {
                    m.name: leaf(m, record[m.name])
                    for m in field.members
                    if m.name in record
                }
            )
            for record in values[field.name,]
        ]
    )


def _map(field: Field, values: Values, _: Config) -> Node:
    return Map({p[1]: leaf(field, value) for p, value in sorted(values.items())})


def _record(field: Field, values: Values, _: Config) -> Node:
    return Map(_members(field, values, (field.name,)))


def _keyed(field: Field, values: Values, config: Config) -> Node:
    keys = sorted({path[1] for path in values}, key=_by_currency(config))
    entries = {key: _members(field, values, (field.name, key)) for key in keys}
    if field.name != "cost_prices":
        return Map({key: Map(members) for key, members in entries.items()})
    return Items(
        [Map({**_cost_key(key), **members}) for key, members in entries.items()]
    )


def _members(field: Field, values: Values, at: Path) -> dict[str, Node]:
    paths = {member.name: (*at, member.name) for member in field.members}
    return {
        member.name: leaf(member, values[paths[member.name]])
        for member in field.members
        if paths[member.name] in values
    }


def _cost_key(key: str) -> dict[str, Node]:
    currency, _, label = key.partition(" ")
    named: dict[str, Node] = {"cost_price_set_label": Text(label)} if label else {}
    return {"currency": Text(currency), **named}


def _by_currency(config: Config) -> Callable[[str], tuple[int, str]]:
    """The base currency first, then those of the configuration, then the others."""
    known = (config.base_currency, *config.currencies)
    return lambda key: (known.index(key) if key in known else len(known), key)


_TREES: Final[Mapping[Shape, Callable[[Field, Values, Config], Node]]] = {
    Shape.ONE: _one,
    Shape.SET: _set,
    Shape.RECORDS: _records,
    Shape.MAP: _map,
    Shape.RECORD: _record,
    Shape.KEYED: _keyed,
}


def leaf(spec: Field, value: Value) -> Node:
    if value is None:
        return Word("null")
    if isinstance(value, bool):
        return Word("true" if value else "false")
    if spec.form is Form.MONEY:
        return Word(_price(value))
    if spec.form in (Form.NUMBER, Form.INT, Form.DATE):
        return Word(str(value))
    # A number of days, or an account: the schema takes whole numbers as they are.
    digits = spec.name == "credit_modifier" and value.isdecimal() and value.isascii()
    return Text(value, spec.name in _AS_WRITTEN or digits)


def _price(text: str) -> str:
    """Cents as people write them: 9.50, where one digit would be the same."""
    return f"{text}0" if text[-2:-1] == "." else text


# Variants


def lift(variants: Iterable[Values]) -> dict[Path, Value]:
    """The values that all variants of a style share.

    A price is lifted with its retail price or not at all; an offer only on top of
    its price. So nobody has to look in two places for one price.
    """
    first, *others = variants
    if not others:
        return {}
    shared = {
        path: value
        for path, value in first.items()
        if path[0] != "ean" and all(o.get(path, _ABSENT) == value for o in others)
    }
    split = {
        path[1]
        for values in (first, *others)
        for path in values
        if path[0] == "prices" and path[2] in _PRICE and path not in shared
    }
    return {
        path: value
        for path, value in shared.items()
        if path[0] != "prices" or path[1] not in split
    }


_ABSENT: Final = object()
_PRICE: Final = ("sales_price", "rec_sales_price")


def without_bad_attributes(
    product: Ref, variants: Mapping[Ref, Values], lives: Iterable[Live], notes: Notes
) -> dict[Ref, Values]:
    """Attributes of all variants of a product, or of none where they do not fit."""
    own = {
        ref: {p[1]: v for p, v in values.items() if p[0] == "attributes"}
        for ref, values in variants.items()
    }
    names = {frozenset(attributes) for attributes in own.values()}
    combinations = {tuple(sorted(attributes.items())) for attributes in own.values()}
    lost = any(
        path not in variants[live.ref]
        for live in lives
        for path in live.values
        if path[0] == "attributes"
    )
    if lost:
        reason = "one has no value, or none that a file may hold"
    elif len(names) > 1:
        reason = "the variants have different ones. Correct them in Traede"
    elif names != {frozenset()} and len(combinations) < len(own):
        reason = "two variants have the same ones. Correct them in Traede"
    else:
        return dict(variants)
    notes.field_left_out(product, "`attributes` of its variants", reason)
    return {
        ref: {p: v for p, v in values.items() if p[0] != "attributes"}
        for ref, values in variants.items()
    }
