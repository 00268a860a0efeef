"""Query options: paging, sorting, filters, includes and their modes."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_builders import Api, product, variant


@pytest.fixture
def many(api: Api) -> Api:
    """70 collections C01 … C70."""
    rows = [{"title": f"C{n:02}", "active": n % 2 == 0} for n in range(1, 71)]
    api.box.load({"collections": rows})
    return api


def ids(api: Api, query: str, status: int = 200) -> Any:
    answer = api.get(f"/collections?{query}", status=status)
    return [row["id"] for row in answer["collections"]] if status == 200 else None


def span(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


@pytest.mark.parametrize(
    ("switches", "query", "expected"),
    [
        ({}, "", span(1, 20)),
        ({}, "limit=5", span(1, 5)),
        ({}, "limit=5&page=0", span(1, 5)),
        ({}, "limit=5&page=2", span(11, 15)),
        ({}, "limit=50&page=1", span(51, 70)),
        ({}, "limit=50&page=2", []),
        ({}, "limit=5&start=3", span(4, 8)),
        ({}, "limit=5&start=3&page=9", span(4, 8)),
        ({}, "limit=0", span(1, 20)),
        ({}, "limit=100", span(1, 60)),
        ({}, "limit=100&page=1", span(61, 70)),
        ({"over_cap": "clamp-late"}, "limit=65&page=1", span(66, 70)),
        ({"limit_cap": None}, "limit=100", span(1, 70)),
        ({"default_limit": None, "limit_cap": None}, "", span(1, 70)),
        ({"default_limit": None}, "", span(1, 70)),
        ({"page_base": "1"}, "limit=5&page=0", span(1, 5)),
        ({"page_base": "1"}, "limit=5&page=1", span(1, 5)),
        ({"page_base": "1"}, "limit=5&page=2", span(6, 10)),
        ({"page_base": "1-strict"}, "limit=5&page=2", span(6, 10)),
    ],
)
def test_pages(
    many: Api, switches: dict[str, Any], query: str, expected: list[int]
) -> None:
    many.speak(**switches)

    assert ids(many, query) == expected


@pytest.mark.parametrize(
    ("switches", "query", "status"),
    [
        ({"page_base": "1-strict"}, "limit=5&page=0", 422),
        ({"over_cap": "refuse"}, "limit=61", 422),
        ({"default_limit": None}, "page=1", 500),
        ({}, "limit=many", 500),
        ({}, "page[]=1", 500),
        ({}, "sort=title", 500),
        ({}, "sort[]=title", 500),
        ({}, "sort[0][direction]=asc", 500),
        ({}, "sort[0][key]=nothing", 500),
        ({}, "includes=products", 500),
        ({}, "includes[]=nothing", 500),
        ({}, "includes[]=products.nothing", 500),
        ({"refused_includes": frozenset({"products"})}, "includes[]=products", 500),
        ({}, "filter_groups={}", 500),
        ({}, "filter_groups[0][or]=true", 500),
        ({}, "filter_groups[0][filters][0][key]=title", 500),
        ({}, "filter_groups[0][filters][0][]=nothing&"
             "filter_groups[0][filters][0][]=eq&filter_groups[0][filters][0][]=1", 500),
    ],
)  # fmt: skip
def test_what_php_would_not_take(
    many: Api, switches: dict[str, Any], query: str, status: int
) -> None:
    many.speak(**switches)

    ids(many, query, status)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort[0][key]=id&sort[0][direction]=ASC", [1, 2, 3]),
        ("sort[0][key]=id&sort[0][direction]=asc", [1, 2, 3]),
        ("sort[0][key]=id", [1, 2, 3]),
        ("sort[0][key]=id&sort[0][direction]=DESC", [70, 69, 68]),
        ("sort[0][key]=id&sort[0][direction]=ascending", [70, 69, 68]),
        (
            "sort[0][key]=active&sort[1][key]=title&sort[1][direction]=DESC",
            [69, 67, 65],
        ),
        ("sort%5B0%5D%5Bkey%5D=title", [1, 2, 3]),
    ],
)
def test_sorting(many: Api, query: str, expected: list[int]) -> None:
    assert ids(many, f"{query}&limit=3") == expected


def test_an_unsorted_list_may_come_in_any_order(many: Api) -> None:
    many.speak(order="shuffled")

    first, second = ids(many, "limit=60"), ids(many, "limit=60")
    sorted_ = ids(many, "limit=60&sort[0][key]=id")

    assert first != second
    assert sorted_ == span(1, 60)


@pytest.mark.parametrize(
    ("path", "switches", "expected"),
    [
        ("/collections?limit=5", {}, {"totals": 70}),
        ("/products", {}, {"total": 0}),
        ("/collections?limit=5", {"total_key": "total"}, {"total": 70}),
        ("/products", {"total_key": "totals"}, {"totals": 0}),
        ("/products", {"total_key": "none"}, {}),
        ("/collections?limit=5", {"total_counts": "page"}, {"totals": 5}),
        ("/collections?" + "filter_groups[0][filters][0][key]=id&"
         "filter_groups[0][filters][0][operator]=lt&"
         "filter_groups[0][filters][0][value]=30",
         {"total_counts": "filtered"}, {"totals": 29}),
    ],
)  # fmt: skip
def test_totals(
    many: Api, path: str, switches: dict[str, Any], expected: dict[str, int]
) -> None:
    many.speak(**switches)

    answer = many.get(path)

    assert {k: v for k, v in answer.items() if k.startswith("total")} == expected


def group(*rules: tuple[str, str, Any, str] | tuple[str, str, Any], **more: str) -> str:
    return _groups([(rules, more)])


def _groups(groups: list[tuple[Any, dict[str, str]]]) -> str:
    parts = []
    for g, (rules, more) in enumerate(groups):
        start = f"filter_groups[{g}]"
        parts += [f"{start}[{name}]={value}" for name, value in more.items()]
        for n, (key, operator, value, *negate) in enumerate(rules):
            rule = f"{start}[filters][{n}]"
            parts += [f"{rule}[key]={key}", f"{rule}[operator]={operator}"]
            if isinstance(value, list):
                parts += [f"{rule}[value][]={one}" for one in value]
            else:
                parts.append(f"{rule}[value]={value}")
            parts += [f"{rule}[not]={one}" for one in negate]
    return "&".join(parts)


STOCK = [
    # id, number, name, billing_email, interest_rate
    {"customer_number": "7", "name": "Anna & Co", "interest_rate": "9"},
    {"customer_number": "1000", "name": "Bo", "billing_email": "b@x.dk"},
    {"customer_number": "1001", "name": "anna bo", "interest_rate": "10.5"},
    {"customer_number": "A-1", "name": "50% off", "active": False},
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (group(("name", "eq", "Bo")), [2]),
        (group(("name", "eq", "bo")), []),
        (group(("name", "eq", "Bo", "true")), [1, 3, 4]),
        (group(("name", "eq", "Bo", "false")), [2]),
        (group(("name", "whatever", "Bo")), [2]),
        (group(("name", "ct", "anna")), [1, 3]),
        (group(("name", "sw", "anna")), [1, 3]),
        (group(("name", "ew", "bo")), [2, 3]),
        (group(("name", "ct", "anna", "true")), [2, 4]),
        (group(("name", "ct", "%25")), [1, 2, 3, 4]),
        (group(("name", "ct", "_%26")), [1]),
        (group(("id", "gt", "2")), [3, 4]),
        (group(("id", "gt", "2", "true")), [1]),
        (group(("id", "gte", "2")), [2, 3, 4]),
        (group(("id", "gte", "2", "true")), [1]),
        (group(("id", "lt", "2")), [1]),
        (group(("id", "lte", "2")), [1, 2]),
        (group(("id", "lte", "2", "true")), [3, 4]),
        (group(("interest_rate", "lt", "10")), [1]),
        (group(("customer_number", "in", ["7", "A-1", "none"])), [1, 4]),
        (group(("customer_number", "in", ["7", "A-1"], "true")), [2, 3]),
        (group(("customer_number", "in", ["7", "A-1"], "1")), [1, 4]),
        (group(("id", "bt", ["2", "3"])), [2, 3]),
        (group(("id", "bt", ["2", "3"], "true")), [1, 4]),
        (group(("billing_email", "eq", "null")), [1, 3, 4]),
        (group(("billing_email", "gt", "", "true")), [2]),
        (group(("active", "eq", "1")), [1, 2, 3]),
        (group(("active", "eq", "0")), [4]),
        (group(("active", "eq", "true")), [4]),
        (group(("name", "eq", "Bo"), ("id", "eq", "1")), []),
        (group(("name", "eq", "Bo"), ("id", "eq", "1"), **{"or": "true"}), [1, 2]),
        (group(("name", "eq", "Bo"), ("id", "eq", "1"), **{"or": "1"}), []),
        (
            group(("billing_email", "eq", "null"), ("id", "lt", "4"), **{"or": "true"}),
            [1, 3],
        ),
        (
            _groups(
                [
                    ([("id", "eq", "1"), ("id", "eq", "2")], {"or": "true"}),
                    ([("name", "eq", "Bo")], {}),
                ]
            ),
            [2],
        ),
        (
            "filter_groups[0][filters][0][]=name&filter_groups[0][filters][0][]=eq&"
            "filter_groups[0][filters][0][]=Bo",
            [2],
        ),
    ],
)
def test_filters(api: Api, query: str, expected: list[int]) -> None:
    api.box.load({"customers": STOCK})

    answer = api.get(f"/customers?{query}")

    assert [row["id"] for row in answer["customers"]] == expected


@pytest.mark.parametrize(
    "query", [group(("id", "in", "1")), group(("id", "bt", ["1"]))]
)
def test_lists_must_be_lists(api: Api, query: str) -> None:
    api.get(f"/customers?{query}", status=500)


def test_not_like_may_find_nothing(api: Api) -> None:
    api.box.load({"customers": STOCK})
    api.speak(bruno_not="broken")

    answer = api.get("/customers?" + group(("name", "ct", "anna", "true")))

    assert answer["customers"] == []


def test_more_than_a_thousand_parameters_are_cut(many: Api) -> None:
    wanted = [str(n) for n in range(5000, 6100)] + ["7"]

    assert ids(many, group(("id", "in", wanted))) == []
    assert ids(many, group(("id", "in", wanted[-2:]))) == [7]


# --- includes ------------------------------------------------------------------------


@pytest.fixture
def shop(api: Api) -> Api:
    api.box.load(
        {
            "categories": [{"name": "Men"}, {"name": "Shirts", "parent": "Men"}],
            "collections": [{"title": "Summer"}],
            "products": [
                product(
                    variant("tee-s", inventory={}),
                    variant(
                        "tee-m",
                        cost_prices=[
                            {"id": 1, "currency": "DKK", "cost_price": "40.125"}
                        ],
                    ),
                    categories=["Men", "Men > Shirts"],
                    collection_id=1,
                    subbrand_id=9,
                    tags=["basics"],
                ),
                product(variant("cap-s"), item_number="cap"),
            ],
        }
    )
    api.box.edit("variant", "tee-s", inventory={"stock": stock(11, 5)})
    return api


def stock(entry_id: int, quantity: int) -> dict[str, Any]:
    stamp = "2026-01-01 00:00:00"
    return {
        "id": entry_id,
        "product_variant_id": 1,
        "quantity": quantity,
        "stock_type": "stock",
        "delivery": None,
        "created_at": stamp,
        "updated_at": stamp,
    }


def first(api: Api, query: str = "") -> Any:
    return api.get(f"/products?{query}")["products"][0]


def test_nothing_is_embedded_unasked(shop: Api) -> None:
    relations = {"variants", "categories", "collection", "subbrand", "tags"}

    assert not relations & first(shop).keys()


def test_the_examples_embed_variants_and_stock(shop: Api) -> None:
    shop.speak(
        embedded=frozenset({"product.variants", "variant.prices", "variant.inventory"})
    )

    one = first(shop)["variants"][0]

    assert one["prices"]["DKK"]["sales_price"] == "100"
    assert one["inventory"]["stock"]["quantity"] == 5


def test_prices_come_with_their_variants_or_by_include(shop: Api) -> None:
    with_variants = first(shop, "includes[]=variants")["variants"][0]
    shop.speak(embedded=frozenset())
    without = first(shop, "includes[]=variants")["variants"][0]
    asked = first(shop, "includes[]=variants.prices")["variants"][0]

    assert with_variants["prices"] == asked["prices"]
    assert "prices" not in without


def test_every_documented_relation_of_a_product(shop: Api) -> None:
    names = ("categories", "collection", "subbrand", "tags", "variants.inventory")

    one = first(shop, "&".join(f"includes[]={name}" for name in names))

    assert [row["name"] for row in one["categories"]] == ["Men", "Shirts"]
    assert one["collection"]["title"] == "Summer"
    assert one["subbrand"]["id"] == 9
    assert one["tags"] == [{"id": 1, "name": "basics"}]
    assert one["variants"][0]["inventory"]["stock"]["entity_id"] == 1
    assert one["variants"][1]["inventory"] == {}


def test_a_relation_to_nothing_is_null(shop: Api) -> None:
    query = "includes[]=collection&includes[]=tags:ids"
    cap = shop.get(f"/products/2?{query}")["product"]

    assert (cap["collection"], cap["tags"]) == (None, [])


@pytest.mark.parametrize(
    ("case", "key"), [("snake", "cost_prices"), ("camel", "costPrices")]
)
def test_keys_of_camel_case_relations(shop: Api, case: Any, key: str) -> None:
    shop.speak(include_keys=case)

    one = first(shop, "includes[]=variants.costPrices")["variants"][1]

    assert one[key] == [{"id": 1, "currency": "DKK", "cost_price": "40.125"}]
    shop.get("/products?includes[]=variants.cost_prices", status=500)


def test_ids_in_place_of_objects(shop: Api) -> None:
    query = "includes[]=categories:ids&includes[]=collection:ids"
    one = first(shop, f"{query}&includes[]=variants.inventory:ids")

    assert (one["categories"], one["collection"]) == ([1, 2], 1)
    assert one["variants"][0]["inventory"] == [11]


def test_sideloaded_objects_stand_at_the_root_once(shop: Api) -> None:
    answer = shop.get(
        "/products?includes[]=variants:sideload&includes[]=variants.inventory:sideload"
        "&includes[]=collection:sideload&includes[]=categories:other"
    )

    assert [row["variants"] for row in answer["products"]] == [[1, 2], [3]]
    assert [row["sku"] for row in answer["variants"]] == ["tee-s", "tee-m", "cap-s"]
    assert [row["id"] for row in answer["variants.inventory"]] == [11]
    assert answer["products"][0]["collection"] == 1
    assert [row["title"] for row in answer["collection"]] == ["Summer"]
    assert answer["products"][0]["categories"][0]["name"] == "Men"


def test_an_include_may_be_refused_or_bring_nothing(shop: Api) -> None:
    shop.speak(
        refused_includes=frozenset({"variants.prices"}),
        ignored_includes=frozenset({"tags"}),
    )

    one = first(shop, "includes[]=variants&includes[]=tags")

    assert "variants" in one
    assert "tags" not in one
    shop.get("/products?includes[]=variants.prices", status=500)


def test_products_of_a_category_and_of_a_collection(shop: Api) -> None:
    query = "includes[]=products.variants"
    tree = shop.get(f"/categories?{query}&includes[]=children.products")["categories"]
    collection = shop.get(f"/collections/1?{query}")["collection"]

    assert tree[0]["products"][0]["variants"][0]["sku"] == "tee-s"
    assert tree[0]["children"][0]["products"][0]["item_number"] == "tee"
    assert [row["item_number"] for row in collection["products"]] == ["tee"]
