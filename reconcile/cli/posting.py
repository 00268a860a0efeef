"""Where a pipeline's reports go: the job's summary, notes, one issue, files beside it.

All of it is for people. What cannot be posted is said on stderr, and changes neither
what is written to Traede nor how the command ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile.cli.setting import Setting
from reconcile.reports.ci_markdown import marked_text, marker, within_bytes
from reconcile.reports.escape import terminal

if TYPE_CHECKING:
    from reconcile.edges.forge import Forge, Job

Render = Callable[[int], str]
"""A report as Markdown in at most so many characters."""
SUMMARY_BYTES: Final = 1024 * 1024
"""What GitHub takes of one step; more, and it shows nothing."""
PLAN: Final = "plan"
DRIFT: Final = "drift"


class Posting:
    """Puts reports where people look for them."""

    def __init__(self, job: Job, setting: Setting) -> None:
        self._job = job
        self._setting = setting

    def summary(self, render: Render) -> None:
        """At the end of what the job's summary holds already."""
        if not self._job.summary_file:
            return
        file = Path(self._job.summary_file)
        with self._trying("the summary of the job could not be written"):
            there = file.stat().st_size if file.exists() else 0
            text = within_bytes(render, SUMMARY_BYTES - there - 1)
            with file.open("a", encoding="utf-8", newline="\n") as summary:
                summary.write(f"{text}\n" if text else "")

    def note(self, proposal: int, render: Render) -> None:
        """The one note of this shop at a pull or merge request."""
        from reconcile.edges.forge import post_note

        first = self._marker(PLAN)
        with self._forge(f"the note at {self._name(proposal)}") as forge:
            if forge is not None:
                post_note(forge, proposal, first, marked_text(first, render))

    def issue(self, title: str, render: Render | None, closing: str) -> None:
        """The one issue about drift; without a text it is closed."""
        from reconcile.edges.forge import post_issue

        first = self._marker(DRIFT)
        text = marked_text(first, render) if render else None
        with self._forge("the issue about drift") as forge:
            if forge is not None:
                post_issue(forge, first, title, text, closing)

    def merged(self) -> list[int]:
        """The proposals that brought this commit here."""
        found: list[int] = []
        if not self._job.commit:
            return found
        with self._forge("the proposal that was merged") as forge:
            if forge is not None:
                found = forge.merged_with(self._job.commit)
        return found

    def file(self, name: str, text: str) -> None:
        """For the artifacts of the job."""
        from reconcile.edges.files import write_atomically

        with self._trying(f"{name} could not be written"):
            write_atomically(self._setting.folder / name, text)

    def forget(self, *names: str) -> None:
        """A file of an earlier run is not this one's."""
        for name in names:
            with self._trying(f"an older {name} could not be removed"):
                (self._setting.folder / name).unlink(missing_ok=True)

    @contextmanager
    def _forge(self, what: str) -> Iterator[Forge | None]:
        """GitHub or GitLab; None, and a word about it, without a token."""
        from reconcile.edges.forge import Http, headers_of, open_forge

        job = self._job
        if not job.token:
            self.say(f"{what} is left out: {job.token_name} is not set")
            yield None
            return
        with (
            self._trying(f"{what} is left out"),
            Http(job.api, headers_of(job), job.token, on_wait=self._waiting) as http,
        ):
            yield open_forge(job, http)

    @contextmanager
    def _trying(self, what: str) -> Iterator[None]:
        from reconcile.edges.forge import ForgeError

        try:
            yield
        except ForgeError as error:
            self.say(f"{what}: {error.message}")
        except OSError as error:
            self.say(f"{what}: {error.strerror}")

    def _waiting(self, seconds: float, reason: str) -> None:
        self.say(f"waiting {seconds:.0f} s for {self._job.forge}: {reason}")

    def say(self, line: str) -> None:
        """Never left out by --quiet: somebody would wait for the note."""
        self._setting.progress.warn(f"ci  {terminal(line)}")

    def _marker(self, what: str) -> str:
        setting = self._setting
        return marker(
            setting.tenant, setting.config.name, setting.environment or "", what
        )

    def _name(self, proposal: int) -> str:
        return f"{'#' if self._job.forge == 'github' else '!'}{proposal}"
