"""What goes where: results, talk, colour, help, and what must never be seen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import jsonschema
import pytest
from cli_brand import TOKEN, Brand
from support.builders import address, category, customer, product

from reconcile.cli.commandline import ALSO_HERE, CommandLine, global_options
from reconcile.cli.flags import Flags
from reconcile.cli.main import EXIT_CODES, cli
from reconcile.edges.files import schema_text

TEE = product("tee")
COMMANDS = sorted(name for name, one in cli.commands.items() if not one.hidden)


# --- help --------------------------------------------------------------------------


def options(command: click.Command) -> Iterator[click.Option]:
    return (one for one in command.params if isinstance(one, click.Option))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(brand: Brand, name: str):
    ran = brand.run(name, "--help")

    assert ran.code == 0
    assert ran.out.startswith(f"Usage: reconcile {name}")
    assert cli.commands[name].get_short_help_str()
    assert ran.err == ""


def test_help_lists_the_commands_and_what_the_exit_codes_mean(brand: Brand):
    ran = brand.run("--help")

    assert ran.code == 0
    assert all(f"  {name} " in ran.out for name in COMMANDS)
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 64):
        assert f"\n  {code:<4} " in EXIT_CODES
    assert "130  interrupted" in ran.out
    assert brand.run("-h").out == ran.out


def test_options_for_all_commands_have_help():
    assert [option.name for option in options(cli) if not option.help] == []


def all_commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from all_commands(below)


@pytest.mark.parametrize(
    "command",
    [one for command in cli.commands.values() for one in all_commands(command)],
    ids=lambda command: command.name,
)
def test_no_option_of_a_command_hides_one_of_all_commands(command: click.Command):
    written = [name for one in options(command) for name in one.opts]
    names = [*written, *(one.name for one in command.params)]
    wanted = [option.opts[0] for option in global_options(cli)]

    assert sorted(names) == sorted(set(names))
    assert wanted
    assert set(wanted) <= set(names)
    assert ALSO_HERE in (command.epilog or "")


def test_options_of_all_commands_may_follow_the_command(brand: Brand):
    brand.catalog(TEE)
    (brand.folder / "catalog").rename(brand.folder / "other")

    before = brand.run("--catalog", "other", "-q", "plan")
    after = brand.run("plan", "--catalog", "other", "-q")

    assert (before.code, before.err) == (0, "")
    assert (after.code, after.out, after.err) == (0, before.out, "")
    assert brand.run("-q", "--catalog", "no", "plan", "--catalog=other") == before


@pytest.mark.parametrize(
    ("argv", "env"),
    [
        ("--env a one two", "a"),
        ("one --env a two", "a"),
        ("one two --env a", "a"),
        ("--env a one --env b two --env c", "c"),
        ("--env a one --env b two", "b"),
        ("one two", None),
    ],
)
def test_options_of_all_commands_may_stand_anywhere_in_a_command_of_two_words(
    argv: str, env: str | None
):
    said: list[Flags] = []

    @click.group(cls=CommandLine)
    @click.option("--env")
    @click.pass_context
    def root(context: click.Context, env: str | None) -> None:
        context.obj = Flags(env=env)

    @click.group()
    def one() -> None: ...

    @one.command()
    @click.pass_obj
    def two(flags: Flags) -> None:
        said.append(flags)

    root.add_command(one)
    root.main(argv.split(), standalone_mode=False)

    assert said == [Flags(env=env)]


def test_options_of_all_commands_are_listed_once(brand: Brand):
    assert "--token-file" in brand.run("--help").out
    assert "--token-file" not in brand.run("plan", "--help").out
    assert ALSO_HERE in brand.run("plan", "--help").out


def test_no_option_takes_the_token_of_traede():
    assert not [o for o in options(cli) if o.name in ("token", "app_key")]


def test_version(brand: Brand):
    ran = brand.run("--version")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("reconcile, version ")


SLOW = (
    "httpx",
    "jsonschema",
    "jsonschema_rs",
    "deepdiff",
    "sqlalchemy",
    "rich",
    "reconcile.core",
)


@pytest.mark.parametrize("argv", [["--help"], ["apply", "--help"], ["no-such"]])
def test_help_imports_nothing_slow(argv: list[str]):
    code = (
        "import sys\nfrom reconcile.cli import main\n"
        f"try:\n    main({argv!r})\nexcept SystemExit:\n    pass\n"
        f"print(*(name for name in {SLOW!r} if name in sys.modules), file=sys.stderr)"
    )

    done = subprocess.run(  # noqa: S603 (our own code)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stderr.splitlines()[-1] == ""


# --- results on stdout, talk on stderr ---------------------------------------------


def test_a_plan_is_a_result_and_reading_is_talk(brand: Brand):
    brand.catalog(TEE)

    ran = brand.run("plan")

    assert ran.out.startswith("Create  1 product, 1 variant")
    assert ran.err.startswith("Read Traede  http://127.0.0.1")
    assert brand.run("-q", "plan").err == ""


def test_json_on_stdout_is_json_and_nothing_else(brand: Brand):
    brand.catalog(TEE, customer("1", addresses=[address()]), category("Men"))

    plan = brand.run("plan", "--format", "json")
    validated = brand.run("validate", "--format", "json")

    validator = jsonschema.Draft202012Validator(
        json.loads(schema_text("plan.schema.json"))
    )
    assert list(validator.iter_errors(plan.json)) == []
    assert validated.json == {
        "format_version": "1.0",
        "errors": 0,
        "warnings": 0,
        "problems": [],
    }
    assert validated.err == ""


def test_problems_as_json_have_their_place(brand: Brand):
    brand.catalog(TEE, TEE)

    (first, _) = brand.run("validate", "--format", "json").json["problems"]

    assert first["rule"] == "duplicate-item-number"
    assert first["file"] == "catalog/all.yaml"
    assert first["also"]["line"] < first["line"]


def test_an_invalid_catalog_leaves_no_half_result_of_a_plan(brand: Brand):
    brand.catalog(TEE, TEE)

    for argv in (["plan", "--format", "json"], ["apply", "--yes"]):
        ran = brand.run(*argv)
        assert (ran.code, ran.out) == (3, "")
        assert "duplicate-item-number" in ran.err


def test_several_formats_at_once(brand: Brand):
    brand.catalog(TEE)

    ran = brand.run("plan", "--format", "text", "--format", "json=out/p.json")

    assert "Create  1 product" in ran.out
    saved = json.loads((brand.folder / "out/p.json").read_text())
    assert saved["steps"]


def test_a_plan_is_shown_again_as_it_was(brand: Brand):
    brand.catalog(TEE)
    made = brand.run("plan", "--out", "plan.json", "--format", "json")

    assert brand.run("show", "plan.json", "--format", "json").out == made.out
    assert (brand.folder / "plan.json").read_text() == made.out
    shown = brand.run("show", "plan.json")
    assert (shown.code, "tee" in shown.out, shown.err) == (0, True, "")


def test_the_same_input_gives_the_same_bytes(brand: Brand):
    brand.catalog(TEE, product("cap"), category("Men", category("Hats")))

    one = brand.run("plan", "--format", "json", "--as-of", "2026-11-21")
    two = brand.run("plan", "--format", "json", "--as-of", "2026-11-21")

    assert one.out == two.out
    assert one.json["as_of"] == "2026-11-21"


def test_import_writes_files_and_says_which(brand: Brand):
    brand.applied(TEE)
    brand.box.create("customer", customer_number="1", name="Anna")
    (brand.folder / "catalog/all.yaml").unlink()

    ran = brand.run("import")

    assert ran.code == 0
    assert "wrote  catalog/products/ (1 file)" in ran.out
    assert "skipped  1 customer: personal data stays out of git" in ran.out
    assert brand.run("plan", "--detailed-exitcode").code == 0


def test_import_never_overwrites(brand: Brand):
    brand.applied(TEE)
    (brand.folder / "catalog/all.yaml").unlink()
    brand.run("import")
    (file,) = (brand.folder / "catalog/products").iterdir()
    mine = b"# mine\nproducts: []\n"
    file.write_bytes(mine)

    ran = brand.run("import")

    assert (ran.code, file.read_bytes()) == (0, mine)
    assert len(list(file.parent.iterdir())) == 2


# --- colour ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "environment", "colored"),
    [
        ([], {}, False),  # no terminal
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),  # the flag is nearer
        (["--color", "never"], {}, False),
        ([], {"NO_COLOR": "1"}, False),
    ],
)
def test_colour(brand: Brand, outside, argv, environment, colored: bool):
    brand.catalog(TEE, TEE)
    for name, value in environment.items():
        outside.setenv(name, value)

    assert ("\x1b[" in brand.run(*argv, "validate").out) is colored


@pytest.mark.parametrize(("no_color", "colored"), [("", True), ("1", False)])
def test_colour_on_a_terminal_unless_it_is_not_wanted(
    brand: Brand, outside, no_color: str, colored: bool
):
    brand.catalog(TEE)
    outside.setenv("NO_COLOR", no_color)
    outside.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert ("\x1b[" in brand.run("plan").out) is colored
    brand.run("plan", "--out", "plan.json")
    assert ("\x1b[" in brand.run("show", "plan.json").out) is colored


def test_a_catalog_cannot_write_to_the_terminal(brand: Brand):
    brand.write("catalog/a.yaml", 'products: [{item_number: "a\\u009b31m", zzz: 1}]')

    out = brand.run("validate").out

    assert "\x9b" not in out
    assert "\x1b" not in out


# --- secrets -----------------------------------------------------------------------

KEY = "app-key-0815"


def everything(folder: Path) -> bytes:
    """All that a run has left behind, names included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return b"".join(str(path).encode() + path.read_bytes() for path in files)


