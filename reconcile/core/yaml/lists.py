"""Lines of a list or mapping that are not where they belong, or lack their dash."""

from __future__ import annotations

import re

from reconcile.core.yaml.fieldwords import TEXTS, not_a_dash
from reconcile.core.yaml.spots import (
    CLOSERS,
    Mistake,
    Spot,
    above,
    columns_above,
    key_column,
    line_of,
    line_start,
    lines_above,
    without_comment,
)

_NEAR, _FAR = 1, 3
"""A line that is one space off, and this far from all else, is meant to be there."""
_LINES = re.compile(r"[^\r\n]+")
_ALONE = re.compile(r"[ ]*(?:- +)*(?P<key>\w+):[ \t]*")
FIRST_KEY = re.compile(r"[ ]*(?:- +)*(?P<key>[\w-]+):(?=\s|$)")


def bullet(spot: Spot) -> Mistake | None:
    """`* x` in a line of its own: YAML takes the star for a reference."""
    start = spot.context
    if spot.opener != "*" or spot.text[start + 1 : start + 2] not in (" ", "\t"):
        return None
    first = line_start(spot.text, start)
    if spot.text[first:start].strip():
        return None
    for _, line in lines_above(Spot(spot.text, first, None)):
        key = _ALONE.fullmatch(line_of(spot.text, line))
        if key and key["key"] in TEXTS:
            message = f"a text of several lines begins with |. Write {key['key']}: |"
            mark = line + key.start("key"), line + key.end()
            return Mistake(*mark, "text-lines", message)
        break
    return dash_instead(spot.text, start)


def dash_instead(text: str, start: int) -> Mistake | None:
    """A line that begins with a mark that is no dash, or with a dash alone."""
    meant = not_a_dash(without_comment(line_of(text, start)))
    if meant is None or text[line_start(text, start) : start].strip():
        return None
    over = start + meant.start, start + meant.end
    mark = start, start + len(text[over[0] : over[1]].rstrip())
    fix = meant.fix if _begins_an_item(text, start, over[1]) else None
    return Mistake(*mark, "list-dash", meant.message, fix, over)


def _begins_an_item(text: str, start: int, content: int) -> bool:
    """Whether what follows a mark is an item; a mark before a field that other items
    do not begin with may have slipped in."""
    line = line_of(text, content)
    if line.startswith("- "):
        return False
    if line[:1] in CLOSERS:
        return _closed(without_comment(line))
    key = FIRST_KEY.match(line)
    if key is None:
        return True
    first = _first_key_of_item(Spot(text, start, None))
    over = above(Spot(text, start, None))
    column = start - line_start(text, start)
    further = over is not None and column >= key_column(line_of(text, over))
    return (further and _opened_above(text, start)) or first == key["key"]


def dashless(spot: Spot) -> Mistake | None:
    """`{sku: …}` without its dash, between or before items that have theirs."""
    for start in (spot.context, spot.at):
        if start >= 0 and (mistake := _without_dash(spot, start)):
            return mistake
    if spot.line.startswith("- ", spot.indent):  # those above it have none
        for _, first in lines_above(spot):
            line = line_of(spot.text, first)
            start = first + len(line) - len(line.lstrip())
            if line[:1] != " " or start - first != spot.indent or line[-1:] == ":":
                return None
            if mistake := _without_dash(spot, start):
                return mistake
    return None


def _without_dash(spot: Spot, start: int) -> Mistake | None:
    first = line_start(spot.text, start)
    line = line_of(spot.text, first)
    column = start - first
    whole = without_comment(line[column:])
    if line[:column].strip() or not _closed(whole) or not whole[1:-1].strip():
        return None
    item = _item_column(spot.text, first, column)
    if item is None:
        return None
    return Mistake(
        start,
        start + len(whole),
        "list-dash",
        f'each item of a list begins with "- ". Write it before this {whole[0]}',
        " " * item + "- " + whole[0],
        (first, start + 1),
    )


