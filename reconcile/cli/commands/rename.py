"""`reconcile rename`: another key for an object, in all files."""

from __future__ import annotations

import shlex

import click

from reconcile.cli.flags import Flags
from reconcile.cli.keys import complete_old, kinds_with
from reconcile.errors import UsageError

KINDS = ("product", "variant", "category", "collection", "customer")
_ALSO_CALLED = {"style": "product", "sku": "variant", "size": "variant"}
_START = "reconcile rename"


class _Rename(click.Command):
    """Says the whole line to type, where it can be told from what was typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if not word.startswith("-")]
        try:
            return super().parse_args(ctx, args)
        except click.UsageError:
            if slip := _slip(ctx, words):
                raise slip from None
            raise


def _slip(context: click.Context, words: list[str]) -> UsageError | None:
    kind, *keys = words or [""]
    if kind in _ALSO_CALLED:
        meant = " ".join([_START, _ALSO_CALLED[kind], *map(shlex.quote, keys)])
        return UsageError(
            f"there is no kind {kind!r}: here it is {_ALSO_CALLED[kind]}",
            hint=f"Write: {meant}",
        )
    if kind == "category" and len(keys) == 1 and ">" not in keys[0]:
        return UsageError(
            f"{_START} needs NEW",
            hint="Write a sub category in quotes, as without them the shell takes the "
            f'>: {_START} category "{keys[0]} > Old" "{keys[0]} > New". (Then there is '
            "a new file now, called as the word behind the >.)",
        )
    if len(words) == 2 and kind not in KINDS:
        kinds = kinds_with(context, kind) or ["KIND"]
        typed = " ".join(map(shlex.quote, words))
        lines = " or ".join(f"{_START} {one} {typed}" for one in kinds)
        return UsageError(f"{_START} needs the kind first", hint=f"Write: {lines}")
    return None


@click.command(cls=_Rename)
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.argument("old", shell_complete=complete_old)
@click.argument("new")
@click.option("--dry-run", is_flag=True, help="Show it, and write nothing.")
@click.pass_obj
def rename(flags: Flags, /, kind: str, old: str, new: str, dry_run: bool) -> int:
    """Give an object another key, and everything that refers to it.

    KIND is product, variant, category, collection or customer. Edits the catalog files;
    Traede is renamed by the next apply, in place. A sub category is written as
    "Top > Sub".
    """
    from reconcile.cli.output import valid_files, width
    from reconcile.cli.rewriting import as_text, read_again, write
    from reconcile.cli.setting import resolve
    from reconcile.core.model import Ref
    from reconcile.core.rekeying import rekey
    from reconcile.reports.rename_text import render_rename

    setting = resolve(flags)
    loaded, files = valid_files(setting)
    texts = as_text(files)
    before, after = Ref(kind, old.strip()), Ref(kind, new.strip())  # type: ignore[arg-type]
    done = rekey(texts, loaded.catalog, before, after)
    if dry_run:
        read_again(setting, {**texts, **done.texts})
    else:
        write(setting, texts, done.texts)
    print(
        render_rename(
            before, after, done, dry_run=dry_run, color=setting.color, width=width()
        )
    )
    return 0
