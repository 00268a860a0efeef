"""A ref in a git repository that holds a handful of files; moved or not moved, whole.

Plumbing only: no work tree, index, branch or hook is touched, and nothing is left in
the catalog's repository, whose configuration (remotes, credentials) is used. What is
made here goes into a folder of its own, and from there to the remote.

    read    ls-remote → fetch → the files of the commit
    push    hash-object → mktree → commit-tree → push, with the commit expected there

A commit has no parent: the ref is replaced, and no history piles up. (What servers
refuse to replace are branches.)
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.edges.gitenv import environment_for_git
from reconcile.edges.state.records import StateUnavailable
from reconcile.edges.state.storage import Moved
from reconcile.errors import StateDamaged, UsageError

SECONDS: Final = 120
"""How long one git command may take; longer, and nobody knows what became of it."""
_TRIES: Final = (1.0, 3.0)
_FORM: Final = re.compile(r"git(?:\+(?P<remote>[^#\s-][^#\s]*))?(?:[:#](?P<name>.*))?")
_NAME: Final = re.compile(r"[a-z0-9-]+")
_SECRET: Final = re.compile(r"(://)[^/@\s]+@")
_HINT: Final = "Check that `git fetch` and `git push` work here, then run it again."
_NOT_OURS: Final = (
    # Set by git itself for hooks and aliases: they would name another repository.
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"),
)


@dataclass(frozen=True, slots=True)
class GitPlace:
    """`git`, `git:NAME`, `git+REMOTE` or `git+REMOTE#NAME`."""

    remote: str
    """The name of a remote, or where a repository is."""
    ref: str

    @staticmethod
    def of(url: str) -> GitPlace | None:
        """None for a URL of another sort."""
        found = _FORM.fullmatch(url)
        if found is None:
            return None
        remote, name = found["remote"] or "origin", found["name"] or "default"
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name of a state.",
                hint="Small letters, digits and hyphens, as in git:my-shop.",
            )
        if re.search(r"://[^/@]*:[^/@]*@", remote):
            raise UsageError(
                "The git remote of the state holds a password.",
                hint="Leave it out: git asks its credential helper.",
            )
        return GitPlace(remote, f"refs/reconcile/{name}")

    def __str__(self) -> str:
        remote = _SECRET.sub(r"\1", self.remote)
        return f"{self.ref} at {remote}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A commit of the ref."""

    commit: str
    tree: Mapping[str, str]
    """The blobs of its files, by name."""
    files: Mapping[str, bytes]


