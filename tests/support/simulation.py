"""What a plan does to Traede, on paper: `simulate` is the laws' own little Traede.

It takes each step at its word and shares no code with planner, renames or apply.
"""

from __future__ import annotations

from dataclasses import replace

from support.builders import live_of

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS, Shape
from reconcile.core.model import UNKNOWN, Desired, Live, Ref, Snapshot
from reconcile.core.problems import At, Location
from reconcile.core.steps import Plan, Step


def simulate(plan: Plan, live: Snapshot) -> Snapshot:
    """Traede after every step that is not held."""
    objects = dict(live.objects)
    for step in plan.to_do:
        _ACTIONS[step.action](objects, step)
    return replace(live, objects=objects)


def _rename(objects: dict[Ref, Live], step: Step) -> None:
    found = _by_id(objects, step)
    old, new = found.ref, step.ref
    _move(objects, old, new)
    start = old.key + SEPARATOR
    for ref in [r for r in objects if r.kind == "category" and r.key.startswith(start)]:
        if old.kind == "category":
            _move(objects, ref, Ref("category", new.key + ref.key[len(old.key) :]))


def _move(objects: dict[Ref, Live], old: Ref, new: Ref) -> None:
    assert new not in objects, f"{new} is taken"
    objects[new] = replace(objects.pop(old), ref=new)
    for ref, one in list(objects.items()):
        values = dict(one.values)
        for name, field in KINDS[ref.kind].fields.items():
            value = values.get((name,))
            if field.form.value != old.kind or not value:
                continue
            if isinstance(value, list):
                values[name,] = sorted(new.key if v == old.key else v for v in value)
            elif value == old.key:
                values[name,] = new.key
        parent = new if one.parent == old else one.parent
        objects[ref] = replace(one, parent=parent, values=values)


def _create(objects: dict[Ref, Live], step: Step) -> None:
    assert step.ref not in objects
    assert step.parent is None or step.parent in objects, f"{step.id} has no parent"
    fields = KINDS[step.ref.kind].fields
    values = {c.path: c.after for c in step.written if c.path[0] in fields}
    made = Desired(step.ref, At(Location("", 1, 1)), values, step.parent)
    ids = [one.remote_id for one in objects.values()]
    objects[step.ref] = live_of(made, max(ids, default=0) + 1001)


def _update(objects: dict[Ref, Live], step: Step) -> None:
    found = _by_id(objects, step)
    fields = KINDS[step.ref.kind].fields
    values, opened = dict(found.values), set(found.opened)
    for change in step.written:
        if fields[change.path[0]].event or found.at(change.path) is UNKNOWN:
            continue
        values[change.path] = change.after
        if fields[change.path[0]].shape is Shape.KEYED:
            opened.add(change.path[:2])
    objects[step.ref] = replace(found, values=values, opened=frozenset(opened))


def _delete(objects: dict[Ref, Live], step: Step) -> None:
    found = _by_id(objects, step)
    gone = {found.ref, *step.cascade}
    left = {ref for ref, one in objects.items() if one.parent == found.ref} - gone
    assert not left, f"{step.id} takes {left} with it"
    for ref in gone:
        objects.pop(ref)
    if found.ref.kind == "category":
        for ref, one in list(objects.items()):
            held = one.values.get(("categories",))
            if held:
                kept = [key for key in held if key != found.ref.key]
                values = {**one.values, ("categories",): kept}
                objects[ref] = replace(one, values=values)


def _by_id(objects: dict[Ref, Live], step: Step) -> Live:
    return next(
        one
        for one in objects.values()
        if (one.ref.kind, one.remote_id) == (step.ref.kind, step.remote_id)
    )


_ACTIONS = {
    "rename": _rename,
    "create": _create,
    "update": _update,
    "revive": _update,
    "archive": _update,
    "delete": _delete,
}
