"""Golden cases: each folder of `cases/` is a catalog, a Traede, and the plan of it.

    catalog/*.yaml   what is planned          live.json    Traede to begin with
    case.json        what it shows, and what happened before: applies of other folders
                     of the case, and people at work in Traede; under `approvals` what
                     an id such as "aaaaaaaa" stands for, as the real one depends on
                     the port of the sandbox; with `meanwhile`, which happens before
                     the apply, the plan is saved and applied as such
    plan.txt         what a person sees       plan.json    what a program sees
    after.json       what the apply did       next.txt     the plan after it, unless
                                                           nothing is left to say

A new case needs no Python. `UPDATE_GOLDEN=1` writes what is expected anew; the
difference in git is the review.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.afterwards import difference, ledger_difference
from support.builders import catalog_of
from support.harness import Shop, quick_folder

from reconcile.core.approvals import approval_id
from reconcile.core.catalog import Catalog
from reconcile.core.config import make_config
from reconcile.core.model import NOTHING, Ledger
from reconcile.core.outcomes import Report
from reconcile.core.plan_json import plan_to_json
from reconcile.core.scope import parse_only
from reconcile.core.steps import Plan
from reconcile.edges.files import read_catalog_texts
from reconcile.errors import Blocked
from reconcile.reports.plan_text import render_plan
from reconcile.sandbox import Dialect, Sandbox

CASES = sorted((Path(__file__).parent / "cases").iterdir())
SHOWN = ("summary", "steps", "refused", "blocked", "approved", "warnings")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder: Path, box: Sandbox) -> None:
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    with quick_folder() as state:
        shop = _begin(folder, case, Shop(box, state))
        ids = _approval_ids(case, shop)
        wanted = _catalog(folder / "catalog", ids)
        wish = dict(case.get("wish", {}))
        if "approve" in wish:
            wish["approve"] = tuple(ids[one] for one in wish["approve"])
        if "only" in wish:
            wish["only"] = tuple(map(parse_only, wish["only"]))
        read = shop.plan(wanted, **wish)
        plan = read.planned.plan
        data = plan_to_json(plan, read.seal)

        _same(folder / "plan.json", _steady(_parts(data), ids))
        _same(folder / "plan.txt", _steady(_told(plan, shop), ids))

        is_saved = "only" in wish or "meanwhile" in case
        saved = shop.save(wanted, **wish) if is_saved else None
        for event in case.get("meanwhile", ()):
            _HAPPENS[next(iter(event))](folder, shop, event)
        before, rows = shop.box.dump(), shop.ledger()
        report = _apply(shop, wanted, {} if saved else wish, saved)
        _same(folder / "after.json", _done(shop, report, before, rows))
        if report:
            wish.pop("approve", None)  # an id by hand is for one run
            again = shop.plan(wanted, **wish).planned.plan
            failed = {one.step.id for one in report.results.values() if not one.good}
            assert saved or {step.id for step in again.to_do} <= failed
            news = again.steps or again.refused or again.blocked or again.warnings
            told = _told(again, shop) if news else ""
            _same(folder / "next.txt", _steady(told, ids))
        shop.close()


def _apply(
    shop: Shop, wanted: Catalog, wish: dict[str, Any], saved: str | None
) -> Report | None:
    """None where the plan is blocked. A plan of a part can only be applied as saved."""
    try:
        return shop.apply(wanted, saved, **wish)
    except Blocked:
        return None


def _done(shop: Shop, report: Report | None, dump: dict[str, Any], rows: Ledger) -> str:
    """What an apply did, to Traede and to the ledger."""
    whole = {
        "exit_code": report.exit_code if report else Blocked.exit_code,
        "not_done": {
            one.step.id: f"{one.result}: {one.words}"
            for one in (report.results.values() if report else ())
            if one.result != "done"
        },
        **difference(dump, shop.box.dump()),
        "ledger": ledger_difference(rows, shop.ledger()),
    }
    whole = {name: part for name, part in whole.items() if part or name == "exit_code"}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _told(plan: Plan, shop: Shop) -> str:
    text = render_plan(
        plan,
        digest="sha256:" + "0" * 64,
        color=False,
        when_refused=shop.config.deletes.when_refused,
    )
    return text + "\n"


def _begin(folder: Path, case: dict[str, Any], shop: Shop) -> Shop:
    """Traede and ledger as they are when the plan is made."""
    shop.box.reset()
    start = folder / "live.json"
    if start.exists():
        shop.box.load(json.loads(start.read_text(encoding="utf-8")))
    for event in case.get("history", ()):
        _HAPPENS[next(iter(event))](folder, shop, event)
    shop.box.dialect = Dialect(
        **{
            name: frozenset(value) if isinstance(value, list) else value
            for name, value in case.get("dialect", {}).items()
        }
    )
    config = case.get("config", {})
    made = make_config({"base_currency": "DKK", **config})
    shop.configure(**{name: getattr(made, name) for name in config})
    return shop


_HAPPENS: dict[str, Any] = {
    "apply": lambda folder, shop, event: shop.apply(_catalog(folder / event["apply"])),
    "edit": lambda _, shop, event: shop.box.edit(*event["edit"], **event["fields"]),
    "create": lambda _, shop, event: shop.box.create(
        *event["create"], **event["fields"]
    ),
    "delete": lambda _, shop, event: shop.box.delete(*event["delete"]),
    "order": lambda _, shop, event: shop.box.order(
        event["order"], **event.get("fields", {})
    ),
}


def _approval_ids(case: dict[str, Any], shop: Shop) -> dict[str, str]:
    """The real id of each that the case names by its guard and findings."""
    return {
        name: approval_id(
            guard,
            shop.setting.tenant,
            [one if isinstance(one, list) else [one] for one in findings],
        )
        for name, (guard, *findings) in case.get("approvals", {}).items()
    }


def _catalog(folder: Path, ids: Mapping[str, str] = NOTHING) -> Catalog:
    # Each stands for the same folder, at another time.
    texts = {
        f"catalog/{file.removeprefix(folder.name + '/')}": text
        for file, text in read_catalog_texts(folder, folder.parent).items()
    }
    for name, real in ids.items():
        texts = {
            file: text.replace(name.encode(), real.encode())
            for file, text in texts.items()
        }
    return catalog_of(texts)


def _parts(data: dict[str, Any]) -> str:
    """What a case is about: the steps and what stands against them."""
    whole = {name: data[name] for name in SHOWN if data[name]}
    whole["summary"] = {
        kind: {name: count for name, count in counts.items() if count}
        for kind, counts in data["summary"].items()
        if any(counts.values())
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _steady(text: str, ids: Mapping[str, str]) -> str:
    """Without what is another one in each run: salt and port, and hashes of them."""
    for name, real in ids.items():
        text = text.replace(real, name)
    text = re.sub(r"hmac-sha256:[0-9a-f]{64}", "hmac-sha256:…", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)
    others = r'(approve"?: "|--approve )(?!([a-f])\2{7})[0-9a-f]{8}'
    return re.sub(others, r"\1…", text)


def _same(golden: Path, found: str) -> None:
    """An expectation of nothing is no file."""
    if os.environ.get("UPDATE_GOLDEN"):
        if found:
            golden.write_text(found, encoding="utf-8")
        else:
            golden.unlink(missing_ok=True)
    expected = golden.read_text(encoding="utf-8") if golden.exists() else ""
    assert found == expected, f"{golden.name}: UPDATE_GOLDEN=1 writes it anew"
