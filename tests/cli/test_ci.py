"""`reconcile ci`: what a pipeline shows, where, and how it ends."""

from __future__ import annotations

import json
import os

import pytest
from ci_pipeline import TEE, Pipeline
from cli_brand import TOKEN as TRAEDE_TOKEN
from cli_brand import Brand
from support.builders import customer, product, variant
from support.forges import TOKEN, Fault, Forge
from support.git import git

CAP = product("cap")
NEWER = product("tee", name="Newer")
EVIL = "@everyone ##[set-env name=X] ::error::boo `|` <script>x</script> ${{ github }}"


# --- a proposal --------------------------------------------------------------------


def test_a_proposal_gets_one_note_which_is_edited_in_place(pipeline: Pipeline):
    assert pipeline.run("push", "apply").code == 0
    pipeline.branch(TEE, CAP)
    first = pipeline.run("pull_request", "plan")
    note = pipeline.note
    pipeline.branch(NEWER)
    second = pipeline.run("pull_request", "plan")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert note.splitlines()[0].startswith("<!-- traede-reconcile:")
    assert "### ✏️ Catalog plan: 1 new style, no deletes" in note
    assert "1 other change" in pipeline.note
    assert "cap" not in pipeline.note
    assert pipeline.forge.writes[-1].startswith(("PATCH", "PUT"))


def test_plan_and_page_are_left_for_the_artifacts(pipeline: Pipeline):
    pipeline.branch(TEE, CAP)
    ran = pipeline.run("pull_request", "plan")

    assert json.loads(pipeline.file("plan.json"))["complete"] is True
    assert pipeline.file("plan.html").startswith("<!doctype html>")
    assert "Plan " in ran.out


def test_the_summary_of_a_job_on_github_is_the_same_report(github: Pipeline):
    github.branch(TEE, CAP)
    github.run("pull_request", "plan")

    assert github.summary.strip() == github.note.split("\n", 1)[1].strip()


def test_what_waits_on_the_target_already_is_marked(pipeline: Pipeline):
    pipeline.branch(TEE, CAP)  # tee itself was never applied
    pipeline.run("pull_request", "plan")
    steps = json.loads(pipeline.file("plan.json"))["steps"]

    assert {step["key"]: step["added"] for step in steps} == {
        "tee": False,
        "tee-s": False,
        "cap": True,
        "cap-s": True,
    }


def test_a_target_that_git_does_not_know_is_said_and_no_reason_to_fail(
    pipeline: Pipeline,
):
    pipeline.branch(TEE, CAP)
    git(pipeline.brand.folder, "branch", "-D", "main")
    ran = pipeline.run("pull_request", "plan")

    assert ran.code == 0
    assert "is not marked: git does not know 'origin/main'" in ran.err
    assert "fetch-depth: 0" in ran.err


def test_4_a_plan_that_is_blocked_is_posted_and_fails_the_job(pipeline: Pipeline):
    everything = [product(f"p{n:02}") for n in range(14)]
    pipeline.brand.catalog(TEE, *everything)
    pipeline.commit("many")
    assert pipeline.run("push", "apply").code == 0
    pipeline.branch(TEE)
    ran = pipeline.run("pull_request", "plan")

    assert ran.code == 4
    assert "### 🛑 Catalog plan: blocked" in pipeline.note
    assert "approve: " in pipeline.note


def test_3_mistakes_are_shown_at_their_lines_and_in_the_note(github: Pipeline):
    github.brand.write("plan.json", "of an earlier run")
    github.branch(
        product("tee", variant("tee-s", prices={"DKK": {"sales_price": "1,5"}}))
    )
    ran = github.run("pull_request", "plan")

    assert ran.code == 3
    assert "::error file=catalog/all.yaml,line=" in ran.out
    assert "### ❌ Catalog invalid: 1 mistake" in github.note
    assert not (github.brand.folder / "plan.json").exists()


def test_3_on_gitlab_mistakes_are_a_code_quality_report(
    brand: Brand, forge: Forge, outside: pytest.MonkeyPatch
):
    gitlab = Pipeline(brand, forge, outside, github=False)
    gitlab.branch(
        product("tee", variant("tee-s", prices={"DKK": {"sales_price": "1,5"}}))
    )
    ran = gitlab.run("pull_request", "plan")
    (problem,) = json.loads(gitlab.file("problems.json"))

    assert (ran.code, ran.out) == (3, "")
    assert problem["location"]["path"] == "catalog/all.yaml"
    assert "### ❌ Catalog invalid" in gitlab.note


