"""`reconcile rename`: another key for an object, in all files."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags
from reconcile.cli.keys import complete_old

KINDS = ("product", "variant", "category", "collection", "customer")


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.argument("old", shell_complete=complete_old)
@click.argument("new")
@click.option("--dry-run", is_flag=True, help="Show it, and write nothing.")
@click.pass_obj
def rename(flags: Flags, /, kind: str, old: str, new: str, dry_run: bool) -> int:
    """Give an object another key, and everything that refers to it.

    KIND is product, variant, category, collection or customer. Edits the catalog files;
    Traede is renamed by the next apply, in place. A sub category is written as
    "Top > Sub".
    """
    from reconcile.cli.output import valid_files, width
    from reconcile.cli.rewriting import as_text, read_again, write
    from reconcile.cli.setting import resolve
    from reconcile.core.model import Ref
    from reconcile.core.rekeying import rekey
    from reconcile.reports.rename_text import render_rename

    setting = resolve(flags)
    loaded, files = valid_files(setting)
    texts = as_text(files)
    before, after = Ref(kind, old.strip()), Ref(kind, new.strip())  # type: ignore[arg-type]
    done = rekey(texts, loaded.catalog, before, after)
    if dry_run:
        read_again(setting, {**texts, **done.texts})
    else:
        write(setting, texts, done.texts)
    print(
        render_rename(
            before, after, done, dry_run=dry_run, color=setting.color, width=width()
        )
    )
    return 0
