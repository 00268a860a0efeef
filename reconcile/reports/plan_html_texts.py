"""Longer texts, old and new one below the other, as source and as people read them."""

from __future__ import annotations

import html
import re
from typing import Final

from reconcile.core.steps import Change
from reconcile.reports.plan_html_values import Text
from reconcile.reports.worddiff import word_diff

_SHORT: Final = 80
"""What is no longer stands on one line, its old and new words together."""
_WHOLE: Final = 1500
"""Of what is longer only the surroundings of each change are shown."""
_AROUND: Final = 40
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")


def long_texts(change: Change) -> tuple[Text, ...]:
    """A changed text of more than a line, as people read it and then its source; empty
    for a shorter one. A name always stands on one line."""
    before, after = str(change.before), str(change.after)
    both = before + after
    marked = _TAG.search(both) is not None
    longest = max(len(before), len(after))
    if change.path[-1] == "name" or not (
        marked or longest > _SHORT or "\n" in both.strip()
    ):
        return ()
    if not marked:
        return (_text(before, after),)
    old, new = stripped(before), stripped(after)
    if old == new:
        return (_text(before, after, "source; as text it is the same"),)
    return _text(old, new, "as text"), _text(before, after, "source", folded=True)


def _text(before: str, after: str, title: str = "", *, folded: bool = False) -> Text:
    whole = max(len(before), len(after)) <= _WHOLE
    pieces = word_diff(before, after, None if whole else _AROUND)
    old = tuple(piece for piece in pieces if piece[0] != "new")
    new = tuple(piece for piece in pieces if piece[0] != "old")
    return Text(old, new, title, folded)


def stripped(source: str) -> str:
    """HTML without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", source)).split())
