"""Why the YAML parser stopped, in the words of the person who typed the file.

The parser's own sentence speaks of tokens and block mappings. It also points at where
it gave up, which is often behind the mistake. So only its two places are taken, and
the text around them is judged; the last resort is a sentence that is always true.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from reconcile.core.yaml.brackets import (
    bracket,
    comma_and_dash,
    dash_inside,
    no_bracket,
)
from reconcile.core.yaml.fieldwords import FIELDS, KEYS, TEXTS, not_a_colon
from reconcile.core.yaml.lists import bullet, dash_instead, dashless, indentation
from reconcile.core.yaml.quotes import after_quote, needless_comma, quote, quote_above
from reconcile.core.yaml.spots import (
    CLOSERS,
    ITEM_END,
    QUOTES,
    Mistake,
    Spot,
    above,
    as_quoted,
    key_column,
    line_of,
    line_start,
    needs_quotes,
    owner,
    unclosed_bracket,
)
from reconcile.core.yaml.tabs import blank_indent
from reconcile.core.yaml.traps import ROW_SAYS, is_row, quoted

_KEY_GLUED = re.compile(r"[ ]*(?:- +)*[\w-]+(?P<colon>:)[^\s:/]")
_BEGINS_A_VALUE = re.compile(
    r"""\w|(?:"[^"\r\n]*"|'[^'\r\n]*')(?=[\s,}\]]|\Z)"""
    r"""|\[[^\r\n]*\]|\{[^\r\n]*\}"""
)
_WORD = re.compile(r"(?P<word>\w+)(?P<more>[ \t]+[^\s,}\]#])?")
_COLON = re.compile(r":([ \t]|$)")
_KEY_BEFORE = re.compile(r"[{,]\s*(?P<key>[\w-]+)\Z")
_SPACE_AFTER_COLON = "a colon is followed by a space. Write a space after it"
_TWO_FIELDS = re.compile(r",[ \t]+(?P<key>\w+):(?=\s)")
_LATER_FIELD = re.compile(r"(?:^|\s)(?P<key>\w+):(?=\s|$)")
_SPACE_BEFORE_COLON = re.compile(r"(?P<key>[A-Za-z]\w*)(?P<gap>[ \t]+:)(?P<value>\S.*)")
_BARE_FIELD = re.compile(r"(?P<key>\w+)[ \t]+[{\[]")
_FIRST_WORD = re.compile(r"(?P<key>[A-Za-z]\w*)(?P<gap>[ \t]+)(?P<value>\S.*)")


def explain(text: str, at: int, context: int | None) -> Mistake:
    """What to say about the error that the parser met at the offset `at`."""
    spot = Spot(text, at, context)
    for judge in _JUDGES:
        mistake = judge(spot)
        if mistake is not None:
            return mistake
    return Mistake(
        spot.at,
        spot.at + 1,
        "yaml-syntax",
        "from here on this cannot be read as YAML. Look for a missing quote, bracket "
        "or colon here and in the line above, and put a text with special characters "
        "in quotes",
    )


# The judges, in the order in which they are asked.


def _document(spot: Spot) -> Mistake | None:
    if spot.line.startswith("%"):
        return Mistake(
            spot.first,
            None,
            "yaml-directive",
            'a line that begins with "%" is an order to the YAML reader. '
            "Remove this line",
        )
    ends = [start for start in (above(spot), spot.first) if start is not None]
    end = next((at for at in ends if line_of(spot.text, at).rstrip() == "..."), None)
    if end is not None:
        return Mistake(
            end,
            end + 3,
            "several-documents",
            '"..." ends the file, the lines below it would be lost. Remove this line',
        )
    return None


def _missing(spot: Spot) -> Mistake | None:
    """A colon, a comma or a closing bracket with nothing before it."""
    if spot.context != spot.at and not spot.leads:
        return None
    before = spot.text[: spot.at].rstrip()[-1:]
    if spot.char == ":":
        return Mistake(
            spot.at,
            spot.at + 1,
            "empty-key",
            "a key is missing before this colon. Write the name of the field",
        )
    if spot.char == "," and before and before in ",[{":
        return Mistake(
            spot.at,
            spot.at + 1,
            "yaml-syntax",
            "there is nothing before this comma. Remove it, or write the value",
        )
    start = max(spot.text.rfind("["), spot.text.rfind("{"))
    if not spot.char and before in {"[", "{", ","} and start >= 0:
        return unclosed_bracket(start, spot.text[start])
    if spot.char in CLOSERS.values() and spot.leads and spot.opener not in CLOSERS:
        return no_bracket(spot)
    return None


