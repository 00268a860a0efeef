"""Promises that were broken once; each of these was found by somebody trying."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import (
    catalog,
    category,
    collection,
    customer,
    price,
    product,
    variant,
)
from support.harness import Killed, Life, Shop, twice

from reconcile.core.config import Deletes
from reconcile.edges.state import this_process
from reconcile.sandbox import Dialect, Fault

LOOSE = Deletes(max=50, max_percent=100)


def row(shop: Shop, key: str = "tee") -> dict[str, object]:
    rows = shop.box.dump()["products"]
    found: dict[str, object] = next(r for r in rows if r["item_number"] == key)
    return found


def test_a_category_stays_while_a_product_in_it_cannot_be_deleted(shop: Shop) -> None:
    shop.configure(deletes=Deletes(50, 100, "fail"))
    tee = product("tee", categories=["Men"])
    shop.apply(
        catalog(
            category("Men"), category("Women"), tee, product("cap", variant("cap-s"))
        )
    )
    shop.box.order("tee-s")

    report = shop.apply(catalog(category("Women"), product("cap", variant("cap-s"))))

    assert report.exit_code == 5
    assert report.results["delete:category:Men"].result == "skipped"
    assert row(shop)["categories"]


def test_what_came_into_a_category_meanwhile_keeps_it(shop: Shop) -> None:
    cap = product("cap", variant("cap-s"))
    shop.configure(deletes=LOOSE)
    shop.apply(catalog(category("Men"), category("Women"), cap))
    saved = shop.save(catalog(category("Women"), cap))
    shop.box.edit("product", "cap", categories=["Men"])

    report = shop.apply(catalog(category("Women"), cap), saved)

    assert report.results["delete:category:Men"].result == "skipped"
    assert row(shop, "cap")["categories"]


def test_what_never_arrived_is_planned_again(shop: Shop) -> None:
    shop.apply(catalog(product("tee", variant("tee-s", prices={"DKK": price(420)}))))
    shop.box.dialect = Dialect(sync_delay=100_000)
    dear = catalog(product("tee", variant("tee-s", prices={"DKK": price(430)})))

    report = shop.apply(dear)
    shop.box.dialect = Dialect()
    again = shop.plan(dear).planned.plan

    assert report.exit_code == 8
    assert [step.id for step in again.to_do] == ["update:variant:tee-s"]


def test_a_variant_that_we_archived_goes_with_its_product(shop: Shop) -> None:
    shop.configure(deletes=LOOSE)
    cap = product("cap", variant("cap-s"))
    both = [variant("tee-s"), variant("tee-m", attributes={"Size": "M"})]
    shop.apply(catalog(product("tee", *both), cap))
    shop.box.order("tee-m")
    shop.apply(catalog(product("tee", both[0]), cap))

    planned = shop.plan(catalog(cap)).planned.plan

    assert [step.id for step in planned.to_do] == ["delete:product:tee"]
    assert not planned.refused


def test_a_revival_leaves_what_somebody_changed(shop: Shop) -> None:
    shop.configure(deletes=LOOSE)
    tee, cap = product("tee", name="Tee"), product("cap", variant("cap-s"))
    shop.apply(catalog(tee, cap))
    shop.box.order("tee-s")
    shop.apply(catalog(cap))
    shop.box.edit("product", "tee", name="Theirs")

    shop.apply(catalog(tee, cap))

    assert (row(shop)["active"], row(shop)["name"]) == (True, "Theirs")


def test_a_saved_step_whose_collection_is_gone_is_a_conflict(shop: Shop) -> None:
    shop.apply(catalog(collection("SS")))
    wanted = catalog(collection("SS"), product("tee", collection="SS"))
    saved = shop.save(wanted)
    shop.box.delete("collection", "SS")

    report = shop.apply(wanted, saved)

    result = report.results["create:product:tee"]
    assert (report.exit_code, result.result) == (5, "skipped")
    assert result.words == (
        "it needs the create of collection SS, which is not in this plan"
    )
    assert shop.box.dump()["products"] == []


def test_a_saved_rename_that_is_done_is_no_conflict(shop: Shop) -> None:
    small = variant("tee-s")
    shop.apply(catalog(product("tee", small, name="Tee")))
    new = catalog(product("tee-2", small, name="Better tee", renamed_from="tee"))
    saved = shop.save(new)
    shop.box.edit("product", "tee", item_number="tee-2")

    report = shop.apply(new, saved)

    assert report.exit_code == 0
    assert row(shop, "tee-2")["name"] == "Better tee"


def test_the_words_of_traede_hide_every_customer(shop: Shop) -> None:
    shop.box.faults = [
        Fault(
            match={"method": "POST", "path": "/customers/sync"},
            do="status",
            status=422,
            body={"errors": [{"detail": "secret@shop.example is not of Fjord Shop"}]},
        )
    ]
    two = [customer("1000", name="Fjord Shop"), customer("1001", name="Other Shop")]

    report = shop.apply(catalog(*two))

    words = " ".join(result.words for result in report.results.values())
    assert "Fjord" not in words
    assert "secret@" not in words
    left = b"".join(p.read_bytes() for p in shop.folder.rglob("*") if p.is_file())
    assert b"Fjord Shop" not in left
    assert b"secret@" not in left


# --- what no answer came for, where syncs are queued ---------------------------------

IMAGE = [{"url": "https://img.example/tee.jpg"}]
SYNCED = ["state.acquire", "state.begin_run", "state.intend", "POST /products/sync"]


@pytest.mark.parametrize("misfortune", ["drop-after", "status-after"])
def test_a_create_that_shows_late_is_not_sent_again(
    shop: Shop, misfortune: str
) -> None:
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE)))
    shop.configure(traede={"verify_seconds": 60})
    shop.box.dialect = Dialect(sync_delay=25)
    shop.box.faults = [
        Fault(match={"method": "POST"}, do=misfortune, nth=1, status=500)
    ]

    report = shop.apply(wanted)

    assert report.exit_code == 0
    shop.box.settle()  # whatever is still queued happens too
    assert twice(shop.box) == []
    assert shop.plan(wanted).planned.plan.steps == ()


@pytest.mark.parametrize("fields", [{}, {"weight": 7}], ids=["image", "and more"])
def test_an_update_that_shows_late_is_not_sent_again(
    shop: Shop, fields: dict[str, Any]
) -> None:
    shop.box.dialect = Dialect(sync_fields="returned")
    shop.apply(catalog(product("tee", variant("tee-s", weight=5))))
    shop.box.dialect = Dialect(sync_fields="returned", sync_delay=9)
    shop.box.faults = [Fault(match={"method": "POST"}, nth=1, do="drop-after")]

    report = shop.apply(
        catalog(product("tee", variant("tee-s", images=IMAGE, **fields)))
    )

    assert report.exit_code == (0 if fields else 5)  # an image alone proves nothing
    shop.box.settle()  # whatever is still queued happens too
    assert twice(shop.box) == []


def test_a_create_of_a_killed_run_that_shows_late_is_waited_for(shop: Shop) -> None:
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE)))
    shop.configure(traede={"verify_seconds": 60})
    shop.box.dialect = Dialect(sync_delay=30)
    life = Life(ends_after=len(SYNCED))
    with pytest.raises(Killed):
        shop.apply(wanted, life=life)
    assert life.writes == SYNCED

    report = shop.apply(wanted)

    assert "Of 2 items, 2 had arrived, 0 had not" in report.settled[0]
    shop.box.settle()  # whatever is still queued happens too
    assert twice(shop.box) == []
    assert shop.plan(wanted).planned.plan.steps == ()


def test_what_a_killed_run_never_sent_is_sent_once_that_is_proven(shop: Shop) -> None:
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE)))
    with pytest.raises(Killed):
        shop.apply(wanted, life=Life(ends_after=len(SYNCED) - 1))
    waited = shop.clock.passed

    report = shop.apply(wanted)

    assert "0 had arrived, 2 had not" in report.settled[0]
    assert shop.clock.passed - waited >= shop.config.traede.verify_seconds
    assert report.exit_code == 0
    shop.box.settle()  # whatever is still queued happens too
    assert twice(shop.box) == []


# --- a parent category that Traede may have added by itself --------------------------


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "lost"])
def test_a_parent_category_that_is_taken_out_goes(shop: Shop, lost: bool) -> None:
    men = category("Men", category("Shoes"))
    both = product("tee", categories=["Men", "Men > Shoes"])
    shop.apply(catalog(men, both))
    if lost:
        shop.box.faults = [
            Fault(match={"method": "POST"}, nth=1, do="status", status=500)
        ]

    report = shop.apply(catalog(men, both | {"categories": ["Men > Shoes"]}))

    assert report.exit_code == 0
    (shoes,) = [r["id"] for r in shop.box.dump()["categories"] if r["name"] == "Shoes"]
    assert row(shop)["categories"] == [shoes]


# --- a run that is ended by something else than Traede -------------------------------


def test_a_run_that_loses_its_lease_says_how_far_it_came(shop: Shop) -> None:
    styles = [product(f"style-{n}") for n in range(3)]
    shop.configure(traede={"batch_size": 1})
    other = Shop(shop.box, shop.folder)

    class Overtaken(Life):
        def check(self) -> None:
            super().check()
            if self.writes.count("POST /products/sync") == 2 and not self.over:
                self.writes.append("overtaken")
                with other.state() as state:
                    state.acquire(0, this_process("other"))

    report = shop.apply(catalog(*styles), life=Overtaken())

    assert (report.exit_code, report.ended_with) == (9, 9)
    assert "no longer the newest" in report.stopped
    assert report.changed >= 1
    assert {r.result for r in report.results.values()} >= {"done", "skipped"}
    assert shop.apply(catalog(*styles)).exit_code == 0


# --- another catalog on top of what a killed run left ---------------------------------


@pytest.mark.parametrize("moment", range(1, 9))
def test_another_catalog_goes_on_from_where_a_killed_run_was(
    shop: Shop, moment: int
) -> None:
    shop.configure(deletes=LOOSE)
    tee = product("tee", variant("tee-s", images=IMAGE), categories=["Men"])
    with pytest.raises(Killed):
        shop.apply(catalog(category("Men"), tee), life=Life(ends_after=moment))
    other = catalog(category("Women"), product("cap", categories=["Women"]))

    report = shop.apply(other)
    back = shop.apply(catalog(category("Men"), tee))

    assert (report.exit_code, back.exit_code) == (0, 0)
    assert shop.in_flight() == 0
    keys = {row["item_number"] for row in shop.box.dump()["products"]}
    assert keys == {"tee"}
    images = [e for e in shop.box.effects if e["what"] == "image"]
    made = [
        e for e in shop.box.effects if (e["what"], e.get("key")) == ("create", "tee")
    ]
    assert len(images) == len(made), "once for each time that it was made"
    assert shop.plan(catalog(category("Men"), tee)).planned.plan.steps == ()


# --- somebody at work between a write and its reading back ----------------------------


class EditedAfterWards(Life):
    """Somebody changes a price in Traede as soon as the first sync has gone out."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self._shop: Shop | None = shop

    def check(self) -> None:
        super().check()
        if self._shop and self.writes[-1:] == ["POST /products/sync"]:
            shop, self._shop = self._shop, None
            shop.box.edit("variant", "tee-s", **{"prices.EUR.sales_price": "77"})


