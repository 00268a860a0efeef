"""One server for the whole session, as good as new before each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from sandbox_builders import HEADERS, Api

from reconcile.sandbox import Sandbox


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox(control=True) as box:
        yield box


@pytest.fixture(scope="session")
def connection(server: Sandbox) -> Iterator[httpx.Client]:
    headers = {**HEADERS, "Authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=5) as client:
        yield client


@pytest.fixture
def box(server: Sandbox) -> Sandbox:
    server.reset()
    return server


@pytest.fixture
def api(box: Sandbox, connection: httpx.Client) -> Api:
    return Api(box, connection)
