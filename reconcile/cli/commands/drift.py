"""`reconcile drift`: what somebody changed in Traede since the last apply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import only_option

if TYPE_CHECKING:
    from reconcile.core.drift import Drift
    from reconcile.core.personal import Seal
    from reconcile.core.scope import Only


@click.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@only_option("Show this part.")
@click.pass_obj
def drift(flags: Flags, /, output: str, only: tuple[Only, ...]) -> int:
    """Show what somebody changed in Traede; ends with 2 if there is any.

    Nothing is written. `reconcile pull` takes it into the catalog, `reconcile apply
    --write-drift` puts the catalog's values back.
    """
    from reconcile.cli import wiring
    from reconcile.cli.output import valid_catalog, width
    from reconcile.cli.setting import resolve, stopwatch
    from reconcile.core.drift import find_drift, limited_to
    from reconcile.reports.drift_text import render_drift

    setting = resolve(flags)
    loaded = valid_catalog(setting)
    with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
        reader, watch = wiring.reader_for(setting, client), stopwatch()
        read = wiring.plan(setting, loaded, reader, state, wiring.Wish())
    wiring.announce(setting, reader, watch())
    found = limited_to(find_drift(loaded.catalog, read.planned), only)
    if output == "json":
        print(_json(found, read.seal))
    else:
        print(
            render_drift(
                found,
                first_run=read.planned.plan.first_run,
                color=setting.color,
                width=width(),
                verbose=flags.verbose,
            )
        )
    return 2 if found else 0


def _json(found: Drift, seal: Seal) -> str:
    from reconcile.core.drift import drift_to_json

    return json.dumps(drift_to_json(found, seal), ensure_ascii=False, indent=1)
