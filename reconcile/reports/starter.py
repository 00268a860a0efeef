"""The files of a new brand, as `init` writes them.

The example is in comments: a style that nobody sells would be created in the shop, and
the plan right after an import has to say that nothing is to do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from reconcile.reports.workflows import (
    GITHUB_FILE,
    GITLAB_FILE,
    github_workflow,
    gitlab_pipeline,
)

Ci = Literal["github", "gitlab"]
SCHEMAS: Final = ("catalog.schema.json", "reconcile.schema.json")
IGNORED: Final = (".reconcile/", "plan.json", "plan.html")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said; None: not asked, or not known yet."""

    base_currency: str | None = None
    timezone: str | None = None
    brand_id: int | None = None


def starter_files(
    answers: Answers, schemas: Mapping[str, str], catalog: str
) -> dict[str, str]:
    """Path → text, of the brand's own folder; `schemas` are texts by name."""
    up = "../" * (catalog.count("/") + 1)
    return {
        "reconcile.yaml": _configuration(answers, catalog),
        f"{catalog}/example.yaml": _EXAMPLE.replace("{up}", up),
        **{f"schemas/{name}": schemas[name] for name in SCHEMAS},
        ".vscode/settings.json": _settings(catalog),
        ".vscode/extensions.json": _json({"recommendations": ["redhat.vscode-yaml"]}),
        ".gitignore": "".join(f"{line}\n" for line in IGNORED),
    }


def pipeline(ci: Ci, version: str, folder: str, catalog: str) -> tuple[str, str]:
    """The file at the top of the repository, and its text. `folder` is where
    `reconcile.yaml` is, "" for the top, and `catalog` is below it."""
    if ci == "github":
        return GITHUB_FILE, github_workflow(version, folder, catalog)
    return GITLAB_FILE, gitlab_pipeline(version, folder, catalog)


def with_git_state(configuration: str) -> str:
    """For a machine that is gone afterwards: the memory lives in the repository."""
    return configuration.replace("# state: git ", "state: git   ")


def _configuration(answers: Answers, catalog: str) -> str:
    currency = _line("base_currency", answers.base_currency, "DKK", _CURRENCY)
    timezone = _line("timezone", answers.timezone, "Europe/Copenhagen", _TIMEZONE)
    brand = answers.brand_id
    traede = (
        "# traede: {brand_id: 1}" if brand is None else f"traede: {{brand_id: {brand}}}"
    )
    return (
        _CONFIGURATION.replace("{catalog}", f"{f'catalog: {catalog}':<38}")
        .replace("{currency}", currency)
        .replace("{timezone}", timezone)
        .replace("{traede}", f"{traede:<38}")
    )


def _line(name: str, answer: str | None, default: str, meaning: str) -> str:
    mark = "# TODO " if answer is None else "# "
    return f"{f'{name}: {answer or default}':<38} {mark}{meaning}"


_CURRENCY: Final = "every style has a price in it before it is created"
_TIMEZONE: Final = "where your days begin and end"

_CONFIGURATION: Final = """\
# yaml-language-server: $schema=schemas/reconcile.schema.json
{catalog} # the folder with your styles
{currency}
{timezone}
{traede} # needed before the first apply: reconcile doctor

# What is applied is remembered here. Without this line in .reconcile/ on this machine.
# state: git                           # in this repository: no other server needed

drift: hold                            # what somebody changed in Traede is shown first
deletes: {max: 10, max_percent: 10}    # more than that needs an approval

# rules:                               # what is possible and most likely not meant
#   price-change: {level: warning, percent: 25}
"""

_EXAMPLE: Final = """\
# yaml-language-server: $schema={up}schemas/catalog.schema.json
#
# One style, as an example: in comments, because it is not in your shop and should not
# get there. `reconcile import` writes your own, one file per style; then delete this.
#
# categories:                           # two levels; a style refers to one as Top > Sub
#   - name: Men
#     children:
#       - name: Shirts
#
# products:
#   - item_number: "80610"              # digits in quotes
#     name: Shirt Nordstrand
#     categories: [Men > Shirts]
#     variant_defaults:                 # what all variants have in common
#       attributes: {Color: White}
#       prices: {DKK: {sales_price: 300, rec_sales_price: 799.95}}
#     variants:
#       - {sku: 80610-w-s, attributes: {Size: S}}
#       - {sku: 80610-w-m, attributes: {Size: M}}
"""


def _settings(catalog: str) -> str:
    files = [f"{catalog}/**/*.yaml", f"{catalog}/**/*.yml"]
    return _json(
        {
            "yaml.schemas": {
                "./schemas/catalog.schema.json": files,
                "./schemas/reconcile.schema.json": ["reconcile.yaml"],
            },
            "yaml.yamlVersion": "1.2",
            "yaml.format.enable": False,
            "[yaml]": {
                "editor.insertSpaces": True,
                "editor.tabSize": 2,
                "editor.quickSuggestions": {"strings": True, "other": True},
            },
            "files.insertFinalNewline": True,
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
