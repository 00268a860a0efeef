"""The pipelines that `init --ci` writes: validate and plan on a proposal, apply when it
is merged, look for drift at night.

Actions are pinned to commits, because a tag can be moved to another program.
"""

from __future__ import annotations

from typing import Final

CHECKOUT: Final = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1  # v7.0.1"
SETUP_UV: Final = (
    "astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d  # v10.0.1"
)
UPLOAD: Final = (
    "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f  # v7.0.0"
)

GITHUB_FILE: Final = ".github/workflows/catalog.yml"
GITLAB_FILE: Final = ".gitlab-ci.yml"


def github_workflow(version: str, folder: str, catalog: str) -> str:
    return (
        _filled(_GITHUB, version, folder, catalog)
        .replace("{checkout}", CHECKOUT)
        .replace("{setup_uv}", SETUP_UV)
        .replace("{upload}", UPLOAD)
    )


def gitlab_pipeline(version: str, folder: str, catalog: str) -> str:
    return _filled(_GITLAB, version, folder, catalog)


def _filled(text: str, version: str, folder: str, catalog: str) -> str:
    return (
        text.replace("{version}", version)
        .replace("{folder}", folder or ".")
        .replace("{prefix}", f"{folder}/" if folder else "")
        .replace("{catalog}", catalog)
    )


_GITHUB: Final = """\
# Written once by `reconcile init --ci github`; from now on it is yours.
# Needs the secret TRAEDE_TOKEN: Settings, Secrets and variables, Actions.
name: catalog
on:
  pull_request: {paths: ["{prefix}{catalog}/**", "{prefix}reconcile.yaml"]}
  push: {branches: [main]}
  schedule: [{cron: "5 3 * * *"}]       # what was changed in Traede since
  workflow_dispatch: {}
permissions: {}
env:
  RECONCILE: uvx --from traede-reconcile=={version} reconcile
defaults:
  run: {working-directory: "{folder}"}
jobs:
  plan:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    permissions: {contents: read}
    concurrency: {group: "catalog-plan-${{ github.ref }}", cancel-in-progress: true}
    steps:
      - uses: {checkout}
        with: {fetch-depth: 0}
      - uses: {setup_uv}
      - run: $RECONCILE validate --format github
      - run: $RECONCILE plan --out plan.json
        if: github.event.pull_request.head.repo.full_name == github.repository
        env: {TRAEDE_TOKEN: "${{ secrets.TRAEDE_TOKEN }}"}     # a fork gets none
      - uses: {upload}
        if: github.event.pull_request.head.repo.full_name == github.repository
        with: {path: "{prefix}plan.json", archive: false}
  apply:
    if: github.event_name != 'pull_request' && github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    permissions: {contents: write}      # the state: a ref in this repository
    environment: production
    concurrency: {group: catalog-apply, cancel-in-progress: false}
    steps:
      - uses: {checkout}
        with: {fetch-depth: 0}          # and its token stays, to push the state
      - uses: {setup_uv}
      - run: $RECONCILE validate --format github
      - run: $RECONCILE apply --yes
        if: github.event_name != 'schedule'
        env: {TRAEDE_TOKEN: "${{ secrets.TRAEDE_TOKEN }}"}
      - run: $RECONCILE drift
        if: github.event_name == 'schedule'
        env: {TRAEDE_TOKEN: "${{ secrets.TRAEDE_TOKEN }}"}
"""

_GITLAB: Final = """\
# Written once by `reconcile init --ci gitlab`; from now on it is yours.
# Needs the variable TRAEDE_TOKEN (Settings, CI/CD, Variables): masked, and for the
# plan not protected, because merge requests of unprotected branches do not get
# protected ones. Best is a user for the plan that may only read, and another one in
# the environment `production`.
# The state is a ref in this repository: allow job tokens to push (Settings, CI/CD,
# Job token permissions), or set `state:` in reconcile.yaml to PostgreSQL.
.reconcile:
  image: ghcr.io/astral-sh/uv:python3.11-bookworm-slim
  variables:
    GIT_DEPTH: "0"
    RECONCILE: uvx --from traede-reconcile=={version} reconcile
  before_script:
    - command -v git >/dev/null || (apt-get update -qq && apt-get install -y -qq git)
    - cd "{folder}"
catalog-plan:
  extends: .reconcile
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: ["{prefix}{catalog}/**/*", "{prefix}reconcile.yaml"]
  script:
    - $RECONCILE validate --format gitlab > problems.json || $RECONCILE validate
    - $RECONCILE plan --out plan.json
  artifacts:
    when: always
    paths: ["{prefix}plan.json"]
    reports: {codequality: "{prefix}problems.json"}
catalog-apply:
  extends: .reconcile
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  resource_group: traede            # one at a time, and none is cancelled
  environment: production
  script:
    - $RECONCILE apply --yes
catalog-drift:
  extends: .reconcile
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  resource_group: traede
  environment: production
  script:
    - $RECONCILE drift
"""
