"""The language server of the editors' YAML extension, spoken to over stdio."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}


class LanguageServer:
    """One process; documents are opened as an editor opens a folder's files."""

    def __init__(
        self, program: Sequence[str], folder: Path, settings: Mapping[str, Any]
    ) -> None:
        self.folder = folder
        self._settings = settings
        self._asked = 0
        self._opened: dict[str, str] = {}
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._process = subprocess.Popen(  # noqa: S603 (the pinned server)
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "catalog"}],
                "capabilities": {
                    "workspace": {"configuration": True, "workspaceFolders": True},
                    "textDocument": {
                        "hover": {"contentFormat": ["markdown"]},
                        "completion": {
                            "completionItem": {
                                "documentationFormat": ["markdown"],
                                "snippetSupport": True,
                            }
                        },
                    },
                },
            },
        )
        self._notify("initialized", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def diagnostics(self, file: Path, text: str) -> list[dict[str, Any]]:
        """What the editor underlines in this text; a file keeps its first one."""
        self.open(file, text)
        uri = file.as_uri()
        while uri not in self._diagnostics:
            self._receive()
        return self._diagnostics[uri]

    def open(self, file: Path, text: str) -> None:
        uri = file.as_uri()
        if uri in self._opened:
            assert self._opened[uri] == text, "one text for each file"
            return
        self._opened[uri] = text
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})

    def hover(self, file: Path, line: int, character: int) -> str:
        found = self.request("textDocument/hover", _at(file, line, character))
        return str(found["contents"]["value"]) if found else ""

    def completions(
        self, file: Path, line: int, character: int
    ) -> list[dict[str, Any]]:
        found = self.request("textDocument/completion", _at(file, line, character))
        items = found["items"] if isinstance(found, dict) else found
        return list(items or ())

    def request(self, method: str, params: Mapping[str, Any]) -> Any:
        self._asked += 1
        number = self._asked
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message.get("result")

    def _notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message; questions of the server are answered on the way."""
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise RuntimeError("the language server has ended")
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            found = message["params"]
            self._diagnostics[found["uri"]] = found["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: Mapping[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings.get(i["section"]) for i in message["params"]["items"]]


def _at(file: Path, line: int, character: int) -> dict[str, Any]:
    return {
        "textDocument": {"uri": file.as_uri()},
        "position": {"line": line, "character": character},
    }
