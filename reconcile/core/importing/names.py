"""File names for item numbers: harmless on every system, and each only once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 80

_LETTERS: Final = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
)
_RISKY: Final = re.compile(r"[^a-z0-9._-]+")
# Devices of Windows, also with an ending behind them.
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")


class FileNames:
    """Hands out paths; none equals a taken one, not even but for capitals."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {path.casefold() for path in taken}

    def path(self, folder: str, key: str) -> str:
        """A free path for the file of `key`; the second of a name gets `-2`."""
        name = safe_name(key)
        path, count = f"{folder}{name}.yaml", 1
        while path.casefold() in self._taken:
            count += 1
            path = f"{folder}{name}-{count}.yaml"
        self._taken.add(path.casefold())
        return path


def safe_name(key: str) -> str:
    """`key` in small letters, digits, points, `-` and `_`; never empty."""
    name = _RISKY.sub("-", key.lower().translate(_LETTERS))
    name = re.sub(r"\.{2,}", ".", name).strip("-.")[:LONGEST].strip("-.")
    if not name or _RESERVED.fullmatch(name):
        return f"product-{name}".rstrip("-")
    return name
