"""`reconcile help COMMAND`: what `reconcile COMMAND --help` says."""

from __future__ import annotations

from typing import Any

import click


@click.command("help", hidden=True)
@click.argument("command", nargs=-1, metavar="[COMMAND]")
@click.pass_context
def help_(context: click.Context, /, command: tuple[str, ...]) -> Any:
    """Show how COMMAND is typed, or all commands."""
    return context.find_root().command.main(
        [*command, "--help"], prog_name="reconcile", standalone_mode=False
    )
