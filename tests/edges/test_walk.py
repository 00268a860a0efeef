from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core.config import TraedeSettings
from reconcile.edges.client import Client
from reconcile.edges.walk import Row, Walk, rows_in, walk
from reconcile.errors import TraedeUnavailable, UnexpectedAnswer

Options = dict[str, list[str]]
Handler = Callable[[Options], Any]


def rows(count: int, first: int = 1) -> list[Row]:
    return [{"id": n, "item_number": f"p{n}"} for n in range(first, first + count)]


def client_of(handler: Handler, page_limit: int = 5) -> Client:
    """A client whose server is a function from query to body, or to a response."""

    def handle(request: httpx.Request) -> httpx.Response:
        answer = handler(parse_qs(request.url.query.decode()))
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    return Client(
        TraedeSettings(page_limit=page_limit),
        "token",
        transport=httpx.MockTransport(handle),
        sleep=lambda _: None,
    )


def page_of(options: Options) -> int:
    return int(options["page"][0])


def limit_of(options: Options) -> int:
    return int(options["limit"][0])


class FakePages:
    """A collection served in pages, in one of the ways that servers do it."""

    def __init__(
        self,
        content: Sequence[Row],
        *,
        base: int = 0,
        before_base: str = "clamped",  # or an HTTP status, or "empty"
        cap: int = 60,
        cap_after_offset: bool = False,
        total: str | None = None,
        count: int | None = None,
    ) -> None:
        self.content = list(content)
        self.base, self.before_base = base, before_base
        self.cap, self.cap_after_offset = cap, cap_after_offset
        self.total, self.count = total, count
        self.seen: list[Options] = []

    def __call__(self, options: Options) -> Any:
        self.seen.append(options)
        page = page_of(options) - self.base
        limit = min(limit_of(options), self.cap)
        if page < 0 and self.before_base.isdigit():
            return httpx.Response(int(self.before_base), json={"status": "error"})
        start = max(0, page) * (limit_of(options) if self.cap_after_offset else limit)
        found = self.content[start : start + limit]
        if page < 0 and self.before_base == "empty":
            found = []
        body: dict[str, Any] = {"products": found}
        if self.total:
            body[self.total] = len(self.content) if self.count is None else self.count
        return body


def ids(found: Walk) -> list[int]:
    return sorted(row["id"] for row in found.rows)


# --- what works -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11, 23])
@pytest.mark.parametrize("total", ["total", "totals", None])
@pytest.mark.parametrize("cap", [60, 3])
@pytest.mark.parametrize("cap_after_offset", [False, True])
@pytest.mark.parametrize(
    ("base", "before_base"),
    [(0, ""), (1, "clamped"), (1, "empty"), (1, "400"), (1, "422")],
)
def test_every_row_is_read_whatever_the_server_counts_from_and_caps(
    count: int,
    total: str | None,
    cap: int,
    cap_after_offset: bool,
    base: int,
    before_base: str,
) -> None:
    server = FakePages(
        rows(count),
        base=base,
        before_base=before_base,
        cap=cap,
        cap_after_offset=cap_after_offset,
        total=total,
    )

    with client_of(server) as client:
        found = walk(client, "products")

    assert ids(found) == list(range(1, count + 1))
    assert found.requests == len(server.seen)
    assert found.page_base == base or (count == 0 and not before_base.isdigit())


@pytest.mark.parametrize("count", [1, 5, 6, 23])
def test_page_0_answered_500_is_proven_to_be_no_page(count: int) -> None:
    server = FakePages(rows(count), base=1, before_base="500")

    with client_of(server) as client:
        found = walk(client, "products")

    assert ids(found) == list(range(1, count + 1))
    assert found.page_base == 1


@pytest.mark.parametrize("count", [3, 7, 23])
def test_page_0_that_cannot_be_shown_is_not_taken_for_no_page(count: int) -> None:
    whole = FakePages(rows(count))

    def server(options: Options) -> Any:
        # The first row is one that Traede cannot show.
        broken = page_of(options) == 0
        return httpx.Response(500) if broken else whole(options)

    with client_of(server) as client, pytest.raises(TraedeUnavailable) as caught:
        walk(client, "products")
    assert "page 0 answers 500" in str(caught.value)


def test_the_query_is_the_one_that_every_bruno_reads_alike() -> None:
    server = FakePages(rows(1), total="total")

    with client_of(server, page_limit=500) as client:
        walk(client, "products", ["variants"])

    assert server.seen[0] == {
        "includes[]": ["variants"],
        "sort[0][key]": ["id"],
        "sort[0][direction]": ["asc"],
        "limit": ["60"],
        "page": ["0"],
    }


