"""The plans that the golden files show, by name."""

from __future__ import annotations

from typing import Final

from plan_builders import (
    at,
    change,
    made,
    plan,
    price,
    retail,
    sizes,
    step,
    style,
)

from reconcile.core.model import MISSING, UNKNOWN
from reconcile.core.steps import Block, Plan, Refusal, Step, Warned

HOSTILE: Final = "\x1b[2J\x1b]0;owned\x07 \u202egnol\nPlan 00000000: all fine"
SHORTS: Final = ["M0E20000000DGJM", "M0E20000000DGJN", "M0E20000000DGJO"]
CHINO: Final = [f"M0E2000000012{i}" for i in "ABCD"]
SHOES: Final = [f"M0E2000000097{i}" for i in "ABCDE"]
JACKET: Final = [f"M0E2000000026{i}" for i in "ABCD"]
EUR: Final = "catalog/prices/eur-2027.yaml"


def the_season() -> Plan:
    """The one of ux/terminal/plan.txt."""
    return plan(
        step("rename", "category:Women > Trousers",
             change("name", "Women > Trouser", "Women > Trousers"),
             source="catalog/categories.yaml:7", notes=["3 styles follow"]),
        step("delete", "product:72066", name="Shorts America Sun68 beige",
             cascade=[*SHORTS, "M0E20000000DGJP"],
             notes=["catalog/products/72066.yaml removed"]),
        step("create", "product:79885",
             made("name", "Shirt Polo Ralph Lauren blue"),
             made("categories", ["Men > Shirts"]),
             name="Shirt Polo Ralph Lauren blue",
             source="catalog/products/summer-2027/79885.yaml:3"),
        [
            step("create", f"variant:M0E20000000E2L{size}",
                 made("attributes Size", size),
                 made("prices EUR sales_price", "81.15"),
                 made("prices EUR rec_sales_price", "123.75"),
                 made("archived", False), parent="79885",
                 name="Shirt Polo Ralph Lauren blue",
                 source="catalog/products/summer-2027/79885.yaml:9")
            for size in ("XXS", "XS", "S")
        ],
        style("update", "79097", SHOES, price("EUR", "303.28", "31.95"),
              name="Lace up shoes Tods dark blue", source=f"{EUR}:9"),
        style("update", "72779", CHINO, price("EUR", "122.95", "127.95"),
              retail("EUR", "187.5", "194.95"),
              name="Chino Michael Kors brown", source=f"{EUR}:10"),
        style("update", "78826", JACKET, price("EUR", "454.92", "472.95"),
              retail("EUR", "693.75", "721.95"),
              name="Down jacket ”Daniel” Moncler grey", source=f"{EUR}:11"),
        step("update", "product:80610",
             change("name", "Shirt Himons multi", "Shirt Himons"),
             name="Shirt Himons multi", source="catalog/products/80610.yaml:4"),
        style("update", "86061", ["M0E2000000086A"],
              change("prices USD sales_price", "99", "105.74", held="drift"),
              name="Save the Duck – Casual Jacket “Giga”",
              source="catalog/products/86061.yaml:14"),
        blocked=(
            Block("price-slip",
                  "79097 EUR wholesale 303.28 → 31.95 looks like a slip of 10x",
                  ("product:79097",), "b81e22d0"),
        ),
        warnings=(
            Warned("translation-stale", "product:80610",
                   'name changed, german did not: "Hemd Himons multi"'),
        ),
        products={
            **sizes("72066", "Shorts America Sun68 beige",
                    [*SHORTS, "M0E20000000DGJP"], "24 25 26 27", Color="beige"),
            **sizes("79097", "Lace up shoes Tods dark blue", SHOES, "36 37 38 39 40",
                    Color="blue"),
            **sizes("72779", "Chino Michael Kors brown", CHINO, "38 40 42 44",
                    Color="brown"),
        },
    )  # fmt: skip


def deletes() -> Plan:
    return plan(
        step("delete", "product:72066", name="Shorts America Sun68 beige",
             cascade=SHORTS, notes=["no longer in the catalog"]),
        step("delete", "product:80611", name="Cap",
             source="catalog/gone.yaml:2",
             notes=["`delete: true` in catalog/gone.yaml:2"]),
        style("delete", "72779", CHINO[:2], name="Chino Michael Kors brown",
              notes=["no longer in the catalog"]),
        style("delete", "79097", SHOES[:1], name="Lace up shoes Tods dark blue",
              notes=["no longer in the catalog"]),
        step("delete", "customer:1000", notes=["no longer in the catalog"]),
        step("delete", "category:Women > Trouser",
             notes=["no longer in the catalog"]),
        step("archive", "collection:Winter 2025",
             change("active", True, False), notes=["no longer in the catalog"]),
        blocked=(
            Block("delete-limit",
                  "2 products would be deleted or go off sale, more than the limit "
                  "of 1 (products). Meant? Raise `deletes:` in reconcile.yaml in the "
                  "same change",
                  ("delete:product:72066", "delete:product:80611"), "3f9a1c07"),
            Block("protected", "customer:1000: protected, may never be deleted. Put "
                  "the entry back; or write it with `protect: false`, apply, and "
                  "delete it then", ("customer:1000",)),
        ),
    )  # fmt: skip


