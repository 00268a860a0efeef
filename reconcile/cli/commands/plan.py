"""`reconcile plan`: what an apply would change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.errors import Blocked, UsageError

if TYPE_CHECKING:
    from reconcile.core.scope import Only


def _checked_ids(
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
    callback=_checked_ids,
    help="Let through what the plan shows under this id; may be given several times.",
)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan here.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="text|json[=FILE]",
    help="How to show it; may be given several times.  [default: text]",
)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 if changes.")
@click.option("--no-delete", is_flag=True, help="Leave every delete out.")
@click.option("--write-drift", is_flag=True, help="Put back what Traede changed.")
@click.option(
    "--only",
    multiple=True,
    metavar="KIND:GLOB",
    help="Read and plan this part alone, such as product:tee-*.",
)
@approve_option
@click.option("--as-of", metavar="DATE", help="Plan as on this day (YYYY-MM-DD).")
@click.pass_obj
def plan(
    flags: Flags,
    /,
    out: Path | None,
    formats: Sequence[str],
    detailed_exitcode: bool,
    no_delete: bool,
    write_drift: bool,
    only: Sequence[str],
    approve: tuple[str, ...],
    as_of: str | None,
) -> int:
    """Show what an apply would change in Traede; nothing is written there."""
    from reconcile.cli import wiring
    from reconcile.cli.output import save, show_plan, valid_catalog
    from reconcile.cli.setting import checked_day, resolve, stopwatch

    shown = [_format(text) for text in formats or ("text",)]
    part = only_of(only)
    wish = wiring.Wish(no_delete, write_drift, checked_day(as_of), part, approve)
    setting = resolve(flags)
    loaded = valid_catalog(setting)
    with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
        reader, watch = wiring.reader_for(setting, client), stopwatch()
        read = wiring.plan(setting, loaded, reader, state, wish)
    wiring.announce(setting, reader, watch())
    if out is not None:
        save(out, show_plan(setting, read, "json"))
    for name, file in shown:
        text = show_plan(setting, read, name)
        if file is None:
            print(text, end="" if text.endswith("\n") else "\n")
        else:
            save(file, text)
    made = read.planned.plan
    if made.blocked:
        return Blocked.exit_code
    return 2 if detailed_exitcode and (made.to_do or made.refused) else 0


def only_of(patterns: Sequence[str]) -> tuple[Only, ...]:
    from reconcile.core.scope import parse_only

    found = [parse_only(text) for text in patterns]
    for text, one in zip(patterns, found, strict=True):
        if one is None:
            raise UsageError(
                f"--only {text!r} is no KIND:GLOB",
                hint="Write it as product:tee-* or customer:1000; kinds: product, "
                "variant, category, collection, customer.",
            )
    return tuple(one for one in found if one is not None)


def _format(text: str) -> tuple[str, Path | None]:
    name, _, file = text.partition("=")
    if name not in ("text", "json"):
        raise UsageError(
            f"there is no format {name!r}", hint="Formats: text, json; json=FILE."
        )
    return name, Path(file) if file else None
