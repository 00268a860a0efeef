"""The one place where the pieces are put together."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconcile.cli.setting import (
    REAL_TIME,
    Setting,
    Time,
    stopwatch,
    today,
    token_of,
    utc_now,
    who,
)
from reconcile.core.model import KindName, Snapshot
from reconcile.errors import LeaseHeld, ReconcileError, words_of

if TYPE_CHECKING:
    from reconcile.core.approvals import Approvals
    from reconcile.core.config import TraedeSettings
    from reconcile.core.loading import Loaded
    from reconcile.core.personal import Seal
    from reconcile.core.planning import Planned
    from reconcile.core.scope import Only
    from reconcile.core.steps import Step, Warned
    from reconcile.edges.apply import Applying, Report
    from reconcile.edges.client import Client, Wait
    from reconcile.edges.doctor import Connect
    from reconcile.edges.live import LiveReader
    from reconcile.edges.state import State


def open_client(setting: Setting) -> Client:
    from reconcile.edges.client import Client

    def waiting(wait: Wait) -> None:
        setting.progress.waiting(wait.seconds, wait.reason)

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
            setting.progress.waiting(wait.seconds, wait.reason)
            on_wait(wait)

        key = os.environ.get("TRAEDE_APP_KEY") if with_key else None
        return Client(settings, token, app_key=key or None, on_wait=waiting)

    return connect


def open_state(
    setting: Setting, *, stateless: bool = False, create: bool = True
) -> State:
    """The state of this tenant; made with its salt where there is none yet."""
    from reconcile.edges import state
    from reconcile.edges.address import is_loopback

    url = setting.flags.state or setting.config.state or state.DEFAULT_URL
    return state.open_state(
        "sqlite://" if stateless else state.with_name(url, setting.config.name),
        setting.tenant,
        clock=utc_now,
        create=create,
        base=setting.folder,
        renewing=True,
        # There an apply needs no brand, so a used state may not know it. It may take
        # any: by Traede's ids another brand's objects are never taken for ours.
        learn_brand=is_loopback(setting.tenant.url),
    )


def _state_to_read(setting: Setting, create: bool) -> State:
    from reconcile.edges.state import StateMissing

    try:
        return open_state(setting, create=create)
    except StateMissing:
        return open_state(setting, stateless=True)


def require_state(setting: Setting, *, stateless: bool) -> None:
    """A CI machine is gone afterwards, and its ledger with it."""
    configured = setting.flags.state or setting.config.state
    if os.environ.get("CI") and not configured and not stateless:
        raise ReconcileError(
            "this is a CI machine, and no state is configured: what is applied would "
            "be forgotten",
            hint="Set `state:` in reconcile.yaml or give --state: `git` (a ref in the "
            "catalog's repository) or postgresql+psycopg://USER@HOST/NAME. To write "
            "without a memory (nothing is deleted by absence): --stateless",
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
class Seen:
    """What was read of Traede, and what follows from that alone."""

    snapshot: Snapshot
    seal: Seal
    settled: tuple[str, ...] = ()
    lost: tuple[Warned, ...] = ()
    """About fields that an earlier run could read, and this one cannot."""
    unproven: int = 0
    """How much of what was in flight reading cannot prove."""


@dataclass(frozen=True, slots=True)
class Read:
    """One plan, and everything that it was made from."""

    planned: Planned
    digest: str
    seen: Seen
    approvals: Approvals
    edited: bool = False
    """Whether the files had edits that are not in the plan's commit."""

    @property
    def seal(self) -> Seal:
        return self.seen.seal


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked of a plan."""

    no_delete: bool = False
    write_drift: bool = False
    as_of: str | None = None
    only: tuple[Only, ...] = ()
    approve: tuple[str, ...] = ()
    """Ids of approvals given by hand."""


def plan(
    setting: Setting,
    loaded: Loaded,
    reader: LiveReader,
    state: State,
    wish: Wish,
    *,
    settle: bool = False,
    time: Time = REAL_TIME,
) -> Read:
    """Read Traede, settle what an earlier run left open (only for apply), plan.

    For an apply everything is read, also where it is about a part: what is in flight
    may be anywhere.
    """
    from reconcile.core.personal import Seal
    from reconcile.core.readable import no_longer_readable
    from reconcile.edges.apply import Settled, settle_in_flight, wait_for_late_writes

    seal = Seal(state.salt)
    snapshot = reader.read_all() if settle else _read(loaded, reader, state, wish)
    if settle:
        snapshot = wait_for_late_writes(
            state, reader, snapshot, seal, time.now, time.sleep
        )
    last = next((run.summary for run in state.runs() if "readable" in run.summary), {})
    lost = tuple(no_longer_readable(last.get("readable", {}), snapshot))
    settled = settle_in_flight(state, snapshot, seal) if settle else Settled()
    seen = Seen(snapshot, seal, settled.sentences, lost, settled.unproven)
    return plan_again(setting, loaded, state, wish, seen)


def plan_only(
    setting: Setting, loaded: Loaded, wish: Wish, *, create: bool = True
) -> Read:
    """A plan that nothing will be written of, and a word on what was read for it.

    Without `create` a state that is not there yet is not made: the first apply does.
    """
    with open_client(setting) as client, _state_to_read(setting, create) as state:
        must_match(loaded, state, wish)
        reader, watch = reader_for(setting, client), stopwatch()
        read = plan(setting, loaded, reader, state, wish)
    announce(setting, reader, watch())
    return read


def must_match(loaded: Loaded, state: State, wish: Wish) -> None:
    """Raises UsageError for an `--only` that is about nothing."""
    from reconcile.core.scope import nothing_matches

    if wrong := nothing_matches(loaded.catalog, state.ledger(), wish.only):
        raise wrong


def plan_again(
    setting: Setting, loaded: Loaded, state: State, wish: Wish, seen: Seen
) -> Read:
    """A plan from what was read already, such as for another wish."""
    from reconcile.cli.commit_order import older_commit
    from reconcile.core.approvals import Approvals
    from reconcile.core.plan_json import digest_of
    from reconcile.core.planning import Options, make_plan
    from reconcile.edges.files import git_commit, git_is_edited

    commit = git_commit(setting.folder)
    files = (setting.catalog, setting.folder / setting.file)
    edited = commit is not None and bool(git_is_edited(setting.folder, *files))
    options = Options(
        setting.tenant,
        wish.as_of or today(setting.config.timezone),
        commit,
        wish.no_delete,
        wish.write_drift,
        only=wish.only,
        approve=wish.approve,
    )
    planned = make_plan(
        loaded.catalog,
        seen.snapshot,
        state.ledger(),
        setting.config,
        seen.seal,
        options,
    )
    older = older_commit(setting.folder, commit, state.meta().commit)
    said = (*seen.lost, *([older.warning] if older else []))
    whole = replace(planned.plan, warnings=(*planned.plan.warnings, *said))
    planned = replace(planned, plan=whole)
    approvals = Approvals(loaded.catalog.approvals, wish.approve)
    return Read(planned, digest_of(whole, seen.seal), seen, approvals, edited)


def _read(loaded: Loaded, reader: LiveReader, state: State, wish: Wish) -> Snapshot:
    """Everything, or what a plan of a part needs; a category that may go takes what
    is in it along, so then it is everything too."""
    from reconcile.core.scope import part_of

    ledger = state.ledger()
    part = part_of(loaded.catalog, ledger, wish.only)
    if not wish.only or part.gone_categories():
        return reader.read_all()
    kinds: list[KindName] = ["product", "collection", "customer"]
    return reader.read_part({kind: part.keys(kind) for kind in kinds}, part.variants())


def reader_for(setting: Setting, client: Client) -> LiveReader:
    from reconcile.core.kinds import KINDS
    from reconcile.edges.live import LiveReader

    def on_page(kind: KindName, rows: int, total: int | None) -> None:
        setting.progress.counted({f"Reading {KINDS[kind].plural}": (rows, total)})

    return LiveReader(client, on_page)


def announce(setting: Setting, reader: LiveReader, seconds: float) -> None:
    brand = setting.config.traede.brand_id
    where = setting.config.traede.url + (f" (brand {brand})" if brand else "")
    counts = " · ".join(f"{name} {count}" for name, count in reader.counts.items())
    setting.talk(f"Read Traede  {where}  {counts}  complete, {seconds:.0f} s")
    setting.progress.clear()


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
    from reconcile.core.saved import judge, limit

    if saved_text is None:
        return Limited(read, {}, {})
    saved, digest = plan_from_text(saved_text)
    planned = read.planned
    limited = limit(planned.plan, saved, read.seal)
    plan = judge(limited.plan, saved, planned.ledger, read.approvals)
    planned = replace(planned, plan=plan, part=saved.part)
    return Limited(
        replace(read, planned=planned, digest=digest),
        limited.conflicts,
        limited.as_found,
    )


def run_apply(
    setting: Setting,
    loaded: Loaded,
    reader: LiveReader,
    state: State,
    limited: Limited,
    deadline: float | None = None,
    *,
    time: Time = REAL_TIME,
) -> Report:
    """Carry a plan out, and write the run into the history.

    What it raises, it raises before anything was written; else there is a report.

    `deadline` is a number of seconds from now, after which no call is begun.
    """
    from reconcile.core.readable import readable_fields
    from reconcile.core.used_up import remembered
    from reconcile.edges.apply import Applying, apply_plan

    plan = limited.read.planned.plan
    run_id = state.begin_run(
        limited.read.digest, plan.catalog_digest, plan.commit, who()
    )
    run = Applying(
        limited.read.planned,
        loaded.catalog,
        setting.config,
        reader.client,
        reader,
        state,
        run_id,
        limited.read.seal,
        time.sleep,
        time.seconds,
        setting.progress.counted,
        None if deadline is None else time.seconds() + deadline,
    )
    for step, words in limited.conflicts.values():
        run.skip(step, words)
    for step in limited.as_found.values():
        run.finish(step, "as found")
    reader.client.before_write = state.hold
    with _ending_cleanly(run):
        report = apply_plan(run, limited.read.seen.settled)
    report = replace(report, unproven=limited.read.seen.unproven)
    summary = {
        "changed": report.changed,
        "left": report.left,
        "adopted": report.adopted,
        "readable": readable_fields(limited.read.seen.snapshot),
        "approved": remembered(plan.approved),
        "lines": [line.approve for line in loaded.catalog.approvals],
        "edited": limited.read.edited,
    }
    setting.progress.clear()
    try:
        state.end_run(run_id, summary, report.exit_code, plan.commit)
    except (ReconcileError, OSError) as error:
        # The report is worth more than its history.
        if not report.ended_with:
            code = error.exit_code if isinstance(error, LeaseHeld) else 5
            report = replace(report, stopped=words_of(error), ended_with=code)
    return report


@contextmanager
def _ending_cleanly(run: Applying) -> Iterator[None]:
    """The first Ctrl-C ends the run after the calls in flight, the second at once."""

    def stop(_number: int, _frame: object) -> None:
        if run.interrupted:
            raise KeyboardInterrupt
        run.interrupt()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
