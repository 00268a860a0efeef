"""What the state remembers, for people; as JSON the same for scripts:

    {"format_version": "1.0", "state": "…", "exists": true,
     "tenant": {"url": "…", "brand_id": 1}, "commit": "…",
     "managed": {"product": 32}, "lease": null,
     "in_flight": [{"run": 118, "request": "POST /products/sync",
                    "intended": "…", "objects": ["product:tee"]}],
     "runs": [{"id": 118, "started": "…", "ended": "…", "who": "…", "commit": "…",
               "plan": "sha256:…", "exit_code": 0, "changed": 37, "left": 0,
               "adopted": 0}]}

With a run: `{"format_version", "run": {…}, "calls": [{"request", "intended",
"items": [{"id", "outcome", "words"}]}]}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from reconcile.core.history import LeaseNow, PastRun, RunDetails, Status
from reconcile.core.model import Ref
from reconcile.reports.escape import terminal
from reconcile.reports.layout import Cell, Items, Page, aligned
from reconcile.reports.words import TOLD, count, label, short

FORMAT_VERSION: Final = "1.0"
_WIDTH: Final = 8
"""Of the titles on the left."""
_OUTCOMES: Final[Mapping[str | None, str]] = {
    "failed": "not applied",
    "unknown": "unknown",
    "skipped": "skipped",
    None: "in flight",
    "done": "done",
}
"""What becomes of an item, in the order in which it is told."""


def render_status(
    status: Status, *, color: bool, width: int = 100, zone: tzinfo = UTC
) -> str:
    """One look at a state, without a line end at its end; times as in `zone`."""
    page = Page(width, color)
    brand = status.tenant.brand_id
    shop = status.tenant.url + (f" (brand {brand})" if brand is not None else "")
    lines = _titled(page, "State", f"{status.place}, for {shop}")
    if not status.exists:
        return "\n".join([*lines, "", "Nothing was applied yet: there is no state."])
    lines += _titled(page, "Managed", _managed(status))
    lines += _titled(page, "Lease", _lease(status.lease, status.now))
    lines += _titled(page, "Journal", _journal(status))
    lines.append("")
    if not status.runs:
        return "\n".join([*lines, "No run yet."])
    rows = [_run_columns(run, status, zone) for run in status.runs]
    titles = zip(_TITLES, map(any, zip(*rows, strict=True)), strict=True)
    table = aligned([[title if used else "" for title, used in titles], *rows])
    lines += [
        page.heading("Last runs", f"(times in {zone})"),
        f"  {page.paint(table[0], 'dim')}",
        *(f"  {row}" for row in table[1:]),
    ]
    return "\n".join(lines)


def render_run(
    details: RunDetails, *, color: bool, width: int = 100, zone: tzinfo = UTC
) -> str:
    """One run with what became of each object, without a line end at its end."""
    page, run = Page(width, color), details.run
    commit = f", {commit_words(run.commit, run.edited)}" if run.commit else ""
    lines = _titled(
        page,
        f"Run {run.id}",
        f"{_span(run, zone)} by {run.who}{commit}, plan {short(run.plan)}",
    )
    lines += page.paragraph(Cell(_ending(run) + ".", "bold"), 0, 0)
    told: dict[str | None, dict[str, list[Ref]]] = {name: {} for name in _OUTCOMES}
    for call in details.calls:
        for item in call.items:
            told[item.outcome].setdefault(item.words, []).append(item.ref)
    for outcome, by_words in told.items():
        for words, refs in by_words.items():
            said = f": {words}" if words else ""
            told_as = f"{_OUTCOMES[outcome]} ({len(refs)}){said}"
            lines += ["", *page.paragraph(Cell(told_as, "bold"), 0)]
            texts = [label(ref) for ref in refs]
            lines += page.items(Items(texts, None if outcome != "done" else 10), 2)
    return "\n".join(lines)


def render_holder(lease: LeaseNow | None, now: datetime) -> str:
    """Who holds the lease, and what takes it away."""
    if lease is None:
        return "Nobody holds the lease: there is nothing to unlock."
    return (
        f"The lease is {terminal(_lease(lease, now))}.\n"
        "If its run is dead, the next one takes over: at once on the same machine, "
        "elsewhere when the lease ends.\n"
        "If that run is certainly over and you cannot wait:\n"
        f"  reconcile unlock {lease.id}"
    )


def status_to_json(status: Status) -> str:
    """All of it; what is not ASCII is escaped."""
    lease = status.lease
    document = {
        "format_version": FORMAT_VERSION,
        "state": status.place,
        "exists": status.exists,
        "tenant": asdict(status.tenant),
        "commit": status.commit,
        "managed": dict(status.managed or {}),
        "lease": lease
        and {
            "id": lease.id,
            "who": lease.who,
            "host": lease.host,
            "process": lease.process,
            "since": _iso(lease.since),
            "expires": _iso(lease.expires),
        },
        "in_flight": [
            {
                "run": call.run,
                "request": call.request,
                "intended": _iso(call.intended),
                "objects": [str(item.ref) for item in call.items],
            }
            for call in status.open_calls
        ],
        "runs": [_run_json(run) for run in status.runs],
    }
    return json.dumps(document, indent=2) + "\n"


def run_to_json(details: RunDetails) -> str:
    document = {
        "format_version": FORMAT_VERSION,
        "run": _run_json(details.run),
        "calls": [
            {
                "request": call.request,
                "intended": _iso(call.intended),
                "items": [
                    {"id": str(i.ref), "outcome": i.outcome, "words": i.words}
                    for i in call.items
                ],
            }
            for call in details.calls
        ],
    }
    return json.dumps(document, indent=2) + "\n"


# Sentences


def _titled(page: Page, title: str, text: str) -> list[str]:
    return page.titled(title.ljust(_WIDTH), text)


def _managed(status: Status) -> str:
    managed = status.managed or {}
    told = [count(managed[kind], kind) for kind in TOLD if managed.get(kind)]
    commit = status.commit and commit_words(status.commit, status.edited)
    applied = f"; last applied: {commit}" if commit else ""
    return (", ".join(told) or "nothing") + applied


def _lease(lease: LeaseNow | None, now: datetime) -> str:
    if lease is None:
        return "free"
    left = lease.expires - now
    ends = f"ends in {_age(left)} unless renewed" if left > timedelta() else "is over"
    return (
        f"held by {lease.who} on {lease.host} (process {lease.process}) for "
        f"{_age(now - lease.since)}; it {ends} (id {lease.id})"
    )


def _journal(status: Status) -> str:
    calls = status.open_calls
    if not calls:
        return "nothing in flight"
    objects = sum(len(call.items) for call in calls)
    said = f"{count(len(calls), 'call')} in flight with {count(objects, 'object')}"
    if status.lease and status.lease.expires > status.now:
        return said
    return f"{said}: the next apply settles them by reading"


def commit_words(commit: str, edited: bool) -> str:
    """What a run applied: a commit, and what the files had beside it."""
    besides = " and changes that were not committed" if edited else ""
    return f"commit {commit[:7]}{besides}"


def moment_words(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


_TITLES: Final = ("run", "started", "commit", "by", "result")


def _run_columns(run: PastRun, status: Status, zone: tzinfo) -> tuple[str, ...]:
    commit = run.commit[:7] if run.commit else ""
    if commit and run.edited:
        commit += " + uncommitted"
    started = moment_words(run.started, zone)
    return str(run.id), started, commit, run.who, _ending(run, status)


def _ending(run: PastRun, status: Status | None = None) -> str:
    if run.ended is None:
        if status and status.lease and status.runs[0] == run:
            return "goes on, or was cut off" if _over(status) else "goes on"
        return "not ended" if status is None else "cut off"
    told = [
        f"{number} {word}"
        for number, word in (
            (run.changed, "changed"),
            (run.left, "left"),
            (run.adopted or None, "adopted"),
        )
        if number is not None
    ]
    code = f"exit {run.exit_code}" if run.exit_code else ""
    return ", ".join(told or ["done"]) + (f" ({code})" if code else "")


def _over(status: Status) -> bool:
    return status.lease is not None and status.lease.expires <= status.now


def _span(run: PastRun, zone: tzinfo) -> str:
    start = f"{moment_words(run.started, zone)} {zone}"
    if run.ended is None:
        return start
    return f"{start}, for {_age(run.ended - run.started)}"


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def _age(passed: timedelta) -> str:
    seconds = max(0, int(passed.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


def _run_json(run: PastRun) -> dict[str, Any]:
    times = {"started": _iso(run.started), "ended": _iso(run.ended)}
    return {**asdict(run), **times}
