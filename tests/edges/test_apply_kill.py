"""A run is killed after each of its writes in turn; the same command goes on.

Not random: every moment that leaves the world different is tried. What must hold is
always the same: the end is that of a run that was left alone, and nothing happened
twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from support.builders import catalog
from support.harness import (
    Killed,
    Life,
    Shop,
    differing,
    dump_by_key,
    quick_folder,
    twice,
)
from support.seasons import LAST, NOW, orders_arrive

from reconcile.core.config import Deletes
from reconcile.sandbox import Dialect, Sandbox

DIALECTS = {
    "friendly": Dialect(),
    # What sync accepts shows late, so that reading right away proves little.
    "queued": Dialect(sync_delay=2),
    # Traede resets what a call leaves out, and shows what the texts hide.
    "strict": Dialect(
        omitted="reset", omitted_prices="reset", put="full", sync_fields="returned"
    ),
}
EVERY = {"friendly": 1, "queued": 5, "strict": 5}
"""All moments for the Traede that the texts describe, some for the others."""


@dataclass(frozen=True)
class Start:
    """Last season applied, orders placed: where every run of these tests begins."""

    shop: Shop
    dialect: str
    store: dict[str, Any]
    state: Path
    writes: list[str]
    """What a run that is left alone writes."""
    end: dict[str, Any]
    """And what Traede is afterwards."""

    def again(self) -> Shop:
        box = self.shop.box
        box.reset(DIALECTS[self.dialect])
        box.load(self.store)
        copyfile(self.state, self.shop.folder / "state.db")
        return self.shop


@pytest.fixture(scope="module", params=DIALECTS)
def start(request: pytest.FixtureRequest, server: Sandbox) -> Iterator[Start]:
    with quick_folder() as folder:
        yield _start(server, folder, request.param)


def _start(server: Sandbox, folder: Path, dialect: str) -> Start:
    server.reset(DIALECTS[dialect])
    shop = Shop(server, folder, deletes=Deletes(max=99, max_percent=100))
    shop.apply(catalog(*LAST))
    server.settle()
    orders_arrive(server)
    store = {**server.dump(), "effects": []}
    state = folder / "before.db"
    copyfile(folder / "state.db", state)
    life = Life()
    report = shop.apply(catalog(*NOW), life=life)
    assert not [(k, r.result, r.words) for k, r in report.results.items() if not r.good]
    assert (report.exit_code, report.left) == (0, 0)
    return Start(shop, dialect, store, state, life.writes, dump_by_key(server))


def test_a_run_killed_after_any_write_is_finished_by_the_next(start: Start) -> None:
    wanted = catalog(*NOW)
    wrong = {}
    for moment in range(0, len(start.writes), EVERY[start.dialect]):
        shop = start.again()
        with pytest.raises(Killed):
            shop.apply(wanted, life=Life(ends_after=moment))

        report = shop.apply(wanted)

        found = [*differing(dump_by_key(shop.box), start.end), *twice(shop.box)]
        found += [step.id for step in shop.plan(wanted).planned.plan.steps]
        if found or report.exit_code or shop.in_flight():
            after = start.writes[moment - 1] if moment else "nothing"
            wrong[moment, after] = (report.exit_code, report.settled, found)

    assert not wrong
    shop.close()


@pytest.mark.parametrize("length", [10, 13])
def test_runs_that_are_killed_again_and_again_get_there(
    start: Start, length: int
) -> None:
    """Ten writes are what the longest single piece of work takes: a delete that is
    refused, and the archive instead."""
    shop, wanted = start.again(), catalog(*NOW)
    report = None
    for _ in range(len(start.writes)):
        try:
            report = shop.apply(wanted, life=Life(ends_after=length))
            break
        except Killed:
            continue

    assert report is not None, "no progress"
    assert differing(dump_by_key(shop.box), start.end) == []
    assert shop.plan(wanted).planned.plan.steps == ()
    assert twice(shop.box) == []
    shop.close()
