"""What becomes of the variants of a style, as a grid of colours and sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from reconcile.core.kinds import KINDS
from reconcile.core.model import Ref
from reconcile.core.steps import Change, Step
from reconcile.reports.plan_html_values import GONE, SAME, Grid, GridCell
from reconcile.reports.plan_html_words import Facts
from reconcile.reports.plan_told import UPDATES, goes_off_sale
from reconcile.reports.plan_view import Group

_SIZES: Final = "XXXS XXS XS S M L XL XXL 2XL XXXL 3XL 4XL 5XL 6XL".split()
_WIDE: Final = 14
"""A grid has at most so many columns; what is wider is a list."""
_FIELDS: Final = 3
"""Changed fields that one cell names."""
_SALE: Final = KINDS["variant"].retire()
"""What going off sale, or back on it, consists of."""

Attributes = Mapping[str, str]


Section = Literal["deletes", "offsale", "new", "other"]


def style_grid(facts: Facts, style: Ref, section: Section) -> Grid | None:
    """All variants of a style, those too that stay as they are. None where another
    section shows it, where their attributes make no grid, or where one sentence tells
    all of them; what is new is shown in any case."""
    if _home(facts, style) != section:
        return None
    every = cells(facts, style)
    alike = len({(cell.mood, cell.said) for cell in every.values()}) < 2
    return None if alike and section != "new" else _grid(_known(facts, style), every)


def _home(facts: Facts, style: Ref) -> Section:
    """The first section that speaks of any of its variants."""
    steps = [step for step in _variants(facts, style) if not step.held]
    actions = {step.action for step in steps}
    if "delete" in actions:
        return "deletes"
    updates = tuple(step for step in steps if step.action in UPDATES)
    if goes_off_sale(Group(style, updates)):
        return "offsale"
    return "new" if "create" in actions else "other"


def cells(facts: Facts, style: Ref) -> dict[Ref, GridCell]:
    """Every variant of a style, in the order of the catalog, and what becomes of it."""
    steps: dict[Ref, list[Step]] = {ref: [] for ref in _known(facts, style)}
    for step in _variants(facts, style):
        steps[step.ref].append(step)
    whole = facts.outcome(s for s in facts.of_style(style) if not s.held)
    # Where all came to the same, the row has said so.
    apart = whole is not None and not whole.alike
    return {ref: _cell(facts, ref, found, apart=apart) for ref, found in steps.items()}


def attributes_of(facts: Facts, ref: Ref, style: Ref) -> str:
    """`Color Black, Size M`, where no grid says it."""
    values = _known(facts, style).get(ref, {})
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _variants(facts: Facts, style: Ref) -> Iterable[Step]:
    return (step for step in facts.of_style(style) if step.ref != style)


def _known(facts: Facts, style: Ref) -> dict[Ref, Attributes]:
    product = facts.plan.products.get(style)
    known = dict(product.variants) if product else {}
    for step in _variants(facts, style):
        if not known.get(step.ref):
            known[step.ref] = {
                change.path[1]: str(change.after)
                for change in step.changes
                if change.path[0] == "attributes"
            }
    return known


def _grid(
    known: Mapping[Ref, Attributes], cells: Mapping[Ref, GridCell]
) -> Grid | None:
    names = list(dict.fromkeys(name for values in known.values() for name in values))
    if any(len(values) != len(names) for values in known.values()):
        return None
    if len(names) > 2:
        names = [n for n in names if len({v[n] for v in known.values()}) > 1]
    if not known or len(names) not in (1, 2):
        return None
    down, across = names if len(names) == 2 else ("", names[0])
    places = {(v.get(down, ""), v[across]): ref for ref, v in known.items()}
    columns = sorted({place[1] for place in places}, key=size_rank)
    if len(places) < len(known) or len(columns) > _WIDE:
        return None
    rows = tuple(
        (
            value,
            tuple(
                cells[places[value, column]] if (value, column) in places else None
                for column in columns
            ),
        )
        for value in dict.fromkeys(place[0] for place in places)
    )
    # What goes is seen first.
    ordered = sorted(
        rows, key=lambda row: all(c is None or c.mood != GONE for c in row[1])
    )
    return Grid((down, across), tuple(columns), tuple(ordered))


def _cell(facts: Facts, ref: Ref, steps: Sequence[Step], *, apart: bool) -> GridCell:
    to_do = [step for step in steps if not step.held]
    mood, said = _fate(to_do)
    if ref in facts.refused:
        mood, said = "stop", "not possible"
    elif not mood and steps:
        missing = any(step.action == "create" for step in steps)
        mood, said = "held", "deleted in Traede" if missing else "held (Traede)"
    changes = [change for step in steps for change in step.written]
    eans = (str(c.after) for c in changes if c.path == ("ean",) and c.after)
    outcome = facts.outcome(to_do) if apart and to_do else None
    return GridCell(ref.key, next(eans, ""), mood or SAME, said or "unchanged", outcome)


def _fate(steps: Sequence[Step]) -> tuple[str, str]:
    """Mood and words; empty where nothing is done."""
    actions = {step.action for step in steps}
    changes = [change for step in steps for change in step.written]
    archived = {c.after for c in changes if c.path == ("archived",)}
    if "create" in actions:
        return "new", "new, archived" if True in archived else "new"
    if actions & {"delete", "archive"}:
        return GONE, "deleted"
    on_sale = bool(archived) or "revive" in actions
    fields = _fields(c for c in changes if not (on_sale and c.path in _SALE))
    if True in archived:
        return "off", "; ".join(filter(None, ["archived", fields]))
    if "revive" in actions or False in archived:
        return "new", "; ".join(filter(None, ["back on sale", fields]))
    if "rename" in actions:
        return "changed", "renamed"
    return ("changed", fields) if fields else ("", "")


def _fields(changes: Iterable[Change]) -> str:
    """`changed: price, ean`."""
    fields = list(
        dict.fromkeys(
            "price" if c.path[0] == "prices" else " ".join(c.path) for c in changes
        )
    )
    if not fields:
        return ""
    more = [f"{len(fields) - _FIELDS} more"] if len(fields) > _FIELDS + 1 else []
    shown = fields[:_FIELDS] if more else fields
    return f"changed: {', '.join([*shown, *more])}"


def size_rank(size: str) -> tuple[int, float, str]:
    """Sizes as people sort them: S before M, 9 before 10."""
    if size.upper() in _SIZES:
        return 1, _SIZES.index(size.upper()), size
    number = re.match(r"\d+(?:\.\d+)?", size)
    return (0, float(number[0]), size) if number else (2, 0, size)
