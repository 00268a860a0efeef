"""The language server, installed from its lock file into this folder."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from language_server import LanguageServer

from reconcile.cli import main

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SERVER = MODULES / "yaml-language-server" / "bin" / "yaml-language-server"


@pytest.fixture(scope="session")
def node() -> str:
    return _program("node")


@pytest.fixture(scope="session")
def editor(
    node: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LanguageServer]:
    """A folder as `init` makes it, open in an editor with the YAML extension."""
    _install()
    folder = tmp_path_factory.mktemp("brand")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(["init"])
    assert ended.value.code == 0
    with LanguageServer([node, str(SERVER), "--stdio"], folder, _of(folder)) as server:
        yield server


def _of(folder: Path) -> dict[str, Any]:
    """The settings of the folder, as the extension hands them on."""
    written = json.loads((folder / ".vscode/settings.json").read_text("utf-8"))
    ours = {k: v for k, v in written.items() if k.startswith("yaml.")}
    yaml = {name.removeprefix("yaml."): value for name, value in ours.items()}
    return {"yaml": {**yaml, "schemaStore": {"enable": False}}}


def _install() -> None:
    """`npm ci`, once for each lock file, however many test processes ask for it."""
    npm = _program("npm")
    lock = (HERE / "package-lock.json").read_text("utf-8")
    mark = MODULES / ".installed"
    with (HERE / ".gitignore").open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text("utf-8") == lock:
            return
        ran = subprocess.run(  # noqa: S603 (what the lock file pins)
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            reason = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
            pytest.skip(f"npm ci did not install the language server: {reason}")
        mark.write_text(lock, "utf-8")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: the editor is not tested here")
    return found
