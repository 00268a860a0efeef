"""Each folder of `examples/` is a catalog, and beside it what `validate` says of it.

A folder without `problems.txt` has nothing to say; those of `bad/` end with exit code
3. Where `fmt --fix` has something to repair, `repairs.txt` says what. A new folder
needs no Python: `UPDATE_GOLDEN=1` writes both, and the git diff is the review.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from reconcile.cli import main

EXAMPLES = Path(__file__).with_name("examples")
CASES = [
    (folder, code)
    for name, code in (("good", 0), ("bad", 3))
    for folder in sorted((EXAMPLES / name).iterdir())
]


@pytest.mark.parametrize(("folder", "code"), CASES, ids=[f.name for f, _ in CASES])
def test_validate_says_what_is_wrong_and_what_to_type(
    folder: Path, code: int, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(folder / "reconcile.yaml"), "validate"])

    assert ended.value.code == code
    printed = capsys.readouterr()
    said = re.sub(r"; [0-9]+\.[0-9] s\)", ")", printed.out + printed.err)
    golden = folder / "problems.txt"
    quiet = said.startswith("0 errors, 0 warnings")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.unlink(missing_ok=True) if quiet else golden.write_text(said, "utf-8")
    expected = golden.read_text("utf-8") if golden.exists() else None
    assert (None if quiet else said) == expected


def test_no_two_sentences_of_the_examples_are_at_the_same_characters_by_the_same_rule():
    for folder, _ in CASES:
        golden = folder / "problems.txt"
        text = golden.read_text("utf-8") if golden.exists() else ""
        heads = re.findall(r"^(?:error|warning)  \S+:\d+:\d+  \S+$", text, re.MULTILINE)
        once = [head for head in heads if "missing-field" not in head]
        assert len(set(once)) == len(once), folder.name


@pytest.mark.parametrize(("folder", "code"), CASES, ids=[f.name for f, _ in CASES])
def test_fmt_repairs_what_has_one_right_answer(
    folder: Path, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    config = ["--config", str(copy / "reconcile.yaml")]

    before = errors_of(config, capsys)
    with pytest.raises(SystemExit):
        main([*config, "fmt", "--fix"])
    said = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*config, "fmt", "--fix"])
    again = capsys.readouterr().out

    told = "".join(line + "\n" for line in said.splitlines() if " → " in line)
    golden = folder / "repairs.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, "utf-8") if told else golden.unlink(missing_ok=True)
    assert told == (golden.read_text("utf-8") if golden.exists() else "")
    assert " → " not in again
    if code == 0:
        assert errors_of(config, capsys) == before == 0


def errors_of(config: list[str], capsys: pytest.CaptureFixture[str]) -> int:
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main([*config, "validate", "--format", "json"])
    out = capsys.readouterr().out
    return int(json.loads(out)["errors"]) if out else 0
