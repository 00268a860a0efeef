"""What a review of apply broke: late writes, and keys that others take meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from support.builders import catalog, category, collection, product, variant
from support.harness import Killed, Life, MortalTransport, Shop

from reconcile.core.config import Deletes
from reconcile.core.model import Ref
from reconcile.core.outcomes import Report, Result
from reconcile.core.steps import Step
from reconcile.edges.apply.removals import _on_its_way_out
from reconcile.reports.apply_text import render_report
from reconcile.sandbox import Dialect, Fault

IMAGE = [{"url": "https://img.example/tee.jpg"}]
SYNCED = ["state.acquire", "state.begin_run", "state.intend", "POST /products/sync"]
LOOSE = Deletes(max=50, max_percent=100)

Go = Callable[[httpx.Request], httpx.Response]
Hook = Callable[[httpx.Request, Go], httpx.Response | None]


def between(shop: Shop, hook: Hook) -> None:
    """See every request first; what the hook returns is its answer."""

    class Hooked(MortalTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = hook(request, super().handle_request)
            return answer or super().handle_request(request)

    shop.transport = Hooked


def images(shop: Shop) -> int:
    shop.box.settle()  # whatever is still queued happens too
    return sum(effect["what"] == "image" for effect in shop.box.effects)


def keys(shop: Shop) -> list[tuple[str, int]]:
    return [(row["item_number"], row["id"]) for row in shop.box.dump()["products"]]


# --- what a killed run left in flight -------------------------------------------------


def test_an_image_is_waited_for_by_what_its_product_shows(shop: Shop) -> None:
    shop.configure(traede={"verify_seconds": 60})
    shop.apply(catalog(product("tee", variant("tee-s"))))
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE), name="New"))
    shop.box.dialect = Dialect(sync_delay=30)
    life = Life(ends_after=len(SYNCED))
    with pytest.raises(Killed):
        shop.apply(wanted, life=life)
    assert life.writes == SYNCED

    report = shop.apply(wanted)

    assert "2 had arrived, 0 had not" in report.settled[0]
    assert (report.exit_code, images(shop)) == (0, 1)


def test_a_pause_before_the_request_does_not_count_as_waiting(shop: Shop) -> None:
    shop.configure(traede={"verify_seconds": 20})
    shop.apply(catalog(product("tee", variant("tee-s"))))
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE), name="New"))
    shop.box.dialect = Dialect(sync_delay=14)
    pause = {"Retry-After": "60"}
    shop.box.faults = [
        Fault("status", {"method": "POST"}, nth=1, status=429, headers=pause)
    ]
    life = Life(ends_after=len(SYNCED) + 1)
    with pytest.raises(Killed):
        shop.apply(wanted, life=life)
    assert life.writes == [*SYNCED, SYNCED[-1]]

    shop.apply(wanted)

    assert images(shop) == 1


def test_what_cannot_be_proven_of_a_killed_run_is_left_to_look_at(shop: Shop) -> None:
    shop.apply(catalog(product("tee", variant("tee-s"))))
    wanted = catalog(product("tee", variant("tee-s", images=IMAGE)))
    with pytest.raises(Killed):
        shop.apply(wanted, life=Life(ends_after=len(SYNCED) - 1))

    report = shop.apply(wanted)
    again = shop.apply(wanted)

    assert "1 cannot be proven and are not sent again" in report.settled[0]
    assert (report.unproven, report.exit_code) == (1, 5)
    assert (again.unproven, again.exit_code) == (0, 0)
    assert images(shop) == 0


# --- core creates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "kind", "values"),
    [
        (category("Men"), "category", {"name": "Men"}),
        (collection("SS"), "collection", {"title": "SS", "visibility": "customers"}),
    ],
)
def test_a_core_create_that_shows_late_is_waited_for(
    shop: Shop, entry: Any, kind: str, values: dict[str, str]
) -> None:
    shop.configure(traede={"verify_seconds": 60})
    sent: list[float] = []
    made: list[float] = []

    def late(request: httpx.Request, _: Go) -> None:
        if request.method == "POST":
            sent.append(shop.clock.passed)
            raise httpx.ReadTimeout("no answer", request=request)
        if sent and not made and shop.clock.passed - sent[0] > 20:
            made.append(shop.clock.passed)
            shop.box.create(kind, **values)

    between(shop, late)

    report = shop.apply(catalog(entry))

    assert report.exit_code == 0
    assert (len(sent), len(made)) == (1, 1)


def test_a_core_create_that_never_arrives_fails_in_the_end(shop: Shop) -> None:
    shop.configure(traede={"verify_seconds": 60})
    shop.box.faults = [Fault("drop", {"method": "POST"})]

    report = shop.apply(catalog(category("Men")))

    assert report.results["create:category:Men"].result == "failed"
    assert shop.clock.passed >= 60


def test_a_category_that_is_there_several_times_is_not_made_again(shop: Shop) -> None:
    made: list[str] = []

    def meanwhile(request: httpx.Request, _: Go) -> None:
        if request.method == "POST" and not made:
            made.append("Women")
            shop.box.create("category", name="Women")
            shop.box.create("category", name="Women")

    between(shop, meanwhile)

    report = shop.apply(catalog(category("Men"), category("Women")))

    assert report.results["create:category:Women"].result == "skipped"
    names = [row["name"] for row in shop.box.dump()["categories"]]
    assert sorted(names) == ["Men", "Women", "Women"]


# --- a key that another object takes meanwhile ----------------------------------------


def test_a_key_that_somebody_took_is_no_rename(shop: Shop) -> None:
    shop.apply(catalog(product("old", variant("old-s"))))
    ((_, ours),) = keys(shop)

    def taken(request: httpx.Request, _: Go) -> None:
        if request.method == "PUT" and len(keys(shop)) == 1:
            shop.box.create("product", **product("new", variant("theirs-s")))

    between(shop, taken)

    report = shop.apply(catalog(product("new", variant("old-s"), renamed_from="old")))

    assert report.results["rename:product:new"].result == "failed"
    assert report.exit_code == 5
    assert ("old", ours) in keys(shop)
    known = {row.remote_id for row in shop.ledger().values() if row.parent is None}
    assert known == {ours}, "what somebody else made is not ours"


def deleting(request: httpx.Request) -> bool:
    return request.method == "POST" and b'"delete":true' in request.content


@pytest.mark.parametrize("kind", ["product", "variant"])
def test_a_delete_without_an_answer_spares_what_is_new(shop: Shop, kind: str) -> None:
    shop.configure(deletes=LOOSE)
    tee, cap = product("tee", variant("tee-s")), product("cap", variant("cap-s"))
    small = variant("tee-m", attributes={"Size": "M"})
    gone = cap if kind == "product" else small
    before = (
        [tee, cap] if kind == "product" else [product("tee", variant("tee-s"), small)]
    )
    shop.apply(catalog(*before))
    sent: list[bytes] = []

    def lost(request: httpx.Request, go: Go) -> None:
        if not deleting(request):
            return
        sent.append(request.content)
        if len(sent) == 1:
            go(request).read()
            more = {} if kind == "product" else {"item_number": "tee"}
            shop.box.create(kind, **{**gone, **more})
            raise httpx.ReadTimeout("no answer", request=request)

    between(shop, lost)

    report = shop.apply(catalog(tee))

    (result,) = [r for r in report.results.values() if r.step.action == "delete"]
    assert (result.result, len(sent)) == ("done", 1)
    rows = shop.box.dump()["products"]
    skus = {one["sku"] for row in rows for one in row["variants"]}
    assert ("cap-s" if kind == "product" else "tee-m") in skus


def test_a_key_that_is_there_twice_is_no_proof_of_a_delete(shop: Shop) -> None:
    shop.apply(catalog(product("tee"), product("cap", variant("cap-s"))))
    shop.configure(deletes=LOOSE)
    sent: list[bytes] = []

    def doubled(request: httpx.Request, _: Go) -> None:
        if deleting(request):
            sent.append(request.content)
            shop.box.create("product", **product("cap", variant("theirs-s")))
            raise httpx.ReadTimeout("no answer", request=request)

    between(shop, doubled)

    report = shop.apply(catalog(product("tee")))

    assert report.results["delete:product:cap"].result == "failed"
    assert len(sent) == 1
    assert [key for key, _ in keys(shop)].count("cap") == 2


def test_an_archive_spares_what_is_new(shop: Shop) -> None:
    shop.configure(deletes=LOOSE)
    cap = product("cap", variant("cap-s"))
    shop.apply(catalog(product("tee"), cap))
    looks: list[str] = []

    def refused(request: httpx.Request, _: Go) -> httpx.Response | None:
        if deleting(request):
            looks.append("delete")
            return httpx.Response(422, json={"errors": [{"detail": "has orders"}]})
        if looks:
            looks.append("look")
            if len(looks) == 3:  # after the look that found it still there
                shop.box.delete("product", "cap")
                shop.box.create("product", **cap)
        return None

    between(shop, refused)

    report = shop.apply(catalog(product("tee")))

    assert report.results["delete:product:cap"].result == "failed"
    (theirs,) = [r for r in shop.box.dump()["products"] if r["item_number"] == "cap"]
    assert theirs["active"]


def test_results_are_read_while_nobody_adds_one() -> None:
    lock = threading.RLock()
    free: list[bool] = []

    class Results(dict[str, Result]):
        def values(self) -> Any:
            with ThreadPoolExecutor(1) as other:
                free.append(other.submit(lock.acquire, blocking=False).result())
            return super().values()

    step = Step("update", Ref("product", "tee"))
    run: Any = SimpleNamespace(lock=lock, results=Results())
    run.results[step.id] = Result(step, "done")

    assert _on_its_way_out(run, "product:tee")
    assert free == [False]


def test_what_cannot_be_proven_is_said_and_is_no_success(shop: Shop) -> None:
    report = Report(shop.plan(catalog()).planned.plan, {}, unproven=1)

    text = render_report(report, digest="sha256:" + "0" * 64, seconds=1, color=False)

    assert report.exit_code == 5
    assert "NOT COMPLETE" in text
    assert "1 not to be proven" in text
    assert "it is not sent again" in " ".join(text.split())
