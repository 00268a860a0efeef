"""`plan --base` marks what a branch adds; `plan --offline` compares catalogs alone."""

from __future__ import annotations

import json

import pytest
from cli_brand import Brand
from support.builders import customer, product
from support.builders import text as yaml
from support.git import git

TEE, CAP = product("tee"), product("cap")
NEWER = product("tee", name="Newer")
BANNER = "Traede was not read."


@pytest.fixture
def repo(brand: Brand) -> Brand:
    """A brand in git, whose `main` has the style tee; on a branch of it."""
    git(brand.folder, "init", "--quiet", "--initial-branch=main")
    brand.write(".gitignore", ".reconcile/\nplan.json\n")
    brand.catalog(TEE)
    commit(brand)
    git(brand.folder, "checkout", "--quiet", "-b", "work")
    return brand


def commit(brand: Brand) -> str:
    git(brand.folder, "add", "--all")
    git(brand.folder, "commit", "--quiet", "--allow-empty", "-m", "x")
    return git(brand.folder, "rev-parse", "HEAD")


def test_what_was_waiting_is_told_apart(repo: Brand):
    repo.catalog(TEE, CAP)
    ran = repo.run(
        "plan", "--base", "main", "--format", "json", "--format", "text=p.txt"
    )
    added = {step["key"]: step["added"] for step in ran.json["steps"]}

    assert added == {"tee": False, "tee-s": False, "cap": True, "cap-s": True}
    assert ran.json["base"]["ref"] == "main"
    shown = (repo.folder / "p.txt").read_text()
    assert "marked as waiting already: tee." in " ".join(shown.split())


def test_a_base_never_narrows_what_is_read_or_planned(repo: Brand):
    repo.catalog(TEE, CAP)
    whole = repo.run("plan", "--format", "json").json
    based = repo.run("plan", "--base", "main", "--format", "json").json

    assert [s["id"] for s in based["steps"]] == [s["id"] for s in whole["steps"]]
    assert based["summary"] == whole["summary"]
    assert based["catalog"] == whole["catalog"]


def test_where_all_is_new_nothing_is_said_of_it(repo: Brand):
    assert repo.run("apply", "--yes").code == 0
    repo.catalog(TEE, CAP)
    ran = repo.run("plan", "--base", "main")

    assert "waiting" not in ran.out


def test_a_plan_with_a_base_is_applied_like_any_other(repo: Brand):
    repo.catalog(TEE, CAP)
    repo.run("plan", "--base", "main", "--out", "plan.json")

    assert repo.run("apply", "plan.json", "--yes").code == 0
    assert len(repo.box.dump()["products"]) == 2


def test_a_base_without_a_configuration_knew_nothing(repo: Brand):
    git(repo.folder, "checkout", "--quiet", "--orphan", "empty")
    git(repo.folder, "rm", "-r", "--quiet", "--cached", ".")
    git(repo.folder, "commit", "--quiet", "--allow-empty", "-m", "nothing")
    commit(repo)
    ran = repo.run("plan", "--base", "HEAD~1", "--format", "json")

    assert ran.code == 0
    assert all(step["added"] for step in ran.json["steps"])


def test_1_a_base_with_mistakes_is_refused(repo: Brand):
    repo.write("catalog/all.yaml", "products: [{item_number: x, nome: y}]\n")
    commit(repo)
    repo.catalog(TEE)
    ran = repo.run("plan", "--base", "HEAD")

    assert ran.code == 1
    assert "the catalog at HEAD" in ran.err
    assert "mistake" in ran.err


@pytest.mark.parametrize("option", ["--base", "--offline"])
def test_64_a_base_that_git_does_not_know(repo: Brand, option: str):
    argv = ["--base", "gone"] if option == "--base" else ["--offline", "--base", "gone"]
    ran = repo.run("plan", *argv)

    assert ran.code == 64
    assert "git does not know 'gone'" in ran.err


def test_64_outside_of_git_there_is_no_base(brand: Brand):
    brand.catalog(TEE)

    assert brand.run("plan", "--offline").code == 64


