import pytest

from reconcile.core.yaml.fieldwords import not_a_colon, not_a_dash
from reconcile.core.yaml.text import parse
from reconcile.core.yaml.typography import lone_quote, uncurled


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("“Shirt”", "Shirt"),
        ("„Shirt“", "Shirt"),
        ("”Shirt”", "Shirt"),
        ("‘Shirt’", "Shirt"),
        ("“it’s new”", "it’s new"),
        ("Pumps ”Flex” Michael Kors", None),
        ("“Best” – says “Vogue”", None),
        ("“Flex” Pumps", None),
        ("Pumps “Flex”", None),
        ("“”", None),
        ("”", None),
        ("", None),
        ('"Shirt"', None),
    ],
)
def test_quotes_around_the_whole_text(text: str, inner: str | None):
    assert uncurled(text) == inner


@pytest.mark.parametrize(
    ("text", "severity", "write"),
    [
        ("sku: “A”", "error", 'Write "A"'),
        ("ean: “5701234567899”", "error", 'Write "5701234567899"'),
        ("archived: “true”", "error", "Write true"),
        ("visibility: “all”", "error", "Write all"),
        ("sales_price: “12”", "error", "Write 12"),
        ("{“a”: b}", "error", 'Write "a"'),
        ("tags: [“a, b”]", "error", 'Write "a, b"'),
        ("{made: “Rome, Italy”}", "error", 'Write "Rome, Italy"'),
        ("name: “Tee”", "warning", 'Write "Tee", or "“Tee”" if they are meant'),
        ("tags: [“a”]", "warning", 'Write "a", or "“a”" if they are meant'),
    ],
)
def test_curly_quotes_are_no_quotes(text: str, severity: str, write: str):
    (found,) = parse(text, "f.yaml").problems

    assert (found.rule, found.severity) == ("curly-quotes", severity)
    assert found.message.endswith(write)


@pytest.mark.parametrize(
    "text",
    [
        "name: '“Tee”'",
        "name: Pumps ”Flex” Michael Kors",
        "tags: [“a” b, c, d”]",
        "a: |\n  “Tee”\n",
        "tags: [“a b, [x], c”]",
    ],
)
def test_other_curly_quotes_are_letters(text: str):
    assert parse(text, "f.yaml").problems == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("sku = A", "sku: A"),
        ("SKU=A", "SKU: A"),
        ("sku\uff1aA", "sku: A"),
        ("sku:\u00a0A", "sku: A"),
        ("sku\u00a0: A", "sku: A"),
        ("sku: A", None),
        ("made = A", None),
        ("a sku = A", None),
    ],
)
def test_a_field_whose_colon_is_another_character(text: str, fixed: str | None):
    meant = not_a_colon(text)

    if meant is None:
        assert fixed is None
    else:
        assert text[: meant.start] + meant.fix + text[meant.end :] == fixed


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("• x", "- x"),
        ("* x", "- x"),
        ("– x", "- x"),
        ("-\u00a0x", "- x"),
        ("-\u00a0{a: 1}", "- {a: 1}"),
        ("-{a: 1}", "- {a: 1}"),
        ("-sku: A", "- sku: A"),
        ("-made: A", None),
        ("-5", None),
        ("- x", None),
        ("•x", None),
    ],
)
def test_an_item_whose_dash_is_another_character(text: str, fixed: str | None):
    meant = not_a_dash(text)

    if meant is None:
        assert fixed is None
    else:
        assert text[: meant.start] + meant.fix + text[meant.end :] == fixed


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ('A-1"', '"'),
        ("A-1'", "'"),
        ('A "x"', None),
        ('"', None),
        ("A-1", None),
    ],
)
def test_a_quote_alone_at_the_end_was_not_opened(text: str, mark: str | None):
    assert lone_quote(text) == mark


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ('sku: A-1"', '"A-1"'),
        ('weight: 290"', "290"),
        ("sku: 'A-1\"'", None),  # in quotes it is meant
        ('name: Fjord"', None),  # what a name is, only the kinds know
    ],
)
def test_a_key_or_number_cannot_end_with_a_quote(text: str, instead: str | None):
    found = parse(text, "f.yaml").problems

    assert [one.fix and one.fix.text for one in found] == ([instead] if instead else [])