class GitRef:
    """Reads and moves one ref at a remote."""

    def __init__(
        self, place: GitPlace, folder: Path, *, sleep: Callable[[float], None]
    ) -> None:
        self.name = str(place)
        self._place = place
        self._folder = folder.resolve()
        self._sleep = sleep
        self._unsure: set[str] = set()
        """Commits that were pushed, and nobody knows whether they arrived."""
        self._scratch = tempfile.TemporaryDirectory(prefix="reconcile-")
        self._environment = _environment()
        try:
            self._settle_in(Path(self._scratch.name))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._scratch.cleanup()

    # Reading

    def head(self) -> str | None:
        """The commit that the remote has now; None where the ref is not there."""
        ref = self._place.ref
        done = self._git("ls-remote", "--", self._place.remote, ref)
        if done.returncode:
            raise self._unavailable("cannot be reached", done)
        for line in done.stdout.decode().splitlines():
            commit, _, found = line.partition("\t")
            if found == ref:
                return commit
        return None

    def fetch(self) -> Fetched | None:
        """What the ref holds now; None where it is not there."""
        for seconds in (*_TRIES, None):
            commit = self.head()
            if commit is None:
                return None
            if self._has(commit):
                return self._read(commit)
            done = self._git(
                *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head"),
                *("--no-auto-gc", "--no-recurse-submodules", "--refmap="),
                *("--", self._place.remote, self._place.ref),
            )
            if not done.returncode and self._has(commit):
                return self._read(commit)
            if seconds is None:
                break
            self._sleep(seconds)  # or somebody moved it in between
        raise self._unavailable("cannot be read", done)

    def _has(self, commit: str) -> bool:
        return not self._git("cat-file", "-e", f"{commit}^{{tree}}").returncode

    def _read(self, commit: str) -> Fetched:
        listed = self._must("ls-tree", "-z", "--full-tree", commit).decode()
        entries = [line.partition("\t") for line in listed.split("\0") if line]
        tree = {name: meta.split(" ")[2] for meta, _, name in entries if "blob" in meta}
        wanted = "".join(f"{blob}\n" for blob in tree.values()).encode()
        answer = self._must("cat-file", "--batch", stdin=wanted)
        files, at = {}, 0
        for name in tree:
            end = answer.index(b"\n", at)
            size = int(answer[at:end].split(b" ")[2])
            files[name] = answer[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return Fetched(commit, tree, files)

    # Writing

    def blobs(self, texts: Sequence[bytes]) -> list[str]:
        """Keep texts as objects, ready for `push`; their ids."""
        folder = Path(self._scratch.name, "texts")
        folder.mkdir(exist_ok=True)
        paths = [folder / str(number) for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text)
        names = "".join(f"{path}\n" for path in paths).encode()
        ids = self._must(
            "hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names
        )
        return ids.decode().split()

    def push(self, tree: Mapping[str, str], old: str | None, words: str) -> str:
        """Move the ref from `old` to a commit of these blobs; returns the commit.

        Raises Moved where the remote has another commit than `old`, StateUnavailable
        where it was not moved, or where nobody knows.
        """
        lines = "".join(f"100644 blob {tree[name]}\t{name}\n" for name in sorted(tree))
        made = self._must("mktree", stdin=lines.encode()).decode().strip()
        commit = self._must("commit-tree", "-m", words, made).decode().strip()
        for seconds in (*_TRIES, None):
            done = self._push(commit, old)
            # A push that failed may have arrived: what the remote has now decides.
            self._unsure.add(commit)
            now = commit if not done.returncode else self._head_now()
            if now == commit:
                self._unsure.clear()
                return commit
            if now is not None and now in self._unsure:
                old = now  # an earlier one of ours did arrive
            if now != old:
                raise Moved(
                    f"The state {self.name} was changed by another run.",
                    hint="Run the same command again when that run has ended.",
                )
            if seconds is None:
                break
            self._sleep(seconds)
        raise self._unavailable("does not take a push", done)

    def _head_now(self) -> str | None:
        """As `head`, asked more than once."""
        for seconds in _TRIES:
            try:
                return self.head()
            except StateUnavailable:
                self._sleep(seconds)
        return self.head()

    def _push(self, commit: str, old: str | None) -> subprocess.CompletedProcess[bytes]:
        ref = self._place.ref
        return self._git(
            *("push", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed"),
            *("--recurse-submodules=no", f"--force-with-lease={ref}:{old or ''}"),
            *("--", self._place.remote, f"{commit}:{ref}"),
        )

    # Underneath

    def _settle_in(self, scratch: Path) -> None:
        """Find the repository, and give what is made here a folder of its own."""
        found = self._git("rev-parse", "--git-path", "objects")
        if found.returncode:
            # No repository around: git's words, unless it needs none.
            if not re.search(r"[/:]", self._place.remote):
                raise self._unavailable("has no repository", found)
            self._folder = scratch / "git"
            self._must("init", "--quiet", "--bare", "--", str(self._folder), at=scratch)
            return
        theirs = self._folder / found.stdout.decode().removesuffix("\n")
        (scratch / "objects").mkdir()
        known = self._environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
        others = [f'"{theirs}"', *([known] if known else [])]
        self._environment |= {
            "GIT_OBJECT_DIRECTORY": str(scratch / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(others),
        }

    def _must(
        self, *arguments: str, stdin: bytes = b"", at: Path | None = None
    ) -> bytes:
        """A command that works on this machine alone."""
        done = self._git(*arguments, stdin=stdin, at=at)
        if done.returncode:
            raise StateDamaged(
                f"git {arguments[0]} failed for the state {self.name}: {_told(done)}.",
                hint="Nothing was written. Check this machine's disk and its git.",
            )
        return done.stdout

    def _git(
        self, *arguments: str, stdin: bytes = b"", at: Path | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            done = self._run(arguments, stdin, at or self._folder)
            if done.returncode == -signal.SIGINT:
                # Ctrl-C goes to children too; the run ends after its calls in flight.
                done = self._run(arguments, stdin, at or self._folder)
        except subprocess.TimeoutExpired:
            words = f"no answer for {SECONDS} s".encode()
            return subprocess.CompletedProcess(arguments, 1, b"", words)
        except OSError as error:
            raise UsageError(
                f"A state in git needs the program git: {error.strerror}.",
                hint="Install git, or choose another `state`.",
            ) from None
        return done

    def _run(
        self, arguments: Sequence[str], stdin: bytes, folder: Path
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603  (no shell; refs and remotes after --)
            ["git", *arguments],  # noqa: S607  (git as the person has it)
            cwd=folder,
            input=stdin,
            capture_output=True,
            env=self._environment,
            timeout=SECONDS,
            check=False,
        )

    def _unavailable(
        self, what: str, done: subprocess.CompletedProcess[bytes]
    ) -> StateUnavailable:
        return StateUnavailable(
            f"The state {self.name} {what}: {_told(done)}.", hint=_HINT
        )


def _told(done: subprocess.CompletedProcess[bytes]) -> str:
    """Git's own reason: the line that says it, without a password."""
    lines = [line.strip() for line in done.stderr.decode(errors="replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("hint:")]
    telling = [line for line in lines if re.match(r"(fatal|error|remote|!)\b", line)]
    line = (telling or lines or ["git does not say why"])[0]
    return _SECRET.sub(r"\1", line).rstrip(".")


def _environment() -> dict[str, str]:
    """What git needs to find its credentials, and no question to nobody."""
    ours = environment_for_git(remote=True)
    kept = {name: text for name, text in ours.items() if name not in _NOT_OURS}
    author = {"NAME": "reconcile", "EMAIL": "reconcile@localhost"}
    us = {
        f"GIT_{who}_{k}": v
        for who in ("AUTHOR", "COMMITTER")
        for k, v in author.items()
    }
    return {"GIT_TERMINAL_PROMPT": "0", **kept, **us, "LC_ALL": "C"}
