"""What a brand does to its catalog between two applies: `EDITS`, each a function.

Each edit changes a catalog in the neutral form and says what it did, or says nothing
where the catalog has nothing to do it to.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from decimal import Decimal

from support.editing import (
    FURNISHED_DISCOUNT,
    Edit,
    Editing,
    ean,
    other_price,
    reference,
    times,
)
from support.neutral import Brand, Row, category_name

EDITS: list[Edit] = []


def _edit(function: Edit) -> Edit:
    EDITS.append(function)
    return function


def edit(editing: Editing, how_many: int, deck: Sequence[Edit]) -> list[str]:
    """Do so many edits, in the order of the deck; says what was done."""
    done: list[str] = []
    for one in deck:
        words = one(editing)
        if words is not None:
            done.append(f"{one.__name__}: {words}")
        if len(done) == how_many:
            break
    return done


# --- prices -------------------------------------------------------------------------


@_edit
def price_of_one_variant(editing: Editing) -> str | None:
    name, price = editing.pick_price()
    if price is None:
        return None
    price["sales_price"] = other_price(editing, price["sales_price"])
    return f"{name}: {price['sales_price']}"


@_edit
def retail_price(editing: Editing) -> str | None:
    name, price = editing.pick_price()
    if price is None:
        return None
    retail = price.get("rec_sales_price") or times(price["sales_price"], "2.5")
    price["rec_sales_price"] = other_price(editing, retail)
    return f"{name}: {price['rec_sales_price']} retail"


@_edit
def prices_of_a_style(editing: Editing) -> str | None:
    product = editing.pick("products")
    if product is None:
        return None
    for variant in product["variants"]:
        for price in variant["prices"].values():
            price["sales_price"] = other_price(editing, price["sales_price"])
    return f"all prices of {product['item_number']}"


@_edit
def price_in_a_new_currency(editing: Editing) -> str | None:
    currency = editing.random.choice(["DKK", "SEK", "GBP"])
    product, variant = editing.pick_variant(lambda v: currency not in v["prices"])
    if product is None or variant is None:
        return None
    amount = times(next(iter(variant["prices"].values()))["sales_price"], "7.46")
    for one in product["variants"]:
        one["prices"][currency] = {"sales_price": amount}
        if editing.random.random() < 0.5:
            one["prices"][currency]["rec_sales_price"] = times(amount, "2.5")
    return f"{currency} for {product['item_number']}"


@_edit
def offer_price_set(editing: Editing) -> str | None:
    name, price = editing.pick_price(lambda p: not p.get("offer_price"))
    if price is None:
        return None
    price["offer_price"] = times(price["sales_price"], "0.7")
    editing.new.add(id(price))
    return name


@_edit
def offer_price_cleared(editing: Editing) -> str | None:
    name, price = editing.pick_price(
        lambda p: p.get("offer_price") and id(p) not in editing.new
    )
    if price is None:
        return None
    price["offer_price"] = None
    return name


@_edit
def retail_offer_cleared(editing: Editing) -> str | None:
    name, price = editing.pick_price(lambda p: p.get("b2c_offer_price"))
    if price is None:
        return None
    price["b2c_offer_price"] = None
    return name


# --- styles -------------------------------------------------------------------------


@_edit
def name(editing: Editing) -> str | None:
    product = editing.pick("products")
    if product is None:
        return None
    product["name"] = f"{product['name']} – “new”: no. {editing.number()} #1"
    return f"{product['item_number']}: {product['name']}"


@_edit
def description_set(editing: Editing) -> str | None:
    product = editing.pick("products")
    if product is None:
        return None
    product["description"] = f"<p>Edit {editing.number()}</p>\n<p>Line: two</p>"
    return f"{product['item_number']}"


@_edit
def description_cleared(editing: Editing) -> str | None:
    product = editing.pick("products", lambda p: p["description"])
    if product is None:
        return None
    product["description"] = None
    return f"{product['item_number']}"


@_edit
def translation(editing: Editing) -> str | None:
    product = editing.pick("products", lambda p: p.get("translations"))
    if product is None:
        return None
    product["translations"][0]["name"] += f" {editing.number()}"
    return f"{product['item_number']}: {product['translations'][0]['name']}"


@_edit
def tag_added(editing: Editing) -> str | None:
    product = editing.pick("products")
    if product is None:
        return None
    product["tags"] = [*product["tags"], f"tag {editing.number()}"]
    return f"{product['item_number']}: {product['tags']}"


@_edit
def tag_removed(editing: Editing) -> str | None:
    product = editing.pick("products", lambda p: p["tags"])
    if product is None:
        return None
    gone = editing.random.choice(product["tags"])
    product["tags"] = [tag for tag in product["tags"] if tag != gone]
    return f"{product['item_number']}: {gone}"


@_edit
def category_added_to_style(editing: Editing) -> str | None:
    product = editing.pick("products")
    if product is None:
        return None
    free = [r for r in editing.references() if r not in product["categories"]]
    if not free:
        return None
    new = editing.random.choice(free)
    product["categories"] = [*product["categories"], new]
    return f"{product['item_number']}: {category_name(new)}"


@_edit
def category_taken_from_style(editing: Editing) -> str | None:
    product = editing.pick("products", lambda p: p["categories"])
    if product is None:
        return None
    gone = editing.random.choice(product["categories"])
    product["categories"] = [r for r in product["categories"] if r != gone]
    return f"{product['item_number']}: {category_name(gone)}"


@_edit
def category_of_style_changed(editing: Editing) -> str | None:
    product = editing.pick("products", lambda p: p["categories"])
    if product is None:
        return None
    free = [r for r in editing.references() if r not in product["categories"]]
    if not free:
        return None
    product["categories"] = [editing.random.choice(free)]
    return f"{product['item_number']}: {category_name(product['categories'][0])}"


@_edit
def style_switched_off_or_on(editing: Editing) -> str | None:
    product = editing.pick("products")
    if product is None:
        return None
    product["active"] = not product["active"]
    return f"{product['item_number']}: {product['active']}"


@_edit
def style_into_a_collection(editing: Editing) -> str | None:
    collection = editing.pick("collections")
    if collection is None:
        return None
    title = collection["title"]
    product = editing.pick("products", lambda p: p.get("collection") != title)
    if product is None:
        return None
    product["collection"] = title
    return f"{product['item_number']}: {title}"


@_edit
def style_out_of_its_collection(editing: Editing) -> str | None:
    product = editing.pick("products", lambda p: p.get("collection"))
    if product is None:
        return None
    product["collection"] = None
    return f"{product['item_number']}"


@_edit
def style_added(editing: Editing) -> str | None:
    model = editing.pick("products")
    if model is None:
        return None
    product = copy.deepcopy(model)
    product.pop("renamed_from", None)
    number = editing.number()
    product |= {"item_number": f"new-{number}", "name": f"New style {number}"}
    for place, variant in enumerate(product["variants"]):
        variant.pop("renamed_from", None)
        variant["sku"] = f"new-{number}-{place}"
        if "ean" in variant:
            variant["ean"] = ean(1000 * number + place)
        editing.new.add(id(variant))
    editing.add(editing.brand["products"], product)
    return f"{product['item_number']} as {model['item_number']}"


@_edit
def style_removed(editing: Editing) -> str | None:
    products = editing.brand["products"]
    product = editing.pick("products", lambda p: editing.may_go(p, "item_number"))
    if product is None:
        return None
    products.remove(product)
    return f"{product['item_number']}"


@_edit
def style_renumbered(editing: Editing) -> str | None:
    product = editing.pick("products", editing.is_old)
    if product is None:
        return None
    return editing.rename(product, "item_number", f"style-{editing.number()}")


# --- variants -----------------------------------------------------------------------


@_edit
def variant_archived(editing: Editing) -> str | None:
    _, variant = editing.pick_variant(lambda v: not v.get("archived"))
    if variant is None:
        return None
    variant |= {"archived": True, "b2c_available": False}
    return f"{variant['sku']}"


@_edit
def weight(editing: Editing) -> str | None:
    _, variant = editing.pick_variant()
    if variant is None:
        return None
    old = Decimal(variant.get("weight") or 0)
    variant |= {"weight": old + Decimal("0.125"), "weight_type": "kg"}
    return f"{variant['sku']}: {variant['weight']}"


@_edit
def meta_key_set(editing: Editing) -> str | None:
    _, variant = editing.pick_variant()
    if variant is None:
        return None
    meta = variant.setdefault("meta", {})
    key = editing.random.choice([*meta, "fit", "fabric"])
    meta[key] = f"value {editing.number()}"
    return f"{variant['sku']}: {key}"


@_edit
def meta_key_cleared(editing: Editing) -> str | None:
    _, variant = editing.pick_variant(_known_meta)
    if variant is None:
        return None
    key = editing.random.choice(_known_meta(variant))
    variant["meta"][key] = None
    return f"{variant['sku']}: {key}"


def _known_meta(variant: Row) -> list[str]:
    """Keys that Traede has: what was never written is not cleared."""
    meta = variant.get("meta", {})
    return [k for k, text in meta.items() if text and not text.startswith("value ")]


@_edit
def attribute_changed(editing: Editing) -> str | None:
    _, variant = editing.pick_variant()
    if variant is None:
        return None
    attribute = editing.random.choice(list(variant["attributes"]))
    variant["attributes"][attribute] = f"other {editing.number()}"
    return f"{variant['sku']}: {attribute}"


@_edit
def ean_set(editing: Editing) -> str | None:
    _, variant = editing.pick_variant()
    if variant is None:
        return None
    variant["ean"] = ean(editing.number())
    return f"{variant['sku']}: {variant['ean']}"


@_edit
def image_added(editing: Editing) -> str | None:
    _, variant = editing.pick_variant()
    if variant is None:
        return None
    image = {"url": f"https://img.example/{editing.number()}.jpg", "alt": "Front"}
    variant["images"] = [*variant["images"], image]
    return f"{variant['sku']}: {image['url']}"


@_edit
def variant_added(editing: Editing) -> str | None:
    product, model = editing.pick_variant()
    if product is None or model is None:
        return None
    number = editing.number()
    variant = copy.deepcopy(model)
    variant.pop("renamed_from", None)
    variant.pop("ean", None)
    variant["sku"] = f"added-{number}"
    variant["attributes"] = dict.fromkeys(model["attributes"], f"added {number}")
    editing.add(product["variants"], variant)
    return f"{variant['sku']} in {product['item_number']}"


@_edit
def variant_removed(editing: Editing) -> str | None:
    def may_go(product: Row) -> list[Row]:
        several = product["variants"][1:] and product["variants"]
        return [variant for variant in several if editing.may_go(variant, "sku")]

    product = editing.pick("products", may_go)
    if product is None:
        return None
    gone = editing.random.choice(may_go(product))
    product["variants"].remove(gone)
    return f"{gone['sku']} of {product['item_number']}"


@_edit
def sku_renamed(editing: Editing) -> str | None:
    _, variant = editing.pick_variant(editing.is_old)
    if variant is None:
        return None
    return editing.rename(variant, "sku", f"sku-{editing.number()}")


# --- categories ---------------------------------------------------------------------


@_edit
def category_added(editing: Editing) -> str | None:
    row: Row = {"name": f"Category {editing.number()}"}
    top = editing.pick("categories")
    if top is None or editing.random.random() < 0.5:
        editing.add(editing.brand["categories"], {**row, "children": []})
    else:
        editing.add(top["children"], row)
    return f"{row['name']} in {top['name'] if top else 'none'}"


@_edit
def top_category_renamed(editing: Editing) -> str | None:
    top = editing.pick("categories", editing.is_old)
    return _rename_category(editing, None, top) if top else None


@_edit
def sub_category_renamed(editing: Editing) -> str | None:
    subs = [(t, r) for t, r in editing.categories() if t and editing.is_old(r)]
    return _rename_category(editing, *editing.random.choice(subs)) if subs else None


def _rename_category(editing: Editing, top: Row | None, row: Row) -> str:
    old = reference(top, row)
    words = editing.rename(row, "name", f"{row['name']} & more {editing.number()}")
    _repoint(editing.brand, old, reference(top, row))
    return words


@_edit
def category_removed(editing: Editing) -> str | None:
    """The category and all below it; styles lose it."""
    found = [
        (top, row)
        for top, row in editing.categories()
        if top is not None or editing.may_go(row, "name")
    ]
    if not found:
        return None
    top, row = editing.random.choice(found)
    gone = [reference(top, row)]
    gone += [reference(row, child) for child in row.get("children", ())]
    (top["children"] if top else editing.brand["categories"]).remove(row)
    for product in editing.brand["products"]:
        product["categories"] = [r for r in product["categories"] if r not in gone]
    return ", ".join(map(category_name, gone))


def _repoint(brand: Brand, old: Row, new: Row) -> None:
    """References to a renamed category, and to what is below it, follow."""
    for product in brand["products"]:
        for one in product["categories"]:
            if one == old:
                one |= new
            elif not old["sub_category"] and one["top_category"] == old["top_category"]:
                one["top_category"] = new["top_category"]


# --- collections --------------------------------------------------------------------


@_edit
def collection_added(editing: Editing) -> str | None:
    collection: Row = {
        "title": f"Collection {editing.number()}",
        "visibility": editing.random.choice(["customers", "own_entity"]),
    }
    editing.add(editing.brand["collections"], collection)
    return f"{collection['title']}"


@_edit
def collection_shown_to_some(editing: Editing) -> str | None:
    collection = editing.pick("collections")
    if collection is None or not editing.brand["customers"]:
        return None
    numbers = [customer["customer_number"] for customer in editing.brand["customers"]]
    chosen = editing.random.sample(numbers, editing.random.randint(1, 2))
    if set(collection.get("allowed_customers", ())) == set(chosen):
        return None
    collection |= {"visibility": "customers_custom", "allowed_customers": chosen}
    return f"{collection['title']}: {chosen}"


@_edit
def collection_switched(editing: Editing) -> str | None:
    collection = editing.pick("collections")
    if collection is None:
        return None
    collection["active"] = not collection.get("active", True)
    return f"{collection['title']}: {collection['active']}"


@_edit
def collection_renamed(editing: Editing) -> str | None:
    collection = editing.pick("collections", editing.is_old)
    if collection is None:
        return None
    old = collection["title"]
    words = editing.rename(collection, "title", f"{old} ({editing.number()})")
    for product in editing.brand["products"]:
        if product.get("collection") == old:
            product["collection"] = collection["title"]
    return words


@_edit
def collection_removed(editing: Editing) -> str | None:
    collection = editing.pick("collections", editing.is_old)
    if collection is None:
        return None
    editing.brand["collections"].remove(collection)
    editing.retired.add(collection["title"])
    for product in editing.brand["products"]:
        if product.get("collection") == collection["title"]:
            product["collection"] = None
    return f"{collection['title']}"


# --- customers ----------------------------------------------------------------------


@_edit
def customer_name(editing: Editing) -> str | None:
    customer = editing.pick("customers")
    if customer is None:
        return None
    customer["name"] += f" & Søn {editing.number()}"
    return f"{customer['customer_number']}"


@_edit
def billing_email(editing: Editing) -> str | None:
    customer = editing.pick("customers")
    if customer is None:
        return None
    email = None if customer["billing_email"] else f"b{editing.number()}@shop.example"
    customer["billing_email"] = email
    return f"{customer['customer_number']}: {email}"


@_edit
def address_changed(editing: Editing) -> str | None:
    customer = editing.pick("customers", lambda c: c["addresses"])
    if customer is None:
        return None
    address = editing.random.choice(customer["addresses"])
    address |= {"address": f"Hejrevej {editing.number()}", "zip": "0240"}
    return f"{customer['customer_number']}: {address['title']}"


@_edit
def address_added(editing: Editing) -> str | None:
    customer = editing.pick("customers", lambda c: c["addresses"])
    if customer is None:
        return None
    model = customer["addresses"][0]
    new = {**model, "title": f"Store {editing.number()}", "address_2": "2nd floor"}
    customer["addresses"] = [*customer["addresses"], new]
    return f"{customer['customer_number']}: {new['title']}"


@_edit
def address_removed(editing: Editing) -> str | None:
    customer = editing.pick("customers", lambda c: c["addresses"])
    if customer is None:
        return None
    gone = editing.random.choice(customer["addresses"])
    customer["addresses"] = [a for a in customer["addresses"] if a is not gone]
    return f"{customer['customer_number']}: {gone['title']}"


@_edit
def discount(editing: Editing) -> str | None:
    customer = editing.pick("customers")
    if customer is None:
        return None
    was = customer.get("discount_percentage", Decimal(10))
    cleared = was == FURNISHED_DISCOUNT
    customer["discount_percentage"] = None if cleared else (was or 0) + Decimal("2.5")
    return f"{customer['customer_number']}: {customer['discount_percentage']}"


@_edit
def currencies_allowed(editing: Editing) -> str | None:
    customer = editing.pick("customers", lambda c: "allowed_currencies" not in c)
    if customer is None:
        return None
    customer["allowed_currencies"] = [
        {"currency": "EUR", "amount": Decimal("2500.50")},
        {"currency": "USD", "amount": Decimal(100)},
    ]
    return f"{customer['customer_number']}"


@_edit
def customer_added(editing: Editing) -> str | None:
    model = editing.pick("customers")
    if model is None:
        return None
    customer = copy.deepcopy(model)
    customer.pop("renamed_from", None)
    customer["customer_number"] = f"N-{editing.number()}"
    editing.add(editing.brand["customers"], customer)
    return f"{customer['customer_number']} as {model['customer_number']}"


@_edit
def customer_renumbered(editing: Editing) -> str | None:
    customer = editing.pick("customers", editing.is_old)
    if customer is None:
        return None
    old = customer["customer_number"]
    words = editing.rename(customer, "customer_number", f"C-{editing.number()}")
    for collection in editing.brand["collections"]:
        allowed = collection.get("allowed_customers", [])
        if old in allowed:
            allowed[allowed.index(old)] = customer["customer_number"]
    return words


@_edit
def customer_removed(editing: Editing) -> str | None:
    customers = editing.brand["customers"]
    customer = editing.pick("customers", lambda c: editing.may_go(c, "customer_number"))
    if customer is None or len(customers) < 3:
        return None
    customers.remove(customer)
    gone = customer["customer_number"]
    for collection in editing.brand["collections"]:
        if gone in collection.get("allowed_customers", ()):
            collection["allowed_customers"].remove(gone)
    return f"{gone}"
