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
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from corpus import VARIANTS, write_brand

TOKEN = "sandbox-token"  # noqa: S105 (it guards a toy)
PYTHON = sys.executable
NOTHING_TO_DO = 0


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
            first = _run(_reconcile(folder, "apply", "--yes"), environment)
            runs, requests = _rounds(folder, url, environment, asked.rounds)
    _print_table(asked.styles, asked.rounds, runs, first, requests)


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
        requests = len(_control(url, "GET", "requests"))
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
    if process.returncode != NOTHING_TO_DO:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output!r}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(
        seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1_000_000
    )


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


def _control(url: str, method: str, what: str) -> Sequence[object]:
    request = urllib.request.Request(f"{url}/_sandbox/{what}", method=method)
    with urllib.request.urlopen(request) as answer:
        found = json.load(answer)
    return [one for one in found or () if "/_sandbox/" not in one["path"]]


def _print_table(
    styles: int,
    rounds: int,
    runs: Mapping[str, Sequence[Run]],
    first: Run,
    requests: int,
) -> None:
    bare = median(run.seconds for run in runs["python -c pass"])
    print(
        f"{styles:,} styles of {VARIANTS} variants, medians of {rounds} rounds in turns"
    )
    print()
    print(
        f"{'':20}{'wall':>10}{'of bare':>10}{'cpu':>10}{'styles/s':>10}{'memory':>10}"
    )
    for name, taken in runs.items():
        seconds = median(run.seconds for run in taken)
        cpu = median(run.cpu for run in taken)
        megabytes = max(run.megabytes for run in taken)
        reads = name in ("reconcile validate", "reconcile plan")
        rate = f"{styles / seconds:,.0f}" if reads else ""
        print(
            f"{name:20}{_time(seconds):>10}{seconds / bare:>9.1f}x{_time(cpu):>10}"
            f"{rate:>10}{megabytes:>7.0f} MB"
        )
    print()
    print(f"The plan took {requests} requests, and there was nothing to do.")
    print(
        f"Filling the local Traede with the first apply took {_time(first.seconds)}, "
        f"once ({styles / first.seconds:,.0f} styles/s, {first.megabytes:.0f} MB)."
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
