"""Keys of the catalog, for the shell to complete.

Somebody waits behind the tab key: Traede is not asked, and whatever goes wrong is no
more than nothing to offer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import click

from reconcile.cli.commandline import flags_of

_Texts = Mapping[str, bytes]


def complete_key(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """What may stand for a KEY that may have its kind before it."""

    def found(texts: _Texts) -> list[str]:
        from reconcile.core.completing import keys_beginning, refs_beginning

        named = refs_beginning(texts, incomplete) if ":" in incomplete else []
        return [*keys_beginning(texts, incomplete), *named]

    return _offer(context, found)


def complete_old(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Keys of the kind that the command was told before."""

    def found(texts: _Texts) -> list[str]:
        from reconcile.core.completing import keys_beginning

        kind = context.params.get("kind")
        return keys_beginning(texts, incomplete, kind) if kind else []

    return _offer(context, found)


def kinds_with(context: click.Context, key: str) -> list[str]:
    """The kinds that have this key in the catalog."""

    def found(texts: _Texts) -> list[str]:
        from reconcile.core.completing import keys_beginning
        from reconcile.core.kinds import KINDS

        return [kind for kind in KINDS if key in keys_beginning(texts, key, kind)]

    return _offer(context, found)


def complete_only(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """What may stand for KIND:GLOB. An import is of what the catalog does not have:
    there only the kinds are known."""

    def found(texts: _Texts) -> list[str]:
        from reconcile.core.completing import refs_beginning

        here = {} if context.command.name == "import" else texts
        return refs_beginning(here, incomplete)

    return _offer(context, found)


def _offer(context: click.Context, found: Callable[[_Texts], list[str]]) -> list[str]:
    # A traceback in the middle of somebody's line helps nobody.
    with suppress(Exception):
        return found(_texts(context))
    return []


def _texts(context: click.Context) -> _Texts:
    """The catalog's files; none where there is no catalog that can be read."""
    from reconcile.cli.setting import resolve
    from reconcile.edges.files import read_catalog_texts
    from reconcile.errors import ReconcileError

    try:
        setting = resolve(flags_of(context))
        return read_catalog_texts(setting.catalog, setting.folder)
    except (ReconcileError, OSError):
        return {}
