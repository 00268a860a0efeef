"""The options of the whole program are taken after the name of a command, too."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import click

from reconcile.cli.flags import Flags

ALSO_HERE = "Options of all commands, such as --catalog and -q: reconcile --help."


class CommandLine(click.Group):
    """`reconcile -q plan` and `reconcile plan -q` are one.

    Each command gets hidden twins of the options of this group, so that they are
    described once. What is given last counts.
    """

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        super().add_command(cmd, name)
        for one in _with_those_below(cmd):
            one.params += [_twin(option) for option in global_options(self)]
            one.epilog = f"{one.epilog}\n\n{ALSO_HERE}" if one.epilog else ALSO_HERE


def global_options(group: click.Group) -> list[click.Option]:
    """All but `--version` and `--help`, which end the program."""
    return [
        one for one in group.params if isinstance(one, click.Option) if one.expose_value
    ]


def flags_of(context: click.Context) -> Flags:
    """What was given so far; for completion, where no command is run."""
    if isinstance(context.obj, Flags):
        return context.obj
    given = context.find_root().params
    return Flags(
        **{name: given[name] for name in ("config", "catalog") if name in given}
    )


def _with_those_below(command: click.Command) -> Iterator[click.Command]:
    yield command
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _with_those_below(below)


def _twin(option: click.Option) -> click.Option:
    twin = copy.copy(option)
    twin.hidden = True
    twin.expose_value = False
    twin.callback = _overrule
    return twin


def _overrule(context: click.Context, option: click.Parameter, value: Any) -> None:
    name = option.name or ""
    source = context.get_parameter_source(name)
    if source is click.core.ParameterSource.COMMANDLINE:
        context.obj = replace(flags_of(context), **{name: value})
