"""What is judged, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconcile.core.model import (
    MISSING,
    UNKNOWN,
    Applied,
    Desired,
    Live,
    Missing,
    Path,
    Ref,
    Unknown,
    Value,
)
from reconcile.core.steps import Change, Step

At = Callable[[Path], Value | Missing | Unknown]
"""What an object has at a path: a value, MISSING (proven) or UNKNOWN."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One object as it is judged: what it would be once everything is written."""

    desired: Desired
    at: At
    product: At | None = None
    """Of a variant: what its product would be."""
    locales: Sequence[str] = ()
    """Of a product: the locales in which it would have texts."""
    written: tuple[Change, ...] = ()
    """What a plan would write; nothing where only the catalog is looked at."""

    @property
    def ref(self) -> Ref:
        return self.desired.ref

    def entries(self, name: str) -> list[str]:
        """The keys that the catalog writes of a keyed field, in its order."""
        paths = self.desired.values
        return list(dict.fromkeys(path[1] for path in paths if path[0] == name))

    def amount(self, *path: str) -> Decimal | None:
        """A price above 0; None also where nobody knows."""
        value = self.at(path)
        amount = Decimal(value) if isinstance(value, str) else None
        return amount or None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found. An approval is for exactly these facts, so they
    hold whatever it was judged by."""

    rule: str
    ref: Ref
    path: Path
    before: Value | Missing | Unknown
    """The old value; where none changes, what `after` was compared with."""
    after: Value | Missing
    message: str
    about: tuple[Path, ...] = ()
    """A plan brings it if it writes at or below one of these paths."""
    spot: Path | None = None
    """Where it is shown in the files, if not at `path`."""

    @property
    def facts(self) -> list[Any]:
        """As an approval hashes them: JSON values."""
        sides = (_json(self.before), _json(self.after))
        return [str(self.ref), " ".join(self.path), *sides]


def _json(value: Value | Missing | Unknown) -> Value:
    return None if value is MISSING or value is UNKNOWN else value


def of_catalog(desired: Desired, product: Desired | None) -> Subject:
    """An object as the catalog alone tells it: what is not written is missing."""
    return Subject(desired, _written(desired), _written(product) if product else None)


def _written(desired: Desired) -> At:
    return lambda path: desired.values.get(path, MISSING)


@dataclass(frozen=True, slots=True)
class Sides:
    """All that is known about the objects of a plan, renames done."""

    steps: Mapping[Ref, Step]
    desired: Mapping[Ref, Desired]
    live: Mapping[Ref, Live]
    ledger: Mapping[Ref, Applied]

    def of(self, step: Step) -> Subject:
        desired = self.desired[step.ref]
        return Subject(
            desired,
            self._after(step.ref),
            self._after(desired.parent) if desired.parent else None,
            self._locales(step.ref),
            step.written,
        )

    def _after(self, ref: Ref) -> At:
        """Once the plan is applied: what is written, else as Traede has it, else as
        last applied."""
        desired, live, row = self.desired.get(ref), self.live.get(ref), self._row(ref)
        step = self.steps.get(ref)
        moved = {c.path: c.before if c.held else c.after for c in _changes(step)}
        wanted = desired.values if desired else {}
        once = desired.only_on_create if desired and live else frozenset()

        def at(path: Path) -> Value | Missing | Unknown:
            if path in moved:
                return moved[path]
            if path in wanted and path[0] not in once:
                return wanted[path]
            if live is None:
                return MISSING
            now = live.at(path)
            return row.sent.get(path, UNKNOWN) if now is UNKNOWN and row else now

        return at

    def _row(self, ref: Ref) -> Applied | None:
        """The row of the ledger, if it is about the object that is there now."""
        row, live = self.ledger.get(ref), self.live.get(ref)
        return row if row and live and row.remote_id == live.remote_id else None

    def _locales(self, ref: Ref) -> list[str]:
        live, row = self.live.get(ref), self._row(ref)
        known = (
            self.desired[ref].values,
            live.values if live else {},
            row.sent if row else {},
        )
        return sorted(
            {p[1] for v in known for p in v if p[0] == "translations" and p[1:]}
        )


def _changes(step: Step | None) -> tuple[Change, ...]:
    return step.changes if step else ()
