"""A brand in git, and the forge that runs its jobs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_brand import Brand, Ran
from support.builders import product
from support.forges import TOKEN, Forge
from support.git import git

TEE = product("tee")


class Pipeline:
    """A brand in git, and the forge that runs its jobs."""

    def __init__(
        self, brand: Brand, forge: Forge, env: pytest.MonkeyPatch, *, github: bool
    ) -> None:
        self.brand, self.forge, self.env, self.github = brand, forge, env, github
        forge.knows_user = not github
        brand.configure(state="sqlite:///.reconcile/state.db")
        brand.write(".gitignore", ".reconcile/\nplan.*\nproblems.json\n*.md\nevent\n")
        brand.catalog(TEE)
        git(brand.folder, "init", "--quiet", "--initial-branch=main")
        self.commit("first")
        for name in ("COUNT", "KEY_0", "VALUE_0"):  # what is set there goes again
            env.setenv(f"GIT_CONFIG_{name}", "0" if name == "COUNT" else "")
        for name in ("GITLAB_CI", "CI_API_V4_URL", "CI_JOB_TIMEOUT"):
            env.delenv(name, raising=False)
        self.env.setenv("CI", "true")

    def commit(self, message: str) -> str:
        git(self.brand.folder, "add", "--all")
        git(self.brand.folder, "commit", "--quiet", "--allow-empty", "-m", message)
        return git(self.brand.folder, "rev-parse", "HEAD")

    def branch(self, *entries: Any) -> None:
        """The edits of a proposal."""
        git(self.brand.folder, "checkout", "--quiet", "-B", "work")
        self.brand.catalog(*entries)
        self.commit("work")

    def merge(self) -> str:
        git(self.brand.folder, "checkout", "--quiet", "main")
        git(self.brand.folder, "merge", "--quiet", "--no-ff", "-m", "merge", "work")
        return git(self.brand.folder, "rev-parse", "HEAD")

    def run(self, event: str, *argv: str) -> Ran:
        set_up = self._github if self.github else self._gitlab
        set_up(event)
        return self.brand.run("ci", *argv)

    def _github(self, event: str) -> None:
        head = git(self.brand.folder, "rev-parse", "HEAD")
        body: dict[str, Any] = {"repository": {"default_branch": "main"}}
        if event == "pull_request":
            body["pull_request"] = {"number": 5, "head": {"sha": head}}
        self.brand.write("event", json.dumps(body))
        variables = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.forge.github,
            "GITHUB_BASE_REF": "main" if event == "pull_request" else "",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(self.brand.folder / "event"),
            "GITHUB_REPOSITORY": "sunrise/catalog",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_NUMBER": "118",
            "GITHUB_SHA": head,
            "GITHUB_STEP_SUMMARY": str(self.brand.folder / "summary.md"),
            "GITHUB_TOKEN": TOKEN,
        }
        for name, value in variables.items():
            self.env.setenv(name, value)

    def _gitlab(self, event: str) -> None:
        proposal = event == "pull_request"
        sources = {"pull_request": "merge_request_event"}
        variables = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.forge.gitlab,
            "CI_COMMIT_BRANCH": "" if proposal else "main",
            "CI_COMMIT_SHA": git(self.brand.folder, "rev-parse", "HEAD"),
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_ID": "9",
            "CI_JOB_URL": "https://gitlab.example/sunrise/catalog/-/jobs/9",
            "CI_MERGE_REQUEST_IID": "5" if proposal else "",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main" if proposal else "",
            "CI_PIPELINE_SOURCE": sources.get(event, event),
            "CI_PROJECT_ID": "7",
            "CI_PROJECT_URL": "https://gitlab.example/sunrise/catalog",
            "RECONCILE_GITLAB_TOKEN": TOKEN,
        }
        for name, value in variables.items():
            self.env.setenv(name, value)

    @property
    def note(self) -> str:
        """The one note of the proposal."""
        (text,) = self.forge.texts(5)
        return text

    @property
    def summary(self) -> str:
        return (self.brand.folder / "summary.md").read_text()

    def file(self, name: str) -> str:
        return (self.brand.folder / name).read_text()
