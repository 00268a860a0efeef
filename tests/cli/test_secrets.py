"""Whatever goes wrong, token and app key stand in nothing that a run leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_brand import TOKEN, Brand
from support.builders import customer, product

from reconcile.sandbox import Fault

KEY = "app-key-0815"
SECRETS = (TOKEN, KEY, f"Bearer {TOKEN}")
ECHO = json.dumps({"errors": [{"title": f"no: Bearer {TOKEN} with {KEY}"}]})
MISFORTUNES: dict[str, dict[str, Any]] = {
    "refused, and echoed": {"do": "status", "status": 422, "body": ECHO},
    "done, 500, and echoed": {"do": "status-after", "status": 500, "body": ECHO},
    "access refused": {"do": "status", "status": 403, "body": ECHO},
    "redirected with it": {
        "do": "status",
        "status": 302,
        "headers": {"Location": f"https://elsewhere.example/?access_token={TOKEN}"},
    },
    "lost": {"do": "drop"},
    "done, no JSON": {"do": "garbage"},
}


@pytest.mark.parametrize(
    ("name", "state"),
    [*((name, "sqlite:///state.db") for name in MISFORTUNES), ("lost", "git")],
)
def test_a_run_that_fails_leaves_no_secret(brand: Brand, name: str, state: str):
    _repository(brand.folder)
    brand.configure(state=state, traede={"verify_seconds": 0.5})
    brand.catalog(product("tee"), customer("1000"))
    brand.box.faults = [
        Fault(match={"method": method}, **MISFORTUNES[name])
        for method in ("POST", "PUT")
    ]

    ran = [
        _run(brand, "plan", "--out", "plan.json"),
        _run(brand, "-v", "apply", "--yes"),
    ]

    told = "".join(one.stdout + one.stderr for one in ran)
    assert ran[1].returncode in ((0,) if "done" in name else (5, 7)), told
    assert [secret for secret in SECRETS if secret in told] == []
    assert [str(path) for path in _files_with_secrets(brand.folder)] == []


def _repository(folder: Path) -> None:
    bare = folder.parent / f"{folder.name}.git"
    for command in (
        ["git", "init", "-q", "--bare", str(bare)],
        ["git", "init", "-q", str(folder)],
        ["git", "-C", str(folder), "remote", "add", "origin", str(bare)],
    ):
        subprocess.run(command, check=True)  # noqa: S603


def _run(brand: Brand, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("TRAEDE_")},
        "TRAEDE_TOKEN": TOKEN,
        "TRAEDE_APP_KEY": KEY,
        "CI": "true",
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "reconcile", *argv],
        cwd=brand.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _files_with_secrets(folder: Path) -> Iterator[Path]:
    """Every file below, and what git keeps compressed."""
    for root in (folder, folder.parent / f"{folder.name}.git"):
        for path in root.rglob("*"):
            if not path.is_file():
                continue
            content = path.read_bytes()
            if "objects" in path.parts:
                content = zlib.decompress(content)
            if any(secret.encode() in content for secret in SECRETS):
                yield path
