"""What do the browser tests stand on? The real app in a process of its own, and a real Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import find_chromium, launch_options
from tests.browser.running_app import App

PAGE_MILLISECONDS = 90_000
"""How long a page may take to show something, on a machine with other work to do."""


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Give a function that starts the app with some environment variables; all are stopped in the end."""
    started: list[App] = []

    def start(**environment: str) -> App:
        app = App(tmp_path / "glan.duckdb", log=tmp_path / "app.log", environment=environment)
        started.append(app)
        app.start()
        return app

    yield start
    for app in started:
        app.stop()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Give a running Chromium; in CI a missing one is a failure.

    It ends with this package: while Playwright runs, its event loop holds the main thread, and asyncio.run is refused.
    """
    path = find_chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("There is no Chromium; run: python -m tests.browser.chromium")
        pytest.skip("there is no Chromium on this machine: python -m tests.browser.chromium gets one")
    expect.set_options(timeout=PAGE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(path))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give a fresh tab of 1440 x 900."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PAGE_MILLISECONDS)
    yield context.new_page()
    context.close()
