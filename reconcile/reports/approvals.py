"""The line that lets a block through, ready to copy; and what was let through.

The line is YAML however hostile a key is: what could be read as anything but text
stands in quotes, with JSON's escapes, which are YAML's too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reconcile.core.approvals import DELETES
from reconcile.core.model import NOTHING, Ref
from reconcile.core.steps import Approved, Block, Product, keys_of
from reconcile.reports.escape import terminal
from reconcile.reports.layout import columns
from reconcile.reports.words import counts, label, place

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?: [A-Za-z0-9][A-Za-z0-9-]*)*")


def approval_lines(
    block: Block, width: int, products: Mapping[Ref, Product] = NOTHING
) -> list[str]:
    """The line for `approvals:`, broken between its parts where it is too long;
    `products` are those of the plan."""
    parts = list(_parts(block, products))
    lines: list[str] = []
    line = ""
    for number, part in enumerate(parts):
        piece = terminal(part + (", " if number < len(parts) - 1 else "}"))
        if line and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = "    "  # deeper than the dash, as YAML wants it
        line += piece
    return [*lines, line]


def _parts(block: Block, products: Mapping[Ref, Product]) -> Iterator[str]:
    yield f"- {{approve: {_quoted(block.approve or '')}"
    yield f"what: {_plain(what(block.guard, block.ids, products))}"
    if block.guard == DELETES:
        first, *rest = map(_quoted, keys_of(block.ids))
        if not rest:
            yield f"keys: [{first}]"
        else:
            yield f"keys: [{first}"
            yield from rest[:-1]
            yield f"{rest[-1]}]"
    yield "by: …"
    yield "reason: …"


def what(
    guard: str, ids: Sequence[str], products: Mapping[Ref, Product] = NOTHING
) -> str:
    """What an approval lets through: `delete 2 products`, `price-slip 79097`."""
    refs = [_ref(key) for key in keys_of(ids)]
    if guard != DELETES:
        of = [ref for ref, one in products.items() if {*refs} <= {ref, *one.variants}]
        whom = label((of or refs)[0]) if of or len(refs) == 1 else counts(refs)
        return f"{guard} {whom}".strip()
    actions = {one.partition(":")[0] for one in ids}
    if actions <= {"delete", "archive"}:
        verb = "delete" if "delete" in actions else "archive"
    elif actions & {"delete", "archive"}:
        verb = "delete or take off sale"
    else:
        verb = "take off sale"
    return f"{verb} {counts(refs)}"


def let_through(approved: Approved) -> str:
    """What was approved, by whom, why, and where that is written."""
    who = [f"by {approved.by}"] if approved.by else []
    why = [approved.reason] if approved.reason else []
    where = place(approved.source) or f"--approve {approved.approve}"
    if approved.guard == DELETES:
        said = [what(approved.guard, approved.ids), *who, *why]
        return f"{', '.join(said)} ({where})"
    # Findings are sentences, and long.
    return f"{', '.join([*who, *why])} ({where}): {approved.message}".strip()


def _ref(key: str) -> Ref:
    kind, _, rest = key.partition(":")
    return Ref(kind, rest)  # type: ignore[arg-type]


def _plain(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
