"""What of a blocked plan is let through, by which approval, and which do nothing.

One line alone must cover a block: lines do not add up, since nobody has looked at
their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconcile.core.approvals import DELETES, Approval, Approvals, deletes_id
from reconcile.core.model import Tenant
from reconcile.core.planning.guards import leaving
from reconcile.core.steps import Approved, Block, Plan, Warned, keys_of

UNUSED = "unused-approval"


def approve(plan: Plan, approvals: Approvals, *, whole: bool) -> Plan:
    """The plan without the blocks that are approved, which it shows as such.

    Only a plan of everything (`whole`) can tell that a line is of no use any more.
    """
    blocked, approved = let_through(plan.blocked, approvals, plan.tenant)
    ids = [block.approve for block in plan.blocked]
    unused = [*unused_by_hand(ids, approvals.by_hand)]
    if whole:
        unused += _unused_lines(plan, approvals.lines)
    warnings = sorted(
        (*plan.warnings, *unused), key=lambda w: (w.rule, w.id, w.message)
    )
    return replace(plan, blocked=blocked, approved=approved, warnings=tuple(warnings))


def let_through(
    blocked: Iterable[Block], approvals: Approvals, tenant: Tenant
) -> tuple[tuple[Block, ...], tuple[Approved, ...]]:
    """The blocks that remain, and those that an approval lets through."""
    remain: list[Block] = []
    approved: list[Approved] = []
    for block in blocked:
        meant = [x for x in approvals.lines if _covers(x, block, tenant)]
        line = next((x for x in meant if x.signed), None)
        if line is not None:
            source = line.source.location
            found = (line.approve, line.by, line.reason, source)
            approved.append(Approved(block.guard, block.message, block.ids, *found))
        elif block.approve in approvals.by_hand:
            approved.append(
                Approved(block.guard, block.message, block.ids, block.approve)
            )
        else:
            remain.append(_to_be_signed(block, meant[0]) if meant else block)
    return tuple(remain), tuple(approved)


def _to_be_signed(block: Block, line: Approval) -> Block:
    where = line.source.location
    said = f"Approved by nobody yet: write who and why at {where.file}:{where.line}"
    if block.message.endswith(said):  # a saved plan that was judged before
        return block
    return replace(block, message=f"{block.message}. {said}")


def _covers(line: Approval, block: Block, tenant: Tenant) -> bool:
    if block.approve is None:
        return False
    if line.keys is None:
        return line.approve == block.approve
    return (
        block.guard == DELETES
        and _is_whole(line, tenant)
        and {*keys_of(block.ids)} <= {*line.keys}
    )


def _is_whole(line: Approval, tenant: Tenant) -> bool:
    """Whether its keys are those that it was made for."""
    return line.approve == deletes_id(tenant, line.keys or ())


def _unused_lines(plan: Plan, lines: Iterable[Approval]) -> Iterator[Warned]:
    going = {str(step.ref) for steps in leaving(plan).values() for step in steps}
    for line in lines:
        if any(_covers(line, block, plan.tenant) for block in plan.blocked):
            continue
        if words := _why_unused(plan, line, going):
            where = line.source.location
            yield Warned(UNUSED, "", f"{where.file}:{where.line}: {words}")


def _why_unused(plan: Plan, line: Approval, going: set[str]) -> str:
    """In words; "" for a line whose deletes are under way, below the limit by now."""
    if line.keys is not None and not _is_whole(line, plan.tenant):
        return (
            f'the id "{line.approve}" is not the one of these keys in this account, so '
            "the line lets nothing through. Copy it anew as a plan prints it; or take "
            "it out, unless it is for another environment"
        )
    if line.keys is not None and going & {*line.keys}:
        for block in plan.blocked:
            keys = keys_of(block.ids)
            more = [key for key in keys if key not in line.keys]
            if block.guard == DELETES and more and len(more) < len(keys):
                some = ", ".join(more[:3]) + (", …" if len(more) > 3 else "")
                return (
                    f"this approval does not name {some}, so it lets nothing through. "
                    "Write the line that this plan prints in its place"
                )
        return ""
    return (
        "this approval lets nothing through any more. Take the line out, unless "
        "another environment still needs it"
    )


def unused_by_hand(
    known: Iterable[str | None], by_hand: Iterable[str]
) -> Iterator[Warned]:
    """The ids given by hand that nothing has which stops, or would stop, the plan."""
    for one in sorted({*by_hand} - {*known}):
        yield Warned(
            UNUSED,
            "",
            f"--approve {one} lets nothing through: nothing that stops this plan has "
            "this id",
        )
