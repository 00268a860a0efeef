"""What a plan says, as plain values that the reports of every format lay out."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Ref
from reconcile.core.problems import Location
from reconcile.core.rules.wording import money, together
from reconcile.core.steps import Change, Plan, Refusal, Step, Warned, keys_of, unit
from reconcile.reports.plan_view import Group, WhenRefused
from reconcile.reports.prices import is_price
from reconcile.reports.words import TOLD, count, counts, label, place

ARCHIVED: Final = "taken off sale: Traede cannot delete it"
UPDATES: Final = ("update", "revive")
BOTH_CHANGED: Final = "changed in the catalog and in Traede"
FIRST_RUN: Final = (
    "First run: nothing was applied before, so nothing is deleted for being "
    "absent from the catalog."
)
OFFLINE: Final = (
    "Traede was not read. This compares two catalogs; what somebody changed in Traede "
    "is not in it, and neither is what Traede would refuse."
)
PUT_BACK: Final = "reconcile apply --write-drift"
WAITING: Final = "waiting already"
STOPPED: Final = "Merging changes nothing in Traede until what blocks this is settled."


def remarks(plan: Plan) -> Iterator[str]:
    """What is to be known before all else."""
    if plan.blocked:
        yield STOPPED
    if plan.first_run:
        yield FIRST_RUN
    if not plan.complete:
        yield OFFLINE
    if plan.base is not None and (number := len(plan.waiting)):
        yield (
            f"{count(number, 'step')} of {len(plan.to_do)} stood in the catalog at "
            f"{plan.base.ref} ({plan.base.commit[:7]}) already and did not come with "
            f"this branch: marked as {WAITING}."
        )


def keep_command(group: Group) -> str:
    """What takes it into the catalog as Traede has it."""
    return f"reconcile pull --only {shlex.quote(str(group.ref))}"


def waits(steps: Iterable[Step]) -> bool:
    """Whether none of them came with this branch."""
    return all(step.added is False for step in steps)


# --- what goes ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaving:
    """One object, or some variants of a product, that leave the shop."""

    group: Group
    whole: bool
    """Whether the object itself goes, not only some of its variants."""
    keys: tuple[Ref, ...]
    """The variants that go."""
    said: str
    """How many they are."""
    cause: str
    notes: tuple[str, ...]
    archived: bool


def leaving(group: Group) -> Leaving:
    own, variants = group.own, group.variants
    first = own or variants[0]
    keys = own.cascade if own else tuple(step.ref for step in variants)
    only = "this variant" if len(keys) == 1 else f"these {len(keys)} variants"
    said = f"only {only}" if not own else count(len(keys), "variant") if keys else ""
    notes = list(first.notes)
    cause = notes.pop(0) if notes else place(first.source)
    archived = first.action == "archive"
    return Leaving(group, own is not None, keys, said, cause, tuple(notes), archived)


def what_happens(steps: Iterable[Step], when_refused: WhenRefused) -> str:
    """What becomes of what is deleted; empty where nothing can be."""
    kinds = {step.ref.kind for step in steps if KINDS[step.ref.kind].delete}
    if not kinds:
        return ""
    if when_refused == "fail":
        return "deleted, or left as it is if Traede refuses (orders)"
    kept = [KINDS[kind].plural for kind in TOLD if kind in kinds and _retires(kind)]
    fate = "deleted, or archived if Traede refuses (orders)"
    if not kept:
        return "deleted"
    return fate if len(kept) == len(kinds) else f"{', '.join(kept)}: {fate}"


def _retires(kind: KindName) -> bool:
    return bool(KINDS[kind].retire())


# --- what comes, and what changes --------------------------------------------------


def new_variants(number: int) -> str:
    return f"{number} new variant" + ("s" if number != 1 else "")


def price_spans(variants: Iterable[Step]) -> dict[str, dict[str, str]]:
    """Currency → member → `90–95`, of new variants; the span where they differ."""
    prices: dict[str, dict[str, set[Decimal]]] = {}
    for step in variants:
        for change in step.written:
            if is_price(change) and isinstance(change.after, str):
                members = prices.setdefault(change.path[1], {})
                members.setdefault(change.path[2], set()).add(Decimal(change.after))
    return {
        currency: {member: _span(found) for member, found in members.items()}
        for currency, members in sorted(prices.items())
    }


def base_price(variants: Sequence[Step], base: str | None) -> str:
    """`EUR 81.15 / 123.75`, wholesale and retail; a span where variants differ."""
    prices = price_spans(variants)
    if not prices:
        return ""
    currency = base if base in prices else min(prices)
    found = (
        prices[currency].get(member) for member in ("sales_price", "rec_sales_price")
    )
    text = " / ".join(span for span in found if span)
    more = len(prices) - 1
    others = f" +{count(more, 'currency').replace('currencys', 'currencies')}"
    return f"{currency} {text}" + (others if more else "")


def _span(values: set[Decimal]) -> str:
    low, high = min(values), max(values)
    return money(low) if low == high else f"{money(low)}–{money(high)}"


def not_price(change: Change) -> bool:
    return not change.held and not is_price(change)


def is_other(step: Step) -> bool:
    """Whether an update does more than move prices."""
    return step.action == "revive" or any(map(not_price, step.written))


def goes_off_sale(group: Group) -> bool:
    return any(
        change.after == off.get(change.path)
        for step in group.steps
        for off in (KINDS[step.ref.kind].retire(),)
        for change in step.written
        if change.path in off
    )


# --- what stands against it --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotPossible:
    """Refused steps that are alike: the same action, reason and hint."""

    action: str
    refs: tuple[Ref, ...]
    reason: str
    hint: str
    source: Location | None


def not_possible(refused: Iterable[Refusal]) -> list[NotPossible]:
    alike: dict[tuple[str, str, str], list[Refusal]] = defaultdict(list)
    for refusal in refused:
        what = refusal.id.split(":")[0:2]
        alike[":".join(what), refusal.reason, refusal.hint].append(refusal)
    return [
        NotPossible(
            same[0].id.partition(":")[0],
            tuple(to_ref(one.id.partition(":")[2]) for one in same),
            same[0].reason,
            same[0].hint,
            same[0].source,
        )
        for same in alike.values()
    ]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule or the plan warns of, and all that it is about."""

    rule: str
    said: str
    refs: tuple[Ref, ...]
    who: str
    """The first of them by name, and how many more; empty where it is about none."""


