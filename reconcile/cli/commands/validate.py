"""`reconcile validate`: check all files; Traede is not asked."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags


@click.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def validate(flags: Flags, /, output: str) -> int:
    """Check all files; Traede is not asked."""
    from reconcile.cli.output import show_problems
    from reconcile.cli.setting import load, resolve, stopwatch
    from reconcile.core.problems import errors
    from reconcile.errors import CatalogInvalid
    from reconcile.reports.problems_json import problems_to_json

    setting = resolve(flags)
    watch = stopwatch()
    loaded, texts = load(setting)
    if output == "json":
        print(problems_to_json(loaded.problems), end="")
    else:
        print(show_problems(setting, loaded, texts, watch()), end="")
    return CatalogInvalid.exit_code if errors(loaded.problems) else 0
