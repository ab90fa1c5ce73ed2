"""A click on a row opens its pair, and an address brings it back; a query is typed and run."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_click_opens_a_pair_whose_address_can_be_handed_on(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/samples?order=place&answered=yes")
    expect(page.get_by_text("Click one to open it.")).to_be_visible()
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    page.wait_for_timeout(1_000)  # the canvas of the table draws itself after it is there
    table.click(position={"x": 60, "y": 60})
    expect(page.get_by_role("button", name="All pairs")).to_be_visible()
    expect(page.get_by_text("1 of ", exact=False)).to_be_visible()
    expect(page).to_have_url(re.compile(r"pair=\w{16}"))
    answer = page.get_by_test_id("stText").nth(1).inner_text()

    page.goto(page.url)
    expect(page.get_by_test_id("stText").nth(1)).to_have_text(answer)
    page.get_by_role("button", name=re.compile("^Next")).click()
    expect(page.get_by_text("2 of ", exact=False)).to_be_visible()
    page.get_by_role("button", name="All pairs").click()
    expect(page.get_by_text("Click one to open it.")).to_be_visible()
    expect(page).to_have_url(re.compile("answered=yes"))


def test_a_query_is_typed_run_and_stays_in_the_editor(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/samples?show=Query")
    editor = page.get_by_label("SQL")
    expect(editor).to_be_visible()
    editor.fill("select level, count(*) as pairs from pair group by all order by all")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("3 rows")).to_be_visible()
    expect(editor).to_have_value(re.compile("select level"))
    page.get_by_text("Plot", exact=True).click()
    expect(page.get_by_test_id("stPlotlyChart")).to_be_visible()

    editor.fill("copy pair to 'stolen.csv'")
    editor.press("Control+Enter")
    expect(page.get_by_text("COPY is not run here.")).to_be_visible()
    expect(editor).to_have_value("copy pair to 'stolen.csv'")
