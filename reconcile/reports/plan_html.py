"""A plan as one HTML file: no network, nothing but its own style and script."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from reconcile.core.outcomes import Report
from reconcile.core.steps import Plan
from reconcile.reports.about import About
from reconcile.reports.escape import terminal
from reconcile.reports.plan_html_view import view_of

if TYPE_CHECKING:
    from jinja2 import Environment

_FILES: Final = ("plan.css", "plan.js")


def render_html(plan: Plan, about: About, report: Report | None = None) -> str:
    """The report on a plan; with `report`, on what an apply made of it."""
    style, script = (_shipped(name) for name in _FILES)
    template = _environment().get_template("plan.html")
    return template.render(
        view=view_of(plan, about, report),
        style=_own(style),
        script=_own(script),
        policy=_policy(style, script),
    )


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or sent, and only these two may be obeyed."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _shipped(name: str) -> str:
    file = resources.files("reconcile.reports") / "html" / name
    return file.read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    # Costs 40 ms to import, and only this report needs it.
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_shipped),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = _prose
    return environment


def _own(text: str) -> Any:
    """Style and script as they are; everything else is escaped."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 (shipped with the program)


def _shown(value: Any) -> Any:
    """What a browser would hide or obey is written out before it is escaped."""
    plain = isinstance(value, str) and not hasattr(value, "__html__")
    return terminal(value) if plain else value


def _prose(text: str) -> Any:
    """A sentence of ours: what it has between backticks is code."""
    from markupsafe import Markup, escape

    pieces = map(_shown, re.split("`([^`]+)`", text))
    code = Markup("<code>{}</code>")
    return Markup().join(
        code.format(piece) if at % 2 else escape(piece)
        for at, piece in enumerate(pieces)
    )
