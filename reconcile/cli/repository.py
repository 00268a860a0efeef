"""Where the repository begins that a catalog's folder is in."""

from __future__ import annotations

from pathlib import Path


def top_of(folder: Path) -> Path:
    """The nearest folder with a `.git`; without one the folder itself."""
    above = (folder, *folder.parents)
    return next((one for one in above if (one / ".git").exists()), folder)
