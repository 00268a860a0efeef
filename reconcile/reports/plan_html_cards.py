"""New styles and their variants as cards, and categories as trees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.rules.wording import PRICES
from reconcile.core.steps import Change, Step
from reconcile.reports.plan_html_words import (
    Facts,
    Outcome,
    Row,
    lines,
    stripped,
)
from reconcile.reports.plan_told import new_variants, price_spans
from reconcile.reports.plan_view import Group, grouped
from reconcile.reports.words import count

_SIZES: Final = "XXXS XXS XS S M L XL XXL 2XL XXXL 3XL 4XL 5XL 6XL".split()
_WIDE: Final = 14
"""A grid has at most so many columns; what is wider is a list."""


@dataclass(frozen=True, slots=True)
class GridCell:
    sku: str
    ean: str
    mood: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Colour × size: what is new, and where nothing is."""

    titles: tuple[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One variant where no grid fits."""

    cell: GridCell
    attributes: str


@dataclass(frozen=True, slots=True)
class Card:
    """One new object, or the new variants of a product."""

    row: Row
    number: str
    grid: Grid | None
    listed: tuple[Listed, ...]
    members: tuple[str, ...]
    prices: tuple[tuple[str, tuple[str, ...]], ...]
    locales: tuple[str, ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]
    """Field → its text in each locale, the catalog's own first."""
    images: tuple[str, ...]


def cards(facts: Facts) -> list[Card]:
    return [_card(facts, group) for group in grouped(facts.steps("create"))]


def _card(facts: Facts, group: Group) -> Card:
    own, variants = group.own, group.variants
    prices = price_spans(variants)
    members = [m for m in PRICES if any(m in spans for spans in prices.values())]
    whole = facts.outcome(group.steps)
    grid = _grid(facts, variants, whole)
    locales, texts = _texts(own.written if own else ())
    number = count(len(variants), "variant") if own else new_variants(len(variants))
    images = dict.fromkeys(
        str(image.get("url", ""))
        for step in variants
        for change in step.written
        if change.path[0] == "images" and isinstance(change.after, list)
        for image in change.after
    )
    notes = dict.fromkeys(note for step in group.steps for note in step.notes)
    return Card(
        facts.row(group, lines(group, _is_detail, new=True), notes),
        number if variants else "",
        grid,
        () if grid else tuple(_listed(facts, step, whole) for step in variants),
        tuple(PRICES[member] for member in members),
        tuple(
            (currency, tuple(spans.get(member, "") for member in members))
            for currency, spans in prices.items()
        ),
        locales,
        texts,
        tuple(url for url in images if url),
    )


def _is_detail(change: Change) -> bool:
    """What a card does not show elsewhere."""
    shown = ("attributes", "name", "prices", "ean", "description", "translations")
    return not change.held and change.path[0] not in (*shown, "images")


def _texts(
    changes: Iterable[Change],
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    found: dict[str, dict[str, str]] = {}
    for change in changes:
        if not isinstance(change.after, str):
            continue
        if change.path[0] in ("name", "description"):
            found.setdefault(change.path[0], {})[""] = change.after
        elif change.path[0] == "translations":
            found.setdefault(change.path[2], {})[change.path[1]] = change.after
    locales = sorted({locale for texts in found.values() for locale in texts})
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name, texts in found.items():
        if name == "name" and list(texts) == [""]:
            continue  # in the title of the card
        rows.append((name, tuple(texts.get(locale, "") for locale in locales)))
        if any("<" in text for text in texts.values()):
            plain = tuple(stripped(texts.get(locale, "")) for locale in locales)
            rows.append((f"{name}, as text", plain))
    return tuple(locales), tuple(rows)


def _grid(facts: Facts, variants: Sequence[Step], whole: Outcome | None) -> Grid | None:
    found = [_attributes(step) for step in variants]
    names = list(dict.fromkeys(name for attributes in found for name in attributes))
    if not found or len(names) not in (1, 2):
        return None
    if any(len(attributes) != len(names) for attributes in found):
        return None
    down, across = names if len(names) == 2 else ("", names[0])
    places = [(a.get(down, ""), a[across]) for a in found]
    columns = sorted({place[1] for place in places}, key=size_rank)
    if len(set(places)) < len(places) or len(columns) > _WIDE:
        return None
    cells = {
        place: _cell(facts, step, whole)
        for place, step in zip(places, variants, strict=True)
    }
    rows = tuple(
        (value, tuple(cells.get((value, column)) for column in columns))
        for value in dict.fromkeys(place[0] for place in places)
    )
    return Grid((down, across), tuple(columns), rows)


def _attributes(step: Step) -> dict[str, str]:
    return {c.path[1]: str(c.after) for c in step.written if c.path[0] == "attributes"}


def _listed(facts: Facts, step: Step, whole: Outcome | None) -> Listed:
    said = ", ".join(f"{name} {value}" for name, value in _attributes(step).items())
    return Listed(_cell(facts, step, whole), said)


def _cell(facts: Facts, step: Step, whole: Outcome | None) -> GridCell:
    ean = next((str(c.after) for c in step.written if c.path == ("ean",)), "")
    off = any(c.path == ("archived",) and c.after is True for c in step.written)
    outcome = facts.outcome([step])
    # The card has said what became of all its variants.
    alike = whole is None or whole.alike
    mood = "new, archived" if off else "new"
    return GridCell(step.ref.key, ean, mood, None if alike else outcome)


def size_rank(size: str) -> tuple[int, float, str]:
    """Sizes as people sort them: S before M, 9 before 10."""
    if size.upper() in _SIZES:
        return 1, _SIZES.index(size.upper()), size
    number = re.match(r"\d+(?:\.\d+)?", size)
    return (0, float(number[0]), size) if number else (2, 0, size)


# --- categories as trees -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Branch:
    """One category; `mood` is empty where it only holds what changes."""

    name: str
    mood: str = ""
    said: str = ""
    below: dict[str, Branch] = field(default_factory=dict)


def trees(facts: Facts) -> tuple[Branch, Branch] | None:
    """The categories that a plan touches, before and after."""
    before, after = Branch(""), Branch("")
    steps = [s for s in facts.plan.to_do if s.ref.kind == "category"]
    for step in steps:
        if step.action == "create":
            _grow(after, step.ref.key, "new", "new")
        elif step.action == "delete":
            _grow(before, step.ref.key, "gone", "deleted")
        elif step.action == "rename":
            old, new = step.changes[0].before, step.changes[0].after
            _grow(before, str(old), "gone", "renamed")
            _grow(after, str(new), "renamed", f"was {old}")
    return (before, after) if before.below or after.below else None


def _grow(root: Branch, key: str, mood: str, said: str) -> None:
    branch = root
    names = key.split(SEPARATOR)
    for name in names[:-1]:
        branch = branch.below.setdefault(name, Branch(name))
    last = names[-1]
    below = branch.below[last].below if last in branch.below else {}
    branch.below[last] = Branch(last, mood, said, below)
