"""A filter survives being written down, and what is none is refused with a sentence."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.entities import Filter, Range, ScoreRange, Window
from glan_core.errors import FilterError
from glan_core.filter_json import filter_from_json, filter_hash, filter_to_json

_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
_NAMES = st.lists(st.text(), max_size=3).map(tuple)
_RANGES = st.builds(Range, st.none() | st.integers(0, 10_000), st.none() | st.integers(0, 10_000))
_FILTERS = st.builds(
    Filter,
    **dict.fromkeys(
        (
            "taxonomy_node_ids",
            "run_ids",
            "statuses",
            "instruction_ids",
            "tags",
            "models",
            "levels",
            "flag_kinds",
            "reviewers",
            "without_flag_kinds",
        ),
        _NAMES,
    ),
    has_answer=st.none() | st.booleans(),
    is_flagged=st.none() | st.booleans(),
    text=st.text(),
    projection_id=st.text(min_size=1),
    polygon=st.lists(st.tuples(_NUMBERS, _NUMBERS), max_size=5).map(tuple),
    box=st.none() | st.builds(Window, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS),
    instruction_characters=_RANGES,
    answer_characters=_RANGES,
    judge_score=st.builds(ScoreRange, st.none() | _NUMBERS, st.none() | _NUMBERS),
)


@given(_FILTERS)
def test_a_filter_that_is_written_and_read_is_the_same(filter_: Filter):
    assert filter_from_json(filter_to_json(filter_)) == filter_


def test_only_what_is_set_is_written():
    assert filter_to_json(Filter()) == "{}"
    assert filter_to_json(Filter(has_answer=False, text="lens")) == '{"has_answer": false, "text": "lens"}'


@pytest.mark.parametrize(
    ("text", "filter_"),
    [
        ("{}", Filter()),
        ('{"run_ids": ["one", "two"]}', Filter(run_ids=("one", "two"))),
        ('{"has_answer": true, "is_flagged": null}', Filter(has_answer=True)),
        (
            '{"projection_id": "map", "polygon": [[0, 0], [1, 0], [1, 1.5]]}',
            Filter(projection_id="map", polygon=((0, 0), (1, 0), (1, 1.5))),
        ),
        ('{"projection_id": "map", "box": [0, 1, 2, 3]}', Filter(projection_id="map", box=Window(0, 1, 2, 3))),
        ('{"answer_characters": [null, 9]}', Filter(answer_characters=Range(None, 9))),
        ('{"judge_score": [6, null]}', Filter(judge_score=ScoreRange(6.0, None))),
    ],
)
def test_a_filter_is_read_from_json(text: str, filter_: Filter):
    assert filter_from_json(text) == filter_


@pytest.mark.parametrize(
    "text",
    [
        "run_ids=one",
        '{"run_ids": ["one"]',
        "[]",
        '["run_ids"]',
        '""',
        '"run_ids"',
        "null",
        "7",
        '{"run_ids": "one"}',
        '{"run_ids": [1]}',
        '{"run_ids": null}',
        '{"has_answer": "yes"}',
        '{"has_answer": 1}',
        '{"is_flagged": [true]}',
        '{"projection_id": 7}',
        '{"text": ["lens"]}',
        '{"projection_id": "map", "box": [0, 1, 2]}',
        '{"projection_id": "map", "box": [0, 1, 2, NaN]}',
        '{"projection_id": "map", "box": [0, 1, 2, 1e999]}',
        '{"projection_id": "map", "polygon": [[0, 0], [1, 0], [1]]}',
        '{"polygon": [[0, 0], [1, 0], [1, 1]]}',
        '{"box": [0, 1, 2, 3]}',
        '{"answer_characters": [1]}',
        '{"answer_characters": [true, null]}',
        '{"answer_characters": [1.5, null]}',
    ],
)
def test_what_is_no_filter_is_refused_with_an_example(text: str):
    with pytest.raises(FilterError, match="is not a filter") as raised:
        filter_from_json(text)
    assert text in raised.value.message
    assert "run_ids" in raised.value.hint


def test_a_filter_with_an_unknown_condition_is_told_the_known_ones():
    with pytest.raises(FilterError, match="A filter has no 'run_id'") as raised:
        filter_from_json('{"run_id": ["one"]}')
    assert "run_ids" in raised.value.hint
    assert "taxonomy_node_ids" in raised.value.hint


def test_the_order_of_values_does_not_change_the_hash():
    assert filter_hash(Filter(run_ids=("a", "b"))) == filter_hash(Filter(run_ids=("b", "a")))
    assert filter_hash(Filter(run_ids=("a",))) != filter_hash(Filter(run_ids=("b",)))


def test_the_order_of_corners_does():
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    crossed = ((0, 0), (1, 1), (1, 0), (0, 1))
    first, second = (filter_hash(Filter(projection_id="map", polygon=polygon)) for polygon in (square, crossed))
    assert first != second


def test_a_whole_number_and_the_same_with_a_point_are_one():
    first, second = (Filter(projection_id="map", box=Window(*edges)) for edges in ((0, 0, 1, 1), (0.0, 0.0, 1.0, 1.0)))
    assert filter_hash(first) == filter_hash(second)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Filter)])
def test_every_condition_has_its_own_hash(name: str):
    values = {"tuple": ("a",), "str": "a", "NoneType": True, "Range": Range(1, 2), "ScoreRange": ScoreRange(1, 2)}
    default = getattr(Filter(), name)
    value = {"polygon": ((0, 0), (1, 0), (1, 1)), "box": Window(0, 0, 1, 1)}.get(name, values[type(default).__name__])
    assert filter_hash(Filter(**{name: value})) != filter_hash(Filter())
