"""How long until the map of the demo corpus stands in a browser, and follows a hand?

    python -m benchmarks.map_in_browser

The app in a process of its own and Chromium on this machine. `start_ms` is the way of a new server process to its first
answer; `cold_ms` the first visit to the Map page of that server, which opens the database, until points and labels are
painted; `load_ms` the same later. `colour_ms` and `lasso_ms` are from the click, or the mouse let go, until the figure
or the panel beside it has changed. `..._kb` is what the browser received meanwhile, without scripts. Medians of five,
of three for the cold start.
"""

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, WebSocket, expect, sync_playwright

from glan_core.demo import DEMO_FOLDER
from glan_core.starter import create_database, read_curriculum
from tests.browser.chromium import find_chromium, launch_options
from tests.browser.running_app import App

REPEATS, COLD_REPEATS = 5, 3
_WAIT_MILLISECONDS = 120_000
_LABEL = ".js-plotly-plot .annotation-text-g"
_COLOURS = ("By sub-field", "By discipline", "By subject", "By level", "By field")


class Received:
    """How many bytes came over the page's web sockets."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self._add(len(payload)))

    def _add(self, size: int) -> None:
        self.bytes += size


def main() -> int:
    """Measure and print one JSON object."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("There is no Chromium: python -m tests.browser.chromium gets one.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        database = Path(folder) / "glan.duckdb"
        create_database(database, curriculum=read_curriculum(), demo=DEMO_FOLDER)
        browser = playwright.chromium.launch(**launch_options(chromium))
        try:
            figures = measure(browser, database, Path(folder) / "app.log")
        finally:
            browser.close()
    print(json.dumps({"load_average": round(os.getloadavg()[0], 1), **figures}, indent=2))  # noqa: T201
    return 0


def measure(browser: Browser, database: Path, log: Path) -> dict[str, float]:
    """Give milliseconds and kilobytes of each way."""
    figures: dict[str, float] = {}
    starts, colds = [], []
    for number in range(COLD_REPEATS):
        app = App(database, log=log, environment={"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
        began = time.perf_counter()
        app.start()
        try:
            starts.append(1000 * (time.perf_counter() - began))
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(_WAIT_MILLISECONDS)
            colds.append(1000 * load(page, app.url))
            if number == COLD_REPEATS - 1:
                figures = warm_figures(browser, app.url)
            page.close()
        finally:
            app.stop()
    return {
        "start_ms": round(statistics.median(starts), 1),
        "cold_ms": round(statistics.median(colds), 1),
        **figures,
    }


def warm_figures(browser: Browser, url: str) -> dict[str, float]:
    """Measure on a server that has been visited."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(_WAIT_MILLISECONDS)
    received = Received(page)
    figures = _median("load", lambda number: load(page, url), received)
    figures |= _median("colour", lambda number: colour(page, _COLOURS[number]), received)
    figures |= _median("lasso", lambda number: lasso(page, 0.1 + 0.05 * number), received)
    page.close()
    return figures


def load(page: Page, url: str) -> float:
    """Load the Map page until it is drawn."""
    began = time.perf_counter()
    page.goto(f"{url}/map")
    page.locator(_LABEL).first.wait_for()
    return time.perf_counter() - began


def colour(page: Page, name: str) -> float:
    """Colour the map by something else, until the figure is another one."""
    page.wait_for_timeout(1_500)
    page.get_by_role("combobox", name="Colour by").click()
    option = page.get_by_role("option", name=name, exact=True)
    option.wait_for()
    page.evaluate(f"document.querySelectorAll('{_LABEL}').forEach(label => label.setAttribute('data-before', ''))")
    began = time.perf_counter()
    option.click()
    page.wait_for_function(f"document.querySelector('{_LABEL}:not([data-before])') !== null")
    return time.perf_counter() - began


def lasso(page: Page, left: float) -> float:
    """Draw a loop, until the panel counts what is in it."""
    page.wait_for_timeout(1_500)
    heading = page.get_by_role("heading", name=re.compile("pairs$|selected$"))
    before = heading.inner_text()
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box is not None
    corners = ((left, 0.2), (left + 0.3, 0.2), (left + 0.35, 0.7), (left, 0.8), (left, 0.21))
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    began = time.perf_counter()
    page.mouse.up()
    expect(heading).not_to_have_text(before, timeout=_WAIT_MILLISECONDS)
    return time.perf_counter() - began


def _median(name: str, act: Callable[[int], float], received: Received) -> dict[str, float]:
    """Do something five times, numbered from 0: median milliseconds, and kilobytes of the last time."""
    seconds, sizes = [], []
    for number in range(REPEATS):
        before = received.bytes
        seconds.append(act(number))
        sizes.append(received.bytes - before)
    return {
        f"{name}_ms": round(1000 * statistics.median(seconds), 1),
        f"{name}_kb": round(statistics.median(sizes) / 1000, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
