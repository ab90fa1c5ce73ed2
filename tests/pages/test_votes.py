"""Does the Votes page let people vote one node after the other, and show what follows?"""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from streamlit.testing.v1 import AppTest

from glan_core import ids
from glan_core.edits import apply_edit, set_status
from glan_core.entities import TaxonomyNode, Vote
from glan_core.store.database import Database
from glan_core.store.edits import list_edits
from glan_core.store.taxonomy_nodes import find_taxonomy_node, insert_taxonomy_nodes
from glan_core.store.votes import insert_votes, list_voted_nodes, list_votes, read_queue

PAGE = "pages/curriculum/votes.py"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARKUP = "**Bold** <b>x</b> [a](http://b) :red[y] $z$"


@pytest.fixture
def nobody(app_database: Database) -> Database:
    """The database of the app without the shipped votes."""
    app_database.cursor().execute("delete from vote")
    return app_database


def open_votes(app: AppTest, **parameters: str) -> AppTest:
    app.switch_page(PAGE)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def say(
    database: Database,
    node_id: str,
    reviewer: str,
    verdict: Literal["keep", "remove"],
    *,
    reason: str = "",
    hour: int = 0,
) -> None:
    at = NOON + timedelta(hours=hour)
    insert_votes(database.cursor(), [Vote(ids.vote_id(node_id, reviewer, at), node_id, reviewer, verdict, reason, at)])


def waiting(database: Database, reviewer: str) -> list[TaxonomyNode]:
    """Give the nodes that a reviewer is asked about, in order."""
    cursor = database.cursor()
    found = [find_taxonomy_node(cursor, node_id) for node_id in read_queue(cursor, reviewer).waiting_ids]
    return [node for node in found if node is not None]


def texts(app: AppTest) -> str:
    """Give everything that stands on the page as text."""
    return "\n".join(
        element.value for kind in (app.markdown, app.caption, app.text, app.info, app.subheader) for element in kind
    )


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_without_a_name_nothing_can_be_voted_on(app: AppTest):
    open_votes(app)
    assert app.info[0].value == "Write your name at the top to vote on 187 nodes."
    assert "Keep" not in labels(app)


def test_a_new_name_is_told_as_such_and_may_begin(app: AppTest, app_database: Database):
    open_votes(app, reviewer="A")
    assert "No votes under this name yet. Reviewers so far: first reading" in texts(app)
    assert app.header[0].value == waiting(app_database, "A")[0].name
    assert waiting(app_database, "A")[0].status == "pending"


def test_a_vote_is_kept_with_its_reason_and_the_next_node_comes(app: AppTest, app_database: Database):
    first, second = waiting(app_database, "A")[:2]
    open_votes(app, reviewer="A")
    app.text_area[0].set_value(" Taught everywhere. ").run()
    press(app, "Keep")
    vote = list_votes(app_database.cursor(), first.taxonomy_node_id)[-1]
    assert (vote.reviewer, vote.verdict, vote.reason) == ("A", "keep", "Taught everywhere.")
    assert app.header[0].value == second.name
    assert app.text_area[0].value == ""


def test_what_others_said_is_hidden_until_one_has_voted(app: AppTest, app_database: Database):
    first = waiting(app_database, "A")[0]
    say(app_database, first.taxonomy_node_id, "B", "remove", reason="It repeats another.")
    open_votes(app, reviewer="A")
    assert "4 reviewers have voted. What they said is shown once you have." in texts(app)
    assert "It repeats another." not in texts(app)
    press(app, "Remove")
    assert f"Your last vote: {first.name}" in texts(app)
    assert "It repeats another." in texts(app)


def test_a_skipped_node_waits_for_the_end(app: AppTest, nobody: Database):
    first, second = waiting(nobody, "A")[:2]
    open_votes(app, reviewer="A")
    press(app, "Skip")
    assert app.header[0].value == second.name
    assert list_votes(nobody.cursor()) == ()
    for node in waiting(nobody, "A")[1:]:
        say(nobody, node.taxonomy_node_id, "A", "keep")
    app.run()
    assert "You skipped the last node." in texts(app)
    press(app, "Show them again")
    assert app.header[0].value == first.name


def test_voting_again_replaces_the_vote_and_keeps_both(app: AppTest, nobody: Database):
    first = waiting(nobody, "A")[0]
    open_votes(app, reviewer="A")
    press(app, "Keep")
    press(app, "Vote again")
    assert app.header[0].value == first.name
    assert "You voted keep just now." in texts(app)
    press(app, "Remove")
    cursor = nobody.cursor()
    assert [vote.verdict for vote in list_votes(cursor, first.taxonomy_node_id)] == ["keep", "remove"]
    (node,) = list_voted_nodes(cursor)
    assert (node.keep, node.remove) == (0, 1)
    assert "replaced by a newer one" in texts(app)


def test_a_name_gets_the_spelling_of_earlier_votes(app: AppTest, nobody: Database):
    node = waiting(nobody, "Reviewer")[0]
    say(nobody, node.taxonomy_node_id, "Reviewer", "keep")
    open_votes(app, reviewer="  reviewer ")
    press(app, "Keep")
    assert {vote.reviewer for vote in list_votes(nobody.cursor())} == {"Reviewer"}


