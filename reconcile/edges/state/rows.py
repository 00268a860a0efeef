"""Values to columns and back. Same value, same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import RowMapping

from reconcile.core.model import (
    NOTHING,
    Applied,
    KindName,
    Path,
    Ref,
    Value,
    Values,
)
from reconcile.edges.state.records import (
    Call,
    Held,
    Holder,
    Item,
    Meta,
    OutcomeName,
    Run,
)

# ASCII, so that a lone surrogate or a NUL in somebody's answer can be stored too.
_dumps = json.JSONEncoder(allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def json_text(value: Any) -> str:
    return _dumps(value)


def plain_text(words: str) -> str:
    """Words from outside as every database can hold them."""
    return words.encode(errors="replace").decode().replace("\0", "?")


def time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Reader:
    """Builds values from the rows of one answer, holding what is equal only once.

    Paths and values are two columns, because a large ledger has very many rows and
    few different lists of paths: each list is read once.
    """

    def __init__(self) -> None:
        self._paths: dict[str, tuple[Path, ...]] = {}
        self._words: dict[Value, Value] = {}
        self._refs: dict[tuple[str, str], Ref] = {}

    def applied(self, row: Sequence[Any]) -> Applied:
        """From the columns `LEDGER_COLUMNS`, in this order."""
        (
            kind,
            key,
            remote_id,
            parent_kind,
            parent_key,
            sent_paths,
            sent_values,
            returned_paths,
            returned_values,
            retired,
            protected,
            spent,
            source,
        ) = row
        return Applied(
            self.ref(kind, key),
            remote_id,
            self._values(sent_paths, sent_values),
            self._values(returned_paths, returned_values),
            self.ref(parent_kind, parent_key) if parent_kind else None,
            retired,
            protected,
            spent,
            source,
        )

    def ref(self, kind: str, key: str) -> Ref:
        found = self._refs.get((kind, key))
        if found is None:
            found = self._refs[kind, key] = Ref(cast(KindName, kind), key)
        return found

    def _values(self, paths_text: str, values_text: str) -> Values:
        if paths_text == "[]":
            return NOTHING
        paths = self._paths.get(paths_text)
        if paths is None:
            paths = tuple(tuple(path) for path in json.loads(paths_text))
            self._paths[paths_text] = paths
        once = self._words.setdefault
        return {
            path: once(value, value) if type(value) is str else value
            for path, value in zip(paths, json.loads(values_text), strict=True)
        }


LEDGER_COLUMNS = (
    "kind",
    "key",
    "remote_id",
    "parent_kind",
    "parent_key",
    "sent_paths",
    "sent_values",
    "returned_paths",
    "returned_values",
    "retired",
    "protected",
    "spent",
    "source",
)


def ledger_row(applied: Applied) -> dict[str, Any]:
    ref, parent = applied.ref, applied.parent or (None, None)
    values = (
        *(*ref, applied.remote_id, *parent),
        *(*_two_texts(applied.sent), *_two_texts(applied.returned)),
        *(applied.retired, applied.protected, applied.spent, applied.source),
    )
    return dict(zip(LEDGER_COLUMNS, values, strict=True))


def _two_texts(values: Values) -> tuple[str, str]:
    if not values:
        return "[]", "[]"
    paths = sorted(values)
    return _dumps(paths), _dumps([values[path] for path in paths])


def item_row(item: Item, position: int) -> dict[str, Any]:
    return {
        "kind": item.ref.kind,
        "key": item.ref.key,
        "position": position,
        "steps": json_text(item.step_ids),
        "expect": json_text(item.expect),
        "entry": json_text([*ledger_row(item.entry).values()] if item.entry else None),
        "forget": json_text(item.forget),
        "once": item.once,
        "detail": json_text(item.detail),
        "outcome": item.outcome,
        "words": plain_text(item.words),
    }


def item_of(row: RowMapping, reader: Reader) -> Item:
    entry = json.loads(row["entry"])
    return Item(
        ref=reader.ref(row["kind"], row["key"]),
        step_ids=tuple(json.loads(row["steps"])),
        expect=json.loads(row["expect"]),
        entry=reader.applied(entry) if entry else None,
        forget=tuple(reader.ref(*ref) for ref in json.loads(row["forget"])),
        once=row["once"],
        detail=json.loads(row["detail"]),
        outcome=cast("OutcomeName | None", row["outcome"]),
        words=row["words"],
    )


def call_of(row: RowMapping, items: tuple[Item, ...]) -> Call:
    return Call(
        call_id=row["id"],
        run=row["run"],
        purpose=row["purpose"],
        request=row["request"],
        items=items,
        intended=time_of(row["intended"]),
        settled=time_of(row["settled"]) if row["settled"] else None,
    )


def run_of(row: RowMapping) -> Run:
    return Run(
        id=row["id"],
        plan_digest=row["plan_digest"],
        catalog_digest=row["catalog_digest"],
        commit=row["commit"],
        who=row["who"],
        started=time_of(row["started"]),
        ended=time_of(row["ended"]) if row["ended"] else None,
        summary=json.loads(row["summary"]),
        exit_code=row["exit_code"],
        commit_applied=row["commit_applied"],
    )


def meta_of(row: RowMapping) -> Meta:
    return Meta(time_of(row["created"]), row["commit_applied"], row["run_applied"])


def held_of(row: RowMapping) -> Held:
    return Held(
        id=f"{row['number']}-{row['token']}",
        holder=Holder(row["host"], row["pid"], row["start"], row["who"]),
        since=time_of(row["since"]),
        expires=time_of(row["expires"]),
    )
