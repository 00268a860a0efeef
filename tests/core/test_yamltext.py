from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconcile.core.problems import Location, Problem
from reconcile.core.yaml.text import (
    MAX_BYTES,
    MAX_DEPTH,
    Mapping,
    Node,
    Scalar,
    Sequence,
    find,
    find_key,
    parse,
    to_plain,
)

# Helpers


def tree(text: str | bytes) -> Node:
    parsed = parse(text, "f.yaml")
    assert parsed.problems == []
    assert parsed.root is not None
    return parsed.root


def scalar(text: str) -> Scalar:
    node = tree(f"key: {text}\n")
    assert isinstance(node, Mapping)
    value = node.get("key")
    assert isinstance(value, Scalar)
    return value


def problem(text: str | bytes) -> Problem:
    (found,) = parse(text, "f.yaml").problems
    return found


def marked(text: str, place: Location) -> str:
    line = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[place.line - 1]
    return line[place.column - 1 : place.column - 1 + place.length]


def scalars(node: Node | None) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return [found for item in node.items for found in scalars(item)]
    if isinstance(node, Mapping):
        return [found for key, value in node.items for found in (key, *scalars(value))]
    return []


# Values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("nULL", "nULL"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("36", 36),
        ("-7", -7),
        ("+7", 7),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("2027-01-04", "2027-01-04"),
        ("12:30", "12:30"),
        ("5.50", 5.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ('"36"', "36"),
        ("'~'", "~"),
        (".", "."),
        ("-x", "-x"),
        ("Men > Shirts", "Men > Shirts"),
    ],
)
def test_values_are_yaml_1_2(text: str, value: object) -> None:
    found = scalar(text).plain_value()

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.10", Decimal("1.10")),
        ("40.50", Decimal("40.50")),
        ("300", Decimal(300)),
        ("0.1000000000000000000001", Decimal("0.1000000000000000000001")),
        ("1e3", Decimal("1e3")),
        ("1e99999999999999999999", None),
        ("9" * 301, None),
        ("'300'", None),
        ("1,5", None),
        ("", None),
        ("0x1F", None),
    ],
)
def test_decimals_are_exact(text: str, number: Decimal | None) -> None:
    found = scalar(text).decimal()

    assert str(found) == str(number)


def test_a_node_knows_its_style_and_its_raw_text() -> None:
    text = "p: a b\ns: 'it''s'\nd: \"x\\ty\"\nl: |\n  one\n  two\nf: >\n  one\n  two\n"
    root = tree(text)
    assert isinstance(root, Mapping)
    found = [value for _, value in root.items if isinstance(value, Scalar)]

    assert [value.style for value in found] == [
        "plain",
        "single",
        "double",
        "literal",
        "folded",
    ]
    assert [value.text for value in found] == [
        "a b",
        "it's",
        "x\ty",
        "one\ntwo\n",
        "one two\n",
    ]
    assert [value.raw for value in found[:3]] == ["a b", "'it''s'", '"x\\ty"']


# Places


def test_columns_count_characters_not_bytes() -> None:
    text = "“Café” – 🎉: {naïve: [日本, 'é'], b: 2} # ü\n"
    root = tree(text)

    value = find(root, ["“Café” – 🎉", "naïve", 1])

    assert value.location == Location("f.yaml", 1, 26, 3)
    assert marked(text, value.location) == "'é'"
    assert marked(text, find(root, ["“Café” – 🎉", "b"]).location) == "2"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("encoded", [False, True])
def test_line_ends_and_the_byte_order_mark_do_not_move_places(
    *, end: str, start: str, encoded: bool
) -> None:
    text = start + end.join(("# é", "a: 1", "", "b:", "  - {x: y}", ""))
    root = tree(text.encode() if encoded else text)

    assert to_plain(root) == {"a": 1, "b": [{"x": "y"}]}
    assert str(find(root, ["a"]).location) == "f.yaml:2:4"
    assert str(find(root, ["b", 0, "x"]).location) == "f.yaml:5:9"


def test_collections_are_marked_where_they_begin() -> None:
    text = "m:\n  long_key: 1\n  b: 2\nf: {a: 1}\ns:\n  - 1\ng: [1, 2]\n"
    root = tree(text)

    places = [marked(text, find(root, [key]).location) for key in "mfsg"]

    assert places == ["long_key", "{a: 1}", "-", "[1, 2]"]


