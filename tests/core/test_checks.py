"""Checks across the catalog; their sentences stand in `tests/examples/bad`."""

import pytest
from support.builders import CONFIG, category, collection, customer, product, text
from support.builders import variant as whole_variant

from reconcile.core.catalog import read_catalog
from reconcile.core.checks import check_digit, cross_check
from reconcile.core.config import Config
from reconcile.core.model import Desired, Ref
from reconcile.core.problems import At, Location, Problem
from reconcile.core.references import did_you_mean, place
from reconcile.core.yaml.text import parse

Entry = dict[str, object]


def variant(sku: str, **fields: object) -> Entry:
    """Only what is given, so that nothing else can be wrong."""
    return {"sku": sku, **fields}


def found(*entries: Entry, config: Config = CONFIG) -> list[Problem]:
    root = parse(text(*entries), "f.yaml").root
    objects, problems = read_catalog({"f.yaml": root}, config)
    assert problems == []
    return cross_check(objects, config)


def rules(*entries: Entry, config: Config = CONFIG) -> list[str]:
    return [problem.rule for problem in found(*entries, config=config)]


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("danish", None),
        ("klingon", None),
        ("en", None),
        ("2", None),
        ("danisch", "danish"),
        ("German", "german"),
        ("swedisch", "swedish"),
    ],
)
def test_a_language_that_is_nearly_one_we_know_is_a_warning(
    code: str, meant: str | None
):
    problems = found(product("a", translations={code: {"name": "x"}}))

    assert [(p.rule, p.severity) for p in problems] == (
        [] if meant is None else [("unknown-language", "warning")]
    )
    assert all(f'Did you mean "{meant}"?' in p.message for p in problems)


SIZE_S = {"attributes": {"Size": "S"}}
SIZE_M = {"attributes": {"Size": "M"}}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([product("a"), product("b")], [], id="different"),
        pytest.param(
            [product("a"), product("b", delete=True)], ["delete-with-variants"]
        ),
        # A tombstone and what it stands for are two entries of one key too.
        pytest.param(
            [product("a", variants=...), product("a", variants=..., delete=True)],
            ["duplicate-item-number"],
        ),
        # The variants of a style that stands twice are said once, as SKUs.
        pytest.param(
            [product("a"), product("a")], ["duplicate-item-number", "duplicate-sku"]
        ),
        pytest.param([customer("1"), customer("01")], [], id="digits"),
        pytest.param([customer("A"), customer("a ")], ["duplicate-customer"]),
        pytest.param(
            [category("A", category("B")), category("B")], [], id="other-parent"
        ),
    ],
)
def test_a_key_belongs_to_one_object(entries: list[Entry], expected: list[str]):
    assert rules(*entries) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([product("a", categories=["Men"])], []),  # nothing is declared: live decides
        ([product("a", categories=["Men"]), category("Men")], []),
        ([product("a", categories=["Man"]), category("Men")], ["unknown-category"]),
        ([product("a", categories=[]), category("Men")], []),
        ([product("a", collection=None), collection("S")], []),
        ([product("a", collection="T"), collection("S")], ["unknown-collection"]),
        (
            [collection("S", allowed_customers=["2"]), customer("1")],
            ["unknown-customer"],
        ),
        (
            [product("a", variants=..., delete=True, categories=["X"]), category("Y")],
            [],
        ),
    ],
)
def test_a_reference_names_what_the_catalog_has(
    entries: list[Entry], expected: list[str]
):
    assert rules(*entries) == expected


def test_nothing_is_unknown_while_a_file_cannot_be_read():
    root = parse(text(product("a", categories=["X"]), category("Y")), "f.yaml").root
    objects, _ = read_catalog({"f.yaml": root}, CONFIG)

    assert [p.rule for p in cross_check(objects, CONFIG)] == ["unknown-category"]
    assert cross_check(objects, CONFIG, complete=False) == []


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ([variant("a", **SIZE_S), variant("b", **SIZE_M)], []),
        ([variant("a", **SIZE_S), variant("b", **SIZE_S)], ["same-attributes"]),
        ([variant("a", **SIZE_S), variant("b")], []),  # b is adopted as it is
        ([variant("a"), variant("b")], []),
        (
            [variant("a", **SIZE_S), variant("b", attributes={"Color": "S"})],
            ["attribute-names"],
        ),
        (  # what is to go may have what comes
            [variant("a", **SIZE_S), variant("b", **SIZE_S, delete=True)],
            [],
        ),
        (
            [
                variant("a", attributes={"Color": "Red"}),
                variant("b", attributes={"Color": "Red"}),
                variant("c", **SIZE_S),
                variant("d", **SIZE_M),
                variant("e", attributes={"Size": "L"}),
            ],
            ["attribute-names", "attribute-names"],
        ),
    ],
)
def test_variants_differ_by_the_values_of_the_same_attributes(
    variants: list[Entry], expected: list[str]
):
    assert rules(product("tee", *variants)) == expected


def test_what_most_variants_have_is_the_rule_for_the_others():
    (problem,) = found(
        product(
            "tee",
            variant("a", attributes={"Colour": "Red"}),
            variant("b", attributes={"Color": "Red"}),
            variant("c", attributes={"Color": "Blue"}),
        )
    )

    assert problem.message.startswith("has the attributes Colour, but b has Color.")


def test_other_products_have_other_attributes():
    assert rules(product("a", whole_variant("a-s")), product("b", variant("b"))) == []


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("570123456789", "9"),
        ("5701234", "6"),
        ("01234567890", "5"),
        ("0000000000000", "0"),
    ],
)
def test_the_check_digit_of_each_length(digits: str, check: str):
    assert check_digit(digits) == check


