"""Typing a part of a name and Enter chooses one node of the taxonomy, the one whose name is nearest."""

import re

import pytest
from playwright.sync_api import Page, expect

from glan_core.scope import resolve_scope
from glan_core.store.database import open_database

pytestmark = pytest.mark.browser


def test_enter_takes_the_subject_whose_name_was_begun_and_nothing_else(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/new_run")
    typed = page.get_by_test_id("stMultiSelect").filter(has_text="Where").locator("input").first
    typed.click()
    typed.press_sequentially("Thermo")
    expect(page.get_by_role("option").first).to_contain_text("Physics › Thermodynamics")
    typed.press("Enter")
    page.wait_for_url(re.compile("scope=.+"))
    app.stop()
    with open_database(app.database) as database:
        thermodynamics = resolve_scope(database.cursor(), "Thermodynamics").node_id
    assert page.url.endswith(f"scope={thermodynamics}")
