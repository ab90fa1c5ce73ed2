"""Are nodes, pairs, targets and what was never used counted as one counts them by hand?"""

import pytest

from glan_core.entities import Filter, Strategy, Syllabus
from glan_core.store.coverage import NODE_LEVELS, count_coverage
from glan_core.store.ingest import ingest
from glan_core.store.reports import taxonomy_counts
from glan_core.store.runs import save_run
from glan_core.store.syllabi import insert_syllabi
from glan_core.store.unused_parts import list_unused
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run

COUNTS = ["pairs", "accepted", "class_sessions", "unused_class_sessions", "key_concepts", "unused_key_concepts"]
"""Of Optics the fixture `made` uses reflection (three times) and telescope; a and b are answered, c is not."""


def row(made: Small, name: str, filter_: Filter | None = None, *, level: str | None = None) -> dict[str, object]:
    """Give what is counted of the node with a name."""
    counted = count_coverage(made.cursor, filter_ or Filter())
    found = counted[(counted["name"] == name) & (counted["level"] == (level or counted["level"]))]
    assert len(found) == 1
    return {str(key): value for key, value in found.iloc[0].items()}


def names(made: Small, filter_: Filter, *, kind: str = "key_concept", **wanted: object) -> list[str]:
    """Give the names of what was never used."""
    return list(list_unused(made.cursor, filter_, kind=kind, **wanted).rows["name"])  # type: ignore[arg-type]


def set_target(made: Small, name: str, target: int, level: str) -> None:
    """Give a node a target."""
    made.cursor.execute("update taxonomy_node set target = ? where name = ? and level = ?", [target, name, level])


def test_every_node_has_what_lies_below_it(made: Small):
    for name in ("Natural Science", "Physical sciences", "Physics", "Optics"):
        found = row(made, name)
        assert [found[column] for column in COUNTS] == [2, 0, 3, 1, 15, 13]
    for name, subjects, syllabi in (("Physics", 2, 1), ("Mechanics", 1, 0), ("Chemistry", 0, 0)):
        assert (row(made, name)["subjects"], row(made, name)["syllabi"]) == (subjects, syllabi)
    assert [row(made, "Chemistry")[column] for column in COUNTS] == [0] * 6


def test_rows_come_level_by_level_with_the_name_above(made: Small):
    counted = count_coverage(made.cursor, Filter())
    assert counted[["level", "above", "name"]].to_numpy().tolist() == [
        ["field", "", "Natural Science"],
        ["field", "", "Agriculture"],
        ["sub_field", "Agriculture", "Land use"],
        ["sub_field", "Natural Science", "Physical sciences"],
        ["discipline", "Land use", "Agriculture"],
        ["discipline", "Physical sciences", "Physics"],
        ["discipline", "Physical sciences", "Chemistry"],
        ["subject", "Physics", "Mechanics"],
        ["subject", "Physics", "Optics"],
    ]
    assert counted["parent_id"].isna().sum() == 2


def test_pairs_agree_with_the_taxonomy_page(made: Small):
    there = taxonomy_counts(made.cursor).set_index("node_id")["pairs"]
    counted = count_coverage(made.cursor, Filter()).set_index("node_id")["pairs"]
    assert counted.sort_index().to_dict() == there.sort_index().to_dict()


def test_strategies_and_levels_are_told_apart(made: Small):
    ingest(made.cursor, [instruction("d", "phase", "telescope", strategy=Strategy.TWO_SESSIONS), answer("d")])
    found = row(made, "Natural Science")
    assert (found["pairs"], found["two_sessions"]) == (3, 1)
    assert (found["introductory"], found["introductory_subjects"]) == (3, 2)
    assert (found["advanced"], found["advanced_subjects"]) == (0, 0)
    made.cursor.execute("update subject set level = 'advanced' where name = 'Optics'")
    found = row(made, "Physics")
    assert (found["introductory"], found["introductory_subjects"]) == (0, 1)
    assert (found["advanced"], found["advanced_subjects"]) == (3, 1)


def test_a_target_is_the_nodes_own_or_the_sum_of_those_below(made: Small):
    set_target(made, "Physics", 8, "discipline")
    set_target(made, "Chemistry", 4, "discipline")
    assert [(row(made, name)["target"], row(made, name)["fill"]) for name in ("Physics", "Physical sciences")] == [
        (8, 0.25),
        (12, pytest.approx(2 / 12)),
    ]
    assert row(made, "Natural Science")["target"] == 12
    set_target(made, "Natural Science", 1, "field")
    assert (row(made, "Natural Science")["target"], row(made, "Natural Science")["fill"]) == (1, 1.0)


def test_without_a_target_there_is_no_fill(made: Small):
    counted = count_coverage(made.cursor, Filter())
    assert counted["target"].isna().all()
    assert counted["fill"].isna().all()
    set_target(made, "Physics", 0, "discipline")
    assert row(made, "Physics")["fill"] != row(made, "Physics")["fill"]  # NaN: nothing was wanted


