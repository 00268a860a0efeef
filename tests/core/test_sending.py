"""Which values travel with one object when something about it is written."""

from decimal import Decimal
from typing import Any

import pytest
from support.builders import (
    SEAL,
    address,
    catalog,
    collection,
    customer,
    ledger,
    live,
    live_of,
    price,
    product,
    variant,
)

from reconcile.core.kinds import COLLECTION, CUSTOMER, KINDS, PRODUCT, VARIANT, Via
from reconcile.core.model import MISSING, Applied, Desired, Live, Path, Ref, Value
from reconcile.core.sending import (
    Travelling,
    core_key,
    core_root,
    last_known,
    sync_fields,
    travelling,
)

TEE = Ref("product", "tee")
TEE_S = Ref("variant", "tee-s")
IDS = {"collection": {"Summer": 7}, "customer": {"1000": 3}, "category": {}}


def of(ref: Ref, *entries: Any) -> Desired:
    return catalog(*entries).objects[ref]


def read(ref: Ref, raw: dict[str, Any] | None = None, **values: Value) -> Live:
    """A live object of which these fields were read, and nothing else."""
    paths = {tuple(name.split("__")): value for name, value in values.items()}
    return Live(ref, 1, paths, raw=raw or {})


def sent(ref: Ref, fields: dict[str, Any], now: Live | None, **how: Any) -> Travelling:
    entry = product("tee", {"sku": "tee-s"}, name=...)
    if ref == TEE:
        entry |= fields
    else:
        entry["variants"][0] |= fields
    return travelling(of(ref, entry), now, how.pop("row", None), **how)


# --- what is managed, and nothing else ---------------------------------------------


def test_every_managed_field_travels_and_no_other():
    now = read(TEE, name="Old", description="Read", active=True, tags=["a"])

    found = sent(TEE, {"name": "Tee", "weight": 3}, now)

    assert found.values == {("name",): "Tee", ("weight",): "3", ("active",): True}
    assert found.ours == {("name",), ("weight",)}


def test_a_new_object_travels_whole():
    found = sent(TEE, {"name": "Tee", "description": None}, None)

    assert found.values == {("name",): "Tee", ("description",): None}


@pytest.mark.parametrize(
    ("now", "travels"),
    [
        (read(TEE, name="Read"), {("name",): "Read"}),
        (read(TEE), {}),  # not readable: left out
        (Live(TEE, 1, {}, closed=frozenset([()])), {}),
    ],
)
def test_a_held_field_travels_as_just_read(now: Live, travels: dict[Path, Value]):
    found = sent(TEE, {"name": "Tee"}, now, held={("name",)})

    assert found.values == travels
    assert found.ours == frozenset()


def test_a_held_field_that_live_lacks_is_left_out():
    now = Live(TEE, 1, {}, closed=frozenset([("meta",)]))

    found = sent(TEE, {"meta": {"a": "x", "b": "y"}}, now, held={("meta", "a")})

    assert found.values == {("meta", "b"): "y"}


@pytest.mark.parametrize(
    ("now", "travels"),
    [
        (None, {("name",): "Tee"}),
        (read(TEE, name="By hand"), {("name",): "By hand"}),
        (read(TEE), {}),
    ],
)
def test_only_on_create_is_sent_with_the_create(
    now: Live | None, travels: dict[Path, Value]
):
    found = sent(TEE, {"name": "Tee", "only_on_create": ["name"]}, now)

    assert found.values == travels


@pytest.mark.parametrize(
    ("value", "managed", "travels"),
    [
        (None, False, False),  # would clear what nobody has looked at
        (None, True, True),
        (0, False, True),
        (5, False, True),
    ],
)
def test_nothing_blind_is_cleared_in_an_object_not_managed_yet(
    value: int | None, managed: bool, travels: bool
):
    row = Applied(TEE, 1) if managed else None

    found = sent(TEE, {"custom_sort": value}, read(TEE), row=row)

    assert (("custom_sort",) in found.values) is travels


def test_what_can_be_read_may_be_cleared_at_once():
    now = read(TEE, description="Read")

    assert sent(TEE, {"description": None}, now).values == {("description",): None}


def test_events_travel_only_when_planned():
    fields = {"images": [{"url": "https://x/1.jpg"}], "inventory": {"quantity": 5}}
    new = [{"url": "https://x/2.jpg"}]

    assert sent(TEE_S, fields, None).values == {}
    found = sent(TEE_S, fields, read(TEE_S), written={("images",): new})
    assert found.values == {("images",): new}


