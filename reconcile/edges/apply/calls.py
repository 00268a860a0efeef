"""Core calls by numeric id: renames, categories, collections, core-only fields.

A core create is never sent twice: without an answer it is looked for, and where it
is not there the step fails, and the next plan has it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS, Via
from reconcile.core.ledger import row_after, row_retired
from reconcile.core.model import UNKNOWN, Applied, Live, Path, Ref, Snapshot
from reconcile.core.recheck import shows
from reconcile.core.sending import core_key, core_root, travelling
from reconcile.core.steps import Change, Step, unit
from reconcile.core.wire.write import Json
from reconcile.edges.answers import Reply
from reconcile.edges.apply import canary
from reconcile.edges.apply.run import Applying
from reconcile.edges.state import Intent, Item, Outcome

TRIES = 3
"""How often a PUT without an answer is sent; it means the same each time."""

Held = Mapping[Ref, frozenset[Path]]


def write_core_fields(
    run: Applying, steps: Sequence[Step], held: Held, now: Snapshot
) -> None:
    """Write what only core takes (D-24), by the ids that `now` shows; every step
    given ends with a result, unless the run has to end."""
    waiting = []
    for step in steps:
        if core_changes(step):
            waiting.append(step)
        else:
            run.finish(step, "done")
    while waiting and run.may_go_on():
        known = canary.core(unit(waiting[0]).kind) in run.canaries
        some, waiting = (waiting, []) if known else (waiting[:1], waiting[1:])
        _write_core(run, {step.ref: step for step in some}, held, now)


def _write_core(
    run: Applying, waiting: Mapping[Ref, Step], held: Held, now: Snapshot
) -> None:
    steps = [*waiting.values()]
    call = run.intend(
        Intent(
            "core fields",
            f"PUT {run.client.core(KINDS[steps[0].ref.kind].plural)}",
            tuple(_core_item(run, step, now) for step in waiting.values()),
        )
    )
    replies: dict[Ref, Reply] = {}
    start = now
    for attempt in range(TRIES):
        for ref, step in waiting.items():
            if ref not in replies or replies[ref].outcome == "unknown":
                replies[ref] = _put(run, step, held.get(ref, frozenset()), now)
        now = run.reader.look(
            unit(steps[0]).kind, [unit(step).key for step in waiting.values()]
        )
        if all(_known(replies[ref], step, now) for ref, step in waiting.items()):
            break
        run.sleep(0.5 * 2**attempt)
    outcomes = []
    for ref, step in waiting.items():
        live, reply = now.objects.get(ref), replies[ref]
        arrived = live is not None and (
            reply.outcome == "accepted" or shows(live, _core_part(step))
        )
        if live is None or not arrived:
            outcomes.append(Outcome(ref, "failed", "; ".join(reply.words)))
            run.fail(step, reply, f"Traede answered {reply.status}")
            continue
        row = _core_row(run, step, live, start.objects.get(ref))
        outcomes.append(Outcome(ref, "done", "", row))
        run.finish(step, "done")
        before = [o for o in start.objects.values() if unit(step) in (o.ref, o.parent)]
        canary.look(run, canary.core(unit(step).kind), ref, before, now)
    run.settle(call, outcomes)


def _known(reply: Reply, step: Step, now: Snapshot) -> bool:
    live = now.objects.get(step.ref)
    return reply.outcome != "unknown" or (
        live is not None and shows(live, _core_part(step))
    )


def core_changes(step: Step) -> tuple[Change, ...]:
    fields = KINDS[step.ref.kind].fields
    return tuple(c for c in step.written if fields[c.path[0]].via is Via.CORE)


def _core_part(step: Step) -> Step:
    return Step(step.action, step.ref, core_changes(step))


def _core_row(
    run: Applying, step: Step, live: Live, was: Live | None = None
) -> Applied:
    paths = {change.path for change in core_changes(step)}
    desired = run.desired(step.ref)
    if step.action == "create":
        was = None
    before = run.rows.get(step.ref)
    return row_after(desired, live, before, run.seal, sent=paths, was=was)


def _core_item(run: Applying, step: Step, now: Snapshot) -> Item:
    paths = {change.path for change in core_changes(step)}
    live = now.objects.get(step.ref)
    entry = _core_row(run, step, live) if live else None
    return Item(step.ref, (step.id,), run.expectation(step, paths), entry)


def _put(run: Applying, step: Step, held: frozenset[Path], now: Snapshot) -> Reply:
    kind, live = KINDS[step.ref.kind], now.objects.get(step.ref)
    if live is None:
        return Reply("refused", words=("it is not in Traede any more",))
    held = held | {change.path for change in step.changes if change.held}
    sent = travelling(
        run.desired(step.ref),
        None if step.action == "create" else live,
        run.rows.get(step.ref),
        held=held,
        written={change.path: change.after for change in step.written},
    )
    body = {kind.name: core_root(kind, live, sent.values, run.reader.ids())}
    return run.write("PUT", _core_path(run, step, live, now), body)


def _core_path(run: Applying, step: Step, live: Live, now: Snapshot) -> str:
    if step.ref.kind == "variant" and live.parent is not None:
        product = now.objects[live.parent].remote_id
        return run.client.core("products", product, "variants", live.remote_id)
    return run.client.core(KINDS[step.ref.kind].plural, live.remote_id)


# --- renames -----------------------------------------------------------------------


def rename(run: Applying, step: Step) -> None:
    """Give an object its new key in place, by its numeric id."""
    kind = KINDS[step.ref.kind]
    old = Ref(step.ref.kind, str(step.changes[0].before))
    now = _look_around(run, step, old)
    before, after = now.objects.get(old), now.objects.get(step.ref)
    if after is not None and after.remote_id == step.remote_id:
        _carry_ledger(run, step, old)
        run.finish(step, "as found")
        return
    if before is None or before.remote_id != step.remote_id or after is not None:
        run.skip(step, "somebody renamed or deleted it in Traede after the plan")
        return
    key = step.ref.key.rsplit(SEPARATOR, maxsplit=1)[-1]
    body = core_root(kind, before, {}, run.reader.ids())
    body[kind.key_field] = core_key(kind, key, before)
    path = _core_path(run, step, before, now)
    call = run.intend(
        Intent(
            "rename",
            f"PUT {path}",
            (Item(step.ref, (step.id,), run.expectation(step, ())),),
        )
    )
    reply = run.write("PUT", path, {kind.name: body})
    for attempt in range(TRIES):
        then = _look_around(run, step, old)
        after = then.objects.get(step.ref)
        if after is not None and after.remote_id != step.remote_id:
            after = None  # somebody gave the key to another object meanwhile
        if after is not None or reply.outcome == "refused":
            break
        run.sleep(0.5 * 2**attempt)
        if reply.outcome == "unknown":
            reply = run.write("PUT", path, {kind.name: body})
    if after is None:
        run.settle(call, [Outcome(step.ref, "failed", "; ".join(reply.words))])
        run.fail(step, reply, "Traede still shows the old key")
        return
    run.settle(call, [Outcome(step.ref, "done")])
    _carry_ledger(run, step, old)
    run.finish(step, "done")
    canary.look(run, canary.single(step), step.ref, now.objects.values(), then)


def _look_around(run: Applying, step: Step, old: Ref) -> Snapshot:
    if step.ref.kind == "variant" and step.parent is not None:
        return run.reader.look("product", [step.parent.key])
    both = [old.key, step.ref.key]
    return run.reader.look(step.ref.kind, both, absent=set(both))


def _carry_ledger(run: Applying, step: Step, old: Ref) -> None:
    """Move the rows of the object and of what hangs below it to their new keys."""
    with run.lock:
        moved = {
            ref: row
            for ref, row in run.rows.items()
            if ref == step.ref or ref.key.startswith(step.ref.key + SEPARATOR)
        }
        ids = {(row.ref.kind, row.remote_id) for row in moved.values()}
        gone = [
            ref
            for ref, row in run.stored.items()
            if (ref.kind, row.remote_id) in ids and ref not in moved
        ]
        if moved and (gone or old in run.stored):
            run.record(moved.values(), gone)


# --- categories and collections ----------------------------------------------------


def create_category(run: Applying, step: Step) -> None:
    """Create a category below its parent (core-api.txt, "Create a subcategory")."""
    now = run.reader.look("category", [step.ref.key])
    if step.ref in now.ambiguous:
        run.skip(step, "several categories in Traede have this path now")
        return
    if (found := now.objects.get(step.ref)) is not None:
        run.record([row_after(run.desired(step.ref), found, None, run.seal)])
        run.finish(step, "as found")
        return
    name = step.ref.key.rsplit(SEPARATOR, maxsplit=1)[-1]
    path = run.client.core("categories")
    if step.parent is not None:
        parent = run.reader.ids()["category"].get(step.parent.key)
        if parent is None:
            run.finish(step, "skipped", f"{step.parent.key} is not in Traede")
            return
        path = run.client.core("categories", parent, "categories")
    _write(run, step, "POST", path, {"category": {"name": name}})


def write_collection(run: Applying, step: Step) -> None:
    """Create a collection, change it, or take it off sale (there is no delete)."""
    kind = KINDS["collection"]
    now = run.reader.look("collection", [step.ref.key])
    live = now.objects.get(step.ref)
    words = _collection_conflict(run, step, live, step.ref in now.ambiguous)
    if words == "":
        run.record([_row(run, step, live)] if live else [])
        run.finish(step, "as found")
        return
    if words is not None:
        run.skip(step, words)
        return
    values = {change.path: change.after for change in step.written}
    if step.action != "archive":
        found = run.check(step, step.ref, live)
        held = found.held | {c.path for c in step.changes if c.held}
        desired, row = run.desired(step.ref), run.rows.get(step.ref)
        values = travelling(desired, live, row, held=held, written=values).values
    body = core_root(kind, live, values, run.reader.ids())
    body[kind.key_field] = step.ref.key
    method, path = "POST", run.client.core("collections")
    if live is not None:
        method, path = "PUT", run.client.core("collections", live.remote_id)
    _write(run, step, method, path, {kind.name: body}, live)


def _collection_conflict(
    run: Applying, step: Step, live: Live | None, ambiguous: bool
) -> str | None:
    """Why a collection step must not be written; "" where it is done already."""
    if ambiguous:
        return "several collections in Traede have this title now"
    if step.action == "archive":
        if live is None:
            return "it was deleted in Traede after the plan"
        return "" if shows(live, step) else None
    found = run.check(step, step.ref, live)
    if found.verdict == "conflict":
        return found.words
    return "" if found.verdict == "as desired" else None


def _row(run: Applying, step: Step, live: Live) -> Applied:
    if step.action == "archive":
        return row_retired(run.rows.get(step.ref), live)
    paths = {change.path for change in step.written}
    desired = run.desired(step.ref)
    return row_after(desired, live, run.rows.get(step.ref), run.seal, sent=paths)


def _write(
    run: Applying,
    step: Step,
    method: str,
    path: str,
    body: Json,
    was: Live | None = None,
) -> None:
    """One call for one step, then read it back."""
    kind = step.ref.kind
    guess = Live(step.ref, step.remote_id or 0, {}, parent=step.parent)
    item = Item(
        step.ref,
        (step.id,),
        run.expectation(step, [change.path for change in step.written]),
        _row(run, step, guess),
        once=method == "POST",
    )
    call = run.intend(Intent(KINDS[kind].plural, f"{method} {path}", (item,)))
    reply = run.write(method, path, body, call=call)
    live = _wait_for(run, step, reply) if method == "POST" else None
    for attempt in range(TRIES if method == "PUT" else 0):
        live = run.reader.look(kind, [step.ref.key]).objects.get(step.ref)
        if _arrived(step, live, reply) or reply.outcome == "refused":
            break
        run.sleep(0.5 * 2**attempt)
        if reply.outcome == "unknown":
            reply = run.write(method, path, body)
    if live is not None and _arrived(step, live, reply):
        run.settle(call, [Outcome(step.ref, "done", "", _row(run, step, live))])
        run.finish(step, "done")
        before = [was] if was else []
        then = Snapshot({live.ref: live})
        canary.look(run, canary.single(step), step.ref, before, then)
        return
    run.settle(call, [Outcome(step.ref, "failed", "; ".join(reply.words))])
    run.fail(step, reply, "Traede does not show it")


def _wait_for(run: Applying, step: Step, reply: Reply) -> Live | None:
    """What a create has made. It is never sent again, so it is looked for as long as
    Traede may take to show a write."""
    started, pause = run.now(), 0.2
    while True:
        now = run.reader.look(step.ref.kind, [step.ref.key])
        live = now.objects.get(step.ref)
        over = run.now() - started >= run.config.traede.verify_seconds
        if live is not None or reply.outcome == "refused" or over:
            return live
        run.sleep(pause)
        pause = min(pause * 2, 5)


def _arrived(step: Step, live: Live | None, reply: Reply) -> bool:
    if live is None:
        return False
    if reply.outcome == "accepted" or step.action == "create":
        return reply.outcome != "refused"
    return any(live.at(c.path) is not UNKNOWN for c in step.written) and shows(
        live, step
    )
