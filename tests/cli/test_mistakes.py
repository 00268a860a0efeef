"""A person's mistake ends with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from cli_brand import Brand, Ran
from support.builders import product

TEE = product("tee")


def is_a_sentence(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code, ran
    assert ran.err
    assert "Traceback" not in ran.out + ran.err
    for word in words:
        assert word in ran.err, ran.err


# --- reconcile.yaml ----------------------------------------------------------------


def test_a_mistake_in_the_configuration_is_shown_in_its_line(brand: Brand):
    brand.write("reconcile.yaml", "base_currency: kroner\nprice_decimal: 2\n")

    ran = brand.run("plan")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "error  reconcile.yaml:1:16  currency-code\n"
        "    1 │ base_currency: kroner\n"
        "      │                ^^^^^^ base_currency must be a currency: write its "
        "three capital letters, such as DKK\n"
        "\n"
        "error  reconcile.yaml:2:1  unknown-field\n"
        "    2 │ price_decimal: 2\n"
        '      │ ^^^^^^^^^^^^^ there is no field "price_decimal" here. Did you mean '
        '"price_decimals"?\n'
        "\n"
        "2 errors, 0 warnings in 1 of 1 file\n"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", 3),
        (b"base_currency: [DKK\n", 3),
        (b"- DKK\n", 3),
        (b"base_currency: DKK\ntimezone: Mars/Olympus\n", 64),
        (b"base_currency: DKK\ntimezone: ../../etc/passwd\n", None),
        (b"base_currency: DKK\nstate: mysql://x\n", None),
        (b"base_currency: DKK\nstate: sqlite:///reconcile.yaml\n", None),
        (b"base_currency: DKK\ncatalog: reconcile.yaml\n", 64),
        (b"base_currency: DKK\ntraede: {url: 'ftp://x'}\n", None),
        (b"base_currency: DKK\ntraede: {url: 'http://traede.example'}\n", 64),
    ],
)
def test_configurations_that_cannot_work(brand: Brand, content: bytes, code):
    url = brand.box.url.encode()
    if b"traede" not in content and content.startswith(b"base_currency: DKK\n"):
        content += b"traede: {url: '" + url + b"', brand_id: 1}\n"
    brand.catalog(TEE)
    brand.write("reconcile.yaml", content)

    ran = brand.run("plan")

    is_a_sentence(ran, code or ran.code)
    assert ran.code in (1, 3, 64)


def test_no_configuration_anywhere(brand: Brand):
    (brand.folder / "reconcile.yaml").unlink()

    is_a_sentence(brand.run("validate"), 64, "no reconcile.yaml in", "--config")


def test_the_configuration_is_found_from_a_folder_below(brand: Brand, outside):
    brand.catalog(TEE)
    outside.chdir(brand.folder / "catalog")

    assert brand.run("validate").code == 0


def test_an_environment_may_be_chosen_from_outside(brand: Brand, outside):
    brand.catalog(TEE)
    brand.configure(environments={"test": {"catalog": "other"}})
    outside.setenv("RECONCILE_ENV", "test")

    is_a_sentence(brand.run("validate"), 64, "there is no catalog folder other")
    outside.setenv("RECONCILE_ENV", "live")
    is_a_sentence(brand.run("validate"), 64, "Environments there: test.")


def test_flags_win_over_environment_over_file(brand: Brand, outside):
    brand.catalog(TEE)
    brand.configure(traede={"url": "https://traede.invalid"}, state="sqlite:///a.db")
    outside.setenv("TRAEDE_URL", brand.box.url + "/")

    assert brand.run("--state", "sqlite:///b.db", "apply", "--yes").code == 0
    assert (brand.folder / "b.db").exists()
    assert not (brand.folder / "a.db").exists()
    sent = brand.box.requests[-1].headers
    assert sent["x-traedeappidentifier"].startswith("traede-reconcile/")
    outside.setenv("TRAEDE_APP_IDENTIFIER", "our-shop/1")
    brand.run("plan")
    assert brand.box.requests[-1].headers["x-traedeappidentifier"] == "our-shop/1"


@pytest.mark.parametrize("url", ["traede", "http://", "https://a b", "https://x/?q=1"])
def test_an_address_that_is_none(brand: Brand, outside, url: str):
    brand.catalog(TEE)
    outside.setenv("TRAEDE_URL", url)

    is_a_sentence(brand.run("plan"), 64, "traede.url is no address")


@pytest.mark.parametrize("token", ["a b", "tøken", '"x"\n"y"'])
def test_a_token_that_no_header_can_carry(brand: Brand, outside, token: str):
    brand.catalog(TEE)
    outside.setenv("TRAEDE_TOKEN", token)

    ran = brand.run("plan")

    is_a_sentence(ran, 64, "TRAEDE_TOKEN")
    assert token not in ran.err


# --- files -------------------------------------------------------------------------


def test_a_token_file_that_cannot_be_read(brand: Brand):
    brand.catalog(TEE)
    brand.write("binary", b"\xff\xfe")
    brand.write("empty", b"\n")

    is_a_sentence(brand.run("--token-file", "no", "plan"), 64, "No such file")
    is_a_sentence(brand.run("--token-file", ".", "plan"), 64, "Is a directory")
    is_a_sentence(brand.run("--token-file", "binary", "plan"), 64, "it is no text")
    is_a_sentence(brand.run("--token-file", "empty", "plan"), 64, "no token")


def test_a_link_in_the_catalog_is_refused(brand: Brand):
    brand.catalog(TEE)
    outside_file = brand.write("elsewhere.yaml", "products: []")
    (brand.folder / "catalog/link.yaml").symlink_to(outside_file)

    is_a_sentence(brand.run("validate"), 1, "catalog/link.yaml is a link")


def test_a_plan_cannot_be_saved_in_a_file_that_is_a_folder(brand: Brand):
    brand.catalog(TEE)
    (brand.folder / "plans").mkdir()

    is_a_sentence(brand.run("plan", "--out", "plans"), 1, "plans")
    is_a_sentence(brand.run("plan", "--out", "reconcile.yaml/x"), 1, "reconcile.yaml")


def test_a_folder_is_no_plan(brand: Brand):
    brand.catalog(TEE)

    is_a_sentence(brand.run("show", "catalog"), 64, "no plan")
    is_a_sentence(brand.run("apply", "catalog", "--yes"), 64, "no plan")


@pytest.mark.parametrize("content", [b"no database", b""])
def test_a_state_that_is_none(brand: Brand, content: bytes):
    brand.catalog(TEE)
    brand.write(".reconcile/state.db", content)

    ran = brand.run("apply", "--yes")

    assert "Traceback" not in ran.err
    assert (ran.code, bool(ran.err)) in ((0, True), (1, True))
    if content:
        assert ran.code == 1
        assert (brand.folder / ".reconcile/state.db").read_bytes() == content


def test_the_state_of_another_brand(brand: Brand):
    brand.applied(TEE)
    brand.configure(traede={"brand_id": 2})

    is_a_sentence(brand.run("apply", "--yes"), 1)


def test_a_state_that_belongs_to_something_else(brand: Brand):
    brand.catalog(TEE)
    file = brand.write("other.db", b"")
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    before = file.read_bytes()

    ran = brand.run("--state", "sqlite:///other.db", "plan")

    assert "Traceback" not in ran.err
    assert ran.code in (0, 1)
    if ran.code:
        assert file.read_bytes() == before


def test_the_sandbox_takes_only_what_it_understands(brand: Brand):
    brand.write("dump.json", "{")

    for argv in (["--load", "dump.json"], ["--host", "0.0.0.0", "--control"]):  # noqa: S104 (refused)
        ran = brand.run("sandbox", "--port", "0", *argv)
        is_a_sentence(ran, 64)


def test_a_port_that_is_taken(brand: Brand):
    port = brand.box.url.rpartition(":")[2]

    ran = brand.run("sandbox", "--port", port)

    is_a_sentence(ran, 64, f"port {port} of 127.0.0.1 is taken")
    other = int(port) + 1
    assert f"reconcile sandbox --port {other}; then export TRAEDE_URL=" in ran.err


def test_a_shop_to_load_is_looked_for_from_here(brand: Brand):
    ran = brand.run("sandbox", "--port", "0", "--load", "docs/shop.json")

    is_a_sentence(ran, 64, f"there is no file {brand.folder / 'docs/shop.json'}")


def test_a_catalog_that_is_not_utf8_is_a_problem_in_its_line(brand: Brand):
    brand.write("catalog/a.yaml", "products:\n- item_number: blå\n".encode("latin-1"))

    ran = brand.run("validate")

    assert ran.code == 3
    assert "catalog/a.yaml:2:18  not-utf8" in ran.out


def test_an_empty_catalog_folder_is_a_catalog(brand: Brand):
    (brand.folder / "catalog").mkdir()

    ran = brand.run("plan", "--format", "json")

    assert ran.code == 0
    assert json.loads(ran.out)["steps"] == []


def test_files_below_hidden_folders_are_no_catalog(brand: Brand):
    brand.catalog(TEE)
    brand.write("catalog/.old/x.yaml", "products: 5")
    brand.write("catalog/readme.md", "products: 5")

    assert brand.run("validate").out.startswith("0 errors, 0 warnings in 1 file")


def test_the_catalog_may_be_elsewhere(brand: Brand, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.yaml").write_text("products: [{zzz: 1}]")

    ran = brand.run("--catalog", other, "validate")

    assert ran.code == 3
    assert "other/a.yaml:1:13" in ran.out


# --- --only ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("product:nope", ""),
        ("product:te", 'Did you mean "product:tee"?'),
        ("variant:tee_s", 'Did you mean "variant:tee-s"?'),
        ("customer:tee", ""),
    ],
)
def test_a_part_that_is_nothing(brand: Brand, pattern: str, hint: str):
    brand.catalog(TEE)

    ran = brand.run("plan", "--only", "product:t*", "--only", pattern)

    is_a_sentence(ran, 64, f"--only {pattern} is about nothing", hint)
    assert bool(hint) is ("Did you mean" in ran.err)
    assert brand.run("plan", "--only", "product:t*").code == 0


def test_a_part_that_only_was_there_before(brand: Brand):
    brand.catalog(TEE, product("cap"))
    brand.run("apply", "--yes")
    brand.catalog(TEE)

    assert brand.run("plan", "--only", "product:cap").code == 0
