"""`reconcile ci`: the commands that a pipeline runs."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import run_options


@click.group()
def ci() -> None:
    """In a pipeline of GitHub Actions or GitLab CI: one command, no glue.

    What comes of it is posted first: annotations at the lines, the job's summary, one
    note at the pull or merge request that is edited in place, plan.json and plan.html.
    The exit code comes last, and is that of the command without `ci`.
    """


@ci.command("plan")
@click.pass_obj
def ci_plan(flags: Flags, /) -> int:
    """Validate and plan, and show it where it is discussed; nothing is written.

    Without TRAEDE_TOKEN, as for a proposal from a fork, two catalogs are compared.
    """
    from reconcile.cli.ci import plan_job

    return plan_job(flags)


@ci.command("apply")
@run_options
@click.pass_obj
def ci_apply(
    flags: Flags,
    /,
    older_commit: str | None,
    stateless: bool,
    deadline: str | None,
    wait: float,
) -> int:
    """Write what was merged, read it back, and tell its pull or merge request.

    On a schedule it also opens, updates or closes the one issue about drift.
    """
    from reconcile.cli.ci_apply import Asked, apply_job
    from reconcile.cli.setting import checked_duration

    seconds = checked_duration(deadline)
    return apply_job(flags, Asked(older_commit, stateless, seconds, wait))
