"""A short part of `make chaos`, with seeds that stay: see support/chaos.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chaos import World

from reconcile.sandbox import Sandbox

SEEDS = range(8)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    samples = os.environ.get("CATALOG_SAMPLES")
    if not samples:
        pytest.skip("CATALOG_SAMPLES does not name the folder of the real catalogs")
    folder = tmp_path_factory.mktemp("chaos")
    with Sandbox() as box:
        yield World.begin(box, folder, Path(samples) / "sunrise.json")


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_it_ends_right(world: World, seed: int):
    figures = world.run(seed)

    assert figures.wrong == [], "\n".join(figures.story)