def _cannot_begin(spot: Spot) -> Mistake | None:
    """A value that begins with a character which has a meaning in YAML."""
    if spot.char and spot.char in "%@`,]}" and spot.context == spot.at:
        start = spot.at
    elif spot.opener and spot.opener in "&*|>!" and spot.context >= spot.first:
        start = spot.context
    elif spot.char in {"-", "?"} and spot.context < 0 and not spot.leads:
        start = spot.at
    else:
        return None
    here = Spot(spot.text, start, None)
    found, text = here.value()
    if found != start or not text:
        end = ITEM_END.search(spot.text, start)
        text = spot.text[start : end.start() if end else None].strip()
    return needs_quotes(here, start, text)


def _needless_comma(spot: Spot) -> Mistake | None:
    """`- {sku: A},` and `item_number: "1",` outside of all brackets."""
    rest = spot.text[spot.at + 1 : spot.first + len(spot.line)].strip()
    ended = spot.text[: spot.at][-1:] in {*CLOSERS.values(), *QUOTES}
    outside = spot.opener not in CLOSERS or spot.context == spot.at
    if spot.char != "," or spot.leads or not ended or not outside:
        return None
    return None if rest and not rest.startswith("#") else needless_comma(spot.at)


def _glued_colon(spot: Spot) -> Mistake | None:
    """`{a:}`, `{sku:A, …}`: the colon is a part of the text."""
    if spot.char != ":" or spot.context < spot.first:
        return None
    before = _KEY_BEFORE.search(spot.text[: spot.at][-80:])
    start = spot.at - len(before["key"]) if before else spot.context
    if meant := not_a_colon(line_of(spot.text, start)):
        over = start + meant.start, start + meant.end
        return Mistake(*over, "invisible-space", meant.message, meant.fix)
    if before is None:
        return Mistake(spot.at, spot.at + 1, "space-after-colon", _SPACE_AFTER_COLON)
    return _no_space(spot.text, before["key"], spot.at)


def _bare_field_above(spot: Spot) -> Mistake | None:
    """`products`, without a colon, and what is meant to be its value below it."""
    first = above(spot)
    if first is None:
        return None
    line = line_of(spot.text, first)
    column = key_column(line)
    begins = spot.context == first + column
    if not begins and (spot.char != ":" or spot.context >= 0):
        return None
    word = line[column:].rstrip()
    if word not in FIELDS or key_column(spot.line) <= column:
        return None
    start = first + column
    return Mistake(
        start,
        start + len(word),
        "no-colon",
        f"a colon is missing. Write {word}:",
        f"{word}:",
    )


def _value_text(spot: Spot) -> Mistake | None:
    """`name: [NEW] Shirt`, `name: 'Men's shirt'`, `name: Shirt: red`."""
    start, text = spot.value()
    if not text or spot.leads or start == spot.at:
        return None
    if spot.char == ":" and spot.context < 0:
        return _colon_in_text(spot, start, text)
    if spot.char in CLOSERS.values():
        return no_bracket(spot)
    if text.startswith(QUOTES):
        return after_quote(spot, start, text)
    if text[0] in "[{*&!":
        return needs_quotes(spot, start, text)
    return None


def _colon_in_text(spot: Spot, start: int, text: str) -> Mistake:
    if glued := _glued(spot.first, spot.line):
        return glued
    line = spot.line.strip()
    body = line.removeprefix("-").strip()
    if bare := _BARE_FIELD.match(body):
        message = f"a colon is missing. Write {bare['key']}:"
        where = spot.first + spot.line.find(body)
        return Mistake(where, where + len(bare["key"]), "no-colon", message)
    two = _TWO_FIELDS.search(text)
    if two and two["key"] in FIELDS:
        inner = body[1:-1] if body[:1] == "(" and body[-1:] == ")" else body
        inner = _without_closer(inner)
        if _LATER_FIELD.match(text):  # `DKK: sales_price: 1, rec_sales_price: 2`
            inner = _without_closer(text)
            message = f"two fields on one line stand in {{ }}. Write {{{inner}}}"
            return Mistake(start, start + len(text), "two-fields", message)
        message = f"two fields on one line stand in {{ }}. Write {{{inner}}}"
        where = spot.first + spot.line.find(body)
        return Mistake(where, where + len(body), "two-fields", message)
    later = _LATER_FIELD.search(text)
    field = later["key"] if later and later["key"] in FIELDS else None
    other = f", or {field}: on a line of its own" if field else ""
    known = owner(spot.text, start) in TEXTS
    sure = known and not field and not re.search(r"[{\[]|:\Z", text)
    return Mistake(
        start,
        start + len(text),
        "quote-needed",
        f'": " stands inside a text. Write {quoted(text)}, in quotes{other}',
        as_quoted(spot, start, text) if sure else None,
    )


