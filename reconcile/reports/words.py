"""What people call things: counts, objects, fields, and a change of one value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from reconcile.core.kinds import KINDS, Field, Form, Shape
from reconcile.core.model import MISSING, UNKNOWN, KindName, Path, Ref, Value
from reconcile.core.personal import is_sealed
from reconcile.core.problems import Location
from reconcile.core.rules.wording import PRICES, money
from reconcile.core.steps import Change, Product, Step, unit
from reconcile.reports.worddiff import Piece, word_diff

HIDDEN: Final = "•••"
NOTHING: Final = "none"
TOLD: Final[tuple[KindName, ...]] = (
    "product",
    "variant",
    "category",
    "collection",
    "customer",
)
"""Kinds in the order in which they are told."""

_NONE: Final[Mapping[Ref, Product]] = MappingProxyType({})
_LONGEST: Final = 48
"""Of a longer text only the part that differs is shown."""
_INLINE: Final = 60
"""A longer text stands old above new; a name never does."""
_CONFUSING: Final = re.compile(r" → |^(?:none|yes|no|•••)$|^[(…\"]|^\s|\s$|^$")


def count(number: int, noun: str) -> str:
    """`1 category`, `3 styles`."""
    if number == 1:
        return f"1 {noun}"
    kind = KINDS.get(noun)  # type: ignore[call-overload]
    return f"{number} {kind.plural if kind else noun + 's'}"


def counts(refs: Iterable[Ref]) -> str:
    """`1 product, 4 variants`."""
    found = Counter(ref.kind for ref in refs)
    return ", ".join(count(found[kind], kind) for kind in TOLD if found[kind])


def label(ref: Ref) -> str:
    """A product by its number alone (its name follows), all else with its kind."""
    return ref.key if ref.kind == "product" else f"{ref.kind} {ref.key}"


def names(
    steps: Iterable[Step], products: Mapping[Ref, Product] = _NONE
) -> dict[Ref, str]:
    """What people call products, and the variants of each."""
    found = {ref: step.name for step in steps for ref in (step.ref, unit(step))}
    for ref, product in products.items():
        for one in (ref, *product.variants):
            found.setdefault(one, product.name)
    return {ref: name for ref, name in found.items() if name}


def looks(products: Mapping[Ref, Product]) -> dict[Ref, str]:
    """What tells a variant from the others of its product: `Navy M`; `M` alone where
    all of them are navy."""
    found = {}
    for product in products.values():
        each = product.variants
        attributes = dict.fromkeys(name for values in each.values() for name in values)
        telling = [
            name
            for name in attributes
            if len({values.get(name) for values in each.values()}) > 1
        ]
        for ref, values in each.items():
            said = (values.get(name, "") for name in telling or attributes)
            found[ref] = " ".join(filter(None, said))
    return found


def short(digest: str) -> str:
    """The 8 digits by which people call a plan."""
    return digest.removeprefix("sha256:")[:8]


def place(source: Location | None) -> str:
    return f"{source.file}:{source.line}" if source else ""


def order(ref: Ref) -> tuple[int, str]:
    return TOLD.index(ref.kind), ref.key


def percent(before: Value, after: Value) -> Decimal | None:
    """By how much a price moves; None where there is nothing to compare with."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return None
    old, new = Decimal(before), Decimal(after)
    return (new - old) * 100 / old if old > 0 else None


def percent_text(moved: Decimal) -> str:
    return f"{moved:+.1f} %"


def is_personal(kind: KindName, change: Change) -> bool:
    spec = KINDS[kind].fields.get(change.path[0])
    return spec is not None and spec.personal


def field_words(kind: KindName, path: Path, *, show_personal: bool = False) -> str:
    """A field as the files name it; a price as people do."""
    first, *rest = path
    spec = KINDS[kind].fields.get(first)
    if first == "prices":
        return f"{rest[0]} {PRICES.get(rest[-1], rest[-1])}"
    if first == "cost_prices":
        return f"cost {rest[0]}"
    if first == "inventory":
        return "opening stock"
    if spec is not None and spec.personal and not show_personal:
        rest = rest[1:]  # the title of an address may be somebody's name
    return " ".join((first, *rest))


