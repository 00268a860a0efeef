"""The schema's mistakes in words: right characters, right rule, what to type."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.core.problems import Problem
from reconcile.core.schema import CompiledSchema, compile_schema, validate
from reconcile.core.yaml.nodes import to_plain
from reconcile.core.yaml.text import parse

SCHEMAS = Path(__file__).parents[2] / "schemas"
CATALOG = compile_schema((SCHEMAS / "catalog.schema.json").read_text("utf-8"))
CONFIG = compile_schema((SCHEMAS / "reconcile.schema.json").read_text("utf-8"))
PLAN = compile_schema((SCHEMAS / "plan.schema.json").read_text("utf-8"))


def check(text: str, schema=CATALOG) -> list[Problem]:
    return validate(parse(text, "f.yaml").root, "f.yaml", schema)


def marked(text: str, problem: Problem) -> str:
    """The characters that a problem marks."""
    line = text.splitlines()[problem.where.line - 1]
    start = problem.where.column - 1
    return line[start : start + problem.where.length]


WHOLE_CATALOG = """\
products:
  - item_number: awesome-tshirt
    renamed_from: "79876"
    name: Awesome T-shirt
    description: <p>Super awesome t-shirt.</p>
    protect: true
    only_on_create: [description, tags]
    categories: [Men > Shirts, New]
    collection: Summer 2027
    subbrand_id: null
    translations: {danish: {name: Fed T-shirt, description: null}, "2": {name: X}}
    tags: [basics, 2027, true]
    colli: [6, 12]
    weight: 0.25
    weight_type: kg
    release_date: 2027-01-04
    meta: {season: summer, size: 36, text: '{"a": 1}', gone: null}
    suppliers: [{supplier_number: POLO-2, primary: true, lead_time_type: null}]
    variant_defaults:
      attributes: {Color: Black}
      prices:
        DKK: {sales_price: 300, rec_sales_price: 800}
        EUR: {sales_price: 40.50, rec_sales_price: 105, offer_price: null}
      images: [{url: "https://img.example/1.jpg", alt: Front}]
      weight_type: null
    variants:
      - {sku: awesome-tshirt-b-s, ean: "5701234567899", attributes: {Size: S}}
      - {sku: b-36, attributes: {Size: 36}, archived: true, b2c_available: false}
      - {sku: b-37, inventory: {quantity: 25}, drops: [{drop_code: A}, {drop_id: 1}]}
      - {sku: b-38, cost_prices: [{currency: DKK, cost_price: 88.1250}], drops: []}
      - {sku: b-39, delete: true}
  - {item_number: gone, delete: true}
categories:
  - {name: Men, children: [{name: Shirts}, {name: Caps, renamed_from: Hats}]}
  - {name: A >or B, protect: false}
collections:
  - title: Summer 2027
    visibility: customers_custom
    allowed_customers: ["1000"]
customers:
  - customer_number: "1000"
    name: A customer
    currency: DKK
    discount_percentage: 10
    payment_term: {payment_term_code: 30-days}
    billing_email: invoices@customer.example
    allowed_currencies: [{currency: DKK, amount: 2500}]
    credit_modifier: 30
    addresses:
      - {title: Primary address, name: A customer, address: Hejrevej 33,
         zip: "2400", city: Copenhagen N, country: DK, region: null}
approvals:
  - {approve: "3f9a1c07", what: a style, keys: ["product:1"], by: me, reason: y}
  - {approve: "b81e22d0", by: me, reason: sample sale}
"""

WHOLE_CONFIG = """\
base_currency: EUR
currencies: [EUR, DKK]
traede: {url: "https://api.traede.com", brand_id: 1, includes: {products: [tags]}}
state: git
deletes: {max: 10, max_percent: 5, when_refused: archive}
rules:
  price-slip: error
  half-archived: off
  price-change: {percent: 25, level: warning}
environments:
  test: {base_currency: DKK, traede: {brand_id: 2, allow_http: true}}
