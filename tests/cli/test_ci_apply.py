"""`reconcile ci apply`, and what a pipeline does at night."""

from __future__ import annotations

from typing import NoReturn

import pytest
from ci_pipeline import TEE, Pipeline
from cli_brand import Brand
from support.builders import product
from support.forges import Fault
from support.git import git

from reconcile.cli import setting, wiring
from reconcile.cli.ci_apply import deadline_of
from reconcile.edges.forge import Job
from reconcile.edges.state.store import SqlState

NEWER = product("tee", name="Newer")


def live_name(brand: Brand) -> str:
    (tee,) = brand.box.dump()["products"]
    return str(tee["name"])


# --- a merge -----------------------------------------------------------------------


def test_what_is_merged_is_applied_and_its_note_gets_the_outcome(pipeline: Pipeline):
    assert pipeline.run("push", "apply").code == 0
    pipeline.branch(NEWER)
    pipeline.run("pull_request", "plan")
    pipeline.forge.merged[pipeline.merge()] = [5]
    ran = pipeline.run("push", "apply")

    assert (ran.code, live_name(pipeline.brand)) == (0, "Newer")
    assert "### ✅ Applied 2" in pipeline.note
    assert "1 changed, 0 left" in pipeline.note
    assert "1 changed" in ran.out
    assert "Applied" in pipeline.file("plan.html")


def test_a_push_that_was_no_proposal_is_applied_too(github: Pipeline):
    ran = github.run("push", "apply")

    assert (ran.code, live_name(github.brand)) == (0, "Tee")
    assert github.forge.writes == []
    assert "### ✅ Applied" in github.summary


def test_4_a_blocked_apply_says_so_where_it_was_merged(pipeline: Pipeline):
    everything = [product(f"p{n:02}") for n in range(14)]
    pipeline.brand.catalog(TEE, *everything)
    pipeline.commit("many")
    assert pipeline.run("push", "apply").code == 0
    pipeline.branch(TEE)
    pipeline.forge.merged[pipeline.merge()] = [5]
    ran = pipeline.run("push", "apply")

    assert ran.code == 4
    assert "### 🛑 Not applied: blocked. Nothing was written" in pipeline.note
    assert len(pipeline.brand.box.dump()["products"]) == 15


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({"TRAEDE_TOKEN": "wrong"}, 7, "refused access"),
        ({"TRAEDE_TOKEN": ""}, 64, "no token for Traede"),
    ],
)
def test_an_apply_that_fails_says_why_where_it_was_merged(
    pipeline: Pipeline, variables: dict[str, str], code: int, said: str
):
    pipeline.branch(NEWER)
    pipeline.forge.merged[pipeline.merge()] = [5]
    for name, value in variables.items():
        pipeline.env.setenv(name, value)
    ran = pipeline.run("push", "apply")

    assert ran.code == code
    assert "### 🛑 Not applied. Nothing was written" in pipeline.note
    assert said in pipeline.note
    assert pipeline.brand.box.dump()["products"] == []


def test_1_without_a_state_nothing_is_applied(pipeline: Pipeline):
    pipeline.brand.configure()
    pipeline.commit("no state")
    ran = pipeline.run("push", "apply")

    assert ran.code == 1
    assert "no state is configured" in ran.out + ran.err
    assert pipeline.run("push", "apply", "--stateless").code == 0


def test_6_an_older_commit_is_not_applied(pipeline: Pipeline):
    pipeline.branch(NEWER)
    pipeline.merge()
    assert pipeline.run("push", "apply").code == 0
    git(pipeline.brand.folder, "checkout", "--quiet", "HEAD~1")
    pipeline.forge.merged[git(pipeline.brand.folder, "rev-parse", "HEAD")] = [5]
    ran = pipeline.run("push", "apply")

    assert (ran.code, live_name(pipeline.brand)) == (6, "Newer")
    assert "does not come after it" in pipeline.note


