"""A slip of the finger at the command line is answered with what to type."""

from __future__ import annotations

import shlex

import pytest
from cli_brand import Brand

SHIRT = 'products: [{item_number: "80610", name: Tee, variants: [{sku: 80610-s}]}]'


@pytest.mark.parametrize(
    ("line", "what", "instead"),
    [
        ("plna", "there is no command 'plna'", "Did you mean reconcile plan?"),
        ("nothing-like", "there is no command", "All commands: reconcile --help"),
        ("ci pln", "there is no command 'pln'", "Did you mean reconcile ci plan?"),
        ("explain", "reconcile explain needs KEY", "Write: reconcile explain KEY."),
        (
            "rename prodct a b",
            "KIND cannot be 'prodct': it is product, variant,",
            "Did you mean product?",
        ),
        (
            "rename product 80610",
            "reconcile rename needs NEW",
            "Write: reconcile rename KIND OLD NEW.",
        ),
        ("rename product 80611 x", 'Did you mean "80610"?', "by its item number"),
        ("apply --yse", "reconcile apply has no option --yse", "Did you mean --yes?"),
        ("plan --xyzzy", "has no option --xyzzy", "More: reconcile plan --help"),
        ("status catalog", "takes no 'catalog'", "Write: reconcile status."),
        ("validate 80610", "is no file of the catalog", "The catalog is every .yaml"),
        ("validate a.yml", "a.yml is no file", "Did you mean catalog/a.yaml?"),
        ("fmt a", "a is no file of the catalog", "Did you mean catalog/a.yaml?"),
        ("fmt catalog/b.yaml", "is no file of the catalog", "mean catalog/a.yaml?"),
        (
            "rename style 80610 80611",
            "there is no kind 'style': here it is product",
            "Write: reconcile rename product 80610 80611",
        ),
        (
            "rename 80610 80611",
            "reconcile rename needs the kind first",
            "Write: reconcile rename product 80610 80611",
        ),
        (
            "rename 80610-s x",
            "needs the kind first",
            "Write: reconcile rename variant 80610-s x",
        ),
        ("rename 8 9", "needs the kind first", "Write: reconcile rename KIND 8 9"),
        (
            "rename category Men",
            "reconcile rename needs NEW",
            'takes the >: reconcile rename category "Men > Old" "Men > New"',
        ),
        ("rename category 'Men > A'", "needs NEW", "Write: reconcile rename KIND OLD"),
        ("help plna", "there is no command 'plna'", "Did you mean reconcile plan?"),
        (
            "drift 80610",
            "reconcile drift takes no '80610'",
            "reconcile drift --only product:80610",
        ),
        ("pull --only", "'--only' requires an argument", ""),
        ("pull --only 80610", "is no KIND:GLOB", "Did you mean product:80610?"),
        ("plan --only prodct:8*", "is no KIND:GLOB", "Did you mean product:8*?"),
        ("plan --only categories:A", "is no KIND:GLOB", "Did you mean category:A?"),
        ("plan --only product:", "is no KIND:GLOB", "Did you mean product:*?"),
        ("plan --only variant", "is no KIND:GLOB", "Did you mean variant:*?"),
        ("plan --only ???:x", "is no KIND:GLOB", "Write it as product:tee-*"),
        ("--color blue plan", "--color cannot be 'blue'", "More: reconcile --help"),
        ("status --run x", "--run: 'x' is not a valid", "reconcile status --help"),
        ("schema catlog", "cannot be 'catlog'", "Did you mean catalog?"),
        ("completion", "needs SHELL", "Write: reconcile completion {bash|zsh|fish}."),
        ("explain 80601 --offline", "the key '80601'", 'Did you mean "80610"'),
        ("explain prodct:80610 --offline", "the key", 'Did you mean "product:80610"'),
    ],
)
def test_a_slip_is_answered_with_what_to_type(
    brand: Brand, line: str, what: str, instead: str
):
    brand.write("catalog/a.yaml", SHIRT)

    ran = brand.run(*shlex.split(line))

    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("error  ")
    assert what in ran.err.splitlines()[0]
    assert instead in ran.err.partition("\n")[2]
    assert brand.box.requests == []


@pytest.mark.parametrize("words", [(), ("plan",), ("ci", "apply"), ("help",)])
def test_help_of_a_command_is_shown_both_ways(brand: Brand, words: tuple[str, ...]):
    asked = brand.run("help", *words)

    assert (asked.code, asked.err) == (0, "")
    assert asked.out == brand.run(*words, "--help").out
    assert "Usage: reconcile" in asked.out


def test_a_group_without_a_command_lists_what_there_is(brand: Brand):
    ran = brand.run("ci")

    assert ran.code == 64
    assert "Commands:" in ran.err
