"""What somebody renamed in Traede gets its new key in the files, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape

from reconcile.core.canonical import SEPARATOR
from reconcile.core.catalog import Catalog
from reconcile.core.editing import CannotEdit
from reconcile.core.kinds import RANK
from reconcile.core.model import Desired, Live, Ref
from reconcile.core.pulling import Left, Reread
from reconcile.core.rekeying import Written, rekey
from reconcile.core.scope import Only
from reconcile.errors import CatalogInvalid, UsageError


@dataclass(slots=True)
class Names:
    """All texts, with the new keys; the catalog that they say; what became of it."""

    texts: dict[str, str]
    catalog: Catalog
    renamed: list[tuple[Ref, Ref, tuple[Written, ...]]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def take_names(
    texts: Mapping[str, str],
    catalog: Catalog,
    renamed: Iterable[tuple[Desired, Live]],
    reread: Reread,
) -> Names:
    """The files with Traede's keys, one after the other, parents first."""
    names = Names(dict(texts), catalog)
    parents: dict[str, str] = {}
    for desired, live in sorted(renamed, key=lambda pair: _first(pair[0].ref)):
        old, new = _below(desired.ref, parents), live.ref
        if new != old and _take(names, desired, old, new, reread):
            parents[desired.ref.key] = new.key
    return names


def covering(only: Sequence[Only], names: Names) -> tuple[Only, ...]:
    """Patterns that cover what they did, by its new names."""
    new = [Only(ref.kind, escape(ref.key)) for _, ref, _ in names.renamed]
    return (*only, *new) if only else ()


def _take(names: Names, desired: Desired, old: Ref, new: Ref, reread: Reread) -> bool:
    if _above(old) != _above(new):
        _leave(names, desired, new, "below another category")
        return False
    try:
        done = rekey(names.texts, names.catalog, old, new, again=True)
        texts = names.texts | dict(done.texts)
        names.catalog = reread(texts)
    except CatalogInvalid as invalid:
        _leave(names, desired, new, invalid.problems[0].message)
    except CannotEdit as refusal:
        _leave(names, desired, new, refusal.why)
    except UsageError as refusal:
        _leave(names, desired, new, refusal.message)
    else:
        names.texts = texts
        names.renamed.append((old, new, done.written))
        return True
    return False


def _leave(names: Names, desired: Desired, new: Ref, why: str) -> None:
    names.left.append(
        Left(
            desired.ref,
            desired.source.location,
            f'renamed in Traede: it is "{new.key}" there now, and {why}',
            "Write the new name by hand, or rename it in Traede.",
        )
    )


def _first(ref: Ref) -> tuple[int, int, Ref]:
    return RANK[ref.kind], ref.key.count(SEPARATOR), ref


def _below(ref: Ref, parents: Mapping[str, str]) -> Ref:
    """What a sub category is called once its parent has the new name."""
    top, separator, name = ref.key.rpartition(SEPARATOR)
    if ref.kind != "category" or top not in parents:
        return ref
    return Ref(ref.kind, parents[top] + separator + name)


def _above(ref: Ref) -> str:
    return ref.key.rpartition(SEPARATOR)[0] if ref.kind == "category" else ""
