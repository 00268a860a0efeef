"""The pages that maintainers read: every command in them is run, and says what the page
says. A YAML block that names its file is that file from there on; `…` on a line of its
own stands for lines, within one for text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.cli import main

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("authoring.md",)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("TRAEDE_", "RECONCILE_")) or name == "CI":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_are_what_happens(
    page: str, folder: Path, capsys: pytest.CaptureFixture[str]
):
    ran = 0
    for language, text in BLOCK.findall((DOCS / page).read_text("utf-8")):
        if language == "yaml" and (named := re.match(r"# (\S+\.yaml)\n", text)):
            path = folder / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            (folder / "catalog/example.yaml").unlink(missing_ok=True)
            (folder / "schemas/catalog.schema.json").unlink(missing_ok=True)
        if language == "console":
            for command, expected in examples(text):
                with pytest.raises(SystemExit):
                    main(command.split()[1:])
                shown = capsys.readouterr().out
                assert like(expected).fullmatch(shown), f"{command}\n{shown}"
                ran += 1
    assert ran


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_of_a_page_is_there(
    page: str, capsys: pytest.CaptureFixture[str]
):
    text = (DOCS / page).read_text("utf-8")
    commands = re.findall(
        r"(?:`|^\$ )reconcile ([a-z]+)([^`\n]*)", text, flags=re.MULTILINE
    )

    assert len(commands) > 8
    for command, words in commands:
        there = words_of_help(capsys, command)
        for option in re.findall(r"--[a-z-]+", words):
            assert option in there, (command, option)


def words_of_help(capsys: pytest.CaptureFixture[str], command: str) -> list[str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0, command
    return re.findall(r"[\w-]+", capsys.readouterr().out)


def examples(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def like(expected: str) -> re.Pattern[str]:
    """`…` as a line stands for any lines, within one for any text."""
    lines = [
        "(?:.*\n)*?"
        if line == "…"
        else ".*".join(map(re.escape, line.split("…"))) + "\n"
        for line in expected.splitlines()
    ]
    return re.compile("".join(lines))