def test_trouble_with_the_forge_does_not_stop_an_apply(pipeline: Pipeline):
    pipeline.forge.faults += [Fault("GET", "", 404) for _ in range(4)]
    ran = pipeline.run("push", "apply")

    assert (ran.code, live_name(pipeline.brand)) == (0, "Tee")
    assert "proposal that was merged is left out" in ran.err


@pytest.mark.parametrize(("passed", "given"), [(0.0, "0s"), (3601.0, "1h")])
def test_the_deadline_of_an_apply_counts_from_its_start(
    pipeline: Pipeline, passed: float, given: str
):
    pipeline.env.setattr(setting, "stopwatch", lambda: lambda: passed)

    ran = pipeline.run("push", "apply", "--deadline", given)

    assert ran.code == 5
    assert "the time given with --deadline is over" in ran.out


def test_trouble_with_a_file_is_told_where_it_was_merged(pipeline: Pipeline):
    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device", "state.db")

    pipeline.branch(NEWER)
    pipeline.forge.merged[pipeline.merge()] = [5]
    pipeline.env.setattr(wiring, "plan", full)
    ran = pipeline.run("push", "apply")

    assert ran.code == 1
    assert "### 🛑 Not applied. Nothing was written" in pipeline.note
    assert "No space left on device" in pipeline.note


def test_trouble_with_a_file_once_all_is_written_ends_in_a_report(pipeline: Pipeline):
    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device", "state.db")

    pipeline.branch(NEWER)
    pipeline.forge.merged[pipeline.merge()] = [5]
    pipeline.env.setattr(SqlState, "end_run", full)
    ran = pipeline.run("push", "apply")

    assert ran.code == 5
    assert "2 changed, 0 left" in ran.out
    assert "state.db: No space left on device" in ran.out
    assert "Not applied" not in pipeline.note
    assert "No space left on device" in pipeline.note


@pytest.mark.parametrize(
    ("timeout", "seconds"), [(None, 5 * 3600), (3600.0, 3000), (600.0, 300)]
)
def test_an_apply_ends_before_its_job_does(timeout: float | None, seconds: float):
    job = Job("gitlab", "merge", "", "7", "T", "", timeout=timeout)

    assert deadline_of(job) == seconds


# --- on a schedule -----------------------------------------------------------------


def rename_in_traede(brand: Brand, name: str) -> None:
    dump = brand.box.dump()
    dump["products"][0]["name"] = name
    brand.box.load(dump)


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_drift_opens_updates_and_closes_one_issue(pipeline: Pipeline, command: str):
    assert pipeline.run("push", "apply").code == 0

    def night(name: str) -> list[str]:
        rename_in_traede(pipeline.brand, name)
        pipeline.run("schedule", command)
        return [
            one.get("description") or one["body"]
            for one in pipeline.forge.open_issues()
        ]

    assert night("Tee") == []
    (text,) = night("By hand")
    assert "### ✋ 1 object changed in Traede" in text
    assert "By hand" in text
    (text,) = night("By hand again")
    assert "By hand again" in text
    assert night("Tee") == []
    assert len(pipeline.forge.issues) == 1
    assert pipeline.forge.issues[0]["state"] == "closed"


def test_what_an_apply_puts_back_is_no_issue(pipeline: Pipeline):
    pipeline.brand.configure(state="sqlite:///.reconcile/state.db", drift="write")
    assert pipeline.run("push", "apply").code == 0
    rename_in_traede(pipeline.brand, "By hand")
    ran = pipeline.run("schedule", "apply")

    assert (ran.code, live_name(pipeline.brand)) == (0, "Tee")
    assert pipeline.forge.issues == []


def test_a_push_opens_no_issue(pipeline: Pipeline):
    assert pipeline.run("push", "apply").code == 0
    rename_in_traede(pipeline.brand, "By hand")
    pipeline.run("push", "plan")

    assert pipeline.forge.issues == []
