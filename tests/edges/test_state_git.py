"""A state in git: the ref, what is in it, the waves, and remotes that misbehave."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support.git import git
from support.states import (
    CAP,
    ELSEWHERE,
    RICH,
    TEE,
    TEE_S,
    TENANT,
    Clock,
    applied,
    bare_repository,
    opened,
    sync,
    writing,
)

from reconcile.core.model import Ref
from reconcile.edges.state import (
    Item,
    Outcome,
    StateMissing,
    StateUnavailable,
    mirror,
    open_state,
    this_process,
    with_name,
)
from reconcile.edges.state.git_ref import GitPlace, GitRef
from reconcile.errors import LeaseHeld, StateDamaged, UsageError

REF = "refs/reconcile/shop"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return bare_repository(tmp_path / "state.git")


@pytest.fixture
def url(remote: Path) -> str:
    return f"git+{remote}#shop"


@pytest.fixture
def pushes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits pushed; to a list, so that a test may count them."""
    commits: list[str] = []
    push = GitRef._push

    def noted(
        ref: GitRef, commit: str, old: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        commits.append(commit)
        return push(ref, commit, old)

    monkeypatch.setattr(GitRef, "_push", noted)
    return commits


def files(remote: Path) -> dict[str, str]:
    names = git(remote, "ls-tree", "--name-only", REF).splitlines()
    return {name: git(remote, "cat-file", "-p", f"{REF}:{name}") for name in names}


def put(remote: Path, texts: dict[str, str]) -> None:
    """Replace what the ref holds, as a hand or another program would."""
    lines = ""
    for name, text in texts.items():
        blob = git(remote, "hash-object", "-w", "--stdin", stdin=text)
        lines += f"100644 blob {blob}\t{name}\n"
    tree = git(remote, "mktree", stdin=lines)
    words = ("-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-m", "x", tree)
    git(remote, "update-ref", REF, git(remote, *words))


# Where it is


@pytest.mark.parametrize(
    ("url", "remote", "ref"),
    [
        ("git", "origin", "refs/reconcile/default"),
        ("git:shop", "origin", "refs/reconcile/shop"),
        ("git+backup", "backup", "refs/reconcile/default"),
        ("git+/srv/state.git#shop", "/srv/state.git", "refs/reconcile/shop"),
        ("git+https://h/r.git#a-1", "https://h/r.git", "refs/reconcile/a-1"),
        ("git+git@h:team/r.git#shop", "git@h:team/r.git", "refs/reconcile/shop"),
    ],
)
def test_a_url_names_remote_and_ref(url: str, remote: str, ref: str) -> None:
    assert GitPlace.of(url) == GitPlace(remote, ref)


@pytest.mark.parametrize(
    "url", ["git:A b", "git:../x", "git:-x/y", "git+https://a:b@h/r"]
)
def test_a_url_that_git_could_misread_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        GitPlace.of(url)
    assert ":b@" not in caught.value.message


def test_an_option_is_no_remote() -> None:
    assert GitPlace.of("git+--upload-pack=touch /tmp/x") is None
    assert GitPlace.of("git+-x") is None


def test_the_name_comes_from_the_configuration() -> None:
    assert with_name("git", "shop") == "git:shop"
    assert with_name("git+backup", "shop") == "git+backup#shop"
    for whole in ("git:other", "git+backup#other", "sqlite:///x.db"):
        assert with_name(whole, "shop") == whole


def test_the_catalog_repository_is_used_and_left_as_it_is(
    tmp_path: Path, remote: Path, clock: Clock
) -> None:
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    git(catalog, "init", "--quiet")
    git(catalog, "remote", "add", "origin", "../state.git")
    hook = catalog / ".git/hooks/pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (catalog / "products").mkdir()
    before = tree_of(catalog)
    with open_state(
        "git:shop", TENANT, clock=clock, base=catalog / "products", sleep=clock.sleep
    ) as state:
        state.acquire(0, ELSEWHERE)
        state.record(state.begin_run("sha256:p", "sha256:c", None, "me"), [RICH])

    assert tree_of(catalog) == before
    assert git(remote, "for-each-ref", "--format=%(refname)") == REF
    with opened(f"git+{remote}#shop", clock) as state:
        assert state.ledger() == {TEE_S: RICH}


def tree_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_worktree_is_a_repository_too(
    tmp_path: Path, remote: Path, clock: Clock
) -> None:
    main = tmp_path / "main"
    main.mkdir()
    git(main, "init", "--quiet")
    git(main, "remote", "add", "origin", str(remote))
    me = ("-c", "user.name=x", "-c", "user.email=x")
    git(main, *me, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(main, "worktree", "add", "--quiet", "--detach", "../with space")
    with open_state(
        "git:shop", TENANT, clock=clock, base=tmp_path / "with space"
    ) as state:
        state.acquire(0, ELSEWHERE)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("git:shop", "refs/reconcile/shop at origin has no repository"),
        ("git+/nowhere/state.git#shop", "cannot be reached"),
    ],
)
def test_a_remote_that_is_not_there_is_a_sentence(
    clock: Clock, url: str, words: str
) -> None:
    with pytest.raises(StateUnavailable, match=words) as caught:
        opened(url, clock)
    assert caught.value.hint


