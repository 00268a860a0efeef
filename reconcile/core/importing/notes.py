"""What import had to leave out, gathered so that a thousand cases are one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ref

MOST_NAMED: Final = 5


@dataclass(slots=True)
class Notes:
    """Collects; `sentences` says it, in the order in which it came up."""

    _objects: dict[tuple[KindName, str], list[str]] = field(default_factory=dict)
    _fields: dict[tuple[KindName, str, str], list[str]] = field(default_factory=dict)

    _said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self._said.append(sentence)

    def left_out(self, ref: Ref, reason: str) -> None:
        """An object that is in none of the files."""
        self._objects.setdefault((ref.kind, reason), []).append(ref.key)

    def field_left_out(self, ref: Ref, name: str, reason: str) -> None:
        keys = self._fields.setdefault((ref.kind, name, reason), [])
        if ref.key not in keys[-1:]:
            keys.append(ref.key)

    def sentences(self) -> list[str]:
        return [
            *(
                f"{_named(kind, keys)} left out: {reason}"
                for (kind, reason), keys in self._objects.items()
            ),
            *(
                f"{_named(kind, keys)} written without {name}: {reason}"
                for (kind, name, reason), keys in self._fields.items()
            ),
            *self._said,
        ]


def shown(key: str) -> str:
    """A key in quotes, fit for a terminal: nothing invisible, nothing endless."""
    text = "".join(
        char if char.isprintable() else f"\\u{ord(char):04x}" for char in key[:60]
    )
    return f'"{text}…"' if len(key) > 60 else f'"{text}"'


def some(keys: list[str]) -> str:
    """The first few keys, and how many more."""
    text = ", ".join(map(shown, keys[:MOST_NAMED]))
    more = len(keys) - MOST_NAMED
    return f"{text} and {more} more" if more > 0 else text


def _named(kind: KindName, keys: list[str]) -> str:
    word = kind if len(keys) == 1 else f"{len(keys)} {KINDS[kind].plural}:"
    return f"{word} {some(keys)}"
