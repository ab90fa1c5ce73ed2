"""`coverage` counts pairs and what was never used, node by node, and says how even it is."""

import pytest

from glan_core.store.database import open_database
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.small_pairs import answer, instruction, run
from tests.terminal import Terminal, complaint


@pytest.fixture
def covered(terminal: Terminal) -> Terminal:
    """A terminal at a database with two pairs of Optics, and a target for Physics."""
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        save_run(cursor, run())
        ingest(cursor, [instruction("a", "reflection", "telescope"), instruction("b"), answer("a"), answer("b")])
        cursor.execute("update taxonomy_node set target = 8 where name = 'Physics'")
    return terminal


def test_the_numbers_of_a_level_and_of_its_nodes(covered: Terminal):
    found = covered.run("coverage", "--json").data
    assert (found["level"], found["nodes"], found["covered"], found["pairs"]) == ("discipline", 3, 1, 2)
    assert (found["gini"], found["evenness"], found["equal_nodes"]) == (pytest.approx(2 / 3), 0, 1)
    assert (found["targets"], found["under_target"]) == (1, 1)
    assert (found["class_sessions"], found["unused_class_sessions"]) == (3, 1)
    assert (found["key_concepts"], found["unused_key_concepts"]) == (15, 13)
    assert found["strategies"] == {"one_session": 2, "two_sessions": 0}
    assert found["levels"]["introductory"] == {"subjects": 2, "pairs": 2}
    rows = {row["name"]: row for row in found["rows"]}
    assert (rows["Physics"]["pairs"], rows["Physics"]["target"], rows["Physics"]["fill"]) == (2, 8, 0.25)
    assert (rows["Chemistry"]["target"], rows["Chemistry"]["fill"]) == (None, None)
    assert "subject_level" not in rows["Physics"]


def test_a_scope_a_level_and_a_filter_narrow_it(covered: Terminal):
    found = covered.run("coverage", "--scope", "Physics", "--level", "subject", "--json").data
    assert [(row["name"], row["pairs"], row["subject_level"]) for row in found["rows"]] == [
        ("Mechanics", 0, "introductory"),
        ("Optics", 2, "introductory"),
    ]
    none = covered.run("coverage", "--filter", '{"statuses": ["accepted"]}', "--json").data
    assert (none["pairs"], none["gini"], none["filter"]) == (0, None, {"statuses": ["accepted"]})


def test_it_is_told_in_sentences_too(covered: Terminal):
    told = covered.run("coverage").out
    assert "1 of 3 disciplines have a pair; 2 pairs in all." in told
    assert "Gini 0.67, evenness 0.00: as even as 1.0 disciplines with the same number." in told
    assert "1 of 3 class sessions, 13 of 15 key concepts" in told
    physics = next(line for line in told.splitlines() if line.startswith("Physics"))
    assert physics.split() == ["Physics", "2", "8", "25%", "0", "13", "of", "15"]
    chemistry = next(line for line in told.splitlines() if line.startswith("Chemistry"))
    assert chemistry.split() == ["Chemistry", "0", "none", "0", "0", "of", "0"]


def test_what_cannot_be_counted_is_told(covered: Terminal):
    error, _ = complaint(covered.run("coverage", "--scope", "Astrology"))
    assert "Astrology" in error
    error, hint = complaint(covered.run("coverage", "--filter", "{]"))
    assert "is not a filter" in error
    assert "run_ids" in hint