def test_nothing_is_pushed_where_no_state_is_wanted(
    url: str, remote: Path, clock: Clock
) -> None:
    with pytest.raises(StateMissing, match="There is no state at refs/reconcile/shop"):
        opened(url, clock, create=False)
    assert git(remote, "for-each-ref") == ""


def test_children_get_no_token(
    url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sees its own environment, and not our secrets."""
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    real = git(tmp_path, "--exec-path") + "/git"
    program.write_text(f'#!/bin/sh\nenv >> {seen}\nexec {real} "$@"\n')
    program.chmod(0o755)
    for name in ("TRAEDE_TOKEN", "TRAEDE_APP_KEY", "GIT_DIR"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("GIT_ASKPASS", "helper-of-ci")
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    opened(url, clock).close()

    assert "GIT_ASKPASS=helper-of-ci" in seen.read_text()
    assert "hunter2" not in seen.read_text()


# What is in it


def test_its_files_can_be_read_by_people(url: str, remote: Path, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        (call,) = state.intend(run, sync(Item(TEE, entry=applied(TEE, name="Tee"))))
        state.settle(call.call_id, [call.items[0].arrived()])
        state.record(run, [RICH, applied(CAP)])
        state.end_run(run, {"changed": 1}, 0, "c0ffee")
    found = files(remote)

    assert sorted(found) == [
        *("journal.1.jsonl", "lease.json", "ledger.product.jsonl"),
        *("ledger.variant.jsonl", "meta.json", "runs.jsonl"),
    ]
    keys = [json.loads(row)["key"] for row in found["ledger.product.jsonl"].split("\n")]
    assert keys == ["cap", "tee"]
    assert json.loads(found["runs.jsonl"])["summary"] == {"changed": 1}
    assert json.loads(found["journal.1.jsonl"])["items"][0]["outcome"] == "done"
    assert git(remote, "rev-list", "--count", REF) == "1", "no history piles up"


def test_the_same_state_is_the_same_bytes(url: str, remote: Path, clock: Clock) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH, applied(CAP), applied(TEE)])
    before = files(remote)
    with opened(url, clock) as state:
        state.acquire(0, ELSEWHERE)
        state.record(run, [applied(TEE, name="other")])
        state.record(run, [applied(TEE)])
    after = files(remote)

    assert {n for n in before if before[n] != after[n]} == {"lease.json"}


def test_within_a_run_only_what_changed_of_the_ledger_is_pushed(
    url: str, remote: Path, clock: Clock
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [applied(Ref("product", f"{n}")) for n in range(30)])
    state, run = writing(url, clock)
    with state:
        whole = files(remote)["ledger.product.jsonl"]
        state.record(run, [applied(TEE)], forget=[Ref("product", "3")])
        state.renew()
        now = files(remote)
        assert now["ledger.product.jsonl"] == whole
        assert [
            json.loads(row)["key"] for row in now["ledger.changes.jsonl"].split("\n")
        ]
        with opened(url, clock) as other:
            assert other.ledger() == state.ledger()
    assert "ledger.changes.jsonl" not in files(remote)
    with opened(url, clock) as state:
        assert Ref("product", "3") not in state.ledger()
        assert len(state.ledger()) == 30


def test_old_journals_and_runs_are_forgotten(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "JOURNALS_KEPT", 2)
    monkeypatch.setattr(mirror, "RUNS_KEPT", 4)
    numbers = []
    with opened(url, clock) as state:
        state.acquire(0, ELSEWHERE)
        for n in range(6):
            run = state.begin_run("sha256:p", "sha256:c", None, "me")
            numbers.append(run)
            (call,) = state.intend(run, sync(Item(TEE), Item(CAP)))
            left = [Outcome(TEE, "done"), *([Outcome(CAP, "done")] if n else [])]
            state.settle(call.call_id, left)
    with opened(url, clock) as state:
        assert [run.id for run in state.runs()] == [*numbers[:1:-1], numbers[0]]
        assert [bool(state.calls(n)) for n in numbers] == [
            *(True, False, False, False, True, True)
        ], "what is in flight is kept"
        assert len(state.in_flight()) == 1


# Waves


def test_outcomes_travel_with_the_next_intents(
    url: str, clock: Clock, pushes: list[str]
) -> None:
    state, run = writing(url, clock)
    with state:
        before = len(pushes)
        for n in range(5):
            refs = [Ref("product", f"{n}-{m}") for m in range(3)]
            calls = state.intend(run, *(sync(Item(ref)) for ref in refs))
            assert len(pushes) == before + n + 1, "stored before anything is sent"
            for call in calls:
                state.settle(call.call_id, [call.items[0].arrived()])
        assert len(pushes) == before + 5
        state.end_run(run, {}, 0)
        assert len(pushes) == before + 6
    with opened(url, clock) as state:
        assert state.in_flight() == []


def test_threads_that_wait_for_a_push_share_the_next(
    url: str, clock: Clock, pushes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = writing(url, clock)
    noted, waiting = GitRef._push, threading.Semaphore(0)
    first = threading.Event()

    def slow(
        ref: GitRef, commit: str, old: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        if not first.is_set():
            first.set()
            for _ in range(7):  # the others have written and wait for us
                assert waiting.acquire(timeout=60)
        return noted(ref, commit, old)

    def work(n: int) -> None:
        if n:
            assert first.wait(60)
        with signalled(state, waiting if n else None):
            state.intend(run, sync(Item(Ref("product", f"{n}"))))

    with state:
        before = len(pushes)
        monkeypatch.setattr(GitRef, "_push", slow)
        threads = [threading.Thread(target=work, args=[n]) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(pushes) == before + 2
        with opened(url, clock) as other:
            assert len(other.in_flight()) == 8


class signalled:  # noqa: N801 (reads as a with-word)
    """Says when what is written inside waits to be pushed."""

    def __init__(self, state: object, waiting: threading.Semaphore | None) -> None:
        self._storage = state._storage  # type: ignore[attr-defined]
        self._waiting = waiting

    def __enter__(self) -> None:
        if self._waiting is not None:
            send, waiting = self._storage._send, self._waiting

            def say_and_send(epoch: int, number: int) -> None:
                waiting.release()
                send(epoch, number)

            self._storage._send = say_and_send

    def __exit__(self, *_: object) -> None:
        self._storage.__dict__.pop("_send", None)


def test_an_outcome_that_was_not_stored_is_found_in_flight(
    url: str, clock: Clock
) -> None:
    """A kill between two waves: the call was made, so its intent is there."""
    state, run = writing(url, clock)
    (call,) = state.intend(run, sync(Item(TEE, entry=applied(TEE))))
    state.settle(call.call_id, [call.items[0].arrived()])
    with opened(url, clock) as other:
        assert other.in_flight() == [call]
        assert other.ledger() == {}
    state.close()
    with opened(url, clock) as other:
        assert other.in_flight() == [], "closing stores it"


# Pushes that go wrong


def test_a_push_whose_answer_is_lost_is_found_done(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = writing(url, clock)
    lose_answers(monkeypatch, 1)
    with state:
        (call,) = state.intend(run, sync(Item(TEE)))
        assert state.in_flight() == [call]
        with opened(url, clock) as other:
            assert other.in_flight() == [call]


def lose_answers(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    push, left = GitRef._push, iter(range(times))

    def lost(
        ref: GitRef, commit: str, old: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        done = push(ref, commit, old)
        if next(left, None) is None:
            return done
        return subprocess.CompletedProcess([], 128, b"", b"fatal: hung up")

    monkeypatch.setattr(GitRef, "_push", lost)


def fail_to_list(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """`ls-remote` fails so often, from the first push on."""
    head, push, left = GitRef.head, GitRef._push, iter(range(times))
    pushed: list[str] = []

    def noted(
        ref: GitRef, commit: str, old: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        pushed.append(commit)
        return push(ref, commit, old)

    def failing(ref: GitRef) -> str | None:
        if pushed and next(left, None) is not None:
            raise StateUnavailable("cannot be reached")
        return head(ref)

    monkeypatch.setattr(GitRef, "_push", noted)
    monkeypatch.setattr(GitRef, "head", failing)


def test_whether_a_push_arrived_is_asked_more_than_once(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = writing(url, clock)
    lose_answers(monkeypatch, 1)
    fail_to_list(monkeypatch, 2)
    with state:
        (call,) = state.intend(run, sync(Item(TEE)))
        assert clock.slept == [1.0, 3.0]
        with opened(url, clock) as other:
            assert other.in_flight() == [call]


def test_a_push_that_nobody_knew_of_is_no_other_run_later(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = writing(url, clock)
    lose_answers(monkeypatch, 1)
    fail_to_list(monkeypatch, 3)
    clock.sleep(1)
    with pytest.raises(StateUnavailable, match="cannot be reached"):
        state.renew()
    clock.sleep(1)

    with state:
        (call,) = state.intend(run, sync(Item(TEE)))
        with opened(url, clock) as other:
            assert other.in_flight() == [call]


def test_who_overtook_a_push_that_nobody_knew_of_is_told(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = writing(url, clock)
    lose_answers(monkeypatch, 1)
    fail_to_list(monkeypatch, 3)
    clock.sleep(1)
    with pytest.raises(StateUnavailable, match="cannot be reached"):
        state.renew()
    clock.sleep(61)

    with opened(url, clock) as other:
        other.acquire(0, ELSEWHERE)
        with pytest.raises(LeaseHeld, match="another run took over: anna"):
            state.intend(run, sync(Item(TEE)))
    state.close()


def test_a_push_that_does_not_arrive_is_tried_again_and_then_said(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = writing(url, clock)
    never = subprocess.CompletedProcess[bytes](
        [], 128, b"", b"fatal: unable to access 'https://me:secret@h/r': no route\n"
    )
    with monkeypatch.context() as patch:
        patch.setattr(GitRef, "_push", lambda *_: never)
        with pytest.raises(StateUnavailable, match="does not take a push") as caught:
            state.intend(run, sync(Item(TEE)))
    assert "https://h/r" in caught.value.message
    assert "secret" not in caught.value.message
    assert clock.slept == [1.0, 3.0]
    with opened(url, clock) as other:
        assert other.in_flight() == []
    state.close()


def test_ctrl_c_ends_no_push(
    url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal sends it to git too, before or after it has pushed."""
    state, run = writing(url, clock)
    real = git(tmp_path, "--exec-path") + "/git"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n[ "$1" = push ] || exec {real} "$@"\necho . >> {tmp_path}/pushes\n'
        f"case $(wc -l < {tmp_path}/pushes) in 1) kill -INT $$;; "
        f'3) {real} "$@"; kill -INT $$;; *) exec {real} "$@";; esac\n'
    )
    program.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setitem(
            state._storage._ref._environment,  # type: ignore[attr-defined]
            "PATH",
            f"{program.parent}:/usr/bin:/bin",
        )
        calls = [state.intend(run, sync(Item(ref)))[0] for ref in (TEE, CAP)]
    assert (tmp_path / "pushes").read_text().count(".") == 4
    with state, opened(url, clock) as other:
        assert other.in_flight() == calls


