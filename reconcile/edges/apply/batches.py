"""Creates and updates of customers and products, in sync batches.

Nothing says whether a refused batch was half applied (B-5), nor what became of one
without an answer. So the members are read again: what landed is done, the rest is
sent again in halves, until a bad item is alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from reconcile.core.kinds import KINDS, Via
from reconcile.core.ledger import row_after, row_unproven
from reconcile.core.model import (
    Applied,
    KindName,
    Live,
    Path,
    Ref,
    Snapshot,
)
from reconcile.core.recheck import readable, shows, sign
from reconcile.core.sending import Travelling, sync_fields, travelling
from reconcile.core.steps import Step, unit
from reconcile.core.wire.write import IdsByKey, Json
from reconcile.edges.answers import Reply
from reconcile.edges.apply import canary
from reconcile.edges.apply.calls import core_changes, write_core_fields
from reconcile.edges.apply.run import Applying
from reconcile.edges.state import Call, Intent, Item, Outcome

RESENDS = 3
"""How often an item without an answer is sent, where that cannot double anything."""


@dataclass(slots=True)
class Unit:
    """What travels as one item of a batch: a customer, or a product with variants."""

    root: Ref
    steps: list[Step]
    before: dict[Ref, Live] = field(default_factory=dict)
    held: dict[Ref, frozenset[Path]] = field(default_factory=dict)
    sent: dict[Ref, Travelling] = field(default_factory=dict)

    @property
    def once(self) -> bool:
        """Whether it has a part that must not be sent twice."""
        return any(_has_event(step) for step in self.steps)

    @property
    def creates(self) -> set[Ref]:
        return {step.ref for step in self.steps if step.action == "create"}


def _has_event(step: Step) -> bool:
    fields = KINDS[step.ref.kind].fields
    return any(fields[change.path[0]].event for change in step.written)


def sync_units(run: Applying, steps: Sequence[Step]) -> None:
    """Write steps of one sync kind; every step given ends with a result.

    The first write of a kind goes alone: it shows whether this account does what we
    think (canary).
    """
    units: dict[Ref, Unit] = {}
    for step in steps:
        units.setdefault(unit(step), Unit(unit(step), [])).steps.append(step)
    waiting = sorted(units.values(), key=lambda one: one.root in one.creates)
    while run.may_go_on():
        first = next((one for one in waiting if not _is_known(run, one)), None)
        if first is None:
            break
        waiting.remove(first)
        run.crew.do([partial(_batch, run, [first])])
    run.crew.do(partial(_batch, run, batch) for batch in _batches(run, waiting))


def _is_known(run: Applying, one: Unit) -> bool:
    """Whether a write like this one was found to do what we think: a sync of what was
    there before, or, where all is new, one that made something."""
    core = canary.core(one.root.kind)
    if core not in run.canaries and any(map(core_changes, one.steps)):
        return False
    if not _needs_sync(one):
        return True
    if one.root in one.creates and f"create {one.root.kind}" in run.canaries:
        return True
    return one.root.kind in run.canaries


def _batches(run: Applying, units: list[Unit]) -> Iterator[list[Unit]]:
    """Items with a part that must not be sent twice go alone."""
    together = [one for one in units if not one.once]
    size = run.config.traede.batch_size
    for start in range(0, len(together), size):
        yield together[start : start + size]
    for one in units:
        if one.once:
            yield [one]


def _batch(run: Applying, units: list[Unit], attempt: int = 1) -> None:
    kind = units[0].root.kind
    new = {one.root.key for one in units if one.root in one.creates}
    now = run.reader.look(kind, [one.root.key for one in units], new)
    units = [one for one in units if _check(run, one, now)]
    if not units:
        return
    ids = run.reader.ids()
    to_sync = [one for one in units if _needs_sync(one)]
    landed = [one for one in units if one not in to_sync]
    if to_sync:
        landed += _sync(run, kind, to_sync, ids, attempt)
    if landed:
        after = run.reader.look(kind, [one.root.key for one in landed])
        held = {ref: paths for one in landed for ref, paths in one.held.items()}
        steps = [step for one in landed for step in one.steps]
        write_core_fields(run, steps, held, after)


def _open(run: Applying, one: Unit) -> bool:
    one.steps = [step for step in one.steps if step.id not in run.results]
    return bool(one.steps)


# --- before ------------------------------------------------------------------------


def _check(run: Applying, one: Unit, now: Snapshot) -> bool:
    """Compare a unit with what was just read; False where nothing is left to write."""
    root_step = next((s for s in one.steps if s.ref == one.root), None)
    one.before = {
        ref: live
        for ref, live in now.objects.items()
        if ref == one.root or live.parent == one.root
    }
    one.held, one.sent = {}, {}
    root = run.check(root_step, one.root, one.before.get(one.root))
    if one.root in now.ambiguous:
        root = type(root)("conflict", "several objects in Traede have this key now")
    if root.verdict == "conflict" and not (root_step and _ours(run, root_step, now)):
        for step in one.steps:
            run.skip(step, root.words)
        return False
    one.held[one.root] = root.held
    for step in list(one.steps):
        found = (
            root
            if step.ref == one.root
            else run.check(step, step.ref, _own(one, step.ref, now))
        )
        one.held[step.ref] = found.held
        if found.verdict == "conflict" and not _ours(run, step, now):
            run.skip(step, found.words)
        elif found.verdict == "as desired":
            _found(run, step, one.before[step.ref])
    return _open(run, one)


def _ours(run: Applying, step: Step, now: Snapshot) -> bool:
    """Whether what was found is this run's own create, sent once before in part."""
    return step.action == "create" and step.id in run.tried and step.ref in now.objects


