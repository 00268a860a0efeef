"""The pipelines that we write and ship: as their forges read them, and not careless."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

from reconcile import __version__
from reconcile.reports.workflows import (
    CHECKOUT,
    SETUP_UV,
    UPLOAD,
    github_workflow,
    gitlab_pipeline,
)

PROJECT = Path(__file__).parents[2]
ACTION = PROJECT / "action.yml"
TEMPLATE = PROJECT / "templates/gitlab.yml"
PROGRAMS = Path(sysconfig.get_path("scripts"))
FOLDERS = ["", "shops/dk", "a folder"]


def run(program: str, *argv: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (installed with us)
        [PROGRAMS / program, *argv], capture_output=True, text=True, check=False
    )


@pytest.fixture(params=FOLDERS, ids=["top", "below", "blank"])
def workflow(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    file = tmp_path / ".github/workflows/catalog.yml"
    file.parent.mkdir(parents=True)
    file.write_text(github_workflow(__version__, request.param, "catalog"))
    return file


def fits(schema: str, file: Path) -> None:
    done = run("check-jsonschema", "--builtin-schema", schema, file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_of_github_is_one_and_is_not_careless(workflow: Path):
    fits("vendor.github-workflows", workflow)
    # What is only a matter of taste counts too.
    done = run("zizmor", "--offline", "--pedantic", "--no-progress", workflow)
    assert done.returncode == 0, done.stdout


def test_the_action_is_one_and_is_not_careless():
    fits("vendor.github-actions", ACTION)
    done = run("zizmor", "--offline", "--pedantic", "--no-progress", ACTION)
    assert done.returncode == 0, done.stdout


def test_careless_ones_would_be_found(tmp_path: Path):
    file = tmp_path / ".github/workflows/catalog.yml"
    file.parent.mkdir(parents=True)
    text = github_workflow(__version__, "", "catalog")
    file.write_text(text.replace(", persist-credentials: false", ""))

    done = run("zizmor", "--offline", "--pedantic", "--no-progress", file)
    assert done.returncode != 0
    file.write_text(text.replace("runs-on:", "runs_on:"))
    schema = ("--builtin-schema", "vendor.github-workflows")
    assert run("check-jsonschema", *schema, file).returncode != 0


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_pipeline_of_gitlab_is_one(tmp_path: Path, folder: str):
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(gitlab_pipeline(__version__, folder, "catalog"))

    fits("vendor.gitlab-ci", file)


def test_the_template_of_gitlab_is_one():
    fits("vendor.gitlab-ci", TEMPLATE)


def test_what_we_ship_is_of_this_version():
    assert f'default: "{__version__}"' in ACTION.read_text("utf-8")
    assert f'RECONCILE_VERSION: "{__version__}"' in TEMPLATE.read_text("utf-8")


def test_the_action_pins_what_the_workflow_pins():
    used = {
        line.split("uses: ")[1]
        for line in ACTION.read_text("utf-8").splitlines()
        if "uses: " in line
    }

    assert used == {SETUP_UV, UPLOAD}
    assert CHECKOUT not in used


def test_nothing_is_put_into_the_text_of_a_shell():
    """Only the lists of variables and inputs hold what GitHub fills in."""
    for text in (ACTION.read_text("utf-8"), github_workflow("1", "", "catalog")):
        lines = [
            line for line in text.splitlines() if line.strip().startswith("- run:")
        ]
        lines += [x for x in text.splitlines() if x.strip().startswith("run: $")]
        assert lines
        assert all("${{" not in line for line in lines)