def test_a_run_that_was_overtaken_pushes_nothing_more(
    url: str, clock: Clock, pushes: list[str]
) -> None:
    state, run = writing(url, clock)
    (call,) = state.intend(run, sync(Item(TEE, entry=applied(TEE))))
    with opened(url, clock) as other:
        clock.sleep(61)
        other.acquire(0, ELSEWHERE)
        state.settle(call.call_id, [call.items[0].arrived()])
        with pytest.raises(LeaseHeld, match="another run took over: anna"):
            state.intend(run, sync(Item(CAP)))
        with pytest.raises(LeaseHeld, match="another run took over: anna"):
            state.settle(call.call_id, [call.items[0].arrived()])
        last = pushes[-1]
        state.close()
        assert pushes[-1] == last
        other.renew()
        assert other.in_flight() == [call], "its outcome was not stored"
        assert other.ledger() == {}


def test_of_two_that_make_the_ref_the_first_wins(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    push, salts = GitRef._push, []

    def late(
        ref: GitRef, commit: str, old: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        monkeypatch.setattr(GitRef, "_push", push)
        with opened(url, clock) as first:
            salts.append(first.salt)
        return push(ref, commit, old)

    monkeypatch.setattr(GitRef, "_push", late)
    with opened(url, clock) as state:
        assert [state.salt] == salts


def test_who_may_only_read_can_look_and_not_write(
    url: str, remote: Path, clock: Clock
) -> None:
    hook = remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho you may not >&2\nexit 1\n")
    hook.chmod(0o755)
    with opened(url, clock) as state:
        assert state.ledger() == {}
        assert len(state.salt) == 64
        with pytest.raises(StateUnavailable, match="you may not"):
            state.acquire(0, this_process("me"))
    assert git(remote, "for-each-ref") == ""


def test_a_server_that_wants_branches_to_go_forward_takes_it(
    url: str, remote: Path, clock: Clock
) -> None:
    for name in ("denyNonFastForwards", "denyDeletes", "denyCurrentBranch"):
        git(remote, "config", f"receive.{name}", "true")
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH])
    with opened(url, clock) as state:
        assert state.ledger() == {TEE_S: RICH}


