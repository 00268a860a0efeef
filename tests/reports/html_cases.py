"""A plan of what only the HTML report shows at length: grids, margins, long texts,
conflicts with what was last applied, files that are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from plan_builders import at, change, made, plan, price, retail, sizes, step, style

from reconcile.core.model import Ref
from reconcile.core.steps import Block, Change, Plan, Product, Refusal, Step, Warned

POLO: Final = [f"polo-{color}-{size}" for color in "nw" for size in ("s", "m", "l")]
TEES: Final = [f"tee-{size}" for size in ("s", "m", "l", "xl")]
ALONE: Final = "catalog/products/cap.yaml"
MANY: Final = "catalog/prices/dkk.yaml"
CARE: Final = """Wash cold.
Dry flat, never in the sun.
Made in Portugal by people who know how to sew a seam that holds for years."""
STORY: Final = (
    "<p>Our <b>cotton</b> comes from Portugal, 180 g, and is knitted there.</p>"
)


def both(path: str, applied: str, live: str, ours: str) -> Change:
    """Changed on both sides since it was last applied."""
    return replace(change(path, live, ours, held="both"), applied=applied)


def beside(steps: list[Step], member: str, *values: str) -> list[Step]:
    """What of each step's DKK price stays as it is."""
    path = ("prices", "DKK", member)
    return [
        replace(one, beside={path: value})
        for one, value in zip(steps, values, strict=True)
    ]


def polo() -> Product:
    names = {"n": "Navy", "w": "White"}
    variants = {
        Ref("variant", sku): {"Color": names[sku[5]], "Size": sku[7:].upper()}
        for sku in (*POLO, "polo-n-xl")
    }
    return Product("Polo", variants)


def styles() -> Plan:
    name, source = "Polo", "catalog/products/polo.yaml"
    return plan(
        step("create", "variant:polo-n-xl", made("attributes Color", "Navy"),
             made("attributes Size", "XL"), made("ean", "5701234567899"),
             parent="polo", name=name, source=f"{source}:9"),
        step("update", "variant:polo-n-s", change("archived", False, True),
             parent="polo", name=name, source=f"{source}:6"),
        step("update", "variant:polo-n-m", change("ean", None, "5701234567882"),
             price("DKK", "100", "104"), parent="polo", name=name,
             source=f"{source}:7"),
        step("delete", "variant:polo-w-s", parent="polo", name=name,
             notes=[f"entry removed: {source}"]),
        step("create", "variant:polo-w-l", change("weight", None, "1", held="drift"),
             parent="polo", name=name, source=f"{source}:14"),
        step("delete", "product:old", name="Old cap", cascade=["old-1", "old-2"],
             notes=["file removed: catalog/products/old.yaml"]),
        beside(style("update", "tee", TEES[:2], price("DKK", "90", "100"), name="Tee",
                     source=f"{MANY}:2"), "rec_sales_price", "250", "250"),
        beside(style("update", "tee", TEES[2:], price("DKK", "100", "110"), name="Tee",
                     source=f"{MANY}:3"), "rec_sales_price", "250", "275"),
        beside(style("update", "sock", ["sock"], retail("DKK", "90", "80"), name="Sock",
                     source=f"{MANY}:5"), "sales_price", "90"),
        step("update", "product:cap",
             change("name", "Cap", "Cap of wool"),
             change("description", STORY,
                    STORY.replace("180 g", "200 g").replace("<b>", "<b >")),
             change("translations german description", "<p>Gut</p>", "<div>Gut</div>"),
             change("meta Care", CARE, CARE.replace("cold", "at 30 degrees")),
             name="Cap of wool", source=f"{ALONE}:2"),
        step("update", "product:bag",
             both("name", "Bag", "Bag by hand", "Bag of leather"),
             both("meta Care", "Wash cold", "Wash warm", "Wash by hand"),
             name="Bag of leather", source="catalog/products/bag.yaml:2"),
        step("update", "variant:tee-xl",
             change("ean", "5701234567875", None, held="drift"),
             name="Tee", parent="tee", source="catalog/products/tee.yaml:9"),
        refused=(
            Refusal("update:variant:polo-w-m", "Traede shows two of it",
                    "Write `renamed_from`, or take it out.", at(f"{source}:13")),
        ),
        blocked=(
            Block("deletes", "2 deletes, more than `deletes: 1` allows",
                  ("delete:product:old", "delete:variant:polo-w-s"), "0a1b2c3d"),
        ),
        warnings=(
            Warned("retail-missing", "product:tee", "no `rec_sales_price` in EUR"),
            Warned("not-protected", "variant:tee-s",
                   "prices `b2c_offer_price`: Traede does not return it"),
        ),
        products={
            Ref("product", "polo"): polo(),
            **sizes("tee", "Tee", TEES, "S M L XL", Color="Black"),
            **sizes("old", "Old cap", ["old-1", "old-2"], "54 56"),
        },
        unchanged="product 12, variant 40",
    )  # fmt: skip
