"""What the pages count and list agrees with what is in the tables."""

from datetime import timedelta

import numpy as np
import pytest

from glan_core.entities import Filter, QualityFlag, TaxonomyNode
from glan_core.store.embeddings import insert_projected_points
from glan_core.store.ingest import ingest
from glan_core.store.pairs import Lineage, count_pairs, count_pairs_by, lineage, list_pairs, map_points
from glan_core.store.reports import list_fields, taxonomy_counts, totals
from glan_core.store.runs import RunCounts, run_counts, run_errors, save_run
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run


@pytest.fixture
def made(small: Small) -> Small:
    """One run with three instructions of Optics; a and b are answered, a is flagged twice, one call failed."""
    save_run(small.cursor, run())
    ingest(
        small.cursor,
        [
            model_call("call-a", finished_at=NOON),
            model_call("call-b", finished_at=NOON + timedelta(seconds=2)),
            model_call("call-c", finished_at=NOON + timedelta(seconds=1)),
            model_call("answering-a", stage="answers", model="faster"),
            model_call("answering-b", stage="answers", model="faster"),
            model_call("answering-c", stage="answers", finish_reason="", error_kind="http_400", error_message="No."),
            instruction("a", "reflection", "telescope"),
            instruction("b"),
            instruction("c"),
            answer("a"),
            answer("b"),
            QualityFlag("a", "truncated"),
            QualityFlag("a", "refusal"),
        ],
    )
    return small


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


def test_a_run_is_counted_with_its_calls_tokens_and_cost(made: Small):
    assert run_counts(made.cursor, "run") == RunCounts(6, 1, 3, 2, 120, 30, 1.5)


def test_a_run_without_calls_has_cost_nothing(small: Small):
    assert run_counts(small.cursor, "nowhere") == RunCounts(0, 0, 0, 0, 0, 0, 0)


def test_the_cost_of_a_run_is_unknown_if_the_price_of_a_call_is(made: Small):
    ingest(made.cursor, [model_call("dear", cost=None)])
    assert run_counts(made.cursor, "run").cost is None


def test_failed_calls_are_listed_by_kind(made: Small):
    ingest(made.cursor, [model_call("x", error_kind="not_json", error_message="The reply holds no JSON.")])
    ingest(made.cursor, [model_call("y", error_kind="not_json", error_message="The reply holds no JSON.")])
    assert run_errors(made.cursor, "run").values.tolist() == [
        ["instructions", "not_json", 2, "The reply holds no JSON."],
        ["answers", "http_400", 1, "No."],
    ]


def test_pairs_are_listed_newest_first_with_their_place_and_flags(made: Small):
    listed = list_pairs(made.cursor, Filter(), limit=10)
    assert listed["instruction_id"].tolist() == ["b", "c", "a"]
    first_made = listed.iloc[2]
    assert (first_made["field"], first_made["discipline"], first_made["subject"], first_made["flags"]) == (
        "Natural Science",
        "Physics",
        "Optics",
        "refusal, truncated",
    )


def test_an_unanswered_instruction_is_listed_without_an_answer(made: Small):
    listed = list_pairs(made.cursor, Filter(instruction_ids=("c",)), limit=10)
    assert listed["answer"].isna().tolist() == [True]


def test_no_more_pairs_are_listed_than_asked_for(made: Small):
    assert len(list_pairs(made.cursor, Filter(), limit=2)) == 2


def test_pairs_are_counted_and_counted_by_place(made: Small):
    assert count_pairs(made.cursor, Filter(has_answer=True)) == 2
    assert count_pairs_by(made.cursor, Filter(), "subject").values.tolist() == [["Optics", 3]]


def test_pairs_cannot_be_counted_by_another_column(made: Small):
    with pytest.raises(ValueError, match="run_id"):
        count_pairs_by(made.cursor, Filter(), "run_id")


def test_map_points_carry_their_texts_and_places(made: Small):
    insert_projected_points(
        made.cursor,
        "map",
        instruction_ids=["a", "b"],
        coordinates=np.array([[0.5, 1.5], [2.0, -1.0]], dtype=np.float32),
        placed_by="fit",
    )
    points = map_points(made.cursor, "map", Filter(), limit=10).set_index("instruction_id")
    assert sorted(points.index) == ["a", "b"]
    assert tuple(points.loc["a", ["x", "y", "instruction", "discipline"]]) == (0.5, 1.5, "Question a?", "Physics")


def test_a_sample_of_the_map_is_the_same_each_time(made: Small):
    names = [f"q{number}" for number in range(50)]
    ingest(made.cursor, [instruction(name) for name in names])
    insert_projected_points(
        made.cursor, "map", instruction_ids=names, coordinates=np.zeros((50, 2), np.float32), placed_by="fit"
    )
    first, second = (map_points(made.cursor, "map", Filter(), limit=10)["instruction_id"].tolist() for _ in range(2))
    assert first == second
    assert first == map_points(made.cursor, "map", Filter(), limit=20)["instruction_id"].tolist()[:10]


def test_a_pair_leads_back_to_its_place_its_concepts_and_both_prompts(made: Small):
    messages = model_call().messages
    assert lineage(made.cursor, "a") == Lineage(
        path=("Natural Science", "Physical sciences", "Physics", "Optics"),
        class_sessions=("Rays", "Instruments"),
        key_concepts=("reflection", "telescope"),
        instruction_messages=messages,
        answer_messages=messages,
        models=("m", "faster"),
    )


def test_an_unanswered_instruction_leads_back_to_its_own_prompt(made: Small):
    found = lineage(made.cursor, "c")
    assert found is not None
    assert (found.answer_messages, found.models) == ((), ("m",))


def test_an_unknown_instruction_has_no_lineage(made: Small):
    assert lineage(made.cursor, "nowhere") is None


def test_an_empty_database_counts_nothing(small: Small):
    small.cursor.execute("delete from taxonomy_node")
    assert taxonomy_counts(small.cursor).empty
    assert list_fields(small.cursor) == ()


def test_counts_are_whole_numbers(made: Small):
    kinds = taxonomy_counts(made.cursor)[["subjects", "syllabi", "key_concepts", "pairs"]].dtypes
    assert {str(kind) for kind in kinds} == {"int64"}
