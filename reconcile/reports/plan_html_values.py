"""What the report shows, as plain values: objects, places, lines, grids, outcomes."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.reports.worddiff import Piece


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
    pieces: tuple[Piece, ...] = ()
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
