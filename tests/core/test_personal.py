"""Personal data is sealed wherever it would leave memory."""

from reconcile.core.personal import Seal, is_sealed

SEAL = Seal("salt")
STREET = ("addresses", "Shop", "address")


def test_a_personal_value_becomes_a_keyed_hash():
    sealed = SEAL("customer", ("name",), "Anna A")

    assert is_sealed(sealed)
    assert sealed["personal"].startswith("hmac-sha256:")
    assert "Anna" not in str(sealed)


def test_the_same_value_at_the_same_path_is_the_same_seal():
    one = SEAL("customer", ("name",), "Anna A")

    assert SEAL("customer", ("name",), "Anna A") == one
    assert SEAL("customer", ("name",), "Anna B") != one
    assert SEAL("customer", STREET, "Anna A") != one
    assert Seal("other")("customer", ("name",), "Anna A") != one


def test_what_is_sealed_already_stays_so():
    once = SEAL("customer", STREET, "Hejrevej 33")

    assert SEAL("customer", STREET, once) == once


def test_null_and_what_is_not_personal_stay_readable():
    assert SEAL("customer", ("billing_email",), None) is None
    assert SEAL("customer", ("currency",), "DKK") == "DKK"
    assert SEAL("product", ("name",), "Tee") == "Tee"
    assert SEAL("customer", ("customer_number",), "1000") == "1000"


def test_all_seals_each_value_of_an_object():
    values = {("name",): "Anna A", ("currency",): "DKK", STREET: "Hejrevej 33"}

    sealed = SEAL.all("customer", values)

    assert [is_sealed(value) for value in sealed.values()] == [True, False, True]


def test_an_object_of_the_catalog_is_not_taken_for_a_seal():
    assert not is_sealed({"personal": "x", "more": "y"})
    assert not is_sealed("personal")
