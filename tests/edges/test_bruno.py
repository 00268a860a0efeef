from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reconcile.edges.bruno import chunks, query


def test_a_page_is_asked_for_in_php_brackets() -> None:
    pairs = query(
        limit=50, page=0, sort=[("id", "asc")], includes=["variants", "variants.prices"]
    )

    assert pairs == [
        ("includes[]", "variants"),
        ("includes[]", "variants.prices"),
        ("sort[0][key]", "id"),
        ("sort[0][direction]", "asc"),
        ("limit", "50"),
        ("page", "0"),
    ]


def test_filters_stand_in_one_group_and_lists_have_one_pair_per_value() -> None:
    pairs = query(
        filters=[
            ("sku", "in", ["a", "b"]),
            ("active", "eq", True),
            ("price", "gte", Decimal("9.50")),
        ]
    )

    group = "filter_groups[0][filters]"
    assert pairs == [
        (f"{group}[0][key]", "sku"),
        (f"{group}[0][operator]", "in"),
        (f"{group}[0][value][]", "a"),
        (f"{group}[0][value][]", "b"),
        (f"{group}[1][key]", "active"),
        (f"{group}[1][operator]", "eq"),
        (f"{group}[1][value]", "1"),
        (f"{group}[2][key]", "price"),
        (f"{group}[2][operator]", "gte"),
        (f"{group}[2][value]", "9.50"),
    ]


def test_nothing_asked_is_nothing_sent() -> None:
    assert query() == []


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"limit": 61}, id="limit-above-any-text"),
        pytest.param({"limit": 0}, id="limit-0"),
        pytest.param({"page": 0}, id="page-without-limit"),
        pytest.param({"limit": 50, "page": -1}, id="negative-page"),
        pytest.param({"sort": [("id", "ASC ")]}, id="direction-read-as-desc"),
        pytest.param({"filters": [("id", "is", "1")]}, id="operator-read-as-equality"),
        pytest.param({"filters": [("id", "eq", "")]}, id="empty-read-as-null"),
        pytest.param({"filters": [("id", "eq", "null")]}, id="null-read-as-null"),
        pytest.param({"filters": [("id", "eq", ["1"])]}, id="list-without-in"),
        pytest.param({"filters": [("id", "in", "12")]}, id="in-without-list"),
        pytest.param({"filters": [("id", "in", [])]}, id="empty-list"),
        pytest.param({"filters": [("id", "in", ["1"] * 101)]}, id="list-too-long"),
    ],
)
def test_what_would_be_misread_without_a_word_is_refused(
    options: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=r"."):
        query(**options)


def test_values_are_split_into_lists_that_fit_each_once() -> None:
    values = [str(n) for n in range(250)] + ["0", "1"]

    assert [len(some) for some in chunks(values)] == [100, 100, 50]
