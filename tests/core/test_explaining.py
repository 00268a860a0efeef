from __future__ import annotations

from dataclasses import replace

import pytest

from reconcile.core.explaining import Explained, Verdict, layers_of
from reconcile.core.explaining.finding import find, like, old_keys
from reconcile.core.explaining.standing import What, standing
from reconcile.core.explaining.style import Style, style_of
from reconcile.core.model import Applied, Desired, Live, Path, Ref, Snapshot
from reconcile.core.problems import At, Location
from reconcile.core.yaml.nodes import find as node_at
from reconcile.core.yaml.text import parse

TEXT = """\
templates:
  tee: {tags: [basics], variant_defaults: {weight: 1}}
products:
  - item_number: tee
    name: Tee
    variant_defaults: {weight: 2}
    variant_matrix: {overrides: [{weight: 3}]}
    variants:
      - {sku: tee-s, weight: 4}
price_lists:
  - {currency: DKK, variants: {tee-s: {sales_price: 5}}}
categories:
  - {name: Men, children: [{name: Tees, active: false}]}
"""
ROOT = parse(TEXT, "f.yaml").root
PRODUCT = Ref("product", "tee")
VARIANT = Ref("variant", "tee-s")
CATEGORY = Ref("category", "Men > Tees")
SALES = ("prices", "DKK", "sales_price")


def layer(ref: Ref, parent: Ref | None, *path: str | int) -> str:
    assert ROOT is not None
    place = node_at(ROOT, path)
    desired = Desired(ref, place, {}, parent)
    return layers_of({"f.yaml": TEXT}, desired)(place)


@pytest.mark.parametrize(
    ("ref", "parent", "path", "expected"),
    [
        (PRODUCT, None, ("products", 0, "name"), ""),
        (PRODUCT, None, ("templates", "tee", "tags"), "template tee"),
        (VARIANT, PRODUCT, ("products", 0, "variants", 0, "weight"), ""),
        (
            VARIANT,
            PRODUCT,
            ("products", 0, "variant_defaults", "weight"),
            "variant_defaults",
        ),
        (
            VARIANT,
            PRODUCT,
            ("products", 0, "variant_matrix", "overrides", 0, "weight"),
            "variant_matrix",
        ),
        (
            VARIANT,
            PRODUCT,
            ("templates", "tee", "variant_defaults", "weight"),
            "template tee",
        ),
        (
            VARIANT,
            PRODUCT,
            ("price_lists", 0, "variants", "tee-s", "sales_price"),
            "price_lists",
        ),
        (
            CATEGORY,
            Ref("category", "Men"),
            ("categories", 0, "children", 0, "active"),
            "",
        ),
    ],
)
def test_the_layer_is_told_from_the_place(
    ref: Ref, parent: Ref | None, path: tuple[str | int, ...], expected: str
):
    assert layer(ref, parent, *path) == expected


def test_a_place_that_is_no_value_has_no_layer():
    place = At(Location("f.yaml", 1, 1))
    layer_of = layers_of({"f.yaml": TEXT}, Desired(PRODUCT, place, {}))

    assert layer_of(place) == ""


REFS = [PRODUCT, VARIANT, CATEGORY, Ref("customer", "tee"), Ref("product", "variant:x")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("tee-s", [VARIANT]),
        ("tee", [PRODUCT, Ref("customer", "tee")]),
        ("customer:tee", [Ref("customer", "tee")]),
        ("variant:x", [Ref("product", "variant:x")]),
        ("Men > Tees", [CATEGORY]),
        ("nothing", []),
    ],
)
def test_a_key_is_found_with_and_without_its_kind(asked: str, found: list[Ref]):
    assert sorted(find(REFS, asked)) == sorted(found)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("TEE-S", VARIANT), ("tees", CATEGORY), ("variant:te-s", VARIANT)],
)
def test_what_is_like_a_key_is_suggested(asked: str, near: Ref):
    assert near in like(REFS, asked)


def test_what_is_like_nothing_gets_no_suggestion():
    assert like(REFS, "0000") == []


def test_what_was_renamed_is_known_by_its_old_key_and_so_are_its_sub_categories():
    at = At(Location("f.yaml", 1, 1))
    top, sub = Ref("category", "Men"), Ref("category", "Men > Tees")
    objects = {
        top: Desired(top, at, {}, renamed_from="Mne"),
        sub: Desired(sub, at, {}, top),
        PRODUCT: Desired(PRODUCT, at, {}, renamed_from="cap"),
        Ref("product", "cap"): Desired(Ref("product", "cap"), at, {}),
    }

    assert old_keys(objects) == {
        Ref("category", "Mne"): top,
        Ref("category", "Mne > Tees"): sub,
    }


