"""Keys that are none: empty, on two lines, or with a mark that YAML does not know."""

from __future__ import annotations

from reconcile.core.yaml.fieldwords import not_a_dash
from reconcile.core.yaml.lists import dash_instead
from reconcile.core.yaml.nodes import Scalar
from reconcile.core.yaml.spots import Mistake
from reconcile.core.yaml.traps import quoted
from reconcile.core.yaml.typography import uncurled


def key_mistake(key: Scalar, *, explicit: bool) -> Mistake | None:
    """What is wrong with a key, so that nothing can be told of its value. One with a
    fix stops the reader, which goes on with what was meant."""
    found = _mistake(key, explicit=explicit)
    if found is not None:
        return Mistake(key.start, key.end, *found)
    if key.style != "plain" or not not_a_dash(key.text):
        return None
    return dash_instead(key.source.text, key.start)


def typeset_key(key: Scalar) -> tuple[Mistake, Scalar] | None:
    """A key with characters of a word processor, and the key that was meant."""
    text = key.text
    if key.style != "plain":
        return None
    if (inner := uncurled(text)) is not None:
        message = f"these are no quotes to YAML, but letters. Write {quoted(inner)}"
        rule, fix = "curly-quotes", f'"{inner}"'
    elif text != text.strip():
        inner = text.strip()
        rule, message = (
            "invisible-space",
            (
                "this key begins or ends with a non-breaking space, as copied from a "
                f"web page or a sheet. Write {inner} with ordinary spaces before it"
            ),
        )
        before = len(text) - len(text.lstrip())
        fix = " " * before + inner + " " * (len(text) - before - len(inner))
    else:
        return None
    meant = Scalar(key.source, key.start, key.end, inner, "plain")
    return Mistake(key.start, key.end, rule, message, fix), meant


def _mistake(key: Scalar, *, explicit: bool) -> tuple[str, str] | None:
    text = key.text
    if explicit:
        return "complex-key", f'"? " is not used here. Write {text}: and its value'
    if "\n" in text or "\n" in key.raw:
        return "line-break-in-key", "this key holds a line break. Write it on one line"
    if not text or (key.style == "plain" and key.plain_value() is None):
        return "empty-key", (
            "this key is empty. Write the name of the field before the colon, "
            "or put it in quotes if it is a text"
        )
    if key.style != "plain":
        return None
    if text == "<<":
        return "merge-key", (
            '"<<" is not used here. Write variant_defaults, '
            "or a template under templates"
        )
    return None
