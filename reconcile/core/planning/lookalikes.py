"""A delete and a create that look like one rename, with the line to add.

A rename keeps orders, stock and the numeric id; a delete and a create lose them. Only
a person knows which is meant, so this is a warning, one for each pair, the likeliest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.core.canonical import SEPARATOR
from reconcile.core.model import Desired, Live, Ref
from reconcile.core.planning.draft import Draft
from reconcile.core.planning.likeness import ORDER, Side, Sign
from reconcile.core.steps import Warned

RULE: Final = "looks-like-rename"


def point_out_renames(draft: Draft) -> None:
    """Warn of each pair, unless its refusal names the line already."""
    gone, come = _gone(draft), _come(draft)
    if not gone or not come:
        return
    before, after = Side(draft.renamed.objects), Side(draft.catalog.objects)
    became: dict[Ref, Ref] = {}
    for kind in ORDER:
        old = {
            ref: [*before.signs(live, _under(live, became))]
            for ref, live in gone.items()
            if ref.kind == kind
        }
        new = {
            ref: [*after.signs(desired, desired.parent)]
            for ref, desired in come.items()
            if ref.kind == kind
        }
        for was, now, words in _likeliest(old, new):
            became[was] = now
            if not _told(draft, was, now):
                warning = _warning(gone[was], come[now], words, became)
                draft.warnings.append(warning)


def _gone(draft: Draft) -> dict[Ref, Live]:
    """What is deleted by absence, or would be, and what goes with it."""
    found: set[Ref] = set()
    for step in draft.steps.values():
        if step.action in ("delete", "archive") and step.ref not in draft.tombstones:
            found |= {step.ref, *step.cascade}
    found |= {r for r, x in draft.refused.items() if x.id.startswith("delete:")}
    return {
        ref: live
        for ref, live in draft.renamed.objects.items()
        if ref in found and ref not in draft.catalog.objects
    }


def _come(draft: Draft) -> dict[Ref, Desired]:
    """What is created for the first time, or would be."""
    found = {s.ref for s in draft.steps.values() if s.action == "create"}
    found |= {r for r, x in draft.refused.items() if x.id.startswith("create:")}
    return {
        ref: desired
        for ref, desired in draft.catalog.objects.items()
        if ref in found and ref not in draft.renamed.ledger
    }


def _likeliest(
    old: Mapping[Ref, Iterable[Sign]], new: Mapping[Ref, Iterable[Sign]]
) -> list[tuple[Ref, Ref, str]]:
    """Old, new and the words of what they have in common; each at most once."""
    holders: dict[Sign, list[Ref]] = defaultdict(list)
    for ref, signs in old.items():
        for sign in set(signs):
            holders[sign].append(ref)
    common: dict[tuple[Ref, Ref], list[Sign]] = defaultdict(list)
    for ref, signs in new.items():
        for sign in set(signs):
            for holder in holders.get(sign, ()):
                common[holder, ref].append(sign)
    found: list[tuple[Ref, Ref, str]] = []
    taken: set[Ref] = set()
    for (was, now), signs in sorted(common.items(), key=_unlikely):
        if was not in taken and now not in taken:
            taken |= {was, now}
            found.append((was, now, max(signs, key=lambda sign: sign.weight).words))
    return found


def _unlikely(pair: tuple[tuple[Ref, Ref], list[Sign]]) -> tuple[int, int, Ref, Ref]:
    """To sort by; what is as likely goes by how alike the keys begin."""
    (was, now), signs = pair
    alike = 0
    for one, other in zip(was.key, now.key, strict=False):
        if one != other:
            break
        alike += 1
    return -sum(sign.weight for sign in signs), -alike, was, now


def _under(live: Live, became: Mapping[Ref, Ref]) -> Ref | None:
    """Its parent, by the name that the catalog may have for it."""
    return became.get(live.parent, live.parent) if live.parent else None


def _told(draft: Draft, was: Ref, now: Ref) -> bool:
    refusals = (draft.refused.get(was), draft.refused.get(now))
    return any(x is not None and "renamed_from" in x.hint for x in refusals)


def _warning(old: Live, new: Desired, words: str, became: Mapping[Ref, Ref]) -> Warned:
    was, now = old.ref, new.ref
    start = f'it looks like "{was.key}" under another key: {words}. '
    if old.parent and _under(old, became) != new.parent:
        return Warned(
            RULE,
            str(now),
            f"{start}Traede cannot move a variant from {old.parent.key}: orders and "
            "stock stay with the old one",
        )
    where = new.source.location
    name = json.dumps(was.key.rpartition(SEPARATOR)[2], ensure_ascii=False)
    return Warned(
        RULE,
        str(now),
        f"{start}If it is, write `renamed_from: {name}` at {where.file}:{where.line}: "
        "then it stays what it is in Traede, and nothing is deleted",
    )