def test_an_anchor_is_not_part_of_the_value() -> None:
    text = "a: &x  text\nb: *x\nc: &y\n  k: 1\nd: *y\ne: &z {f: 1}\ng: *z\n"
    root = tree(text)

    assert find(root, ["a"]).raw == "text"
    assert find(root, ["b"]) is find(root, ["a"])
    assert str(find(root, ["c"]).location) == "f.yaml:4:3"
    assert str(find(root, ["g"]).location) == "f.yaml:6:7"


def test_find_goes_as_far_as_the_path_exists() -> None:
    root = tree("a:\n  - {b: 1}\n")

    assert to_plain(find(root, ["a", 0, "b"])) == 1
    assert to_plain(find(root, ["a", 0, "missing", "x"])) == {"b": 1}
    assert to_plain(find(root, ["a", 7])) == [{"b": 1}]
    assert to_plain(find(root, ["a", "b"])) == [{"b": 1}]
    assert find(root, []) is root


def test_find_key_gives_the_key_of_the_last_step() -> None:
    root = tree("a:\n  - {b: 1}\n")

    key = find_key(root, ["a", 0, "b"])

    assert key is not None
    assert str(key.location) == "f.yaml:2:6"
    assert find_key(root, ["a", 0]) is None
    assert find_key(root, ["z"]) is None
    assert find_key(root, []) is None


def test_empty_files_have_no_root_and_no_problems() -> None:
    assert tree_or_none("") is None
    assert tree_or_none("# only a comment\n") is None
    assert to_plain(None) is None


def tree_or_none(text: str) -> Node | None:
    parsed = parse(text, "f.yaml")
    assert parsed.problems == []
    return parsed.root


def test_nodes_show_themselves() -> None:
    root = tree("a: [1]\n")

    assert repr(root) == "Mapping(['a'] at f.yaml:1:1)"
    assert repr(find(root, ["a"])) == "Sequence(1 items at f.yaml:1:4)"
    assert repr(find(root, ["a", 0])) == "Scalar('1' at f.yaml:1:5)"


# What is refused: text, rule, the marked characters


