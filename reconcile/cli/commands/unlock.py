"""`reconcile unlock`: take the lease away from a run that is over."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags


@click.command()
@click.argument("lease_id", required=False, metavar="[ID]")
@click.pass_obj
def unlock(flags: Flags, /, lease_id: str | None) -> int:
    """Show who holds the lease; with its exact ID, take it away.

    A run that has lost its lease sends nothing more and writes no state.
    """
    from reconcile.cli import wiring
    from reconcile.cli.history import lease_of
    from reconcile.cli.setting import resolve, utc_now
    from reconcile.reports.status_text import render_holder

    setting = resolve(flags)
    with wiring.open_state(setting, create=False) as state:
        if lease_id is None:
            print(render_holder(lease_of(state.holder()), utc_now()))
            return 0
        held = state.break_lease(lease_id)
    setting.talk(f"The lease {held.id} was taken away from {held.holder}.")
    return 0