def findings(plan: Plan, names: Mapping[Ref, str]) -> list[Finding]:
    """The warnings, what is said of several objects in one."""
    styles = {step.ref: unit(step) for step in plan.steps}
    said = together(
        (
            # What is about no object stands alone.
            (warned.rule, _style(warned, styles) if warned.id else warned.message),
            warned.id,
            warned.message,
        )
        for warned in plan.warnings
    )
    alike: dict[tuple[str, tuple[str, ...]], list[Sequence[str]]] = defaultdict(list)
    for (rule, _), ids, messages in said:
        alike[rule, messages].append(ids)
    found = []
    for (rule, messages), groups in alike.items():
        refs = tuple(to_ref(key) for ids in groups for key in keys_of(ids) if key)
        who = _whose(refs, styles, names)
        found.append(Finding(rule, "; ".join(messages), refs, who))
    return found


def _style(warned: Warned, styles: Mapping[Ref, Ref]) -> Ref:
    (key,) = keys_of((warned.id,))
    ref = to_ref(key)
    return styles.get(ref, ref)


def _whose(
    refs: Sequence[Ref], styles: Mapping[Ref, Ref], names: Mapping[Ref, str]
) -> str:
    """`variant tee-s Tee`, `tee Tee, 4 variants`, `tee Tee and 2 more, 12 variants`."""
    of = list(dict.fromkeys(styles.get(ref, ref) for ref in refs))
    if not refs:
        return ""
    whom = refs[0] if len(refs) == 1 else of[0]
    name = names.get(whom)
    who = f"{label(whom)} {name}" if name else label(whom)
    if len(of) > 1:
        who = f"{who} and {len(of) - 1} more"
    return who if refs[0] == whom and len(refs) == len(of) else f"{who}, {counts(refs)}"


def to_ref(text: str) -> Ref:
    """Of `kind:key`."""
    kind, _, key = text.partition(":")
    return Ref(kind, key)  # type: ignore[arg-type]


# --- all of it, in numbers ---------------------------------------------------------


def tally(plan: Plan) -> list[tuple[str, int]]:
    """How many objects of each fate; variants that go with a product are counted."""
    fates: dict[str, set[Ref]] = defaultdict(set)
    for step in plan.to_do:
        fates[step.action] |= {step.ref}
        fates["delete"] |= set(step.cascade)
    verbs = (
        ("create", "created"),
        ("rename", "renamed"),
        ("update", "updated"),
        ("revive", "revived"),
        ("archive", "archived"),
        ("delete", "deleted"),
    )
    return [(verb, len(fates[action])) for action, verb in verbs]


def unmanaged(plan: Plan) -> str:
    """What Traede has and the catalog does not, which is left alone."""
    found = (
        count(number, kind)
        for kind in TOLD
        if (number := plan.summary.get(kind, {}).get("unmanaged", 0))
    )
    return ", ".join(found)


def unchanged(plan: Plan) -> dict[KindName, int]:
    """How many objects of each kind are as the catalog says."""
    # A held update is counted as unchanged too: nothing of it would be written.
    apart = [s.ref.kind for s in plan.steps if s.held and s.action == "update"]
    return {
        kind: plan.summary.get(kind, {}).get("unchanged", 0) - apart.count(kind)
        for kind in TOLD
    }


def nothing_to_do(plan: Plan) -> str:
    """What Traede has as the catalog says, where a plan is empty."""
    if not plan.complete and plan.base:
        return f"nothing differs from the catalog at {plan.base.ref}"
    every = "" if plan.held or plan.refused else "all "
    said = ", ".join(count(n, kind) for kind, n in unchanged(plan).items() if n > 0)
    if said:
        has = f": Traede has {every}{said} as written"
    else:
        has = "" if plan.held else ": the catalog asks for nothing"
    held = f"; {len(plan.held)} held (Traede)" if plan.held else ""
    return f"nothing to do{has}{held}"
