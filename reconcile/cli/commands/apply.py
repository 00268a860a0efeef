"""`reconcile apply`: write what the plan holds, check it, and read it back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.errors import Blocked, UsageError

if TYPE_CHECKING:
    from reconcile.cli.setting import Setting
    from reconcile.cli.wiring import Limited


@click.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--no-delete", is_flag=True, help="Leave every delete out.")
@click.option("--write-drift", is_flag=True, help="Put back what Traede changed.")
@click.option("--stateless", is_flag=True, help="Without a memory of earlier applies.")
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
    stateless: bool,
    wait: float,
) -> int:
    """Write what the plan holds, check it, and read it back.

    With PLAN_FILE it writes at most what that plan holds.
    """
    from reconcile.cli import wiring
    from reconcile.cli.output import plan_file_text, valid_catalog, who, width
    from reconcile.cli.setting import resolve, stopwatch
    from reconcile.edges.state import this_process
    from reconcile.reports.apply_text import render_report

    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to answer: this is no terminal",
            hint="Look at `reconcile plan` first, then: reconcile apply --yes",
        )
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
        reader = wiring.reader_for(client)
        wish = wiring.Wish(no_delete, write_drift or saved_text is not None)
        read = wiring.plan(setting, loaded, reader, state, wish, settle=True)
        wiring.announce(setting, reader, watch())
        limited = wiring.limit_to(read, saved_text)
        code = _before_writing(setting, limited, yes=yes)
        if code is not None:
            return code
        report = wiring.run_apply(setting, loaded, client, reader, state, limited)
    text = render_report(
        report,
        digest=limited.read.digest,
        seconds=watch(),
        color=setting.color,
        width=width(),
    )
    print(text)
    return 130 if report.stopped == wiring.INTERRUPTED else report.exit_code


def _before_writing(setting: Setting, limited: Limited, *, yes: bool) -> int | None:
    """Show what blocks or what will happen, and ask; an exit code ends the command."""
    from reconcile.cli.output import show_plan

    plan = limited.read.planned.plan
    if plan.blocked:
        print(show_plan(setting, limited.read, "text"))
        return Blocked.exit_code
    if yes or not (plan.to_do or plan.held):
        return None
    print(show_plan(setting, limited.read, "text"))
    if plan.to_do and not click.confirm(
        "Write this to Traede?", default=False, err=True
    ):
        print("Nothing was written.")
        return 130
    return None
