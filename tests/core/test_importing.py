from __future__ import annotations

import json
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.core.canonical import decimal_text
from reconcile.core.catalog import Catalog, read_catalog
from reconcile.core.checks import check_digit, cross_check
from reconcile.core.config import Config
from reconcile.core.importing import Imported, Written, import_catalog, limits
from reconcile.core.importing.names import FileNames, safe_name
from reconcile.core.kinds import KINDS, Reads
from reconcile.core.model import Desired, Live, Ref, Snapshot, Tenant
from reconcile.core.personal import Seal
from reconcile.core.planning import Options, make_plan
from reconcile.core.problems import errors
from reconcile.core.schema import compile_schema, validate
from reconcile.core.scope import parse_only
from reconcile.core.wire.read import read
from reconcile.core.yaml.text import parse

ROOT = Path(__file__).parents[2]
SCHEMA_TEXT = (ROOT / "schemas" / "catalog.schema.json").read_text(encoding="utf-8")
EUR = Config(base_currency="EUR")


# Helpers


def variant(sku: str, **fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"attributes": {"Size": sku}, "prices": price(18, 40)}
    return {"id": abs(hash_of(sku)), "sku": sku, **row, **fields}


def product(number: str, *variants: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    row = {"id": abs(hash_of(number)), "item_number": number, "name": "Tee"}
    return {**row, "variants": variants or [variant(f"{number}-s")], **fields}


def price(sales: Any, rec: Any = 0, currency: str = "EUR", **more: Any) -> list[Any]:
    entry = {"currency": currency, "sales_price": sales, "rec_sales_price": rec}
    return [{**entry, **more}]


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode("utf-8", "surrogatepass")[:6].ljust(1), "big")


def imported(*products: Mapping[str, Any], **rows: Any) -> Imported:
    return import_catalog(live(*products, **rows), EUR)


def live(*products: Mapping[str, Any], **rows: Any) -> Snapshot:
    fixed = [
        {**row, "variants": list(row["variants"])} if "variants" in row else row
        for row in products
    ]
    every: Any = {"product": fixed, **rows}
    return read(every)


def written(text: str) -> str:
    """A file without its modeline and its first line."""
    return "\n".join(text.splitlines()[2:])


def objects(files: Mapping[str, str], config: Config) -> list[Desired]:
    """What the files say; they must be without any problem, for validate too."""
    roots = {}
    for path, text in files.items():
        parsed = parse(text, path)
        assert parsed.problems == [], text
        assert validate(parsed.root, path, compile_schema(SCHEMA_TEXT)) == []
        roots[path] = parsed.root
    desired, problems = read_catalog(roots, config)
    assert problems == []
    assert errors(cross_check(desired, config)) == []
    return desired


def nothing_to_do(
    files: Mapping[str, str], snapshot: Snapshot, config: Config = EUR
) -> dict[Ref, Desired]:
    desired = objects(files, config)
    by_ref = {one.ref: one for one in desired}
    assert len(by_ref) == len(desired)
    for one in desired:
        there = snapshot.objects[one.ref]
        assert one.parent == there.parent
        assert dict(one.values).items() <= {**there.values}.items() or all(
            there.values[path] == value for path, value in one.values.items()
        )
    options = Options(Tenant("http://127.0.0.1"), "2026-11-21")
    plan = make_plan(Catalog(by_ref), snapshot, {}, config, Seal("salt"), options).plan
    assert (plan.steps, plan.refused, plan.blocked) == ((), (), ())
    return by_ref


# The files


