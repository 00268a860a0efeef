"""The command line's wiring for tests: sandbox, state in a folder, and no waiting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from support.builders import TODAY

from reconcile.cli import wiring
from reconcile.cli.wiring import Flags, Read, Setting, Wish
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config, TraedeSettings
from reconcile.core.loading import Loaded
from reconcile.core.model import Applied, Ref
from reconcile.core.plan_json import plan_text
from reconcile.edges.apply import Applying, Report, apply_plan
from reconcile.edges.client import Client
from reconcile.edges.live import LiveReader
from reconcile.edges.state import Holder, State, open_state, this_process
from reconcile.errors import Blocked
from reconcile.sandbox import Sandbox


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(seconds=self.passed)

    def seconds(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Killed(BaseException):
    """The process is gone; whatever it still tries does not happen."""


class Life:
    """Counts what a run writes, and ends it after the write number `ends_after`.

    Only writes change the world, so these are all the moments that differ: a kill
    between two of them, or while reading, leaves what a kill after the first leaves.
    """

    def __init__(self, ends_after: int | None = None) -> None:
        self.ends_after = ends_after
        self.writes: list[str] = []
        self.over = False

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        self.check()
        if self.ends_after == 0:
            self.end()
        yield
        self.writes.append(what)
        if len(self.writes) == self.ends_after:
            self.end()

    def check(self) -> None:
        if self.over:
            raise Killed

    def end(self) -> None:
        self.over = True
        raise Killed


class MortalTransport(httpx.BaseTransport):
    """Real sockets, as long as the process lives."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self._life.check()
            return self._inner.handle_request(request)
        with self._life.writing(f"{request.method} {request.url.path}"):
            return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


STATE_WRITES = frozenset(
    ("acquire", "begin_run", "end_run", "intend", "settle", "record", "renew")
)


class MortalState:
    """A state whose process may die: then the lease is never given back."""

    def __init__(self, inner: State, life: Life) -> None:
        self._inner = inner
        self._life = life

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._inner, name)
        if not callable(member):
            return member

        def call(*args: Any, **named: Any) -> Any:
            if name not in STATE_WRITES:
                self._life.check()
                return member(*args, **named)
            with self._life.writing(f"state.{name}"):
                return member(*args, **named)

        return call


class Shop:
    """One brand: its sandbox, its state, and the commands that work on both."""

    def __init__(self, box: Sandbox, folder: Path, **config: Any) -> None:
        self.box = box
        self.folder = folder
        self.clock = Clock()
        traede = TraedeSettings(url=box.url, brand_id=1, verify_seconds=5)
        whole = Config(**{"base_currency": "DKK", **config, "traede": traede})
        self.setting = Setting(Flags(quiet=True), whole, folder, folder / "catalog")
        self._left_behind: list[State] = []

    @property
    def config(self) -> Config:
        return self.setting.config

    def configure(self, **changes: Any) -> None:
        """Change the configuration; `traede` takes a mapping of its settings."""
        traede = replace(self.config.traede, **changes.pop("traede", {}))
        config = replace(self.config, traede=traede, **changes)
        self.setting = replace(self.setting, config=config)

    # --- commands ----------------------------------------------------------------------

    def plan(self, catalog: Catalog, **wish: bool) -> Read:
        with self._client() as client, self._state() as state:
            return self._plan(catalog, client, state, Wish(as_of=TODAY, **wish))

    def save(self, catalog: Catalog, **wish: bool) -> str:
        """A plan file."""
        read = self.plan(catalog, **wish)
        return plan_text(read.planned.plan, read.seal)

    def apply(
        self,
        catalog: Catalog,
        saved: str | None = None,
        *,
        life: Life | None = None,
        **wish: bool,
    ) -> Report:
        """`apply --yes`, or `apply PLAN --yes`; a life may end in the middle."""
        life = life or Life()
        real = self._state()
        with self._client(MortalTransport(life)) as client:
            try:
                return self._apply(catalog, saved, client, real, life, wish)
            finally:
                if life.over:  # closing would give the lease back
                    self._left_behind.append(real)
                else:
                    real.close()

    def _apply(
        self,
        catalog: Catalog,
        saved: str | None,
        client: Client,
        real: State,
        life: Life,
        wish: Mapping[str, bool],
    ) -> Report:
        state: Any = MortalState(real, life)
        state.acquire(0, mortal_process())
        while self._left_behind:
            self._left_behind.pop().close()  # its lease is an older one now
        asked = Wish(as_of=TODAY, **{"write_drift": saved is not None, **wish})
        reader = LiveReader(client)
        read = self._plan(catalog, client, state, asked, reader, settle=True)
        limited = wiring.limit_to(read, saved)
        plan = limited.read.planned.plan
        if plan.blocked:
            raise Blocked("; ".join(block.message for block in plan.blocked))
        run_id = state.begin_run(limited.read.digest, plan.catalog_digest, None, "")
        run = Applying(
            limited.read.planned,
            catalog,
            self.config,
            client,
            reader,
            state,
            run_id,
            limited.read.seal,
            self.clock.sleep,
            self.clock.seconds,
        )
        for step, words in limited.conflicts.values():
            run.finish(step, "skipped", words)
        for step in limited.as_found.values():
            run.finish(step, "as found")
        report = apply_plan(run, limited.read.settled)
        state.end_run(run_id, {}, report.exit_code)
        return report

    def ledger(self) -> dict[Ref, Applied]:
        with self._state() as state:
            return state.ledger()

    def in_flight(self) -> int:
        with self._state() as state:
            return len(state.in_flight())

    # --- underneath ----------------------------------------------------------------------

    def _plan(
        self,
        catalog: Catalog,
        client: Client,
        state: State,
        wish: Wish,
        reader: LiveReader | None = None,
        *,
        settle: bool = False,
    ) -> Read:
        reader = reader or LiveReader(client)
        loaded = Loaded(catalog, (), {})
        return wiring.plan(self.setting, loaded, reader, state, wish, settle=settle)

    def _client(self, transport: httpx.BaseTransport | None = None) -> Client:
        return Client(
            self.config.traede,
            self.box.token,
            transport=transport,
            sleep=self.clock.sleep,
            rng=lambda: 0.5,
        )

    def _state(self) -> State:
        return open_state(
            "sqlite:///state.db",
            self.setting.tenant,
            clock=self.clock,
            sleep=self.clock.sleep,
            base=self.folder,
        )


def mortal_process() -> Holder:
    """A holder that is gone as soon as anybody looks: it was killed."""
    alive = this_process("tests")
    machine = alive.start.rpartition("/")[0]
    return replace(alive, start=f"{machine}/0")


def dump_without_times(box: Sandbox) -> dict[str, Any]:
    """The dump as it is compared: ids and times depend on how often was tried."""
    whole = box.dump()
    for name in ("effects", "last_ids", "ticks", "tag_ids"):
        del whole[name]
    return json.loads(json.dumps(whole), object_hook=_timeless)


def _timeless(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in ("created_at", "updated_at")}


def effects(box: Sandbox, what: str, *details: str) -> list[tuple[Any, ...]]:
    return [
        tuple(effect.get(name) for name in details)
        for effect in box.effects
        if effect["what"] == what
    ]
