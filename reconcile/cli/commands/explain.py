"""`reconcile explain KEY`: where each value of one object comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from reconcile.cli.flags import Flags
from reconcile.cli.keys import complete_key
from reconcile.errors import UsageError

if TYPE_CHECKING:
    from reconcile.cli.setting import Setting
    from reconcile.core.explaining import Explained
    from reconcile.core.explaining.style import Style
    from reconcile.core.model import Applied, Desired, KindName, Ref, Snapshot, Values
    from reconcile.core.personal import Seal
    from reconcile.core.problems import Placed
    from reconcile.edges.state import Run
    from reconcile.reports.explain_text import LastRun

_JOURNALS = 50
"""Runs that are searched for a delete."""


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask Traede.")
@click.argument("key", shell_complete=complete_key)
@click.pass_obj
def explain(flags: Flags, /, offline: bool, key: str) -> int:
    """Show where each value of KEY is written, and what Traede has.

    KEY is an item number, SKU, "Top > Sub", collection title or customer number;
    where two kinds have it, kind:key. An item number shows its variants' prices too.
    """
    from reconcile.cli.output import valid_files
    from reconcile.cli.setting import has_token, resolve
    from reconcile.core.explaining import directives
    from reconcile.core.explaining.finding import styles_in
    from reconcile.core.explaining.standing import standing
    from reconcile.reports.explain_text import Story, render_explained

    setting = resolve(flags)
    if not (offline or has_token(setting)):
        offline = True
        setting.progress.warn(
            "Traede is not asked: there is no token (export TRAEDE_TOKEN=…)."
        )
    loaded, files = valid_files(setting)
    past = _past(setting)
    objects = loaded.catalog.objects
    asked, ref, seen = _meant(setting, key, objects, past, offline=offline)
    desired = objects.get(ref)
    telling = _Telling(
        objects,
        {name: text.decode("utf-8") for name, text in files.items()},
        past,
        seen,
        write_drift=setting.config.drift == "write",
    )
    row = past.row(ref, desired)
    stands = standing(ref, desired, row, seen)
    gone = stands.remote_id is None and (row.spent if row else desired is None)
    story = Story(
        ref,
        telling.name(ref),
        desired.source.location if desired else None,
        directives(desired) if desired else [],
        telling.values(desired) if desired else [],
        stands,
        row is not None,
        past.last_run(setting, row),
        asked if asked != ref else None,
        telling.style(desired) if desired else None,
        next((run for one, run in past.deleted(setting) if one == ref), None)
        if gone
        else None,
        styles_in(objects, ref) if desired and ref.kind == "category" else None,
    )
    print(render_explained(story), end="")
    return 0


@dataclass(frozen=True, slots=True)
class _Past:
    """What the state remembers; nothing where it was never made."""

    ledger: Mapping[Ref, Applied]
    seal: Seal

    def row(self, ref: Ref, desired: Desired | None) -> Applied | None:
        """Of the object under its key, or the one before its rename."""
        old = _old(desired) if desired else []
        rows = (self.ledger.get(one) for one in [ref, *old])
        return next((row for row in rows if row), None)

    def last_run(self, setting: Setting, row: Applied | None) -> LastRun | None:
        from reconcile.cli.wiring import open_state

        if row is None:
            return None
        with open_state(setting, create=False) as state:
            run = state.last_run(row.ref)
        return _told(setting, run) if run else None

    def deleted(self, setting: Setting) -> Iterator[tuple[Ref, LastRun]]:
        """What the journal knows to be deleted, the last first."""
        from reconcile.cli.wiring import open_state
        from reconcile.edges.state import StateMissing

        try:
            with open_state(setting, create=False) as state:
                for run in state.runs(_JOURNALS):
                    for call in state.calls(run.id):
                        done = [one for one in call.items if one.outcome == "done"]
                        for item in done if call.purpose == "delete" else ():
                            for ref in (item.ref, *item.forget):
                                yield ref, _told(setting, run)
        except StateMissing:
            return


def _told(setting: Setting, run: Run) -> LastRun:
    from reconcile.cli.setting import zone_of
    from reconcile.reports.explain_text import LastRun

    edited = bool(run.summary.get("edited"))
    zone = zone_of(setting.config.timezone)
    return LastRun(run.id, run.started, run.commit, edited, zone)


def _past(setting: Setting) -> _Past:
    from reconcile.cli.wiring import open_state
    from reconcile.core.personal import Seal
    from reconcile.edges.state import StateMissing

    try:
        with open_state(setting, create=False) as state:
            return _Past(state.ledger(), Seal(state.salt))
    except StateMissing:
        return _Past({}, Seal(""))


def _old(desired: Desired) -> list[Ref]:
    old = desired.renamed_from
    return [] if old is None else [desired.ref._replace(key=old)]


def _meant(
    setting: Setting,
    key: str,
    objects: Mapping[Ref, Desired],
    past: _Past,
    *,
    offline: bool,
) -> tuple[Ref, Ref, Snapshot | None]:
    """What was asked for, what that is called now, and what Traede shows of it.

    A key that neither the catalog nor the ledger knows may still be one in Traede.
    """
    from reconcile.core.explaining.finding import find, old_keys

    renamed = old_keys(objects)
    known = dict.fromkeys([*objects, *renamed, *past.ledger])
    found = find(known, key)
    seen = None
    if not found and not offline:
        seen = _read(setting, None)
        known |= dict.fromkeys(seen.objects)
        found = find(known, key)
    if not found:
        found = find(dict(past.deleted(setting)), key)
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} kinds have the key {key!r}",
            hint="Write " + " or ".join(f'"{ref}"' for ref in found) + ".",
        )
    if not found:
        where = "catalog" if seen is None else "catalog, and nothing in Traede,"
        raise UsageError(
            f"nothing in the {where} has the key {key!r}",
            hint=_meant_instead(key, known, _values(objects, past, seen)),
        )
    asked = found[0]
    ref = renamed.get(asked, asked)
    if seen is None and not offline:
        seen = _read(setting, _keys_to_read(ref, objects, past))
    return asked, ref, seen


def _values(
    objects: Mapping[Ref, Desired], past: _Past, seen: Snapshot | None
) -> dict[Ref, Values]:
    """Of everything that is known: as in the catalog, else Traede, else as applied."""
    applied = {ref: row.sent for ref, row in past.ledger.items()}
    live = {ref: one.values for ref, one in seen.objects.items()} if seen else {}
    return {**applied, **live, **{ref: one.values for ref, one in objects.items()}}


def _meant_instead(
    key: str, known: Mapping[Ref, None], values: Mapping[Ref, Values]
) -> str:
    """What to type for a key that nothing has."""
    from reconcile.core.explaining.finding import called, find, like
    from reconcile.core.hints import listed
    from reconcile.core.kinds import KINDS

    if named := called(values, key):
        keys = " and ".join(ref.key for ref in named[:3])
        return f"It is the name of {keys}: reconcile explain {named[0].key}"
    kind, colon, rest = key.partition(":")
    no_kind = bool(colon) and kind.isidentifier() and kind not in KINDS
    said = f'There is no kind "{kind}": it is {listed(KINDS)}. ' if no_kind else ""
    right = [str(ref) for ref in find(known, rest)] if no_kind else []
    close = " or ".join(
        f'"{one}"' for one in right or (ref.key for ref in like(known, key))
    )
    return said + (
        f"Did you mean {close}?" if close else "Keys are written as in the files."
    )


def _keys_to_read(
    ref: Ref, objects: Mapping[Ref, Desired], past: _Past
) -> tuple[dict[KindName, set[str]], set[str]]:
    """The keys under which the object may be in Traede, by kind, and its SKU."""
    desired = objects.get(ref)
    row = past.row(ref, desired)
    parent = desired.parent if desired else row.parent if row else None
    root = parent or ref
    above = objects.get(root)
    roots = [root, *(_old(above) if above else [])]
    kinds: tuple[KindName, ...] = ("product", "collection", "customer")
    keys = {kind: {one.key for one in roots if one.kind == kind} for kind in kinds}
    return keys, {ref.key} if ref.kind == "variant" else set()


def _read(
    setting: Setting, part: tuple[dict[KindName, set[str]], set[str]] | None
) -> Snapshot:
    from reconcile.cli import wiring

    with wiring.open_client(setting) as client:
        reader = wiring.reader_for(setting, client)
        snapshot = reader.read_part(*part) if part else reader.read_all()
    setting.progress.clear()
    return snapshot


@dataclass(frozen=True, slots=True)
class _Telling:
    """Everything that values are told from."""

    objects: Mapping[Ref, Desired]
    texts: Mapping[str, str]
    past: _Past
    seen: Snapshot | None
    write_drift: bool

    def values(
        self, desired: Desired, layer_of: Callable[[Placed], str] | None = None
    ) -> list[Explained]:
        from reconcile.core.explaining import Looked, explain, layers_of
        from reconcile.core.explaining.standing import live_of

        live = live_of(desired.ref, desired, self.seen)
        return explain(
            desired,
            layer_of or layers_of(self.texts, desired),
            None if self.seen is None else Looked(live),
            self.past.row(desired.ref, desired),
            self.past.seal,
            write_drift=self.write_drift,
        )

    def style(self, desired: Desired) -> Style | None:
        """Of a product that is there to stay."""
        from reconcile.core.explaining import layers_of
        from reconcile.core.explaining.style import not_written, style_of

        written = [one for one in self.objects.values() if one.parent == desired.ref]
        if desired.ref.kind != "product" or desired.delete:
            return None
        staying = [one for one in written if not one.delete]
        known = [key for one in staying for key in (one.ref, *_old(one))]
        products = [desired.ref, *_old(desired)]
        going, unmanaged = not_written(products, known, self.past.ledger, self.seen)
        tombstones = {one.ref for one in written if one.delete}
        layer_of = layers_of(self.texts, staying[0]) if staying else None
        return style_of(
            {one.ref: self.values(one, layer_of) for one in staying},
            [*going, *(ref for ref in unmanaged if ref in tombstones)],
            [ref for ref in unmanaged if ref not in tombstones],
        )

    def name(self, ref: Ref) -> str:
        """What people call it: a variant by its style and attributes. Never a
        customer's name."""
        if ref.kind == "product":
            return str(self._known(ref).get(("name",)) or "")
        if ref.kind != "variant":
            return ""
        parent = self._parent(ref)
        style = (parent.key, self.name(parent)) if parent else ()
        values = sorted(self._known(ref).items())
        attributes = [str(value) for path, value in values if path[0] == "attributes"]
        return " · ".join(filter(None, [" ".join(filter(None, style)), *attributes]))

    def _parent(self, ref: Ref) -> Ref | None:
        sides = (self.objects, self.past.ledger, self.seen.objects if self.seen else {})
        return next((side[ref].parent for side in sides if ref in side), None)

    def _known(self, ref: Ref) -> Values:
        """As the catalog has it, else Traede, else as it was applied."""
        desired = self.objects.get(ref)
        if desired is not None and not desired.delete:
            return desired.values
        if self.seen and ref in self.seen.objects:
            return self.seen.objects[ref].values
        row = self.past.ledger.get(ref)
        return row.sent if row else {}
