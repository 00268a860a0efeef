"""Lines that are indented with what is no ordinary space."""

from __future__ import annotations

import re
from typing import Final

from reconcile.core.yaml.fieldwords import HELD_BY, LISTS, NESTED
from reconcile.core.yaml.lists import FIRST_KEY, begins_as_others, is_there, key_columns
from reconcile.core.yaml.spots import (
    Mistake,
    Spot,
    above,
    columns_above,
    key_column,
    line_of,
    lines_above,
    without_comment,
)

_LEVEL: Final = 2
_LINE: Final = re.compile(r"(?P<indent>[ \t]*)(?P<rest>[^\s#][^\r\n]*)")


def blank_indent(spot: Spot) -> Mistake | None:
    indent = spot.line[: spot.indent]
    start = spot.first + len(indent) - len(indent.lstrip(" "))
    end = spot.first + len(indent)
    what = "a tab" if "\t" in indent else "a non-breaking space"
    rule = "tab-indentation" if "\t" in indent else "invisible-space"
    if not indent.strip(" "):
        return None
    said = f"this line is indented with {what}. Write "
    meant = _meant(spot) if "\t" in indent else None
    if meant is None:
        return Mistake(start, end, rule, f"{said}spaces, two for each level")
    column, why = meant
    over = spot.first, end
    message = f"{said}{column} spaces before it, {why}"
    return Mistake(start, end, rule, message, " " * column, over)


def _meant(spot: Spot) -> tuple[int, str] | None:
    """The column that the line was meant to begin in, and what shows it; None where
    it may be another one."""
    over = above(spot)
    if over is None or "\t" in _indent(line_of(spot.text, over)):
        return None
    # The same line without its tabs, for judges that count spaces.
    line = spot.line.strip()
    bare = Spot(spot.text[: spot.first] + line, spot.first, None)
    is_item = line.startswith("- ")
    if not is_item and not FIRST_KEY.match(line):
        return None
    if without_comment(line_of(spot.text, over)).endswith(":"):
        return _below(spot, over, is_item=is_item)
    if is_item:
        columns = columns_above(bare, items=True)
        fits = [c for c in columns if c and begins_as_others(bare, c)]
    else:
        columns = columns_above(bare)
        fits = [c for c in key_columns(bare) if c and not is_there(bare, c)]
        held = [c for c in fits if _holds(bare, c)]
        fits = fits if len(fits) == 1 else held if len(held) == 1 else []
    return (
        (fits[0], _as_in(spot, fits[0], columns[fits[0]])) if len(fits) == 1 else None
    )


def _below(spot: Spot, over: int, *, is_item: bool) -> tuple[int, str] | None:
    """The column of what is the value of the key above; the lines below may show it."""
    head = line_of(spot.text, over)
    column = key_column(head)
    field = head[column:].partition(":")[0]
    if not is_item and field in LISTS:
        return None
    number = spot.text.count("\n", 0, spot.first) + 1
    own = FIRST_KEY.match(spot.line.strip())
    for found in _LINE.finditer(spot.text, spot.first + len(spot.line)):
        other = FIRST_KEY.match(found["rest"])
        leading = len(found["indent"])
        if "\t" in found["indent"] or leading > column + 2 * _LEVEL:
            continue
        dashed = found["rest"].startswith("- ")
        if is_item == dashed and leading >= column + (not is_item):
            same = (own and own["key"]) == (other and other["key"])
            line = spot.text.count("\n", 0, found.start()) + 1
            if same or not is_item:
                return leading, f"as in line {line}"
        break
    if field not in LISTS and field not in NESTED and field != "variant_defaults":
        return None  # may be a text whose value was forgotten
    above_it = next(n for n, _ in lines_above(spot))
    if above_it != number - 1:
        return column + _LEVEL, f"two more than line {above_it}"
    return column + _LEVEL, "two more than the line above"


def _as_in(spot: Spot, column: int, number: int) -> str:
    """`number` is the nearest line with this column, which may have a dash before."""
    for at, first in lines_above(spot):
        line = line_of(spot.text, first)
        if len(_indent(line)) == column:
            return f"as in line {at}"
        if at == number:
            return f"in line with {line[column:].partition(':')[0]} in line {at}"
    return f"as in line {number}"


def _holds(spot: Spot, column: int) -> bool:
    """Whether the item whose keys stand in this column may have the key of the line."""
    own = FIRST_KEY.match(spot.line)
    for _, first in lines_above(spot):
        line = line_of(spot.text, first)
        if key_column(line) < column:
            return False
        if key_column(line) == column and line[:column].strip():
            begins = FIRST_KEY.match(line)
            names = HELD_BY.get(begins["key"]) if begins else None
            return own is not None and own["key"] in (names or ())
    return False


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
