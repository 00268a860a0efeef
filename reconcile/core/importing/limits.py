"""What the files allow for one value; the same as `schemas/catalog.schema.json`.

A test compares the patterns, and another one reads hostile catalogs back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconcile.core.checks import check_digit
from reconcile.core.codes import CURRENCIES
from reconcile.core.config import Config
from reconcile.core.importing.emit import writable
from reconcile.core.kinds import Field, Form
from reconcile.core.model import Value
from reconcile.core.yaml.nodes import Scalar, Source
from reconcile.core.yaml.traps import money_traps

_NAME: Final = (
    r"([^ >\x00-\x1f\x7f]|>[^ \x00-\x1f\x7f])"
    r"([^ \x00-\x1f\x7f]| +[^ >\x00-\x1f\x7f]| +>[^ \x00-\x1f\x7f])*"
)
KEY: Final = re.compile(r"^[^ \x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^ \x00-\x1f\x7f])?$")
LINE: Final = re.compile(r"^[^\x00-\x1f\x7f]*[^ \x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
META: Final = re.compile(r"""^([^{]|\{+[ "'}\[])*\{*$""")
CATEGORY_NAME: Final = re.compile(f"^{_NAME}$")
CATEGORY: Final = re.compile(f"^{_NAME}( > {_NAME})?$")
EAN: Final = re.compile(r"^([0-9]{8}|[0-9]{12,14})$")
EMAIL: Final = re.compile(r"^[^ @\x00-\x1f\x7f]+@[^ @\x00-\x1f\x7f]+$")
_MONEY: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")

_ONE_LINE: Final = (LINE, "it is not one line of text. Correct it in Traede")
_ONE_KEY: Final = (KEY, "it is not one line of text. Correct it in Traede")
_PATTERNS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "name": _ONE_LINE,
    "tags": _ONE_LINE,
    "attributes": _ONE_LINE,
    "supplier_number": _ONE_KEY,
    "drop_code": _ONE_KEY,
    "payment_term_code": _ONE_KEY,
    "meta": (META, "{…} stands for a fill-in in the files. Correct it in Traede"),
    "ean": (EAN, "it is no bar code. Correct it in Traede"),
    "billing_email": (EMAIL, "it is no e-mail address. Correct it in Traede"),
}
"""By the name of the field or member; a text of another name is free."""
_FORM_PATTERNS: Final[Mapping[Form, tuple[re.Pattern[str], str]]] = {
    Form.CATEGORY: (CATEGORY, "the files know two levels of categories"),
    Form.COLLECTION: _ONE_KEY,
    Form.CUSTOMER: _ONE_KEY,
}
_SMALLEST: Final[Mapping[str, int | None]] = {
    "colli": 1,
    "subbrand_id": 1,
    "agent_id": 1,
    "drop_id": 1,
    "payment_term_id": 1,
    "custom_sort": None,
}
"""By name; 0 for all other numbers."""
_LARGEST: Final[Mapping[str, int]] = {"discount_percentage": 100}

INVISIBLE: Final = (
    "it holds characters that cannot stand in a file (invisible ones, or line ends of "
    "Windows). Save the text again in Traede without them"
)


def objection(spec: Field, value: Value, config: Config) -> str | None:
    """Why one single value cannot be written; None where it can."""
    if value is None or spec.form is Form.BOOL:
        return None
    if spec.choices and value not in spec.choices:
        return "it is none of " + ", ".join(spec.choices)
    if spec.form is Form.MONEY:
        return _money(spec, value, config)
    if spec.form in (Form.NUMBER, Form.INT):
        return _number(spec, value)
    return _text(spec, value)


def _text(spec: Field, text: str) -> str | None:
    rule = _FORM_PATTERNS.get(spec.form) or _PATTERNS.get(spec.name)
    if rule is not None and not rule[0].fullmatch(text):
        return rule[1]
    if spec.name == "ean" and check_digit(text[:-1]) != text[-1]:
        return "its last digit does not check the others. Compare with the label"
    if spec.name == "currency" and text not in CURRENCIES:
        return "it is no currency code"
    return None if writable(text) else INVISIBLE


def _money(spec: Field, text: str, config: Config) -> str | None:
    digits = config.price_decimals if spec.decimals is None else spec.decimals
    if len(text.partition(".")[2]) > digits:
        return f"it has more than {digits} digits after the point (`price_decimals`)"
    scalar = Scalar(Source("", text), 0, len(text), text, "plain")
    if not _MONEY.fullmatch(text) or money_traps(scalar):
        return "it is not a price that a file may hold. Correct it in Traede"
    return None


def _number(spec: Field, value: Value) -> str | None:
    number = float(value)
    least, most = _SMALLEST.get(spec.name, 0), _LARGEST.get(spec.name)
    if least is not None and number < least:
        return f"it is less than {least}"
    if most is not None and number > most:
        return f"it is more than {most}"
    return None