@pytest.mark.parametrize(
    ("eans", "expected"),
    [
        (["5701234567899"], []),
        ([None, None], []),
        (["5701234567890"], ["ean"]),
        (["570123"], []),  # the schema says how long one is
        (["5701234567899", "5701234567899"], ["same-ean"]),
        (["012345678905", "0012345678905"], ["same-ean"]),
    ],
)
def test_bar_codes(eans: list[str | None], expected: list[str]):
    variants = [variant(f"v{n}", ean=ean) for n, ean in enumerate(eans)]

    assert rules(product("tee", *variants)) == expected


def test_a_variant_that_goes_may_hand_its_bar_code_on():
    old = variant("a", ean="5701234567899", delete=True)

    assert rules(product("tee", old, variant("b", ean="5701234567899"))) == []


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([product("b", renamed_from="a")], []),
        ([product("b", variant("x"), renamed_from="a"), product("a")], ["rename"]),
        ([category("B", renamed_from="B")], ["rename"]),
        # A chain, longest way round: c was b, b was a.
        (
            [category("C", renamed_from="B"), category("B", renamed_from="A")],
            [],
        ),
        (
            [category("A", renamed_from="B"), category("B", renamed_from="A")],
            ["rename", "rename"],
        ),
        # One that only leads into a circle is not in it.
        (
            [
                category("A", renamed_from="B"),
                category("B", renamed_from="C"),
                category("C", renamed_from="B"),
            ],
            ["rename", "rename"],
        ),
        (
            [category("B", renamed_from="A"), category("C", renamed_from="A")],
            ["rename"],
        ),
        ([product("b", renamed_from="a"), category("a")], []),
    ],
)
def test_renames(entries: list[Entry], expected: list[str]):
    assert rules(*entries) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([product("a", variants=..., delete=True)], []),
        ([product("a", variants=..., delete=True, protect=False)], []),
        ([product("a", variants=..., delete=True, protect=True)], ["delete-protected"]),
        (
            [product("a", variant("x", protect=True), variant("y"), delete=True)],
            ["delete-protected", "delete-with-variants"],
        ),
        ([product("a", variant("x", delete=True), delete=True)], []),
        ([category("A", category("B"), delete=True)], ["delete-with-children"]),
        ([category("A", category("B", delete=True), delete=True)], []),
        ([category("A", category("B", delete=True))], []),
    ],
)
def test_deletes(entries: list[Entry], expected: list[str]):
    assert rules(*entries) == expected


@pytest.mark.parametrize(
    ("config", "code", "expected"),
    [
        (Config("DKK"), "EUR", []),
        (Config("DKK"), "QQQ", ["currency-code"]),
        (Config("QQQ"), "QQQ", []),
        (Config("DKK", currencies=("QQQ",)), "QQQ", []),
        (Config("DKK"), "euro", []),  # the schema says how one looks
    ],
)
def test_currencies_are_those_of_the_world_and_of_the_configuration(
    config: Config, code: str, expected: list[str]
):
    price = {code: {"sales_price": 1, "rec_sales_price": 2}}
    cost = [{"currency": code, "cost_price": 1}]
    allowed = [{"currency": code}]
    assert rules(product("t", variant("a", prices=price)), config=config) == expected
    assert (
        rules(product("t", variant("a", cost_prices=cost)), config=config) == expected
    )
    assert rules(customer("1", currency=code), config=config) == expected
    assert rules(customer("1", allowed_currencies=allowed), config=config) == expected


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("DK", None),
        (None, None),
        ("dk", None),
        ("UK", "Write GB"),
        ("QQ", "such as DK"),
    ],
)
def test_countries(country: str | None, expected: str | None):
    problems = found(customer("1", addresses=[{"title": "A", "country": country}]))

    if expected is None:
        assert problems == []
    else:
        assert problems[0].message.endswith(expected)


def test_cost_price_sets_are_listed_in_the_configuration():
    config = Config("DKK", cost_price_sets=("AW27",))

    def sets(label: str) -> list[str]:
        cost = {"currency": "DKK", "cost_price": 1, "cost_price_set_label": label}
        suppliers = [{"supplier_number": "1", "cost_price_set": label}]
        return rules(
            product("tee", variant("a", cost_prices=[cost]), suppliers=suppliers),
            config=config,
        )

    assert sets("AW27") == []
    assert sets("AW28") == ["cost-price-set", "cost-price-set"]


def test_at_most_one_supplier_is_the_primary_one():
    def primary(*values: object) -> list[str]:
        suppliers = [
            {"supplier_number": str(n), "primary": value}
            for n, value in enumerate(values)
        ]
        return rules(product("tee", variant("a"), suppliers=suppliers))

    assert primary(True, False, None) == []
    assert primary(True, True, True) == ["primary-supplier", "primary-supplier"]


def test_a_customer_pays_in_one_way():
    term = {"payment_term": {"payment_term_code": "30"}}

    assert rules(customer("1", **term)) == []
    assert rules(customer("1", credit_type="net", credit_modifier=30)) == []
    assert rules(customer("1", **term, credit_type="net")) == ["two-payment-terms"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("sumer", ' Did you mean "Summer"?'),
        ("NEW", ' Did you mean "New"?'),
        ("xyz", ""),
    ],
)
def test_did_you_mean_looks_past_capitals(word: str, hint: str):
    assert did_you_mean(word, ["Summer", "New"]) == hint


def test_a_place_falls_back_to_what_it_belongs_to():
    object_, entry = Location("f.yaml", 1, 1), Location("f.yaml", 2, 1)
    desired = Desired(
        Ref("product", "tee"),
        At(object_),
        {},
        sources={("prices", "DKK"): At(entry)},
    )

    assert place(desired, "prices", "DKK", "offer_price") == entry
    assert place(desired, "prices", "DKK", text="DKK") == entry
    assert place(desired, "name") == object_
