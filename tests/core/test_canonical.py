"""One shape for both sides of the comparison."""

from decimal import Decimal
from typing import Any

import pytest

from reconcile.core.canonical import (
    NotCanonical,
    as_set,
    canonical,
    decimal_text,
    fold,
    implied,
    record_order,
    same,
)
from reconcile.core.kinds import COLLECTION, CUSTOMER, PRODUCT, VARIANT, Field, Form
from reconcile.core.model import MISSING

TAGS = PRODUCT.fields["tags"]
COLLI = PRODUCT.fields["colli"]
CATEGORIES = PRODUCT.fields["categories"]
SUPPLIERS = PRODUCT.fields["suppliers"]
CURRENCIES = CUSTOMER.fields["allowed_currencies"]
CUSTOMERS = COLLECTION.fields["allowed_customers"]


@pytest.mark.parametrize(
    ("form", "raw", "expected"),
    [
        (Form.TEXT, " Tee ", "Tee"),
        (Form.TEXT, "a\r\nb", "a\nb"),
        (Form.TEXT, "", None),
        (Form.TEXT, "  ", None),
        (Form.TEXT, None, None),
        (Form.TEXT, 36, "36"),
        (Form.TEXT, Decimal("5.50"), "5.50"),
        (Form.TEXT, True, "true"),
        (Form.TEXT, False, "false"),
        (Form.BOOL, 1, True),
        (Form.BOOL, "0", False),
        (Form.BOOL, "true", True),
        (Form.BOOL, False, False),
        (Form.BOOL, "", None),
        (Form.INT, "12", 12),
        (Form.INT, "12.0", 12),
        (Form.INT, Decimal("-3"), -3),
        (Form.MONEY, "300.00", "300"),
        (Form.MONEY, 100, "100"),
        (Form.MONEY, Decimal("0.00"), "0"),
        (Form.MONEY, "-0", "0"),
        (Form.MONEY, " 40.50 ", "40.5"),
        (Form.NUMBER, "1E+3", "1000"),
        (Form.NUMBER, "0.000001", "0.000001"),
        (Form.DATE, "2027-01-04", "2027-01-04"),
        (Form.DATE, "2027-01-04 00:00:00", "2027-01-04"),
        (Form.DATE, "2027-01-04T10:30:00Z", "2027-01-04"),
        (Form.DATE, None, None),
        (Form.CATEGORY, "Men > Shirts", "Men > Shirts"),
        (Form.COLLECTION, "Summer 2027", "Summer 2027"),
        (Form.CUSTOMER, 1000, "1000"),
    ],
)
def test_each_form_has_one_normaliser(form: Form, raw: Any, expected: Any):
    assert canonical(Field("x", form), raw) == expected


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        (Form.TEXT, ["a"]),
        (Form.TEXT, 1.5),
        (Form.BOOL, "yes"),
        (Form.BOOL, 2),
        (Form.INT, "1.5"),
        (Form.INT, True),
        (Form.MONEY, "abc"),
        (Form.MONEY, 1.5),
        (Form.MONEY, "NaN"),
        (Form.MONEY, "Infinity"),
        (Form.MONEY, "1e99"),
        (Form.MONEY, {}),
        (Form.DATE, "4.1.2027"),
        (Form.DATE, "2027-02-30"),
        (Form.DATE, 20270104),
    ],
)
def test_what_fits_no_form_is_not_guessed(form: Form, raw: Any):
    with pytest.raises(NotCanonical):
        canonical(Field("x", form), raw)


def test_null_is_what_traede_itself_takes_it_for():
    retail = VARIANT.field_of(("prices", "DKK", "rec_sales_price"))

    assert canonical(retail, None) == canonical(retail, "0.00") == "0"


@pytest.mark.parametrize(
    ("number", "text"),
    [("300.00", "300"), ("1E+2", "100"), ("0.10", "0.1"), ("-0.0", "0"), ("7", "7")],
)
def test_a_decimal_is_its_shortest_text(number: str, text: str):
    assert decimal_text(Decimal(number)) == text


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Tee", "tee", True),
        ("Wool  Socks", "wool socks", True),
        ("straße", "STRASSE", True),
        ("tee", "tea", False),
    ],
)
def test_keys_that_differ_only_by_capitals_and_spaces_fold_to_one(
    one: str, other: str, equal: bool
):
    assert (fold(one) == fold(other)) is equal


def test_a_set_is_sorted_without_repetition_and_nulls():
    assert as_set(TAGS, ["b", "a", None, "b"]) == ["a", "b"]
    assert as_set(COLLI, [12, 6, 12]) == [6, 12]


def test_records_are_ordered_by_what_identifies_them():
    order = record_order(SUPPLIERS)

    found = sorted([{"supplier_number": "b"}, {"supplier_number": "a"}], key=order)
    assert [record["supplier_number"] for record in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("field", "desired", "live", "equal"),
    [
        (TAGS, ["a"], ["a"], True),
        (TAGS, ["a"], ["a", "b"], False),
        (TAGS, [], None, True),
        (TAGS, [], MISSING, True),
        (TAGS, None, [], True),
        (COLLI, [6], [6, 12], False),
        (PRODUCT.fields["description"], None, MISSING, True),
        (PRODUCT.fields["active"], False, None, False),  # no is not nothing
        # Traede may return the parent of a sub category too, and no more than that.
        (CATEGORIES, ["Men > Shirts"], ["Men", "Men > Shirts"], True),
        (CATEGORIES, ["Men > Shirts"], ["Men > Shirts", "Women"], False),
        (CATEGORIES, ["Men", "Men > Shirts"], ["Men > Shirts"], False),
        (CATEGORIES, ["Men > Shirts"], [], False),
        (CATEGORIES, None, ["Men"], False),
        # Of a list of objects only the members that are written count.
        (CURRENCIES, [{"currency": "DKK"}], [{"currency": "DKK", "amount": "0"}], True),
        (CURRENCIES, [{"currency": "DKK"}], [{"currency": "EUR"}], False),
        (CURRENCIES, [{"currency": "DKK"}], None, False),
        (
            CURRENCIES,
            [{"currency": "DKK", "amount": "5"}],
            [{"currency": "DKK", "amount": "6"}],
            False,
        ),
        (CURRENCIES, None, None, True),
        (CUSTOMERS, ["1000"], ["1000"], True),
    ],
)
def test_same_is_what_the_catalog_says_as_far_as_it_says_it(
    field: Field, desired: Any, live: Any, equal: bool
):
    assert same(field, desired, live) is equal


def test_only_categories_imply_others():
    assert implied(CATEGORIES, ["A > B"], ["A", "A > B"])
    assert not implied(CATEGORIES, ["A > B"], ["A > B"])
    assert not implied(TAGS, ["A > B"], ["A", "A > B"])
