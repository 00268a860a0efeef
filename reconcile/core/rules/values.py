"""Rules about what a variant would be; a price of 0 is none to all but `price-zero`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from reconcile.core.canonical import decimal_text
from reconcile.core.config import Config
from reconcile.core.model import MISSING, Path
from reconcile.core.rules.findings import Finding, Subject
from reconcile.core.rules.wording import money, price

Judge = Callable[[Subject, Config], Iterator[Finding]]


def _price_zero(subject: Subject, _: Config) -> Iterator[Finding]:
    for currency in subject.entries("prices"):
        for member in ("sales_price", "offer_price", "b2c_offer_price"):
            path = ("prices", currency, member)
            # What Traede has where none is written may be its word for none.
            if path in subject.desired.values and subject.at(path) == "0":
                message = f"{price(path)} is 0"
                yield _finding("price-zero", subject, path, None, "0", message, path)


def _retail_missing(subject: Subject, _: Config) -> Iterator[Finding]:
    for currency in subject.entries("prices"):
        wholesale = subject.amount("prices", currency, "sales_price")
        path = ("prices", currency, "rec_sales_price")
        if wholesale and subject.at(path) in (None, "0", MISSING):
            message = f"{currency} has a wholesale price and no retail price"
            yield _finding("retail-missing", subject, path, None, None, message)


def _offer_above_price(subject: Subject, _: Config) -> Iterator[Finding]:
    for currency in subject.entries("prices"):
        for offer, normal in (
            ("offer_price", "sales_price"),
            ("b2c_offer_price", "rec_sales_price"),
        ):
            yield from _above(
                "offer-above-price",
                subject,
                ("prices", currency, offer),
                ("prices", currency, normal),
            )


def _wholesale_above_retail(subject: Subject, _: Config) -> Iterator[Finding]:
    for currency in subject.entries("prices"):
        yield from _above(
            "wholesale-above-retail",
            subject,
            ("prices", currency, "sales_price"),
            ("prices", currency, "rec_sales_price"),
        )


def _cost_above_wholesale(subject: Subject, _: Config) -> Iterator[Finding]:
    for key in subject.entries("cost_prices"):
        yield from _above(
            "cost-above-wholesale",
            subject,
            ("cost_prices", key, "cost_price"),
            ("prices", key.partition(" ")[0], "sales_price"),
        )


def _above(rule: str, subject: Subject, path: Path, limit: Path) -> Iterator[Finding]:
    high, low = subject.amount(*path), subject.amount(*limit)
    if high is not None and low is not None and high > low:
        message = (
            f"{price(path)} {_text(high)} is above {price(limit).split(' ', 1)[1]} "
            f"{_text(low)}"
        )
        facts = (decimal_text(low), decimal_text(high))
        yield _finding(rule, subject, path, *facts, message, path, limit)


def _currency_missing(subject: Subject, config: Config) -> Iterator[Finding]:
    """Only where the catalog writes prices at all: else they are Traede's."""
    priced = subject.entries("prices")
    if not priced or not _on_sale(subject):
        return
    missing = [
        currency
        for currency in config.currencies
        if subject.at(("prices", currency, "sales_price")) in (None, MISSING)
    ]
    if missing:
        yield Finding(
            "currency-missing",
            subject.ref,
            ("prices",),
            None,
            sorted(missing),
            f"on sale without a price in {', '.join(missing)}",
            (("prices",), ("archived",)),
            ("prices", priced[0]),
        )


def _on_sale(subject: Subject) -> bool:
    """Shops can order it: neither archived, nor its product switched off."""
    product = subject.product
    off = product is not None and product(("active",)) is False
    return not off and subject.at(("archived",)) is not True


def _half_archived(subject: Subject, _: Config) -> Iterator[Finding]:
    path = ("archived",)
    if subject.at(path) is True and subject.at(("b2c_available",)) is not False:
        message = "archived for shops, not for end customers"
        both = (path, ("b2c_available",))
        yield _finding("half-archived", subject, path, None, True, message, *both)


def _finding(
    rule: str,
    subject: Subject,
    path: Path,
    before: str | None,
    after: str | bool | None,
    message: str,
    *about: Path,
) -> Finding:
    """About the whole price entry at `path`, unless it says about what else."""
    return Finding(
        rule, subject.ref, path, before, after, message, about or (path[:2],)
    )


def _text(amount: Decimal) -> str:
    return money(decimal_text(amount))


VALUE_JUDGES: Final[Mapping[str, Judge]] = {
    "price-zero": _price_zero,
    "retail-missing": _retail_missing,
    "offer-above-price": _offer_above_price,
    "wholesale-above-retail": _wholesale_above_retail,
    "cost-above-wholesale": _cost_above_wholesale,
    "currency-missing": _currency_missing,
    "half-archived": _half_archived,
}