def creates() -> Plan:
    return plan(
        step("create", "customer:1000", made("name", "Jensen & Co"),
             made("currency", "DKK"), made("billing_email", "x@jensen.example"),
             source="catalog/customers.yaml:3"),
        step("create", "category:Men", change("name", None, "Men"),
             source="catalog/categories.yaml:2"),
        step("create", "category:Men > Caps", change("name", None, "Men > Caps"),
             source="catalog/categories.yaml:5"),
        step("create", "collection:Summer 2027", made("visibility", "customers"),
             source="catalog/collections.yaml:2"),
        step("create", "product:cap", made("name", "Cap"), made("tags", ["new"]),
             name="Cap", source="catalog/products/cap.yaml:2"),
        [
            step("create", f"variant:cap-{color}-{size}",
                 made("attributes Color", color), made("attributes Size", str(size)),
                 made("prices DKK sales_price", "95" if size > 58 else "90"),
                 made("prices DKK rec_sales_price", "250"),
                 made("prices EUR sales_price", "12.5"),
                 made("weight", "80"),
                 made("inventory quantity", 10),
                 made("images", [{"url": f"https://img.example/{color}.jpg"}]),
                 parent="cap", name="Cap", source="catalog/products/cap.yaml:4")
            for color in ("Black", "White")
            for size in range(50, 62)
        ],
        style("create", "72779", ["M0E20000000ZZ"], made("attributes Size", "44"),
              made("prices DKK sales_price", "900"), name="Chino Michael Kors brown",
              source="catalog/products/72779.yaml:30"),
        first_run=True,
    )  # fmt: skip


def renames() -> Plan:
    return plan(
        step("rename", "category:Ladies", change("name", "Women", "Ladies"),
             source="catalog/categories.yaml:7"),
        step("rename", "product:80611", change("item_number", "80610", "80611"),
             source="catalog/products/80611.yaml:2"),
        step("rename", "variant:tee-wht", change("sku", "tee-w", "tee-wht"),
             parent="tee", source="catalog/products/tee.yaml:8"),
        step("update", "product:tee", change("name", "Tea", "Tee"), name="Tee",
             source="catalog/products/tee.yaml:2"),
    )  # fmt: skip


def prices() -> Plan:
    tee = [f"tee-{size}" for size in ("s", "m", "l", "xl", "2xl")]
    return plan(
        style("update", "tee", tee[:3], price("DKK", "90", "100"),
              price("EUR", "12.5", "13"), retail("DKK", "250", "275"), name="Tee"),
        style("update", "tee", tee[3:], price("DKK", "95", "110"),
              price("EUR", "12.5", "13"), name="Tee"),
        step("update", "variant:cap-1",
             change("prices DKK offer_price", None, "79.95"),
             change("prices DKK b2c_offer_price", "85", "75", "applied"),
             parent="cap", name="Cap"),
        step("update", "variant:cap-2",
             change("prices DKK offer_price", "79.95", None),
             change("prices DKK b2c_offer_price", UNKNOWN, "75", "unknown"),
             parent="cap", name="Cap"),
        step("update", "variant:bag", retail("DKK", "400", "4000"), parent="bag",
             name="Bag", source="catalog/products/bag.yaml:9"),
        step("update", "variant:hat", price("DKK", "200", "150"),
             parent="hat", name="Hat exactly at the limit"),
        step("update", "variant:sock", price("DKK", "40", "0"),
             retail("DKK", "0", "99"), parent="sock", name="Sock",
             source="catalog/products/sock.yaml:9"),
        step("update", "variant:scarf", change("prices NOK sales_price", MISSING, "99"),
             parent="scarf", name="Scarf"),
    )  # fmt: skip