REFUSED = [
    ("a: 1\nb: 2\na: 3\n", "duplicate-key", "a"),
    ("a: {b: 1, 'b': 2}", "duplicate-key", "'b'"),
    ("1: x\n'1': y", "duplicate-key", "'1'"),
    ("a: &x {b: *x}", "alias-cycle", "*x"),
    ("a: &x\n  - *x", "alias-cycle", "*x"),
    ("a: !new Shirt", "yaml-tag", "!new"),
    ("a: !!str 1", "yaml-tag", "!!str"),
    ("a: !!map {b: 1}", "yaml-tag", "!!map"),
    ("a: !", "yaml-tag", "!"),
    ("a: !e!b c", "quote-needed", "!e!b c"),
    ("<<: {a: 1}", "merge-key", "<<"),
    ("a: 1\n---\nb: 2", "several-documents", "---"),
    ("a: 1\n...\nb: 2", "several-documents", "..."),
    ("%YAML 1.2\n---\na: 1", "yaml-directive", "%YAML 1.2"),
    ("%YAML 1.3\n---\na: 1", "yaml-directive", "%YAML 1.3"),
    ("%FOO\n---\na: 1", "yaml-directive", "%FOO"),
    ("? a\n: b", "complex-key", "a"),
    ("{? a : b}", "complex-key", "a"),
    ("? [a]\n: b", "complex-key", "[a]"),
    ("{a: 1}: 2", "complex-key", "{a: 1}"),
    ("a: &x 1\n*x : 2", "complex-key", "*x"),
    (": x", "empty-key", ":"),
    ("{: x}", "empty-key", ":"),
    ("'': x", "empty-key", "''"),
    ("~: x", "empty-key", "~"),
    ("null: x", "empty-key", "null"),
    ('"a\\nb": 1', "line-break-in-key", '"a\\nb"'),
    ("{'a\n b': 1}", "line-break-in-key", "'a"),
    ("a: 1\n\u00a0\u00a0b: 2", "invisible-space", "\u00a0\u00a0b"),
    ("a:\n  b: 1\n \u00a0c: 2", "invisible-space", "\u00a0"),
    ("a: b\x1b[31m", "control-character", "\x1b"),
    ("a: x\x00\x00y", "control-character", "\x00\x00"),
    ("a: \u202eabc", "control-character", "\u202e"),
    ("# \x07\na: 1", "control-character", "\x07"),
    ("a: b\u0085", "control-character", "\u0085"),
    ("a: b\ufeff", "control-character", "\ufeff"),
    ('a: "x\\e[31m"', "control-character", '"x\\e[31m"'),
    ('a: "\\rx"', "control-character", '"\\rx"'),
    ("a:\n\tb: 1", "tab-indentation", "\t"),
    ("a:\n  b: 1\n \t c: 2", "tab-indentation", "\t "),
    ("a:\n  b: 1\n   c: 2", "indentation", "c: 2"),
    ("a:\n   b: 1\n  c: 2", "indentation", "c: 2"),
    ("a:\n  - x\n - y", "indentation", "- y"),
    ("a: 1\n- b", "indentation", "- b"),
    ("- a\nb: 1", "indentation", "b: 1"),
    ("a: b\n  c: d", "indentation", "c: d"),
    ('a: "x\nb: 1\n', "unclosed-quote", '"x'),
    ("a: 'x\nb: 1\n", "unclosed-quote", "'x"),
    ("a:\n- 'x\n- y: 'z'\n", "unclosed-quote", "'x"),
    ("a: [1, 2\nb: 1\n", "unclosed-bracket", "["),
    ("a: {b: 1\nc: 2\n", "unclosed-bracket", "{"),
    ("a: [", "unclosed-bracket", "["),
    ("a: {b: [1,\n", "unclosed-bracket", "["),
    ("a: [1, 2", "unclosed-bracket", "["),
    ("a: {b: 1]\n", "unclosed-bracket", "]"),
    ("a: {b: c}}\n", "unclosed-bracket", "}"),
    ("a: 1\n}\n", "unclosed-bracket", "}"),
    ("a: {b: [x] y}", "quote-needed", "[x] y"),
    ("a: [{b: 1} {c: 2}]", "missing-comma", "{"),
    ("a: {b: [x] c: y}", "missing-comma", "c"),
    ("a: {b: 'x' c: 1}", "quote-needed", "'x' c: 1"),
    ("{a:}", "space-after-colon", ":"),
    ("key:value\nb: 1", "space-after-colon", ":"),
    ("a\nb: 1", "no-colon", "a"),
    ("a: 1\nb\nc: 2", "no-colon", "b"),
    ("a:\n  - b\n  -c\n  - d", "no-colon", "-c"),
    ('a: "\\q"', "unknown-escape", "\\q"),
    ('a: "\\u12"', "unknown-escape", "\\u"),
    ("[a,,b]", "yaml-syntax", ","),
    ("- ': -'|", "yaml-syntax", "|"),
    ("a: [x\n]: y", "yaml-syntax", ":"),
    ("x" * 1100 + ": 1", "yaml-syntax", ":"),
    ("{sales_price: 12.95 rec_sales_price: 30}", "missing-comma", "rec_sales_price"),
    ("{name: Our Tee tags: [a]}", "missing-comma", "tags"),
    ("{sku: A ean: 'x'}", "missing-comma", "ean"),
    ("{ean: 'x' attributes: {a: b}}", "missing-comma", "attributes"),
    ("{attributes: {a: b} b2c_available: true}", "missing-comma", "b2c_available"),
    ("a: ['x' 'y']", "missing-comma", "'y'"),
    ("{sku: A; archived: true}", "missing-comma", ";"),
    ("{sku: 'A'; archived: true}", "missing-comma", ";"),
    ('{"a": 1\n "b": 2}', "missing-comma", "1"),
    ("[\n {a: 1}\n {a: 2}\n]", "missing-comma", "}"),
    ('a: "1",\nb: 2', "needless-comma", ","),
    ("- {a: 1},\n- {a: 2}", "needless-comma", ","),
    ("{sku:A, b: 1}", "space-after-colon", ":"),
    ("a:\n  - {b: 1}\n  {b: 2}\n  - {b: 3}", "list-dash", "{b: 2}"),
    ("a:\n  - {b: 1}\n  {b: 2}", "list-dash", "{b: 2}"),
    ("a:\n  - {b: 1}\n    {b: 2}", "list-dash", "{b: 2}"),
    ("a:\n  {b: 1}\n  - {b: 2}", "list-dash", "{b: 1}"),
    ("a:\n  - b: 1\n    c: 2\n  b: 3", "indentation", "b: 3"),
    ("a:\n  * b", "list-dash", "*"),
    ("a:\n  • b: 1", "list-dash", "•"),
    ("a:\n  -{b: 1}", "list-dash", "-"),
    ("a:\n  -\u00a0{b: 1}", "list-dash", "-"),
    ("- item_number = 1", "no-colon", " ="),
    ("- {sku = A}", "no-colon", " ="),
    ("- item_number\uff1a 1", "no-colon", "\uff1a"),
    ("- {sku:\u00a0A, b: 1}", "invisible-space", ":"),
    ("products\n  - item_number: A", "no-colon", "products"),
    ("name: Tee\nrelease_date 2027\ntags: []", "no-colon", "release_date 2027"),
    ("a: 1\nx\ty\tz\nb: 1", "no-colon", "x\ty\tz"),
    ("a: [b, - c]", "list-dash", "-"),
    ("description:\n  * one\n  * two", "text-lines", "description:"),
    ("- sku: 'A' archived: true", "two-fields", "archived"),
    ("- sku: A, archived: true", "two-fields", "sku: A, archived: true"),
    ("- (sku: A, archived: true)", "two-fields", "(sku: A, archived: true)"),
    ("{sales_price: 300,- kr}", "price-format", "300,- kr"),
    ("<<<<<<< a\nb: 1\n=======\nb: 2\n>>>>>>> c", "merge-conflict", "<<<<<<< a"),
    ("a: 1\n>>>>>>> c\nb: 1", "merge-conflict", ">>>>>>> c"),
]


