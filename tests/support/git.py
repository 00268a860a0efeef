"""git as somebody types it, whoever is at this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

_AUTHOR = ("-c", "user.name=t", "-c", "user.email=t@t.example")


def git(folder: Path, *words: str, stdin: str = "") -> str:
    """What it prints; raises where it refuses."""
    done = subprocess.run(  # noqa: S603
        ["git", *_AUTHOR, *words],  # noqa: S607
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        input=stdin,
    )
    return done.stdout.strip()
