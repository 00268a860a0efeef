"""Golden cases: each folder of `pulls/` is what Traede had, what it has, and what
`pull` makes of the files.

    before/*.yaml    the catalog, and what is applied, unless there is `applied/`
    case.json        what people did in Traede, and how `pull` is called
    after/*.yaml     the catalog afterwards            pull.txt   what a person sees
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli_brand import Brand

CASES = sorted((Path(__file__).parents[1] / "pulls").iterdir())
DONE: dict[str, Any] = {
    "edit": lambda box, event: box.edit(*event["edit"], **event["fields"]),
    "delete": lambda box, event: box.delete(*event["delete"]),
    "create": lambda box, event: box.create(*event["create"], **event["fields"]),
}


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(brand: Brand, folder: Path):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    brand.configure(**case.get("config", {}))
    applied = folder / "applied"
    put(brand, applied if applied.exists() else folder / "before")
    ran = brand.run("apply", "--yes")
    assert ran.code == 0, ran
    for event in case["history"]:
        DONE[next(iter(event))](brand.box, event)
    put(brand, folder / "before")
    writes = len(brand.box.effects)

    pulled = brand.run("pull", *case.get("options", []))

    same(folder / "pull.txt", pulled.out)
    assert pulled.code == (5 if "Needs you" in pulled.out else 0)
    assert files(brand.folder / "catalog") == golden(folder / "after", brand)
    assert len(brand.box.effects) == writes
    if "--dry-run" not in case.get("options", []):
        the_drift_is_gone(brand, case)


def the_drift_is_gone(brand: Brand, case: dict[str, Any]) -> None:
    """Whatever was pulled is no drift any more, and a second pull finds nothing."""
    before = files(brand.folder / "catalog")
    again = brand.run("pull", *case.get("options", []))
    drift = brand.run("drift", *case.get("options", []), "--format", "json")

    assert files(brand.folder / "catalog") == before
    assert "nothing to pull" in again.out
    assert [one["key"] for one in drift.json["changed"]] == case.get("still", [])
    # Now that the catalog says what Traede has, there is nothing to write of it.
    if again.code == 0 and not case.get("still"):
        assert drift.code == 0
        assert brand.run("apply", "--yes").code == 0
        assert brand.run("plan", "--detailed-exitcode").code == 0


def put(brand: Brand, folder: Path) -> None:
    shutil.rmtree(brand.folder / "catalog", ignore_errors=True)
    shutil.copytree(folder, brand.folder / "catalog")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.yaml"))
    }


def golden(folder: Path, brand: Brand) -> dict[str, bytes]:
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(brand.folder / "catalog", folder)
    return files(folder)


def same(expected: Path, found: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
