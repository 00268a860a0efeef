"""The Chromium of this machine, driven by Playwright; nothing is downloaded."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# No sandbox, as root has none; and nothing that asks the network by itself.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("chromium is missing (Debian's package chromium)")
    if util.find_spec("playwright") is None:
        pytest.skip("playwright is missing (pip install -e '.[dev]')")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=list(ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page; whatever it would load or complain about fails the test."""
    contexts = []
    wrong: list[str] = []

    def show(html: str, fragment: str = "", **options: Any) -> Page:
        file = tmp_path / "plan.html"
        file.write_text(html, encoding="utf-8")
        options = {"viewport": {"width": 1200, "height": 900}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("request", lambda one: wrong.append(one.url) if _far(one.url) else None)
        page.goto(file.as_uri() + fragment)
        return page

    yield show
    for context in contexts:
        context.close()
    assert wrong == []


def _far(url: str) -> bool:
    return not url.startswith("file:")
