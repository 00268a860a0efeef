"""GitLab's REST API, as far as notes and issues need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from reconcile.edges.forge.http import ForgeError, Http
from reconcile.edges.forge.job import Job
from reconcile.edges.forge.posting import Post


def gitlab_headers(token: str) -> dict[str, str]:
    return {"PRIVATE-TOKEN": token}


class GitLab:
    """One project. Notes are those of a merge request."""

    limit = 60_000
    """Characters of one text: GitLab takes a million, and nobody reads them."""

    def __init__(self, http: Http, job: Job) -> None:
        if not job.project:
            raise ForgeError("CI_PROJECT_ID names no project")
        self._http = http
        self._root = f"/projects/{job.project}"

    def notes(self, proposal: int) -> Iterator[Post]:
        path = f"{self._root}/merge_requests/{proposal}/notes"
        rows = self._http.pages(path, sort="asc")
        return (
            self._post(row, "id", "body")
            for row in rows
            if isinstance(row, Mapping) and not row.get("system")
        )

    def add_note(self, proposal: int, text: str) -> None:
        path = f"{self._root}/merge_requests/{proposal}/notes"
        self._http.write("POST", path, {"body": text})

    def edit_note(self, proposal: int, note: int, text: str) -> None:
        path = f"{self._root}/merge_requests/{proposal}/notes/{note}"
        self._http.write("PUT", path, {"body": text})

    def issues(self) -> Iterator[Post]:
        rows = self._http.pages(f"{self._root}/issues", state="opened")
        return (
            self._post(row, "iid", "description")
            for row in rows
            if isinstance(row, Mapping)
        )

    def add_issue(self, title: str, text: str) -> None:
        path = f"{self._root}/issues"
        self._http.write("POST", path, {"title": title, "description": text})

    def edit_issue(self, issue: int, title: str, text: str) -> None:
        path = f"{self._root}/issues/{issue}"
        self._http.write("PUT", path, {"title": title, "description": text})

    def close_issue(self, issue: int, words: str) -> None:
        path = f"{self._root}/issues/{issue}"
        self._http.write("POST", f"{path}/notes", {"body": words})
        self._http.write("PUT", path, {"state_event": "close"})

    def merged_with(self, commit: str) -> list[int]:
        """The merge requests that brought a commit to its branch."""
        path = f"{self._root}/repository/commits/{commit}/merge_requests"
        return [
            row["iid"]
            for row in self._http.pages(path)
            if isinstance(row, Mapping)
            and row.get("state") == "merged"
            and isinstance(row.get("iid"), int)
        ]

    @cached_property
    def _me(self) -> int | None:
        user = self._http.get("/user")
        number = user.get("id") if isinstance(user, Mapping) else None
        return number if isinstance(number, int) else None

    def _post(self, row: Mapping[str, Any], number: str, text: str) -> Post:
        author = row.get("author")
        writer = author.get("id") if isinstance(author, Mapping) else None

        def ours() -> bool:
            return writer is not None and writer == self._me

        title = str(row.get("title") or "")
        return Post(row[number], title, str(row.get(text) or ""), ours)
