"""What the goldens of comments and pages say of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from plan_cases import the_season

from reconcile.core.steps import Base, Plan, Step, unit
from reconcile.reports.about import About, Links

DIGEST: Final = "sha256:7c41d0aa" + "0" * 56
LINKS: Final = Links("https://github.com/sunrise/catalog", "9f2c1ab" + "0" * 33, "shop")
ABOUT: Final = About(
    DIGEST,
    environment="production, brand 1",
    read_at="2026-11-21 14:02 UTC, complete",
    applied_at="2026-11-21 14:09",
    links=LINKS,
    report_url="https://github.com/sunrise/catalog/actions/runs/118/artifacts/7",
    run_name="run 118",
    run_url="https://github.com/sunrise/catalog/actions/runs/118",
    change_name="#42",
    change_url="https://github.com/sunrise/catalog/pull/42",
    version="0.1.0",
)


def on_a_branch() -> Plan:
    """Of a season: the branch brings the new style and one price."""
    plan = the_season()
    own = ("79885", "79097")
    steps = tuple(_marked(step, unit(step).key in own) for step in plan.steps)
    return replace(plan, steps=steps, base=Base("main", "1b3f5c7" + "0" * 33))


def _marked(step: Step, added: bool) -> Step:
    changes = step.changes
    if step.action == "update":
        changes = tuple(replace(change, added=added) for change in changes)
    return replace(step, changes=changes, added=added)
