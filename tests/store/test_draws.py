"""Is every draw of a syllabus counted, and nothing else?

The three instructions of `made`: a was drawn from reflection (session 1) and telescope (session 3), b and c from
reflection alone; a and b have an answer.
"""

import dataclasses

import pytest

from glan_core import ids
from glan_core.entities import Strategy, Syllabus
from glan_core.store.draws import (
    SyllabusUse,
    co_draws,
    count_drawn_combinations,
    count_draws,
    list_instructions_of_key_concept,
    list_syllabus_use,
)
from glan_core.store.ingest import ingest
from glan_core.store.syllabi import insert_syllabi
from tests.conftest import Small
from tests.small_pairs import answer, instruction, model_call


@pytest.fixture
def syllabus_id(small: Small) -> str:
    return small.nodes.syllabus.syllabus_id


def use_of(small: Small) -> SyllabusUse:
    """Give the numbers of the one syllabus of Optics."""
    subject_id = small.nodes.optics.subject_id
    (use,) = list_syllabus_use(small.cursor, [subject_id])[subject_id]
    return use


def remove_run(small: Small) -> None:
    """Take out the run that made everything."""
    small.cursor.execute("update run set is_removed = true")


def names(small: Small) -> dict[str, str]:
    """Give the names of key concepts by id."""
    return {concept.key_concept_id: concept.name for concept in small.nodes.details.key_concepts}


def test_a_syllabus_is_counted_with_its_sessions_concepts_questions_and_pairs(made: Small):
    assert use_of(made)[2:] == (1, 3, 15, 2, 3, 2)


def test_a_syllabus_without_pairs_has_no_used_key_concept(small: Small):
    assert use_of(small)[3:] == (3, 15, 0, 0, 0)


def test_a_subject_without_a_syllabus_has_no_version(small: Small):
    subject_id = small.nodes.mechanics.subject_id
    assert list_syllabus_use(small.cursor, [subject_id]) == {subject_id: ()}


def test_versions_keep_their_own_numbers_and_the_newest_comes_first(made: Small):
    subject_id = made.nodes.optics.subject_id
    second = Syllabus(ids.syllabus_id(subject_id, "Anew"), subject_id, 2, "Anew")
    insert_syllabi(made.cursor, [second])
    found = list_syllabus_use(made.cursor, [subject_id])[subject_id]
    assert [(use.version, use.key_concepts, use.pairs) for use in found] == [(2, 0, 0), (1, 15, 2)]


def test_each_key_concept_is_counted_with_the_instructions_drawn_from_it(made: Small, syllabus_id: str):
    by_key_concept = count_draws(made.cursor, syllabus_id).by_key_concept
    assert {names(made)[concept]: number for concept, number in by_key_concept.items()} == {
        "reflection": 3,
        "telescope": 1,
    }


def test_an_instruction_over_two_sessions_counts_in_both(made: Small, syllabus_id: str):
    counted = count_draws(made.cursor, syllabus_id).by_class_session
    sessions = {session.class_session_id: session.title for session in made.nodes.details.class_sessions}
    assert {sessions[session]: number for session, number in counted.items()} == {"Rays": 3, "Instruments": 1}


def test_an_instruction_from_two_concepts_of_one_session_counts_once_in_it(made: Small, syllabus_id: str):
    ingest(made.cursor, [instruction("d", "phase", "coherence")])
    counted = count_draws(made.cursor, syllabus_id).by_class_session
    assert counted[made.nodes.details.class_sessions[1].class_session_id] == 1


def test_two_key_concepts_of_one_question_have_met_and_one_alone_has_met_itself(made: Small, syllabus_id: str):
    found = co_draws(made.cursor, syllabus_id)
    named = [(names(made)[row.first_id], names(made)[row.second_id], row.instructions) for row in found.itertuples()]
    assert named == [("reflection", "reflection", 2), ("reflection", "telescope", 1)]


def test_key_concepts_that_met_come_in_teaching_order_however_they_were_kept(made: Small, syllabus_id: str):
    backwards = instruction("d", "telescope", "phase")
    ingest(made.cursor, [backwards])
    found = co_draws(made.cursor, syllabus_id)
    assert ("phase", "telescope") in [
        (names(made)[row.first_id], names(made)[row.second_id]) for row in found.itertuples()
    ]


def test_the_same_combination_counts_once_by_its_strategy(made: Small, syllabus_id: str):
    two = dataclasses.replace(instruction("d", "telescope", "phase"), strategy=Strategy.TWO_SESSIONS)
    ingest(made.cursor, [two])
    assert count_drawn_combinations(made.cursor, syllabus_id) == {Strategy.ONE_SESSION: 2, Strategy.TWO_SESSIONS: 1}


def test_what_a_removed_run_made_counts_nowhere(made: Small, syllabus_id: str):
    remove_run(made)
    reflection = made.nodes.details.key_concepts[0].key_concept_id
    assert use_of(made)[3:] == (3, 15, 0, 0, 0)
    assert count_draws(made.cursor, syllabus_id) == ({}, {})
    assert co_draws(made.cursor, syllabus_id).empty
    assert set(count_drawn_combinations(made.cursor, syllabus_id).values()) == {0}
    assert list_instructions_of_key_concept(made.cursor, reflection, syllabus_id=syllabus_id, limit=9).empty


def test_the_instructions_of_a_key_concept_come_newest_first_with_answers_and_flags(made: Small, syllabus_id: str):
    reflection, *_ = made.nodes.key_concept_ids("reflection")
    rows = list_instructions_of_key_concept(made.cursor, reflection, syllabus_id=syllabus_id, limit=9)
    assert rows["instruction_id"].tolist() == ["b", "c", "a"]
    assert rows["answer"].where(rows["answer"].notna(), "").tolist() == ["Answer to b.", "", "Answer to a."]
    assert rows["key_concepts"].tolist() == [1, 1, 2]
    assert rows["flags"].iloc[2] == "refusal, truncated"


def test_an_instruction_with_two_answers_is_one_row(made: Small, syllabus_id: str):
    ingest(made.cursor, [model_call("again"), answer("b", answer_id="answer-b-2", model_call_id="again")])
    reflection, *_ = made.nodes.key_concept_ids("reflection")
    rows = list_instructions_of_key_concept(made.cursor, reflection, syllabus_id=syllabus_id, limit=9)
    assert len(rows) == 3


def test_no_more_instructions_than_asked_for_are_given_and_they_are_the_newest(made: Small, syllabus_id: str):
    reflection, *_ = made.nodes.key_concept_ids("reflection")
    rows = list_instructions_of_key_concept(made.cursor, reflection, syllabus_id=syllabus_id, limit=1)
    assert rows["instruction_id"].tolist() == ["b"]
