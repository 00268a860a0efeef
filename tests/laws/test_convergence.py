"""A brand lives: its catalog is edited, people work in Traede, applies come between.

Whatever happened in between, an apply that writes drift and has nothing refused
leaves Traede as the catalog says, and nobody else's things as they were.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.builders import (
    Entry,
    catalog,
    category,
    collection,
    customer,
    price,
    product,
    variant,
)
from support.harness import Shop, dump_by_key, quick_folder

from reconcile.core.catalog import Catalog
from reconcile.core.config import Deletes
from reconcile.core.outcomes import Report
from reconcile.errors import Blocked
from reconcile.sandbox import Sandbox

STYLES = ("cap", "polo", "tee")
SIZES = ("s", "m", "l")
AMOUNTS = (90, 100, 125.5)
NAMES = ("One", "Two", "Three")
TOPS = ("Men", "Women")


class Brand(RuleBasedStateMachine):
    """The catalog is data here: entries by key, as they stand in the files."""

    box: Sandbox

    def __init__(self) -> None:
        super().__init__()
        self.box.reset()
        self.folder = quick_folder()
        self.shop = Shop(
            self.box,
            self.folder.__enter__(),
            deletes=Deletes(max=99, max_percent=100),
        )
        self.products: dict[str, Entry] = {}
        self.customers: dict[str, Entry] = {}
        self.tops: set[str] = set()
        self.foreign = 0

    def teardown(self) -> None:
        self.shop.close()
        self.folder.__exit__(None, None, None)

    # --- the catalog ---

    @initialize()
    def begin(self) -> None:
        self.tops = {"Men"}
        self.products = {"tee": _style("tee", ("s", "m"))}
        self.customers = {"1000": customer("1000")}
        self.apply(saved=False, write_drift=False)

    @rule(
        key=st.sampled_from(STYLES), sizes=st.sets(st.sampled_from(SIZES), min_size=1)
    )
    def write_a_style(self, key: str, sizes: set[str]) -> None:
        if f"{key}-new" in self.products:
            return  # it goes by its new name
        old = self.products.get(key, {})
        new = _style(key, sorted(sizes))
        self.products[key] = {**old, "variants": new["variants"]} if old else new

    @rule(key=st.sampled_from(STYLES))
    def drop_a_style(self, key: str) -> None:
        self.products.pop(key, None)

    @rule(data=st.data(), name=st.sampled_from(NAMES), weight=st.integers(1, 3))
    def edit_a_style(self, data: st.DataObject, name: str, weight: int) -> None:
        if self.products:
            one = self.products[data.draw(st.sampled_from(sorted(self.products)))]
            changes: Entry = {"name": name, "weight": weight, "description": name}
            changes["tags"] = [name.lower()]
            changes["categories"] = [t for t in sorted(self.tops) if len(name) > 3]
            field = data.draw(st.sampled_from(sorted(changes)))
            one[field] = changes[field]

    @rule(data=st.data(), amount=st.sampled_from(AMOUNTS))
    def reprice(self, data: st.DataObject, amount: Any) -> None:
        variants = [v for one in self.products.values() for v in one["variants"]]
        if variants:
            one = data.draw(st.sampled_from(variants))
            currency = data.draw(st.sampled_from(["DKK", "EUR"]))
            one["prices"] = {**one["prices"], currency: price(amount)}

    @rule(key=st.sampled_from(STYLES))
    def rename_a_style(self, key: str) -> None:
        new = f"{key}-new"
        if key in self.products and new not in self.products:
            self.products[new] = {
                **self.products.pop(key),
                "item_number": new,
                "renamed_from": key,
            }

    @rule(top=st.sampled_from(TOPS))
    def toggle_a_category(self, top: str) -> None:
        self.tops ^= {top}
        for one in self.products.values():
            if "categories" in one:
                one["categories"] = [t for t in one["categories"] if t in self.tops]

    @rule(number=st.sampled_from(["1000", "2000"]), name=st.sampled_from(NAMES))
    def write_a_customer(self, number: str, name: str) -> None:
        self.customers[number] = customer(
            number, name=name, billing_email=f"{name}@customer.example"
        )

    @rule(number=st.sampled_from(["1000", "2000"]))
    def drop_a_customer(self, number: str) -> None:
        self.customers.pop(number, None)

    # --- people in Traede ---

    @rule(data=st.data(), name=st.sampled_from(NAMES), amount=st.sampled_from(AMOUNTS))
    def a_person_edits(self, data: st.DataObject, name: str, amount: Any) -> None:
        rows = self.box.dump()["products"]
        if rows:
            row = data.draw(st.sampled_from(rows))
            self.box.edit("product", row["item_number"], name=name)
            sku = data.draw(st.sampled_from([v["sku"] for v in row["variants"]]))
            self.box.edit("variant", sku, **{"prices.DKK.sales_price": amount})

    @rule(data=st.data())
    def a_person_deletes(self, data: st.DataObject) -> None:
        rows = self.box.dump()["products"]
        if rows:
            key = data.draw(st.sampled_from([row["item_number"] for row in rows]))
            self.box.delete("product", key)

    @rule()
    def a_person_makes_a_product(self) -> None:
        self.foreign += 1
        entry = product(f"theirs-{self.foreign}")
        entry["variants"][0]["archived"] = True
        self.box.create("product", **entry)

    @rule(data=st.data())
    @precondition(lambda self: self.box.dump()["products"])
    def an_order_arrives(self, data: st.DataObject) -> None:
        rows = self.box.dump()["products"]
        skus = [v["sku"] for row in rows for v in row["variants"]]
        self.box.order(data.draw(st.sampled_from(skus)))

    # --- applies ---

    @rule(saved=st.booleans(), write_drift=st.booleans())
    def apply(self, saved: bool, write_drift: bool) -> None:
        wanted = self.catalog()
        theirs = self.unmanaged()
        try:
            if saved:
                plan = self.shop.save(wanted, write_drift=write_drift)
                report = self.shop.apply(wanted, plan)
            else:
                report = self.shop.apply(wanted, write_drift=write_drift)
        except Blocked:  # such as live-shrunk, when people have deleted everything
            return
        again = self.shop.plan(wanted).planned.plan

        assert self.unmanaged() == theirs
        assert (report.exit_code == 0) == (
            report.left == 0 and not report.plan.conflicts and not report.not_converged
        )
        if report.exit_code == 0:
            assert again.to_do == ()
        if report.exit_code == 0 and write_drift:
            assert again.steps == ()
            self.assert_as_written()
        self.tidy(report)

    @rule()
    def apply_all(self) -> None:
        self.apply(saved=False, write_drift=True)

    def catalog(self) -> Catalog:
        return catalog(
            *(category(top) for top in sorted(self.tops)),
            collection("AW26"),
            *copy.deepcopy(list(self.customers.values())),
            *copy.deepcopy(list(self.products.values())),
        )

    def unmanaged(self) -> list[Any]:
        ours = {ref.key for ref in self.shop.ledger() if ref.kind == "product"}
        ours |= self.products.keys()
        ours |= {one.get("renamed_from", "") for one in self.products.values()}
        rows = self.box.dump()["products"]
        return [row for row in rows if row["item_number"] not in ours]

    def assert_as_written(self) -> None:
        stored = dump_by_key(self.box)
        rows = {row["item_number"]: row for row in stored["products"]}
        for key, one in self.products.items():
            row = rows[key]
            for field in ("name", "description", "tags", "categories"):
                if field in one:
                    assert row[field] == one[field], (key, field)
            if "weight" in one:
                assert float(row["weight"]) == one["weight"]
            skus = {v["sku"]: v for v in row["variants"]}
            for each in one["variants"]:
                found = skus[each["sku"]]["prices"]
                for currency, wanted in each["prices"].items():
                    now = float(found[currency]["sales_price"])
                    assert now == wanted["sales_price"], (each["sku"], currency)
        customers = {row["customer_number"]: row for row in stored["customers"]}
        for number, one in self.customers.items():
            assert customers[number]["name"] == one["name"]

    def tidy(self, report: Report) -> None:
        """People take `renamed_from` out once it is done."""
        if report.exit_code == 0:
            for one in self.products.values():
                one.pop("renamed_from", None)


def _style(key: str, sizes: Any) -> Entry:
    return product(key, *(variant(f"{key}-{size}") for size in sizes))


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


def test_whatever_happens_an_apply_converges(box: Sandbox) -> None:
    Brand.box = box
    run_state_machine_as_test(
        Brand, settings=settings(max_examples=40, stateful_step_count=25)
    )
