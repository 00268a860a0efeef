"""The command line's wiring for tests: sandbox, state in a folder, and no waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from support.builders import TODAY

from reconcile.cli import wiring
from reconcile.cli.flags import Flags
from reconcile.cli.setting import Setting, Time
from reconcile.cli.wiring import Read, Wish
from reconcile.core.catalog import Catalog
from reconcile.core.config import Config, TraedeSettings
from reconcile.core.loading import Loaded
from reconcile.core.model import Applied, Ref
from reconcile.core.plan_json import plan_text
from reconcile.edges.apply import Report
from reconcile.edges.client import Client
from reconcile.edges.live import LiveReader
from reconcile.edges.state import Holder, State, open_state, this_process
from reconcile.errors import Blocked
from reconcile.sandbox import Sandbox


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: what is tested here is not how
    long a disk takes to write safely."""
    memory = Path("/dev/shm")  # noqa: S108 (made afresh below it)
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


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
        # No certificates are loaded for this machine: that takes 20 ms.
        self._inner = httpx.HTTPTransport(verify=False)

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
        # One call after the other, so that a run can be killed at a moment again.
        traede = TraedeSettings(
            url=box.url, brand_id=1, verify_seconds=5, concurrency=1
        )
        whole = Config(**{"base_currency": "DKK", **config, "traede": traede})
        self.setting = Setting(Flags(quiet=True), whole, folder, folder / "catalog")
        self.transport: Callable[[Life], httpx.BaseTransport] = MortalTransport
        self._left_behind: list[State] = []
        self.deadline: float | None = None

    @property
    def time(self) -> Time:
        return Time(self.clock, self.clock.sleep, self.clock.seconds)

    @property
    def config(self) -> Config:
        return self.setting.config

    def configure(self, **changes: Any) -> None:
        """Change the configuration; `traede` takes a mapping of its settings."""
        traede = replace(self.config.traede, **changes.pop("traede", {}))
        config = replace(self.config, traede=traede, **changes)
        self.setting = replace(self.setting, config=config)

    # --- commands ---

    def plan(self, catalog: Catalog, **wish: bool) -> Read:
        with self._client(Life()) as client, self.state() as state:
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
        deadline: float | None = None,
        **wish: bool,
    ) -> Report:
        """`apply --yes`, or `apply PLAN --yes`; a life may end in the middle."""
        self.deadline = deadline
        life = life or Life()
        real = self.state()
        with self._client(life) as client:
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
        self.close()  # what was left open holds an older lease now
        asked = Wish(as_of=TODAY, **{"write_drift": saved is not None, **wish})
        reader = LiveReader(client)
        read = self._plan(catalog, client, state, asked, reader, settle=True)
        limited = wiring.limit_to(read, saved)
        plan = limited.read.planned.plan
        if plan.blocked:
            raise Blocked("; ".join(block.message for block in plan.blocked))
        return wiring.run_apply(
            self.setting,
            Loaded(catalog, (), {}),
            reader,
            state,
            limited,
            self.deadline,
            time=self.time,
        )

    def close(self) -> None:
        """Let go of what killed runs have left open."""
        while self._left_behind:
            self._left_behind.pop().close()

    def start_over(self, store: dict[str, Any], catalog: Catalog) -> None:
        """Back to a dump that this catalog was applied to; no effects so far."""
        (self.folder / "state.db").unlink()
        self.box.load({**store, "effects": []})
        self.apply(catalog)

    def ledger(self) -> dict[Ref, Applied]:
        with self.state() as state:
            return state.ledger()

    def in_flight(self) -> int:
        with self.state() as state:
            return len(state.in_flight())

    # --- underneath ---

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
        return wiring.plan(
            self.setting,
            loaded,
            reader,
            state,
            wish,
            settle=settle,
            time=self.time,
        )

    def _client(self, life: Life) -> Client:
        return Client(
            self.config.traede,
            self.box.token,
            transport=self.transport(life),
            sleep=self.clock.sleep,
            rng=lambda: 0.5,
        )

    def state(self) -> State:
        """The state, opened as another process would."""
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


def dump_by_key(box: Sandbox) -> dict[str, Any]:
    """The dump as it is compared: by key, without what depends on how often was
    tried, such as times and numeric ids of what was made."""
    whole = box.dump()
    names: dict[Any, Any] = {}
    for kind in ("categories", "collections"):
        for row in whole[kind]:
            names[kind, row["id"]] = row.get("title") or row["name"]
    for row in whole["categories"]:
        row["parent"] = names.get(("categories", row["parent"]))
    for row in whole["products"]:
        row["categories"] = [names["categories", one] for one in row["categories"]]
        row["collection_id"] = names.get(("collections", row["collection_id"]))
    kinds = ("categories", "collections", "customers", "products")
    return {kind: _without_ids(whole[kind]) for kind in kinds}


_PASSING = frozenset(
    "id created_at updated_at product_id product_variant_id entity_id shop_id".split()
)


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_ids(v) for k, v in value.items() if k not in _PASSING}
    if isinstance(value, list):
        items = [_without_ids(one) for one in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def twice(box: Sandbox) -> list[Any]:
    """Images, stock and creates cannot be undone: each may happen once at most."""
    names = ("what", "kind", "key", "sku", "url", "title")
    seen = [tuple(effect.get(name) for name in names) for effect in box.effects]
    return sorted({effect for effect in seen if seen.count(effect) > 1}, key=str)


def differing(found: Any, wanted: Any, path: str = "") -> list[str]:
    """Where two dumps differ, in words that fit in a line."""
    if (
        isinstance(found, dict)
        and isinstance(wanted, dict)
        and found.keys() == wanted.keys()
    ):
        return [
            line
            for key in found
            for line in differing(found[key], wanted[key], f"{path}.{key}")
        ]
    if (
        isinstance(found, list)
        and isinstance(wanted, list)
        and len(found) == len(wanted)
    ):
        return [
            line
            for n, (one, other) in enumerate(zip(found, wanted, strict=True))
            for line in differing(one, other, f"{path}.{n}")
        ]
    return [] if found == wanted else [f"{path}: {found!r}, not {wanted!r}"]