def told(value: str, verdict: Verdict = "", path: Path = SALES) -> Explained:
    return Explained(path, value, Location("f.yaml", 1, 1), "", verdict=verdict)


def variants(*values: Explained) -> dict[Ref, list[Explained]]:
    return {Ref("variant", f"v{n}"): [one] for n, one in enumerate(values)}


def groups(style: Style) -> list[list[tuple[object, int]]]:
    return [
        [(group.one.value, len(group.variants)) for group in field.groups]
        for field in style.told
    ]


def test_prices_are_told_whole_the_commonest_first():
    style = style_of(variants(told("1"), told("2"), told("2")))

    assert groups(style) == [[("2", 2), ("1", 1)]]
    assert not style.told[0].shared


def test_another_field_is_told_where_it_is_shared_or_would_change():
    own, same = ("ean",), ("weight",)
    shared = style_of(variants(told("1", path=same), told("1", path=same)))
    differs = style_of(variants(told("1", path=own), told("2", path=own)))
    changes = style_of(variants(told("1", path=own), told("2", "held", path=own)))

    assert groups(shared) == [[("1", 2)]]
    assert (groups(differs), differs.own) == ([], (own,))
    assert groups(changes) == [[("1", 1), ("2", 1)]]
    assert changes.verdicts == {"": 1, "held": 1}


def test_what_some_variants_have_is_not_shared():
    style = style_of({**variants(told("1")), Ref("variant", "x"): []})

    assert not style.told[0].shared


WRITTEN = Desired(PRODUCT, At(Location("f.yaml", 1, 1)), {})
TOMBSTONE = replace(WRITTEN, delete=True)
RENAMED = replace(WRITTEN, renamed_from="old")
OLD = Ref("product", "old")
HERE = Live(PRODUCT, 7, {})
ROW = Applied(PRODUCT, 7, source="f.yaml")


@pytest.mark.parametrize(
    ("desired", "row", "live", "what"),
    [
        (WRITTEN, None, HERE, "as written"),
        (WRITTEN, ROW, HERE, "as written"),
        (WRITTEN, None, None, "create"),
        (WRITTEN, replace(ROW, spent=True), None, "create"),
        (WRITTEN, ROW, None, "deleted there"),
        (WRITTEN, ROW, replace(HERE, ref=OLD), "renamed there"),
        (RENAMED, None, replace(HERE, ref=OLD), "rename"),
        (WRITTEN, replace(ROW, retired=True), HERE, "revive"),
        (TOMBSTONE, ROW, HERE, "delete"),
        (TOMBSTONE, None, HERE, "delete"),
        (TOMBSTONE, ROW, None, "spent"),
        (TOMBSTONE, replace(ROW, spent=True), None, "spent"),
        (TOMBSTONE, replace(ROW, spent=True), HERE, "unmanaged"),
        (None, ROW, HERE, "delete"),
        (None, ROW, None, "forget"),
        (None, ROW, replace(HERE, remote_id=8), "unmanaged"),
        (None, replace(ROW, retired=True), HERE, "retired"),
        (None, None, HERE, "unmanaged"),
    ],
)
def test_how_an_object_stands_is_the_table_of_the_comparison(
    desired: Desired | None, row: Applied | None, live: Live | None, what: What
):
    seen = Snapshot({live.ref: live} if live else {})

    assert standing(PRODUCT, desired, row, seen).what == what


@pytest.mark.parametrize(
    ("desired", "row", "what"),
    [
        (WRITTEN, ROW, "not asked"),
        (None, ROW, "delete"),
        (None, replace(ROW, spent=True), "spent"),
        (None, replace(ROW, retired=True), "retired"),
        (TOMBSTONE, replace(ROW, spent=True), "spent"),
        (TOMBSTONE, ROW, "delete"),
        (TOMBSTONE, None, "not asked"),
    ],
)
def test_what_the_ledger_alone_knows_is_told_without_traede(
    desired: Desired | None, row: Applied | None, what: What
):
    assert standing(PRODUCT, desired, row, None).what == what


def test_of_a_key_that_several_have_nothing_more_is_said():
    seen = Snapshot({}, {PRODUCT: (7, 8)})

    assert standing(PRODUCT, WRITTEN, ROW, seen).what == "several"


def test_collections_are_taken_off_sale():
    ref = Ref("collection", "Winter")
    row, on = Applied(ref, 7), Live(ref, 7, {})
    off = replace(on, values={("active",): False})

    assert standing(ref, None, row, Snapshot({ref: on})).what == "retire"
    assert standing(ref, None, row, Snapshot({ref: off})).what == "spent"
