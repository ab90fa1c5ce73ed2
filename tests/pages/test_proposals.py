"""Does a model's list of what is missing arrive, and can each proposal be changed, accepted and rejected?"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.edits import apply_edit, change_nodes, set_status
from glan_core.entities import TaxonomyNode
from glan_core.errors import EmbeddingError
from glan_core.ids import taxonomy_node_id
from glan_core.store.database import Database
from glan_core.store.edits import list_edits
from glan_core.store.names import list_known_names
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes, list_children
from pages.shared import state
from pages.shared.proposals_table import Desk
from pages.shared.workspace import open_workspace
from tests.model_server import MODEL, ModelServer, Reply, stage_of
from tests.pages.new_run_page import press, texts, wait_for


def proposals() -> None:
    """A page with the proposals below one node and nothing else; names are compared by spelling alone."""
    import streamlit as st

    from glan_core.name_meanings import NameReader
    from pages.shared.proposals_view import show_proposals
    from pages.shared.workspace import open_workspace
    from tests.pages.test_proposals import refuse

    workspace = open_workspace()
    show_proposals(workspace._replace(names=NameReader(workspace.database, refuse)), st.session_state["node_id"])


def refuse(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Stand in for a process that embeds and has run out of memory: loading the encoder takes longer than a test."""
    raise EmbeddingError("There is no memory left.")


@pytest.fixture
def page(app_database: Database) -> AppTest:
    """The page, about Screen arts."""
    opened = AppTest.from_function(proposals, default_timeout=60)
    opened.session_state["node_id"] = node_id(app_database, "Screen arts")
    return opened


def node_id(database: Database, name: str) -> str:
    return next(known.node_id for known in list_known_names(database.cursor()) if known.name == name)


def listed(*names: str) -> str:
    return "\n".join(json.dumps({"name": name, "description": f"About {name}."}) for name in names)


def pending(database: Database, *names: str) -> list[str]:
    """Put pending nodes below Screen arts, as a run would."""
    parent_id = node_id(database, "Screen arts")
    nodes = [
        TaxonomyNode(
            taxonomy_node_id(parent_id, name), parent_id, "discipline", name, f"About {name}.", "pending", None, "model"
        )
        for name in names
    ]
    insert_taxonomy_nodes(database.cursor(), nodes)
    return [node.taxonomy_node_id for node in nodes]


def propose(page: AppTest) -> AppTest:
    """Ask what is missing, and show the page again once that is done."""
    press(page.run(), "Propose what is missing")
    run_id = page.session_state[state.PROPOSING][page.session_state["node_id"]]
    wait_for(run_id)
    page.run()
    assert not page.exception
    return page


def children(database: Database, parent: str) -> dict[str, TaxonomyNode]:
    """Give what stands below a node, by name."""
    parent_id = node_id(database, parent)
    return {node.name: node for node in list_children(database.cursor(), parent_id)}


def draft(page: AppTest, **of: dict[str, Any]) -> None:
    """Type and tick, as the table does: by node id."""
    page.session_state[state.PROPOSALS] = Desk(drafts=of)


def editor(page: AppTest) -> Any:
    """Give what the table shows."""
    (table,) = page.dataframe
    return table.value


# Asking -------------------------------------------------------------------------------------------------------------


def test_before_anything_is_asked_the_page_says_what_it_takes(page: AppTest, model_server: ModelServer):
    page.run()
    assert not page.exception
    assert page.caption[0].value.replace("\\", "").startswith("3 calls · ")
    assert "cost unknown" in page.caption[0].value
    assert f"Model: {MODEL}" in texts(page)
    assert "Nothing is proposed here yet. A model can list disciplines" in texts(page)
    assert model_server.requests_of("taxonomy") == ()


