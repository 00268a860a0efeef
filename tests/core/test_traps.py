import pytest

from reconcile.core.problems import Problem
from reconcile.core.yaml.text import Mapping, Scalar, parse
from reconcile.core.yaml.traps import key_traps, money_traps, quoted


def value(text: str) -> Scalar:
    root = parse(f"price: {text}\n", "f.yaml").root
    assert isinstance(root, Mapping)
    node = root.get("price")
    assert isinstance(node, Scalar)
    return node


def key(text: str) -> Scalar:
    root = parse(f"{{{text}: x}}\n", "f.yaml").root
    assert isinstance(root, Mapping)
    return root.items[0][0]


def said(text: str) -> list[tuple[str, str, str]]:
    """Severity and rule, marked characters, message."""
    lines = text.split("\n")
    return [
        (
            p.rule if p.severity == "error" else f"{p.severity} {p.rule}",
            lines[p.where.line - 1][p.where.column - 1 :][: p.where.length],
            p.message,
        )
        for p in parse(text, "f.yaml").problems
    ]


def last_half(problem: Problem | None) -> str | None:
    return None if problem is None else problem.message.split("Write ")[1]


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("97.54", None),
        ("300", None),
        ("0", None),
        ("0.5", None),
        ("97.5", None),
        ("97.5431", None),  # too many decimals is for the catalog to say
        ("", None),
        ("~", None),
        ("true", None),  # as are words
        ("abc", None),
        ("12 pieces", None),
        ("1.299", "1299, or 1.299 with 2 decimals if that is meant"),
        ("1.299.000", "1299000"),
        ("1,299", "1299, or 1.299 with 2 decimals if that is meant"),
        ("1.299,95", "1299.95"),
        ("1,299.95", "1299.95"),
        ("12.345.678,90", "12345678.90"),
        ("1 299", "1299"),
        ("1 299,95", "1299.95"),
        ("1\u00a0299,95", "1299.95"),
        ("1\u202f299", "1299"),
        ("1'299", "1299"),
        ("1_000", "1000"),
        ("97,54", "97.54"),
        ("97,5", "97.5"),
        ("97,-", "97"),
        ("12.-", "12"),
        ("€ 12", "12"),
        ("$12.50", "12.50"),
        ("12,50 €", "12.50"),
        ("12 kr", "12"),
        ("12 kr.", "12"),
        ("DKK 12", "12"),
        ("kr 1.299,-", "1299, or 1.299 with 2 decimals if that is meant"),
        ("1e3", "1000"),
        ("1.5E2", "150"),
        ("1e-2", "0.01"),
        ("1e999999", "a number such as 97.54"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0123", "123"),
        ("00.5", "0.5"),
        ("+5", "5"),
        ("-5", "5"),
        ("-97,54", "97.54"),
        ("−5", "5"),
        ("-1,2,3", "a number such as 97.54"),
        ("nan", "a number such as 97.54"),
        (".inf", "a number such as 97.54"),
        ("1..2", "a number such as 97.54"),
        ("1,2,3", "a number such as 97.54"),
        ("'97.54'", "97.54 without quotes"),
        ("'97,54'", "97.54"),
        ("''", None),
    ],
)
def test_prices_say_what_to_type(text: str, write: str | None) -> None:
    problem = money_traps(value(text))

    assert last_half(problem) == write
    if problem is not None:
        assert problem.rule == "price-format"
        assert problem.where == value(text).location


def test_three_decimals_are_a_price_where_the_field_has_them() -> None:
    assert money_traps(value("1.299"), decimals=4) is None
    assert last_half(money_traps(value("1,299"), decimals=4)) == (
        "1299, or 1.299 if that is meant"
    )
    assert last_half(money_traps(value("1.299.000"), decimals=4)) == "1299000"


@pytest.mark.parametrize(
    "text",
    "0123 00 1_000 1e5 1.10 .5 5. 0x1F 0o17 +5 -5 .inf 2027-01-04 true False".split(),
)
def test_keys_that_lose_their_form_need_quotes(text: str) -> None:
    problem = key_traps(key(text))

    assert problem is not None
    assert problem.rule == "key-needs-quotes"
    assert problem.message.endswith(f'Write "{text}"')


def test_an_empty_word_as_a_key_needs_quotes() -> None:
    scalar = value("~")

    problem = key_traps(scalar)

    assert problem is not None
    assert "an empty value" in problem.message


@pytest.mark.parametrize(
    "text", ["72779", "0", "36.5", "awesome-tshirt", "NO", "'0123'", '"1e5"', "M0E20"]
)
def test_other_keys_do_not_need_quotes(text: str) -> None:
    assert key_traps(key(text)) is None


def test_a_decimal_comma_in_a_flow_mapping_is_shown_as_designed() -> None:
    text = "EUR: {sales_price: 97,54, rec_sales_price: 148.75}"

    assert said(text) == [
        (
            "price-format",
            "97,54",
            "a comma ends the value here: Traede would get 97. Write 97.54",
        )
    ]


