from __future__ import annotations

import pytest

from reconcile.core.completing import MOST, keys_beginning, refs_beginning
from reconcile.core.model import KindName


def keys(text: str, start: str = "") -> list[str]:
    return keys_beginning({"a.yaml": text.encode()}, start)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  - item_number: tee\n", ["tee"]),
        ('{"sku": "tee-s", "ean": "x"}\n', ["tee-s"]),
        ("  - {sku: tee-s, ean: x}\n", ["tee-s"]),
        ("  - {ean: x, sku: 'tee s'}\n", ["tee s"]),
        ('    customer_number: "1000"   # note\n', ["1000"]),
        ("    sku: tee s # note\r\n", ["tee s"]),
        ("    sku: *x\n    sku: &y z\n    sku:\n", []),
        ("    name: tee\n    addresses: [{title: Home}]\n", []),
        ("    xsku: tee\n# sku: tee\n", ["tee"]),  # a comment may be a key, too
        ("categories:\n  - name: A\n    children: [{name: B}]\n", ["A", "A > B"]),
        ("collections:\n  - {title: Summer}\n", ["Summer"]),
        ("categories: [\n", []),
        ("categories: [a, {name: [b]}, {name: }]\n", []),
    ],
)
def test_keys_are_found_as_they_are_written(text: str, expected: list[str]):
    assert keys(text) == expected


def test_capitals_do_not_matter_and_each_key_comes_once():
    text = "- {sku: Tee-S}\n- {sku: Tee-S}\n- {sku: cap}\n"

    assert keys(text, "tEE") == ["Tee-S"]


def test_of_very_many_some_are_enough():
    text = "".join(f"- {{sku: s{n:05}}}\n" for n in range(MOST + 9))

    assert len(keys(text)) == MOST


def test_a_file_that_is_no_text_is_no_trouble():
    assert keys_beginning({"a.yaml": b"sku: \xff\n"}, "") == ["\ufffd"]


ALL = {
    "a.yaml": b"products:\n- {item_number: a1, variants: [{sku: a1-s}]}\n"
    b"customers:\n- {customer_number: a9}\ncollections:\n- {title: a-sum}\n"
    b"categories:\n- {name: a, children: [{name: b}]}\n"
}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("product", ["a1"]),
        ("variant", ["a1-s"]),
        ("customer", ["a9"]),
        ("collection", ["a-sum"]),
        ("category", ["a", "a > b"]),
        (None, ["a", "a > b", "a-sum", "a1", "a1-s", "a9"]),
    ],
)
def test_keys_of_one_kind_are_that_kind_alone(
    kind: KindName | None, expected: list[str]
):
    assert keys_beginning(ALL, "a", kind) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("", ["product:", "variant:", "category:", "collection:", "customer:"]),
        ("c", ["category:", "collection:", "customer:"]),
        ("product:", ["product:a1"]),
        ("category:A >", ["category:a > b"]),
        ("prodct:", []),
        ("x", []),
    ],
)
def test_kinds_come_before_the_colon_and_their_keys_after_it(
    start: str, expected: list[str]
):
    assert sorted(refs_beginning(ALL, start)) == sorted(expected)
