"""What several commands show: problems, plans, files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.log import Log
from reconcile.cli.setting import Setting, load, utc_now
from reconcile.errors import CatalogInvalid, UsageError

if TYPE_CHECKING:
    from reconcile.cli.wiring import Read
    from reconcile.core.loading import Loaded
    from reconcile.core.outcomes import Report
    from reconcile.core.problems import Problem
    from reconcile.core.steps import Plan
    from reconcile.reports.about import About


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
    return valid_files(setting)[0]


def valid_files(setting: Setting) -> tuple[Loaded, dict[str, bytes]]:
    """The catalog, and the files that say it; ends the command like the above."""
    from reconcile.core.problems import errors

    loaded, texts = load(setting)
    wrong: list[Problem] = errors(loaded.problems)
    if wrong:
        text = show_problems(setting, loaded, texts)
        Log(setting.flags.log_format).problems(loaded.problems, text)
        raise click.exceptions.Exit(CatalogInvalid.exit_code)
    return loaded, texts


def show_plan(
    setting: Setting, read: Read, name: str, *, show_personal: bool = False
) -> str:
    """A plan in one of its formats; personal values only as text for a terminal."""
    from reconcile.core.plan_json import plan_text
    from reconcile.core.rules.table import limit_of
    from reconcile.reports.plan_text import render_plan

    plan = read.planned.plan
    if name == "json":
        return plan_text(plan, read.seal)
    if name in ("markdown", "html"):
        return render_for_people(plan, _about(setting, read), name)
    return render_plan(
        read.planned.plan,
        digest=read.digest,
        color=setting.color,
        width=width(),
        verbose=setting.flags.verbose,
        show_personal=show_personal,
        base_currency=setting.config.base_currency,
        when_refused=setting.config.deletes.when_refused,
        far=limit_of(setting.config, "price-change"),
    )


def show_report(
    setting: Setting, read: Read, report: Report, seconds: float, name: str
) -> str:
    """What came of a plan, in one of its formats."""
    if name == "html":
        from reconcile.reports.plan_html import render_html

        return render_html(report.plan, _about(setting, read, applied=True), report)
    if name == "markdown":
        from reconcile.reports.plan_markdown_states import render_outcome

        return render_outcome(report, _about(setting, read, applied=True))
    from reconcile.reports.apply_text import render_report

    return render_report(
        report,
        digest=read.digest,
        seconds=seconds,
        color=setting.color,
        width=width(),
        when_refused=setting.config.deletes.when_refused,
    )


def _about(setting: Setting, read: Read, *, applied: bool = False) -> About:
    from reconcile.cli.about import about_plan

    now = f"{utc_now():%Y-%m-%d %H:%M}"
    about = about_plan(
        read.planned.plan,
        read.digest,
        setting.folder,
        config=setting.config,
        environment=setting.environment,
        read_at=f"{now} UTC" if read.planned.plan.complete else "",
    )
    return replace(about, applied_at=now) if applied else about


def render_for_people(plan: Plan, about: About, name: str) -> str:
    """A plan as `markdown` or `html`."""
    if name == "html":
        from reconcile.reports.plan_html import render_html

        return render_html(plan, about)
    from reconcile.reports.plan_markdown import render_markdown

    return render_markdown(plan, about)


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