@pytest.mark.parametrize(("text", "rule", "wrong"), REFUSED)
def test_refuses_at_the_right_characters(text: str, rule: str, wrong: str) -> None:
    found = problem(text)

    assert (found.rule, found.severity) == (rule, "error")
    assert marked(text, found.where) == wrong


def test_a_duplicate_key_names_both_places() -> None:
    found = problem("a: 1\nb: 2\na: 3\n")

    assert str(found.where) == "f.yaml:3:1"
    assert str(found.other) == "f.yaml:1:1"
    assert found.message == '"a" is written twice here. Keep one of the two'


def test_the_first_of_two_equal_keys_is_kept() -> None:
    assert to_plain(parse("a: 1\na: 2\n", "f").root) == {"a": 1}


def test_all_that_can_be_found_is_found() -> None:
    text = "a: 1\na: 2\n<<: 3\nb: !x 4\nc: *d\ne: \x07\nf: &g h\n"
    parsed = parse(text, "f.yaml")

    assert [(p.where.line, p.rule) for p in parsed.problems] == [
        (2, "duplicate-key"),
        (3, "merge-key"),
        (4, "yaml-tag"),
        (5, "quote-needed"),
        (6, "control-character"),
        (7, "quote-needed"),
    ]


def test_a_parser_error_ends_the_file_and_keeps_what_was_found() -> None:
    parsed = parse("a: 1\na: 2\nb: [1\nc: 2\nc: 3\n", "f.yaml")

    assert parsed.root is None
    assert [p.rule for p in parsed.problems] == ["duplicate-key", "unclosed-bracket"]


def test_two_mistakes_in_the_line_where_the_parser_stops() -> None:
    text = "a: {DKK: {sales_price: 97,54}\nd: 1\n"
    parsed = parse(text, "f.yaml")

    assert [p.rule for p in parsed.problems] == ["unclosed-bracket", "price-format"]


def test_what_is_behind_a_mistake_with_one_right_answer_is_said_too() -> None:
    text = (
        "a: {sku:A, b: {sales_price: 97,54}}\na: 1\nc: @x # note\n"
        "d: {sku: A ean: B}\ne: [1\nf: 1\nf: 2\n"
    )
    parsed = parse(text, "f.yaml")

    assert parsed.root is None
    assert [(p.rule, marked(text, p.where)) for p in parsed.problems] == [
        ("space-after-colon", ":"),
        ("price-format", "97,54"),
        ("duplicate-key", "a"),
        ("quote-needed", "@x"),
        ("missing-comma", "ean"),
        ("unclosed-bracket", "["),
    ]
    assert parsed.stopped == parsed.problems[0].where


def test_an_answer_that_leads_to_the_same_mistake_again_is_none() -> None:
    found = problem("a: 1\n\u00a0\u00a0b: 2\n")

    assert found.fix is None


def test_a_file_with_ever_new_mistakes_has_an_end() -> None:
    text = "".join(f"k{n}: @{n}\n" for n in range(100))

    assert 2 < len(parse(text, "f.yaml").problems) < 100


def test_the_lines_of_a_conflict_are_named() -> None:
    text = "a: 1\n<<<<<<< x\nb: 1\n||||||| y\nb: 0\n=======\nb: 2\n>>>>>>> z\n"

    assert problem(text).message.endswith("take the lines 2, 4, 6 and 8 out")


