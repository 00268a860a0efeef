"""A comment as sections that give way: fold, then count, then link.

A forge refuses a comment that is too long, so one that shows everything would show
nothing. What matters least gives way first, and says how much is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from reconcile.reports.about import About
from reconcile.reports.escape import code

LIMIT: Final = 60_000
"""Characters of a comment; the forges take a little more."""
_STEPS: Final = (400, 200, 100, 50, 20, 10, 5, 0)

_TIERS: Final = (50, 75)
"""What weighs less has given way before what weighs more begins to: changes, then
warnings and what is not possible, then deletes and blocks."""
FOOT: Final = 100
"""The weight of what always stays."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some rows of one sort: a table, or blocks of text."""

    title: str
    rows: tuple[str, ...] = ()
    header: str = ""
    """The first two lines of a table; without it rows are blocks of text."""
    shown: int | None = None
    """Rows that stand open, the rest folded; None: all of them."""
    rest: str = ""
    """What is said of the folded rows, behind their number."""
    folded: bool = False
    """All of it, below its title, which then holds nothing of the catalog."""
    after: str = ""
    noun: str = "more"
    weight: int = 0
    """What weighs more stays longer."""
    limit: int | None = None
    """Rows beyond are counted."""

    def text(self, elsewhere: str) -> str:
        rows = self.rows if self.limit is None else self.rows[: self.limit]
        left = len(self.rows) - len(rows)
        parts = [] if self.folded else [self.title]
        shown = len(rows) if self.shown is None else self.shown
        opened, closed = rows[:shown], rows[shown:]
        if opened:
            parts.append(self._rows(opened))
        if closed:
            said = f"{len(closed)} {self.rest or 'more'}"
            parts.append(details(said, self._rows(closed)))
        if left:
            parts.append(f"… {left} {self.noun}: {elsewhere}")
        if self.after:
            parts.append(self.after)
        text = "\n\n".join(part for part in parts if part)
        return details(self.title, text) if self.folded else text

    def _rows(self, rows: Sequence[str]) -> str:
        if self.header:
            return "\n".join([self.header, *rows])
        lists = all(row.startswith("- ") for row in rows)
        return ("\n" if lists else "\n\n").join(rows)


def details(summary: str, text: str) -> str:
    """Folded; blank lines, so that what is inside is Markdown again."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n</details>"


def elsewhere(about: About) -> str:
    """Where all of it can be seen."""
    if about.report_url:
        return f"[full report]({about.report_url})"
    return f"{code('reconcile plan --verbose')} shows all"


def fitted(sections: Sequence[Section], about: About, limit: int = LIMIT) -> str:
    """All sections, one after the other, in at most `limit` characters."""
    where = elsewhere(about)
    kept = list(sections)
    texts = [section.text(where) for section in kept]

    def size() -> int:
        return sum(map(len, texts)) + 2 * len(texts)

    order = sorted(range(len(kept)), key=lambda i: (kept[i].weight, i))
    for low, high in pairwise((0, *_TIERS, FOOT)):
        tier = [i for i in order if low <= kept[i].weight < high]
        for most in _STEPS:
            for i in tier:
                if size() <= limit:
                    break
                if len(kept[i].rows) > most:
                    kept[i] = replace(kept[i], limit=most)
                    texts[i] = kept[i].text(where)
    for i in order:
        if size() > limit and kept[i].weight < FOOT:
            texts[i] = f"More is left out: {where}"
    return "\n\n".join(text for text in texts if text) + "\n"
