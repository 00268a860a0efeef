"""Characters that no catalog file may hold."""

from __future__ import annotations

import re
from typing import Final

from reconcile.core.yaml.spots import Mistake

# Controls, line ends that only some readers know, and marks that turn text around.
_REFUSED: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
)
BAD: Final = re.compile(f"[{_REFUSED}\ud800-\udfff]+")
BAD_ESCAPED: Final = re.compile(f"[{_REFUSED}\r\ud800-\udfff]")


def bad_characters(match: re.Match[str]) -> Mistake:
    char = match[0][0]
    if "\ud800" <= char <= "\udfff":
        rule = "not-utf8"
        message = (
            f"this is not UTF-8{_byte(char)}. "
            "Save the file with the encoding UTF-8 and write the letter again"
        )
    else:
        rule = "control-character"
        message = (
            f"here is an invisible control character (U+{ord(char):04X}). Remove it"
        )
    return Mistake(match.start(), match.end(), rule, message)


def bad_escape(start: int, end: int, char: str) -> Mistake:
    return Mistake(
        start,
        end,
        "control-character",
        f"this text holds a control character (U+{ord(char):04X}). "
        "Write it without its backslash code",
    )


def _byte(char: str) -> str:
    code = ord(char) - 0xDC00
    if not 0x80 <= code <= 0xFF:
        return ""
    letter = bytes([code]).decode("cp1252", "replace")
    return f' (in Windows this byte is "{letter}")' if letter.isprintable() else ""
