"""From the files to what the catalog wants: layers, shapes, directives."""

from typing import Any

import pytest
from support.builders import (
    address,
    catalog,
    catalog_of,
    category,
    collection,
    customer,
    product,
    variant,
)

from reconcile.core.catalog import Catalog, read_catalog
from reconcile.core.config import Config
from reconcile.core.model import Desired, Ref, Values
from reconcile.core.yaml.text import parse


def wanted(catalog: Catalog, kind: Any, key: str) -> Desired:
    return catalog.objects[Ref(kind, key)]


def of_variant(**both: Any) -> Values:
    """What one variant wants, of its own and of what all variants share."""
    defaults = both.pop("defaults", {})
    whole = catalog(
        product("tee", {"sku": "tee-s", **both}, variant_defaults=defaults, name="Tee")
    )
    return wanted(whole, "variant", "tee-s").values


PRICE = ("prices", "DKK", "sales_price")
RETAIL = ("prices", "DKK", "rec_sales_price")


@pytest.mark.parametrize(
    ("defaults", "own", "expected"),
    [
        pytest.param(
            {"attributes": {"Color": "Black"}},
            {"attributes": {"Size": "S"}},
            {("attributes", "Color"): "Black", ("attributes", "Size"): "S"},
            id="maps-merge",
        ),
        pytest.param(
            {"prices": {"DKK": {"sales_price": 100, "rec_sales_price": 250}}},
            {"prices": {"DKK": {"sales_price": 95}}},
            {PRICE: "95", RETAIL: "250"},
            id="maps-merge-deep",
        ),
        pytest.param(
            {"prices": {"DKK": {"sales_price": 100}}},
            {"prices": {"EUR": {"sales_price": 13}}},
            {PRICE: "100", ("prices", "EUR", "sales_price"): "13"},
            id="entries-are-added",
        ),
        pytest.param(
            {"drops": [{"drop_code": "A"}, {"drop_code": "B"}]},
            {"drops": [{"drop_code": "C"}]},
            {("drops",): [{"drop_code": "C"}]},
            id="lists-replace",
        ),
        pytest.param(
            {"weight": 180, "weight_type": "g"},
            {"weight": 200},
            {("weight",): "200", ("weight_type",): "g"},
            id="values-replace",
        ),
        pytest.param(
            {"weight": 180}, {"weight": None}, {("weight",): None}, id="null-clears"
        ),
        pytest.param(
            {"meta": {"season": "AW", "fit": "slim"}},
            {"meta": {"season": None}},
            {("meta", "season"): None, ("meta", "fit"): "slim"},
            id="null-clears-in-a-map",
        ),
        pytest.param({}, {"drops": []}, {("drops",): []}, id="empty-list-clears"),
        pytest.param(
            {"prices": {"DKK": {"sales_price": 1, "offer_price": 2}}},
            {"prices": {"DKK": {"offer_price": None, "rec_sales_price": None}}},
            {PRICE: "1", ("prices", "DKK", "offer_price"): None, RETAIL: "0"},
            id="null-of-a-price",
        ),
    ],
)
def test_later_layers_win(
    defaults: dict[str, Any], own: dict[str, Any], expected: Values
):
    assert of_variant(defaults=defaults, **own) == expected


def test_a_value_is_placed_where_the_layer_that_wins_wrote_it():
    text = """\
products:
  - item_number: tee
    renamed_from: shirt
    variant_defaults: {prices: {DKK: {sales_price: 1, rec_sales_price: 2}}}
    variants:
      - {sku: tee-s, prices: {DKK: {sales_price: 3}}, protect: true}
"""
    whole = catalog_of({"f.yaml": text.encode()})
    lines = text.splitlines()

    def at(kind: Any, key: str, *path: str) -> tuple[int, str]:
        desired = wanted(whole, kind, key)
        place = desired.sources[path].location if path else desired.source.location
        return place.line, lines[place.line - 1][place.column - 1 :][: place.length]

    assert at("variant", "tee-s", *PRICE) == (6, "3")
    assert at("variant", "tee-s", *RETAIL) == (4, "2")
    assert at("variant", "tee-s", "prices", "DKK") == (6, "DKK")
    assert at("variant", "tee-s", "protect") == (6, "true")
    assert at("variant", "tee-s") == (6, "tee-s")
    assert at("product", "tee") == (2, "tee")
    assert at("product", "tee", "renamed_from") == (3, "shirt")


def test_what_is_not_written_is_not_managed():
    whole = catalog_of({"f.yaml": b"products: [{item_number: tee}]"})

    assert wanted(whole, "product", "tee").values == {}


@pytest.mark.parametrize(
    ("fields", "path", "value"),
    [
        ({"tags": ["b", 36, "a", "b"]}, ("tags",), ["36", "a", "b"]),
        ({"tags": []}, ("tags",), []),
        ({"colli": [12, 6]}, ("colli",), [6, 12]),
        ({"meta": {"a": 5, "b": True}}, ("meta", "a"), "5"),
        ({"meta": {"a": 5, "b": True}}, ("meta", "b"), "true"),
        ({"weight": 0.5}, ("weight",), "0.5"),
        ({"description": ""}, ("description",), None),
        ({"active": False}, ("active",), False),
        ({"min_order_quantity": 3}, ("min_order_quantity",), 3),
        ({"release_date": "2027-01-04"}, ("release_date",), "2027-01-04"),
        (
            {"translations": {"danish": {"name": "Fed"}}},
            ("translations", "danish", "name"),
            "Fed",
        ),
        (
            {"suppliers": [{"supplier_number": "b"}, {"supplier_number": "a"}]},
            ("suppliers",),
            [{"supplier_number": "a"}, {"supplier_number": "b"}],
        ),
    ],
)
def test_each_shape_stands_at_its_paths(fields: Any, path: Any, value: Any):
    found = wanted(catalog(product("tee", **fields)), "product", "tee").values

    assert found[path] == value


