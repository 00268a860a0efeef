"""The editor and the command line agree, wherever the schema alone decides.

`instead.md` lists what the schema cannot know, and what the editor shows there:
UPDATE_GOLDEN=1 writes it, and the git diff is the review.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from language_server import SEVERITIES, LanguageServer
from schema_text import (
    SCHEMAS,
    Beside,
    every_choice,
    every_field,
    every_object,
)

from reconcile.cli.flags import Flags
from reconcile.cli.setting import load, resolve
from reconcile.core.problems import Problem, errors
from reconcile.core.schema import compile_schema, validate
from reconcile.core.yaml.text import parse
from reconcile.errors import ReconcileError

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
FOLDERS = [
    folder
    for kind in ("good", "bad")
    for folder in sorted((EXAMPLES / kind).iterdir())
    if not folder.name.startswith("configuration-")
]
COMPILED = compile_schema((SCHEMAS / "catalog.schema.json").read_text("utf-8"))
FIELDS = frozenset(("missing-field", "unknown-field", "not-yet", "not-allowed"))
OWN_WORDS = {
    r'Missing property ".+"\.': FIELDS,
    r"Property .+ is not allowed\.": FIELDS,
    r"Value is (?:below|above) the (?:minimum|maximum) of .+\.": {"out-of-range"},
    r"Object has more properties than limit of .+\.": {"not-allowed"},
    r'Incorrect type\. Expected "\w+"\.': {"wrong-type"},  # an object, by its title
}
"""Sentences that the server has no place in the schema for, and the rules of ours."""
OF_AN_OBJECT = (
    COMPILED.document["errorMessage"],
    COMPILED.document["$defs"]["approval"]["errorMessage"],
)
"""Said of every mistake in the fields of that object."""
NEW_ENTRY = 7
"""The kind of a completion that begins another entry of the list around."""


def files_of(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted((folder / "catalog").rglob("*.y*ml")):
        yield path, path.read_bytes().decode("utf-8", "replace")


def shown(editor: LanguageServer, file: Path, text: str) -> list[dict[str, Any]]:
    place = editor.folder / "catalog" / file.relative_to(EXAMPLES)
    return [
        one
        for one in editor.diagnostics(place, text)
        if SEVERITIES[one["severity"]] in ("error", "warning")
    ]


def lines_of(diagnostic: dict[str, Any]) -> range:
    """The lines that are underlined: one sentence for neighbours is said once."""
    where = diagnostic["range"]
    return range(where["start"]["line"] + 1, where["end"]["line"] + 2)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_same_verdict_wherever_the_schema_alone_decides(
    editor: LanguageServer, folder: Path
) -> None:
    compared = 0
    for file, text in files_of(folder):
        parsed = parse(file.read_bytes(), file.name)
        if errors(parsed.problems):
            continue  # `instead.md` has these
        compared += 1
        ours = {one.where.line for one in validate(parsed.root, file.name, COMPILED)}
        theirs = [lines_of(one) for one in shown(editor, file, text)]

        assert {lines[0] for lines in theirs} <= ours, file.name
        assert ours <= {line for lines in theirs for line in lines}, file.name
    assert compared or errors_of(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_same_sentence_in_that_line(editor: LanguageServer, folder: Path) -> None:
    """But for the few that are the server's own."""
    for file, text in files_of(folder):
        parsed = parse(file.read_bytes(), file.name)
        if errors(parsed.problems):
            continue
        ours = list(validate(parsed.root, file.name, COMPILED))
        for one in shown(editor, file, text):
            at = one["range"]["start"]
            there = [p for p in ours if p.where.line == at["line"] + 1]
            assert any(same_sentence(one["message"], p) for p in there), one["message"]


def same_sentence(message: str, problem: Problem) -> bool:
    if message in OF_AN_OBJECT:
        return problem.rule in FIELDS or message in problem.message
    for own, rules in OWN_WORDS.items():
        if re.fullmatch(own, message):
            return problem.rule in rules
    return message in problem.message