@pytest.mark.parametrize(
    ("parent", "level"), [("Screen arts", "discipline"), ("Natural Science", "sub_field"), (None, "field")]
)
def test_what_a_model_finds_missing_waits_beside_its_siblings(
    page: AppTest, app_database: Database, parent: str | None, level: str
):
    page.session_state["node_id"] = node_id(app_database, parent) if parent else None
    propose(page)
    found = [
        node for node in list_children(app_database.cursor(), page.session_state["node_id"]) if node.status == "pending"
    ]
    assert {(node.level, node.origin) for node in found} == {(level, "model")}
    assert sorted(editor(page)["name"]) == sorted(node.name for node in found)


def test_the_table_tells_how_many_lists_name_each(page: AppTest, model_server: ModelServer):
    lists = iter((listed("Animation", "Radio"), listed("Animations"), listed("Radio", "Animation", "Photography")))
    model_server.script = lambda request: next(lists) if stage_of(request) == "taxonomy" else None
    propose(page)
    told = dict(zip(editor(page)["name"], editor(page)["named"], strict=True))
    assert told == {"Animation": "3 of 3", "Radio": "2 of 3", "Photography": "1 of 3"}


def test_near_twins_are_marked(page: AppTest, app_database: Database):
    pending(app_database, "Film studies", "Beekeeping")
    page.run()
    told = dict(zip(editor(page)["name"], editor(page)["near"], strict=True))
    assert told == {"Film studies": "Film (beside it)", "Beekeeping": ""}


def test_a_second_asking_is_another_run(page: AppTest, model_server: ModelServer):
    propose(page)
    propose(page)
    assert len(model_server.requests_of("taxonomy")) == 6


def test_a_discipline_has_no_proposals(page: AppTest, app_database: Database):
    page.session_state["node_id"] = node_id(app_database, "Physics")
    page.run()
    assert "Subjects of a discipline are not proposed" in texts(page)
    assert len(page.button) == 0


# What goes wrong ----------------------------------------------------------------------------------------------------


def test_a_refusal_is_told_with_what_the_endpoint_said(page: AppTest, model_server: ModelServer):
    model_server.script = lambda request: Reply("This is not allowed.", status=400)
    propose(page)
    assert "The endpoint refused to answer (status 400)." in texts(page)
    assert "This is not allowed." in texts(page)


def test_replies_that_are_no_list_are_told(page: AppTest, model_server: ModelServer):
    model_server.script = lambda request: "I would rather not."
    propose(page)
    assert "The model's replies could not be read as a list." in texts(page)


def test_a_model_that_finds_nothing_missing_is_no_error(page: AppTest, model_server: ModelServer):
    model_server.script = lambda request: listed("Film", "Television")
    propose(page)
    assert [each.value for each in page.info] == [
        "The model named no disciplines that are not here already. Another model may."
    ]
    assert len(page.error) == 0


def test_a_wrong_key_is_told_and_the_run_can_go_on(page: AppTest, model_server: ModelServer):
    model_server.script = lambda request: Reply("Wrong key.", status=401)
    propose(page)
    assert "refused the key." in texts(page)
    assert "Go on" in [button.label for button in page.button]


def test_without_a_model_what_is_proposed_can_still_be_judged(
    page: AppTest, app_database: Database, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
):
    pending(app_database, "Animation")
    model_server.models = ["one", "another"]
    monkeypatch.delenv("GLAN_MODEL")
    open_workspace.clear()  # type: ignore[attr-defined]
    app_database.close()
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert list(editor(page)["name"]) == ["Animation"]
    press(page, "Tick all")
    press(page, "Accept ticked")
    assert children(open_workspace().database, "Screen arts")["Animation"].status == "kept"


# Judging ------------------------------------------------------------------------------------------------------------


def test_ticked_proposals_are_accepted_in_one_edit(page: AppTest, app_database: Database):
    pending(app_database, "Animation", "Radio")
    press(page.run(), "Tick all")
    press(page, "Accept ticked")
    found = children(app_database, "Screen arts")
    assert (found["Animation"].status, found["Radio"].status) == ("kept", "kept")
    assert [edit.label for edit in list_edits(app_database.cursor())] == ["Accepted Animation and Radio"]


