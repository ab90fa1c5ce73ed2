"""What the pages count agrees with what is in the tables."""

import pytest

from glan_core.entities import TaxonomyNode
from glan_core.store.reports import list_fields, taxonomy_counts, totals, totals_version
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from tests.conftest import Small


def _remove(small: Small, name: str) -> None:
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = ?", [name])


def test_everything_is_counted_once(made: Small):
    assert totals(made.cursor)._asdict() == {
        "fields": 2,
        "sub_fields": 2,
        "disciplines": 3,
        "subjects": 2,
        "syllabi": 1,
        "class_sessions": 3,
        "key_concepts": 15,
        "instructions": 3,
        "answers": 2,
        "runs": 1,
        "disciplines_with_pairs": 1,
        "flagged": 1,
        "demo_answers": 0,
        "demo_flagged": 0,
    }


def test_removed_nodes_are_not_counted(made: Small):
    _remove(made, "Natural Science")
    counts = totals(made.cursor)
    assert (counts.fields, counts.sub_fields, counts.disciplines) == (1, 1, 1)


def test_every_node_is_counted_with_what_lies_below_it(made: Small):
    counts = taxonomy_counts(made.cursor).set_index("name")
    columns = ["subjects", "syllabi", "key_concepts", "pairs"]
    for name in ("Natural Science", "Physical sciences", "Physics"):
        assert tuple(counts.loc[name, columns]) == (2, 1, 15, 2)
    assert tuple(counts.loc["Optics", columns]) == (1, 1, 15, 2)
    assert tuple(counts.loc["Mechanics", columns]) == (1, 0, 0, 0)
    assert tuple(counts.loc["Chemistry", columns]) == (0, 0, 0, 0)


def test_removing_a_field_hides_its_disciplines_and_subjects_from_the_counts(made: Small):
    _remove(made, "Natural Science")
    assert sorted(taxonomy_counts(made.cursor)["name"]) == ["Agriculture", "Agriculture", "Land use"]


def test_a_field_has_no_parent(made: Small):
    counts = taxonomy_counts(made.cursor)
    assert counts[counts["parent_id"].isna()]["level"].tolist() == ["field", "field"]


def test_fields_are_listed_by_their_place_and_those_without_one_last(small: Small):
    nodes = [
        TaxonomyNode(name, None, "field", name, position=place) for name, place in (("B", None), ("A", None), ("C", 1))
    ]
    insert_taxonomy_nodes(small.cursor, nodes)
    assert list_fields(small.cursor) == ("C", "Natural Science", "Agriculture", "A", "B")


def test_a_removed_field_is_not_listed(small: Small):
    _remove(small, "Natural Science")
    assert list_fields(small.cursor) == ("Agriculture",)


def test_an_empty_database_counts_nothing(small: Small):
    small.cursor.execute("delete from taxonomy_node")
    assert taxonomy_counts(small.cursor).empty
    assert list_fields(small.cursor) == ()


def test_counts_are_whole_numbers(made: Small):
    kinds = taxonomy_counts(made.cursor)[["subjects", "syllabi", "key_concepts", "pairs"]].dtypes
    assert {str(kind) for kind in kinds} == {"int64"}


@pytest.mark.parametrize(
    "change",
    [
        "update run set is_removed = true",
        "update run set is_demo = not is_demo",
        "insert into quality_flag values ('a', 'contaminated', '')",
        "delete from answer",
        "delete from class_session",
        "delete from run",
    ],
)
def test_totals_are_counted_again_when_they_could_be_others(made: Small, change: str):
    before = totals_version(made.cursor)
    assert totals_version(made.cursor) == before
    made.cursor.execute(change)
    assert totals_version(made.cursor) != before


def test_two_answers_to_one_question_are_two_pairs(made: Small):
    before = totals(made.cursor)
    made.cursor.execute("insert into answer select 'second', instruction_id, text, run_id, 'c' from answer limit 1")
    after = totals(made.cursor)
    assert (after.answers, after.instructions) == (before.answers + 1, before.instructions)
    physics = taxonomy_counts(made.cursor).query("name == 'Physics'").iloc[0]
    assert physics["pairs"] == after.answers
