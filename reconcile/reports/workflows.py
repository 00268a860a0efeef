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
# Needs the secret TRAEDE_TOKEN: Settings, Secrets and variables, Actions. Best are two:
# one of a user who may only read for the repository, and the one that writes in the
# environment `production`. A proposal from a fork gets neither: there two catalogs are
# compared.
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
    name: Plan the catalog
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write              # the comment
    concurrency: {group: "catalog-plan-${{ github.ref }}", cancel-in-progress: true}
    steps:
      - uses: {checkout}
        with: {fetch-depth: 0, persist-credentials: false}
      - uses: {setup_uv}
        with: {enable-cache: false}
      - name: Validate, plan, comment
        run: $RECONCILE ci plan
        env:
          TRAEDE_TOKEN: ${{ secrets.TRAEDE_TOKEN }}
          GITHUB_TOKEN: ${{ github.token }}
      - uses: {upload}
        if: always()
        with: {path: "{prefix}plan.html", archive: false, if-no-files-found: ignore}
  apply:
    name: Apply the catalog
    if: github.event_name != 'pull_request' && github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    permissions:
      contents: write                   # the state: a ref in this repository
      pull-requests: write              # the comment gets its outcome
      issues: write                     # one, as long as Traede differs
    environment: production
    concurrency: {group: catalog-apply, cancel-in-progress: false, queue: max}
    steps:
      - uses: {checkout}
        with: {fetch-depth: 0, persist-credentials: false}
      - uses: {setup_uv}
        with: {enable-cache: false}
      - name: Apply, read back, tell
        run: $RECONCILE ci apply
        env:
          TRAEDE_TOKEN: ${{ secrets.TRAEDE_TOKEN }}
          GITHUB_TOKEN: ${{ github.token }}
      - uses: {upload}
        if: always()
        with: {path: "{prefix}plan.html", archive: false, if-no-files-found: ignore}
"""

_GITLAB: Final = """\
# Written once by `reconcile init --ci gitlab`; from now on it is yours.
# Needs two variables (Settings, CI/CD, Variables), both masked:
#   TRAEDE_TOKEN            not protected, as merge requests of unprotected branches do
#                           not get protected ones. Best is a user for the plan who may
#                           only read, and another one in the environment `production`.
#   RECONCILE_GITLAB_TOKEN  a project access token with the scope `api`: the token of a
#                           job cannot write notes.
# The state is a ref in this repository: allow job tokens to push (Settings, CI/CD,
# Job token permissions), or set `state:` in reconcile.yaml to PostgreSQL.
# A schedule (Build, Pipeline schedules) on the default branch looks for drift.
.reconcile:
  image: ghcr.io/astral-sh/uv:python3.11-bookworm-slim
  variables:
    GIT_DEPTH: "0"
    RECONCILE: uvx --from traede-reconcile=={version} reconcile
  before_script:
    - command -v git >/dev/null || (apt-get update -qq && apt-get install -y -qq git)
    - cd "{folder}"
  artifacts:
    when: always
    paths: ["{prefix}plan.html", "{prefix}plan.json"]
    reports: {codequality: "{prefix}problems.json"}
catalog-plan:
  extends: .reconcile
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: ["{prefix}{catalog}/**/*", "{prefix}reconcile.yaml"]
  script:
    - $RECONCILE ci plan
catalog-apply:
  extends: .reconcile
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  resource_group: traede            # one at a time, and none is cancelled
  environment: production
  script:
    - $RECONCILE ci apply
"""
