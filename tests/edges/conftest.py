"""One server for the whole session, as good as new for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.harness import Shop

from reconcile.sandbox import Sandbox


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def shop(server: Sandbox, tmp_path: Path) -> Shop:
    server.reset()
    return Shop(server, tmp_path)
