"""What every kind of object holds: one row per field.

`writes` names the doors through which a field can be set: S sync, P core POST, U core
PUT. A hidden field is kept and never shown, unless the dialect says otherwise.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from reconcile.sandbox.refusals import Refused

Record = dict[str, Any]


class Field(NamedTuple):
    name: str
    type: str
    writes: str = ""
    default: Any = None
    hidden: bool = False
    resets: bool = True
    """Whether the texts state a default, to which an omitted field may fall back."""
    choices: tuple[str, ...] = ()


def _hidden(name: str, type_: str, default: Any = None, **rest: Any) -> Field:
    return Field(name, type_, "S", default, hidden=True, **rest)


WEIGHT_UNITS: Final = ("g", "kg")

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "category": (Field("name", "text", "PU", resets=False),),
    "collection": (
        Field("active", "bool", "PU", True),
        Field("title", "text", "PU", resets=False),
        Field(
            "visibility",
            "text",
            "PU",
            "customers",
            resets=False,
            choices=("customers", "own_entity", "customers_custom"),
        ),
        Field("allowed_customers", "ids", "PU", []),
    ),
    "customer": (
        Field("customer_number", "number_text", "SPU", resets=False),
        Field("shop_id", "int"),
        Field("agent_id", "int", "PU"),
        Field("active", "bool", "SPU", True),
        Field("name", "text", "SPU", resets=False),
        Field("billing_email", "text", "PU"),
        Field("reminder_charge", "decimal", "PU"),
        Field("interest_rate", "decimal", "PU"),
        Field(
            "credit_type",
            "text",
            "PU",
            choices=("net", "invoice_month", "paid_cash", "prepaid"),
        ),
        Field("credit_modifier", "scalar", "PU"),
        Field("vat", "decimal", "PU"),
        Field("allowed_currencies", "amounts", "PU", []),
        _hidden("currency", "currency", resets=False),
        _hidden("discount_percentage", "percent", resets=False),
        Field("payment_term", "json", hidden=True),
    ),
    "address": (
        Field("primary", "bool", default=False),
        Field("name", "text", "SP"),
        Field("vat", "text"),
        Field("address", "text", "SP"),
        Field("zip", "text", "SP"),
        Field("city", "text", "SP"),
        Field("region", "text", "SP"),
        Field("country", "country", "SP"),
        Field("telephone", "text"),
        Field("email", "text"),
        Field("website", "text"),
        _hidden("title", "text"),
        _hidden("address_2", "text"),
        _hidden("remote_erp_id", "text"),
    ),
    "product": (
        Field("subbrand_id", "int", "PU"),
        Field("collection_id", "int", "PU"),
        Field("item_number", "text", "SPU", resets=False),
        Field("name", "text", "SPU", resets=False),
        Field("description", "text", "SPU", resets=False),
        Field("image", "text", "PU"),
        Field("images", "texts", "PU", []),
        Field("active", "bool", "SPU", True),
        Field("colli", "colli", "SPU", []),
        _hidden("make_to_order_b2b", "bool", False),
        _hidden("make_to_order_b2c", "bool", False),
        _hidden("meta", "meta", {}, resets=False),
        _hidden("weight", "decimal"),
        _hidden("weight_type", "text", "g", choices=WEIGHT_UNITS),
        _hidden("no_inventory", "bool", False),
        _hidden("release_date", "date"),
        _hidden("noos", "bool", False),
        _hidden("min_order_quantity", "int"),
        _hidden("custom_sort", "int"),
        _hidden("order_colli_only", "bool", False),
        _hidden("url", "text"),
        _hidden("meta_title", "text"),
        _hidden("meta_description", "text"),
        Field("suppliers", "json", default=[], hidden=True),
        Field("translations", "json", default=[], hidden=True),
    ),
    "variant": (
        Field("sku", "text", "SPU", resets=False),
        Field("picture", "text", "PU"),
        Field("ean", "ean", "PU"),
        _hidden("archived", "bool", False),
        _hidden("b2c_available", "bool", True),
        _hidden("make_to_order_b2b", "bool"),
        _hidden("make_to_order_b2c", "bool"),
        _hidden("meta", "meta", {}, resets=False),
        _hidden("weight", "decimal"),
        _hidden("weight_type", "text", choices=WEIGHT_UNITS),
        _hidden("release_date", "date"),
        _hidden("noos", "bool"),
        Field("drops", "json", default=[], hidden=True),
        Field("images", "json", default=[], hidden=True),
    ),
    "price": (
        Field("sales_price", "decimal", "SPU", "0"),
        Field("rec_sales_price", "decimal", "SPU", "0"),
        Field("offer_price", "decimal", "SPU"),
        _hidden("b2c_offer_price", "decimal"),
    ),
}

LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("addresses", "users"),
    "product": ("categories", "tags", "variants"),
    "variant": ("cost_prices",),
}
"""What a record holds beside its fields, as lists."""
MAPS: Final[Mapping[str, tuple[str, ...]]] = {
    "variant": ("attributes", "prices", "inventory", "locations"),
}


def blank(kind: str) -> Record:
    """A new record with the documented defaults."""
    record = {field.name: copied(field.default) for field in FIELDS[kind]}
    record |= {name: [] for name in LISTS.get(kind, ())}
    record |= {name: {} for name in MAPS.get(kind, ())}
    return record


def write(
    kind: str, record: Record, data: Record, door: str, *, reset: bool = False
) -> None:
    """Set the fields that `door` opens; every other key is ignored without a word."""
    for field in FIELDS[kind]:
        if door not in field.writes:
            continue
        if field.name not in data:
            if reset and field.resets:
                record[field.name] = copied(field.default)
            continue
        value = coerce(field, data[field.name])
        if field.type == "meta":
            # A partial update (`sync-products.txt`, "meta"): null takes a key away.
            value = {**record[field.name], **value}
            value = {key: one for key, one in value.items() if one is not None}
        record[field.name] = value


def coerce(field: Field, value: Any) -> Any:
    if value is None:
        return copied(field.default) if _never_null(field) else None
    try:
        result = COERCE[field.type](value)
    except (ValueError, TypeError, InvalidOperation):
        raise Refused(
            f"The {field.name.replace('_', ' ')} must be a valid "
            f"{field.type.replace('_', ' ')}."
        ) from None
    if field.choices and result not in field.choices:
        raise Refused(f"The selected {field.name.replace('_', ' ')} is invalid.")
    return result


def copied(value: Any) -> Any:
    """A deep copy of JSON; much faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copied(one) for key, one in value.items()}
    if isinstance(value, list):
        return [copied(one) for one in value]
    return value


