"""The one place where the pieces are put together."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reconcile.cli.setting import Setting, today, token_of, utc_now
from reconcile.core.model import KindName
from reconcile.errors import ReconcileError

if TYPE_CHECKING:
    from reconcile.core.config import TraedeSettings
    from reconcile.core.loading import Loaded
    from reconcile.core.personal import Seal
    from reconcile.core.planning import Planned
    from reconcile.core.steps import Step
    from reconcile.edges.apply import Applying, Report
    from reconcile.edges.client import Client, Wait
    from reconcile.edges.doctor import Connect
    from reconcile.edges.live import LiveReader
    from reconcile.edges.state import State


INTERRUPTED = "interrupted"


def open_client(setting: Setting) -> Client:
    from reconcile.edges.client import Client

    def waiting(wait: Wait) -> None:
        setting.talk(f"Waiting {wait.seconds:.0f} s: {wait.reason}")

    return Client(
        setting.config.traede,
        token_of(setting),
        app_key=os.environ.get("TRAEDE_APP_KEY") or None,
        on_wait=waiting,
    )


def connector(setting: Setting) -> Connect:
    """Makes the clients of `doctor`, which tries settings and leaves headers out."""
    from reconcile.edges.client import Client

    token = token_of(setting)

    def connect(
        settings: TraedeSettings,
        on_wait: Callable[[Wait], None],
        *,
        with_key: bool = True,
    ) -> Client:
        def waiting(wait: Wait) -> None:
            setting.talk(f"Waiting {wait.seconds:.0f} s: {wait.reason}")
            on_wait(wait)

        key = os.environ.get("TRAEDE_APP_KEY") if with_key else None
        return Client(settings, token, app_key=key or None, on_wait=waiting)

    return connect


def open_state(setting: Setting, *, stateless: bool = False) -> State:
    """The state of this tenant; made with its salt where there is none yet."""
    from reconcile.edges import state

    url = setting.flags.state or setting.config.state or state.DEFAULT_URL
    return state.open_state(
        "sqlite://" if stateless else url,
        setting.tenant,
        clock=utc_now,
        base=setting.folder,
    )


def require_state(setting: Setting, *, stateless: bool) -> None:
    """A CI machine is gone afterwards, and its ledger with it."""
    configured = setting.flags.state or setting.config.state
    if os.environ.get("CI") and not configured and not stateless:
        raise ReconcileError(
            "this is a CI machine, and no state is configured: what is applied would "
            "be forgotten",
            hint="Set `state:` in reconcile.yaml or give --state. To write without a "
            "memory (nothing is deleted by absence): --stateless",
        )


def require_brand(setting: Setting) -> None:
    """Outside loopback an apply names its brand (guard `tenant`)."""
    from reconcile.edges.address import is_loopback

    if setting.config.traede.brand_id is None and not is_loopback(
        setting.config.traede.url
    ):
        raise ReconcileError(
            "reconcile.yaml does not say which brand this catalog is for",
            hint="Add `traede: {brand_id: …}`; Traede shows the number as `brand_id`.",
        )


@dataclass(frozen=True, slots=True)
class Read:
    """Everything that one plan was made from."""

    planned: Planned
    seal: Seal
    digest: str
    settled: tuple[str, ...] = ()
    readable: Mapping[KindName, list[str]] = field(default_factory=dict)
    """The fields that this account returned; the run's history remembers them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked of a plan."""

    no_delete: bool = False
    write_drift: bool = False
    as_of: str | None = None


