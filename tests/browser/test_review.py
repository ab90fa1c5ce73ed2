"""Ten pairs are reviewed with the keyboard alone: accepted, rejected with reasons, edited, skipped and taken back."""

import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from glan_core.store.database import open_database
from glan_core.store.reviews import list_standing_verdicts

pytestmark = pytest.mark.browser


def test_ten_pairs_are_reviewed_by_keyboard_only(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/review?reviewer=Ada")
    question = page.get_by_test_id("stText").first
    expect(question).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Accept"))).to_be_visible()

    def press(key: str, *, reviewed: int) -> None:
        """Press a key that leads to another pair, and wait for it."""
        before = question.inner_text()
        page.keyboard.press(key)
        expect(question).not_to_have_text(before)
        expect(page.get_by_text(f"{reviewed} reviewed by Ada")).to_be_visible()

    first = question.inner_text()
    press("ArrowRight", reviewed=0)
    press("ArrowLeft", reviewed=0)
    expect(question).to_have_text(first)
    for number in range(1, 6):
        press("a", reviewed=number)
    press("s", reviewed=5)
    page.keyboard.press("2")
    expect(page.get_by_test_id("stBaseButton-primary").filter(has_text="Incomplete").first).to_be_visible()
    for number in range(6, 10):
        press("x", reviewed=number)
    press("u", reviewed=8)
    press("x", reviewed=9)

    page.keyboard.press("e")
    field = page.get_by_label("Question", exact=True)
    expect(field).to_be_visible()
    for _ in range(40):  # until the focus is in the field
        if field.evaluate("each => each === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" *Why?*")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("10 reviewed by Ada")).to_be_visible()
    expect(page.get_by_text("*Why?*")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)

    app.stop()
    with open_database(app.database) as database:
        cursor = database.cursor()
        said = Counter(each.verdict for each in list_standing_verdicts(cursor))
        reasons = cursor.execute("select reasons from review where len(reasons) > 0").fetchall()
        edited = cursor.execute("select instruction_after from edited_text").fetchall()
    assert said == {"accepted": 5, "rejected": 4, "edited": 1}
    assert reasons == [(["incomplete"],)]
    assert edited[0][0].endswith(" *Why?*")
