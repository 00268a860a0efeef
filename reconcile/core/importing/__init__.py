"""Live becomes YAML files: the inverse of `catalog`, from which a plan is empty.

Only what was read is written; a value that cannot stand in a file, or that would not
come back exactly, is left out and said. An object that a file has already stays as
it stands there: existing files are never touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.catalog import read_catalog
from reconcile.core.config import Config
from reconcile.core.importing.already import Written, written_already
from reconcile.core.importing.choosing import (
    ambiguous_keys,
    choose,
    part_of_live,
    read_existing,
)
from reconcile.core.importing.emit import Items, Map, Node, Text, document
from reconcile.core.importing.names import FileNames
from reconcile.core.importing.notes import MOST_NAMED, Notes, some
from reconcile.core.importing.values import (
    Selection,
    lift,
    tree,
    without_bad_attributes,
)
from reconcile.core.kinds import (
    COLLECTION,
    CUSTOMER,
    KINDS,
    PRODUCT,
    VARIANT,
    Field,
    Kind,
    Shape,
)
from reconcile.core.model import (
    MISSING,
    NOTHING,
    KindName,
    Live,
    Path,
    Ref,
    Snapshot,
    Values,
)
from reconcile.core.scope import Only
from reconcile.core.yaml.text import parse

__all__ = ["Imported", "Written", "import_catalog"]

SCHEMA: Final = "schemas/catalog.schema.json"
"""Beside the folder of the catalog, in every brand's repository."""


@dataclass(frozen=True, slots=True)
class Imported:
    """New files for a catalog, and what is not in them."""

    files: Mapping[str, str]
    """Text by path below the folder of the catalog."""
    not_readable: tuple[str, ...]
    """Fields that Traede does not return, such as `product release_date`."""
    needs_you: tuple[str, ...]
    """Sentences about what could not be written."""
    written: Written
    """What a file has already."""
    customers_left: int
    """How many customers were left out because nobody asked for them."""


def import_catalog(
    snapshot: Snapshot,
    config: Config,
    *,
    customers: bool = False,
    existing: Mapping[str, str] = NOTHING,
    only: Sequence[Only] = (),
) -> Imported:
    """Files for all that was read, that `only` covers, and that no existing file
    has."""
    notes = Notes()
    known = read_existing(existing, config)
    part = part_of_live(snapshot, only)
    chosen = choose(snapshot, part, known, notes, customers=customers)
    selection = Selection(snapshot, config, known, chosen, notes)
    names = FileNames(existing)
    roots = {
        "categories": [_category(selection, live) for live in chosen.categories],
        "collections": [
            _plain(selection, COLLECTION, live) for live in chosen.collections
        ],
        "customers": [_plain(selection, CUSTOMER, live) for live in chosen.customers],
    }
    files = {
        names.path("", plural): _file(plural, entries, "../")
        for plural, entries in roots.items()
        if entries
    }
    unpriced: list[tuple[str, str]] = []
    for live in chosen.products:
        path = names.path("products/", live.ref.key)
        files[path] = _file("products", [_product(selection, live)], "../../")
        lacking = [v.ref for v in chosen.below[live.ref] if _unpriced(v, config)]
        if lacking:
            sentence = _no_price(path, files[path], lacking, config)
            unpriced.append((live.ref.key, sentence))
    return Imported(
        dict(sorted(files.items())),
        tuple(not_readable(part, customers=customers)),
        (
            *(
                f"{config.catalog}/{path} cannot be read: correct it first"
                for path in known.unreadable
            ),
            *_no_prices(unpriced, config),
            *ambiguous_keys(part, customers=customers),
            *notes.sentences(),
        ),
        written_already(known, part),
        chosen.customers_left,
    )


def not_readable(snapshot: Snapshot, *, customers: bool) -> Iterator[str]:
    """The fields that were in no answer; of kinds of which there is something."""
    seen: dict[KindName, set[Path]] = {}
    for ref, live in snapshot.objects.items():
        found = seen.setdefault(ref.kind, set())
        for path in (*live.values, *live.closed, *live.opened):
            found.add(path[:1])
            if len(path) == 3:
                found.add((path[0], path[2]))
    for name in ("product", "variant", "category", "collection", "customer"):
        if name in seen and (customers or name != "customer"):
            for field in KINDS[name].fields.values():
                yield from _blind(name, field, seen[name])


