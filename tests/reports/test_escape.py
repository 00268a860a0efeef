"""Whatever a catalog says, a comment shows it and does nothing else with it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconcile.reports.escape import code, markdown, terminal
from reconcile.reports.layout import wrap

# What GitHub or GitLab act on outside of code, in what they make of Markdown.
ACTIVE = re.compile(
    r"[@#~$*_`<{}\[\]\\]|://|www\.|(?<!\d):\w|^/\w|//|[%!]\w|GH-\d"
    r"|\b[0-9a-fA-F]{7,40}\b"
)
RENDER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = [
    "a", "Tee", " ", "  ", "\n", "\t", "|", "\\", "`", "``", "*", "_", "~", "<b>", "&",
    "&amp;", "<!--", "-->", "@you", "me@x.dk", "#1", "GH-1", "!2", "%3", "https://x.y",
    "www.x.y", ":smile:", "[a](b)", "![a](b)", "1.", "1)", "-", "+", "=", "---", "===",
    "> ", "# ", "    ", "\x1b[2J", "\u202e", "\u2066", "\u200b", "deadbeef1", "/close",
    "{+a+}", "$1", "</details>", "e\u0301", "日本", "🎉", "\r\n", "%)", '"', "'", "(",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
)


class Shown(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.outside = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)
        self._open.append(tag)

    def handle_endtag(self, _tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.outside += "\0" if "code" in self._open else data


def blank(text: str) -> str:
    return "".join(text.split())


@given(TEXTS)
def test_markdown_shows_the_text_and_nothing_of_it_works(text: str) -> None:
    shown = Shown(RENDER.render(markdown(text)))

    assert set(shown.tags) <= {"p", "code"}
    assert blank(shown.text) == blank(_unquoted(terminal(text)))
    assert not ACTIVE.search(shown.outside.strip())


def _unquoted(text: str) -> str:
    """The backticks that a text has around a part of it are not shown."""
    return re.sub(r"(?<!\S)`([^`]+)`(?=[.,;:)]*(?!\S))", r"\1", text)


@given(TEXTS)
def test_code_shows_the_text_and_is_all_code(text: str) -> None:
    shown = Shown(RENDER.render(f"x {code(text)}"))

    assert set(shown.tags) <= {"p", "code"}
    assert blank(shown.text) == blank("x" + terminal(text))
    assert not set(shown.outside) - set("x \n\0|\u00a0")


@given(TEXTS, TEXTS)
def test_a_cell_of_a_table_ends_where_it_should(first: str, second: str) -> None:
    row = f"| {markdown(first)} | {code(second)} | end |"
    html = RENDER.render(f"| a | b | c |\n|---|---|---|\n{row}\n")
    shown = Shown(html)

    assert shown.tags.count("td") == 3
    assert "<td>end</td>" in html
    assert set(shown.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert blank(shown.text) == blank(
        "abc" + _unquoted(terminal(first)) + terminal(second) + "end"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("##[error]sold out", r"##\x5berror]sold out"),
        ("Tee ###[x", r"Tee ###\x5bx"),
        ("::add-mask::Tee", r"\x3a:add-mask::Tee"),
        ("Tee  ::STOP-commands::x", r"Tee  \x3a:STOP-commands::x"),
        ("Tee\u2003::a::b", "Tee\u2003\\x3a:a::b"),
        ("a::b::c", "a::b::c"),
        ("a :: b", "a :: b"),
        ("#[x] # [y]", "#[x] # [y]"),
    ],
)
def test_no_runner_takes_it_for_a_command(text: str, expected: str) -> None:
    assert terminal(text) == expected


@given(TEXTS, st.integers(1, 30))
def test_no_line_of_it_is_a_command(text: str, width: int) -> None:
    lines = wrap(terminal(f"{text} ::error::{text} ##[error]{text}"), width, width)

    assert not [
        line for line in lines if "##[" in line or re.match(r"\s*::[a-zA-Z]", line)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shirt Himons multi", "Shirt Himons multi"),
        ("Down jacket ”Daniel” Moncler", "Down jacket ”Daniel” Moncler"),
        ("Women > Trouser & more", "Women &gt; Trouser &amp; more"),
        ("ask @you today", "ask `@you` today"),
        ("303.28 → 31.95 (-89.5 %)", "303.28 → 31.95 (-89.5 %)"),
        ("needs `name`.", "needs `name`."),
        ("`delete: true` in a.yaml:2", "`delete: true` in `a.yaml:2`"),
        ("+ summer  - winter", r"\+ summer - winter"),
        ("1. Tee", r"1\. Tee"),
        ("a|b", "`a`&#124;`b`"),
        ("a\nb", "`a\\nb`"),
        ("ø" * 200 + "@", f"`{'ø' * 200}@`"),  # must not take for ever
    ],
)
def test_what_is_harmless_stays_readable(text: str, expected: str) -> None:
    assert markdown(text) == expected
