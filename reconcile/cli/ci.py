"""One run in a pipeline: everything is posted first, and the exit code comes last."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from reconcile.cli.ci_about import about_job
from reconcile.cli.flags import Flags
from reconcile.cli.posting import Posting, Render
from reconcile.cli.setting import Setting
from reconcile.errors import (
    Blocked,
    CatalogInvalid,
    ReconcileError,
    TraedeUnavailable,
    UsageError,
)

if TYPE_CHECKING:
    from reconcile.cli.base import BaseCatalog
    from reconcile.cli.wiring import Read
    from reconcile.core.loading import Loaded
    from reconcile.core.outcomes import Report
    from reconcile.core.problems import Problem
    from reconcile.edges.forge import Job

PLAN_FILES: Final = ("plan.json", "plan.html")
PROBLEMS_FILE: Final = "problems.json"


@dataclass(frozen=True, slots=True)
class Run:
    """What runs us, what is asked for, and where to say what came of it."""

    job: Job
    setting: Setting
    posting: Posting
    proposals: tuple[int, ...]
    """The pull or merge requests that this is about."""
    applying: bool = False

    def show(self, render: Render) -> None:
        self.posting.summary(render)
        for proposal in self.proposals:
            self.posting.note(proposal, render)

    def print_wrong(self, text: str) -> None:
        """On GitHub beside the results: there stderr may overtake what makes text of
        the catalog harmless."""
        stream = sys.stdout if self.job.forge == "github" else sys.stderr
        print(text, file=stream, flush=True)


def this_job() -> Job:
    """Raises UsageError outside of a pipeline."""
    from reconcile.edges.forge import job_of

    job = job_of(os.environ, _event(os.environ.get("GITHUB_EVENT_PATH", "")))
    if job is None:
        raise UsageError(
            "this is no job of GitHub Actions or GitLab CI",
            hint="By hand: reconcile validate, reconcile plan, reconcile apply",
        )
    return job


def _event(file: str) -> dict[str, Any]:
    try:
        event = json.loads(Path(file).read_bytes()) if file else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def opened(flags: Flags, job: Job, *, applying: bool = False) -> Run | None:
    """`applying`: what is merged is applied, and its proposal is told.

    None where `reconcile.yaml` has mistakes, which are shown; then nobody knows
    which shop this is, and so which note is ours."""
    from reconcile.cli.commands.validate import reported
    from reconcile.cli.setting import resolve
    from reconcile.edges.files import find_config
    from reconcile.reports.problems_text import Counts, render_problems

    try:
        setting = resolve(flags)
    except CatalogInvalid as invalid:
        if job.forge == "github":
            folder = (flags.config or find_config(Path.cwd())).resolve().parent
            print(reported("github", folder, invalid.problems, invalid.sources), end="")
        with inert(job):
            text = render_problems(invalid.problems, invalid.sources, Counts(1))
            stream = sys.stdout if job.forge == "github" else sys.stderr
            print(text, end="", file=stream)
        return None
    lend_token(job, setting.folder)
    posting = Posting(job, setting)
    found = [job.proposal] if job.proposal is not None else []
    if applying and job.event in ("merge", "other"):
        found = posting.merged()
    return Run(job, setting, posting, tuple(found), applying)


def checked(run: Run) -> Loaded | None:
    """The catalog with its problems shown at their lines; None where it has mistakes,
    which are posted."""
    from reconcile.cli.commands.validate import reported
    from reconcile.cli.output import show_problems
    from reconcile.cli.setting import load
    from reconcile.core.problems import errors
    from reconcile.reports.plan_markdown_states import render_invalid

    run.posting.forget(*PLAN_FILES, PROBLEMS_FILE)
    try:
        loaded, texts = load(run.setting)
    except ReconcileError as error:
        with inert(run.job):
            post_failure(run, error)
        raise click.exceptions.Exit(error.exit_code) from None
    problems: Sequence[Problem] = loaded.problems
    sources = {file: text.decode("utf-8", "replace") for file, text in texts.items()}
    if run.job.forge == "github":
        print(reported("github", run.setting.folder, problems, sources), end="")
    else:
        text = reported("gitlab", run.setting.folder, problems, sources)
        run.posting.file(PROBLEMS_FILE, text)
    if not errors(problems):
        return loaded
    about = about_job(run.setting, job=run.job)
    with inert(run.job):
        run.print_wrong(show_problems(run.setting, loaded, texts).rstrip("\n"))
        run.show(lambda limit: render_invalid(problems, about, limit=limit))
    return None


def plan_job(flags: Flags) -> int:
    """`ci plan`: what the proposal would change, shown where it is discussed."""
    from reconcile.cli.output import show_plan
    from reconcile.reports.plan_markdown import render_markdown

    run = opened(flags, this_job())
    loaded = checked(run) if run else None
    if run is None or loaded is None:
        return CatalogInvalid.exit_code
    with inert(run.job):
        try:
            read = _planned(run, loaded)
        except ReconcileError as error:
            post_failure(run, error)
            return error.exit_code
        print(show_plan(run.setting, read, "text"))
        plan, about = read.planned.plan, about_job(run.setting, read, run.job)
        save_plan(run, read)
        run.show(lambda limit: render_markdown(plan, about, limit=limit))
        if plan.complete:
            tell_drift(run, loaded, read)
    return Blocked.exit_code if plan.blocked else 0


def _planned(run: Run, loaded: Loaded) -> Read:
    from reconcile.cli.base import base_catalog, compared, marked
    from reconcile.cli.wiring import Wish, plan_only

    setting, job = run.setting, run.job
    if not (setting.flags.token_file or os.environ.get("TRAEDE_TOKEN", "").strip()):
        run.posting.say(
            "there is no TRAEDE_TOKEN, as in a proposal from a fork: two catalogs are "
            "compared, and Traede is not read"
        )
        older = base_catalog(setting, job.bases, job.target)
        return compared(setting, loaded, older, Wish())
    base: BaseCatalog | None = None
    if job.event == "proposal":
        try:
            base = base_catalog(setting, job.bases, job.target)
        except ReconcileError as error:
            told = f"{error.message}. {error.hint}".strip()
            run.posting.say(f"what this proposal adds is not marked: {told}")
    read = plan_only(setting, loaded, Wish(), create=False)
    return marked(read, loaded, base) if base else read


def post_failure(run: Run, error: ReconcileError) -> None:
    """Why there is no plan, or nothing was applied: once something was written there
    is a report, whatever comes then."""
    from reconcile.cli.log import error_words
    from reconcile.reports.ci_markdown import render_failed
    from reconcile.reports.plan_markdown_states import render_unread

    about = about_job(run.setting, job=run.job)
    run.print_wrong(error_words(error))

    def render(_limit: int) -> str:
        if isinstance(error, TraedeUnavailable) and not run.applying:
            return render_unread(error.message, about)
        return render_failed(error.message, error.hint, about, applying=run.applying)

    run.show(render)


def save_plan(run: Run, read: Read, report: Report | None = None) -> None:
    from reconcile.cli.output import show_plan
    from reconcile.reports.plan_html import render_html

    data, page = PLAN_FILES
    run.posting.file(data, show_plan(run.setting, read, "json"))
    about = about_job(run.setting, read, run.job, applied=report is not None)
    run.posting.file(page, render_html(read.planned.plan, about, report))


def tell_drift(run: Run, loaded: Loaded, read: Read) -> None:
    """On a schedule: one issue says what differs in Traede, as long as it does."""
    from reconcile.core.drift import find_drift, left_alone
    from reconcile.reports.ci_markdown import (
        drift_closing,
        drift_title,
        render_drift_issue,
    )

    if run.job.event != "schedule":
        return
    plan, about = read.planned.plan, about_job(run.setting, read, run.job)
    drift = left_alone(find_drift(loaded.catalog, read.planned), plan)
    title = drift_title(about.environment)

    def render(limit: int) -> str:
        return render_drift_issue(drift, about, limit=limit)

    run.posting.issue(title, render if drift else None, drift_closing(about))


@contextlib.contextmanager
def inert(job: Job) -> Iterator[None]:
    """Nothing that is printed inside is a command to the runner of GitHub: it obeys
    some in the middle of a line, and text of a catalog may be anything."""
    if job.forge != "github":
        yield
        return
    word = secrets.token_hex(16)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"::{word}::", flush=True)


def lend_token(job: Job, folder: Path) -> None:
    """Where the checkout has kept no token, git asks with that of the job: for a state
    in the repository. In the environment, as arguments are for all to see."""
    from reconcile.edges.git_tree import Repository

    server = urlsplit(job.repository_url)
    if job.forge != "github" or not job.token or server.scheme != "https":
        return
    name = f"http.https://{server.netloc}/.extraheader"
    with contextlib.suppress(UsageError):
        if Repository.around(folder).configured(name):
            return  # a second one, and GitHub refuses both
        pair = base64.b64encode(f"x-access-token:{job.token}".encode()).decode()
        number = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
        os.environ |= {
            f"GIT_CONFIG_KEY_{number}": name,
            f"GIT_CONFIG_VALUE_{number}": f"AUTHORIZATION: basic {pair}",
            "GIT_CONFIG_COUNT": str(number + 1),
        }
