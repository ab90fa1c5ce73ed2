"""How long until the tree of 20,020 nodes stands in a browser, and follows a click?

    python -m benchmarks.tree_in_browser

The app in a process of its own and Chromium on this machine. `load_ms` is a whole load of the Taxonomy page until the
first row of the tree is painted; `switch_ms` the way there from the Overview by the menu, as a visitor goes; `click_ms`
from a click on a row until the card beside the tree names it; `search_ms` from Enter in the search field until the
row that was looked for is painted. Medians of five, after a first load.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Page, sync_playwright

from benchmarks.pages import large_taxonomy
from glan_core.store.database import open_database
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from tests.browser.chromium import find_chromium, launch_options
from tests.browser.running_app import App

REPEATS = 5
_WAIT_MILLISECONDS = 120_000


def main() -> int:
    """Measure and print one JSON object."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("There is no Chromium: python -m tests.browser.chromium gets one.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        database = Path(folder) / "glan.duckdb"
        with open_database(database, create=True) as opened:
            insert_taxonomy_nodes(opened.cursor(), large_taxonomy())
        app = App(database, log=Path(folder) / "app.log", environment={"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
        browser = playwright.chromium.launch(**launch_options(chromium))
        try:
            app.start()
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(_WAIT_MILLISECONDS)
            figures = measure(page, app.url)
        finally:
            browser.close()
            app.stop()
    print(json.dumps(figures, indent=2))  # noqa: T201
    return 0


def measure(page: Page, url: str) -> dict[str, float]:
    """Give the milliseconds of each way to a node."""
    load(page, url)
    figures = {"nodes": len(large_taxonomy()), "load_ms": median(lambda number: load(page, url))}
    figures["switch_ms"] = median(lambda number: switch(page, url))
    figures["click_ms"] = median(lambda number: click(page, f"Field {number}"))
    figures["search_ms"] = median(lambda number: search(page, f"Discipline {number}-7-7"))
    return figures


def load(page: Page, url: str) -> float:
    """Load the Taxonomy page."""
    began = time.perf_counter()
    page.goto(f"{url}/taxonomy")
    rows(page).get_by_text("Field 0", exact=True).wait_for()
    return time.perf_counter() - began


def switch(page: Page, url: str) -> float:
    """Go to the Taxonomy page from the Overview."""
    page.goto(url)
    page.get_by_role("heading", name="Overview").wait_for()
    link = page.get_by_role("link", name="Taxonomy")
    link.wait_for()
    page.wait_for_timeout(1_500)
    began = time.perf_counter()
    link.click()
    rows(page).get_by_text("Field 0", exact=True).wait_for()
    return time.perf_counter() - began


def click(page: Page, name: str) -> float:
    """Choose a row that is in view."""
    page.wait_for_timeout(1_500)
    began = time.perf_counter()
    rows(page).get_by_text(name, exact=True).click()
    page.get_by_role("heading", name=name, exact=True).wait_for()
    return time.perf_counter() - began


def search(page: Page, name: str) -> float:
    """Look for a node by its name."""
    page.wait_for_timeout(1_500)
    field = page.get_by_placeholder("Search names")
    field.fill(name)
    began = time.perf_counter()
    field.press("Enter")
    rows(page).get_by_text(name, exact=True).wait_for()
    return time.perf_counter() - began


def rows(page: Page) -> FrameLocator:
    """Give the tree, which stands in a frame of its own."""
    return page.frame_locator("iframe:visible")


def median(act: Callable[[int], float]) -> float:
    """Give the median milliseconds of five times, which are numbered from 0."""
    return round(1000 * statistics.median(act(number) for number in range(REPEATS)), 1)


if __name__ == "__main__":
    sys.exit(main())
