"""What the report shows, as plain values: objects, places, lines, grids, outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.reports.worddiff import Piece

GONE: Final = "gone"
SAME: Final = "same"
"""The moods of a variant that leaves, and of one that stays as it is."""
_FITS: Final = 6
"""Columns of a grid that a small desktop has room for."""


@dataclass(frozen=True, slots=True)
class Place:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Who:
    """An object as people know it; `kind` is empty for a product."""

    kind: str
    key: str
    name: str
    look: str = ""
    """What tells a variant from its siblings."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several variants: what tells it apart, and its SKU."""

    look: str
    sku: str


@dataclass(frozen=True, slots=True)
class Text:
    """A longer text, old and new, one below the other."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    title: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One changed field: whose, which, and what of it."""

    whose: str
    """How many variants it is about; empty for the object itself."""
    variants: tuple[Variant, ...]
    """Them, unless they are listed before."""
    field: str
    sides: tuple[tuple[Piece, ...], ...] = ()
    """Old and new, with what differs; the words between them alike on both."""
    text: str = ""
    long: tuple[Text, ...] = ()
    known: str = ""
    """How the left side is known, if not read from Traede."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some steps: `applied`, `3 applied, 1 not applied`."""

    text: str
    mood: str
    words: tuple[str, ...] = ()
    alike: bool = True
    """Whether it is the same for all of them."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """What becomes of one variant."""

    sku: str
    ean: str
    mood: str
    said: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Colour × size: what becomes of each variant of a style."""

    titles: tuple[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell | None, ...]], ...]

    @property
    def wide(self) -> bool:
        """Whether it would be cut off on most screens."""
        return len(self.columns) > _FITS

    def unchanged(self, cells: Sequence[GridCell | None]) -> str:
        """`5, 5.5, 6`: those of a row that stay as they are."""
        each = zip(self.columns, cells, strict=True)
        return ", ".join(title for title, cell in each if cell and cell.mood == SAME)


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a list."""

    who: Who
    place: Place | None
    outcome: Outcome | None
    kinds: str
    """Of all its steps, for the filter; so are the causes."""
    causes: str
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    grid: Grid | None = None
    said: str = ""
    cause: str = ""
    """Why it is deleted."""
    waits: bool = False
    """Whether none of it came with this branch."""
    currencies: str = ""
    """Of the prices that it shows, for the filter."""
    weight: int = 1
    """How many it counts for in the number of its section."""
