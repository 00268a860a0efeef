"""The field table agrees with itself; that the schemas agree is tested elsewhere."""

from collections.abc import Iterator

import pytest

from reconcile.core.kinds import (
    CUSTOMER,
    KINDS,
    PRODUCT,
    RANK,
    VARIANT,
    Clear,
    Field,
    Form,
    Kind,
    Reads,
    Shape,
    Via,
)
from reconcile.core.sending import CORE_ROOT

FIELDS = [(kind, field) for kind in KINDS.values() for field in kind.fields.values()]
WITH_MEMBERS = (Shape.RECORD, Shape.RECORDS, Shape.KEYED)


def rows() -> Iterator[tuple[str, Field]]:
    """Every row of the table: fields, and the members of their objects."""
    for kind, field in FIELDS:
        yield f"{kind.name}.{field.name}", field
        for member in field.members:
            yield f"{kind.name}.{field.name}.{member.name}", member


ROWS = pytest.mark.parametrize(
    "row", [r for _, r in rows()], ids=[n for n, _ in rows()]
)
EACH = pytest.mark.parametrize(
    "field", [f for _, f in FIELDS], ids=[f"{k.name}.{f.name}" for k, f in FIELDS]
)


@ROWS
def test_what_a_create_demands_cannot_be_taken_away(row: Field):
    assert not row.required or row.clear is Clear.NEVER


@ROWS
def test_what_traede_clears_with_zero_is_zero_where_null_is_written(row: Field):
    assert row.clear is not Clear.ZERO or row.null_as == "0"


@EACH
def test_only_lists_are_emptied_and_only_objects_have_members(field: Field):
    lists = (Shape.SET, Shape.RECORDS)
    assert (field.clear is Clear.EMPTY) <= (
        field.shape in lists or (field.shape is Shape.KEYED and field.sync_mode)
    )
    assert bool(field.members) == (field.shape in WITH_MEMBERS)
    assert bool(field.keys) == (field.shape in (Shape.RECORDS, Shape.KEYED))


@EACH
def test_the_members_that_identify_an_object_are_never_cleared(field: Field):
    for member in field.members:
        assert member.name not in field.keys or member.clear is Clear.NEVER


@EACH
def test_a_key_of_records_is_a_member_and_one_of_keyed_is_not(field: Field):
    names = {member.name for member in field.members}
    if field.shape is Shape.RECORDS:
        assert {*field.keys} <= names
    if field.shape is Shape.KEYED:
        assert not {*field.keys} & names


@EACH
def test_what_is_included_is_readable_and_events_are_not(field: Field):
    assert (field.reads is not Reads.INCLUDE) or field.include
    assert not (field.event and field.readable)


def test_what_core_writes_is_a_root_field_of_its_put():
    for kind, field in FIELDS:
        assert field.via is Via.SYNC or field.on_wire in CORE_ROOT[kind.name]


def test_stock_and_addresses_are_never_root_fields_of_core():
    for names in CORE_ROOT.values():
        assert not {"inventory", "addresses", "variants"} & {*names}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_kinds_stand_behind_those_they_refer_to(kind: Kind):
    assert all(RANK[earlier] < RANK[kind.name] for earlier in kind.after)
    assert kind.key_field not in kind.fields


@pytest.mark.parametrize(
    ("kind", "path", "name", "clear"),
    [
        (PRODUCT, ("translations", "danish", "name"), "name", Clear.NEVER),
        (PRODUCT, ("translations", "danish", "description"), "description", Clear.NULL),
        (PRODUCT, ("meta", "season"), "meta", Clear.NULL),
        (PRODUCT, ("suppliers",), "suppliers", Clear.EMPTY),
        (VARIANT, ("prices", "DKK", "sales_price"), "sales_price", Clear.NEVER),
        (CUSTOMER, ("discount_percentage",), "discount_percentage", Clear.ZERO),
        (VARIANT, ("cost_prices", "DKK set", "cost_price"), "cost_price", Clear.NEVER),
        (VARIANT, ("inventory", "quantity"), "quantity", Clear.NEVER),
        (CUSTOMER, ("addresses", "Shop", "zip"), "zip", Clear.NEVER),
        (CUSTOMER, ("addresses", "Shop", "region"), "region", Clear.NULL),
        (CUSTOMER, ("payment_term", "payment_term_id"), "payment_term_id", Clear.NEVER),
        # An address as a whole, even one that is called like a member.
        (CUSTOMER, ("addresses", "Shop"), "addresses", Clear.EMPTY),
        (CUSTOMER, ("addresses", "name"), "addresses", Clear.EMPTY),
        (CUSTOMER, ("addresses",), "addresses", Clear.EMPTY),
    ],
)
def test_field_of_a_path_is_the_row_that_decides(
    kind: Kind, path: tuple[str, ...], name: str, clear: Clear
):
    found = kind.field_of(path)

    assert (found.name, found.clear) == (name, clear)


def test_retiring_takes_an_object_off_sale_and_reviving_puts_it_back():
    assert VARIANT.retire() == {("archived",): True, ("b2c_available",): False}
    assert VARIANT.revive() == {("archived",): False, ("b2c_available",): True}
    assert PRODUCT.retire() == CUSTOMER.retire() == {("active",): False}


def test_wire_names_and_decimals_default_to_the_ordinary():
    assert Field("name").on_wire == "name"
    assert PRODUCT.fields["collection"].on_wire == "collection_id"
    assert {f.decimals for f in _money()} == {None, 4}


def _money() -> Iterator[Field]:
    return (row for _, row in rows() if row.form is Form.MONEY and not row.members)
