"""What all tests share: in CI a skipped test is a failure."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings
from support.postgres import Cluster, cluster

# Time decides nothing: a slow machine is no bug.
settings.register_profile("whatever the machine", deadline=None)
settings.load_profile("whatever the machine")


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Cluster]:
    with cluster(pytest.skip) as server:
        yield server


@pytest.fixture
def postgres(_postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A server whose password stands where libpq looks for it."""
    monkeypatch.setenv("PGPASSWORD", _postgres.password)
    return _postgres


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "skipped"
        report.outcome = "failed"
        report.longrepr = f"in CI nothing is skipped: {item.nodeid}: {reason}"
    return report
