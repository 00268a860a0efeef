"""`status` and `unlock`: the history, what is open, and who is writing."""

from __future__ import annotations

import getpass
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cli_brand import Brand
from support.builders import address, category, customer, product
from support.git import git
from support.states import ELSEWHERE, bare_repository

from reconcile.core.model import Ref
from reconcile.edges.state import (
    Intent,
    Item,
    git_ref,
    this_process,
)


def test_before_the_first_apply_there_is_nothing(brand: Brand) -> None:
    ran = brand.run("status")

    assert (ran.code, ran.err) == (0, "")
    assert "Nothing was applied yet" in ran.out
    assert brand.run("status", "--format", "json").json["exists"] is False
    assert not (brand.folder / ".reconcile").exists()


def test_after_an_apply_it_tells_what_was_done(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "anna")
    brand.applied(product("tee"))
    ran = brand.run("status")

    assert ran.code == 0
    assert "1 product, 1 variant" in ran.out
    assert "Lease     free" in ran.out
    assert "nothing in flight" in ran.out
    assert "anna  2 changed, 0 left" in ran.out
    told = brand.run("status", "--format", "json").json
    assert told["managed"] == {"product": 1, "variant": 1}
    assert [run["changed"] for run in told["runs"]] == [2]
    assert told["lease"] is None


def committed(brand: Brand) -> str:
    """Everything in the brand's folder; the commit as people see it."""
    git(brand.folder, "init", "--quiet")
    git(brand.folder, "add", "-A")
    git(brand.folder, "commit", "--quiet", "--allow-empty", "--message", "as it is")
    return git(brand.folder, "rev-parse", "HEAD")[:7]


def test_edits_that_were_not_committed_are_told_beside_the_commit(brand: Brand) -> None:
    brand.catalog(product("tee"))
    brand.write(".gitignore", ".reconcile/\n")
    commit = committed(brand)
    brand.write("notes.txt", "none of the catalog's business")
    assert brand.run("apply", "--yes").code == 0
    clean = brand.run("status").out
    assert f"last applied: commit {commit}\n" in clean
    assert "uncommitted" not in clean

    brand.catalog(product("tee"), product("cap"))
    assert brand.run("apply", "--yes").code == 0

    words = f"commit {commit} and changes that were not committed"
    told = brand.run("status")
    assert f"last applied: {words} Lease" in " ".join(told.out.split())
    assert f"{commit} + uncommitted" in told.out
    assert words in " ".join(brand.run("status", "--run", "2").out.split())
    assert words in brand.run("explain", "cap").out
    assert words not in brand.run("explain", "tee").out
    runs = brand.run("status", "--format", "json").json["runs"]
    assert [run["edited"] for run in runs] == [True, False]


def test_a_new_file_and_the_configuration_are_edits_too(brand: Brand) -> None:
    brand.write(".gitignore", ".reconcile/\n")
    brand.catalog(product("tee"))
    committed(brand)
    brand.write("catalog/new.yaml", "categories: [{name: Men}]\n")
    assert brand.run("apply", "--yes").code == 0
    committed(brand)
    brand.configure(drift="write")
    brand.catalog(product("tee"), product("cap"))
    git(brand.folder, "commit", "--quiet", "--message", "x", "catalog")
    assert brand.run("apply", "--yes").code == 0

    assert brand.run("status").out.count(" + uncommitted") == 2


def test_times_are_those_of_the_configured_timezone(brand: Brand) -> None:
    brand.configure(timezone="Asia/Tokyo")
    brand.applied(product("tee"))

    (run,) = brand.run("status", "--format", "json").json["runs"]
    utc = datetime.fromisoformat(run["started"])
    there = f"{utc + timedelta(hours=9):%Y-%m-%d %H:%M}"
    told = brand.run("status").out
    assert "Last runs  (times in Asia/Tokyo)\n" in told
    assert re.search(rf"run +started +by +result\n +1 +{there} ", told)
    for argv in (("status", "--run", "1"), ("explain", "tee", "--offline")):
        assert f"{there} Asia/Tokyo" in brand.run(*argv).out


