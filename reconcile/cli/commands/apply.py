"""`reconcile apply`: write what the plan holds, check it, and read it back."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import (
    Shown,
    approve_option,
    formats_option,
    only_option,
    run_options,
)
from reconcile.errors import Blocked, ReconcileError, UsageError, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.cli.setting import Setting
    from reconcile.cli.wiring import Limited, Read
    from reconcile.core.outcomes import Report
    from reconcile.core.scope import Only


@click.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@only_option("Write this part alone, such as product:tee-*.")
@click.option("--no-delete", is_flag=True, help="Leave every delete out.")
@click.option("--write-drift", is_flag=True, help="Put back what Traede changed.")
@approve_option
@run_options
@formats_option("text", "markdown", "html")
@click.pass_obj
def apply(
    flags: Flags,
    /,
    plan_file: Path | None,
    yes: bool,
    only: tuple[Only, ...],
    no_delete: bool,
    write_drift: bool,
    approve: tuple[str, ...],
    older_commit: str | None,
    stateless: bool,
    deadline: str | None,
    wait: float,
    formats: tuple[Shown, ...],
) -> int:
    """Write what the plan holds, check it, and read it back.

    With PLAN_FILE it writes at most what that plan holds.
    """
    from reconcile.cli import wiring
    from reconcile.cli.commit_order import checked_commit, refuse_older
    from reconcile.cli.output import plan_file_text, valid_catalog
    from reconcile.cli.setting import checked_duration, resolve, stopwatch, who
    from reconcile.core.plan_json import day_of
    from reconcile.edges.state import this_process

    if plan_file is not None and only:
        raise UsageError(
            "a saved plan holds its part already: --only is for an apply without one",
            hint="Save a smaller one: reconcile plan --only … --out plan.json",
        )
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
        wish = wiring.Wish(no_delete, write_drift, day, only, approve)
        wiring.must_match(loaded, state, wish)
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
    return _tell(setting, limited.read, report, watch(), formats)


def _tell(
    setting: Setting,
    read: Read,
    report: Report,
    seconds: float,
    formats: tuple[Shown, ...],
) -> int:
    """Say what came of it, and with which exit code: it is written by now, so a file
    that cannot be is one thing more to say, and takes nothing away."""
    from reconcile.cli.log import Log
    from reconcile.cli.output import save, show_report

    def show(name: str) -> None:
        text = show_report(setting, read, report, seconds, name)
        print(text, end="" if text.endswith("\n") else "\n", flush=True)

    for name in (name for name, file in formats if file is None):
        show(name)
    code, printed = report.exit_code, any(file is None for _, file in formats)
    for name, file in formats:
        if file is None:
            continue
        try:
            save(file, show_report(setting, read, report, seconds, name))
        except OSError as error:
            wrong = ReconcileError(
                f"{file} could not be written: {words_of(error)}",
                hint="This changes nothing in what was applied.",
            )
            Log(setting.flags.log_format).fail(wrong)
            code = code or ReconcileError.exit_code
            if not printed:
                show("text")
                printed = True
    return code


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
