"""A week of somebody who maintains the catalog, at the command line.

From an account that holds everything already: import, adopt, and then the edits of a
usual week. After each one a plan says nothing to do, and the next one starts.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.account import Account
from support.neutral import read_brand
from support.stored import held, sketch, wanted

from reconcile.cli import main
from reconcile.sandbox import Sandbox


class Maintainer:
    """Types commands and edits files; nothing else."""

    def __init__(self, account: Account, capture: pytest.CaptureFixture[str]) -> None:
        self.account = account
        self._capture = capture

    def __call__(self, *words: str, code: int = 0) -> str:
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        printed = self._capture.readouterr()
        assert ended.value.code == code, printed.out + printed.err
        return printed.out

    def file(self, name: str) -> Path:
        return self.account.folder / "catalog" / name

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.file(name).read_text("utf-8")
        assert text.count(old) == 1, text
        self.file(name).write_text(text.replace(old, new), "utf-8")

    def applies(self) -> str:
        """The plan that somebody looks at, applied; afterwards nothing is left."""
        plan = self("plan")
        self("validate")
        self("fmt", "--check")
        self("apply", "--yes")
        assert "nothing to do" in self("plan")
        return plan

    @property
    def shop(self) -> dict[str, dict[str, dict[str, object]]]:
        return held(self.account.box.dump())


@pytest.fixture
def maintainer(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> Iterator[Maintainer]:
    """Of the brand and the currency that a test names."""
    folder = os.environ.get("CATALOG_SAMPLES")
    if not folder:
        pytest.skip("CATALOG_SAMPLES does not name the folder of the real catalogs")
    name, currency = request.param
    brand = read_brand(Path(folder) / f"{name}.json")
    with Sandbox() as box:
        account = Account(box, tmp_path, currency)
        box.load({"base_currency": currency, **sketch(wanted(brand))})
        monkeypatch.setenv("TRAEDE_TOKEN", box.token)
        monkeypatch.chdir(tmp_path)
        maintainer = Maintainer(account, capsys)
        maintainer("import")
        assert "nothing to do" in maintainer.applies()
        yield maintainer


@pytest.mark.parametrize("maintainer", [("sunrise", "EUR")], indirect=True)
def test_a_week(maintainer: Maintainer) -> None:
    # Two sizes go.
    for sku in ("M0E20000000E8UH", "M0E20000000E8UI"):
        maintainer.edit(
            "products/80610.yaml",
            f"sku: {sku},",
            f"sku: {sku}, archived: true, b2c_available: false,",
        )
    assert "36, 37  goes off sale: archived" in maintainer.applies()
    gone = [sku for sku, row in maintainer.shop["variant"].items() if row["archived"]]
    assert sorted(gone) == ["M0E20000000E8UH", "M0E20000000E8UI"]

    # A style gets another item number, and stays the same style.
    before = maintainer.shop["product"]["80610"]
    maintainer("rename", "product", "80610", "80611")
    assert "> 80610 → 80611" in maintainer.applies()
    assert "80610" not in maintainer.shop["product"]
    assert maintainer.shop["product"]["80611"] == before

    # A category has a typing mistake.
    maintainer("rename", "category", "Women > Trouser", "Women > Trousers")
    assert "3 styles follow" in maintainer.applies()

    # Another one belongs elsewhere.
    maintainer("rename", "category", "Accessories > Sunglasses", "Women > Sunglasses")
    plan = maintainer.applies()
    assert "- category Accessories > Sunglasses" in plan
    assert "+ category Women > Sunglasses" in plan

    # What has done its work may go, and nothing follows from it.
    maintainer.edit("products/80610.yaml", '    renamed_from: "80610"\n', "")
    maintainer.edit("categories.yaml", ", renamed_from: Trouser", "")
    maintainer.edit("categories.yaml", "      - {name: Sunglasses, delete: true}\n", "")
    assert "nothing to do" in maintainer.applies()


@pytest.mark.parametrize("maintainer", [("wwi", "USD")], indirect=True)
def test_another_week(maintainer: Maintainer) -> None:
    # A colour goes: more than a slip may take off sale, so somebody stands by it.
    settings = maintainer.account.folder / "reconcile.yaml"
    usual = {
        k: v for k, v in json.loads(settings.read_text()).items() if k != "deletes"
    }
    settings.write_text(json.dumps(usual), "utf-8")
    file = maintainer.file("products/76.yaml")
    text = re.sub(
        r"- \{sku: (\"\w+\"), (?=.*Color: White)",
        r"- {sku: \1, archived: true, b2c_available: false, ",
        file.read_text("utf-8"),
    )
    file.write_text(text, "utf-8")
    plan = maintainer("plan", code=4)
    assert "13 variants" in plan
    (line,) = re.findall(r"^ *(- \{approve: .*(?:\n {6,}.*)*\})$", plan, re.MULTILINE)
    line = " ".join(line.split()).replace("by: …", "by: Ida")
    signed = line.replace("reason: …", "reason: white is phased out")
    maintainer.file("approvals.yaml").write_text(f"approvals:\n  {signed}\n", "utf-8")
    assert "white is phased out" in maintainer.applies()
    gone = [row for row in maintainer.shop["variant"].values() if row["archived"]]
    assert len(gone) == 13
    maintainer.file("approvals.yaml").unlink()

    before = maintainer.shop["product"]["58"]
    maintainer("rename", "product", "58", "5800")
    assert "> 58 → 5800" in maintainer.applies()
    assert maintainer.shop["product"]["5800"] == before

    maintainer("rename", "category", "Novelty Items", "Novelties")
    assert "48 styles follow" in maintainer.applies()

    # One of the top goes below another one, and its styles with it.
    maintainer("rename", "category", "USB Novelties", "Computing Novelties > USB")
    plan = maintainer.applies()
    assert "- category USB Novelties" in plan
    assert "+ category Computing Novelties > USB" in plan
    assert "USB Novelties" not in maintainer.shop["category"]
