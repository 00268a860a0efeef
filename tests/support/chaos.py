"""Runs in which everything goes wrong, drawn from a seed: faults of Traede, kills,
people at work, two runners after the same state.

Whatever happened: once the last command has ended with 0, Traede is as the catalog
wants it, nothing that cannot be undone has happened twice, and nothing of anybody
else has changed. An effect that reading cannot prove may be missing, if it was
reported as unknown.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from support.builders import catalog_of
from support.counting import after_apply
from support.editing import Editing, furnished
from support.edits import EDITS, edit
from support.harness import Killed, Life, Shop, twice
from support.neutral import Brand, read_brand, write_catalog
from support.stored import differences, held, rows_of
from support.theirs import (
    add_below_ours,
    by_hand,
    is_theirs,
    keep_by_hand,
    ours,
    theirs,
)

from reconcile.core.catalog import Catalog
from reconcile.core.config import Deletes, RuleSetting
from reconcile.core.outcomes import Report
from reconcile.edges.files import read_catalog_texts
from reconcile.errors import ReconcileError
from reconcile.sandbox import Dialect, Fault, Sandbox

CURRENCY: Final = "EUR"
DIALECTS: Final = (
    Dialect(),
    Dialect(sync_fields="returned"),
    Dialect(omitted="reset", omitted_prices="reset", currencies="replace", put="full"),
    Dialect(sync_delay=3, sync_answer="echo", limit_cap=20),
    Dialect(batches="stop", error_shape="ok"),
    Dialect(batches="skip", error_shape="html", total_key="none"),
)
MISFORTUNES: Final[tuple[dict[str, Any], ...]] = (
    {"do": "drop"},
    {"do": "drop-after"},
    {"do": "status", "status": 500},
    {"do": "status", "status": 503, "headers": {"Retry-After": "2"}},
    {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"do": "status", "status": 409},
    {"do": "status-after", "status": 500},
    {"do": "status-after", "status": 504},
    {"do": "garbage"},
    {"do": "truncate"},
)
TROUBLED = 6
"""Commands in which things go wrong, at most."""
CALM = 6
"""Commands that may be needed after that, at most."""


@dataclass(slots=True)
class Figures:
    """What one run went through, and what came of it."""

    seed: int
    story: list[str] = field(default_factory=list)
    commands: int = 0
    faults: int = 0
    kills: int = 0
    takeovers: int = 0
    edits: int = 0
    reported: int = 0
    """Effects that were reported as unknown."""
    missing: int = 0
    """Of those, the ones that never happened."""
    wrong: list[str] = field(default_factory=list)


class Moments(Life):
    """A life in which something happens before certain writes: before their lease is
    looked at, as a call that was looked at already cannot be called back."""

    def __init__(
        self, ends_after: int | None, moments: dict[int, Callable[[], None]]
    ) -> None:
        super().__init__(ends_after)
        self.moments = moments

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        calm, self.moments = self.moments, {}
        if what.startswith("state."):
            self.moments = calm
        try:
            with super().writing(what):
                self.moments = calm
                yield
        finally:
            self.moments = calm

    def check(self) -> None:
        super().check()
        if happens := self.moments.pop(len(self.writes), None):
            happens()


@dataclass(slots=True)
class World:
    """A brand that is applied, in an account that holds more: where each run begins."""

    box: Sandbox
    folder: Path
    brand: Brand
    store: dict[str, Any]
    state: bytes
    unmanaged: dict[str, str]
    kept: frozenset[str]

    @classmethod
    def begin(cls, box: Sandbox, folder: Path, sample: Path) -> World:
        brand = furnished(read_brand(sample))
        box.reset(Dialect())
        box.load(theirs(CURRENCY))
        shop = _shop(box, folder)
        report = shop.apply(_catalog(brand, folder / "begin"))
        assert report.exit_code == 0
        kept = add_below_ours(box, brand)
        for kind, key, fields in by_hand(brand):
            box.edit(kind, key, **fields)
        rows = rows_of(box.dump())
        unmanaged = {name: row for name, row in rows.items() if is_theirs(row)}
        store = {**box.dump(), "effects": []}
        state = (folder / "state.db").read_bytes()
        return cls(box, folder, brand, store, state, unmanaged, kept)

    def run(self, seed: int) -> Figures:
        """One story from its beginning to its end."""
        return _Run(self, seed).go()


def _shop(box: Sandbox, folder: Path) -> Shop:
    shop = Shop(box, folder, base_currency=CURRENCY)
    shop.configure(
        deletes=Deletes(max=99, max_percent=100),
        rules={"price-slip": RuleSetting("warning")},
        traede={"batch_size": 8},
    )
    return shop


def _catalog(brand: Brand, folder: Path) -> Catalog:
    write_catalog(brand, folder)
    return catalog_of(read_catalog_texts(folder, folder))


class _Run:
    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.box = world.box
        self.random = Random(seed)  # noqa: S311 (a seed tells the whole story)
        self.figures = Figures(seed)
        self.runners = [_shop(self.box, world.folder) for _ in range(2)]
        self.at_once = self.random.choice([1, 1, 3])
        for shop in self.runners:
            shop.configure(traede={"concurrency": self.at_once})
        self.runners[1].clock = self.runners[0].clock

    def go(self) -> Figures:
        self._go_back()
        editing = Editing(copy.deepcopy(self.world.brand), self.random, self.world.kept)
        deck = self.random.sample(EDITS, len(EDITS))
        self._tell(*edit(editing, self.random.randint(3, 14), deck))
        self.wanted = _catalog(editing.brand, self.world.folder / "wanted")
        for _ in range(self.random.randint(1, TROUBLED)):
            self._trouble()
        self.box.faults = []
        self._tell("calm")
        for _ in range(CALM):
            report = self._apply(self.runners[0], Life())
            if report is not None and report.exit_code == 0:
                break
        else:
            self.figures.wrong.append(f"no end: {_bad(report)}")
        self._compare(editing)
        for shop in self.runners:
            shop.close()
        return self.figures

    def _go_back(self) -> None:
        self.box.reset(self.random.choice(DIALECTS))
        self.box.load(self.world.store)
        for left in self.world.folder.glob("state.db*"):
            left.unlink()
        (self.world.folder / "state.db").write_bytes(self.world.state)

    # --- what goes wrong ---

    def _trouble(self) -> None:
        """One command that meets one misfortune after the other."""
        draw = self.random
        shop = draw.choice(self.runners)
        self.box.faults = [self._fault() for _ in range(draw.randint(1, 9))]
        moments: dict[int, Callable[[], None]] = {}
        if draw.random() < 0.4:
            moments[draw.randint(1, 25)] = self._a_person_edits
        if self.at_once == 1 and draw.random() < 0.3:
            moments[draw.randint(2, 25)] = lambda: self._the_other_comes(shop)
        ends = draw.randint(1, 40) if draw.random() < 0.6 else None
        if draw.random() < 0.3:
            self._a_person_edits()
        self._apply(shop, Moments(ends, moments))

    def _fault(self) -> Fault:
        draw = self.random
        method = draw.choice(["POST", "POST", "PUT", "DELETE", "GET"])
        what = draw.choice(MISFORTUNES)
        return Fault(match={"method": method}, nth=draw.randint(1, 9), **what)

    def _a_person_edits(self) -> None:
        rows = [r for r in self.box.dump()["products"] if r["item_number"] != "theirs"]
        row = self.random.choice(rows)
        key, own = row["item_number"], self.random.choice(row["variants"])
        self.box.edit("product", key, name=f"Edited {self.figures.edits}")
        if "theirs" not in own["sku"]:
            field_name = f"prices.{CURRENCY}.sales_price"
            self.box.edit("variant", own["sku"], **{field_name: "77.25"})
        self.figures.edits += 1
        self._tell(f"a person edits {key}")

    def _the_other_comes(self, paused: Shop) -> None:
        """This run stands still, longer than its lease, and another one takes over."""
        other = next(shop for shop in self.runners if shop is not paused)
        paused.clock.sleep(120)
        self.figures.takeovers += 1
        self._tell("the other runner takes over")
        self._apply(other, Life())
        self._tell("the first one wakes up")

    # --- commands ---

    def _apply(self, shop: Shop, life: Life) -> Report | None:
        self.figures.commands += 1
        before = len(self.box.requests)
        report: Report | None = None
        try:
            report = shop.apply(self.wanted, life=life, write_drift=True)
        except Killed:
            self.figures.kills += 1
            self._tell(f"killed after {life.writes[-1:]}, write {len(life.writes)}")
        except ReconcileError as error:
            self._tell(f"ended with {error.exit_code}: {error.message}")
        else:
            unknown = [r for r in report.results.values() if r.result == "unknown"]
            self.figures.reported += len(unknown)
            self.figures.reported += sum("proven" in text for text in report.settled)
            self._tell(f"exit {report.exit_code} {_bad(report)}", *report.settled)
        met = [request for request in self.box.requests[before:] if request.fault]
        self.figures.faults += len(met)
        self._tell(*(f"  {one.method} {one.path}: {one.fault}" for one in met))
        return report

    def _tell(self, *lines: str) -> None:
        self.figures.story += lines

    # --- what came of it ---

    def _compare(self, editing: Editing) -> None:
        self.box.settle()
        wrong, world = self.figures.wrong, self.world
        dump = self.box.dump()
        rows = rows_of(dump)
        wrong += [
            f"changed: {name}"
            for name, row in world.unmanaged.items()
            if rows.get(name) != row
        ]
        wrong += [f"twice: {effect}" for effect in twice(self.box)]
        should = after_apply(world.brand, editing.brand, editing.retired)
        keep_by_hand(should, world.brand, editing.brand)
        lines = differences(ours(held(dump)), should)
        lost = [line for line in lines if _is_effect(line)]
        if self.figures.reported:
            self.figures.missing += len(lost)
            lines = [line for line in lines if line not in lost]
        wrong += lines
        plan = self.runners[0].plan(self.wanted).planned.plan
        wrong += [f"still planned: {step.id}" for step in (*plan.steps, *plan.refused)]


def _is_effect(line: str) -> bool:
    return " images: " in line or " inventory" in line


def _bad(report: Report | None) -> dict[str, str]:
    if report is None:
        return {}
    return {
        step_id: f"{result.result}: {result.words}"
        for step_id, result in report.results.items()
        if not result.good
    }


def summed_up(runs: list[Figures]) -> dict[str, int]:
    """The figures of many runs."""
    total: Counter[str] = Counter(runs=len(runs))
    for one in runs:
        doubled = sum(text.startswith("twice") for text in one.wrong)
        total.update(
            {
                "commands": one.commands,
                "faults injected": one.faults,
                "kills": one.kills,
                "take-overs": one.takeovers,
                "edits by people": one.edits,
                "effects reported as unknown": one.reported,
                "of those, missing": one.missing,
                "doubled effects": doubled,
                "other wrongs": len(one.wrong) - doubled,
            }
        )
    return dict(total)
