"""`reconcile import`: what Traede has, written into catalog files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.errors import ReconcileError

if TYPE_CHECKING:
    from reconcile.cli.setting import Setting
    from reconcile.core.importing import Imported


@click.command("import")
@click.option("--customers", is_flag=True, help="Customers too (personal data).")
@click.pass_obj
def import_(flags: Flags, /, customers: bool) -> int:
    """Write what Traede has into catalog files; Traede is only read."""
    from reconcile.cli import wiring
    from reconcile.cli.output import save
    from reconcile.cli.setting import resolve, stopwatch
    from reconcile.core.importing import import_catalog

    setting = resolve(flags)
    watch = stopwatch()
    with wiring.open_client(setting) as client:
        reader = wiring.reader_for(setting, client)
        snapshot = reader.read_all()
    wiring.announce(setting, reader, watch())
    existing = _existing_texts(setting)
    imported = import_catalog(
        snapshot, setting.config, customers=customers, existing=existing
    )
    clash = sorted(set(imported.files) & set(existing))
    if clash:
        raise ReconcileError(
            f"{setting.catalog.name}/{clash[0]} exists already and says something else",
            hint="Move it away, and import again.",
        )
    for name, text in sorted(imported.files.items()):
        save(setting.catalog / name, text)
    for line in _lines(setting, imported, customers=customers):
        print(line)
    return 0


def _existing_texts(setting: Setting) -> dict[str, str]:
    """The catalog files that are there already, by path below the catalog folder."""
    from reconcile.edges.files import read_catalog_texts

    if not setting.catalog.is_dir():
        return {}
    texts = read_catalog_texts(setting.catalog, setting.catalog)
    return {name: text.decode("utf-8", "replace") for name, text in texts.items()}


def _lines(setting: Setting, imported: Imported, *, customers: bool) -> Iterator[str]:
    """What was written, what could not be, and what a person has to settle."""
    from reconcile.core.kinds import KINDS

    folder = setting.catalog.name
    products = sum(name.startswith("products/") for name in imported.files)
    others = [n for n in sorted(imported.files) if not n.startswith("products/")]
    wrote = [f"{folder}/products/ ({products} files)"] if products else []
    wrote += [f"{folder}/{name}" for name in others]
    yield f"wrote  {', '.join(wrote)}" if wrote else "wrote  nothing"
    for kind, count in sorted(imported.skipped.items()):
        noun = KINDS[kind].plural if count != 1 else kind
        why = (
            "personal data stays out of git unless you ask (--customers)"
            if kind == "customer" and not customers
            else "written in your files already"
        )
        yield f"skipped  {count} {noun}: {why}"
    if imported.not_readable:
        yield (
            "not readable from Traede, so not in the files: "
            + ", ".join(imported.not_readable)
        )
    if imported.needs_you:
        yield f"needs you ({len(imported.needs_you)}):"
        for sentence in imported.needs_you:
            yield f"  {sentence}"