@pytest.mark.parametrize(
    ("text", "rule", "wrong", "ending"),
    [
        ("{sales_price: 97, 54}", "price-format", "97, 54", "Write 97.54"),
        ("{sales_price: 1.299,95}", "price-format", "1.299,95", "Write 1299.95"),
        ("{sales_price: 1,299.95}", "price-format", "1,299.95", "Write 1299.95"),
        ("{sales_price: 1,299,95}", "price-format", "1,299,95", "with a point"),
        ("{sales_price: 97,-}", "price-format", "97,-", "Write 97"),
        (
            "{sales_price: 1,299}",
            "price-format",
            "1,299",
            "or 1.299 with 2 decimals if that is meant",
        ),
        ("{weight: 1,5, b: 2}", "number-format", "1,5", "Write 1.5"),
        ("{name: Red, green}", "quote-needed", "Red, green", '"Red, green", in quotes'),
        ("{name: 'Red', green}", "no-value", "green", "{ } for a list"),
        ("{Black, White}", "no-value", "Black", "{ } for a list"),
        ("{a: [1], b}", "no-value", "b", "{ } for a list"),
    ],
)
def test_a_comma_ends_a_value(text: str, rule: str, wrong: str, ending: str) -> None:
    ((found_rule, found_wrong, message),) = said(text)

    assert (found_rule, found_wrong) == (rule, wrong)
    assert message.endswith(ending)


def test_every_comma_is_said_once_and_never_as_a_duplicate() -> None:
    text = "{sales_price: 97,54, rec_sales_price: 148,54, a: Café – 1,5}"

    assert [wrong for _, wrong, _ in said(text)] == ["97,54", "148,54", "Café – 1,5"]


@pytest.mark.parametrize("text", ["[97,54]", "{a: , b: }", "{97: , 54: }", "a: 97,54"])
def test_other_commas_are_left_alone(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "rule", "wrong", "write"),
    [
        ("a: *star", "quote-needed", "*star", '"*star"'),
        ("a: *star wars, new", "quote-needed", "*star wars, new", '"*star wars, new"'),
        ("a: [*star wars, x]", "quote-needed", "*star wars", '"*star wars"'),
        ("a: * star", "quote-needed", "* star", '"* star"'),
        ("a: &more", "quote-needed", "&more", '"&more"'),
        ("a: & more", "quote-needed", "& more", '"& more"'),
        ("a: &b Bold", "quote-needed", "&b Bold", '"&b Bold"'),
        ("a: [NEW] Shirt", "quote-needed", "[NEW] Shirt", '"[NEW] Shirt"'),
        ("a: [NEW] Shirt\nb: 1", "quote-needed", "[NEW] Shirt", '"[NEW] Shirt"'),
        ("a: {x} y", "quote-needed", "{x} y", '"{x} y"'),
        ("a: %x", "quote-needed", "%x", '"%x"'),
        ("a: @home", "quote-needed", "@home", '"@home"'),
        ("a: `x", "quote-needed", "`x", '"`x"'),
        ("a: [`x]", "quote-needed", "`x", '"`x"'),
        ("a: > 50", "quote-needed", "> 50", '"> 50"'),
        ("a: | \t x", "quote-needed", "| \t x", '"| \t x"'),
        ("a: |x", "quote-needed", "|x", '"|x"'),
        ("a: - x", "quote-needed", "- x", '"- x"'),
        ("a: ? x", "quote-needed", "? x", '"? x"'),
        ("a: ,x", "quote-needed", ",x", '",x"'),
        ("a: x: y", "quote-needed", "x: y", '"x: y"'),
        ("- name: x: y # c", "quote-needed", "x: y", '"x: y"'),
        ("a: {b: x: y}", "quote-needed", "x: y", '"x: y"'),
        ("a: 'Men's shirt'", "quote-needed", "'Men's shirt'", '"Men\'s shirt"'),
        ("a: {b: 'Men's', c: 1}", "quote-needed", "'Men's'", '"Men\'s"'),
        ('a: "x" y', "quote-needed", '"x" y', "'\"x\" y'"),
    ],
)
def test_texts_that_need_quotes_are_shown_in_quotes(
    text: str, rule: str, wrong: str, write: str
) -> None:
    ((found_rule, found_wrong, message),) = said(text)

    assert (found_rule, found_wrong) == (rule, wrong)
    assert f"Write {write}" in message


@pytest.mark.parametrize(
    "text",
    [
        "a: &x b\nc: *x",
        "a: >\n  b",
        "a: |\n  b",
        "a: a*b&c",
        "a: x:y",
        "a: -x",
        "a: x{}",
    ],
)
def test_the_same_characters_elsewhere_are_fine(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "wrong", "write"),
    [
        ("name: Shirt #2", "#2", '"Shirt #2"'),
        ("name: Café – x  #2 new", "#2 new", '"Café – x #2 new"'),
        ("color: #ff0000", "#ff0000", '"#ff0000"'),
        ("- Shirt #2", "#2", '"Shirt #2"'),
    ],
)
def test_a_hash_that_cuts_a_text_is_a_warning(
    text: str, wrong: str, write: str
) -> None:
    ((rule, found_wrong, message),) = said(text)

    assert (rule, found_wrong) == ("warning comment-cuts-text", wrong)
    assert f"Write {write}" in message


def test_a_hash_that_hides_a_bracket_is_an_error() -> None:
    ((rule, wrong, _),) = said("a: [Men #1, b]\nc: 1")

    assert (rule, wrong) == ("comment-cuts-text", "#1, b]")


@pytest.mark.parametrize(
    "text", ["a: Shirt # 2", "a: x#2", "a: 'x' #2", "a: 97 #2", "#a\nb: 1", "a: 1\n#b"]
)
def test_comments_are_left_alone(text: str) -> None:
    assert said(text) == []


def test_quoted_is_what_one_types() -> None:
    assert quoted("a") == '"a"'
    assert quoted('a"b') == "'a\"b'"
    assert quoted("a\"b'c") == "'a\"b''c'"
    assert len(quoted("x" * 500)) < 70
