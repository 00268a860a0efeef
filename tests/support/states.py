"""States to try things on: a clock, places of each sort, and what is put into them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.git import git

from reconcile.core.model import Applied, Ref
from reconcile.edges.state import (
    Holder,
    Intent,
    Item,
    State,
    Tenant,
    open_state,
    this_process,
)

TENANT = Tenant("https://api.traede.example", 7)
ELSEWHERE = Holder("ci-17", 4711, "another-boot/ns/1", "anna")
TEE = Ref("product", "tee")
TEE_S = Ref("variant", "tee-s")
CAP = Ref("product", "cap")


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        self.while_asleep()


def opened(
    url: str, clock: Clock, tenant: Tenant = TENANT, *, create: bool = True
) -> State:
    """As another process would, and away from this repository."""
    return open_state(
        url, tenant, clock=clock, sleep=clock.sleep, create=create, base=Path("/")
    )


def writing(url: str, clock: Clock) -> tuple[State, int]:
    state = opened(url, clock)
    state.acquire(0, this_process("me"))
    return state, state.begin_run("sha256:plan", "sha256:catalog", "c0ffee", "me")


def applied(ref: Ref, remote_id: int = 1, **sent: object) -> Applied:
    return Applied(ref, remote_id, {(name,): value for name, value in sent.items()})


RICH = Applied(
    ref=TEE_S,
    remote_id=17,
    sent={
        ("prices", "DKK", "sales_price"): "300",
        ("attributes", "Größe"): "S",
        ("tags",): ["a", "b"],
        ("archived",): False,
        ("weight",): 180,
        ("description",): None,
        ("meta",): {"z": 1, "a": "\ud800 lone, \x00 zero"},
    },
    returned={("tags",): ["a", "b", "c"]},
    parent=TEE,
    retired=True,
    protected=True,
    spent=True,
    source="catalog/products/tee.yaml",
)


def sync(*items: Item) -> Intent:
    return Intent("products/sync", "POST /products/sync", items)


def bare_repository(path: Path) -> Path:
    git(path.parent, "init", "--quiet", "--bare", str(path))
    return path