ECHO = {"do": "status", "body": f"<b>Bearer {TOKEN}</b> {KEY}"}


@pytest.mark.parametrize(
    ("faults", "codes"),
    [
        ([], (0, 0)),
        ([{"match": {"path": "/api"}, **ECHO, "status": 401}], (7, 7)),
        ([{"match": {"path": "/api"}, **ECHO, "status": 400}], (7, 7)),
        ([{"match": {"method": "POST"}, **ECHO, "status": 422}], (0, 5)),
        ([{"match": {"method": "POST"}, "do": "drop-after", "nth": 1}], (0, 0)),
    ],
    ids=["good", "401", "400", "422", "dropped"],
)
def test_the_tokens_are_nowhere_whatever_happens(brand: Brand, outside, faults, codes):
    outside.setenv("TRAEDE_APP_KEY", KEY)
    brand.catalog(TEE)
    brand.box.faults = faults
    runs = [
        brand.run("-v", "plan", "--out", "plan.json"),
        brand.run("-v", "apply", "--yes"),
    ]

    assert tuple(ran.code for ran in runs) == codes
    said = "".join(ran.out + ran.err for ran in runs).encode()
    for secret in (TOKEN.encode(), KEY.encode()):
        assert secret not in said
        assert secret not in everything(brand.folder)


def test_the_token_may_come_from_a_file(brand: Brand, outside):
    brand.catalog(TEE)
    outside.delenv("TRAEDE_TOKEN")
    brand.write("token", f" {TOKEN}\n")

    assert brand.run("--token-file", "token", "plan").code == 0


def test_personal_data_is_in_no_file_and_no_report(brand: Brand):
    brand.catalog(
        customer(
            "1000",
            name="Anna Andersen",
            billing_email="anna@customer.example",
            addresses=[address(address="Hejrevej 33", name="Anna Andersen")],
        )
    )
    said = brand.run("-v", "plan", "--out", "plan.json").out
    ran = brand.run("-v", "apply", "plan.json", "--yes")
    (brand.folder / "catalog/all.yaml").unlink()

    left = everything(brand.folder).decode(errors="replace")
    for secret in ("Anna", "Hejrevej", "anna@"):
        assert secret not in said + ran.out + ran.err
        assert secret not in left
    assert ran.code == 0