def _blind(kind: KindName, field: Field, seen: set[Path]) -> Iterator[str]:
    if (field.name,) not in seen:
        yield f"{kind} {field.name}"
    elif field.shape is Shape.KEYED:
        read = [m for m in field.members if (field.name, m.name) in seen]
        for member in field.members if read else ():
            if member not in read:
                yield f"{kind} {field.name}.{member.name}"


# Entries


def _file(plural: str, entries: list[Node], up: str) -> str:
    return document(Map({plural: Items(entries, block=True)}, block=True), up + SCHEMA)


def _category(selection: Selection, live: Live) -> Node:
    children: list[Node] = [
        Map({"name": Text(child.ref.key.removeprefix(live.ref.key + SEPARATOR))})
        for child in selection.chosen.below[live.ref]
    ]
    name = Text(live.ref.key)
    if not children:
        return Map({"name": name})
    return Map({"name": name, "children": Items(children, block=True)}, block=True)


def _plain(selection: Selection, kind: Kind, live: Live) -> Node:
    values = selection.values(live)
    entry = tree(kind, values, selection.config)
    return Map({kind.key_field: Text(live.ref.key), **entry}, block=kind is CUSTOMER)


def _product(selection: Selection, live: Live) -> Node:
    entry = tree(PRODUCT, selection.values(live), selection.config)
    variants = _variants(selection, live.ref)
    product = {PRODUCT.key_field: Text(live.ref.key), **entry, **variants}
    return Map({k: _tall(k, v) for k, v in product.items()}, block=True)


def _variants(selection: Selection, product: Ref) -> dict[str, Node]:
    lives = selection.chosen.below[product]
    if not lives:
        return {}
    stated: Mapping[Ref, Values] = {v.ref: selection.values(v) for v in lives}
    stated = without_bad_attributes(product, stated, lives, selection.notes)
    shared = lift(stated.values())
    entries: list[Node] = []
    for ref, values in stated.items():
        own = {path: value for path, value in values.items() if path not in shared}
        entry = tree(VARIANT, own, selection.config)
        entries.append(Map({VARIANT.key_field: Text(ref.key), **entry}))
    below: dict[str, Node] = {"variants": Items(entries, block=True)}
    if not shared:
        return below
    defaults = tree(VARIANT, shared, selection.config)
    tall = {key: _tall(key, value) for key, value in defaults.items()}
    return {"variant_defaults": Map(tall, block=True), **below}


def _tall(name: str, node: Node) -> Node:
    """Prices and translations of a style: a line for each currency and language."""
    if name in ("prices", "translations") and isinstance(node, Map):
        return Map(node.entries, block=True)
    return node


# Prices


def _unpriced(live: Live, config: Config) -> bool:
    price = live.at(("prices", config.base_currency, "sales_price"))
    return price is MISSING or price is None


def _no_price(path: str, text: str, refs: Iterable[Ref], config: Config) -> str:
    lacking = set(refs)
    objects, _ = read_catalog({path: parse(text, path).root}, config)
    line = min(d.source.location.line for d in objects if d.ref in lacking)
    many = f" ({len(lacking)} variants)" if len(lacking) > 1 else ""
    return (
        f"{config.catalog}/{path}:{line}   no {config.base_currency} price in "
        f"Traede{many}; base currency price is required"
    )


def _no_prices(unpriced: Sequence[tuple[str, str]], config: Config) -> Iterator[str]:
    """Each by itself; where it is nearly everything, the currency is the mistake."""
    if len(unpriced) <= MOST_NAMED:
        yield from (sentence for _, sentence in unpriced)
        return
    currency = config.base_currency
    yield (
        f"{len(unpriced)} products have no {currency} price in Traede: "
        f"{some([key for key, _ in unpriced])}. The base currency price is required; "
        f"if yours is not {currency}, correct `base_currency` in reconcile.yaml"
    )
