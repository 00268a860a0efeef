"""Lines that fit a terminal: columns, wrapping, and a little colour.

Every text that enters here is made harmless first, so no caller can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from reconcile.reports.escape import terminal

Style = Literal["", "bold", "dim", "red", "green", "yellow", "cyan", "alarm"]

_CODES: Final[dict[Style, str]] = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "alarm": "1;31",
}
_SIGNS: Final[dict[str, Style]] = {
    "+": "green",
    "-": "red",
    "~": "yellow",
    ">": "cyan",
    "!": "yellow",
    "x": "red",
}
_GAP: Final = 2
_INDENT: Final = 6
_NAME: Final = 24
"""A name shrinks to this before its place moves to a line of its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One text in one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Items:
    """Short texts side by side, never broken; after `lines` lines they are counted."""

    texts: Sequence[str]
    lines: int | None = None
    noun: str = "more"


@dataclass(frozen=True, slots=True)
class Row:
    """One object: sign, key, name, columns, what is said about it, and its place."""

    sign: str
    key: str
    name: str = ""
    cells: tuple[Cell, ...] = ()
    tail: str = ""
    """Follows the columns where there is room, and else stands below."""
    place: str = ""
    below: tuple[Cell | Items, ...] = ()


def columns(text: str) -> int:
    """How many columns a terminal needs: wide characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, room: int) -> str:
    """The text, cut to `room` columns with an ellipsis."""
    if columns(text) <= room:
        return text
    kept = text[: max(room - 1, 0)]
    while kept and columns(kept) > room - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - columns(text))
    return space + text if right else text + space


def aligned(lines: Iterable[Sequence[str]]) -> list[str]:
    """Lines of columns, padded; a column that is empty everywhere is left out."""
    table = [[terminal(text) for text in line] for line in lines]
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            pad(text, width) for text, width in zip(line, widths, strict=True) if width
        ).rstrip()
        for line in table
    ]


def wrap(text: str, first: int, rest: int) -> list[str]:
    """Broken at spaces, which are kept inside a line; a long word stays whole."""
    lines, line = [], ""
    for piece in re.findall(r"\s*\S+", text):
        if line and columns(line + piece) > (rest if lines else first):
            lines.append(line)
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line]


@dataclass(frozen=True, slots=True)
class Page:
    """How wide, and whether in colour."""

    width: int
    color: bool

    def paint(self, text: str, style: Style) -> str:
        if not (self.color and style and text):
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"

    def heading(self, title: str, detail: str = "", style: Style = "bold") -> str:
        painted = self.paint(title, style)
        return f"{painted}  {terminal(detail)}" if detail else painted

    def paragraph(self, cell: Cell, indent: int = _INDENT, hang: int = 2) -> list[str]:
        room = self.width - indent
        first, *rest = wrap(terminal(cell.text), room, room - hang)
        return [
            " " * indent + self.paint(first, cell.style),
            *(" " * (indent + hang) + self.paint(line, cell.style) for line in rest),
        ]

    def items(self, items: Items) -> list[str]:
        lines: list[str] = []
        shown = 0
        room = self.width - _INDENT
        line = ""
        for text in (fit(terminal(text), room) for text in items.texts):
            longer = f"{line}   {text}" if line else text
            if line and columns(longer) > room:
                if items.lines is not None and len(lines) + 1 >= items.lines:
                    break
                lines.append(line)
                longer = text
            line, shown = longer, shown + 1
        left = len(items.texts) - shown
        more = [f"… {left} {items.noun}"] if left else []
        return [" " * _INDENT + text for text in (*lines, line, *more) if text]

    def table(self, rows: Sequence[Row]) -> list[str]:
        """Rows with their columns and places under each other."""
        if not rows:
            return []
        measure = _Measure.of(rows, self.width)
        return [line for row in rows for line in self._row(row, measure)]

    def _row(self, row: Row, measure: _Measure) -> Iterator[str]:
        sign = self.paint(row.sign, _SIGNS.get(row.sign, ""))
        line = _Line(self, f"  {sign} ", 3 + columns(row.sign))
        key, name = terminal(row.key), terminal(row.name)
        if name or row.cells:
            line.add(Cell(fit(key, self.width - 4)), measure.key if name else 0)
            has_more = row.cells or row.tail or row.place
            line.add(
                Cell(fit(name, measure.name)),
                measure.head - line.at - _GAP if has_more else 0,
            )
        else:
            line.add(Cell(fit(key, self.width - 4)), measure.head - 4)
        for cell, width in zip(row.cells, measure.cells, strict=False):
            if width:
                line.add(Cell(terminal(cell.text), cell.style), width, wrapping=True)
        place = _short_place(terminal(row.place), self.width - _INDENT)
        tail = terminal(row.tail)
        end = measure.place - _GAP if place else self.width
        beside = bool(tail) and line.at + _GAP + columns(tail) <= end
        if beside:
            line.add(Cell(tail), 0)
        if place:
            line.place(Cell(place, "dim"), measure.place)
        yield from line.done()
        below = row.below if beside or not tail else (Cell(tail), *row.below)
        for part in below:
            yield from (
                self.items(part) if isinstance(part, Items) else self.paragraph(part)
            )


@dataclass(frozen=True, slots=True)
class _Measure:
    """The widths that all rows of a table share."""

    key: int
    name: int
    head: int
    """The column where the cells begin, less the gap."""
    cells: tuple[int, ...]
    place: int
    """The column where places begin."""

    @staticmethod
    def of(rows: Sequence[Row], width: int) -> _Measure:
        named = [row for row in rows if row.name]
        key = max((columns(terminal(row.key)) for row in named), default=0)
        key = min(key, width // 2)
        names = max((columns(terminal(row.name)) for row in named), default=0)
        longest = max((len(row.cells) for row in rows), default=0)
        cells = tuple(
            max(columns(terminal(r.cells[i].text)) for r in rows if i < len(r.cells))
            for i in range(longest)
        )
        places = max((columns(terminal(row.place)) for row in rows), default=0)
        places = min(places, width - _INDENT)
        start = 4 + (key + _GAP if named else 0)
        needed = sum(cell + _GAP for cell in cells if cell)
        name = width - start
        for place in (places + _GAP if places else 0, 0):
            room = width - start - needed - place
            if room >= min(names, _NAME):
                name = room
                break
        name = min(names, max(name, 8))
        alone = [columns(terminal(row.key)) for row in rows if not row.name]
        head = max(start + name, min(max(alone, default=0) + 4, width // 2))
        return _Measure(key, name, head, cells, width - places)


class _Line:
    """One row on its way: pieces side by side, and on the next line when it is full."""

    def __init__(self, page: Page, start: str, at: int) -> None:
        self._page = page
        self._lines: list[str] = []
        self._now = start
        self.at = at
        self._fresh = True

    def add(self, cell: Cell, width: int, *, wrapping: bool = False) -> None:
        """Add a cell padded to `width`; the padding comes with what follows."""
        used = columns(cell.text)
        gap = 0 if self._fresh else _GAP
        if wrapping and self.at + gap + used > self._page.width:
            self._break()
            gap = 0
        style = cell.style
        self._now += " " * gap + self._page.paint(cell.text, style)
        self._now += " " * max(width - used, 0)
        self.at += gap + max(width, used)
        self._fresh = False

    def place(self, cell: Cell, start: int) -> None:
        used = columns(cell.text)
        if len(self._now.rstrip()) and self._text_end() + _GAP > start:
            self._break()
            start = max(self._page.width - used, _INDENT)
        self._now += " " * (start - self.at) if start > self.at else ""
        if start < self.at:  # only padding stands there
            self._now = self._now[: start - self.at]
        self._now += self._page.paint(cell.text, cell.style)
        self.at = start + used

    def done(self) -> list[str]:
        return [line.rstrip() for line in (*self._lines, self._now)]

    def _text_end(self) -> int:
        return self.at - (len(self._now) - len(self._now.rstrip(" ")))

    def _break(self) -> None:
        self._lines.append(self._now)
        self._now, self.at, self._fresh = " " * _INDENT, _INDENT, True


def _short_place(place: str, room: int) -> str:
    """A place keeps its end: the file's own name and the line."""
    if columns(place) <= room:
        return place
    return "…" + fit(place[::-1], room)[:-1][::-1]