def test_a_total_that_fits_needs_one_walk_and_none_needs_two() -> None:
    with client_of(FakePages(rows(7), total="total")) as client:
        told = walk(client, "products")
    with client_of(FakePages(rows(7))) as client:
        silent = walk(client, "products")

    assert (told.proof, told.requests, told.total) == ("total", 3, 7)
    assert (silent.proof, silent.requests, silent.total) == ("second walk", 6, None)


def test_a_total_that_counts_something_else_is_no_obstacle() -> None:
    with client_of(FakePages(rows(7), total="total", count=99)) as client:
        found = walk(client, "products")

    assert (found.proof, found.total) == ("second walk", 99)
    assert len(found.rows) == 7


@pytest.mark.parametrize("count", [2, 6, 99])
def test_a_tree_is_counted_by_its_roots_or_by_all_in_it(count: int) -> None:
    tree = [
        {"id": 1, "children": [{"id": 2}, {"id": 3}]},
        {"id": 4, "children": [{"id": 5}, {"id": 6}]},
    ]
    server = FakePages(tree, total="total", count=count)

    with client_of(server) as client:
        found = walk(
            client,
            "products",
            ids_of=lambda row: [child["id"] for child in row["children"]],
        )

    assert found.rows == tree
    assert found.proof == ("second walk" if count == 99 else "total")


def test_an_id_may_be_text_and_the_same_row_may_come_twice() -> None:
    content = [{"id": "1"}, {"id": "1"}, {"id": "2"}]

    with client_of(FakePages(content, total="total", count=2)) as client:
        assert walk(client, "products").rows == [{"id": "1"}, {"id": "2"}]


# --- what moves while it is read ------------------------------------------------------


def test_rows_that_shift_are_noticed_and_read_again() -> None:
    server = FakePages(rows(12), total="total")

    def shifting(options: Options) -> Any:
        answer = server(options)
        if len(server.seen) == 1:
            del server.content[0]  # row 6 slides to the page that was just read
        return answer

    with client_of(shifting) as client:
        found = walk(client, "products")

    assert ids(found) == list(range(2, 13))


def test_rows_that_shift_without_a_total_are_noticed_too() -> None:
    server = FakePages(rows(12))

    def shifting(options: Options) -> Any:
        answer = server(options)
        if len(server.seen) == 1:
            del server.content[0]
        return answer

    with client_of(shifting) as client:
        found = walk(client, "products")

    assert ids(found) == list(range(2, 13))
    assert found.requests == 12


def test_a_collection_that_never_rests_is_not_called_complete() -> None:
    server = FakePages(rows(12))

    def restless(options: Options) -> Any:
        if page_of(options) == 0:
            server.content.append({"id": 1000 + len(server.seen)})
        return server(options)

    with client_of(restless) as client, pytest.raises(TraedeUnavailable) as caught:
        walk(client, "products")
    assert "/api/products could not be read completely, 3 times" in str(caught.value)
    assert "pages" in str(caught.value)


def test_a_row_that_is_two_rows_is_not_called_complete() -> None:
    content = [{"id": 1, "color": "red"}, {"id": 1, "color": "blue"}]

    with (
        client_of(FakePages(content, total="total", count=1)) as client,
        pytest.raises(TraedeUnavailable, match="id 1 came twice"),
    ):
        walk(client, "products")


def test_a_total_that_moves_proves_nothing() -> None:
    server = FakePages(rows(7))

    def moving(options: Options) -> Any:
        # The first page tells the right number by luck, the last another.
        return {**server(options), "total": 7 if page_of(options) == 0 else 8}

    with client_of(moving) as client:
        assert walk(client, "products").proof == "second walk"


def test_a_walk_with_a_flaw_does_not_stand_as_the_second() -> None:
    server = FakePages(rows(4))

    def flawed_once(options: Options) -> Any:
        answer = server(options)
        if len(server.seen) == 1:
            answer["products"] = [*answer["products"], {"id": 1, "item_number": "x"}]
        return answer

    with client_of(flawed_once) as client:
        found = walk(client, "products")

    assert found.rows == rows(4)
    assert found.requests == 3 * 2


# --- servers that have no end ---------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 7])
def test_a_server_that_ignores_page_is_noticed(count: int) -> None:
    with (
        client_of(lambda _: {"products": rows(count), "total": count}) as client,
        pytest.raises(TraedeUnavailable, match="`page` is ignored"),
    ):
        walk(client, "products")


def test_a_server_that_goes_round_in_circles_is_noticed() -> None:
    def circle(options: Options) -> Any:
        return {"products": rows(2, first=1 + 2 * (page_of(options) % 3))}

    with (
        client_of(circle) as client,
        pytest.raises(TraedeUnavailable, match="`page` is ignored"),
    ):
        walk(client, "products")


