"""What a report says of itself, from the plan and from the job that we run in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reconcile import __version__
from reconcile.cli.repository import top_of
from reconcile.core.config import Config
from reconcile.core.rules.table import limit_of
from reconcile.core.steps import Plan
from reconcile.reports.about import About, Links


def about_plan(
    plan: Plan,
    digest: str,
    folder: Path,
    *,
    config: Config | None = None,
    environment: str | None = None,
    read_at: str = "",
    environ: Mapping[str, str] | None = None,
) -> About:
    """`folder` is where the files of the plan begin; links are those of the pipeline
    that runs us, and elsewhere there are none."""
    env = os.environ if environ is None else environ
    run_name, run_url = _run(env)
    name = environment or (config.name if config else "")
    about = About(
        digest,
        environment=environment_words(name, plan.tenant.brand_id),
        read_at=read_at,
        links=_links(plan, folder, env),
        run_name=run_name,
        run_url=run_url,
        version=__version__,
    )
    return about if config is None else with_config(about, config)


def environment_words(name: str, brand: int | None) -> str:
    """`production, brand 1`, as far as either is known."""
    parts = (name, f"brand {brand}" if brand is not None else "")
    return ", ".join(part for part in parts if part)


def with_config(about: About, config: Config) -> About:
    return replace(
        about,
        base_currency=config.base_currency,
        when_refused=config.deletes.when_refused,
        far=limit_of(config, "price-change"),
    )


def _run(env: Mapping[str, str]) -> tuple[str, str]:
    if url := _repository(env):
        number, run = env.get("GITHUB_RUN_NUMBER", ""), env.get("GITHUB_RUN_ID", "")
        return (f"run {number}", f"{url}/actions/runs/{run}") if run else ("", "")
    if url := env.get("CI_JOB_URL", ""):
        return f"job {env.get('CI_JOB_ID', '')}", url
    return "", ""


def _repository(env: Mapping[str, str]) -> str:
    server, name = env.get("GITHUB_SERVER_URL"), env.get("GITHUB_REPOSITORY")
    return f"{server}/{name}" if server and name else ""


def _links(plan: Plan, folder: Path, env: Mapping[str, str]) -> Links | None:
    github, gitlab = _repository(env), env.get("CI_PROJECT_URL", "")
    if plan.commit is None or not (github or gitlab):
        return None
    below = folder.relative_to(top_of(folder)).as_posix()
    return Links(github or gitlab, plan.commit, below, "blob" if github else "-/blob")
