"""`reconcile status`: the last runs, the journal, the lease; Traede is not asked."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags
from reconcile.errors import UsageError


@click.command()
@click.option("--run", "number", type=int, metavar="ID", help="One run, in detail.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def status(flags: Flags, /, number: int | None, output: str) -> int:
    """Show what was applied when and by whom, and who is writing now."""
    from reconcile.cli.history import look, look_at_run
    from reconcile.cli.output import width
    from reconcile.cli.setting import resolve, zone_of
    from reconcile.reports import status_text as report

    setting = resolve(flags)
    zone, color = zone_of(setting.config.timezone), setting.color
    if number is None:
        found = look(setting)
        if output == "json":
            print(report.status_to_json(found), end="")
        else:
            print(report.render_status(found, color=color, width=width(), zone=zone))
        return 0
    details = look_at_run(setting, number)
    if details is None:
        raise UsageError(
            f"the state knows no run {number}", hint="reconcile status lists the last."
        )
    if output == "json":
        print(report.run_to_json(details), end="")
    else:
        print(report.render_run(details, color=color, width=width(), zone=zone))
    return 0
