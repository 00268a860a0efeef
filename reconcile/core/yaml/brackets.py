"""What is wrong between { } and [ ]: a comma, a bracket, a text without quotes."""

from __future__ import annotations

import re

from reconcile.core.yaml.fieldwords import FIELDS, KEYS, holds_text
from reconcile.core.yaml.nesting import missing_closer
from reconcile.core.yaml.quotes import after_quote
from reconcile.core.yaml.spots import (
    CLOSERS,
    QUOTES,
    Mistake,
    Spot,
    line_of,
    needs_quotes,
    open_bracket,
    owner,
    unclosed_bracket,
)
from reconcile.core.yaml.traps import quoted

_CUT = re.compile(r"[ \t](#[^\s#][^\r\n]*)")
_NEXT_FIELD = re.compile(r"(?P<gap>;?[ \t]+|;)(?P<key>[A-Za-z]\w*)[ \t]*\Z")
_WHOLE_PRICE = re.compile(r"(?P<number>[0-9]+),\Z")
_DASH_AND_MORE = re.compile(r"-{1,2}[ \t]*(?:[A-Z]{3}|[€$£¥]|[Kk]r\.?)(?=[ \t]*[,}\]])")
_SEMICOLON = re.compile(r";[ \t]*(?P<key>[\w\"'{\[]+)")
_JSON_KEY = re.compile(r'"[^"\r\n]*"[ \t]*:')
_ONE_VALUE = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?|true|false|null")
_A_KEY = re.compile(
    r"(?P<key>[A-Za-z]\w*)[ \t]*:(?=\s)|(?P<quoted>[\"'][^\"'\r\n]*[\"'])"
)
_OWN_KEY = re.compile(r"(?:^|[\s,{])(?P<key>[A-Za-z]\w*):[ \t]+\Z")


def bracket(spot: Spot) -> Mistake | None:
    if spot.opener not in CLOSERS:
        return None
    closer = CLOSERS[spot.opener]
    cut = _CUT.search(spot.text, spot.context, spot.at)
    if cut:
        return Mistake(
            cut.start(1),
            None,
            "comment-cuts-text",
            f'" #" begins a comment, so the {closer} behind it is not seen. '
            "Write the text in quotes",
        )
    if spot.char in CLOSERS.values():
        return Mistake(
            spot.at,
            spot.at + 1,
            "unclosed-bracket",
            f"{spot.opener} opens and {spot.char} closes. Write {closer} here",
        )
    if spot.first > spot.context and (mistake := _comma_above(spot)):
        return mistake
    if spot.first > spot.context or not spot.text[spot.at :].strip():
        nested = missing_closer(spot.text, spot.context, spot.at)
        return nested or unclosed_bracket(spot.context, spot.opener)
    return _in_brackets(spot)


def comma_and_dash(spot: Spot) -> Mistake | None:
    """`{sales_price: 300,- kr}`."""
    before = _WHOLE_PRICE.search(spot.text[: spot.at][-20:])
    behind = _DASH_AND_MORE.match(spot.text, spot.at)
    if before is None or behind is None:
        return None
    return Mistake(
        spot.at - len(before[0]),
        behind.end(),
        "price-format",
        "the currency is the key above, here stands the number. "
        f"Write {before['number']}",
    )


def dash_inside(spot: Spot) -> Mistake | None:
    """`[Men, - New]`: a dash and brackets both make a list."""
    before = spot.text[: spot.at].rstrip()[-1:]
    if spot.text[spot.at : spot.at + 2] != "- " or before not in (",", "["):
        return None
    gone = spot.at, spot.at + 2
    here = open_bracket(spot.text[spot.first : spot.at]) == "["
    message = "between [ and ] commas alone part the items. Take this dash out"
    fix = "" if here else None
    return Mistake(spot.at, spot.at + 1, "list-dash", message, fix, gone)


def _comma_above(spot: Spot) -> Mistake | None:
    """One item on each line, and the line above has no comma at its end."""
    start = spot.first + spot.indent
    before = spot.text[:start].rstrip()
    item = spot.leads and spot.char in CLOSERS and before[-1:] in CLOSERS.values()
    field = spot.opener == "{" and _JSON_KEY.match(spot.text, start)
    if not (item or field) or before[-1:] in "{[,":
        return None
    last = len(before) - 1
    return Mistake(
        last,
        last + 1,
        "missing-comma",
        f"a comma is missing after this. Write {before[-1]},",
        f"{before[-1]},",
    )


