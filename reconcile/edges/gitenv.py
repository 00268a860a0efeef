"""The environment that git gets from us."""

from __future__ import annotations

import os
from typing import Final

_NOT_FOR_GIT: Final = (
    *("TRAEDE_TOKEN", "TRAEDE_APP_KEY", "PGPASSWORD"),
    # The job's tokens are for the forge's API. Git has credentials of its own, or is
    # lent some in GIT_CONFIG_*.
    *("RECONCILE_GITLAB_TOKEN", "GITLAB_TOKEN", "GITHUB_TOKEN"),
)


def environment_for_git(*, remote: bool = False) -> dict[str, str]:
    """Ours, without the secrets that are none of git's.

    With `remote` it may ask a credential helper, and those of GitHub and GitLab find
    their tokens here.
    """
    kept = ("GITLAB_TOKEN", "GITHUB_TOKEN") if remote else ()
    left_out = {*_NOT_FOR_GIT} - {*kept}
    return {name: text for name, text in os.environ.items() if name not in left_out}
