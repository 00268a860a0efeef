"""Whatever is done to a state, it looks the same wherever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.harness import quick_folder
from support.postgres import Cluster
from support.states import ELSEWHERE, RICH, Clock, applied, bare_repository, opened

from reconcile.core.model import Applied, Ref
from reconcile.edges.state import Call, Intent, Item, Outcome, State
from reconcile.errors import ReconcileError

REFS = [
    Ref("product", "tee"),
    Ref("product", "Tëe \U0001f455"),
    Ref("variant", "tee-s"),
    Ref("customer", "1000"),
]
NAMES = st.sampled_from(["done", "failed", "skipped", "unknown"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.text(st.characters(), max_size=5),
    st.lists(st.text(max_size=3), max_size=2),
)
PLACES = st.integers(0, 9)
ENTRIES = st.one_of(
    st.just(RICH),
    st.builds(
        lambda ref, number, value: applied(ref, number, name=value),
        st.sampled_from(REFS),
        st.integers(1, 2**40),
        VALUES,
    ),
)
SETS = st.lists(st.sampled_from(REFS), max_size=3)
OPERATIONS = st.one_of(
    st.tuples(st.just("begin"), st.text(max_size=8)),
    st.tuples(st.just("end"), PLACES, st.sampled_from([0, 5]), VALUES),
    st.tuples(st.just("intend"), PLACES, st.lists(SETS, min_size=1, max_size=3)),
    st.tuples(st.just("settle"), PLACES, SETS, NAMES, st.text(max_size=8), ENTRIES),
    st.tuples(st.just("record"), PLACES, st.lists(ENTRIES, max_size=3), SETS),
    st.tuples(st.just("sleep"), st.sampled_from([1, 31, 61])),
    st.tuples(st.just("hold")),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("vanish")),
    st.tuples(st.just("taken over")),
)


@dataclass
class Player:
    """One state, and what is remembered of it by order, not by number."""

    url: str
    clock: Clock = field(default_factory=Clock)
    runs: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    seen: list[Any] = field(default_factory=list)
    left: list[State] = field(default_factory=list)

    def play(self, operations: list[tuple[Any, ...]]) -> list[Any]:
        self.state = self.open()
        try:
            self.begin("first")
            for name, *arguments in operations:
                method: Callable[..., None] = getattr(self, name.replace(" ", "_"))
                try:
                    method(*arguments)
                except (ReconcileError, ValueError, LookupError) as error:
                    self.seen.append((name, type(error).__name__))
                self.seen.append(self.look(self.state))
            self.reopen()
            self.seen.append(self.look(self.state))
        finally:
            for state in (*self.left, self.state):
                state.close()
        return self.seen

    def open(self) -> State:
        state = opened(self.url, self.clock)
        self.seen.append(state.acquire(0, ELSEWHERE).number)
        return state

    def begin(self, who: str) -> None:
        self.runs.append(self.state.begin_run("sha256:p", "sha256:c", None, who))

    def end(self, place: int, code: int, value: Any) -> None:
        run = self.runs[place % len(self.runs)]
        self.state.end_run(run, {"value": value}, code, f"c{place}")

    def intend(self, place: int, refs: list[list[Ref]]) -> None:
        run = self.runs[place % len(self.runs)]
        intents = [
            Intent("sync", f"POST /{n}", tuple(Item(ref, ("s",), [n]) for ref in some))
            for n, some in enumerate(refs)
        ]
        calls = self.state.intend(run, *intents)
        self.calls += [call.call_id for call in calls]

    def settle(
        self, place: int, refs: list[Ref], name: Any, words: str, entry: Applied
    ) -> None:
        if self.calls:
            done = name == "done"
            outcomes = [
                Outcome(ref, name, words, replace(entry, ref=ref) if done else None)
                for ref in refs
            ]
            self.state.settle(self.calls[place % len(self.calls)], outcomes)

    def record(self, place: int, entries: list[Applied], forget: list[Ref]) -> None:
        self.state.record(self.runs[place % len(self.runs)], entries, forget)

    def sleep(self, seconds: int) -> None:
        self.clock.sleep(seconds)

    def hold(self) -> None:
        self.state.hold()

    def reopen(self) -> None:
        self.state.close()
        self.state = self.open()

    def vanish(self) -> None:
        """As if killed: with everything stored, and the lease not given back."""
        self.state.renew()
        self.left.append(self.state)
        self.clock.sleep(61)
        self.state = self.open()

    def taken_over(self) -> None:
        """Somebody else works on it; the one before must find out."""
        old = self.state
        self.vanish()
        self.begin("other")
        with pytest.raises(ReconcileError, match="another run took over"):
            old.renew()
        assert self.look(old)["ledger"] == self.look(self.state)["ledger"]

    def look(self, state: State) -> dict[str, Any]:
        held = state.holder()
        return {
            "ledger": state.ledger(),
            "meta": (state.meta().commit, self.run(state.meta().run)),
            "runs": [replace(run, id=self.run(run.id)) for run in state.runs()],
            "calls": [self.call(c) for n in self.runs for c in state.calls(n)],
            "in flight": [self.call(call) for call in state.in_flight()],
            "wrote": [run and self.run(run.id) for run in map(state.last_run, REFS)],
            "lease": held and (held.holder, held.since),
        }

    def run(self, number: int | None) -> int | None:
        return None if number is None else self.runs.index(number)

    def call(self, call: Call) -> tuple[Any, ...]:
        at = [n for n, known in enumerate(self.calls) if known == call.call_id]
        return at, replace(call, call_id=0, run=self.run(call.run))


@pytest.mark.parametrize("sort", ["postgresql", "git"])
def test_every_state_remembers_what_a_file_does(
    sort: str, request: pytest.FixtureRequest
) -> None:
    numbers = count()

    def new_url(folder: Path) -> str:
        if sort == "git":
            return f"git+{bare_repository(folder / f'{next(numbers)}.git')}"
        postgres: Cluster = request.getfixturevalue("postgres")
        return postgres.new_url()

    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=[Phase.reuse, Phase.generate],  # to shrink would take minutes
    )
    @given(st.lists(OPERATIONS, max_size=12))
    def law(operations: list[tuple[Any, ...]]) -> None:
        with quick_folder() as folder:
            in_a_file = Player(f"sqlite:///{folder}/state.db").play(operations)

            assert Player(new_url(folder)).play(operations) == in_a_file

    law()


def test_a_lease_of_a_minute() -> None:
    """What the players above count on."""
    from reconcile.edges.state import lease

    assert lease.DURATION.total_seconds() == 60
