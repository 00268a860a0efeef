"""Reading a collection whole, and proving that it was read whole.

Right on servers that count pages from 0 and from 1, that cap the limit, and that tell
a `total`, `totals` or nothing. What is not proven is raised, never returned.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from reconcile.edges.answers import Answer, whole_id, whole_number
from reconcile.edges.bruno import MAX_LIMIT, Filter, chunks, query
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

if TYPE_CHECKING:
    from reconcile.edges.client import Client

Row = dict[str, Any]
IdsOf = Callable[[Row], Iterable[int]]

Proof = Literal["total", "second walk"]

OnPage = Callable[[int, int | None], None]
"""Told after each page: how many rows so far, and how many Traede says there are."""

MAX_PAGES = 20_000
PASSES = 3
_REPEATS = 3
"""Pages in a row without a new row, after which Traede is going round in circles."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A collection, proven complete."""

    rows: list[Row]
    dropped_includes: tuple[str, ...]
    """Includes that Traede cannot answer; what they would load is unknown."""
    page_base: int
    """Whether Traede counts its pages from 0 or from 1."""
    requests: int
    total: int | None = None
    """What Traede last told as the total, which may count something else."""
    proof: Proof = "total"


def nobody(_rows: int, _total: int | None) -> None:
    """Nobody wants to know."""


def walk(
    client: Client,
    collection: str,
    includes: Sequence[str] = (),
    *,
    ids_of: IdsOf = lambda row: (),  # noqa: ARG005 - nothing is nested by default
    max_pages: int = MAX_PAGES,
    on_page: OnPage = nobody,
) -> Walk:
    """Every row of a collection; `ids_of` names the ids nested inside a row."""
    reader = _Reader(client, collection, tuple(includes), max_pages=max_pages)
    reader.on_page = on_page
    before: _Pass | None = None
    flaws: list[str] = []
    for _ in range(PASSES):
        now = reader.read_all()
        proof = _proof(now, before, ids_of)
        if proof == "second walk" and not reader.is_page_one_first(now):
            now.flaw = f"page 0 answers {now.refused}, and page 1 may not be the first"
            proof = None
        if proof is not None:
            return Walk(
                list(now.rows.values()),
                tuple(reader.dropped),
                now.base,
                reader.requests,
                now.totals[-1],
                proof,
            )
        flaws.append(now.flaw or f"{len(now.rows)} rows on pages to {now.last}")
        # Asked for as many rows as it gives, a server that caps the limit skips none.
        limit = min(now.longest or reader.limit, MAX_LIMIT)
        reader.end = now.last if limit == reader.limit else None
        before, reader.limit = now, limit
    raise TraedeUnavailable(
        f"{reader.path} could not be read completely, {PASSES} times:"
        f" {'; '.join(flaws)}.",
        hint="If people are working in Traede right now, run the command again later.",
    )


def rows_in(
    client: Client,
    collection: str,
    column: str,
    values: Iterable[str],
    includes: Sequence[str] = (),
) -> list[Row] | None:
    """The rows whose column holds one of the values; None where that is not sure.

    None means: walk the whole collection. A value without a row is not proven absent.
    """
    rows: dict[int, Row] = {}
    for some in chunks(values):
        # Laravel trims what it is sent, and reads "" and "null" as NULL.
        if any(text.strip() in ("", "null") or text != text.strip() for text in some):
            return None
        reader = _Reader(
            client, collection, tuple(includes), filters=[(column, "in", some)]
        )
        try:
            found = reader.read(0, reader.fetch(0, attempts=2))
        except UnexpectedAnswer:
            return None
        if isinstance(found, _BadPage) or found.flaw:
            return None
        wanted = frozenset(some)
        if any(_as_text(row.get(column)) not in wanted for row in found.rows.values()):
            return None
        rows |= found.rows
    return list(rows.values())