def test_a_style_reads_like_one_of_ours() -> None:
    snapshot = live(
        product(
            "72779",
            variant(
                "M0E-S",
                id=1,
                ean=5701234567899,
                attributes={"Size": 36, "Color": "Black"},
                prices=[*price("122.95", "187.5"), *price("910.00", 1400, "DKK")],
            ),
            variant(
                "M0E-M",
                id=2,
                attributes={"Size": "NO", "Color": "Black"},
                archived=True,
                prices=[
                    *price("122.950", "187.5", offer_price=99),
                    *price(915, 1400, "DKK"),
                ],
            ),
            name="Chino #1: brown",
            description="<p>One.</p>\n<p>Two.</p>",
            active=0,
            categories=[2],
            collection_id=9,
            tags=[{"name": "men"}, {"name": "2027-01-04"}],
            colli=6,
            meta={"care": "Wash: cold", "origin": None},
        ),
        category=[{"id": 1, "name": "Men", "children": [{"id": 2, "name": "Shirts"}]}],
        collection=[{"id": 9, "title": "Summer 2027", "visibility": "customers"}],
    )

    files = import_catalog(snapshot, EUR).files

    assert list(files) == [
        "categories.yaml",
        "collections.yaml",
        "products/72779.yaml",
    ]
    assert files["categories.yaml"] == (
        "# yaml-language-server: $schema=../schemas/catalog.schema.json\n"
        "categories:\n"
        "  - name: Men\n"
        "    children:\n"
        "      - {name: Shirts}\n"
    )
    assert files["products/72779.yaml"] == (
        "# yaml-language-server: $schema=../../schemas/catalog.schema.json\n"
        "products:\n"
        '  - item_number: "72779"\n'
        '    name: "Chino #1: brown"\n'
        "    description: |-\n"
        "      <p>One.</p>\n"
        "      <p>Two.</p>\n"
        "    active: false\n"
        "    categories: [Men > Shirts]\n"
        "    collection: Summer 2027\n"
        '    tags: ["2027-01-04", men]\n'
        "    colli: [6]\n"
        '    meta: {care: "Wash: cold"}\n'
        "    variant_defaults:\n"
        "      attributes: {Color: Black}\n"
        "      prices:\n"
        "        EUR: {sales_price: 122.95, rec_sales_price: 187.50}\n"
        "    variants:\n"
        '      - sku: M0E-S\n        ean: "5701234567899"\n'
        "        attributes: {Size: 36}\n"
        "        prices: {DKK: {sales_price: 910, rec_sales_price: 1400}}\n"
        "      - sku: M0E-M\n"
        '        attributes: {Size: "NO"}\n'
        "        archived: true\n"
        "        prices: {EUR: {offer_price: 99},"
        " DKK: {sales_price: 915, rec_sales_price: 1400}}\n"
    )
    nothing_to_do(files, snapshot)


def test_a_single_variant_keeps_its_price() -> None:
    (text,) = imported(product("1")).files.values()

    assert text.endswith(
        "    variants:\n"
        "      - {sku: 1-s, attributes: {Size: 1-s}, "
        "prices: {EUR: {sales_price: 18, rec_sales_price: 40}}}\n"
    )
    assert "variant_defaults" not in text


def test_one_price_is_never_split_over_two_places() -> None:
    (text,) = imported(
        product(
            "1",
            variant("a", prices=price(18, 40, offer_price=9)),
            variant("b", prices=price(18, 41, offer_price=9)),
        )
    ).files.values()

    assert "variant_defaults" not in text
    assert "{sales_price: 18, rec_sales_price: 41, offer_price: 9}" in text


def test_one_more_currency_of_one_variant_stays_with_it() -> None:
    prices = [*price(18, 40), *price(150, 0, "DKK")]
    snapshot = live(product("1", variant("a"), variant("b", prices=prices)))

    (text,) = import_catalog(snapshot, EUR).files.values()

    assert "      prices:\n        EUR: {sales_price: 18" in text
    assert "prices: {DKK: {sales_price: 150}}}" in text
    nothing_to_do({"a.yaml": text}, snapshot)


def test_the_base_currency_comes_first() -> None:
    config = Config(base_currency="SEK", currencies=("NOK", "SEK"))
    prices = [p for c in ("DKK", "SEK", "EUR", "NOK") for p in price(1, 0, c)]
    snapshot = live(product("1", variant("a", prices=prices)))

    (text,) = import_catalog(snapshot, config).files.values()

    order = [text.index(f"{currency}: {{") for currency in ("SEK", "NOK", "DKK", "EUR")]
    assert order == sorted(order)