def test_a_changed_name_and_description_are_part_of_the_same_edit(page: AppTest, app_database: Database):
    (animation,) = pending(app_database, "Animation")
    draft(page, **{animation: {"is_ticked": True, "name": " Animated film ", "description": "Drawn, not shot."}})
    page.session_state[state.EDITOR] = "A"
    press(page.run(), "Accept ticked")
    found = children(app_database, "Screen arts")["Animated film"]
    assert (found.taxonomy_node_id, found.status, found.description) == (animation, "kept", "Drawn, not shot.")
    (edit,) = list_edits(app_database.cursor())
    assert (edit.kind, edit.label, edit.editor) == ("accept", "Accepted Animated film", "A")


def test_only_what_is_ticked_is_rejected(page: AppTest, app_database: Database):
    animation, _ = pending(app_database, "Animation", "Radio")
    draft(page, **{animation: {"is_ticked": True}})
    press(page.run(), "Reject ticked")
    found = children(app_database, "Screen arts")
    assert (found["Animation"].status, found["Radio"].status) == ("removed", "pending")


def test_all_can_be_ticked_and_none(page: AppTest, app_database: Database):
    pending(app_database, "Animation", "Radio")
    press(page.run(), "Tick all")
    assert list(editor(page)["is_ticked"]) == [True, True]
    press(page, "Tick none")
    assert list(editor(page)["is_ticked"]) == [False, False]
    assert "0 of 2 ticked" in texts(page)


def test_a_name_that_is_there_is_refused_and_nothing_is_lost(page: AppTest, app_database: Database):
    animation, radio = pending(app_database, "Animation", "Radio")
    draft(page, **{animation: {"is_ticked": True, "name": "film"}, radio: {"is_ticked": True, "description": "Sound."}})
    press(page.run(), "Accept ticked")
    assert "film would have the same name as something beside it" in texts(page)
    assert {children(app_database, "Screen arts")[name].status for name in ("Animation", "Radio")} == {"pending"}
    page.run()
    assert list(editor(page)["name"]) == ["film", "Radio"]
    assert list(editor(page)["description"]) == ["About Animation.", "Sound."]


def test_an_emptied_name_is_refused(page: AppTest, app_database: Database):
    (animation,) = pending(app_database, "Animation")
    draft(page, **{animation: {"is_ticked": True, "name": None}})
    press(page.run(), "Accept ticked")
    assert "A name is empty." in texts(page)


def test_what_somebody_else_judged_meanwhile_is_a_conflict(page: AppTest, app_database: Database):
    animation, radio = pending(app_database, "Animation", "Radio")
    draft(page, **{animation: {"is_ticked": True}, radio: {"is_ticked": True}})
    page.run()
    button = next(button for button in page.button if button.label == "Accept ticked")
    apply_edit(app_database, set_status(app_database.cursor(), [radio], "removed"))
    button.click().run()
    assert not page.exception
    found = children(app_database, "Screen arts")
    assert found["Radio"].status == "removed"
    assert found["Animation"].status == "kept"  # the table had gone on by then, without what was judged


def test_what_somebody_else_renamed_is_accepted_under_that_name(page: AppTest, app_database: Database):
    (animation,) = pending(app_database, "Animation")
    draft(page, **{animation: {"is_ticked": True}})
    page.run()
    apply_edit(app_database, change_nodes(app_database.cursor(), {animation: {"name": "Animated film"}}))
    press(page, "Accept ticked")
    assert children(app_database, "Screen arts")["Animated film"].status == "kept"


def test_once_all_are_judged_the_page_says_so(page: AppTest, app_database: Database):
    propose(page)
    press(page, "Tick all")
    press(page, "Reject ticked")
    page.run()
    assert "The disciplines that the model proposed here have all been judged." in texts(page)


def test_a_rejected_name_is_not_proposed_again(page: AppTest, app_database: Database, model_server: ModelServer):
    pending(app_database, "Animation")
    press(page.run(), "Tick all")
    press(page, "Reject ticked")
    model_server.script = lambda request: listed("Animation", "Radio")
    propose(page)
    assert list(editor(page)["name"]) == ["Radio"]
