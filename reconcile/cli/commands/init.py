"""`reconcile init`: a folder becomes a brand's catalog."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile import __version__
from reconcile.cli.flags import Flags
from reconcile.cli.repository import top_of
from reconcile.errors import UsageError

if TYPE_CHECKING:
    from reconcile.reports.starter import Answers, Ci

_WIDTH = 40


@click.command()
@click.option(
    "--ci", type=click.Choice(["github", "gitlab"]), help="Write a pipeline too."
)
@click.pass_obj
def init(flags: Flags, /, ci: Ci | None) -> int:
    """Make this folder a catalog; no file that is there is changed."""
    from reconcile.cli.setting import resolve
    from reconcile.edges.files import CONFIG_NAME, schema_text
    from reconcile.reports.starter import (
        SCHEMAS,
        pipeline,
        starter_files,
        with_git_state,
    )

    folder = (flags.config.parent if flags.config else Path.cwd()).resolve()
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="Make it first.")
    new = not (folder / CONFIG_NAME).exists()
    catalog = folder / (flags.catalog or "catalog")
    remembered = False
    if not new:
        setting = resolve(Flags(config=folder / CONFIG_NAME))
        catalog, remembered = setting.catalog, setting.config.state is not None
    inside = catalog.is_relative_to(folder) and catalog != folder
    name = catalog.relative_to(folder).as_posix() if inside else "catalog"
    texts = {schema: schema_text(schema) for schema in SCHEMAS}
    files = starter_files(_ask() if new else _nothing(), texts, name)
    furnished = any(catalog.rglob("*.y*ml"))
    if furnished:  # somebody's own styles need no example
        del files[f"{name}/example.yaml"]
    if ci is not None:
        files[CONFIG_NAME] = with_git_state(files[CONFIG_NAME])
    for file, text in files.items():
        forgets = file == CONFIG_NAME and ci is not None and not remembered
        _write(folder / file, text, file, _about(file, text), forgets=forgets)
    if ci is not None:
        top = top_of(folder)
        below = "" if folder == top else folder.relative_to(top).as_posix()
        file, text = pipeline(ci, __version__, below, name)
        _write(top / file, text, file, "validate, plan, apply, drift every night")
    _next(flags, ci, furnished=furnished)
    return 0


def _nothing() -> Answers:
    from reconcile.reports.starter import Answers

    return Answers()


def _ask() -> Answers:
    """Three questions, at a terminal; else the file says what to set."""
    from reconcile.core.codes import CURRENCIES
    from reconcile.reports.starter import Answers

    if not sys.stdin.isatty():
        return Answers()
    currency = click.prompt(
        "Base currency", default="DKK", type=click.Choice(sorted(CURRENCIES), False),
        show_choices=False, err=True,
    )  # fmt: skip
    timezone = click.prompt("Time zone", default="Europe/Copenhagen", err=True)
    brand = click.prompt(
        "Brand id in Traede (0: not known yet)", default=0, type=int, err=True
    )
    return Answers(currency, timezone, brand or None)


def _write(
    path: Path, text: str, name: str, about: str, *, forgets: bool = False
) -> None:
    """`forgets`: whether a pipeline would lose what it applied, by a file of before."""
    from reconcile.cli.output import save

    if path.exists() or path.is_symlink():
        said = _missing(path, text) if path.name == ".gitignore" else "already there"
        if forgets:
            said += (
                "; add to it: state: git   (the pipeline's machine remembers nothing)"
            )
        print(f"kept   {name:<{_WIDTH}} {said}".rstrip())
        return
    save(path, text)
    print(f"wrote  {name:<{_WIDTH}} {about}".rstrip())


def _missing(path: Path, text: str) -> str:
    """Lines that the person has to add, so that no plan gets into the repository."""
    there = path.read_bytes().decode("utf-8", "replace").splitlines()
    add = [line for line in text.splitlines() if line not in there]
    return f"already there; add to it: {', '.join(add)}" if add else "already there"


def _about(file: str, text: str) -> str:
    to_set = text.count("TODO")
    if to_set:
        return f"set base_currency and timezone ({to_set} lines marked TODO)"
    return _ABOUT.get(file.rpartition("/")[2], "")


_ABOUT = {
    "example.yaml": "one example style, in comments; delete it when yours are in",
    "catalog.schema.json": "for the editor; renewed by: reconcile schema --write",
    "reconcile.schema.json": "the same, for reconcile.yaml",
    "settings.json": "red squiggles and completion",
    "extensions.json": "recommends redhat.vscode-yaml",
    ".gitignore": ".reconcile/ (local state), plan.json, plan.html",
}


def _next(flags: Flags, ci: Ci | None, *, furnished: bool) -> None:
    """`furnished`: whether there are catalog files already."""
    where = {
        "github": "in CI: Settings, Secrets and variables, Actions",
        "gitlab": "in CI: Settings, CI/CD, Variables",
    }
    steps = [
        ("export TRAEDE_TOKEN=…", where.get(ci or "", "")),
        (
            "reconcile doctor",
            "checks token, addresses, what can be read; writes nothing",
        ),
        (
            "copy `traede:` into reconcile.yaml",
            "the lines that doctor prints at its end",
        ),
        (
            "reconcile import",
            "what your files lack, from Traede; what is there stays"
            if furnished
            else "your live catalog → catalog/, one file per style",
        ),
        (
            "reconcile plan",
            "what an apply would change" if furnished else "must say: nothing to do",
        ),
    ]
    if flags.quiet:
        return
    print("\nNext:")
    for number, (command, why) in enumerate(steps, 1):
        print(f"  {number}  {command:<36} {why}".rstrip())