def others() -> Plan:
    long = "<p>Cotton, 180 g, made in Portugal by people who know how.</p>"
    suppliers = [
        {"supplier_number": "ACME", "primary": True, "lead_time_from": 4},
        {"supplier_number": "POLO-1"},
    ]
    return plan(
        step("update", "product:tee",
             change("name", "Tea", "Tee"),
             change("description", long, long.replace("180", "200")),
             change("tags", ["basics", "winter"], ["basics", "summer"]),
             change("categories", ["Men > Shirts"], ["Men > Shirts", "New"]),
             change("collection", None, "Summer 2027"),
             change("suppliers", suppliers,
                    [{"supplier_number": "ACME", "primary": True, "lead_time_from": 6},
                     {"supplier_number": "POLO-2", "lead_time_type": "weeks"}],
                    "applied"),
             change("translations danish name", UNKNOWN, "Fed T-shirt", "unknown"),
             change("weight", "180", "200", "applied"),
             change("meta Fabric", "", "none"),
             name="Tea", source="catalog/products/tee.yaml:2",
             notes=["Traede's documents name no way to take tags away: winter may "
                    "stay"]),
        style("update", "tee", ["tee-s", "tee-m", "tee-l"],
              change("weight", "180", None, "applied"),
              change("attributes Color", "Blck", "Black"), name="Tea"),
        step("update", "variant:tee-xl",
             change("attributes Color", "Blck", "Black"),
             change("ean", None, "5701234567899"),
             change("cost_prices EUR cost_price", "12.5", "13.1234", "applied"),
             change("images", UNKNOWN,
                    [{"url": "https://img.example/tee.jpg", "alt": "Front"}],
                    "applied"),
             change("drops", [{"drop_code": "D1"}], [{"drop_code": "D2"}], "applied"),
             parent="tee", name="Tea"),
        style("update", "79097", SHOES[:4], change("archived", False, True),
              name="Lace up shoes Tods dark blue",
              source="catalog/products/79097.yaml:7"),
        step("revive", "product:72066", change("active", False, True),
             name="Shorts America Sun68 beige",
             source="catalog/products/72066.yaml:2"),
        step("update", "collection:Summer 2027",
             change("allowed_customers", ["1000"], []),
             source="catalog/collections.yaml:4"),
        step("update", "customer:1001",
             change("discount_percentage", "0", "10", "applied"),
             change("allowed_currencies", [{"currency": "DKK", "amount": "2500"}],
                    [{"currency": "DKK", "amount": "3000"}, {"currency": "EUR"}]),
             source="catalog/customers.yaml:9"),
    )  # fmt: skip


def personal() -> Plan:
    sealed = {"personal": "hmac-sha256:00"}
    return plan(
        step("create", "customer:1000", made("name", "Ida Jensen"),
             made("currency", "DKK"), source="catalog/customers.yaml:3"),
        step("update", "customer:1001",
             change("billing_email", "ida@jensen.example", "bo@jensen.example"),
             change(("addresses", "Ida at home", "city"), sealed, "Odense", "applied"),
             change(("addresses", "Ida at home", "zip"), UNKNOWN, "5000", "unknown"),
             change(("addresses", "Bo at home", "zip"), UNKNOWN, "5001", "unknown"),
             source="catalog/customers.yaml:9"),
        step("update", "customer:1002",
             change("name", "Bo Hansen", "Bo Jensen", held="both"),
             source="catalog/customers.yaml:19"),
        refused=(
            Refusal("update:customer:1003",
                    "several customers in Traede share this key (ids 1, 2)",
                    "Rename one of them in Traede, or take this entry out."),
        ),
    )  # fmt: skip


def held() -> Plan:
    return plan(
        style("update", "86061", ["giga-s", "giga-m"],
              change("prices USD sales_price", "99", "105.74", held="drift"),
              name="Save the Duck – Casual Jacket “Giga”",
              source="catalog/products/86061.yaml:14"),
        step("update", "product:tee", change("name", "Teee", "Tee", held="both"),
             change("tags", ["new"], [], held="drift"),
             name="Tee", source="catalog/products/tee.yaml:2"),
        step("create", "variant:tee-xl", change("weight", MISSING, "1", held="drift"),
             parent="tee", name="Tee"),
        step("create", "product:cap", change("name", MISSING, "Cap", held="drift"),
             name="Cap", source="catalog/products/cap.yaml:2"),
        unchanged="product 32, variant 119, category 84, collection 3, customer 4",
    )  # fmt: skip


