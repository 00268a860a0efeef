"""Files: what belongs to a catalog, where the configuration is, whole writes."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from reconcile.edges.files import (
    find_config,
    git_commit,
    read_catalog_texts,
    schema_text,
    write_atomically,
)
from reconcile.errors import ReconcileError, UsageError


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_the_configuration_is_found_in_the_folder_or_above(tmp_path: Path):
    config = write(tmp_path / "reconcile.yaml")
    below = tmp_path / "catalog/products"
    below.mkdir(parents=True)

    assert find_config(tmp_path) == find_config(below) == config
    nearer = write(tmp_path / "catalog/reconcile.yaml")
    assert find_config(below) == nearer


def test_a_folder_of_that_name_is_no_configuration(tmp_path: Path):
    (tmp_path / "reconcile.yaml").mkdir()

    with pytest.raises(UsageError, match=r"no reconcile\.yaml in"):
        find_config(tmp_path)


def test_a_catalog_is_all_yaml_files_below_sorted_by_path(tmp_path: Path):
    for name in ("b.yaml", "a/z.yml", "a/y.yaml", "æ.yaml"):
        write(tmp_path / "catalog" / name, name)
    for name in (".hidden.yaml", ".git/x.yaml", "a/.b/c.yaml", "note.txt", "yaml"):
        write(tmp_path / "catalog" / name)
    (tmp_path / "catalog/folder.yaml").mkdir()

    texts = read_catalog_texts(tmp_path / "catalog", tmp_path)

    names = [f"catalog/{name}" for name in ("a/y.yaml", "a/z.yml", "b.yaml", "æ.yaml")]
    assert list(texts) == names
    assert texts["catalog/æ.yaml"] == "æ.yaml".encode()


def test_a_catalog_elsewhere_is_shown_by_its_whole_path(tmp_path: Path):
    file = write(tmp_path / "catalog/a.yaml")

    assert list(read_catalog_texts(file.parent, tmp_path / "other")) == [str(file)]


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError, match="no catalog folder nowhere"):
        read_catalog_texts(tmp_path / "nowhere", tmp_path)
    file = write(tmp_path / "file")
    with pytest.raises(UsageError, match="no catalog folder file"):
        read_catalog_texts(file, tmp_path)


@pytest.mark.parametrize("target", ["../secret.yaml", "b.yaml", "nowhere.yaml"])
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, target: str):
    write(tmp_path / "secret.yaml")
    write(tmp_path / "catalog/b.yaml")
    (tmp_path / "catalog/a.yaml").symlink_to(target)

    with pytest.raises(ReconcileError, match=r"catalog/a\.yaml is a link"):
        read_catalog_texts(tmp_path / "catalog", tmp_path)


def test_a_linked_folder_is_refused_too(tmp_path: Path):
    write(tmp_path / "elsewhere/a.yaml")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/more").symlink_to("../elsewhere")

    with pytest.raises(ReconcileError, match="catalog/more is a link"):
        read_catalog_texts(tmp_path / "catalog", tmp_path)


@pytest.mark.parametrize("name", ["catalog", "reconcile", "plan"])
def test_the_schemas_are_found(name: str):
    assert schema_text(f"{name}.schema.json").startswith("{")


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path):
    path = tmp_path / "a/b/plan.json"

    write_atomically(path, "one\n")
    write_atomically(path, "two æ\n")

    assert path.read_bytes() == "two æ\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["plan.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path):
    path = write(tmp_path / "plan.json", "old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")

    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_a_folder_in_the_way_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "plans").mkdir()

    with pytest.raises(OSError, match="plans"):
        write_atomically(tmp_path / "plans", "new")

    assert [p.name for p in tmp_path.iterdir()] == ["plans"]


def test_the_commit_is_that_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit(tmp_path) is None
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@x", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)  # noqa: S603
    assert git_commit(tmp_path) is None  # no commit yet
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)  # noqa: S603

    assert len(git_commit(tmp_path) or "") == 40


def test_without_git_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", os.devnull)

    assert git_commit(tmp_path) is None
