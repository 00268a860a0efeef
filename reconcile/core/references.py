"""References between objects, and where in the files a value is written."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconcile.core.canonical import SEPARATOR, fold
from reconcile.core.config import Config
from reconcile.core.hints import listed
from reconcile.core.kinds import KINDS, Field, Form, Shape
from reconcile.core.model import Desired, KindName, Path, Ref, Value
from reconcile.core.problems import Fix, Location, Placed, Problem
from reconcile.core.slips import (
    ends_with_lone_quote,
    has_odd_space,
    odd_space,
    with_plain_spaces,
)
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, Scalar
from reconcile.core.yaml.traps import in_quotes, quoted

_MOST_SHOWN: Final = 3
"""Of the sub categories that may be meant."""


def place(desired: Desired, *path: str, text: Value = None) -> Location:
    """Where a value is written: the part of it that says `text`, if one does.

    What is not written itself is at what it belongs to, at last at the object.
    """
    return _written(desired, path, text).location


def _written(desired: Desired, path: Path, text: Value) -> Placed:
    for end in range(len(path), 0, -1):
        node = desired.sources.get(path[:end])
        if node is not None:
            part = _saying(node, text) if isinstance(node, Node) else None
            return part or node
    return desired.source


def _saying(node: Node, text: Value) -> Scalar | None:
    if isinstance(node, Scalar):
        return node if node.text.strip() == text else None
    below = [v for _, v in node.items] if isinstance(node, MapNode) else node.items
    return next((found for item in below if (found := _saying(item, text))), None)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The closest of some words, as the end of a sentence; "" where none is."""
    close = _closest(word, words)
    return f' Did you mean "{close}"?' if close else ""


def _closest(word: str, words: Iterable[str]) -> str | None:
    folded = {fold(known): known for known in sorted(words)}
    close = difflib.get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def references(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    known: dict[KindName, dict[str, Desired]] = defaultdict(dict)
    renamed: dict[Ref, str] = {}
    deleted = {desired.ref for desired in objects if desired.delete}
    for desired in objects:
        known[desired.ref.kind].setdefault(desired.ref.key, desired)
        if desired.renamed_from is not None:
            renamed[Ref(desired.ref.kind, desired.renamed_from)] = desired.ref.key
    for desired in objects:
        # Of what is deleted, nothing is sent.
        for path, spec, key in () if desired.delete else _reference_values(desired):
            kind: KindName = spec.form.value  # type: ignore[assignment]
            # Where the catalog declares nothing of a kind, live decides (plan).
            if not known[kind]:
                continue
            meant = None
            if Ref(kind, key) in deleted:
                message = (
                    f'"{key}" is deleted by this catalog (`delete: true`). Take this '
                    "reference out, or the delete"
                )
            elif key in known[kind] or _said_of_quotes(desired, path, key, known[kind]):
                continue
            elif new := renamed.get(Ref(kind, key)):
                message = f'"{key}" is renamed by this catalog. Write "{new}"'
            else:
                message, meant = _unknown(kind, key, known[kind])
            written = _written(desired, path, key)
            rule, fix = f"unknown-{kind}", _instead(written, meant)
            yield Problem(written.location, rule, message, fix=fix)


def _instead(written: Placed, meant: str | None) -> Fix | None:
    if meant is None or not isinstance(written, Scalar) or "\n" in written.raw:
        return None
    return Fix(written.location, in_quotes(meant))


def _said_of_quotes(
    desired: Desired, path: Path, key: str, known: Mapping[str, Desired]
) -> bool:
    """Whether a quote is too many here or where it leads, which is told there."""
    declared = known.get(f'{key}"')
    return ends_with_lone_quote(_written(desired, path, key)) or (
        declared is not None and ends_with_lone_quote(declared.source)
    )


def _unknown(
    kind: KindName, key: str, known: Mapping[str, Desired]
) -> tuple[str, str | None]:
    """What to say, and the key where only one can be meant."""
    spaced = with_plain_spaces(key)
    alike = [one for one in known if with_plain_spaces(one) == spaced]
    if alike and has_odd_space(key):
        meant = alike[0]
        sure = len(alike) == 1 and not has_odd_space(meant)
        return f"{odd_space(key)}. Write {quoted(meant)}", meant if sure else None
    if alike:
        where = known[alike[0]].source.location
        message = (
            f"this is {quoted(alike[0])} in {where.file}:{where.line} but for one "
            f"character: there {odd_space(alike[0])}. Write ordinary spaces there"
        )
        return message, None
    return _new_or_mistyped(kind, key, known), None


def _new_or_mistyped(kind: KindName, key: str, known: Mapping[str, Desired]) -> str:
    top, _, sub = key.rpartition(SEPARATOR)
    start = f'there is no {kind} "{key}" in the catalog.'
    if (
        kind == "category"
        and top not in known
        and (subs := _sub_categories(sub, known))
    ):
        hint = f" Did you mean {listed(map(quoted, subs))}?"
        if not top:
            return start + hint
    else:
        hint = did_you_mean(key, known)
    if kind == "category" and top in known:
        where = known[top].source.location
        return (
            f'there is no "{sub}" under {top}.{hint} A new one: add it under '
            f"`children` in {where.file}:{where.line}"
        )
    return f"{start}{hint} A new one: add it under `{KINDS[kind].plural}:`"


def _sub_categories(name: str, known: Mapping[str, Desired]) -> list[str]:
    """The sub categories of this name, or else of the closest one; [] for many."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in sorted(known):
        if SEPARATOR in key:
            by_name[fold(key.rpartition(SEPARATOR)[2])].append(key)
    tops = [key for key in known if SEPARATOR not in key]
    close = None if _closest(name, tops) else _closest(name, by_name)
    found = by_name.get(fold(name)) or by_name.get(close or "") or []
    return found if len(found) <= _MOST_SHOWN else []


def _reference_values(desired: Desired) -> Iterator[tuple[Path, Field, str]]:
    fields = KINDS[desired.ref.kind].fields
    for path, value in desired.values.items():
        spec = fields[path[0]]
        if spec.form in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER):
            for key in value if isinstance(value, list) else [value]:
                if key is not None:
                    yield path, spec, key


assert all(  # noqa: S101 (a slip in the table is a slip in this program)
    field.shape in (Shape.ONE, Shape.SET)
    for kind in KINDS.values()
    for field in kind.fields.values()
    if field.form in (Form.CATEGORY, Form.COLLECTION, Form.CUSTOMER)
)
