"""The field table: everything that differs between kinds and fields, as data.

    customer ◄──── collection ◄──── product ◄──── variant
                   category   ◄────────┘
    (an arrow points to what must exist first; deletes go the other way)

A new field is one row here, one property in `schemas/catalog.schema.json` and one
case. Sources: `sync-products.txt`, `sync-customers.txt` ("sync") and
`core-api.txt` ("core"); where they contradict each other the comment says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconcile.core.model import KindName, Path


class Form(StrEnum):
    """What one value is, once canonical."""

    TEXT = "text"  # trimmed; "" is null, as Laravel stores it
    BOOL = "bool"  # Traede may say 0, 1, "0", "1"
    INT = "int"
    NUMBER = "number"  # text of an exact decimal
    MONEY = "money"  # the same, with limited decimals
    DATE = "date"  # YYYY-MM-DD
    CATEGORY = "category"  # `Top > Sub`; on the wire by names or by id
    COLLECTION = "collection"  # title; on the wire an id
    CUSTOMER = "customer"  # customer number; on the wire an id


class Shape(StrEnum):
    """How values of a field hang together, and so at which paths they stand."""

    ONE = "one"  # (name,)
    SET = "set"  # (name,) -> sorted list, owned whole
    RECORDS = "records"  # (name,) -> list of objects sorted by key, owned whole
    MAP = "map"  # (name, key); only written keys are managed
    RECORD = "record"  # (name, member): one object, member by member
    KEYED = "keyed"  # (name, key, member): objects by key, member by member


_MEMBER_PATHS: Final[Mapping[Shape, int]] = {Shape.RECORD: 2, Shape.KEYED: 3}
"""How long a path is that ends in a member; a shorter one means the whole."""


class Via(StrEnum):
    """The call that writes a field."""

    SYNC = "sync"
    CORE = "core"


class Reads(StrEnum):
    """What Traede's texts say about reading a field back."""

    GET = "get"  # in the documented answer
    INCLUDE = "include"  # only with an include
    BLIND = "blind"  # nowhere; compared live if an account returns it anyway
    NEVER = "never"  # not comparable even where something like it is returned


