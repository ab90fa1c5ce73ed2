"""`taxonomy` shows the tree and changes it, as the app does, and takes changes back."""

from datetime import UTC, datetime

import pytest

from glan_core.entities import TaxonomyNode, Vote
from glan_core.store.database import open_database
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from glan_core.store.votes import insert_votes
from tests.edits.kept_tree import names
from tests.edits.second_optics import insert_questions, insert_second_optics
from tests.small_curriculum import small_curriculum
from tests.terminal import Terminal, complaint, held_by_another

NODES = small_curriculum()
PHYSICS = "Natural Science/Physical sciences/Physics"


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """A terminal with a subject Optics of Physics (two pairs) and one of Chemistry (one pair)."""
    with open_database(terminal.database) as database:
        insert_questions(database.cursor())
        insert_second_optics(database.cursor())
    return terminal


def tree(terminal: Terminal) -> list[str]:
    """List the paths of all that counts."""
    with open_database(terminal.database) as database:
        return names(database.cursor())


def propose_geology(terminal: Terminal) -> None:
    node = TaxonomyNode(
        "geology", NODES.physical_sciences.taxonomy_node_id, "discipline", "Geology", status="pending", origin="model"
    )
    with open_database(terminal.database) as database:
        insert_taxonomy_nodes(database.cursor(), [node])


# show ---------------------------------------------------------------------------------------------------------------


def test_the_tree_is_shown_down_to_disciplines_with_what_lies_below(terminal: Terminal):
    assert terminal.run("taxonomy", "show").out.splitlines() == [
        "Natural Science  3 subjects, 3 pairs",
        "  Physical sciences  3 subjects, 3 pairs",
        "    Physics  2 subjects, 2 pairs",
        "    Chemistry  1 subject, 1 pair",
        "Agriculture  0 subjects, 0 pairs",
        "  Land use  0 subjects, 0 pairs",
        "    Agriculture  0 subjects, 0 pairs",
    ]


def test_a_node_is_shown_with_its_subjects(terminal: Terminal):
    assert terminal.run("taxonomy", "show", "Physics").out.splitlines() == [
        "Physics  2 subjects, 2 pairs",
        "  Mechanics  0 pairs",
        "  Optics  2 pairs",
    ]


@pytest.mark.parametrize(("depth", "lines"), [("1", 2), ("2", 4), ("3", 7), ("4", 10)])
def test_no_more_levels_are_shown_than_asked_for(terminal: Terminal, depth: str, lines: int):
    assert len(terminal.run("taxonomy", "show", "--depth", depth).out.splitlines()) == lines


def test_what_is_removed_or_proposed_is_shown_only_if_asked_for(terminal: Terminal):
    propose_geology(terminal)
    terminal.run("taxonomy", "remove", "Physics")
    shown = terminal.run("taxonomy", "show", "Physical sciences").out
    assert ("Physics" in shown, "Geology" in shown) == (False, False)
    assert terminal.run("taxonomy", "show", "Physical sciences", "--all").out.splitlines() == [
        "Physical sciences  1 subject, 1 pair",
        "  Physics [removed]  2 subjects, 2 pairs",
        "    Mechanics  0 pairs",
        "    Optics  2 pairs",
        "  Chemistry  1 subject, 1 pair",
        "    OPTICS  1 pair",
        "  Geology [proposed]  0 subjects, 0 pairs",
    ]
    assert terminal.run("taxonomy", "show", "Physics", "--all").out.startswith("Physics [removed]")
    assert terminal.run("taxonomy", "show", "Mechanics", "--all").out == "Mechanics  0 pairs\n"


def test_a_target_is_shown_beside_what_is_there(terminal: Terminal):
    terminal.run("taxonomy", "target", "Physics", "40")
    assert terminal.run("taxonomy", "show", "Physics", "--depth", "1").out == "Physics  2 subjects, 2 pairs of 40\n"


