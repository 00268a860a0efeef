"""Deletes, one a request, only of the numeric id that the plan saw.

A refusal (422, the object still there) means orders exist: the object is archived
instead, or the step fails, as configured.
"""

from __future__ import annotations

from reconcile.core.canonical import SEPARATOR
from reconcile.core.kinds import KINDS, Via
from reconcile.core.ledger import row_retired
from reconcile.core.model import UNKNOWN, Applied, KindName, Live, Ref, Snapshot
from reconcile.core.recheck import recheck
from reconcile.core.sending import Travelling, last_known, sync_fields, travelling
from reconcile.core.steps import Step, unit
from reconcile.core.wire.write import Json
from reconcile.edges.answers import Reply
from reconcile.edges.apply import canary
from reconcile.edges.apply.run import Applying
from reconcile.edges.state import Intent, Item, Outcome

TRIES = 3


def remove(run: Applying, step: Step) -> None:
    """Delete one object; what Traede refuses is archived, or failed."""
    now = _look(run, step)
    live = now.objects.get(step.ref)
    if live is None and step.ref not in now.ambiguous:
        run.record(*_gone(run, step))
        run.finish(step, "as found")
        return
    if live is None or live.remote_id != step.remote_id:
        run.skip(step, "another object has this key in Traede now")
        return
    started, pause = run.now(), 0.2
    while (extra := _unplanned(run, step, now)) and _on_its_way_out(run, extra):
        if run.now() - started >= run.config.traede.verify_seconds:
            break
        run.sleep(pause)
        pause = min(pause * 2, 5)
        now = _look(run, step)
    if extra:
        run.skip(step, f"new in Traede after the plan: {extra}")
        return
    method, path, body = _request(run, step, live, now, {"delete": True})
    entries, forget = _gone(run, step)
    item = Item(
        step.ref,
        (step.id,),
        run.expectation(step, ()),
        entries[0] if entries else None,
        tuple(forget),
    )
    call = run.intend(Intent("delete", f"{method} {path}", (item,)))
    reply = run.write(method, path, body)
    there, after = _wait_until_gone(run, step, reply, method, path, body)
    words = "; ".join(reply.words)
    if not there:
        run.settle(call, [item.arrived()])
        run.finish(step, "done")
        before = now.objects.values()
        canary.look(run, canary.single(step), step.ref, before, after)
        return
    run.settle(call, [Outcome(step.ref, "failed", words)])
    refused = reply.outcome == "refused" and reply.status == 422
    archive = run.config.deletes.when_refused == "archive"
    if refused and archive and KINDS[step.ref.kind].retire():
        _archive(run, step, words)
        return
    run.fail(step, reply, "accepted, but it is still in Traede")


def _look(run: Applying, step: Step) -> Snapshot:
    root = unit(step)
    if root.kind == "category":  # what is below it matters too
        return run.reader.walk("category")
    return run.reader.look(root.kind, [root.key])


def _gone(run: Applying, step: Step) -> tuple[list[Applied], list[Ref]]:
    """The ledger after a delete: the rows go; a tombstone stays, spent."""
    refs = [step.ref, *step.cascade]
    desired = run.catalog.objects.get(step.ref)
    if desired is not None and desired.delete:
        spent = Applied(step.ref, step.remote_id or 0, parent=step.parent, spent=True)
        return [spent], [ref for ref in refs[1:] if ref in run.rows]
    return [], [ref for ref in refs if ref in run.rows]


def _unplanned(run: Applying, step: Step, now: Snapshot) -> str:
    """What would go along and was not shown in the plan."""
    if step.ref.kind == "category":
        return _in_category(run, step, now)
    if step.ref.kind != "product":
        return ""
    return ", ".join(
        sorted(
            ref.key
            for ref, live in now.objects.items()
            if live.parent == step.ref and ref not in step.cascade
        )
    )


def _in_category(run: Applying, step: Step, now: Snapshot) -> str:
    """What is in a category just before it goes: Traede would take it along or out."""
    start = step.ref.key + SEPARATOR
    below = [ref for ref in now.objects if ref.key.startswith(start)]
    products = [
        ref
        for ref, live in run.reader.walk("product").objects.items()
        if ref.kind == "product" and _has(live, step.ref.key)
    ]
    return ", ".join(sorted(str(ref) for ref in (*below, *products)))


def _on_its_way_out(run: Applying, extra: str) -> bool:
    """Whether all that is still seen in a category was written by this run: where
    syncs are queued (B-6), what has left it shows up late."""
    with run.lock:  # other jobs finish their steps meanwhile
        results = list(run.results.values())
    done = {str(result.step.ref) for result in results if result.result == "done"}
    return set(extra.split(", ")) <= done


def _has(live: Live, category: str) -> bool:
    now = live.at(("categories",))
    return now is UNKNOWN or category in (now or ())


def _same(step: Step, now: Snapshot) -> Live | None:
    """The object that the plan saw, and not another one that has its key by now."""
    live = now.objects.get(step.ref)
    return live if live is not None and live.remote_id == step.remote_id else None