class Clear(StrEnum):
    """How a value is taken away."""

    NULL = "null"
    EMPTY = "empty"  # an empty list in mode replace
    ZERO = "zero"  # Traede refuses null; such a row says `null_as="0"`
    NEVER = "never"  # Traede documents no way


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table; SEMANTICS of each column are in the enums above."""

    name: str
    form: Form = Form.TEXT
    via: Via = Via.SYNC
    reads: Reads = Reads.BLIND
    clear: Clear = Clear.NULL
    shape: Shape = Shape.ONE
    wire: str = ""
    """Name in Traede's JSON, where it is another one."""
    include: str = ""
    """The include that makes Traede return it."""
    members: tuple[Field, ...] = ()
    """The fields of the objects of a KEYED, RECORD or RECORDS field."""
    keys: tuple[str, ...] = ()
    """The members that identify an object of a KEYED or RECORDS field."""
    sync_mode: bool = False
    """Sent with `<name>_sync_mode: replace` (`append` for addresses)."""
    required: bool = False
    """Demanded when the plan creates the object."""
    event: bool = False
    """Something that happens when sent, not a state: never sent twice."""
    personal: bool = False
    on_sale: bool | None = None
    """The value that means "can be sold". Traede's documented default too, so it
    always travels: an omitted one might put an archived object back on sale."""
    choices: tuple[str, ...] = ()
    decimals: int | None = None
    """Digits after the point; None: `price_decimals` of the configuration."""
    null_as: str | bool | None = None
    """What null means here, where Traede itself equates the two."""
    add_only: bool = False
    """Traede documents no replacing: entries may be added, not taken away."""
    inherits: bool = False
    """On a variant: null means "as the product says"."""

    @property
    def on_wire(self) -> str:
        return self.wire or self.name

    @property
    def readable(self) -> bool:
        return self.reads in (Reads.GET, Reads.INCLUDE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One row per kind of object."""

    name: KindName
    plural: str
    """Top-level word in the files and envelope in Traede's JSON."""
    key_field: str
    fields: Mapping[str, Field]
    after: tuple[KindName, ...] = ()
    """Kinds whose creates come first."""
    create: Via = Via.CORE
    delete: Via | None = None
    """The call that deletes; None: Traede has none, `active: false` instead."""
    personal_name: bool = False

    def field_of(self, path: Path) -> Field:
        """The row that decides about one path: the member's, where it ends in one."""
        field = self.fields[path[0]]
        if len(path) != _MEMBER_PATHS.get(field.shape):
            return field
        return next(member for member in field.members if member.name == path[-1])

    def retire(self) -> dict[Path, bool]:
        """What archiving writes: everything that means "can be sold", negated."""
        return {
            (f.name,): not f.on_sale
            for f in self.fields.values()
            if f.on_sale is not None
        }

    def revive(self) -> dict[Path, bool]:
        return {path: not value for path, value in self.retire().items()}


def _table(*rows: Field) -> dict[str, Field]:
    return {row.name: row for row in rows}


_PRICES = Field(
    "prices",
    Form.MONEY,
    reads=Reads.GET,
    shape=Shape.KEYED,
    include="variants.prices",
    clear=Clear.NEVER,
    keys=("currency",),
    members=(
        Field(
            "sales_price", Form.MONEY, reads=Reads.GET, clear=Clear.NEVER, null_as="0"
        ),
        # Default 0 in sync, null in core, and null in what core returns (D-6).
        Field("rec_sales_price", Form.MONEY, reads=Reads.GET, null_as="0"),
        Field("offer_price", Form.MONEY, reads=Reads.GET),
        Field("b2c_offer_price", Form.MONEY),
    ),
)

_TRANSLATIONS = Field(
    "translations",
    shape=Shape.KEYED,
    clear=Clear.NEVER,
    add_only=True,
    keys=("product_locale_code",),
    members=(
        Field("name", clear=Clear.NEVER, required=True),
        Field("description"),
        Field("meta_title"),
        Field("meta_description"),
    ),
)

_SUPPLIERS = Field(
    "suppliers",
    shape=Shape.RECORDS,
    clear=Clear.EMPTY,
    sync_mode=True,
    keys=("supplier_number",),
    members=(
        Field("supplier_number", clear=Clear.NEVER, required=True),
        Field("primary", Form.BOOL),
        Field("lead_time_type", choices=("weeks", "days")),
        Field("lead_time_from", Form.INT),
        Field("lead_time_to", Form.INT),
        Field("cost_price_set"),
    ),
)

_DROPS = Field(
    "drops",
    shape=Shape.RECORDS,
    clear=Clear.EMPTY,
    sync_mode=True,
    keys=("drop_id", "drop_code"),
    members=(
        Field("drop_id", Form.INT, clear=Clear.NEVER),
        Field("drop_code", clear=Clear.NEVER),
    ),
)

_COST_PRICES = Field(
    "cost_prices",
    Form.MONEY,
    shape=Shape.KEYED,
    clear=Clear.NEVER,
    add_only=True,
    keys=("currency", "cost_price_set_label"),
    members=(
        Field("cost_price", Form.MONEY, clear=Clear.NEVER, decimals=4, required=True),
    ),
)

_IMAGES = Field(
    "images",
    shape=Shape.RECORDS,
    reads=Reads.NEVER,  # GET has opaque storage paths on the product (D-13)
    clear=Clear.NEVER,
    event=True,
    keys=("url",),
    members=(Field("url", clear=Clear.NEVER, required=True), Field("alt")),
)

_STOCK = Field(
    "inventory",
    shape=Shape.RECORD,
    reads=Reads.NEVER,  # GET has stock types, sync has changes (D-14)
    clear=Clear.NEVER,
    event=True,
    members=(Field("quantity", Form.INT, clear=Clear.NEVER, required=True),),
)

_ADDRESSES = Field(
    "addresses",
    shape=Shape.KEYED,
    reads=Reads.NEVER,  # the `name` of GET may be the title or the name (C-6)
    clear=Clear.EMPTY,
    sync_mode=True,
    personal=True,
    keys=("title",),
    members=(
        Field("name", clear=Clear.NEVER, required=True),
        Field("address", clear=Clear.NEVER, required=True),
        Field("address_2"),
        Field("zip", clear=Clear.NEVER, required=True),
        Field("city", clear=Clear.NEVER, required=True),
        Field("region"),
        Field("country", clear=Clear.NEVER, required=True),
        Field("remote_erp_id"),
    ),
)

# On both levels of the sync API; on a variant null means "as the product says".
_TWO_LEVEL = ("make_to_order_b2b", "make_to_order_b2c", "noos")

PRODUCT: Final = Kind(
    "product",
    "products",
    "item_number",
    _table(
        Field("name", reads=Reads.GET, clear=Clear.NEVER, required=True),
        Field("description", reads=Reads.GET),
        Field(
            "active",
            Form.BOOL,
            reads=Reads.GET,
            clear=Clear.NEVER,
            on_sale=True,
        ),
        *(Field(name, Form.BOOL, clear=Clear.NEVER) for name in _TWO_LEVEL),
        Field("meta", shape=Shape.MAP),
        Field("weight", Form.NUMBER),
        Field("weight_type", clear=Clear.NEVER, choices=("g", "kg")),
        Field("no_inventory", Form.BOOL, clear=Clear.NEVER),
        Field("release_date", Form.DATE),
        Field("min_order_quantity", Form.INT),
        Field("custom_sort", Form.INT),
        Field("order_colli_only", Form.BOOL, clear=Clear.NEVER),
        # A list in sync, one integer in core (D-10): read as either, never written
        # through core.
        Field("colli", Form.INT, shape=Shape.SET, reads=Reads.GET, clear=Clear.EMPTY),
        Field("url"),
        Field("meta_title"),
        Field("meta_description"),
        Field(
            "tags",
            shape=Shape.SET,
            reads=Reads.INCLUDE,
            include="tags",
            clear=Clear.EMPTY,
            add_only=True,
        ),
        Field(
            "categories",
            Form.CATEGORY,
            shape=Shape.SET,
            reads=Reads.INCLUDE,
            include="categories",
            clear=Clear.EMPTY,
            sync_mode=True,
        ),
        _SUPPLIERS,
        _TRANSLATIONS,
        Field(
            "collection",
            Form.COLLECTION,
            via=Via.CORE,
            reads=Reads.GET,
            wire="collection_id",
        ),
        Field("subbrand_id", Form.INT, via=Via.CORE, reads=Reads.GET),
    ),
    after=("category", "collection"),
    create=Via.SYNC,
    delete=Via.SYNC,
)

VARIANT: Final = Kind(
    "variant",
    "variants",
    "sku",
    _table(
        Field(
            "attributes",
            shape=Shape.MAP,
            reads=Reads.GET,
            clear=Clear.NEVER,
            required=True,
        ),
        Field("archived", Form.BOOL, clear=Clear.NEVER, on_sale=False),
        Field("b2c_available", Form.BOOL, clear=Clear.NEVER, on_sale=True),
        *(Field(name, Form.BOOL, inherits=True) for name in _TWO_LEVEL),
        Field("meta", shape=Shape.MAP),
        Field("weight", Form.NUMBER, inherits=True),
        Field("weight_type", choices=("g", "kg"), inherits=True),
        Field("release_date", Form.DATE, inherits=True),
        # Only core knows it, as an integer; a leading zero cannot survive (D-11).
        Field("ean", via=Via.CORE, reads=Reads.GET),
        _PRICES,
        _DROPS,
        _COST_PRICES,
        _IMAGES,
        _STOCK,
    ),
    after=("product",),
    create=Via.SYNC,
    delete=Via.SYNC,
)

CATEGORY: Final = Kind(
    "category", "categories", "name", _table(), create=Via.CORE, delete=Via.CORE
)

COLLECTION: Final = Kind(
    "collection",
    "collections",
    "title",
    _table(
        Field(
            "active",
            Form.BOOL,
            via=Via.CORE,
            reads=Reads.GET,
            clear=Clear.NEVER,
            on_sale=True,
        ),
        Field(
            "visibility",
            via=Via.CORE,
            reads=Reads.GET,
            clear=Clear.NEVER,
            required=True,
            choices=("customers", "own_entity", "customers_custom"),
        ),
        Field(
            "allowed_customers",
            Form.CUSTOMER,
            via=Via.CORE,
            reads=Reads.GET,
            shape=Shape.SET,
            clear=Clear.EMPTY,
        ),
    ),
    after=("customer",),
    create=Via.CORE,
)

CUSTOMER: Final = Kind(
    "customer",
    "customers",
    "customer_number",
    _table(
        Field("name", reads=Reads.GET, clear=Clear.NEVER, required=True, personal=True),
        Field("currency", clear=Clear.NEVER, required=True),
        Field("discount_percentage", Form.NUMBER, clear=Clear.ZERO, null_as="0"),
        Field(
            "active",
            Form.BOOL,
            reads=Reads.GET,
            clear=Clear.NEVER,
            on_sale=True,
        ),
        # `payment_terms` in one table, `payment_term` in its example (C-1).
        Field(
            "payment_term",
            shape=Shape.RECORD,
            clear=Clear.NEVER,
            members=(
                Field("payment_term_code", clear=Clear.NEVER),
                Field("payment_term_id", Form.INT, clear=Clear.NEVER),
            ),
        ),
        _ADDRESSES,
        Field("billing_email", via=Via.CORE, reads=Reads.GET, personal=True),
        Field("agent_id", Form.INT, via=Via.CORE, reads=Reads.GET),
        Field("reminder_charge", Form.NUMBER, via=Via.CORE, reads=Reads.GET),
        Field("interest_rate", Form.NUMBER, via=Via.CORE, reads=Reads.GET),
        Field("vat", Form.NUMBER, via=Via.CORE, reads=Reads.GET),
        Field(
            "allowed_currencies",
            via=Via.CORE,
            reads=Reads.GET,
            shape=Shape.RECORDS,
            clear=Clear.EMPTY,
            keys=("currency",),
            members=(
                Field("currency", clear=Clear.NEVER, required=True),
                Field("amount", Form.NUMBER),
            ),
        ),
        Field(
            "credit_type",
            via=Via.CORE,
            reads=Reads.GET,
            choices=("net", "invoice_month", "paid_cash", "prepaid"),
        ),
        # Days for net and invoice_month, a contra account for paid_cash.
        Field("credit_modifier", via=Via.CORE, reads=Reads.GET),
    ),
    create=Via.SYNC,
    delete=Via.SYNC,
    personal_name=True,
)

KINDS: Final[Mapping[KindName, Kind]] = {
    kind.name: kind for kind in (CUSTOMER, CATEGORY, COLLECTION, PRODUCT, VARIANT)
}
"""In the order of creates and updates; deletes go backwards."""

RANK: Final[Mapping[KindName, int]] = {name: i for i, name in enumerate(KINDS)}
