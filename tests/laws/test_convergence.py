"""A brand lives: its catalog is edited, people work in Traede, applies come between.

Whatever happened in between, an apply that writes drift and has nothing refused
leaves Traede as the catalog says, and nobody else's things as they were. No apply
deletes what is not ours, or is protected, or more than somebody has approved.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
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

from reconcile.core.approvals import DELETES, Approval
from reconcile.core.catalog import Catalog
from reconcile.core.config import Deletes, make_config
from reconcile.core.model import Ref
from reconcile.core.outcomes import Report
from reconcile.core.problems import At, Location
from reconcile.core.scope import Only
from reconcile.core.steps import keys_of
from reconcile.errors import Blocked
from reconcile.sandbox import Sandbox

Draw = Callable[[st.SearchStrategy[Any]], Any]
STYLES = ("cap", "polo", "tee")
SIZES = ("s", "m", "l")
AMOUNTS = (90, 100, 125.5)
NAMES = ("One", "Two", "Three")
TOPS = ("Men", "Women")
RULES = make_config(
    {
        "base_currency": "DKK",
        "rules": {"price-change": {"level": "error", "percent": 20}},
    }
).rules


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
            deletes=Deletes(max=1, max_percent=100),
            rules=RULES,
        )
        self.products: dict[str, Entry] = {}
        self.customers: dict[str, Entry] = {}
        self.tops: dict[str, Entry] = {}
        self.title = collection("AW26")
        self.tombstones: set[str] = set()
        self.names = 0

    def teardown(self) -> None:
        self.shop.close()
        self.folder.__exit__(None, None, None)

    # --- the catalog ---

    @initialize()
    def begin(self) -> None:
        self.tops = {"Men": category("Men")}
        self.products = {"tee": _style("tee", ("s", "m"))}
        self.customers = {"1000": customer("1000")}
        self.apply(saved=False, write_drift=False, approve=False)

    @rule(
        data=st.data(),
        edits=st.lists(st.sampled_from(range(13)), min_size=1, max_size=5),
        work=st.lists(st.sampled_from(range(4)), max_size=2),
        how=st.sampled_from(["all", "all", "any", "any", "part"]),
    )
    def a_day_passes(
        self, data: st.DataObject, edits: list[int], work: list[int], how: str
    ) -> None:
        """One rule: hypothesis leaves out whole rules, and all of them matter."""
        for edit in edits:
            EDITS[edit](self, data.draw)
        for one in work:
            if self.box.dump()["products"]:
                WORK[one](self, data.draw)
        if how == "part":
            self.apply_a_part(data.draw(st.sampled_from(STYLES)))
        elif how == "all":
            self.apply(saved=False, write_drift=True, approve=True)
        else:
            wishes = {
                name: st.booleans() for name in ("saved", "write_drift", "approve")
            }
            self.apply(**data.draw(st.fixed_dictionaries(wishes)))

    def write_a_style(self, draw: Draw) -> None:
        key = draw(st.sampled_from(STYLES))
        if not self.has_another_name(key):
            self.tombstones.discard(key)
            sizes = draw(st.sets(st.sampled_from(SIZES), min_size=1))
            new = _style(key, sorted(sizes))
            self.products[key] = {**new, **self.products.get(key, {})}
            self.products[key]["variants"] = new["variants"]

    def drop_a_style(self, draw: Draw) -> None:
        if keys := sorted({*self.products, *self.tombstones}):
            key = draw(st.sampled_from(keys))
            self.products.pop(key, None)
            self.tombstones.discard(key)

    def bury_a_style(self, draw: Draw) -> None:
        """With a tombstone, be it there or not."""
        key = draw(st.sampled_from(STYLES))
        protected = self.products.get(key, {}).get("protect")
        if not protected and not self.has_another_name(key):
            self.products.pop(key, None)
            self.tombstones.add(key)

    def edit_a_style(self, draw: Draw) -> None:
        if self.products:
            one = self.products[draw(st.sampled_from(sorted(self.products)))]
            name = draw(st.sampled_from(NAMES))
            changes: Entry = {"name": name, "description": name, "tags": [name.lower()]}
            changes["weight"] = len(name)
            changes["categories"] = [t for t in sorted(self.tops) if len(name) > 3]
            changes["protect"] = len(name) > 3
            field = draw(st.sampled_from(sorted(changes)))
            one[field] = changes[field]

    def reprice(self, draw: Draw) -> None:
        if variants := self.variants():
            one = draw(st.sampled_from(variants))
            currency = draw(st.sampled_from(["DKK", "EUR"]))
            amount = draw(st.sampled_from(AMOUNTS))
            one["prices"] = {**one["prices"], currency: price(amount)}

    def rename_a_style(self, draw: Draw) -> None:
        if self.products:
            key = draw(st.sampled_from(sorted(self.products)))
            one = self.renamed(self.products.pop(key), "item_number")
            self.products[one["item_number"]] = one

    def rename_a_sku(self, draw: Draw) -> None:
        if variants := self.variants():
            one = draw(st.sampled_from(variants))
            one |= self.renamed(one, "sku")

    def rename_a_customer(self, draw: Draw) -> None:
        if self.customers:
            number = draw(st.sampled_from(sorted(self.customers)))
            one = self.renamed(self.customers.pop(number), "customer_number")
            self.customers[one["customer_number"]] = one

    def rename_a_category(self, draw: Draw) -> None:
        if self.tops:
            old = draw(st.sampled_from(sorted(self.tops)))
            one = self.renamed(self.tops.pop(old), "name")
            self.tops[one["name"]] = one
            for style in self.products.values():
                if old in style.get("categories", ()):
                    names = {*style["categories"], one["name"]} - {old}
                    style["categories"] = sorted(names)

    def rename_the_collection(self, _: Draw) -> None:
        self.title = self.renamed(self.title, "title")

    def toggle_a_category(self, draw: Draw) -> None:
        top = draw(st.sampled_from(TOPS))
        if self.tops.pop(top, None) is None:
            self.tops[top] = category(top)
        for one in self.products.values():
            if "categories" in one:
                one["categories"] = [t for t in one["categories"] if t in self.tops]

    def write_a_customer(self, draw: Draw) -> None:
        number = draw(st.sampled_from(["1000", "2000"]))
        name = draw(st.sampled_from(NAMES))
        self.customers[number] = customer(
            number, name=name, billing_email=f"{name}@customer.example"
        )

    def drop_a_customer(self, draw: Draw) -> None:
        if self.customers:
            del self.customers[draw(st.sampled_from(sorted(self.customers)))]

    # --- people in Traede ---

    def a_person_edits(self, draw: Draw) -> None:
        row = draw(st.sampled_from(self.box.dump()["products"]))
        self.box.edit("product", row["item_number"], name=draw(st.sampled_from(NAMES)))
        sku = draw(st.sampled_from([v["sku"] for v in row["variants"]]))
        amount = draw(st.sampled_from(AMOUNTS))
        self.box.edit("variant", sku, **{"prices.DKK.sales_price": amount})

    def a_person_deletes(self, draw: Draw) -> None:
        rows = self.box.dump()["products"]
        key = draw(st.sampled_from([row["item_number"] for row in rows]))
        self.box.delete("product", key)

    def a_person_makes_a_product(self, _: Draw) -> None:
        self.names += 1
        entry = product(f"theirs-{self.names}")
        entry["variants"][0]["archived"] = True
        self.box.create("product", **entry)

    def an_order_arrives(self, draw: Draw) -> None:
        rows = self.box.dump()["products"]
        skus = [v["sku"] for row in rows for v in row["variants"]]
        self.box.order(draw(st.sampled_from(skus)))

    # --- applies ---

    def apply(self, *, saved: bool, write_drift: bool, approve: bool) -> None:
        wanted = self.catalog()
        if approve:
            wanted = self.approved(wanted, write_drift=write_drift)
        theirs = self.unmanaged()
        try:
            with self.deleting_only_ours(wanted):
                if saved:
                    plan = self.shop.save(wanted, write_drift=write_drift)
                    report = self.shop.apply(wanted, plan)
                else:
                    report = self.shop.apply(wanted, write_drift=write_drift)
        except Blocked:
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

    def apply_a_part(self, key: str) -> None:
        """As the plan of one style was saved: nothing else is written or deleted."""
        wanted, ledger = self.catalog(), self.shop.ledger()
        others = self.but_for(key)
        with suppress(Blocked), self.deleting_only_ours(wanted):
            plan = self.shop.save(wanted, only=(Only("product", key),))
            self.shop.apply(wanted, plan)
            assert self.but_for(key) == others
            assert self.shop.ledger().keys() >= {
                ref for ref in ledger if ref.kind == "customer"
            } & {one.ref for one in wanted.objects.values()}

    def approved(self, wanted: Catalog, *, write_drift: bool) -> Catalog:
        """With the lines that the blocked plan prints, if each block has one."""
        blocked = self.shop.plan(wanted, write_drift=write_drift).planned.plan.blocked
        place = At(Location("approvals.yaml", 1, 1))
        lines = tuple(
            Approval(
                block.approve,
                place,
                keys_of(block.ids) if block.guard == DELETES else None,
                "me",
                "meant",
            )
            for block in blocked
            if block.approve is not None
        )
        return replace(wanted, approvals=lines)

    @contextmanager
    def deleting_only_ours(self, wanted: Catalog) -> Iterator[None]:
        """What goes was managed under its numeric id and not protected, or has a
        tombstone; and it is within the limit, or approved."""
        rows = self.shop.ledger().values()
        ours = {(row.ref.kind, row.remote_id) for row in rows if not row.protected}
        parents = {row["id"]: row["item_number"] for row in self.box.dump()["products"]}
        buried = {
            ("variant", variant["id"])
            for row in self.box.dump()["products"]
            if row["item_number"] in self.tombstones
            for variant in row["variants"]
        } | {("product", n) for n, key in parents.items() if key in self.tombstones}
        known = len(self.box.effects)
        yield
        gone = [e for e in self.box.effects[known:] if e["what"] == "delete"]
        gone = [(e["kind"], e["id"]) for e in gone if "id" in e]
        assert {*gone} <= ours | buried
        for kind in ("product", "customer", "category"):
            limit = self.shop.config.deletes.max
            of_kind = [one for one in gone if one[0] == kind and one not in buried]
            assert len(of_kind) <= limit or wanted.approvals

    # --- what is compared ---

    def renamed(self, entry: Entry, field: str) -> Entry:
        """Under a key that nothing has had; it keeps the oldest one until an apply."""
        self.names += 1
        old = entry[field]
        new = f"{old.partition('_')[0]}_{self.names}"
        return {**entry, "renamed_from": entry.get("renamed_from", old), field: new}

    def but_for(self, key: str) -> Any:
        stored = dump_by_key(self.box)
        others = [row for row in stored["products"] if row["item_number"] != key]
        return {**stored, "products": others}

    def variants(self) -> list[Entry]:
        return [v for one in self.products.values() for v in one["variants"]]

    def has_another_name(self, key: str) -> bool:
        return any(k.startswith(f"{key}_") for k in self.products)

    def catalog(self) -> Catalog:
        for kind in (self.tops, self.customers):
            taken = {*kind}
            for one in kind.values():  # what came anew under an old key is that now
                if one.get("renamed_from") in taken:
                    del one["renamed_from"]
                taken.add(one.get("renamed_from", ""))
        return catalog(
            *copy.deepcopy(list(self.tops.values())),
            copy.deepcopy(self.title),
            *copy.deepcopy(list(self.customers.values())),
            *copy.deepcopy(list(self.products.values())),
            *({"item_number": key, "delete": True} for key in sorted(self.tombstones)),
        )

    def unmanaged(self) -> list[Any]:
        ours = {ref.key for ref in self.shop.ledger() if ref.kind == "product"}
        ours |= self.products.keys()
        ours |= {one.get("renamed_from", "") for one in self.products.values()}
        ours |= self.tombstones
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
        categories = {row["name"] for row in stored["categories"]}
        assert {*self.tops} <= categories
        assert self.title["title"] in {row["title"] for row in stored["collections"]}
        for key in self.tombstones:
            assert key not in rows or not rows[key]["active"] or self.is_spent(key)
        customers = {row["customer_number"]: row for row in stored["customers"]}
        for number, one in self.customers.items():
            assert customers[number]["name"] == one["name"]

    def is_spent(self, key: str) -> bool:
        row = self.shop.ledger().get(Ref("product", key))
        return row is not None and row.spent

    def tidy(self, report: Report) -> None:
        """People take `renamed_from` out once it is done."""
        if report.exit_code == 0:
            for kind in (self.products, self.customers, self.tops):
                for one in kind.values():
                    one.pop("renamed_from", None)
            for one in (self.title, *self.variants()):
                one.pop("renamed_from", None)


def _style(key: str, sizes: Any) -> Entry:
    return product(key, *(variant(f"{key}-{size}") for size in sizes))


EDITS = (
    Brand.write_a_style,
    Brand.drop_a_style,
    Brand.bury_a_style,
    Brand.edit_a_style,
    Brand.reprice,
    Brand.rename_a_style,
    Brand.rename_a_sku,
    Brand.rename_a_customer,
    Brand.rename_a_category,
    Brand.rename_the_collection,
    Brand.toggle_a_category,
    Brand.write_a_customer,
    Brand.drop_a_customer,
)
WORK = (
    Brand.a_person_edits,
    Brand.a_person_deletes,
    Brand.a_person_makes_a_product,
    Brand.an_order_arrives,
)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


def test_whatever_happens_an_apply_converges(box: Sandbox) -> None:
    Brand.box = box
    run_state_machine_as_test(
        Brand, settings=settings(max_examples=25, stateful_step_count=8)
    )
