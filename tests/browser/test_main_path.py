"""From a fresh start to pairs made by the built-in model, seen on the map and written to a file."""

import json

import pytest
from playwright.sync_api import Page, expect

from glan_core.store.database import open_database
from glan_core.store.pairs import lineage

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_five_pairs_reach_the_map_and_the_file_and_lead_back_to_their_key_concepts(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/new_run")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("5 of 5 pairs")).to_be_visible(timeout=280_000)

    page.get_by_role("main").get_by_role("link", name="On the map").first.click()
    chart = page.locator(".js-plotly-plot .nsewdrag").first
    expect(chart).to_be_visible(timeout=180_000)
    lasso_everything(page)
    expect(page.get_by_text("5 selected")).to_be_visible()

    page.get_by_role("link", name="Export").first.click()
    page.get_by_role("button", name="Write pairs.jsonl").click()
    expect(page.get_by_text("SHA-256 of pairs.jsonl")).to_be_visible()
    app.stop()

    lines = (app.database.with_suffix(".exports") / "export-1" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert 1 <= len(rows) <= 5  # flagged ones stay behind
    with open_database(app.database) as database:
        for row in rows:
            assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
            found = lineage(database.cursor(), row["metadata"]["instruction_id"])
            assert found is not None
            assert list(found.key_concepts) == row["metadata"]["key_concepts"]
            prompt = "\n".join(message.content for message in found.instruction_messages)
            assert all(name in prompt for name in found.key_concepts)
            assert found.answer_messages[-1].content == row["messages"][0]["content"]


def lasso_everything(page: Page) -> None:
    """Draw around the whole map with the mouse, as a person does."""
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box is not None
    left, top = box["x"] + 2, box["y"] + 2
    right, bottom = box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 1)):
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
