"""What was measured comes back as it was kept, nothing is written over, and like is compared with like."""

import json
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.evaluations import (
    PAIRS,
    Conditions,
    Evaluation,
    Number,
    find_before,
    find_earlier_state,
    find_evaluation,
    insert_evaluation,
    list_evaluations,
)
from tests.small_pairs import NOON

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


def test_no_more_is_read_than_what_was_found(cursor: Cursor, monkeypatch: pytest.MonkeyPatch):
    for hours in range(20):
        _keep(cursor, hours=hours, dataset_version=f"version {hours}")
    newest = _keep(cursor, hours=30)
    read: list[str] = []
    loads = json.loads

    def count(text: str, **options: Any) -> Any:
        read.append(text)
        return loads(text, **options)

    monkeypatch.setattr(json, "loads", count)
    assert find_evaluation(cursor, CONDITIONS._replace(dataset_version="other")) is None
    assert read == []
    for found in (
        find_evaluation(cursor, CONDITIONS),
        find_before(cursor, newest),
        find_earlier_state(cursor, CONDITIONS, most=10),
    ):
        assert found is not None
    assert len(read) == 3 * len(NUMBERS) + 3  # the filter of each too


def test_intervals_are_told_by_any_of_the_numbers(cursor: Cursor):
    _keep(cursor)
    assert find_evaluation(cursor, CONDITIONS, has_intervals=True) is None
    numbers = [number._replace(parameters={"splits": 8}) for number in NUMBERS[1:]]
    kept = insert_evaluation(cursor, CONDITIONS, [NUMBERS[0], *numbers], at=NOON - timedelta(hours=1))
    assert find_evaluation(cursor, CONDITIONS, has_intervals=True) == kept


def test_an_earlier_state_is_of_other_data_and_of_no_more_rows_than_asked_for(cursor: Cursor):
    _keep(cursor, hours=5)
    _keep(cursor, hours=4, dataset_version="second", n=11)
    _keep(cursor, hours=3, dataset_version="second", seed=4)
    earlier = _keep(cursor, hours=2, dataset_version="second", n=9, rows=9)
    _keep(cursor, hours=1, dataset_version="third")
    assert find_earlier_state(cursor, CONDITIONS, most=10) == earlier
    assert find_earlier_state(cursor, CONDITIONS, most=8) is None


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
