"""How are the pictures of the README made?

    make screenshots        or: python -m docs.make_screenshots

From the real app on a database of its own: the shipped demo pairs, one run of five pairs by the built-in model beside
them, and an export of these. Then each page is opened at 1440 x 900, light and dark, and drawn into
docs/screenshots/<page>-<ground>.png. It takes some minutes. The same seed is used each time, but the built-in model
words its replies a little differently from machine to machine.
"""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect, sync_playwright

from docs.headless import command
from glan_core.scope import resolve_scope
from glan_core.settings import exports_folder
from glan_core.store.database import open_database
from tests.browser.chromium import find_chromium, launch_options
from tests.browser.running_app import App

FOLDER = Path(__file__).parent / "screenshots"
GROUNDS = ("light", "dark")
WIDTH, HEIGHT = 1440, 900

_START_SECONDS = 120
_PAGE_MILLISECONDS = 180_000  # the first visit to the map loads the encoder and compiles UMAP


class Example(NamedTuple):
    """What the database of the pictures holds, as far as addresses name it."""

    physics_id: str
    thermodynamics_id: str
    run_id: str
    """The run of five pairs."""


class Picture(NamedTuple):
    """One page as it is drawn."""

    name: str
    address: str
    prepare: Callable[[Page], None]
    """Waits for what has to be seen, and does what a visitor would have done."""


def main() -> int:
    """Make every picture anew, and say how large each is."""
    chromium = find_chromium()
    if chromium is None:
        sys.stderr.write("There is no Chromium: python -m tests.browser.chromium gets one.\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=_PAGE_MILLISECONDS)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "workspace" / "glan.duckdb"
        example = fill(database)
        with running_app(database) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options(chromium))
            for ground in GROUNDS:
                context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=ground)
                context.set_default_timeout(_PAGE_MILLISECONDS)
                page = context.new_page()
                for picture in pictures(example):
                    draw(page, picture, url=url, path=FOLDER / f"{picture.name}-{ground}.png")
                context.close()
            browser.close()
    return 0


def fill(database: Path) -> Example:
    """Make the database with the headless commands, as a user would."""
    command("init", database=database)
    with open_database(database) as opened:
        cursor = opened.cursor()
        physics, thermodynamics = (resolve_scope(cursor, name).node_id for name in ("Physics", "Thermodynamics"))
    run = command("generate", "--scope", "Physics", "--instructions", "5", "--seed", "1", database=database)
    command("project", database=database)  # or the map would be drawn once more under the hand that draws on it
    command("export", str(exports_folder(database) / "pairs.jsonl"), database=database)
    return Example(physics, thermodynamics, run["run_id"])


@contextlib.contextmanager
def running_app(database: Path) -> Iterator[str]:
    """Start the app on a free port, give its address, and end it."""
    app = App(database, log=database.with_suffix(".log"), environment={})
    try:
        app.start()
        yield app.url
    finally:
        app.stop()


def pictures(example: Example) -> tuple[Picture, ...]:
    """List the pages by addresses; the map comes first, as its first visit is a step that the Overview counts."""
    return (
        Picture("map", "map", draw_lasso),
        Picture("new_run", f"new_run?run={example.run_id}&scope={example.thermodynamics_id}", see_run),
        Picture("samples", "samples", see_rows),
        Picture("coverage", "coverage?part=Balance", see_chart),
        Picture("taxonomy", f"taxonomy?node={example.physics_id}", see_chart),
        Picture("export", "export", see_first_row),
        Picture("overview", "", see_overview),
    )


def draw(page: Page, picture: Picture, *, url: str, path: Path) -> None:
    """Open one page, wait until nothing moves any more, and save what the window shows."""
    page.goto(f"{url}/{picture.address}")
    settle(page)
    picture.prepare(page)
    settle(page)
    page.mouse.move(WIDTH - 3, HEIGHT - 3)  # no tooltip in the picture
    page.wait_for_timeout(700)  # plotly and Streamlit fade in and out
    page.screenshot(path=path)
    sys.stderr.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")


def settle(page: Page) -> None:
    """Wait until the page has run to its end and its font is there."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.evaluate("document.fonts.ready")


def see_overview(page: Page) -> None:
    """Wait for the bars and for the model's first word."""
    expect(chart(page)).to_be_visible()
    expect(page.get_by_role("button", name="Use your own model")).to_be_visible()


def see_chart(page: Page) -> None:
    """Wait for the icicle."""
    expect(chart(page)).to_be_visible()


def see_run(page: Page) -> None:
    """Wait for the pairs of the run."""
    expect(page.get_by_text("5 of 5 pairs")).to_be_visible()


def see_rows(page: Page) -> None:
    """Wait for the table of pairs."""
    expect(page.get_by_text("Click one to open it.")).to_be_visible()


def see_first_row(page: Page) -> None:
    """Wait for the row that is shown as an example."""
    expect(page.get_by_text("The first row")).to_be_visible()


def chart(page: Page) -> Locator:
    """Give the first figure of the page."""
    return page.locator(".js-plotly-plot .main-svg").first


def draw_lasso(page: Page) -> None:
    """Draw a loop around the points of Natural Science with the mouse, as a person does."""
    expect(page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    corners = page.evaluate(LOOP, "Natural Science")
    page.mouse.move(*corners[0])
    page.mouse.down()
    for x, y in (*corners[1:], corners[0]):
        page.mouse.move(x, y, steps=2)
    page.mouse.up()
    expect(page.get_by_role("heading", name="selected")).to_be_visible()


# Gives the corners, in pixels of the window, of an ellipse around the points of the trace with this name. Half of the
# points that lie nearest to their middle are enough: one that lies far off would make the loop go round everything.
LOOP = """
(name) => {
    const plot = document.querySelector(".js-plotly-plot");
    const {xaxis, yaxis} = plot._fullLayout;
    const trace = plot._fullData.find((each) => each.name === name);
    const area = plot.querySelector(".nsewdrag").getBoundingClientRect();
    const points = Array.from(trace.x, (x, i) => [area.x + xaxis.d2p(x), area.y + yaxis.d2p(trace.y[i])]);
    const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    const x = median(points.map((point) => point[0])), y = median(points.map((point) => point[1]));
    const distance = (point) => Math.hypot(point[0] - x, point[1] - y);
    const near = points.sort((a, b) => distance(a) - distance(b)).slice(0, Math.ceil(points.length / 2));
    const reach = (place) => Math.max(...near.map((point) => Math.abs(point[place] - [x, y][place]))) + 26;
    const within = (value, low, size) => Math.min(Math.max(value, low + 3), low + size - 3);
    return Array.from({length: 28}, (_, i) => {
        const angle = 2 * Math.PI * i / 28, wobble = 1.06 + 0.06 * Math.sin(3 * angle);
        return [
            within(x + reach(0) * wobble * Math.cos(angle), area.x, area.width),
            within(y + reach(1) * wobble * Math.sin(angle), area.y, area.height),
        ];
    });
}
"""


if __name__ == "__main__":
    sys.exit(main())