def test_a_server_that_invents_rows_is_left() -> None:
    def endless(options: Options) -> Any:
        return {"products": rows(2, first=1 + 2 * page_of(options))}

    with (
        client_of(endless) as client,
        pytest.raises(TraedeUnavailable, match="after 40 pages"),
    ):
        walk(client, "products", max_pages=40)


# --- answers in no known form ---------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"items": []}, id="other-name"),
        pytest.param({"products": None}, id="null"),
        pytest.param({"products": {"1": {"id": 1}}}, id="object-for-list"),
        pytest.param([{"id": 1}], id="no-envelope"),
        pytest.param({"products": [1]}, id="row-is-a-number"),
        pytest.param({"products": [{"name": "x"}]}, id="no-id"),
        pytest.param({"products": [{"id": "x"}]}, id="id-is-a-word"),
        pytest.param({"products": [{"id": True}]}, id="id-is-a-boolean"),
        pytest.param(httpx.Response(200, text="<html>Log in"), id="html"),
        pytest.param({"errors": [{"detail": "no"}]}, id="error-with-200"),
        pytest.param(httpx.Response(404), id="404"),
    ],
)
def test_an_answer_in_no_known_form_stops(body: Any) -> None:
    with client_of(lambda _: body) as client, pytest.raises(UnexpectedAnswer):
        walk(client, "products")


def test_a_page_that_fails_is_not_the_end() -> None:
    server = FakePages(rows(12), total="total")

    def failing(options: Options) -> Any:
        return httpx.Response(500) if page_of(options) == 2 else server(options)

    with client_of(failing) as client, pytest.raises(TraedeUnavailable, match="500"):
        walk(client, "products", ["variants"])


# --- includes -------------------------------------------------------------------------

INCLUDES = ["variants", "variants.prices", "tags", "variants.inventory"]


def breaking(
    server: Handler, names: set[str], status: int = 500, first_page: int = 0
) -> Handler:
    def handle(options: Options) -> Any:
        asked = set(options.get("includes[]", []))
        if asked & names and page_of(options) >= first_page:
            return httpx.Response(status)
        return server(options)

    return handle


@pytest.mark.parametrize("status", [500, 400, 504])
@pytest.mark.parametrize(
    "names", [{"tags"}, {"variants.prices", "variants.inventory"}, set(INCLUDES[1:])]
)
@pytest.mark.parametrize("first_page", [0, 2])
@pytest.mark.parametrize("before_base", ["", "422", "500"])
def test_an_include_that_traede_cannot_answer_is_dropped_and_named(
    names: set[str], status: int, first_page: int, before_base: str
) -> None:
    pages = FakePages(rows(12), base=1 if before_base else 0, before_base=before_base)

    with client_of(breaking(pages, names, status, first_page)) as client:
        found = walk(client, "products", INCLUDES)

    assert set(found.dropped_includes) == names
    assert ids(found) == list(range(1, 13))
    assert pages.seen[-1]["includes[]"] == [n for n in INCLUDES if n not in names]


def test_variants_are_never_dropped() -> None:
    handler = breaking(FakePages(rows(3)), {"variants"})

    with (
        client_of(handler) as client,
        pytest.raises(TraedeUnavailable, match="include `variants`"),
    ):
        walk(client, "products", INCLUDES)


def test_an_include_is_kept_when_the_server_was_only_in_trouble() -> None:
    pages = FakePages(rows(12), total="total")
    count = 0

    def trouble(options: Options) -> Any:
        nonlocal count
        count += 1
        return httpx.Response(500) if count <= 4 else pages(options)

    with client_of(trouble) as client:
        found = walk(client, "products", INCLUDES)

    assert not found.dropped_includes
    assert len(found.rows) == 12


@pytest.mark.parametrize("failures", range(1, 16))
def test_an_include_that_works_is_never_dropped(failures: int) -> None:
    pages = FakePages(rows(12), total="total")
    count = 0

    def trouble(options: Options) -> Any:
        nonlocal count
        count += 1
        # The search for a broken include begins, and then all breaks for a while.
        broken = count <= 4 or 5 < count <= 5 + failures
        return httpx.Response(500) if broken else pages(options)

    with client_of(trouble) as client, contextlib.suppress(TraedeUnavailable):
        assert walk(client, "products", ["tags"]).dropped_includes == ()


def test_an_outage_drops_nothing() -> None:
    pages = FakePages(rows(3), total="total")
    count = 0

    def outage(options: Options) -> Any:
        nonlocal count
        count += 1
        # `tags` is broken, and while that is being found out all else breaks too.
        if count > 8:
            return httpx.Response(503)
        return breaking(pages, {"tags"})(options)

    with client_of(outage) as client, pytest.raises(TraedeUnavailable, match="503"):
        walk(client, "products", INCLUDES)