CUSTOMER = {
    "id": 4,
    "customer_number": 1000,
    "name": "& Co",
    "billing_email": "a@customer.example",
    "allowed_currencies": [{"currency": "DKK", "amount": None}],
    "addresses": [{"name": "Primary address"}],
    "credit_type": "net",
    "credit_modifier": 30,
}


def test_customers_only_when_asked() -> None:
    collection = {
        "id": 1,
        "title": "SS",
        "visibility": "customers_custom",
        "allowed_customers": [4],
    }
    snapshot = live(customer=[CUSTOMER], collection=[collection])

    quiet = import_catalog(snapshot, EUR)
    asked = import_catalog(snapshot, EUR, customers=True)

    assert list(quiet.files) == ["collections.yaml"]
    assert quiet.customers_left == 1
    assert not any("customer" in name for name in quiet.not_readable)
    assert "& Co" not in str(quiet)
    assert written(asked.files["customers.yaml"]) == (
        '  - customer_number: "1000"\n'
        '    name: "& Co"\n'
        "    billing_email: a@customer.example\n"
        "    allowed_currencies: [{currency: DKK, amount: null}]\n"
        "    credit_type: net\n"
        "    credit_modifier: 30"
    )
    assert asked.customers_left == 0
    assert "customer addresses" in asked.not_readable
    assert "customer name" not in asked.not_readable
    nothing_to_do(quiet.files, snapshot)
    nothing_to_do(asked.files, snapshot)


def test_what_traede_does_not_return_is_listed() -> None:
    found = imported(product("1", description=None, weight=3)).not_readable

    assert "product release_date" in found
    assert "variant prices.b2c_offer_price" in found
    assert "variant images" in found
    assert "product description" not in found
    assert "product weight" not in found
    assert not any(name.startswith("collection") for name in found)


# What needs a person


def test_collections_of_one_name_are_left_out_with_what_refers_to_them() -> None:
    collections = [
        {"id": n, "title": "Basics", "visibility": "customers"} for n in (31, 14)
    ]
    snapshot = live(
        product("1", collection_id=14), product("2"), collection=collections
    )

    found = import_catalog(snapshot, EUR)

    assert found.needs_you == (
        '2 collections are called "Basics" (ids 14, 31): rename one in Traede, or '
        "leave both out",
        'product "1" written without `collection`: collection "Basics" is in no file',
    )
    nothing_to_do(found.files, snapshot)


def test_a_missing_base_price_is_said_with_its_place() -> None:
    dkk = price(100, 0, "DKK")
    found = imported(
        product(
            "79885",
            variant("a", id=1),
            variant("b", id=2, prices=dkk),
            variant("c", id=3, prices=[]),
            id=8,
        ),
        product("9", variant("d", prices=dkk), id=9),
    )

    assert found.needs_you == (
        "catalog/products/79885.yaml:7   no EUR price in Traede (2 variants); base "
        "currency price is required",
        "catalog/products/9.yaml:6   no EUR price in Traede; base currency price is "
        "required",
    )


