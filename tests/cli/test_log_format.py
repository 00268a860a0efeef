"""`--log-format json`: what stands beside the results is one object a line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_brand import Brand
from support.builders import product

ASK = ("--log-format", "json")


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_talk_is_json_and_results_are_as_before(brand: Brand):
    brand.catalog(product("tee"))
    plain = brand.run("plan")

    ran = brand.run("plan", *ASK)

    assert (ran.code, ran.out) == (plain.code, plain.out)
    (line,) = lines(ran.err)
    assert line["level"] == "info"
    assert line["message"].startswith("Read Traede")
    assert lines(brand.run("-q", *ASK, "plan").err) == []


@pytest.mark.parametrize(
    ("words", "code", "message", "hint"),
    [
        (("plna",), 64, "there is no command 'plna'", "Did you mean reconcile plan?"),
        (("show", "none.json"), 64, "there is no plan none.json", "reconcile plan"),
        (("--config", "no.yaml", "plan"), 64, "there is no file no.yaml", "--config"),
    ],
)
def test_what_ends_a_command_is_an_object_with_its_hint(
    brand: Brand, words: tuple[str, ...], code: int, message: str, hint: str
):
    for argv in ((*ASK, *words), ("--log-format=json", *words)):
        ran = brand.run(*argv)

        (line,) = lines(ran.err)
        assert (ran.code, line["exit_code"]) == (code, code)
        assert (line["level"], line["message"]) == ("error", message)
        assert hint in line["hint"]


def test_problems_of_the_catalog_are_objects_with_their_places(brand: Brand):
    brand.write(
        "catalog/a.yaml",
        "products:\n  - {item_number: tee, name: Tee, colour: red}\n",
    )

    ran = brand.run("plan", *ASK)

    found = lines(ran.err)
    assert ran.code == 3
    assert {one["level"] for one in found} == {"error"}
    (named,) = [one for one in found if "colour" in one["message"]]
    assert (named["file"], named["line"]) == ("catalog/a.yaml", 2)
    assert {"rule", "column"} <= named.keys()


def test_problems_of_the_configuration_too(brand: Brand):
    brand.write("reconcile.yaml", "base_currency: DKKK\n")

    ran = brand.run("plan", *ASK)

    assert ran.code == 3
    assert {one["file"] for one in lines(ran.err)} == {"reconcile.yaml"}


def test_hostile_text_is_escaped(brand: Brand):
    ran = brand.run("show", "\x1b[2J\n.json", *ASK)

    (line,) = lines(ran.err)
    assert "\x1b" not in ran.err
    assert "\x1b[2J" in line["message"]
