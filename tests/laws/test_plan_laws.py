"""What holds for every plan, whatever the catalog, Traede and the ledger say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.builders import SEAL, address, catalog, customer, ledger, live, plan
from support.simulation import simulate
from support.strategies import World, worlds

from reconcile.core.canonical import same
from reconcile.core.catalog import Catalog
from reconcile.core.diff import compare
from reconcile.core.kinds import KINDS
from reconcile.core.ledger import row_after
from reconcile.core.model import MISSING, UNKNOWN, Ref, Snapshot
from reconcile.core.plan_json import plan_from_text, plan_text
from reconcile.core.planning import Planned
from reconcile.edges.files import schema_text

_SCHEMA = Draft202012Validator(json.loads(schema_text("plan.schema.json")))


def planned(world: World, **options: bool) -> Planned:
    return plan(world.catalog, world.live, world.ledger, **options)


@given(worlds())
def test_nothing_differs_from_itself(world: World) -> None:
    """diff(x, x) is empty: what an apply has left, a plan finds unchanged."""
    first = planned(world, write_drift=True)
    for ref, desired in world.catalog.objects.items():
        live = first.objects.get(ref)
        if live is None or desired.delete:
            continue
        row = row_after(desired, live, None, SEAL, sent=desired.values)
        same = {p: v for p, v in live.values.items() if p not in desired.values}
        same |= {p: v for p, v in desired.values.items() if live.at(p) is not UNKNOWN}

        assert not compare(desired, replace(live, values=same), row, SEAL)


@given(worlds(), st.booleans())
def test_a_plan_reaches_what_the_catalog_says(world: World, drift: bool) -> None:
    made = planned(world, write_drift=drift)
    after = simulate(made.plan, world.live)
    refused = {refusal.id.partition(":")[2] for refusal in made.plan.refused}
    held = {
        (step.ref, change.path)
        for step in made.plan.steps
        for change in step.changes
        if change.held
    }
    for ref, desired in world.catalog.objects.items():
        if str(ref) in refused or (desired.parent and str(desired.parent) in refused):
            continue
        live = after.objects.get(ref)
        if live is None:
            assert (
                desired.delete
                or any(one == ref for one, _ in held)
                or _above(world, ref)
            )
            continue
        for path, value in desired.values.items():
            spec = KINDS[ref.kind].field_of(path)
            now = live.at(path)
            skipped = now is UNKNOWN or (ref, path) in held
            if skipped or path[0] in desired.only_on_create or desired.delete:
                continue
            now = spec.null_as if now is MISSING else now
            row = made.ledger.get(ref)
            accepted = row is not None and path in row.returned
            field = KINDS[ref.kind].fields[path[0]]
            assert accepted or same(field, value, now), (ref, path)


def _above(world: World, ref: Ref) -> bool:
    """Whether its product is meant to go, and it with it."""
    parent = world.catalog.objects[ref].parent
    return parent is not None and world.catalog.objects[parent].delete


@given(worlds())
def test_after_a_simulated_apply_nothing_of_it_is_planned_again(world: World) -> None:
    made = planned(world, write_drift=True)
    after = simulate(made.plan, world.live)
    rows = dict(made.ledger)
    for step in made.plan.to_do:
        desired = world.catalog.objects.get(step.ref)
        if step.action in ("create", "update", "revive") and desired:
            live, before = after.objects[step.ref], rows.get(step.ref)
            paths = {change.path for change in step.written}
            rows[step.ref] = row_after(desired, live, before, SEAL, sent=paths)
    done = {s.id for s in made.plan.to_do if s.action in ("create", "update", "rename")}

    again = plan(world.catalog, after, rows, write_drift=True)

    assert not done & {step.id for step in again.plan.steps}


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(world: World, random: object) -> None:
    def shuffled(mapping):  # type: ignore[no-untyped-def]
        items = list(mapping.items())
        random.shuffle(items)  # type: ignore[attr-defined]
        return dict(items)

    catalog = Catalog(
        {
            ref: replace(desired, values=shuffled(desired.values))
            for ref, desired in shuffled(world.catalog.objects).items()
        }
    )
    live = Snapshot(
        {
            ref: replace(one, values=shuffled(one.values))
            for ref, one in shuffled(world.live.objects).items()
        }
    )
    other = World(catalog, live, shuffled(world.ledger))

    assert plan_text(planned(world).plan, SEAL) == plan_text(planned(other).plan, SEAL)


@given(worlds(), st.booleans())
def test_a_plan_file_holds_the_whole_plan(world: World, drift: bool) -> None:
    text = plan_text(planned(world, write_drift=drift).plan, SEAL)

    read, digest = plan_from_text(text)

    assert plan_text(read, SEAL) == text
    assert json.loads(text)["digest"] == digest
    assert not list(_SCHEMA.iter_errors(json.loads(text)))


@given(worlds())
def test_what_is_not_managed_is_in_no_step(world: World) -> None:
    made = planned(world)
    ours = {ref for ref in made.ledger if ref in made.objects}
    ours = {
        ref for ref in ours if made.ledger[ref].remote_id == made.objects[ref].remote_id
    }
    tombstones = {ref for ref, one in world.catalog.objects.items() if one.delete}

    for step in made.plan.steps:
        assert step.ref in world.catalog.objects or step.ref in ours
        for ref in step.cascade:
            managed = ref in world.catalog.objects or ref in ours
            assert managed or step.ref in tombstones
    for block in made.plan.blocked:
        assert block.guard != "tenant"


@given(worlds())
def test_every_step_comes_after_what_it_requires(world: World) -> None:
    steps = planned(world).plan.steps
    places = {step.id: place for place, step in enumerate(steps)}
    for step in steps:
        for needed in step.requires:
            assert places[needed] < places[step.id]


@given(worlds())
def test_deletes_come_last_and_children_before_their_parents(world: World) -> None:
    steps = planned(world).plan.steps
    freed = {needed for step in steps for needed in step.requires}
    deletes = [s for s in steps if s.action == "delete" and s.id not in freed]
    if deletes:
        first = min(steps.index(step) for step in deletes)
        late = [s for s in steps[first:] if s.action != "delete" and not s.requires]
        assert late == []
    order = [step.ref for step in steps if step.action == "delete"]
    for step in steps:
        if step.action == "delete" and step.parent in order:
            assert order.index(step.ref) < order.index(step.parent)


@given(worlds(), st.booleans())
def test_no_delete_means_that_nothing_leaves(world: World, drift: bool) -> None:
    made = planned(world, no_delete=True, write_drift=drift)
    with_deletes = planned(world, write_drift=drift)

    actions = {step.action for step in made.plan.steps}
    assert not actions & {"delete", "archive"}
    left_out = [
        step for step in with_deletes.plan.steps if step.action in ("delete", "archive")
    ]
    ids = {step.id for step in made.plan.steps}
    assert ids <= {step.id for step in with_deletes.plan.steps} - {
        step.id for step in left_out
    }


@given(worlds())
def test_what_moved_in_traede_is_held_and_not_written(world: World) -> None:
    made = planned(world)

    for step in made.plan.steps:
        for change in step.changes:
            revival = step.action == "revive"
            assert change.held == (change.cause != "catalog") or revival
        assert not (step.held and step in made.plan.to_do)


@given(worlds())
def test_the_summary_counts_the_steps(world: World) -> None:
    made = planned(world)
    for kind, counts in made.plan.summary.items():
        steps = [s for s in made.plan.to_do if s.ref.kind == kind]
        for action in ("create", "update", "rename", "archive", "revive"):
            assert counts[action] == sum(s.action == action for s in steps)
        cascaded = sum(r.kind == kind for s in made.plan.to_do for r in s.cascade)
        deleted = sum(s.action == "delete" for s in steps)
        assert counts["delete"] == deleted + cascaded


NAME, MAIL, STREET = "Kirsten Krøyer", "kk@customer.example", "Nyhavn 17"


@pytest.mark.parametrize("known", [False, True], ids=["create", "update"])
def test_personal_values_are_neither_in_plan_files_nor_in_the_ledger(
    known: bool,
) -> None:
    home = address("Home", name=NAME, address=STREET)
    entry = customer("1000", name=NAME, billing_email=MAIL, addresses=[home])
    before = {**entry, "name": "Berta B", "billing_email": "b@customer.example"}
    wanted = catalog(entry)
    now = live(before) if known else Snapshot({})

    text = plan_text(plan(wanted, now, ledger(before) if known else {}).plan, SEAL)
    kept = str(ledger(entry))

    for secret in (NAME, MAIL, STREET, "Berta B", "b@customer.example"):
        assert secret not in text
        assert secret not in kept
