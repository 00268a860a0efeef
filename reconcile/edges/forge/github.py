"""GitHub's REST API, as far as notes and issues need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from reconcile.edges.forge.http import ForgeError, Http
from reconcile.edges.forge.job import Job
from reconcile.edges.forge.posting import Post

HEADERS: Final = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
}


def github_headers(token: str) -> dict[str, str]:
    return {**HEADERS, "Authorization": f"Bearer {token}"}


class GitHub:
    """One repository. Notes are comments of a pull request."""

    limit = 60_000
    """Characters of one text; GitHub takes 65,536."""

    def __init__(self, http: Http, job: Job) -> None:
        if not job.project:
            raise ForgeError("GITHUB_REPOSITORY names no repository")
        self._http = http
        self._root = f"/repos/{job.project}"

    def notes(self, proposal: int) -> Iterator[Post]:
        rows = self._http.pages(f"{self._root}/issues/{proposal}/comments")
        return (self._post(row, "id") for row in rows if isinstance(row, Mapping))

    def add_note(self, proposal: int, text: str) -> None:
        path = f"{self._root}/issues/{proposal}/comments"
        self._http.write("POST", path, {"body": text})

    def edit_note(self, _proposal: int, note: int, text: str) -> None:
        path = f"{self._root}/issues/comments/{note}"
        self._http.write("PATCH", path, {"body": text})

    def issues(self) -> Iterator[Post]:
        rows = self._http.pages(f"{self._root}/issues", state="open")
        return (
            self._post(row, "number")
            for row in rows
            if isinstance(row, Mapping) and "pull_request" not in row
        )

    def add_issue(self, title: str, text: str) -> None:
        path = f"{self._root}/issues"
        self._http.write("POST", path, {"title": title, "body": text})

    def edit_issue(self, issue: int, title: str, text: str) -> None:
        path = f"{self._root}/issues/{issue}"
        self._http.write("PATCH", path, {"title": title, "body": text})

    def close_issue(self, issue: int, words: str) -> None:
        path = f"{self._root}/issues/{issue}"
        self._http.write("POST", f"{path}/comments", {"body": words})
        body = {"state": "closed", "state_reason": "completed"}
        self._http.write("PATCH", path, body)

    def merged_with(self, commit: str) -> list[int]:
        """The pull requests that brought a commit to its branch."""
        rows = self._http.pages(f"{self._root}/commits/{commit}/pulls")
        return [
            row["number"]
            for row in rows
            if isinstance(row, Mapping)
            and row.get("merged_at")
            and isinstance(row.get("number"), int)
        ]

    @cached_property
    def _me(self) -> str | None:
        """Who the token is; None for the token of a job, which may not ask."""
        try:
            user = self._http.get("/user")
        except ForgeError as error:
            if error.status in (401, 403, 404):
                return None
            raise
        login = user.get("login") if isinstance(user, Mapping) else None
        return login if isinstance(login, str) else None

    def _post(self, row: Mapping[str, Any], number: str) -> Post:
        user = row.get("user")
        user = user if isinstance(user, Mapping) else {}

        def ours() -> bool:
            # Else anybody could write a note with our marker, let us fill it in, and
            # change it afterwards.
            if self._me is None:
                return user.get("type") == "Bot"
            return user.get("login") == self._me

        return Post(row[number], str(row.get("title") or ""), _body(row), ours)


def _body(row: Mapping[str, Any]) -> str:
    return str(row.get("body") or "")
