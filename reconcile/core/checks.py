"""What one file alone cannot show: checks across the whole catalog, no network."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from reconcile.core.canonical import SEPARATOR, fold
from reconcile.core.codes import COUNTRIES, CURRENCIES
from reconcile.core.config import Config
from reconcile.core.kinds import KINDS, Field, Form, Shape
from reconcile.core.model import Desired, KindName, Path, Ref, Value
from reconcile.core.problems import Location, Problem

Check = Callable[[Sequence[Desired], Config], Iterator[Problem]]


def cross_check(objects: Sequence[Desired], config: Config) -> list[Problem]:
    """All problems that need more than one object, or knowledge of the world."""
    return [problem for check in _CHECKS for problem in check(objects, config)]


def place(desired: Desired, path: Path) -> Location:
    """Where a value is written, or the object where it is not written itself."""
    return desired.sources.get(path, desired.source).location


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The closest of some words, as the end of a sentence; "" where none is."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


_RULE_NAMES: Mapping[KindName, str] = {"product": "item-number", "variant": "sku"}


def _duplicates(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    first: dict[tuple[KindName, str], Desired] = {}
    for desired in objects:
        ref = desired.ref
        folded = (ref.kind, fold(ref.key))
        other = first.setdefault(folded, desired)
        if other is desired:
            continue
        name = KINDS[ref.kind].key_field.replace("_", " ")
        where = other.source.location
        same = other.ref == ref
        at = f" ({other.parent.key})" if other.parent and ref.kind == "variant" else ""
        yield Problem(
            desired.source.location,
            f"duplicate-{_RULE_NAMES.get(ref.kind, ref.kind)}",
            f"also in {where.file}:{where.line}{at}. Each {ref.kind} has its own "
            f"{name}: take one of the two out, or correct it"
            if same
            else f'"{other.ref.key}" in {where.file}:{where.line}{at} differs only by '
            "capitals or spaces: write both the same, or give one another name",
            other=where,
        )


def _references(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    known: dict[KindName, set[str]] = defaultdict(set)
    gone: set[Ref] = set()
    for desired in objects:
        known[desired.ref.kind].add(desired.ref.key)
        if desired.delete:
            gone.add(desired.ref)
    for desired in objects:
        for path, spec, key in _reference_values(desired):
            kind: KindName = spec.form.value  # type: ignore[assignment]
            # Where the catalog declares nothing of a kind, live decides (plan).
            if not known[kind]:
                continue
            if Ref(kind, key) in gone:
                message = (
                    f'"{key}" is deleted by this catalog (`delete: true`). Take this '
                    "reference out, or the delete"
                )
            elif key not in known[kind]:
                message = _unknown(kind, key, known[kind])
            else:
                continue
            yield Problem(place(desired, path), f"unknown-{kind}", message)


def _unknown(kind: KindName, key: str, known: set[str]) -> str:
    top, _, sub = key.rpartition(SEPARATOR)
    start = (
        f'there is no "{sub}" under {top}.'
        if kind == "category" and top in known
        else f'there is no {kind} "{key}" in the catalog.'
    )
    hint = did_you_mean(key, known)
    return f"{start}{hint} A new one: add it under `{KINDS[kind].plural}:`"


def _reference_values(desired: Desired) -> Iterator[tuple[Path, Field, str]]:
    fields = KINDS[desired.ref.kind].fields
    for path, value in desired.values.items():
        spec = fields[path[0]]
        if spec.form in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER):
            for key in value if isinstance(value, list) else [value]:
                if key is not None:
                    yield path, spec, key


def _attributes(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """All variants of a product have the same attribute names (1000001), and no two
    the same values (1000007)."""
    siblings: dict[Ref, list[Desired]] = defaultdict(list)
    for desired in objects:
        if desired.ref.kind == "variant" and desired.parent and not desired.delete:
            siblings[desired.parent].append(desired)
    for variants in siblings.values():
        taken: dict[tuple[tuple[str, str], ...], Desired] = {}
        first = variants[0]
        names = attributes(first).keys()
        for variant in variants:
            own = attributes(variant)
            if own.keys() != names:
                wanted, has = ", ".join(names) or "none", ", ".join(own) or "none"
                yield Problem(
                    variant.source.location,
                    "attribute-names",
                    f"has the attributes {has}, but {first.ref.key} has {wanted}. All "
                    "variants of a product need the same attribute names: write them "
                    "under `attributes`",
                    other=first.source.location,
                )
                continue
            if not own:
                continue
            other = taken.setdefault(tuple(sorted(own.items())), variant)
            if other is not variant:
                text = ", ".join(f"{k} {v}" for k, v in own.items())
                yield Problem(
                    variant.source.location,
                    "same-attributes",
                    f"is {text}, as {other.ref.key} is already. Correct one of the "
                    "two, or take it out",
                    other=other.source.location,
                )


def attributes(desired: Desired) -> dict[str, Value]:
    """The attributes of a variant by name."""
    return {p[1]: v for p, v in desired.values.items() if p[0] == "attributes"}


def _eans(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    first: dict[str, Desired] = {}
    for desired in objects:
        ean = desired.values.get(("ean",))
        if ean is None:
            continue
        where = place(desired, ("ean",))
        if not ean.isdecimal() or len(ean) not in (8, 12, 13, 14):
            yield Problem(
                where, "ean", "an EAN has 8, 12, 13 or 14 digits and nothing else"
            )
        elif ean[-1] != (right := check_digit(ean[:-1])):
            yield Problem(
                where,
                "ean",
                f"the last digit of an EAN checks the others: it would be {right} "
                "here. Compare with the label",
            )
        other = first.setdefault(ean, desired)
        if other is not desired:
            yield Problem(
                where,
                "same-ean",
                f"{other.ref.key} has this EAN too. Correct one of the two",
                "warning",
                other=place(other, ("ean",)),
            )


def check_digit(digits: str) -> str:
    """The GS1 check digit of all digits before it."""
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1)
        for place, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)


def _renames(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    by_ref = {desired.ref: desired for desired in objects}
    claimed: dict[Ref, Desired] = {}
    for desired in objects:
        if desired.renamed_from is None:
            continue
        old = Ref(desired.ref.kind, desired.renamed_from)
        other = claimed.setdefault(old, desired)
        if old == desired.ref:
            message = "renames to the name it has already. Take `renamed_from` out"
        elif other is not desired:
            message = (
                f"{other.ref.key} is renamed from {old.key} too. Only one of the two "
                "can have been it"
            )
        elif (kept := by_ref.get(old)) and kept.renamed_from is None:
            message = (
                f"{old.key} still stands in {kept.source.location.file}:"
                f"{kept.source.location.line}. Take that entry out (it is this one "
                "now), or take `renamed_from` out"
            )
        elif _in_cycle(desired, by_ref):
            message = (
                "these renames go in a circle. Rename one of them to a name that is "
                "not used yet, apply, and rename it again"
            )
        else:
            continue
        yield Problem(desired.source.location, "rename", message)


def _in_cycle(start: Desired, by_ref: Mapping[Ref, Desired]) -> bool:
    seen = {start.ref}
    at: Desired | None = start
    while at is not None and at.renamed_from is not None:
        old = Ref(at.ref.kind, at.renamed_from)
        if old in seen:
            return old == start.ref
        seen.add(old)
        at = by_ref.get(old)
    return False


def _codes(objects: Sequence[Desired], config: Config) -> Iterator[Problem]:
    for desired in objects:
        for path, value in desired.values.items():
            if path[0] in ("prices", "cost_prices"):
                code = path[1].split(" ")[0]
            elif path == ("currency",):
                code = value
            else:
                code = None
            if code is not None and code not in CURRENCIES:
                hint = did_you_mean(str(code), CURRENCIES | set(config.currencies))
                yield Problem(
                    place(desired, path),
                    "currency-code",
                    f'"{code}" is no currency code.{hint} Write three letters: EUR',
                )
            if path[0] == "addresses" and path[-1] == "country":
                yield from _country(value, place(desired, path))
        for record in desired.values.get(("allowed_currencies",)) or ():
            if record.get("currency") not in CURRENCIES:
                yield Problem(
                    place(desired, ("allowed_currencies",)),
                    "currency-code",
                    f'"{record.get("currency")}" is no currency code. Write three '
                    "letters: EUR",
                )


def _country(value: Value, where: Location) -> Iterator[Problem]:
    if value is not None and value not in COUNTRIES:
        yield Problem(
            where,
            "country-code",
            f'"{value}" is no country code.{did_you_mean(str(value), COUNTRIES)} Write '
            "two letters: DK",
        )


def _payment(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """Two models of the same thing; their mapping is documented nowhere (C-2)."""
    for desired in objects:
        written = {path[0] for path in desired.values}
        if {"payment_term", "credit_type"} <= written:
            yield Problem(
                place(desired, ("credit_type",)),
                "two-payment-terms",
                "a customer has either `payment_term` or `credit_type`, not both. Take "
                "one out",
            )


def _cost_sets(objects: Sequence[Desired], config: Config) -> Iterator[Problem]:
    """A label that Traede does not know makes a new set (E-13): a slip costs."""
    for desired in objects:
        for path in desired.values:
            if path[0] != "cost_prices":
                continue
            label = path[1].partition(" ")[2]
            if label and label not in config.cost_price_sets:
                hint = did_you_mean(label, config.cost_price_sets)
                yield Problem(
                    place(desired, path),
                    "cost-price-set",
                    f'"{label}" is no cost price set of this brand.{hint} A new one: '
                    "add it to `cost_price_sets` in reconcile.yaml",
                )


def _once_names(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    for desired in objects:
        fields = KINDS[desired.ref.kind].fields
        for name in sorted(desired.only_on_create - fields.keys()):
            yield Problem(
                desired.source.location,
                "only-on-create",
                f'`only_on_create` names "{name}", which no {desired.ref.kind} has.'
                f"{did_you_mean(name, fields)}",
            )


def _suppliers(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    for desired in objects:
        records = desired.values.get(("suppliers",)) or ()
        if sum(record.get("primary") is True for record in records) > 1:
            yield Problem(
                place(desired, ("suppliers",)),
                "primary-supplier",
                "only one supplier can be `primary: true`",
            )


_CHECKS: Sequence[Check] = (
    _duplicates,
    _references,
    _attributes,
    _eans,
    _renames,
    _codes,
    _payment,
    _cost_sets,
    _once_names,
    _suppliers,
)

assert all(  # noqa: S101 (a slip in the table is a slip in this program)
    field.shape in (Shape.ONE, Shape.SET)
    for kind in KINDS.values()
    for field in kind.fields.values()
    if field.form in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER)
)
