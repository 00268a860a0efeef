"""Who is let in: connection, token, headers; and what answers tell by the way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from reconcile.core.diagnosis import Finding
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.edges.answers import Answer, clean, whole_number
from reconcile.edges.bruno import query
from reconcile.edges.client import Client
from reconcile.edges.doctor.visit import Listing, Visit, rows_of, tried
from reconcile.edges.live import ROOTS
from reconcile.errors import UnexpectedAnswer

MAX_AHEAD: Final = 60
"""Seconds by which two clocks may differ before dates of price lists suffer."""


def open_lists(visit: Visit) -> list[KindName]:
    """The lists that answer at all; ends the visit where none does for lack of
    access, or because Traede is in trouble."""
    answers = {kind: _first_row(visit, kind) for kind in ROOTS}
    kinds: list[KindName] = []
    shut: dict[KindName, Answer] = {}
    for kind, answer in answers.items():
        if answer is not None and rows_of(answer, KINDS[kind].plural) is not None:
            kinds.append(kind)
            continue
        visit.closed[kind] = "no JSON" if answer is None else visit.said(answer)
        if answer is not None and _is_shut(answer):
            shut[kind] = answer
    if not kinds and len(shut) == len(answers):
        worst = max(shut, key=lambda kind: shut[kind].status == 401)
        visit.cut_off("token", visit.list_path(worst), shut[worst])
    return kinds


def let_in(visit: Visit, kinds: Sequence[KindName]) -> list[Finding]:
    """Connection, token and both headers."""
    found = [Finding("connection", "ok", f"{visit.settings.url} answers")]
    if not kinds:
        why = "no list answers, so nothing tells"
        names = ("token", "app identifier", "app key")
        return [*found, *(Finding(name, "unknown", why) for name in names)]
    shut = [KINDS[kind].plural for kind in visit.closed]
    found.append(Finding("token", "ok", "let in"))
    if shut:
        found[-1] = Finding("token", "note", f"let in, but not to: {', '.join(shut)}")
    found += tried("app identifier", partial(_identifier, visit, kinds[0]))
    return found + tried("app key", partial(_key, visit, kinds[0]))


def told_by_the_way(visit: Visit, lists: Sequence[Listing]) -> list[Finding]:
    """What needs no request of its own: clock, rate limit, brand."""
    return [_clock(visit.ahead), _rate_limit(visit), _brand(visit, lists)]


def _first_row(visit: Visit, kind: KindName) -> Answer | None:
    path = visit.list_path(kind)
    try:
        answer = visit.get(path, query(limit=1))
    except UnexpectedAnswer:
        return None
    if answer.status == 401:
        visit.cut_off("token", path, answer)
    return answer


def _is_shut(answer: Answer) -> bool:
    return answer.status in (401, 403) or answer.status >= 500


def _identifier(visit: Visit, kind: KindName) -> Finding:
    name = visit.settings.headers.app_identifier
    with visit.without(identifier=False) as client:
        return _demanded(visit, kind, client, name, "app identifier")


def _key(visit: Visit, kind: KindName) -> Finding:
    name = visit.settings.headers.app_key
    if name not in visit.client.header_names:
        sentence = f"{name}: not sent (TRAEDE_APP_KEY is not set), and not demanded"
        return Finding("app key", "ok", sentence)
    with visit.without(key=False) as client:
        return _demanded(visit, kind, client, name, "app key")


def _demanded(
    visit: Visit, kind: KindName, client: Client, header: str, name: str
) -> Finding:
    answer = visit.get(visit.list_path(kind), query(limit=1), client=client)
    if answer.ok:
        return Finding(name, "ok", f"{header}: sent, and not demanded")
    sentence = f"{header}: sent, and demanded ({answer.status} without it)"
    return Finding(name, "ok", sentence)


def _clock(ahead: float | None) -> Finding:
    if ahead is None:
        return Finding("clock", "unknown", "Traede's answers carry no usable Date")
    if abs(ahead) <= MAX_AHEAD:
        return Finding("clock", "ok", "Traede's clock and this one agree")
    side = "ahead of" if ahead > 0 else "behind"
    sentence = f"Traede's clock is {_span(abs(ahead))} {side} this one"
    hint = "Set this machine's clock: dates of price lists and retries go by it."
    return Finding("clock", "warning", sentence, hint)


def _span(seconds: float) -> str:
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"


def _rate_limit(visit: Visit) -> Finding:
    slowed = sum(wait.reason == "answer 429" for wait in visit.waits)
    told = [f"{name}: {clean(text)}" for name, text in visit.limit_headers.items()]
    headers = f"headers seen: {', '.join(told)}" if told else "no header tells a limit"
    if slowed:
        times = "once" if slowed == 1 else f"{slowed} times"
        sentence = f"Traede slowed this visit down {times} (429); {headers}"
        return Finding("rate limit", "note", sentence)
    return Finding("rate limit", "ok", headers)


def _brand(visit: Visit, lists: Sequence[Listing]) -> Finding:
    rows = [row for one in lists for row in one.rows]
    brands = {whole_number(row.get("brand_id")) for row in rows} - {None}
    shown = " and ".join(str(brand) for brand in sorted(brands, key=str))
    ours = visit.settings.brand_id
    if not brands:
        sentence = "no object shows" if rows else "no object was read that could show"
        hint = "`apply` needs traede.brand_id: ask Traede for the number."
        hint = hint if ours is None else ""
        return Finding("brand", "unknown", f"{sentence} a brand_id", hint)
    if len(brands) > 1:
        sentence = f"objects of several brands come: {shown}"
        hint = "Ask Traede for a token of one brand."
        return Finding("brand", "problem", sentence, hint)
    if ours is None:
        visit.adopt(brand_id=next(iter(brands)))
        sentence = f"brand {shown}; reconcile.yaml does not name it yet"
        hint = "Add traede.brand_id (below) before anything is applied."
        return Finding("brand", "warning", sentence, hint)
    if {ours} != brands:
        sentence = f"this token is of brand {shown}, reconcile.yaml of brand {ours}"
        hint = "Check TRAEDE_TOKEN and --env first: one of the two is another shop's."
        return Finding("brand", "problem", sentence, hint)
    return Finding("brand", "ok", f"brand {shown}, as in reconcile.yaml")
