"""Every question that the API texts leave open, as one switch with all its answers.

The defaults are the friendly answer: what a well-behaved Traede most likely does. A
test replaces single switches and proves that the tool is right under the other
answers too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How this Traede behaves where `traede-api` is silent or contradicts itself."""

    # --- where things are -------------------------------------------------------------
    core_prefix: str = "/api"
    products_sync: str = "/products/sync"
    customers_sync: str = "/customers/sync"
    orders_prefix: str = "/v10/orders"
    app_key: str | None = None
    """If set, every request must carry it in `X-Traede-App-Key`."""
    brand_id: int | None = None
    """The `brand_id` that answers show, where it is not the store's."""
    forbidden: frozenset[str] = frozenset()
    """Path prefixes that answer 403 to this token."""

    # --- reading lists ----------------------------------------------------------------
    page_base: Literal["0", "1", "1-strict"] = "0"
    """Which page is the first. `1`: page 0 shows the first block too; `1-strict`: page
    0 is refused."""
    default_limit: int | None = 20
    """Rows of a list that was asked for without `limit`; `None`: all."""
    limit_cap: int | None = 60
    over_cap: Literal["clamp", "clamp-late", "refuse"] = "clamp"
    """A `limit` above the cap. `clamp-late` cuts after the offset was computed from the
    asked limit, so that rows are skipped."""
    total_key: Literal["text", "total", "totals", "none"] = "text"
    """`text`: `totals` for collections and `total` elsewhere, as the examples have."""
    total_counts: Literal["all", "filtered", "page"] = "all"
    order: Literal["id", "shuffled"] = "id"
    """Rows of a list that was asked for without `sort`. `shuffled`: another order for
    every request, the same in every run."""
    bruno_not: Literal["works", "broken"] = "works"
    """`not` on ct, sw and ew: Bruno since 3.0.0 matches nothing at all."""

    # --- includes ---------------------------------------------------------------------
    embedded: frozenset[str] = frozenset(
        {"category.children", "customer.addresses", "customer.users", "variant.prices"}
    )
    """`kind.relation` that GET shows without being asked. The examples would add
    `product.variants` and `variant.inventory`. Prices come along with their variants:
    in many accounts they are an attribute of the variant, not a relation."""
    refused_includes: frozenset[str] = frozenset()
    """Include paths that end in 500, such as `variants.prices`."""
    ignored_includes: frozenset[str] = frozenset()
    """Include paths that are accepted, and yet nothing comes."""
    include_keys: Literal["snake", "camel"] = "snake"
    """`variants.costPrices` comes back as `cost_prices` or as `costPrices`."""

    # --- forms of answers -------------------------------------------------------------
    prices: Literal["text", "fixed", "number"] = "text"
    """`"100"`, `"100.00"` or `100`."""
    decimals: Literal["number", "text"] = "number"
    """Other decimals: rates, charges, minimum amounts, weights."""
    booleans: Literal["bool", "int", "text"] = "bool"
    ean: Literal["text", "int"] = "text"
    customer_number: Literal["text", "int"] = "text"
    """`int`: a number where text and number are the same, otherwise text."""
    colli: Literal["list", "int"] = "list"
    categories: Literal["tree", "flat"] = "tree"
    parent: Literal["id", "text", "object"] = "id"
    empty_maps: Literal["object", "list"] = "object"
    """`list`: an empty map is `[]`, as PHP writes it."""
    tags: Literal["objects", "names"] = "objects"
    address_name: Literal["name", "title"] = "name"
    """Which of the two the `name` of an address in GET is."""
    sync_fields: Literal["hidden", "returned"] = "hidden"
    """Whether GET returns the fields that only the sync endpoints document."""
    returned_fields: frozenset[str] = frozenset()
    """Single hidden fields that GET returns all the same: `product.meta`,
    `variant.archived`, `address.title`, `price.b2c_offer_price`."""
    single: Literal["wrapped", "bare"] = "wrapped"
    write_answers: Literal["bare", "wrapped"] = "bare"
    delete_status: Literal[200, 204] = 204
    sync_answer: Literal["empty", "opaque", "echo"] = "empty"
    sync_status: int = 200
    error_shape: Literal["heimdal", "text-code", "generic", "html", "plain", "ok"] = (
        "heimdal"
    )
    """The body of a refusal. `ok`: status 200 with `errors`, as Heimdal before 1.5."""

    # --- what a write means -----------------------------------------------------------
    batches: Literal["atomic", "stop", "skip"] = "atomic"
    """A sync batch with one bad item: nothing lands; what stood before it lands; or
    everything else lands. All three answer with an error."""
    sync_delay: int = 0
    """A sync write becomes visible only after so many further requests."""
    omitted: Literal["keep", "reset"] = "keep"
    """Fields left out of a synced object: kept, or back to the documented default."""
    omitted_prices: Literal["keep", "reset"] = "keep"
    """Members left out of a synced price."""
    currencies: Literal["merge", "replace"] = "merge"
    """Currencies left out of `prices`."""
    put: Literal["partial", "full"] = "partial"
    """Fields left out of a core PUT: kept, or set back to the documented default."""
    tags_mode: Literal["replace", "append"] = "replace"
    payment_term: Literal["either", "payment_term", "payment_terms"] = "either"
    """Which field name is read; the other one is ignored silently."""
    create_if_missing: Literal["honoured", "ignored"] = "honoured"
    missing_category: Literal["refuse", "ignore"] = "refuse"
    empty_replace: Literal["clear", "refuse"] = "clear"
    """An empty list together with `replace`."""
    sub_category_attaches: Literal["alone", "with-top"] = "alone"
    foreign_sku: Literal["refuse", "move", "update"] = "refuse"
    """A SKU synced under another product than its own."""
    delete_unknown: Literal["ignore", "refuse"] = "ignore"
    """`delete: true` for a key that does not exist."""
    base_price: Literal["demanded", "open"] = "demanded"
    """Whether sync, too, demands a base-currency price of a new variant."""
    unknown_supplier: Literal["refuse", "accept"] = "refuse"
    synced_images: Literal["hidden", "shown"] = "hidden"
    """Whether images that sync attached appear in `image` and `images` of a product."""
    trim: bool = True
    """Whether text is stored without the spaces round it."""

    # --- rate limit -------------------------------------------------------------------
    rate_limit: int | None = None
    """After so many answered requests the next `rate_refusals` ones get 429."""
    rate_refusals: int = 1
    retry_after: str = "1"
    """`Retry-After` of these answers: seconds, or a date."""

    def __post_init__(self) -> None:
        for name, expected in _ALLOWED.items():
            if getattr(self, name) not in expected:
                raise ValueError(
                    f"dialect switch {name}: {getattr(self, name)!r} is none of "
                    + ", ".join(repr(one) for one in expected)
                )


_ALLOWED: dict[str, tuple[object, ...]] = {
    name: get_args(hint)
    for name, hint in get_type_hints(Dialect).items()
    if get_origin(hint) is Literal
}


def dialect_to_json(dialect: Dialect) -> dict[str, Any]:
    values = {field.name: getattr(dialect, field.name) for field in fields(Dialect)}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in values.items()
    }


def dialect_from_json(data: Mapping[str, Any], base: Dialect | None = None) -> Dialect:
    """The switches in `data` upon `base`; an unknown switch is a `ValueError`."""
    values = dialect_to_json(base or Dialect())
    if unknown := set(data) - set(values):
        raise ValueError(f"unknown dialect switch: {', '.join(sorted(unknown))}")
    values.update(data)
    sets = {name: frozenset(one) for name, one in values.items() if _is_list(one)}
    checked: dict[str, Any] = {**values, **sets}
    return Dialect(**checked)


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))
