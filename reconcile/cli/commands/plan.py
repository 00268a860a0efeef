"""`reconcile plan`: what an apply would change."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

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


PLAN_FORMATS: Final = ("text", "json", "markdown", "html")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan here.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="text|json|markdown|html[=FILE]",
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
@click.option(
    "--base", metavar="REF", help="Mark what came since this branch of git, or commit."
)
@click.option(
    "--offline",
    is_flag=True,
    help="Compare with the catalog at --base (the default branch); Traede is not read.",
)
@click.option(
    "--show-personal",
    is_flag=True,
    help="Show names and addresses of customers; as text, on a terminal.",
)
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
    base: str | None,
    offline: bool,
    show_personal: bool,
) -> int:
    """Show what an apply would change in Traede; nothing is written there."""
    from reconcile.cli.base import base_catalog, compared, marked
    from reconcile.cli.output import save, show_plan, valid_catalog
    from reconcile.cli.setting import checked_day, resolve
    from reconcile.cli.wiring import Wish, plan_only

    if offline and (no_delete or write_drift or only):
        raise UsageError(
            "--offline compares two catalogs whole: it takes no --no-delete, "
            "--write-drift or --only"
        )
    shown = [_format(text) for text in formats or ("text",)]
    if show_personal and not (shown == [("text", None)] and sys.stdout.isatty()):
        raise UsageError(
            "--show-personal is for text on a terminal: files and logs would keep what "
            "it shows"
        )
    part = only_of(only)
    wish = Wish(no_delete, write_drift, checked_day(as_of), part, approve)
    setting = resolve(flags)
    loaded = valid_catalog(setting)
    if offline:
        older = base_catalog(setting, [base] if base else [])
        read = compared(setting, loaded, older, wish)
    else:
        marking = base_catalog(setting, [base]) if base else None
        read = plan_only(setting, loaded, wish)
        read = marked(read, loaded, marking) if marking else read
    if out is not None:
        save(out, show_plan(setting, read, "json"))
    for name, file in shown:
        text = show_plan(setting, read, name, show_personal=show_personal)
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
    if name not in PLAN_FORMATS:
        raise UsageError(
            f"there is no format {name!r}",
            hint=f"Formats: {', '.join(PLAN_FORMATS)}; html=FILE.",
        )
    return name, Path(file) if file else None
