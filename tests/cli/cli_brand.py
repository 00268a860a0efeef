"""A brand's folder beside a sandbox, and commands that run in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.builders import Entry, text

from reconcile.cli import main
from reconcile.cli.setting import utc_now
from reconcile.core.model import Tenant
from reconcile.edges.state import State, open_state
from reconcile.sandbox import Sandbox

TOKEN = "secret-token-4711"  # noqa: S105 (the sandbox's own)


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command left: exit code, results, talk."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Brand:
    """A folder with `reconcile.yaml` and a catalog, and a Traede to try them on."""

    def __init__(
        self, box: Sandbox, folder: Path, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.box = box
        self.folder = folder
        self._capture = capture
        self.configure()

    def configure(self, **settings: Any) -> None:
        traede = {"url": self.box.url, "brand_id": 1, "verify_seconds": 5}
        traede |= settings.pop("traede", {})
        whole = {"base_currency": "DKK", "traede": traede, **settings}
        self.write("reconcile.yaml", json.dumps(whole, indent=1))

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def catalog(self, *entries: Entry) -> None:
        self.write("catalog/all.yaml", text(*entries))

    def run(self, *argv: str | Path) -> Ran:
        """One command, as typed in this folder."""
        self._capture.readouterr()
        try:
            main([str(word) for word in argv])
        except SystemExit as ended:
            found = self._capture.readouterr()
            code = ended.code
            assert isinstance(code, int)
            return Ran(code, found.out, found.err)
        raise AssertionError("main() always ends the process")

    def state(self) -> State:
        """What its applies remember."""
        url = f"sqlite:///{self.folder}/.reconcile/state.db"
        return open_state(url, Tenant(self.box.url, 1), clock=utc_now)

    def applied(self, *entries: Entry) -> None:
        """Traede and the ledger as these entries say."""
        self.catalog(*entries)
        ran = self.run("apply", "--yes")
        assert ran.code == 0, ran
