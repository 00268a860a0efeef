"""What a plan says, as plain values that the reports of every format lay out."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName, Path, Ref
from reconcile.core.problems import Location
from reconcile.core.rules.wording import money, together
from reconcile.core.steps import (
    Block,
    Change,
    Plan,
    Refusal,
    Step,
    Warned,
    keys_of,
    unit,
)
from reconcile.reports.plan_view import Group, WhenRefused
from reconcile.reports.prices import is_price
from reconcile.reports.variants import Variants
from reconcile.reports.words import TOLD, count, counts, label, order, place

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
KEEP: Final = "reconcile pull"
PUT_BACK: Final = "reconcile apply --write-drift"
FEW: Final = 3
"""Up to so many objects each have their own commands."""
_PIECES: Final = 8
CAUTIONS: Final = frozenset({"not-protected"})
"""Rules whose findings are true of every plan of an account, and so no warnings: who
reads them each time reads none."""
_NAMED: Final = 5
UNDONE: Final = "what is deleted comes back only as new, without its order history"
WAITING: Final = "waiting already"
STOPPED: Final = (
    "Merging writes nothing to Traede until each thing to check is corrected, or "
    "approved."
)


def remarks(plan: Plan) -> Iterator[str]:
    """What is to be known before all else."""
    if plan.blocked:
        yield STOPPED
    if plan.first_run:
        yield FIRST_RUN
    if not plan.complete:
        yield OFFLINE
    if said := waiting_words(plan):
        yield said


def waiting_words(plan: Plan) -> str:
    """What was to do without the edits since the base too; empty where all is new."""
    if plan.base is None or not plan.waiting:
        return ""
    return (
        f"Waiting in {plan.base.ref} ({plan.base.commit[:7]}) before this branch, and "
        f"written along, marked as {WAITING}: {_named(plan)}."
    )


def _named(plan: Plan) -> str:
    """`86425, 90010 and 3 more`: whose changes these are."""
    units = sorted({unit(step) for step in plan.waiting}, key=order)
    more = f" and {len(units) - _NAMED} more" if len(units) > _NAMED else ""
    return ", ".join(map(label, units[:_NAMED])) + more


def keep_command(group: Group) -> str:
    """What takes it into the catalog as Traede has it."""
    return f"{KEEP} {_only(group.ref)}"


def put_back_command(group: Group) -> str:
    """What writes the catalog's values over it, and over nothing else."""
    return f"{PUT_BACK} {_only(group.ref)}"


def _only(ref: Ref) -> str:
    # In a pattern these stand for other characters.
    key = re.sub(r"[*?[]", r"[\g<0>]", ref.key)
    return f"--only {shlex.quote(f'{ref.kind}:{key}')}"


@dataclass(frozen=True, slots=True)
class Way:
    """What somebody may do about what is held, and the command for it, if there is."""

    words: str
    command: str = ""

    def __str__(self) -> str:
        return f"{self.words}:  {self.command}" if self.command else self.words


def ways(group: Group) -> tuple[Way, Way]:
    """Traede's side taken, and the catalog's."""
    back = put_back_command(group)
    if all(step.action == "create" for step in group.steps):
        where = f", {place(group.source)}" if group.source else ""
        out = Way(f"let it be gone: take its entry out{where}")
        return out, Way("make it again", back)
    keep = keep_command(group)
    if any(change.cause == "both" for step in group.steps for change in step.changes):
        return Way("Traede's holds", keep), Way("the catalog's holds", back)
    return Way("keep it", keep), Way("put ours back", back)


WAYS: Final = (
    Way("keep it", KEEP),
    Way("put ours back", PUT_BACK),
    Way("one object alone", "--only KIND:KEY"),
)
"""The same for many objects at once."""


def conflicts_and_held(plan: Plan) -> tuple[list[Step], list[Step]]:
    """The steps with something that is left alone: where both sides moved, and where
    Traede alone did. Together they are `held` of the summary, in every report."""
    both = {step.id for step in plan.conflicts}
    held = [step for step in plan.held if step.id not in both]
    return list(plan.conflicts), held


