"""From a name to pairs: a node is found, added, voted on, grown by the built-in model, renamed, and led back to."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from glan_core.entities import Filter
from glan_core.scope import resolve_scope
from glan_core.store.database import open_database
from glan_core.store.edits import list_edits
from glan_core.store.pairs import lineage, list_pairs
from glan_core.store.votes import list_votes

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_a_node_goes_from_its_name_to_a_pair_that_leads_back_to_it(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/taxonomy")
    page.get_by_placeholder("Search names").fill("physical sciences")
    page.keyboard.press("Enter")
    tree(page).get_by_text("Physical sciences").click()
    expect(page.get_by_role("heading", name="Physical sciences")).to_be_visible()

    choose(page, "Add disciplines")
    names = page.get_by_role("textbox", name="Names of disciplines")
    names.fill("Physic")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("spelled alike")).to_be_visible()
    expect(page.get_by_role("button", name="Use the existing one")).to_be_visible()
    names.fill("Beekeeping: Raises bees for honey")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("spelled alike")).to_have_count(0)
    page.get_by_role("button", name="Add 1 discipline").click()
    expect(page.get_by_text("Added Beekeeping to Physical sciences")).to_be_visible()

    page.get_by_placeholder("Search names").fill("bee")
    page.keyboard.press("Enter")
    tree(page).get_by_text("Beekeeping").click()
    expect(page.get_by_role("heading", name="Beekeeping")).to_be_visible()
    node_id = re.search(r"node=(\w+)", page.url)
    assert node_id

    page.goto(f"{app.url}/votes?reviewer=A&node={node_id[1]}")
    page.get_by_role("button", name=re.compile("^Keep")).click()
    expect(page.get_by_text("1 keep").first).to_be_visible(timeout=30_000)

    page.goto(f"{app.url}/taxonomy?node={node_id[1]}")
    page.get_by_role("button", name="Grow this node").click()
    page.get_by_label("Pairs", exact=True).fill("1")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("1 of 1 pair")).to_be_visible(timeout=280_000)

    page.goto(f"{app.url}/taxonomy?node={node_id[1]}")
    choose(page, "Rename or describe")
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Apiculture")
    page.keyboard.press("Tab")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Apiculture")).to_be_visible()
    app.stop()

    with open_database(app.database) as database:
        cursor = database.cursor()
        made = list_pairs(cursor, Filter(taxonomy_node_ids=(resolve_scope(cursor, "Apiculture").node_id,)), limit=9)
        found = lineage(cursor, made.instruction_id[0])
        assert found is not None
        assert found.path[:3] == ("Natural Science", "Physical sciences", "Apiculture")
        assert [edit.label for edit in reversed(list_edits(cursor))] == [
            "Added Beekeeping to Physical sciences",
            "Renamed Beekeeping to Apiculture",
        ]
        assert [(vote.reviewer, vote.verdict) for vote in list_votes(cursor, node_id[1])] == [("A", "keep")]


def tree(page: Page) -> Locator:
    """Give the tree, which stands in a frame of its own."""
    return page.frame_locator("iframe:visible").locator("body")


def choose(page: Page, word: str) -> None:
    """Choose something from the menu Edit of the node that is shown."""
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_text(word).last.click()
