"""`reconcile pull`: what somebody changed in Traede, taken into the catalog files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import only_option

if TYPE_CHECKING:
    from reconcile.core.catalog import Catalog
    from reconcile.core.scope import Only

NEEDS_YOU = 5


@click.command()
@only_option("Take this part alone, such as product:tee-* (its variants too).")
@click.option(
    "--dry-run", "--check", "dry_run", is_flag=True, help="Show it, and write nothing."
)
@click.pass_obj
def pull(flags: Flags, /, only: tuple[Only, ...], dry_run: bool) -> int:
    """Take what somebody changed in Traede into the catalog files, in place.

    Conflicts too: where the catalog has changed as well, Traede's value replaces it.
    Traede is only read. Ends with 5 where something is left for you to settle.
    """
    from reconcile.cli import wiring
    from reconcile.cli.output import valid_files, width
    from reconcile.cli.rewriting import as_text, read_again, write
    from reconcile.cli.setting import resolve, stopwatch
    from reconcile.core.drift import find_drift, limited_to, product_names
    from reconcile.core.pulling import left_alone
    from reconcile.core.pulling import pull as pull_values
    from reconcile.core.pulling.names import covering, take_names
    from reconcile.reports.pull_text import PullReport, render_pull

    setting = resolve(flags)
    loaded, files = valid_files(setting)
    before = as_text(files)
    wish = wiring.Wish()

    def reread(texts: Mapping[str, str]) -> Catalog:
        return read_again(setting, texts).catalog

    with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
        reader, watch = wiring.reader_for(setting, client), stopwatch()
        read = wiring.plan(setting, loaded, reader, state, wish)
        drift = limited_to(find_drift(loaded.catalog, read.planned), only)
        names = take_names(
            before,
            loaded.catalog,
            drift.renamed,
            reread,
        )
        if names.renamed:
            # With the new keys it shows what else has changed there.
            loaded = replace(loaded, catalog=names.catalog)
            read = wiring.plan_again(setting, loaded, state, wish, read.seen)
            drift = find_drift(loaded.catalog, read.planned)
            drift = limited_to(drift, covering(only, names))
    wiring.announce(setting, reader, watch())
    pulled = pull_values(
        names.texts,
        loaded.catalog,
        drift,
        read.planned.objects,
        setting.config,
        reread,
    )
    after = {**names.texts, **pulled.texts}
    if dry_run:
        read_again(setting, after)
        written = [name for name in after if after[name] != before[name]]
    else:
        written = write(setting, before, after)
    left = (*names.left, *left_alone(drift), *pulled.left)
    styles = {
        ref: one.parent
        for ref, one in loaded.catalog.objects.items()
        if ref.kind == "variant" and one.parent
    }
    report = PullReport(
        pulled.taken,
        tuple(names.renamed),
        left,
        styles,
        product_names(loaded.catalog),
        written,
    )
    print(render_pull(report, dry_run=dry_run, color=setting.color, width=width()))
    return NEEDS_YOU if left else 0
