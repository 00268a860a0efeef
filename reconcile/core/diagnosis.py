"""What `doctor` found out about one account: findings, and the settings that fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from reconcile.core.config import TraedeSettings
from reconcile.errors import ReconcileError, TraedeUnavailable

Verdict = Literal["ok", "note", "warning", "problem", "unknown"]
"""ok: as expected. note: differs, and the tool copes. warning: costs something, or
needs a setting soon. problem: plan or apply will fail. unknown: could not be seen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says."""

    name: str
    verdict: Verdict
    sentence: str
    hint: str = ""
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One visit at one account."""

    sections: tuple[Section, ...]
    configured: TraedeSettings
    found: TraedeSettings
    """As configured, where that works; otherwise what does."""
    cut_off: bool = False
    """Traede was out of reach or let nobody in: the rest was not looked at."""

    @property
    def findings(self) -> Iterator[Finding]:
        return (finding for section in self.sections for finding in section.findings)

    @property
    def exit_code(self) -> int:
        if self.cut_off:
            return TraedeUnavailable.exit_code
        wrong = any(finding.verdict == "problem" for finding in self.findings)
        return ReconcileError.exit_code if wrong else 0


def unlike_default(settings: TraedeSettings) -> dict[str, Any]:
    """The `traede:` block of `reconcile.yaml` that gives these settings."""
    return _unlike(settings, TraedeSettings())


def _unlike(settings: Any, default: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for spec in fields(settings):
        value, usual = getattr(settings, spec.name), getattr(default, spec.name)
        if value == usual:
            continue
        if is_dataclass(value):
            value = _unlike(value, usual)
        elif isinstance(value, Mapping):
            value = {key: list(names) for key, names in value.items()}
        found[spec.name] = value
    return found
