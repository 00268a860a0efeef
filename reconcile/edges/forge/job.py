"""The job of a pipeline, from the variables that GitHub Actions and GitLab CI set.

Pure: variables and the event's JSON in, a value out. Everything here comes from
outside, so what should be a number or a name is checked before it becomes a part of a
path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Event = Literal["proposal", "merge", "schedule", "other"]

_PROJECT: Final = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
_ZERO: Final = re.compile(r"0+")


@dataclass(frozen=True, slots=True)
class Job:
    """What runs us, for which change, and where its notes go."""

    forge: Literal["github", "gitlab"]
    event: Event
    api: str
    project: str
    """`owner/name`, or GitLab's number."""
    token_name: str
    token: str = field(repr=False)
    """Empty where the job was given none."""
    repository_url: str = ""
    commit: str = ""
    """The one that people see in a proposal, or the one that was merged."""
    proposal: int | None = None
    """The number of the pull or merge request."""
    proposal_url: str = ""
    target: str = ""
    """The branch that the proposal is for, or the default one."""
    bases: tuple[str, ...] = ()
    """What git may know the target by, the best first."""
    run_name: str = ""
    run_url: str = ""
    report_url: str = ""
    """Where the files that this job leaves can be seen."""
    summary_file: str = ""
    timeout: float | None = None
    """Seconds after which the job is ended, where it is known."""

    @property
    def below(self) -> str:
        """What stands between repository and commit in the address of a file."""
        return "blob" if self.forge == "github" else "-/blob"

    @property
    def proposal_name(self) -> str:
        if self.proposal is None:
            return ""
        return f"{'#' if self.forge == 'github' else '!'}{self.proposal}"


def job_of(env: Mapping[str, str], event: Mapping[str, Any]) -> Job | None:
    """None where neither of the two runs us; `event` is GitHub's, or empty."""
    if env.get("GITHUB_ACTIONS") == "true":
        return _github(env, event)
    if env.get("GITLAB_CI") or env.get("CI_API_V4_URL"):
        return _gitlab(env)
    return None


def _github(env: Mapping[str, str], event: Mapping[str, Any]) -> Job:
    project = env.get("GITHUB_REPOSITORY", "")
    server = env.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    url = f"{server}/{project}"
    run = env.get("GITHUB_RUN_ID", "")
    request = _at(event, "pull_request")
    name = env.get("GITHUB_EVENT_NAME", "")
    kinds: dict[str, Event] = {
        "pull_request": "proposal",
        "pull_request_target": "proposal",
        "push": "merge",
        "schedule": "schedule",
    }
    number = _number(request.get("number"))
    target = env.get("GITHUB_BASE_REF") or _text(
        _at(event, "repository").get("default_branch")
    )
    run_url = f"{url}/actions/runs/{run}" if run.isdigit() else ""
    sha = _commit(_at(request, "base").get("sha"))
    return Job(
        "github",
        kinds.get(name, "other"),
        env.get("GITHUB_API_URL", "https://api.github.com"),
        project if _PROJECT.fullmatch(project) else "",
        "GITHUB_TOKEN",
        env.get("GITHUB_TOKEN", "").strip(),
        url,
        _commit(_at(request, "head").get("sha")) or _commit(env.get("GITHUB_SHA")),
        number,
        f"{url}/pull/{number}" if number else "",
        target,
        _bases(target, sha),
        f"run {env.get('GITHUB_RUN_NUMBER', '')}".strip(),
        run_url,
        f"{run_url}#artifacts" if run_url else "",
        env.get("GITHUB_STEP_SUMMARY", ""),
    )


def _gitlab(env: Mapping[str, str]) -> Job:
    source = env.get("CI_PIPELINE_SOURCE", "")
    branch = env.get("CI_DEFAULT_BRANCH", "")
    event: Event = "other"
    if source == "merge_request_event":
        event = "proposal"
    elif source == "schedule":
        event = "schedule"
    elif source == "push" and branch and env.get("CI_COMMIT_BRANCH") == branch:
        event = "merge"
    number = _number(env.get("CI_MERGE_REQUEST_IID")) if event == "proposal" else None
    # The pipeline of a fork runs there; its merge request is here.
    project = (event == "proposal" and env.get("CI_MERGE_REQUEST_PROJECT_ID")) or (
        env.get("CI_PROJECT_ID", "")
    )
    url = env.get("CI_PROJECT_URL", "").rstrip("/")
    above = env.get("CI_MERGE_REQUEST_PROJECT_URL", "").rstrip("/") or url
    target = env.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") or branch
    sha = _commit(env.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"))
    job = env.get("CI_JOB_URL", "")
    return Job(
        "gitlab",
        event,
        env.get("CI_API_V4_URL", ""),
        project if project.isdigit() else "",
        "RECONCILE_GITLAB_TOKEN",
        env.get("RECONCILE_GITLAB_TOKEN", "").strip(),
        url,
        _commit(env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"))
        or _commit(env.get("CI_COMMIT_SHA")),
        number,
        f"{above}/-/merge_requests/{number}" if number else "",
        target,
        _bases(target, sha),
        f"job {env.get('CI_JOB_ID', '')}".strip(),
        job,
        f"{job}/artifacts/browse" if job else "",
        timeout=_number(env.get("CI_JOB_TIMEOUT")),
    )


def _bases(target: str, sha: str) -> tuple[str, ...]:
    names = (f"origin/{target}", target) if target else ()
    return (*names, sha) if sha else names


def _at(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    text = str(value) if isinstance(value, (int, str)) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def _commit(value: Any) -> str:
    text = _text(value)
    found = _COMMIT.fullmatch(text) is not None and _ZERO.fullmatch(text) is None
    return text if found else ""
