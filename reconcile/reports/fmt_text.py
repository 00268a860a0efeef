"""What `fmt` did, or would do: one line per file and per repaired value."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.core.repairing import Repaired
from reconcile.reports.escape import terminal
from reconcile.reports.problems_text import count


def render_fmt(
    changed: Sequence[str],
    repairs: Sequence[Repaired],
    files: int,
    *,
    check: bool,
    left: int = 0,
) -> str:
    """`changed` are the files that are not as they should be, of so many; `left` is
    how many errors have no one right answer."""
    lines = [f"{terminal(file)}" for file in changed]
    if repairs:
        places = [f"{one.where.file}:{one.where.line}" for one in repairs]
        width = max(map(len, places))
        lines += ["", "would repair" if check else "repaired"]
        lines += [
            f"  {terminal(place):<{width}}  {_shown(one.old)} → {_shown(one.new)}"
            for place, one in zip(places, repairs, strict=True)
        ]
    did = "would be formatted" if check else "formatted"
    said = f"{len(changed)} of {count(files, 'file')} {did}"
    verb = "would be" if check else "is" if left == 1 else "are"
    lines += [*([""] if lines else []), said]
    if left:
        lines.append(f"{count(left, 'error')} {verb} left: reconcile validate")
    return "\n".join([*lines, ""])


def _shown(text: str) -> str:
    """A non-breaking space would look like any other."""
    return terminal(text).replace("\u00a0", "\\xa0")
