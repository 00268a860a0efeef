"""`reconcile plan`: what an apply would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import (
    PLAN_FORMATS,
    Shown,
    approve_option,
    formats_option,
    only_option,
)
from reconcile.errors import Blocked, UsageError

if TYPE_CHECKING:
    from reconcile.core.scope import Only


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan here.")
@formats_option(*PLAN_FORMATS)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 if changes.")
@click.option("--no-delete", is_flag=True, help="Leave every delete out.")
@click.option("--write-drift", is_flag=True, help="Put back what Traede changed.")
@only_option("Read and plan this part alone, such as product:tee-*.")
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
    formats: tuple[Shown, ...],
    detailed_exitcode: bool,
    no_delete: bool,
    write_drift: bool,
    only: tuple[Only, ...],
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
    if show_personal and not (formats == (("text", None),) and sys.stdout.isatty()):
        raise UsageError(
            "--show-personal is for text on a terminal: files and logs would keep what "
            "it shows"
        )
    wish = Wish(no_delete, write_drift, checked_day(as_of), only, approve)
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
    for name, file in formats:
        text = show_plan(setting, read, name, show_personal=show_personal)
        if file is None:
            print(text, end="" if text.endswith("\n") else "\n")
        else:
            save(file, text)
    files = [file for file in (out, *(file for _, file in formats)) if file]
    if files:
        setting.talk(f"wrote {', '.join(map(str, files))}")
    made = read.planned.plan
    if made.blocked:
        return Blocked.exit_code
    return 2 if detailed_exitcode and (made.to_do or made.refused) else 0
