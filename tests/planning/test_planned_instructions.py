"""The questions of a plan behave like a tuple of records, and take eight bytes each."""

import itertools
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core import presets
from glan_core.combination_code import encode, place
from glan_core.planning.planned_instructions import (
    PlannedInstruction,
    PlannedInstructions,
    planned_instructions_from_data,
)
from glan_core.stages.answers import answer_id
from glan_core.stages.instructions import instruction_id
from glan_core.stages.sampling import sample_class_sessions_and_key_concepts
from tests.small_curriculum import small_curriculum

SETTINGS = presets.preset("paper", model="m")
SPOTS = st.sets(st.tuples(st.integers(1, 63), st.integers(1, 63)), min_size=1, max_size=5)
CODE = SPOTS.map(lambda spots: encode(place(*spot) for spot in sorted(spots)))
CODES = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(CODE, max_size=9), max_size=6)


def items_of(codes: dict[str, list[int]], *, seed: int = 1) -> PlannedInstructions:
    return PlannedInstructions(codes, settings=SETTINGS, seed=seed)


def in_turns(codes: dict[str, list[int]]) -> list[str]:
    """Give the syllabi in the order of their questions."""
    rounds = itertools.zip_longest(*([name] * len(of_syllabus) for name, of_syllabus in codes.items()))
    return [name for turn in rounds for name in turn if name is not None]


@given(CODES)
def test_syllabi_take_turns_until_each_has_had_its_own(codes: dict[str, list[int]]):
    items = list(items_of(codes))
    assert [item.syllabus_id for item in items] == in_turns(codes)
    for name, of_syllabus in codes.items():
        mine = [item.combination for item in items if item.syllabus_id == name]
        assert mine == [item.combination for item in items_of({name: of_syllabus})]


@given(CODES, st.integers(-60, 60), st.integers(-60, 60), st.sampled_from([None, 1, 2, -1]))
def test_it_is_indexed_and_sliced_like_a_tuple(codes: dict[str, list[int]], first: int, second: int, step: int | None):
    items = items_of(codes)
    as_tuple = tuple(items)
    assert len(items) == len(as_tuple)
    assert items[first:second:step] == as_tuple[first:second:step]
    if -len(as_tuple) <= first < len(as_tuple):
        assert items[first] == as_tuple[first]
    else:
        with pytest.raises(IndexError):
            items[first]


@given(CODES)
def test_it_comes_back_from_its_data(codes: dict[str, list[int]]):
    items = items_of(codes)
    data = json.loads(json.dumps(items.to_data()))
    back = planned_instructions_from_data(data, settings=SETTINGS, seed=1)
    assert back == items
    assert back.fingerprint == items.fingerprint
    assert list(back) == list(items)


def test_other_combinations_syllabi_and_seeds_are_not_equal():
    items = items_of({"a": [65], "b": [66]})
    others = [items_of({"a": [66], "b": [65]}), items_of({"b": [66], "a": [65]}), items_of({"a": [65]})]
    assert all(other != items and other.fingerprint != items.fingerprint for other in others)
    assert items_of({"a": [65], "b": [66]}, seed=2) != items
    assert items_of({"a": [65], "b": [66], "c": []}) == items


def test_ids_that_follow_from_places_are_those_of_the_course():
    nodes = small_curriculum()
    drawn = sample_class_sessions_and_key_concepts(
        nodes.details, syllabus_id=nodes.syllabus.syllabus_id, strategy_mix=0.5, seed=3
    )
    position = {session.class_session_id: session.position for session in nodes.details.class_sessions}
    place_of = {
        concept.key_concept_id: place(position[concept.class_session_id], concept.position)
        for concept in nodes.details.key_concepts
    }
    combinations = list(itertools.islice(drawn, 200))
    codes = [encode(place_of[concept] for concept in combination.key_concept_ids) for combination in combinations]
    items = items_of({nodes.syllabus.syllabus_id: codes})
    assert [item.combination for item in items] == combinations


def test_an_item_has_the_ids_that_its_rows_will_have():
    (item,) = items_of({"a": [encode([place(2, 3), place(4, 1)])]}, seed=5)
    assert isinstance(item, PlannedInstruction)
    assert item.instruction_id == instruction_id(item.combination, syllabus_id="a", settings=SETTINGS, seed=5)
    assert item.answer_id == answer_id(item.instruction_id, settings=SETTINGS)


def test_a_hundred_thousand_questions_take_less_than_a_megabyte():
    tracemalloc.start()
    items = items_of({"a": range(2**40, 2**40 + 100_000)})
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 1_000_000
    assert len(items) == 100_000
    assert len(json.dumps(items.to_data())) < 1_100_000
