"""`POST /products/sync`: one product of a batch (`sync-products.txt`)."""

from __future__ import annotations

import hashlib
from typing import Any

from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import Field, Record, coerce, decimal_text, plain
from reconcile.sandbox.products import (
    ProductRules,
    demand,
    listed,
    refuse_same_sku_twice,
)
from reconcile.sandbox.refusals import Code, Refused
from reconcile.sandbox.store import Store


def sync_product(store: Store, dialect: Dialect, data: Record, where: str) -> None:
    """Create, update or delete the product that `item_number` names."""
    demand(data, where, "item_number")
    rules = ProductRules(store, dialect, "S")
    known = store.by_key("product", str(data["item_number"]))
    if data.get("delete") is True:
        if known is not None:
            rules.delete_product(known)
        elif dialect.delete_unknown == "refuse":
            raise Refused("The selected item number is invalid.")
        return
    variants = listed(data.get("variants") or [], f"{where}variants")
    refuse_same_sku_twice(variants)
    if known is None:
        product = rules.new_product(data, where)
    else:
        product = store.draft("product", known["id"])
        rules.write_root(product, data, reset=dialect.omitted == "reset")
    _Parts(store, dialect, product).write(data, where)
    for index, one in enumerate(variants):
        _sync_variant(rules, product, one, f"{where}variants.{index}.")
    store.put("product", product)


def _sync_variant(
    rules: ProductRules, product: Record, data: Record, where: str
) -> None:
    demand(data, where, "sku")
    own = _by_sku(product, str(data["sku"]))
    if data.get("delete") is True:
        if own is not None:
            rules.delete_variant(product, own)
        elif rules.dialect.delete_unknown == "refuse":
            raise Refused("The selected sku is invalid.")
        return
    if own is not None:
        rules.change_variant(product, own, data)
        write_variant_lists(rules, product, own, data)
        return
    owner = rules.store.by_key("variant", str(data["sku"]))
    if owner is None or rules.dialect.foreign_sku == "refuse":
        variant = rules.add_variant(product, data, where)
        write_variant_lists(rules, product, variant, data)
    else:
        _take_over(rules, product, rules.store.draft("product", owner["id"]), data)


def _take_over(
    rules: ProductRules, product: Record, owner: Record, data: Record
) -> None:
    """What becomes of a SKU that another product has: nowhere documented."""
    store = rules.store
    variant = next(one for one in owner["variants"] if one["sku"] == data["sku"])
    if rules.dialect.foreign_sku == "move":
        if len(owner["variants"]) == 1:
            raise Refused("It is the last variant.", code=Code.LAST_VARIANT)
        owner["variants"].remove(variant)
        store.put("product", owner)
        product["variants"].append(variant)
        rules.change_variant(product, variant, data)
        write_variant_lists(rules, product, variant, data)
    else:
        rules.change_variant(owner, variant, data)
        write_variant_lists(rules, owner, variant, data)
        store.put("product", owner)


def _by_sku(product: Record, sku: str) -> Record | None:
    return next((one for one in product["variants"] if one["sku"] == sku), None)


class _Parts:
    """The lists of a product: categories, suppliers, tags, translations."""

    def __init__(self, store: Store, dialect: Dialect, product: Record) -> None:
        self.store = store
        self.dialect = dialect
        self.product = product

    def write(self, data: Record, where: str) -> None:
        if data.get("tags") is not None:
            self._tags(data["tags"])
        if "categories" in data:
            rows = listed(data["categories"] or [], "categories")
            ids = [one for row in rows for one in self._category_ids(row, where)]
            self._list("categories", data, ids)
        if "suppliers" in data:
            rows = listed(data["suppliers"] or [], "suppliers")
            self._list("suppliers", data, [self._supplier(row, where) for row in rows])
        if data.get("translations"):
            self._translations(listed(data["translations"], "translations"), where)

    def _tags(self, names: Any) -> None:
        tags = coerce(Field("tags", "texts"), names)
        old = self.product["tags"] if self.dialect.tags_mode == "append" else []
        self.product["tags"] = list(dict.fromkeys([*old, *tags]))
        for name in tags:
            self.store.tag_id(name)

    def _list(self, name: str, data: Record, rows: list[Any]) -> None:
        replace = sync_mode(data, f"{name}_sync_mode", rows, self.dialect)
        self.product[name] = merged([] if replace else self.product[name], rows)

    def _category_ids(self, row: Record, where: str) -> list[int]:
        demand(row, f"{where}categories.", "top_category")
        create = (
            row.get("create_if_missing") is True
            and self.dialect.create_if_missing == "honoured"
        )
        top = self._category(None, str(row["top_category"]), create)
        if row.get("sub_category") is None or top is None:
            return [] if top is None else [top]
        sub = self._category(top, str(row["sub_category"]), create)
        with_top = self.dialect.sub_category_attaches == "with-top"
        return [one for one in ([top] if with_top else []) + [sub] if one is not None]

    def _category(self, parent: int | None, name: str, create: bool) -> int | None:
        for row in self.store.rows("category"):
            if row["parent"] == parent and row["name"] == name:
                return int(row["id"])
        if create:
            row = self.store.put("category", {"parent": parent, "name": name})
            self.store.effect("create", kind="category", key=name, id=row["id"])
            return int(row["id"])
        if self.dialect.missing_category == "refuse":
            raise Refused(f"The category {name} does not exist.")
        return None

    def _supplier(self, row: Record, where: str) -> Record:
        demand(row, f"{where}suppliers.", "supplier_number")
        number = str(row["supplier_number"])
        known = number in self.store.suppliers
        if not known and self.dialect.unknown_supplier == "refuse":
            raise Refused(f"The supplier {number} does not exist.")
        defaults: Record = {
            "primary": False,
            "lead_time_type": "weeks",
            "lead_time_from": None,
            "lead_time_to": None,
            "cost_price_set": None,
        }
        values = {name: row.get(name, other) for name, other in defaults.items()}
        if values["lead_time_type"] not in ("weeks", "days"):
            raise Refused("The selected lead time type is invalid.")
        return {"supplier_number": number, **plain(values)}

    def _translations(self, rows: list[Record], where: str) -> None:
        """By locale; there is no way to take one away."""
        kept = {_locale(row): row for row in self.product["translations"]}
        for row in rows:
            demand(row, f"{where}translations.", "name")
            key = _locale(row)
            if not any(key):
                raise Refused("The product locale id or code field is required.")
            names = ("name", "description", "meta_title", "meta_description")
            before = kept.get(key, dict.fromkeys(names))
            kept[key] = {
                **before,
                "product_locale_id": key[0],
                "product_locale_code": key[1],
                **{name: row[name] for name in names if name in row},
            }
        self.product["translations"] = list(kept.values())