def decimal_text(value: Any) -> str:
    """The one text of a decimal: no exponent, no zeros at the end."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _never_null(field: Field) -> bool:
    """Lists and maps are emptied by null; a plain flag takes its default."""
    return isinstance(field.default, (list, dict, bool)) or field.type == "meta"


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise TypeError
    return str(value)


def _bool(value: Any) -> bool:
    if value in (True, "1", "true"):
        return True
    if value in (False, "0", "false"):
        return False
    raise ValueError


def _int(value: Any) -> int:
    if isinstance(value, bool) or Decimal(str(value)) != int(value):
        raise ValueError
    return int(value)


def _date(value: Any) -> str:
    text = _text(value)
    datetime.date.fromisoformat(text[:10])
    if len(text) not in (10, 19):
        raise ValueError
    return text[:10]


def _code(length: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(f"[A-Z]{{{length}}}", value):
            raise ValueError
        return value

    return check


def _percent(value: Any) -> str:
    text = decimal_text(value)
    if not 0 <= Decimal(text) <= 100:
        raise ValueError
    return text


def _ean(value: Any) -> str:
    text = _text(value)
    if not text.isdigit():
        raise ValueError
    return text


def _colli(value: Any) -> list[int]:
    return [_int(one) for one in (value if isinstance(value, list) else [value])]


def _amounts(value: Any) -> list[Record]:
    return [
        {
            "currency": _code(3)(row["currency"]),
            "amount": None
            if row.get("amount") is None
            else decimal_text(row["amount"]),
        }
        for row in _listed(value)
        if isinstance(row, dict) and "currency" in row
    ]


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _mapped(value: Any) -> Record:
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise TypeError
    return value


COERCE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "amounts": _amounts,
    "bool": _bool,
    "colli": _colli,
    "country": _code(2),
    "currency": _code(3),
    "date": _date,
    "decimal": decimal_text,
    "ean": _ean,
    "ids": lambda value: [_int(one) for one in _listed(value)],
    "int": _int,
    "json": lambda value: value,
    "meta": lambda value: plain(_mapped(value)),
    "number_text": _text,
    "percent": _percent,
    "scalar": lambda value: value if isinstance(value, int) else _text(value),
    "text": _text,
    "texts": lambda value: [_text(one) for one in _listed(value)],
}


def plain(value: Any) -> Any:
    """Free-form JSON without `Decimal`, so that it can be stored as it stands."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value
