from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.edges.answers import (
    Answer,
    clean,
    decode,
    encode,
    error_codes,
    error_words,
    judge,
    retry_after,
    says_error,
    shape,
)

HEIMDAL = {
    "errors": [
        {"status": "422", "code": 1000003, "title": "Validation error", "detail": "A"},
        {"status": "422", "code": "40001", "title": "Validation error", "detail": "B"},
    ]
}
LARAVEL = {"message": "Invalid.", "errors": {"products.0.sku": ["Taken.", "Long."]}}
FORBIDDEN = {
    "error": True,
    "missing_permissions": [{"permission": "products.edit", "description": "…"}],
}

decimals = st.decimals(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | decimals | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "words", "codes"),
    [
        pytest.param(HEIMDAL, ("A", "B"), (1000003, 40001), id="heimdal"),
        pytest.param(
            {"status": "error", "message": "An error occurred."},
            ("An error occurred.",),
            (),
            id="generic",
        ),
        pytest.param(
            FORBIDDEN, ("missing permission: products.edit",), (), id="forbidden"
        ),
        pytest.param(
            LARAVEL,
            ("Invalid.", "products.0.sku: Taken.", "products.0.sku: Long."),
            (),
            id="laravel",
        ),
        pytest.param({"errors": ["one", "two"]}, ("one", "two"), (), id="plain-list"),
        pytest.param({"errors": "no"}, ("no",), (), id="errors-text"),
        pytest.param(
            {"error": {"code": 7, "message": "deep"}}, ("deep",), (7,), id="nested"
        ),
        pytest.param({"code": 30002, "message": "x"}, ("x",), (30002,), id="top-code"),
        pytest.param("Too Many Attempts.", ("Too Many Attempts.",), (), id="text"),
        pytest.param(
            "<html><head><title>502 Bad &amp; Gateway</title></head><body>x</body>",
            ("502 Bad & Gateway",),
            (),
            id="html-title",
        ),
        pytest.param("<html><p>Gone\n<b>away</b>", ("Gone away",), (), id="html-body"),
        pytest.param(None, (), (), id="empty"),
        pytest.param({"errors": [None, 3, [4]]}, (), (), id="nonsense"),
    ],
)
def test_messages_and_codes_are_found_in_every_known_form(
    body: Any, words: tuple[str, ...], codes: tuple[int, ...]
) -> None:
    assert error_words(body) == words
    assert error_codes(body) == codes


def test_words_from_outside_are_printable_short_few_and_without_secrets() -> None:
    body = {"errors": [{"detail": f"{n}\x1b[31m\u202e{'x' * 900}"} for n in range(99)]}

    words = error_words(body)

    assert len(words) == 20
    assert all(len(word) <= 300 and word.isprintable() for word in words)


@pytest.mark.parametrize("start", ["Bearer ", " " * 5995, "<html>" + " " * 19_990])
def test_a_secret_does_not_show_even_where_text_is_cut(start: str) -> None:
    secret = "s3cret-token"  # noqa: S105 - made up

    words = error_words(start + secret, [secret])
    deep = error_words({"errors": [{"detail": start + secret}]}, [secret])

    assert "s3c" not in repr((words, deep, clean(start + secret, [secret])))


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, None, "accepted"),
        (201, {"id": 1}, "accepted"),
        (200, "OK", "accepted"),
        (200, {"errors": []}, "accepted"),
        (200, HEIMDAL, "refused"),
        (200, {"status": "error", "message": "x"}, "refused"),
        (200, FORBIDDEN, "refused"),
        (200, "<!DOCTYPE html><title>Log in</title>", "unknown"),
        (302, None, "unknown"),
        (404, None, "refused"),
        (408, None, "unknown"),
        (413, "<html>", "refused"),
        (422, HEIMDAL, "refused"),
        (425, None, "unknown"),
        (500, {"status": "error"}, "unknown"),
        (504, "<html>", "unknown"),
    ],
)
def test_an_answer_to_a_write_is_judged_by_status_and_body(
    status: int, body: Any, outcome: str
) -> None:
    assert judge(Answer(status, body)) == outcome


DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-7", "date": DATE}, None),
        ({"retry-after": "soon", "date": DATE}, None),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", "date": DATE}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, None),
        ({"x-ratelimit-reset": "1795262460", "date": DATE}, 60),
        ({"x-ratelimit-reset": "12"}, 12),
    ],
)
def test_the_time_to_wait_needs_no_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


def test_prices_keep_their_digits() -> None:
    sent = encode({"sales_price": Decimal("122.95"), "rec": Decimal("40.50"), "n": 3})

    assert sent == b'{"sales_price":122.95,"rec":40.50,"n":3}'
    assert decode(sent) == {
        "sales_price": Decimal("122.95"),
        "rec": Decimal("40.50"),
        "n": 3,
    }


@given(decimals)
def test_every_decimal_survives_with_all_its_digits(number: Decimal) -> None:
    written = encode(number).decode()

    assert json.loads(written, parse_float=Decimal, parse_int=Decimal) == number
    assert Decimal(written).as_tuple().digits[-1:] == number.as_tuple().digits[-1:]


@given(json_values)
def test_what_is_encoded_is_decoded_equal(value: Any) -> None:
    assert decode(encode([value])) == [value]


@pytest.mark.parametrize(
    "value", [1.5, {"a": 0.1}, {1: "a"}, {"a": {1, 2}}, [object()]]
)
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="no JSON number"):
        encode(value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1',
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a": "\xff"}',
        b'{"a": 1e99999999999999999999999}',
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_broken_json_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(content)


@given(st.binary(max_size=200), st.sampled_from(["", "application/json", "text/html"]))
def test_any_bytes_are_decoded_or_a_value_error(content: bytes, kind: str) -> None:
    try:
        body = decode(content, kind)
    except ValueError:
        return

    assert error_words(body) is not None
    assert isinstance(says_error(body), bool)


@given(json_values)
def test_any_body_can_be_described(value: Any) -> None:
    assert clean(shape(value)).isprintable()
    assert all(word.isprintable() for word in error_words(value))
    assert all(isinstance(code, int) for code in error_codes(value))


def test_the_shape_of_a_body_names_keys_and_no_values() -> None:
    assert shape({"customers": [{"name": "Ann"}], "total": 1}) == (
        "an object with the keys: customers, total"
    )
