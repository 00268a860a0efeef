"""Objects, places and changes as Markdown; everything of the catalog is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from reconcile.core.model import KindName, Ref
from reconcile.core.problems import Location
from reconcile.core.steps import Change, Plan, Step, unit
from reconcile.reports.about import About
from reconcile.reports.escape import code, markdown
from reconcile.reports.plan_told import WAITING, waits
from reconcile.reports.plan_view import Group, Part, parts
from reconcile.reports.variants import Variants
from reconcile.reports.worddiff import Piece
from reconcile.reports.words import (
    after_words,
    before_words,
    count,
    field_words,
    long_sides,
    moved,
    names,
    percent,
    percent_text,
    three_sides,
    word_changes,
)

_KEY: Final = 120
_SENTENCE: Final = 500
_SHORT: Final = 60
"""A text up to here is shown whole, before and after."""
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
    variants: Variants

    @staticmethod
    def of(plan: Plan, about: About) -> Writing:
        places: dict[Ref, Location] = {}
        for step in plan.steps:
            if step.source is not None:
                places.setdefault(step.ref, step.source)
                places.setdefault(unit(step), step.source)
        called = names(plan.steps, plan.products)
        return Writing(plan, about, called, places, Variants.of(plan.products))

    def who(self, ref: Ref) -> str:
        """Key and name, the key ready to copy."""
        name = self.name(ref)
        return f"{key(ref)} {name}" if name else key(ref)

    def name(self, ref: Ref) -> str:
        return sentence(self.names.get(ref, ""), _KEY)

    def acted_on(self, ref: Ref) -> str:
        """Key and name where somebody has to act: of a variant what it is, too."""
        look = self.variants.looks.get(ref, "")
        said = (self.name(ref), sentence(look, _KEY))
        return " ".join(filter(None, (key(ref), ", ".join(filter(None, said)))))

    def sizes(self, refs: Sequence[Ref], most: int = _KEYS) -> str:
        """What tells variants from the others of their style: `S–XL, 3XL`."""
        found = self.variants.pieces(refs)
        shown = found if len(found) <= most + 1 else found[:most]
        listed = ", ".join(
            code(clip(one.text, _KEY)) if one.is_key else sentence(one.text, _KEY)
            for one in shown
        )
        more = sum(one.number for one in found[len(shown) :])
        return f"{listed} and {more} more" if more else listed

    def which(self, refs: Sequence[Ref], most: int = 4) -> str:
        """How many variants, where it is all of a style; else what they are."""
        if self.variants.are_all(refs) and len(refs) > 1:
            return count(len(refs), "variant")
        return self.sizes(refs, most)

    def named(self, refs: Sequence[Ref]) -> str:
        """As `which`, with the word for it: `Size S–XL`."""
        every = self.variants.are_all(refs) and len(refs) > 1
        attribute = "" if every else self.variants.attribute(refs)
        return f"{sentence(attribute, _KEY)} {self.which(refs)}".lstrip()

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


def table(
    titles: Sequence[str], lines: Sequence[Sequence[str]]
) -> tuple[str, tuple[str, ...]]:
    """The head and the rows of a table; a column that is empty everywhere is left
    out."""
    filled = [any(cells) for cells in zip(*lines, strict=True)]
    kept = [n for n, said in enumerate(filled) if said]
    return header(*(titles[n] for n in kept)), tuple(
        row(*(line[n] for n in kept)) for line in lines
    )


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
    known = "(last applied) " if change.basis == "applied" else ""
    sides = (str(change.before), str(change.after))
    if max(map(len, sides)) <= _SHORT:
        before, after = map(sentence, sides)
        return f"{known}{before} → **{after}**"
    marks = {"same": "", "old": "~~", "new": "**"}
    said = [
        f"{marks[how]}{sentence(text)}{marks[how]}"
        for how, text in pieces
        if text.strip()
    ]
    return known + " ".join(said)


def changes(
    writing: Writing, group: Group, pick: Callable[[Change], bool], say: Say
) -> list[str]:
    """The picked changes of a group, a line for each: whose, which field, what."""
    found = parts(group, pick)
    shown = found if len(found) <= _LINES + 1 else found[:_LINES]
    everyone = tuple(s.ref for s in group.variants if any(map(pick, s.changes)))
    whole = waits(group.steps)  # said once, of all of it
    lines = []
    for part in shown:
        kind = part.refs[0].kind
        field = sentence(field_words(kind, part.change.path), _KEY)
        own = part.refs[0] == group.ref
        whose = "" if own else _whose(writing, part, everyone)
        sides = long_sides(kind, part.change)
        said = _below(sides) if sides else f" {say(kind, part.change)}"
        waits_alone = part.change.added is False and not (whole or part.change.held)
        late = f" *{WAITING}*" if waits_alone else ""
        lines.append(f"{whose}{field}:{said}{late}")
    if len(found) > len(shown):
        lines.append(f"… {count(len(found) - len(shown), 'more change')}")
    return lines


def _below(sides: Iterable[tuple[str, list[Piece]]]) -> str:
    """A long text, old above new, with the words that changed in bold."""
    return "".join(f"\n    - {title}: {_marked(pieces)}" for title, pieces in sides)


def _marked(pieces: Iterable[Piece]) -> str:
    said = (
        sentence(text) if how == "same" else f"**{sentence(text)}**"
        for how, text in pieces
        if text.strip()
    )
    return " ".join(said)


def _whose(writing: Writing, part: Part, everyone: Sequence[Ref]) -> str:
    refs = part.refs
    if part.change.path[0] == "attributes" and len(refs) == 1:
        return f"{keys(refs)}, "  # what tells it apart is what changes
    unknown = not any(ref in writing.variants.looks for ref in refs)
    if len(refs) > 1 and unknown and refs == everyone:
        return f"{count(len(refs), 'variant')}, "
    return f"{writing.named(refs)}, "


def listed(who: str, lines: Sequence[str], *, place: str = "") -> str:
    """One object of a list: one line beside it, or several below."""
    where = f" {place}" if place else ""
    if len(lines) == 1 and "\n" not in lines[0]:
        return f"- {who} · {lines[0]}{where}"
    return "\n".join([f"- {who}{where}", *(f"  - {line}" for line in lines)])


def acted_on(writing: Writing, refs: Sequence[Ref]) -> str:
    """SKUs, as somebody has to find them, and what each of them is."""
    looks = writing.variants.looks
    shown = writing.variants.sorted(refs)
    shown = shown if len(shown) <= _KEYS + 1 else shown[:_KEYS]
    said = [
        f"{code(clip(ref.key, _KEY))} {sentence(looks.get(ref, ''), _KEY)}"
        for ref in shown
    ]
    more = len(refs) - len(shown)
    return ", ".join(map(str.rstrip, said)) + (f" and {more} more" if more else "")


def several(writing: Writing, refs: Sequence[Ref]) -> str:
    """`2 variants of 81340 Jeans (…)`."""
    style = writing.variants.product(refs)
    of = f" of {writing.who(style)}" if style else ""
    return f"{count(len(refs), refs[0].kind)}{of} ({acted_on(writing, refs)})"


def all_sides(kind: KindName, change: Change) -> str:
    """Of a conflict: the catalog's value, Traede's, and the last applied."""
    sides = three_sides(kind, change)
    return ", ".join(f"{side} **{sentence(said)}**" for side, said in sides)


def both_sides(kind: KindName, change: Change) -> str:
    """Of what is held: the catalog's value and Traede's."""
    (_, ours), (_, theirs), *_ = three_sides(kind, change)
    return f"{sentence(ours)} in the catalog, **{sentence(theirs)}** in Traede"
