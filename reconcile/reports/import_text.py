"""What an import wrote, what it left, and what a person has to settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.core.importing import Imported
from reconcile.core.kinds import KINDS
from reconcile.reports.escape import terminal
from reconcile.reports.layout import columns, pad, wrap
from reconcile.reports.words import TOLD, count


def render_import(
    imported: Imported, folder: str, *, only: Sequence[str], width: int
) -> str:
    """Every line of the report; `folder` is the name of the catalog's."""
    lines = [
        *_wrote(imported, folder, only),
        *_already(imported),
        *_customers(imported),
        *_not_readable(imported.not_readable if imported.files else (), width),
        *_needs_you(imported.needs_you, width),
    ]
    return "".join(f"{line}\n" for line in lines)


def _wrote(imported: Imported, folder: str, only: Sequence[str]) -> Iterator[str]:
    products = sum(name.startswith("products/") for name in imported.files)
    others = [n for n in sorted(imported.files) if not n.startswith("products/")]
    wrote = [f"{folder}/products/ ({count(products, 'file')})"] if products else []
    wrote += [f"{folder}/{name}" for name in others]
    nothing = "nothing"
    if imported.written.counts:
        nothing += " new"
    elif only and not imported.needs_you:
        nothing += f": Traede has nothing that fits {' or '.join(only)}"
        if not any(wild in one for one in only for wild in "*?["):
            nothing += f" (what begins so: {only[0]}*)"
    yield terminal(f"wrote  {', '.join(wrote) or nothing}")


def _already(imported: Imported) -> Iterator[str]:
    written = imported.written
    if not written.counts:
        return
    many = sum(written.counts.values())
    listed = [
        count(written.counts[kind], "style" if kind == "product" else kind)
        for kind in TOLD
        if kind in written.counts
    ]
    said = f"written already: {', '.join(listed)}"
    if not written.differing:
        yield f"{said}; as in Traede"
        return
    of_them = "" if many == 1 else f"{written.differing} of them "
    verb = "differs" if written.differing == 1 else "differ"
    yield f"{said}; {of_them}{verb} from Traede: see `reconcile plan`"


def _customers(imported: Imported) -> Iterator[str]:
    if imported.customers_left:
        yield (
            f"skipped  {count(imported.customers_left, 'customer')}: personal data "
            "stays out of git unless you ask (--customers)"
        )


def _not_readable(fields: Sequence[str], width: int) -> Iterator[str]:
    """By kind: many of them share a name."""
    by_kind: dict[str, list[str]] = {}
    for field in fields:
        kind, _, name = field.partition(" ")
        by_kind.setdefault(kind, []).append(name)
    if by_kind:
        yield "not readable from Traede, so not in the files:"
    widest = max(map(columns, by_kind), default=0)
    for kind in (kind for kind in KINDS if kind in by_kind):
        start = f"  {pad(kind, widest)}  "
        room = width - columns(start)
        first, *rest = wrap(terminal(", ".join(by_kind[kind])), room, room)
        yield start + first
        yield from (" " * columns(start) + line for line in rest)


def _needs_you(sentences: Sequence[str], width: int) -> Iterator[str]:
    if sentences:
        yield f"needs you ({len(sentences)}):"
    for sentence in sentences:
        first, *rest = wrap(terminal(sentence), width - 2, width - 6)
        yield f"  {first}"
        yield from (f"      {line}" for line in rest)