def test_the_environment_is_read_at_the_base_too(repo: Brand):
    staging = {"staging": {"catalog": "elsewhere"}}
    repo.configure(environments=staging)
    repo.write("elsewhere/all.yaml", yaml(CAP))
    commit(repo)
    repo.write("elsewhere/all.yaml", yaml(CAP, TEE))
    ran = repo.run("--env", "staging", "plan", "--base", "HEAD", "--format", "json")

    assert {s["key"]: s["added"] for s in ran.json["steps"] if "-" not in s["key"]} == {
        "cap": False,
        "tee": True,
    }


# --- offline -----------------------------------------------------------------------


@pytest.fixture
def offline(repo: Brand, outside: pytest.MonkeyPatch) -> Brand:
    """Nobody can ask Traede: there is no token, and nothing at its address."""
    outside.delenv("TRAEDE_TOKEN")
    outside.setenv("TRAEDE_URL", "http://127.0.0.1:9")
    return repo


def test_two_catalogs_are_compared_and_the_first_line_says_so(offline: Brand):
    offline.catalog(NEWER, CAP)
    ran = offline.run("plan", "--offline")

    assert ran.code == 0, ran.err
    assert ran.out.startswith(BANNER)
    assert "name  Tee → Newer" in ran.out
    assert "cap" in ran.out
    assert not (offline.folder / ".reconcile").exists()


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_every_format_says_so(offline: Brand, name: str):
    offline.catalog(NEWER)
    ran = offline.run("plan", "--offline", "--format", name)

    assert "Traede was not read" in ran.out
    assert "Catalog compared, Traede not read" in ran.out


def test_where_nothing_differs_that_is_all(offline: Brand):
    ran = offline.run("plan", "--offline", "--detailed-exitcode")

    assert ran.code == 0
    assert ran.out.startswith(BANNER)
    assert "nothing differs from the catalog at main" in ran.out


def test_without_a_base_it_is_where_the_default_branch_was_left(offline: Brand):
    offline.catalog(TEE, CAP)
    commit(offline)
    git(offline.folder, "checkout", "--quiet", "main")
    offline.catalog(NEWER)  # what came there later is no edit of ours
    commit(offline)
    git(offline.folder, "checkout", "--quiet", "work")
    ran = offline.run("plan", "--offline", "--format", "json")

    assert {step["key"] for step in ran.json["steps"]} == {"cap", "cap-s"}
    assert ran.json["base"]["ref"] == "main"


def test_4_a_rule_blocks_as_it_would(offline: Brand):
    many = [product(f"p{n:02}") for n in range(12)]
    offline.catalog(TEE, *many)
    commit(offline)
    offline.catalog(TEE)

    assert offline.run("plan", "--offline", "--base", "HEAD").code == 4


def test_6_what_was_compared_cannot_be_applied(
    offline: Brand, outside: pytest.MonkeyPatch
):
    offline.catalog(TEE, CAP)
    offline.run("plan", "--offline", "--out", "plan.json")
    outside.setenv("TRAEDE_TOKEN", "secret-token-4711")
    outside.delenv("TRAEDE_URL")
    offline.run("plan", "--offline", "--out", "plan.json")
    ran = offline.run("apply", "plan.json", "--yes")

    assert json.loads((offline.folder / "plan.json").read_text())["complete"] is False
    assert ran.code == 6
    assert "Traede was not read for it" in ran.err
    assert offline.box.dump()["products"] == []


def test_what_is_personal_is_hidden_from_everybody(offline: Brand):
    offline.catalog(TEE, customer("1000", name="Anna Jensen"))
    shown = [
        offline.run("--verbose", "plan", "--offline", "--format", name).out
        for name in ("text", "json", "markdown", "html")
    ]

    assert all("1000" in one for one in shown)
    assert not any("anna" in one.lower() for one in shown)


@pytest.mark.parametrize("option", ["--no-delete", "--write-drift", "--only=product:*"])
def test_64_what_needs_traede_is_refused(offline: Brand, option: str):
    ran = offline.run("plan", "--offline", option)

    assert ran.code == 64
    assert "compares two catalogs whole" in ran.err
