"""Two catalogs of one brand: everything that an apply can do lies between them."""

from __future__ import annotations

from support.builders import (
    address,
    category,
    collection,
    customer,
    price,
    product,
    variant,
)

from reconcile.sandbox import Sandbox

LAST = (
    category("Men", category("Shirts"), category("Hats")),
    category("Old", category("Older")),
    collection("SS26"),
    collection("AW26", visibility="own_entity"),
    customer("1000", billing_email="a@customer.example"),
    customer("2000"),
    customer("3000"),
    customer("4000"),
    customer("5000"),
    product("belt"),
    product("cap", categories=["Men > Hats"], weight=80),
    product("polo", variant("polo-s"), variant("polo-m"), categories=["Men > Shirts"]),
    product("scarf", variant("scarf-s"), variant("scarf-m"), variant("scarf-l")),
    product(
        "tee",
        variant("tee-s", ean="5701234567899"),
        variant("tee-m", ean="5701234567882"),
        categories=["Men > Shirts"],
        collection="AW26",
        tags=["basics"],
    ),
)

NOW = (
    category(
        "Men",
        category("Shirts"),
        category("Caps", renamed_from="Hats"),
    ),
    category("Women", category("Dresses")),
    collection("AW26", active=False),
    collection("SS27", visibility="customers_custom", allowed_customers=["1000"]),
    customer("1000", billing_email="b@customer.example", discount_percentage=10),
    customer("2000", name="Berta B", addresses=[address(), address("Store", zip="1")]),
    customer("3001", renamed_from="3000"),
    customer(
        "6000", name="New N", billing_email="n@customer.example", addresses=[address()]
    ),
    product(
        "coat",
        variant(
            "coat-s",
            ean="5701234567875",
            images=[{"url": "https://img.example/coat-s.jpg"}],
            inventory={"quantity": 7},
        ),
        variant("coat-m", images=[{"url": "https://img.example/coat-m.jpg"}]),
        categories=["Women > Dresses"],
        collection="SS27",
    ),
    product("cap", categories=["Men > Caps"], weight=90, name="Cap of wool"),
    product(
        "polo-2",
        variant("polo-2-s", renamed_from="polo-s"),
        variant("polo-2-m", renamed_from="polo-m"),
        renamed_from="polo",
        categories=["Men > Shirts"],
        noos=True,
    ),
    product("scarf", variant("scarf-s")),
    product(
        "tee",
        variant("tee-s", ean="5701234567868", prices={"DKK": price(120)}),
        variant("tee-m", ean="5701234567882", archived=True, b2c_available=False),
        variant("tee-l", inventory={"quantity": 3}),
        categories=["Men > Shirts"],
        collection="AW26",
        tags=["basics"],
        description="<p>Soft.</p>",
    ),
)
"""Gone since last season: Old and Older, collection SS26, customers 4000 and 5000, the
belt, two scarves."""


def orders_arrive(box: Sandbox) -> None:
    """From now on Traede refuses to delete the belt, one scarf and customer 5000."""
    box.order("belt-s")
    box.order("scarf-m", customer="5000")
