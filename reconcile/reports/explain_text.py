"""One object: each value with its place, its layer, and what Traede has; a product with
its variants below, told together."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from reconcile.core.explaining import DIFFERS, Explained, Verdict
from reconcile.core.explaining.standing import Standing, What
from reconcile.core.explaining.style import MOST, FieldOfStyle, Group, Style
from reconcile.core.kinds import KINDS
from reconcile.core.model import UNKNOWN, KindName, Ref, Value
from reconcile.core.personal import HIDDEN
from reconcile.core.problems import Location
from reconcile.reports.escape import terminal
from reconcile.reports.layout import aligned, fit
from reconcile.reports.status_text import commit_words, moment_words
from reconcile.reports.words import count, field_words, value_words

_VERDICTS: Final[dict[Verdict, str]] = {
    "will change": "will change",
    "held": "changed in Traede: held",
    "conflict": "in conflict: changed here and in Traede, held",
    "once": "only sent with the create",
}
_COUNTED: Final[dict[Verdict, str]] = {
    "new": "new",
    "will change": "will change",
    "held": "changed in Traede: held",
    "conflict": "in conflict",
}
_STANDS: Final[dict[What, str]] = {
    "as written": "",
    "not asked": "",
    "several": "several in Traede have this key: nothing is done about any of them",
    "create": "not in Traede: the next apply makes it",
    "deleted there": "somebody deleted it in Traede: held. To have it again: "
    "reconcile apply --write-drift",
    "renamed there": "in Traede it is called {other} now: reconcile pull takes that "
    "into the files",
    "rename": "in Traede it is still {other}: the next apply renames it",
    "revive": "archived in Traede when it left the catalog: the next apply puts it on "
    "sale again",
    "delete": "managed by this catalog: the next plan deletes it, or says why not",
    "retire": "managed by this catalog: the next plan takes it off sale, as Traede "
    "deletes no collections",
    "forget": "not in Traede any more: the next apply forgets it",
    "retired": "Traede refused the delete, so it is archived; nothing more is to do",
    "spent": "gone from Traede: nothing more is to do",
    "unmanaged": "not managed, so it is left alone",
}
_LONGEST: Final = 60
"""Of a longer value only the beginning."""
_LONG: Final = 20
"""A longer value is not repeated where Traede has the same."""
_FEW: Final = 3
"""More keys than that are counted."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """The run that wrote the object last, or deleted it."""

    id: int
    started: datetime
    commit: str | None
    edited: bool
    """Whether the files had edits that are not in the commit."""
    zone: tzinfo
    """In which its time is told."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that is told about one object."""

    ref: Ref
    name: str
    """What people call it; never a customer's name."""
    defined: Location | None
    """None where the catalog has nothing about it."""
    directives: Sequence[tuple[str, str, Location]]
    values: Sequence[Explained]
    standing: Standing
    managed: bool
    run: LastRun | None
    asked: Ref | None = None
    """The key that was asked for, where it has another one now."""
    style: Style | None = None
    deleted: LastRun | None = None
    """The run that took it out of Traede, where the state still knows."""
    styles: tuple[int, int] | None = None
    """Of a category: the styles in it, and those below it too."""


def render_explained(story: Story) -> str:
    name = f"  ({story.name})" if story.name else ""
    ref = story.ref
    lines = [terminal(f"{ref.kind} {ref.key}{name}")]
    if story.asked:
        where = _renamed_at(story)
        said = f"{story.asked.kind} {story.asked.key} is {ref.key} now{where}"
        lines = [terminal(said), "", *lines]
    rows = [
        *([("defined", "", _place(story.defined), "", "")] if story.defined else []),
        *(
            (name, text, _place(where), "", "")
            for name, text, where in story.directives
        ),
        *(_row(ref.kind, one) for one in story.values),
    ]
    lines += [f"  {line}" for line in aligned(rows)] if rows else []
    told = (*_whole(story), *_category(story), *_applied(story))
    lines += [f"  {terminal(line)}" for line in told]
    if story.style:
        lines += ["", *_style(story.style)]
    return "\n".join(lines) + "\n"


def _renamed_at(story: Story) -> str:
    places = [at for word, _, at in story.directives if word == "renamed_from"]
    return f": renamed_from in {_place(places[0])}" if places else ""


def _whole(story: Story) -> list[str]:
    """How it stands as a whole, where that is not simply as written."""
    stands = story.standing
    other = stands.elsewhere.key if stands.elsewhere else ""
    said = _STANDS[stands.what].format(other=other)
    if story.deleted:
        gone = "gone from Traede: " if stands.what in ("spent", "forget") else ""
        said = f"{gone}deleted by {', '.join(_run_words(story.deleted))}"
    done = stands.what in ("spent", "retired")
    if done and KINDS[story.ref.kind].delete is None:
        said = "off sale in Traede: nothing more is to do"
    if not stands.written and not stands.tombstone:
        before = f"; it was in {stands.source}" if stands.source else ""
        lines = [f"not in the catalog{before}"]
        if stands.remote_id is not None:
            named = f" as {other}" if other else ""
            lines.append(f"Traede has it{named} (id {stands.remote_id})")
        return [*lines, said, *_take_over(story)]
    return [said] if said else []


