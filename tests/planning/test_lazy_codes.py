"""Codes are drawn as far as somebody looks, and are the same whoever looks where first."""

from array import array
from collections.abc import Iterator

import pytest

from glan_core.planning.lazy_codes import LazyCodes
from glan_core.planning.plan import PlannedInstructions, PlanRequest, forecast_plan, make_plan, plan_of
from glan_core.presets import preset
from tests.conftest import Small


class Draw:
    """Squares, counted as they are drawn."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self) -> Iterator[int]:
        for number in range(100):
            self.drawn += 1
            yield number * number


def test_no_more_is_drawn_than_somebody_looks_at():
    draw = Draw()
    codes = LazyCodes(draw, 50)
    assert (len(codes), draw.drawn) == (50, 0)
    assert (codes[6], draw.drawn) == (36, 7)
    assert (codes[2], draw.drawn) == (4, 7)
    assert (codes[-1], draw.drawn) == (49 * 49, 50)
    assert (list(codes), draw.drawn) == ([number * number for number in range(50)], 50)


def test_going_through_them_draws_no_further_than_somebody_goes():
    draw = Draw()
    codes = iter(LazyCodes(draw, 50))
    assert ([next(codes), next(codes)], draw.drawn) == ([0, 1], 2)


def test_questions_are_found_by_their_codes_with_no_draw_beyond_the_last():
    draw = Draw()
    questions = PlannedInstructions({"syllabus": LazyCodes(draw, 50)}, settings=preset("paper", model="m"), seed=1)
    assert len(list(questions.among({1, 9}, "syllabus"))) == 2
    assert draw.drawn == 4
    assert list(questions.among({1}, "another")) == []


def test_a_slice_and_all_are_arrays_of_the_codes():
    codes = LazyCodes(Draw(), 5)
    assert codes[1:3] == array("Q", [1, 4])
    assert codes.all == array("Q", [0, 1, 4, 9, 16])


@pytest.mark.parametrize("index", [5, -6])
def test_beyond_the_number_there_is_nothing(index: int):
    with pytest.raises(IndexError):
        LazyCodes(Draw(), 5)[index]


def test_a_draw_that_ends_too_early_is_a_broken_promise():
    with pytest.raises(ValueError, match="after 100 of 101"):
        list(LazyCodes(Draw(), 101))


def test_a_forecast_that_was_looked_at_in_any_order_becomes_the_same_plan(small: Small):
    request = PlanRequest((small.nodes.natural_science.taxonomy_node_id,), 40, 3, preset("paper", model="m"))
    forecast = forecast_plan(small.cursor, request)
    looked_at = {index: forecast.items[index] for index in (30, 4, 17)}
    plan, made = plan_of(forecast), make_plan(small.cursor, request)
    assert plan == made
    assert plan.run_id == made.run_id
    assert all(plan.items[index] == item for index, item in looked_at.items())
    assert plan.items == forecast.items
