"""A loop drawn with the mouse: counted, kept through a reload, zoomed into, saved, opened elsewhere, cleared."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from glan_core.store.database import open_database
from glan_core.store.pairs import count_pairs
from glan_core.store.saved_views import find_saved_view

pytestmark = pytest.mark.browser

LOOP = ((0.35, 0.3), (0.7, 0.25), (0.8, 0.6), (0.5, 0.7), (0.35, 0.31))
"""Corners as shares of the map's width and height."""
_LABELS = "document.querySelectorAll('.js-plotly-plot .annotation-text-g')"


def test_a_drawn_loop_counts_what_the_database_counts_and_lives_in_its_view(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/map")
    expect(page.get_by_text("All 2,520 pairs are shown.")).to_be_visible()
    draw(page, LOOP)
    heading = page.get_by_role("heading", name=re.compile(r"selected$"))
    expect(heading).to_be_visible()
    selected = heading.inner_text()
    pairs = int(selected.removesuffix(" selected").replace(",", ""))
    assert 50 < pairs < 2_520
    expect(outline(page)).to_have_count(1)

    page.reload()
    expect(page.get_by_role("heading", name=selected)).to_be_visible(timeout=60_000)
    expect(outline(page)).to_have_count(1)

    page.get_by_role("combobox", name="Colour by").click()
    page.get_by_role("option", name="By discipline").click()
    expect(legend(page)).to_contain_text("Natural Science")
    expect(outline(page)).to_have_count(1)
    expect(page.get_by_role("heading", name=selected)).to_be_visible()

    page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_text("in this part of the map")).to_be_visible()
    expect(outline(page)).to_have_count(1)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_text("All 2,520 pairs are shown.")).to_be_visible()

    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Save what the map shows").fill("A loop")
    page.get_by_role("button", name="Save view").click()
    page.wait_for_url("**view=*")
    view_id = page.url.split("view=")[1]
    other = page.context.browser.new_page(viewport={"width": 1440, "height": 900})  # type: ignore[union-attr]
    other.goto(page.url)
    expect(other.get_by_role("heading", name=selected)).to_be_visible(timeout=60_000)
    expect(outline(other)).to_have_count(1)
    expect(other.get_by_role("combobox", name="Colour by")).to_have_value("By discipline")
    other.close()

    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_role("heading", name="2,520 pairs")).to_be_visible()
    expect(outline(page)).to_have_count(0)
    app.stop()
    with open_database(app.database) as database:
        view = find_saved_view(database.cursor(), view_id)
        assert view is not None
        assert len(view.filter_.polygon) >= 5
        assert count_pairs(database.cursor(), view.filter_) == pairs


def test_a_phone_gets_a_map_that_no_button_lies_upon(start_app, chromium):
    app = start_app()
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(f"{app.url}/map")
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    buttons = page.locator(".js-plotly-plot .modebar").first
    expect(buttons).to_be_visible()
    # Drawn once for a wide screen, and again with fewer labels as soon as the browser has said how wide it is.
    page.wait_for_function(f"{_LABELS}.length > 0 && {_LABELS}.length < 10")
    page.wait_for_timeout(1_000)
    top, bar = plot.bounding_box(), buttons.bounding_box()
    assert top is not None
    assert bar is not None
    assert bar["y"] + bar["height"] <= top["y"] + 1
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    boxes = page.evaluate(f"[...{_LABELS}].map(label => label.getBoundingClientRect().toJSON())")
    assert not [(a, b) for a in boxes for b in boxes if a is not b and cover(a, b)]
    context.close()


def draw(page: Page, corners: tuple[tuple[float, float], ...]) -> None:
    """Draw a loop with the mouse held down, as a person does."""
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def outline(page: Page) -> Locator:
    """Give the outlines that the figure draws; plotly's own of the moment is not among them."""
    return page.locator(".js-plotly-plot .layer-above .shapelayer path[data-index]")


def legend(page: Page) -> Locator:
    """Give the legend of the map."""
    return page.locator(".js-plotly-plot .legend").first


def cover(one: dict[str, float], other: dict[str, float]) -> bool:
    """Say whether two boxes share some of the screen."""
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )
