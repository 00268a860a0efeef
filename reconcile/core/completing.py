"""The keys that begin with some letters, found without reading the whole catalog.

While somebody waits behind the tab key there is no time for a schema: item numbers,
SKUs and customer numbers are looked up as they are written. Only categories and
collections, which are few, are read as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar, Sequence
from reconcile.core.yaml.text import parse

MOST: Final = 200
"""More than that nobody looks through."""

_KEY: Final = re.compile(
    rb"(?:^|[\s{,])[\"']?(?P<field>item_number|sku|customer_number)[\"']?:[ \t]+"
    rb"(?:\"(?P<double>[^\"\\\r\n]*)\"|'(?P<single>[^'\r\n]*)'"
    rb"|(?P<plain>[^\s\"'#&*\[{][^,}\r\n]*))",
    re.MULTILINE,
)
_KIND: Final[Mapping[bytes, KindName]] = {
    b"item_number": "product",
    b"sku": "variant",
    b"customer_number": "customer",
}
_LISTS: Final = re.compile(rb"^(?:categories|collections):", re.MULTILINE)


def keys_beginning(
    texts: Mapping[str, bytes], start: str, kind: KindName | None = None
) -> list[str]:
    """Keys of the catalog, of one kind or all, that begin so, capitals or not; sorted,
    each once."""
    wanted = start.casefold()
    found = {
        key
        for of, key in _keys(texts.values())
        if kind in (None, of) and key.casefold().startswith(wanted)
    }
    return sorted(found)[:MOST]


def refs_beginning(texts: Mapping[str, bytes], start: str) -> list[str]:
    """What `KIND:KEY` may become: kinds, and after the colon keys of that kind."""
    begun, colon, key = start.partition(":")
    if not colon:
        return [f"{kind}:" for kind in KINDS if kind.startswith(begun)]
    return [
        f"{kind}:{found}"
        for kind in KINDS
        if kind == begun
        for found in keys_beginning(texts, key, kind)
    ]


def _keys(texts: Iterable[bytes]) -> Iterator[tuple[KindName, str]]:
    for text in texts:
        for match in _KEY.finditer(text):
            written = match["double"] or match["single"] or match["plain"] or b""
            key = written.split(b" #")[0].strip().decode("utf-8", "replace")
            yield _KIND[match["field"]], key
        if _LISTS.search(text):
            root = parse(text, "").root
            if isinstance(root, MapNode):
                for name in _categories(root.get("categories"), ""):
                    yield "category", name
                for title in _names(root.get("collections"), "title"):
                    yield "collection", title


def _categories(node: Node | None, above: str) -> Iterator[str]:
    for entry in _entries(node):
        for name in _names_of(entry, "name"):
            yield above + name
            yield from _categories(entry.get("children"), above + name + SEPARATOR)


def _names(node: Node | None, field: str) -> Iterator[str]:
    for entry in _entries(node):
        yield from _names_of(entry, field)


def _names_of(entry: MapNode, field: str) -> Iterator[str]:
    found = entry.get(field)
    if isinstance(found, Scalar) and found.text.strip():
        yield found.text.strip()


def _entries(node: Node | None) -> Iterator[MapNode]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, MapNode):
            yield item
