"""Each exit code, reached by what really leads to it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from cli_brand import TOKEN, Brand
from support.builders import category, product, variant

from reconcile.core.model import Tenant
from reconcile.edges.state import open_state, this_process
from reconcile.sandbox import Dialect, Sandbox

TEE = product("tee")
CAP = product("cap")
FORMATS = pytest.mark.parametrize("form", ["text", "json"])


@FORMATS
def test_0_the_catalog_is_valid(brand: Brand, form: str):
    brand.catalog(TEE)

    assert brand.run("validate", "--format", form).code == 0


@FORMATS
def test_0_a_plan_whatever_it_holds(brand: Brand, form: str):
    brand.catalog(TEE)

    assert brand.run("plan", "--format", form).code == 0


@FORMATS
def test_0_nothing_to_do_even_where_the_code_tells(brand: Brand, form: str):
    brand.applied(TEE)

    assert brand.run("plan", "--detailed-exitcode", "--format", form).code == 0


@FORMATS
def test_2_changes_where_the_code_tells(brand: Brand, form: str):
    brand.catalog(TEE)

    assert brand.run("plan", "--detailed-exitcode", "--format", form).code == 2


def test_2_refused_steps_count_as_changes(brand: Brand):
    brand.catalog(product("tee", name=...))

    plan = brand.run("plan", "--detailed-exitcode", "--format", "json")

    assert plan.code == 2
    assert [refused["id"] for refused in plan.json["refused"]]
    assert brand.run("plan").code == 0


def test_0_applied(brand: Brand):
    brand.catalog(TEE)

    ran = brand.run("apply", "--yes")

    assert (ran.code, brand.run("plan", "--detailed-exitcode").code) == (0, 0)
    assert "applied, 2 changed, 0 left" in ran.out


def test_1_a_machine_that_forgets_does_not_apply(brand: Brand, outside):
    brand.catalog(TEE)
    outside.setenv("CI", "true")

    ran = brand.run("apply", "--yes")

    assert ran.code == 1
    assert "no state is configured" in ran.err
    assert brand.run("apply", "--yes", "--stateless").code == 0
    assert not (brand.folder / ".reconcile").exists()


def test_1_outside_of_this_machine_an_apply_names_its_brand(brand: Brand):
    brand.catalog(TEE)
    brand.configure(traede={"url": "https://traede.invalid", "brand_id": None})
    settings = json.loads((brand.folder / "reconcile.yaml").read_text())
    del settings["traede"]["brand_id"]
    brand.write("reconcile.yaml", json.dumps(settings))

    ran = brand.run("apply", "--yes")

    assert (ran.code, "brand_id" in ran.err) == (1, True)


@FORMATS
@pytest.mark.parametrize("command", ["validate", "plan"])
def test_3_the_catalog_is_invalid(brand: Brand, command: str, form: str):
    brand.catalog(TEE, TEE)

    ran = brand.run(command, "--format", form)

    assert ran.code == 3
    assert "duplicate-item-number" in (ran.out if command == "validate" else ran.err)


def test_3_comes_before_any_request(brand: Brand):
    brand.catalog(TEE, TEE)
    seen = len(brand.box.requests)

    assert brand.run("apply", "--yes").code == 3
    assert brand.run("plan").code == 3
    assert len(brand.box.requests) == seen


@FORMATS
def test_4_a_blocked_plan_is_printed_whole(brand: Brand, form: str):
    brand.configure(deletes={"max": 0})
    brand.applied(TEE, CAP)
    brand.catalog(TEE, product("hat"))

    plan = brand.run("plan", "--format", form)

    assert plan.code == 4
    assert "hat" in plan.out
    assert "cap" in plan.out
    assert "delete-limit" in plan.out
    if form == "json":
        assert {"create:product:hat", "delete:product:cap"} <= {
            step["id"] for step in plan.json["steps"]
        }


def test_4_a_blocked_plan_is_not_applied(brand: Brand):
    brand.configure(deletes={"max": 0})
    brand.applied(TEE, CAP)
    brand.catalog(TEE)
    before = brand.box.dump()

    ran = brand.run("apply", "--yes")

    assert ran.code == 4
    assert "delete-limit" in ran.out
    assert brand.box.dump() == before


def test_5_part_of_it_landed(brand: Brand):
    bad = product("hat", suppliers=[{"supplier_number": "NOBODY"}])
    brand.catalog(TEE, bad)

    ran = brand.run("apply", "--yes")

    assert ran.code == 5
    assert "NOT COMPLETE" in ran.out
    assert [p["item_number"] for p in brand.box.dump()["products"]] == ["tee"]


def test_5_refused_steps_are_left(brand: Brand):
    brand.catalog(TEE, product("hat", name=...))

    assert brand.run("apply", "--yes").code == 5


def test_6_a_plan_file_that_was_edited(brand: Brand):
    brand.catalog(TEE)
    brand.run("plan", "--out", "plan.json")
    plan = (brand.folder / "plan.json").read_text().replace('"100"', '"1"')
    brand.write("plan.json", plan)

    ran = brand.run("apply", "plan.json", "--yes")

    assert (ran.code, brand.run("show", "plan.json").code) == (6, 6)
    assert "changed after it was made" in ran.err
    assert brand.box.dump()["products"] == []


def test_6_a_plan_of_another_catalog(brand: Brand):
    brand.catalog(TEE)
    brand.run("plan", "--out", "plan.json")
    brand.catalog(TEE, CAP)

    ran = brand.run("apply", "plan.json", "--yes")

    assert (ran.code, "the catalog has changed" in ran.err) == (6, True)
    assert brand.box.dump()["products"] == []


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff\xfe\x00plan", b'{"format_version": "2.0"}']
)
def test_6_a_file_that_is_no_plan(brand: Brand, content: bytes):
    brand.catalog(TEE)
    brand.write("plan.json", content)

    assert brand.run("show", "plan.json").code == 6
    assert brand.run("apply", "plan.json", "--yes").code == 6


@FORMATS
def test_7_not_authorised(brand: Brand, outside, form: str):
    brand.catalog(TEE)
    outside.setenv("TRAEDE_TOKEN", "wrong")

    ran = brand.run("plan", "--format", form)

    assert (ran.code, ran.out) == (7, "")
    assert "401" in ran.err
    assert brand.run("apply", "--yes").code == 7
    assert brand.run("import").code == 7


def test_7_not_read_completely(brand: Brand):
    brand.catalog(TEE)
    brand.box.faults = [{"match": {"path": "/api/products"}, "do": "garbage"}]

    assert brand.run("plan").code == 7


def test_8_accepted_and_not_as_written(brand: Brand):
    brand.configure(traede={"verify_seconds": 0})
    brand.applied(TEE)
    brand.box.dialect = Dialect(sync_delay=1000)
    brand.catalog(product("tee", name="Other"))

    assert brand.run("apply", "--yes").code == 8


def test_9_another_run_holds_the_lease(brand: Brand):
    brand.catalog(TEE)
    other = open_state(
        "sqlite:///.reconcile/state.db",
        Tenant(brand.box.url, 1),
        clock=lambda: datetime.now(tz=UTC),  # noqa: TID251 (a lease is about real time)
        base=brand.folder,
    )
    with other:
        other.acquire(0, this_process("a colleague"))

        ran = brand.run("apply", "--yes", "--wait", "0")

    assert ran.code == 9
    assert "a colleague" in ran.err
    assert brand.run("apply", "--yes", "--wait", "0").code == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("no-such-command",),
        ("plan", "--no-such-option"),
        ("plan", "--format", "pdf"),
        ("validate", "--format", "pdf"),
        ("plan", "--as-of", "tomorrow"),
        ("plan", "--as-of", "2027-02-30"),
        ("plan", "--as-of", "20270104"),
        ("show", "nowhere.json"),
        ("apply", "nowhere.json", "--yes"),
        ("apply", "--wait", "soon"),
        ("--config", "nowhere.yaml", "validate"),
        ("--env", "nowhere", "validate"),
        ("--catalog", "nowhere", "validate"),
        ("--color", "pink", "validate"),
        ("--token-file", "nowhere", "plan"),
        ("--token-file", ".", "plan"),
        ("apply",),
        ("--config", "nowhere.yaml", "apply"),
    ],
    ids=" ".join,
)
def test_64_the_command_line_asks_for_something_impossible(
    brand: Brand, argv: tuple[str, ...]
):
    brand.catalog(TEE)

    ran = brand.run(*argv)

    assert (ran.code, ran.out) == (64, "")
    assert ran.err
    assert "Traceback" not in ran.err


def test_64_nobody_is_there_to_answer(brand: Brand):
    brand.catalog(TEE)

    ran = brand.run("apply")

    assert ran.code == 64
    assert "this is no terminal" in ran.err
    assert "reconcile apply --yes" in ran.err


def test_64_no_token(brand: Brand, outside):
    brand.catalog(TEE)
    outside.delenv("TRAEDE_TOKEN")

    assert brand.run("plan").code == 64
    assert brand.run("validate").code == 0


# --- in processes of their own -----------------------------------------------------


def process(brand: Brand, *argv: str, **how: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # noqa: S603
        [sys.executable, "-m", "reconcile", *argv],
        cwd=brand.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )


def test_130_interrupted_while_reading(brand: Brand):
    brand.catalog(TEE)
    brand.box.faults = [{"do": "delay", "seconds": 20}]
    seen = len(brand.box.requests)

    with process(brand, "plan") as running:
        _until(lambda: len(brand.box.requests) > seen)
        out, err = _interrupted(running)

    assert (running.returncode, out) == (130, "")
    assert "interrupted" in err
    assert "Traceback" not in err


def _interrupted(running: subprocess.Popen[str]) -> tuple[str, str]:
    """Ctrl-C until it is heard: Python misses one that comes just before it waits."""
    while True:
        running.send_signal(signal.SIGINT)
        try:
            return running.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            continue


def _until(true: object) -> None:
    deadline = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(("answer", "code"), [("n\n", 130), ("y\n", 0), ("\x03", 130)])
def test_130_the_question_is_answered_with_no(brand: Brand, answer: str, code: int):
    brand.catalog(TEE)
    mine, theirs = pty.openpty()
    try:
        with process(brand, "apply", stdin=theirs) as running:
            if answer == "\x03":
                _until_asked(running)
                out, err = _interrupted(running)
            else:
                os.write(mine, answer.encode())
                out, err = running.communicate()
    finally:
        os.close(mine)
        os.close(theirs)

    assert running.returncode == code, err
    assert "Plan " in out
    written = [p["item_number"] for p in brand.box.dump()["products"]]
    assert written == (["tee"] if code == 0 else [])


def _until_asked(running: subprocess.Popen[str]) -> None:
    assert running.stderr is not None
    said = ""
    while "Write this to Traede?" not in said:
        one = running.stderr.read(1)
        assert one, said
        said += one


def test_a_plan_made_by_one_process_is_applied_by_another(brand: Brand):
    brand.catalog(TEE, category("Men"))
    made = process(brand, "plan", "--out", "plan.json")
    made.communicate()
    assert made.returncode == 0
    seen = len(brand.box.requests)

    applied = process(brand, "apply", "plan.json", "--yes")
    out, err = applied.communicate()

    assert applied.returncode == 0, err
    assert "applied, 3 changed, 0 left" in out
    assert len(brand.box.requests) > seen
    digest = json.loads((brand.folder / "plan.json").read_text())["digest"]
    assert digest.removeprefix("sha256:")[:8] in out
    again = process(brand, "plan", "--detailed-exitcode")
    again.communicate()
    assert again.returncode == 0


def test_a_saved_plan_writes_no_more_than_it_holds(brand: Brand):
    brand.applied(TEE)
    brand.catalog(product("tee", variant("tee-s", archived=True)))
    brand.run("plan", "--out", "plan.json")
    brand.box.edit("product", "tee", name="By hand")

    ran = brand.run("apply", "plan.json", "--yes")

    assert ran.code == 0
    (tee,) = brand.box.dump()["products"]
    assert (tee["name"], tee["variants"][0]["archived"]) == ("By hand", True)


def test_no_server_at_all(brand: Brand):
    brand.catalog(TEE)
    with Sandbox(token=TOKEN) as gone:
        url = gone.url
    brand.configure(traede={"url": url})

    ran = brand.run("plan")

    assert (ran.code, "Traceback" in ran.err) == (7, False)
