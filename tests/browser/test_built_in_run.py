"""A run of the built-in model from its start to its rows in a file, paused, stopped and gone on with on the way."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.model]

MODEL_MILLISECONDS = 280_000
"""How long the built-in model may take for a pair on busy cores."""


@pytest.mark.timeout(600)
def test_a_run_is_watched_paused_resumed_stopped_and_gone_on_with_until_its_rows_are_in_a_file(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/new_run")
    page.get_by_role("button", name="Start", exact=True).wait_for()
    page.get_by_role("spinbutton", name="Pairs").fill("2")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**run=*")
    page.get_by_role("link", name="Details").click()
    page.wait_for_url("**/runs?**run=*")

    expect(page.get_by_text("1 of 1 calls under way")).to_be_visible(timeout=MODEL_MILLISECONDS)
    page.get_by_role("button", name="Pause").click()
    expect(badge(page, "paused")).to_be_visible(timeout=MODEL_MILLISECONDS)  # after the call under way
    expect(page.get_by_text("0 of 2 pairs · 1 call ·")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(badge(page, "running")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(badge(page, "stopped")).to_be_visible(timeout=MODEL_MILLISECONDS)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("2 of 2 pairs")).to_be_visible(timeout=MODEL_MILLISECONDS)
    expect(badge(page, "finished")).to_be_visible(timeout=MODEL_MILLISECONDS)
    page.get_by_role("tab", name="Calls").click()
    expect(page.get_by_text("SmolLM2-135M-Instruct").first).to_be_visible()

    page.get_by_role("main").get_by_role("link", name="Export").click()
    page.get_by_role("button", name="Write pairs.jsonl").click()
    expect(page.get_by_text("SHA-256 of pairs.jsonl")).to_be_visible()
    app.stop()
    lines = (app.database.with_suffix(".exports") / "export-1" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 2  # flagged ones stay behind
    for line in lines:
        assert [message["role"] for message in json.loads(line)["messages"]] == ["user", "assistant"]


def badge(page: Page, words: str) -> Locator:
    """Give the badge that says in these words where the run stands."""
    return page.locator(".stMarkdownBadge", has_text=re.compile(f"{words}$"))
