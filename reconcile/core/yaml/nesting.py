"""A bracket that is not closed before a field which belongs further out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from reconcile.core.kinds import Field, Shape
from reconcile.core.yaml.fieldwords import FIELDS, KEYS, NESTED
from reconcile.core.yaml.spots import CLOSERS, QUOTES, Mistake, line_start

_QUOTED: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_KEY: Final = re.compile(
    r"(?P<gap>,?\s*)(?P<key>\w+|\"[^\"\r\n]*\"|'[^'\r\n]*')[ \t]*:\s+"
    r"(?P<open>[{\[]?)"
)
_OWNER: Final = re.compile(r"(?P<key>\w+)[\"']?[ \t]*:\s+\Z")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_IN_A_MAP: Final = KEYS | frozenset(
    name for name, row in NESTED.items() if row.shape is not Shape.SET
)
"""What nobody gives as a name to an attribute."""


@dataclass(frozen=True, slots=True)
class _Open:
    """One bracket that is open, and what its keys are."""

    bracket: str
    what: Literal["entry", "keyed", "members", "free"]
    row: Field | None = None

    def inner(self, bracket: str, key: str) -> _Open:
        """What opens as the value of a key of this one."""
        if self.bracket == "[" or (self.what == "entry" and key not in NESTED):
            return _Open(
                bracket, self.what if self.bracket == "[" else "entry", self.row
            )
        if self.what == "keyed":
            return _Open(bracket, "members", self.row)
        row = NESTED.get(key) if self.what == "entry" else None
        if row is None or row.shape is Shape.MAP:
            return _Open(bracket, "free", row)
        keyed = row.shape is Shape.KEYED and bracket == "{"
        return _Open(bracket, "keyed" if keyed else "members", row)

    def takes(self, key: str, *, opens: bool) -> bool:
        """Whether a key stands well here; `opens`: its value is a { }."""
        if self.row is None or self.what in ("entry", "free"):
            return key in FIELDS
        if self.what == "keyed":
            money = any(member.name.endswith("price") for member in self.row.members)
            fits = _CURRENCY.fullmatch(key) if money else key not in FIELDS
            return opens and bool(fits)
        names = (member.name for member in self.row.members)
        return key in names or key in self.row.keys

    def refuses(self, key: str, *, opens: bool) -> bool:
        if self.what == "free":
            return key in KEYS or (opens and key in _IN_A_MAP)
        return self.what != "entry" and not self.takes(key, opens=opens)


def missing_closer(text: str, start: int, end: int) -> Mistake | None:
    """`{DKK: {sales_price: 330, EUR: {…}}`: the first key that its bracket cannot
    hold, where one further out can. The outermost opens at `start`."""
    start = _outermost(text, start)
    field = _OWNER.search(text[:start][-80:])
    outer = _Open("{", "entry").inner("{", field["key"] if field else "")
    known = field is None or outer.what != "entry"
    opened: list[_Open] = []
    key, at = "", start
    while known and at < end:
        char = text[at]
        if char in CLOSERS:
            opened.append(opened[-1].inner(char, key) if opened else outer)
            key = ""
        elif char in CLOSERS.values() and opened:
            opened.pop()
        if char == "{" or (char == "," and opened and opened[-1].bracket == "{"):
            found = _KEY.match(text, at + (char == "{"), end)
            if found:
                key = found["key"].strip("\"'")
                if mistake := _misplaced(text, found, opened, (start, end)):
                    return mistake
                at = found.start("open")
                continue
        quoted = _QUOTED.match(text, at, end) if char in QUOTES else None
        at = quoted.end() if quoted else at + 1
    return None


def _outermost(text: str, start: int) -> int:
    """The first bracket of the line that is still open at the one at `start`."""
    opened: list[int] = []
    for at in range(line_start(text, start), start):
        if text[at] in CLOSERS:
            opened.append(at)
        elif text[at] in CLOSERS.values() and opened:
            opened.pop()
    return opened[0] if opened else start


def _misplaced(
    text: str, found: re.Match[str], opened: list[_Open], whole: tuple[int, int]
) -> Mistake | None:
    key, opens = found["key"].strip("\"'"), bool(found["open"])
    if not opened[-1].refuses(key, opens=opens):
        return None
    levels = 0
    for outer in reversed(opened[:-1]):
        levels += 1
        if opened[-levels].bracket != "{":
            return None
        if (
            outer.what != "free"
            and outer.bracket == "{"
            and outer.takes(key, opens=opens)
        ):
            break
    else:
        return None
    inside = _QUOTED.sub("", text[slice(*whole)])
    left = sum((char in CLOSERS) - (char in CLOSERS.values()) for char in inside)
    what = "a } is" if levels == 1 else f"{levels} }} are"
    closers = "}" * levels
    message = f"{what} missing before {found['key']}. Write {closers}, {found['key']}"
    fix = f"{closers}, " if left == levels and "," in found["gap"] else None
    return Mistake(
        *found.span("key"), "unclosed-bracket", message, fix, found.span("gap")
    )