def _still_on_sale(run: Applying, step: Step) -> bool:
    """Whether Traede goes on showing that what it accepted as archived can be sold."""
    retire = KINDS[step.ref.kind].retire()
    started, pause = run.now(), 0.2
    while True:
        live = _same(step, _look(run, step))
        if live is None or all(
            live.at(path) in (UNKNOWN, value) for path, value in retire.items()
        ):
            return False
        if run.now() - started >= run.config.traede.verify_seconds:
            return True
        run.sleep(pause)
        pause = min(pause * 2, 5)


def _wait_until_gone(
    run: Applying, step: Step, reply: Reply, method: str, path: str, body: Json | None
) -> tuple[bool, Snapshot]:
    """Whether it is still there, after as much waiting as the answer deserves."""
    started, pause = run.now(), 0.2
    for attempt in range(20):
        now = _look(run, step)
        same = _same(step, now)
        if same is None and step.ref not in now.ambiguous:
            return False, now
        if reply.outcome == "refused":
            return True, now
        if reply.outcome == "unknown" and same and attempt < TRIES - 1:
            # A delete means the same each time, and the id was just read again.
            reply = run.write(method, path, body)
        elif run.now() - started >= run.config.traede.verify_seconds:
            return True, now
        run.sleep(pause)
        pause = min(pause * 2, 5)
    return True, now


def _request(
    run: Applying, step: Step, live: Live, now: Snapshot, members: Json
) -> tuple[str, str, Json | None]:
    kind = KINDS[step.ref.kind]
    if kind.delete is Via.CORE:
        return "DELETE", run.client.core(kind.plural, live.remote_id), None
    own = {kind.key_field: step.ref.key, **members}
    if kind.name == "customer":
        return "POST", run.client.customers_sync(), {"customers": [own]}
    path = run.client.products_sync()
    if kind.name == "product":
        return "POST", path, {"products": [own]}
    product = {**_product_along(run, step, now), "variants": [own]}
    return "POST", path, {"products": [product]}


def _product_along(run: Applying, step: Step, now: Snapshot) -> Json:
    """The product of a variant, with its managed fields: sync may reset what a
    product item leaves out (D-4)."""
    root = unit(step)
    live, row = now.objects[root], run.rows.get(root)
    desired = run.catalog.objects.get(root)
    sent = Travelling({}, frozenset())
    if desired is not None and not desired.delete:
        held = recheck(None, desired, live, row, run.seal).held
        sent = travelling(desired, live, row, held=held)
    elif row is not None:
        sent = last_known(row, live)
    return {"item_number": root.key, **_sync(run, root.kind, sent)}


def _sync(run: Applying, kind: KindName, sent: Travelling) -> Json:
    term = run.config.traede.payment_term_field
    return sync_fields(KINDS[kind], sent, run.reader.ids(), term)


def _archive(run: Applying, step: Step, words: str) -> None:
    now = _look(run, step)
    live = _same(step, now)
    if live is None:
        run.finish(step, "failed", words, "refused")
        return
    kind = KINDS[step.ref.kind]
    row = run.rows.get(step.ref)
    known = last_known(row, live).values if row else {}
    sent = Travelling({**known, **kind.retire()}, frozenset())
    members = _sync(run, kind.name, sent)
    method, path, body = _request(run, step, live, now, members)
    # Its variants are retired with it: in one go, else a run cut off in between would
    # plan to delete them.
    found = (now.objects.get(ref) for ref in (step.ref, *step.cascade))
    retired = [
        row_retired(run.rows.get(one.ref), one, with_product=one.ref != step.ref)
        for one in found
        if one and _is_known(run, one)
    ]
    expect = {
        "action": "archive",
        "values": [[list(path), value, None] for path, value in kind.retire().items()],
    }
    items = tuple(
        Item(
            row.ref,
            (step.id,),
            {**expect, "remote_id": row.remote_id} if row.ref == step.ref else None,
            row,
        )
        for row in retired
    )
    call = run.intend(Intent("archive", f"{method} {path}", items))
    reply = run.write(method, path, body)
    for _ in range(TRIES - 1):
        if reply.outcome != "unknown" or not _same(step, _look(run, step)):
            break
        reply = run.write(method, path, body)
    if reply.outcome != "accepted" or _still_on_sale(run, step):
        why = "; ".join(reply.words)
        run.settle(call, [Outcome(row.ref, "failed", why) for row in retired])
        words = f"{words}; archiving it instead failed too"
        run.finish(step, "failed", words, "refused")
        return
    run.settle(call, [Outcome(row.ref, "done", words, row) for row in retired])
    run.finish(step, "archived", words)
    canary.look(run, canary.single(step), step.ref, [live], _look(run, step))


def _is_known(run: Applying, live: Live) -> bool:
    """False for one that somebody has made anew under a key of ours."""
    row = run.rows.get(live.ref)
    return row is None or row.remote_id == live.remote_id
