"""Quotes that are not closed, or closed by a mark that was meant as a letter."""

from __future__ import annotations

import re

from reconcile.core.yaml.fieldwords import FIELDS
from reconcile.core.yaml.spots import QUOTES, Mistake, Spot, line_of, lines_above
from reconcile.core.yaml.traps import in_quotes, quoted

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\[\s\S])*\"|'(?:[^']|'')*'")
_MORE = re.compile(rf"(?:{_QUOTED.pattern})[ \t]+(?P<key>\w+):(?=\s|$)")
_APOSTROPHE = re.compile(r"'[^']*\w'\w[^']*")


def quote(spot: Spot) -> Mistake | None:
    """Inside a quoted text that is not closed, or has a wrong backslash."""
    if spot.opener not in QUOTES or _QUOTED.match(spot.text, spot.context, spot.at):
        return None
    slash = spot.text.rfind("\\", spot.context, spot.at + 1)
    if spot.opener == '"' and 0 <= spot.at - slash <= 2 and spot.at < len(spot.text):
        return Mistake(
            slash,
            slash + 2,
            "unknown-escape",
            "in double quotes a backslash begins a code. "
            "Write \\\\ for a backslash, or take single quotes",
        )
    return _unclosed_quote(spot.context, spot.opener)


def after_quote(spot: Spot, start: int, text: str) -> Mistake:
    """Text goes on behind a closing quote, or an earlier quote is not closed."""
    mark = text[:1]
    if _QUOTED.fullmatch(text):
        return _unclosed_quote(max(spot.text.rfind(mark, 0, start), 0), mark)
    if text.endswith(",") and _QUOTED.fullmatch(text[:-1]):
        return needless_comma(start + len(text) - 1)
    if (more := _MORE.match(text)) and more["key"] in FIELDS:
        message = f"one field stands on each line. Write {more['key']}: on the next one"
        where = start + more.start("key")
        return Mistake(where, where + len(more["key"]), "two-fields", message)
    if text.endswith(mark * 2) and text.count(mark) == 3:
        at = start + len(text) - 1
        message = f"two {mark} close this text. Take one out"
        return Mistake(at, at + 1, "unclosed-quote", message)
    inner = text[1:-1] if len(text) > 1 and text.endswith(mark) else text
    if _APOSTROPHE.fullmatch(text):  # 'Levi's, with a quote before it alone
        inner = text[1:]
    return Mistake(
        start,
        start + len(text),
        "quote-needed",
        f"the text ends at the second {mark}, and more follows. Write {quoted(inner)}",
        _inner_quotes(inner, mark) if inner != text else None,
    )


def quote_above(spot: Spot) -> Mistake | None:
    """A quote that is not closed in its line is closed by the next one of the file."""
    mark = spot.text[: spot.at].rstrip()[-1:]
    if mark not in QUOTES:
        return None
    for _, first in lines_above(spot):
        line = line_of(spot.text, first)
        found = re.search(rf"[:,\[{{-][ \t]+(?P<mark>{mark})[^{mark}]*\Z", line)
        if found:
            start = first + found.start("mark")
            text = _QUOTED.match(spot.text, start)
            ends = text is not None and text.end() == len(spot.text[: spot.at].rstrip())
            return _unclosed_quote(start, mark) if ends else None
    return None


def needless_comma(at: int) -> Mistake:
    return Mistake(
        at,
        at + 1,
        "needless-comma",
        "a comma stands between values in { } and [ ] only. Take it out",
        "",
    )


def _inner_quotes(inner: str, mark: str) -> str | None:
    """`'Men's shirt'`, but not `'a', 'b'`, which may have been a list."""
    alone = re.search(rf"\w{mark}\w|\d{mark}", inner)
    return in_quotes(inner) if alone and inner.count(mark) == 1 else None


def _unclosed_quote(start: int, mark: str) -> Mistake:
    return Mistake(
        start,
        None,
        "unclosed-quote",
        f"the quote that opens here is never closed. Write {mark} at the end of "
        "the text",
    )