@pytest.mark.parametrize("text", ["a: |\n  =======\n  <<<<<<< x\n", "a: '<<<<<<< x'"])
def test_other_lines_with_these_marks_are_no_conflict(text: str) -> None:
    assert tree_or_none(text) is not None


def test_an_alias_that_the_parser_did_not_reach_is_not_missed() -> None:
    assert problem("a: &x 1\nb: [\nc: *x\n").rule == "unclosed-bracket"


def test_depth_has_an_end() -> None:
    fits = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f.yaml")
    too_deep = parse("[" * 100_000, "f.yaml")

    assert fits.problems == []
    assert [p.rule for p in too_deep.problems] == ["too-deep"]
    assert too_deep.problems[0].where.column == MAX_DEPTH + 1


def test_aliases_are_allowed_and_counted() -> None:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    few = parse("a: &x [1]\nb: [*x, *x]\n", "f.yaml")
    bomb = parse("\n".join(lines), "f.yaml")

    assert to_plain(few.root) == {"a": [1], "b": [[1], [1]]}
    assert few.problems == []
    assert bomb.root is None
    assert [p.rule for p in bomb.problems] == ["alias-bomb"]


def test_aliases_cannot_stack_up_depth() -> None:
    deep = "[" * 30 + "]" * 30
    text = f"a: &a {deep}\nb: {'[' * 30}*a{']' * 30}\n"

    assert problem(text).rule == "alias-bomb"


def test_files_have_a_size_limit() -> None:
    found = problem(b"#" * (MAX_BYTES + 1))

    assert found.rule == "file-too-large"
    assert parse(b"#" * MAX_BYTES, "f.yaml").problems == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_from_utf_8(encoding: str) -> None:
    assert problem("\ufeffa: 1".encode(encoding)).rule == "not-utf8"


def test_a_byte_that_is_not_utf_8_is_marked() -> None:
    found = problem("a: “Caf".encode() + b"\xe9\n")

    assert (found.rule, found.where.column, found.where.length) == ("not-utf8", 8, 1)
    assert 'this byte is "é"' in found.message


def test_a_lone_surrogate_is_a_problem() -> None:
    assert problem("a: \ud800").rule == "not-utf8"


def test_the_parsers_own_words_are_never_shown() -> None:
    jargon = ("block mapping", "token", "scalar", "did not find", "scanning", "node")

    for text, _, _ in REFUSED:
        message = problem(text).message
        assert not any(word in message for word in jargon), message


# Laws

keys = st.from_regex(r"[a-zA-Zéß日][a-z_0-9éß日🎉]{0,8}", fullmatch=True).filter(
    lambda key: key.lower() not in {"null", "true", "false"}
)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]),
    max_size=20,
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e6, 1e6) | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def written(value: object) -> str:
    """As flow YAML; a text is quoted, as JSON is YAML."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {written(v)}" for k, v in value.items()) + "}"
    return repr(value)


def block(value: object, indent: str = "") -> str:
    """The outer level as block YAML, the rest as flow."""
    if isinstance(value, dict) and value:
        return "".join(f"{indent}{key}: {written(v)}\n" for key, v in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{indent}- {written(item)}\n" for item in value)
    return written(value) + "\n"


@given(values)
def test_agrees_with_ruamel_on_values(value: object) -> None:
    text = block(value)

    assert to_plain(tree(text)) == YAML(typ="safe").load(text) == value


@given(values, st.sampled_from(["\n", "\r\n"]))
def test_every_scalar_is_at_its_place(value: object, end: str) -> None:
    text = block(value).replace("\n", end)

    for node in scalars(tree(text)):
        assert marked(text, node.location) == node.raw.rstrip()
        if node.style == "plain":
            assert node.raw == node.text
        else:
            assert node.raw == written(node.text)


@given(st.binary(max_size=200))
def test_bytes_never_raise(data: bytes) -> None:
    parse(data, "f.yaml")


@given(
    st.text(alphabet="a1 \n\t-:?,[]{}#&*!|>'\"%@`<~.\\\r\ufeffé\x00\x85", max_size=60)
)
def test_punctuation_never_raises(text: str) -> None:
    parsed = parse(text, "f.yaml")

    for found in parsed.problems:
        assert found.where.line >= 1
        assert found.where.column >= 1
        assert found.message
    for node in scalars(parsed.root):
        assert node.raw == node.source.text[node.start : node.end]
