"""Whether the sync paths take a write: an empty list, and only if asked to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.core.diagnosis import Finding
from reconcile.edges.answers import Answer, Reply
from reconcile.edges.doctor.visit import Visit
from reconcile.errors import TraedeUnavailable

NOT_TRIED: Final = "not tried; --probe-sync posts an empty list to find out"


def sync_paths(visit: Visit, *, probe_sync: bool) -> list[Finding]:
    return [*_syncs(visit, probe_sync=probe_sync), _payment_terms(visit)]


def _syncs(visit: Visit, *, probe_sync: bool) -> Iterator[Finding]:
    for plural, path in visit.sync_paths.items():
        name = f"writing {plural}"
        if path is None:
            yield Finding(name, "unknown", "not tried: there is no path to write to")
        elif probe_sync:
            yield _posted(visit, name, plural, path)
        else:
            yield Finding(name, "unknown", NOT_TRIED)


def _posted(visit: Visit, name: str, plural: str, path: str) -> Finding:
    try:
        reply = visit.client.write("POST", path, {plural: []})
    except TraedeUnavailable as error:
        return Finding(name, "problem", error.message, error.hint)
    taken = visit.client.shape(Answer(reply.status or 0, reply.body))
    return _judged(name, path, reply, taken)


def _judged(name: str, path: str, reply: Reply, body: str) -> Finding:
    words = "; ".join(reply.words)
    if reply.outcome == "accepted":
        sentence = f"POST {path} takes an empty list ({reply.status}, {body})"
        return Finding(name, "ok", sentence)
    if reply.outcome == "refused" and reply.status not in (404, 405):
        sentence = f"POST {path} is there; it refuses an empty list ({reply.status}"
        return Finding(name, "ok", f"{sentence}: {words})" if words else f"{sentence})")
    if reply.outcome == "refused":
        sentence = f"POST {path} is answered {reply.status}"
        return Finding(
            name, "problem", sentence, "Ask Traede for the path of the sync."
        )
    told = ", ".join(text for text in (str(reply.status or ""), words) if text)
    sentence = f"POST {path}: no clear answer ({told})"
    return Finding(name, "warning", sentence, "Run the same command again later.")


def _payment_terms(visit: Visit) -> Finding:
    sentence = (
        f"sent as `{visit.settings.payment_term_field}`; the documents also have "
        "another name, and no read shows which counts"
    )
    hint = "Look in Traede after the first customer that has one."
    return Finding("payment term", "unknown", sentence, hint)
