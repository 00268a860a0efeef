"""What Traede would not take as it stands, and what depends on that."""

from __future__ import annotations

import json
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconcile.core.canonical import SEPARATOR, fold
from reconcile.core.kinds import KINDS, Form
from reconcile.core.model import MISSING, Desired, Live, Ref
from reconcile.core.planning.draft import Draft
from reconcile.core.steps import Step, unit


def refuse_other_spellings(draft: Draft) -> None:
    """Nothing is created beside an object whose key differs only by capitals or
    spaces: Traede may take the two for one (E-1), and change what is not meant."""
    creates = {
        (step.ref.kind, fold(step.ref.key)): step
        for step in draft.steps.values()
        if step.action == "create"
    }
    if not creates:
        return
    for ref in sorted(draft.renamed.objects):
        step = creates.get((ref.kind, fold(ref.key)))
        if step is None or step.held:
            continue
        for other in (step, draft.steps.get(ref)):
            if other is not None and other.action in ("create", "delete", "archive"):
                draft.refuse(
                    other.id,
                    other.ref,
                    f'"{step.ref.key}" differs only by capitals or spaces from '
                    f'"{ref.key}", which Traede has',
                    f'If it is the same one, write "{ref.key}", or `renamed_from: '
                    f"{_quoted(ref.key)}` to change its name.",
                )


def refuse_category_moves(draft: Draft) -> None:
    """Traede cannot put a category under another parent (E-6). A new one of the same
    name while the old goes is most likely meant as that, and would lose its products
    for as long as they are not written."""
    gone: dict[str, list[Step]] = defaultdict(list)
    for step in draft.steps.values():
        by_absence = step.action == "delete" and step.ref not in draft.tombstones
        if step.ref.kind == "category" and by_absence:
            gone[fold(_last_name(step.ref))].append(step)
    for step in list(draft.steps.values()) if gone else ():
        if step.ref.kind != "category" or step.action != "create":
            continue
        for old in gone.get(fold(_last_name(step.ref)), ()):
            if _refuse_with_parents(draft, old, step):
                continue
            reason = (
                f'it looks like "{old.ref.key}" is to become "{step.ref.key}", and '
                "Traede cannot move a category"
            )
            hint = (
                f"Put the old entry back and type: reconcile rename category "
                f"{shlex.quote(old.ref.key)} {shlex.quote(step.ref.key)} (it writes "
                "the steps). If they are two things, write the old one with `delete: "
                "true`."
            )
            for each in (step, old):
                draft.refuse(each.id, each.ref, reason, hint)


def _refuse_with_parents(draft: Draft, old: Step, new: Step) -> bool:
    """Where the categories above go and come too, it is they that have a new name."""
    was = draft.steps.get(old.parent) if old.parent else None
    now = draft.steps.get(new.parent) if new.parent else None
    if was is None or now is None or now.source is None:
        return False
    if was.action != "delete" or now.action != "create":
        return False
    reason = f'it looks like "{was.ref.key}" is to become "{now.ref.key}"'
    hint = (
        f"If it is, write `renamed_from: {_quoted(_last_name(was.ref))}` at "
        f"{now.source.file}:{now.source.line}: what is below it comes along. If they "
        "are two things, write the old one with `delete: true`."
    )
    for each in (old, new, was, now):
        draft.refuse(each.id, each.ref, reason, hint)
    return True


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _last_name(category: Ref) -> str:
    return category.key.rsplit(SEPARATOR, maxsplit=1)[-1]


def refuse_empty_products(draft: Draft) -> None:
    """A product is not created without a variant (sync-products.txt): where none of
    its own can be, it cannot either."""
    coming = {
        step.parent
        for step in draft.steps.values()
        if step.ref.kind == "variant" and step.action == "create"
    }
    for step in list(draft.steps.values()):
        if (
            step.ref.kind == "product"
            and step.action == "create"
            and step.ref not in coming
        ):
            draft.refuse(
                step.id,
                step.ref,
                "none of its variants can be created, and a product needs one",
                "Settle what is said of its variants first.",
            )


def order_combinations(draft: Draft) -> None:
    """No attribute combination is held twice at any moment (1000007)."""
    by_product: dict[Ref, list[Step]] = defaultdict(list)
    for step in draft.steps.values():
        if step.ref.kind == "variant" and step.parent is not None:
            by_product[step.parent].append(step)
    for product, steps in by_product.items():
        holders = {_combination(v, None): v.ref for v in draft.variants[product]}
        for step in steps:
            desired = draft.catalog.objects.get(step.ref)
            if step.action == "delete" or desired is None:
                continue
            target = _combination(draft.renamed.objects.get(step.ref), desired)
            holder = holders.get(target)
            if holder is None or holder == step.ref or not target or step.held:
                continue
            other = draft.steps.get(holder)
            if other is not None and _frees(draft, other, target):
                draft.steps[step.ref] = replace(
                    step, requires=(*step.requires, other.id)
                )
                continue
            text = ", ".join(f"{name} {value}" for name, value in target)
            draft.refuse(
                step.id,
                step.ref,
                f"{holder.key} is {text} in Traede already",
                f"Give {holder.key} other attributes in the same change, or delete it.",
            )
    _refuse_cycles(draft)


