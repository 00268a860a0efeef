"""What an interactive `apply` asks, and what it writes for which answers."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence

import pytest
from cli_brand import Brand, Ran
from support.builders import product

from reconcile.core.plan_json import day_of

OURS = product("tee", description="Ours")
CHANGES = "Write this to Traede?"
HELD = "Also put back"


def answered(brand: Brand, answers: Sequence[str], *argv: str) -> Ran:
    """`apply` on a terminal where somebody types these answers."""
    mine, theirs = pty.openpty()
    try:
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "reconcile", "apply", *argv],
            cwd=brand.folder,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            os.write(mine, "".join(f"{one}\n" for one in answers).encode())
            out, err = running.communicate(timeout=60)
    finally:
        os.close(mine)
        os.close(theirs)
    return Ran(running.returncode, out, err)


def shown(brand: Brand) -> tuple[str, str]:
    (tee,) = (p for p in brand.box.dump()["products"] if p["item_number"] == "tee")
    return tee["name"], tee["description"]


@pytest.fixture
def drifted(brand: Brand) -> Brand:
    """Somebody changed the description; the catalog changes the name."""
    brand.applied(OURS, product("cap"))
    brand.box.edit("product", "tee", description="Theirs")
    brand.catalog(product("tee", name="New", description="Ours"), product("cap"))
    return brand


@pytest.mark.parametrize(
    ("answers", "code", "left"),
    [
        (["n"], 130, ("Tee", "Theirs")),
        (["y", "n"], 0, ("New", "Theirs")),
        (["y", ""], 0, ("New", "Theirs")),
        (["y", "y"], 0, ("New", "Ours")),
    ],
)
def test_what_is_held_is_asked_for_by_itself(
    drifted: Brand, answers: list[str], code: int, left: tuple[str, str]
):
    ran = answered(drifted, answers)

    assert (ran.code, shown(drifted)) == (code, left), ran.err
    assert ran.err.count(CHANGES) == 1
    assert ran.err.count(HELD) == len(answers) - 1


def test_the_question_names_how_much_and_which_styles(drifted: Brand):
    drifted.box.edit("product", "cap", name="Theirs")

    ran = answered(drifted, ["y", "n"])

    assert (
        "Also put back 2 values that somebody changed in Traede: cap Cap, tee New? "
        "[y/N]"
    ) in ran.err


def test_traede_is_read_once_for_both_plans(drifted: Brand):
    def walks(answers: list[str]) -> int:
        seen = len(drifted.box.requests)
        answered(drifted, answers)
        made = drifted.box.requests[seen:]
        return sum(
            one.method == "GET" and one.path.endswith("/customers") for one in made
        )

    # Customers are in no step, so only a plan reads them.
    assert walks(["y", "y"]) == walks(["y"])


def test_only_held_changes_are_one_question(brand: Brand):
    brand.applied(OURS)
    brand.box.edit("product", "tee", description="Theirs")

    assert answered(brand, ["n"]).code == 0
    assert shown(brand) == ("Tee", "Theirs")
    ran = answered(brand, ["y"])
    assert (ran.code, shown(brand)) == (0, ("Tee", "Ours"))
    assert CHANGES not in ran.err


def test_what_was_deleted_in_traede_is_named(brand: Brand):
    brand.applied(OURS, product("cap"))
    brand.box.delete("product", "tee")

    ran = answered(brand, ["y"])

    assert (
        "Also put back 1 product, 1 variant that somebody deleted in Traede: tee Tee?"
    ) in ran.err
    assert (ran.code, shown(brand)) == (0, ("Tee", "Ours"))


def test_a_held_conflict_that_is_answered_with_yes_is_settled(brand: Brand):
    brand.applied(OURS)
    brand.box.edit("product", "tee", description="Theirs")
    brand.catalog(product("tee", description="Newer"))

    left = answered(brand, ["n"])
    assert (left.code, shown(brand)) == (5, ("Tee", "Theirs"))
    assert "reconcile apply --write-drift" in left.out.splitlines()[-1]
    assert answered(brand, ["y"]).code == 0
    assert shown(brand) == ("Tee", "Newer")


def test_what_was_not_shown_is_shown_before_it_is_written(brand: Brand):
    """The collection is held, and the new style needs it: refused, until the answer."""
    brand.applied(
        product("tee"), {"title": "AW26", "visibility": "customers"}, product("cap")
    )
    brand.box.delete("collection", "AW26")
    brand.catalog(
        product("tee"),
        product("cap"),
        {"title": "AW26", "visibility": "customers"},
        product("hat", collection="AW26"),
    )

    ran = answered(brand, ["y", "n"])

    assert (ran.code, ran.err.count(CHANGES)) == (130, 1)
    assert ran.out.count("Create") == 1
    assert "hat" not in [p["item_number"] for p in brand.box.dump()["products"]]
    assert answered(brand, ["y", "y"]).code == 0
    assert "hat" in [p["item_number"] for p in brand.box.dump()["products"]]


def test_what_the_answer_adds_may_be_blocked(brand: Brand):
    brand.configure(deletes={"max": 0})
    brand.applied(product("tee", active=False))
    brand.box.edit("product", "tee", active=True)

    ran = answered(brand, ["y"])

    assert ran.code == 4
    assert "delete-limit" in ran.out


def test_a_saved_plan_asks_for_no_more_than_it_holds(drifted: Brand):
    drifted.run("plan", "--out", "plan.json")

    ran = answered(drifted, ["y"], "plan.json")

    assert (ran.code, shown(drifted)) == (0, ("New", "Theirs")), ran.err
    assert HELD not in ran.err


def test_yes_asks_nothing_and_writes_nothing_that_is_held(drifted: Brand):
    ran = drifted.run("apply", "--yes")

    assert (ran.code, shown(drifted)) == (0, ("New", "Theirs"))
    assert (CHANGES in ran.err, HELD in ran.err) == (False, False)


def test_a_plan_file_has_its_day(brand: Brand):
    brand.catalog(OURS)
    brand.run("plan", "--out", "plan.json", "--as-of", "2030-01-04")

    assert day_of((brand.folder / "plan.json").read_text()) == "2030-01-04"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"as_of": 3}', '{"as_of": "2027-02-30"}', "\x00", "null"]
)
def test_what_is_no_plan_has_no_day(text: str):
    assert day_of(text) is None
