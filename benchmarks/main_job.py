"""How fast the main job is, as ratios to a bare Python: `make bench`.

Everything is measured in one run and taken in turns, so that a noisy machine slows
all of it alike. Nothing here passes or fails by the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from corpus import VARIANTS, write_brand

TOKEN = "sandbox-token"  # noqa: S105 (it guards a toy)
PYTHON = sys.executable
READING = ("reconcile validate", "reconcile plan")
"""The commands that read every style."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took."""

    seconds: float
    cpu: float
    megabytes: float


def main() -> None:
    asked = _arguments()
    with TemporaryDirectory(prefix="reconcile-bench-") as name:
        folder = Path(name)
        write_brand(folder, asked.styles)
        with _sandbox(folder) as url:
            environment = {"PATH": os.environ["PATH"], "TRAEDE_URL": url}
            environment |= {"TRAEDE_TOKEN": TOKEN}
            # Every field is shown once: so all is found as it should be, and managed.
            _control(url, "PUT", "dialect", {"sync_fields": "returned"})
            _run(_reconcile(folder, "apply", "--yes"), environment)
            _control(url, "PUT", "dialect", {"sync_fields": "hidden"})
            runs, requests = _rounds(folder, url, environment, asked.rounds)
    _print_table(asked.styles, asked.rounds, runs, requests)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The main job, as ratios.")
    parser.add_argument("--styles", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _rounds(
    folder: Path, url: str, environment: Mapping[str, str], rounds: int
) -> tuple[dict[str, list[Run]], int]:
    """Every command once a round; and the requests that one plan took."""
    commands = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "reconcile --help": _reconcile(folder, "--help"),
        "reconcile validate": _reconcile(folder, "validate"),
        "reconcile plan": _reconcile(folder, "plan", "--detailed-exitcode"),
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    requests = 0
    for _ in range(rounds):
        _control(url, "DELETE", "requests")
        for name, command in commands.items():
            runs[name].append(_run(command, environment))
        noted = _control(url, "GET", "requests")
        requests = sum("/_sandbox/" not in one["path"] for one in noted)
    return runs, requests


def _reconcile(folder: Path, *arguments: str) -> list[str]:
    config = str(folder / "reconcile.yaml")
    return [PYTHON, "-m", "reconcile", "--config", config, *arguments]


def _run(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """One process to its end, which has to be a good one."""
    started = perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    output = process.stdout.read()
    # The usage of this one child: `getrusage` knows only the largest of all.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - started
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:  # of a plan: there is something to do
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output!r}")
    megabytes = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Run(seconds, usage.ru_utime + usage.ru_stime, megabytes)


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    """A local Traede in a process of its own; gives its URL."""
    command = [PYTHON, "-m", "reconcile", "sandbox", "--port", "0", "--control"]
    command += ["--load", str(folder / "account.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            words = process.stdout.readline().split()
            yield next(word for word in words if word.startswith("http"))
        finally:
            process.terminate()


def _control(url: str, method: str, what: str, body: object = None) -> Any:
    """Ask the sandbox for what a Traede would never tell, or do."""
    with closing(HTTPConnection(url.removeprefix("http://"))) as connection:
        connection.request(method, f"/_sandbox/{what}", json.dumps(body))
        return json.load(connection.getresponse())


def _print_table(
    styles: int,
    rounds: int,
    runs: Mapping[str, Sequence[Run]],
    requests: int,
) -> None:
    bare = median(run.seconds for run in runs["python -c pass"])
    print(f"{styles:,} styles of {VARIANTS} variants; medians of {rounds} rounds\n")
    titles = ("wall", "of bare", "cpu", "styles/s", "memory")
    print(" " * 20 + "".join(f"{title:>10}" for title in titles))
    for name, taken in runs.items():
        seconds = median(run.seconds for run in taken)
        cpu = median(run.cpu for run in taken)
        megabytes = max(run.megabytes for run in taken)
        rate = f"{styles / seconds:,.0f}" if name in READING else ""
        print(
            f"{name:20}{_time(seconds):>10}{seconds / bare:>9.1f}x{_time(cpu):>10}"
            f"{rate:>10}{megabytes:>7.0f} MB"
        )
    print(f"\nThe plan had nothing to do, and took {requests} requests.")


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
