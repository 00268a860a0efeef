"""The rules of products and variants, the same behind sync and core.

Every function works on a draft product; the caller puts it back. `door` is S, P or U
(`fields.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import Field, Record, blank, coerce, plain, write
from reconcile.sandbox.refusals import Code, NotFound, Refused
from reconcile.sandbox.store import Store

STOCK_TYPES = ("stock", "remote", "underway", "discontinued")


class ProductRules:
    """Creating, changing and deleting, for one door of one dialect."""

    def __init__(self, store: Store, dialect: Dialect, door: str) -> None:
        self.store = store
        self.dialect = dialect
        self.door = door

    # --- products --------------------------------------------------------------------

    def new_product(self, data: Record, where: str) -> Record:
        """A draft with its variants still to come."""
        demand(data, where, "item_number", "name", "variants")
        product = blank("product")
        product["id"] = self.store.next_id("product")
        self.write_root(product, data)
        self.store.effect(
            "create", kind="product", key=product["item_number"], id=product["id"]
        )
        return product

    def write_root(self, product: Record, data: Record, *, reset: bool = False) -> None:
        write("product", product, data, self.door, reset=reset)
        if not product["item_number"] or not product["name"]:
            raise Refused("The item number and name fields are required.")
        other = self.store.by_key("product", product["item_number"])
        if other is not None and other["id"] != product["id"]:
            raise Refused("The item number is taken.", code=Code.ITEM_NUMBER_TAKEN)
        collection = product["collection_id"]
        if collection is not None and self.store.get("collection", collection) is None:
            raise Refused("The selected collection id is invalid.")

    def delete_product(self, product: Record) -> None:
        if any(line["product_id"] == product["id"] for line in self._order_lines()):
            raise Refused("The product cannot be deleted: orders exist for it.")
        self.store.remove("product", product["id"])
        self.store.effect(
            "delete", kind="product", key=product["item_number"], id=product["id"]
        )

    # --- variants --------------------------------------------------------------------

    def add_variant(self, product: Record, data: Record, where: str) -> Record:
        demand(data, where, "sku", "attributes")
        variant = blank("variant")
        variant["id"] = self.store.next_id("variant")
        write("variant", variant, data, self.door)
        self._check_sku(product, variant)
        variant["attributes"] = _attributes(data["attributes"])
        self._write_prices(variant, data, new=True)
        product["variants"].append(variant)
        _check_attributes(product, variant)
        self._write_stock(product, variant, data)
        self.store.effect(
            "create", kind="variant", key=variant["sku"], id=variant["id"]
        )
        return variant

    def change_variant(self, product: Record, variant: Record, data: Record) -> None:
        mode = self.dialect.omitted if self.door == "S" else self.dialect.put
        write("variant", variant, data, self.door, reset=mode in ("reset", "full"))
        self._check_sku(product, variant)
        if data.get("attributes"):
            # Only values may change (`core-api.txt`, "Update a variant").
            changed = _attributes(data["attributes"])
            if not changed.keys() <= variant["attributes"].keys():
                raise Refused(
                    "Attributes differ across variants.", code=Code.ATTRIBUTES_DIFFER
                )
            variant["attributes"] = {**variant["attributes"], **changed}
            _check_attributes(product, variant)
        self._write_prices(variant, data, new=False)
        self._write_stock(product, variant, data)

    def delete_variant(self, product: Record, variant: Record) -> None:
        if any(line["variant_id"] == variant["id"] for line in self._order_lines()):
            raise Refused("The variant cannot be deleted: orders exist for it.")
        if len(product["variants"]) == 1:
            raise Refused(
                "A product must contain at least one variant.", code=Code.LAST_VARIANT
            )
        product["variants"].remove(variant)
        self.store.effect(
            "delete", kind="variant", key=variant["sku"], id=variant["id"]
        )

    # --- parts -----------------------------------------------------------------------

    def _order_lines(self) -> list[Record]:
        return [line for order in self.store.rows("order") for line in order["lines"]]

    def _check_sku(self, product: Record, variant: Record) -> None:
        sku = variant["sku"]
        if not sku:
            raise Refused("The sku field is required.")
        owner = self.store.by_key("variant", sku)
        elsewhere = owner is not None and owner["id"] != product["id"]
        twice = any(
            one is not variant and one["sku"] == sku for one in product["variants"]
        )
        if elsewhere or twice:
            raise Refused(f"A variant with SKU {sku} exists.", code=Code.SKU_TAKEN)

    def _write_prices(self, variant: Record, data: Record, *, new: bool) -> None:
        given = coerce(_PRICES, data.get("prices"))
        base = self.store.base_currency
        prices = {} if given and self._replaces_currencies() else variant["prices"]
        for currency, row in given.items():
            prices[currency] = self._price(variant["prices"].get(currency), row)
        variant["prices"] = prices
        demanded = self.door != "S" or self.dialect.base_price == "demanded"
        if demanded and (new or given) and base not in prices:
            raise Refused(f"No price in {base}.", code=Code.NO_BASE_PRICE)

    def _replaces_currencies(self) -> bool:
        return self.dialect.currencies == "replace"

    def _price(self, old: Record | None, row: Any) -> Record:
        if not isinstance(row, dict):
            raise Refused("A price must be an object.")
        price = dict(old) if old else blank("price")
        if old is None and self.door != "S":
            # Sync says 0 where nothing is given, core says null.
            demand(row, "prices.", "sales_price")
            price["rec_sales_price"] = None
        reset = self.door == "S" and self.dialect.omitted_prices == "reset"
        write("price", price, row, self.door, reset=reset)
        if price["sales_price"] is None:
            raise Refused("The sales price must be a number.")
        return price

    def _write_stock(self, product: Record, variant: Record, data: Record) -> None:
        """Core sets a state by stock type; sync lists changes of the stock."""
        given = data.get("inventory")
        if not given:
            return
        if self.door != "S":
            for stock_type, row in coerce(_INVENTORY, given).items():
                self._set_stock(variant, stock_type, row)
        elif not product["no_inventory"]:
            for change in listed(given, "inventory"):
                self._change_stock(variant, change)

    def _set_stock(self, variant: Record, stock_type: str, row: Any) -> None:
        if stock_type not in STOCK_TYPES or not isinstance(row, dict):
            raise Refused("The selected stock type is invalid.")
        entry = self._stock_entry(variant, stock_type)
        if "quantity" in row:
            entry["quantity"] = coerce(_QUANTITY, row["quantity"])
            self.store.effect(
                "stock",
                sku=variant["sku"],
                stock_type=stock_type,
                quantity=entry["quantity"],
                after=entry["quantity"],
            )
        if "delivery" in row:
            entry["delivery"] = coerce(_DELIVERY, row["delivery"])

    def _change_stock(self, variant: Record, change: Record) -> None:
        if change.get("quantity") is None and change.get("adjustment") is None:
            raise Refused("The quantity field is required without adjustment.")
        place = change.get("inventory_location_id")
        if place is None:
            entry = self._stock_entry(variant, "stock")
        else:
            entry = variant["locations"].setdefault(str(place), {"quantity": 0})
        for name in ("quantity", "adjustment"):
            if change.get(name) is None:
                continue
            amount = coerce(_QUANTITY, change[name])
            before = 0 if name == "quantity" else entry["quantity"]
            entry["quantity"] = before + amount
            self.store.effect(
                "stock",
                sku=variant["sku"],
                location=place,
                text=change.get("text"),
                after=entry["quantity"],
                **{name: amount},
            )

    def _stock_entry(self, variant: Record, stock_type: str) -> Record:
        if stock_type not in variant["inventory"]:
            variant["inventory"][stock_type] = {
                "id": self.store.next_id("inventory"),
                "product_variant_id": variant["id"],
                "quantity": 0,
                "stock_type": stock_type,
                "delivery": None,
                "created_at": self.store.now(),
                "updated_at": self.store.now(),
            }
        entry: Record = variant["inventory"][stock_type]
        entry["updated_at"] = self.store.now()
        return entry


_PRICES = Field("prices", "meta", default={})
_INVENTORY = Field("inventory", "meta", default={})
_QUANTITY = Field("quantity", "int", default=0)
_DELIVERY = Field("delivery", "date")


def variant_of(product: Record, variant_id: int) -> Record:
    for variant in product["variants"]:
        if variant["id"] == variant_id:
            found: Record = variant
            return found
    raise NotFound


def demand(data: Record, where: str, *names: str) -> None:
    missing = [name for name in names if data.get(name) in (None, "", [], {})]
    if missing:
        raise Refused(*(f"The {where}{name} field is required." for name in missing))


def listed(value: Any, name: str) -> list[Record]:
    """A list of objects, or a 422."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(f"The {name} must be an array of objects.")
    return value


def refuse_same_sku_twice(variants: Collection[Record]) -> None:
    skus = [one.get("sku") for one in variants if one.get("sku") is not None]
    if len(set(skus)) != len(skus):
        raise Refused("The same SKU stands twice in the data.", code=Code.SKU_TWICE)


def _attributes(value: Any) -> Record:
    if not isinstance(value, dict):
        raise Refused("The attributes must be an object.")
    return {str(name): str(plain(one)) for name, one in value.items()}


def _check_attributes(product: Record, variant: Record) -> None:
    """The same attributes on every variant, and no combination twice."""
    for other in product["variants"]:
        if other is variant:
            continue
        if other["attributes"].keys() != variant["attributes"].keys():
            raise Refused(
                "Attributes differ across variants.", code=Code.ATTRIBUTES_DIFFER
            )
        if other["attributes"] == variant["attributes"]:
            raise Refused(
                "A variant with these attributes exists.", code=Code.SAME_ATTRIBUTES
            )
