"""Deletes: by absence only what the ledger manages, under the same numeric id."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS
from reconcile.core.model import UNKNOWN, Desired, Live, Ref
from reconcile.core.planning.draft import Draft
from reconcile.core.steps import Change, Step, Warned


def plan_deletes(draft: Draft) -> None:
    """By absence: only what the ledger manages, under the same numeric id."""
    gone: dict[Ref, Live] = {}
    for ref, row in sorted(draft.renamed.ledger.items()):
        if ref in draft.catalog.objects or ref in draft.renamed.blocked or row.spent:
            continue
        live = draft.renamed.objects.get(ref)
        if live is None:
            draft.forgotten.add(ref)
        elif live.remote_id == row.remote_id and not row.retired:
            gone[ref] = live
    for ref, live in gone.items():
        if ref.kind == "variant" and (
            live.parent in gone or live.parent in draft.tombstones
        ):
            continue
        unmanaged = [
            v.ref.key
            for v in draft.variants.get(ref, ())
            if v.ref not in gone and ref.kind == "product"
        ]
        if unmanaged:
            draft.refuse(
                f"delete:{ref}",
                ref,
                f"Traede has variants of it that this catalog does not manage: "
                f"{', '.join(sorted(unmanaged))}",
                "Take them into the catalog first, remove them in Traede, or write "
                "the product with `delete: true`: then they go with it.",
            )
            continue
        if KINDS[ref.kind].delete is None and live.values.get(("active",)) is False:
            continue
        draft.steps[ref] = removal(draft, live, "no longer in the catalog", None)


def removal(draft: Draft, live: Live, note: str, desired: Desired | None) -> Step:
    kind = KINDS[live.ref.kind]
    cascade = tuple(sorted(v.ref for v in draft.variants.get(live.ref, ())))
    changes: tuple[Change, ...] = ()
    if kind.delete is None:  # Traede cannot delete it: it is taken off sale
        changes = tuple(
            Change(path, live.at(path), value) for path, value in kind.retire().items()
        )
    return Step(
        "archive" if kind.delete is None else "delete",
        live.ref,
        changes,
        live.parent,
        live.remote_id,
        desired.source.location if desired else None,
        (),
        (note,),
        cascade if kind.name == "product" else (),
        draft.name(live.ref, live.parent),
    )


def keep_last_variants(draft: Draft) -> None:
    """A product keeps at least one variant (1000005); deletes come after creates."""
    leaving: dict[Ref, list[Step]] = defaultdict(list)
    for step in draft.steps.values():
        if step.ref.kind == "variant" and step.action == "delete" and step.parent:
            leaving[step.parent].append(step)
    for product, deletes in leaving.items():
        if len(draft.variants[product]) > len(deletes):
            continue
        creates = [
            s
            for s in draft.steps.values()
            if s.action == "create" and s.parent == product and not s.held
        ]
        if creates:
            needed = tuple(sorted(s.id for s in creates))
            for step in deletes:
                draft.steps[step.ref] = replace(step, requires=needed)
            continue
        for step in deletes:
            draft.refuse(
                step.id,
                step.ref,
                "it is the last variant of its product, and a product keeps one",
                f"Delete the product {product.key} instead: take its entry out.",
            )


def keep_categories(draft: Draft) -> None:
    """Traede deletes the children too, and detaches every product (core-api.txt,
    "Delete a category"): only where all of that is ours and meant."""
    for step in [s for s in draft.steps.values() if s.ref.kind == "category"]:
        if step.action != "delete":
            continue
        start = step.ref.key + SEPARATOR
        children = [
            ref
            for ref in draft.renamed.objects
            if ref.kind == "category" and ref.key.startswith(start)
        ]
        kept = [
            ref.key
            for ref in children
            if (s := draft.steps.get(ref)) is None or s.action != "delete"
        ]
        holders = sorted(
            live.ref.key
            for live in draft.renamed.objects.values()
            if live.ref.kind == "product" and _keeps_category(draft, live, step.ref)
        )
        if kept:
            reason = (
                f"it would take these categories with it: {', '.join(sorted(kept))}"
            )
        elif holders:
            some = ", ".join(holders[:5]) + ("…" if len(holders) > 5 else "")
            reason = (
                f"{len(holders)} products in Traede are in it whose categories the "
                f"catalog does not manage: {some}"
            )
        else:
            needed = tuple(
                sorted(f"delete:{ref}" for ref in children if ref in draft.steps)
            )
            draft.steps[step.ref] = replace(step, requires=needed)
            continue
        draft.refuse(
            step.id,
            step.ref,
            reason,
            "Move them to another category first, in the catalog or in Traede.",
        )


def _keeps_category(draft: Draft, live: Live, category: Ref) -> bool:
    now = live.at(("categories",))
    if now is not UNKNOWN and category.key not in (now or ()):
        return False
    leaving = draft.steps.get(live.ref)
    if leaving is not None and leaving.action == "delete":
        return False
    desired = draft.catalog.objects.get(live.ref)
    wanted = desired.values.get(("categories",), UNKNOWN) if desired else UNKNOWN
    return wanted is UNKNOWN or category.key in (wanted or ())


def leave_deletes_out(draft: Draft) -> None:
    """With --no-delete nothing leaves the shop."""
    if not draft.options.no_delete:
        return
    left = [s for s in draft.steps.values() if s.action in ("delete", "archive")]
    for step in left:
        del draft.steps[step.ref]
    if left:
        draft.warnings.append(
            Warned("no-delete", "", f"{len(left)} deletes left out (--no-delete)")
        )
