"""Renames, applied as data before anything is compared.

A renamed object keeps its numeric id, so the old key must never look absent (a
delete) nor the new one missing (a create). Parents come first; children, references
and ledger rows are carried along.

| OLD live | new live |                                   |
|----------|----------|-----------------------------------|
| yes      | no       | rename in place                   |
| no       | yes      | done already                      |
| no       | no       | create, with a warning            |
| yes      | yes      | wait for another rename to free   |
|          |          | the new key, else refused         |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconcile.core.canonical import SEPARATOR
from reconcile.core.catalog import Catalog
from reconcile.core.kinds import KINDS, RANK
from reconcile.core.model import (
    Applied,
    Desired,
    Ledger,
    Live,
    Path,
    Ref,
    Snapshot,
    Value,
    Values,
)
from reconcile.core.steps import Change, Refusal, Step, Warned


@dataclass(slots=True)
class Renamed:
    """Live and ledger as they will be after the renames."""

    objects: dict[Ref, Live]
    ledger: dict[Ref, Applied]
    steps: list[Step] = field(default_factory=list)
    refused: dict[Ref, Refusal] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    blocked: set[Ref] = field(default_factory=set)
    """Keys, old and new, of refused renames: nothing else may act on them."""


def apply_renames(catalog: Catalog, live: Snapshot, ledger: Ledger) -> Renamed:
    """Live and ledger with every rename that can be done, done."""
    out = Renamed(dict(live.objects), dict(ledger))
    waiting = sorted(
        (d for d in catalog.objects.values() if d.renamed_from is not None),
        key=lambda d: (RANK[d.ref.kind], d.ref.key.count(SEPARATOR), d.ref),
    )
    while waiting:
        left = [desired for desired in waiting if not _settle(out, desired, live)]
        if len(left) == len(waiting):
            break
        waiting = left
    for desired in waiting:
        _both_present(out, desired, catalog)
    return out


def _settle(out: Renamed, desired: Desired, live: Snapshot) -> bool:
    """Handle one rename; False where it must wait for another."""
    old, new = _old(desired), desired.ref
    if old in live.ambiguous or new in live.ambiguous:
        out.blocked |= {old, new}
        return True
    before, after = out.objects.get(old), out.objects.get(new)
    if before and after:
        return False
    if before:
        out.steps.append(_step(desired, before, _followers(out, old)))
        _move(out, old, new, before.remote_id)
    elif after:
        row = out.ledger.get(old)
        if row and row.remote_id == after.remote_id and new not in out.ledger:
            _move_ledger(out, {old: new}, {row.remote_id})
    else:
        out.warnings.append(
            Warned(
                "renamed-from-nothing",
                str(new),
                f'renamed_from "{old.key}": Traede has no such {old.kind}; '
                "it is created",
            )
        )
    return True


def _both_present(out: Renamed, desired: Desired, catalog: Catalog) -> None:
    old, new = _old(desired), desired.ref
    row = out.ledger.get(new)
    if (
        row is not None
        and row.remote_id == out.objects[new].remote_id
        and old in catalog.objects
    ):
        return  # the last link of a chain that was renamed in an earlier run
    out.blocked |= {old, new}
    out.refused[new] = Refusal(
        f"rename:{new}",
        f'Traede has both "{old.key}" and "{new.key}"',
        "If they are two things, take `renamed_from` out and write both. If one is "
        "left over, remove it in Traede first.",
        desired.source.location,
    )


def _old(desired: Desired) -> Ref:
    return Ref(desired.ref.kind, desired.renamed_from or "")


def _step(desired: Desired, live: Live, followers: int) -> Step:
    kind = KINDS[desired.ref.kind]
    change = Change((kind.key_field,), desired.renamed_from, desired.ref.key)
    noun = "object follows" if followers == 1 else "objects follow"
    if kind.name in ("category", "collection"):
        noun = "style follows" if followers == 1 else "styles follow"
    return Step(
        "rename",
        desired.ref,
        (change,),
        desired.parent,
        live.remote_id,
        desired.source.location,
        notes=(f"{followers} {noun}",) if followers else (),
    )


def _followers(out: Renamed, old: Ref) -> int:
    """How many live objects refer to a key, and so show the new one at once."""
    return sum(
        old.key in (value if isinstance(value, list) else [value])
        for ref, live in out.objects.items()
        for _, value in _references(ref, live.values, {old: old})
    )


def _move(out: Renamed, old: Ref, new: Ref, remote_id: int) -> None:
    keys = {old: new}
    if old.kind == "category":
        start = old.key + SEPARATOR
        for ref in out.objects:
            if ref.kind == "category" and ref.key.startswith(start):
                keys[ref] = Ref("category", new.key + ref.key[len(old.key) :])
    ids = {out.objects[ref].remote_id for ref in keys} | {remote_id}
    for ref, moved in keys.items():
        live = out.objects.pop(ref)
        out.objects[moved] = replace(live, ref=moved)
    for ref, live in out.objects.items():
        parent = keys.get(live.parent) if live.parent else None
        values = _with_new_references(ref, live.values, keys)
        if parent or values is not live.values:
            out.objects[ref] = replace(
                live, parent=parent or live.parent, values=values
            )
    _move_ledger(out, keys, ids)


def _move_ledger(out: Renamed, keys: Mapping[Ref, Ref], ids: set[int]) -> None:
    for ref, moved in keys.items():
        row = out.ledger.get(ref)
        if row is not None and row.remote_id in ids and moved not in out.ledger:
            del out.ledger[ref]
            out.ledger[moved] = replace(row, ref=moved)
    for ref, row in out.ledger.items():
        parent = keys.get(row.parent) if row.parent else None
        sent = _with_new_references(ref, row.sent, keys)
        if parent or sent is not row.sent:
            out.ledger[ref] = replace(row, parent=parent or row.parent, sent=sent)


def _with_new_references(ref: Ref, values: Values, keys: Mapping[Ref, Ref]) -> Values:
    """Values in which references to renamed objects carry the new key."""
    changed: dict[Path, Value] = {}
    for path, value in _references(ref, values, keys):
        form = KINDS[ref.kind].fields[path[0]].form.value

        def new(key: str, form: str = form) -> str:
            return keys.get(Ref(form, key), Ref(form, key)).key  # type: ignore[arg-type]

        now = sorted(map(new, value)) if isinstance(value, list) else new(value)
        if now != value:
            changed[path] = now
    return {**values, **changed} if changed else values


def _references(
    ref: Ref, values: Values, keys: Mapping[Ref, Ref]
) -> Iterable[tuple[Path, Value]]:
    kinds = {old.kind for old in keys}
    for name, spec in KINDS[ref.kind].fields.items():
        if spec.form.value in kinds and values.get((name,)):
            yield (name,), values[name,]
