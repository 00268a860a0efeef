"""`drift`: what somebody changed in Traede, nothing else, and the exit code says it."""

from __future__ import annotations

from typing import Any

import pytest
from cli_brand import Brand
from support.builders import category, customer, product, variant

from reconcile.cli import wiring

TEE = product("tee", variant("tee-s"), variant("tee-m"), name="Tee", categories=["Men"])
CAP = product("cap")
ANNA = customer("1000", billing_email="anna@customer.example")
ENTRIES = (TEE, CAP, ANNA, category("Men"))


@pytest.fixture
def shop(brand: Brand) -> Brand:
    brand.applied(*ENTRIES)
    return brand


def test_none_ends_with_0(shop: Brand):
    ran = shop.run("drift")

    assert (ran.code, ran.out) == (
        0,
        "no drift: nobody changed anything in Traede that the files do not say\n",
    )
    assert shop.run("drift", "--format", "json").json == {
        "format_version": "1.0",
        "changed": [],
        "deleted": [],
        "renamed": [],
        "made_again": [],
    }


def test_before_anything_was_applied_there_is_none(brand: Brand):
    brand.catalog(*ENTRIES)

    ran = brand.run("drift")

    assert (ran.code, ran.out) == (0, "no drift: nothing was applied yet\n")


def test_what_the_catalog_changed_is_no_drift(shop: Brand):
    shop.catalog({**TEE, "name": "Other", "tags": ["new"]}, CAP, category("Men"))

    assert shop.run("drift").code == 0


def test_it_shows_what_traede_changed_conflicts_first(shop: Brand):
    shop.box.edit("product", "cap", name="Cap 2")
    shop.box.edit("product", "tee", name="Tee from Traede")
    for sku in ("tee-s", "tee-m"):
        shop.box.edit("variant", sku, **{"prices.DKK.sales_price": 90})
    shop.catalog({**TEE, "name": "Other"}, *ENTRIES[1:])

    ran = shop.run("drift")

    assert ran.code == 2
    assert [" ".join(line.split()) for line in ran.out.splitlines()] == [
        "Changed in Traede (the catalog's value → Traede's)",
        "! tee Tee from Traede catalog/all.yaml:4",
        "name catalog Other · Traede Tee from Traede · last applied Tee",
        "2 variants DKK wholesale 100 → 90 in Traede",
        "changed in the catalog and in Traede",
        "~ cap Cap name Cap → Cap 2 in Traede catalog/all.yaml:37",
        "",
        "keep it: reconcile pull put ours back: reconcile apply --write-drift",
        "drift: 2 products, 2 variants, 1 in conflict",
    ]


def test_it_shows_what_was_deleted_renamed_and_made_again(shop: Brand):
    shop.box.delete("variant", "tee-m")
    shop.box.edit("category", "Men", name="Gents")
    shop.box.delete("customer", "1000")
    shop.box.create("customer", customer_number="1000", name="Berta")
    shop.box.delete("product", "cap")

    ran = shop.run("drift")

    assert ran.code == 2
    said = " ".join(ran.out.split())
    assert "- cap Cap deleted in Traede" in said
    assert "- variant tee-m deleted in Traede" in said
    assert "cap-s" not in said
    assert '> category Men renamed in Traede: it is "Gents" there' in said
    assert "! customer 1000 deleted in Traede, and made again" in said


def test_nobody_sees_personal_data(shop: Brand):
    shop.box.edit("customer", "1000", name="Berta B", billing_email="b@b.example")

    text, data = shop.run("drift"), shop.run("drift", "--format", "json")

    assert (text.code, data.code) == (2, 2)
    for secret in ("Berta", "b@b.example", "Anna", "anna@"):
        assert secret not in text.out + data.out
    assert "••• → •••" in text.out


def test_json_has_both_sides(shop: Brand):
    shop.box.edit("variant", "tee-s", **{"prices.DKK.sales_price": 90})
    shop.box.edit("category", "Men", name="Gents")

    found = shop.run("drift", "--format", "json").json

    (step,) = [one for one in found["changed"] if one["kind"] == "variant"]
    assert (step["key"], step["parent"]) == ("tee-s", "tee")
    assert step["changes"] == [
        {
            "path": ["prices", "DKK", "sales_price"],
            "before": "90",
            "after": "100",
            "basis": "live",
            "cause": "drift",
            "held": True,
        }
    ]
    assert [(one["key"], one["now"]) for one in found["renamed"]] == [("Men", "Gents")]


def test_only_a_part_is_shown(shop: Brand):
    shop.box.edit("product", "cap", name="Cap 2")

    assert shop.run("drift", "--only", "product:tee*").code == 0
    assert shop.run("drift", "--only", "product:c*").code == 2
    assert shop.run("drift", "--only", "tee").code == 64


def test_with_drift_written_it_is_drift_all_the_same(shop: Brand):
    shop.box.edit("product", "cap", name="Cap 2")
    shop.configure(drift="write")

    assert shop.run("drift").code == 2
    assert shop.run("pull").code == 0
    assert shop.run("drift").code == 0


def test_an_invalid_catalog_is_3_and_no_traede_is_7(
    shop: Brand, outside: pytest.MonkeyPatch
):
    outside.setenv("TRAEDE_TOKEN", "of-somebody-else")
    assert shop.run("drift").code == 7
    assert shop.run("pull").code == 7
    shop.write("catalog/all.yaml", "products: [")
    assert shop.run("drift").code == 3
    assert shop.run("pull").code == 3


def test_a_file_that_somebody_saves_meanwhile_is_not_overwritten(
    shop: Brand, outside: pytest.MonkeyPatch
):
    shop.box.edit("product", "cap", name="Cap 2")
    path = shop.folder / "catalog/all.yaml"
    plan = wiring.plan

    def slow_plan(*args: Any, **named: Any) -> Any:
        path.write_bytes(path.read_bytes() + b"# mine\n")
        return plan(*args, **named)

    outside.setattr(wiring, "plan", slow_plan)
    ran = shop.run("pull")

    assert ran.code == 1
    assert "catalog/all.yaml was changed while this command ran" in ran.err
    assert b"Cap 2" not in path.read_bytes()
    assert path.read_bytes().endswith(b"# mine\n")
