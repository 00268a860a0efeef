"""An apply from an older commit would put back what was changed since: it is refused
unless somebody names the commit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconcile.core.steps import Warned
from reconcile.edges.files import git_comes_after
from reconcile.errors import DoesNotFit, UsageError

_SHOWN = 10
_SHORTEST = 7
_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class OlderCommit:
    """A commit that is not known to come after the last one applied."""

    commit: str | None
    """None: this is no git repository, so nobody can tell."""
    message: str
    hint: str = ""

    @property
    def warning(self) -> Warned:
        return Warned("older-commit", "", self.message)


def older_commit(
    folder: Path, commit: str | None, last: str | None
) -> OlderCommit | None:
    """What stands against an apply of `commit`; None where `last`, the last commit
    applied, comes before it, or none is known."""
    if last is None:
        return None
    before = f"the last apply was of commit {last[:_SHOWN]}"
    if commit is None:
        return OlderCommit(
            None,
            f"{before}; git does not say which commit this is, so nobody can tell "
            "whether it is older",
        )
    after = git_comes_after(folder, commit, last)
    if after:
        return None
    this = commit[:_SHOWN]
    meant = f"If it is meant all the same: reconcile apply --older-commit {this}"
    if after is None:
        return OlderCommit(
            commit,
            f"{before}, which this clone does not have or cannot place: nobody can "
            f"tell whether this commit, {this}, comes after it",
            "Fetch the whole history: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on "
            f"GitLab, else git fetch --unshallow. {meant}",
        )
    return OlderCommit(
        commit,
        f"{before}, and this one, {this}, does not come after it: it would put back "
        "what was changed since",
        f"Apply a commit that has that one in its history. {meant}",
    )


def checked_commit(text: str | None) -> str | None:
    """The id of a commit as people type it, if it is one."""
    if text is None:
        return None
    commit = text.lower()
    if len(commit) < _SHORTEST or not _DIGITS.issuperset(commit):
        raise UsageError(
            f"{text!r} is no id of a commit",
            hint=f"Write its first {_SHORTEST} characters at least, as git log does.",
        )
    return commit


def refuse_older(
    folder: Path, commit: str | None, last: str | None, named: str | None
) -> None:
    """Raises DoesNotFit for an older commit, unless it is the one named."""
    found = older_commit(folder, commit, last)
    if found is None or found.commit is None:
        return
    if named is None:
        raise DoesNotFit(found.message, hint=found.hint)
    if not found.commit.startswith(named):
        raise DoesNotFit(
            f"--older-commit names {named}, but this commit is "
            f"{found.commit[:_SHOWN]}. And {found.message}",
            hint=found.hint,
        )