def test_without_a_variable_for_it_the_machine_says_who_runs_this(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITLAB_USER_LOGIN", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "mette")
    brand.applied(product("tee"))

    assert "mette  2 changed" in brand.run("status").out

    def nobody() -> str:
        raise KeyError("uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    brand.applied(product("tee"), product("cap"))
    assert "unknown  2 changed" in brand.run("status").out


def test_a_state_from_before_the_brand_was_known_is_taken_over_on_loopback(
    brand: Brand,
) -> None:
    brand.configure(traede={"brand_id": None})
    brand.applied(product("tee"))
    brand.configure(traede={"brand_id": 1})

    ran = brand.run("status")

    assert (ran.code, ran.err) == (0, "")
    assert "(brand 1)" in ran.out
    assert "1 product, 1 variant" in ran.out
    assert brand.run("plan").out.startswith("nothing to do")


def test_one_run_in_detail(brand: Brand) -> None:
    brand.applied(product("tee"))
    ran = brand.run("status", "--run", "1")

    assert ran.code == 0
    assert "Run 1" in ran.out
    assert "2 changed, 0 left." in ran.out
    assert "done (2)" in ran.out
    assert "variant tee-s" in ran.out
    items = brand.run("status", "--run", "1", "--format", "json").json["calls"][0]
    assert {item["outcome"] for item in items["items"]} == {"done"}
    unknown = brand.run("status", "--run", "7")
    assert unknown.code == 64
    assert "no run 7" in unknown.err


def test_what_is_in_flight_and_who_holds_the_lease(brand: Brand) -> None:
    brand.applied(product("tee"))
    with brand.state() as state:
        lease = state.acquire(0, ELSEWHERE)
        run = state.begin_run("sha256:p", "sha256:c", None, "anna")
        state.intend(run, Intent("x", "POST /x", (Item(Ref("product", "tee")),)))
        ran = brand.run("status")
        assert "held by anna on ci-17 (process 4711)" in ran.out
        assert lease.id in ran.out
        assert "1 call in flight with 1 object" in ran.out
        assert "goes on" in ran.out
    ran = brand.run("status")
    assert "the next apply settles them by reading" in ran.out
    assert "cut off" in ran.out


def test_unlock_prints_the_command_and_takes_the_exact_id(brand: Brand) -> None:
    brand.applied(product("tee"))
    assert "nothing to unlock" in brand.run("unlock").out
    with brand.state() as state:
        lease = state.acquire(0, ELSEWHERE)
        told = brand.run("unlock")
        assert told.code == 0
        assert f"  reconcile unlock {lease.id}\n" in told.out
        wrong = brand.run("unlock", lease.id[:-1])
        assert wrong.code == 64
        assert f"reconcile unlock {lease.id}" in wrong.err
        right = brand.run("unlock", lease.id)
        assert (right.code, right.out) == (0, "")
        assert "taken away from anna on ci-17" in right.err
    assert "nothing to unlock" in brand.run("unlock").out


def test_another_run_is_waited_for_and_then_named(brand: Brand) -> None:
    brand.applied(product("tee"))
    with brand.state() as state:
        state.acquire(0, this_process("anna"))
        ran = brand.run("apply", "--yes", "--wait", "0")
    assert ran.code == 9
    assert "anna on" in ran.err
    assert "reconcile unlock" in ran.err


def test_history_holds_no_personal_data(brand: Brand) -> None:
    secrets = ("Nordlys Butik", "hello@nordlys.example", "Hejrevej")
    shop = customer(
        "1000", name=secrets[0], billing_email=secrets[1], addresses=[address()]
    )
    brand.applied(shop)
    for argv in (("status",), ("status", "--run", "1")):
        for form in ("text", "json"):
            ran = brand.run(*argv, "--format", form)
            assert ran.code == 0
            assert not [one for one in secrets if one in ran.out + ran.err]
    assert "customer 1000" in brand.run("status", "--run", "1").out
    data = (brand.folder / ".reconcile/state.db").read_bytes()
    assert not [one for one in secrets if one.encode() in data]


def test_a_state_in_git_works_from_the_command_line(
    brand: Brand, tmp_path_factory: pytest.TempPathFactory
) -> None:
    remote = bare_repository(tmp_path_factory.mktemp("remote") / "brand.git")
    git(brand.folder, "init", "--quiet")
    git(brand.folder, "remote", "add", "origin", str(remote))
    brand.configure(state="git", name="shop")
    brand.applied(product("tee"))

    assert git(remote, "for-each-ref", "--format=%(refname)") == "refs/reconcile/shop"
    ran = brand.run("status")
    assert "refs/reconcile/shop at origin" in ran.out
    assert "1 product, 1 variant" in ran.out
    assert not Path(brand.folder, ".reconcile").exists()


@pytest.mark.parametrize(
    ("taken", "code", "words"),
    [(2, 1, "does not take a push"), (4, 5, "Stopped before the end")],
    ids=["before a write", "after a write"],
)
def test_a_state_that_goes_away_ends_the_run_with_a_sentence(
    brand: Brand,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    taken: int,
    code: int,
    words: str,
) -> None:
    remote = bare_repository(tmp_path_factory.mktemp("remote") / "brand.git")
    hook = remote / "hooks/pre-receive"
    hook.write_text(
        "#!/bin/sh\necho . >> pushes\n"
        f"[ $(wc -l < pushes) -le {taken} ] || {{ echo disk full >&2; exit 1; }}\n"
    )
    hook.chmod(0o755)
    monkeypatch.setattr(git_ref, "_TRIES", ())
    brand.configure(state=f"git+{remote}")
    brand.catalog(category("Men"), category("Women"), product("tee"))
    ran = brand.run("apply", "--yes")

    assert ran.code == code, ran
    assert words in ran.out + ran.err
    assert "disk full" in ran.out + ran.err
    assert "Traceback" not in ran.err
    names = {row["name"] for row in brand.box.dump()["categories"]}
    assert names <= ({"Men", "Women"} if code == 5 else set())
    assert len(names) == (code == 5)
    hook.unlink()
    lease_id = brand.run("unlock").out.split()[-1]  # this process is still alive
    assert brand.run("unlock", lease_id).code == 0
    again = brand.run("apply", "--yes")
    assert again.code == 0, again
    assert len(brand.box.dump()["categories"]) == 2
    assert "nothing in flight" in brand.run("status").out


def test_on_a_ci_machine_the_places_are_named(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    brand.catalog(product("tee"))
    ran = brand.run("apply", "--yes")

    assert ran.code == 1
    for words in ("`git`", "postgresql+psycopg://", "--stateless"):
        assert words in ran.out + ran.err
