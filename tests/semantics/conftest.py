"""One server for the whole session, as good as new for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.harness import Shop, quick_folder

from reconcile.sandbox import Sandbox


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def shop(server: Sandbox) -> Iterator[Shop]:
    server.reset()
    with quick_folder() as folder:
        yield Shop(server, folder)
