"""Renames as data: the old key is never seen as absent, the new one never as new."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import (
    Entry,
    catalog,
    category,
    ledger,
    live,
    plan,
    product,
    step_ids,
    variant,
)

from reconcile.core.model import Ref, Snapshot
from reconcile.core.renames import apply_renames

OLD = product("tee")
NEW = product("shirt", variant("tee-s"), renamed_from="tee", name="Tee")


def renamed(*entries: Entry, now: Snapshot, known: Any = None) -> Any:
    return apply_renames(catalog(*entries), now, known or {})


def test_variants_and_ledger_rows_follow_their_product() -> None:
    out = renamed(NEW, now=live(OLD), known=ledger(OLD))

    assert [step.id for step in out.steps] == ["rename:product:shirt"]
    assert Ref("product", "tee") not in out.objects
    assert out.objects["variant", "tee-s"].parent == Ref("product", "shirt")
    assert out.ledger["product", "shirt"].remote_id == 1
    assert out.ledger["variant", "tee-s"].parent == Ref("product", "shirt")


@pytest.mark.parametrize("known", [False, True], ids=["not managed", "managed"])
def test_a_rename_alone_changes_nothing_else(known: bool) -> None:
    planned = plan(catalog(NEW), live(OLD), ledger(OLD) if known else {})

    assert step_ids(planned) == ["rename:product:shirt"]


def test_done_already_is_no_step_and_the_ledger_follows() -> None:
    now = live(*_done((NEW,)))
    row = ledger(OLD)["product", "tee"]

    out = renamed(NEW, now=now, known={row.ref: row})

    assert out.steps == []
    assert Ref("product", "shirt") in out.ledger


def test_a_category_carries_children_and_references() -> None:
    before = (
        category("Men", category("Shirts"), category("Hats")),
        product("tee", categories=["Men > Shirts"]),
    )
    after = (
        category(
            "Gents",
            category("Shirts"),
            category("Caps", renamed_from="Hats"),
            renamed_from="Men",
        ),
        product("tee", categories=["Gents > Shirts"]),
    )

    planned = plan(catalog(*after), live(*before), ledger(*before))

    assert step_ids(planned) == [
        "rename:category:Gents",
        "rename:category:Gents > Caps",
    ]


def test_a_chain_is_renamed_from_its_free_end() -> None:
    before = (product("a", variant("a-s")), product("b", variant("b-s")))
    after = (
        product("b", variant("a-s"), renamed_from="a", name="A"),
        product("c", variant("b-s"), renamed_from="b", name="B"),
    )

    planned = plan(catalog(*after), live(*before), ledger(*before))

    assert step_ids(planned) == ["rename:product:c", "rename:product:b"]
    again = plan(catalog(*after), live(*_done(after)), ledger(*_done(after)))
    assert (step_ids(again), again.plan.refused) == ([], ())


def _done(entries: tuple[Entry, ...]) -> list[Entry]:
    return [{k: v for k, v in e.items() if k != "renamed_from"} for e in entries]


def test_both_present_blocks_whatever_acts_on_either_key() -> None:
    planned = plan(catalog(NEW), live(OLD, product("shirt", name="Other")))

    assert step_ids(planned) == []
    assert "rename:product:shirt" in {refusal.id for refusal in planned.plan.refused}


def test_an_ambiguous_key_is_never_renamed() -> None:
    now = live(OLD)
    unclear = Snapshot(now.objects, ambiguous={Ref("product", "shirt"): (7, 8)})

    planned = plan(catalog(NEW), unclear)

    assert "rename:product:shirt" not in step_ids(planned)
    assert "update:product:shirt" in {refusal.id for refusal in planned.plan.refused}


def test_neither_key_is_a_create_with_a_warning() -> None:
    planned = plan(catalog(NEW))

    assert step_ids(planned) == ["create:product:shirt", "create:variant:tee-s"]
    assert "renamed-from-nothing" in {warning.rule for warning in planned.plan.warnings}