@dataclass(slots=True)
class _Pass:
    """What one reading of all pages found."""

    limit: int
    base: int = 0
    refused: int | None = None
    """The status by which page 0 was refused."""
    last: int = 0
    longest: int = 0
    first_id: int | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    totals: list[int | None] = field(default_factory=list)
    flaw: str = ""
    """Why this pass proves nothing, whatever it found."""

    def ids(self, ids_of: IdsOf) -> set[int]:
        return set(self.rows).union(*(ids_of(row) for row in self.rows.values()))


@dataclass(frozen=True, slots=True)
class _BadPage:
    number: int
    answer: Answer


def _proof(now: _Pass, before: _Pass | None, ids_of: IdsOf) -> Proof | None:
    if now.flaw:
        return None
    ids = now.ids(ids_of)
    total = now.totals[0]
    if total == now.totals[-1] and total in (len(now.rows), len(ids)):
        return "total"
    if before is not None and not before.flaw and before.ids(ids_of) == ids:
        return "second walk"
    return None


class _Reader:
    """The pages of one collection, with those includes that Traede can answer."""

    def __init__(
        self,
        client: Client,
        collection: str,
        includes: tuple[str, ...],
        *,
        filters: Sequence[Filter] = (),
        max_pages: int = MAX_PAGES,
    ) -> None:
        self.client = client
        self.collection = collection
        self.includes = includes
        self.filters = filters
        self.max_pages = max_pages
        self.path = client.core(collection)
        self.limit = max(1, min(client.settings.page_limit, MAX_LIMIT))
        self.dropped: list[str] = []
        self.requests = 0
        self.on_page: OnPage = nobody
        self.end: int | None = None
        """The empty page at the end of an earlier reading."""
        self._counting = threading.Lock()

    def read_all(self) -> _Pass:
        """All pages once; from the start again where an include has to go."""
        for _ in range(len(self.includes) + 2):
            zero = self.fetch(0)
            found = self.read(0, zero)
            if isinstance(found, _BadPage) and not zero.ok:
                if self._drop_includes(0):
                    continue
                found = self.read(1, self.fetch(1))
                if isinstance(found, _Pass):
                    found.refused = zero.status
            if isinstance(found, _Pass):
                return found
            if not self._drop_includes(found.number):
                # Page 1 failing as well: then it is not about where pages start.
                self.client.fail(self.path, found.answer)
        raise TraedeUnavailable(
            f"{self.path} could not be read completely: the same page fails and works"
            " by turns.",
            hint="Traede seems to be in trouble. Run the same command again later.",
        )

    def is_page_one_first(self, found: _Pass) -> bool:
        """Whether page 1 begins with the first row, where page 0 is refused.

        Only where pages count from 1 does page 1 begin with the same row at any
        limit. A 5xx on page 0 could as well be a row that Traede cannot show; a
        plain no could not, nor its old form: 200 with `errors` (SEMANTICS 1.7).
        """
        if found.refused in (None, 200, 400, 404, 416, 422):
            return True
        other = 1 if found.limit > 1 else 2
        answer = self.fetch(1, limit=other)
        if not answer.ok:
            return False
        rows, _ = self._parse(1, answer)
        return 0 < len(rows) <= other and rows[0][0] == found.first_id

    def read(self, start: int, answer: Answer) -> _Pass | _BadPage:
        """All pages from `start`, whose answer is given, to an empty one."""
        found = _Pass(self.limit, base=start)
        before: list[int] = []
        stale = 0
        ahead = _Ahead(self, found, self.end)
        for number in range(start, start + self.max_pages):
            if number > start:
                answer = ahead.page(number)
            if not answer.ok:
                return _BadPage(number, answer)
            rows, total = self._parse(number, answer)
            ids = [key for key, _ in rows]
            found.last = number
            found.totals.append(total)
            if not ids and number > 0:
                return found
            if number == 1 and start == 0 and (not before or ids == before):
                found.base = 1
            fresh = any(key not in found.rows for key in ids)
            self._take(found, rows)
            self.on_page(len(found.rows), total)
            stale = 0 if fresh or not ids else stale + 1
            if number > 1 and (ids == before or stale >= _REPEATS):
                found.flaw = f"page {number} repeats earlier rows: `page` is ignored"
                return found
            before = ids
        raise TraedeUnavailable(
            f"{self.path} could not be read completely: after {self.max_pages} pages"
            " there is no end.",
            hint="Traede seems to ignore `page`. Check traede.url and traede.paths.",
        )

    def fetch(
        self,
        number: int,
        includes: tuple[str, ...] | None = None,
        *,
        limit: int | None = None,
        attempts: int | None = None,
    ) -> Answer:
        options = query(
            limit=limit or self.limit,
            page=number,
            sort=[("id", "asc")],
            includes=self.includes if includes is None else includes,
            filters=self.filters,
        )
        answer = self.client.fetch(self.path, options, attempts=attempts)
        with self._counting:
            self.requests += answer.attempts
        return answer

    def _drop_includes(self, number: int) -> bool:
        """Find the includes with which a page fails; False if it fails without any.

        Each is added to those that work. It goes if the page then fails, works
        without it, and fails with it again: no passing trouble looks like that.
        """
        if not self.includes or not self.fetch(number, ()).ok:
            return False
        working: tuple[str, ...] = ()
        for name in self.includes:
            tried = (*working, name)
            if self.fetch(number, tried, attempts=2).ok:
                working = tried
                continue
            check = self.fetch(number, working)
            if not check.ok:
                self.client.fail(self.path, check)
            if self.fetch(number, tried, attempts=2).ok:
                working = tried
                continue
            if name.partition(":")[0] == "variants":
                raise TraedeUnavailable(
                    f"Traede cannot answer {self.path} with the include `variants`,"
                    " without which nothing can be compared.",
                    hint="Run the same command again later; then ask Traede.",
                )
            self.dropped.append(name)
        self.includes = working
        return True

    def _parse(
        self, number: int, answer: Answer
    ) -> tuple[list[tuple[int, Row]], int | None]:
        body = answer.body
        listed = body.get(self.collection) if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(listed, list):
            raise UnexpectedAnswer(
                f"Traede answered GET {self.path} (page {number}) with"
                f" {self.client.shape(answer)}; a list `{self.collection}` is missing.",
                hint="Check traede.url and traede.paths: `reconcile doctor`.",
            )
        rows = []
        for row in listed:
            key = whole_id(row)
            if key is None:
                raise UnexpectedAnswer(
                    f"Traede answered GET {self.path} (page {number}) with a row in"
                    f" `{self.collection}` that has no numeric id."
                )
            rows.append((key, row))
        total = whole_number(body.get("total", body.get("totals")))
        return rows, total

    @staticmethod
    def _take(found: _Pass, rows: list[tuple[int, Row]]) -> None:
        if rows and found.first_id is None:
            found.first_id = rows[0][0]
        found.longest = max(found.longest, len(rows))
        for key, row in rows:
            if found.rows.setdefault(key, row) != row:
                found.flaw = f"id {key} came twice with different content"


class _Ahead:
    """Asks for pages before they are needed, as many at once as the client may.

    They come in order, so that the reading is the same. Where nothing says how many
    there are, a tenth too many may be asked for at the end.
    """

    def __init__(self, reader: _Reader, found: _Pass, end: int | None) -> None:
        self._reader, self._found, self._end = reader, found, end
        self._asked: dict[int, Future[Answer]] = {}
        self._window = 1

    def page(self, number: int) -> Answer:
        client = self._reader.client
        if client.reads_at_once == 1:
            return self._reader.fetch(number)
        for ahead in range(number, self._last(number) + 1):
            if ahead not in self._asked:
                self._asked[ahead] = client.begin(partial(self._reader.fetch, ahead))
        self._window = min(2 * self._window, client.reads_at_once)
        return self._asked.pop(number).result()

    def _last(self, number: int) -> int:
        """The page up to which to ask: at most the empty one at the end."""
        total, longest = self._found.totals[-1], self._found.longest
        end = self._end
        if total is not None and longest:
            end = self._found.base - (-total // longest)
        if end is None:
            return number + min(self._window, max(1, number // 10)) - 1
        return max(number, min(number + self._window - 1, end))


def _as_text(value: Any) -> str | None:
    known = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    return str(value) if known else None