def test_prices_that_are_missing_everywhere_are_one_sentence() -> None:
    dkk = price(100, 0, "DKK")
    every = [product(n, variant(f"v{n}", prices=dkk)) for n in "1234567"]

    assert imported(*every).needs_you == (
        '7 products have no EUR price in Traede: "1", "2", "3", "4", "5" and 2 more. '
        "The base currency price is required; if yours is not EUR, correct "
        "`base_currency` in reconcile.yaml",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"description": "a\x07b"},
            'product "1" written without `description`: it holds characters that '
            "cannot stand in a file (invisible ones, or line ends of Windows). Save "
            "the text again in Traede without them",
            id="control character",
        ),
        pytest.param(
            {"name": "one\ntwo"},
            'product "1" written without `name`: it is not one line of text. Correct '
            "it in Traede",
            id="name of two lines",
        ),
        pytest.param(
            {"meta": {"care": "{wash}"}},
            'product "1" written without `meta`: {…} stands for a fill-in in the '
            "files. Correct it in Traede",
            id="fill-in",
        ),
        pytest.param(
            {"item_number": "two\nlines"},
            'product "two\\u000alines" left out: the item number is not one line of '
            "text. Correct it in Traede",
            id="key",
        ),
    ],
)
def test_what_cannot_stand_in_a_file(fields: dict[str, Any], message: str) -> None:
    snapshot = live(product("1", **fields))

    found = import_catalog(snapshot, EUR)

    assert found.needs_you == (message,)
    nothing_to_do(found.files, snapshot)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ean": "5701234567890"}, "`ean`: its last digit does not check the others"),
        ({"ean": "123"}, "`ean`: it is no bar code"),
        ({"prices": price("1.999")}, "`prices`: it has more than 2 digits"),
        ({"prices": price(-1)}, "`prices`: it is not a price"),
        ({"prices": price(1, 0, "EURO")}, '`prices`: "EURO" is no currency code'),
        (
            {
                "cost_prices": [
                    {"currency": "EUR", "cost_price": 1, "cost_price_set_label": "Old"}
                ]
            },
            '`cost_prices`: "Old" is not among',
        ),
        (
            {"drops": [{"drop_id": 1, "drop_code": "x"}]},
            "`drops`: an entry does not have one drop_id or drop_code",
        ),
    ],
)
def test_values_that_the_files_do_not_allow(fields: Any, reason: str) -> None:
    snapshot = live(product("1", variant("a", **fields)))

    found = import_catalog(snapshot, EUR)

    assert any(f'"a" written without {reason}' in one for one in found.needs_you)
    nothing_to_do(found.files, snapshot)


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        ({"Size": "S"}, {"Color": "S"}, "the variants have different ones"),
        ({"Size": "S"}, {"Size": "S "}, "two variants have the same ones"),
        ({"Size": "S"}, {"Size": "L\u202e"}, "one has no value, or none that"),
        ({"Size": "S"}, {"Size": None}, "one has no value, or none that"),
    ],
)
def test_attributes_are_written_for_all_or_none(
    one: Any, two: Any, reason: str
) -> None:
    variants = variant("a", attributes=one), variant("b", attributes=two)
    snapshot = live(product("1", *variants))

    found = import_catalog(snapshot, EUR)

    start = f'product "1" written without `attributes` of its variants: {reason}'
    assert any(sentence.startswith(start) for sentence in found.needs_you)
    nothing_to_do(found.files, snapshot)


def test_categories_that_the_files_cannot_name() -> None:
    snapshot = live(
        product("1", categories=[3]),
        product("2", categories=[1, 4]),
        category=[
            {
                "id": 1,
                "name": "Men",
                "children": [
                    {
                        "id": 2,
                        "name": "Shirts",
                        "children": [{"id": 3, "name": "Tees"}],
                    },
                    {"id": 5, "name": "Caps"},
                    {"id": 6, "name": "caps"},
                ],
            },
            {"id": 4, "name": "A > B"},
        ],
    )

    found = import_catalog(snapshot, EUR)

    assert written(found.files["categories.yaml"]) == (
        "  - name: Men\n    children:\n      - {name: Shirts}"
    )
    assert found.needs_you == (
        'category "A > B" left out: a category with " > " in its name reads like a '
        "sub category. Rename it in Traede",
        'category "Men > Caps" left out: differs from "Men > caps" only by capitals '
        "or spaces. Rename one in Traede",
        'category "Men > caps" left out: differs from "Men > Caps" only by capitals '
        "or spaces. Rename one in Traede",
        'category "Men > Shirts > Tees" left out: it is on a third level, and the '
        "files know two",
        'product "1" written without `categories`: the files know two levels of '
        "categories",
        'product "2" written without `categories`: category "A > B" is in no file',
    )
    nothing_to_do(found.files, snapshot)


def test_a_thousand_cases_are_one_sentence() -> None:
    found = imported(*(product(str(n), name="a\nb") for n in range(1000)))

    (sentence,) = found.needs_you
    assert sentence.startswith("1000 products: ")
    assert " and 995 more written without `name`" in sentence