def test_a_server_that_fails_by_turns_is_left() -> None:
    pages = FakePages(rows(12))
    count = 0

    def turns(options: Options) -> Any:
        nonlocal count
        if page_of(options) == 1 and "includes[]" in options:
            count += 1
            if count % 5:
                return httpx.Response(500)
        return pages(options)

    with client_of(turns) as client, pytest.raises(TraedeUnavailable, match="by turns"):
        walk(client, "products", ["variants"])


# --- only some rows -------------------------------------------------------------------


def filtered(content: Sequence[Row], **how: Any) -> Handler:
    def handle(options: Options) -> Any:
        group = "filter_groups[0][filters][0]"
        (column,) = options[f"{group}[key]"]
        assert options[f"{group}[operator]"] == ["in"]
        values = options[f"{group}[value][]"]
        assert len(values) <= 100
        return FakePages([row for row in content if str(row[column]) in values], **how)(
            options
        )

    return handle


@pytest.mark.parametrize("base", [0, 1])
def test_rows_are_found_by_value_a_hundred_at_a_time(base: int) -> None:
    asked = [f"p{n}" for n in range(2, 300, 2)]

    with client_of(filtered(rows(500), base=base)) as client:
        found = rows_in(client, "products", "item_number", [*asked, "absent"])

    assert found is not None
    assert {row["item_number"] for row in found} == set(asked)


def test_values_are_compared_as_text() -> None:
    content: list[Row] = [
        {"id": 1, "customer_number": 1000},
        {"id": 2, "customer_number": "A"},
    ]
    handler = filtered(content)

    def renamed(options: Options) -> Any:
        return {"customers": handler(options)["products"]}

    with client_of(renamed) as client:
        found = rows_in(client, "customers", "customer_number", ["1000", "A"])
        assert found == content


def test_nothing_asked_is_nothing_read() -> None:
    with client_of(lambda _: httpx.Response(500)) as client:
        assert rows_in(client, "products", "sku", []) == []


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(lambda _: httpx.Response(500), id="error"),
        pytest.param(lambda _: httpx.Response(422), id="refusal"),
        pytest.param(lambda _: {"errors": ["no"]}, id="error-with-200"),
        pytest.param(lambda _: {"items": []}, id="other-form"),
        pytest.param(lambda _: httpx.Response(200, text="<html>"), id="html"),
        pytest.param(FakePages(rows(3)), id="filter-ignored"),
        pytest.param(FakePages([{"id": 1}]), id="column-absent"),
        pytest.param(FakePages([{"id": 1, "item_number": "P1"}]), id="other-case"),
        pytest.param(
            lambda _: {"products": [{"id": 1, "item_number": "p1"}]}, id="no-end"
        ),
    ],
)
def test_rows_that_are_not_sure_are_none(handler: Handler) -> None:
    with client_of(handler) as client:
        assert rows_in(client, "products", "item_number", ["p1"]) is None


@pytest.mark.parametrize("value", ["", "null", " p1", "p1 "])
def test_values_that_traede_would_misread_are_not_asked_for(value: str) -> None:
    server = FakePages([])

    with client_of(server) as client:
        assert rows_in(client, "products", "item_number", ["p1", value]) is None
    assert not server.seen


@pytest.mark.parametrize("status", [401, 403])
def test_no_access_is_raised_and_not_unknown(status: int) -> None:
    with (
        client_of(lambda _: httpx.Response(status)) as client,
        pytest.raises(TraedeUnavailable, match="refused access"),
    ):
        rows_in(client, "products", "item_number", ["p1"])


# --- a law ----------------------------------------------------------------------------

row_bodies = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(0, 9) | st.sampled_from(["1", "x", None])},
        optional={"item_number": st.sampled_from(["a", "b"])},
    ),
    max_size=4,
)
page_bodies: st.SearchStrategy[Any] = st.one_of(
    st.fixed_dictionaries({"products": row_bodies}),
    st.fixed_dictionaries({"products": row_bodies, "total": st.integers(0, 9)}),
    st.sampled_from([None, [], "text", {"errors": ["x"]}, {"products": 1}]),
)
page_answers = st.tuples(st.sampled_from([200] * 9 + [404, 500, 429, 302]), page_bodies)


@given(st.lists(page_answers, min_size=1, max_size=12), st.booleans())
def test_whatever_the_pages_are_a_walk_is_proven_or_one_of_our_errors(
    script: list[tuple[int, Any]], ends: bool
) -> None:
    count = 0

    def handle(_: Options) -> Any:
        nonlocal count
        status, body = script[count % len(script)]
        count += 1
        if ends and count > len(script):
            return {"products": []}
        return httpx.Response(status, json=body)

    with client_of(handle) as client:
        for act in (
            lambda: walk(client, "products", ["variants", "tags"], max_pages=50),
            lambda: rows_in(client, "products", "item_number", ["a"], ["tags"]),
        ):
            with contextlib.suppress(TraedeUnavailable):
                act()
