"""Approvals: exactly what was shown is let through, for deletes also a part of it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import (
    CONFIG,
    TENANT,
    catalog,
    category,
    ledger,
    live,
    plan,
    variant,
)
from support.builders import product as style

from reconcile.core.approvals import (
    Approval,
    Approvals,
    approval_id,
    deletes_id,
    read_approvals,
)
from reconcile.core.config import Deletes
from reconcile.core.model import Tenant
from reconcile.core.planning.approving import let_through
from reconcile.core.problems import At, Location
from reconcile.core.scope import parse_only
from reconcile.core.steps import Block, keys_of
from reconcile.core.yaml.text import parse
from reconcile.reports.approvals import approval_lines
from reconcile.reports.escape import terminal

HERE = At(Location("approvals.yaml", 2, 5))
KEYS = ("product:a", "product:b", "variant:c")


def line(approve: str, keys: tuple[str, ...] | None = None) -> Approval:
    return Approval(approve, HERE, keys, "me", "because")


def deletes(*keys: str) -> Block:
    ids = tuple(f"delete:{key}" for key in keys)
    return Block("delete-limit", "too many", ids, deletes_id(TENANT, keys))


def passes(block: Block, *lines: Approval, by_hand: tuple[str, ...] = ()) -> bool:
    remain, approved = let_through([block], Approvals(lines, by_hand), TENANT)
    assert len(remain) + len(approved) == 1
    return not remain


# --- ids ---


def test_an_id_is_of_guard_tenant_and_findings():
    ids = {
        approval_id("price-slip", TENANT, [["variant:a", "price", "1", "10"]]),
        approval_id("price-change", TENANT, [["variant:a", "price", "1", "10"]]),
        approval_id("price-slip", TENANT, [["variant:b", "price", "1", "10"]]),
        approval_id("price-slip", TENANT, [["variant:a", "price", "2", "10"]]),
        approval_id("price-slip", TENANT, [["variant:a", "price", "1", "100"]]),
        approval_id("price-slip", TENANT, [["variant:a", "price", "1", None]]),
        approval_id(
            "price-slip",
            replace(TENANT, brand_id=2),
            [["variant:a", "price", "1", "10"]],
        ),
        approval_id(
            "price-slip",
            Tenant("https://other.example", 1),
            [["variant:a", "price", "1", "10"]],
        ),
    }

    assert len(ids) == 8


@given(st.permutations(KEYS))
def test_the_order_of_keys_and_a_key_said_twice_do_not_matter(keys: list[str]):
    assert deletes_id(TENANT, [*keys, keys[0]]) == deletes_id(TENANT, KEYS)


# --- what is let through ---


@given(st.sets(st.sampled_from(KEYS), min_size=1), st.sets(st.sampled_from(KEYS)))
def test_a_line_for_deletes_covers_its_keys_and_each_part_of_them(
    leaving: set[str], listed: set[str]
):
    keys = tuple(sorted(listed))
    covers = passes(deletes(*sorted(leaving)), line(deletes_id(TENANT, keys), keys))

    assert covers is (leaving <= listed)


@pytest.mark.parametrize("blank", ["…", "...", "", "  "])
@pytest.mark.parametrize("field", ["by", "reason"])
def test_a_line_that_nobody_has_signed_covers_nothing(field: str, blank: str):
    block = deletes(*KEYS)
    signed = line(deletes_id(TENANT, KEYS), KEYS)
    lines = (replace(signed, **{field: blank}),)

    (once,), approved = let_through([block], Approvals(lines), TENANT)
    (again,), _ = let_through([once], Approvals(lines), TENANT)

    assert approved == ()
    assert once.message.endswith("write who and why at approvals.yaml:2")
    assert again == once
    assert passes(block, *lines, signed)
    assert passes(block, *lines, by_hand=(block.approve or "",))


def test_lines_do_not_add_up():
    lines = [line(deletes_id(TENANT, [key]), (key,)) for key in KEYS]

    assert not passes(deletes(*KEYS), *lines)


@pytest.mark.parametrize("keys", [KEYS[:1], (*KEYS, "product:d")])
def test_a_line_whose_keys_were_edited_covers_nothing(keys: tuple[str, ...]):
    assert not passes(deletes("product:a"), line(deletes_id(TENANT, KEYS), keys))


def test_without_keys_a_line_covers_exactly_its_findings():
    whole = deletes_id(TENANT, KEYS)

    assert passes(deletes(*KEYS), line(whole))
    assert passes(deletes(*KEYS), by_hand=(whole,))
    assert not passes(deletes(*KEYS[:2]), line(whole))
    assert not passes(deletes(*KEYS[:2]), by_hand=(whole,))


def test_keys_let_no_other_guard_through():
    shrunk = Block("live-shrunk", "gone", KEYS, deletes_id(TENANT, KEYS))

    assert not passes(shrunk, line(deletes_id(TENANT, KEYS), KEYS))


@pytest.mark.parametrize("guard", ["protected", "tenant"])
def test_what_has_no_id_cannot_be_approved(guard: str):
    block = Block(guard, "never", ("product:a",))
    ids = ["", *(approval_id(guard, TENANT, [[key]]) for key in KEYS)]

    assert not passes(block, *map(line, ids), by_hand=tuple(ids))


# --- the guards give ids, of what they have found ---


def test_every_guard_but_two_gives_an_id():
    tees = [style(f"tee-{n}", protect=n == 0) for n in range(4)]
    config = replace(CONFIG, deletes=Deletes(max=1))
    wrong = replace(live(*tees), brand_id=2)
    mine = replace(config, traede=replace(config.traede, brand_id=1))

    blocked = [
        *plan(catalog(), wrong, ledger(*tees), config=mine).plan.blocked,
        *plan(catalog(*tees), live(category("A")), ledger(*tees)).plan.blocked,
    ]

    assert {block.guard: block.approve is not None for block in blocked} == {
        "tenant": False,
        "empty-catalog": True,
        "delete-limit": True,
        "protected": False,
        "live-shrunk": True,
    }
    ids = [block.approve for block in blocked if block.approve]
    assert len(set(ids)) == len(ids)


def test_unmanaged_variants_that_go_with_a_product_are_among_the_findings():
    before = [style(f"s{n:02}") for n in range(12)]
    tombs = [{"item_number": f"s{n:02}", "delete": True} for n in (0, 1)]
    one, two = variant("theirs-1"), variant("theirs-2")

    def stops(theirs: list[dict[str, Any]], *keys: str) -> Block | None:
        now = [{**before[0], "variants": [*before[0]["variants"], *theirs]}]
        wanted = replace(
            catalog(*tombs, *before[2:]),
            approvals=(line(deletes_id(TENANT, keys), keys),),
        )
        made = plan(wanted, live(*now, *before[1:]), ledger(*before)).plan
        assert bool(made.blocked) != bool(made.approved)
        return next(iter(made.blocked), None)

    managed, first = ("product:s00", "product:s01"), "variant:theirs-1"
    assert stops([], *managed) is None
    block = stops([one], *managed)
    assert block is not None
    assert block.ids == (
        *("delete:product:s00", "delete:product:s01"),
        "delete:variant:theirs-1",
    )
    assert block.approve == deletes_id(TENANT, (*managed, first))
    assert "with 1 unmanaged variant, " in block.message
    assert stops([one], *managed, first) is None
    assert stops([], *managed, first) is None
    assert stops([one, two], *managed, first) is not None


@pytest.mark.parametrize(
    ("kept", "lines", "blocked"),
    [
        (9, (), ["delete-limit"]),
        (9, (tuple(f"product:s{n:02}" for n in (9, 10, 11)),), []),
        (9, (tuple(f"product:s{n:02}" for n in range(12)),), []),
        (8, (tuple(f"product:s{n:02}" for n in (9, 10, 11)),), ["delete-limit"]),
    ],
)
def test_a_plan_is_let_through_by_its_catalog(
    kept: int, lines: tuple[tuple[str, ...], ...], blocked: list[str]
):
    before = [style(f"s{n:02}") for n in range(12)]
    wanted = catalog(*before[:kept])
    wanted = replace(
        wanted,
        approvals=tuple(line(deletes_id(TENANT, keys), keys) for keys in lines),
    )

    made = plan(wanted, live(*before), ledger(*before)).plan

    assert [block.guard for block in made.blocked] == blocked
    assert len(made.approved) == (1 if lines and not blocked else 0)


def test_a_line_is_in_use_until_its_deletes_are_done():
    before = [style(f"s{n:02}") for n in range(12)]
    keys = tuple(f"product:s{n:02}" for n in (9, 10, 11))
    lines = (line(deletes_id(TENANT, keys), keys),)

    def warnings(kept: int, **options: object) -> list[str]:
        wanted = replace(catalog(*before[:kept]), approvals=lines)
        made = plan(wanted, live(*before), ledger(*before), **options).plan
        return [w.rule for w in made.warnings if w.rule == "unused-approval"]

    assert warnings(9) == []
    assert warnings(11) == []  # one of the three, below the limit
    assert warnings(12) == ["unused-approval"]
    # A plan that leaves deletes out cannot tell.
    assert warnings(12, no_delete=True) == []


# --- what counts towards the limit ---

TOMB, OFF, GONE, KEPT = "tomb", "off", "gone", "kept"


@pytest.mark.parametrize(
    ("number", "fates", "limits", "blocked"),
    [
        # the number, of what is absent or goes off sale
        (40, {GONE: 10}, (10, 100), False),
        (40, {GONE: 11}, (10, 100), True),
        (40, {OFF: 10}, (10, 100), False),
        (40, {OFF: 11}, (10, 100), True),
        (40, {OFF: 5, GONE: 5}, (10, 100), False),
        (40, {OFF: 6, GONE: 5}, (10, 100), True),
        (40, {TOMB: 40}, (0, 100), False),
        (40, {TOMB: 20, GONE: 1}, (0, 100), True),
        # the percentage, of everything, from 10 keys on
        (40, {GONE: 4}, (100, 10), False),
        (40, {GONE: 5}, (100, 10), True),
        (40, {TOMB: 2, OFF: 1, GONE: 1}, (100, 10), False),
        (40, {TOMB: 2, OFF: 2, GONE: 1}, (100, 10), True),
        (40, {TOMB: 5}, (0, 10), True),
        (10, {GONE: 1}, (100, 10), False),
        (10, {GONE: 2}, (100, 10), True),
        (9, {GONE: 8}, (100, 10), False),
        (9, {TOMB: 8}, (0, 10), False),
        (9, {GONE: 2}, (1, 10), True),
        (10, {GONE: 1}, (100, 0), True),
    ],
)
def test_how_much_may_leave_the_shop(
    number: int, fates: dict[str, int], limits: tuple[int, int], blocked: bool
):
    before = [style(f"s{n:02}") for n in range(number)]
    left = [fate for fate, count in fates.items() for _ in range(count)]
    left += [KEPT] * (number - len(left))
    after = {
        TOMB: lambda one: [{"item_number": one["item_number"], "delete": True}],
        OFF: lambda one: [{**one, "active": False}],
        GONE: lambda _: [],
        KEPT: lambda one: [one],
    }
    wanted = [
        entry
        for one, fate in zip(before, left, strict=True)
        for entry in after[fate](one)
    ]
    config = replace(CONFIG, deletes=Deletes(*limits))

    made = plan(catalog(*wanted), live(*before), ledger(*before), config=config).plan

    assert [block.guard for block in made.blocked] == ["delete-limit"] * blocked


def test_each_kind_is_counted_by_itself():
    before = [
        style("tee", *(variant(f"tee-{n}") for n in range(4))),
        style("cap"),
        category("Men"),
        category("Women"),
        category("Kids"),
    ]
    after = [style("tee", variant("tee-0")), category("Men")]
    counted = {}
    for maximum in (0, 1, 2, 3):
        config = replace(CONFIG, deletes=Deletes(max=maximum))
        made = plan(catalog(*after), live(*before), ledger(*before), config=config).plan
        counted[maximum] = sorted(
            (keys_of(block.ids)[0].partition(":")[0], len(block.ids))
            for block in made.blocked
        )

    # The cap's own variant goes with it, and is not counted.
    assert counted == {
        0: [("category", 2), ("product", 1), ("variant", 3)],
        1: [("category", 2), ("variant", 3)],
        2: [("variant", 3)],
        3: [],
    }


def test_the_percentage_is_of_everything_that_is_managed_though_a_part_is_planned():
    before = [style(f"s{n:02}") for n in range(20)]
    only = tuple(filter(None, [parse_only("product:s0[0-8]")]))

    def guards(kept: int) -> list[str]:
        wanted = catalog(*before[20 - kept :])
        made = plan(wanted, live(*before), ledger(*before), only=only).plan
        return [block.guard for block in made.blocked]

    assert guards(18) == []
    assert guards(17) == ["delete-limit"]


# --- what counts as gone ---


@pytest.mark.parametrize(
    ("gone", "taken_out", "counted"),
    [
        ((), (), {}),
        (("s0", "s1"), (), {}),  # two styles, whatever they had
        (("s0", "s1", "s2"), (), {"product": 3}),
        (("s0", "s1", "s2"), ("s0",), {}),
        (("s0-0", "s0-1"), (), {}),
        (("s0-0", "s0-1", "s1-0"), (), {"variant": 3}),
        (("s0-0", "s0-1", "s1-0", "s1"), (), {}),
        (("s0-0", "s0-1", "s1-0", "s3"), (), {"variant": 3}),
    ],
)
def test_what_counts_as_gone_from_traede(
    gone: tuple[str, ...], taken_out: tuple[str, ...], counted: dict[str, int]
):
    before = [
        style(f"s{n}", *(variant(f"s{n}-{size}") for size in range(3)))
        for n in range(10)
    ]
    there = live(*before)
    left = {
        ref: one
        for ref, one in there.objects.items()
        if ref.key not in gone and not (one.parent and one.parent.key in gone)
    }
    wanted = [one for one in before if one["item_number"] not in taken_out]
    config = replace(CONFIG, deletes=Deletes(99, 5))

    made = plan(
        catalog(*wanted), replace(there, objects=left), ledger(*before), config=config
    ).plan

    assert {
        keys_of(block.ids)[0].partition(":")[0]: len(block.ids)
        for block in made.blocked
    } == counted
    for block in made.blocked:
        assert block.guard == "live-shrunk"
        assert keys_of(block.ids)[0].partition(":")[2] in block.message


def test_what_is_new_does_not_leave():
    many = [style(f"s{n:02}", active=False) for n in range(30)]

    assert plan(catalog(*many)).plan.blocked == ()


# --- the line that is printed ---

HOSTILE = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\r\n"), min_size=1
)


@given(
    st.lists(HOSTILE, min_size=1, max_size=8, unique=True), st.sampled_from((20, 80))
)
def test_the_line_that_is_printed_is_yaml_that_says_the_same(
    names: list[str], width: int
):
    import ruamel.yaml

    keys = [f"product:{name}" for name in names]

    printed = approval_lines(deletes(*keys), width)

    assert [terminal(one) for one in printed] == printed
    text = "\n".join(["approvals:", *(f"  {one}" for one in printed)])
    (read,) = ruamel.yaml.YAML(typ="safe").load(text)["approvals"]
    assert read["keys"] == keys
    assert read["approve"] == deletes_id(TENANT, keys)


@pytest.mark.parametrize("width", [30, 100])
@pytest.mark.parametrize("number", [1, 2, 30])
def test_the_line_that_is_printed_is_read_as_an_approval(number: int, width: int):
    keys = tuple(f"category:Men > {n} & more, # {{all}}" for n in range(number))
    printed = approval_lines(deletes(*keys), width)
    text = "\n".join(["approvals:", *printed, ""]).replace("…", "meant")

    parsed = parse(text.encode(), "approvals.yaml")
    (read,), _ = read_approvals({"approvals.yaml": parsed.root})

    assert parsed.problems == []
    assert passes(deletes(*keys), read)