# File names


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("79885", "79885"),
        ("M0E-2 Rød/blå", "m0e-2-roed-blaa"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "product"),
        ("CON", "product-con"),
        ("aux.tar", "product-aux.tar"),
        ("日本", "product"),
        (".hidden.", "hidden"),
        ("x" * 300, "x" * 80),
    ],
)
def test_file_names_are_harmless(number: str, name: str) -> None:
    assert safe_name(number) == name


def test_two_item_numbers_of_one_file_name() -> None:
    files = imported(product("a/1", id=1), product("A:1", variant("x"), id=2)).files

    assert list(files) == ["products/a-1-2.yaml", "products/a-1.yaml"]


@given(st.lists(st.text(max_size=90), max_size=6))
def test_file_names_are_safe_and_unique(keys: list[str]) -> None:
    names = FileNames(["products/Con-2.yaml"])
    paths = [names.path("products/", key) for key in keys]

    allowed = set(string.ascii_lowercase + string.digits + "._-")
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        name = path.removeprefix("products/")
        assert set(name) <= allowed
        assert not name.startswith((".", "-"))
        assert ".." not in name


# Existing files


def test_what_a_file_has_already_stays_there() -> None:
    snapshot = live(
        product("1", variant("a"), variant("b")),
        product("2", variant("c"), categories=[2, 3]),
        category=[
            {"id": 1, "name": "Men", "children": [{"id": 2, "name": "Shirts"}]},
            {"id": 3, "name": "New"},
        ],
    )
    existing = {
        "categories.yaml": "categories: [{name: Men}]\n",
        "products/2.yaml": "products:\n  - {item_number: new, renamed_from: 'x'}\n",
        "mine.yaml": "products:\n  - item_number: '1'\n    variants: [{sku: a}]\n",
    }

    found = import_catalog(snapshot, EUR, existing=existing)

    assert list(found.files) == ["categories-2.yaml", "products/2-2.yaml"]
    assert written(found.files["categories-2.yaml"]) == "  - {name: New}"
    assert found.written.counts == {"category": 1, "product": 1}
    assert found.customers_left == 0
    assert found.needs_you == (
        'product "2" written without `categories`: category "Men > Shirts" is in no '
        "file",
        'catalog/categories.yaml lacks sub categories of category "Men": '
        '"Men > Shirts". Write them there, or leave them unmanaged',
        'catalog/mine.yaml lacks SKUs of product "1": "b". Write them there, or leave '
        "them unmanaged",
    )


def test_a_file_with_other_capitals_keeps_its_object() -> None:
    existing = {"a.yaml": "products: [{item_number: tee}]\n"}

    found = import_catalog(live(product("Tee")), EUR, existing=existing)

    assert found.files == {}
    assert found.needs_you == (
        'product "Tee" left out: a file has it with other capitals or spaces. Write '
        "it there as in Traede",
    )


def test_customer_numbers_that_differ_only_by_zeros() -> None:
    rows = [{"id": n, "customer_number": key} for n, key in ((1, "10"), (2, "010"))]
    snapshot = live(customer=rows)

    assert import_catalog(snapshot, EUR).customers_left == 2
    assert import_catalog(snapshot, EUR).needs_you == ()
    first, second = import_catalog(snapshot, EUR, customers=True).needs_you
    assert first.startswith('customer "010" (id 2) cannot be told from another one')
    assert second.startswith('customer "10" (id 1) cannot be told from another one')


def test_a_file_that_cannot_be_read_is_said() -> None:
    found = import_catalog(live(), EUR, existing={"a.yaml": "products: ["})

    assert found.needs_you == ("catalog/a.yaml cannot be read: correct it first",)


def test_old_names_of_renames_are_not_written_beside_them() -> None:
    existing = {"a.yaml": "products: [{item_number: new, renamed_from: old}]\n"}

    found = import_catalog(live(product("old")), EUR, existing=existing)

    assert found.files == {}
    assert found.written == Written({"product": 1}, differing=1)


