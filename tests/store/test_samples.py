"""Are the rows of a filter found once each, in the order asked for, and read as they are?"""

from datetime import UTC, datetime

import pytest

from glan_core.entities import Filter, Range
from glan_core.store.ingest import ingest
from glan_core.store.pairs import list_pairs
from glan_core.store.samples import ORDERS, find_number, find_samples, list_calls_of, read_samples, samples_version
from glan_core.store.tags import put_on, take_off
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call


def ids(made: Small, filter_: Filter | None = None, order: str = "newest") -> list[str]:
    """Give the ids of the rows of a filter in their order."""
    numbers = find_samples(made.cursor, filter_ or Filter(), order)
    return list(read_samples(made.cursor, numbers.tolist())["instruction_id"])


def test_what_came_last_comes_first_and_every_order_holds_all(made: Small):
    ingest(made.cursor, [instruction("d")])
    ingest(made.cursor, [instruction("e")])
    assert ids(made)[:2] == ["e", "d"]
    assert ids(made, order="oldest") == ids(made)[::-1]
    for order in ORDERS:
        assert sorted(ids(made, order=order)) == ["a", "b", "c", "d", "e"]


def test_lengths_order_questions_and_answers_and_what_has_no_answer_comes_last(made: Small):
    made.cursor.execute("delete from instruction where instruction_id = 'c'")
    ingest(made.cursor, [instruction("c", text="Why?")])
    ingest(made.cursor, [instruction("long", text="A question that is longer than all of the others?")])
    made.cursor.execute("update answer set text = 'Short.' where instruction_id = 'b'")
    assert ids(made, order="longest_question")[0] == "long"
    assert ids(made, order="shortest_question")[0] == "c"
    assert ids(made, order="longest_answer") == ["a", "b", "long", "c"]
    assert ids(made, order="shortest_answer") == ["b", "a", "long", "c"]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        (Filter(text="question A?"), ["a"]),
        (Filter(text="ANSWER"), ["b", "a"]),
        (Filter(text="100%"), []),
        (Filter(has_answer=True), ["b", "a"]),
        (Filter(has_answer=False), ["c"]),
        (Filter(is_flagged=True), ["a"]),
        (Filter(is_flagged=False), ["c", "b"]),
        (Filter(models=("faster",)), ["b", "a"]),
        (Filter(models=("m",)), ["c", "b", "a"]),
        (Filter(run_ids=("run",), statuses=("accepted",)), []),
        (Filter(answer_characters=Range(1, None)), ["b", "a"]),
        (Filter(answer_characters=Range(None, 2)), []),
        (Filter(instruction_characters=Range(11, 11)), ["c", "b", "a"]),
        (Filter(instruction_ids=("a", "c")), ["c", "a"]),
        (Filter(strategies=("two_sessions",)), []),
        (Filter(levels=("introductory",)), ["c", "b", "a"]),
        (Filter(taxonomy_node_ids=("nowhere",)), []),
    ],
)
def test_a_filter_means_the_same_rows_as_everywhere_else(made: Small, filter_: Filter, found: list[str]):
    assert sorted(ids(made, filter_), reverse=True) == found
    assert sorted(list_pairs(made.cursor, filter_, limit=10)["instruction_id"]) == sorted(found)


def test_branches_and_tags_narrow_and_removed_runs_vanish(made: Small):
    assert len(ids(made, Filter(taxonomy_node_ids=(made.nodes.physics.taxonomy_node_id,)))) == 3
    assert ids(made, Filter(taxonomy_node_ids=(made.nodes.chemistry.taxonomy_node_id,))) == []
    put_on(made.cursor, Filter(text="answer"), "mine", tagged_at=datetime.now(UTC))
    take_off(made.cursor, Filter(instruction_ids=("b",)), "mine", tagged_at=datetime.now(UTC))
    assert ids(made, Filter(tags=("mine",))) == ["a"]
    made.cursor.execute("update run set is_removed = true")
    assert ids(made) == []
    assert find_number(made.cursor, "a") is None


def test_a_row_has_its_place_flags_tags_and_newest_answer(made: Small):
    ingest(made.cursor, [answer("a", answer_id="second", text="A later answer.")])
    number = find_number(made.cursor, "a")
    assert number is not None
    row = read_samples(made.cursor, [number]).iloc[0]
    assert (row["instruction"], row["answer"], row["discipline"]) == ("Question a?", "A later answer.", "Physics")
    assert list(row["flags"]) == ["refusal", "truncated"]
    assert list(row["tags"]) == []
    short = read_samples(made.cursor, [number], characters=4).iloc[0]
    assert (short["instruction"], short["answer"]) == ("Ques", "A la")


def test_rows_keep_the_order_in_which_they_are_asked_for(made: Small):
    asked = [find_number(made.cursor, name) for name in ("b", "c", "a")]
    assert list(read_samples(made.cursor, asked)["instruction_id"]) == ["b", "c", "a"]
    assert list(read_samples(made.cursor, [])["instruction_id"]) == []


def test_the_calls_of_a_pair_begin_with_the_one_of_the_question(made: Small):
    calls = list_calls_of(made.cursor, "a")
    assert [(call.model_call_id, call.stage, call.model) for call in calls] == [
        ("call-a", "instructions", "m"),
        ("answering-a", "answers", "faster"),
    ]
    assert [call.stage for call in list_calls_of(made.cursor, "c")] == ["instructions"]


def test_the_version_changes_with_what_a_filter_may_find(made: Small):
    seen = {samples_version(made.cursor)}
    put_on(made.cursor, Filter(), "mine", tagged_at=datetime.now(UTC))
    seen.add(samples_version(made.cursor))
    ingest(made.cursor, [model_call("call-d", finished_at=NOON), instruction("d")])
    seen.add(samples_version(made.cursor))
    made.cursor.execute("update instruction set status = 'accepted' where instruction_id = 'd'")
    seen.add(samples_version(made.cursor))
    made.cursor.execute("update run set is_removed = true")
    seen.add(samples_version(made.cursor))
    assert len(seen) == 5
