"""What was measured comes back as it was kept, nothing is written over, and like is compared with like."""

from datetime import timedelta

import duckdb
import numpy as np
import pytest

from glan_core.diversity import find_before
from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.evaluations import (
    PAIRS,
    Conditions,
    Drawable,
    Evaluation,
    Number,
    count_drawable,
    dataset_version,
    draw_pairs,
    find_evaluation,
    insert_evaluation,
    list_evaluations,
)
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction
from tests.store.vectors import embed, link

ENCODER = "e"
OF_RUNS = Filter(run_ids=("one", "two"))
CONDITIONS = Conditions(
    scope=OF_RUNS,
    measured=PAIRS,
    n=10,
    rows=12,
    seed=3,
    encoder=ENCODER,
    content="instruction",
    reference="",
    dataset_version="first",
)
NUMBERS = (
    Number("near_duplicate_rate", 0.25, None, None, {"near": 0.95, "groups": [["a", "b"]], "note": "é"}, 0.5),
    Number("unlike_gain", 12.5, 10.0, 15.0, {}, 0.125),
)


def _keep(cursor: Cursor, *, hours: int = 0, **changes: object) -> Evaluation:
    return insert_evaluation(cursor, CONDITIONS._replace(**changes), NUMBERS, at=NOON + timedelta(hours=hours))


@pytest.fixture
def read(small: Small) -> Small:
    """Six questions, of which five have a vector; two of them share one."""
    ingest(small.cursor, [instruction(name) for name in "abcdef"])
    embed(small.cursor, ENCODER, np.eye(4, dtype=np.float32))
    link(small.cursor, ENCODER, a=0, b=1, c=2, d=3, e=3)
    return small


def test_an_evaluation_comes_back_as_it_was_kept(cursor: Cursor):
    kept = _keep(cursor)
    assert kept.conditions == CONDITIONS
    assert kept.numbers == {number.metric: number for number in NUMBERS}
    assert list_evaluations(cursor) == (kept,)
    assert find_evaluation(cursor, CONDITIONS) == kept


def test_the_newest_come_first_and_the_oldest_are_left_out(cursor: Cursor):
    noon, later, early = _keep(cursor), _keep(cursor, hours=1), _keep(cursor, hours=-1)
    assert list_evaluations(cursor) == (later, noon, early)
    assert list_evaluations(cursor, limit=2) == (later, noon)
    assert find_evaluation(cursor, CONDITIONS) == later


def test_what_was_kept_is_found_though_many_came_after_it(cursor: Cursor):
    kept = _keep(cursor)
    for seed in range(100, 201):
        _keep(cursor, hours=seed, seed=seed)
    assert find_evaluation(cursor, CONDITIONS) == kept
    assert find_before(cursor, _keep(cursor, hours=300, dataset_version="second")) == kept


def test_evaluations_of_a_filter_are_those_of_its_values_in_any_order(cursor: Cursor):
    of_runs, of_all = _keep(cursor), _keep(cursor, hours=1, scope=Filter())
    assert list_evaluations(cursor, Filter(run_ids=("two", "one"))) == (of_runs,)
    assert list_evaluations(cursor, Filter()) == (of_all,)
    assert list_evaluations(cursor, Filter(run_ids=("one",))) == ()
    assert list_evaluations(cursor) == (of_all, of_runs)


def test_nothing_is_written_over(cursor: Cursor):
    kept = _keep(cursor)
    _keep(cursor, hours=1)
    other = [number._replace(value=99.0) for number in NUMBERS]
    insert_evaluation(cursor, CONDITIONS, other, at=NOON)  # the same conditions at the same instant: the same id
    assert [each.numbers["unlike_gain"].value for each in list_evaluations(cursor)] == [12.5, 12.5]
    assert list_evaluations(cursor)[1] == kept


def test_what_cannot_be_embedded_is_not_kept(cursor: Cursor):
    with pytest.raises(duckdb.ConstraintException):
        _keep(cursor, content="title")
    assert list_evaluations(cursor) == ()


