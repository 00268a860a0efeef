"""Where each value of one object comes from, and what Traede has in its place.

The layer is told from where the value stands in its file, so that it need not be known
here which layers there are:

    products / 3 / variants / 0 / prices …           its own entry
    products / 3 / variant_defaults / prices …       variant_defaults
    templates / tee / …                              template tee
    price_lists / 0 / variants / …                   price_lists
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from reconcile.core.diff import compare
from reconcile.core.editing import CannotEdit, Document
from reconcile.core.kinds import KINDS, Kind
from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Missing,
    Path,
    Unknown,
    Value,
)
from reconcile.core.personal import Seal
from reconcile.core.problems import Location, Placed
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Scalar, Sequence

Verdict = Literal["", "will change", "held", "conflict", "once", "new"]
"""What a plan does about one value; "" where nothing is to do, or nobody looked."""

DIFFERS: Final[frozenset[Verdict]] = frozenset(("will change", "held", "conflict"))

_WORDS: Final = ("renamed_from", "delete", "protect")


@dataclass(frozen=True, slots=True)
class Explained:
    """One value of the catalog."""

    path: Path
    value: Value
    where: Location
    layer: str
    """Empty where it stands in the object's own entry."""
    now: Value | Missing | Unknown | None = None
    """What Traede has; None where nobody looked, or the object is not there."""
    applied: Value | Unknown = UNKNOWN
    verdict: Verdict = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What Traede showed; `live` is None where the object is proven absent."""

    live: Live | None


def explain(
    desired: Desired,
    layer_of: Callable[[Placed], str],
    looked: Looked | None,
    applied: Applied | None,
    seal: Seal,
    *,
    write_drift: bool = False,
) -> list[Explained]:
    """Every written value, in the order in which the fields are known.

    `looked` is None where Traede was not asked.
    """
    kind = KINDS[desired.ref.kind]
    live = looked.live if looked else None
    known = (
        applied if applied and live and applied.remote_id == live.remote_id else None
    )
    changes = (
        {change.path: change for change in compare(desired, live, known, seal)}
        if live is not None
        else {}
    )

    def verdict(path: Path) -> Verdict:
        if path[0] in desired.only_on_create:
            return "once" if live is not None else "new" if looked else ""
        if looked is not None and live is None:
            return "new"
        change = changes.get(path)
        if change is None:
            return ""
        if change.cause == "catalog" or write_drift:
            return "will change"
        return "conflict" if change.cause == "both" else "held"

    paths = sorted(desired.values, key=lambda path: _order(kind, path))
    found: list[Explained] = []
    for path in paths:
        placed = desired.sources.get(path, desired.source)
        found.append(
            Explained(
                path,
                desired.values[path],
                placed.location,
                layer_of(placed),
                _shown(live, path) if live is not None else None,
                applied.sent.get(path, UNKNOWN) if applied else UNKNOWN,
                verdict(path),
            )
        )
    return found


def _shown(live: Live, path: Path) -> Value | Missing | Unknown:
    """What Traede has; its null is told as nothing."""
    now = live.at(path)
    return MISSING if now is None else now


def _order(kind: Kind, path: Path) -> tuple[bool, int, Path, int]:
    """As the field table; prices first, which are what people ask about."""
    field = kind.fields[path[0]]
    members = [member.name for member in field.members]
    last = members.index(path[-1]) if path[-1] in members else len(members)
    place = [*kind.fields].index(field.name)
    return (
        field.name != "prices",
        place,
        path[: len(path) - (last < len(members))],
        last,
    )


def directives(desired: Desired) -> list[tuple[str, str, Location]]:
    """`renamed_from`, `delete` and `protect`, where they are written."""
    said: Mapping[str, str | None] = {
        "renamed_from": desired.renamed_from,
        "delete": "true" if desired.delete else None,
        "protect": None if desired.protect is None else str(desired.protect).lower(),
    }
    return [
        (name, text, desired.sources.get((name,), desired.source).location)
        for name in _WORDS
        if (text := said[name]) is not None
    ]


def layers_of(texts: Mapping[str, str], desired: Desired) -> Callable[[Placed], str]:
    """Names the layer of a place in these files, for one object."""
    documents: dict[str, Document] = {}
    kind = KINDS[desired.ref.kind]
    own = [kind.plural, *([KINDS["product"].plural] if desired.parent else [])]

    def layer(placed: Placed) -> str:
        if not isinstance(placed, Scalar | MapNode | Sequence):
            return ""
        file = placed.source.file
        try:
            if file not in documents:
                documents[file] = Document(texts[file], file)
            path = documents[file].path_of(placed)
        except (CannotEdit, KeyError):
            return ""
        return _layer(path, own, kind.plural)

    return layer


def _layer(path: tuple[str | int, ...], own: list[str], plural: str) -> str:
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return ""
    if names[0] not in own:
        named = len(path) > 1 and isinstance(path[1], str)
        return f"{names[0].removesuffix('s')} {path[1]}" if named else names[0]
    if names[0] != plural and len(names) > 1 and names[1] != plural:
        return names[1]
    return ""
