"""`apply --only`: a part is written, and nothing outside of it is touched or judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_brand import Brand
from support.builders import catalog, ledger, live, plan, price, product, variant
from support.states import ELSEWHERE

from reconcile.core.model import Ref
from reconcile.core.scope import Only
from reconcile.edges.state import Intent, Item

TEE, CAP, HAT = product("tee"), product("cap"), product("hat")


def named(brand: Brand) -> dict[str, str]:
    return {one["item_number"]: one["name"] for one in brand.box.dump()["products"]}


@pytest.fixture
def shop(brand: Brand) -> Brand:
    brand.applied(TEE, CAP, HAT)
    return brand


def test_only_the_part_is_written(shop: Brand):
    shop.catalog(*({**one, "name": "New"} for one in (TEE, CAP)), product("sock"))

    ran = shop.run("apply", "--yes", "--only", "product:t*")

    assert ran.code == 0, ran
    assert "applied, 1 changed, 0 left" in ran.out
    assert named(shop) == {"tee": "New", "cap": "Cap", "hat": "Hat"}
    assert "1 created" not in ran.out
    # What is outside is as it was: to do, and still managed.
    after = shop.run("plan", "--format", "json").json["steps"]
    assert {step["id"] for step in after} == {
        "update:product:cap",
        "create:product:sock",
        "create:variant:sock-s",
        "delete:product:hat",
    }


def test_the_drift_of_one_style_is_put_back_and_that_of_others_stays(shop: Brand):
    for key in ("tee", "cap"):
        shop.box.edit("product", key, name="By hand")

    ran = shop.run("apply", "--yes", "--write-drift", "--only", "product:tee")

    assert ran.code == 0, ran
    assert named(shop) == {"tee": "Tee", "cap": "By hand", "hat": "Hat"}


def test_what_would_stop_another_style_does_not_stop_this_one(shop: Brand):
    def cheap(number: str) -> dict[str, object]:
        shared = {"prices": {"DKK": price(10)}}
        small = {"sku": f"{number}-s", "attributes": {"Size": "S"}}
        return product(number, small, variant_defaults=shared)

    shop.catalog({**TEE, "name": "New"}, cheap("cap"), HAT)

    blocked = shop.run("apply", "--yes", "--only", "product:cap")
    ran = shop.run("apply", "--yes", "--only", "product:tee")

    assert (blocked.code, ran.code) == (4, 0), (blocked, ran)
    assert named(shop)["tee"] == "New"


def test_what_an_earlier_run_left_open_outside_of_it_is_settled(shop: Brand):
    shop.catalog({**TEE, "name": "New"}, {**CAP, "name": "New"}, HAT)
    assert shop.run("apply", "--yes", "--only", "product:cap").code == 0
    leave_in_flight(shop, "cap")

    ran = shop.run("apply", "--yes", "--only", "product:tee")

    assert ran.code == 0, ran
    assert "Of 1 item, 1 had arrived, 0 had not." in " ".join(ran.out.split())


def leave_in_flight(shop: Brand, key: str) -> None:
    """As a run leaves it that is killed once a call has arrived."""
    ref = Ref("product", key)
    with shop.state() as state:
        state.acquire(0, ELSEWHERE)
        row = state.ledger()[ref]
        expected = {
            "action": "update",
            "remote_id": row.remote_id,
            "values": [[["name"], "New", "Cap"]],
        }
        item = Item(ref, (f"update:{ref}",), expected, row)
        run = state.begin_run("sha256:1", "sha256:2", None, "somebody")
        state.intend(run, Intent("sync", "POST /products/sync", (item,)))


def test_a_saved_plan_has_its_part_already(shop: Brand):
    shop.catalog({**TEE, "name": "New"}, {**CAP, "name": "New"}, HAT)
    assert shop.run("plan", "--only", "product:tee", "--out", "plan.json").code == 0

    wrong = shop.run("apply", "plan.json", "--yes", "--only", "product:tee")
    ran = shop.run("apply", "plan.json", "--yes")

    assert wrong.code == 64
    assert "reconcile plan --only" in wrong.err
    assert ran.code == 0, ran
    assert named(shop) == {"tee": "New", "cap": "Cap", "hat": "Hat"}


def test_a_part_that_is_nothing_writes_nothing(shop: Brand):
    shop.catalog({**TEE, "name": "New"}, CAP, HAT)

    ran = shop.run("apply", "--yes", "--only", "product:teee")

    assert ran.code == 64
    assert 'Did you mean "product:tee"?' in ran.err
    assert named(shop)["tee"] == "Tee"


def test_what_is_outside_of_a_part_is_not_counted_as_unmanaged():
    found = plan(
        catalog(TEE),
        live(TEE, CAP),
        ledger(TEE),
        only=(Only("product", "tee"),),
    ).plan

    assert found.summary["product"]["unmanaged"] == 0
    assert found.summary["variant"]["unmanaged"] == 0


def test_what_came_of_it_in_other_formats(shop: Brand):
    shop.catalog({**TEE, "name": "<b>New"}, CAP, HAT)

    ran = shop.run(
        "apply", "--yes", "--format", "markdown", "--format", "html=done.html"
    )

    assert ran.code == 0, ran
    assert ran.out.startswith("### ✅ Applied ")
    page = Path("done.html").read_text("utf-8")
    assert "1 changed" in page
    assert "<b>New" not in page


def test_a_format_that_is_none(shop: Brand):
    ran = shop.run("apply", "--yes", "--format", "json")

    assert ran.code == 64
    assert "Formats: text, markdown, html" in ran.err


def test_of_a_part_only_what_is_written_is_said_to_be_protected(shop: Brand):
    shop.catalog({**TEE, "protect": True}, {**CAP, "protect": True, "name": "New"}, HAT)

    ran = shop.run("plan", "--only", "product:*")
    assert shop.run("apply", "--yes", "--only", "product:*").code == 0

    assert ran.out.count("from now on protected") == 1
    assert "tee" not in ran.out
    assert protected(shop) == {"cap"}


def protected(shop: Brand) -> set[str]:
    with shop.state() as state:
        return {ref.key for ref, row in state.ledger().items() if row.protected}


def test_a_saved_plan_of_a_part_leaves_the_rest_of_the_ledger_alone(brand: Brand):
    brand.applied(TEE, {**CAP, "protect": True})
    brand.catalog({**TEE, "name": "New"}, {**CAP, "protect": False})
    shown = brand.run("plan", "--only", "product:tee", "--out", "plan.json")

    ran = brand.run("apply", "plan.json", "--yes")

    assert ran.code == 0, ran
    assert "protected" not in shown.out
    assert protected(brand) == {"cap"}


@pytest.mark.parametrize("also", [(), ("--format", "markdown")])
def test_what_was_written_is_said_though_a_file_cannot_be(
    shop: Brand, also: tuple[str, ...]
):
    shop.write("taken", "a file where a folder is meant")
    shop.catalog({**TEE, "name": "New"}, CAP, HAT)

    ran = shop.run("apply", "--yes", "--format", "html=taken/done.html", *also)

    assert named(shop)["tee"] == "New"
    assert "1 changed" in ran.out
    assert "error  taken" in ran.err
    assert ran.code == 1


def test_a_part_with_a_new_number_is_planned_as_in_the_whole(brand: Brand):
    sizes = (variant("cap-s"), variant("cap-m"), variant("cap-l"))
    brand.applied(TEE, product("cap", *sizes))
    brand.box.edit("variant", "cap-s", **{"prices.DKK.sales_price": 77})
    brand.catalog(TEE, product("new-cap", *sizes[:2], name="Cap", renamed_from="cap"))
    only = ("--only", "product:new-cap")

    whole, part = (
        brand.run("plan", "--format", "json", *words).json["steps"]
        for words in ((), only)
    )
    ran = brand.run("apply", "--yes", *only)

    assert part == whole
    assert [step["id"] for step in part if any(c["held"] for c in step["changes"])]
    assert ran.code == 0, ran
    after = brand.run("plan", "--format", "json").json["steps"]
    assert [step["id"] for step in after] == ["update:variant:cap-s"]
    assert [change["held"] for change in after[0]["changes"]] == [True]
