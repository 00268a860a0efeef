"""The values of a file that have a name, and the references to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reconcile.core.problems import Problem
from reconcile.core.yaml.fieldwords import holds_text
from reconcile.core.yaml.nodes import Mapping, Node, Scalar, Source
from reconcile.core.yaml.spots import owner
from reconcile.core.yaml.traps import anchor_trap


class Open:
    """The value of an anchor whose node is not closed yet."""


OPEN: Final = Open()


class Anchors:
    def __init__(self) -> None:
        self.nodes: dict[str, Node | Open] = {}
        self._scalars: list[tuple[str, Scalar, int]] = []
        self._used: set[str] = set()
        self._sizes: dict[int, tuple[int, int]] = {}
        self.expanded = 0
        """Nodes that references have added so far."""

    def name(self, name: str, node: Scalar, start: int) -> None:
        self.nodes[name] = node
        self._scalars.append((name, node, start))

    def use(self, name: str) -> Node | Open | None:
        self._used.add(name)
        return self.nodes.get(name)

    def height(self, node: Node) -> int:
        """Levels of a node that is referred to; its size is counted."""
        size, height = self._measure(node)
        self.expanded += size
        return height

    def _measure(self, node: Node) -> tuple[int, int]:
        """How many nodes, and how many levels, are below and with `node`."""
        if isinstance(node, Scalar):
            return 1, 0
        known = self._sizes.get(id(node))
        if known is None:
            inner = (
                [value for _, value in node.items]
                if isinstance(node, Mapping)
                else node.items
            )
            measured = [self._measure(item) for item in inner]
            known = (
                1 + sum(size for size, _ in measured),
                1 + max((height for _, height in measured), default=0),
            )
            self._sizes[id(node)] = known
        return known

    def unused(self, source: Source) -> Iterator[Problem]:
        for name, node, start in self._scalars:
            if name not in self._used:
                end = max(node.end, start + 1 + len(name))
                trap = anchor_trap(name, node, source.location(start, end))
                text = holds_text(owner(source.text, start)) and name[0].isalnum()
                yield replace(trap, fix=None) if self._used or not text else trap