def plan(
    setting: Setting,
    loaded: Loaded,
    reader: LiveReader,
    state: State,
    wish: Wish,
    *,
    settle: bool = False,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Read:
    """Read Traede, settle what an earlier run left open (only for apply), plan."""
    from reconcile.core.personal import Seal
    from reconcile.core.plan_json import digest_of
    from reconcile.core.planning import Options, make_plan
    from reconcile.core.readable import no_longer_readable, readable_fields
    from reconcile.edges.apply import settle_in_flight, wait_for_late_writes
    from reconcile.edges.files import git_commit

    seal = Seal(state.salt)
    snapshot = reader.read_all()
    if settle:
        snapshot = wait_for_late_writes(state, reader, snapshot, seal, clock, sleep)
    last = next((run.summary for run in state.runs() if "readable" in run.summary), {})
    lost = tuple(no_longer_readable(last.get("readable", {}), snapshot))
    settled = settle_in_flight(state, snapshot, seal) if settle else ()
    options = Options(
        setting.tenant,
        wish.as_of or today(setting.config.timezone),
        git_commit(setting.folder),
        wish.no_delete,
        wish.write_drift,
    )
    planned = make_plan(
        loaded.catalog, snapshot, state.ledger(), setting.config, seal, options
    )
    whole = replace(planned.plan, warnings=(*planned.plan.warnings, *lost))
    planned = replace(planned, plan=whole)
    fields = readable_fields(snapshot)
    return Read(planned, seal, digest_of(whole, seal), settled, fields)


def reader_for(client: Client) -> LiveReader:
    from reconcile.edges.live import LiveReader

    return LiveReader(client)


def announce(setting: Setting, reader: LiveReader, seconds: float) -> None:
    brand = setting.config.traede.brand_id
    where = setting.config.traede.url + (f" (brand {brand})" if brand else "")
    counts = " · ".join(f"{name} {count}" for name, count in reader.counts.items())
    setting.talk(f"Read Traede  {where}  {counts}  complete, {seconds:.0f} s")


@dataclass(frozen=True, slots=True)
class Limited:
    """What an apply may write, and what a saved plan had that no longer fits."""

    read: Read
    conflicts: Mapping[str, tuple[Step, str]]
    as_found: Mapping[str, Step]


def limit_to(read: Read, saved_text: str | None) -> Limited:
    """The fresh plan, or the part of it that a saved plan allows.

    Raises DoesNotFit where the saved plan is of another catalog or tenant.
    """
    from reconcile.core.plan_json import plan_from_text
    from reconcile.core.saved import limit

    if saved_text is None:
        return Limited(read, {}, {})
    saved, digest = plan_from_text(saved_text)
    fresh = read.planned.plan
    limited = limit(fresh, saved, read.seal)
    # How much may be deleted was judged on the saved plan; the rest is judged now.
    now = tuple(block for block in fresh.blocked if block.guard != "delete-limit")
    plan = replace(limited.plan, blocked=(*saved.blocked, *now))
    return Limited(
        replace(read, planned=replace(read.planned, plan=plan), digest=digest),
        limited.conflicts,
        limited.as_found,
    )


def run_apply(
    setting: Setting,
    loaded: Loaded,
    client: Client,
    reader: LiveReader,
    state: State,
    limited: Limited,
) -> Report:
    """Carry a plan out, and write the run into the history."""
    from reconcile.edges.apply import Applying, apply_plan

    plan = limited.read.planned.plan
    who = os.environ.get("GITHUB_ACTOR") or os.environ.get("USER") or "unknown"
    run_id = state.begin_run(limited.read.digest, plan.catalog_digest, plan.commit, who)
    run = Applying(
        limited.read.planned,
        loaded.catalog,
        setting.config,
        client,
        reader,
        state,
        run_id,
        limited.read.seal,
        time.sleep,
        time.monotonic,
    )
    for step, words in limited.conflicts.values():
        run.finish(step, "skipped", words)
    for step in limited.as_found.values():
        run.finish(step, "as found")
    with _ending_cleanly(run):
        report = apply_plan(run, limited.read.settled)
    summary = {
        "changed": report.changed,
        "left": report.left,
        "adopted": report.adopted,
        "readable": limited.read.readable,
    }
    state.end_run(run_id, summary, report.exit_code, plan.commit)
    return report


@contextmanager
def _ending_cleanly(run: Applying) -> Iterator[None]:
    """The first Ctrl-C ends the run after the calls in flight, the second at once."""

    def stop(_number: int, _frame: object) -> None:
        if run.stopped:
            raise KeyboardInterrupt
        run.stopped = INTERRUPTED

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