def apart(plan: Plan, *, held: bool = True) -> Iterator[str]:
    """What a plan leaves out, in numbers of objects."""
    conflicts, drift = conflicts_and_held(plan)
    if plan.refused:
        yield f"{len(plan.refused)} not possible"
    if conflicts:
        yield f"{len(conflicts)} in conflict"
    if drift and held:
        yield f"{len(drift)} held (Traede)"


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


def comes_back(steps: Iterable[Step]) -> str:
    """What it means to have one of these back; empty where nothing is lost."""
    kinds = {step.ref.kind for step in steps if step.action == "delete"}
    return UNDONE if any(map(_retires, kinds)) else ""


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


def base_prices(variants: Sequence[Step], base: str | None, most: int) -> list[str]:
    """`EUR 81.15 / 123.75`, wholesale and retail, `base` first; a span where variants
    differ. Of more than `most` currencies the number."""
    prices = price_spans(variants)
    said = []
    for currency in sorted(prices, key=lambda one: (one != base, one))[:most]:
        spans = prices[currency]
        found = map(spans.get, ("sales_price", "rec_sales_price"))
        said.append(f"{currency} {' / '.join(span for span in found if span)}")
    if more := len(prices) - len(said):
        said.append(f"+{count(more, 'currency').replace('currencys', 'currencies')}")
    return said


def _span(values: set[Decimal]) -> str:
    low, high = min(values), max(values)
    return money(low) if low == high else f"{money(low)}–{money(high)}"


def not_price(change: Change) -> bool:
    return not change.held and not is_price(change)


def is_other(step: Step) -> bool:
    """Whether an update does more than move prices."""
    return step.action == "revive" or any(map(not_price, step.written))


_OFF: Final[Mapping[Path, str]] = {
    ("archived",): "archived",
    ("b2c_available",): "not in the B2C shop",
    ("active",): "not active",
}
"""How people say what takes an object off sale."""


_AWAY: Final = {
    path: off for kind in KINDS.values() for path, off in kind.retire().items()
}


def is_off_sale(change: Change) -> bool:
    return change.path in _AWAY and change.after == _AWAY[change.path]


def off_sale(group: Group) -> list[tuple[tuple[Ref, ...], str]]:
    """What of a style goes off sale, the style itself or some of its variants, and
    by what: `archived, not in the B2C shop`."""
    found: dict[str, list[Ref]] = defaultdict(list)
    for step in group.steps:
        off = [c.path for c in step.written if is_off_sale(c)]
        if off:
            found[", ".join(_OFF[path] for path in sorted(off))].append(step.ref)
    return [(tuple(refs), how) for how, refs in found.items()]


def goes_off_sale(group: Group) -> bool:
    return bool(off_sale(group))


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
    """Where a product and its variants are refused for one reason, it is said of the
    product alone."""
    alike: dict[tuple[str, str], dict[str, list[Refusal]]] = {}
    for refusal in refused:
        what = ":".join(refusal.id.split(":")[0:2])
        of = alike.setdefault((refusal.reason, refusal.hint), {})
        of.setdefault(what, []).append(refusal)
    found = []
    for of in alike.values():
        product = next((what for what in of if what.endswith(":product")), None)
        if product is not None and any(what.endswith(":variant") for what in of):
            of = {product: of[product]}
        found += [_not_possible(same) for same in of.values()]
    return found


def _not_possible(same: Sequence[Refusal]) -> NotPossible:
    first = same[0]
    return NotPossible(
        first.id.partition(":")[0],
        tuple(to_ref(one.id.partition(":")[2]) for one in same),
        first.reason,
        first.hint,
        first.source,
    )


