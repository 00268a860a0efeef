"""`reconcile validate`: check all files; Traede is not asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.repository import top_of

if TYPE_CHECKING:
    from reconcile.core.problems import Location, Problem

FORMATS = ("text", "json", "github", "gitlab", "sarif")


@click.command()
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMATS),
    default="text",
    help="github: annotations; gitlab: Code Quality; sarif: code scanning.",
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def validate(flags: Flags, /, output: str, files: tuple[Path, ...]) -> int:
    """Check all files, and show what is wrong in FILES; Traede is not asked.

    Without FILES all problems are shown. FILES may be folders.
    """
    from reconcile.cli.asked_files import asked_files
    from reconcile.cli.output import show_problems
    from reconcile.cli.setting import load, resolve, stopwatch
    from reconcile.core.problems import errors
    from reconcile.edges.files import find_config
    from reconcile.errors import CatalogInvalid

    watch = stopwatch()
    try:
        setting = resolve(flags)
    except CatalogInvalid as invalid:
        if output == "text":
            raise
        folder = (flags.config or find_config(Path.cwd())).resolve().parent
        print(reported(output, folder, invalid.problems, invalid.sources), end="")
        return invalid.exit_code
    loaded, texts = load(setting)
    stale = _outdated_schemas(setting.folder)
    problems = (*loaded.problems, *stale)
    shown, others = problems, 0
    if files:
        names = asked_files(setting, texts, files)
        shown = tuple(one for one in problems if one.where.file in names)
        others = len(errors(problems)) - len(errors(shown))
    loaded = replace(loaded, problems=shown)
    if output == "text":
        print(show_problems(setting, loaded, texts, watch()), end="")
        if others:
            number = "1 error" if others == 1 else f"{others} errors"
            print(f"And {number} in other files: reconcile validate")
    else:
        sources = {
            file: text.decode("utf-8", "replace") for file, text in texts.items()
        }
        print(reported(output, setting.folder, loaded.problems, sources), end="")
    return CatalogInvalid.exit_code if errors(loaded.problems) else 0


def _outdated_schemas(folder: Path) -> Iterator[Problem]:
    from reconcile import __version__
    from reconcile.core.schema import outdated
    from reconcile.edges.files import schema_text
    from reconcile.reports.starter import SCHEMAS

    for name in SCHEMAS:
        file = f"schemas/{name}"
        if not (folder / file).is_file():
            continue
        copy, shipped = (folder / file).read_bytes(), schema_text(name)
        if copy != shipped.encode("utf-8"):
            text = copy.decode("utf-8", "replace")
            if problem := outdated(text, shipped, file, __version__):
                yield problem


def reported(
    output: str,
    folder: Path,
    problems: Sequence[Problem],
    sources: Mapping[str, str],
) -> str:
    """In a form for machines. Those of GitHub and GitLab name files as the repository
    does, in which the catalog's folder need not be the top."""
    from reconcile import __version__
    from reconcile.reports.problems_github import problems_to_github
    from reconcile.reports.problems_gitlab import problems_to_gitlab
    from reconcile.reports.problems_json import problems_to_json
    from reconcile.reports.problems_sarif import problems_to_sarif

    if output == "json":
        return problems_to_json(problems)
    top = top_of(folder)
    problems = [_seen_from(top, folder, problem) for problem in problems]
    sources = {_name_from(top, folder, file): text for file, text in sources.items()}
    if output == "github":
        return problems_to_github(problems)
    if output == "gitlab":
        return problems_to_gitlab(problems, sources)
    return problems_to_sarif(problems, sources, __version__)


def _seen_from(top: Path, folder: Path, problem: Problem) -> Problem:
    def moved(where: Location) -> Location:
        return replace(where, file=_name_from(top, folder, where.file))

    other = problem.other and moved(problem.other)
    return replace(problem, where=moved(problem.where), other=other)


def _name_from(top: Path, folder: Path, file: str) -> str:
    path = folder / file
    return path.relative_to(top).as_posix() if path.is_relative_to(top) else file
