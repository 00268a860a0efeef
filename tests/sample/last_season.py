"""Write the sample catalog as it was last season: python last_season.py SOURCE TARGET

Applied first, it gives today's catalog something to change: six new styles, dearer
prices on thirty, one style and one category under a new name, one style gone.
"""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path

NEW_STYLES = (
    "products/ss27/breeze-anorak.yaml",
    "products/ss27/jib-t-shirt.yaml",
    "products/ss27/puddle-poncho.yaml",
    "products/ss27/spinnaker-shirt.yaml",
    "products/ss27/spray-raincoat.yaml",
    "products/ss27/tiller-shorts.yaml",
)
SAME_PRICES = (
    "products/aw26/hats-and-scarves.yaml",
    "products/basics/socks.yaml",
    "products/ss27/bags.yaml",
)
GONE_STYLE = "products/aw26/halyard-sweater.yaml"
GONE_STYLE_TEXT = """\
# yaml-language-server: $schema=../../../schemas/catalog.schema.json
products:
  - item_number: "12620"
    name: Halyard sweater
    description: <p>Half zip in a fine rib. The machine it is knitted on retires.</p>
    categories: [Knitwear > Sweaters]
    collection: Autumn/Winter 2026
    tags: [wool, men]
    variant_defaults:
      attributes: {Color: Charcoal}
      weight: 520
      weight_type: g
      prices:
        DKK: {sales_price: 380, rec_sales_price: 899}
        EUR: {sales_price: 50.95, rec_sales_price: 119.95}
        SEK: {sales_price: 565, rec_sales_price: 1349}
        NOK: {sales_price: 580, rec_sales_price: 1349}
        GBP: {sales_price: 43, rec_sales_price: 100}
    variants:
      - {sku: NJ-HALY-CHA-S, ean: "5709999909916", attributes: {Size: S}}
      - {sku: NJ-HALY-CHA-M, ean: "5709999909923", attributes: {Size: M}}
      - {sku: NJ-HALY-CHA-L, ean: "5709999909930", attributes: {Size: L}}
      - {sku: NJ-HALY-CHA-XL, ean: "5709999909947", attributes: {Size: XL}}
"""

RENAMED_STYLE = re.compile(r'item_number: "[^"]+"\n +renamed_from: ("[^"]+").*')
RENAMED_CATEGORY = re.compile(r"\{name: ([^,}]+), renamed_from: ([^,}]+)\}.*")
PRICE = r"({currency}: \{{sales_price: )([\d.]+)(, rec_sales_price: )([\d.]+)"


def last_season(source: Path, target: Path) -> None:
    """Write to the folder `target` what the catalog in `source` was a season ago."""
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty: its files would be read too")
    categories = (source / "categories.yaml").read_text(encoding="utf-8")
    renames = RENAMED_CATEGORY.findall(categories)
    for path in sorted(source.rglob("*.yaml")):
        name = path.relative_to(source).as_posix()
        if name not in NEW_STYLES:
            text = path.read_text(encoding="utf-8")
            if name not in SAME_PRICES:
                text = _with_old_prices(text)
            _write(target / name, _with_old_names(text, renames))
    _write(target / GONE_STYLE, GONE_STYLE_TEXT)


def earlier(price: str) -> str:
    """Return the price 3 to 5 % lower, ending as it ends now wherever that can be."""
    now = Decimal(price)
    for step in map(Decimal, ("50", "10", "5", "1", "0.5", "0.1", "0.05")):
        less = step * round(now * Decimal("0.04") / step)
        if Decimal("0.03") <= less / now <= Decimal("0.05"):
            old = now - less
            return f"{old:.0f}" if old == int(old) else f"{old:.2f}"
    raise ValueError(f"no round price lies 3 to 5 % below {price}")


def _with_old_prices(text: str) -> str:
    # EUR rose for every style, SEK only for what comes from the rainwear factory.
    for currency in ("EUR", "SEK") if "[Rainwear > " in text else ("EUR",):
        text = re.sub(
            PRICE.format(currency=currency),
            lambda m: m[1] + earlier(m[2]) + m[3] + earlier(m[4]),
            text,
        )
    return text


def _with_old_names(text: str, categories: list[tuple[str, str]]) -> str:
    text = RENAMED_STYLE.sub(r"item_number: \1", text)
    text = RENAMED_CATEGORY.sub(r"{name: \2}", text)
    for new, old in categories:
        text = re.sub(rf"(> ){re.escape(new)}(?=[,\]])", rf"\g<1>{old}", text)
    return text


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python last_season.py SOURCE TARGET")
    last_season(Path(sys.argv[1]), Path(sys.argv[2]))