def test_3_a_configuration_with_mistakes_is_shown_and_nothing_else(github: Pipeline):
    github.brand.write("reconcile.yaml", "base_curency: DKK\n")
    ran = github.run("pull_request", "plan")

    assert ran.code == 3
    assert "::error file=reconcile.yaml,line=1" in ran.out
    assert github.forge.requests == []


def test_1_a_catalog_that_cannot_be_read_is_posted_too(github: Pipeline):
    github.branch(TEE, CAP)
    (github.brand.folder / "catalog/##[error]x.yaml").symlink_to("all.yaml")
    ran = github.run("pull_request", "plan")
    lines = ran.out.splitlines()

    assert ran.code == 1
    assert "### 🛑 Catalog plan: none could be made" in github.note
    assert "is a link" in github.note
    assert lines[0].startswith("::stop-commands::")
    assert "is a link" in lines[1]
    assert "##[" not in ran.err


def test_7_a_traede_that_does_not_answer_is_said_in_the_note(pipeline: Pipeline):
    pipeline.branch(TEE, CAP)
    pipeline.env.setenv("TRAEDE_TOKEN", "wrong")
    ran = pipeline.run("pull_request", "plan")

    assert ran.code == 7
    assert "Traede could not be read completely" in pipeline.note
    assert "refused access" in ran.out + ran.err


def test_a_fork_without_a_token_gets_a_comparison(pipeline: Pipeline):
    pipeline.branch(TEE, CAP)
    pipeline.env.delenv("TRAEDE_TOKEN")
    before = pipeline.brand.box.dump()
    ran = pipeline.run("pull_request", "plan")

    assert ran.code == 0
    assert ran.out.replace("::stop-commands::", "").find("Traede was not read") < 80
    assert "Catalog compared, Traede not read: 1 new style" in pipeline.note
    assert json.loads(pipeline.file("plan.json"))["complete"] is False
    assert pipeline.brand.box.dump() == before
    pipeline.env.setenv("TRAEDE_TOKEN", TRAEDE_TOKEN)
    assert pipeline.brand.run("apply", "plan.json", "--yes").code == 6


def test_a_fork_whose_token_may_not_write_has_its_summary(github: Pipeline):
    github.branch(TEE, CAP)
    github.env.delenv("TRAEDE_TOKEN")
    said = {"message": "Resource not accessible by integration"}
    github.forge.faults.append(Fault("POST", "", 403, {}, said))
    ran = github.run("pull_request", "plan")

    assert ran.code == 0
    assert "note at #5 is left out" in ran.err
    assert "Resource not accessible" in ran.err
    assert "1 new style" in github.summary


@pytest.mark.parametrize("status", [401, 404, 422, 500, 302])
def test_trouble_with_the_forge_never_changes_how_it_ends(
    pipeline: Pipeline, status: int
):
    pipeline.branch(TEE, CAP)
    pipeline.forge.faults += [Fault("POST", "", status) for _ in range(3)]
    ran = pipeline.run("pull_request", "plan")

    assert ran.code == 0
    assert f"was answered {status}" in ran.err
    assert pipeline.forge.texts(5) == []
    assert TOKEN not in ran.out + ran.err


def test_without_a_token_for_the_forge_that_is_said(github: Pipeline):
    github.branch(TEE, CAP)
    github._github("pull_request")
    github.env.setenv("GITHUB_TOKEN", "")
    ran = github.brand.run("ci", "plan")

    assert ran.code == 0
    assert "GITHUB_TOKEN is not set" in ran.err
    assert "2 new styles" in github.summary


def test_a_summary_that_cannot_be_written_is_said(github: Pipeline):
    github.branch(TEE, CAP)
    github._github("pull_request")
    github.env.setenv("GITHUB_STEP_SUMMARY", str(github.brand.folder))
    ran = github.brand.run("ci", "plan")

    assert ran.code == 0
    assert "summary of the job could not be written" in ran.err
    assert "2 new styles" in github.note


def test_a_summary_stays_below_what_github_takes(github: Pipeline):
    github.branch(TEE, CAP)
    file = github.brand.folder / "summary.md"
    file.write_text("x" * (1024 * 1024 - 700))
    github.run("pull_request", "plan")

    assert file.stat().st_size <= 1024 * 1024