def _without_closer(text: str) -> str:
    """Without the bracket at its end that was never opened."""
    return text[:-1] if text[-1:] == "}" and text.count("}") > text.count("{") else text


def _lonely_text(spot: Spot) -> Mistake | None:
    """A line that is neither `key: value` nor a part of the text above."""
    if not 0 <= spot.context < spot.first:
        return None
    first = line_start(spot.text, spot.context)
    line = line_of(spot.text, first)
    if first + key_column(line) != spot.context or _COLON.search(line):
        return None
    return _no_colon(spot.text, first)


def _line_above(spot: Spot) -> Mistake | None:
    """The mistake is in the line above: no colon, or no space after it."""
    first = above(spot)
    if first is None or spot.char != ":" or spot.context >= 0:
        return None
    line = line_of(spot.text, first)
    if _COLON.search(line):
        return None
    if _KEY_GLUED.match(line) or key_column(line) == spot.indent:
        return _no_colon(spot.text, first)
    return None


def _glued(first: int, line: str) -> Mistake | None:
    """`name:Tee`; what is behind the colon of `name:=Tee` may be the mistake."""
    found = _KEY_GLUED.match(line)
    if found is None:
        return None
    column = found.start("colon")
    return _no_space(line, line[key_column(line) : column], column, first)


def _no_space(text: str, key: str, at: int, first: int = 0) -> Mistake:
    """`at` is where the colon stands in the text, which begins at `first`."""
    message, fix = _SPACE_AFTER_COLON, None
    word = _WORD.match(text, at + 1)
    whole = key + word["word"] if word else ""
    if key not in FIELDS and whole in FIELDS:
        message = f"this colon has slipped into the name. Write {whole}:"
    elif _BEGINS_A_VALUE.match(text, at + 1) and (
        key in TEXTS - KEYS or word is None or not word["more"]
    ):
        fix = ": "
    return Mistake(first + at, first + at + 1, "space-after-colon", message, fix)


_JUDGES: Final[tuple[Callable[[Spot], Mistake | None], ...]] = (
    blank_indent,
    _document,
    quote,
    quote_above,
    dashless,
    bullet,
    comma_and_dash,
    dash_inside,
    _missing,
    _bare_field_above,
    _cannot_begin,
    _needless_comma,
    bracket,
    _glued_colon,
    _value_text,
    _lonely_text,
    _line_above,
    indentation,
)


def _no_colon(text: str, first: int) -> Mistake:
    line = line_of(text, first)
    column = key_column(line)
    start = first + column
    if meant := not_a_colon(line[column:]):
        over = start + meant.start, start + meant.end
        return Mistake(*over, "no-colon", meant.message, meant.fix)
    if mistake := dash_instead(text, start):
        return mistake
    if mistake := _glued(first, line):
        return mistake
    shown = line[column:].split(" #")[0].rstrip()
    fix = over_gap = None
    if shown.startswith("-") and not shown.startswith("--"):
        message = f'a list item begins with "- ". Write - {shown[1:]}'
    elif is_row(shown):
        message = f"{ROW_SAYS}, such as - {{sku: A-1, attributes: {{Size: S}}}}"
    elif shown in FIELDS:
        message = f"a colon is missing. Write {shown}:"
    elif (found := _SPACE_BEFORE_COLON.fullmatch(shown)) and found["key"] in FIELDS:
        message = f"a colon stands right behind its field. Write {found['key']}: "
        message += found["value"]
        sure = _BEGINS_A_VALUE.match(found["value"])
        fix = ": " if sure else None
        over_gap = start + found.start("gap"), start + found.end("gap")
    elif (found := _FIRST_WORD.fullmatch(shown)) and found["key"] in FIELDS:
        key = found["key"]
        message = f"a colon is missing. Write {key}: {found['value']}"
        if "_" in key or key in KEYS:  # no word of a sentence that goes on
            fix, over_gap = ": ", (start + found.start("gap"), start + found.end("gap"))
        else:
            message += ", or more spaces before it if the text above goes on"
    else:
        message = (
            f"{quoted(shown)} is no field and belongs to no text. Write it as "
            "name: value, or with more spaces before it if the text above goes on"
        )
    return Mistake(start, None, "no-colon", message, fix, over_gap)
