"""One note per proposal and one issue about drift, found again by a hidden marker.

A text begins with its marker, which names tenant and environment: those of another
catalog in the same repository are another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from reconcile.edges.forge.http import ForgeError

Render = Callable[[int], str]
"""A text, marker first, in at most so many characters."""
_SHARES: Final = (1, 2, 6)
"""A forge that finds a text too long is given a half, and then a sixth of it."""


@dataclass(frozen=True, slots=True)
class Post:
    """A note or an issue that is there."""

    number: int
    title: str
    text: str
    ours: Callable[[], bool]
    """Whether we wrote it; asking may cost a request."""


class Forge(Protocol):
    """What GitHub and GitLab both can do."""

    limit: int

    def notes(self, proposal: int) -> Iterator[Post]: ...
    def add_note(self, proposal: int, text: str) -> None: ...
    def edit_note(self, proposal: int, note: int, text: str) -> None: ...
    def issues(self) -> Iterator[Post]: ...
    def add_issue(self, title: str, text: str) -> None: ...
    def edit_issue(self, issue: int, title: str, text: str) -> None: ...
    def close_issue(self, issue: int, words: str) -> None: ...
    def merged_with(self, commit: str) -> list[int]: ...


def post_note(forge: Forge, proposal: int, marker: str, render: Render) -> None:
    """Put a text where our note is, or a new note at the end."""
    found = _find(forge.notes(proposal), marker)

    def put(text: str) -> None:
        if found is None:
            forge.add_note(proposal, text)
        elif found.text != text:
            forge.edit_note(proposal, found.number, text)

    _put(put, render, forge.limit)


def post_issue(
    forge: Forge, marker: str, title: str, render: Render | None, closing: str
) -> None:
    """The one open issue with this marker says what `render` does; with None it is
    closed, with a last word, if there is one."""
    found = _find(forge.issues(), marker)
    if render is None:
        if found is not None:
            forge.close_issue(found.number, closing)
        return

    def put(text: str) -> None:
        if found is None:
            forge.add_issue(title, text)
        elif (found.title, found.text) != (title, text):
            forge.edit_issue(found.number, title, text)

    _put(put, render, forge.limit)


def _find(posts: Iterable[Post], marker: str) -> Post | None:
    return next(
        (one for one in posts if one.text.startswith(marker) and one.ours()), None
    )


def _put(put: Callable[[str], None], render: Render, limit: int) -> None:
    for share in _SHARES:
        try:
            put(render(limit // share))
        except ForgeError as error:
            too_long = error.status in (400, 413, 422)
            if not too_long or share == _SHARES[-1]:
                raise
        else:
            return
