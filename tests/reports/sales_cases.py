"""Plans as salespeople read them: sizes and not SKUs, conflicts, long texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from plan_builders import at, change, made, plan, price, sizes, step, style
from plan_cases import HOSTILE
from report_cases import report

from reconcile.core.model import MISSING, Ref
from reconcile.core.outcomes import Report
from reconcile.core.steps import Block, Plan, Product, Refusal, Warned

LETTERS: Final = "XS S M L XL 2XL 3XL".split()
TEE: Final = [f"M0E200{n}" for n in range(7)]
POLO: Final = {
    Ref("variant", f"P0{color[0]}{size}"): {"Color": color, "Size": size}
    for color in ("Navy", "White")
    for size in ("S", "M", "L", "XL")
}
POLO_SKUS: Final = [ref.key for ref in POLO]
TEXT: Final = (
    "<p>A tee of organic cotton for every day, 180 g, cut a little wider at the "
    "shoulders.</p><p>Washed before it is sewn, so that it keeps its form. Made in "
    "Portugal by people who know how.</p>"
)


def told_by_size() -> Plan:
    """Wherever variants are listed."""
    return plan(
        style("delete", "cap", ["C2", "C1"], name="Cap",
              notes=["entry removed: catalog/products/cap.yaml"]),
        step("delete", "product:old", name="Old tee", cascade=["O1", "O3", "O2"],
             notes=["file removed: catalog/products/old.yaml"]),
        step("rename", "variant:B1", change("sku", "BAG", "B1"), parent="bag",
             name="Bag", source="catalog/products/bag.yaml:4"),
        step("create", "product:new", made("name", "New tee"), name="New tee",
             source="catalog/products/new.yaml:2"),
        style("create", "new", ["N3", "N1", "N2"],
              made("prices EUR sales_price", "20"), name="New tee",
              source="catalog/products/new.yaml:6"),
        style("create", "tee", TEE[6:], made("prices EUR sales_price", "34"),
              name="Tee", source="catalog/products/tee.yaml:20"),
        style("update", "tee", TEE[1:5], price("EUR", "29", "30"), name="Tee"),
        style("update", "tee", TEE[5:6], price("EUR", "29", "34"), name="Tee"),
        style("update", "polo", POLO_SKUS[1:7], price("EUR", "60", "62"), name="Polo"),
        style("update", "bag", ["B1", "B2"], price("EUR", "99", "101"), name="Bag"),
        step("update", "product:tee", change("description", TEXT,
             TEXT.replace("180", "200").replace("in Portugal ", "in Spain ")),
             name="Tee", source="catalog/products/tee.yaml:2"),
        style("update", "tee", TEE[:2], change("archived", False, True), name="Tee",
              source="catalog/products/tee.yaml:9"),
        style("update", "polo", POLO_SKUS[:4:2], change("weight", "180", "200"),
              name="Polo", source="catalog/products/polo.yaml:9"),
        style("update", "jacket", ["J1", "J2", "J3"],
              change("prices USD sales_price", "99", "105.74", held="drift"),
              name="Jacket", source="catalog/products/jacket.yaml:14"),
        style("create", "jacket", ["J4"], change("weight", MISSING, "1", held="drift"),
              name="Jacket"),
        blocked=(
            Block("price-slip", "variant J5 Jacket: EUR wholesale 303.28 → 31.95 looks "
                  "like a slip of 10x", ("variant:J5",), "b81e22d0"),
        ),
        refused=tuple(
            Refusal(f"update:variant:S{n}", "in Traede this SKU belongs to product x",
                    "Traede cannot move a variant.",
                    at("catalog/products/sock.yaml:4"))
            for n in (2, 1)
        ),
        warnings=(
            Warned("half-archived", "variant:M0E2000", "archived, and still on sale "
                   "to consumers"),
            Warned("half-archived", "variant:M0E2001", "archived, and still on sale "
                   "to consumers"),
        ),
        products={
            **sizes("bag", "Bag", ["B1", "B2"], "Brown Black"),
            **sizes("cap", "Cap", ["C1", "C2", "C3"], "56 58 60", Color="Black"),
            **sizes("jacket", "Jacket", [f"J{n}" for n in range(1, 6)],
                    "46 48 50 52 54"),
            **sizes("new", "New tee", ["N1", "N2", "N3"], "S M L"),
            **sizes("old", "Old tee", ["O1", "O2", "O3"], "S M L"),
            Ref("product", "polo"): Product("Polo", POLO),
            **sizes("sock", "Sock", ["S1", "S2"], "36-40 41-46"),
            **sizes("tee", "Tee", TEE, " ".join(LETTERS)),
        },
    )  # fmt: skip


def conflicts() -> Plan:
    return plan(
        style("update", "86061", ["G1", "G2"],
              change("prices USD sales_price", "99", "110", held="both",
                     applied="105.74"),
              name="Jacket Giga", source="catalog/products/86061.yaml:14"),
        step("update", "product:tee",
             change("name", "Tee by hand", "Tee of cotton", held="both",
                    applied="Tee"),
             change("description", TEXT.replace("180", "190"),
                    TEXT.replace("180", "200"), held="both", applied=TEXT),
             change("tags", ["new"], [], held="drift"),
             name="Tee", source="catalog/products/tee.yaml:2"),
        step("update", "product:cap", change("weight", "80", "90"), name="Cap",
             source="catalog/products/cap.yaml:3"),
        step("update", "product:bag[1]",
             change("description", TEXT, TEXT.replace("180", "200"), held="drift"),
             name="Bag", source="catalog/products/bag.yaml:2"),
        refused=(
            Refusal("update:product:sock", "it waits for its collection", "",
                    at("catalog/products/sock.yaml:4")),
        ),
        products=sizes("86061", "Jacket Giga", ["G1", "G2", "G3"], "S M L"),
    )  # fmt: skip


def cautions() -> Plan:
    """Nothing here deserves a look, and something is good to know."""
    known = "Traede does not show the b2c offer. Where somebody set one in Traede, "
    known += "writing the other prices may take it away (108 variants)"
    return plan(
        step("update", "product:tee", change("weight", "1", "2"), name="Tee"),
        warnings=(Warned("not-protected", "", known),),
    )


def not_applied() -> Report:
    """Sizes beside the SKUs that somebody has to look for."""
    of = told_by_size()
    return report(
        ("done", "", [step("update", "product:hat", change("name", "a", "b"))]),
        ("failed", "price is too low", style(
            "update", "polo", POLO_SKUS[2::-1], price("EUR", "60", "62"), name="Polo",
            source="catalog/products/polo.yaml:9")),
        ("skipped", "deleted in Traede after the plan", style(
            "update", "tee", TEE[2:3], price("EUR", "60", "62"), name="Tee",
            source="catalog/products/tee.yaml:9")),
        of=replace(conflicts(), refused=of.refused,
                   products={**of.products, **conflicts().products}),
    )  # fmt: skip


REPORTS: Final[dict[str, Report]] = {"sizes": not_applied()}


def hostile_looks() -> Plan:
    """What tells variants apart is text of somebody else, too."""
    skus = [HOSTILE, "b", "c"]
    looks = {
        Ref("variant", sku): {HOSTILE: f"{HOSTILE}{n} | `x` <b> @you ##[error]"}
        for n, sku in enumerate(skus)
    }
    long = f"{HOSTILE} | `x` <b> @you ##[error] ::error::x " * 3
    return plan(
        style("delete", "a", skus[:1], notes=[HOSTILE]),
        style("create", "a", skus[1:2], made("prices EUR sales_price", "1")),
        style("update", "a", skus[:2], price("EUR", "1", "2"),
              change("weight", "1", "2"), name=HOSTILE),
        step("update", "variant:c", change("weight", "1", "2", held="drift"),
             change("ean", "1", "2", held="both", applied=HOSTILE), parent="a"),
        step("update", "product:a", change("description", long, f"{long}x"),
             change("name", long, HOSTILE, held="both", applied=long)),
        blocked=(Block("price-slip", HOSTILE, ("variant:b",), "0"),),
        refused=tuple(Refusal(f"create:variant:{sku}", HOSTILE) for sku in skus),
        warnings=(Warned("not-protected", "", long),
                  Warned("half-archived", "variant:b", HOSTILE)),
        products={Ref("product", "a"): Product(HOSTILE, looks)},
    )  # fmt: skip


SALES: Final[dict[str, Plan]] = {
    "sizes": told_by_size(),
    "conflicts": conflicts(),
    "cautions": cautions(),
    "hostile-looks": hostile_looks(),
}
