"""`apply --deadline`: a run that has to end says so, and the next one goes on."""

from __future__ import annotations

import pytest
from cli_brand import Brand
from support.builders import product

from reconcile.cli import setting


def test_nothing_is_begun_after_the_deadline_and_the_next_run_goes_on(brand: Brand):
    brand.catalog(*[product(f"style-{n}") for n in range(3)])

    late = brand.run("apply", "--yes", "--deadline", "0s")
    again = brand.run("apply", "--yes", "--deadline", "1h")

    assert late.code == 5
    assert "the time given with --deadline is over" in late.out
    assert "reconcile apply" in late.out
    assert again.code == 0, again
    assert len(brand.box.dump()["products"]) == 3


def test_a_deadline_counts_from_the_start_of_the_command(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
):
    brand.catalog(product("tee"))
    monkeypatch.setattr(setting, "stopwatch", lambda: lambda: 3601.0)

    late = brand.run("apply", "--yes", "--deadline", "1h")

    assert late.code == 5
    assert "the time given with --deadline is over" in late.out


@pytest.mark.parametrize("text", ["5", "h", "-1h", "five", "1h30"])
def test_a_deadline_is_a_number_and_a_unit(brand: Brand, text: str):
    brand.catalog(product("tee"))

    ran = brand.run("apply", "--yes", f"--deadline={text}")

    assert ran.code == 64
    assert "5h, 30m or 90s" in ran.err
