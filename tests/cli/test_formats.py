"""A plan as a comment and as a page: the same values, made where the plan is made."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_brand import TOKEN, Brand
from support.builders import customer, product

from reconcile.cli.about import about_plan
from reconcile.core.model import Tenant
from reconcile.core.steps import Plan

TEE = product("tee")
ANNA = customer("1000", name="Anna Jensen", billing_email="anna@jensen.example")


@pytest.mark.parametrize(
    ("name", "begins"),
    [("markdown", "### ✏️ Catalog plan: "), ("html", "<!doctype html>")],
)
def test_a_plan_in_each_format(brand: Brand, name: str, begins: str) -> None:
    brand.catalog(TEE, ANNA)
    shown = brand.run("plan", "--format", name)

    assert shown.code == 0, shown
    assert shown.out.startswith(begins)
    assert shown.out.endswith("\n")
    assert not shown.out.endswith("\n\n")
    assert "tee" in shown.out
    assert TOKEN not in shown.out
    assert not re.search("anna", shown.out, re.IGNORECASE)


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_a_saved_plan_is_shown_in_each_format(brand: Brand, name: str) -> None:
    brand.catalog(TEE, ANNA)
    brand.run("plan", "--out", "plan.json")
    shown = brand.run("show", "plan.json", "--format", name)

    assert shown.code == 0, shown
    assert "Catalog plan: " in shown.out
    assert not re.search("anna", shown.out, re.IGNORECASE)


def test_formats_go_to_files_of_their_own(brand: Brand) -> None:
    brand.catalog(TEE)
    ran = brand.run("plan", "--format", "markdown=a.md", "--format", "html=b.html")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("wrote a.md, b.html\n")
    assert (brand.folder / "a.md").read_text().startswith("### ")
    assert (brand.folder / "b.html").read_text().startswith("<!doctype html>")


def test_a_saved_plan_is_said_to_be_written(brand: Brand) -> None:
    brand.catalog(TEE)
    ran = brand.run("plan", "--out", "plan.json", "--format", "html=plan.html")

    assert ran.err.endswith("wrote plan.json, plan.html\n")
    assert "wrote" not in brand.run("plan").err
    assert brand.run("-q", "plan", "--out", "plan.json").err == ""


def test_an_unknown_format_names_those_there_are(brand: Brand) -> None:
    ran = brand.run("plan", "--format", "pdf")

    assert ran.code == 64
    assert "Formats: text, json, markdown, html" in ran.err


def test_personal_data_is_for_a_terminal_only(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand.catalog(ANNA)
    refused = brand.run("plan", "--show-personal")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert (refused.code, refused.out) == (64, "")
    assert "terminal" in refused.err
    assert brand.run("plan", "--show-personal", "--format", "html").code == 64
    assert brand.run("plan", "--show-personal", "--format", "text=a.txt").code == 64
    shown = brand.run("--verbose", "plan", "--show-personal")
    assert "anna@jensen.example" in shown.out
    assert "anna@" not in brand.run("--verbose", "plan").out


PLAN = Plan(Tenant("https://x"), "2026-11-21", "sha256:0", commit="c0ffee")
GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "sunrise/catalog",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_NUMBER": "118",
}
GITLAB = {
    "CI_PROJECT_URL": "https://gitlab.example/sunrise/catalog",
    "CI_JOB_URL": "https://gitlab.example/sunrise/catalog/-/jobs/7",
    "CI_JOB_ID": "7",
}


@pytest.mark.parametrize(
    ("environ", "link", "run"),
    [
        (GITHUB, "https://github.com/sunrise/catalog/blob/c0ffee/shop/a.yaml#L3",
         ("run 118", "https://github.com/sunrise/catalog/actions/runs/4711")),
        (GITLAB, "https://gitlab.example/sunrise/catalog/-/blob/c0ffee/shop/a.yaml#L3",
         ("job 7", "https://gitlab.example/sunrise/catalog/-/jobs/7")),
    ],
)  # fmt: skip
def test_jobs_link_to_the_line_at_the_commit(
    tmp_path: Path, environ: dict[str, str], link: str, run: tuple[str, str]
) -> None:
    from reconcile.core.problems import Location

    (tmp_path / ".git").mkdir()
    (tmp_path / "shop").mkdir()
    about = about_plan(PLAN, "sha256:1", tmp_path / "shop", environ=environ)

    assert about.links is not None
    assert about.links.to(Location("a.yaml", 3, 1)) == link
    assert (about.run_name, about.run_url) == run


def test_elsewhere_there_are_no_links(tmp_path: Path) -> None:
    about = about_plan(PLAN, "sha256:1", tmp_path, environ={})

    assert (about.links, about.run_url) == (None, "")


def test_only_the_page_needs_the_template_engine() -> None:
    script = (
        "import sys; from reconcile.cli import main\n"
        "try: main(['plan', '--help'])\n"
        "except SystemExit: pass\n"
        "print('jinja2' in sys.modules)"
    )
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert ran.stdout.endswith("False\n")
