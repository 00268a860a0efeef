"""`reconcile doctor`: what this account can do, found out without a write."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags


@click.command()
@click.option("--probe-sync", is_flag=True, help="Post an empty list to each sync too.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def doctor(flags: Flags, /, probe_sync: bool, output: str) -> int:
    """Check token, addresses and what can be read; nothing is written.

    Ends with the `traede:` block that fits this account.
    """
    from reconcile.cli.output import width
    from reconcile.cli.setting import resolve, utc_now
    from reconcile.cli.wiring import connector
    from reconcile.edges.doctor import examine
    from reconcile.reports.doctor_text import diagnosis_to_json, render_diagnosis

    setting = resolve(flags)
    diagnosis = examine(
        connector(setting),
        setting.config.traede,
        clock=utc_now,
        say=setting.talk,
        probe_sync=probe_sync,
    )
    if output == "json":
        print(diagnosis_to_json(diagnosis), end="")
    else:
        print(render_diagnosis(diagnosis, color=setting.color, width=width()))
    return diagnosis.exit_code
