"""Lines that fit a terminal: columns, wrapping, and a little colour.

Every text that enters here is made harmless first, so no caller can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    "not applied": "red",
    "not possible": "red",
    "unknown": "yellow",
    "skipped": "yellow",
    "in conflict": "yellow",
    "not as sent": "yellow",
}
_GAP: Final = 2
_NAME: Final = 24
"""A name shrinks to this before its place moves to a line of its own,"""
_SHORTEST: Final = 12
"""and to this before its columns do."""


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
    deeper: int = 0
    """Columns to the right of what they belong to."""
    whole: bool = False
    """What is too long is not cut, but goes on below: commands to copy."""


@dataclass(frozen=True, slots=True)
class Form:
    """Where the columns of a table stand."""

    start: int
    """Before the sign."""
    gap: int
    """Between sign and key."""
    below: int | None = None
    """Before what stands below a row; None: where keys begin."""


PLAN: Final = Form(2, 1, 6)
OUTCOMES: Final = Form(0, 2)
"""Their signs are words."""


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
    lines: list[str] = []
    line = ""
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
        said = fit(terminal(detail), self.width - columns(title) - 2)
        return f"{painted}  {said}" if said else painted

    def paragraph(self, cell: Cell, indent: int = 6, hang: int = 2) -> list[str]:
        room = self.width - indent
        hang += len(cell.text) - len(cell.text.lstrip(" "))
        first, *rest = wrap(terminal(cell.text), room, room - hang)
        return [
            " " * indent + self.paint(first, cell.style),
            *(" " * (indent + hang) + self.paint(line, cell.style) for line in rest),
        ]

    def titled(
        self, title: str, text: str, *, sign: str = "", indent: int = 0
    ) -> list[str]:
        """A word and what is said about it, wrapped below the text's beginning."""
        start = f"  {self.paint(sign, _SIGNS[sign])} " if sign else " " * indent
        title = fit(terminal(title), self.width // 2)
        used = (4 if sign else indent) + columns(title) + _GAP
        first, *rest = wrap(terminal(text), self.width - used, self.width - 6)
        bold = title if sign else self.paint(title, "bold")
        return [f"{start}{bold}  {first}", *(" " * 6 + line for line in rest)]

    def items(self, items: Items, indent: int) -> list[str]:
        indent += items.deeper
        lines: list[str] = []
        shown = 0
        room = self.width - indent
        line = ""
        pieces = list(self._pieces(items, room))
        for text in pieces:
            longer = f"{line}   {text}" if line else text
            if line and columns(longer) > room:
                if items.lines is not None and len(lines) + 1 >= items.lines:
                    break
                lines.append(line)
                longer = text
            line, shown = longer, shown + 1
        left = len(pieces) - shown
        more = [f"… {left} {items.noun}"] if left else []
        return [" " * indent + text for text in (*lines, line, *more) if text]

    def _pieces(self, items: Items, room: int) -> Iterator[str]:
        for text in map(terminal, items.texts):
            if items.whole and columns(text) > room:
                first, *rest = wrap(text, room, room - 2)
                yield from (first, *(f"  {line}" for line in rest))
            else:
                yield fit(text, room)

    def table(self, rows: Sequence[Row], form: Form = PLAN) -> list[str]:
        """Rows with their columns and places under each other."""
        if not rows:
            return []
        rows = [_harmless(row) for row in rows]
        measure = _Measure.of(rows, self.width, form)
        return [line for row in rows for line in self._row(row, measure, form)]

    def _row(self, row: Row, measure: _Measure, form: Form) -> Iterator[str]:
        line = _Line(self, form.start, measure.below)
        line.add(Cell(row.sign, _SIGNS.get(row.sign, "")), measure.sign)
        line.gap = form.gap
        aside = bool(row.cells or row.tail or row.place)
        key = fit(row.key, self.width - measure.first)
        line.add(Cell(key), measure.key if row.name else 0)
        line.gap = _GAP
        if row.name:
            line.add(Cell(fit(row.name, measure.name)), 0)
        if aside:
            line.fill(measure.head)
        for cell, width in zip(row.cells, measure.cells, strict=False):
            if width:
                line.add(cell, width)
        end = measure.place - _GAP if row.place else self.width
        beside = bool(row.tail) and line.at + _GAP + columns(row.tail) <= end
        if beside:
            line.add(Cell(row.tail), 0)
        if row.place:
            place = _short(row.place, self.width - measure.below)
            line.put(Cell(place, "dim"), measure)
        yield from line.done()
        below = row.below if beside or not row.tail else (Cell(row.tail), *row.below)
        for part in below:
            if isinstance(part, Items):
                yield from self.items(part, measure.below)
            else:
                yield from self.paragraph(part, measure.below)


@dataclass(frozen=True, slots=True)
class _Measure:
    """The columns that all rows of a table share."""

    sign: int
    first: int
    """Where keys begin."""
    below: int
    """Where lines below a row begin."""
    key: int
    name: int
    head: int
    """Where key and name end."""
    cells: tuple[int, ...]
    place: int
    """Where places begin."""

    @staticmethod
    def of(rows: Sequence[Row], width: int, form: Form) -> _Measure:
        sign = _widest(row.sign for row in rows)
        first = form.start + sign + form.gap
        below = first if form.below is None else form.below
        key = min(_widest(row.key for row in rows if row.name), width // 2)
        start = first + (key + _GAP if key else 0)
        names = _widest(row.name for row in rows)
        cells = tuple(
            _widest(row.cells[i].text for row in rows if i < len(row.cells))
            for i in range(max(len(row.cells) for row in rows))
        )
        places = min(_widest(row.place for row in rows), width - below)
        needed = start + sum(cell + _GAP for cell in cells if cell)
        beside = needed + (places + _GAP if places else 0)
        sizes = ((width - beside, _NAME), (width - needed, _SHORTEST))
        room = next((room for room, least in sizes if room >= min(names, least)), 0)
        name = min(names, room or max(width - start, 8))
        alone = first + _widest(row.key for row in rows if not row.name)
        head = max(start + name, min(alone, width // 2))
        return _Measure(sign, first, below, key, name, head, cells, width - places)


class _Line:
    """One row on its way: pieces side by side, on the next line when it is full."""

    def __init__(self, page: Page, start: int, below: int) -> None:
        self._page = page
        self._below = below
        self._lines: list[str] = []
        self._start(start)

    def _start(self, indent: int) -> None:
        self._text = " " * indent
        self.at = indent
        """Where the line ends, padding included."""
        self._padding = indent
        """How much of the end of the line is padding."""
        self.gap = 0

    def add(self, cell: Cell, width: int) -> None:
        """Add a text, padded to `width`."""
        used = columns(cell.text)
        if used and self.at + self.gap + used > self._page.width and self._content:
            self._break()
        self._space(self.gap)
        self._text += self._page.paint(cell.text, cell.style)
        self.at += used
        self._padding = 0 if used else self._padding
        self._space(max(width - used, 0))
        self.gap = _GAP

    def fill(self, to: int) -> None:
        self._space(max(to - self.at, 0))

    def put(self, cell: Cell, measure: _Measure) -> None:
        """Add a text at the column of places, or on the next line."""
        start = measure.place
        if self._content and self.at - self._padding + _GAP > start:
            self._break()
            start = self._page.width - columns(cell.text)
        if start < self.at:
            self._text = self._text[: start - self.at]
            self.at = start
        self.gap = 0
        self.fill(start)
        self.add(cell, 0)

    def done(self) -> list[str]:
        return [*self._lines, self._text.rstrip(" ")]

    @property
    def _content(self) -> bool:
        return self.at > self._padding

    def _space(self, number: int) -> None:
        self._text += " " * number
        self.at += number
        self._padding += number

    def _break(self) -> None:
        self._lines.append(self._text.rstrip(" "))
        self._start(self._below)


def _widest(texts: Iterable[str]) -> int:
    return max(map(columns, texts), default=0)


def _harmless(row: Row) -> Row:
    return replace(
        row,
        key=terminal(row.key),
        name=terminal(row.name),
        cells=tuple(replace(cell, text=terminal(cell.text)) for cell in row.cells),
        tail=terminal(row.tail),
        place=terminal(row.place),
    )


def _short(place: str, room: int) -> str:
    """A place keeps its end: the file's own name and the line."""
    return fit(place[::-1], room)[::-1]
