"""The rules of customers: `POST /customers/sync` and the core endpoints."""

from __future__ import annotations

from typing import Any, Final

from reconcile.sandbox.dialect import Dialect
from reconcile.sandbox.fields import Record, blank, plain, write
from reconcile.sandbox.products import demand, listed
from reconcile.sandbox.refusals import Code, Refused
from reconcile.sandbox.store import Store
from reconcile.sandbox.sync_products import sync_mode

ADDRESS_KEYS: Final = {"address_title": "title", "remote_erp_id": "remote_erp_id"}

_ADDRESS_DEMANDS: Final = ("name", "address", "zip", "city", "country")


def sync_customer(store: Store, dialect: Dialect, data: Record, where: str) -> None:
    """Create, update or delete the customer that `customer_number` names."""
    demand(data, where, "customer_number")
    known = store.by_key("customer", str(data["customer_number"]))
    if data.get("delete") is True:
        if known is not None:
            delete_customer(store, known)
        elif dialect.delete_unknown == "refuse":
            raise Refused("The selected customer number is invalid.")
        return
    if known is None:
        demand(data, where, "name", "currency")
        customer = _new_customer(store, str(data["customer_number"]))
    else:
        customer = store.draft("customer", known["id"])
    write("customer", customer, data, "S", reset=dialect.omitted == "reset")
    if not customer["name"]:
        raise Refused(f"The {where}name field is required.")
    _payment_term(customer, data, dialect)
    if "addresses" in data:
        _sync_addresses(store, customer, data, dialect)
    store.put("customer", customer)


def create_customer(store: Store, data: Record, *, send_mail: bool) -> Record:
    demand(data, "customer.", "name", "customer_number")
    _refuse_taken(store, str(data["customer_number"]), None)
    customer = _new_customer(store, str(data["customer_number"]))
    write("customer", customer, data, "P")
    for row in listed(data.get("addresses") or [], "addresses"):
        _add_address(customer, row, "P")
    if data.get("invite_user"):
        _invite(store, customer, data["invite_user"], send_mail=send_mail)
    return store.put("customer", customer)


def change_customer(
    store: Store, customer_id: int, data: Record, dialect: Dialect
) -> Record:
    """Core PUT: addresses are no part of it."""
    customer = store.draft("customer", customer_id)
    write("customer", customer, data, "U", reset=dialect.put == "full")
    if not customer["name"] or not customer["customer_number"]:
        raise Refused("The name and customer number fields are required.")
    _refuse_taken(store, customer["customer_number"], customer_id)
    return store.put("customer", customer)


def delete_customer(store: Store, customer: Record) -> None:
    if any(row["customer_id"] == customer["id"] for row in store.rows("order")):
        raise Refused("The customer cannot be deleted: orders exist for it.")
    store.remove("customer", customer["id"])
    store.effect(
        "delete", kind="customer", key=customer["customer_number"], id=customer["id"]
    )


def _new_customer(store: Store, number: str) -> Record:
    customer = blank("customer")
    customer["id"] = store.next_id("customer")
    customer["customer_number"] = number
    customer["shop_id"] = store.next_id("entity") + 1000
    store.effect("create", kind="customer", key=number, id=customer["id"])
    return customer


def _refuse_taken(store: Store, number: str, own_id: int | None) -> None:
    other = store.by_key("customer", number)
    if other is not None and other["id"] != own_id:
        raise Refused("The customer number exists.", code=Code.CUSTOMER_NUMBER_TAKEN)


def _payment_term(customer: Record, data: Record, dialect: Dialect) -> None:
    """`payment_terms` in the table, `payment_term` in the example: a switch."""
    accepted: tuple[str, ...] = (dialect.payment_term,)
    if dialect.payment_term == "either":
        accepted = ("payment_term", "payment_terms")
    for name in accepted:
        if name not in data:
            continue
        term = data[name]
        if not isinstance(term, dict) and term is not None:
            raise Refused("The payment term must be an object.")
        customer["payment_term"] = _term(term) if term else None


def _term(term: Record) -> Record:
    for wanted in ("code", "id"):
        for name in (f"payment_term_{wanted}", f"payment_terms_{wanted}"):
            if term.get(name) is not None:
                return {f"payment_term_{wanted}": plain(term[name])}
    raise Refused("The payment term code field is required without id.")


def _sync_addresses(
    store: Store, customer: Record, data: Record, dialect: Dialect
) -> None:
    rows = listed(data["addresses"] or [], "addresses")
    replace = sync_mode(data, "addresses_sync_mode", rows, dialect)
    key = ADDRESS_KEYS.get(str(data.get("addresses_sync_key")))
    if key is None:
        raise Refused("The addresses_sync_key field is required.")
    kept = []
    for row in rows:
        demand(row, "addresses.", key, "title", *_ADDRESS_DEMANDS)
        known = _address_by(customer, key, str(row[key]))
        if known is None:
            known = _add_address(customer, row, "S")
        else:
            write("address", known, row, "S", reset=dialect.omitted == "reset")
        kept.append(known)
    if replace:
        gone = [one for one in customer["addresses"] if one not in kept]
        customer["addresses"] = kept
        for address in gone:
            store.effect("delete", kind="address", key=address["title"])


def _address_by(customer: Record, key: str, value: str) -> Record | None:
    return next((one for one in customer["addresses"] if one[key] == value), None)


def _add_address(customer: Record, row: Record, door: str) -> Record:
    demand(row, "addresses.", *_ADDRESS_DEMANDS)
    address = blank("address")
    write("address", address, row, door)
    # Core knows no title; its `name` holds what sync calls the title.
    address["title"] = address["title"] or address["name"]
    address["entity_id"] = customer["shop_id"]
    address["primary"] = not customer["addresses"]
    customer["addresses"].append(address)
    return address


def _invite(store: Store, customer: Record, data: Any, *, send_mail: bool) -> None:
    if not isinstance(data, dict):
        raise Refused("The invite user must be an object.")
    demand(data, "customer.invite_user.", "email")
    email = str(data["email"])
    if email in store.other_brand_emails:
        raise Refused("The email is taken.", code=Code.EMAIL_OF_ANOTHER_BRAND)
    users = [user for row in store.rows("customer") for user in row["users"]]
    if any(user["email"] == email for user in users):
        raise Refused("The email is taken.", code=Code.EMAIL_OF_A_CUSTOMER)
    unknown = dict.fromkeys(("lastname", "telephone", "title", "picture"))
    customer["users"].append(
        {
            "id": store.next_id("user"),
            "user_type": "user",
            "entity_id": customer["shop_id"],
            "active": True,
            "virgin": True,
            "email": email,
            "firstname": data.get("firstname"),
            **unknown,
            "currency": customer["currency"] or store.base_currency,
            "locale": "en",
            "created_at": store.now(),
            "updated_at": store.now(),
        }
    )
    store.effect("user", email=email, customer=customer["customer_number"])
    if send_mail:
        store.effect("mail", email=email, customer=customer["customer_number"])