def _category(story: Story) -> list[str]:
    """It has no values of its own that would show whether Traede has it."""
    if story.styles is None:
        return []
    remote_id = story.standing.remote_id
    there = remote_id is not None and story.standing.what == "as written"
    own, whole = story.styles
    below = f", {whole} with its sub categories" if whole != own else ""
    return [
        *([f"Traede has it (id {remote_id})"] if there else []),
        f"{count(own, 'style')} of the catalog in it{below}",
    ]


def _take_over(story: Story) -> list[str]:
    """The command for what is in Traede only; a variant comes with its product."""
    kind = story.ref.kind
    if story.standing.what != "unmanaged" or kind == "variant":
        return []
    customers = " --customers" if kind == "customer" else ""
    wanted = _typed(str(story.ref))
    return [f"to take it into the files: reconcile import{customers} --only {wanted}"]


def _row(kind: KindName, one: Explained) -> tuple[str, str, str, str, str]:
    return (
        field_words(kind, one.path),
        _words(kind, one, one.value),
        _layered(_place(one.where), one.layer),
        _in_traede(kind, one),
        _VERDICTS.get(one.verdict, ""),
    )


def _in_traede(kind: KindName, one: Explained) -> str:
    if one.now is None or one.verdict == "new":
        return ""
    if one.now is not UNKNOWN:
        before = ""
        if one.verdict == "conflict" and one.applied is not UNKNOWN:
            before = f", before {_words(kind, one, one.applied)}"
        return f"Traede {_as_written(kind, one, one.now)}{before}"
    if one.applied is UNKNOWN:
        return "not readable, not applied yet"
    return f"not readable; last applied {_as_written(kind, one, one.applied)}"


def _as_written(kind: KindName, one: Explained, value: Value) -> str:
    """The value, or that it is the same, where repeating it would make a long line."""
    words = _words(kind, one, value)
    same = len(words) > _LONG and words == _words(kind, one, one.value)
    return "the same" if same and not one.verdict else words


def _words(kind: KindName, one: Explained, value: Value) -> str:
    spec = KINDS[kind].fields[one.path[0]]
    if spec.personal:
        return HIDDEN
    if spec.event and isinstance(value, list):
        return str(len(value))
    return fit(value_words(kind, KINDS[kind].field_of(one.path), value), _LONGEST)


def _applied(story: Story) -> list[str]:
    run = story.run
    if story.deleted:
        return []
    if run is None:
        if story.managed:
            return ["last applied by a run that is not remembered"]
        in_catalog = story.defined is not None
        return ["not managed: no apply has seen it yet"] if in_catalog else []
    number, started, *commit = _run_words(run)
    return [f"last applied  {', '.join([started, number, *commit])}"]


def _run_words(run: LastRun) -> list[str]:
    started = f"{moment_words(run.started, run.zone)} {run.zone}"
    commit = [commit_words(run.commit, run.edited)] if run.commit else []
    return [f"run {run.id}", started, *commit]


def _style(style: Style) -> list[str]:
    counted = [
        f"{number} {words}"
        for verdict, words in _COUNTED.items()
        if (number := style.verdicts.get(verdict))
    ]
    of_them = f"  ({', '.join(counted)})" if counted else ""
    rows = [row for field in style.told for row in _field_rows(field)]
    notes = []
    if style.own:
        own = dict.fromkeys(field_words("variant", path) for path in style.own)
        notes.append(f"each its own: {', '.join(own)}")
    if style.going:
        notes.append(f"the next apply deletes {_keys(style.going)}")
    if style.unmanaged:
        notes.append(f"in Traede only, so left alone: {_keys(style.unmanaged)}")
    if style.variants:
        notes.append(f"one of them: reconcile explain {_typed(style.variants[0].key)}")
    return [
        f"{count(len(style.variants), 'variant')}{of_them}",
        *(f"  {line}" for line in (aligned(rows) if rows else [])),
        *(f"  {terminal(note)}" for note in notes),
    ]


def _field_rows(field: FieldOfStyle) -> list[tuple[str, ...]]:
    first = field.groups[0].one
    words = field_words("variant", first.path)
    if len(field.groups) > MOST:
        changing = [g for g in field.groups if g.one.verdict in DIFFERS]
        said = f"{len(field.groups)} values"
        refs = [ref for group in changing for ref in group.variants]
        verdict = f"{len(refs)} will change or are held" if refs else ""
        return [(words, said, "", "", verdict, _keys(refs) if refs else "")]
    return [
        (
            words if group is field.groups[0] else "",
            _words("variant", group.one, group.one.value),
            _layered(_places(group), group.one.layer),
            _in_traede("variant", group.one),
            _VERDICTS.get(group.one.verdict, ""),
            "all" if field.shared else _keys(group.variants),
        )
        for group in field.groups
    ]


def _keys(refs: Sequence[Ref]) -> str:
    shown = ", ".join(ref.key for ref in refs[:_FEW])
    more = len(refs) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown


def _typed(key: str) -> str:
    """As an argument in a shell."""
    return shlex.quote(key)


def _places(group: Group) -> str:
    first, *more = group.places
    return f"{_place(first)} and {len(more)} more" if more else _place(first)


def _layered(place: str, layer: str) -> str:
    return f"{place} ({layer})" if layer else place


def _place(where: Location | None) -> str:
    return f"{where.file}:{where.line}" if where else ""
