"""One server for the whole session, as good as new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ci_pipeline import Pipeline
from cli_brand import TOKEN, Brand
from support.forges import Forge, running_forge

from reconcile.sandbox import Sandbox


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox(token=TOKEN) as box:
        yield box


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing that a developer or a CI machine has exported decides these tests."""
    ours = ("TRAEDE_", "RECONCILE_", "GITHUB_")
    for name in list(os.environ):
        if name.startswith(ours) or name in ("CI", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def brand(
    server: Sandbox,
    tmp_path: Path,
    outside: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Brand:
    server.reset()
    outside.setenv("TRAEDE_TOKEN", TOKEN)
    outside.chdir(tmp_path)
    return Brand(server, tmp_path, capsys)


@pytest.fixture
def forge() -> Iterator[Forge]:
    with running_forge() as server:
        yield server


@pytest.fixture
def github(brand: Brand, forge: Forge, outside: pytest.MonkeyPatch) -> Pipeline:
    return Pipeline(brand, forge, outside, github=True)


@pytest.fixture(params=["github", "gitlab"])
def pipeline(
    brand: Brand,
    forge: Forge,
    outside: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Pipeline:
    return Pipeline(brand, forge, outside, github=request.param == "github")
