"""What several commands show: problems, plans, files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.setting import Setting, load
from reconcile.errors import CatalogInvalid, UsageError

if TYPE_CHECKING:
    from reconcile.cli.wiring import Read
    from reconcile.core.loading import Loaded
    from reconcile.core.problems import Problem


def show_problems(
    setting: Setting,
    loaded: Loaded,
    texts: Mapping[str, bytes],
    seconds: float | None = None,
) -> str:
    from reconcile.reports.problems_text import Counts, render_problems

    sources = {file: text.decode("utf-8", "replace") for file, text in texts.items()}
    counts = Counts(len(texts), loaded.counts, seconds)
    return render_problems(loaded.problems, sources, counts, color=setting.color)


def valid_catalog(setting: Setting) -> Loaded:
    """The catalog; ends the command where it has problems, which are no result."""
    from reconcile.core.problems import errors

    loaded, texts = load(setting)
    wrong: list[Problem] = errors(loaded.problems)
    if wrong:
        print(show_problems(setting, loaded, texts), end="", file=sys.stderr)
        raise click.exceptions.Exit(CatalogInvalid.exit_code)
    return loaded


def show_plan(setting: Setting, read: Read, name: str) -> str:
    """A plan in one of its formats."""
    from reconcile.core.plan_json import plan_text
    from reconcile.reports.plan_text import render_plan

    if name == "json":
        return plan_text(read.planned.plan, read.seal)
    return render_plan(
        read.planned.plan,
        digest=read.digest,
        color=setting.color,
        width=width(),
        verbose=setting.flags.verbose,
        base_currency=setting.config.base_currency,
        when_refused=setting.config.deletes.when_refused,
    )


def save(file: Path, text: str) -> None:
    from reconcile.edges.files import write_atomically

    write_atomically(file, text)


def plan_file_text(file: Path) -> str:
    """The text of a plan file; what is no text is no plan either."""
    if not file.is_file():
        raise UsageError(
            f"there is no plan {file}", hint="Make one: reconcile plan --out plan.json"
        )
    return file.read_bytes().decode("utf-8", "replace")


def width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def who() -> str:
    """Who runs this, for the history."""
    return os.environ.get("GITHUB_ACTOR") or os.environ.get("USER") or "unknown"
