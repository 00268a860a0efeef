"""An apply from a commit that does not follow the last one applied is refused."""

from __future__ import annotations

import shutil

import pytest
from cli_brand import Brand, Ran
from support.builders import product
from support.git import git

TEE = product("tee")
NEWER = product("tee", name="Newer")


def committed(brand: Brand, message: str) -> str:
    git(brand.folder, "add", "--all")
    git(brand.folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(brand.folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(brand: Brand) -> Brand:
    """A brand in git; its state and plans are not in it."""
    git(brand.folder, "init", "--quiet", "--initial-branch=main")
    brand.write(".gitignore", ".reconcile/\nplan.json\n")
    brand.catalog(TEE)
    committed(brand, "first")
    return brand


@pytest.fixture
def older(repo: Brand) -> Brand:
    """The second commit was applied; the first is checked out again."""
    assert repo.run("apply", "--yes").code == 0
    repo.catalog(NEWER)
    committed(repo, "second")
    assert repo.run("apply", "--yes").code == 0
    git(repo.folder, "checkout", "--quiet", "HEAD~1")
    return repo


def name(brand: Brand) -> str:
    (tee,) = brand.box.dump()["products"]
    return str(tee["name"])


def head(brand: Brand) -> str:
    return git(brand.folder, "rev-parse", "HEAD")


def test_a_later_commit_is_applied(repo: Brand):
    assert repo.run("apply", "--yes").code == 0
    repo.catalog(NEWER)
    committed(repo, "second")

    assert repo.run("apply", "--yes").code == 0
    assert name(repo) == "Newer"
    assert repo.run("apply", "--yes").code == 0  # the same one again


def test_6_an_older_commit_is_refused(older: Brand):
    ran = older.run("apply", "--yes")

    assert (ran.code, name(older)) == (6, "Newer")
    assert "does not come after it" in ran.err
    assert f"--older-commit {head(older)[:10]}" in ran.err


def test_a_plan_of_an_older_commit_warns(older: Brand):
    plan = older.run("plan", "--format", "json")

    assert plan.code == 0
    (warned,) = [w for w in plan.json["warnings"] if w["rule"] == "older-commit"]
    assert "would put back" in warned["message"]


def test_6_a_saved_plan_of_an_older_commit_is_refused_too(older: Brand):
    older.run("plan", "--out", "plan.json")

    assert older.run("apply", "plan.json", "--yes").code == 6
    ran = older.run("apply", "plan.json", "--yes", "--older-commit", head(older))
    assert (ran.code, name(older)) == (0, "Tee")


@pytest.mark.parametrize("length", [7, 10, 40])
def test_an_older_commit_that_is_named_is_applied(older: Brand, length: int):
    named = head(older)[:length]

    assert older.run("apply", "--yes", "--older-commit", named).code == 0
    assert name(older) == "Tee"
    # It is the last one applied now, and the newer one comes after it.
    git(older.folder, "checkout", "--quiet", "main")
    assert older.run("apply", "--yes").code == 0
    assert name(older) == "Newer"


def test_6_another_commit_was_named(older: Brand):
    newer = git(older.folder, "rev-parse", "main")

    ran = older.run("apply", "--yes", "--older-commit", newer)

    assert (ran.code, name(older)) == (6, "Newer")
    assert f"names {newer}" in ran.err


@pytest.mark.parametrize("wrong", ["HEAD", "abc", "--yes", "main~1"])
def test_64_what_is_no_id_of_a_commit(older: Brand, wrong: str):
    assert older.run("apply", "--yes", f"--older-commit={wrong}").code == 64


def test_6_a_commit_of_another_branch(older: Brand):
    older.catalog(product("tee", name="Other"))
    committed(older, "aside")

    assert older.run("apply", "--yes").code == 6


def test_an_apply_with_nothing_to_do_counts(repo: Brand):
    assert repo.run("apply", "--yes").code == 0
    committed(repo, "nothing but a commit")
    assert "nothing to do" in repo.run("apply", "--yes").out
    git(repo.folder, "checkout", "--quiet", "HEAD~1")

    assert repo.run("apply", "--yes").code == 6


def test_a_plan_and_a_blocked_apply_do_not_count(repo: Brand):
    repo.configure(deletes={"max": 0})
    committed(repo, "no deletes")
    assert repo.run("apply", "--yes").code == 0
    repo.catalog(product("cap"))
    committed(repo, "blocked")
    assert repo.run("plan").code == 4
    assert repo.run("apply", "--yes").code == 4
    git(repo.folder, "checkout", "--quiet", "HEAD~1")

    assert repo.run("apply", "--yes").code == 0


def test_edits_that_are_not_committed_come_after_their_commit(repo: Brand):
    assert repo.run("apply", "--yes").code == 0
    repo.catalog(NEWER)

    assert repo.run("apply", "--yes").code == 0
    assert name(repo) == "Newer"


def cloned(brand: Brand, outside: pytest.MonkeyPatch, *how: str) -> Ran:
    """`apply` from a clone that has the same state."""
    clone = brand.folder.with_name(f"{brand.folder.name}-clone")
    git(brand.folder, "clone", "--quiet", *how, brand.folder.as_uri(), str(clone))
    shutil.copytree(brand.folder / ".reconcile", clone / ".reconcile")
    outside.chdir(clone)
    return brand.run("apply", "--yes")


def test_6_a_shallow_clone_that_cannot_tell(repo: Brand, outside):
    assert repo.run("apply", "--yes").code == 0
    repo.catalog(NEWER)
    committed(repo, "second")

    ran = cloned(repo, outside, "--depth=1")

    assert (ran.code, name(repo)) == (6, "Tee")
    assert "fetch-depth: 0" in ran.err
    assert f"--older-commit {head(repo)[:10]}" in ran.err


def test_a_shallow_clone_of_the_last_commit_applied_is_enough(repo: Brand, outside):
    assert repo.run("apply", "--yes").code == 0

    assert cloned(repo, outside, "--depth=1").code == 0


def test_6_another_history(repo: Brand):
    assert repo.run("apply", "--yes").code == 0
    shutil.rmtree(repo.folder / ".git")
    git(repo.folder, "init", "--quiet")
    committed(repo, "all anew")

    ran = repo.run("apply", "--yes")

    assert (ran.code, "nobody can tell" in ran.err) == (6, True)


def test_outside_of_git_nothing_is_refused_but_it_is_said(repo: Brand):
    assert repo.run("apply", "--yes").code == 0
    shutil.rmtree(repo.folder / ".git")

    assert "git does not say which commit this is" in repo.run("plan").out.replace(
        "\n      ", " "
    )
    assert repo.run("apply", "--yes").code == 0


def test_without_a_last_commit_there_is_nothing_to_say(older: Brand):
    shutil.rmtree(older.folder / ".reconcile")

    assert "older-commit" not in older.run("plan").out
    assert older.run("apply", "--yes", "--stateless").code == 0
    assert older.run("apply", "--yes").code == 0
