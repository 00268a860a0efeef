"""Several machines: real processes, one Traede, one state between them.

Each process runs the command line. What it sends to Traede passes a gate, which can
stop the process with a signal at the very moment when it has sent a write.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.builders import category, product, text
from support.harness import twice
from support.states import bare_repository

from reconcile.cli.setting import utc_now
from reconcile.core.model import Tenant
from reconcile.edges.state import State, open_state
from reconcile.sandbox import Sandbox

RUN = """
import sys, datetime
from reconcile.cli import main
from reconcile.edges.state import lease
lease.DURATION = datetime.timedelta(seconds=float(sys.argv[1]))
main(sys.argv[2:])
"""


class Gate:
    """Stands before Traede, and notes each write that is sent there."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.writes: list[str] = []
        self.lock = threading.Lock()
        self.closing_on: int | None = None
        """The process to be stopped by the next write."""
        self.signal = signal.SIGSTOP
        self.closed = threading.Event()
        self.open_again = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._start(self._accept)

    def close(self) -> None:
        self.open_again.set()
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection((self._host, self._port))
            self._sockets += [near, far]
            let_answers = threading.Event()
            let_answers.set()
            self._start(self._requests, near, far, let_answers)
            self._start(self._answers, far, near, let_answers)

    def _requests(
        self, near: socket.socket, far: socket.socket, let: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := near.recv(1 << 16):
                if data.startswith((b"POST ", b"PUT ", b"DELETE ")):
                    self.writes.append(data.split(b" HTTP")[0].decode())
                    with self.lock:
                        process, self.closing_on = self.closing_on, None
                    if process is not None:
                        while not _whole(data):
                            data += near.recv(1 << 16)
                        let.clear()
                        os.kill(process, self.signal)
                        far.sendall(data)
                        self.closed.set()
                        self.open_again.wait()
                        let.set()
                        continue
                far.sendall(data)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)

    def _answers(
        self, far: socket.socket, near: socket.socket, let: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := far.recv(1 << 16):
                let.wait()
                near.sendall(data)
            near.shutdown(socket.SHUT_WR)


def _whole(request: bytes) -> bool:
    head, found, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(found) and len(body) >= int(length[1] if length else 0)


@dataclass
class Runners:
    """A brand's folder that several processes work from."""

    box: Sandbox
    gate: Gate
    folder: Path
    url: str

    def start(self, *argv: str, lease: float = 60) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", RUN, str(lease), "--state", self.url, *argv],
            cwd=self.folder,
            env={**os.environ, "TRAEDE_TOKEN": self.box.token, "CI": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_and_close_the_gate(self, lease: float) -> subprocess.Popen[str]:
        """A run that is stopped (or killed) once its first write is on its way."""
        with self.gate.lock:
            process = self.start("apply", "--yes", lease=lease)
            self.gate.closing_on = process.pid
        assert self.gate.closed.wait(60)
        return process

    def state(self) -> State:
        return open_state(
            self.url, Tenant(self.gate.url, 1), clock=utc_now, base=self.folder
        )


@pytest.fixture(autouse=True)
def _what_is_killed_cleans_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture(params=["postgresql", "git"])
def runners(
    request: pytest.FixtureRequest, server: Sandbox, tmp_path: Path
) -> Iterator[Runners]:
    if request.param == "git":
        url = f"git+{bare_repository(tmp_path / 'state.git')}#shop"
    else:
        url = request.getfixturevalue("postgres").new_url()
    server.reset()
    gate = Gate(server.url)
    traede = {"url": gate.url, "brand_id": 1, "verify_seconds": 5}
    config = {"base_currency": "DKK", "traede": traede}
    (tmp_path / "reconcile.yaml").write_text(json.dumps(config))
    (tmp_path / "catalog").mkdir()
    entries = [
        category("Men"),
        *(product(f"tee-{n}", name=f"Tee {n}") for n in range(9)),
    ]
    (tmp_path / "catalog/all.yaml").write_bytes(text(*entries))
    try:
        yield Runners(server, gate, tmp_path, url)
    finally:
        gate.close()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out + err


def assert_all_there(runners: Runners) -> None:
    """Traede is as written, nothing happened twice, and nothing is open."""
    products = {row["item_number"] for row in runners.box.dump()["products"]}
    assert products == {f"tee-{n}" for n in range(9)}
    assert twice(runners.box) == []
    with runners.state() as state:
        assert state.in_flight() == []
        assert state.holder() is None
        assert len(state.ledger()) == 1 + 2 * 9


def test_of_two_applies_at_once_one_waits(runners: Runners) -> None:
    both = [runners.start("apply", "--yes", "--wait", "100") for _ in range(2)]
    results = [ended(process) for process in both]

    assert [code for code, _ in results] == [0, 0], results
    assert_all_there(runners)
    with runners.state() as state:
        changed = [run.summary["changed"] for run in state.runs()]
        assert sorted(changed) == [0, 1 + 2 * 9], "the second found nothing to do"


def test_who_does_not_want_to_wait_ends_with_9_and_sends_nothing(
    runners: Runners,
) -> None:
    first = runners.start_and_close_the_gate(lease=60)
    before = list(runners.gate.writes)
    code, said = ended(runners.start("apply", "--yes", "--wait", "0"))

    assert code == 9, said
    assert "reconcile unlock" in said
    assert runners.gate.writes == before
    runners.gate.open_again.set()
    first.send_signal(signal.SIGCONT)
    assert ended(first)[0] == 0
    assert_all_there(runners)


def test_a_holder_that_sleeps_past_its_lease_sends_nothing_more(
    runners: Runners,
) -> None:
    first = runners.start_and_close_the_gate(lease=2)
    code, said = ended(runners.start("apply", "--yes", "--wait", "60", lease=2))

    assert code == 0, said
    assert "cut off with 1 call in flight" in said
    assert "1 had arrived" in said, "the successor found it by reading"
    sent = list(runners.gate.writes)
    runners.gate.open_again.set()
    first.send_signal(signal.SIGCONT)
    code, said = ended(first)
    assert code == 9, said
    assert "is no longer the newest" in said
    assert runners.gate.writes == sent, "it had sent one call, and sends no other"
    assert_all_there(runners)


def test_a_holder_that_is_killed_is_succeeded_at_once(runners: Runners) -> None:
    runners.gate.signal = signal.SIGKILL
    first = runners.start_and_close_the_gate(lease=60)
    assert ended(first)[0] == -signal.SIGKILL
    code, said = ended(runners.start("apply", "--yes", "--wait", "0"))

    assert code == 0, said
    assert "cut off with 1 call in flight" in said
    assert_all_there(runners)
