"""Expected texts as files: `UPDATE_GOLDEN=1 pytest`, then git shows what changed."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def check(name: str, text: str, ending: str = "txt") -> None:
    file = GOLDEN / f"{name}.{ending}"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text + "\n"
