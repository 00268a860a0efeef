"""Several calls at a time: never two for one product, one pace for all of them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

import httpx
import pytest
from support.builders import (
    catalog,
    category,
    collection,
    customer,
    price,
    product,
    variant,
)
from support.harness import Life, MortalTransport, Shop, differing, dump_by_key, twice
from support.seasons import LAST, NOW, orders_arrive

from reconcile.core.config import Deletes
from reconcile.edges.apply.crew import Crew
from reconcile.edges.pace import Pace, Quiet
from reconcile.errors import TraedeUnavailable
from reconcile.sandbox import Dialect, Fault

LOOSE = Deletes(max=99, max_percent=100)


class Watched(MortalTransport):
    """Real sockets; notes which products are written to at the same time."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.most = 0
        self.clashes: list[str] = []
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return super().handle_request(request)
        names = _written(request)
        with self._lock:
            self._open.update(names)
            self.most = max(self.most, sum(self._open.values()))
            self.clashes += [name for name in names if self._open[name] > 1]
        try:
            return super().handle_request(request)
        finally:
            with self._lock:
                self._open.subtract(names)


def _written(request: httpx.Request) -> list[str]:
    path = PurePosixPath(request.url.path)
    body: Any = json.loads(request.content or b"{}")
    if path.name == "sync":
        rows = body.get("products") or body.get("customers") or []
        return [row.get("item_number") or row["customer_number"] for row in rows]
    if "products" in path.parts:  # /api/products/12, whatever follows
        return ["/".join(path.parts[:4])]
    return [f"{path} {request.content!r}"]


@pytest.fixture
def watched(shop: Shop) -> list[Watched]:
    """The transports of the shop's runs, four calls at a time."""
    made: list[Watched] = []

    def transport(life: Life) -> Watched:
        made.append(Watched(life))
        return made[-1]

    shop.configure(deletes=LOOSE, traede={"concurrency": 4, "batch_size": 3})
    shop.transport = transport
    return made


def styles(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        product(
            f"style-{n}",
            variant(f"style-{n}-s"),
            variant(f"style-{n}-m", attributes={"Size": "M"}),
            **fields,
        )
        for n in range(count)
    ]


def slowly(shop: Shop) -> None:
    """Each write takes a moment, so that others could come in between."""
    shop.box.faults = [
        Fault(match={"method": method}, do="delay", seconds=0.05)
        for method in ("POST", "PUT", "DELETE")
    ]


def test_a_season_changes_as_if_one_call_followed_the_other(
    shop: Shop, watched: list[Watched]
) -> None:
    shop.apply(catalog(*LAST))
    orders_arrive(shop.box)
    before = shop.box.dump()
    shop.configure(traede={"concurrency": 1})
    shop.apply(catalog(*NOW))
    end = dump_by_key(shop.box)
    shop.start_over(before, catalog(*LAST))
    shop.configure(traede={"concurrency": 4})
    slowly(shop)

    report = shop.apply(catalog(*NOW))

    assert report.exit_code == 0
    assert differing(dump_by_key(shop.box), end) == []
    assert twice(shop.box) == []
    assert [one.clashes for one in watched if one.clashes] == []


def test_batches_go_side_by_side_after_the_first(
    shop: Shop, watched: list[Watched]
) -> None:
    slowly(shop)

    report = shop.apply(catalog(*styles(13), *[customer(f"{n}") for n in range(5)]))

    assert report.exit_code == 0
    (transport,) = watched
    assert transport.most > 3, "more than one batch of three at a time"
    assert transport.clashes == []
    first = next(r for r in shop.box.requests if r.path == "/products/sync")
    assert len(first.body["products"]) == 1


def test_variants_of_one_product_are_deleted_one_after_the_other(
    shop: Shop, watched: list[Watched]
) -> None:
    sizes = [variant(f"tee-{s}", attributes={"Size": s}) for s in "abcdef"]
    others = [
        product(f"cap-{n}", *[variant(f"cap-{n}-{s}") for s in "sml"]) for n in range(3)
    ]
    shop.apply(catalog(product("tee", *sizes), *others))
    slowly(shop)

    kept = [product(f"cap-{n}", variant(f"cap-{n}-s")) for n in range(3)]
    report = shop.apply(catalog(product("tee", sizes[0]), *kept))

    assert (report.exit_code, report.changed) == (0, 11)
    assert watched[-1].clashes == []
    assert watched[-1].most > 1


def test_children_of_categories_come_after_their_parents(
    shop: Shop, watched: list[Watched]
) -> None:
    tree = [category(f"Top {n}", category("A"), category("B")) for n in range(4)]
    slowly(shop)

    report = shop.apply(catalog(*tree))

    assert (report.exit_code, report.changed) == (0, 12)
    assert watched[0].most > 1
    assert shop.plan(catalog(*tree)).planned.plan.steps == ()


