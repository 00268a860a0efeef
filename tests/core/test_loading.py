"""All files become one catalog, or one list of everything wrong in them."""

import pytest
from support.builders import CONFIG, catalog_of

from reconcile.core.kinds import KINDS
from reconcile.core.loading import Loaded, load_catalog
from reconcile.core.model import Ref
from reconcile.core.problems import Location
from reconcile.core.schema import compile_schema
from reconcile.edges.files import schema_text


def load(**texts: str) -> Loaded:
    schema = compile_schema(schema_text("catalog.schema.json"))
    files = {f"{name}.yaml": text.encode() for name, text in texts.items()}
    return load_catalog(files, CONFIG, schema)


def said(loaded: Loaded) -> list[str]:
    return [f"{problem.where} {problem.rule}" for problem in loaded.problems]


def test_all_files_together_are_one_catalog():
    loaded = load(
        b="products: [{item_number: tee, categories: [Men]}]",
        a="categories: [{name: Men, children: [{name: Caps}]}]",
        empty="",
    )

    assert loaded.problems == ()
    assert loaded.catalog.files == ("b.yaml", "a.yaml", "empty.yaml")
    assert set(loaded.catalog.objects) == {
        Ref("product", "tee"),
        Ref("category", "Men"),
        Ref("category", "Men > Caps"),
    }
    assert loaded.counts == dict.fromkeys(KINDS, 0) | {"product": 1, "category": 2}


def test_problems_are_sorted_by_place_over_all_stages():
    loaded = load(
        b="products: [{item_number: tee, name: 5, zzz: 1}]",
        a="products: [{item_number: tee, tags: [a #1\n]}, {item_number: p, url: &x y}]",
    )

    # Of two files, the one that is read later has the duplicate.
    assert said(loaded) == [
        "a.yaml:1:26 duplicate-item-number",
        "a.yaml:1:40 comment-cuts-text",
        "a.yaml:2:27 quote-needed",
        "b.yaml:1:37 wrong-type",
        "b.yaml:1:40 unknown-field",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "categories: [{name: A > B}]",
            ["f.yaml:1:21 category-name"],
            id="schema-too",
        ),
        pytest.param(
            "customers: [{customer_number: '1', currency: dkk}]",
            ["f.yaml:1:46 currency-code"],
            id="code",
        ),
        pytest.param(
            "products: [{item_number: a, variants: [{sku: b, ean: '12'}]}]",
            ["f.yaml:1:54 ean"],
            id="bar-code",
        ),
        pytest.param(
            "products: [{item_number: a, variant_defaults: {weight: 1, prices: {DKK: "
            "{sales_price: 1.2345}}}, variants: [{sku: b}, {sku: c}, {sku: d}]}]",
            ["f.yaml:1:87 price-format"],
            id="once-for-all-variants",
        ),
        pytest.param(
            "customers: [{customer_number: '1', addresses: [{title: A, name: B}]}]",
            ["f.yaml:1:48 missing-field"] * 4,
            id="several-of-one-rule-at-one-place",
        ),
        pytest.param(
            "products: [{item_number: a, name: *b}]",
            ["f.yaml:1:35 quote-needed"],
            id="unreadable-characters",
        ),
        pytest.param(
            "products: [{item_number: a, only_on_create: [nmae]}]",
            ["f.yaml:1:46 only-on-create"],
            id="only-on-create",
        ),
    ],
)
def test_one_mistake_is_reported_once(text: str, expected: list[str]):
    assert said(load(f=text)) == expected


def test_a_file_that_is_readable_in_part_is_checked_in_that_part():
    loaded = load(
        f="""\
products:
  - item_number: tee
    name: Tee
    name: Shirt
    nmae: Cap
"""
    )

    assert said(loaded) == ["f.yaml:4:5 duplicate-key", "f.yaml:5:5 unknown-field"]


def test_what_stands_in_an_unreadable_file_is_not_called_unknown():
    loaded = load(a="categories: [{name: Men", b="categories: [{name: New}]",
                  c="products: [{item_number: tee, categories: [Men]}]")  # fmt: skip

    assert said(loaded) == ["a.yaml:1:14 unclosed-bracket"]


@pytest.mark.parametrize(
    ("one", "other", "touch"),
    [
        ((1, 5, 3), (1, 5, 3), True),
        ((1, 5, 3), (1, 7, 9), True),
        ((1, 5, 3), (1, 8, 1), True),  # beside it
        ((1, 5, 3), (1, 9, 1), False),
        ((1, 5, 3), (2, 5, 3), False),
    ],
)
def test_places_touch(
    one: tuple[int, int, int], other: tuple[int, int, int], touch: bool
):
    first, second = Location("f", *one), Location("f", *other)

    assert first.touches(second) is second.touches(first) is touch
    assert not first.touches(Location("g", *other))


def test_a_large_catalog_file_is_as_good_as_many_small_ones():
    entries = [f"  - {{item_number: style-{n}}}\n" for n in range(50)]

    one = catalog_of({"f.yaml": ("products:\n" + "".join(entries)).encode()})
    many = catalog_of(
        {f"{n}.yaml": f"products:\n{entry}".encode() for n, entry in enumerate(entries)}
    )

    assert one.objects.keys() == many.objects.keys()
