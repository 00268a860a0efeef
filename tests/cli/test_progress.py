"""The line on stderr: none when it is quick, in place on a terminal, rare in a log."""

from __future__ import annotations

import io
import json

import pytest

from reconcile.cli.flags import LogFormat
from reconcile.cli.log import Log
from reconcile.cli.progress import Progress


class Screen(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class Show:
    """A progress whose time passes only when told."""

    def __init__(
        self, *, terminal: bool = True, quiet: bool = False, form: LogFormat = "text"
    ) -> None:
        self.time = 0.0
        self.screen = Screen(terminal=terminal)
        self.progress = Progress(
            quiet=quiet, log=Log(form, self.screen), now=lambda: self.time
        )

    def told(self) -> str:
        return self.screen.getvalue()


def test_what_takes_under_a_second_says_nothing():
    show = Show()
    for done in range(10):
        show.time += 0.09
        show.progress.counted({"variants": (done, 10)})

    assert show.told() == ""


def test_a_terminal_sees_one_line_that_changes():
    show = Show()
    show.time = 2
    show.progress.counted({"products": (1, 2), "variants": (40, 115)})
    show.time = 41
    show.progress.counted({"variants": (108, 115)})

    assert show.told().split("\r")[1] == "  products 1/2  variants 40/115  0:02"
    assert (
        show.told()
        .split("\r")[2]
        .startswith("  products 1/2  variants 108/115  0:41  3/s, about 3 s left")
    )
    assert "\n" not in show.told()


def test_a_log_gets_a_line_every_half_minute_and_one_for_each_pause():
    show = Show(terminal=False)
    for _ in range(700):
        show.time += 0.1
        show.progress.counted({"products": (1_200, None)})
    show.progress.waiting(12, "answer 429")

    assert show.told().splitlines() == [
        "  products 1,200  0:30",
        "  products 1,200  1:00",
        "waiting 12 s: answer 429",
    ]


def test_a_pause_is_shown_as_long_as_it_lasts():
    show = Show()
    show.time = 3
    show.progress.waiting(12, "answer 429")
    show.time = 20
    show.progress.counted({"variants": (1, 2)})

    first, second = show.told().split("\r")[1:]
    assert "waiting 12 s: answer 429" in first
    assert "waiting" not in second
    assert len(second) >= len(first), "the old line is wiped"


def test_a_line_that_stays_wipes_the_one_that_moves():
    show = Show()
    show.time = 3
    show.progress.counted({"variants": (1, 2)})
    show.progress.say("Read Traede")

    assert show.told().endswith("\rRead Traede\n")


@pytest.mark.parametrize("terminal", [True, False])
def test_quiet_is_quiet(terminal: bool):
    show = Show(terminal=terminal, quiet=True)
    show.time = 99
    show.progress.counted({"variants": (1, 2)})
    show.progress.waiting(12, "answer 429")
    show.progress.say("Read Traede")

    assert show.told() == ""


def test_as_json_a_terminal_gets_lines_too():
    show = Show(form="json")
    show.time = 31
    show.progress.counted({"variants": (20, 40)})
    show.progress.waiting(12, "answer 429")
    show.progress.say("Read Traede")
    show.progress.warn("ci  no note")

    progress, *others = [json.loads(line) for line in show.told().splitlines()]
    assert progress["done"] == {"variants": [20, 40]}
    assert others == [
        {
            "level": "info",
            "message": "waiting 12 s: answer 429",
            "seconds": 12,
            "reason": "answer 429",
        },
        {"level": "info", "message": "Read Traede"},
        {"level": "warning", "message": "ci  no note"},
    ]
