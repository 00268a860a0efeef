"""Deletes: by absence only what the ledger manages, under the same numeric id."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS
from reconcile.core.model import UNKNOWN, Desired, Live, Ref
from reconcile.core.planning.draft import Draft
from reconcile.core.steps import Change, Step, Warned
from reconcile.core.wire.read import CHILDREN


def plan_deletes(draft: Draft) -> None:
    """By absence: only what the ledger manages, under the same numeric id."""
    gone: dict[Ref, Live] = {}
    for ref, row in sorted(draft.renamed.ledger.items()):
        if ref in draft.whole or ref in draft.renamed.blocked or row.spent:
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
        staying = [
            v.ref
            for v in draft.variants.get(ref, ())
            if v.ref not in gone and ref.kind == "product" and not _retired(draft, v)
        ]
        moved = [v for v in staying if v in draft.whole]
        unmanaged = [v.key for v in staying if v not in draft.whole]
        if moved:
            _refuse_moved(draft, ref, moved)
            continue
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
        draft.steps[ref] = removal(draft, live, _cause(draft, ref), None)


def _refuse_moved(draft: Draft, product: Ref, variants: list[Ref]) -> None:
    keys = ", ".join(sorted(v.key for v in variants))
    parents = {draft.whole[v].parent for v in variants}
    names = ", ".join(sorted(p.key for p in parents if p))
    entries = [draft.whole[p].source.location for p in parents if p]
    where = f"at {entries[0].file}:{entries[0].line}" if len(entries) == 1 else "there"
    draft.refuse(
        f"delete:{product}",
        product,
        f"the catalog writes its variants under another product: {keys} under {names}",
        "Traede cannot move a variant. Is it the same product under a new item "
        "number? Then write `renamed_from: "
        f"{json.dumps(product.key, ensure_ascii=False)}` {where}.",
    )


def _cause(draft: Draft, ref: Ref) -> str:
    """Why something is not written any more, as far as the ledger knows."""
    row = draft.renamed.ledger[ref]
    above = draft.catalog.objects.get(row.parent) if row.parent else None
    source = above.source.location.file if above else row.source
    if not source:
        return "no longer in the catalog"
    gone = "entry" if source in draft.catalog.files else "file"
    return f"{gone} removed: {source}"


def _retired(draft: Draft, live: Live) -> bool:
    """Whether we archived it: it is ours, and goes with its product."""
    row = draft.renamed.ledger.get(live.ref)
    return row is not None and row.retired and row.remote_id == live.remote_id


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
    coming: dict[Ref, list[Step]] = defaultdict(list)
    for step in draft.steps.values():
        if step.ref.kind == "variant" and step.parent is not None:
            if step.action == "delete":
                leaving[step.parent].append(step)
            elif step.action == "create" and not step.held:
                coming[step.parent].append(step)
    for product, deletes in leaving.items():
        if len(draft.variants[product]) > len(deletes):
            continue
        if creates := coming[product]:
            needed = tuple(sorted(s.id for s in creates))
            for step in deletes:
                draft.steps[step.ref] = replace(step, requires=needed)
            continue
        for step in deletes:
            draft.refuse(
                step.id,
                step.ref,
                "it is the last variant of its product, and a product keeps one",
                _instead(draft, product),
            )


def _instead(draft: Draft, product: Ref) -> str:
    outside = draft.whole.keys() - draft.catalog.objects.keys()
    if any(draft.whole[ref].parent == product for ref in outside):
        return f"Plan all of the product: --only product:{product.key}"
    if product in draft.whole:
        return f"Delete the product {product.key} instead: take its entry out."
    return (
        f"Delete the product {product.key} instead: it has another key in Traede by "
        "now, so write it with `delete: true`."
    )


def keep_categories(draft: Draft) -> None:
    """Traede deletes the children too, and detaches every product (core-api.txt,
    "Delete a category"): only where all of that is ours and meant."""
    for step in [s for s in draft.steps.values() if s.ref.kind == "category"]:
        if step.action != "delete":
            continue
        start = step.ref.key + SEPARATOR
        children = {
            ref
            for ref in (*draft.renamed.objects, *draft.steps)
            if ref.kind == "category" and ref.key.startswith(start)
        }
        kept = [
            ref.key
            for ref in children
            if (s := draft.steps.get(ref)) is None or s.action != "delete"
        ]
        products = {
            ref
            for ref in (*draft.renamed.objects, *draft.catalog.objects)
            if ref.kind == "product"
        }
        holders = sorted(r.key for r in products if _stays_in(draft, r, step.ref))
        if (CHILDREN,) in draft.renamed.objects[step.ref].opened:
            reason = "Traede does not show what is below it, and that would go too"
        elif kept:
            reason = (
                f"it would take these categories with it: {', '.join(sorted(kept))}"
            )
        elif holders:
            some = ", ".join(holders[:5]) + ("…" if len(holders) > 5 else "")
            reason = f"products would lose it that are to stay in it: {some}"
        else:
            # What a product that cannot be written still has, is not taken from it.
            leaving = {s.id for r in products if (s := _leaves(draft, r, step.ref))}
            needed = {f"delete:{ref}" for ref in children} | leaving
            needed |= _deleted_products(draft, step.ref)
            draft.steps[step.ref] = replace(step, requires=tuple(sorted(needed)))
            continue
        draft.refuse(
            step.id,
            step.ref,
            reason,
            "Move them to another category first, in the catalog or in Traede.",
        )


def _stays_in(draft: Draft, product: Ref, category: Ref) -> bool:
    """Whether a product will have a category once everything else is written."""
    step, live = draft.steps.get(product), draft.renamed.objects.get(product)
    if step is not None and step.action == "delete":
        return False
    desired = draft.catalog.objects.get(product)
    if desired is not None and not desired.delete:
        wanted = desired.values.get(("categories",), UNKNOWN)
        if wanted is not UNKNOWN and category.key in (wanted or ()):
            return True
    now = live.at(("categories",)) if live else []
    has_it = now is UNKNOWN or category.key in (now or ())
    return has_it and _leaves(draft, product, category) is None


def _deleted_products(draft: Draft, category: Ref) -> set[str]:
    """The deletes of products in a category: one that fails leaves it there."""
    found = set()
    for step in draft.steps.values():
        live = draft.renamed.objects.get(step.ref)
        if step.ref.kind == "product" and step.action == "delete" and live:
            now = live.at(("categories",))
            if now is UNKNOWN or category.key in (now or ()):
                found.add(step.id)
    return found


def _leaves(draft: Draft, product: Ref, category: Ref) -> Step | None:
    """The step that takes a product out of a category, if there is one."""
    step = draft.steps.get(product)
    for change in step.written if step else ():
        if change.path == ("categories",) and category.key not in (change.after or ()):
            return step
    return None


def leave_deletes_out(draft: Draft) -> None:
    """With --no-delete nothing leaves the shop."""
    if not draft.options.no_delete:
        return
    left = [s for s in draft.steps.values() if s.action in ("delete", "archive")]
    for step in left:
        del draft.steps[step.ref]
    if left:
        deletes = "1 delete" if len(left) == 1 else f"{len(left)} deletes"
        draft.warnings.append(
            Warned("no-delete", "", f"{deletes} left out (--no-delete)")
        )
