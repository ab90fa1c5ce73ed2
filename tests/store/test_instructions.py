"""Instructions keep the key concepts they were drawn from."""

import dataclasses

from glan_core.combination_code import combination, encode, place
from glan_core.entities import Strategy
from glan_core.store.answers import insert_answers, list_known_answer_ids
from glan_core.store.instructions import (
    count_combinations_used,
    insert_instructions,
    list_combinations_of_seed,
    list_instructions,
    list_known_instruction_ids,
    list_taken_combinations,
)
from glan_core.store.runs import remove_run, restore_run, save_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run


def test_an_instruction_comes_back_as_it_went_in(small: Small):
    made = instruction("a", "refraction", "focal length")
    insert_instructions(small.cursor, [made])
    assert list_instructions(small.cursor, ["a", "unknown"]) == {"a": made}


def test_its_key_concepts_come_back_in_the_order_in_which_they_went_in(small: Small):
    made = instruction("a", "telescope", "reflection", "phase")
    insert_instructions(small.cursor, [made])
    assert list_instructions(small.cursor, ["a"])["a"].key_concept_ids == made.key_concept_ids


def test_an_instruction_that_is_inserted_again_changes_nothing(small: Small):
    made = instruction("a", "reflection")
    insert_instructions(small.cursor, [made])
    insert_instructions(small.cursor, [dataclasses.replace(made, text="Other?", status="accepted"), made])
    assert list_instructions(small.cursor, ["a"]) == {"a": made}


def test_no_ids_give_no_instructions(small: Small):
    assert list_instructions(small.cursor, []) == {}


def test_combinations_of_another_seed_are_taken(small: Small):
    save_run(small.cursor, run("one", seed=1))
    save_run(small.cursor, run("two", seed=2))
    insert_instructions(
        small.cursor,
        [
            instruction("a", "reflection", run_id="one"),
            instruction("b", "phase", "wavelength", run_id="two"),
            instruction("c", "wavelength", "phase", run_id="two"),
        ],
    )
    syllabus_id = small.nodes.syllabus.syllabus_id
    taken = list_taken_combinations(small.cursor, [syllabus_id], other_than_seed=1)
    wavelength_and_phase = encode([place(2, 1), place(2, 2)])
    assert taken == {syllabus_id: frozenset({wavelength_and_phase})}


def test_nothing_is_taken_in_other_syllabi(small: Small):
    save_run(small.cursor, run("two", seed=2))
    insert_instructions(small.cursor, [instruction("a", run_id="two")])
    assert list_taken_combinations(small.cursor, ["other"], other_than_seed=1) == {}


def test_five_key_concepts_of_two_sessions_are_taken_as_one_code(small: Small):
    save_run(small.cursor, run("two", seed=2))
    names = ("thin lens", "critical angle", "resolution", "reflection", "magnifier")
    insert_instructions(small.cursor, [instruction("a", *names, run_id="two")])
    syllabus_id = small.nodes.syllabus.syllabus_id
    (code,) = list_taken_combinations(small.cursor, [syllabus_id], other_than_seed=1)[syllabus_id]
    drawn = combination(code, syllabus_id=syllabus_id)
    in_order = small.nodes.key_concept_ids("reflection", "critical angle", "thin lens", "magnifier", "resolution")
    assert drawn.key_concept_ids == in_order
    assert drawn.strategy is Strategy.TWO_SESSIONS


def test_known_instructions_are_told_from_unknown_ones(small: Small):
    insert_instructions(small.cursor, [instruction("a"), instruction("b")])
    assert list_known_instruction_ids(small.cursor, ["a", "c", "b", "d"]) == {"a", "b"}
    assert list_known_instruction_ids(small.cursor, []) == frozenset()


def test_the_combinations_of_a_seed_are_those_that_others_have_taken(small: Small):
    syllabus_id = small.nodes.syllabus.syllabus_id
    save_run(small.cursor, run("run", seed=1))
    assert list_combinations_of_seed(small.cursor, [syllabus_id], seed=1) == {}
    insert_instructions(small.cursor, [instruction("a", "phase", "reflection", run_id="run")])
    drawn = {syllabus_id: frozenset({encode([place(1, 1), place(2, 2)])})}
    assert list_combinations_of_seed(small.cursor, [syllabus_id, "other"], seed=1) == drawn
    assert list_taken_combinations(small.cursor, [syllabus_id], other_than_seed=2) == drawn
    assert list_combinations_of_seed(small.cursor, [syllabus_id], seed=2) == {}


def test_a_removed_run_takes_nothing_from_others_and_its_own_seed_still_finds_it(small: Small):
    syllabus_id = small.nodes.syllabus.syllabus_id
    save_run(small.cursor, run("run", seed=1))
    insert_instructions(small.cursor, [instruction("a", "phase", run_id="run")])
    remove_run(small.cursor, "run")
    assert list_taken_combinations(small.cursor, [syllabus_id], other_than_seed=2) == {}
    drawn = list_combinations_of_seed(small.cursor, [syllabus_id], seed=1)
    assert len(drawn[syllabus_id]) == 1
    restore_run(small.cursor, "run")
    assert list_taken_combinations(small.cursor, [syllabus_id], other_than_seed=2) == drawn


def test_a_combination_that_was_drawn_twice_counts_once(small: Small):
    insert_instructions(
        small.cursor, [instruction("a", "phase", "coherence"), instruction("b", "coherence", "phase"), instruction("c")]
    )
    assert count_combinations_used(small.cursor, [small.nodes.syllabus.syllabus_id]) == 2


def test_no_combination_is_used_at_first(small: Small):
    assert count_combinations_used(small.cursor, [small.nodes.syllabus.syllabus_id]) == 0


def test_known_answers_are_told_from_unknown_ones(small: Small):
    insert_answers(small.cursor, [answer("a")])
    assert list_known_answer_ids(small.cursor, ["answer-a", "answer-b"]) == frozenset({"answer-a"})


def test_an_answer_that_is_inserted_again_changes_nothing(small: Small):
    insert_answers(small.cursor, [answer("a")])
    insert_answers(small.cursor, [answer("a", text="Other."), answer("a", text="Third.")])
    assert small.cursor.execute("select text from answer").fetchall() == [("Answer to a.",)]