def test_the_tree_is_one_json_object(terminal: Terminal):
    (physics,) = terminal.run("taxonomy", "show", "Physics", "--json").data["tree"]
    assert (physics["node_id"], physics["level"], physics["status"], physics["subjects"], physics["pairs"]) == (
        NODES.physics.taxonomy_node_id,
        "discipline",
        "kept",
        2,
        2,
    )
    assert [(each["name"], each["pairs"]) for each in physics["below"]] == [("Mechanics", 0), ("Optics", 2)]


def test_an_empty_taxonomy_is_told(terminal: Terminal):
    empty = terminal.folder / "empty.duckdb"
    terminal.run("init", "--empty", "--database", empty)
    assert terminal.run("taxonomy", "show", "--database", empty).out == "The taxonomy is empty.\n"


# Changes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence", "there"),
    [
        (("add", "-", "Crafts"), "Added Crafts (touches 0 subjects and 0 pairs).", "Crafts"),
        (
            ("add", "Physical sciences", "Geology", "Astronomy"),
            "Added Geology and Astronomy to Physical sciences (touches 0 subjects and 0 pairs).",
            "Natural Science/Physical sciences/Astronomy",
        ),
        (
            ("move", "Physics", "Chemistry", "--to", "Land use"),
            "Moved Physics and Chemistry to Land use (touches 3 subjects and 3 pairs).",
            "Agriculture/Land use/Physics/Optics",
        ),
        (
            ("move", "Physics/Optics", "--to", "Land use/Agriculture"),
            "Moved Optics to Agriculture (touches 1 subject and 2 pairs).",
            "Agriculture/Land use/Agriculture/Optics",
        ),
        (
            ("rename", PHYSICS, "Natural philosophy"),
            "Renamed Physics to Natural philosophy (touches 2 subjects and 2 pairs).",
            "Natural Science/Physical sciences/Natural philosophy/Optics",
        ),
        (
            ("rename", "Physics/Optics", "Light"),
            "Renamed the subject Optics to Light (touches 1 subject and 2 pairs).",
            f"{PHYSICS}/Light",
        ),
        (
            ("merge", "Chemistry", "--into", "Physics"),
            "Merged Chemistry into Physics (touches 2 subjects and 3 pairs).",
            f"{PHYSICS}/Optics",
        ),
        (
            ("remove", "Chemistry", "Land use"),
            "Removed Chemistry and Land use (touches 1 subject and 1 pair).",
            f"{PHYSICS}/Optics",
        ),
        (
            ("remove", "Physics/Optics", "Mechanics"),
            "Removed the subjects Optics and Mechanics (touches 2 subjects and 2 pairs).",
            PHYSICS,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_change_is_made_and_tells_what_it_touches(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str, there: str
):
    before = tree(terminal)
    dry = terminal.run("taxonomy", *arguments, "--dry-run")
    assert dry.out == f"{sentence}\nThis was a dry run: nothing was changed.\n"
    assert tree(terminal) == before
    assert terminal.run("taxonomy", *arguments).out == f"{sentence}\n"
    assert there in tree(terminal)
    assert tree(terminal) != before
    assert terminal.run("taxonomy", "undo").code == 0
    assert tree(terminal) == before


def test_a_description_and_a_target_are_set(terminal: Terminal):
    terminal.run("taxonomy", "add", "Physical sciences", "Geology", "--description", "Rocks.")
    terminal.run("taxonomy", "describe", "Physics", "Matter.")
    for number, target in (("40", 40), ("none", None)):
        terminal.run("taxonomy", "target", "Physics", number)
        (physics,) = terminal.run("taxonomy", "show", "Physics", "--json").data["tree"]
        assert physics["target"] == target
    rows = " ".join(terminal.rows()["taxonomy_node"])
    assert "Rocks." in rows
    assert "Matter." in rows


def test_a_change_is_one_json_object(terminal: Terminal):
    touches = {"sub_fields": 0, "disciplines": 1, "subjects": 2, "syllabi": 1, "pairs": 2}
    told = {"kind": "remove", "label": "Removed Physics", "touches": touches}
    dry = terminal.run("taxonomy", "remove", "Physics", "--dry-run", "--json").data
    assert dry == {"number": None, **told, "is_dry_run": True}
    done = terminal.run("taxonomy", "remove", "Physics", "--json").data
    assert done == {"number": 1, **told, "is_dry_run": False}


# restore ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [PHYSICS, "physics", NODES.physics.taxonomy_node_id])
def test_a_removed_node_comes_back_by_its_path_or_id(terminal: Terminal, named: str):
    before = tree(terminal)
    terminal.run("taxonomy", "remove", "Physics")
    assert terminal.run("taxonomy", "restore", named).out == "Restored Physics (touches 2 subjects and 2 pairs).\n"
    assert tree(terminal) == before


def test_a_removed_subject_comes_back(terminal: Terminal):
    terminal.run("taxonomy", "remove", "Physics/Optics")
    told = terminal.run("taxonomy", "restore", "Physics/Optics").out
    assert told == "Restored the subject Optics (touches 1 subject and 2 pairs).\n"


def test_a_proposed_node_is_accepted(terminal: Terminal):
    propose_geology(terminal)
    assert terminal.run("taxonomy", "restore", "Geology").out.startswith("Accepted Geology")
    assert "Natural Science/Physical sciences/Geology" in tree(terminal)


def test_of_removed_nodes_with_one_name_one_has_to_be_named(terminal: Terminal):
    terminal.run("taxonomy", "remove", "Physics/Optics", "Chemistry/OPTICS")
    error, hint = complaint(terminal.run("taxonomy", "restore", "Optics"))
    assert "'Optics' fits 2 removed nodes." in error
    assert f"{PHYSICS}/Optics ({NODES.optics.subject_id})" in hint


def test_what_is_kept_or_hidden_by_another_is_not_restored(terminal: Terminal):
    terminal.run("taxonomy", "remove", "Physical sciences")
    for name in ("Physics", "Agriculture"):
        error, hint = complaint(terminal.run("taxonomy", "restore", name))
        assert f"There is no removed node {name!r} in the taxonomy." in error
        assert "show --all" in hint


# undo, redo, log ----------------------------------------------------------------------------------------------------


def test_changes_are_taken_back_and_made_again_by_later_commands(terminal: Terminal):
    terminal.run("taxonomy", "rename", "Physics", "One")
    terminal.run("taxonomy", "rename", "One", "Two")
    after = tree(terminal)
    told = terminal.run("taxonomy", "undo", "--dry-run").out
    assert told.startswith("Undid: Renamed One to Two (touches 2 subjects and 2 pairs).")
    assert tree(terminal) == after
    terminal.run("taxonomy", "undo")
    terminal.run("taxonomy", "undo")
    assert PHYSICS in tree(terminal)
    assert terminal.run("taxonomy", "redo").out.startswith("Did again: Renamed Physics to One")
    terminal.run("taxonomy", "redo")
    assert tree(terminal) == after


@pytest.mark.parametrize(
    ("command", "sentence"), [("undo", "There is nothing to undo."), ("redo", "There is nothing to do again.")]
)
def test_where_nothing_was_changed_nothing_is_taken_back(terminal: Terminal, command: str, sentence: str):
    error, _ = complaint(terminal.run("taxonomy", command))
    assert sentence in error
    assert terminal.run("taxonomy", "log").out == "Nothing was changed yet.\n"


def test_the_log_lists_changes_newest_first_with_their_editors(terminal: Terminal):
    terminal.run("taxonomy", "rename", "Physics", "One", "--editor", "A")
    terminal.run("taxonomy", "remove", "Chemistry", "--editor", "B")
    terminal.run("taxonomy", "undo")
    listed = terminal.run("taxonomy", "log", "--json").data["edits"]
    assert [(each["number"], each["kind"], each["label"], each["editor"]) for each in listed] == [
        (3, "undo", "Undid: Removed Chemistry", ""),
        (2, "remove", "Removed Chemistry", "B"),
        (1, "rename", "Renamed Physics to One", "A"),
    ]
    assert listed[0]["of_edit_id"] == listed[1]["edit_id"]
    lines = terminal.run("taxonomy", "log", "--limit", "2").out.splitlines()
    assert [line.split("UTC")[1] for line in lines] == ["  Undid: Removed Chemistry", "  Removed Chemistry  by B"]


def test_the_log_of_a_node_holds_its_own_changes_also_when_it_is_removed(terminal: Terminal):
    terminal.run("taxonomy", "rename", "Physics", "One")
    terminal.run("taxonomy", "remove", "Chemistry")
    (edit,) = terminal.run("taxonomy", "log", "Chemistry", "--json").data["edits"]
    assert edit["label"] == "Removed Chemistry"
    assert terminal.run("taxonomy", "log", "Land use").out == "Nothing was changed yet.\n"


# votes --------------------------------------------------------------------------------------------------------------


def test_votes_are_tallied_for_each_node_that_has_one(terminal: Terminal):
    propose_geology(terminal)
    cast = [(NODES.physics.taxonomy_node_id, "A", "keep"), ("geology", "A", "keep"), ("geology", "B", "remove")]
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with open_database(terminal.database) as database:
        made = [Vote(f"{node}-{name}", node, name, verdict, "", noon) for node, name, verdict in cast]
        insert_votes(database.cursor(), made)
    assert terminal.run("taxonomy", "votes").out.splitlines() == [
        "  1 keep   1 remove  proposed   Natural Science › Physical sciences › Geology",
        "  1 keep   0 remove  kept       Natural Science › Physical sciences › Physics",
    ]
    below = terminal.run("taxonomy", "votes", "Physics", "--json").data["votes"]
    assert [(each["name"], each["keep"], each["remove"], each["verdict"]) for each in below] == [
        ("Physics", 1, 0, "keep")
    ]
    assert len(terminal.run("taxonomy", "votes", "Natural Science", "--json").data["votes"]) == 2
    assert terminal.run("taxonomy", "votes", "Land use").out == "Nobody has voted.\n"


# What cannot be done ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "Physics", "Waves"), "Physics is a discipline: subjects stand below it."),
        (("add", "Mechanics", "Waves"), "Mechanics is a subject."),
        (("add", "-", "Crafts", "Trades", "--description", "All."), "One description does not fit several nodes."),
        (("add", "Phisics", "Waves"), "There is no node 'Phisics' in the taxonomy."),
        (("move", "Physics", "--to", "Agriculture"), "cannot stand below the field Agriculture"),
        (("move", "Physics", "Mechanics", "--to", "Land use"), "Mechanics is a subject, and others are nodes."),
        (("move", "Mechanics", "--to", "Land use"), "Land use is no discipline."),
        (("rename", "Physics", "Chemistry"), "Chemistry would have the same name as something beside it."),
        (("rename", "Optics", "Light"), "'Optics' fits 2 nodes."),
        (("describe", "Mechanics", "Forces."), "Mechanics is a subject."),
        (("target", "Physics", "many"), "'many' is not a number of pairs."),
        (("target", "Physics", "none"), "Nothing would change."),
        (("merge", "Physics", "--into", "Land use"), "Physics is a discipline, and Land use a sub-field."),
        (("remove", "Phisics"), "There is no node 'Phisics' in the taxonomy."),
        (("restore", "Physics"), "There is no removed node 'Physics'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["", "dry run"])
def test_what_cannot_be_done_is_said_in_a_sentence(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str, dry: tuple[str, ...]
):
    before = tree(terminal)
    error, _ = complaint(terminal.run("taxonomy", *arguments, *dry))
    assert sentence in error
    assert tree(terminal) == before


@pytest.mark.parametrize("arguments", [("show",), ("show", "--all"), ("log",)], ids=" ".join)
def test_a_name_that_nothing_has_is_told(terminal: Terminal, arguments: tuple[str, ...]):
    error, hint = complaint(terminal.run("taxonomy", *arguments, "Phisics"))
    assert "There is no node 'Phisics' in the taxonomy." in error
    assert "Physics" in hint


def test_a_database_that_another_process_has_open_is_told(terminal: Terminal):
    with held_by_another(terminal.database) as holder:
        error, hint = complaint(terminal.run("taxonomy", "remove", "Physics"))
    assert f"in use by another process (process {holder})" in error
    assert "--database" in hint
