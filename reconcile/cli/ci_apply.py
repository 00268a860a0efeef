"""`ci apply`: what was merged is written, and its proposal gets the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.cli.ci import (
    Run,
    checked,
    inert,
    opened,
    post_failure,
    save_plan,
    tell_drift,
    this_job,
)
from reconcile.cli.ci_about import about_job
from reconcile.cli.flags import Flags
from reconcile.errors import Blocked, CatalogInvalid, ReconcileError, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.cli.wiring import Read
    from reconcile.core.loading import Loaded
    from reconcile.core.outcomes import Report
    from reconcile.edges.forge import Job

LONGEST: Final = 5 * 3600.0
"""Seconds, where nobody says when the job is ended: on GitHub after six hours."""
_POSTING: Final = 600.0
"""What is kept for reading back, and for saying what came of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `ci apply`."""

    older_commit: str | None = None
    stateless: bool = False
    deadline: float | None = None
    wait: float = 90.0


def apply_job(flags: Flags, asked: Asked) -> int:
    from reconcile.cli.setting import stopwatch

    since = stopwatch()
    run = opened(flags, this_job(), applying=True)
    loaded = checked(run) if run else None
    if run is None or loaded is None:
        return CatalogInvalid.exit_code
    with inert(run.job):
        try:
            read, report, took = _applied(run, loaded, asked, since)
        except ReconcileError as error:
            post_failure(run, error)
            return error.exit_code
        except BrokenPipeError:
            raise
        except OSError as error:
            post_failure(run, ReconcileError(words_of(error)))
            return ReconcileError.exit_code
        if report is None:
            _post_blocked(run, read)
            code = Blocked.exit_code
        else:
            _post_outcome(run, read, report, took)
            code = report.exit_code
        tell_drift(run, loaded, read)
    return code


def _applied(
    run: Run, loaded: Loaded, asked: Asked, since: Callable[[], float]
) -> tuple[Read, Report | None, float]:
    """The plan; what became of it, None where it is blocked; seconds.

    `since` tells the seconds since the command began, which its deadline counts from.
    """
    from reconcile.cli import wiring
    from reconcile.cli.commit_order import checked_commit, refuse_older
    from reconcile.cli.setting import stopwatch, who
    from reconcile.edges.state import this_process

    setting = run.setting
    named = checked_commit(asked.older_commit)
    wiring.require_state(setting, stateless=asked.stateless)
    wiring.require_brand(setting)
    with (
        wiring.open_client(setting) as client,
        wiring.open_state(setting, stateless=asked.stateless) as state,
    ):
        state.acquire(asked.wait, this_process(who()))
        reader, watch = wiring.reader_for(setting, client), stopwatch()
        read = wiring.plan(setting, loaded, reader, state, wiring.Wish(), settle=True)
        wiring.announce(setting, reader, watch())
        commit = read.planned.plan.commit
        refuse_older(setting.folder, commit, state.meta().commit, named)
        if read.planned.plan.blocked:
            return read, None, watch()
        limited = wiring.limit_to(read, None)
        given = asked.deadline
        left = (deadline_of(run.job) if given is None else given) - since()
        report = wiring.run_apply(setting, loaded, reader, state, limited, left)
    return read, report, watch()


def deadline_of(job: Job) -> float:
    """Seconds after which no call is begun."""
    if job.timeout is None:
        return LONGEST
    return max(job.timeout - _POSTING, job.timeout / 2)


def _post_outcome(run: Run, read: Read, report: Report, took: float) -> None:
    from reconcile.cli.output import show_report
    from reconcile.reports.plan_markdown_states import render_outcome

    print(show_report(run.setting, read, report, took, "text"))
    about = about_job(run.setting, read, run.job, applied=True)
    run.show(lambda limit: render_outcome(report, about, limit=limit))
    save_plan(run, read, report)


def _post_blocked(run: Run, read: Read) -> None:
    from reconcile.cli.output import show_plan
    from reconcile.reports.plan_markdown_states import render_not_applied

    print(show_plan(run.setting, read, "text"))
    about = about_job(run.setting, read, run.job)
    plan = read.planned.plan
    run.show(lambda limit: render_not_applied(plan, about, limit=limit))
    save_plan(run, read)
