"""The same job as people and CI do it: the real command line, one process a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from support.account import Account
from support.neutral import Brand
from support.stored import KINDS, differences, held, wanted


def test_validate_plan_apply_plan(account: Account, full: Brand) -> None:
    account.write(full)

    validated = _reconcile(account, "validate")
    planned = _reconcile(account, "plan", "--out", "plan.json", "--detailed-exitcode")

    assert (validated.returncode, planned.returncode) == (0, 2), planned.stderr
    plan = json.loads((account.folder / "plan.json").read_text(encoding="utf-8"))
    expected = wanted(full)
    created = {kind: plan["summary"][kind]["create"] for kind in KINDS}
    assert created == {kind: len(expected[kind]) for kind in KINDS}

    applied = _reconcile(account, "apply", "plan.json", "--yes")

    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert differences(held(account.box.dump()), expected) == []

    again = _reconcile(account, "plan", "--detailed-exitcode")

    assert again.returncode == 0, again.stdout
    said = "".join(
        one.stdout + one.stderr for one in (validated, planned, applied, again)
    )
    assert account.box.token not in said
    saved = (account.folder / "plan.json").read_text(encoding="utf-8")
    for customer in full["customers"]:
        for personal in (customer["name"], customer["billing_email"]):
            assert personal is None or f'"{personal}"' not in said + saved


def _reconcile(account: Account, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TRAEDE_TOKEN": account.box.token,
        "TRAEDE_URL": account.box.url,
    }
    return subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "reconcile", *words],
        cwd=account.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
