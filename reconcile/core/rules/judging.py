"""Who is judged by which rule, and what becomes of a finding.

validate   every object of the catalog, by the rules about values  → warnings
plan       objects that the plan writes, by all rules              → warnings, or
           blocks, by a rule of level error; an approval is for the findings of one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reconcile.core.approvals import approval_id
from reconcile.core.config import Config
from reconcile.core.model import Applied, Desired, Live, Path, Ref, Tenant
from reconcile.core.problems import Problem
from reconcile.core.references import place
from reconcile.core.rules.findings import Finding, Sides, Subject, of_catalog
from reconcile.core.rules.moves import CHANGE_JUDGES
from reconcile.core.rules.table import RULES, level_of, limit_of
from reconcile.core.rules.values import VALUE_JUDGES
from reconcile.core.rules.wording import together
from reconcile.core.steps import Block, Step, Warned, unit

_NAMED: Final = 10
"""Up to so many styles each has a block of its own; in one for more of them so many
are named, and all are among its ids."""


def judge_catalog(objects: Iterable[Desired], config: Config) -> list[Problem]:
    """What the rules about values say of a catalog that is valid: warnings, as only
    a plan can be blocked, and approved."""
    judges = [judge for name, judge in VALUE_JUDGES.items() if _is_on(config, name)]
    by_ref = {desired.ref: desired for desired in objects}
    problems: list[Problem] = []
    for desired in by_ref.values():
        product = by_ref.get(desired.parent) if desired.parent else None
        if desired.delete or (product is not None and product.delete):
            continue
        subject = of_catalog(desired, product)
        for judge in judges:
            found = judge(subject, config)
            problems += (_problem(desired, finding, config) for finding in found)
    return problems


def _problem(desired: Desired, finding: Finding, config: Config) -> Problem:
    advice = RULES[finding.rule].advice
    if level_of(config, finding.rule) == "error":
        advice += "; a plan that brings it is blocked"
    return Problem(
        place(desired, *(finding.spot or finding.path)),
        finding.rule,
        f"{finding.message}. {advice}",
        "warning",
    )


class Judged(NamedTuple):
    """What the rules say of a plan."""

    warnings: tuple[Warned, ...]
    blocks: tuple[Block, ...]


def judge_plan(
    steps: Sequence[Step],
    desired: Mapping[Ref, Desired],
    live: Mapping[Ref, Live],
    ledger: Mapping[Ref, Applied],
    config: Config,
    tenant: Tenant,
) -> Judged:
    """What all rules say of what a plan would write, renames done."""
    judged = {s.ref: s for s in steps if s.action in ("create", "update", "revive")}
    sides = Sides(judged, desired, live, ledger)
    warnings: list[Warned] = []
    errors: dict[str, list[Finding]] = defaultdict(list)
    for step in judged.values():
        for finding in _findings(sides.of(step), config) if step.written else ():
            if level_of(config, finding.rule) == "error":
                errors[finding.rule].append(finding)
            else:
                warnings.append(Warned(finding.rule, str(finding.ref), finding.message))
    blocks = (
        _block(found, judged, desired, tenant)
        for rule in RULES
        for found in _apart(errors.get(rule, []), judged)
    )
    return Judged(tuple(warnings), tuple(blocks))


def _apart(found: list[Finding], steps: Mapping[Ref, Step]) -> Iterable[list[Finding]]:
    """What is approved together: each style by itself, as one may be meant and
    another not; where they are many, all of them."""
    styles: dict[Ref, list[Finding]] = defaultdict(list)
    for one in found:
        styles[unit(steps[one.ref])].append(one)
    many = len(styles) > _NAMED
    return [found] if many else [styles[style] for style in sorted(styles)]


def _findings(subject: Subject, config: Config) -> Iterator[Finding]:
    moves = {
        name: list(judge(subject, limit_of(config, name)))
        for name, judge in CHANGE_JUDGES.items()
        if _is_on(config, name)
    }
    for name, found in moves.items():
        told = _slips(moves, config) if name == "price-change" else ()
        yield from (finding for finding in found if finding.path not in told)
    for name, judge_values in VALUE_JUDGES.items():
        if _is_on(config, name):
            standing = judge_values(subject, config)
            yield from (found for found in standing if _brought(found, subject))


def _slips(moves: Mapping[str, Sequence[Finding]], config: Config) -> set[Path]:
    """What a slip is said of is not said twice, unless that would be less strict."""
    levels = [level_of(config, name) for name in ("price-slip", "price-change")]
    weaker = levels == ["warning", "error"]
    return set() if weaker else {found.path for found in moves.get("price-slip", ())}


def _brought(finding: Finding, subject: Subject) -> bool:
    """Whether this plan writes what it is about: what was so before is no news."""
    return any(
        change.path[: len(path)] == path
        for change in subject.written
        for path in finding.about
    )


def _block(
    found: list[Finding],
    steps: Mapping[Ref, Step],
    desired: Mapping[Ref, Desired],
    tenant: Tenant,
) -> Block:
    said = together(
        (unit(steps[one.ref]), str(one.ref), one.message)
        for one in sorted(found, key=lambda f: (unit(steps[f.ref]), f.ref, f.path))
    )
    lines = [
        f"{_who(style, refs, steps, desired)}: {', '.join(messages)}"
        for style, refs, messages in said
    ]
    left = len(lines) - _NAMED
    more = [f"and {left} more like these"] if left > 0 else []
    rule = found[0].rule
    return Block(
        rule,
        "; ".join([*lines[:_NAMED], *more]),
        tuple(sorted({str(finding.ref) for finding in found})),
        approval_id(rule, tenant, [finding.facts for finding in found]),
    )


def _who(
    style: Ref,
    refs: Sequence[str],
    steps: Mapping[Ref, Step],
    desired: Mapping[Ref, Desired],
) -> str:
    """`79097 Lace up shoes, 5 variants`; of one alone what it is like, and its SKU."""
    kind, _, key = refs[0].partition(":")
    step = steps[Ref(kind, key)]  # type: ignore[arg-type]
    who = f"{style.key} {step.name}".rstrip()
    if step.ref == style:
        return who
    if len(refs) > 1:
        return f"{who}, {len(refs)} variants"
    values = desired[step.ref].values
    like = [str(values[path]) for path in sorted(values) if path[0] == "attributes"]
    return f"{who}, {' '.join(like)} ({key})" if like else f"{who}, {key}"


def _is_on(config: Config, rule: str) -> bool:
    return level_of(config, rule) != "off"


assert RULES.keys() == VALUE_JUDGES.keys() | CHANGE_JUDGES.keys()  # noqa: S101
