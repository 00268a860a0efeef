"""Rules about how something changes: from what it is in Traede to what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from reconcile.core.kinds import KINDS, Form
from reconcile.core.model import Path, Value
from reconcile.core.rules.findings import Finding, Subject
from reconcile.core.rules.wording import money, percent, price, quoted
from reconcile.core.steps import Change

Judge = Callable[[Subject, Decimal], Iterator[Finding]]
"""Judges the changes of an object; the limit is in percent."""


def _price_change(subject: Subject, limit: Decimal) -> Iterator[Finding]:
    for change, before, after in _price_moves(subject):
        if abs(after - before) * 100 > limit * before:
            yield _finding("price-change", subject, change, before, after, "")


def _price_slip(subject: Subject, limit: Decimal) -> Iterator[Finding]:
    for change, before, after in _price_moves(subject):
        small, large = sorted((before, after))
        for times in (10, 100):
            low, high = (times * (100 + by) * small for by in (-limit, limit))
            if small and low <= large * 100 <= high:
                sign, other = "×", after * times
                if after > before:
                    sign, other = "÷", after / times
                said = (
                    f" looks like a slip of {times}x ({sign}{times} is {_round(other)})"
                )
                yield _finding("price-slip", subject, change, before, after, said)
                break


def _round(amount: Decimal) -> str:
    return money(f"{amount.normalize():f}")


def _price_moves(subject: Subject) -> Iterator[tuple[Change, Decimal, Decimal]]:
    """The prices that are written, from one amount to another."""
    kind = KINDS[subject.ref.kind]
    for change in subject.written:
        spec = kind.fields.get(change.path[0])
        if spec is not None and spec.form is Form.MONEY and len(change.path) == 3:
            before, after = (
                _amount(change.path, v) for v in (change.before, change.after)
            )
            if before and after is not None:
                yield change, before, after


def _amount(path: Path, value: Value) -> Decimal | None:
    """A price that is one: absent is none, and so is a retail price of 0."""
    amount = Decimal(value) if isinstance(value, str) else None
    return None if path[2] == "rec_sales_price" and not amount else amount


def _finding(
    rule: str,
    subject: Subject,
    change: Change,
    before: Decimal,
    after: Decimal,
    said: str,
) -> Finding:
    return Finding(
        rule,
        subject.ref,
        change.path,
        change.before,
        change.after,
        f"{price(change.path)} {_known(change)} → {money(change.after)}{said} "
        f"({percent(before, after)})",
        (change.path,),
    )


def _known(change: Change) -> str:
    before = money(change.before)
    return f"(last applied {before})" if change.basis == "applied" else before


def _translation_stale(subject: Subject, _: Decimal) -> Iterator[Finding]:
    texts = {f.name for f in KINDS["product"].fields["translations"].members}
    written = {change.path for change in subject.written}
    for change in subject.written:
        if change.path[0] not in texts or not isinstance(change.before, str):
            continue  # where nothing was before, it is no translation of that
        for locale in subject.locales:
            path = ("translations", locale, change.path[0])
            text = subject.at(path)
            if path not in written and isinstance(text, str):
                yield Finding(
                    "translation-stale",
                    subject.ref,
                    path,
                    change.before,
                    change.after,
                    f"{change.path[0]} changed, {locale} did not: {quoted(text)}",
                    (change.path,),
                )


CHANGE_JUDGES: Final[Mapping[str, Judge]] = {
    "price-change": _price_change,
    "price-slip": _price_slip,
    "translation-stale": _translation_stale,
}