@pytest.mark.parametrize(
    ("entry", "differing"),
    [
        ("{item_number: '1', name: Tee}", 0),
        ("{item_number: '1', name: Shirt}", 1),
        ("{item_number: '1', weight: 3}", 0),
        ("{item_number: '1', delete: true}", 1),
        ("{item_number: '1', variants: [{sku: a, attributes: {Size: a}}]}", 0),
        ("{item_number: '1', variants: [{sku: a, attributes: {Size: b}}]}", 1),
        ("{item_number: '1', variants: [{sku: new}, {sku: newer}]}", 1),
        ("{item_number: '2', variants: [{sku: a}]}", 1),
    ],
)
def test_what_files_have_otherwise_is_counted_by_style(
    entry: str, differing: int
) -> None:
    snapshot = live(product("1", variant("a")), product("2", variant("b")))
    rest = "{item_number: '2', name: Tee}" if "'1'" in entry else "{item_number: '1'}"
    existing = {"a.yaml": f"products: [{entry}, {rest}]\n"}

    found = import_catalog(snapshot, EUR, existing=existing)

    assert found.files == {}
    assert found.written == Written({"product": 2}, differing=differing)


def test_what_would_look_like_a_slip_is_written_in_quotes() -> None:
    names = ['Hats"', "Winter\u00a02026", "Ladies'"]
    found = import_catalog(
        live(category=[{"id": n, "name": name} for n, name in enumerate(names, 1)]), EUR
    )

    text = "".join(found.files.values())
    assert [one in text for one in ("'Hats\"'", '"Winter\u00a02026"')] == [True, True]
    assert cross_check(objects(found.files, EUR), EUR) == []


# A part

PART = live(
    product("tee-1", variant("a"), variant("b"), categories=[2]),
    product("cap-1", variant("c"), categories=[2]),
    category=[
        {"id": 1, "name": "Men", "children": [{"id": 2, "name": "Shirts"}]},
        {"id": 3, "name": "New"},
    ],
    customer=[{"id": 4, "customer_number": "1000", "name": "Hats"}],
)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("product:tee-*", {"product:tee-1", "variant:a", "variant:b"}),
        ("variant:b", {"product:tee-1", "variant:b"}),
        ("category:Men > *", {"category:Men", "category:Men > Shirts"}),
        ("customer:*", {"customer:1000"}),
        ("product:nothing", set()),
    ],
)
def test_a_part_is_imported_with_what_it_stands_in(
    only: str, expected: set[str]
) -> None:
    pattern = parse_only(only)
    assert pattern is not None

    found = import_catalog(PART, EUR, customers=True, only=[pattern])

    assert {str(ref) for ref in nothing_to_do(found.files, PART)} == expected
    assert found.needs_you == ()
    assert {name.partition(" ")[0] for name in found.not_readable} <= {
        ref.partition(":")[0] for ref in expected
    }


def test_parts_one_after_the_other_make_the_whole() -> None:
    files: dict[str, str] = {}
    for text in ("category:*", "product:cap-*", "product:tee-*", "product:*"):
        pattern = parse_only(text)
        assert pattern is not None
        found = import_catalog(PART, EUR, existing=files, only=[pattern])
        files |= found.files

    assert found.files == {}
    assert found.written == Written({"product": 2}, differing=0)
    assert list(files) == [
        "categories.yaml",
        "products/cap-1.yaml",
        "products/tee-1.yaml",
    ]
    nothing_to_do(files, PART)


# The sample brand


def test_the_sample_brand_comes_back() -> None:
    roots = {
        path.name: parse(path.read_bytes(), path.name).root
        for path in sorted((ROOT / "catalog").rglob("*.yaml"))
    }
    snapshot = as_live(read_catalog(roots, EUR)[0])

    found = import_catalog(snapshot, EUR, customers=True)

    assert found.needs_you == ()
    assert nothing_to_do(found.files, snapshot).keys() == snapshot.objects.keys()


