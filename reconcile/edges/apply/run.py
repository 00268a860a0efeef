"""One run of apply: its collaborators, and what it has found out so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconcile.core.catalog import Catalog
from reconcile.core.config import Config
from reconcile.core.kinds import KINDS
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Path,
    Ref,
    Value,
)
from reconcile.core.outcomes import Result, ResultName, Why
from reconcile.core.personal import Seal, hide, personal_texts
from reconcile.core.planning import Planned
from reconcile.core.recheck import Recheck, recheck
from reconcile.core.steps import Change, Step
from reconcile.edges.answers import Reply
from reconcile.edges.apply.crew import Crew
from reconcile.edges.client import Client
from reconcile.edges.live import LiveReader
from reconcile.edges.state import Call, Intent, Outcome, State
from reconcile.errors import TraedeUnavailable

Counts = Mapping[str, tuple[int, int]]
"""How many steps are done, of how many: `{"variants": (108, 115), "deletes": …}`."""


def quiet(_counts: Counts) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Applying:
    """One run: its collaborators, and what it has found out so far."""

    planned: Planned
    catalog: Catalog
    config: Config
    client: Client
    reader: LiveReader
    state: State
    run: int
    seal: Seal
    sleep: Callable[[float], None]
    now: Callable[[], float]
    """Seconds on a clock that only goes forward."""
    on_progress: Callable[[Counts], None] = quiet
    ends_at: float | None = None
    """When, by `now`, no further call is begun."""
    results: dict[str, Result] = field(default_factory=dict)
    rows: dict[Ref, Applied] = field(default_factory=dict)
    """The ledger as this run has made it."""
    canaries: set[str] = field(default_factory=set)
    """Kinds whose first write of this run was found to do what we think."""
    wrote: bool = False
    tried: set[str] = field(default_factory=set)
    """Ids of steps that were sent: what is found of them is our own doing."""
    stopped: str = ""
    interrupted: bool = False
    stored: dict[Ref, Applied] = field(init=False)
    """The ledger as it is in the state, under the keys of before renames."""
    crew: Crew = field(init=False)
    lock: threading.RLock = field(init=False, default_factory=threading.RLock)
    """Held while anything here or in the state is changed: jobs run side by side."""
    _counts: dict[str, tuple[int, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.rows.update(self.planned.ledger)
        self.stored = dict(self.state.ledger())
        self.crew = Crew(self.config.traede.concurrency, self.may_go_on)
        for step in self.planned.plan.to_do:
            done, of = self._counts.get(_group(step), (0, 0))
            self._counts[_group(step)] = (done, of + 1)

    def may_go_on(self) -> bool:
        """Whether another call may be begun."""
        if self.ends_at is not None and self.now() >= self.ends_at:
            self.stop("the time given with --deadline is over")
        return not self.stopped

    def stop(self, why: str) -> None:
        """Begin no further call; the first reason stays."""
        self.stopped = self.stopped or why

    def interrupt(self) -> None:
        """Somebody wants this to end."""
        self.interrupted = True
        self.stop("interrupted")

    def write(
        self, method: str, path: str, body: Any = None, *, call: Call | None = None
    ) -> Reply:
        """Write to Traede. A call that surely did nothing is settled as that, so that
        what must not happen twice can still happen once."""
        try:
            reply = self.client.write(method, path, body)
        except TraedeUnavailable as error:
            if call is not None:
                nothing = [
                    Outcome(item.ref, "failed", error.message) for item in call.items
                ]
                self.settle(call, nothing)
            raise
        self.wrote = True
        return reply

    def desired(self, ref: Ref) -> Desired:
        return self.catalog.objects[ref]

    def skip(self, step: Step, words: str) -> None:
        """Leave alone what is not as it was when it was planned."""
        self.finish(step, "skipped", words, "moved")

    def fail(self, step: Step, reply: Reply, otherwise: str) -> None:
        """What did not arrive: Traede's words, or else ours."""
        refused = reply.outcome == "refused" and bool(reply.words)
        words = "; ".join(reply.words) or otherwise
        self.finish(step, "failed", words, "refused" if refused else "")

    def finish(
        self, step: Step, result: ResultName, words: str = "", why: Why = ""
    ) -> None:
        with self.lock:
            words = self._clean(step.ref, words)
            self.results[step.id] = Result(step, result, words, why)
            done, of = self._counts.get(_group(step), (0, 0))
            self._counts[_group(step)] = (min(done + 1, of), of)
            self.on_progress(self._counts)

    def check(self, step: Step | None, ref: Ref, live: Live | None) -> Recheck:
        """Whether a step still fits what was just read."""
        return recheck(step, self.desired(ref), live, self.rows.get(ref), self.seal)

    def intend(self, intent: Intent) -> Call:
        """Journal a call that is about to be made."""
        # Not under the lock: in git, threads that wait here share one push.
        call = self.state.intend(self.run, intent)[0]
        with self.lock:
            self.tried.update(name for item in intent.items for name in item.step_ids)
        return call

    def settle(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """Journal what became of a call, with the ledger rows that follow from it."""
        outcomes = [
            replace(outcome, words=self._clean(outcome.ref, outcome.words))
            for outcome in outcomes
        ]
        with self.lock:
            self.state.settle(call.call_id, outcomes)
            for outcome in outcomes:
                self._note([outcome.entry] if outcome.entry else [], outcome.forget)

    def _clean(self, ref: Ref, words: str) -> str:
        """Traede may quote a customer in its words, and not only the one concerned."""
        if ref.kind != "customer" or not words:
            return words
        known = {
            text
            for side in (self.catalog.objects, self.planned.objects)
            for one, it in side.items()
            if one.kind == "customer"
            for text in personal_texts(one.kind, it.values)
        }
        return hide(words, known)

    def record(self, rows: Iterable[Applied], forget: Iterable[Ref] = ()) -> None:
        """Change ledger rows that follow from no call of their own."""
        rows, forget = list(rows), list(forget)
        with self.lock:
            self.state.record(self.run, rows, forget)
            self._note(rows, forget)

    def _note(self, rows: Iterable[Applied], forget: Iterable[Ref]) -> None:
        for ref in forget:
            stored, row = self.stored.pop(ref, None), self.rows.get(ref)
            # In a chain of renames the key that is given up is another one's by now.
            if row is None or stored is None or row.remote_id == stored.remote_id:
                self.rows.pop(ref, None)
        for row in rows:
            self.rows[row.ref] = self.stored[row.ref] = row

    def expectation(self, step: Step, paths: Iterable[Path]) -> Mapping[str, Any]:
        """What reading back shows once a step has arrived; for the journal."""
        wanted = set(paths)
        return {
            "action": step.action,
            "remote_id": step.remote_id,
            "values": [
                [list(change.path), *self._sides(step, change)]
                for change in step.written
                if change.path in wanted and change.after is not MISSING
            ],
        }

    def _sides(self, step: Step, change: Change) -> tuple[Value, Value]:
        """After and before, as a file may hold them."""
        known = change.before is not MISSING and change.before is not UNKNOWN
        before = change.before if known else None
        kind, path = step.ref.kind, change.path
        return self.seal(kind, path, change.after), self.seal(kind, path, before)


def _group(step: Step) -> str:
    if step.action in ("rename", "delete"):
        return f"{step.action}s"
    return KINDS[step.ref.kind].plural
