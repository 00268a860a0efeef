"""Whatever a file looks like: formatting it changes spaces between things, no thing."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from test_editing_laws import documents

from reconcile.core.formatting import formatted
from reconcile.core.yaml.nodes import Mapping, Node, Scalar
from reconcile.core.yaml.text import parse

MODELINE = "# yaml-language-server: $schema=../schemas/catalog.schema.json"
SCHEMA = MODELINE.partition("=")[2]
ENDS = ("", "", "", " ", "  ", "\t", " \t", "  # noted  ", "\t# tab\there")


FRAGMENTS = (
    "{k}: |\n  one  \n\n  two\t\n",
    "{k}: |+  \n  one\n   \n\n",
    "{k}: |-\n  one\n     \n# below  \n",
    "{k}: >\n  one \n  two\n\n",
    "{k}: >+\n  one\n\n\n",
    "{k}: |2\n    one  \n",
    "{k}: 'one  \n  two\t\n\n  three'\t\n",
    '{k}: "one \\\n  two \t # none"  # note\n',
    "{k}: one  \n  two\t\n  three \t# note\n",
    "{k}:\t[a,\tb  ,\n\t c#d\t]  \n",
    "{k}:  {{a:\t'x\ty',\tb: \"#\t\"}}\t#\tnote\t\n",
    "{k}: a\tb\n",
    "{k}:\t\n",
    "{k}: &a{k}\tx\n{k}2:\t*a{k}\t\n",
    "? \n",
    "  \t\n",
    "\t# note\n",
    "#\tnote  \n",
)


@st.composite
def pieces(draw: st.DrawFn) -> str:
    """What documents seldom have: values in which spaces mean something."""
    found = draw(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5))
    text = "".join(one.format(k=f"k{n}") for n, one in enumerate(found))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    text = draw(st.sampled_from([text, text, text.rstrip("\r\n"), text.rstrip()]))
    parsed = parse(text, "f.yaml")
    assume(parsed.root is not None and not parsed.problems)
    return text


@st.composite
def typed(draw: st.DrawFn) -> str:
    """A commented file, as editors and people leave it."""
    text = draw(documents())
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n", "\r"]]))
    parts: list[str] = []
    for line in lines:
        bare = line.rstrip("\r\n")
        if draw(st.integers(0, 3)) == 0:
            bare += draw(st.sampled_from(ENDS))
        if draw(st.integers(0, 5)) == 0:
            bare = bare.replace(": ", ":\t", 1)
        parts.append(bare + (draw(st.sampled_from(ends)) if line != bare else ""))
    whole = "".join(parts) + draw(st.sampled_from(["", "", "\n", "\n \n", "# end"]))
    if draw(st.integers(0, 3)) == 0:
        whole = (
            MODELINE.replace("../", draw(st.sampled_from(["../", ""]))) + "\n" + whole
        )
    parsed = parse(whole, "f.yaml")
    assume(parsed.root is not None and not parsed.problems)
    return whole


untidy = st.one_of(pieces(), typed())


def said(node: Node | None) -> Any:
    """All that a file says, with the order of its keys and what is in quotes."""
    if isinstance(node, Scalar):
        return node.text, node.style
    if isinstance(node, Mapping):
        return [(said(key), said(value)) for key, value in node.items]
    return None if node is None else [said(item) for item in node.items]


schemas = st.sampled_from([None, SCHEMA])


@given(untidy, schemas)
def test_a_formatted_file_says_what_it_said(text: str, schema: str | None):
    result = formatted(text, "f.yaml", schema)

    again = parse(result, "f.yaml")
    assert not again.problems
    assert said(again.root) == said(parse(text, "f.yaml").root)


@given(untidy, schemas)
def test_formatting_twice_is_formatting_once(text: str, schema: str | None):
    once = formatted(text, "f.yaml", schema)

    assert formatted(once, "f.yaml", schema) == once


@given(untidy)
def test_only_spaces_and_line_ends_are_touched(text: str):
    before = re.split(r"\r\n|\r|\n", text)
    after = re.split(r"\r\n|\r|\n", formatted(text, "f.yaml", None))

    def without_space(lines: list[str]) -> list[str]:
        return "\n".join("".join(line.split()) for line in lines).rstrip().split("\n")

    assert without_space(after) == without_space(before)
    fine = [line for line in before if line and not re.search(r"\t|[ ]$", line)]
    assert [line for line in after if line in fine] == fine


@given(untidy)
def test_of_a_tidy_file_nothing_is_touched(text: str):
    tidy = formatted(text, "f.yaml", SCHEMA)

    assert formatted(tidy, "f.yaml", None) == tidy
    assert tidy.removeprefix("\ufeff").count("yaml-language-server") >= 1


@given(untidy)
def test_the_editor_line_is_all_that_comes(text: str):
    def lines(schema: str | None) -> list[str]:
        whole = formatted(text, "f.yaml", schema).removeprefix("\ufeff")
        return [line for line in whole.splitlines() if "language-server" not in line]

    assert lines(SCHEMA) == lines(None)