def test_images_keep_their_order_and_each_link_counts_once():
    images = [{"url": "https://x/2.jpg"}, {"url": "https://x/1.jpg", "alt": "Front"}]

    found = of_variant(images=[*images, {"url": "https://x/2.jpg"}])

    assert found["images",] == images


def test_cost_prices_are_keyed_by_currency_and_set():
    config = Config("DKK", cost_price_sets=("Production 2027",))
    label = {"cost_price_set_label": "Production 2027"}
    prices = [
        {"currency": "DKK", "cost_price": 88.125},
        {"currency": "DKK", "cost_price": 90, **label},
    ]

    whole = catalog(product("tee", variant("tee-s", cost_prices=prices)), config=config)

    found = wanted(whole, "variant", "tee-s").values
    assert found["cost_prices", "DKK", "cost_price"] == "88.125"
    assert found["cost_prices", "DKK Production 2027", "cost_price"] == "90"


def test_addresses_are_keyed_by_title_and_an_empty_list_is_said():
    whole = catalog(customer("1", addresses=[address("Shop")]), customer("2"))
    empty = catalog(customer("1", addresses=[]))

    assert wanted(whole, "customer", "1").values["addresses", "Shop", "zip"] == "2400"
    assert wanted(empty, "customer", "1").values["addresses",] == []
    assert ("addresses",) not in wanted(whole, "customer", "2").values


def test_members_of_one_object_stand_side_by_side():
    whole = catalog(customer("1", payment_term={"payment_term_code": "30-days"}))

    values = wanted(whole, "customer", "1").values
    assert values["payment_term", "payment_term_code"] == "30-days"


def test_categories_carry_the_name_of_their_parent_in_key_and_rename():
    whole = catalog(
        category("Men", category("Caps", renamed_from="Hats"), renamed_from="Gents")
    )

    assert wanted(whole, "category", "Men").renamed_from == "Gents"
    caps = wanted(whole, "category", "Men > Caps")
    assert (caps.parent, caps.renamed_from) == (Ref("category", "Men"), "Men > Hats")


def test_directives_are_no_values():
    whole = catalog(
        product(
            "tee",
            variant("tee-s", only_on_create=["prices", "meta"], protect=False),
            protect=True,
            renamed_from="shirt",
        ),
        product("gone", delete=True, variants=...),
    )

    tee = wanted(whole, "product", "tee")
    assert (tee.protect, tee.delete, tee.renamed_from) == (True, False, "shirt")
    assert wanted(whole, "product", "gone").delete
    variant_s = wanted(whole, "variant", "tee-s")
    assert (variant_s.protect, variant_s.parent) == (False, Ref("product", "tee"))
    assert variant_s.only_on_create == {"prices", "meta"}
    assert not {"protect", "only_on_create"} & {path[0] for path in variant_s.values}


def test_a_catalog_declares_the_kinds_it_names():
    whole = catalog(product("tee"), collection("Summer"))

    assert whole.declares("variant")
    assert whole.declares("collection")
    assert not whole.declares("customer")


BROKEN = """\
products:
  - 5
  - {item_number: [a]}
  - {item_number: tee, name: {a: b}, tags: {a: b}, colli: [[1]], meta: [x], active: 3}
  - item_number: cap
    suppliers: [5, {supplier_number: [x]}]
    variants: [{attributes: {Size: S}}, {sku: cap-s, attributes: {Size: [S]}}]
    variant_defaults: [a]
  - {item_number: hat, variants: {sku: x}, weight: abc, translations: 5}
categories: [{name: 3}, {children: [{name: a}]}]
collections: {title: x}
customers:
  - {customer_number: "1", payment_term: 5, addresses: {x: 5}, allowed_currencies: 5}
  - {customer_number: "2", addresses: [{name: x}, 5]}
"""


def test_what_the_schema_refuses_is_passed_over():
    root = parse(BROKEN, "f.yaml").root

    objects, problems = read_catalog({"f.yaml": root, "empty": None}, Config("DKK"))

    assert problems == []
    assert [str(desired.ref) for desired in objects] == [
        "customer:1",
        "customer:2",
        "category:3",
        "product:tee",
        "product:cap",
        "variant:cap-s",
        "product:hat",
    ]


@pytest.mark.parametrize(
    ("decimals", "text", "message"),
    [
        (2, "97.54", None),
        (2, "97.5400", None),
        (2, "97.540", "a point begins the decimals: this is 97.540, not 97540"),
        (
            2,
            "97.5401",
            "a price has at most 2 digits after the point here. Write 97.54",
        ),
        (2, "0.125", "a price has at most 2 digits after the point here. Write 0.13"),
        (2, "97.5451", "Write 97.55"),
        (0, "97.50", "a price has no digits after the point here. Write 98"),
        (0, "97.0", None),
        (3, "1.299", None),
        (3, "1.2995", "at most 3 digits after the point here. Write 1.300"),
        (2, "1" * 20, "this number is longer than any in Traede"),
        (2, f"1.{'0' * 40}1", "at most 2 digits after the point here. Write 1.00"),
    ],
)
def test_prices_have_the_decimals_of_the_configuration(
    decimals: int, text: str, message: str | None
):
    root = parse(
        "products: [{item_number: a, variants: [{sku: b, prices: {DKK: "
        f"{{sales_price: {text}}}}}}}]}}]",
        "f.yaml",
    ).root
    config = Config("DKK", price_decimals=decimals)

    _, problems = read_catalog({"f.yaml": root}, config)

    if message is None:
        assert problems == []
    else:
        assert message in problems[0].message
        assert problems[0].where.length == len(text)
