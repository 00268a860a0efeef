"""`reconcile fmt`: the catalog's files in the form of the house, values untouched."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.errors import CatalogInvalid, ReconcileError

if TYPE_CHECKING:
    from reconcile.cli.setting import Setting
    from reconcile.core.model import Ref
    from reconcile.core.problems import Problem
    from reconcile.core.repairing import Repaired
    from reconcile.edges.state import State

NOT_FORMATTED = 1
_RUNS = 1000
"""How far back the state is asked for approvals."""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would.")
@click.option("--fix", is_flag=True, help="Repair what has one right answer.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def fmt(flags: Flags, /, check: bool, fix: bool, files: tuple[Path, ...]) -> int:
    """Format all catalog files, or FILES (or those in a folder).

    Comments, quotes, blank lines, order and indentation stay, and so does every
    value. --fix also repairs mistakes that have one right answer, such as 97,54,
    takes out approvals that an apply has used up, and lists each.
    """
    from reconcile.cli.asked_files import asked_files
    from reconcile.cli.output import save
    from reconcile.cli.setting import resolve
    from reconcile.edges.files import read_catalog_texts
    from reconcile.reports.fmt_text import render_fmt

    setting = resolve(flags)
    texts = read_catalog_texts(setting.catalog, setting.folder)
    names = asked_files(setting, texts, files)
    done = _formatted(setting, texts, names, fix=fix)
    if not check:
        for name in done.changed:
            save(setting.folder / name, done.texts[name])
    judged = fix and not done.unread
    left = _errors_in(setting, {**texts, **done.encoded}) if judged else 0
    print(
        render_fmt(done.changed, done.repairs, len(names), check=check, left=left),
        end="",
    )
    if done.unread:
        _show(done.unread, texts)
    if done.unread or left:
        return CatalogInvalid.exit_code
    return NOT_FORMATTED if check and done.changed else 0


@dataclass(frozen=True, slots=True)
class _Done:
    texts: Mapping[str, str]
    changed: Sequence[str]
    repairs: Sequence[Repaired]
    unread: Sequence[Problem]
    """Why files could not be formatted."""

    @property
    def encoded(self) -> dict[str, bytes]:
        return {name: text.encode("utf-8") for name, text in self.texts.items()}


def _formatted(
    setting: Setting, texts: Mapping[str, bytes], names: Sequence[str], *, fix: bool
) -> _Done:
    from reconcile.core.editing import CannotEdit
    from reconcile.core.formatting import formatted
    from reconcile.core.problems import Problem, errors
    from reconcile.core.yaml.text import parse

    before: dict[str, str] = {}
    unread: list[Problem] = []
    for name in names:
        try:
            before[name] = texts[name].decode("utf-8")
        except UnicodeDecodeError:
            unread += errors(parse(texts[name], name).problems)[:1]
    after, repairs = _repaired(setting, texts, before) if fix else ({**before}, [])
    if fix:
        after, taken = _without_used_up(setting, after)
        repairs = [*repairs, *taken]
    for name, text in after.items():
        try:
            after[name] = formatted(text, name, _schema_seen_from(setting, name))
        except CannotEdit as cannot:
            wrong = errors(parse(text, name).problems)[:1]
            unread += wrong or [Problem(cannot.where, "not-formatted", cannot.why)]
    changed = [name for name, text in after.items() if text != before[name]]
    return _Done(after, changed, repairs, unread)


def _repaired(
    setting: Setting, texts: Mapping[str, bytes], asked: Mapping[str, str]
) -> tuple[dict[str, str], list[Repaired]]:
    from reconcile.core.loading import load_catalog
    from reconcile.core.repairing import repaired
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import schema_text

    schema = compile_schema(schema_text("catalog.schema.json"))

    def judge(now: Mapping[str, str]) -> Iterable[Problem]:
        encoded = {name: text.encode("utf-8") for name, text in now.items()}
        return load_catalog({**texts, **encoded}, setting.config, schema).problems

    return repaired(asked, judge)


def _errors_in(setting: Setting, texts: Mapping[str, bytes]) -> int:
    from reconcile.core.loading import load_catalog
    from reconcile.core.problems import errors
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import schema_text

    schema = compile_schema(schema_text("catalog.schema.json"))
    return len(errors(load_catalog(texts, setting.config, schema).problems))


def _without_used_up(
    setting: Setting, texts: dict[str, str]
) -> tuple[dict[str, str], list[Repaired]]:
    """Only what the state has seen carried out goes; a state that cannot be read has
    seen nothing."""
    from reconcile.cli.wiring import open_state
    from reconcile.core.used_up import carried_out, without_used_up

    if not any("approvals" in text for text in texts.values()):
        return texts, []  # a state may be far away
    try:
        with open_state(setting, create=False) as state:
            runs = state.runs(_RUNS)
            whole = [
                (run.id, run.summary.get("approved", {}))
                for run in runs
                if run.exit_code == 0
            ]
            seen = runs[0].summary.get("lines", ()) if runs else ()
            done = carried_out(whole, lambda ref: _last_run(state, ref), seen)
    except ReconcileError:
        return texts, []
    return without_used_up(texts, done)


def _last_run(state: State, ref: Ref) -> int:
    run = state.last_run(ref)
    return run.id if run else 0


def _schema_seen_from(setting: Setting, name: str) -> str | None:
    """The path that the editor's line of a file names; None where there is no copy of
    the schema in the brand's folder."""
    from reconcile.core.formatting import SCHEMA_NAME

    schema = setting.folder / "schemas" / SCHEMA_NAME
    if not schema.is_file():
        return None
    start = (setting.folder / name).parent
    return PurePath(os.path.relpath(schema, start)).as_posix()


def _show(problems: Sequence[Problem], texts: Mapping[str, bytes]) -> None:
    from reconcile.reports.problems_text import Counts, render_problems

    sources = {name: text.decode("utf-8", "replace") for name, text in texts.items()}
    print("Not formatted, as they cannot be read:\n", file=sys.stderr)
    print(
        render_problems(problems, sources, Counts(len(texts))), end="", file=sys.stderr
    )