def as_live(desired: list[Desired]) -> Snapshot:
    """Traede as it would be, were everything readable that can be compared."""
    found: dict[Ref, Live] = {}
    for number, one in enumerate(desired):
        fields = KINDS[one.ref.kind].fields
        values = {
            path: value
            for path, value in one.values.items()
            if fields[path[0]].reads is not Reads.NEVER
        }
        found[one.ref] = Live(one.ref, number, values, parent=one.parent)
    return Snapshot(found)


# Hostile catalogs

NASTY = (
    "NO", "on", "~", "null", "0123", "1_000", "1e5", "36", "5.50", "2027-01-04",
    "12:30", "a # b", "a: b", "a:", "- a", "-", "? a", "&a", "*a", "!a", "@a", "`a",
    "%a", "{a}", "[a]", "a, b", '"', "'", '"a" \'b\'', "\\", "\\n", "a\nb", "a\n\n b",
    "a \nb", "\tb", "a\tb", "a\r\nb", "\x00", "\x1b[31m", "\x85", "\u2028", "\u202e",
    "\ufeff", "\xa0a", "日本", "👩‍👩‍👧", "ÆØÅ", "<p>x</p>\n<p>y: z</p>\n", "A > B",
    "> a", "a >", "---", "--- a", "...", "#", "# a", "=", "<<", "|", ">", "'a'",
    "{item_number}", "{ a", "a {b} c", "Men", "men", "MEN ", "x" * 1200, "Size", "true",
    "\ud800", "",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("\n\t:#-'\"{}[],&*>| \\"),
        max_size=12,
    ),
)
keys = texts.filter(lambda text: text.strip() != "")
amounts = st.one_of(
    st.none(),
    st.integers(-1, 2000),
    st.decimals(0, 2000, places=2).map(decimal_text),
    st.sampled_from(("1.299", "0.005", "12345678.9", "1e3")),
)
digits = st.text("0123456789", min_size=7, max_size=12)
eans = st.one_of(st.none(), digits.map(lambda d: d + check_digit(d)), digits)
entries = st.fixed_dictionaries(
    {"sales_price": amounts},
    optional={
        "rec_sales_price": amounts,
        "offer_price": amounts,
        "b2c_offer_price": amounts,
    },
)
maps = st.dictionaries(texts, texts | st.none() | st.integers(0, 50), max_size=3)
translations = st.dictionaries(
    texts,
    st.fixed_dictionaries({}, optional={"name": texts, "description": texts}),
    max_size=2,
)
yes_no = st.sampled_from((True, False, 0, 1))


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