@pytest.mark.parametrize(
    "other",
    [
        {"n": 11},
        {"rows": 13},
        {"seed": 4},
        {"encoder": "f"},
        {"content": "both"},
        {"reference": "{}"},
        {"measured": "corpus"},
        {"dataset_version": "second"},
        {"scope": Filter(run_ids=("one",))},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_is_kept_is_found_under_the_same_conditions_only(cursor: Cursor, other: dict[str, object]):
    kept = _keep(cursor)
    assert find_evaluation(cursor, CONDITIONS._replace(**other)) is None
    _keep(cursor, hours=1, **other)
    assert find_evaluation(cursor, CONDITIONS) == kept


def test_the_evaluation_before_is_the_last_earlier_one_of_other_data(cursor: Cursor):
    first = _keep(cursor)
    second = _keep(cursor, hours=1, dataset_version="second", rows=20)
    third = _keep(cursor, hours=2, dataset_version="third", rows=30)
    assert [find_before(cursor, each) for each in (first, second, third)] == [None, first, second]


@pytest.mark.parametrize(
    "other",
    [
        {"n": 11},
        {"seed": 4},
        {"encoder": "f"},
        {"content": "both"},
        {"reference": "{}"},
        {"measured": "corpus"},
        {"scope": Filter(run_ids=("one",))},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_was_measured_in_another_way_is_nothing_to_compare_with(cursor: Cursor, other: dict[str, object]):
    _keep(cursor)
    assert find_before(cursor, _keep(cursor, hours=1, **other)) is None


def test_the_version_of_the_dataset_changes_with_its_pairs_and_their_vectors(read: Small):
    versions = [dataset_version(read.cursor, encoder=ENCODER, content="instruction")]
    assert dataset_version(read.cursor, encoder=ENCODER, content="instruction") == versions[0]
    versions.append(dataset_version(read.cursor, encoder="f", content="instruction"))
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="both"))
    link(read.cursor, ENCODER, f=0)
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="instruction"))
    ingest(read.cursor, [instruction("g")])
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="instruction"))
    ingest(read.cursor, [answer("a")])
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="instruction"))
    assert len(set(versions)) == 6


def test_questions_without_a_vector_are_counted_and_not_drawn(read: Small):
    assert count_drawable(read.cursor, Filter(), encoder=ENCODER, content="instruction") == Drawable(6, 5)
    assert count_drawable(read.cursor, Filter(), encoder=ENCODER, content="both") == Drawable(6, 0)
    of_two = Filter(instruction_ids=("a", "f"))
    assert count_drawable(read.cursor, of_two, encoder=ENCODER, content="instruction") == Drawable(2, 1)
    drawn = draw_pairs(read.cursor, Filter(), n=10, seed=0, encoder=ENCODER, content="instruction")
    assert sorted(drawn.instruction_ids) == list("abcde")


def test_each_row_has_its_text_and_its_vector(read: Small):
    drawn = draw_pairs(read.cursor, Filter(), n=10, seed=0, encoder=ENCODER, content="instruction")
    assert drawn.texts == tuple(f"Question {name}?" for name in drawn.instruction_ids)
    assert dict(zip(drawn.instruction_ids, drawn.numbers.tolist(), strict=True)) == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 3,
        "e": 3,
    }


def test_what_was_taken_in_later_arrived_later(read: Small):
    ingest(read.cursor, [instruction("Z"), instruction("Y")])
    ingest(read.cursor, [instruction("B")])
    link(read.cursor, ENCODER, Z=0, Y=1, B=2)
    drawn = draw_pairs(read.cursor, Filter(), n=10, seed=0, encoder=ENCODER, content="instruction")
    names = [drawn.instruction_ids[row] for row in np.argsort(drawn.arrival)]
    assert [sorted(part) for part in (names[:5], names[5:7], names[7:])] == [list("abcde"), ["Y", "Z"], ["B"]]


def test_a_draw_depends_on_ids_and_seed_alone(read: Small):
    def ids(seed: int, n: int = 10) -> tuple[str, ...]:
        return draw_pairs(read.cursor, Filter(), n=n, seed=seed, encoder=ENCODER, content="instruction").instruction_ids

    before = ids(0)
    assert len({ids(seed) for seed in range(8)}) > 1
    assert ids(0, 2) == before[:2]
    link(read.cursor, ENCODER, f=1)
    assert tuple(name for name in ids(0) if name != "f") == before


def test_a_question_with_two_answers_is_one_row_and_both_is_the_text_that_was_read(read: Small):
    ingest(read.cursor, [answer("a"), answer("a", answer_id="zz", text="Another answer.")])
    link(read.cursor, ENCODER, "both", a=0)
    link(read.cursor, ENCODER, "answer", a=1)
    assert count_drawable(read.cursor, Filter(), encoder=ENCODER, content="both") == Drawable(6, 1)
    both = draw_pairs(read.cursor, Filter(), n=10, seed=0, encoder=ENCODER, content="both")
    assert (both.instruction_ids, both.texts) == (("a",), ("Question a?\n\nAnswer to a.",))
    answered = draw_pairs(read.cursor, Filter(), n=10, seed=0, encoder=ENCODER, content="answer")
    assert answered.texts == ("Answer to a.",)
