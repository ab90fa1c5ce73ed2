"""Pairs are listed, counted and drawn with their places, and lead back to where they come from."""

import numpy as np
import pytest

from glan_core.entities import Filter
from glan_core.store.ingest import ingest
from glan_core.store.pairs import Lineage, count_pairs, count_pairs_by, lineage, list_pairs, map_points
from glan_core.store.projections import insert_projected_points
from tests.conftest import Small
from tests.small_pairs import instruction, model_call


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