def _locale(row: Record) -> tuple[Any, Any]:
    return row.get("product_locale_id"), row.get("product_locale_code")


def write_variant_lists(
    rules: ProductRules, product: Record, variant: Record, data: Record
) -> None:
    if "drops" in data:
        rows = [_drop(row) for row in listed(data["drops"] or [], "drops")]
        replace = sync_mode(data, "drops_sync_mode", rows, rules.dialect)
        variant["drops"] = merged([] if replace else variant["drops"], rows)
    for row in listed(data.get("cost_prices") or [], "cost_prices"):
        _write_cost_price(rules.store, variant, row)
    for row in listed(data.get("images") or [], "images"):
        _attach(rules, product, variant, row)


def _drop(row: Record) -> Record:
    keys = ("drop_id", "drop_code")
    if all(row.get(key) is None for key in keys):
        raise Refused("The drop id or drop code field is required.")
    return {key: row[key] for key in keys if row.get(key) is not None}


def _write_cost_price(store: Store, variant: Record, row: Record) -> None:
    """One price per set; a set that nobody knows is made, typo or not."""
    demand(row, "cost_prices.", "currency", "cost_price")
    named = {
        "currency": row["currency"],
        "cost_price_set_label": row.get("cost_price_set_label"),
        "cost_price_set_id": row.get("cost_price_set_id"),
    }
    price = decimal_text(coerce(Field("cost_price", "decimal"), row["cost_price"]))
    for known in variant["cost_prices"]:
        if all(known[name] == value for name, value in named.items()):
            known["cost_price"] = price
            return
    new_id = store.next_id("cost_price")
    variant["cost_prices"].append({"id": new_id, **named, "cost_price": price})


def _attach(rules: ProductRules, product: Record, variant: Record, row: Record) -> None:
    """Downloads and attaches again whatever is sent again: there is no key."""
    demand(row, "images.", "url")
    image_id = rules.store.next_id("image")
    variant["images"].append({"id": image_id, "url": row["url"], "alt": row.get("alt")})
    rules.store.effect("image", sku=variant["sku"], url=row["url"], alt=row.get("alt"))
    if rules.dialect.synced_images == "shown":
        name = hashlib.sha256(f"{image_id}".encode()).hexdigest()[:20]
        path = f"products/{product['id']}/{name}"
        product["images"].append(path)
        product["image"] = product["image"] or path


def sync_mode(data: Record, name: str, rows: list[Any], dialect: Dialect) -> bool:
    """Whether to replace; the mode is demanded as soon as the list is there."""
    mode = data.get(name)
    if mode not in ("replace", "append"):
        raise Refused(f"The {name} field is required.")
    if mode == "replace" and not rows and dialect.empty_replace == "refuse":
        raise Refused(f"The {name.removesuffix('_sync_mode')} field is required.")
    return bool(mode == "replace")


def merged(old: list[Any], new: list[Any]) -> list[Any]:
    """`old` and `new` without doubles; a supplier is its number."""
    result = {_identity(row): row for row in [*old, *new]}
    return list(result.values())


def _identity(row: Any) -> Any:
    if isinstance(row, dict):
        return row.get("supplier_number") or tuple(sorted(map(str, row.items())))
    return row