def test_accepted_pairs_are_counted(made: Small):
    made.cursor.execute("update instruction set status = 'accepted' where instruction_id in ('a', 'c')")
    assert row(made, "Optics")["accepted"] == 1  # c has no answer: it is no pair


def test_what_was_removed_is_not_there(made: Small):
    made.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Physical sciences'")
    left = count_coverage(made.cursor, Filter())
    assert set(left["name"]) == {"Natural Science", "Agriculture", "Land use"}
    assert left["pairs"].sum() == 0
    assert list_unused(made.cursor, Filter(), kind="key_concept").total == 0


def test_pairs_of_a_removed_run_count_nowhere(made: Small):
    made.cursor.execute("update run set is_removed = true")
    assert [row(made, "Optics")[column] for column in COUNTS] == [0, 0, 3, 3, 15, 15]


def test_a_filter_narrows_pairs_and_what_counts_as_used(made: Small):
    save_run(made.cursor, run("other"))
    ingest(made.cursor, [instruction("d", "phase", run_id="other"), answer("d", run_id="other")])
    found = row(made, "Optics", Filter(run_ids=("other",)))
    assert [found[column] for column in COUNTS] == [1, 0, 3, 2, 15, 14]
    flagged = row(made, "Optics", Filter(is_flagged=True))
    assert (flagged["pairs"], flagged["unused_key_concepts"]) == (1, 13)
    words = row(made, "Optics", Filter(text="A?"))
    assert (words["pairs"], words["unused_key_concepts"]) == (1, 13)


def test_a_scope_keeps_the_nodes_at_and_below_it(made: Small):
    physics = made.nodes.physics.taxonomy_node_id
    counted = count_coverage(made.cursor, Filter(taxonomy_node_ids=(physics,)))
    assert list(counted["name"]) == ["Physics", "Mechanics", "Optics"]
    assert counted["pairs"].tolist() == [2, 0, 2]
    optics = count_coverage(made.cursor, Filter(taxonomy_node_ids=(made.nodes.optics.subject_id,)))
    assert list(optics["name"]) == ["Optics"]
    elsewhere = Filter(taxonomy_node_ids=(made.nodes.agriculture.taxonomy_node_id,))
    assert list_unused(made.cursor, elsewhere, kind="key_concept").total == 0


def test_a_level_keeps_its_subjects_alone(made: Small):
    counted = count_coverage(made.cursor, Filter(levels=("advanced",)))
    assert set(counted["level"]) == set(NODE_LEVELS) - {"subject"}
    assert counted["pairs"].sum() == counted["key_concepts"].sum() == 0


def test_the_newest_syllabus_with_class_sessions_counts(made: Small):
    optics = made.nodes.optics.subject_id
    insert_syllabi(made.cursor, [Syllabus("without", optics, 3, "Nothing yet.")])
    assert row(made, "Optics")["key_concepts"] == 15
    insert_syllabi(made.cursor, [Syllabus("newer", optics, 2, "Short.")])
    made.cursor.execute("insert into class_session values ('n1', 'newer', 1, 'New', '')")
    made.cursor.execute("insert into class_session values ('n2', 'newer', 2, 'Bare', '')")
    made.cursor.execute("insert into key_concept values ('k1', 'n1', 1, 'novelty')")
    found = row(made, "Optics")
    assert (found["pairs"], found["syllabi"]) == (2, 1)  # the pairs of the old one are still pairs of the subject
    assert (found["class_sessions"], found["key_concepts"], found["unused_key_concepts"]) == (1, 1, 1)
    assert names(made, Filter()) == ["novelty"]


def test_what_was_never_used_is_listed_in_teaching_order(made: Small):
    found = list_unused(made.cursor, Filter(), kind="key_concept", limit=3)
    assert found.total == 13
    assert list(found.rows["name"]) == ["refraction", "critical angle", "thin lens"]
    assert found.rows.iloc[0].drop("node_id").to_dict() == {
        "name": "refraction",
        "class_session": "Rays",
        "subject": "Optics",
        "discipline": "Physics",
        "field": "Natural Science",
        "key_concepts": 1,
    }
    assert found.rows["node_id"].iloc[0] == made.nodes.key_concept_ids("refraction")[0]
    assert "telescope" not in names(made, Filter())


def test_a_class_session_is_used_as_soon_as_one_of_its_key_concepts_is(made: Small):
    found = list_unused(made.cursor, Filter(), kind="class_session")
    assert (found.total, list(found.rows["name"]), list(found.rows["key_concepts"])) == (1, ["Waves"], [5])


def test_unused_parts_are_found_by_words_of_their_names_and_places(made: Small):
    assert names(made, Filter(), words="WAVES co") == ["coherence"]
    assert names(made, Filter(), words="optics lens") == ["thin lens"]
    assert names(made, Filter(), words="100%") == []
    assert names(made, Filter(), words="_") == []


def test_an_empty_taxonomy_has_no_rows(database):
    cursor = database.cursor()
    assert count_coverage(cursor, Filter()).empty
    assert list_unused(cursor, Filter(), kind="class_session").total == 0
