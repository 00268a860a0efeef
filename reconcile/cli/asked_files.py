"""The files of the catalog that somebody named at the command line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from reconcile.cli.setting import Setting
from reconcile.errors import UsageError


def asked_files(
    setting: Setting, names: Iterable[str], asked: Sequence[Path]
) -> list[str]:
    """Those of these files that were named, or are in a folder that was; all, where
    none was. Raises UsageError for what is no part of the catalog."""
    known = {(setting.folder / name).resolve(): name for name in names}
    if not asked:
        return [*known.values()]
    found: dict[str, None] = {}
    for one in asked:
        path = one.resolve()
        below = [name for file, name in known.items() if file.is_relative_to(path)]
        if not below:
            raise UsageError(
                f"{one} is no file of the catalog", hint=_meant(setting, known, one)
            )
        found |= dict.fromkeys(below)
    return [*found]


def _meant(setting: Setting, known: Iterable[Path], asked: Path) -> str:
    """A file that is named like this, else where the files are."""
    shown = {os.path.relpath(file): file for file in known}
    word = PurePath(asked.name).stem
    same = [name for name, file in shown.items() if word in (file.stem, file.name)]
    near = same or difflib.get_close_matches(str(asked), shown, n=1, cutoff=0.8)
    if near:
        return f"Did you mean {near[0]}?"
    return f"The catalog is every .yaml and .yml under {setting.catalog}."
