"""`reconcile show`: a saved plan again."""

from __future__ import annotations

from pathlib import Path

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import PLAN_FORMATS


@click.command()
@click.argument("plan_file", type=click.Path(path_type=Path))
@click.option(
    "--format", "output", type=click.Choice(PLAN_FORMATS), default=PLAN_FORMATS[0]
)
@click.pass_obj
def show(flags: Flags, /, plan_file: Path, output: str) -> int:
    """Show a saved plan again."""
    from reconcile.cli.about import about_plan
    from reconcile.cli.output import plan_file_text, render_for_people, width
    from reconcile.cli.setting import wants_color
    from reconcile.core.personal import Seal
    from reconcile.core.plan_json import plan_from_text, plan_text
    from reconcile.reports.plan_text import render_plan

    saved, digest = plan_from_text(plan_file_text(plan_file))
    if output == "json":
        print(plan_text(saved, Seal("")), end="")
    elif output in ("markdown", "html"):
        about = about_plan(saved, digest, Path.cwd())
        print(render_for_people(saved, about, output), end="")
    else:
        print(
            render_plan(
                saved,
                digest=digest,
                color=wants_color(flags),
                width=width(),
                verbose=flags.verbose,
            )
        )
    return 0
