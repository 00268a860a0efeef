"""`reconcile completion`: the shell completes commands, options and keys."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
COMPLETING = "_RECONCILE_COMPLETE"
"""Set by a shell that asks what may follow."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, /, shell: str) -> int:
    """Print the completion script of a shell.

    \b
    bash   eval "$(reconcile completion bash)"     in ~/.bashrc
    zsh    eval "$(reconcile completion zsh)"      in ~/.zshrc
    fish   reconcile completion fish > ~/.config/fish/completions/reconcile.fish
    """
    from click.shell_completion import get_completion_class

    from reconcile.cli import bash

    bash.register()
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    root = context.find_root().command
    print(found(root, {}, "reconcile", COMPLETING).source())
    return 0
