"""`reconcile apply`: write what the plan holds, check it, and read it back."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.commands.plan import approve_option
from reconcile.cli.flags import Flags
from reconcile.errors import Blocked, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.cli.setting import Setting
    from reconcile.cli.wiring import Limited, Read


@click.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--no-delete", is_flag=True, help="Leave every delete out.")
@click.option("--write-drift", is_flag=True, help="Put back what Traede changed.")
@approve_option
@click.option(
    "--older-commit", metavar="SHA", help="Apply this commit though a later one was."
)
@click.option("--stateless", is_flag=True, help="Without a memory of earlier applies.")
@click.option(
    "--deadline",
    metavar="TIME",
    help="Begin no call after so long (5h, 30m, 90s); the next run goes on.",
)
@click.option(
    "--wait", type=float, default=90.0, show_default=True, help="Seconds for the lease."
)
@click.pass_obj
def apply(
    flags: Flags,
    /,
    plan_file: Path | None,
    yes: bool,
    no_delete: bool,
    write_drift: bool,
    approve: tuple[str, ...],
    older_commit: str | None,
    stateless: bool,
    deadline: str | None,
    wait: float,
) -> int:
    """Write what the plan holds, check it, and read it back.

    With PLAN_FILE it writes at most what that plan holds.
    """
    from reconcile.cli import wiring
    from reconcile.cli.commit_order import checked_commit, refuse_older
    from reconcile.cli.output import plan_file_text, valid_catalog, width
    from reconcile.cli.setting import checked_duration, resolve, stopwatch, who
    from reconcile.core.plan_json import day_of
    from reconcile.edges.state import this_process
    from reconcile.reports.apply_text import render_report

    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to answer: this is no terminal",
            hint="Look at `reconcile plan` first, then: reconcile apply "
            + (f"{plan_file} --yes" if plan_file else "--yes"),
        )
    since = stopwatch()
    named = checked_commit(older_commit)
    seconds = checked_duration(deadline)
    setting = resolve(flags)
    saved_text = plan_file_text(plan_file) if plan_file else None
    wiring.require_state(setting, stateless=stateless)
    wiring.require_brand(setting)
    loaded = valid_catalog(setting)
    with (
        wiring.open_client(setting) as client,
        wiring.open_state(setting, stateless=stateless) as state,
    ):
        state.acquire(wait, this_process(who()))
        watch = stopwatch()
        reader = wiring.reader_for(setting, client)
        day = day_of(saved_text) if saved_text else None
        # Of a saved plan, what is held is what the plan holds.
        write_drift = write_drift or saved_text is not None
        wish = wiring.Wish(no_delete, write_drift, day, approve=approve)
        read = wiring.plan(setting, loaded, reader, state, wish, settle=True)
        wiring.announce(setting, reader, watch())
        commit = read.planned.plan.commit
        refuse_older(setting.folder, commit, state.meta().commit, named)
        limited = wiring.limit_to(read, saved_text)
        _stop_where_blocked(setting, limited.read)
        if not yes:

            def with_drift() -> Read:
                all_of_it = replace(wish, write_drift=True)
                return wiring.plan_again(setting, loaded, state, all_of_it, read.seen)

            limited = _agreed(setting, limited, None if saved_text else with_drift)
        left = None if seconds is None else seconds - since()
        report = wiring.run_apply(setting, loaded, reader, state, limited, left)
    text = render_report(
        report,
        digest=limited.read.digest,
        seconds=watch(),
        color=setting.color,
        width=width(),
        when_refused=setting.config.deletes.when_refused,
    )
    print(text)
    return report.exit_code


def _stop_where_blocked(setting: Setting, read: Read) -> None:
    """A blocked plan is printed whole, and ends the command."""
    from reconcile.cli.output import show_plan

    if read.planned.plan.blocked:
        print(show_plan(setting, read, "text"))
        raise click.exceptions.Exit(Blocked.exit_code)


def _agreed(
    setting: Setting, limited: Limited, with_drift: Callable[[], Read] | None
) -> Limited:
    """What the person who was shown the plan wants written; ends the command where
    that is nothing.

    What is held is asked for by itself, and then planned again from what was read.
    """
    from reconcile.core.saved import shows_all
    from reconcile.reports.apply_text import held_question

    plan = limited.read.planned.plan
    if plan.to_do or plan.held:
        _show(setting, limited.read)
    if plan.to_do:
        _ask()
    if with_drift is None or not (plan.held and _confirmed(held_question(plan))):
        return limited
    read = with_drift()
    _stop_where_blocked(setting, read)
    if not shows_all(plan, read.planned.plan):
        _show(setting, read)
        _ask()
    return replace(limited, read=read)


def _show(setting: Setting, read: Read) -> None:
    from reconcile.cli.output import show_plan

    print(show_plan(setting, read, "text"))


def _ask() -> None:
    if not _confirmed("Write this to Traede?"):
        print("Nothing was written.")
        raise click.exceptions.Exit(130)


def _confirmed(question: str) -> bool:
    return click.confirm(question, default=False, err=True)