def _closed(text: str) -> bool:
    """Whether this is one collection in brackets, from the first character to the
    last."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in CLOSERS) - (char in CLOSERS.values())
        if depth == 0:
            return at == len(text) - 1 > 0
    return False


def _item_column(text: str, first: int, column: int) -> int | None:
    """Where the dashes stand of the list that a line with this column belongs to."""
    spot = Spot(text, first, None)
    behind = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)\s*?(?P<indent>[ ]*)- ").match(
        text, first
    )
    columns = [*columns_above(spot, items=True)][:1]
    columns += [len(behind["indent"])] if behind else []
    for item in columns:
        if column in (item, item + 2):
            return item
    return None


def indentation(spot: Spot) -> Mistake | None:
    is_item = spot.line.startswith("- ", spot.indent)
    columns = columns_above(spot, items=is_item) or columns_above(spot)
    if not columns or not (spot.leads or spot.char == ":"):
        return None
    start = spot.first + spot.indent
    if spot.indent in columns:
        if is_item == (spot.opener == "-"):
            return None
        if is_item:
            message = (
                "a list item stands where a key is expected. Write it below its key "
                "and in line with the other items"
            )
            return Mistake(start, None, "indentation", message)
        return dash_instead(spot.text, start) or _goes_on(spot, start)
    if mistake := _above_is_off(spot) or _dash_taken_out(spot):
        return mistake
    wanted = min(columns, key=lambda column: (abs(column - spot.indent), -column))
    spaces = "1 space" if wanted == 1 else f"{wanted or 'no'} spaces"
    return Mistake(
        start,
        None,
        "indentation",
        f"this line is not in line with those above. Write {spaces} before it, "
        f"as in line {columns[wanted]}",
        " " * wanted + spot.text[start : start + 1] if _one_off(spot, wanted) else None,
        (spot.first, start + 1),
    )


def _above_is_off(spot: Spot) -> Mistake | None:
    """The line above begins a list or an item, and all lines below agree that it is
    the one that has slipped."""
    first = above(spot)
    if first is None or _indent_below(spot) != spot.indent:
        return None
    line = line_of(spot.text, first)
    leading = len(line) - len(line.lstrip())
    column = key_column(line)
    is_item, dashed = (
        spot.line.startswith("- ", spot.indent),
        line[leading:][:2] == "- ",
    )
    begins = (dashed and not is_item) or _opened_above(spot.text, first)
    wanted = spot.indent if is_item or not dashed else spot.indent - 2
    if not begins or is_item > dashed or wanted < 0:
        return None
    if abs((leading if is_item else column) - spot.indent) != _NEAR:
        return None
    spaces = "1 space" if wanted == 1 else f"{wanted or 'no'} spaces"
    more = " and 1 behind its dash" if dashed and not is_item else ""
    more += "" if dashed else ', or "- " if a list begins here'
    there = Spot(spot.text, first, None)
    siblings = columns_above(there, items=True)
    sure = dashed and (is_item or not siblings or wanted in siblings)
    sure = sure and begins_as_others(there, wanted)
    return Mistake(
        first + leading,
        None,
        "indentation",
        f"this line is not in line with those below. Write {spaces} before it{more}",
        " " * wanted + "- " + line[column : column + 1] if sure else None,
        (first, first + column + 1),
    )


def _dash_taken_out(spot: Spot) -> Mistake | None:
    """`   sku: B-2` below `  - sku: B-1`: between the two columns that there are, and
    the item above has that field."""
    dashed = spot.line.startswith("- ", spot.indent)
    key = None if dashed else FIRST_KEY.match(spot.line)
    for _, first in lines_above(spot) if key else ():
        line = line_of(spot.text, first)
        leading = len(line) - len(line.lstrip())
        if leading < spot.indent and line.startswith("- ", leading):
            other = FIRST_KEY.match(line)
            same = key and other and key["key"] == other["key"]
            if (
                not same
                or spot.indent != leading + 1
                or key_column(line) != leading + 2
            ):
                return None
            start = spot.first + spot.indent
            dash = " " * leading + "- "
            message = f'a list goes on here. Write "{dash}" before this line'
            fix = dash + spot.text[start : start + 1]
            return Mistake(
                start, None, "indentation", message, fix, (spot.first, start + 1)
            )
        if leading < spot.indent:
            return None
    return None


def _opened_above(text: str, first: int) -> bool:
    """Whether the line above is a key without a value."""
    over = above(Spot(text, first, None))
    return over is not None and without_comment(line_of(text, over)).endswith(":")


def _indent_below(spot: Spot) -> int | None:
    """How far in the next line is that is not deeper than this one."""
    text = spot.text[spot.first + len(spot.line) :]
    for line in _LINES.finditer(text):
        stripped = line[0].strip()
        indent = len(line[0]) - len(line[0].lstrip())
        if stripped and not stripped.startswith("#") and indent <= spot.indent:
            return indent
    return None


def _goes_on(spot: Spot, start: int) -> Mistake:
    """A key where only items are; the one that items begin with lacks its dash."""
    first = _first_key_of_item(spot)
    same = first is not None and spot.line[spot.indent :].startswith(f"{first}:")
    return Mistake(
        start,
        None,
        "indentation",
        'a list goes on here. Write "- " before this line'
        + ("" if same else ", or more spaces if it belongs to the item above"),
        "- " + spot.text[start : start + 1] if same else None,
        (start, start + 1),
    )


def _first_key_of_item(spot: Spot) -> str | None:
    for _, first in lines_above(spot):
        line = line_of(spot.text, first)
        leading = len(line) - len(line.lstrip())
        if leading == spot.indent and (found := FIRST_KEY.match(line)):
            return found["key"] if line.startswith("- ", leading) else None
        if leading < spot.indent:
            return None
    return None


def _one_off(spot: Spot, wanted: int) -> bool:
    """Whether the line can only have been meant to be in that column."""
    is_item = spot.line.startswith("- ", spot.indent)
    if is_item and not begins_as_others(spot, wanted):
        return False
    if not is_item and is_there(spot, wanted):
        return False
    columns = {*columns_above(spot, items=True)} if is_item else key_columns(spot)
    others = columns - {wanted}
    return (
        (is_item or spot.text[spot.first + spot.indent].isalnum())
        and wanted in columns
        and abs(wanted - spot.indent) == _NEAR
        and all(abs(column - spot.indent) >= _FAR for column in others)
    )


def is_there(spot: Spot, column: int) -> bool:
    """Whether the mapping with its keys in this column has this one already."""
    key = FIRST_KEY.match(spot.line)
    for _, first in lines_above(spot) if key else ():
        line = line_of(spot.text, first)
        if key_column(line) < column:
            return False
        other = FIRST_KEY.match(line)
        if key_column(line) == column:
            if key and other and key["key"] == other["key"]:
                return True
            if line[:column].strip():
                return False
    return False


def begins_as_others(spot: Spot, column: int) -> bool:
    """Whether this item begins with the key of the one above in that column."""
    key = FIRST_KEY.match(spot.line)
    for _, first in lines_above(spot):
        line = line_of(spot.text, first)
        if line.startswith("- ", column) and not line[:column].strip():
            other = FIRST_KEY.match(line)
            return (key and key["key"]) == (other and other["key"])
    return True


def key_columns(spot: Spot) -> set[int]:
    return {key_column(line_of(spot.text, first)) for _, first in lines_above(spot)} & {
        *columns_above(spot)
    }
