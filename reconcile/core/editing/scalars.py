"""One text as it would be written in place of another: with the same quotes, where
it still reads back as exactly this text.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.core.importing.emit import Text, key_text, scalar
from reconcile.core.yaml.nodes import Mapping, Scalar
from reconcile.core.yaml.text import parse

HEADER: Final = re.compile(r"[|>][-+0-9]*")


def in_place(old: Scalar, value: Text, *, flow: bool) -> str:
    """The text on one line, in the quotes of the old one."""
    written = _QUOTES.get(old.style, _plain)(value.text)
    if written and _comes_back(f"- {written}\n", value.text):
        return written
    return scalar(value.text, flow=flow, as_written=value.as_written)


def key_in_place(old: Scalar, key: str) -> str:
    written = _QUOTES.get(old.style, _plain)(key)
    return written if written and _is_key(written, key) else key_text(key)


def block_lines(old: Scalar, text: str, *, indent: int) -> tuple[str, list[str]] | None:
    """Header and lines of a block text such as `|-`; None where it would not be
    exact, or an editor might spoil it."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if any(line != line.rstrip() for line in lines):
        return None
    sign = ">" if old.style == "folded" and len(lines) == 1 else "|"
    header = sign + ("" if text.endswith("\n") else "-")
    indented = [" " * indent + line if line else "" for line in lines]
    outer = " " * max(indent - 2, 0)
    written = "\n".join([f"{outer}- {header}", *indented, ""])
    return (header, indented) if _comes_back(written, text) else None


def _plain(_: str) -> str:
    return ""


def _single(text: str) -> str:
    return "" if "\n" in text else "'" + text.replace("'", "''") + "'"


def _double(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n").replace("\t", "\\t") + '"'


_QUOTES: Final = {"single": _single, "double": _double}


def _comes_back(written: str, text: str) -> bool:
    parsed = parse(written, "")
    root = parsed.root
    if parsed.problems or root is None or isinstance(root, Scalar | Mapping):
        return False
    item = root.items[0]
    return isinstance(item, Scalar) and item.text == text


def _is_key(written: str, key: str) -> bool:
    parsed = parse(f"{{{written}: 1}}\n", "")
    root = parsed.root
    return (
        not parsed.problems
        and isinstance(root, Mapping)
        and [name.text for name, _ in root.items] == [key]
    )