# What is not ours, or damaged


def edit(name: str, how: Callable[[str], str]) -> Callable[[dict[str, str]], None]:
    def change(texts: dict[str, str]) -> None:
        texts[name] = how(texts[name])

    return change


def swap(name: str, old: str, new: str) -> Callable[[dict[str, str]], None]:
    def how(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return edit(name, how)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(dict.clear, "another program", id="something else"),
        pytest.param(swap("meta.json", "traede-", "x-"), "another program", id="other"),
        pytest.param(
            swap("meta.json", '"version":2', '"version":3'), "format 3;", id="newer"
        ),
        pytest.param(
            swap("meta.json", '"version":2', '"version":1'), "format 1;", id="older"
        ),
        pytest.param(
            swap("meta.json", "api.traede.example", "x.example"),
            "belongs to",
            id="host",
        ),
        pytest.param(edit("meta.json", lambda t: t[:40]), "is damaged", id="cut"),
        pytest.param(lambda t: t.pop("lease.json"), "is damaged", id="no lease"),
        pytest.param(edit("lease.json", lambda _: "[]"), "is damaged", id="no row"),
        pytest.param(edit("runs.jsonl", lambda t: t + "x"), "is damaged", id="row"),
        pytest.param(
            swap("ledger.variant.jsonl", '"spent"', '"used"'), "is damaged", id="column"
        ),
        pytest.param(
            swap("ledger.variant.jsonl", '"kind":"variant"', '"kind":null'),
            "is damaged",
            id="nothing",
        ),
    ],
)
def test_what_is_not_ours_is_refused_and_left_alone(
    url: str,
    remote: Path,
    clock: Clock,
    spoil: Callable[[dict[str, str]], None],
    words: str,
) -> None:
    state, run = writing(url, clock)
    with state:
        state.record(run, [RICH])
    texts = files(remote)
    spoil(texts)
    put(remote, texts or {"notes.txt": "of somebody"})
    before = git(remote, "rev-parse", REF)
    with pytest.raises(StateDamaged, match=words) as caught:
        opened(url, clock)

    assert "Nothing was written" in caught.value.hint
    assert git(remote, "rev-parse", REF) == before


def test_a_ref_that_somebody_deletes_is_not_made_again(
    url: str, remote: Path, clock: Clock
) -> None:
    state, run = writing(url, clock)
    git(remote, "update-ref", "-d", REF)
    with pytest.raises((StateDamaged, LeaseHeld), match="gone"):
        state.intend(run, sync(Item(TEE)))
    state.close()
    assert git(remote, "for-each-ref") == ""
