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


def test_what_no_question_was_drawn_from_is_listed_by_name(covered: Terminal):
    found = covered.run("coverage", "--unused", "key-concepts", "--json").data
    assert (found["unused"], found["total"], len(found["rows"])) == ("key_concepts", 13, 13)
    assert {row["discipline"] for row in found["rows"]} == {"Physics"}
    assert not {"reflection", "telescope"} & {row["name"] for row in found["rows"]}
    first = covered.run("coverage", "--unused", "key-concepts", "--limit", "2").out.splitlines()
    assert first[0] == "Never used: 13 key concepts; the first 2 are listed, --limit lists more."
    assert len(first) == 3
    assert first[1].startswith(f"{found['rows'][0]['node_id']}  {found['rows'][0]['name']} (Physics, Optics, ")
    (session,) = covered.run("coverage", "--unused", "class-sessions", "--json").data["rows"]
    assert (session["discipline"], session["key_concepts"] > 0) == ("Physics", True)
    nothing = covered.run("coverage", "--unused", "class-sessions", "--scope", "Chemistry").out
    assert nothing == "Never used: 0 class sessions.\n"


def test_nodes_come_in_the_order_that_is_asked_for(covered: Terminal):
    def names(*options: str) -> list[str]:
        return [row["name"] for row in covered.run("coverage", "--json", *options).data["rows"]]

    assert sorted(names()) == names("--sort", "name")
    assert names("--sort", "pairs")[-1] == "Physics"
    assert names("--sort", "fill")[0] == "Physics"
    assert names("--sort", "unused", "--limit", "1") == ["Physics"]
    assert covered.run("coverage", "--limit", "1", "--json").data["nodes"] == 3


def test_a_list_that_makes_no_sense_of_a_corpus_is_refused(covered: Terminal):
    error, _ = complaint(covered.run("coverage", "--corpus", "x", "--unused", "key-concepts"))
    assert "drawn from nothing of yours" in error
    _, hint = complaint(covered.run("coverage", "--corpus", "x", "--sort", "pairs"))
    assert "--sort" in hint
    _, hint = complaint(covered.run("coverage", "--unused", "key-concepts", "--sort", "pairs"))
    assert "--sort" in hint
