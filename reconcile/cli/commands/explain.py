"""`reconcile explain KEY`: where each value of one object comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.keys import complete_key
from reconcile.errors import UsageError

if TYPE_CHECKING:
    from reconcile.cli.setting import Setting
    from reconcile.core.catalog import Catalog
    from reconcile.core.explaining import Looked
    from reconcile.core.model import Applied, Desired, Ref
    from reconcile.core.personal import Seal
    from reconcile.reports.explain_text import LastRun


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask Traede.")
@click.argument("key", shell_complete=complete_key)
@click.pass_obj
def explain(flags: Flags, /, offline: bool, key: str) -> int:
    """Show where each value of KEY is written, and what Traede has.

    KEY is an item number, SKU, "Top > Sub", collection title or customer number;
    where two kinds have it, kind:key.
    """
    from reconcile.cli.output import valid_files
    from reconcile.cli.setting import resolve
    from reconcile.core.explaining import directives, layers_of
    from reconcile.core.explaining import explain as explained
    from reconcile.reports.explain_text import Story, render_explained

    setting = resolve(flags)
    loaded, texts = valid_files(setting)
    past = _past(setting)
    ref = _one(key, [*loaded.catalog.objects, *past.ledger])
    desired = loaded.catalog.objects.get(ref)
    looked = None if offline else _look(setting, loaded.catalog, past, ref)
    values = []
    if desired is not None:
        readable = {name: text.decode("utf-8") for name, text in texts.items()}
        values = explained(
            desired,
            layers_of(readable, desired),
            looked,
            past.row(desired),
            past.seal,
            write_drift=setting.config.drift == "write",
        )
    story = Story(
        ref,
        _name(loaded.catalog, desired),
        desired.source.location if desired else None,
        directives(desired) if desired else [],
        values,
        _whole(desired, looked, past, ref),
        ref in past.ledger,
        past.last_run(setting, ref),
    )
    print(render_explained(story), end="")
    return 0


@dataclass(frozen=True, slots=True)
class _Past:
    """What the state remembers; nothing where it was never made."""

    ledger: Mapping[Ref, Applied]
    seal: Seal

    def row(self, desired: Desired) -> Applied | None:
        """Of the object under its key, or the one before its rename."""
        old = _old(desired)
        return self.ledger.get(desired.ref) or (self.ledger.get(old) if old else None)

    def last_run(self, setting: Setting, ref: Ref) -> LastRun | None:
        from reconcile.cli.wiring import open_state
        from reconcile.reports.explain_text import LastRun

        if ref not in self.ledger:
            return None
        with open_state(setting, create=False) as state:
            run = state.last_run(ref)
        return LastRun(run.id, run.started, run.commit) if run else None


def _past(setting: Setting) -> _Past:
    from reconcile.cli.wiring import open_state
    from reconcile.core.personal import Seal
    from reconcile.edges.state import StateMissing

    try:
        with open_state(setting, create=False) as state:
            return _Past(state.ledger(), Seal(state.salt))
    except StateMissing:
        return _Past({}, Seal(""))


def _old(desired: Desired) -> Ref | None:
    old = desired.renamed_from
    return None if old is None else desired.ref._replace(key=old)


def _one(key: str, refs: Iterable[Ref]) -> Ref:
    from reconcile.core.explaining import find, like

    known = list(dict.fromkeys(refs))
    found = find(known, key)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} kinds have the key {key!r}",
            hint="Write " + " or ".join(f'"{ref}"' for ref in found) + ".",
        )
    close = " or ".join(f'"{ref.key}"' for ref in like(known, key))
    raise UsageError(
        f"nothing in the catalog has the key {key!r}",
        hint=f"Did you mean {close}?" if close else "Keys are written as in the files.",
    )


def _look(setting: Setting, catalog: Catalog, past: _Past, ref: Ref) -> Looked:
    """The object in Traede, under its key or the one before its rename."""
    from reconcile.cli import wiring
    from reconcile.core.explaining import Looked
    from reconcile.core.model import KindName

    desired = catalog.objects.get(ref)
    row = past.ledger.get(ref)
    parent = desired.parent if desired else row.parent if row else None
    wanted = [ref, *_renamed(desired)]
    roots = [parent, *_renamed(catalog.objects.get(parent))] if parent else wanted
    kinds: tuple[KindName, ...] = ("product", "collection", "customer")
    keys = {kind: {one.key for one in roots if one.kind == kind} for kind in kinds}
    skus = {ref.key} if ref.kind == "variant" else set()
    with wiring.open_client(setting) as client:
        reader = wiring.reader_for(setting, client)
        seen = reader.read_part(keys, skus)
    return Looked(next((seen.objects[o] for o in wanted if o in seen.objects), None))


def _renamed(desired: Desired | None) -> list[Ref]:
    old = _old(desired) if desired else None
    return [old] if old else []


def _name(catalog: Catalog, desired: Desired | None) -> str:
    """What people call it: a variant by its style and attributes."""
    if desired is None or desired.ref.kind == "customer":
        return ""
    name = desired.values.get(("name",))
    if desired.parent is None or desired.ref.kind != "variant":
        return str(name) if name and desired.ref.kind == "product" else ""
    product = catalog.objects.get(desired.parent)
    called = product.values.get(("name",)) if product else None
    attributes = [v for p, v in sorted(desired.values.items()) if p[0] == "attributes"]
    style = " ".join(str(one) for one in (desired.parent.key, called) if one)
    return " · ".join([style, *map(str, attributes)])


def _whole(
    desired: Desired | None, looked: Looked | None, past: _Past, ref: Ref
) -> str:
    row = past.ledger.get(ref)
    managed = row is not None and not row.spent and not row.retired
    if desired is None:
        gone = "it is managed, so a plan deletes it" if managed else "it is left alone"
        return f"not in the catalog: {gone}"
    if looked is None:
        return ""
    if looked.live is None:
        return "not in Traede" + ("" if desired.delete else ": the next apply makes it")
    if looked.live.ref == ref:
        return ""
    return f"in Traede it is still {looked.live.ref.key}: the next apply renames it"
