"""Golden cases: each folder of `cases/` is a catalog, a Traede, and the plan of it.

    catalog/*.yaml   what is planned          live.json    Traede to begin with
    case.json        what it shows, and what happened before: applies of other folders
                     of the case, and people at work in Traede; under `approvals` what
                     an id such as "aaaaaaaa" stands for, as the real one depends on
                     the port of the sandbox
    plan.txt         what a person sees       plan.json    what a program sees

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
from support.builders import catalog_of
from support.harness import Shop, quick_folder

from reconcile.core.approvals import approval_id
from reconcile.core.catalog import Catalog
from reconcile.core.config import make_config
from reconcile.core.model import NOTHING
from reconcile.core.plan_json import plan_to_json
from reconcile.edges.files import read_catalog_texts
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
        read = shop.plan(wanted, **wish)
        plan = read.planned.plan
        data = plan_to_json(plan, read.seal)

        _same(folder / "plan.json", _steady(_parts(data), ids))
        text = render_plan(plan, digest="sha256:" + "0" * 64, color=False, width=100)
        _same(folder / "plan.txt", _steady(text, ids) + "\n")

        if not plan.blocked:
            shop.apply(wanted, **wish)
            again = shop.plan(wanted, **wish).planned.plan
            assert again.to_do == ()
        shop.close()


def _begin(folder: Path, case: dict[str, Any], shop: Shop) -> Shop:
    """Traede and ledger as they are when the plan is made."""
    shop.box.reset()
    start = folder / "live.json"
    if start.exists():
        shop.box.load(json.loads(start.read_text(encoding="utf-8")))
    for event in case.get("history", ()):
        _HAPPENS[next(iter(event))](folder, shop, event)
    shop.box.dialect = Dialect(**case.get("dialect", {}))
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
    "order": lambda _, shop, event: shop.box.order(event["order"]),
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
    texts = read_catalog_texts(folder, folder.parent)
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
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert golden.exists(), f"{golden} is missing: UPDATE_GOLDEN=1 writes it"
    assert found == golden.read_text(encoding="utf-8")
