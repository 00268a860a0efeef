"""The rules as data: a new one is a row here, a judge, a property of the schema
`reconcile.schema.json` and a section of `docs/rules.md`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from reconcile.core.config import Config, RuleLevel, RuleSetting


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, and how strict it is unless `rules:` says otherwise."""

    name: str
    judged: Literal["values", "changes"]
    """On what an object would be, or on how it changes, which needs Traede."""
    about: str
    """What it finds, in a sentence."""
    advice: str = ""
    """What to type where `validate` finds it."""
    level: RuleLevel = "warning"
    percent: Decimal | None = None
    """Its limit; None: it has none."""


_ROWS: Final = (
    Rule(
        "price-change",
        "changes",
        "A price goes up or down by more than a limit in percent.",
        percent=Decimal(25),
    ),
    Rule(
        "price-slip",
        "changes",
        "A new price is about 10 or 100 times the old one, or a tenth or a hundredth "
        "of it: most likely a slip of the point.",
        level="error",
        percent=Decimal(15),
    ),
    Rule(
        "price-zero",
        "values",
        "A wholesale price or an offer is 0.",
        "Write the price, or null for no offer",
    ),
    Rule(
        "retail-missing",
        "values",
        "A wholesale price has no retail price beside it.",
        "Write rec_sales_price beside it",
    ),
    Rule(
        "offer-above-price",
        "values",
        "An offer is above the price that it takes the place of.",
        "Correct one of the two, or write null for no offer",
    ),
    Rule(
        "wholesale-above-retail",
        "values",
        "A wholesale price is above the retail price.",
        "Correct one of the two",
    ),
    Rule(
        "cost-above-wholesale",
        "values",
        "A cost price is above the wholesale price in the same currency.",
        "Correct one of the two",
    ),
    Rule(
        "currency-missing",
        "values",
        "A variant is on sale and has no price in one of the `currencies`.",
        "Write the prices, or archive it",
    ),
    Rule(
        "half-archived",
        "values",
        "A variant is archived for shops and still sold to end customers.",
        "Write b2c_available: false beside it",
    ),
    Rule(
        "translation-stale",
        "changes",
        "A text changes, and a translation of it stays the same.",
    ),
)

RULES: Final[Mapping[str, Rule]] = {rule.name: rule for rule in _ROWS}

_UNSET: Final = RuleSetting()


def level_of(config: Config, rule: str) -> RuleLevel:
    return config.rules.get(rule, _UNSET).level or RULES[rule].level


def limit_of(config: Config, rule: str) -> Decimal:
    """The limit of a rule that has one, in percent."""
    own = config.rules.get(rule, _UNSET).percent
    return (RULES[rule].percent or Decimal()) if own is None else own
