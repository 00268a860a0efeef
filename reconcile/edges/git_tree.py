"""The catalog as it is in a commit, read from git's objects without a checkout."""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from reconcile.edges.files import SUFFIXES
from reconcile.edges.gitenv import environment_for_git
from reconcile.errors import ReconcileError, UsageError

SECONDS: Final = 120
_FETCH: Final = (
    "Fetch the whole history: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab, "
    "else git fetch --unshallow."
)
_LINK, _MODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a link or a submodule in a commit."""

    mode: str
    blob: str
    path: str
    """From the top of the repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a folder is in."""

    top: Path

    @staticmethod
    def around(folder: Path) -> Repository:
        """Raises UsageError outside of git."""
        try:
            done = _git(folder, "rev-parse", "--show-toplevel")
        except OSError as error:
            raise UsageError(
                f"git is needed for this: {error.strerror}", hint="Install git."
            ) from None
        if done.returncode:
            raise UsageError(
                f"{folder} is in no git repository, so there is no other catalog to "
                "compare with"
            )
        return Repository(Path(done.stdout.decode().rstrip("\n")).resolve())

    def inside(self, path: Path) -> str:
        """A path as git names it; "" for the top."""
        if not path.is_relative_to(self.top):
            raise UsageError(
                f"{path} is outside of the repository {self.top}, so git does not know "
                "what it was before"
            )
        return "" if path == self.top else path.relative_to(self.top).as_posix()

    def branches(self) -> Iterator[str]:
        """Names that the default branch may have, the likeliest first."""
        done = _git(self.top, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        if done.returncode == 0:
            name = done.stdout.decode().strip()
            yield name.removeprefix("refs/remotes/")
        yield from ("origin/main", "origin/master", "main", "master")

    def commit(self, ref: str) -> str | None:
        """The commit that a name stands for; None for one that git does not know."""
        name = f"{ref}^{{commit}}"
        done = _git(
            self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", name
        )
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def configured(self, name: str) -> bool:
        """Whether git's settings here have a value of this name."""
        return _git(self.top, "config", "--get", name).returncode == 0

    def left_at(self, ref: str) -> str:
        """The commit at which this one left `ref`: what came there later is no edit
        of ours. Raises UsageError where git cannot tell."""
        commit = self.commit(ref)
        if commit is None:
            raise UsageError(f"git does not know {ref!r}", hint=_FETCH)
        done = _git(self.top, "merge-base", commit, "HEAD")
        if done.returncode:
            raise UsageError(
                f"this clone does not show where this commit left {ref}", hint=_FETCH
            )
        return done.stdout.decode().split()[0]

    def read(self, commit: str, path: str) -> bytes | None:
        """One file of a commit; None where there is no such plain file."""
        found = [one for one in self._list(commit, path) if one.path == path]
        if not found or found[0].mode in (_LINK, _MODULE):
            return None
        return self._contents(found)[0]

    def catalog_texts(
        self, commit: str, folder: str, shown_from: str
    ) -> dict[str, bytes]:
        """All YAML files under a folder of a commit, named and refused as
        `files.read_catalog_texts` does on disk; none where there is no folder."""
        files: list[Entry] = []
        for entry in self._list(commit, folder):
            below = PurePosixPath(entry.path).relative_to(folder)
            if any(part.startswith(".") for part in below.parts):
                continue
            if entry.mode == _MODULE:
                raise _refused(entry, shown_from, commit, "a submodule")
            if entry.mode == _LINK and self._is_read(commit, entry):
                raise _refused(entry, shown_from, commit, "a link")
            if entry.mode != _LINK and below.suffix in SUFFIXES:
                files.append(entry)
        texts = self._contents(files)
        names = [_shown(entry.path, shown_from) for entry in files]
        return dict(sorted(zip(names, texts, strict=True)))

    def _is_read(self, commit: str, link: Entry) -> bool:
        """Whether a link would be read as part of the catalog: it is named like a
        file of it, or leads to a folder, or to where git cannot see."""
        if PurePosixPath(link.path).suffix in SUFFIXES:
            return True
        target = self._contents([link])[0].decode(errors="surrogateescape")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), target))
        outside = path.startswith(("/", "../")) or path in ("..", ".")
        return outside or self.read(commit, path) is None

    def _list(self, commit: str, path: str) -> list[Entry]:
        """Everything at or below a path, links not followed."""
        options = ("ls-tree", "-r", "-z", "--full-tree", commit)
        where = ("--", path) if path not in ("", ".") else ()
        done = _git(self.top, *options, *where, literal=True)
        if done.returncode:
            raise ReconcileError(
                f"git cannot show {path or 'the files'} of commit {commit[:10]}: "
                f"{_reason(done)}",
                hint=_FETCH,
            )
        lines = done.stdout.decode(errors="surrogateescape").split("\0")
        found = (line.partition("\t") for line in lines if line)
        rows = ((head.split(), name) for head, _, name in found)
        return [Entry(mode, blob, name) for (mode, _, blob), name in rows]

    def _contents(self, entries: Sequence[Entry]) -> list[bytes]:
        if not entries:
            return []
        names = "".join(f"{entry.blob}\n" for entry in entries).encode()
        done = _git(self.top, "cat-file", "--batch", stdin=names)
        return list(_split(done.stdout, entries))


def _split(answer: bytes, entries: Sequence[Entry]) -> Iterator[bytes]:
    """What `git cat-file --batch` says: a line with the length, then the text."""
    at = 0
    for entry in entries:
        end = answer.find(b"\n", at)
        words = answer[at:end].split() if end >= 0 else []
        if len(words) != 3 or words[1] != b"blob":
            raise ReconcileError(
                f"git does not have the text of {entry.path} ({entry.blob[:10]})",
                hint=_FETCH,
            )
        start = end + 1
        at = start + int(words[2]) + 1
        yield answer[start : at - 1]


def _refused(entry: Entry, shown_from: str, commit: str, what: str) -> ReconcileError:
    return ReconcileError(
        f"{_shown(entry.path, shown_from)} in commit {commit[:10]} is {what}; a "
        "catalog has only plain files",
        hint="Compare with another commit: --base REF",
    )


def _shown(path: str, start: str) -> str:
    """A path as people see it from a folder, like on disk."""
    pure = PurePosixPath(path)
    return pure.relative_to(start).as_posix() if pure.is_relative_to(start) else path


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "it does not say why"


def _git(
    folder: Path, *argv: str, stdin: bytes = b"", literal: bool = False
) -> subprocess.CompletedProcess[bytes]:
    # Names of files are no patterns.
    first = ("--literal-pathspecs",) if literal else ()
    try:
        return subprocess.run(  # noqa: S603 (no shell; what people name comes last)
            ["git", *first, *argv],  # noqa: S607 (git as the person has it)
            cwd=folder,
            input=stdin,
            capture_output=True,
            env=environment_for_git(),
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ReconcileError(f"git did not answer for {SECONDS} s") from None
