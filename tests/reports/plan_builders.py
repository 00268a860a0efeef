"""Small builders for plans: say what matters, the rest is usual."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconcile.core.model import MISSING, UNKNOWN, KindName, Path, Ref, Tenant
from reconcile.core.problems import Location
from reconcile.core.steps import (
    Action,
    Basis,
    Cause,
    Change,
    Plan,
    Product,
    Step,
    empty_summary,
)


def at(text: str) -> Location:
    """`at("products/80610.yaml:14")`."""
    file, line = text.rsplit(":", 1)
    return Location(file, int(line), 1)


def change(
    path: str | Path,
    before: Any,
    after: Any,
    basis: Basis = "live",
    held: Cause | None = None,
    applied: Any = UNKNOWN,
) -> Change:
    """`change("tags", [], ["new"])`; words of a path are separated by blanks."""
    where = tuple(path.split()) if isinstance(path, str) else path
    cause = held or "catalog"
    return Change(where, before, after, basis, cause, held is not None, applied)


def price(currency: str, before: str | None, after: str | None) -> Change:
    return change(f"prices {currency} sales_price", before, after)


def retail(currency: str, before: str | None, after: str | None) -> Change:
    return change(f"prices {currency} rec_sales_price", before, after)


def made(path: str | Path, value: Any) -> Change:
    return change(path, MISSING, value)


def step(
    action: Action,
    ref: str,
    *changes: Change,
    name: str = "",
    source: str = "",
    parent: str = "",
    notes: Iterable[str] = (),
    cascade: Iterable[str] = (),
) -> Step:
    """`step("update", "product:80610", …)`."""
    return Step(
        action,
        to_ref(ref),
        changes,
        Ref("product", parent) if parent else None,
        source=at(source) if source else None,
        notes=tuple(notes),
        cascade=tuple(Ref("variant", sku) for sku in cascade),
        name=name,
    )


def style(
    action: Action,
    number: str,
    skus: Iterable[str],
    *changes: Change,
    name: str = "",
    source: str = "",
    notes: Iterable[str] = (),
) -> list[Step]:
    """The same step for several variants of one style."""
    return [
        step(
            action,
            f"variant:{sku}",
            *changes,
            name=name,
            source=source,
            parent=number,
            notes=notes,
        )
        for sku in skus
    ]


def sizes(
    number: str, name: str, skus: Iterable[str], said: str, **alike: str
) -> dict[Ref, Product]:
    """A product whose variants differ in size: `sizes("cap", "Cap", SKUS, "S M L")`."""
    variants = {
        Ref("variant", sku): {**alike, "Size": size}
        for sku, size in zip(skus, said.split(), strict=True)
    }
    return {Ref("product", number): Product(name, variants)}


def plan(*steps: Step | list[Step], unchanged: str = "", **rest: Any) -> Plan:
    """`unchanged="product 32, variant 119"` is what the summary counts."""
    flat = [s for one in steps for s in (one if isinstance(one, list) else [one])]
    summary = empty_summary()
    for part in filter(None, unchanged.split(", ")):
        kind, number = part.split()
        summary[kind]["unchanged"] = int(number)  # type: ignore[index]
    return Plan(
        Tenant("https://api.traede.com", 1),
        "2026-11-21",
        "sha256:7c41d0aa",
        tuple(flat),
        summary=summary,
        **rest,
    )


def to_ref(text: str) -> Ref:
    kind, key = text.split(":", 1)
    known: dict[str, KindName] = {
        "product": "product",
        "variant": "variant",
        "category": "category",
        "collection": "collection",
        "customer": "customer",
    }
    return Ref(known[kind], key)