def test_a_planned_value_that_the_catalog_does_not_say_travels_too():
    found = sent(TEE_S, {}, read(TEE_S), written={("archived",): False})

    assert found.values == {("archived",): False}
    assert found.ours == {("archived",)}


def test_a_dropped_address_goes_by_sending_the_others():
    shop = customer("1", addresses=[address("Shop")])
    now = live_of(of(Ref("customer", "1"), shop), 1)

    found = travelling(
        of(Ref("customer", "1"), shop),
        now,
        Applied(now.ref, 1),
        written={("addresses", "Old"): MISSING},
    )

    assert found.replaced == {"addresses"}
    assert {path[1] for path in found.values if path[0] == "addresses"} == {"Shop"}
    body = sync_fields(CUSTOMER, found, IDS, "payment_term")
    assert body["addresses_sync_mode"] == "replace"


# --- prices travel whole -----------------------------------------------------------


def test_members_of_a_price_not_written_carry_what_was_read():
    now = live(product("tee", variant(prices={"DKK": price(100, 250, offer_price=80)})))

    found = sent(TEE_S, {"prices": {"DKK": {"sales_price": 90}}}, now.objects[TEE_S])

    prices = {path[2]: v for path, v in found.values.items() if path[0] == "prices"}
    assert prices == {
        "sales_price": "90",
        "rec_sales_price": "250",
        "offer_price": "80",
    }
    assert found.ours == {("prices", "DKK", "sales_price")}


def test_other_currencies_do_not_travel():
    now = read(TEE_S, prices__EUR__sales_price="13", prices__DKK__sales_price="100")

    found = sent(TEE_S, {"prices": {"DKK": {"rec_sales_price": 250}}}, now)

    assert found.values == {
        ("prices", "DKK", "rec_sales_price"): "250",
        ("prices", "DKK", "sales_price"): "100",
    }


# --- what decides whether it can be sold -------------------------------------------


@pytest.mark.parametrize(
    ("now", "row", "travels"),
    [
        (read(TEE, active=False), None, {("active",): False}),
        (read(TEE), Applied(TEE, 1, {("active",): False}), {("active",): False}),
        (read(TEE), Applied(TEE, 1), {}),  # nobody knows: not guessed
        (read(TEE), None, {}),
        (
            read(TEE, active=True),
            Applied(TEE, 1, {("active",): False}),
            {("active",): True},
        ),
        (read(TEE, active=None), None, {}),
    ],
)
def test_on_sale_always_travels_as_read_or_last_applied(
    now: Live, row: Applied | None, travels: dict[Path, Value]
):
    assert sent(TEE, {}, now, row=row).values == travels


def test_on_sale_of_a_variant_are_two_fields():
    row = Applied(TEE_S, 1, {("archived",): True, ("b2c_available",): False})

    found = sent(TEE_S, {"archived": False}, read(TEE_S), row=row)

    assert found.values == {("archived",): False, ("b2c_available",): False}


def test_what_only_core_writes_is_not_kept_on_sale_by_sync():
    summer = Ref("collection", "Summer")
    now = read(summer, active=False)

    found = travelling(of(summer, collection("Summer")), now, None)

    assert ("active",) not in found.values


# --- what the catalog no longer names ----------------------------------------------


def test_last_known_is_what_was_read_else_what_was_applied():
    row = Applied(
        TEE_S,
        1,
        {
            ("weight",): "180",
            ("prices", "DKK", "sales_price"): "100",
            ("attributes", "Size"): "S",
            ("images",): [{"url": "https://x/1.jpg"}],
            ("meta", "gone"): "x",
            ("no_such_field",): 1,
            ("archived",): True,
        },
    )
    now = Live(
        TEE_S,
        1,
        {
            ("prices", "DKK", "sales_price"): "95",
            ("prices", "DKK", "offer_price"): "80",
        },
        closed=frozenset([("meta",)]),
    )

    found = last_known(row, now)

    assert found.values == {
        ("weight",): "180",
        ("prices", "DKK", "sales_price"): "95",
        ("prices", "DKK", "offer_price"): "80",
        ("attributes", "Size"): "S",
        ("archived",): True,
    }
    assert found.ours == frozenset()


