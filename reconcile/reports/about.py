"""What a report says of itself: which plan it shows, of what, and where things are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from reconcile.core.problems import Location
from reconcile.reports.plan_view import WhenRefused
from reconcile.reports.prices import FAR
from reconcile.reports.words import short


@dataclass(frozen=True, slots=True)
class Links:
    """Where the files of a commit can be looked at."""

    repository_url: str
    commit: str
    folder: str = ""
    """Where in the repository the files of a plan begin."""
    below: str = "blob"
    """What stands between repository and commit; `-/blob` on GitLab."""

    def to(self, source: Location) -> str:
        parts = (self.folder.strip("/"), source.file)
        path = quote("/".join(part for part in parts if part and part != "."))
        root = f"{self.repository_url.rstrip('/')}/{self.below}/{quote(self.commit)}"
        return f"{root}/{path}#L{source.line}"


@dataclass(frozen=True, slots=True)
class About:
    """Everything around a plan that a report shows, as far as it is known."""

    digest: str
    environment: str = ""
    read_at: str = ""
    """When Traede was read, in words."""
    applied_at: str = ""
    links: Links | None = None
    report_url: str = ""
    """Where the whole plan can be seen, for what a comment leaves out."""
    run_name: str = ""
    run_url: str = ""
    change_name: str = ""
    """The pull or merge request, such as `#42`."""
    change_url: str = ""
    base_currency: str | None = None
    when_refused: WhenRefused = "archive"
    far: Decimal = FAR
    """The percent beyond which a move of a price deserves a look."""
    version: str = ""

    @property
    def short_digest(self) -> str:
        return short(self.digest)

    @property
    def commit(self) -> str:
        return self.links.commit[:7] if self.links else ""
