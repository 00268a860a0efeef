"""Reading what Traede has: everything, or some keys again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconcile.core.config import TraedeSettings
from reconcile.core.model import UNKNOWN, Ref
from reconcile.edges.client import Client
from reconcile.edges.live import LiveReader, default_includes
from reconcile.errors import TraedeUnavailable
from reconcile.sandbox import Dialect, Sandbox


def fill(box: Sandbox) -> None:
    men = box.create("category", name="Men")
    assert men is not None
    box.create("category", name="Caps", parent=men["id"])
    box.create("category", name="New")
    for title in ("Summer", "Basics", "Basics"):
        box.create("collection", title=title)
    for number in ("1000", "1001"):
        box.create("customer", customer_number=number, name="Anna")
    for number in ("tee", "cap"):
        box.create("product", item_number=number, name=number.title())
        for size in ("s", "m"):
            box.create(
                "variant",
                f"{number}-{size}",
                item_number=number,
                attributes={"Size": size.upper()},
            )


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def box(server: Sandbox) -> Sandbox:
    server.reset()
    fill(server)
    return server


def client_of(box: Sandbox, **settings: Any) -> Client:
    return Client(
        TraedeSettings(url=box.url, **settings),
        box.token,
        sleep=lambda _: None,
        rng=lambda: 0.5,
    )


@pytest.fixture
def reader(box: Sandbox) -> Iterator[LiveReader]:
    with client_of(box) as client:
        yield LiveReader(client)


def test_everything_is_read_and_counted(reader: LiveReader):
    snapshot = reader.read_all()

    assert {str(ref) for ref in snapshot.objects} == {
        *("category:Men", "category:Men > Caps", "category:New"),
        "collection:Summer",
        *("customer:1000", "customer:1001"),
        *("product:tee", "product:cap"),
        *("variant:tee-s", "variant:tee-m", "variant:cap-s", "variant:cap-m"),
    }
    assert {str(ref): len(ids) for ref, ids in snapshot.ambiguous.items()} == {
        "collection:Basics": 2
    }
    assert reader.counts == {
        "categories": 3,
        "collections": 3,
        "customers": 2,
        "products": 2,
    }


def test_a_key_that_several_objects_share_has_no_id(reader: LiveReader):
    reader.read_all()

    ids = reader.ids()
    assert set(ids["collection"]) == {"Summer"}
    assert set(ids["category"]) == {"Men", "Men > Caps", "New"}


@pytest.mark.parametrize(
    ("kind", "keys", "found"),
    [
        ("product", ["tee"], {"product:tee", "variant:tee-s", "variant:tee-m"}),
        ("product", ["tee", "tee"], {"product:tee", "variant:tee-s", "variant:tee-m"}),
        ("customer", ["1001"], {"customer:1001"}),
        ("category", ["Men > Caps"], {"category:Men > Caps"}),
        ("collection", ["Summer"], {"collection:Summer"}),
        ("product", [], set()),
    ],
)
def test_a_look_shows_the_keys_asked_for(
    reader: LiveReader, kind: Any, keys: list[str], found: set[str]
):
    assert {str(ref) for ref in reader.look(kind, keys).objects} == found


def filtered(box: Sandbox, since: int) -> list[bool]:
    """Of each request since then, whether it asked for some keys only."""
    return ["filter_groups" in request.query for request in box.requests[since:]]


def test_a_look_at_products_asks_for_the_keys_alone(box: Sandbox, reader: LiveReader):
    before = len(box.requests)

    reader.look("product", ["tee"])

    assert all(filtered(box, before))
    assert "tee" in str(box.requests[-1].query)


def test_a_key_that_is_not_in_the_answer_is_walked_for(
    box: Sandbox, reader: LiveReader
):
    before = len(box.requests)

    assert reader.look("product", ["gone"]).objects == {}

    assert not all(filtered(box, before))
    before = len(box.requests)
    reader.look("product", ["gone"], absent={"gone"})
    assert all(filtered(box, before))


def test_a_look_makes_new_references_known(box: Sandbox, reader: LiveReader):
    reader.read_all()
    made = box.create("customer", customer_number="2000", name="New")
    assert made is not None

    reader.look("customer", ["2000"])

    assert reader.ids()["customer"]["2000"] == made["id"]


def test_everything_readable_is_asked_for():
    assert default_includes("category") == ("children",)
    assert default_includes("customer") == ()
    assert set(default_includes("product")) == {
        "variants",
        "tags",
        "categories",
        "variants.prices",
    }


def test_includes_may_be_configured(box: Sandbox):
    with client_of(box, includes={"products": ("variants",)}) as client:
        live = LiveReader(client).read_all().objects[Ref("product", "tee")]

    asked = next(r for r in reversed(box.requests) if r.path == "/api/products")
    assert "variants" in str(asked.query)
    assert "tags" not in str(asked.query)
    assert live.at(("tags",)) is UNKNOWN


def test_an_include_that_traede_refuses_is_dropped_and_said(box: Sandbox):
    box.dialect = Dialect(refused_includes=frozenset({"tags"}))
    with client_of(box) as client:
        reader = LiveReader(client)
        first = reader.read_all()
        asked = len(box.requests)
        again = reader.look("product", ["tee"])

    said = [words for words in first.warnings if "'tags'" in words]
    assert said == [
        "products: Traede refuses the include 'tags'; what it would show is unknown"
    ]
    assert said[0] in again.warnings
    assert all(filtered(box, asked))
    assert "tags" not in str(box.requests[-1].query)  # it is not tried again


def test_products_without_their_variants_are_no_answer(box: Sandbox):
    box.dialect = Dialect(refused_includes=frozenset({"variants"}))

    with client_of(box) as client, pytest.raises(TraedeUnavailable):
        LiveReader(client).read_all()
