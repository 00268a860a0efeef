"""Small catalogs, live states and ledgers: defaults, and the one thing that matters.

An entry is what stands in a file: `product("tee", variant("tee-s"), name="Tee")`.
`catalog` reads entries as the program does; `live` and `ledger` make of the same
entries what Traede shows, and what an apply of them would have remembered.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.kinds import KINDS, Shape
from reconcile.core.ledger import row_after
from reconcile.core.loading import load_catalog
from reconcile.core.model import Applied, Desired, Live, Path, Ref, Snapshot, Tenant
from reconcile.core.personal import Seal
from reconcile.core.planning import Options, Planned, make_plan
from reconcile.core.problems import errors
from reconcile.core.schema import CompiledSchema, compile_schema
from reconcile.core.steps import Step
from reconcile.edges.files import schema_text

Entry = dict[str, Any]

CONFIG = Config(base_currency="DKK")
SEAL = Seal("salt")
TENANT = Tenant("https://api.traede.example", 1)
TODAY = "2026-11-21"
FILE = "catalog.yaml"


# --- entries ---


def product(item_number: str = "tee", *variants: Entry, **fields: Any) -> Entry:
    """A product; without variants given, it has `<item_number>-s`."""
    whole: Entry = {
        "item_number": item_number,
        "name": item_number.title(),
        "variants": list(variants or (variant(f"{item_number}-s"),)),
    }
    return _written(whole | fields)


def variant(sku: str = "tee-s", **fields: Any) -> Entry:
    """A variant whose size is the last part of its SKU, for 100 DKK."""
    whole: Entry = {
        "sku": sku,
        "attributes": {"Size": sku.rpartition("-")[2].upper()},
        "prices": {"DKK": {"sales_price": 100, "rec_sales_price": 250}},
    }
    return _written(whole | fields)


def price(sales: Any, retail: Any = 250, **members: Any) -> Entry:
    return {"sales_price": sales, "rec_sales_price": retail, **members}


def category(name: str, *children: Entry, **fields: Any) -> Entry:
    below: Entry = {"children": list(children)} if children else {}
    return _written({"name": name, **below, **fields})


def collection(title: str, **fields: Any) -> Entry:
    return _written({"title": title, "visibility": "customers", **fields})


def customer(customer_number: str, **fields: Any) -> Entry:
    whole = {"customer_number": customer_number, "name": "Anna A", "currency": "DKK"}
    return _written(whole | fields)


def address(title: str = "Primary address", **fields: Any) -> Entry:
    whole: Entry = {
        "title": title,
        "name": "Anna A",
        "address": "Hejrevej 33",
        "zip": "2400",
        "city": "Copenhagen",
        "country": "DK",
    }
    return whole | fields


def _written(entry: Entry) -> Entry:
    """Without the fields that a test has set to `...`: they are not written."""
    return {name: value for name, value in entry.items() if value is not ...}


# --- as files, as a catalog ---


def document(*entries: Entry) -> Entry:
    """Entries under the top-level key of their kind; the key field tells which."""
    whole: dict[str, list[Entry]] = defaultdict(list)
    # Everything has a name; only a category has it as its key.
    kinds = sorted(KINDS.values(), key=lambda kind: kind.name == "category")
    for entry in entries:
        kind = next(kind for kind in kinds if kind.key_field in entry)
        whole[kind.plural].append(entry)
    return dict(whole)


def text(*entries: Entry) -> bytes:
    """The file that holds these entries; JSON is YAML."""
    return json.dumps(document(*entries), ensure_ascii=False, indent=1).encode()


def catalog(*entries: Entry, config: Config = CONFIG) -> Catalog:
    """The catalog of one file with these entries, which has no problems."""
    return catalog_of({FILE: text(*entries)} if entries else {}, config)


def catalog_of(texts: Mapping[str, bytes], config: Config = CONFIG) -> Catalog:
    loaded = load_catalog(texts, config, _schema())
    wrong = errors(loaded.problems)
    assert not wrong, wrong
    return loaded.catalog


@cache
def _schema() -> CompiledSchema:
    return compile_schema(schema_text("catalog.schema.json"))


# --- what Traede shows, what the ledger knows ---


def live(*entries: Entry, shown: Iterable[str] = (), first_id: int = 1) -> Snapshot:
    """Traede once these entries were applied; ids count on in the order of the keys.

    Blind fields are hidden unless `shown` names them, as `kind.field`.
    """
    wanted = catalog(*entries).objects
    ids = {ref: first_id + n for n, ref in enumerate(sorted(wanted))}
    return Snapshot(
        {ref: live_of(d, ids[ref], shown=shown) for ref, d in wanted.items()}
    )


def live_of(desired: Desired, remote_id: int, *, shown: Iterable[str] = ()) -> Live:
    """What Traede shows of an object that is as desired: every field that can be
    read, and of the others those in `shown`."""
    kind = KINDS[desired.ref.kind]
    visible = [
        field
        for field in kind.fields.values()
        if field.readable or f"{kind.name}.{field.name}" in {*shown}
    ]
    names = {field.name for field in visible}
    values: dict[Path, Any] = {}
    for field in visible:
        if field.shape is Shape.ONE:
            values[field.name,] = field.null_as if field.on_sale is None else True
        elif field.shape in (Shape.SET, Shape.RECORDS):
            values[field.name,] = []
    for path in desired.values:
        if path[0] in names and len(path) == 3:
            members = kind.fields[path[0]].members
            values |= {(*path[:2], m.name): m.null_as for m in members if m.readable}
    values |= {
        path: value
        for path, value in desired.values.items()
        if path[0] in names and (len(path) < 3 or _member_shown(desired, path))
    }
    keyed = (Shape.MAP, Shape.KEYED)
    closed = {(field.name,) for field in visible if field.shape in keyed}
    opened = {path[:2] for path in values if len(path) == 3}
    return Live(
        desired.ref,
        remote_id,
        values,
        frozenset(closed),
        frozenset(opened),
        desired.parent,
        {kind.key_field: desired.ref.key.rpartition(" > ")[2]},
    )


def _member_shown(desired: Desired, path: Path) -> bool:
    return KINDS[desired.ref.kind].field_of(path).readable


def ledger(*entries: Entry, of: Snapshot | None = None) -> dict[Ref, Applied]:
    """What is remembered after these entries were applied, with the ids of `of`."""
    wanted = catalog(*entries).objects
    found = (of or live(*entries)).objects
    return {
        ref: row_after(d, found[ref], None, SEAL, sent=d.values)
        for ref, d in wanted.items()
        if ref in found and not d.delete
    }


def plan(
    wanted: Catalog,
    now: Snapshot | None = None,
    known: Mapping[Ref, Applied] | None = None,
    *,
    config: Config = CONFIG,
    **options: Any,
) -> Planned:
    return make_plan(
        wanted,
        now or Snapshot({}),
        known or {},
        config,
        SEAL,
        Options(TENANT, TODAY, **options),
    )


def step_ids(planned: Planned) -> list[str]:
    return [step.id for step in planned.plan.steps]


def the_step(planned: Planned, step_id: str) -> Step:
    return next(step for step in planned.plan.steps if step.id == step_id)
