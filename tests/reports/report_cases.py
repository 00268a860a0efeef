"""The finished applies that the golden files show, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from plan_builders import at, change, made, plan, price, step, style
from plan_cases import CHINO, HOSTILE, SHORTS

from reconcile.core.outcomes import Report, Result, ResultName, Why
from reconcile.core.steps import Plan, Refusal, Step

NUMBER: Final = "The selected supplier number is invalid."
POLO: Final = ("Shirt Polo Ralph Lauren blue", "catalog/products/79885.yaml:3")


def report(
    *results: tuple[ResultName, str, Iterable[Step]],
    of: Plan | None = None,
    **rest: Any,
) -> Report:
    """`("failed", "Traede's words", steps)`, and nothing that did not happen."""
    steps = [step for _, _, some in results for step in some]
    return Report(
        of or plan(*steps),
        {
            s.id: Result(s, result, words, why(result, words))
            for result, words, some in results
            for s in some
        },
        **rest,
    )


def why(result: ResultName, words: str) -> Why:
    """As the engine says it of these: the others are our own words."""
    if result == "failed" and not words.startswith(("accepted, but", "Traede ")):
        return "refused" if words else ""
    return "moved" if "after the plan" in words else ""


def done(number: int) -> tuple[ResultName, str, list[Step]]:
    return "done", "", [
        step("update", f"variant:sku-{n}", price("EUR", "1", "2"), parent="tee")
        for n in range(number)
    ]  # fmt: skip


def polo() -> list[Step]:
    name, source = POLO
    return [
        step("create", "product:79885", made("name", name), name=name, source=source),
        *style("create", "79885", ["polo-s", "polo-m", "polo-l"], name=name,
               source=source),
    ]  # fmt: skip


def in_part() -> Report:
    product, *variants = polo()
    giga = style("update", "83536", CHINO, price("EUR", "145.9", "151.95"),
                 name="MU – Shirt “Gioconda”",
                 source="catalog/prices/eur.yaml:4")  # fmt: skip
    return report(
        done(110),
        ("failed", NUMBER, [product]),
        ("failed", NUMBER, variants),
        ("skipped", "EUR wholesale was changed in Traede after the plan: 145.9 → 149; "
         "not overwritten", giga),
        ("archived", "orders exist", [
            step("delete", "product:72066", name="Shorts America Sun68 beige",
                 cascade=[*SHORTS, "x"])]),
    )  # fmt: skip


def all_kinds_of_bad() -> Report:
    bad = step("update", "product:tee", change("name", "Tea", "Tee"), name="Tee",
               source="catalog/products/tee.yaml:2")  # fmt: skip
    both = step("update", "product:cap", change("name", "a", "b", held="both"),
                name="Cap", source="catalog/products/cap.yaml:2")  # fmt: skip
    lost = step("update", "customer:1000",
                change("billing_email", "ida@jensen.example", "bo@jensen.example"),
                source="catalog/customers.yaml:3")  # fmt: skip
    some = style("update", "79097", ["a-1", "a-2"], price("EUR", "1", "2"),
                 name="Lace up shoes",
                 source="catalog/products/79097.yaml:5")  # fmt: skip
    one = step("delete", "variant:a-9", parent="79097", name="Lace up shoes")
    refusal = Refusal("create:product:x", "a new product needs `name`", "Write `name`.",
                      at("catalog/products/x.yaml:2"))  # fmt: skip
    return report(
        done(3),
        ("as found", "", [step("create", "category:Men")]),
        ("failed", "name is too long", [bad]),
        ("unknown", "bo@jensen.example: no answer (ida@other.example)", [lost]),
        ("skipped", "deleted in Traede after the plan", some),
        ("skipped", "needs product 79885, which was not written", [one]),
        of=plan(bad, both, lost, some, one, refused=(refusal,)),
        not_converged={
            "update:variant:sku-1": (("ean",), ("prices", "EUR", "sales_price"))
        },
        settled=("The last run was cut off with 4 calls in flight. Of 4 "
                 "items, 3 had arrived, 1 had not.",),
        stopped="Traede answers no more (503)",
    )  # fmt: skip


def not_stuck() -> Report:
    step_ = step("delete", "product:cap", name="Cap")
    return report(
        done(5),
        ("done", "", [step_]),
        not_converged={
            step_.id: (("delete",),),
            "update:variant:sku-1": (("weight",), ("attributes", "Size")),
        },
    )


def hostile() -> Report:
    bad = step("create", f"product:{HOSTILE}", name=HOSTILE, source="f.yaml:1")
    return report(("failed", HOSTILE, [bad]), settled=(HOSTILE,), stopped=HOSTILE)


def many() -> Report:
    return report(
        ("failed", NUMBER, [
            step("update", f"product:{n:03}", change("tags", [], ["new"]),
                 name=f"Style {n}", source=f"catalog/{n}.yaml:2")
            for n in range(250)])
    )  # fmt: skip


ALL: Final[dict[str, Report]] = {
    "good": report(done(123)),
    "found": report(done(120), ("as found", "", polo())),
    "nothing": report(of=plan(unchanged="product 32, variant 119, customer 4")),
    "in-part": in_part(),
    "bad": all_kinds_of_bad(),
    "not-stuck": not_stuck(),
    "hostile": hostile(),
    "many": many(),
}