def test_what_the_editor_shows_instead(editor: LanguageServer) -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for folder in FOLDERS:
        for row in instead(editor, folder):
            found[row].add(folder.name)
    rows = (
        f"| {rule} | {message} | {', '.join(sorted(names))} |\n"
        for (rule, message), names in sorted(found.items())
    )
    text = HEAD + "".join(rows)
    golden = HERE / "instead.md"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, "utf-8")

    assert golden.read_text("utf-8") == text


HEAD = """\
# What the editor shows instead

An editor knows one file and its schema. Of a mistake that only `reconcile validate`
can find, because it is about two places, a list of codes, or what YAML makes of the
text before anybody sees a value, it shows this. The examples are folders of
`tests/examples`. Written by `tests/editor/test_editor.py`.

| rule | the editor, in that line | examples |
|---|---|---|
"""


def instead(editor: LanguageServer, folder: Path) -> Iterator[tuple[str, str]]:
    by_schema: set[tuple[str, int, str]] = set()
    messages: dict[tuple[str, int], str] = {}
    broken: dict[str, str] = {}
    for file, text in files_of(folder):
        name = f"catalog/{file.relative_to(folder / 'catalog').as_posix()}"
        for problem in validate(parse(file.read_bytes(), "").root, "", COMPILED):
            by_schema.add((name, problem.where.line, problem.rule))
        for one in shown(editor, file, text):
            said = one["message"].splitlines()[0].replace("|", "\\|")
            for line in lines_of(one):
                messages.setdefault((name, line), said)
            if one["source"] == "YAML":
                broken.setdefault(name, f"in another line: {said}")
    for problem in errors_of(folder):
        name, line = problem.where.file, problem.where.line
        if (name, line, problem.rule) not in by_schema:
            other = broken.get(name, "nothing")
            yield problem.rule, messages.get((name, line), other)


def errors_of(folder: Path) -> list[Problem]:
    try:
        loaded, _ = load(resolve(Flags(config=folder / "reconcile.yaml", quiet=True)))
    except ReconcileError:
        return []
    return errors(loaded.problems)


# Which file has which schema


def test_the_first_line_of_a_file_names_its_schema_wherever_it_is(
    editor: LanguageServer,
) -> None:
    text = "products:\n  - {item_number: 1}\n"
    elsewhere = editor.folder / "drafts"
    named = f"# yaml-language-server: $schema=../schemas/catalog.schema.json\n{text}"

    assert editor.diagnostics(elsewhere / "unnamed.yaml", text) == []
    (found,) = editor.diagnostics(elsewhere / "named.yaml", named)
    assert found["message"].startswith("must be text: put quotes round it")


def test_the_configuration_has_a_schema_of_its_own(editor: LanguageServer) -> None:
    text = "base_currency: kroner\n"

    (found,) = editor.diagnostics(editor.folder / "reconcile.yaml", text)

    assert found["message"].startswith("must be a currency")


# What it says before anybody makes a mistake


def test_the_hover_text_of_each_field_is_the_description_in_the_schema(
    editor: LanguageServer,
) -> None:
    document = every_field()
    file = editor.folder / "catalog" / "every-field.yaml"
    editor.diagnostics(file, document.text)
    assert len(document.fields) > 150
    for one in document.fields:
        said = editor.hover(file, one.line, one.column + 1)

        assert one.schema["markdownDescription"] in said, one.path


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        pytest.param(path, beside, id=path)
        for path, beside in [*every_object(), *every_choice()]
    ],
)
def test_completion_offers_every_field_and_choice_with_its_description(
    editor: LanguageServer, path: str, beside: Beside
) -> None:
    file = editor.folder / "catalog" / f"{path}.yaml"
    editor.diagnostics(file, beside.text)

    items = editor.completions(file, beside.line, beside.column)

    found = {
        item["label"]: item["documentation"]["value"]
        for item in items
        if item["kind"] != NEW_ENTRY
    }
    assert found == beside.offered
