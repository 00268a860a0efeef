"""The narrow way through a guard: a line that names exactly what it lets through.

The id of an approval is the hash of a guard or rule, the tenant, and the findings that
were shown. Other findings have another id, so what was approved is what was read.

A line for deletes lists their keys. It lets through these, or a part of them: what is
left of a plan that was carried out in part needs no new approval. Its id is the hash
of the keys as it lists them, so a key added by hand makes it a line of nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconcile.core.model import Tenant
from reconcile.core.problems import Location, Placed, Problem
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.nodes import Sequence as ListNode

ID_LENGTH = 8
DELETES: Final = "delete-limit"
"""The guard whose approvals list keys."""
_BLANK: Final = ("…", "...")
"""What stands in the line that a plan prints, for a person to fill in."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One line under `approvals:`."""

    approve: str
    source: Placed
    keys: tuple[str, ...] | None = None
    """What a line for deletes lets through, each `kind:key`; None: no such line."""
    by: str = ""
    reason: str = ""

    @property
    def signed(self) -> bool:
        """Whether a person has filled in who and why: nothing else is an approval."""
        return not {self.by.strip(), self.reason.strip()} & {"", *_BLANK}


@dataclass(frozen=True, slots=True)
class Approvals:
    """All that lets something through: lines of the catalog, and ids by hand."""

    lines: tuple[Approval, ...] = ()
    by_hand: tuple[str, ...] = ()


def approval_id(guard: str, tenant: Tenant, findings: Iterable[Sequence[Any]]) -> str:
    """The id of exactly these findings; each is JSON values, such as a step's id with
    a value before and after. Their order does not matter."""
    facts = sorted(json.dumps(list(one), ensure_ascii=False) for one in findings)
    text = json.dumps([guard, tenant.url, tenant.brand_id, facts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def deletes_id(tenant: Tenant, keys: Iterable[str]) -> str:
    """The id of an approval for these keys, each `kind:key`, leaving the shop."""
    return approval_id(DELETES, tenant, ([key] for key in set(keys)))


def read_approvals(
    documents: Mapping[str, Node | None],
) -> tuple[list[Approval], list[Problem]]:
    """The lines of every file, and what is wrong in them that no schema can see."""
    lines: list[Approval] = []
    problems: list[Problem] = []
    for root in documents.values():
        below = root.get("approvals") if isinstance(root, MapNode) else None
        for entry in below.items if isinstance(below, ListNode) else ():
            if isinstance(entry, MapNode) and (line := _line(entry)):
                lines.append(line)
                problems += _unfit(entry)
    return lines, [*problems, *_twice(lines)]


def _line(entry: MapNode) -> Approval | None:
    approve, keys = entry.get("approve"), entry.get("keys")
    if not isinstance(approve, Scalar):
        return None
    listed = keys.items if isinstance(keys, ListNode) else ()
    return Approval(
        approve.text,
        approve,
        tuple(key.text for key in listed if isinstance(key, Scalar)) if keys else None,
        _text(entry, "by"),
        _text(entry, "reason"),
    )


def _text(entry: MapNode, name: str) -> str:
    node = entry.get(name)
    return node.text.strip() if isinstance(node, Scalar) else ""


def _unfit(entry: MapNode) -> Iterator[Problem]:
    approve = entry.get("approve")
    plain = isinstance(approve, Scalar) and approve.style == "plain"
    # What YAML takes for a number is the schema's to refuse.
    if isinstance(approve, Scalar) and plain and isinstance(approve.plain_value(), str):
        yield Problem(
            approve.location,
            "approval-id",
            "the id stands in quotes, as YAML takes some ids for numbers. Write "
            f'"{approve.text}"',
        )
    for name, what in (("by", "who approves this"), ("reason", "why it is meant")):
        node = entry.get(name)
        if isinstance(node, Scalar) and node.text.strip() in _BLANK:
            yield Problem(
                node.location, "approval-blank", f"write {what} here", "warning"
            )


def _twice(lines: Sequence[Approval]) -> Iterator[Problem]:
    same: dict[str, list[Location]] = defaultdict(list)
    for line in lines:
        same[line.approve].append(line.source.location)
    for first, *others in same.values():
        for again in others:
            yield Problem(
                again,
                "duplicate-approval",
                "stands twice. Take one of the two out",
                "warning",
                other=first,
            )