variants = optional(
    attributes=st.dictionaries(st.sampled_from(("Size", "Color")), texts) | maps,
    archived=yes_no,
    b2c_available=yes_no,
    noos=yes_no | st.none(),
    meta=maps,
    ean=eans,
    weight=amounts,
    prices=st.dictionaries(
        st.sampled_from(("EUR", "DKK", "NOK", "XXX")) | texts, entries, max_size=3
    ),
    drops=st.lists(optional(drop_id=st.integers(0, 3), drop_code=texts), max_size=2),
    cost_prices=st.lists(
        st.fixed_dictionaries(
            {"currency": st.sampled_from(("EUR", "DKK"))},
            optional={
                "cost_price": amounts,
                "cost_price_set_label": st.just("Set") | texts,
            },
        ),
        max_size=2,
    ),
)
products = optional(
    name=texts,
    description=texts,
    active=yes_no,
    noos=yes_no,
    tags=st.lists(texts, max_size=3),
    colli=st.integers(0, 3) | st.lists(st.integers(0, 12), max_size=2),
    categories=st.lists(st.integers(0, 9), max_size=3),
    collection_id=st.none() | st.integers(0, 3),
    subbrand_id=st.none() | st.integers(0, 3),
    meta=maps,
    release_date=st.none() | st.dates().map(str),
    custom_sort=st.none() | st.integers(-3, 3),
    translations=translations,
    suppliers=st.lists(
        optional(supplier_number=texts, primary=yes_no, lead_time_type=texts),
        max_size=2,
    ),
)
collections = optional(
    active=yes_no,
    visibility=st.sampled_from(("customers", "own_entity", "other")),
    allowed_customers=st.lists(st.integers(0, 3), max_size=3),
)
customers = optional(
    name=texts,
    active=yes_no,
    currency=st.sampled_from(("EUR", "euro")),
    discount_percentage=amounts,
    payment_term=optional(payment_term_code=texts, payment_term_id=st.integers(0, 2)),
    billing_email=texts | st.just("a@b.example"),
    vat=amounts,
    allowed_currencies=st.lists(
        st.fixed_dictionaries(
            {"currency": st.sampled_from(("EUR", "DKK", "euro"))},
            optional={"amount": amounts},
        ),
        max_size=2,
    ),
    credit_type=st.sampled_from((None, "net", "gold")),
    credit_modifier=st.none() | st.integers(0, 90) | texts,
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    top = draw(st.lists(keys, max_size=4))
    sub = draw(st.lists(st.tuples(st.integers(0, 3), keys), max_size=4))
    category: list[dict[str, Any]] = [
        {"id": n, "name": name} for n, name in enumerate(top)
    ]
    category += [
        {"id": 4 + n, "name": name, "parent": parent}
        for n, (parent, name) in enumerate(sub)
        if parent < len(top)
    ]
    if draw(st.booleans()) and len(category) > len(top):
        category.append({"id": 9, "name": "Third", "parent": category[-1]["id"]})
    rows: dict[Any, list[dict[str, Any]]] = {
        "category": category,
        "collection": draw(keyed("title", collections)),
        "customer": draw(keyed("customer_number", customers)),
    }
    rows["product"] = draw(keyed("item_number", products))
    for row in rows["product"]:
        row["variants"] = draw(keyed("sku", variants))
        for one in row["variants"]:
            one["id"] += 100 * row["id"]
    return read(rows)


def keyed(
    field: str, fields: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.tuples(keys, fields), max_size=3).map(
        lambda found: [
            {"id": n, field: key, **row} for n, (key, row) in enumerate(found)
        ]
    )


configs = st.builds(
    Config,
    base_currency=st.sampled_from(("EUR", "DKK")),
    price_decimals=st.integers(0, 3),
    cost_price_sets=st.sampled_from(((), ("Set",))),
)
thorough = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@thorough
@given(snapshots(), configs, st.booleans())
def test_whatever_was_read_a_plan_says_nothing_to_do(
    snapshot: Snapshot, config: Config, personal: bool
) -> None:
    found = import_catalog(snapshot, config, customers=personal)

    nothing_to_do(found.files, snapshot, config)
    assert found == import_catalog(snapshot, config, customers=personal)
    assert all(sentence.isprintable() for sentence in found.needs_you)


@thorough
@given(snapshots(), st.data())
def test_new_files_fit_beside_existing_ones(
    snapshot: Snapshot, data: st.DataObject
) -> None:
    first = import_catalog(snapshot, EUR, customers=True).files
    kept = data.draw(st.sets(st.sampled_from(sorted(first)))) if first else set()
    existing = {path: first[path] for path in sorted(kept)}

    found = import_catalog(snapshot, EUR, customers=True, existing=existing)

    assert not found.files.keys() & existing.keys()
    everything = nothing_to_do({**existing, **found.files}, snapshot)
    assert everything.keys() == nothing_to_do(first, snapshot).keys()


# The schema


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        (limits.KEY, ("key",)),
        (limits.LINE, ("line",)),
        (limits.LINE, ("as_written",)),
        (limits.META, ("meta_value",)),
        (limits.CATEGORY_NAME, ("category_name",)),
        (limits.CATEGORY, ("category",)),
        (limits.EAN, ("variant", "properties", "ean")),
        (limits.EMAIL, ("customer", "properties", "billing_email")),
    ],
)
def test_the_patterns_are_those_of_the_schema(pattern: Any, where: Any) -> None:
    node = json.loads(SCHEMA_TEXT)["$defs"]
    for step in where:
        node = node[step]

    assert pattern.pattern == node["pattern"]