@pytest.mark.parametrize("do", ["status-after", "drop-after", "drop", "garbage"])
def test_what_goes_wrong_in_one_call_leaves_the_others_alone(
    shop: Shop, watched: list[Watched], do: str
) -> None:
    shop.apply(catalog(*styles(10)))
    wanted = catalog(*styles(10, weight=7))
    shop.box.faults = [
        Fault(match={"method": "POST"}, nth=nth, do=do, status=500) for nth in (2, 4)
    ]

    report = shop.apply(wanted)

    assert report.exit_code == 0
    assert watched[-1].clashes == []
    assert shop.plan(wanted).planned.plan.steps == ()


def test_a_rate_limit_slows_the_whole_run_and_nothing_is_lost(
    shop: Shop, watched: list[Watched]
) -> None:
    wanted = catalog(*styles(12))
    shop.box.faults = [
        Fault(
            match={"method": "POST"},
            nth=nth,
            do="status",
            status=429,
            headers={"Retry-After": "3"},
        )
        for nth in (2, 3, 5)
    ]

    report = shop.apply(wanted)

    assert report.exit_code == 0
    assert watched[-1].clashes == []
    assert twice(shop.box) == []


def test_prices_of_one_product_stay_in_one_call(
    shop: Shop, watched: list[Watched]
) -> None:
    shop.apply(catalog(*styles(4)))
    dear = {"DKK": price(120)}
    wanted = [
        product(f"style-{n}", variant(f"style-{n}-s", prices=dear), weight=9)
        for n in range(4)
    ]

    report = shop.apply(catalog(*wanted), no_delete=True)

    assert report.exit_code == 0
    assert watched[-1].clashes == []


# --- the crew and its pace ----------------------------------------------------------


@pytest.mark.parametrize("width", [1, 3])
def test_a_job_that_fails_stops_the_next_and_is_raised(width: int) -> None:
    done: list[int] = []
    going = True

    def job(number: int) -> None:
        nonlocal going
        if number == 2:
            going = False
            raise TraedeUnavailable("gone")
        done.append(number)

    crew = Crew(width, lambda: going)
    with pytest.raises(TraedeUnavailable):
        crew.do([lambda n=n: job(n) for n in range(40)])

    assert len(done) < 39


def test_while_one_rests_nobody_sends_and_then_one_by_one() -> None:
    resting, sent = threading.Event(), threading.Event()
    order: list[str] = []

    def sleep(_seconds: float) -> None:
        resting.set()
        sent.wait(0.05)
        order.append("rested")

    pace = Pace(4, sleep=sleep)

    def other() -> None:
        resting.wait()
        with pace.turn():
            order.append("sent")
            sent.set()

    threads = [threading.Thread(target=other) for _ in range(3)]
    for thread in threads:
        thread.start()
    pace.rest(1)
    for thread in threads:
        thread.join()

    assert order == ["rested", "sent", "sent", "sent"]


def test_an_answer_that_comes_during_a_rest_lets_no_more_go_after_it() -> None:
    pace = Pace(4, sleep=lambda _: [pace.went_well() for _ in range(3)])
    pace.rest(1)
    under_way, may_end = threading.Semaphore(0), threading.Event()
    most = 0

    def one() -> None:
        nonlocal most
        with pace.turn():
            most += 1
            under_way.release()
            may_end.wait()

    threads = [threading.Thread(target=one, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    under_way.acquire()

    assert not under_way.acquire(timeout=0.05)
    assert most == 1
    pace.went_well()
    assert under_way.acquire(timeout=10)
    may_end.set()
    for thread in threads:
        thread.join()


def test_a_reader_that_is_interrupted_stops_nobody() -> None:
    quiet = Quiet()

    class Interrupted(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt(timeout)

    quiet._changed = Interrupted()
    with quiet.writing(), pytest.raises(KeyboardInterrupt), quiet.reading():
        pass

    assert not quiet.wanted


def test_while_a_list_is_read_whole_nobody_writes() -> None:
    quiet, order = Quiet(), list[str]()
    writing, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with quiet.writing():
            writing.set()
            may_end.wait()
            order.append("written")

    def reader() -> None:
        with quiet.reading():
            order.append("read")

    def second() -> None:
        with quiet.writing():
            order.append("written after")

    threads = [threading.Thread(target=one) for one in (first, reader, second)]
    threads[0].start()
    writing.wait()
    threads[1].start()
    while not quiet.wanted:
        threading.Event().wait(0.001)
    threads[2].start()
    may_end.set()
    for thread in threads:
        thread.join()

    assert order == ["written", "read", "written after"]


def test_lists_are_proven_though_others_write(
    shop: Shop, watched: list[Watched]
) -> None:
    """Each of these calls reads its whole list again, and none finds it moving."""
    shop.configure(traede={"concurrency": 8})
    shop.box.dialect = Dialect(total_key="none", limit_cap=3)
    tree = [category(f"Top {n}", category("A"), category("B")) for n in range(12)]

    report = shop.apply(catalog(*tree, *[collection(f"C {n}") for n in range(12)]))

    assert (report.exit_code, report.changed) == (0, 48)
    assert watched[0].clashes == []
