"""From an empty folder to a catalog that validates, and nothing is overwritten."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_brand import Brand
from ruamel.yaml import YAML

from reconcile import __version__

PROJECT = Path(__file__).parents[2]
NEXT = (
    "reconcile doctor",
    "copy `traede:` into reconcile.yaml",
    "reconcile import",
    "reconcile plan",
)


@pytest.fixture
def empty(brand: Brand) -> Brand:
    (brand.folder / "reconcile.yaml").unlink()
    return brand


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


BASE = {
    ".gitignore",
    ".vscode/extensions.json",
    ".vscode/settings.json",
    "catalog/example.yaml",
    "reconcile.yaml",
    "schemas/catalog.schema.json",
    "schemas/reconcile.schema.json",
}


def test_an_empty_folder_becomes_a_catalog_that_validates(empty: Brand):
    ran = empty.run("init")

    assert (ran.code, ran.err) == (0, "")
    assert files(empty.folder) == BASE
    assert [line for line in ran.out.splitlines() if line.startswith("kept")] == []
    assert "2 lines marked TODO" in ran.out
    assert [*map(ran.out.count, NEXT)] == [1, 1, 1, 1]
    assert sorted(NEXT, key=ran.out.index) == [*NEXT]
    assert empty.run("validate").code == 0
    assert empty.run("fmt", "--check").code == 0


def test_the_example_is_valid_once_its_marks_are_taken_away(empty: Brand):
    empty.run("init")
    file = empty.folder / "catalog/example.yaml"
    lines = file.read_text("utf-8").splitlines()
    bare = [line.removeprefix("# ") for line in lines[5:]]
    file.write_text("\n".join(["# the example", *bare]).replace("\n#\n", "\n\n"))

    ran = empty.run("validate", "--format", "json")

    assert ran.json["problems"] == []
    assert "2 variants" in empty.run("validate").out


def test_what_is_there_stays(empty: Brand):
    mine = {name: f"# mine: {name}\n" for name in BASE if "schema" not in name}
    mine["reconcile.yaml"] = "base_currency: EUR\ncatalog: styles\n"
    mine["styles/mine.yaml"] = "categories: []\n"
    del mine["catalog/example.yaml"]
    for name, text in mine.items():
        empty.write(name, text)

    ran = empty.run("init", "--ci", "github")

    assert ran.code == 0
    for name, text in mine.items():
        assert (empty.folder / name).read_text() == text
    assert not (empty.folder / "catalog").exists()
    assert "kept   reconcile.yaml" in ran.out
    assert "add to it: .reconcile/, plan.json, plan.html" in ran.out
    again = empty.run("init", "--ci", "github")
    assert "wrote" not in again.out


def test_a_folder_that_is_a_catalog_already_is_told_so(empty: Brand):
    empty.write("catalog/mine.yaml", "products: []\n")

    first = empty.run("init").out
    again = empty.run("init").out

    assert "example.yaml" not in first
    assert "what your files lack, from Traede; what is there stays" in first
    assert "what an apply would change" in first
    assert "wrote" not in again
    assert "add to it" not in again


def test_a_pipeline_for_a_catalog_that_forgets_says_what_to_add(empty: Brand):
    empty.run("init")

    later = empty.run("init", "--ci", "github").out

    assert re.search(
        r"kept {3}reconcile.yaml +already there; add to it: state: git", later
    )
    config = (empty.folder / "reconcile.yaml").read_text("utf-8")
    empty.write("reconcile.yaml", config + "state: git\n")
    assert "state: git" not in empty.run("init", "--ci", "github").out


def test_a_catalog_folder_of_another_name_gets_the_settings(empty: Brand):
    assert empty.run("--catalog", "shop/styles", "init", "--ci", "github").code == 0

    assert "../../schemas/" in (empty.folder / "shop/styles/example.yaml").read_text()
    settings = json.loads((empty.folder / ".vscode/settings.json").read_text())
    assert settings["yaml.schemas"]["./schemas/catalog.schema.json"][0] == (
        "shop/styles/**/*.yaml"
    )
    assert (
        '"shop/styles/**"'
        in (empty.folder / ".github/workflows/catalog.yml").read_text()
    )
    assert empty.run("validate").code == 0


def test_the_editor_finds_schemas_that_are_there(empty: Brand):
    empty.run("init")
    settings = json.loads((empty.folder / ".vscode/settings.json").read_text())

    for schema in settings["yaml.schemas"]:
        assert json.loads((empty.folder / schema).read_text())["$schema"]
    for name in ("reconcile.yaml", "catalog/example.yaml"):
        file = empty.folder / name
        schema = re.search(r"\$schema=(\S+)", file.read_text())
        assert schema is not None
        assert (file.parent / schema[1]).is_file()
    extensions = json.loads((empty.folder / ".vscode/extensions.json").read_text())
    assert extensions == {"recommendations": ["redhat.vscode-yaml"]}


def test_questions_are_asked_at_a_terminal(empty: Brand):
    mine, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "reconcile", "init"],
            cwd=empty.folder,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            os.write(mine, b"kroner\neur\nEurope/Berlin\n7\n")
            out, err = running.communicate(timeout=60)
    finally:
        os.close(mine)
        os.close(theirs)

    assert running.returncode == 0, err
    written = yaml(empty.folder / "reconcile.yaml")
    assert (written["base_currency"], written["timezone"]) == ("EUR", "Europe/Berlin")
    assert written["traede"] == {"brand_id": 7}
    assert "TODO" not in out


def test_the_workflow_of_github_is_careful(empty: Brand):
    empty.run("init", "--ci", "github")
    flow = yaml(empty.folder / ".github/workflows/catalog.yml")
    text = (empty.folder / ".github/workflows/catalog.yml").read_text()

    assert flow["permissions"] == {}
    assert flow["jobs"]["plan"]["permissions"] == {
        "contents": "read",
        "pull-requests": "write",
    }
    assert flow["jobs"]["apply"]["permissions"] == {
        "contents": "write",
        "issues": "write",
        "pull-requests": "write",
    }
    assert flow["jobs"]["apply"]["concurrency"]["cancel-in-progress"] is False
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", one) for one in used)
    for job in flow["jobs"].values():
        assert job["steps"][0]["with"] == {
            "fetch-depth": 0,
            "persist-credentials": False,
        }
    assert flow["env"]["RECONCILE"].split()[2] == f"traede-reconcile=={__version__}"
    assert yaml(empty.folder / "reconcile.yaml")["state"] == "git"


def commands_of(flow: Any) -> list[list[str]]:
    if "jobs" in flow:
        steps = [step for job in flow["jobs"].values() for step in job["steps"]]
        lines = [step["run"] for step in steps if "run" in step]
    else:
        lines = [line for job in flow.values() for line in job.get("script", [])]
    found = [re.findall(r"\$RECONCILE ([^|>]+)", line) for line in lines]
    return [command.split() for one in found for command in one]


@pytest.mark.parametrize(
    ("ci", "file"),
    [("github", ".github/workflows/catalog.yml"), ("gitlab", ".gitlab-ci.yml")],
)
def test_every_command_of_a_pipeline_is_one(empty: Brand, ci: str, file: str):
    empty.run("init", "--ci", ci)
    found = commands_of(yaml(empty.folder / file))

    assert found == [["ci", "plan"], ["ci", "apply"]]
    for command in found:
        assert empty.run(*command, "--help").code == 0


def test_below_the_top_of_a_repository_the_pipeline_is_at_its_top(
    empty: Brand, outside: pytest.MonkeyPatch
):
    (empty.folder / ".git").mkdir()
    (empty.folder / "shops/dk").mkdir(parents=True)
    outside.chdir(empty.folder / "shops/dk")

    assert empty.run("init", "--ci", "github").code == 0
    assert empty.run("init", "--ci", "gitlab").code == 0

    flow = yaml(empty.folder / ".github/workflows/catalog.yml")
    assert flow["defaults"]["run"]["working-directory"] == "shops/dk"
    assert "shops/dk/catalog/**" in (empty.folder / ".gitlab-ci.yml").read_text()
    assert (empty.folder / "shops/dk/reconcile.yaml").exists()


def test_a_first_import_is_a_catalog_with_nothing_to_do(empty: Brand):
    empty.run("init")
    file = empty.folder / "reconcile.yaml"
    file.write_text(
        file.read_text() + f"traede: {{url: '{empty.box.url}', brand_id: 1}}\n"
    )

    assert empty.run("import").code == 0

    plan = empty.run("plan", "--detailed-exitcode")
    assert plan.code == 0, plan


# --- schema, completion, hooks -----------------------------------------------------


def test_schemas_are_printed_and_renewed(brand: Brand):
    shipped = (PROJECT / "schemas/catalog.schema.json").read_text("utf-8")

    assert brand.run("schema").out == shipped
    assert json.loads(brand.run("schema", "plan").out)["$schema"]
    assert brand.run("schema", "nothing").code == 64
    brand.write("schemas/catalog.schema.json", "{}")

    ran = brand.run("schema", "--write")

    assert ran.out == (
        "wrote  schemas/catalog.schema.json\nwrote  schemas/reconcile.schema.json\n"
    )
    assert (brand.folder / "schemas/catalog.schema.json").read_text("utf-8") == shipped
    assert brand.run("schema", "--write").out.count("same") == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_gets_its_script(brand: Brand, shell: str):
    ran = brand.run("completion", shell)

    assert ran.code == 0
    assert "_RECONCILE_COMPLETE" in ran.out
    assert f"{shell}_complete" in ran.out


def completed(brand: Brand, outside: pytest.MonkeyPatch, line: str) -> list[str]:
    """What bash is offered after this line, as it would be typed."""
    outside.setenv("_RECONCILE_COMPLETE", "bash_complete")
    outside.setenv("COMP_LINE", f"reconcile {line}")
    outside.setenv("COMP_WORD", line.rpartition(" ")[2])
    ran = brand.run()
    outside.delenv("_RECONCILE_COMPLETE")
    assert (ran.code, ran.err) == (0, "")
    return [found.partition(",")[2] for found in ran.out.splitlines() if found]


def test_commands_and_formats_are_completed(brand: Brand, outside: pytest.MonkeyPatch):
    assert completed(brand, outside, "vali") == ["validate"]
    assert completed(brand, outside, "validate --format s") == ["sarif"]


WITH_KEYS = (
    'products:\n  - item_number: tee\n    variants: [{sku: tee-s}, {sku: "x $y"}]\n'
    "categories:\n  - {name: Men, children: [{name: Tees}]}\n"
)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("explain te", ["tee", "tee-s"]),
        ("explain me", ["Men", r"Men\ \>\ Tees"]),
        ('explain "me', ["Men", "Men > Tees"]),
        ('explain "x', [r"x \$y"]),
        ("explain 'x", ["x $y"]),
        ("explain Men\\ ", [r"Men\ \>\ Tees"]),
        ('explain "Men ', ["Men > Tees"]),
        ("explain product:", ["product:tee"]),
        ("rename c", ["category", "collection", "customer"]),
        ("rename variant ", ["tee-s", r"x\ \$y"]),
        ("rename category men", ["Men", r"Men\ \>\ Tees"]),
        ("rename prodct ", []),
        ("plan --only v", ["variant:"]),
        ("plan --only variant:t", ["variant:tee-s"]),
        ('pull --only "category:Men ', ["category:Men > Tees"]),
        ("drift --only product:", ["product:tee"]),
        ("import --only p", ["product:"]),
        ("import --only product:", []),
        ("explain -q te", ["tee", "tee-s"]),
        ("--catalog no explain te", []),
        ("explain --catalog no te", []),
        ("explain --config no te", []),
        ("explain tee ", []),
        ("explain '", [*("Men", "Men > Tees", "tee", "tee-s", "x $y")]),
    ],
)
def test_keys_are_completed_from_the_catalog(
    brand: Brand, outside: pytest.MonkeyPatch, line: str, offered: list[str]
):
    outside.delenv("TRAEDE_TOKEN")
    brand.write("catalog/a.yaml", WITH_KEYS)

    assert completed(brand, outside, line) == offered
    assert brand.box.requests == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("catalog/a.yaml", b"categories: [{name: \xff"),
        ("catalog/a.yaml", b"categories: " + b"[" * 5000),
        ("catalog/a.yaml", b"\x00"),
        ("reconcile.yaml", b"- nothing of the kind"),
        ("reconcile.yaml", b"\xff"),
    ],
)
def test_completion_says_nothing_of_what_is_wrong(
    brand: Brand, outside: pytest.MonkeyPatch, name: str, content: bytes
):
    brand.write(name, content)

    for line in ("explain te", "rename category ", "plan --only product:"):
        assert completed(brand, outside, line) == []


def test_without_a_catalog_no_key_is_completed(
    brand: Brand, outside: pytest.MonkeyPatch
):
    assert completed(brand, outside, "explain te") == []
    (brand.folder / "reconcile.yaml").unlink()
    assert completed(brand, outside, "explain te") == []


@pytest.mark.parametrize(
    ("line", "words", "reply"),
    [
        ("explain te", ["explain", "te"], ["tee", "tee-s"]),
        # bash takes words apart at a colon, and wants what follows it
        ("plan --only pro", ["plan", "--only", "pro"], ["product:"]),
        ("plan --only product:", ["plan", "--only", "product", ":"], ["tee"]),
        ("plan --only product:t", ["plan", "--only", "product", ":", "t"], ["tee"]),
        ("pull --only 'product:t", ["pull", "--only", "'product:t"], ["product:tee"]),
        ("explain me", ["explain", "me"], ["Men", r"Men\ \>\ Tees"]),
    ],
)
def test_bash_puts_in_what_is_meant(
    brand: Brand, line: str, words: list[str], reply: list[str]
):
    brand.write("catalog/a.yaml", WITH_KEYS)
    program = brand.write(
        "reconcile", f'#!/bin/sh\nexec "{sys.executable}" -m reconcile "$@"\n'
    )
    program.chmod(0o755)
    script = brand.run("completion", "bash").out
    typed = f"reconcile {line}"
    script += (
        f"COMP_LINE={shlex.quote(typed)} COMP_POINT={len(typed)}\n"
        f"COMP_WORDS=(reconcile {shlex.join(words)}) COMP_CWORD={len(words)}\n"
        f"_reconcile_completion {shlex.quote(str(program))} 2>/dev/null\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )

    done = subprocess.run(  # noqa: S603 (our own script)
        ["bash", "--norc", "-c", script],  # noqa: S607
        cwd=brand.folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert done.stdout.splitlines() == reply


def test_the_hooks_run_commands_that_are_there(brand: Brand):
    hooks = yaml(PROJECT / ".pre-commit-hooks.yaml")

    assert [hook["id"] for hook in hooks] == ["reconcile-validate", "reconcile-fmt"]
    for hook in hooks:
        program, command = hook["entry"].split()
        assert program == "reconcile"
        assert brand.run(command, "--help").code == 0
