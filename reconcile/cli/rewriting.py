"""Catalog files that a command changes: read, checked again, and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconcile.cli.output import save
from reconcile.cli.setting import Setting
from reconcile.errors import CatalogInvalid, ReconcileError

if TYPE_CHECKING:
    from reconcile.core.loading import Loaded


def as_text(texts: Mapping[str, bytes]) -> dict[str, str]:
    """The files of a catalog without problems, which are UTF-8."""
    return {name: text.decode("utf-8") for name, text in texts.items()}


def read_again(setting: Setting, texts: Mapping[str, str]) -> Loaded:
    """The catalog that these texts say; raises CatalogInvalid."""
    from reconcile.core.loading import load_catalog
    from reconcile.core.problems import errors
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import schema_text

    schema = compile_schema(schema_text("catalog.schema.json"))
    encoded = {name: text.encode("utf-8") for name, text in texts.items()}
    loaded = load_catalog(encoded, setting.config, schema)
    if wrong := errors(loaded.problems):
        raise CatalogInvalid(wrong, texts)
    return loaded


def write(
    setting: Setting, before: Mapping[str, str], changed: Mapping[str, str]
) -> list[str]:
    """Write the files that are other than before, if all are valid then; their names.

    Raises CatalogInvalid, or ReconcileError where somebody has saved one of them
    meanwhile; then nothing was written.
    """
    names = [name for name, text in changed.items() if before[name] != text]
    try:
        read_again(setting, {**before, **changed})
    except CatalogInvalid:
        setting.progress.warn("Nothing was written: the files would not be valid.")
        raise
    for name in names:
        if (setting.folder / name).read_bytes() != before[name].encode("utf-8"):
            raise ReconcileError(
                f"{name} was changed while this command ran; nothing was written",
                hint="Run it again.",
            )
    for name in names:
        save(setting.folder / name, changed[name])
    return names