def test_a_sealed_value_is_known_to_nobody():
    ref = Ref("customer", "1")
    row = Applied(
        ref, 1, {("name",): SEAL("customer", ("name",), "Anna"), ("currency",): "DKK"}
    )

    assert last_known(row, read(ref)).values == {("currency",): "DKK"}
    assert last_known(row, read(ref, name="Anna")).values[("name",)] == "Anna"


# --- the two bodies ----------------------------------------------------------------


def test_ours_are_told_apart_by_the_call_that_writes_them():
    found = sent(TEE, {"name": "Tee", "subbrand_id": 3}, read(TEE, active=True))

    assert found.only(PRODUCT, Via.SYNC) == {("name",)}
    assert found.only(PRODUCT, Via.CORE) == {("subbrand_id",)}
    body = sync_fields(PRODUCT, found, IDS, "payment_term")
    assert body == {"name": "Tee", "active": True}


RAW = {
    "id": 1,
    "item_number": "tee",
    "name": "Queued",
    "description": None,
    "collection_id": 5,
    "variants": [],
    "inventory": {"stock": 1},
    "created_at": "2026-11-01",
}


def test_core_root_sends_fields_as_just_read_plus_ours_and_never_stock():
    body = core_root(
        PRODUCT, read(TEE, RAW), {("name",): "Tee", ("collection",): "Summer"}, IDS
    )

    assert body == {
        "item_number": "tee",
        "name": "Tee",
        "description": None,
        "collection_id": 7,
    }


def test_core_root_leaves_out_what_only_sync_takes():
    body = core_root(PRODUCT, read(TEE, RAW), {("weight",): "3"}, IDS)

    assert "weight" not in body


def test_core_root_of_a_create_has_only_ours():
    body = core_root(
        COLLECTION,
        None,
        {("visibility",): "customers_custom", ("allowed_customers",): ["1000"]},
        IDS,
    )

    assert body == {"visibility": "customers_custom", "allowed_customers": [3]}


def test_core_root_keeps_the_other_prices_and_attributes():
    raw = {
        "sku": "tee-s",
        "ean": None,
        "attributes": {"Size": "S", "Color": "Black"},
        "prices": {"EUR": {"sales_price": "13"}, "DKK": {"sales_price": "100"}},
        "inventory": [],
    }
    values = {("prices", "DKK", "sales_price"): "90", ("ean",): "5701234567899"}

    body = core_root(VARIANT, read(TEE_S, raw), values, IDS)

    assert body == {
        "sku": "tee-s",
        "ean": "5701234567899",
        "attributes": raw["attributes"],
        "prices": {
            "EUR": {"sales_price": "13"},
            "DKK": {"sales_price": Decimal(90)},
        },
    }


def test_core_root_writes_an_empty_map_as_one():
    assert core_root(VARIANT, read(TEE_S, {"prices": []}), {}, IDS) == {"prices": {}}


@pytest.mark.parametrize(
    ("was", "ours", "body"),
    [
        ([6], [6, 12], [6, 12]),
        (6, [12], 12),
        (6, [], None),
        (6, [6, 12], 6),  # one number cannot hold two: as it was
        (None, [12], 12),
    ],
)
def test_colli_goes_in_the_form_that_core_returned(
    was: Any, ours: list[int], body: Any
):
    found = core_root(PRODUCT, read(TEE, {"colli": was}), {("colli",): ours}, IDS)

    assert found == {"colli": body}


@pytest.mark.parametrize(
    ("was", "key", "sent_as"),
    [(1000, "1001", 1001), ("1000", "1001", "1001"), (1000, "A1", "A1")],
)
def test_a_key_is_a_number_only_where_core_returned_one(
    was: object, key: str, sent_as: object
):
    now = read(Ref("customer", "1000"), {"customer_number": was})

    assert core_key(CUSTOMER, key, now) == sent_as
    assert core_key(CUSTOMER, key, None) == key


def test_an_object_applied_and_read_again_travels_as_desired():
    """What is sent twice says the same twice, for every kind of the sample entries."""
    entries = [
        product("tee", variant("tee-s", archived=False), name="Tee", weight=3),
        customer("1", addresses=[address()]),
        collection("Summer", active=True),
    ]
    rows = ledger(*entries)
    for ref, now in live(*entries).objects.items():
        desired = of(ref, *entries)
        found = travelling(desired, now, rows[ref])
        ours = {p: v for p, v in found.values.items() if p in found.ours}
        events = {f.name for f in KINDS[ref.kind].fields.values() if f.event}
        assert ours == {p: v for p, v in desired.values.items() if p[0] not in events}