def _in_brackets(spot: Spot) -> Mistake:
    if mistake := _no_comma(spot) or _comma_after_value(spot):
        return mistake
    start, text = spot.item()
    if text.startswith(QUOTES):
        return after_quote(spot, start, text)
    key = text.partition(":")[0]
    nested = key in FIELDS or not holds_text(owner(spot.text, start))
    if spot.char == ":" and nested:
        message = f"a {{ is missing before {key}. Write it there"
        return Mistake(start, start + len(text), "unclosed-bracket", message)
    if spot.char == ":":
        return Mistake(
            start,
            start + len(text),
            "quote-needed",
            f'": " stands inside a value. Write {quoted(text)}, in quotes, '
            "or a comma between two fields",
        )
    word = re.search(r"(?P<key>\w+)[ \t]+\Z", spot.text[: spot.at][-80:])
    if spot.char in CLOSERS and word and word["key"] in FIELDS:
        at = spot.at - len(word[0])
        message = f"a colon is missing. Write {word['key']}: {spot.char}"
        return Mistake(at, at + len(word["key"]), "no-colon", message)
    opened = _closed_before(spot)
    rest = spot.text[spot.at : start + len(text)]
    if opened >= 0 and spot.char not in CLOSERS and ":" not in rest:
        return needs_quotes(spot, opened, spot.text[opened : start + len(text)])
    return Mistake(
        spot.at,
        spot.at + 1,
        "missing-comma",
        "a comma is missing before this. Write a comma, or put the text in quotes",
    )


def _no_comma(spot: Spot) -> Mistake | None:
    """`sales_price: 12.95 rec_sales_price: 30`: the parser stops at the colon of a
    field that it took for text."""
    if spot.char != ":":
        return None
    start = spot.item()[0]
    found = _NEXT_FIELD.search(spot.text[start : spot.at])
    if found is None or found["key"] not in FIELDS:
        return None
    value = spot.text[start : start + found.start()]
    own = _OWN_KEY.search(spot.text[:start][-80:])
    semicolon = ";" in found["gap"]
    sure = (
        semicolon
        or _ONE_VALUE.fullmatch(value) is not None
        or (own is not None and own["key"] in KEYS and _one_word(value))
    )
    gap = start + found.start("gap"), start + found.end("gap")
    return _comma_before(found["key"], gap, sure=sure, semicolon=semicolon)


def _one_word(text: str) -> bool:
    """Whether nothing of it may stand for the comma: `A-1–`."""
    return " " not in text and text[-1:].isalnum()


def _comma_after_value(spot: Spot) -> Mistake | None:
    """`{Size: S} ean: …`, `"5701" attributes: …`, `{…} {…}`, `"a" "b"`."""
    semicolon = _SEMICOLON.match(spot.text, spot.at)
    before = spot.text[: spot.at].rstrip()
    last = before[-1:]
    closed, ended = last in CLOSERS.values(), last in QUOTES
    gap = len(before), spot.at
    if semicolon and (closed or ended):
        over = spot.at, semicolon.start("key")
        return _comma_before(semicolon["key"], over, sure=True, semicolon=True)
    if not closed and not (ended and gap[0] < gap[1]):
        return None
    if closed and spot.char in CLOSERS:
        what = spot.text[gap[1] : gap[1] + 1]
        ends = open_bracket(line_of(spot.text, gap[1])) != what
        return Mistake(
            spot.at,
            spot.at + 1,
            "missing-comma",
            f"a comma is missing before this {what}. Write , {what}",
            f", {what}" if ends else None,
            (gap[0], gap[1] + 1),
        )
    found = _A_KEY.match(spot.text, spot.at)
    if found is None or (found["quoted"] and not ended):
        return None
    key = found["key"]
    if key is None:
        key = found["quoted"]
    elif key not in FIELDS:
        return None
    if before[-2:-1] == ",":
        message = "this comma stands inside the quotes. Write it behind them"
        return Mistake(len(before) - 2, len(before) - 1, "missing-comma", message)
    return _comma_before(key, gap, sure=gap[0] < gap[1])


def _comma_before(
    key: str, gap: tuple[int, int], *, sure: bool, semicolon: bool = False
) -> Mistake:
    what = (
        "a comma, not a semicolon, stands between two values"
        if semicolon
        else "a comma is missing between two values"
    )
    write = f"Write , before {key}"
    if not sure:
        write += ", or the text in quotes if it is one"
    fix = ", " if sure else None
    mark = (gap[0], gap[0] + 1) if semicolon else (gap[1], gap[1] + len(key))
    return Mistake(*mark, "missing-comma", f"{what}. {write}", fix, gap)


def _closed_before(spot: Spot) -> int:
    """Where the bracket opens that is closed right before; -1 without one."""
    closer = spot.text[: spot.at].rstrip()[-1:]
    opener = {"]": "[", "}": "{"}.get(closer)
    return spot.text.rfind(opener, 0, spot.at) if opener else -1


def no_bracket(spot: Spot) -> Mistake:
    return Mistake(
        spot.at,
        spot.at + 1,
        "unclosed-bracket",
        f"no bracket is open here. Remove this {spot.char}",
    )