def of_style(refs: Sequence[Ref], names: Mapping[Ref, str], variants: Variants) -> str:
    """Whose variants these are: `of 81340 Jeans Cycle white`."""
    style = variants.product(refs)
    return "" if style is None else f"of {style.key} {names.get(style, '')}".rstrip()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule or the plan warns of, and all that it is about."""

    rule: str
    said: str
    refs: tuple[Ref, ...]
    who: str
    """The first of them by name, and how many more; empty where it is about none."""


def cautions(plan: Plan) -> list[str]:
    """What is good to know, said last and once."""
    found = (w.message for w in plan.warnings if w.rule in CAUTIONS)
    return list(dict.fromkeys(found))


def findings(plan: Plan, names: Mapping[Ref, str]) -> list[Finding]:
    """The warnings, what is said of several objects in one."""
    styles = {
        one: ref for ref, product in plan.products.items() for one in product.variants
    }
    styles |= {step.ref: unit(step) for step in plan.steps}
    variants = Variants.of(plan.products)
    said = together(
        (
            # What is about no object stands alone.
            (warned.rule, _style(warned, styles) if warned.id else warned.message),
            warned.id,
            warned.message,
        )
        for warned in plan.warnings
        if warned.rule not in CAUTIONS
    )
    alike: dict[tuple[str, tuple[str, ...]], list[Sequence[str]]] = defaultdict(list)
    for (rule, _), ids, messages in said:
        alike[rule, messages].append(ids)
    found = []
    for (rule, messages), groups in alike.items():
        refs = tuple(to_ref(key) for ids in groups for key in keys_of(ids) if key)
        who = _whose(refs, styles, names, variants)
        found.append(Finding(rule, "; ".join(messages), refs, who))
    return found


def _style(warned: Warned, styles: Mapping[Ref, Ref]) -> Ref:
    (key,) = keys_of((warned.id,))
    ref = to_ref(key)
    return styles.get(ref, ref)


def said_of(variants: Variants, block: Block) -> str:
    """Which variants of one style a guard speaks of: `S–XL`; empty where that is no
    news, or where there is one, which its message names."""
    refs = [ref for ref in map(to_ref, keys_of(block.ids)) if ref.kind == "variant"]
    pieces = variants.pieces(dict.fromkeys(refs))
    short = len(pieces) <= _PIECES and not any(piece.is_key for piece in pieces)
    if len(refs) == 1 or variants.are_all(refs) or not variants.of_one(refs):
        return ""
    if not short:
        return ""
    said = ", ".join(piece.text for piece in pieces)
    return f"{variants.attribute(refs)} {said}".lstrip()


def _whose(
    refs: Sequence[Ref],
    styles: Mapping[Ref, Ref],
    names: Mapping[Ref, str],
    variants: Variants,
) -> str:
    """`variant tee-s Tee, S`, `tee Tee, S–XL`, `tee Tee and 2 more, 12 variants`."""
    of = list(dict.fromkeys(styles.get(ref, ref) for ref in refs))
    if not refs:
        return ""
    whom = refs[0] if len(refs) == 1 else of[0]
    name = names.get(whom)
    who = f"{label(whom)} {name}" if name else label(whom)
    if len(of) > 1:
        who = f"{who} and {len(of) - 1} more"
    if len(refs) == 1:
        return f"{who}, {variants.looks[whom]}" if whom in variants.looks else who
    if len(of) == 1 and all(ref.kind == "variant" for ref in refs):
        return f"{who}, {variants.short(refs)}"
    return who if refs[0] == whom and len(refs) == len(of) else f"{who}, {counts(refs)}"


def to_ref(text: str) -> Ref:
    """Of `kind:key`."""
    kind, _, key = text.partition(":")
    return Ref(kind, key)  # type: ignore[arg-type]


# --- all of it, in numbers ---------------------------------------------------------


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
    said = ", ".join(count(n, kind) for kind, n in unchanged(plan).items() if n > 0)
    if left := ", ".join(apart(plan)):
        rest = f"; the rest is as written: {said}" if said else ""
        return f"nothing to write: {left}{rest}"
    if said:
        every = "" if said.startswith("1 ") else "all "
        return f"nothing to do: Traede has {every}{said} as written"
    return "nothing to do: the catalog asks for nothing"
