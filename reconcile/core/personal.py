"""Personal data never leaves memory in the clear.

Ledger, journal and plan files hold a keyed hash instead, which still answers the
one question they are asked: is it the same value? The salt is kept by the state.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Path, Value, Values


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals values with the salt of one state."""

    salt: str

    def __call__(self, kind: KindName, path: Path, value: Value) -> Value:
        """The value as a file may hold it: itself, or sealed where it is personal.

        Null stays null, and what is sealed already stays as it is.
        """
        field = KINDS[kind].fields.get(path[0])
        if field is None or not field.personal or value is None or is_sealed(value):
            return value
        text = json.dumps([path, value], sort_keys=True, ensure_ascii=False)
        digest = hmac.new(self.salt.encode(), text.encode(), hashlib.sha256)
        return {"personal": f"hmac-sha256:{digest.hexdigest()}"}

    def all(self, kind: KindName, values: Values) -> dict[Path, Value]:
        return {path: self(kind, path, value) for path, value in values.items()}


def is_sealed(value: Value) -> bool:
    return isinstance(value, dict) and list(value) == ["personal"]


HIDDEN: Final = "•••"
_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")


def hide(text: str, personal: Iterable[str]) -> str:
    """A text of Traede without the personal values it may quote."""
    for value in sorted(personal, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return _EMAIL.sub(HIDDEN, text)


def personal_texts(kind: KindName, values: Values) -> Iterator[str]:
    """The personal values of one object that are long enough to be recognised."""
    personal = {f.name for f in KINDS[kind].fields.values() if f.personal}
    for path, value in values.items():
        if path[0] in personal and isinstance(value, str) and len(value) >= 3:
            yield value