"""

COUNTS = dict.fromkeys(
    (
        *("create", "update", "rename", "delete", "archive", "revive", "forget"),
        *("unchanged", "unmanaged", "held", "refused"),
    ),
    0,
)
WHOLE_PLAN = {
    "format_version": "1.0",
    "digest": "sha256:" + "0" * 64,
    "tenant": {"url": "https://api.traede.com", "brand_id": 1},
    "as_of": "2026-11-21",
    "complete": True,
    "catalog": {"digest": "sha256:" + "1" * 64, "commit": None},
    "state": {"first_run": False},
    "summary": dict.fromkeys(
        ("product", "variant", "category", "collection", "customer"), COUNTS
    ),
    "steps": [
        {
            "id": "update:variant:awesome-tshirt-b-s",
            "kind": "variant",
            "key": "awesome-tshirt-b-s",
            "parent": "awesome-tshirt",
            "remote_id": 17,
            "action": "update",
            "source": {"file": "products/tshirt.yaml", "line": 14},
            "requires": ["create:category:Men > Shirts", "product:awesome-tshirt"],
            "notes": [],
            "changes": [
                {
                    "path": ["prices", "DKK", "sales_price"],
                    "before": "300",
                    "after": "310",
                    "basis": "live",
                    "cause": "catalog",
                    "held": False,
                },
                {
                    "path": ["tags"],
                    "after": ["a"],
                    "basis": "unknown",
                    "cause": "both",
                    "held": True,
                },
            ],
        },
        {
            "id": "delete:product:72066",
            "kind": "product",
            "key": "72066",
            "action": "delete",
            "source": None,
            "requires": [],
            "notes": ["Its lines are gone."],
            "changes": [],
            "cascade": ["variant:M0E20000000DGJM"],
        },
    ],
    "refused": [{"id": "product:1", "reason": "Because.", "hint": "Write it."}],
    "blocked": [
        {
            "guard": "delete-limit",
            "approve": "3f9a1c07",
            "message": "Too many.",
            "ids": ["delete:product:72066"],
        }
    ],
    "approved": [
        {
            "guard": "price-slip",
            "approve": "b81e22d0",
            "message": "Ten times.",
            "ids": ["variant:x"],
            "by": "me",
            "reason": "sample sale",
            "source": {"file": "catalog/approvals.yaml", "line": 4},
        },
        {
            "guard": "live-shrunk",
            "approve": "3f9a1c07",
            "message": "Gone.",
            "ids": ["product:72066"],
            "by": "",
            "reason": "",
            "source": None,
        },
    ],
    "warnings": [{"rule": "price-change", "id": "variant:x", "message": "Up."}],
}


def test_a_whole_catalog_is_valid():
    assert check(WHOLE_CATALOG) == []


def test_a_whole_configuration_is_valid():
    assert check(WHOLE_CONFIG, CONFIG) == []


def test_a_whole_plan_is_valid():
    assert PLAN.accepts(WHOLE_PLAN)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}", "products: []"])
def test_an_empty_catalog_file_is_valid(text: str):
    assert check(text) == []


PRODUCT = "products: [{item_number: a, %s}]"
VARIANT = "products: [{item_number: a, variants: [{sku: b, %s}]}]"
CUSTOMER = 'customers: [{customer_number: "1", %s}]'

MISTAKES = {
    "a number where text belongs": (
        "products: [{item_number: 79877}]",
        "79877",
        "wrong-type",
        "item_number must be text: put quotes round it, even where it is all digits. "
        'Write "79877"',
    ),
    "digits as written": (
        "customers: [{customer_number: 0100}]",
        "0100",
        "wrong-type",
        "customer_number must be text: put quotes round it, even where it is all "
        'digits. Write "0100"',
    ),
    "a field with a typing mistake": (
        PRODUCT % "weigth: 3",
        "weigth",
        "unknown-field",
        'there is no field "weigth" here. Did you mean "weight"?',
    ),
    "a field nobody knows, few to choose from": (
        VARIANT % "inventory: {quantity: 1, colour: red}",
        "colour",
        "unknown-field",
        'there is no field "colour" here. Write quantity',
    ),
    "a field nobody knows, many to choose from": (
        PRODUCT % "zzz: 3",
        "zzz",
        "unknown-field",
        'there is no field "zzz" here. Take it out, or look its name up in the field '
        "reference",
    ),
    "a field in capitals": (
        "products: [{item_number: a, variants: [{SKU: b}]}]",
        "SKU",
        "unknown-field",
        'there is no field "SKU" here. Did you mean "sku"?',
    ),
    "a field of the variant in the product": (
        PRODUCT % "prices: {}",
        "prices",
        "unknown-field",
        "prices belongs to a variant: write it under variants, or once under "
        "variant_defaults",
    ),
    "a third level of categories": (
        "categories: [{name: A, children: [{name: B, children: []}]}]",
        "children",
        "unknown-field",
        "Traede knows two levels of categories: write this one beside its parent "
        "instead",
    ),
    "templates": (
        "templates: {}",
        "templates",
        "not-yet",
        "templates come in a later version; write their values in each product instead",
    ),
    "a template": (
        PRODUCT % "template: tee",
        "template",
        "not-yet",
        "templates come in a later version; write their values in the product instead",
    ),
    "a matrix": (
        PRODUCT % "variant_matrix: {}",
        "variant_matrix",
        "not-yet",
        "a variant matrix comes in a later version; write each variant under variants "
        "instead",
    ),
    "price lists": (
        "price_lists: []",
        "price_lists",
        "not-yet",
        "price lists come in a later version; write the prices in the products instead",
    ),
    "approval id that YAML takes for a number": (
        "approvals: [{approve: 12345678, by: me, reason: why}]",
        "12345678",
        "approval-id",
        'approve must be text: put quotes round the id. Write "12345678"',
    ),
    "approval id of another form": (
        'approvals: [{approve: "3F9A1C0", by: me, reason: why}]',
        '"3F9A1C0"',
        "approval-id",
        "approve must be the id that the plan prints: 8 of the characters 0-9 and a-f, "
        "in quotes",
    ),
    "approval that nobody gives": (
        'approvals: [{approve: "3f9a1c07", reason: why}]',
        '{approve: "3f9a1c07", reason: why}',
        "missing-field",
        "by is missing here. Write by: Mette",
    ),
    "approval for no reason": (
        'approvals: [{approve: "3f9a1c07", by: me, reason: ""}]',
        '""',
        "not-allowed",
        "reason must be text: write why this is meant",
    ),
    "approval of keys without a kind": (
        'approvals: [{approve: "3f9a1c07", keys: ["72066"], by: me, reason: why}]',
        '"72066"',
        "wrong-format",
        'each entry of keys must be a kind and a key, such as "product:72066"',
    ),
    "approval of one key": (
        'approvals: [{approve: "3f9a1c07", keys: "product:1", by: me, reason: why}]',
        '"product:1"',
        "wrong-type",
        'keys must be a list, as the plan prints it: keys: ["product:72066"]. Write '
        '["product:1"]',
    ),
    "a fill-in in a SKU": (
        'products: [{item_number: a, variants: [{sku: "{item_number}-b"}]}]',
        '"{item_number}-b"',
        "not-yet",
        "fill-ins such as {item_number} come in a later version; write the text out "
        "instead",
    ),
    "a fill-in in a link": (
        VARIANT % 'images: [{url: "https://x/{sku}.jpg"}]',
        '"https://x/{sku}.jpg"',
        "not-yet",
        "fill-ins such as {item_number} come in a later version; write the text out "
        "instead",
    ),
    "a fill-in in a custom field": (
        VARIANT % 'meta: {a: "x {Color}"}',
        '"x {Color}"',
        "not-yet",
        "fill-ins such as {item_number} come in a later version; write the text out "
        "instead",
    ),
    "a key that is missing": (
        "products: [{name: x}]",
        "{name: x}",
        "missing-field",
        "item_number is missing here. Write item_number: awesome-tshirt",
    ),
    "a part that is always demanded": (
        PRODUCT % "translations: {danish: {description: x}}",
        "{description: x}",
        "missing-field",
        "name is missing here. Write name: Fed T-shirt",
    ),
    "nothing behind the colon": (
        "products:\n- item_number: a\n  name:\n",
        "name",
        "wrong-type",
        "name is empty. Write a value, or take the line out",
    ),
    "a wholesale price that was left empty": (
        PRODUCT % "variants: [{sku: b, prices: {DKK: {sales_price: }}}]",
        "sales_price",
        "price-format",
        "sales_price is empty. Write the price, such as 97.54; or take the line out, "
        "and Traede keeps the one it has",
    ),
    "a wholesale price of nothing": (
        PRODUCT % "variants: [{sku: b, prices: {DKK: {sales_price: null}}}]",
        "null",
        "price-format",
        "sales_price cannot be null. Write the price, such as 97.54; or take the line "
        "out, and Traede keeps the one it has",
    ),
    "null where nothing can be cleared": (
        PRODUCT % "active: null",
        "null",
        "wrong-type",
        "active cannot be null. Write a value, or take the line out",
    ),
    "null for a list": (
        PRODUCT % "tags: ~",
        "~",
        "wrong-type",
        "tags cannot be ~. Write [] to empty the list, or take the line out",
    ),
    "one text for a list": (
        PRODUCT % "tags: basics",
        "basics",
        "wrong-type",
        "tags must be a list; write [] to empty it in Traede. Write [basics]",
    ),
    "a list that cannot be emptied": (
        VARIANT % "images: []",
        "[]",
        "not-allowed",
        "images must hold a picture: Traede cannot take one away, so take the line "
        "out instead",
    ),
    "yes": (
        PRODUCT % "active: yes",
        "yes",
        "wrong-type",
        "active must be yes or no: write true or false, without quotes. Write true",
    ),
    "an unknown word": (
        'collections: [{title: "1", visibility: customer}]',
        "customer",
        "not-allowed",
        "visibility must say who may see it: write customers, own_entity or "
        'customers_custom. Did you mean "customers"?',
    ),
    "an unknown field in only_on_create": (
        PRODUCT % "only_on_create: [nmae]",
        "nmae",
        "only-on-create",
        "each entry of only_on_create must be the name of a field of a product. Did "
        'you mean "name"?',
    ),
    "a price in quotes": (
        VARIANT % 'prices: {DKK: {sales_price: "97.54"}}',
        '"97.54"',
        "price-format",
        "a price is a number, not a text. Write 97.54 without quotes",
    ),
    "a price in words": (
        VARIANT % "prices: {DKK: {sales_price: cheap}}",
        "cheap",
        "price-format",
        "sales_price must be a plain number with a point before the decimals: write "
        "it as 97.54, without quotes, currency or thousands separator",
    ),
    "a price without its name": (
        VARIANT % "prices: {DKK: 300}",
        "300",
        "wrong-type",
        "DKK must be fields with values: write it as {sales_price: 300, "
        "rec_sales_price: 800}",
    ),
    "a negative price": (
        VARIANT % "prices: {DKK: {sales_price: -1}}",
        "-1",
        "price-format",
        "sales_price must be 0 or more, not -1",
    ),
    "a currency in small letters": (
        VARIANT % "prices: {dkk: {sales_price: 1}}",
        "dkk",
        "currency-code",
        "prices must be prices by currency, with three capital letters each: write "
        "them as DKK: {sales_price: 300}. Write DKK",
    ),
    "a country in small letters": (
        CUSTOMER % "addresses: [{title: t, name: n, address: a, zip: z, city: c, "
        "country: dk}]",
        "dk",
        "country-code",
        "country must be a country: write its two capital letters, such as DK. "
        "Write DK",
    ),
    "a day of another form": (
        PRODUCT % "release_date: 2027/1/4",
        "2027/1/4",
        "date-format",
        "release_date must be a day: write it as 2027-01-04 (year-month-day). Write "
        "2027-01-04",
    ),
    "a day that some countries read in another way": (
        PRODUCT % "release_date: 4/1/2027",
        "4/1/2027",
        "date-format",
        "release_date must be a day: write it as 2027-01-04 (year-month-day). Write "
        "2027-01-04 or 2027-04-01",
    ),
    "a list without its dashes": (
        PRODUCT % "tags:\n  – new\n  – basics",
        "– new",
        "wrong-type",
        "tags must be a list; write [] to empty it in Traede. Write each on a line of "
        "its own, as - new",
    ),
    "a bar code that a sheet has rounded": (
        VARIANT % "ean: 5.70123E+12",
        "5.70123E+12",
        "wrong-type",
        'ean must be text: put the bar code in quotes, such as "5701234567899". '
        "A sheet has rounded this one: write all its digits",
    ),
    "a day that no month has": (
        PRODUCT % "release_date: 2027-02-30",
        "2027-02-30",
        "date-format",
        "release_date must be a day: write it as 2027-01-04 (year-month-day)",
    ),
    "a bar code with spaces": (
        VARIANT % 'ean: "5 701234 567899"',
        '"5 701234 567899"',
        "ean",
        "ean must be a bar code: write its 8, 12, 13 or 14 digits in quotes, without "
        'spaces. Write "5701234567899"',
    ),
    "a comma in a number": (
        PRODUCT % 'weight: "0,25"',
        '"0,25"',
        "wrong-type",
        "weight must be a number with a point before the decimals: write it as 0.25, "
        "without quotes; null for none. Write 0.25",
    ),
    "a percent sign": (
        CUSTOMER % "discount_percentage: 10%",
        "10%",
        "wrong-type",
        "discount_percentage must be a number from 0 to 100: write it as 12.5, without "
        "the percent sign and quotes; null for none. Write 10",
    ),
    "more than all": (
        CUSTOMER % "discount_percentage: 110",
        "110",
        "out-of-range",
        "discount_percentage must be 100 or less, not 110",
    ),
    "spaces at the ends of a key": (
        'products: [{item_number: " a"}]',
        '" a"',
        "key-format",
        "item_number must be one line of text without spaces at its ends: take the "
        "extra spaces out. Write a",
    ),
    "a line end in a name": (
        'products: [{item_number: a, name: "x\\ny"}]',
        '"x\\ny"',
        "text-format",
        "name must be one line of text that is not empty: write it on one line. "
        "Write x y",
    ),
    "a category name that looks like a path": (
        "categories: [{name: A > B}]",
        "A > B",
        "category-name",
        'name must be one line without " > " and without spaces at its ends: write a '
        "sub category under children of its top category",
    ),
    "a category three levels deep": (
        PRODUCT % "categories: [A > B > C]",
        "A > B > C",
        "category-format",
        "each entry of categories must name a category: write Top, or Top > Sub with "
        "one space on each side; Traede knows two levels",
    ),
    "two ways to name one thing": (
        CUSTOMER % "payment_term: {payment_term_id: 1, payment_term_code: a}",
        "{payment_term_id: 1, payment_term_code: a}",
        "not-allowed",
        "payment_term must name the payment term in one way: write either "
        "payment_term_code or payment_term_id",
    ),
    "an e-mail that would be sent": (
        CUSTOMER % "send_customer_email: true",
        "send_customer_email",
        "not-allowed",
        "this would send an e-mail to a person, which this tool never does: take the "
        "line out",
    ),
    "another kind of file": (
        "- item_number: a",
        "-",
        "wrong-type",
        "this file must be a catalog file: start it with products:, categories:, "
        "collections:, customers: or approvals:",
    ),
}


@pytest.mark.parametrize(
    ("text", "characters", "rule", "message"), MISTAKES.values(), ids=MISTAKES
)
def test_a_mistake_is_marked_and_says_what_to_type(
    text: str, characters: str, rule: str, message: str
):
    (problem,) = check(text)

    assert marked(text, problem) == characters
    assert (problem.rule, problem.message) == (rule, message)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("products: [{Item_Number: a}]", "item_number"),
        ("products: [{item_number: a, Item_Number: b}]", None),
        ("products: [{item_number: a, itemnumber: b}]", None),
        (PRODUCT % "release_date: 4.1.2027", "2027-01-04"),
        (PRODUCT % "release_date: 31/1/2027", "2027-01-31"),
        (PRODUCT % "release_date: 1/31/2027", "2027-01-31"),
        (PRODUCT % "release_date: 4/1/2027", None),
        (PRODUCT % "release_date: 4/4/2027", "2027-04-04"),
        (VARIANT % "ean: 5.70123E+12", None),
        (PRODUCT % "active: ja,", "true"),
    ],
)
def test_what_only_one_thing_can_be_meant_by_is_a_fix(text: str, fix: str | None):
    (problem,) = check(text)

    assert (problem.fix and problem.fix.text) == fix


CONFIG_MISTAKES = {
    "no base currency": (
        "name: a",
        "missing-field",
        "base_currency is missing here. Write base_currency: DKK",
    ),
    "a rule with a word nobody knows": (
        "{base_currency: DKK, rules: {price-slip: warn}}",
        "not-allowed",
        "price-slip must say how strict the rule is: write off, warning or error, or "
        "{level: warning, percent: 25}",
    ),
    "a rule with a field nobody knows": (
        "{base_currency: DKK, rules: {price-slip: {levle: error}}}",
        "unknown-field",
        'there is no field "levle" here. Did you mean "level"?',
    ),
    "a limit where there is none": (
        "{base_currency: DKK, rules: {half-archived: {level: error, percent: 5}}}",
        "unknown-field",
        "this rule has no limit in percent. Take the percent out",
    ),
    "a rule with a typing mistake": (
        "{base_currency: DKK, rules: {price_slip: error}}",
        "unknown-field",
        'there is no field "price_slip" here. Did you mean "price-slip"?',
    ),
    "a mistake in an environment": (
        "{base_currency: DKK, environments: {test: {drift: keep}}}",
        "not-allowed",
        "drift must say what to do with changes made in Traede: write hold or write",
    ),
    "a secret": (
        "{base_currency: DKK, traede: {token: abc}}",
        "secret",
        "a secret does not belong in a file that is shared: take it out, revoke it in "
        "Traede, and set it as TRAEDE_TOKEN in the environment instead",
    ),
}


@pytest.mark.parametrize(
    ("text", "rule", "message"), CONFIG_MISTAKES.values(), ids=CONFIG_MISTAKES
)
def test_a_mistake_in_the_configuration(text: str, rule: str, message: str):
    (problem,) = check(text, CONFIG)

    assert (problem.rule, problem.message) == (rule, message)


BARE = {
    "a pattern": ({"pattern": "^b$"}, "a must have another form"),
    "choices": ({"enum": ["b", "cd"]}, "a must be one of b or cd"),
    "a type": ({"type": ["number", "null"]}, "a must be a number or null"),
    "a type with an example": (
        {"type": "array", "examples": [[1, {"b": "c d"}]]},
        "a must be a list: write it as [1, {b: c d}]. Write [x]",
    ),
    "alternatives": (
        {"anyOf": [{"type": "null"}, {"type": "array"}], "description": "Or so."},
        "this value of a does not fit: Or so.",
    ),
    "any other keyword": ({"const": "y"}, "this value of a does not fit"),
    "names": ({"patternProperties": {"^b$": {}}}, "must have names of another form"),
}


@pytest.mark.parametrize(("schema", "message"), BARE.values(), ids=BARE)
def test_a_schema_without_sentences_gets_words_too(
    schema: dict[str, Any], message: str
):
    closed = {**schema, "additionalProperties": False}
    text = "a: {x: 1}" if "patternProperties" in schema else "a: x"
    (problem,) = check(text, CompiledSchema(json.dumps({"properties": {"a": closed}})))

    assert problem.message.removeprefix("a ") == message.removeprefix("a ")


def test_the_strict_validator_rules_should_the_two_ever_disagree():
    schema = CompiledSchema('{"type": "array"}')
    schema.reference = jsonschema.Draft202012Validator({})

    assert [p.message for p in check("a: 1", schema)] == [
        "this file does not fit the schema"
    ]


def test_all_mistakes_are_found_at_once_and_sorted():
    text = "\n".join(
        ["products:"]
        + [f"- {{item_number: p{n}}}" for n in range(50)]
        + ["- {item_number: 1, naem: x}", "customers:", "- {customer_number: 2}"]
    )
    found = check(text)

    assert [(p.where.line, p.where.column) for p in found] == [
        (52, 17),
        (52, 20),
        (54, 21),
    ]


# The two validators give the same verdict, whatever the document.

ODD = (
    *(None, True, False, 0, -1, 1.0, 1.5, 1e300, 10**30, 2**63, "", " ", "a\n", " a"),
    *("a\n\n", "DKK", "DKK\n", "dkk", "97.54", "٣", "2027-01-04", "2027-02-30", "é"),
    *("\u2028", "a\u2028", "A > B", "A > B > C", "A >", "> A", "{sku}", "{}", "{ x}"),
    *("https://x", "http://x\n", "g", "weeks", "off", "x@y", "git", "+00:00", [], {}),
    *([None], [1, "a"], {"a": 1}, {"DKK": {}}, {"name": "A"}, {"delete": True}),
)
DOCUMENTS = {
    "catalog": (CATALOG, WHOLE_CATALOG),
    "reconcile": (CONFIG, WHOLE_CONFIG),
    "plan": (PLAN, json.dumps(WHOLE_PLAN)),
}


def plain(text: str) -> Any:
    return to_plain(parse(text, "f.yaml").root)


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(document, dict):
        for key, value in document.items():
            yield from places(value, (*at, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, (*at, index))


def changed(document: Any, place: tuple[Any, ...], how: str, value: Any) -> Any:
    """A copy with one place replaced, taken out or given a further field."""
    root = {"": copy.deepcopy(document)}
    target: Any = root
    for step in ("", *place)[:-1]:
        target = target[step]
    last = ("", *place)[-1]
    if how == "remove":
        del target[last]
    elif how == "add" and isinstance(target[last], dict):
        target[last][str(value)[:12]] = value
    else:
        target[last] = value
    return root.get("")


PARTS = [
    (schema, name)
    for schema in (CATALOG, PLAN)
    for name in schema.document["$defs"]
    if name != "value"  # refers to itself; the plan as a whole covers it
]


@pytest.mark.parametrize(("schema", "name"), PARTS, ids=[part[1] for part in PARTS])
def test_odd_values_in_every_place_get_one_verdict(schema: CompiledSchema, name: str):
    definitions = schema.document["$defs"]
    only = {"$ref": f"#/$defs/{name}", "$defs": definitions}
    part = CompiledSchema(json.dumps(only))
    example = definitions[name].get("examples", [None])[0]
    for place in places(example):
        for how in ("replace", "remove", "add"):
            for value in ODD if how != "remove" else ODD[:1]:
                one = changed(example, place, how, value)
                assert part.accepts(one) == part.reference.is_valid(one), one


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from([v for v in ODD if isinstance(v, str)]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "item_number",
                    "name",
                    "sku",
                    "prices",
                    "DKK",
                    "sales_price",
                    "zip",
                    "x",
                ]
            ),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, Any]:
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    document = plain(DOCUMENTS[name][1])
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(list(places(document))))
        how = draw(st.sampled_from(["replace", "remove", "add"]))
        document = changed(document, place, how, draw(JSON))
    return name, document


@settings(max_examples=150, deadline=None)
@given(mutants())
def test_both_validators_give_the_same_verdict(case: tuple[str, Any]):
    name, document = case
    schema = DOCUMENTS[name][0]

    assert schema.accepts(document) == schema.reference.is_valid(document)


LIBRARY = ("is not of type", "is a required", "does not match", "is not valid under")


@settings(max_examples=150, deadline=None)
@given(mutants())
def test_every_refusal_is_explained_in_our_words(case: tuple[str, Any]):
    name, document = case
    schema = DOCUMENTS[name][0]
    root = parse(json.dumps(document, indent=1), "f.yaml").root

    found = validate(root, "f.yaml", schema)

    assert bool(found) == (root is not None and not schema.accepts(to_plain(root)))
    assert found == sorted(set(found), key=lambda p: (p.where, p.rule, p.message))
    for problem in found:
        assert problem.message[0] not in "$["
        assert not [words for words in LIBRARY if words in problem.message]
