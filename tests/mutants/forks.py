"""Runs cases on an overlay of the package: one line of JSON in, one out.

    {"overlay": folder, "cases": [name, …]}  →  {"code": exit code, "said": output}

What does not come from the overlay is imported once, and a fork for each run is then
as good as a process of its own, without a second of imports.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import httpx  # noqa: F401
import jsonschema  # noqa: F401
import pytest
import sqlalchemy  # noqa: F401

CASES = Path(__file__).parents[1] / "test_cases.py"
NOT_FROM_THERE = 99
OPTIONS = ("-q", "-x", "--no-header", "--tb=short", "-p", "no:cacheprovider")


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        said = Path(asked["overlay"], "said.txt")
        child = os.fork()
        if child == 0:
            os._exit(_run(asked["overlay"], asked["cases"], said))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer = {"code": code, "said": said.read_text(encoding="utf-8")}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _run(overlay: str, cases: list[str], said: Path) -> int:
    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    # What is compiled here is of a file that lives for a second.
    sys.dont_write_bytecode = True
    sys.path.insert(0, overlay)
    os.chdir(overlay)
    code = pytest.main([*OPTIONS, *(f"{CASES}::test_case[{one}]" for one in cases)])
    sys.stdout.flush()
    import reconcile

    used = str(reconcile.__file__).startswith(overlay)
    return int(code) if used else NOT_FROM_THERE


if __name__ == "__main__":
    main()