def test_the_choice_of_nodes_narrows_the_queue(app: AppTest, nobody: Database):
    open_votes(app, reviewer="A", level="Fields")
    assert "At the top of the taxonomy" in texts(app)
    app.toggle[0].set_value(True).run()
    assert "There is no node of this choice to vote on." in texts(app)


def test_an_empty_queue_leads_to_the_results(app: AppTest, nobody: Database):
    for node in waiting(nobody, "A"):
        say(nobody, node.taxonomy_node_id, "A", "keep")
    open_votes(app, reviewer="A")
    assert "You have voted on every node of this choice." in texts(app)
    press(app, "See the results")
    assert app.dataframe[0].value.shape[0] == 187


def test_an_unknown_node_in_the_address_gets_a_sentence(app: AppTest):
    open_votes(app, reviewer="A", node="nope")
    assert app.warning[0].value == "This address names a node that is not there."


@pytest.mark.parametrize("tab", ["Results", "Apply", "Agreement"])
def test_every_tab_says_that_nobody_has_voted(app: AppTest, nobody: Database, tab: str):
    open_votes(app, view=tab)
    assert app.info[0].value.startswith("Nobody has voted yet")
    assert not app.dataframe


def test_results_list_ties_and_majorities_against_the_status(app: AppTest, nobody: Database):
    pending, other = waiting(nobody, "A")[:2]
    say(nobody, pending.taxonomy_node_id, "A", "keep")
    say(nobody, other.taxonomy_node_id, "A", "keep")
    say(nobody, other.taxonomy_node_id, "B", "remove")
    open_votes(app, view="Results")
    control = app.segmented_control(key="results-filter")
    assert list(control.options) == ["All (2)", "Ties (1)", "Against the status (1)"]
    control.set_value("ties").run()
    assert app.dataframe[0].value["Node"].to_list() == [other.name]
    assert app.dataframe[0].value["Verdict"].to_list() == ["Tie"]
    app.segmented_control(key="results-filter").set_value("against").run()
    assert app.dataframe[0].value["Node"].to_list() == [pending.name]
    assert app.dataframe[0].value["Note"].to_list() == ["Against the status"]


def test_markup_in_names_and_reasons_stays_text(app: AppTest, nobody: Database):
    field = TaxonomyNode(ids.taxonomy_node_id(None, MARKUP), None, "field", MARKUP, MARKUP)
    insert_taxonomy_nodes(nobody.cursor(), [field])
    say(nobody, field.taxonomy_node_id, MARKUP, "keep", reason=MARKUP)
    say(nobody, field.taxonomy_node_id, "A", "keep", reason=MARKUP)
    open_votes(app, reviewer="A", node=field.taxonomy_node_id)
    assert app.header[0].value.startswith("\\*\\*Bold\\*\\* \\<b\\>")
    assert [text.value for text in app.text] == [MARKUP] * 3  # the description, and two reasons
    assert not [element for element in (*app.markdown, *app.caption) if "**Bold**" in element.value]


def test_agreement_is_shown_level_by_level(app: AppTest):
    open_votes(app, view="Agreement")
    rows = app.dataframe[0].value.set_index("Level")
    assert rows.index.to_list() == ["All levels", "Fields", "Sub-fields", "Disciplines"]
    assert rows.loc["All levels", ["n", "Nodes", "Reviewers"]].to_list() == [342, 114, 3]
    assert 0.8 < rows.loc["All levels", "Alpha"] < 0.9
    assert rows.loc["Fields", "Why there is no alpha"] == "No node has the votes of two reviewers."


def test_applying_the_majority_changes_the_ticked_nodes_and_is_kept_in_the_log(app: AppTest, nobody: Database):
    pending = waiting(nobody, "A")[0]
    kept = next(node for node in waiting(nobody, "A") if node.status == "kept" and node.level == "discipline")
    say(nobody, pending.taxonomy_node_id, "A", "keep")
    say(nobody, kept.taxonomy_node_id, "A", "remove")
    open_votes(app, view="Apply", reviewer="A")
    table = app.dataframe[0]
    assert dict(zip(table.value["Node"], table.value["Becomes"], strict=True)) == {
        pending.name: "Kept",
        kept.name: "Removed",
    }
    app.session_state[table.key] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    app.run()
    press(app, "Apply the majority: keep 1, remove 1")
    cursor = nobody.cursor()
    after = [find_taxonomy_node(cursor, node.taxonomy_node_id) for node in (pending, kept)]
    assert [node.status for node in after if node] == ["kept", "removed"]
    assert list_edits(cursor)[0].editor == "A"
    assert "Every node has the status" in app.info[0].value


def test_what_cannot_be_applied_changes_nothing_and_says_why(app: AppTest, nobody: Database):
    cursor = nobody.cursor()
    pending = waiting(nobody, "A")[0]
    apply_edit(nobody, set_status(cursor, [str(pending.parent_id)], "removed"))
    say(nobody, pending.taxonomy_node_id, "A", "keep")
    open_votes(app, view="Apply")
    assert "can be kept only if that is kept too" in texts(app)
    app.session_state[app.dataframe[0].key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    press(app, "Apply the majority: keep 1")
    assert "Nothing was changed" in app.error[0].value
    node = find_taxonomy_node(cursor, pending.taxonomy_node_id)
    assert node is not None
    assert node.status == "pending"
