"""A brand's folder and its Traede, wired as the command line wires them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.neutral import Brand, write_catalog

from reconcile.cli import wiring
from reconcile.cli.flags import Flags
from reconcile.cli.setting import Setting, load, resolve
from reconcile.cli.wiring import Wish
from reconcile.core.importing import Imported, import_catalog
from reconcile.core.model import Ledger
from reconcile.core.problems import errors
from reconcile.core.scope import parse_only
from reconcile.core.steps import Plan
from reconcile.edges.apply import Report
from reconcile.edges.files import read_catalog_texts
from reconcile.edges.state import this_process
from reconcile.sandbox import Sandbox

TOKEN_FILE = "token.txt"  # noqa: S105 (the name of a file)
STATE_FILE = "state.db"


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that a later test needs to start from here."""

    store: dict[str, Any]
    state: bytes


class Account:
    """One sandbox, one folder: what a person does at the command line, as methods."""

    def __init__(self, box: Sandbox, folder: Path, base_currency: str) -> None:
        self.box = box
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "catalog").mkdir(exist_ok=True)
        (folder / TOKEN_FILE).write_text(box.token, encoding="utf-8")
        config = {
            "base_currency": base_currency,
            "traede": {"url": box.url, "brand_id": 1, "verify_seconds": 5},
            "state": f"sqlite:///{STATE_FILE}",
            "deletes": {"max": 50, "max_percent": 90},
            # Edits are drawn: one may look like a slip, and is meant all the same.
            "rules": {"price-slip": "warning"},
        }
        # JSON is YAML.
        (folder / "reconcile.yaml").write_text(json.dumps(config), encoding="utf-8")
        box.load({"base_currency": base_currency})

    @property
    def setting(self) -> Setting:
        return resolve(
            Flags(
                config=self.folder / "reconcile.yaml",
                token_file=self.folder / TOKEN_FILE,
                quiet=True,
            )
        )

    def write(self, brand: Brand) -> None:
        write_catalog(brand, self.folder / "catalog")

    def plan(self) -> Plan:
        setting = self.setting
        loaded = _valid(setting)
        with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
            reader = wiring.reader_for(setting, client)
            return wiring.plan(setting, loaded, reader, state, Wish()).planned.plan

    def apply(self) -> Report:
        setting = self.setting
        loaded = _valid(setting)
        with wiring.open_client(setting) as client, wiring.open_state(setting) as state:
            state.acquire(0, this_process("tests"))
            reader = wiring.reader_for(setting, client)
            read = wiring.plan(setting, loaded, reader, state, Wish(), settle=True)
            limited = wiring.limit_to(read, None)
            assert read.planned.plan.blocked == ()
            return wiring.run_apply(setting, loaded, reader, state, limited)

    def import_live(self, *only: str) -> Imported:
        setting = self.setting
        with wiring.open_client(setting) as client:
            snapshot = wiring.reader_for(setting, client).read_all()
        existing = read_catalog_texts(setting.catalog, setting.catalog)
        imported = import_catalog(
            snapshot,
            setting.config,
            customers=True,
            existing={name: text.decode() for name, text in existing.items()},
            only=[one for text in only if (one := parse_only(text))],
        )
        for name, text in imported.files.items():
            path = setting.catalog / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return imported

    def ledger(self) -> Ledger:
        with wiring.open_state(self.setting) as state:
            return state.ledger()

    def moment(self) -> Moment:
        return Moment(self.box.dump(), (self.folder / STATE_FILE).read_bytes())

    def go_back(self, moment: Moment) -> None:
        """As it was then, in Traede and in the state."""
        self.box.load(moment.store)
        for left in self.folder.glob(f"{STATE_FILE}*"):
            left.unlink()
        (self.folder / STATE_FILE).write_bytes(moment.state)
        shutil.rmtree(self.folder / "catalog")
        (self.folder / "catalog").mkdir()


def _valid(setting: Setting) -> Any:
    loaded, _ = load(setting)
    assert errors(loaded.problems) == []
    return loaded
