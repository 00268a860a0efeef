"""Apply against the sandbox: what is written, what is left alone, what is reported."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import catalog, category, customer, price, product, variant
from support.harness import Life, Shop

from reconcile.core.config import Deletes
from reconcile.core.outcomes import Report
from reconcile.errors import Blocked, DoesNotFit
from reconcile.sandbox import Dialect, Fault

TEE = product("tee")
DEARER = product("tee", variant("tee-s", prices={"DKK": price(120)}))
NAMED = product("tee", name="Tee of cotton")


def results(report: Report) -> dict[str, str]:
    return {step_id: result.result for step_id, result in report.results.items()}


def writes(shop: Shop, since: int = 0) -> list[str]:
    return [
        f"{request.method} {request.path}"
        for request in shop.box.requests[since:]
        if request.method != "GET"
    ]


def name_of(shop: Shop, key: str = "tee") -> Any:
    rows = shop.box.dump()["products"]
    return next(row["name"] for row in rows if row["item_number"] == key)


def test_an_empty_plan_adopts_and_sends_nothing(shop: Shop) -> None:
    shop.box.create("product", **{**TEE, "active": True})

    report = shop.apply(catalog(TEE))

    assert (report.exit_code, report.adopted, report.changed) == (0, 2, 0)
    assert writes(shop) == []
    assert {str(ref) for ref in shop.ledger()} == {"product:tee", "variant:tee-s"}


def test_only_apply_writes_the_ledger(shop: Shop) -> None:
    shop.box.create("product", **TEE)

    shop.plan(catalog(NAMED))

    assert shop.ledger() == {}


# --- a saved plan: less is allowed, more never ---


def test_a_saved_plan_is_written_as_it_was_shown(shop: Shop) -> None:
    shop.apply(catalog(TEE))
    saved = shop.save(catalog(DEARER))

    report = shop.apply(catalog(DEARER), saved)

    assert results(report) == {"update:variant:tee-s": "done"}
    assert report.exit_code == 0


def test_what_came_after_the_saved_plan_is_not_written(shop: Shop) -> None:
    shop.apply(catalog(TEE))
    saved = shop.save(catalog(DEARER))
    shop.box.edit("product", "tee", name="Theirs")

    report = shop.apply(catalog(DEARER), saved)

    assert results(report) == {"update:variant:tee-s": "done"}
    assert name_of(shop) == "Theirs"


def test_a_field_that_moved_after_the_saved_plan_is_a_conflict(shop: Shop) -> None:
    shop.apply(catalog(TEE))
    saved = shop.save(catalog(DEARER))
    shop.box.edit("variant", "tee-s", **{"prices.DKK.sales_price": 90})

    report = shop.apply(catalog(DEARER), saved)

    assert results(report) == {"update:variant:tee-s": "skipped"}
    assert report.exit_code == 5


def test_a_plan_that_somebody_has_done_already_is_done(shop: Shop) -> None:
    shop.apply(catalog(TEE))
    saved = shop.save(catalog(DEARER))
    shop.box.edit("variant", "tee-s", **{"prices.DKK.sales_price": 120})
    before = len(shop.box.requests)

    report = shop.apply(catalog(DEARER), saved)

    assert results(report) == {"update:variant:tee-s": "as found"}
    assert (report.exit_code, writes(shop, before)) == (0, [])


def test_a_plan_of_another_catalog_does_not_fit(shop: Shop) -> None:
    saved = shop.save(catalog(DEARER))

    with pytest.raises(DoesNotFit):
        shop.apply(catalog(NAMED), saved)

    assert writes(shop) == []


def test_a_saved_plan_holds_what_its_person_did_not_release(shop: Shop) -> None:
    shop.apply(catalog(TEE))
    shop.box.edit("product", "tee", name="Theirs")
    held = shop.save(catalog(DEARER))
    released = shop.save(catalog(DEARER), write_drift=True)

    shop.apply(catalog(DEARER), held)
    assert name_of(shop) == "Theirs"
    shop.apply(catalog(DEARER), released)
    assert name_of(shop) == "Tee"


# --- what travels ---


def test_what_is_held_travels_as_just_read(shop: Shop) -> None:
    shop.apply(catalog(TEE))
    shop.box.edit("product", "tee", name="Theirs")
    wanted = catalog(product("tee", weight=180))
    before = len(shop.box.requests)

    report = shop.apply(wanted)

    (sent,) = [r for r in shop.box.requests[before:] if r.method == "POST"]
    assert sent.body["products"][0]["name"] == "Theirs"
    assert report.exit_code == 0


def test_unmanaged_fields_never_travel(shop: Shop) -> None:
    shop.box.create("product", **{**TEE, "description": "<p>Theirs</p>"})
    shop.apply(catalog(NAMED))

    (sent,) = [r for r in shop.box.requests if r.method == "POST"]
    (item,) = sent.body["products"]

    assert item.keys() == {"item_number", "name", "active"}


def test_an_account_that_resets_what_is_left_out_stops_the_run(shop: Shop) -> None:
    """The canary: the first write of a kind goes alone and is read again."""
    for key in ("cap", "tee"):
        entry = product(key, colli=[6])
        shop.box.create("product", **entry)
    shop.box.dialect = Dialect(omitted="reset")

    report = shop.apply(catalog(product("cap", name="One"), product("tee", name="Two")))

    assert "colli" in report.stopped
    assert report.exit_code == 5
    assert (name_of(shop, "cap"), name_of(shop, "tee")) == ("One", "Tee")


# --- deletes ---


def test_what_traede_refuses_to_delete_is_archived(shop: Shop) -> None:
    shop.apply(catalog(TEE, product("cap")))
    shop.box.order("cap-s")

    report = shop.apply(catalog(TEE))

    assert results(report) == {"delete:product:cap": "archived"}
    stored = {row["item_number"]: row for row in shop.box.dump()["products"]}
    assert stored["cap"]["active"] is False
    assert report.exit_code == 0
    assert shop.plan(catalog(TEE)).planned.plan.steps == ()


def test_or_it_fails_where_that_is_configured(shop: Shop) -> None:
    shop.configure(deletes=Deletes(when_refused="fail"))
    shop.apply(catalog(TEE, product("cap")))
    shop.box.order("cap-s")

    report = shop.apply(catalog(TEE))

    assert results(report) == {"delete:product:cap": "failed"}
    assert report.exit_code == 5


def test_a_variant_that_came_after_the_plan_keeps_its_product(shop: Shop) -> None:
    shop.apply(catalog(TEE, product("cap")))
    saved = shop.save(catalog(TEE))
    more = {"item_number": "cap", "attributes": {"Size": "X"}}
    shop.box.create("variant", "cap-x", **more)

    report = shop.apply(catalog(TEE), saved)

    assert report.exit_code == 5
    assert {row["item_number"] for row in shop.box.dump()["products"]} == {"cap", "tee"}


def test_deletes_go_one_in_a_request(shop: Shop) -> None:
    shop.apply(catalog(TEE, product("cap"), product("belt"), customer("1000")))
    before = len(shop.box.requests)

    shop.apply(catalog(TEE))

    bodies = [r.body for r in shop.box.requests[before:] if r.method == "POST"]
    sizes = [len(next(iter(body.values()))) for body in bodies]
    assert sizes == [1, 1, 1]


# --- guards, the lease, convergence ---


def test_a_blocked_plan_writes_nothing(shop: Shop) -> None:
    shop.apply(catalog(*(product(f"style-{n:02}") for n in range(12))))
    before = len(shop.box.requests)

    with pytest.raises(Blocked):
        shop.apply(catalog(product("style-00")))

    assert writes(shop, before) == []


def test_a_run_that_lost_its_lease_writes_nothing_more(shop: Shop) -> None:
    life = Life()

    class Thief(Life):
        """Takes the lease as soon as the first call is in the journal."""

        def writing(self, what: str) -> Any:
            if what.startswith("POST") and not self.writes.count("stolen"):
                self.writes.append("stolen")
                with shop.state() as other:
                    held = other.holder()
                    assert held is not None
                    other.break_lease(held.id)
            return super().writing(what)

    report = shop.apply(catalog(category("Men"), category("Women")), life=Thief())

    assert report.exit_code == 9
    assert [row["name"] for row in shop.box.dump()["categories"]] == ["Men"]
    assert shop.apply(catalog(category("Men"), category("Women")), life=life).left == 0


def test_what_does_not_stick_is_reported_and_not_planned_again(shop: Shop) -> None:
    shop.box.dialect = Dialect(tags_mode="append")
    shop.apply(catalog(product("tee", tags=["basics", "summer"])))

    report = shop.apply(catalog(product("tee", tags=["basics"])))

    assert report.exit_code == 8
    assert report.not_converged == {"update:product:tee": (("tags",),)}
    again = shop.plan(catalog(product("tee", tags=["basics"]))).planned.plan
    assert again.steps == ()


@pytest.mark.parametrize("status", [401, 403])
def test_a_run_without_access_keeps_what_it_knows(shop: Shop, status: int) -> None:
    """The second write is refused for good: the first one stays in the ledger."""
    shop.box.faults = [Fault("status", {"method": "POST"}, nth=2, status=status)]

    report = shop.apply(catalog(product("cap"), TEE, category("Men")))

    assert report.exit_code == 5
    assert report.stopped
    shop.box.faults = []
    assert shop.apply(catalog(product("cap"), TEE, category("Men"))).exit_code == 0
