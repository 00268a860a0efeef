import pytest

from reconcile.core.editing import CannotEdit
from reconcile.core.formatting import formatted

SCHEMA = "../schemas/catalog.schema.json"
LINE = f"# yaml-language-server: $schema={SCHEMA}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1  \nb:\t2\t# note\t\n", "a: 1\nb: 2 # note\n"),
        ("a: 1", "a: 1\n"),
        ("a: 1\n\n\n", "a: 1\n"),
        ("a: 1\n\n\nb: 2\n", "a: 1\n\n\nb: 2\n"),
        ("a: 1\r\nb: 2\n", "a: 1\r\nb: 2\r\n"),
        ("a: 1\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("a: 1\rb: 2\r", "a: 1\rb: 2\r"),
        ("\ufeffa: 1 \n", "\ufeffa: 1\n"),
        ("a: |\n  one  \n", "a: |\n  one  \n"),
        ("a: |+\n  one\n\n", "a: |+\n  one\n\n"),
        ("a: |\n  one", "a: |\n  one"),
        ("a: |-\n  one", "a: |-\n  one\n"),
        ("a: 'x \n  y'  \n", "a: 'x \n  y'\n"),
        ("a:   [1,2]  #two\n", "a:   [1,2]  #two\n"),
        ("a: 'x\ty'\t# one\ttwo\n", "a: 'x\ty' # one\ttwo\n"),
        ("", ""),
        ("\n \n", ""),
        ("# only a note  \n\n", "# only a note\n"),
    ],
)
def test_only_what_is_safe_is_made_alike(text: str, expected: str):
    assert formatted(text, "f.yaml", None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", LINE + "a: 1\n"),
        ("\ufeffa: 1\n", "\ufeff" + LINE + "a: 1\n"),
        ("a: 1\r\n", LINE[:-1] + "\r\na: 1\r\n"),
        ("# first\na: 1\n", LINE + "# first\na: 1\n"),
        (LINE + "a: 1\n", LINE + "a: 1\n"),
        ("# first\n\n" + LINE + "a: 1\n", "# first\n\n" + LINE + "a: 1\n"),
        (LINE.replace("../", "../../") + "a: 1\n", LINE + "a: 1\n"),
        (LINE.replace("# ", "#") + "a: 1\n", LINE.replace("# ", "#") + "a: 1\n"),
        ("a: 1\n" + LINE, LINE + "a: 1\n" + LINE),
        ("", LINE),
    ],
)
def test_the_editor_line_comes_or_is_put_right(text: str, expected: str):
    assert formatted(text, "f.yaml", SCHEMA) == expected


@pytest.mark.parametrize(
    "schema", ["https://schemas.example/catalog.schema.json", "ours/other.json"]
)
def test_the_editor_line_of_somebody_else_stays(schema: str):
    text = f"# yaml-language-server: $schema={schema}\na: 1\n"

    assert formatted(text, "f.yaml", SCHEMA) == text


def test_a_file_that_cannot_be_read_is_left_alone():
    with pytest.raises(CannotEdit, match=r"f\.yaml:1:4"):
        formatted("a: [1\n", "f.yaml", None)
