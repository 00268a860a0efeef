"""Options that several commands take, each checked as soon as it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from reconcile.cli.keys import complete_only
from reconcile.cli.slips import only_meant
from reconcile.errors import UsageError

if TYPE_CHECKING:
    from reconcile.core.scope import Only

_Command = TypeVar("_Command", bound=Callable[..., Any])

PLAN_FORMATS: Final = ("text", "json", "markdown", "html")
Shown = tuple[str, Path | None]
"""A format, and the file that it goes to; None: what the command prints."""


def only_option(about: str) -> Callable[[_Command], _Command]:
    """`--only KIND:GLOB`, as a tuple of `Only`."""
    return click.option(
        "--only",
        multiple=True,
        metavar="KIND:GLOB",
        callback=_patterns,
        shell_complete=complete_only,
        help=about,
    )


def formats_option(*names: str) -> Callable[[_Command], _Command]:
    """`--format NAME[=FILE]`, as a tuple of `Shown`; text where it is not given."""

    def shown(
        _context: click.Context, _option: click.Parameter, given: Sequence[str]
    ) -> tuple[Shown, ...]:
        return tuple(_format(text, names) for text in given or ("text",))

    return click.option(
        "--format",
        "formats",
        multiple=True,
        metavar=f"{'|'.join(names)}[=FILE]",
        callback=shown,
        help="How to show it; may be given several times.  [default: text]",
    )


def _format(text: str, names: Sequence[str]) -> Shown:
    name, _, file = text.partition("=")
    if name not in names:
        raise UsageError(
            f"there is no format {name!r}",
            hint=f"Formats: {', '.join(names)}; {names[-1]}=FILE.",
        )
    return name, Path(file) if file else None


def _patterns(
    _context: click.Context, _option: click.Parameter, patterns: Sequence[str]
) -> tuple[Only, ...]:
    from reconcile.core.scope import parse_only

    found = []
    for text in patterns:
        one = parse_only(text)
        if one is None:
            raise UsageError(
                f"--only {text!r} is no KIND:GLOB",
                hint=f"{only_meant(text)}Write it as product:tee-* or customer:1000; "
                "kinds: product, variant, category, collection, customer.",
            )
        found.append(one)
    return tuple(found)


def _approvals(
    _context: click.Context, _option: click.Parameter, ids: Sequence[str]
) -> tuple[str, ...]:
    for one in ids:
        if not re.fullmatch("[0-9a-f]{8}", one):
            raise UsageError(
                f"--approve {one!r} is no id of an approval",
                hint="Copy the 8 characters that the plan prints, such as 3f9a1c07.",
            )
    return tuple(ids)


approve_option = click.option(
    "--approve",
    multiple=True,
    metavar="ID",
    callback=_approvals,
    help="Let through what the plan shows under this id; may be given several times.",
)


def run_options(command: _Command) -> _Command:
    """How a run that writes behaves: `apply` and `ci apply`."""
    for option in reversed(_RUN):
        command = option(command)
    return command


_RUN: Final = (
    click.option(
        "--older-commit",
        metavar="SHA",
        help="Apply this commit though a later one was.",
    ),
    click.option(
        "--stateless", is_flag=True, help="Without a memory of earlier applies."
    ),
    click.option(
        "--deadline",
        metavar="TIME",
        help="Begin no call after so long (5h, 30m, 90s); the next run goes on.",
    ),
    click.option(
        "--wait",
        type=float,
        default=90.0,
        show_default=True,
        help="Seconds for the lease.",
    ),
)
