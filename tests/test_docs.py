"""The pages that maintainers read: every command in them is run, and says what the page
says. A page says in its first lines what it starts from:

    <!-- starts with: nothing -->      an empty folder
    <!-- starts with: a shop -->       the same, and docs/shop.json as the live shop
    <!-- starts with: the start -->    what somebody has who did all of docs/start.md

A YAML block that names its file, behind the word `yaml` or in a first line `# …yaml`,
is that file from there on. A file of the catalog is shown whole, as the import wrote
it, but for what the page speaks of. `curl …/_sandbox/edit` is somebody at the web page
of Traede. In what a command says, `…` on a line of its own stands for lines, within one
for text. UPDATE_GOLDEN=1 writes what is said now into the
pages, and the git diff is the review.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile.cli import main
from reconcile.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS).as_posix()
    for path in DOCS.rglob("*.md")
    if "<!-- starts with: " in path.read_text("utf-8")
)


def starts_with(page: str) -> str:
    start = re.search(r"<!-- starts with: (.*) -->", (DOCS / page).read_text("utf-8"))
    assert start is not None, page
    return start[1]


TASKS = [page for page in PAGES if starts_with(page) == "the start"]
PART = re.compile(
    r"^```(?P<language>\w+)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
VARYING = (
    (re.compile(r"\b(plan|Plan) [0-9a-f]{8}\b"), r"\1 …"),
    (re.compile(r"\b[0-9]+\.[0-9] s\b"), "… s"),
    (re.compile(r"approve: \"[0-9a-f]{8}\""), 'approve: "…"'),
    (re.compile(r"--approve [0-9a-f]{8}\b"), "--approve …"),
    (re.compile(r"last applied  2.*"), "last applied  …"),
)
"""What is another one each time."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    folder: Path
    shop: Sandbox
    capture: pytest.CaptureFixture[str]

    def start(self, page: str) -> None:
        """Make the folder and the shop what the page starts with."""
        if (what := starts_with(page)) == "nothing":
            return
        if what == "the start":
            self.start("start.md")
            self.read("start.md")
        else:
            assert what == "a shop", what
            self.shop.load(json.loads((DOCS / "shop.json").read_text("utf-8")))

    def read(self, page: str) -> str:
        """Do what the page says; the page as it is right is returned."""
        text = (DOCS / page).read_text("utf-8")
        speaks = words_of(PART.sub("", text))
        return PART.sub(lambda part: play(self, part, speaks), text)

    def run(self, command: str) -> str:
        program, *words = shlex.split(command, comments=True)
        if program == "export":
            return ""
        programs = {
            "reconcile": self.reconcile,
            "git": self.git,
            "cat": self.cat,
            "curl": self.edit,
        }
        return programs[program](words)

    def edit(self, words: list[str]) -> str:
        """An edit of the shop; what the sandbox of the command line takes."""
        *_, body, address = words
        assert address == "http://127.0.0.1:8642/_sandbox/edit"
        wanted = json.loads(body)
        assert wanted.pop("action") == "set"
        edited = self.shop.edit(wanted["kind"], wanted["key"], **wanted["fields"])
        assert edited is not None
        return ""

    def reconcile(self, words: list[str]) -> str:
        self.capture.readouterr()
        with pytest.raises(SystemExit):
            main(words)
        return self.capture.readouterr().out

    def git(self, words: list[str]) -> str:
        ran = subprocess.run(  # noqa: S603 (as the pages say)
            ["git", *words],  # noqa: S607
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout

    def cat(self, words: list[str]) -> str:
        return "".join((self.folder / name).read_text("utf-8") for name in words)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edited(self, name: str, text: str, speaks: set[str]) -> None:
        """The file as the page shows it; its reader finds nothing in it that the page
        does not speak of, and loses nothing by copying it whole."""
        assert name in speaks, name
        path = self.folder / name
        if path.exists():
            before = path.read_text("utf-8")
            unlike = words_of(text) - words_of(before) - speaks
            assert not unlike, (name, unlike)
            assert "delete: true" in text or not lost(before, text), name
        self.write(name, text)


def lost(before: str, after: str) -> list[str]:
    """Lines of a file that another one neither has nor has changed."""
    old = before.splitlines()
    compared = difflib.SequenceMatcher(None, old, after.splitlines(), autojunk=False)
    return [
        line
        for _, start, end, new_start, new_end in compared.get_opcodes()
        for line in old[start + (new_end - new_start) : end]
    ]


def words_of(text: str) -> set[str]:
    return {word.strip(".,:") for word in re.findall(r"[\w./-]+,?\w*", text)}


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def reader(
    shop: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Reader:
    for name in list(os.environ):
        if (
            name.startswith(("TRAEDE_", "RECONCILE_", "GITHUB_", "GIT_"))
            or name == "CI"
        ):
            monkeypatch.delenv(name)
    shop.reset()
    who = {"NAME": "Mette", "EMAIL": "mette@brand.example"}
    for role in ("AUTHOR", "COMMITTER"):
        for name, value in who.items():
            monkeypatch.setenv(f"GIT_{role}_{name}", value)
    monkeypatch.setenv("COLUMNS", "100")  # whatever the terminal of these tests is
    monkeypatch.setenv("TRAEDE_TOKEN", shop.token)
    monkeypatch.setenv("TRAEDE_URL", shop.url)
    monkeypatch.chdir(tmp_path)
    reader = Reader(tmp_path, shop, capsys)
    reader.git(["init", "-q"])
    return reader


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_are_what_happens(page: str, reader: Reader) -> None:
    reader.start(page)

    played = reader.read(page)

    if os.environ.get("UPDATE_GOLDEN"):
        (DOCS / page).write_text(played, "utf-8")
    assert played == (DOCS / page).read_text("utf-8")


@pytest.mark.parametrize("pages", [TASKS, TASKS[::-1]], ids=["forth", "back"])
def test_who_did_the_start_can_do_the_tasks_in_any_order(
    pages: list[str], reader: Reader
) -> None:
    reader.start(pages[0])

    for page in pages:
        assert reader.read(page) == (DOCS / page).read_text("utf-8"), page

        assert reader.git(["status", "--porcelain"]) == "", page
        assert reader.reconcile(["plan"]).startswith("nothing to do"), page
        assert reader.reconcile(["fmt", "--check"]).startswith("0 of "), page


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        ("# schema\na: 1\nb: 300\n", True),
        ("# schema\na: 1\nb: 315\n", True),
        ("# schema\na: 1\nb: 300\narchived: true\n", True),
        ("a: 1\nb: 315\n", False),
        ("# schema\na: 1\nb: 320\n", False),
        ("# schema\nb: 315\n", False),
        ("# schema\na: 1\nb: 300\nc: 2\n", False),
    ],
)
def test_a_shown_file_differs_only_in_what_its_page_speaks_of(
    reader: Reader, shown: str, right: bool
) -> None:
    reader.write("a.yaml", "# schema\na: 1\nb: 300\n")
    speaks = words_of("In `a.yaml` it is 315 now, or `archived: true`.")

    if right:
        reader.edited("a.yaml", shown, speaks)
    else:
        with pytest.raises(AssertionError):
            reader.edited("a.yaml", shown, speaks)
        assert "b: 300" in (reader.folder / "a.yaml").read_text("utf-8")


