"""Creates, updates and revivals: what each entry of the catalog asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconcile.core.diff import compare, creation, staying_entries
from reconcile.core.kinds import KINDS, Clear, Shape
from reconcile.core.ledger import released
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    KindName,
    Live,
    Ref,
    Value,
)
from reconcile.core.planning.draft import Draft
from reconcile.core.planning.removals import removal
from reconcile.core.steps import Cause, Change, Warned
from reconcile.core.wire.read import CHILDREN


def plan_object(
    draft: Draft, desired: Desired, by_id: Mapping[tuple[KindName, int], Ref]
) -> None:
    ref = desired.ref
    if ref in draft.live.ambiguous:
        ids = ", ".join(map(str, draft.live.ambiguous[ref]))
        draft.refuse(
            f"update:{ref}",
            ref,
            f"several {KINDS[ref.kind].plural} in Traede share this key (ids {ids})",
            "Rename one of them in Traede, or take this entry out.",
        )
        return
    if ref in draft.renamed.blocked or _goes_with_product(draft, desired):
        return
    live = draft.renamed.objects.get(ref)
    row = draft.renamed.ledger.get(ref)
    if desired.delete:
        if live is not None and not (row and _done(row, live)):
            draft.tombstones.add(ref)
            where = desired.source.location
            note = f"`delete: true` in {where.file}:{where.line}"
            draft.steps[ref] = removal(draft, live, note, desired)
        return
    if row is not None and row.spent:
        row = None
    if live is None:
        _plan_create(draft, desired, row, by_id)
    else:
        _plan_update(draft, desired, live, row)


def _done(tombstone: Applied, live: Live) -> bool:
    """Whether it has deleted already, or done what Traede lets it do instead."""
    archived = tombstone.retired and tombstone.remote_id == live.remote_id
    return tombstone.spent or archived


def _goes_with_product(draft: Draft, desired: Desired) -> bool:
    """Variants written under a product with `delete: true` go with it."""
    parent = draft.catalog.objects.get(desired.parent) if desired.parent else None
    return desired.ref.kind == "variant" and parent is not None and parent.delete


def _plan_create(
    draft: Draft,
    desired: Desired,
    row: Applied | None,
    by_id: Mapping[tuple[KindName, int], Ref],
) -> None:
    ref = desired.ref
    again = row is not None and not row.retired
    if row is not None and (now := by_id.get((ref.kind, row.remote_id))):
        draft.refuse(
            f"create:{ref}",
            ref,
            f'somebody renamed it in Traede: it is "{now.key}" there now',
            f'Keep the new name: write "{now.key}" here. Change it: write '
            f"`renamed_from: {json.dumps(now.key, ensure_ascii=False)}`.",
        )
        return
    if _hidden(draft, desired):
        draft.refuse(
            f"create:{ref}",
            ref,
            "Traede does not show what is below its categories, so nobody can tell "
            "whether it is there",
            "Let `traede: {includes: {categories: [children]}}` work (`reconcile "
            "doctor` tells), or create it in Traede.",
        )
        return
    lacking = list(_lacking(draft, desired))
    if lacking:
        draft.refuse(
            f"create:{ref}",
            ref,
            f"it is not in Traede yet, and a new {ref.kind} needs "
            + " and ".join(lacking),
            "Write " + " and ".join(lacking) + ".",
        )
        return
    cause: Cause = "drift" if again else "catalog"
    changes = _hold(draft, creation(desired, cause))
    if not changes:  # a category is nothing but its name
        changes = _hold(
            draft,
            (Change((KINDS[ref.kind].key_field,), None, ref.key, cause=cause),),
        )
    notes = ("deleted in Traede since the last apply",) if again else ()
    draft.add("create", desired, None, changes, notes)


def _hidden(draft: Draft, desired: Desired) -> bool:
    """Whether a sub category may be there unseen (E-2): unknown is not absent."""
    above = draft.renamed.objects.get(desired.parent) if desired.parent else None
    return above is not None and (CHILDREN,) in above.opened


def _lacking(draft: Draft, desired: Desired) -> Iterator[str]:
    """What a create demands and the catalog does not say."""
    kind = KINDS[desired.ref.kind]
    written = {path[0] for path, value in desired.values.items() if value is not None}
    for spec in kind.fields.values():
        if spec.required and spec.name not in written:
            yield f"`{spec.name}`"
    if kind.name == "variant":
        # core-api.txt: every variant has a price in the base currency (1000014).
        base = draft.config.base_currency
        if desired.values.get(("prices", base, "sales_price")) is None:
            yield f"`prices: {{{base}: {{sales_price: …}}}}`"
    if kind.name == "product" and desired.ref not in draft.with_variants:
        yield "at least one of `variants`"


def _plan_update(
    draft: Draft, desired: Desired, live: Live, row: Applied | None
) -> None:
    ref = desired.ref
    if ref.kind == "variant" and live.parent != desired.parent:
        if desired.parent in draft.refused:
            draft.refuse(
                f"update:{ref}",
                ref,
                f"it waits for its product {desired.parent.key}",
                "Settle that first.",
            )
            return
        draft.refuse(
            f"update:{ref}",
            ref,
            f"in Traede this SKU belongs to product "
            f"{live.parent.key if live.parent else '?'}",
            "Traede cannot move a variant. Write it under that product, or give this "
            "one another SKU.",
        )
        return
    if row is not None and row.remote_id != live.remote_id:
        draft.warnings.append(
            Warned(
                "another-id",
                str(ref),
                f"it was deleted and made again in Traede (id {row.remote_id}, now "
                f"{live.remote_id}): what was applied before is unknown",
            )
        )
        row = None
    changes = compare(desired, live, row, draft.seal)
    new_names = [
        c.path[1]
        for c in changes
        if c.path[0] == "attributes" and not c.before and c.before is not None
    ]
    if new_names:
        draft.refuse(
            f"update:{ref}",
            ref,
            f"Traede's variants of this product have no attribute "
            f"{', '.join(new_names)}",
            "Attribute names cannot change in Traede. Keep the old names, or write a "
            "new product.",
        )
        return
    for currency in _without_sales_price(desired, live):
        draft.refuse(
            f"update:{ref}",
            ref,
            f"it has no {currency} price in Traede yet, and a new price needs "
            "`sales_price`",
            f"Write prices: {{{currency}: {{sales_price: …}}}}.",
        )
        return
    _warn_released(draft, desired, row)
    _warn_staying(draft, desired, live, row)
    if row is not None and row.retired:
        changes = (*_hold(draft, changes), *_revival(desired, live, row, changes))
        draft.add("revive", desired, live, changes)
        return
    changes = _hold(draft, changes)
    if changes:
        notes = tuple(_add_only_notes(desired, changes))
        draft.add("update", desired, live, changes, notes)
    if all(change.held for change in changes):
        draft.unchanged.add(ref)


def _without_sales_price(desired: Desired, live: Live) -> list[str]:
    """Currencies that live lacks and for which only other members are written."""
    currencies = {path[1] for path in desired.values if path[0] == "prices"}
    members = (("prices", currency, "sales_price") for currency in sorted(currencies))
    return [
        path[1]
        for path in members
        if live.at(path) is MISSING and desired.values.get(path) is None
    ]


def _revival(
    desired: Desired, live: Live, row: Applied, changes: tuple[Change, ...]
) -> Iterator[Change]:
    planned = {change.path for change in changes}
    for path, value in KINDS[desired.ref.kind].revive().items():
        if path in desired.values or path in planned:
            continue
        now = live.at(path)
        before = row.sent.get(path, UNKNOWN) if now is UNKNOWN else now
        if before != value:
            basis = _basis(now, before)
            yield Change(path, before, value, basis)  # type: ignore[arg-type]


def _basis(now: Value, before: Value) -> str:
    if now is not UNKNOWN:
        return "live"
    return "unknown" if before is UNKNOWN else "applied"


def _add_only_notes(desired: Desired, changes: tuple[Change, ...]) -> Iterator[str]:
    for change in changes:
        spec = KINDS[desired.ref.kind].fields[change.path[0]]
        gone = (
            set(change.before) - set(change.after)
            if isinstance(change.before, list)
            and isinstance(change.after, list)
            and spec.add_only
            else ()
        )
        if gone:
            yield (
                f"Traede's documents name no way to take {spec.name} away: "
                f"{', '.join(sorted(gone))} may stay"
            )
        if spec.event:
            yield f"{spec.name}: only new ones are sent; Traede cannot remove any"


def _warn_released(draft: Draft, desired: Desired, row: Applied | None) -> None:
    names = sorted({path[0] for path in released(desired, row)})
    names += _entries_let_go(desired, row)
    if names:
        draft.warnings.append(
            Warned(
                "released",
                str(desired.ref),
                f"{', '.join(names)} no longer written: left as it is in Traede, and "
                "not managed from now on",
            )
        )


def _entries_let_go(desired: Desired, row: Applied | None) -> list[str]:
    """Currencies, locales and the like, once applied: Traede cannot take one away."""
    fields = KINDS[desired.ref.kind].fields
    written = {path[:n] for path in desired.values for n in (1, 2)}
    gone = {
        path[:2]
        for path in (row.sent if row else ())
        if path[:1] in written
        and path[:2] not in written
        and fields[path[0]].shape is Shape.KEYED
        and fields[path[0]].clear is Clear.NEVER
    }
    return [" ".join(path) for path in sorted(gone)]


def _warn_staying(
    draft: Draft, desired: Desired, live: Live, row: Applied | None
) -> None:
    names = {name for name, _ in staying_entries(desired, live, row, draft.seal)}
    for name in sorted(names):
        draft.warnings.append(
            Warned(
                "address-stays",
                str(desired.ref),
                f"some of its {name} are no longer written and stay in Traede: taking "
                "one away replaces all, and not all that Traede has are known to be "
                "ours",
            )
        )


def _hold(draft: Draft, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """A change of cause drift or both is somebody's: held unless they say so."""
    if draft.options.write_drift or draft.config.drift == "write":
        return changes
    return tuple(
        replace(change, held=True) if change.cause != "catalog" else change
        for change in changes
    )