def refused() -> Plan:
    return plan(
        step("update", "product:tee", change("name", "Tea", "Tee"), name="Tee"),
        refused=(
            Refusal("create:product:cap",
                    "it is not in Traede yet, and a new product needs `name`",
                    "Write `name`.", at("catalog/products/cap.yaml:2")),
            *(
                Refusal(f"create:variant:cap-{size}",
                        "it needs the create of product cap, which is refused",
                        "Settle that first.", at("catalog/products/cap.yaml:4"))
                for size in range(50, 62)
            ),
            Refusal("update:product:tee", "Traede's variants of this product have no "
                    "attribute Colour", "Attribute names cannot change in Traede. Keep "
                    "the old names, or write a new product.",
                    at("catalog/products/tee.yaml:2")),
        ),
        warnings=(
            *(Warned("retail-missing", f"variant:tee-{size}", "no retail price in DKK")
              for size in "sml"),
            Warned("no-delete", "", "3 deletes left out (--no-delete)"),
            Warned("released", "product:tee", "tags no longer written: left as it is "
                   "in Traede, and not managed from now on"),
        ),
    )  # fmt: skip


def hostile() -> Plan:
    return plan(
        step("delete", f"product:{HOSTILE}", name=HOSTILE, cascade=[HOSTILE],
             notes=[HOSTILE]),
        step("create", f"collection:{HOSTILE}", made("visibility", HOSTILE)),
        step("rename", f"category:{HOSTILE}", change("name", HOSTILE, HOSTILE)),
        style("update", HOSTILE, [HOSTILE, "b"], price("EUR", "1", "2"),
              change("attributes Size", "a", HOSTILE), name=HOSTILE),
        step("update", "product:x",
             change("tags", [], [HOSTILE]),
             change(("meta", HOSTILE), HOSTILE, "no", "applied"),
             change("suppliers", [], [{"supplier_number": HOSTILE}]),
             change("name", HOSTILE, "b", held="drift"),
             name=HOSTILE, source=f"{HOSTILE.replace(':', '')}.yaml:1"),
        refused=(Refusal(f"create:product:{HOSTILE}x", HOSTILE, HOSTILE),),
        blocked=(Block("delete-limit", HOSTILE, (f"delete:product:{HOSTILE}",), "0"),),
        warnings=(Warned(HOSTILE, f"product:{HOSTILE}", HOSTILE),),
    )  # fmt: skip


def wide() -> Plan:
    return plan(
        step("delete", "product:羽織-1", name="羽織 絹 とても長い名前のある着物の上着",
             cascade=["羽織-1-S", "羽織-1-M"], notes=["no longer in the catalog"]),
        style("update", "帯-2", ["帯-2-a", "帯-2-b"], price("JPY", "12000", "12500"),
              name="帯 🎉 é 西陣織", source="catalog/帯.yaml:3"),
        style("update", "obi", ["obi-a"], price("JPY", "900", "990"), name="Obi plain"),
        step("update", "product:帯-2", change("name", "帯", "帯 西陣織 " * 12),
             name="帯 🎉 é 西陣織", source="catalog/帯.yaml:3"),
    )  # fmt: skip


def big() -> Plan:
    steps: list[Step] = []
    for number in range(60):
        key, name = f"{70000 + number}", f"Style {number}"
        steps += style("update", key, [f"{key}-{size}" for size in "sml"],
                       price("EUR", "100", f"{104 + number % 5}"),
                       name=name, source=f"{EUR}:{number}")  # fmt: skip
        steps.append(step("update", f"product:{key}", change("tags", [], ["sale"]),
                          name=name, source=f"catalog/{key}.yaml:2"))  # fmt: skip
    steps += style("update", "79999", [f"79999-{n}" for n in range(30)],
                   price("EUR", "100", "1000"), name="Slip",
                   source=f"{EUR}:99")  # fmt: skip
    steps += [
        step("update", f"variant:79998-{n}", change("ean", None, f"57{n:011}"),
             parent="79998", name="Many EANs")
        for n in range(30)
    ]  # fmt: skip
    steps += [step("create", f"category:New {n}", change("name", None, f"New {n}"))
              for n in range(40)]  # fmt: skip
    steps += [step("delete", f"product:old-{n:02}", name=f"Old {n}",
                   cascade=[f"old-{n:02}-{i}" for i in range(3)],
                   notes=["no longer in the catalog"]) for n in range(30)]  # fmt: skip
    return plan(*steps)


ALL: Final[dict[str, Plan]] = {
    "season": the_season(),
    "deletes": deletes(),
    "creates": creates(),
    "renames": renames(),
    "prices": prices(),
    "others": others(),
    "personal": personal(),
    "held": held(),
    "refused": refused(),
    "hostile": hostile(),
    "wide": wide(),
    "big": big(),
    "empty": plan(
        unchanged="product 32, variant 119, category 84, collection 3, customer 4"
    ),
    "nothing": plan(),
}