def play(reader: Reader, part: re.Match[str], speaks: set[str]) -> str:
    """The part as it is right: itself, unless a command says something else."""
    if part["language"] == "yaml" and part["file"]:
        reader.edited(part["file"], part["text"], speaks)
    elif part["language"] == "yaml":
        if named := re.match(r"# (\S+\.yaml)\n", part["text"]):
            reader.write(named[1], part["text"])
            (reader.folder / "catalog/example.yaml").unlink(missing_ok=True)
    elif part["language"] == "console":
        shown = "".join(
            f"$ {command}\n{said_now(reader.run, command, expected)}"
            for command, expected in examples(part["text"])
        )
        return f"```console\n{shown}```"
    return part[0]


def said_now(run: Callable[[str], str], command: str, expected: str) -> str:
    """What the page says, where that fits; else what was said."""
    said = run(command)
    if like(expected).fullmatch(said):
        return expected
    for pattern, instead in VARYING:
        said = pattern.sub(instead, said)
    return said


@pytest.mark.parametrize(
    "page", [*PAGES, "ci.md", "rules.md", "state.md", "../README.md"]
)
def test_every_command_and_option_of_a_page_is_there(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DOCS / page).read_text("utf-8")
    commands = re.findall(
        r"(?:`|^\$ )reconcile ([a-z]+)([^`\n]*)", text, flags=re.MULTILINE
    )

    assert commands
    for command, words in commands:
        there = words_of_help(capsys, command)
        for option in re.findall(r"--[a-z-]+", words):
            assert option in there, (command, option)


def test_the_table_of_commands_is_complete(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out.partition("Commands:\n")[2].partition("\n\n")[0]
    commands = re.findall(r"^  ([a-z]+)", listed, flags=re.MULTILINE)

    table = re.findall(
        r"^\| `reconcile ([a-z]+)", (ROOT / "README.md").read_text("utf-8"), re.M
    )

    assert sorted(table) == sorted(commands)


def test_every_page_is_in_the_index_and_every_link_leads_somewhere() -> None:
    pages = sorted(DOCS.rglob("*.md"))
    for page in (*pages, ROOT / "README.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)
    index = (DOCS / "index.md").read_text("utf-8")
    for page in pages:
        name = page.relative_to(DOCS).as_posix()
        assert name == "index.md" or name.startswith("decisions/") or name in index


def test_the_field_reference_is_that_of_the_schema() -> None:
    ran = subprocess.run(  # noqa: S603 (our own)
        [sys.executable, DOCS / "fields.py"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    if os.environ.get("UPDATE_GOLDEN"):
        (DOCS / "fields.md").write_text(ran.stdout, "utf-8")
    assert (DOCS / "fields.md").read_text("utf-8") == ran.stdout


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