def _combination(
    live: Live | None, desired: Desired | None
) -> tuple[tuple[str, str], ...]:
    own: dict[str, str] = {}
    for side in (live, desired):
        if side is not None:
            own |= {p[1]: v for p, v in side.values.items() if p[0] == "attributes"}
    return tuple(sorted(own.items()))


def _frees(draft: Draft, step: Step, combination: tuple[tuple[str, str], ...]) -> bool:
    if step.action == "delete":
        return True
    desired = draft.catalog.objects.get(step.ref)
    live = draft.renamed.objects.get(step.ref)
    changing = any(c.path[0] == "attributes" for c in step.written)
    return changing and _combination(live, desired) != combination


def _refuse_cycles(draft: Draft) -> None:
    by_id = {step.id: step for step in draft.steps.values()}
    stuck = [s for s in by_id.values() if _needs_itself(s, by_id)]
    for step in stuck:
        trading = [one for one in stuck if unit(one) == unit(step)]
        trades = ", ".join(_trade(one) for one in trading)
        hint = (
            "A mistake? Put them back. Meant? Traede holds no combination twice, so a "
            "swap takes two changes: give one of them attributes that are free, apply, "
            "then write what you want. Until then nothing else of them is written."
        )
        if step.action in ("create", "delete"):
            hint = _same_variant(step, stuck)
        draft.refuse(step.id, step.ref, f"they trade places: {trades}", hint)


def _trade(step: Step) -> str:
    """`cap-s S → M`."""
    sides = [
        f"{change.before} → {change.after}"
        for change in step.written
        if change.path[0] == "attributes" and change.before is not MISSING
    ]
    return " ".join([step.ref.key, ", ".join(sides)]).strip()


def _same_variant(step: Step, stuck: list[Step]) -> str:
    """The line that makes one variant of a create and the delete that it waits for."""
    for new in stuck:
        for old in stuck:
            pair = new.action == "create" and old.action == "delete"
            if pair and step in (new, old) and old.id in new.requires and new.source:
                return (
                    "If it is the same variant under a new SKU, write `renamed_from: "
                    f"{_quoted(old.ref.key)}` at "
                    f"{new.source.file}:{new.source.line}."
                )
    return "Write other attributes for one of them, apply, and then what you want."


def _needs_itself(step: Step, by_id: Mapping[str, Step]) -> bool:
    seen: set[str] = set()
    waiting = list(step.requires)
    while waiting:
        needed = waiting.pop()
        if needed == step.id:
            return True
        if needed not in seen and needed in by_id:
            seen.add(needed)
            waiting += by_id[needed].requires
    return False


def resolve_references(draft: Draft) -> None:
    """Each step requires what it refers to; where nothing declares it, live does."""
    renamed = {step.ref for step in draft.renamed.steps}
    for step in list(draft.steps.values()):
        desired = draft.catalog.objects.get(step.ref)
        if desired is None or step.action == "delete":
            continue
        needed: list[str] = []
        for ref in _referred(desired):
            maker = draft.steps.get(ref)
            if maker is not None and maker.action == "create":
                needed.append(maker.id)
            elif ref in renamed:
                needed.append(f"rename:{ref}")
            elif ref not in draft.renamed.objects:
                if not step.held:
                    _refuse_reference(draft, step, ref)
                break
        else:
            if needed and step.ref in draft.steps:
                requires = tuple(dict.fromkeys((*step.requires, *needed)))
                draft.steps[step.ref] = replace(step, requires=requires)


def _refuse_reference(draft: Draft, step: Step, ref: Ref) -> None:
    refused = draft.refused.get(ref)
    why = f" ({refused.reason})" if refused else ""
    draft.refuse(
        step.id,
        step.ref,
        f'it needs the {ref.kind} "{ref.key}", which Traede does not have{why}',
        "Settle that first."
        if refused
        else f"Write it under `{KINDS[ref.kind].plural}:`, or correct the reference.",
    )


def _referred(desired: Desired) -> Iterator[Ref]:
    if desired.parent is not None:
        yield desired.parent
    for path, value in sorted(desired.values.items()):
        form = KINDS[desired.ref.kind].fields[path[0]].form
        if form in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER):
            for key in value if isinstance(value, list) else [value]:
                if key is not None:
                    yield Ref(form.value, key)  # type: ignore[arg-type]


def stop_dependents(draft: Draft) -> None:
    """What requires a step that will not be written is not written either; what is
    held may wait for what is held."""
    while True:
        planned = {step.id for step in (*draft.steps.values(), *draft.renamed.steps)}
        held_ids = {s.id for s in draft.steps.values() if s.held}
        stopped = [
            (step, needed)
            for step in draft.steps.values()
            for needed in step.requires
            if needed not in planned or (needed in held_ids and not step.held)
        ]
        if not stopped:
            return
        for step, needed in stopped:
            action, _, rest = needed.partition(":")
            kind, _, key = rest.partition(":")
            held = needed in held_ids
            draft.refuse(
                step.id,
                step.ref,
                f"it needs the {action} of {kind} {key}, which is "
                + ("held: it was deleted in Traede" if held else "refused"),
                "Put it back with `reconcile apply --write-drift`, or take this out."
                if held
                else "Settle that first.",
            )
