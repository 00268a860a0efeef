"""Keys of the catalog, for the shell to complete."""

from __future__ import annotations

from pathlib import Path

import click

from reconcile.cli.flags import Flags


def complete_key(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """What may stand for KEY; nothing where there is no catalog that can be read."""
    from reconcile.cli.setting import resolve
    from reconcile.core.completing import keys_beginning
    from reconcile.edges.files import read_catalog_texts
    from reconcile.errors import ReconcileError

    given = context.find_root().params
    asked = Flags(config=_path(given, "config"), catalog=_path(given, "catalog"))
    kind, colon, start = incomplete.rpartition(":")
    try:
        setting = resolve(asked)
        texts = read_catalog_texts(setting.catalog, setting.folder)
    except (ReconcileError, OSError):
        return []
    return [f"{kind}{colon}{key}" for key in keys_beginning(texts, start)]


def _path(given: dict[str, object], name: str) -> Path | None:
    value = given.get(name)
    return value if isinstance(value, Path) else None
