"""The first line of a report: what happens, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reconcile.core.approvals import DELETES
from reconcile.core.model import Ref
from reconcile.core.outcomes import Report
from reconcile.core.steps import Plan
from reconcile.reports.apply_text import read_back
from reconcile.reports.plan_told import (
    UPDATES,
    apart,
    goes_off_sale,
    is_other,
    off_sale,
)
from reconcile.reports.plan_view import Group, grouped
from reconcile.reports.prices import FAR, beyond, price_rows, spread
from reconcile.reports.words import count, counts


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sign, and one sentence without a full stop."""

    sign: str
    words: str
    mood: str
    """`good`, `change`, `delete` or `stop`: what colour it deserves."""

    def __str__(self) -> str:
        return f"{self.sign} {self.words}"


def plan_verdict(plan: Plan) -> Verdict:
    what = "Catalog plan" if plan.complete else "Catalog compared, Traede not read"
    if plan.blocked:
        # Of what is held is the talk when it can be applied.
        said = "; ".join((f"blocked, {_blocked(plan)}", *apart(plan, held=False)))
        return Verdict("🛑", f"{what}: {said}", "stop")
    left = list(apart(plan))
    if not plan.to_do:
        said = "nothing changes in Traede"
        words = f"{what}: {'; '.join([said, *left])}"
        if plan.refused or plan.conflicts:
            return Verdict("⚠️", words, "stop")
        return Verdict("✅", words, "good")
    parts = list(summary(plan))
    deletes = any(s.action in ("delete", "archive") for s in plan.to_do)
    if not deletes:
        parts.append("no deletes")
    words = f"{what}: {'; '.join([', '.join(parts), *left])}"
    if plan.refused or plan.conflicts:
        return Verdict("⚠️", words, "stop")
    return Verdict("🗑️", words, "delete") if deletes else Verdict("✏️", words, "change")


def _blocked(plan: Plan) -> str:
    over = [block for block in plan.blocked if block.guard == DELETES]
    others = len(plan.blocked) - len(over)
    ids = {one for block in over for one in block.ids}
    deletes = all(one.startswith(("delete:", "archive:")) for one in ids)
    noun = count(len(ids), "delete") if deletes else f"{len(ids)} leaving the shop"
    said = [f"{noun} over the limit"] if over else []
    if others:
        said.append(f"{count(others, 'other thing' if over else 'thing')} to check")
    return ", ".join(said)


def styles(refs: list[Ref]) -> str:
    """`2 styles, 1 category`."""
    return counts(refs).replace("product", "style")


def summary(plan: Plan, *, spreads: bool = False, far: Decimal = FAR) -> Iterator[str]:
    """What happens, part by part, what hurts most first; with the spread of prices
    per currency where it is asked for."""
    going = [s for s in plan.to_do if s.action in ("delete", "archive")]
    if going:
        variants = sum(len(step.cascade) for step in going)
        first, *rest = styles([step.ref for step in going]).split(", ")
        also = f" ({count(variants, 'variant')})" if variants else ""
        yield ", ".join((f"deletes {first}{also}", *rest))
    updates = [step for step in plan.to_do if step.action in UPDATES]
    groups = [g for g in grouped(updates) if any(map(is_other, g.steps))]
    leaving = [group for group in groups if goes_off_sale(group)]
    if leaving:
        yield f"takes {styles(_off_sale(leaving))} off sale"
    yield from _prices(plan, far, spreads=spreads)
    made = [step for step in plan.to_do if step.action == "create"]
    whole = {step.ref for step in made}
    new = [s.ref for s in made if s.ref.kind != "variant" or s.parent not in whole]
    if new:
        yield ", ".join(
            f"{number} new {noun}"
            for number, noun in (part.split(" ", 1) for part in styles(new).split(", "))
        )
    renamed = sum(step.action == "rename" for step in plan.to_do)
    if renamed:
        yield f"{renamed} renamed"
    if others := len(groups) - len(leaving):
        yield count(others, "other change")


def _off_sale(groups: list[Group]) -> list[Ref]:
    """Styles that go off sale as a whole, and of others the variants that do."""
    found: list[Ref] = []
    for group in groups:
        refs = [ref for some, _ in off_sale(group) for ref in some]
        found += [group.ref] if group.ref in refs else refs
    return found


def _prices(plan: Plan, limit: Decimal, *, spreads: bool) -> Iterator[str]:
    rows = price_rows((s for s in plan.to_do if s.action in UPDATES), limit)
    if not rows:
        return
    if not spreads:
        yield f"prices of {count(len({row.style for row in rows}), 'style')}"
        return
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]
        calm = [row for row in own if not row.outlier]
        wild = len(own) - len(calm)
        far = beyond(wild, limit) if wild else ""
        said = spread(calm).replace(" · ", ", ") if calm else ""
        yield f"{currency} {' and '.join(part for part in (said, far) if part)}"


def report_verdict(report: Report, applied_at: str = "") -> Verdict:
    when = f"{applied_at} " if applied_at else ""
    if not report.results and not report.incomplete:
        return Verdict(
            "✅", f"Applied {when}: nothing to do".replace(" :", ":"), "good"
        )
    changed = f"{report.changed} changed"
    if found := report.count("as found"):
        changed += f", {found} already there"
    if report.incomplete:
        left = f"{report.left} left"
        if report.plan.refused:
            left += f" ({len(report.plan.refused)} not possible)"
        if conflicts := len(report.plan.conflicts):
            left += f", {conflicts} in conflict"
        words = f"Applied in part {when}: {changed}, {left}"
        return Verdict("⚠️", words.replace(" :", ":"), "stop")
    words = f"Applied {when}: {changed}, 0 left. Read back: {read_back(report)}"
    mood = "stop" if report.not_converged else "good"
    return Verdict(
        "⚠️" if report.not_converged else "✅", words.replace(" :", ":"), mood
    )