def moved(kind: KindName, change: Change, *, show_personal: bool = False) -> str:
    """Before and after of one change: `no → yes`, `+ summer  - winter`."""
    if is_personal(kind, change) and not show_personal:
        return f"{HIDDEN} → {HIDDEN}"
    spec = _spec(kind, change.path)
    if spec.event and isinstance(change.after, list):
        return _records(spec, [], change.after)
    if spec.shape in (Shape.SET, Shape.RECORDS) and change.before is not UNKNOWN:
        return _list_moved(spec, change)
    before, after = _clipped(
        value_words(kind, spec, change.before), value_words(kind, spec, change.after)
    )
    text = f"{_as_known(change, before)} → {after}"
    rise = percent(change.before, change.after) if spec.form is Form.MONEY else None
    return text if rise is None else f"{text} {percent_text(rise)}"


def word_changes(kind: KindName, change: Change) -> list[Piece]:
    """A changed text word by word; nothing where it is no text, of one word, or
    personal."""
    before, after = change.before, change.after
    spec = _spec(kind, change.path)
    if not (isinstance(before, str) and isinstance(after, str)):
        return []
    if spec.form is not Form.TEXT or is_personal(kind, change):
        return []
    if len(before.split()) < 2 and len(after.split()) < 2:
        return []
    return word_diff(before, after)


def long_sides(kind: KindName, change: Change) -> list[tuple[str, list[Piece]]]:
    """The sides of a long text, cut around what changed; empty for any other: old and
    new, or of what is held the catalog's and Traede's."""
    texts = [text for text in (change.before, change.after) if isinstance(text, str)]
    if change.held and change.cause == "both":
        known = three_sides(kind, change)
        if sum(len(said) for _, said in known) > _INLINE and not _is_long(texts):
            return [(side, [("same", said)]) for side, said in known]
    if change.path[-1] == "name" or not _is_long(texts):
        return []
    pieces = word_changes(kind, change)
    if not pieces:
        return []
    old = [piece for piece in pieces if piece[0] != "new"]
    new = [piece for piece in pieces if piece[0] != "old"]
    if not change.held:
        return [
            ("last applied" if change.basis == "applied" else "old", old),
            ("new", new),
        ]
    sides = [("catalog", new), ("Traede", old)]
    if isinstance(change.applied, str):
        once = word_diff(change.applied, str(change.after))
        sides.append(("last applied", [piece for piece in once if piece[0] != "new"]))
    return sides


def _is_long(texts: Sequence[str]) -> bool:
    return max(map(len, texts), default=0) > _INLINE


def three_sides(
    kind: KindName, change: Change, *, show_personal: bool = False
) -> list[tuple[str, str]]:
    """What the catalog says, what Traede has, and what both once were."""
    spec = _spec(kind, change.path)
    hidden = is_personal(kind, change) and not show_personal
    sides = {
        "catalog": change.after,
        "Traede": change.before,
        "last applied": change.applied,
    }
    known = {side: value for side, value in sides.items() if value is not UNKNOWN}
    if hidden:
        return [(side, HIDDEN) for side in known]
    texts = _clipped(*(value_words(kind, spec, value) for value in known.values()))
    return list(zip(known, texts, strict=True))


def sides_words(kind: KindName, change: Change, *, show_personal: bool = False) -> str:
    """`catalog 110 · Traede 99 · last applied 105.74`."""
    sides = three_sides(kind, change, show_personal=show_personal)
    return " · ".join(f"{side} {said}" for side, said in sides)


def written(kind: KindName, change: Change, *, show_personal: bool = False) -> str:
    """The value that a new object gets."""
    if is_personal(kind, change) and not show_personal:
        return HIDDEN
    return _clip(value_words(kind, _spec(kind, change.path), change.after))


def held(kind: KindName, change: Change, *, show_personal: bool = False) -> str:
    """The catalog's value and the one that somebody wrote in Traede."""
    if is_personal(kind, change) and not show_personal:
        return f"{HIDDEN} → {HIDDEN} in Traede"
    spec = _spec(kind, change.path)
    ours, theirs = _clipped(
        value_words(kind, spec, change.after), value_words(kind, spec, change.before)
    )
    return f"{ours} → {theirs} in Traede"


def before_words(kind: KindName, change: Change) -> str:
    """The left side alone, with how it is known."""
    text = value_words(kind, _spec(kind, change.path), change.before)
    return _as_known(change, text)


def after_words(kind: KindName, change: Change) -> str:
    return value_words(kind, _spec(kind, change.path), change.after)


