"""What the paper's full set would take follows from the planner and the preset."""

import dataclasses

import pytest

from glan_core import paper
from glan_core.errors import SettingsError
from glan_core.generation_settings import Price
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.paper_plan import Rate, forecast_paper, seconds_at
from glan_core.planning.plan import Forecast
from glan_core.presets import preset
from tests.conftest import Small

PAPER = preset("paper", model="some-model")


@pytest.fixture
def forecast() -> Forecast:
    return forecast_paper(PAPER)


@pytest.fixture
def expected(small: Small, forecast: Forecast) -> Estimate:
    return estimate(small.cursor, forecast, concurrency=100)


def test_twenty_million_calls_are_questions_and_answers(forecast: Forecast):
    assert (forecast.calls["instructions"], forecast.calls["answers"]) == (paper.PAIRS, paper.PAIRS)
    assert forecast.calls["subjects"] == 126 * 10 * 2
    assert forecast.calls["syllabus"] == forecast.calls["class_details"] == 126 * 10 * 20


def test_other_numbers_of_the_preset_make_another_plan():
    fewer = forecast_paper(dataclasses.replace(PAPER, subject_queries=5), pairs=1_000_000)
    assert (fewer.calls["subjects"], fewer.calls["syllabus"]) == (126 * 5 * 2, 126 * 5 * 20)
    assert fewer.calls["answers"] == 1_000_000


def test_fewer_pairs_than_subjects_grow_no_more_subjects_than_there_are_pairs():
    assert forecast_paper(PAPER, pairs=200).calls["syllabus"] == 200


def test_combinations_are_those_of_syllabi_in_the_middle_of_the_range(forecast: Forecast):
    assert forecast.combinations == 25_200 * 109_870  # 20 class sessions of 5 key concepts


def test_it_needs_a_pair():
    with pytest.raises(SettingsError, match="not a number of pairs"):
        forecast_paper(PAPER, pairs=0)


def test_money_follows_from_tokens_and_price(small: Small):
    priced = {name: dataclasses.replace(stage, price=Price(1.0, 2.0)) for name, stage in PAPER.stages.items()}
    forecast = forecast_paper(dataclasses.replace(PAPER, stages=priced))
    total = estimate(small.cursor, forecast, concurrency=100).total
    assert total.dollars is not None
    assert total.dollars.p50 == pytest.approx(
        (total.prompt_tokens.p50 + 2 * total.completion_tokens.p50) / 1e6, rel=0.1
    )


def test_a_rate_of_calls_gives_the_time(forecast: Forecast, expected: Estimate):
    seconds = seconds_at(forecast, expected, Rate(calls=50, servers=4))
    assert set(seconds) == {sum(forecast.calls.values()) / 200}


def test_a_rate_of_tokens_gives_a_range_as_the_tokens_do(forecast: Forecast, expected: Estimate):
    seconds = seconds_at(forecast, expected, Rate(tokens=2_000, servers=5))
    assert seconds.p90 == expected.total.completion_tokens.p90 / 10_000
    assert seconds.p10 < seconds.p90


def test_of_two_rates_the_slower_one_counts(forecast: Forecast, expected: Estimate):
    assert seconds_at(forecast, expected, Rate(calls=1e9, tokens=2_000)).p50 == (
        seconds_at(forecast, expected, Rate(tokens=2_000)).p50
    )


def test_without_a_rate_the_estimate_stands(forecast: Forecast, expected: Estimate):
    assert seconds_at(forecast, expected, Rate()) == expected.total.seconds


@pytest.mark.parametrize("rate", [Rate(calls=0), Rate(tokens=-1), Rate(calls=float("nan")), Rate(calls=1, servers=0)])
def test_a_rate_of_nothing_is_refused(forecast: Forecast, expected: Estimate, rate: Rate):
    with pytest.raises(SettingsError, match="rate is above 0"):
        seconds_at(forecast, expected, rate)