def test_an_edit_beside_what_is_written_is_not_taken_for_traedes_form(
    shop: Shop,
) -> None:
    before = {"DKK": price(100), "EUR": price(14, 35)}
    shop.apply(catalog(product("tee", variant("tee-s", prices=before))))
    dear = catalog(
        product("tee", variant("tee-s", prices=before | {"DKK": price(110)}))
    )

    report = shop.apply(dear, life=EditedAfterWards(shop))
    held = shop.plan(dear).planned.plan.held

    assert report.exit_code == 5, "the canary has seen it"
    assert [(c.path, c.before) for step in held for c in step.changes] == [
        (("prices", "EUR", "sales_price"), "77")
    ]


def test_variants_that_went_with_a_tombstone_are_nobodys_drift(shop: Shop) -> None:
    shop.configure(deletes=LOOSE)
    tee = product("tee", variant("tee-s"), variant("tee-m", attributes={"Size": "M"}))
    cap = product("cap")
    shop.apply(catalog(tee, cap))
    gone = catalog(tee | {"delete": True}, cap)

    report = shop.apply(gone)

    assert report.exit_code == 0
    assert {ref.key for ref in shop.ledger()} == {"tee", "cap", "cap-s"}
    assert shop.plan(gone).planned.plan.steps == ()


def test_a_tombstone_that_has_done_its_work_is_forgotten_with_its_line(
    shop: Shop,
) -> None:
    shop.configure(deletes=LOOSE)
    tee, cap = product("tee"), product("cap")
    shop.apply(catalog(tee, cap))
    shop.apply(catalog(tee | {"delete": True}, cap))

    shop.apply(catalog(cap))

    assert {ref.key for ref in shop.ledger()} == {"cap", "cap-s"}
