"""A query string as PHP reads it: `a[0][key]=x` becomes nested arrays.

A PHP array is a `dict` here, with text keys even where PHP has numbers.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

Array = dict[str, Any]

MAX_VARS: Final = 1000
"""`max_input_vars` of a stock PHP: what comes after is dropped without a word, so a
long `in` list finds too little."""

_NAME = re.compile(r"([^\[]+)((?:\[[^\]]*\])*)")
_PART = re.compile(r"\[([^\]]*)\]")


def parse_php_query(query: str) -> Array:
    result: Array = {}
    for name, value in parse_qsl(query, keep_blank_values=True)[:MAX_VARS]:
        matched = _NAME.match(name)
        if matched:
            _put(result, [matched[1], *_PART.findall(matched[2])], value)
    return result


def _put(array: Array, path: list[str], value: str) -> None:
    for step in path[:-1]:
        key = step or _next_index(array)
        if not isinstance(array.get(key), dict):
            array[key] = {}
        array = array[key]
    array[path[-1] or _next_index(array)] = value


def _next_index(array: Array) -> str:
    return str(max((int(key) + 1 for key in array if key.isdigit()), default=0))
