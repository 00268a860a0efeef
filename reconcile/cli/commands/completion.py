"""`reconcile completion`: the shell completes commands, options and keys."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


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

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    root = context.find_root().command
    print(found(root, {}, "reconcile", "_RECONCILE_COMPLETE").source())
    return 0
