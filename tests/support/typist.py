"""A tree as people write it: in any style, with comments and blank lines."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconcile.core.editing import Items, Map, Text, Value, Word
from reconcile.core.importing.emit import key_text, scalar


def value_of(data: Any) -> Value:
    """Plain data as a file would say it."""
    if isinstance(data, dict):
        return Map({key: value_of(one) for key, one in data.items()})
    if isinstance(data, list):
        return Items([value_of(one) for one in data])
    if isinstance(data, str):
        return Text(data)
    words = {None: "null", True: "true", False: "false"}
    return Word(words[data] if data is None or isinstance(data, bool) else str(data))


class Typist:
    """Writes a tree as people do: in any style, with comments and blank lines."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.notes = 0

    def pick(self, *among: Any) -> Any:
        return self.draw(st.sampled_from(among))

    def entries(self, value: Map, indent: int, *, first: str = "") -> None:
        for key, below in value.entries.items():
            start = first or " " * indent
            first = ""
            if start == " " * indent:
                self.between(indent)
            self.behind(f"{start}{self.key(key)}:", below, indent, indent)

    def items(self, value: Items, indent: int) -> None:
        for item in value.items:
            self.between(indent)
            dash = " " * indent + "-"
            if isinstance(item, Map) and item.entries and self.pick(True, True, False):
                self.entries(item, indent + 2, first=dash + " ")
            else:
                self.behind(dash, item, indent, indent + 2)

    def between(self, indent: int) -> None:
        self.lines += self.pick([], [], [], [""], ["", ""])
        self.lines += self.pick([], [], [" " * indent + self.note()])

    def note(self) -> str:
        self.notes += 1
        return f"# note {self.notes}: x, - y"

    def tail(self) -> str:
        return self.pick("", "", "  " + self.note())

    def behind(self, head: str, value: Value, indent: int, least: int) -> None:
        """`least`: how far in a block list below a key may stand."""
        match value:
            case Map(entries) if entries and self.pick(True, True, False):
                self.lines.append(head + self.tail())
                self.entries(value, indent + self.pick(2, 2, 4))
            case Items(items) if items and self.pick(True, True, False):
                self.lines.append(head + self.tail())
                self.items(value, max(indent + self.pick(0, 2, 2), least))
            case Text(text) if "\n" in text and self.pick(True, True, False):
                self.lines.append(f"{head} {self.pick('|', '|-')}{self.tail()}")
                below = text.split("\n")
                self.lines += [" " * (indent + 3) + x if x else "" for x in below]
            case _:
                space = self.pick(" ", " ", "   ")
                self.lines.append(f"{head}{space}{self.flow(value)}{self.tail()}")
        self.lines += self.pick([], [], [], [" " * (indent + 1) + self.note()])

    def flow(self, value: Value) -> str:
        comma = self.pick(", ", ",  ")
        match value:
            case Word(text):
                return text
            case Text(text):
                return self.text(text)
            case Map(entries):
                inner = (f"{self.key(k)}: {self.flow(v)}" for k, v in entries.items())
                return "{" + comma.join(inner) + "}"
            case Items(items):
                return "[" + comma.join(map(self.flow, items)) + "]"

    def key(self, key: str) -> str:
        return self.pick(key_text(key), "'" + key.replace("'", "''") + "'")

    def text(self, text: str) -> str:
        if "\n" in text:
            return '"' + text.replace("\n", "\\n") + '"'
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        single = "'" + text.replace("'", "''") + "'"
        return self.pick(scalar(text, flow=True), single, f'"{escaped}"')
