"""What a plan deletes, creates and renames."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.core.steps import Change, Step, unit
from reconcile.reports.layout import Cell, Items, Row
from reconcile.reports.plan_changes import waiting
from reconcile.reports.plan_told import (
    ARCHIVED,
    base_prices,
    comes_back,
    leaving,
    new_variants,
    what_happens,
)
from reconcile.reports.plan_view import (
    NEVER_FOLDED,
    Group,
    View,
    change_lines,
    folded,
    grouped,
)
from reconcile.reports.words import (
    count,
    counts,
    label,
    place,
    written,
)


def delete_section(view: View) -> Iterator[str]:
    steps = view.steps("delete", "archive")
    if not steps:
        return
    refs = [ref for step in steps for ref in (step.ref, *step.cascade)]
    yield view.page.heading("Delete", counts(dict.fromkeys(refs)))
    rows = [_delete_row(view, group) for group in grouped(steps)]
    yield from folded(view, rows, NEVER_FOLDED)
    if fate := what_happens(steps, view.when_refused):
        said = "; ".join(filter(None, (fate, comes_back(steps))))
        yield from view.page.paragraph(Cell(said, "dim"))


def _delete_row(view: View, group: Group) -> Row:
    one = leaving(group)
    keys = [f"- {view.variants.tagged(ref)}" for ref in view.variants.sorted(one.keys)]
    skus = Items(keys, None if view.verbose else 8)
    return Row(
        "-",
        label(group.ref),
        view.names.get(group.ref, ""),
        (Cell(one.said),),
        place=one.cause,
        below=(
            *([skus] if one.keys else []),
            *(Cell(note, "dim") for note in one.notes),
            *([Cell(ARCHIVED, "dim")] if one.archived else []),
            *waiting(group.steps),
        ),
    )


def create_section(view: View) -> Iterator[str]:
    steps = view.steps("create")
    if not steps:
        return
    yield view.page.heading("Create", counts(step.ref for step in steps))
    rows = [_create_row(view, group) for group in grouped(steps)]
    yield from folded(view, rows)


def _create_row(view: View, group: Group) -> Row:
    own, variants = group.own, group.variants
    number = count(len(variants), "variant") if own else new_variants(len(variants))
    by = {step.ref: step for step in variants}
    skus = [_new_variant(view, by[ref]) for ref in view.variants.sorted(by)]
    notes = [note for step in group.steps[:1] for note in step.notes]
    below: list[Cell | Items] = []
    if skus:
        below.append(Items(skus, None if view.verbose else 2, "more (--verbose)"))
    below += [Cell(note, "dim") for note in notes]
    if view.verbose:
        told = [tuple(step.ref for step in variants)]
        below += change_lines(view, group, _is_told, written, told)
    return Row(
        "+",
        label(group.ref),
        view.names.get(group.ref, ""),
        (
            Cell(" ".join(base_prices(variants, view.base_currency, 1))),
            Cell(number if variants else ""),
        ),
        place=place(group.source),
        below=(*below, *waiting(group.steps)),
    )


def _new_variant(view: View, step: Step) -> str:
    if step.ref in view.variants.looks:
        return f"+ {view.variants.tagged(step.ref)}"
    values = [str(c.after) for c in step.changes if c.path[0] == "attributes"]
    return f"+ {step.ref.key}  {' '.join(values)}".rstrip()


def rename_section(view: View) -> Iterator[str]:
    steps = view.steps("rename")
    if not steps:
        return
    yield view.page.heading("Rename", counts(step.ref for step in steps))
    yield from folded(view, [_rename_row(view, step) for step in steps])


def _rename_row(view: View, step: Step) -> Row:
    change = step.changes[0]
    kind = "" if step.ref.kind == "product" else f"{step.ref.kind} "
    root = unit(step)
    return Row(
        ">",
        f"{kind}{change.before} → {change.after}",
        "",
        (Cell(view.names.get(root, "")),),
        place=place(step.source),
        below=(*(Cell(note, "dim") for note in step.notes), *waiting([step])),
    )


def _is_told(change: Change) -> bool:
    """What the row of a new object does not say already."""
    return not change.held and change.path[0] not in ("attributes", "name")