def _own(one: Unit, ref: Ref, now: Snapshot) -> Live | None:
    return one.before.get(ref) or now.objects.get(ref)


def _found(run: Applying, step: Step, live: Live) -> None:
    """Somebody, or an earlier try, has done it already."""
    desired = run.desired(step.ref)
    paths = {change.path for change in step.written}
    row = row_after(desired, live, run.rows.get(step.ref), run.seal, sent=paths)
    run.record([row])
    run.finish(step, "as found")


def _needs_sync(one: Unit) -> bool:
    return any(
        step.action != "update"
        or any(
            KINDS[step.ref.kind].fields[change.path[0]].via is Via.SYNC
            for change in step.written
        )
        for step in one.steps
    )


# --- the call ----------------------------------------------------------------------


def _sync(
    run: Applying, kind: KindName, units: list[Unit], ids: IdsByKey, attempt: int
) -> list[Unit]:
    """The units that landed; the others end with a result, unless the run has to."""
    plural = KINDS[kind].plural
    body = {plural: [_item(run, one, ids) for one in units]}
    sync_path = {"product": "products_sync", "customer": "customers_sync"}[kind]
    path: str = getattr(run.client, sync_path)()
    call = run.intend(
        Intent(
            f"{plural}/sync",
            f"POST {path}",
            tuple(item for one in units for item in _journal_items(run, one)),
        )
    )
    reply = run.write("POST", path, body, call=call)
    after = _read_back(run, kind, units, reply)
    missing = [one for one in units if not _landed(one, after, reply)]
    _settle(run, call, units, missing, after, reply)
    landed = [one for one in units if one not in missing]
    _canary(run, landed, after)
    if missing and run.may_go_on():
        _send_again(run, missing, reply, after, attempt, alone=len(units) == 1)
    return landed


def _send_again(
    run: Applying,
    missing: list[Unit],
    reply: Reply,
    after: Snapshot,
    attempt: int,
    *,
    alone: bool,
) -> None:
    """What has not landed: in halves, until a bad item is alone."""
    if not alone:
        middle = (len(missing) + 1) // 2
        for half in filter(None, (missing[:middle], missing[middle:])):
            if run.may_go_on():
                _batch(run, half, attempt)
        return
    one = missing[0]
    refused = reply.outcome == "refused"
    if reply.outcome == "unknown" and one.once and _sign(one, after) is not False:
        for step in one.steps:
            run.finish(step, "unknown", "; ".join(reply.words))
    elif not refused and attempt < RESENDS:
        run.sleep(0.5 * 2**attempt)
        _batch(run, [one], attempt + 1)
    else:
        ours = "accepted, but Traede does not show it"
        for step in one.steps:
            run.fail(
                step, reply, f"Traede answered {reply.status}" if refused else ours
            )


def _sign(one: Unit, after: Snapshot) -> bool | None:
    """Whether a unit that got no answer has arrived; None where reading cannot tell.

    It travels as one item: what one of its parts shows is true of all.
    """
    signs: list[bool | None] = []
    for step in one.steps:
        live = after.objects.get(step.ref)
        if live is None or step.action == "create":
            signs.append(live is not None)
        else:
            signs.append(sign(live, _sync_part(step)))
    return True if True in signs else False if False in signs else None


