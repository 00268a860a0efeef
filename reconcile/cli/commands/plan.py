"""`reconcile plan`: what an apply would change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reconcile.cli.flags import Flags
from reconcile.errors import Blocked, UsageError


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
    as_of: str | None,
) -> int:
    """Show what an apply would change in Traede; nothing is written there."""
    from reconcile.cli import wiring
    from reconcile.cli.output import save, show_plan, valid_catalog
    from reconcile.cli.setting import checked_day, resolve, stopwatch

    shown = [_format(text) for text in formats or ("text",)]
    wish = wiring.Wish(no_delete, write_drift, checked_day(as_of))
    setting = resolve(flags)
    loaded = valid_catalog(setting)
    with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
        reader, watch = wiring.reader_for(client), stopwatch()
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


def _format(text: str) -> tuple[str, Path | None]:
    name, _, file = text.partition("=")
    if name not in ("text", "json"):
        raise UsageError(
            f"there is no format {name!r}", hint="Formats: text, json; json=FILE."
        )
    return name, Path(file) if file else None
