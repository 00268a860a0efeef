"""GitHub and GitLab, as far as notes and issues need them, on a real socket.

Written from their REST documents: lists come in pages with a `Link` header, texts
that are too long are answered 422, a token that is not known 401.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "forge-token-1234"  # noqa: S105 (the server's own)
ME = {
    "login": "github-actions[bot]",
    "type": "Bot",
    "id": 41,
    "username": "project_bot",
}
SOMEBODY = {"login": "eve", "type": "User", "id": 66, "username": "eve"}
Headers = dict[str, str]


@dataclass
class Fault:
    """An answer in place of the real one, once."""

    method: str
    path: str
    """A part of the path."""
    status: int
    headers: Headers = field(default_factory=dict)
    body: Any = None


@dataclass
class Forge:
    """Both of them, with one project; `page` is the size of their pages."""

    url: str = ""
    page: int = 2
    longest: int = 65_536
    notes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    merged: dict[str, list[int]] = field(default_factory=dict)
    """Commit → the proposals that brought it."""
    knows_user: bool = False
    """Whether GET /user may be asked; the token of a job on GitHub may not."""
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    next_id: int = 100

    @property
    def github(self) -> str:
        return f"{self.url}/api/v3"

    @property
    def gitlab(self) -> str:
        return f"{self.url}/api/v4"

    def texts(self, proposal: int) -> list[str]:
        return [note["body"] for note in self.notes.get(proposal, [])]

    @property
    def writes(self) -> list[str]:
        return [f"{m} {path}" for m, path in self.requests if m != "GET"]

    def somebody_says(self, proposal: int, text: str) -> None:
        self._add(self.notes.setdefault(proposal, []), {"body": text}, SOMEBODY)

    def open_issues(self) -> list[dict[str, Any]]:
        return [one for one in self.issues if one["state"] in ("open", "opened")]

    def _add(self, rows: list[dict[str, Any]], row: dict[str, Any], who: Any) -> Any:
        self.next_id += 1
        number = {"id": self.next_id, "number": self.next_id, "iid": self.next_id}
        rows.append({**number, "state": "open", **row, "user": who, "author": who})
        return rows[-1]

    # --- routes: a pattern of the path, and what it does ---

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        text = (body or {}).get("body") or (body or {}).get("description") or ""
        if len(text) > self.longest:
            said = {"message": "Validation Failed", "errors": [{"code": "too_long"}]}
            return 422, said
        for pattern, act in self._routes():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return act(found, body)
        return 404, {"message": "Not Found"}

    def _routes(self) -> list[tuple[str, Callable[[Any, Any], tuple[int, Any]]]]:
        hub, lab = r"/api/v3/repos/sunrise/catalog", r"/api/v4/projects/7"
        notes = rf"{hub}/issues/(\d+)/comments|{lab}/merge_requests/(\d+)/notes"
        note = rf"{hub}/issues/comments/(\d+)|{lab}/merge_requests/\d+/notes/(\d+)"
        issues, issue = rf"{hub}/issues|{lab}/issues", rf"(?:{hub}|{lab})/issues/(\d+)"
        said = rf"{lab}/issues/(\d+)/notes"
        commits = (
            rf"{hub}/commits/(\w+)/pulls|{lab}/repository/commits/(\w+)/merge_requests"
        )
        return [
            (r"GET /api/v[34]/user", self._user),
            (rf"GET (?:{notes})", self._list_notes),
            (rf"POST (?:{notes}|{said})", self._add_note),
            (rf"(?:PATCH|PUT) (?:{note})", self._edit_note),
            (rf"GET (?:{issues})", self._list_issues),
            (rf"POST (?:{issues})", self._add_issue),
            (rf"(?:PATCH|PUT) {issue}", self._edit_issue),
            (rf"GET (?:{commits})", self._list_merged),
        ]

    def _user(self, _found: Any, _body: Any) -> tuple[int, Any]:
        if self.knows_user:
            return 200, ME
        return 403, {"message": "Resource not accessible by integration"}

    def _list_notes(self, found: Any, _body: Any) -> tuple[int, Any]:
        return 200, self.notes.get(_number(found), [])

    def _add_note(self, found: Any, body: Any) -> tuple[int, Any]:
        return 201, self._add(self.notes.setdefault(_number(found), []), body, ME)

    def _edit_note(self, found: Any, body: Any) -> tuple[int, Any]:
        for rows in self.notes.values():
            for row in rows:
                if row["id"] == _number(found):
                    row.update(body)
                    return 200, row
        return 404, {"message": "Not Found"}

    def _list_issues(self, _found: Any, _body: Any) -> tuple[int, Any]:
        return 200, self.open_issues()

    def _add_issue(self, _found: Any, body: Any) -> tuple[int, Any]:
        return 201, self._add(self.issues, body, ME)

    def _edit_issue(self, found: Any, body: Any) -> tuple[int, Any]:
        (row,) = [one for one in self.issues if one["number"] == _number(found)]
        if body.get("state_event") == "close":
            body = {"state": "closed"}
        row.update(body)
        return 200, row

    def _list_merged(self, found: Any, _body: Any) -> tuple[int, Any]:
        commit = next(group for group in found.groups() if group)
        numbers = self.merged.get(commit, [])
        rows = [
            {"number": n, "iid": n, "merged_at": "2026-11-21", "state": "merged"}
            for n in numbers
        ]
        return 200, [*rows, {"number": 1, "iid": 1, "merged_at": None, "state": "open"}]


def _number(found: Any) -> int:
    return int(next(group for group in found.groups() if group))


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        forge, parts = self.forge, urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        sent = self.rfile.read(length)
        body = json.loads(sent) if sent else None
        forge.requests.append((self.command, parts.path))
        for fault in forge.faults:
            if fault.method == self.command and fault.path in parts.path:
                forge.faults.remove(fault)
                self._send(fault.status, fault.body, fault.headers)
                return
        known = (f"Bearer {TOKEN}", TOKEN)
        given = self.headers.get("authorization") or self.headers.get("private-token")
        if given not in known:
            self._send(401, {"message": f"Bad credentials: {given}"})
            return
        status, answer = forge.answer(self.command, parts.path, body)
        headers: Headers = {}
        if isinstance(answer, list):
            number = int(parse_qs(parts.query).get("page", ["1"])[0])
            start = (number - 1) * forge.page
            if start + forge.page < len(answer):
                where = f"{forge.url}{parts.path}?page={number + 1}"
                headers["Link"] = f'<{where}>; rel="next", <{where}>; rel="last"'
            answer = answer[start : start + forge.page]
        self._send(status, answer, headers)

    do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 (names of http.server)

    def _send(self, status: int, body: Any, headers: Headers | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running_forge() -> Iterator[Forge]:
    forge = Forge()
    handler = type("Handler", (_Handler,), {"forge": forge})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    forge.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
