"""A diagnosis for people: calm sections, a verdict, a block for `reconcile.yaml`.

As JSON (`diagnosis_to_json`) the same findings for scripts:

    {"format_version": "1.0", "exit_code": 0,
     "sections": [{"title": "Access", "findings": [
         {"name": "token", "verdict": "ok", "sentence": "…", "hint": "…"}]}],
     "traede": {"brand_id": 1}}
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from reconcile.core.diagnosis import Diagnosis, Finding, Verdict, unlike_default
from reconcile.reports.escape import terminal
from reconcile.reports.layout import Cell, Page, Style, columns, pad, wrap
from reconcile.reports.words import count

FORMAT_VERSION: Final = "1.0"

_STYLES: Final[Mapping[Verdict, Style]] = {
    "ok": "green",
    "note": "cyan",
    "warning": "yellow",
    "problem": "alarm",
    "unknown": "dim",
}
_VERDICT: Final = max(map(len, _STYLES))
_NARROW: Final = 34
"""Columns for sentences below which they stand under their name."""
_PLAIN: Final = re.compile(
    r"(?!(?i:true|false|null|yes|no|on|off|y|n)$)(?:https?:/)?[A-Za-z/][\w./-]*(?::\d+)?",
    re.ASCII,
)
"""Texts that mean themselves in YAML without quotes."""


def render_diagnosis(diagnosis: Diagnosis, *, color: bool, width: int = 100) -> str:
    """One visit, without a line end at its end."""
    page = Page(width, color)
    lines: list[str] = []
    for section in diagnosis.sections:
        lines.append(page.heading(section.title))
        name = max(columns(terminal(finding.name)) for finding in section.findings)
        for finding in section.findings:
            lines += _told(finding, page, name)
        lines.append("")
    lines += page.paragraph(Cell(_sentence(diagnosis), "bold"), 0, 0)
    if not diagnosis.cut_off:
        lines += ["", *_block(diagnosis, page)]
    return "\n".join(lines)


def diagnosis_to_json(diagnosis: Diagnosis) -> str:
    """All findings, and the block; all that is not ASCII is escaped."""
    document = {
        "format_version": FORMAT_VERSION,
        "exit_code": diagnosis.exit_code,
        "sections": [asdict(section) for section in diagnosis.sections],
        "traede": unlike_default(diagnosis.found),
    }
    return json.dumps(document, indent=2) + "\n"


def _told(finding: Finding, page: Page, name: int) -> Iterator[str]:
    sign = page.paint(pad(finding.verdict, _VERDICT), _STYLES[finding.verdict])
    start = f"  {sign}  "
    indent = 2 + _VERDICT + 2
    below = page.width - indent - name - 2 < _NARROW
    column = indent if below else indent + name + 2
    lines = list(_words(finding, page.width - column))
    if below:
        yield f"{start}{terminal(finding.name)}"
    else:
        yield f"{start}{pad(terminal(finding.name), name)}  {lines.pop(0)}"
    yield from (" " * column + line for line in lines)


def _words(finding: Finding, room: int) -> Iterator[str]:
    yield from wrap(terminal(finding.sentence), room, room)
    if finding.hint:
        first, *rest = wrap(terminal(finding.hint), room - 2, room - 2)
        yield from (f"→ {first}", *(f"  {line}" for line in rest))


def _sentence(diagnosis: Diagnosis) -> str:
    if diagnosis.cut_off:
        return (
            "Traede could not be asked any further: see the problem under Access. "
            "What is not listed is unknown."
        )
    number = Counter(finding.verdict for finding in diagnosis.findings)
    warnings = [count(number["warning"], "warning")] if number["warning"] else []
    unknown = [f"{number['unknown']} unknown"] if number["unknown"] else []
    aside = [*warnings, *unknown]
    besides = f" ({', '.join(aside)})" if aside else ""
    if wrong := number["problem"]:
        stands = f"{count(wrong, 'problem')} {'stands' if wrong == 1 else 'stand'}"
        return f"{stands}{besides}: settle that before a plan."
    return f"Everything that is needed works{besides}."


def _block(diagnosis: Diagnosis, page: Page) -> Iterator[str]:
    block = unlike_default(diagnosis.found)
    if not block:
        yield "reconcile.yaml needs no `traede:` block."
        return
    if diagnosis.found == diagnosis.configured:
        state = "stands" if diagnosis.exit_code else "is right as it is"
        yield page.paint(f"The `traede:` block of reconcile.yaml {state}:", "bold")
    else:
        yield page.paint("Write this as the `traede:` block of reconcile.yaml:", "bold")
    yield ""
    yield "traede:"
    yield from _yaml(block, 2)


def _yaml(block: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in block.items():
        if isinstance(value, Mapping):
            yield f"{' ' * indent}{key}:"
            yield from _yaml(value, indent + 2)
        else:
            yield f"{' ' * indent}{key}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value)
