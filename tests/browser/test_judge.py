"""In the real app, with an endpoint: a rejected pair is written anew, and a judge scores some, each by its button."""

import re

import pytest
from playwright.sync_api import Page, expect

from glan_core.store.database import open_database
from tests.model_server import API_KEY, MODEL, ModelServer

pytestmark = pytest.mark.browser


def test_rejected_pairs_are_written_anew_and_pairs_are_judged(start_app, page: Page, model_server: ModelServer):
    app = start_app(OPENAI_BASE_URL=model_server.base_url, OPENAI_API_KEY=API_KEY, GLAN_MODEL=MODEL)
    page.goto(f"{app.url}/review?reviewer=Ada")
    page.get_by_role("button", name=re.compile("^Reject")).first.click()
    expect(page.get_by_text("1 reviewed by Ada")).to_be_visible()

    page.goto(f"{app.url}/review?reviewer=Ada&step=Rejected")
    page.get_by_role("button", name="Write them anew").click()
    expect(page.get_by_role("button", name="Review the new pairs")).to_be_visible()
    page.get_by_role("button", name="Review the new pairs").click()
    expect(page.get_by_role("button", name="In place of a rejected pair")).to_be_visible()

    page.goto(f"{app.url}/quality?check=Judge")
    pairs = page.get_by_label("Pairs", exact=True)
    pairs.fill("3")
    pairs.press("Enter")
    expect(page.get_by_test_id("stMetric").filter(has_text="Calls")).to_contain_text("3")
    page.get_by_role("button", name="Start judging").click()
    expect(page.get_by_text("judged 3 of these")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)

    app.stop()
    with open_database(app.database) as database:
        cursor = database.cursor()
        assert cursor.execute("select count(*) from judge_score").fetchall() == [(3,)]
        assert cursor.execute("select count(*) from regeneration").fetchall() == [(1,)]
