"""New styles and their variants as cards, and categories as trees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.rules.wording import PRICES
from reconcile.core.steps import Change, Step
from reconcile.reports.plan_html_grid import attributes_of, cells, style_grid
from reconcile.reports.plan_html_texts import stripped
from reconcile.reports.plan_html_values import GridCell, Place, Row
from reconcile.reports.plan_html_words import Facts, currencies_of, lines, web
from reconcile.reports.plan_told import new_variants, price_spans
from reconcile.reports.plan_view import Group, grouped
from reconcile.reports.words import count


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
    listed: tuple[Listed, ...]
    members: tuple[str, ...]
    prices: tuple[tuple[str, tuple[str, ...]], ...]
    locales: tuple[str, ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]
    """Field → its text in each locale, the catalog's own first."""
    images: tuple[Place, ...]
    """Each as a link: nothing is loaded before somebody asks for it."""


def cards(facts: Facts) -> list[Card]:
    return [_card(facts, group) for group in grouped(facts.steps("create"))]


def _card(facts: Facts, group: Group) -> Card:
    own, variants = group.own, group.variants
    prices = price_spans(variants)
    members = [m for m in PRICES if any(m in spans for spans in prices.values())]
    grid = style_grid(facts, group.ref, "new") if variants else None
    every = cells(facts, group.ref) if variants and not grid else {}
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
    row = facts.row(group, lines(facts, group, _is_detail, new=True), notes)
    return Card(
        replace(row, grid=grid, currencies=currencies_of(variants)),
        number if variants else "",
        tuple(
            Listed(every[step.ref], attributes_of(facts, step.ref, group.ref))
            for step in variants
            if every
        ),
        tuple(PRICES[member] for member in members),
        tuple(
            (currency, tuple(spans.get(member, "") for member in members))
            for currency, spans in prices.items()
        ),
        locales,
        texts,
        tuple(Place(url, web(url)) for url in images if url),
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


# --- categories as trees -----------------------------------------------------------


_FEWEST: Final = 2
"""Categories that are worth a tree."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One category; `mood` is empty where it only holds what changes."""

    name: str
    mood: str = ""
    said: str = ""
    below: dict[str, Branch] = field(default_factory=dict)


def trees(facts: Facts) -> tuple[Branch, Branch] | None:
    """The categories that a plan touches, before and after; None where their rows say
    the same, as they do unless something moves."""
    before, after = Branch(""), Branch("")
    steps = [s for s in facts.plan.to_do if s.ref.kind == "category"]
    if len(steps) < _FEWEST or not _move(steps):
        return None
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


def _move(steps: Sequence[Step]) -> bool:
    """Whether some go here and come there, or stand below another one then."""
    return {"create", "delete"} <= {step.action for step in steps} or any(
        _above(change.before) != _above(change.after)
        for step in steps
        if step.action == "rename"
        for change in step.changes[:1]
    )


def _above(key: object) -> list[str]:
    return str(key).split(SEPARATOR)[:-1]


def _grow(root: Branch, key: str, mood: str, said: str) -> None:
    branch = root
    names = key.split(SEPARATOR)
    for name in names[:-1]:
        branch = branch.below.setdefault(name, Branch(name))
    last = names[-1]
    below = branch.below[last].below if last in branch.below else {}
    branch.below[last] = Branch(last, mood, said, below)
