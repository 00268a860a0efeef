"""What `rename` writes, place by place."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.core.model import Ref
from reconcile.core.rekeying import Rekeyed, Written
from reconcile.reports.escape import terminal
from reconcile.reports.layout import Page, aligned
from reconcile.reports.words import count


def render_rename(
    old: Ref,
    new: Ref,
    done: Rekeyed,
    *,
    dry_run: bool,
    color: bool,
    width: int,
) -> str:
    page = Page(width, color)
    files = len(done.texts)
    places = f"{count(len(done.written), 'place')} in {count(files, 'file')}"
    said = terminal(f'{old.kind} "{old.key}" → "{new.key}"')
    verb = "moved" if done.moved else "renamed"
    lines = written_lines(done.written)
    if done.moved:
        lines.append(
            "Traede cannot move a category: the next apply makes the new one, moves "
            "its styles there, and deletes the old one."
        )
    tail = ". Nothing was written (--dry-run)" if dry_run else ""
    return "\n".join([*lines, page.paint(f"{verb} {said}: {places}{tail}", "bold")])


def written_lines(written: Sequence[Written]) -> list[str]:
    """Each place with what stood there and what stands there now."""
    return aligned(
        (
            str(one.where),
            one.what,
            f"{one.before} → {one.after}" if one.before else f"+ {one.after}",
        )
        for one in written
    )
