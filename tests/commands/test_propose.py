"""`generate --stages taxonomy` asks what is missing below a node; what comes back waits to be judged."""

import pytest

from glan_core.store.database import open_database
from glan_core.store.taxonomy_nodes import list_children
from tests.model_server import ModelServer
from tests.small_curriculum import small_curriculum
from tests.terminal import Terminal, complaint

NODES = small_curriculum()


@pytest.mark.parametrize(
    ("scope", "parent_id", "level"),
    [
        ("Natural Science", NODES.natural_science.taxonomy_node_id, "sub_field"),
        ("Natural Science/Physical sciences", NODES.physical_sciences.taxonomy_node_id, "discipline"),
        ("taxonomy", None, "field"),
    ],
)
def test_proposals_come_into_the_database_as_pending_children(
    terminal_with_model: Terminal, model_server: ModelServer, scope: str, parent_id: str | None, level: str
):
    ran = terminal_with_model.run("generate", "--stages", "taxonomy", "--scope", scope, "--json")
    assert (ran.code, ran.data["state"]) == (0, "finished"), ran.err
    assert len(model_server.requests_of("taxonomy")) == 3
    with open_database(terminal_with_model.database) as database:
        found = list_children(database.cursor(), parent_id)
    proposed = [node for node in found if node.status == "pending"]
    assert len(proposed) == 6
    assert {(node.level, node.origin) for node in proposed} == {(level, "model")}


def test_the_prompt_names_what_is_there_already(terminal_with_model: Terminal, model_server: ModelServer):
    terminal_with_model.run("generate", "--stages", "taxonomy", "--scope", "taxonomy")
    for request in model_server.requests_of("taxonomy"):
        assert "Agriculture; Natural Science" in request.messages[-1].content


def test_the_end_says_how_many_nodes_were_proposed(terminal_with_model: Terminal):
    ran = terminal_with_model.run("generate", "--stages", "taxonomy", "--scope", "Natural Science")
    assert "finished: 6 proposed nodes in" in ran.out
    assert "6 proposed nodes, 0 failed, 5 calls" in ran.err
    assert "instructions" not in ran.out + ran.err
    again = terminal_with_model.run("generate", "--stages", "taxonomy", "--scope", "taxonomy", "--json")
    assert again.data["proposed_nodes"] == 6


def test_the_end_says_which_levels_grew(terminal_with_model: Terminal):
    stages = "subjects,syllabus,class_details,instructions,answers"
    ran = terminal_with_model.run("generate", "--stages", stages, "--scope", "Mechanics", "--instructions", "2")
    assert "finished: 0 subjects, 1 syllabus, 2 instructions and 2 answers in" in ran.out
    assert "proposed" not in ran.out


def test_a_plan_tells_the_calls(terminal: Terminal):
    ran = terminal.run("plan", "--stages", "taxonomy", "--scope", "taxonomy", "--json")
    assert ran.data["calls"] == {"taxonomy": 3}
    assert ran.data["instructions"] == 0


@pytest.mark.parametrize("stages", ["instructions,answers", "taxonomy,subjects"])
def test_the_whole_taxonomy_takes_no_other_stage(terminal: Terminal, stages: str):
    ran = terminal.run("plan", "--stages", stages, "--scope", "taxonomy")
    assert ran.code == 2
    assert "asks for fields that are missing" in complaint(ran)[0]
