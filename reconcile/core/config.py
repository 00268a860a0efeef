"""The configuration: `reconcile.yaml` with one environment merged in.

Only values live here; reading the file, the environment and the flags is the
command line's business, which hands over one mapping already merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Literal

from reconcile import __version__

RuleLevel = Literal["off", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each family of Traede's endpoints lives below the host (A-1, A-2)."""

    core: str = "/api"
    products_sync: str = "/products/sync"
    customers_sync: str = "/customers/sync"
    orders: str = "/v10/orders"


@dataclass(frozen=True, slots=True)
class Headers:
    """The names of the two headers that Traede's texts disagree about (A-3)."""

    app_identifier: str = "X-TraedeAppIdentifier"
    app_key: str = "X-Traede-App-Key"


@dataclass(frozen=True, slots=True)
class TraedeSettings:
    """How to talk to one Traede account."""

    url: str = "https://api.traede.com"
    app_identifier: str = f"traede-reconcile/{__version__}"
    brand_id: int | None = None
    paths: Paths = Paths()
    headers: Headers = Headers()
    page_limit: int = 50
    """Rows a page; never above 60, the largest that a Traede text allows."""
    includes: Mapping[str, tuple[str, ...]] | None = None
    """Includes to ask for per core collection; None: those of the field table."""
    batch_size: int = 50
    concurrency: int = 4
    verify_seconds: float = 60
    """How long reading back may wait until Traede shows what was written."""
    payment_term_field: str = "payment_term"
    """`payment_term` or `payment_terms`: the texts use both (C-1)."""
    allow_http: bool = False


@dataclass(frozen=True, slots=True)
class Deletes:
    """How much may leave the shop in one plan (guard `delete-limit`)."""

    max: int = 10
    max_percent: int = 10
    when_refused: Literal["archive", "fail"] = "archive"


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What `rules:` says of one rule; None: the rule's own default."""

    level: RuleLevel | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """All of `reconcile.yaml`, with the environment's part merged in."""

    base_currency: str
    name: str = "default"
    catalog: str = "catalog"
    currencies: tuple[str, ...] = ()
    price_decimals: int = 2
    timezone: str = "Europe/Copenhagen"
    cost_price_sets: tuple[str, ...] = ()
    traede: TraedeSettings = TraedeSettings()
    state: str | None = None
    drift: Literal["hold", "write"] = "hold"
    deletes: Deletes = Deletes()
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge deep: mappings member by member, everything else replaces."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if both else value  # type: ignore[arg-type]
    return merged


def make_config(data: Mapping[str, Any]) -> Config:
    """Build the configuration from data that the schema has found valid."""
    config: Config = _build(
        Config, {k: v for k, v in data.items() if k != "environments"}
    )
    return config


def _build(cls: type[Any], data: Mapping[str, Any]) -> Any:
    default = cls(base_currency="") if cls is Config else cls()
    changes: dict[str, Any] = {}
    for spec in fields(cls):
        if spec.name not in data:
            continue
        value, old = data[spec.name], getattr(default, spec.name)
        if hasattr(old, "__dataclass_fields__"):
            value = _build(type(old), value)
        elif spec.name == "includes":
            value = {kind: tuple(names) for kind, names in value.items()}
        elif isinstance(value, list):
            value = tuple(value)
        elif spec.name == "rules":
            value = {name: _rule(written) for name, written in value.items()}
        changes[spec.name] = value
    return replace(default, **changes)


def _rule(written: str | Mapping[str, Any]) -> RuleSetting:
    if isinstance(written, str):
        return RuleSetting(written)  # type: ignore[arg-type]
    percent = written.get("percent")
    # From the digits as written, not from a binary float.
    exact = None if percent is None else Decimal(str(percent))
    return RuleSetting(written.get("level"), exact)
