"""What is ticked on the Coverage page is planned, made, and gone from the list of what is missing."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MODEL_MILLISECONDS = 280_000
"""How long the built-in model may take for a pair on busy cores."""
FIRST_ROW, ROW_PIXELS = 38, 32


def tick(page: Page, *rows: int, row_pixels: int) -> None:
    """Tick rows of the table, which draws itself on a canvas after it is there."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    page.wait_for_timeout(1_500)
    for row in rows:
        table.click(position={"x": 18, "y": FIRST_ROW + row_pixels * row + row_pixels // 2})
        page.wait_for_timeout(700)


def test_ticked_nodes_become_gaps_of_new_run(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/coverage?by=Field")
    tick(page, 0, 1, row_pixels=34)
    page.get_by_role("button", name="Plan 10 pairs for these 2").click()
    expect(page.get_by_role("heading", name="New run")).to_be_visible()
    expect(page).to_have_url(re.compile(r"gaps=\w{16}%3A5%2C\w{16}%3A5"))
    expect(page.get_by_text("2 gaps, 10 wanted")).to_be_visible()


@pytest.mark.model
@pytest.mark.timeout(600)
def test_key_concepts_that_were_never_used_are_ticked_made_and_used(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/coverage?part=Unused")
    said = page.get_by_text(re.compile(r"^[\d,]+ key concepts never used"))
    expect(said).to_be_visible()
    before = int(said.inner_text().split()[0].replace(",", ""))
    tick(page, 0, 1, 2, row_pixels=ROW_PIXELS)
    page.get_by_role("button", name="Plan for these 3").click()
    expect(page.get_by_text("3 gaps, 3 wanted")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**run=*")
    # One question can be drawn from several of them.
    expect(page.get_by_text(re.compile(r"([1-3]) of \1 pairs?"))).to_be_visible(timeout=MODEL_MILLISECONDS)

    page.goto(f"{app.url}/coverage?part=Unused")
    expect(said).to_have_text(re.compile(f"^{before - 3:,} key concepts never used"))
