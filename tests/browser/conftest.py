"""What do the browser tests stand on? The real app in a process of its own, and a real Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium, launch_options

PROJECT = Path(__file__).parents[2]
_START_SECONDS = 90
_STOP_SECONDS = 20
PAGE_MILLISECONDS = 90_000
"""How long a page may take to show something, on a machine with other work to do."""


class App:
    """The app on a port of its own, with a database in `folder`."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.database = folder / "glan.duckdb"
        self.log = folder / "app.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "GLAN_"))}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pages", "--server.port", str(port)],
                cwd=PROJECT,
                env=kept | {"GLAN_DATABASE": str(self.database), "HF_HUB_OFFLINE": "1"} | self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise AssertionError(f"the app did not start:\n{self.log.read_text()}") from None
                time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, by asking or, with SIGKILL, without."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Give a function that starts the app with some environment variables; all are stopped in the end."""
    started: list[App] = []

    def start(**environment: str) -> App:
        app = App(tmp_path, environment)
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
