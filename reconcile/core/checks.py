"""What one file alone cannot show: checks across the whole catalog, no network."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from reconcile.core.canonical import fold
from reconcile.core.codes import COUNTRIES, CURRENCIES
from reconcile.core.config import Config
from reconcile.core.kinds import KINDS
from reconcile.core.languages import languages
from reconcile.core.model import Desired, KindName, Path, Ref, Value
from reconcile.core.problems import Location, Problem
from reconcile.core.references import did_you_mean, place, references
from reconcile.core.slips import lone_quotes, odd_spaces
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Scalar
from reconcile.core.yaml.nodes import Sequence as ListNode

Check = Callable[[Sequence[Desired], Config], Iterator[Problem]]


def cross_check(
    objects: Sequence[Desired], config: Config, *, complete: bool = True
) -> list[Problem]:
    """All problems that need more than one object, or knowledge of the world.

    Where not all files could be read (`complete`), nothing is called unknown: it may
    stand in the others.
    """
    return [
        problem
        for check in _CHECKS
        if complete or check is not references
        for problem in check(objects, config)
    ]


_RULE_NAMES: Mapping[KindName, str] = {"product": "item-number", "variant": "sku"}


def _duplicates(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    first: dict[tuple[KindName, str], Desired] = {}
    for desired in objects:
        ref = desired.ref
        folded = (ref.kind, fold(ref.key))
        other = first.setdefault(folded, desired)
        if other is desired:
            continue
        name = KINDS[ref.kind].key_field.replace("_", " ").replace("sku", "SKU")
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
            f"capitals or spaces: take one of the two out, or give it another {name}",
            other=where,
        )


def _attributes(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """All variants of a product have the same attribute names (1000001), and no two
    the same values (1000007). Those that write none are left to Traede."""
    siblings: dict[Ref, dict[Ref, Desired]] = defaultdict(dict)
    for desired in objects:
        if desired.parent and not desired.delete and attributes(desired):
            siblings[desired.parent].setdefault(desired.ref, desired)
    for variants in siblings.values():
        yield from _in_one_product(list(variants.values()))


def attributes(desired: Desired) -> dict[str, Value]:
    """The attributes of a variant by name."""
    return {p[1]: v for p, v in desired.values.items() if p[0] == "attributes"}


def _in_one_product(variants: Sequence[Desired]) -> Iterator[Problem]:
    """The names that most have are right; of equally many, those of the first."""
    names = Counter(frozenset(attributes(variant)) for variant in variants)
    usual = max(names, key=lambda own: names[own])
    model = next(v for v in variants if attributes(v).keys() == usual)
    taken: dict[tuple[tuple[str, str], ...], Desired] = {}
    for variant in variants:
        own = attributes(variant)
        if own.keys() != usual:
            yield Problem(
                variant.source.location,
                "attribute-names",
                f"has the attributes {', '.join(own)}, but {model.ref.key} has "
                f"{', '.join(attributes(model))}. All variants of a product need the "
                "same names under `attributes`: write them alike",
                other=model.source.location,
            )
            continue
        other = taken.setdefault(tuple(sorted(own.items())), variant)
        if other is not variant:
            text = ", ".join(f"{k} {v}" for k, v in own.items())
            yield Problem(
                variant.source.location,
                "same-attributes",
                f"is {text}, as {other.ref.key} is already. Correct one of the two, "
                "or take it out",
                other=other.source.location,
            )


def _eans(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    first: dict[str, Desired] = {}
    for desired in objects:
        ean = desired.values.get(("ean",))
        if ean is None or desired.delete:
            continue
        if not _EAN.fullmatch(ean):
            continue  # the schema says so
        if ean[-1] != (right := check_digit(ean[:-1])):
            yield Problem(
                place(desired, "ean"),
                "ean",
                "the last digit of a bar code checks the others, and would be "
                f"{right} here. Write it as on the label",
            )
        # Traede keeps it as a number: a 12-digit code is one of 13 that begins with 0.
        other = first.setdefault(ean.lstrip("0"), desired)
        if other.ref != desired.ref:
            yield Problem(
                place(desired, "ean"),
                "same-ean",
                f"{other.ref.key} has this bar code too. Correct one of the two",
                "warning",
                other=place(other, "ean"),
            )


_EAN: Final = re.compile("[0-9]{8}|[0-9]{12,14}")


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
        elif other.ref != desired.ref:
            message = (
                f"{other.ref.key} is renamed from {old.key} too. Only one of the two "
                "can have been it: take the wrong `renamed_from` out"
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
        yield Problem(place(desired, "renamed_from"), "rename", message)


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


def _deletes(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """What a `delete: true` stands beside, or takes along."""
    deleted = {desired.ref: desired for desired in objects if desired.delete}
    told: set[Ref] = set()
    for desired in objects:
        above = deleted.get(desired.parent) if desired.parent else None
        if desired.protect and (desired.delete or above):
            yield Problem(
                place(desired, "protect"),
                "delete-protected",
                "what is protected cannot be deleted. Take the `delete: true` out; or "
                "write `protect: false`, apply, and delete it then",
                other=place(above, "delete") if above else None,
            )
        if above is None or desired.delete:
            continue
        if desired.ref.kind == "category":
            yield Problem(
                desired.source.location,
                "delete-with-children",
                f'"{above.ref.key}" has `delete: true`, which takes this one along. '
                "Take the delete out, or write `delete: true` here too",
                other=place(above, "delete"),
            )
        elif above.ref not in told:
            told.add(above.ref)
            yield Problem(
                place(above, "delete"),
                "delete-with-variants",
                "the variants go with their product, and what is written about them "
                "has no effect. Leave only item_number and `delete: true`",
                "warning",
            )


def _codes(objects: Sequence[Desired], config: Config) -> Iterator[Problem]:
    own = {config.base_currency, *config.currencies}
    known = CURRENCIES | own
    for desired in objects:
        for path, code in _currencies(desired):
            # Other forms are the schema's to refuse.
            if code in known or not _CURRENCY.fullmatch(code):
                continue
            hint = did_you_mean(code, own | _USUAL)
            yield Problem(
                place(desired, *path, text=code),
                "currency-code",
                f'"{code}" is no currency code that we know.{hint} Write three letters '
                "such as EUR; if it is right, add it to `currencies` in reconcile.yaml",
            )
        for path, value in desired.values.items():
            if path[0] == "addresses" and path[-1] == "country":
                yield from _country(value, place(desired, *path))


_USUAL: Final = frozenset(("CHF", "DKK", "EUR", "GBP", "NOK", "SEK", "USD"))
_CURRENCY: Final = re.compile("[A-Z]{3}")
_COUNTRY: Final = re.compile("[A-Z]{2}")
_OTHER_COUNTRIES: Final = {"UK": "GB", "EL": "GR"}
"""What people write, and what the standard says."""


def _currencies(desired: Desired) -> Iterator[tuple[Path, str]]:
    """Each currency that one object names, once, and where."""
    named: dict[Path, str] = {}
    for path, value in desired.values.items():
        if path[0] in ("prices", "cost_prices"):
            named[path[:2]] = path[1].partition(" ")[0]
        elif path == ("currency",) and value is not None:
            named[path] = value
    yield from named.items()
    for record in desired.values.get(("allowed_currencies",)) or ():
        yield ("allowed_currencies",), str(record.get("currency"))


def _country(value: Value, where: Location) -> Iterator[Problem]:
    if value is None or value in COUNTRIES or not _COUNTRY.fullmatch(value):
        return
    meant = _OTHER_COUNTRIES.get(value)
    yield Problem(
        where,
        "country-code",
        f'"{value}" is no country code. Write {meant or "two letters such as DK"}',
    )


def _payment(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """Two models of the same thing; their mapping is documented nowhere (C-2)."""
    for desired in objects:
        written = {path[0] for path in desired.values}
        if {"payment_term", "credit_type"} <= written:
            yield Problem(
                place(desired, "credit_type"),
                "two-payment-terms",
                "a customer has either `payment_term` or `credit_type`, not both. Take "
                "one out",
            )


def _cost_sets(objects: Sequence[Desired], config: Config) -> Iterator[Problem]:
    """A label that Traede does not know makes a new set (E-13): a slip costs."""
    for desired in objects:
        for where, label in _cost_labels(desired):
            if label not in config.cost_price_sets:
                hint = did_you_mean(label, config.cost_price_sets)
                yield Problem(
                    where,
                    "cost-price-set",
                    f'"{label}" is no cost price set of this brand.{hint} A new one: '
                    "add it to `cost_price_sets` in reconcile.yaml",
                )


def _cost_labels(desired: Desired) -> Iterator[tuple[Location, str]]:
    for path in desired.values:
        if path[0] == "cost_prices" and (label := path[1].partition(" ")[2]):
            yield place(desired, *path[:2], "cost_price_set_label"), label
    for record in desired.values.get(("suppliers",)) or ():
        if label := record.get("cost_price_set"):
            yield place(desired, "suppliers", text=label), label


def _suppliers(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    for desired in objects:
        node = desired.sources.get(("suppliers",))
        rows = node.items if isinstance(node, ListNode) else ()
        found = [row.get("primary") for row in rows if isinstance(row, MapNode)]
        primary = [
            n for n in found if isinstance(n, Scalar) and n.plain_value() is True
        ]
        for again in primary[1:]:
            yield Problem(
                again.location,
                "primary-supplier",
                "only one supplier can be the primary one. Write false here, or there",
                other=primary[0].location,
            )


def _stock(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    """Traede keeps no stock of a product with `no_inventory` (sync-products.txt)."""
    without = {d.ref for d in objects if d.values.get(("no_inventory",)) is True}
    for desired in objects:
        path = ("inventory", "quantity")
        if path in desired.values and desired.parent and desired.parent in without:
            yield Problem(
                place(desired, *path),
                "no-inventory",
                f"{desired.parent.key} has `no_inventory: true`, so Traede keeps no "
                "stock of it. Take one of the two out",
            )


_CHECKS: Sequence[Check] = (
    _duplicates,
    references,
    lone_quotes,
    odd_spaces,
    _attributes,
    _eans,
    _renames,
    _deletes,
    _codes,
    languages,
    _payment,
    _cost_sets,
    _suppliers,
    _stock,
)
