"""The catalog of a commit, read from git without a checkout."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from support.git import git

from reconcile.edges.files import git_commit, read_catalog_texts
from reconcile.edges.git_tree import Repository
from reconcile.errors import ReconcileError, UsageError

_NUMBERS = itertools.count()
"""So that no two commits are the same."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalog that is not at the top of its repository."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    shop = tmp_path / "my shop"
    for name in ("a.yaml", "sub/ö b.yml", "sub/*.yaml", ".hidden/c.yaml", "notes.txt"):
        file = shop / "catalog" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"# {name}\r\nx: 1\n".encode())
    (shop / "catalog2").mkdir()
    (shop / "catalog2" / "d.yaml").write_text("another one")
    return shop


def commit(folder: Path) -> str:
    git(folder, "add", "--all", "--force")
    message = f"number {next(_NUMBERS)}"
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def texts(folder: Path, at: str) -> dict[str, bytes]:
    repository = Repository.around(folder)
    shown_from = repository.inside(folder)
    return repository.catalog_texts(at, f"{shown_from}/catalog", shown_from)


def test_a_commit_is_read_as_the_same_files_on_disk(folder: Path):
    at = commit(folder)
    on_disk = read_catalog_texts(folder / "catalog", folder)

    assert texts(folder, at) == on_disk
    assert list(texts(folder, at)) == list(on_disk)
    assert set(on_disk) == {
        "catalog/a.yaml",
        "catalog/sub/ö b.yml",
        "catalog/sub/*.yaml",
    }


def test_what_came_later_is_not_in_it(folder: Path):
    at = commit(folder)
    (folder / "catalog/a.yaml").write_text("later")
    (folder / "catalog/later.yaml").write_text("later")
    commit(folder)

    assert b"later" not in b"".join(texts(folder, at).values())


def test_a_folder_that_was_not_there_is_empty(folder: Path):
    repository = Repository.around(folder)

    assert repository.catalog_texts(commit(folder), "elsewhere", "") == {}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("link.yaml", "a.yaml"),
        ("link", "sub"),
        ("link", "../catalog2"),
        ("link", "/etc"),
        ("link", "../../../elsewhere"),
        ("link", "gone"),
    ],
)
def test_a_link_is_refused_as_on_disk(folder: Path, name: str, target: str):
    os.symlink(target, folder / "catalog" / name)  # noqa: PTH211 (text as it is)

    with pytest.raises(ReconcileError, match=r"catalog/link.* is a link"):
        texts(folder, commit(folder))


def test_a_link_that_is_no_part_of_a_catalog_is_none_here_either(folder: Path):
    os.symlink("notes.txt", folder / "catalog/README")  # noqa: PTH211
    at = commit(folder)

    assert texts(folder, at) == read_catalog_texts(folder / "catalog", folder)


def test_a_catalog_that_is_a_link_itself_is_refused(folder: Path):
    (folder / "catalog").rename(folder / "real")
    os.symlink("real", folder / "catalog")  # noqa: PTH211

    with pytest.raises(ReconcileError, match="is a link"):
        texts(folder, commit(folder))


def test_a_submodule_is_refused(folder: Path):
    at = commit(folder)
    name = "my shop/catalog/module"
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{at},{name}")
    git(folder, "commit", "--quiet", "-m", "module")

    with pytest.raises(ReconcileError, match="is a submodule"):
        texts(folder, git(folder, "rev-parse", "HEAD"))


def test_one_file_is_read_and_a_link_is_none(folder: Path):
    os.symlink("a.yaml", folder / "catalog/b.yaml")  # noqa: PTH211
    repository, at = Repository.around(folder), commit(folder)

    assert repository.read(at, "my shop/catalog/a.yaml") == b"# a.yaml\r\nx: 1\n"
    assert repository.read(at, "my shop/catalog/b.yaml") is None
    assert repository.read(at, "my shop/catalog") is None
    assert repository.read(at, "gone.yaml") is None


def test_a_branch_is_compared_where_it_left(folder: Path):
    left = commit(folder)
    git(folder, "checkout", "--quiet", "-b", "work")
    commit(folder)
    git(folder, "checkout", "--quiet", "main")
    commit(folder)
    git(folder, "checkout", "--quiet", "work")

    assert Repository.around(folder).left_at("main") == left


@pytest.mark.parametrize("ref", ["gone", "--help", "-x", "", "main^{tree}", "a b"])
def test_64_a_name_that_git_does_not_know(folder: Path, ref: str):
    commit(folder)

    with pytest.raises(UsageError, match="git does not know"):
        Repository.around(folder).left_at(ref)


def test_64_a_clone_that_is_too_shallow_says_what_to_fetch(
    folder: Path, tmp_path: Path
):
    commit(folder)
    git(folder, "checkout", "--quiet", "-b", "work")
    commit(folder)
    shallow = tmp_path / "shallow"
    url = f"file://{tmp_path}"
    git(
        tmp_path,
        "clone",
        "--quiet",
        "--depth=1",
        "--no-single-branch",
        url,
        str(shallow),
    )

    with pytest.raises(UsageError) as caught:
        Repository.around(shallow).left_at("origin/main")
    assert "fetch-depth: 0" in caught.value.hint


def test_64_outside_of_git(tmp_path: Path):
    with pytest.raises(UsageError, match="in no git repository"):
        Repository.around(tmp_path)


def test_64_what_is_outside_of_the_repository_is_not_known(folder: Path):
    with pytest.raises(UsageError, match="outside of the repository"):
        Repository.around(folder).inside(Path("/etc"))


def test_git_gets_no_secret_and_what_it_was_lent(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    real = git(tmp_path, "--exec-path") + "/git"
    program.write_text(f'#!/bin/sh\nenv >> {seen}\nexec {real} "$@"\n')
    program.chmod(0o755)
    for name in (
        *("TRAEDE_TOKEN", "TRAEDE_APP_KEY", "PGPASSWORD"),
        *("GITHUB_TOKEN", "GITLAB_TOKEN", "RECONCILE_GITLAB_TOKEN"),
    ):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "reconcile.lent")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "lent")
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    assert Repository.around(folder).configured("reconcile.lent")
    one = seen.read_text()
    seen.unlink()
    git_commit(folder)
    two = seen.read_text()

    for text in (one, two):
        assert ("GIT_CONFIG_VALUE_0=lent" in text, "hunter2" in text) == (True, False)
