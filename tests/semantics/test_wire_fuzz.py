"""Whatever Traede answers: a snapshot, or one of our errors. Unknown is never empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.builders import CONFIG, SEAL, TENANT, TODAY, catalog, product, variant

from reconcile.core.config import TraedeSettings
from reconcile.core.kinds import KINDS, Field, Form, Kind, Shape
from reconcile.core.model import MISSING, UNKNOWN, Applied, Live, Ref, Snapshot
from reconcile.core.planning import Options, make_plan
from reconcile.core.wire.read import read, read_some
from reconcile.edges.answers import encode
from reconcile.edges.client import Client
from reconcile.edges.live import LiveReader
from reconcile.errors import ReconcileError, TraedeUnavailable

quick = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=150,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)

# --- JSON of roughly the right shape ------------------------------------------------

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 4),
    st.sampled_from(["", "1", "0", "007", "abc", "2027-01-04", "12.50", " x ", "٣"]),
    st.sampled_from([Decimal("1.5"), Decimal("1E+999999"), 10**30]),
)
JSON = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "children", "DKK", "currency", "x"]),
            below,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def leaf(field: Field) -> st.SearchStrategy[Any]:
    forms: Mapping[Form, Sequence[Any]] = {
        Form.TEXT: ("a", " b ", "", 36, None),
        Form.BOOL: (True, 0, "1", None),
        Form.INT: (1, "2", None),
        Form.NUMBER: ("1.50", 2, Decimal("2.5"), None),
        Form.MONEY: ("97.54", 100, Decimal("0"), None),
        Form.DATE: ("2027-01-04", "2027-01-04 10:00:00", None),
        Form.CATEGORY: ({"id": 1}, 2, "1"),
        Form.COLLECTION: (1, "1", None),
        Form.CUSTOMER: (1, 2),
    }
    return st.sampled_from(field.choices or forms[field.form])


def members(field: Field) -> st.SearchStrategy[Any]:
    named = {m.name: leaf(m) for m in field.members}
    named |= {key: st.sampled_from(["DKK", "EUR", "x"]) for key in field.keys}
    return st.fixed_dictionaries({}, optional=named)


def right(field: Field) -> st.SearchStrategy[Any]:
    below = members(field)
    shapes: Mapping[Shape, st.SearchStrategy[Any]] = {
        Shape.ONE: leaf(field),
        Shape.SET: st.lists(leaf(field), max_size=2),
        Shape.RECORDS: st.lists(below, max_size=2),
        Shape.MAP: st.dictionaries(st.sampled_from("ab"), leaf(field), max_size=2),
        Shape.RECORD: below,
        Shape.KEYED: st.dictionaries(st.sampled_from(["DKK", "EUR"]), below, max_size=2)
        | st.lists(below, max_size=2),
    }
    return shapes[field.shape] | st.sampled_from([None, []])


def rows(
    kind: Kind, below: Mapping[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Any]:
    """Rows of a kind, some members missing, few of them in no known form."""
    named = {
        field.on_wire: right(field) if n % 5 else right(field) | JSON
        for n, field in enumerate(kind.fields.values())
    }
    must = {
        "id": st.integers(1, 3) | st.sampled_from(["1", "2", True, None]),
        kind.key_field: st.sampled_from(["a", "b", "10", 10, "010"]) | SCALARS,
        **(below or {}),
    }
    return st.fixed_dictionaries(
        must, optional={**named, "brand_id": SCALARS, "parent": JSON, "children": JSON}
    )


PRODUCTS = rows(
    KINDS["product"],
    {"variants": st.lists(rows(KINDS["variant"]), max_size=2) | JSON},
)
EVERYTHING = st.fixed_dictionaries(
    {
        "customer": st.lists(rows(KINDS["customer"]), max_size=2),
        "category": st.lists(rows(KINDS["category"]) | JSON, max_size=3),
        "collection": st.lists(rows(KINDS["collection"]), max_size=2),
        "product": st.lists(PRODUCTS, max_size=2),
    }
)


@quick
@given(EVERYTHING)
def test_whatever_rows_come_they_are_read_or_refused(found: Any) -> None:
    try:
        snapshot = read(found)
    except TraedeUnavailable:
        return
    for ref, live in snapshot.objects.items():
        assert ref.key
        raw = {name.replace("_", "").lower() for name in live.raw}
        for name, field in KINDS[ref.kind].fields.items():
            known = live.at((name,)) is not UNKNOWN or (name,) in live.closed
            known = known or any(path[0] == name for path in live.values)
            # What is not in the JSON is unknown: neither empty nor absent.
            assert not known or field.on_wire.replace("_", "") in raw, (ref, name)


KEYS: Mapping[Any, Any] = {"category": {1: "Men", 2: "New"}, "collection": {1: "SS27"}}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        pytest.param(kind, field, id=f"{kind.name}-{field.name}")
        for kind in KINDS.values()
        for field in kind.fields.values()
    ],
)
def test_a_missing_key_is_unknown_and_never_absent(kind: Kind, field: Field) -> None:
    row = {"id": 1, kind.key_field: "a", "variants": []}
    if kind.name == "variant":
        row = {"id": 1, "item_number": "a", "variants": [{"id": 1, "sku": "a"}]}
        snapshot = read_some({"product": [row]}, KEYS)
    else:
        snapshot = read_some({kind.name: [row]}, KEYS)

    live = snapshot.objects[Ref(kind.name, "a")]

    names = [m.name for m in field.members] or ["x"]
    for path in [(field.name,), *((field.name, n) for n in names)]:
        assert live.at(path) is UNKNOWN
        assert live.at(path) is not MISSING
    assert live.at((field.name, "DKK", names[0])) is UNKNOWN


@quick
@given(field=st.sampled_from([*KINDS["product"].fields.values()]), raw=JSON)
def test_a_field_in_any_form_is_read_unknown_or_refused(field: Field, raw: Any) -> None:
    row = {"id": 1, "item_number": "a", "variants": [], field.on_wire: raw}

    try:
        live = read_some({"product": [row]}, KEYS).objects[Ref("product", "a")]
    except ReconcileError:
        return

    known = [v for path, v in live.values.items() if path[0] == field.name]
    if raw not in (None, "", [], {}) and field.shape in (Shape.SET, Shape.RECORDS):
        # Something came: it is never taken for an empty list, but for empty entries.
        entries = raw if isinstance(raw, list) else [raw]
        said = [one for one in entries if one not in (None, "", {"name": None})]
        said = [one for one in said if one != {"name": ""}]
        assert known != [[]] or not said


# --- over the client and the walk ---------------------------------------------------


class Answering:
    """A Traede that gives some answers, over and over."""

    def __init__(self, answers: Sequence[tuple[int, Any]]) -> None:
        self.answers = answers
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        status, body = self.answers[self.asked % len(self.answers)]
        self.asked += 1
        kind = request.url.path.rpartition("/")[2]
        if isinstance(body, str):
            return httpx.Response(status, text=body)
        page = request.url.params.get("page")
        rows = body if page == "0" else []
        content = encode({kind: rows} if isinstance(rows, list) else rows)
        headers = {"Content-Type": "application/json"}
        return httpx.Response(status, content=content, headers=headers)


def reader(handler: Any) -> LiveReader:
    return LiveReader(
        Client(
            TraedeSettings(url="http://127.0.0.1:9"),
            "token-token",
            transport=httpx.MockTransport(handler),
            sleep=lambda _: None,
            rng=lambda: 0.5,
        )
    )


BODIES = st.one_of(
    st.lists(PRODUCTS, max_size=2),
    st.lists(rows(KINDS["category"]), max_size=2),
    JSON,
    st.sampled_from(["", "{", "<html><title>Login</title></html>", "null", "[1]"]),
)
STATUS = st.sampled_from([200, 200, 200, 200, 201, 204, 302, 404, 422, 500, 503])


@quick
@given(st.lists(st.tuples(STATUS, BODIES), min_size=1, max_size=4))
def test_whatever_answers_come_all_is_read_or_nothing(answers: Any) -> None:
    try:
        snapshot = reader(Answering(answers)).read_all()
    except TraedeUnavailable:
        return

    assert isinstance(snapshot, Snapshot)
    assert any(status < 300 for status, _ in answers)


MANAGED = catalog(product("tee", variant("tee-s")), product("cap", variant("cap-s")))
TEE = {
    "id": 1,
    "item_number": "tee",
    "name": "Tee",
    "variants": [{"id": 1, "sku": "tee-s", "attributes": {"Size": "S"}}],
}
CAP = {
    "id": 2,
    "item_number": "cap",
    "name": "Cap",
    "variants": [{"id": 2, "sku": "cap-s", "attributes": {"Size": "S"}}],
}


@quick
@given(
    # Page 0 answered "no" is a Traede that counts from 1: tests/edges/test_walk.py.
    bad=st.integers(1, 2),
    status=st.sampled_from([404, 422, 500, 503]),
    body=st.sampled_from(["{", "", "<html>", '{"products":[]', '{"status":"error"}']),
)
def test_one_page_that_fails_makes_no_plan(bad: int, status: int, body: str) -> None:
    """Neither a create nor a delete comes of a read that was not proven."""

    def traede(request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        number = int(request.url.params["page"])
        if kind == "products" and number == bad:
            return httpx.Response(status, text=body)
        found = {0: [TEE], 1: [CAP]}.get(number, []) if kind == "products" else []
        return httpx.Response(200, json={kind: found})

    with pytest.raises(TraedeUnavailable):
        reader(traede).read_all()


def test_the_same_pages_without_a_failure_make_one() -> None:
    def traede(request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        number = int(request.url.params["page"])
        found = {0: [TEE], 1: [CAP]}.get(number, []) if kind == "products" else []
        return httpx.Response(200, json={kind: found})

    snapshot = reader(traede).read_all()

    ledger = {
        ref: Applied(ref, live.remote_id, parent=live.parent)
        for ref, live in snapshot.objects.items()
    }
    only = catalog(product("tee", variant("tee-s")))
    planned = make_plan(only, snapshot, ledger, CONFIG, SEAL, Options(TENANT, TODAY))
    assert [step.id for step in planned.plan.steps if step.action != "update"] == [
        "delete:product:cap"
    ]


@pytest.mark.parametrize("lost", ["prices", "attributes", "name", "categories"])
def test_a_key_that_did_not_come_is_neither_created_nor_cleared(lost: str) -> None:
    row = {
        **TEE,
        "categories": [],
        "variants": [
            {
                "id": 1,
                "sku": "tee-s",
                "attributes": {"Size": "S"},
                "prices": {"DKK": {"sales_price": "100", "rec_sales_price": "250"}},
            }
        ],
    }
    row.pop(lost, None)
    row["variants"][0].pop(lost, None)  # type: ignore[index]
    snapshot = read_some({"product": [row]}, KEYS)
    ledger = {
        ref: Applied(ref, live.remote_id, _sent(ref), parent=live.parent)
        for ref, live in snapshot.objects.items()
    }

    wanted = catalog(product("tee", variant("tee-s"), categories=[]))
    planned = make_plan(wanted, snapshot, ledger, CONFIG, SEAL, Options(TENANT, TODAY))

    assert planned.plan.steps == ()
    assert planned.plan.refused == ()


def _sent(ref: Ref) -> Any:
    return MANAGED.objects[ref].values | {("categories",): []}


def test_live_without_a_field_says_unknown() -> None:
    live = Live(Ref("product", "tee"), 1, {})

    assert live.at(("name",)) is UNKNOWN
    assert not live.at(("name",))
