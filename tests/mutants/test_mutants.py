"""Broken planners: each is caught by the golden cases that are named for it.

A mutant is one text of one file replaced. A planner that nobody would notice is wrong
in a promise that no case keeps.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from mutants.planner import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reconcile"
FAILED = 1
"""What pytest ends with if a test fails; a mistake of ours ends with another code."""
CRASHES = ("NameError", "ImportError", "SyntaxError", "AttributeError", "TypeError")

Run = Callable[[Path, Sequence[str]], dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    server = subprocess.Popen(  # noqa: S603 (our own interpreter and text)
        [sys.executable, Path(__file__).with_name("forks.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "UPDATE_GOLDEN": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert server.stdin
    assert server.stdout
    told, heard = server.stdin, server.stdout

    def ask(overlay: Path, cases: Sequence[str]) -> dict[str, Any]:
        line = json.dumps({"overlay": str(overlay), "cases": list(cases)})
        print(line, file=told, flush=True)
        answer: dict[str, Any] = json.loads(heard.readline())
        return answer

    yield ask
    server.communicate()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_caught(mutant: Mutant, run: Run, tmp_path: Path) -> None:
    text = (PACKAGE / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, "the text to replace must stand there once"

    overlay(tmp_path, mutant.file, text.replace(mutant.old, mutant.new))
    answer = run(tmp_path, mutant.cases)

    assert answer["code"] == FAILED, answer["said"][-3000:]
    assert not any(f"E   {crash}" in answer["said"] for crash in CRASHES), answer[
        "said"
    ]


def test_nothing_fails_without_a_mutant(run: Run, tmp_path: Path) -> None:
    overlay(tmp_path)
    answer = run(tmp_path, ["080-rename", "060-delete"])
    assert answer["code"] == 0, answer["said"]


def overlay(folder: Path, changed: str = "", text: str = "") -> None:
    """The package as links, and one file of it changed."""
    (folder / "schemas").symlink_to(ROOT / "schemas")
    for path in sorted(PACKAGE.rglob("*")):
        to = folder / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and path.name == "__pycache__":
            to.symlink_to(path)
        elif path.is_file() and "__pycache__" not in path.parts:
            if str(path.relative_to(PACKAGE)) == changed:
                to.write_text(text, encoding="utf-8")
            else:
                to.symlink_to(path)