# --- several shops in one repository -----------------------------------------------


def test_each_environment_has_a_note_of_its_own(pipeline: Pipeline):
    url = pipeline.brand.box.url
    pipeline.brand.configure(
        state="sqlite:///.reconcile/state.db",
        environments={
            "staging": {"state": "sqlite:///.reconcile/staging.db"},
            "production": {"traede": {"url": url}},
        },
    )
    pipeline.commit("environments")
    pipeline.branch(TEE, CAP)
    for environment in ("staging", "production", "staging"):
        pipeline.env.setenv("RECONCILE_ENV", environment)
        assert pipeline.run("pull_request", "plan").code == 0

    first, second = pipeline.forge.texts(5)
    assert ":staging:" in first.splitlines()[0]
    assert ":production:" in second.splitlines()[0]


def test_the_note_of_another_brand_is_not_touched(pipeline: Pipeline):
    pipeline.branch(TEE, CAP)
    pipeline.run("pull_request", "plan")
    before = pipeline.note
    traede = {"brand_id": 2}
    pipeline.brand.configure(state="sqlite:///.reconcile/b.db", traede=traede)
    pipeline.run("pull_request", "plan")

    assert pipeline.forge.texts(5)[0] == before
    assert len(pipeline.forge.texts(5)) == 2


# --- text that means harm ----------------------------------------------------------


def test_text_of_a_catalog_is_text_wherever_it_is_shown(github: Pipeline):
    github.branch(product("tee", name=EVIL, description=f"\n::error::{EVIL}"))
    ran = github.run("pull_request", "plan")
    lines = ran.out.splitlines()
    begin = next(n for n, x in enumerate(lines) if x.startswith("::stop-commands::"))
    word = lines[begin].removeprefix("::stop-commands::")

    assert ran.code == 0
    assert len(word) == 32
    assert lines[-1] == f"::{word}::"
    shown = [n for n, line in enumerate(lines) if "everyone" in line]
    assert shown
    assert all(begin < n < len(lines) - 1 for n in shown)
    assert "everyone" not in ran.err
    for text in (github.note, github.summary):
        assert "<script" not in text.replace("`<script>x</script>", "")
        assert " @everyone" not in text
    assert "<script>x" not in github.file("plan.html")


def test_personal_data_is_in_nothing_that_is_posted(pipeline: Pipeline):
    anna = customer("1000", name="Anna Jensen", billing_email="anna@jensen.example")
    pipeline.branch(TEE, anna)
    for token in (TRAEDE_TOKEN, ""):
        pipeline.env.setenv("TRAEDE_TOKEN", token)
        ran = pipeline.run("pull_request", "plan")
        files = pipeline.file("plan.json") + pipeline.file("plan.html")
        everything = files + pipeline.note + ran.out + ran.err

        assert ran.code == 0
        assert "1000" in everything
        assert "anna" not in everything.lower()


def test_no_token_is_in_anything(pipeline: Pipeline):
    pipeline.branch(TEE, CAP)
    ran = pipeline.run("pull_request", "plan")
    files = pipeline.file("plan.json") + pipeline.file("plan.html")

    for secret in (TOKEN, TRAEDE_TOKEN):
        assert secret not in files + pipeline.note + ran.out + ran.err


# --- elsewhere ---------------------------------------------------------------------


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_64_outside_of_a_pipeline(brand: Brand, command: str):
    brand.catalog(TEE)
    ran = brand.run("ci", command)

    assert ran.code == 64
    assert "no job of GitHub Actions or GitLab CI" in ran.err


def test_git_is_lent_the_token_where_the_checkout_keeps_none(
    github: Pipeline, monkeypatch: pytest.MonkeyPatch
):
    github.branch(TEE, CAP)
    github.run("pull_request", "plan")
    key = "http.https://github.com/.extraheader"

    assert os.environ["GIT_CONFIG_KEY_0"] == key
    assert git(github.brand.folder, "config", "--get", key).startswith("AUTHORIZATION")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "0")
    git(github.brand.folder, "config", key, "AUTHORIZATION: basic theirs")
    github.run("pull_request", "plan")
    assert os.environ["GIT_CONFIG_COUNT"] == "0"
