"""What each command does: read, decide, write, print. Returns the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli import wiring
from reconcile.cli.flags import Flags
from reconcile.cli.wiring import Read, Setting, Wish
from reconcile.errors import Blocked, CatalogInvalid, ReconcileError, UsageError

if TYPE_CHECKING:
    from reconcile.core.loading import Loaded
    from reconcile.core.problems import Problem
    from reconcile.core.steps import Plan
    from reconcile.edges.apply import Report


# --- validate ----------------------------------------------------------------------


def validate(flags: Flags, output: str) -> int:
    from reconcile.core.problems import errors
    from reconcile.reports.problems_json import problems_to_json

    setting = wiring.resolve(flags)
    watch = wiring.stopwatch()
    loaded, texts = wiring.load(setting)
    if output == "json":
        print(problems_to_json(loaded.problems), end="")
    else:
        print(_problems(setting, loaded, texts, watch()), end="")
    return CatalogInvalid.exit_code if errors(loaded.problems) else 0


def _problems(
    setting: Setting,
    loaded: Loaded,
    texts: Mapping[str, bytes],
    seconds: float | None = None,
) -> str:
    from reconcile.reports.problems_text import Counts, render_problems

    sources = {file: text.decode("utf-8", "replace") for file, text in texts.items()}
    counts = Counts(len(texts), loaded.counts, seconds)
    return render_problems(loaded.problems, sources, counts, color=setting.color)


def _valid_catalog(setting: Setting) -> Loaded:
    """The catalog; ends the command where it has problems, which are no result."""
    from reconcile.core.problems import errors

    loaded, texts = wiring.load(setting)
    wrong: list[Problem] = errors(loaded.problems)
    if wrong:
        print(_problems(setting, loaded, texts), end="", file=sys.stderr)
        raise click.exceptions.Exit(CatalogInvalid.exit_code)
    return loaded


# --- plan and show -----------------------------------------------------------------


def plan(
    flags: Flags,
    out: Path | None,
    formats: Sequence[str],
    detailed_exitcode: bool,
    no_delete: bool,
    write_drift: bool,
    as_of: str | None,
) -> int:
    shown = [_format(text) for text in formats or ("text",)]
    wish = Wish(no_delete, write_drift, wiring.checked_day(as_of))
    setting = wiring.resolve(flags)
    loaded = _valid_catalog(setting)
    with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
        reader, watch = wiring.reader_for(client), wiring.stopwatch()
        read = wiring.plan(
            setting,
            loaded,
            reader,
            state,
            wish,
        )
    wiring.announce(setting, reader, watch())
    if out is not None:
        _save(out, _render(setting, read, "json"))
    for name, file in shown:
        text = _render(setting, read, name)
        if file is None:
            print(text, end="" if text.endswith("\n") else "\n")
        else:
            _save(file, text)
    return _plan_exit(read.planned.plan, detailed_exitcode)


def show(flags: Flags, plan_file: Path, output: str) -> int:
    from reconcile.core.personal import Seal
    from reconcile.core.plan_json import plan_from_text, plan_text
    from reconcile.reports.plan_text import render_plan

    text = _plan_file_text(plan_file)
    saved, digest = plan_from_text(text)
    if output == "json":
        print(plan_text(saved, Seal("")), end="")
    else:
        color = flags.color == "always" or (
            flags.color == "auto"
            and sys.stdout.isatty()
            and not os.environ.get("NO_COLOR")
        )
        print(
            render_plan(
                saved,
                digest=digest,
                color=color,
                width=_width(),
                verbose=flags.verbose,
            )
        )
    return 0


def _plan_file_text(file: Path) -> str:
    """The text of a plan file; what is no text is no plan either."""
    return file.read_bytes().decode("utf-8", "replace")


def _format(text: str) -> tuple[str, Path | None]:
    name, _, file = text.partition("=")
    if name not in ("text", "json"):
        raise UsageError(
            f"there is no format {name!r}", hint="Formats: text, json; json=FILE."
        )
    return name, Path(file) if file else None


def _render(setting: Setting, read: Read, name: str) -> str:
    from reconcile.core.plan_json import plan_text
    from reconcile.reports.plan_text import render_plan

    if name == "json":
        return plan_text(read.planned.plan, read.seal)
    return render_plan(
        read.planned.plan,
        digest=read.digest,
        color=setting.color,
        width=_width(),
        verbose=setting.flags.verbose,
        base_currency=setting.config.base_currency,
        when_refused=setting.config.deletes.when_refused,
    )


def _plan_exit(plan: Plan, detailed: bool) -> int:
    if plan.blocked:
        return Blocked.exit_code
    return 2 if detailed and (plan.to_do or plan.refused) else 0


def _save(file: Path, text: str) -> None:
    from reconcile.edges.files import write_atomically

    write_atomically(file, text)


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120)


# --- apply -------------------------------------------------------------------------


def apply(
    flags: Flags,
    plan_file: Path | None,
    yes: bool,
    no_delete: bool,
    write_drift: bool,
    stateless: bool,
    wait: float,
) -> int:
    from reconcile.edges.state import this_process

    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to answer: this is no terminal",
            hint="Look at `reconcile plan` first, then: reconcile apply --yes",
        )
    setting = wiring.resolve(flags)
    saved_text = _plan_file_text(plan_file) if plan_file else None
    wiring.require_state(setting, stateless=stateless)
    wiring.require_brand(setting)
    loaded = _valid_catalog(setting)
    who = os.environ.get("GITHUB_ACTOR") or os.environ.get("USER") or "unknown"
    with (
        wiring.open_client(setting) as client,
        wiring.open_state(setting, stateless=stateless) as state,
    ):
        state.acquire(wait, this_process(who))
        watch = wiring.stopwatch()
        reader = wiring.reader_for(client)
        read = wiring.plan(
            setting,
            loaded,
            reader,
            state,
            Wish(no_delete, write_drift or saved_text is not None),
            settle=True,
        )
        wiring.announce(setting, reader, watch())
        for sentence in read.settled:
            setting.talk(sentence)
        limited = wiring.limit_to(read, saved_text)
        code = _before_writing(setting, limited, yes=yes)
        if code is not None:
            return code
        report = wiring.run_apply(setting, loaded, client, reader, state, limited)
    print(_render_report(setting, report, limited, watch()))
    return 130 if report.stopped == wiring.INTERRUPTED else report.exit_code


def _before_writing(
    setting: Setting, limited: wiring.Limited, *, yes: bool
) -> int | None:
    """Show what blocks or what will happen, and ask; an exit code ends the command."""
    plan = limited.read.planned.plan
    if plan.blocked:
        print(_render(setting, limited.read, "text"))
        return Blocked.exit_code
    if yes or not (plan.to_do or plan.held):
        return None
    print(_render(setting, limited.read, "text"))
    if plan.to_do and not click.confirm(
        "Write this to Traede?", default=False, err=True
    ):
        print("Nothing was written.")
        return 130
    return None


def _render_report(
    setting: Setting, report: Report, limited: wiring.Limited, seconds: float
) -> str:
    from reconcile.reports.apply_text import render_report

    return render_report(
        report,
        digest=limited.read.digest,
        seconds=seconds,
        color=setting.color,
        width=_width(),
    )


# --- doctor, import and sandbox ----------------------------------------------------


def doctor(flags: Flags, probe_sync: bool, output: str) -> int:
    from reconcile.edges.doctor import examine
    from reconcile.reports.doctor_text import diagnosis_to_json, render_diagnosis

    setting = wiring.resolve(flags)
    diagnosis = examine(
        wiring.connector(setting),
        setting.config.traede,
        clock=wiring.utc_now,
        say=setting.talk,
        probe_sync=probe_sync,
    )
    if output == "json":
        print(diagnosis_to_json(diagnosis), end="")
    else:
        print(render_diagnosis(diagnosis, color=setting.color, width=_width()))
    return diagnosis.exit_code


def import_live(flags: Flags, *, customers: bool) -> int:
    from reconcile.core.importing import import_catalog

    setting = wiring.resolve(flags)
    watch = wiring.stopwatch()
    with wiring.open_client(setting) as client:
        reader = wiring.reader_for(client)
        snapshot = reader.read_all()
    wiring.announce(setting, reader, watch())
    existing = wiring.existing_texts(setting)
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
        _save(setting.catalog / name, text)
    for line in wiring.import_lines(setting, imported, customers=customers):
        print(line)
    return 0


def sandbox(
    host: str,
    port: int,
    token: str,
    store: Path | None,
    load: Path | None,
    control: bool,
) -> int:
    import json
    from decimal import Decimal

    from reconcile.sandbox import serve

    try:
        data = (
            json.loads(load.read_text(encoding="utf-8"), parse_float=Decimal)
            if load
            else None
        )
        serve(
            host,
            port,
            token,
            store,
            control=control,
            data=data,
            announce=lambda url: print(
                f"A local Traede at {url}  (Ctrl-C ends it)", flush=True
            ),
        )
    except (ValueError, KeyError) as error:  # what it was given
        raise UsageError(f"the sandbox cannot start: {error}") from None
    return 0