def value_words(kind: KindName, spec: Field, value: Value) -> str:
    """One value as people would say it."""
    if value is UNKNOWN:
        return "(unknown)"
    if value is None and spec.inherits and kind == "variant":
        return "as the product"
    if value is MISSING or value in (None, [], ""):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_sealed(value):
        return HIDDEN
    if isinstance(value, list):
        return ", ".join(
            _record(spec, one) if isinstance(one, dict) else str(one) for one in value
        )
    if spec.form is Form.MONEY:
        return money(value)
    text = str(value)
    return f'"{text}"' if _CONFUSING.search(text) else text


def without_personal(step: Step, words: str) -> str:
    """Somebody's sentence about a customer, with what is personal taken out."""
    if not KINDS[step.ref.kind].personal_name:
        return words
    values = {
        text
        for change in step.changes
        if is_personal(step.ref.kind, change)
        for text in (change.before, change.after)
        if isinstance(text, str) and len(text) > 1
    }
    for text in sorted(values, key=lambda text: (-len(text), text)):
        words = re.sub(re.escape(text), HIDDEN, words, flags=re.IGNORECASE)
    return re.sub(r"[^\s\"'<>,;:]+@[^\s\"'<>,;:]+", HIDDEN, words)


def _spec(kind: KindName, path: Path) -> Field:
    if path[0] not in KINDS[kind].fields:  # the key itself, of a new category
        return Field(path[0])
    return KINDS[kind].field_of(path)


def _as_known(change: Change, before: str) -> str:
    known = change.basis == "applied" and change.before is not UNKNOWN
    return f"(last applied {before})" if known else before


def _list_moved(spec: Field, change: Change) -> str:
    before, after = change.before or [], change.after or []
    if spec.shape is Shape.RECORDS:
        text = _records(spec, before, after)
    else:
        added = [f"+ {one}" for one in after if one not in before]
        text = "  ".join([*added, *(f"- {one}" for one in before if one not in after)])
    if change.basis != "applied":
        return text
    return f"{text}  (last applied {', '.join(_names(spec, before)) or NOTHING})"


def _names(spec: Field, entries: Sequence[Any]) -> list[str]:
    if spec.shape is Shape.RECORDS:
        return [_record_name(spec, one) for one in entries]
    return [str(one) for one in entries]


def _records(
    spec: Field, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> str:
    """Which objects came, which went, and which members of the others changed."""
    # Costs 60 ms to import, and few plans need it.
    from deepdiff import DeepDiff

    # Keyed, as a list in another order is no change.
    old = {_record_name(spec, one): dict(one) for one in before}
    new = {_record_name(spec, one): dict(one) for one in after}
    # Threshold 0: objects with little in common are compared member by member too.
    tree: Mapping[str, Iterable[Any]] = DeepDiff(
        old, new, view="tree", threshold_to_diff_deeper=0
    )
    found: list[tuple[str, str]] = []
    for item in (item for group in tree.values() for item in group):
        name, *member = (str(part) for part in item.path(output_format="list"))
        if name not in old:
            found.append((name, f"+ {_record(spec, new[name])}"))
        elif name not in new:
            found.append((name, f"- {name}"))
        else:
            was, now = (
                value_words("product", _member(spec, member[0]), side.get(member[0]))
                for side in (old[name], new[name])
            )
            found.append((name, f"{name}: {member[0]} {was} → {now}"))
    return "  ".join(text for _, text in sorted(found))


def _record(spec: Field, record: Mapping[str, Any]) -> str:
    rest = [
        f"{name} {value_words('product', _member(spec, name), value)}"
        for name, value in sorted(record.items())
        if name not in spec.keys and value is not None
    ]
    name = _record_name(spec, record)
    return f"{name} ({', '.join(rest)})" if rest else name


def _record_name(spec: Field, record: Mapping[str, Any]) -> str:
    return " ".join(str(record[key]) for key in spec.keys if record.get(key))


def _member(spec: Field, name: str) -> Field:
    return next((m for m in spec.members if m.name == name), Field(name))


def _clip(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _clipped(*texts: str) -> tuple[str, ...]:
    """Long texts cut to the part where they differ."""
    if max(map(len, texts)) <= _LONGEST:
        return texts
    letters = enumerate(zip(*texts, strict=False))
    shortest = min(map(len, texts))
    same = next((i for i, found in letters if len(set(found)) > 1), shortest)
    start = max(same - 12, 0) if same > _LONGEST // 2 else 0
    return tuple(_window(text, start) for text in texts)


def _window(text: str, start: int) -> str:
    return ("…" if start else "") + _clip(text[start:])
