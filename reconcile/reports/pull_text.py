"""What `pull` took into the files, place by place, and what is left for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.core.model import Ref
from reconcile.core.pulling import Left, Taken
from reconcile.core.rekeying import Written
from reconcile.core.steps import Change
from reconcile.reports.escape import terminal
from reconcile.reports.layout import Cell, Page, Row
from reconcile.reports.rename_text import written_lines
from reconcile.reports.words import count, field_words, label, moved


@dataclass(frozen=True, slots=True)
class PullReport:
    """Everything that one pull did, and did not."""

    taken: Sequence[Taken]
    renamed: Sequence[tuple[Ref, Ref, tuple[Written, ...]]]
    left: Sequence[Left]
    styles: Mapping[Ref, Ref]
    """The product of each variant."""
    names: Mapping[Ref, str]
    """What people call the products."""
    files: Sequence[str]


def render_pull(report: PullReport, *, dry_run: bool, color: bool, width: int) -> str:
    page = Page(width, color)
    sections = (
        _renamed(page, report),
        _taken(page, report, conflicts=True),
        _taken(page, report, conflicts=False),
        _left(page, report),
    )
    parts = ["\n".join(lines) + "\n" for lines in map(list, sections) if lines]
    return "\n".join([*parts, *_last_lines(page, report, dry_run=dry_run)])


def _renamed(page: Page, report: PullReport) -> Iterator[str]:
    if report.renamed:
        yield page.heading("Renamed in Traede")
    for old, new, written in report.renamed:
        yield f"  {page.paint('>', 'cyan')} {terminal(f'{label(old)} → {new.key}')}"
        yield from (f"      {line}" for line in written_lines(written))


def _taken(page: Page, report: PullReport, *, conflicts: bool) -> Iterator[str]:
    taken = [one for one in report.taken if _is_conflict(one) is conflicts]
    if not taken:
        return
    if conflicts:
        yield page.heading(
            "Conflicts", "the catalog had changed too; Traede's value replaces it"
        )
    else:
        yield page.heading("Changed in Traede")
    rows = []
    for one in taken:
        style = report.styles.get(one.refs[0], one.refs[0])
        kind = one.refs[0].kind
        who = "" if one.refs == (style,) else _who(one.refs)
        field = field_words(kind, one.change.path)
        words = moved(kind, _forward(one.change))
        rows.append(
            Row(
                "!" if conflicts else "~",
                label(style),
                report.names.get(style, ""),
                tail="  ".join(part for part in (who, field, words) if part),
                place=str(one.where),
            )
        )
    yield from page.table(rows)


def _is_conflict(taken: Taken) -> bool:
    return taken.change.cause == "both"


def _who(refs: Sequence[Ref]) -> str:
    return refs[0].key if len(refs) == 1 else count(len(refs), refs[0].kind)


def _forward(change: Change) -> Change:
    """From the catalog's value to Traede's: what happens to the file."""
    return replace(change, before=change.after, after=change.before)


def _left(page: Page, report: PullReport) -> Iterator[str]:
    if not report.left:
        return
    yield page.heading("Needs you", f"({len(report.left)})")
    yield from page.table([_left_row(report, one) for one in report.left])


def _left_row(report: PullReport, left: Left) -> Row:
    said = left.why
    if left.change is not None:
        kind = left.ref.kind
        field = field_words(kind, left.change.path)
        said = f"{field}  {moved(kind, _forward(left.change))}: {said}"
    return Row(
        "x",
        label(left.ref),
        report.names.get(report.styles.get(left.ref, left.ref), ""),
        place=str(left.where),
        below=(Cell(said), *([Cell(left.hint, "dim")] if left.hint else [])),
    )


def _last_lines(page: Page, report: PullReport, *, dry_run: bool) -> Iterator[str]:
    left = f"; {len(report.left)} left for you" if report.left else ""
    if not (report.taken or report.renamed):
        nothing = "nothing to pull" + ("" if left else ": no drift")
        yield page.paint(nothing + left, "bold" if left else "green")
        return
    done = [
        count(len(report.renamed), "new name") if report.renamed else "",
        count(len(report.taken), "value") if report.taken else "",
    ]
    what = " and ".join(part for part in done if part)
    files = count(len(report.files), "file")
    if dry_run:
        said = f"would take {what} into {files}{left}. Nothing was written (--dry-run)"
        yield page.paint(said, "bold")
        return
    yield (
        "See it: Source Control in VS Code, or git --no-pager diff   "
        "Then: reconcile plan"
    )
    yield page.paint(f"pulled {what} into {files}{left}", "bold")
