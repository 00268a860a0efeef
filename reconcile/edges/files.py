"""Files: the catalog's texts, the configuration, the schemas; atomic writes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from reconcile.edges.gitenv import environment_for_git
from reconcile.errors import ReconcileError, UsageError

CONFIG_NAME = "reconcile.yaml"
SUFFIXES = (".yaml", ".yml")


def find_config(start: Path) -> Path:
    """`reconcile.yaml` in this folder or one above; raises UsageError."""
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME
    raise UsageError(
        f"no {CONFIG_NAME} in {start} or above",
        hint=f"Go to the folder of your catalog, or give --config …/{CONFIG_NAME}. "
        "A new one: reconcile init",
    )


def read_catalog_texts(folder: Path, shown_from: Path) -> dict[str, bytes]:
    """All YAML files under a folder, by the path that people see, sorted.

    Links are refused: what they point to is not in the repository's review.
    """
    if not folder.is_dir():
        raise UsageError(
            f"there is no catalog folder {_shown(folder, shown_from)}",
            hint="Set `catalog:` in reconcile.yaml, or give --catalog.",
        )
    texts: dict[str, bytes] = {}
    for path in _yaml_files(folder):
        name = _shown(path, shown_from)
        if path.is_symlink():
            raise ReconcileError(
                f"{name} is a link; a catalog has only plain files",
                hint="Copy what it leads to into the catalog folder.",
            )
        texts[name] = path.read_bytes()
    return texts


def _yaml_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        # A link to a folder is not walked into: what is in it would look deleted.
        is_file = path.suffix in SUFFIXES and not path.is_dir()
        if not hidden and (is_file or (path.is_dir() and path.is_symlink())):
            yield path


def _shown(path: Path, start: Path) -> str:
    try:
        return path.relative_to(start).as_posix()
    except ValueError:
        return path.as_posix()


def schema_text(name: str) -> str:
    """One of our JSON Schemas: from the wheel, or from the source tree beside us."""
    shipped = resources.files("reconcile") / "schemas" / name
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    beside = Path(__file__).parents[2] / "schemas" / name
    return beside.read_text(encoding="utf-8")


def write_atomically(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def git_commit(folder: Path) -> str | None:
    """The commit that the folder's repository is at; None outside of git.

    Edits that are not committed yet do not matter: they come after it.
    """
    done = _git(folder, "rev-parse", "--verify", "HEAD")
    return (done.stdout.strip() or None) if done and done.returncode == 0 else None


def git_is_edited(folder: Path, *paths: Path) -> bool | None:
    """Whether any of these has edits that no commit has; None: git does not say."""
    names = [str(path) for path in paths]
    options = ("--porcelain", "--untracked-files=normal", "--", *names)
    literally = ("--literal-pathspecs", "--no-optional-locks")
    done = _git(folder, *literally, "status", *options)
    return bool(done.stdout) if done and done.returncode == 0 else None


def git_comes_after(folder: Path, commit: str, earlier: str) -> bool | None:
    """Whether a commit is an earlier one or a descendant of it; None: this clone does
    not have enough of the history to tell."""
    if commit == earlier:
        return True
    done = _git(folder, "merge-base", "--is-ancestor", earlier, commit)
    if done is None or done.returncode not in (0, 1):
        return None
    if done.returncode == 1 and _is_shallow(folder):
        return None
    return done.returncode == 0


def _is_shallow(folder: Path) -> bool:
    done = _git(folder, "rev-parse", "--is-shallow-repository")
    return done is None or done.stdout.strip() != "false"


def _git(folder: Path, *argv: str) -> subprocess.CompletedProcess[str] | None:
    """What git says; None where there is none, or it does not answer."""
    try:
        return subprocess.run(  # noqa: S603 (our words, and ids of commits)
            ["git", *argv],  # noqa: S607 (git as the person has it)
            cwd=folder,
            capture_output=True,
            text=True,
            env=environment_for_git(),
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
