"""A tag is put on and taken off all pairs of a filter at once, and nothing of it is forgotten."""

from datetime import timedelta

import pytest

from glan_core.entities import Filter
from glan_core.errors import FilterError
from glan_core.store.tags import LONGEST_TAG, checked_tag, count_tags, list_tags_of, put_on, take_off
from tests.conftest import Small
from tests.small_pairs import NOON

LATER = NOON + timedelta(hours=1)


def _counted(made: Small) -> list[list[object]]:
    return count_tags(made.cursor).values.tolist()


def test_a_tag_goes_onto_every_pair_of_a_filter(made: Small):
    assert put_on(made.cursor, Filter(has_answer=True), "good", tagged_at=NOON) == 2
    assert put_on(made.cursor, Filter(instruction_ids=("a",)), "odd", tagged_at=NOON) == 1
    assert _counted(made) == [["good", 2], ["odd", 1]]
    assert [list_tags_of(made.cursor, name) for name in "abc"] == [("good", "odd"), ("good",), ()]


def test_what_has_the_tag_already_does_not_get_it_twice(made: Small):
    put_on(made.cursor, Filter(has_answer=True), "good", tagged_at=NOON)
    assert put_on(made.cursor, Filter(), "good", tagged_at=LATER) == 1
    assert made.cursor.execute("select count(*) from tag").fetchall() == [(3,)]


def test_a_tag_is_taken_off_and_its_history_stays(made: Small):
    put_on(made.cursor, Filter(), "good", tagged_at=NOON)
    assert take_off(made.cursor, Filter(instruction_ids=("a", "x")), "good", tagged_at=LATER) == 1
    assert take_off(made.cursor, Filter(instruction_ids=("a",)), "good", tagged_at=LATER) == 0
    assert _counted(made) == [["good", 2]]
    assert made.cursor.execute("select count(*) from tag").fetchall() == [(4,)]


def test_a_tag_can_come_back(made: Small):
    for moment in range(5):
        act = take_off if moment % 2 else put_on
        assert act(made.cursor, Filter(instruction_ids=("a",)), "good", tagged_at=NOON + timedelta(minutes=moment)) == 1
    assert list_tags_of(made.cursor, "a") == ("good",)


def test_of_two_changes_at_one_moment_the_later_row_counts(made: Small):
    put_on(made.cursor, Filter(instruction_ids=("a",)), "good", tagged_at=NOON)
    take_off(made.cursor, Filter(instruction_ids=("a",)), "good", tagged_at=NOON)
    assert list_tags_of(made.cursor, "a") == ()


def test_pairs_of_removed_runs_do_not_count(made: Small):
    put_on(made.cursor, Filter(), "good", tagged_at=NOON)
    made.cursor.execute("update run set is_removed = true")
    assert _counted(made) == []


def test_a_question_with_two_answers_counts_once(made: Small):
    made.cursor.execute("insert into answer values ('second', 'a', 'Also.', 'run', 'call')")
    assert put_on(made.cursor, Filter(), "good", tagged_at=NOON) == 3
    assert _counted(made) == [["good", 3]]


@pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST_TAG + 1), "a\x00b"])
def test_what_cannot_be_a_tag_is_refused(text: str):
    with pytest.raises(FilterError, match="cannot be a tag"):
        checked_tag(text)


def test_spaces_around_and_within_a_tag_do_not_count():
    assert checked_tag("  to \n look at ") == "to look at"
