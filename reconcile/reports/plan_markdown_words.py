"""Objects, places and changes as Markdown; everything of the catalog is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Change, Plan, Step, unit
from reconcile.reports.about import About
from reconcile.reports.escape import code, markdown
from reconcile.reports.plan_told import WAITING, waits
from reconcile.reports.plan_view import Group, parts
from reconcile.reports.words import (
    after_words,
    before_words,
    count,
    field_words,
    moved,
    names,
    percent,
    percent_text,
    word_changes,
)

_KEY: Final = 120
_SENTENCE: Final = 500
_LINES: Final = 12
"""Changes of one object that are shown."""
_KEYS: Final = 8
"""Keys that are listed before they are counted."""

Say = Callable[[KindName, Change], str]


@dataclass(frozen=True, slots=True)
class Writing:
    """One plan on its way into Markdown."""

    plan: Plan
    about: About
    names: dict[Ref, str]
    places: dict[Ref, Location]
    """Where the objects that a plan speaks of are written, styles among them."""

    @staticmethod
    def of(plan: Plan, about: About) -> Writing:
        places: dict[Ref, Location] = {}
        for step in plan.steps:
            if step.source is not None:
                places.setdefault(step.ref, step.source)
                places.setdefault(unit(step), step.source)
        return Writing(plan, about, names(plan.steps, plan.products), places)

    def who(self, ref: Ref) -> str:
        """Key and name, the key ready to copy."""
        name = self.name(ref)
        return f"{key(ref)} {name}" if name else key(ref)

    def name(self, ref: Ref) -> str:
        return sentence(self.names.get(ref, ""), _KEY)

    def waiting(self, steps: Iterable[Step]) -> str:
        """Where none of them came with the branch that the plan is compared for."""
        return f"*{WAITING}*" if self.plan.base and waits(steps) else ""

    def place(self, source: Location | None) -> str:
        if source is None:
            return ""
        links = self.about.links
        if links is None:
            return code(f"{source.file}:{source.line}")
        name = f"{PurePosixPath(source.file).name}:{source.line}"
        return f"[{code(clip(name, _KEY))}]({links.to(source)})"


def clip(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def sentence(text: str, longest: int = _SENTENCE) -> str:
    return markdown(clip(text, longest))


def sentences(*texts: str) -> str:
    """Several, with a full stop between them."""
    said = [sentence(text) for text in texts if text]
    stopped = [f"{text.removesuffix('.')}." for text in said[:-1]]
    return " ".join((*stopped, *said[-1:]))


def key(ref: Ref) -> str:
    """A product by its number alone, all else with its kind."""
    said = code(clip(ref.key, _KEY))
    return said if ref.kind == "product" else f"{ref.kind} {said}"


def keys(refs: Sequence[Ref], most: int = _KEYS) -> str:
    """The first keys, and how many there are more; one more is no reason to count."""
    shown = refs if len(refs) <= most + 1 else refs[:most]
    listed = ", ".join(code(clip(ref.key, _KEY)) for ref in shown)
    more = len(refs) - len(shown)
    return f"{listed} and {more} more" if more else listed


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def header(*titles: str) -> str:
    return f"{row(*titles)}\n|{'---|' * len(titles)}"


def price(change: Change) -> str:
    """`122.95 → **127.95** +4.1 %`."""
    before, after = before_words("variant", change), after_words("variant", change)
    text = f"{sentence(before, 40)} → **{sentence(after, 40)}**"
    move = percent(change.before, change.after)
    return f"{text} {percent_text(move)}" if move is not None else text


def told(kind: KindName, change: Change) -> str:
    """Before and after: of a text the words that differ."""
    pieces = word_changes(kind, change)
    if not pieces:
        # Two blanks are between the parts of a list.
        return "; ".join(map(sentence, filter(None, moved(kind, change).split("  "))))
    marks = {"same": "", "old": "~~", "new": "**"}
    said = [
        f"{marks[how]}{sentence(text)}{marks[how]}"
        for how, text in pieces
        if text.strip()
    ]
    known = "(last applied) " if change.basis == "applied" else ""
    return known + " ".join(said)


def changes(group: Group, pick: Callable[[Change], bool], say: Say) -> list[str]:
    """The picked changes of a group, a line for each: whose, which field, what."""
    found = parts(group, pick)
    shown = found if len(found) <= _LINES + 1 else found[:_LINES]
    everyone = tuple(s.ref for s in group.variants if any(map(pick, s.changes)))
    lines = []
    for part in shown:
        kind = part.refs[0].kind
        field = sentence(field_words(kind, part.change.path), _KEY)
        whose = "" if part.refs[0] == group.ref else _whose(part.refs, everyone)
        lines.append(f"{whose}{field}: {say(kind, part.change)}")
    if len(found) > len(shown):
        lines.append(f"… {count(len(found) - len(shown), 'more change')}")
    return lines


def _whose(refs: Sequence[Ref], everyone: Sequence[Ref]) -> str:
    if len(refs) > 1 and refs == everyone:
        return f"{count(len(refs), 'variant')}, "
    return f"{keys(refs, 3)}, "


def listed(who: str, lines: Sequence[str], *, place: str = "") -> str:
    """One object of a list: one line beside it, or several below."""
    where = f" {place}" if place else ""
    if len(lines) == 1:
        return f"- {who} · {lines[0]}{where}"
    return "\n".join([f"- {who}{where}", *(f"  - {line}" for line in lines)])


def identity(kind: KindName) -> str:
    """What an object is known by: `item_number`, `sku`."""
    return KINDS[kind].key_field