def _item(run: Applying, one: Unit, ids: IdsByKey) -> Json:
    kind = KINDS[one.root.kind]
    term = run.config.traede.payment_term_field
    written = {step.ref: step for step in one.steps}

    def travel(ref: Ref) -> Json:
        step = written.get(ref)
        sent = travelling(
            run.desired(ref),
            one.before.get(ref),
            run.rows.get(ref),
            held=one.held.get(ref, frozenset())
            | {c.path for c in (step.changes if step else ()) if c.held},
            written={c.path: c.after for c in step.written} if step else None,
        )
        one.sent[ref] = sent
        its = KINDS[ref.kind]
        fields = sync_fields(its, sent, ids, term)
        return {its.key_field: ref.key, **fields}

    item = travel(one.root)
    variants = [travel(step.ref) for step in one.steps if step.ref != one.root]
    if variants and kind.name == "product":
        item["variants"] = variants
    return item


def _journal_items(run: Applying, one: Unit) -> list[Item]:
    items = []
    for step in one.steps:
        sent = one.sent[step.ref].only(KINDS[step.ref.kind], Via.SYNC)
        live = one.before.get(step.ref)
        # Nothing is read yet of what the call will leave; settling fills it in.
        own = live.remote_id if live else 0
        guess = Live(step.ref, own, {}, parent=step.parent)
        items.append(
            Item(
                step.ref,
                (step.id,),
                run.expectation(step, sent),
                row_after(
                    run.desired(step.ref),
                    guess,
                    run.rows.get(step.ref),
                    run.seal,
                    sent=_sent_paths(one, step),
                ),
                once=_has_event(step),
            )
        )
    return items


def _sent_paths(one: Unit, step: Step) -> frozenset[Path]:
    kind = KINDS[step.ref.kind]
    return one.sent[step.ref].only(kind, Via.SYNC)


# --- after -------------------------------------------------------------------------


def _read_back(
    run: Applying, kind: KindName, units: list[Unit], reply: Reply
) -> Snapshot:
    """The members as they are now. Where a sync is queued (B-6), it shows up late:
    creates are waited for, as their ids are needed; the first of its sort, as nothing
    can be told of it before; and without an answer, what must not be sent twice, as
    long as Traede may take to show a write."""
    keys = [one.root.key for one in units]
    first = kind not in run.canaries
    limit = run.config.traede.verify_seconds
    if reply.outcome == "unknown" and not any(one.once for one in units):
        limit = min(limit, 2)
    started, pause = run.now(), 0.2
    while True:
        after = run.reader.look(kind, keys)
        late = [u for u in units if _may_show_later(u, after, reply, first=first)]
        waited = run.now() - started
        if not late or reply.outcome == "refused" or waited >= limit:
            return after
        run.sleep(pause)
        pause = min(pause * 2, 5)


def _may_show_later(one: Unit, after: Snapshot, reply: Reply, *, first: bool) -> bool:
    if not one.creates <= after.objects.keys():
        return True
    waited_for = one.once if reply.outcome == "unknown" else first
    return waited_for and _sign(one, after) is False


def _canary(run: Applying, landed: list[Unit], after: Snapshot) -> None:
    for one in landed:
        kind = one.root.kind
        if one.root in one.creates:
            run.canaries.add(f"create {kind}")
            continue
        canary.look(run, kind, one.root, one.before.values(), after)


def _landed(one: Unit, after: Snapshot, reply: Reply) -> bool:
    if any(step.ref not in after.objects for step in one.steps):
        return False
    if reply.outcome == "accepted":
        return True
    if one.once and _sign(one, after):
        return True  # a field that Traede shows in another form is no reason to resend
    return all(
        step.action == "create" or (readable(live, part) and shows(live, part))
        for step in one.steps
        for live, part in [(after.objects[step.ref], _sync_part(step))]
    )


def _sync_part(step: Step) -> Step:
    fields = KINDS[step.ref.kind].fields
    return replace(
        step,
        changes=tuple(c for c in step.changes if fields[c.path[0]].via is Via.SYNC),
    )


def _settle(
    run: Applying,
    call: Call,
    units: list[Unit],
    missing: list[Unit],
    after: Snapshot,
    reply: Reply,
) -> None:
    outcomes: list[Outcome] = []
    for one in units:
        for step in one.steps:
            words, live = "; ".join(reply.words), after.objects.get(step.ref)
            known = reply.outcome != "unknown" or _sign(one, after) is False
            if one in missing and (live is None or known or not _has_event(step)):
                outcomes.append(Outcome(step.ref, "failed", words))
                continue
            before = run.rows.get(step.ref)
            row: Applied = row_after(
                run.desired(step.ref),
                after.objects[step.ref],
                before,
                run.seal,
                sent=_sent_paths(one, step),
                was=one.before.get(step.ref),
            )
            if one in missing:
                row = row_unproven(row, before)
                outcomes.append(Outcome(step.ref, "unknown", words, row))
            else:
                outcomes.append(Outcome(step.ref, "done", "", row))
    run.settle(call, outcomes)
