"""How a record looks in an answer: the form of every type, as the dialect has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import FIELDS, Field, Record
from reconcile.sandbox.store import Store


class Wire:
    """Shapes records for one dialect."""

    def __init__(self, store: Store, dialect: Dialect) -> None:
        self.store = store
        self.dialect = dialect
        self.brand_id = dialect.brand_id or store.brand_id

    def shape(self, kind: str, record: Record) -> Record:
        """The bare object, without any relation."""
        shaped: Record = {"id": record["id"]}
        shaped |= self._context(kind, record)
        for field in FIELDS[kind]:
            if self.shows(kind, field):
                shaped[field.name] = self.value(field, record[field.name])
        if kind == "category":
            shaped = {**shaped, "parent": self.parent(record["parent"])}
        if kind == "product":
            names = next((list(v["attributes"]) for v in record["variants"]), [])
            shaped["attributes"] = names
        if kind == "variant":
            shaped["attributes"] = self.map(record["attributes"])
        if kind == "address" and self.dialect.address_name == "title":
            shaped["name"] = record["title"]
        shaped["created_at"] = record["created_at"]
        shaped["updated_at"] = record["updated_at"]
        return shaped

    def shows(self, kind: str, field: Field) -> bool:
        return (
            not field.hidden
            or self.dialect.sync_fields == "returned"
            or f"{kind}.{field.name}" in self.dialect.returned_fields
        )

    def value(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        form = FORMS.get(field.type)
        return form(value, self.dialect) if form else value

    def prices(self, prices: Record) -> Any:
        return self.map({code: self._price(row) for code, row in prices.items()})

    def map(self, value: Record) -> Any:
        return [] if not value and self.dialect.empty_maps == "list" else value

    def parent(self, parent_id: int | None) -> Any:
        if parent_id is None or self.dialect.parent == "id":
            return parent_id
        if self.dialect.parent == "text":
            return str(parent_id)
        return self.shape("category", self.store.tables["category"][parent_id])

    def tag(self, name: str) -> Any:
        if self.dialect.tags == "names":
            return name
        return {"id": self.store.tag_id(name), "name": name}

    def _price(self, price: Record) -> Record:
        form = PRICE_FORMS[self.dialect.prices]
        return {
            field.name: None if price[field.name] is None else form(price[field.name])
            for field in FIELDS["price"]
            if self.shows("price", field)
        }

    def _context(self, kind: str, record: Record) -> Record:
        if kind == "variant":
            return {"entity_id": self.brand_id, "product_id": record["product_id"]}
        if kind == "address":
            return {"entity_id": record["entity_id"]}
        return {"brand_id": self.brand_id}


def json_number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _number(text: str, dialect: Dialect) -> Any:
    return text if dialect.decimals == "text" else json_number(text)


def _bool(value: bool, dialect: Dialect) -> Any:
    forms: Mapping[str, Any] = {"bool": value, "int": int(value)}
    return forms.get(dialect.booleans, str(int(value)))


def _customer_number(text: str, dialect: Dialect) -> Any:
    same = text.isdigit() and str(int(text)) == text
    return int(text) if dialect.customer_number == "int" and same else text


def _colli(sizes: list[int], dialect: Dialect) -> Any:
    if dialect.colli == "list":
        return sizes
    return sizes[0] if sizes else None


def _amounts(rows: list[Record], dialect: Dialect) -> Any:
    return [
        {
            "currency": row["currency"],
            "amount": None
            if row["amount"] is None
            else _number(row["amount"], dialect),
        }
        for row in rows
    ]


FORMS: Final[Mapping[str, Callable[[Any, Dialect], Any]]] = {
    "amounts": _amounts,
    "bool": _bool,
    "colli": _colli,
    "decimal": _number,
    "ean": lambda text, d: int(text) if d.ean == "int" else text,
    "meta": lambda value, d: [] if not value and d.empty_maps == "list" else value,
    "number_text": _customer_number,
    "percent": _number,
}
PRICE_FORMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": lambda text: text,
    "fixed": lambda text: f"{Decimal(text):.2f}",
    "number": json_number,
}
