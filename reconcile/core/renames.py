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

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.catalog import Catalog
from reconcile.core.kinds import KINDS, RANK, Field
from reconcile.core.model import (
    Applied,
    Desired,
    KindName,
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


@dataclass(slots=True)
class _Names:
    """What each old name became. Renames are many and so are references: all are
    noted first, and then carried into everything that refers in one pass."""

    now: dict[Ref, Ref] = field(default_factory=dict)
    first: dict[Ref, list[Ref]] = field(default_factory=dict)
    """What a name of now was called before: the other way round."""

    def move(self, old: Ref, new: Ref) -> None:
        """Whatever has the name `old` by now, has the name `new`."""
        befores = self.first.pop(old, [])
        if old not in self.now:
            befores.append(old)
        for before in befores:
            self.now[before] = new
        self.first.setdefault(new, []).extend(befores)


@dataclass(slots=True)
class _Moving:
    """The renames while they are being settled, one after the other."""

    out: Renamed
    live: Snapshot
    followers: Mapping[Ref, int]
    """How many live objects refer to a key, and so show the new one at once."""
    live_names: _Names = field(default_factory=_Names)
    ledger_names: _Names = field(default_factory=_Names)
    freed: dict[Ref, str] = field(default_factory=dict)
    """The step that takes a key away from its holder: in a chain the next rename needs
    that key free."""
    by_id: Mapping[tuple[KindName, int], Ref] = field(default_factory=dict)
    """What each has been called in Traede, before any rename."""

    def parent_of(self, live: Live) -> Ref | None:
        """By its name of now."""
        return (
            self.live_names.now.get(live.parent, live.parent) if live.parent else None
        )

    def renamed_by_hand(self, ref: Ref) -> Ref | None:
        """The key in Traede of something that we know by another one."""
        row = self.out.ledger.get(ref)
        known = row is not None and not row.spent
        return self.by_id.get((ref.kind, row.remote_id)) if row and known else None


def apply_renames(catalog: Catalog, live: Snapshot, ledger: Ledger) -> Renamed:
    """Live and ledger with every rename that can be done, done."""
    out = Renamed(dict(live.objects), dict(ledger))
    moving = _Moving(out, live, _followers(live))
    waiting = sorted(
        (d for d in catalog.objects.values() if d.renamed_from is not None),
        key=lambda d: (RANK[d.ref.kind], d.ref.key.count(SEPARATOR), d.ref),
    )
    if waiting:
        moving.by_id = {(r.kind, one.remote_id): r for r, one in live.objects.items()}
    while waiting:
        left = [desired for desired in waiting if not _settle(moving, desired)]
        if len(left) == len(waiting):
            break
        waiting = left
    for desired in waiting:
        if out.objects.get(desired.ref):
            _both_present(out, desired, catalog)
        else:
            _elsewhere(moving, desired)
    _follow_by_id(moving, catalog)
    _carry(out.objects, moving.live_names)
    _carry_rows(out.ledger, moving.ledger_names)
    return out


def _settle(moving: _Moving, desired: Desired) -> bool:
    """Handle one rename; False where it must wait for another."""
    out, ambiguous = moving.out, moving.live.ambiguous
    old, new = _old(desired), desired.ref
    if old in ambiguous or new in ambiguous:
        out.blocked |= {old, new}
        return True
    before, after = out.objects.get(old), out.objects.get(new)
    if before and (after or moving.parent_of(before) != desired.parent):
        return False
    if before:
        befores = moving.live_names.first.get(old, [old])
        followers = sum(moving.followers.get(ref, 0) for ref in befores)
        step = _step(desired, before, followers)
        out.steps.append(replace(step, requires=_needed(moving, new)))
        moving.freed[old] = step.id
        _move(moving, old, new, before.remote_id)
    elif after:
        row = out.ledger.get(old)
        if row and row.remote_id == after.remote_id and new not in out.ledger:
            _move_rows(moving, {old: new}, {row.remote_id})
    elif moving.renamed_by_hand(old):  # the row keeps its id, for all to see that
        _move_rows(moving, {old: new}, {out.ledger[old].remote_id})
    elif not moving.renamed_by_hand(new):
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
    _refuse(
        out,
        desired,
        f'Traede has both "{old.key}" and "{new.key}"',
        "If they are two things, take `renamed_from` out and write both. If one is "
        "left over, remove it in Traede first.",
    )


def _elsewhere(moving: _Moving, desired: Desired) -> None:
    """A variant that would have to go to another product."""
    out, old = moving.out, _old(desired)
    parent = moving.parent_of(out.objects[old])
    if desired.parent in out.refused:
        reason = f"it waits for its product {desired.parent.key}"
        _refuse(out, desired, reason, "Settle that first.")
        return
    _refuse(
        out,
        desired,
        f'in Traede "{old.key}" belongs to product {parent.key if parent else "?"}',
        "Traede cannot move a variant. Write it under that product; or take "
        "`renamed_from` out, and a new one comes, to which no order belongs.",
    )


def _refuse(out: Renamed, desired: Desired, reason: str, hint: str) -> None:
    new = desired.ref
    out.blocked |= {_old(desired), new}
    source = desired.source.location
    out.refused[new] = Refusal(f"rename:{new}", reason, hint, source)


def _follow_by_id(moving: _Moving, catalog: Catalog) -> None:
    """Somebody renamed it in Traede, and the catalog follows: it is the same object, so
    what is known of it stays known."""
    out = moving.out
    gone = [
        row
        for ref, row in out.ledger.items()
        if ref not in out.objects and ref not in catalog.objects and not row.spent
    ]
    by_id = {(r.kind, x.remote_id): r for r, x in out.objects.items()} if gone else {}
    for row in gone:
        now = by_id.get((row.ref.kind, row.remote_id))
        if now in catalog.objects and now not in out.ledger and now is not None:
            _move_rows(moving, {row.ref: now}, {row.remote_id})


def _old(desired: Desired) -> Ref:
    return Ref(desired.ref.kind, desired.renamed_from or "")


def _needed(moving: _Moving, new: Ref) -> tuple[str, ...]:
    return (moving.freed[new],) if new in moving.freed else ()


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


def _followers(live: Snapshot) -> Mapping[Ref, int]:
    found: Counter[Ref] = Counter()
    for ref, one in live.objects.items():
        keys = {
            Ref(spec.form.value, key)  # type: ignore[arg-type]
            for _, spec, value in _references(ref, one.values)
            for key in (value if isinstance(value, list) else [value])
        }
        # What is below a category shows the new name of it, too.
        found.update({above for key in keys for above in _and_above(key)})
    return found


def _and_above(ref: Ref) -> Iterator[Ref]:
    yield ref
    if ref.kind == "category":
        parts = ref.key.split(SEPARATOR)
        for end in range(1, len(parts)):
            yield Ref("category", SEPARATOR.join(parts[:end]))


def _move(moving: _Moving, old: Ref, new: Ref, remote_id: int) -> None:
    objects = moving.out.objects
    keys = {old: new}
    if old.kind == "category":
        start = old.key + SEPARATOR
        for ref in objects:
            if ref.kind == "category" and ref.key.startswith(start):
                keys[ref] = Ref("category", new.key + ref.key[len(old.key) :])
    ids = {objects[ref].remote_id for ref in keys} | {remote_id}
    for ref, moved in keys.items():
        objects[moved] = replace(objects.pop(ref), ref=moved)
        moving.live_names.move(ref, moved)
    _move_rows(moving, keys, ids)


def _move_rows(moving: _Moving, keys: Mapping[Ref, Ref], ids: set[int]) -> None:
    ledger = moving.out.ledger
    for ref, moved in keys.items():
        row = ledger.get(ref)
        if row is not None and row.remote_id in ids and moved not in ledger:
            del ledger[ref]
            ledger[moved] = replace(row, ref=moved)
        moving.ledger_names.move(ref, moved)


def _carry(objects: dict[Ref, Live], names: _Names) -> None:
    """Let parents and references of live objects have the new keys."""
    for ref, live in objects.items() if names.now else ():
        parent = names.now.get(live.parent) if live.parent else None
        values = _with_new_references(ref, live.values, names.now)
        if parent or values is not live.values:
            objects[ref] = replace(live, parent=parent or live.parent, values=values)


def _carry_rows(ledger: dict[Ref, Applied], names: _Names) -> None:
    for ref, row in ledger.items() if names.now else ():
        parent = names.now.get(row.parent) if row.parent else None
        sent = _with_new_references(ref, row.sent, names.now)
        if parent or sent is not row.sent:
            ledger[ref] = replace(row, parent=parent or row.parent, sent=sent)


def _with_new_references(ref: Ref, values: Values, keys: Mapping[Ref, Ref]) -> Values:
    """Values in which references to renamed objects carry the new key."""
    changed: dict[Path, Value] = {}
    for path, spec, value in _references(ref, values):
        kind: KindName = spec.form.value  # type: ignore[assignment]

        def new(key: str, kind: KindName = kind) -> str:
            return keys.get(Ref(kind, key), Ref(kind, key)).key

        now = sorted(map(new, value)) if isinstance(value, list) else new(value)
        if now != value:
            changed[path] = now
    return {**values, **changed} if changed else values


def _references(ref: Ref, values: Values) -> Iterator[tuple[Path, Field, Value]]:
    for spec in _REFERRING[ref.kind]:
        if value := values.get((spec.name,)):
            yield (spec.name,), spec, value


_REFERRING: Final[Mapping[KindName, Sequence[Field]]] = {
    kind.name: [spec for spec in kind.fields.values() if spec.form.value in KINDS]
    for kind in KINDS.values()
}
"""The fields that name other objects."""
