"""What a pipeline says beside a plan and an outcome: why there is neither, what drifted
in Traede, and the hidden marker by which a text is found again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final

from reconcile.core.drift import Drift
from reconcile.core.model import Ref, Tenant
from reconcile.reports.about import About
from reconcile.reports.drift_text import render_drift
from reconcile.reports.plan_markdown import foot, head
from reconcile.reports.plan_markdown_page import LIMIT, Section, fitted
from reconcile.reports.plan_markdown_words import sentence
from reconcile.reports.verdict import Verdict
from reconcile.reports.words import count

_WIDTH: Final = 100


def marker(tenant: Tenant, name: str, environment: str, what: str) -> str:
    """The first line of a text that is edited in place; nobody sees it.

    Two shops in one repository never share one, whatever they are called.
    """
    facts = f"{tenant.url}\n{tenant.brand_id}"
    shop = hashlib.sha256(facts.encode()).hexdigest()[:8]
    words = [_plain(word) for word in (name, environment) if word]
    return f"<!-- traede-reconcile:{':'.join([*words, shop, what])} -->"


def _plain(text: str) -> str:
    """Nothing that could end a comment in HTML."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-") or "-"


def marked_text(marker: str, render: Callable[[int], str]) -> Callable[[int], str]:
    """A text below its marker, both together within the limit."""
    return lambda limit: f"{marker}\n{render(limit - len(marker) - 1)}"


def within_bytes(render: Callable[[int], str], most: int) -> str:
    """As much of a text as fits into so many bytes."""
    limit = most
    while True:
        text = render(limit)
        size = len(text.encode())
        if size <= most or limit < 1_000:
            return text if size <= most else ""
        # A little less than in proportion: what goes first may be the narrow part.
        limit = int(min(limit, len(text)) * most / size * 0.98)


def render_failed(
    message: str, hint: str, about: About, *, applying: bool = False
) -> str:
    """Why there is no plan; or, after a merge, why nothing was applied."""
    said = "Catalog plan: none could be made"
    if applying:
        said = "Not applied. Nothing was written"
    why = f"Why: {sentence(message).rstrip('.')}."
    lines = [why, *([sentence(hint)] if hint else [])]
    if about.run_url:
        lines.append(f"[{sentence(about.run_name) or 'The run'}]({about.run_url})")
    return fitted([head(Verdict("🛑", said, "stop"), *lines), foot(about)], about)


def drift_title(environment: str) -> str:
    where = f" ({environment})" if environment else ""
    return f"Changed in Traede, and not in the catalog{where}"


def drift_closing(about: About) -> str:
    run = f" [{sentence(about.run_name) or 'Seen by'}]({about.run_url})."
    return f"Traede is as the catalog says again.{run if about.run_url else ''}"


def render_drift_issue(drift: Drift, about: About, *, limit: int = LIMIT) -> str:
    """What somebody changed in Traede, as the text of an issue."""
    number = len(_objects(drift))
    verdict = Verdict("✋", f"{count(number, 'object')} changed in Traede", "stop")
    lines = render_drift(
        drift, first_run=False, color=False, width=_WIDTH, verbose=True
    ).splitlines()
    ways = (
        "Somebody changed this in Traede after the last apply (Traede does not say "
        "who). It is left alone until somebody decides:",
        "- keep it: `reconcile pull` takes it into the files, for a proposal\n"
        "- put the catalog's values back: `reconcile apply --write-drift`\n"
        "- `--only product:KEY` narrows both to one style",
        "This text is kept up to date, and the issue is closed once nothing differs.",
    )
    whole = [head(verdict, *ways), foot(about)]
    room = limit - sum(len(section.text("")) + 2 for section in whole) - 200
    listing = Section(_fenced(lines, max(room, 0)), weight=100)
    return fitted([whole[0], listing, whole[1]], about, limit)


def _fenced(lines: list[str], room: int) -> str:
    """Lines as they are, in a fence that none of them can end."""
    fence = "`" * max(
        3, 1 + max((len(r) for r in re.findall("`+", "\n".join(lines))), default=0)
    )
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    more = f"\n\n… {count(left, 'more line')}: `reconcile drift`" if left else ""
    return f"{fence}text\n" + "\n".join(kept) + f"\n{fence}{more}"


def _objects(drift: Drift) -> set[Ref]:
    return {
        *(step.ref for step in drift.steps),
        *(one.ref for one in drift.deleted),
        *(one.ref for one, _ in (*drift.renamed, *drift.made_again)),
    }
