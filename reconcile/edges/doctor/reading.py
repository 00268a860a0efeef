"""How lists can be read: pages, limits, includes, whether they come whole, filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from reconcile.core.diagnosis import Finding, Verdict
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.core.wire.read import flatten_categories, remote_id
from reconcile.edges.answers import Answer, whole_number
from reconcile.edges.bruno import MAX_LIMIT, query
from reconcile.edges.doctor.fields import comes, readable_with, takes_in
from reconcile.edges.doctor.visit import Listing, Visit, rows_of, tried
from reconcile.edges.live import default_includes
from reconcile.edges.walk import Row, rows_in, walk
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

SMALLER: Final = (50, 40, 30, 25, 20, 10, 5, 1)
OPTIONAL: Final[dict[KindName, tuple[str, ...]]] = {
    "product": ("variants.costPrices",),
    "customer": ("addresses",),
}
"""Includes that only the newer documents name, or none: worth asking for if they
bring something (E-13, C-17)."""
BY_ID: Final = (("id", "asc"),)


# --- limit --------------------------------------------------------------------------


def usable_limit(visit: Visit, kinds: Sequence[KindName]) -> list[Finding]:
    """A finding only where the configured limit is refused; a smaller one is taken."""

    def check() -> list[Finding]:
        asked = visit.settings.page_limit
        if not kinds or visit.rows(kinds[0], limit=asked) is not None:
            return []
        for smaller in (limit for limit in SMALLER if limit < asked):
            if visit.rows(kinds[0], limit=smaller) is not None:
                visit.adopt(page_limit=smaller)
                sentence = f"{asked} rows a page are refused; {smaller} work"
                hint = "Take page_limit over into reconcile.yaml (below)."
                return [Finding("page limit", "problem", sentence, hint)]
        return []

    return tried("page limit", check)


# --- includes -----------------------------------------------------------------------


def includes(visit: Visit, kinds: Sequence[KindName]) -> list[Finding]:
    """Each include by itself; those that work are asked for from now on."""
    return [
        finding
        for kind in kinds
        for finding in tried(_includes_name(kind), partial(_includes_of, visit, kind))
    ]


def _includes_name(kind: KindName) -> str:
    return f"{KINDS[kind].plural} with includes"


def _includes_of(visit: Visit, kind: KindName) -> list[Finding]:
    usual = default_includes(kind)
    configured = (visit.settings.includes or {}).get(KINDS[kind].plural, usual)
    bare = visit.rows(kind, limit=visit.settings.page_limit, sort=BY_ID)
    if bare is None:
        sentence = "not tried: the list is refused even without any"
        return [Finding(_includes_name(kind), "unknown", sentence)]
    ones: list[_Include] = []
    for name in dict.fromkeys((*usual, *configured)):
        fatal = {one.name for one in ones if one.fatal}
        ones.append(_include(visit, kind, name, bare, fatal))
    working = [one.name for one in ones if one.works and one.name in configured]
    fatal = {one.name for one in ones if one.fatal}
    extra = [name for name in OPTIONAL.get(kind, ()) if name not in configured]
    others = [
        _optional(visit, kind, name, bare)
        for name in extra
        if _above(name) not in fatal
    ]
    working += [one.name for one in others if one.works]
    found = [one.finding for one in (*ones, *others)]
    if _lacks_variants(usual, configured, bare):
        working.insert(0, "variants")
        found.append(_unasked())
    _adopt_includes(visit, kind, tuple(working))
    return found


def _lacks_variants(
    usual: Sequence[str], configured: Sequence[str], bare: Sequence[Row]
) -> bool:
    asked = "variants" not in usual or "variants" in configured
    return not asked and not comes(bare, "variants")


def _adopt_includes(visit: Visit, kind: KindName, working: tuple[str, ...]) -> None:
    whole = dict(visit.settings.includes or {})
    whole.pop(KINDS[kind].plural, None)
    if working != default_includes(kind):
        whole[KINDS[kind].plural] = working
    if whole != (visit.settings.includes or {}):
        visit.adopt(includes=whole or None)


@dataclass(frozen=True, slots=True)
class _Include:
    """What became of one include."""

    name: str
    finding: Finding
    works: bool
    """Whether to ask for it from now on."""
    fatal: bool = False
    """Nothing can be compared without it, nor can what hangs below it come."""


def _include(
    visit: Visit, kind: KindName, name: str, bare: Sequence[Row], fatal: Set[str]
) -> _Include:
    """An include of the field table, or of the configuration."""
    plural = KINDS[kind].plural
    title = f"{plural} with {name}"
    if _above(name) in fatal:
        finding = Finding(title, "unknown", "there is nothing that it could come with")
        return _Include(name, finding, works=True)
    answer = _with(visit, kind, name)
    rows = rows_of(answer, plural)
    if rows is None and comes(bare, name):
        sentence = f"refused ({answer.status}), and not needed: it comes unasked"
        return _Include(name, Finding(title, "note", sentence), works=False)
    there = False if rows is None else comes(rows, name)
    if there is None:
        sentence = "accepted; nothing there yet to come"
        return _Include(name, Finding(title, "unknown", sentence), works=True)
    if there:
        return _Include(name, Finding(title, "ok", "works"), works=True)
    said = f"refused ({answer.status})" if rows is None else "accepted, but empty"
    if name == "variants":
        sentence = f"{said}: without variants nothing can be compared"
        hint = "Ask Traede how variants are read."
        finding = Finding(title, "problem", sentence, hint)
        return _Include(name, finding, works=True, fatal=True)
    sentence = f"{said}: {_cost(readable_with(kind, name))}"
    finding = Finding(title, "warning", sentence)
    return _Include(name, finding, works=rows is not None)


def _unasked() -> Finding:
    sentence = "reconcile.yaml does not ask for variants: nothing could be compared"
    hint = "Take includes over into reconcile.yaml (below)."
    return Finding("includes", "problem", sentence, hint)


def _optional(visit: Visit, kind: KindName, name: str, bare: Sequence[Row]) -> _Include:
    """An include that is not asked for as yet."""
    plural = KINDS[kind].plural
    title = f"{plural} with {name}"

    def told(sentence: str, verdict: Verdict = "ok") -> _Include:
        return _Include(name, Finding(title, verdict, sentence), works=False)

    if comes(bare, name):
        return told("comes unasked")
    answer = _with(visit, kind, name)
    rows = rows_of(answer, plural)
    if rows is None:
        return told(f"refused ({answer.status}); no document promises it")
    there = comes(rows, name)
    if there is None:
        return told("accepted; nothing there yet to come", "unknown")
    if not there:
        return told("accepted, but nothing comes")
    if not takes_in(kind, rows, name):
        return told("works, in a form that is not understood", "note")
    hint = "Take includes over into reconcile.yaml (below)."
    finding = Finding(title, "note", "works, and is worth asking for", hint)
    return _Include(name, finding, works=True)


def _with(visit: Visit, kind: KindName, name: str) -> Answer:
    """The first page with one include, and with those that it hangs below."""
    steps = name.partition(":")[0].split(".")
    names = [".".join(steps[:n]) for n in range(1, len(steps))] + [name]
    options = query(limit=visit.settings.page_limit, sort=BY_ID, includes=names)
    return visit.get(visit.list_path(kind), options)


def _above(name: str) -> str:
    """The include that a nested one hangs below."""
    return name.rpartition(".")[0]


def _cost(fields: Sequence[str]) -> str:
    if not fields:
        return "what it would bring stays unknown"
    return f"{', '.join(fields)} cannot be read, only compared with the last apply"


# --- whole lists ----------------------------------------------------------------------


def walk_all(
    visit: Visit, kinds: Sequence[KindName]
) -> tuple[list[Listing], list[Finding]]:
    """Every list, proven complete or not."""
    lists, findings = [], []
    for kind, said in visit.closed.items():
        findings.append(_closed(visit, kind, said))
    for kind in kinds:
        listing, finding = _walk(visit, kind)
        lists.append(listing)
        findings.append(finding)
    return lists, findings


def _closed(visit: Visit, kind: KindName, said: str) -> Finding:
    plural = KINDS[kind].plural
    if not visit.core_found:
        return Finding(plural, "unknown", "not read: core was not found")
    sentence = f"{visit.list_path(kind)} cannot be read ({said})"
    hint = (
        "A plan reads every list. After 403 the token's user lacks a right in Traede."
    )
    return Finding(plural, "problem", sentence, hint)


def _walk(visit: Visit, kind: KindName) -> tuple[Listing, Finding]:
    plural = KINDS[kind].plural
    wanted = (visit.settings.includes or {}).get(plural, default_includes(kind))
    try:
        found = walk(visit.client, plural, wanted, ids_of=_ids_of(kind))
    except TraedeUnavailable as error:
        with suppress(UnexpectedAnswer):
            # Ends the visit if it was not about this list alone.
            visit.get(visit.list_path(kind), query(limit=1))
        sentence = f"not read completely: {error.message}"
        return Listing(kind, ()), Finding(plural, "problem", sentence, error.hint)
    listing = Listing(kind, found.rows, found.total, found.proof)
    how = "as many as the total" if found.proof == "total" else "twice the same"
    sentence = f"{_counted(kind, found.rows)}; read completely ({how})"
    if dropped := found.dropped_includes:
        sentence += f", but without {', '.join(dropped)}"
        return listing, Finding(plural, "warning", sentence)
    return listing, Finding(plural, "ok", sentence)


def _ids_of(kind: KindName) -> Any:
    return _with_below if kind == "category" else lambda _: ()


def _with_below(row: Row) -> Iterator[int]:
    return (remote_id(category) for category in flatten_categories([row]))


def _counted(kind: KindName, rows: Sequence[Row]) -> str:
    if kind == "category":
        return str(len({own for row in rows for own in _with_below(row)}))
    if kind != "product":
        return str(len(rows))
    below = [row.get("variants") for row in rows]
    number = sum(len(variants) for variants in below if isinstance(variants, list))
    return f"{len(rows)}, with {number} variants"


# --- pages, limits, totals ------------------------------------------------------------


def paging(visit: Visit, lists: Sequence[Listing]) -> list[Finding]:
    """Asked of the longest list."""
    longest = max(lists, key=lambda one: len(one.rows), default=None)
    if longest is None or not longest.rows:
        read = lists and all(one.proof for one in lists)
        why = "there is no object yet" if read else "not every list could be read"
        return [
            Finding("pages", "unknown", f"where they start is not known: {why}"),
            Finding("rows a page", "unknown", f"how many come is not known: {why}"),
            Finding("total", "unknown", f"nothing is counted yet: {why}"),
        ]
    return [
        *tried("pages", partial(_pages, visit, longest)),
        *tried("rows a page", partial(_limits, visit, longest)),
        *tried("total", partial(_totals, visit, lists)),
    ]


def _pages(visit: Visit, longest: Listing) -> Finding:
    first, second, third = (_page(visit, longest.kind, number) for number in range(3))
    if isinstance(first, Answer):
        if isinstance(second, Answer) or not second:
            return Finding("pages", "problem", "neither page 0 nor page 1 is given")
        return Finding(
            "pages", "ok", f"counted from 1; page 0 is refused ({first.status})"
        )
    if isinstance(second, Answer):
        return Finding("pages", "problem", f"page 1 is refused ({second.status})")
    if not first:
        return Finding("pages", "ok", "counted from 1; page 0 is empty")
    if first != second:
        return Finding("pages", "ok", "counted from 0")
    if third == first:
        sentence = "`page` is ignored: every page is the first"
        hint = "Ask Traede how this list is paged; nothing can be planned without."
        return Finding("pages", "problem", sentence, hint)
    return Finding("pages", "ok", "counted from 1; page 0 shows page 1")


def _page(visit: Visit, kind: KindName, number: int) -> list[int] | Answer:
    """The ids on one page of one row, or the refusal of it."""
    answer = visit.get(visit.list_path(kind), query(limit=1, page=number, sort=BY_ID))
    rows = rows_of(answer, KINDS[kind].plural)
    return answer if rows is None else _ids(rows)


def _limits(visit: Visit, longest: Listing) -> Finding:
    whole, asked = len(longest.rows), visit.settings.page_limit
    unasked = visit.rows(longest.kind)
    most = visit.rows(longest.kind, limit=MAX_LIMIT)
    usual = _default_limit(unasked, whole)
    if not most:
        sentence = f"{MAX_LIMIT} are refused, {asked} work; {usual}"
        return Finding("rows a page", "ok", sentence)
    given = len(most)
    if given > MAX_LIMIT:
        return Finding("rows a page", "note", f"`limit` is ignored: {given} come")
    if given < min(whole, asked):
        visit.adopt(page_limit=given)
        sentence = f"never more than {given}, though {asked} were asked for; {usual}"
        hint = "Take page_limit over into reconcile.yaml (below): it saves requests."
        return Finding("rows a page", "warning", sentence, hint)
    if given < min(whole, MAX_LIMIT):
        return Finding("rows a page", "ok", f"at most {given}; {usual}")
    if given == MAX_LIMIT:
        return Finding("rows a page", "ok", f"{MAX_LIMIT} if asked for; {usual}")
    sentence = f"the longest list has {whole}; how many come at most is not known"
    return Finding("rows a page", "unknown", sentence)


def _default_limit(unasked: Sequence[Row] | None, whole: int) -> str:
    if unasked is None:
        return "refused without a limit"
    if len(unasked) < whole:
        return f"{len(unasked)} if nothing is asked"
    return f"all {whole} if nothing is asked"


def _totals(visit: Visit, lists: Sequence[Listing]) -> Finding:
    filled = [one for one in lists if one.proof and one.rows]
    words = [_total(visit, one) for one in filled]
    if not words:
        return Finding("total", "unknown", "no list was read completely")
    if all(one.proof == "total" for one in filled):
        return Finding("total", "ok", f"usable: {', '.join(words)}")
    return Finding(
        "total",
        "note",
        f"{', '.join(words)}; a list without a usable total is read twice",
    )


def _total(visit: Visit, one: Listing) -> str:
    plural = KINDS[one.kind].plural
    answer = visit.get(visit.list_path(one.kind), query(limit=1))
    body = answer.body if isinstance(answer.body, dict) else {}
    key = next((key for key in ("total", "totals") if key in body), None)
    if key is None:
        return f"{plural} none"
    if one.proof == "total":
        return f"{plural} `{key}`"
    told = whole_number(body[key])
    per_page = told == 1 and len(one.rows) > 1
    return (
        f"{plural} `{key}`, which counts {'the page' if per_page else 'something else'}"
    )


# --- filters --------------------------------------------------------------------------


def filters(visit: Visit, lists: Sequence[Listing]) -> list[Finding]:
    """Whether single objects can be asked for by their keys."""
    return [
        finding
        for one in lists
        if one.kind in ("product", "customer")
        for finding in tried(_filter_name(one), partial(_filter, visit, one))
    ]


def _filter(visit: Visit, one: Listing) -> Finding:
    column = KINDS[one.kind].key_field
    name = _filter_name(one)
    keys = list(dict.fromkeys(_keys(one.rows, column)))
    if not one.proof:
        return Finding(name, "unknown", "the list could not be read")
    if len(keys) < 2:
        few = "only one object" if keys else "no object"
        return Finding(name, "unknown", f"{few} yet: an ignored filter would not show")
    asked = keys[: min(2, len(keys) - 1)]
    found = rows_in(visit.client, KINDS[one.kind].plural, column, asked)
    if found is not None and set(_keys(found, column)) == set(asked):
        return Finding(name, "ok", "`in` works: single objects are asked for")
    sentence = "`in` cannot be relied on: the whole list is read instead"
    return Finding(name, "note", sentence)


def _filter_name(one: Listing) -> str:
    return f"filter {KINDS[one.kind].key_field}"


def _keys(rows: Iterable[Row], column: str) -> Iterator[str]:
    values = (row.get(column) for row in rows)
    return (str(value) for value in values if isinstance(value, str | int))


def _ids(rows: Iterable[Row]) -> list[int]:
    found = (whole_number(row.get("id")) for row in rows)
    return [own for own in found if own is not None]
