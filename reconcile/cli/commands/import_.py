"""`reconcile import`: what Traede has, written into catalog files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.options import only_option
from reconcile.errors import ReconcileError, UsageError

if TYPE_CHECKING:
    from reconcile.cli.setting import Setting
    from reconcile.core.scope import Only


@click.command("import")
@click.option("--customers", is_flag=True, help="Customers too (personal data).")
@only_option("Import this part alone, such as product:tee-* (its variants too).")
@click.pass_obj
def import_(flags: Flags, /, customers: bool, only: tuple[Only, ...]) -> int:
    """Write what Traede has into catalog files; Traede is only read.

    Files that are there stay as they are: what one of them has already is not written
    again.
    """
    from reconcile.cli import wiring
    from reconcile.cli.output import save, width
    from reconcile.cli.setting import resolve, stopwatch
    from reconcile.core.importing import import_catalog
    from reconcile.reports.import_text import render_import

    _demand_customers(only, customers=customers)
    setting = resolve(flags)
    watch = stopwatch()
    with wiring.open_client(setting) as client:
        reader = wiring.reader_for(setting, client)
        snapshot = reader.read_all()
    wiring.announce(setting, reader, watch())
    existing = _existing_texts(setting)
    imported = import_catalog(
        snapshot,
        setting.config,
        customers=customers,
        existing=existing,
        only=only,
    )
    _demand_a_fit(setting, existing, imported.files)
    for name, text in sorted(imported.files.items()):
        save(setting.catalog / name, text)
    folder = setting.catalog.name
    print(
        render_import(imported, folder, only=[*map(str, only)], width=width()), end=""
    )
    return 0


def _demand_customers(only: Sequence[Only], *, customers: bool) -> None:
    if not customers and any(one.kind == "customer" for one in only):
        raise UsageError(
            "personal data stays out of git unless you ask",
            hint="Add --customers to import these customers.",
        )


def _demand_a_fit(
    setting: Setting, existing: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """A part may turn references of other files into mistakes: once the files have
    one category, all that they name must be there."""
    from reconcile.core.loading import load_catalog
    from reconcile.core.problems import errors
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import schema_text

    schema = compile_schema(schema_text("catalog.schema.json"))

    def mistakes(texts: Mapping[str, str]) -> list[str]:
        whole = {name: text.encode() for name, text in texts.items()}
        found = errors(load_catalog(whole, setting.config, schema).problems)
        return [f"{setting.catalog.name}/{one.where}: {one.message}" for one in found]

    if not existing:
        return
    before = mistakes(existing)
    added = [one for one in mistakes({**existing, **new}) if one not in before]
    if added:
        raise ReconcileError(
            f"with these files your catalog would not be valid any more: {added[0]}",
            hint="Import more at once, such as --only 'category:*' too. Nothing was "
            "written.",
        )


def _existing_texts(setting: Setting) -> dict[str, str]:
    """The catalog files that are there already, by path below the catalog folder."""
    from reconcile.edges.files import read_catalog_texts

    if not setting.catalog.is_dir():
        return {}
    texts = read_catalog_texts(setting.catalog, setting.catalog)
    return {name: text.decode("utf-8", "replace") for name, text in texts.items()}
