"""What would the paper's full set take, from disciplines to ten million pairs?

    forecast = forecast_paper(preset("paper", model="my-model"))
    expected = estimate(cursor, forecast, concurrency=256)

The planner works it out as it does any plan whose disciplines have no subjects yet. The taxonomy is taken as given: the
paper does not say what its own took, and it is a handful of calls.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from glan_core import paper
from glan_core.amounts import Range
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.allocation import dealt_evenly
from glan_core.planning.estimates import Estimate
from glan_core.planning.plan import Forecast
from glan_core.planning.plan_request import PlanRequest
from glan_core.planning.planned_calls import Growth, calls_to_make
from glan_core.planning.planned_instructions import PlannedInstructions
from glan_core.stages.combinations import count_combinations

_STAGES = ("subjects", "syllabus", "class_details", "instructions", "answers")


class Rate(NamedTuple):
    """How fast a fleet of servers is, where somebody knows better than a guess."""

    calls: float | None = None
    """That one server finishes in a second."""
    tokens: float | None = None
    """That one server writes in a second, over all calls at once."""
    servers: int = 1


def forecast_paper(settings: GenerationSettings, *, pairs: int = paper.PAIRS) -> Forecast:
    """Say what so many pairs over as many disciplines as the paper has would take, with these settings."""
    if pairs < 1:
        raise SettingsError(f"{pairs:,} is not a number of pairs.", "Give 1 or more.")
    disciplines = [f"discipline {number}" for number in range(1, paper.DISCIPLINES + 1)]
    dealt = dealt_evenly(pairs, dict.fromkeys(disciplines))
    growths = tuple(Growth(discipline, "subjects", dealt[discipline]) for discipline in disciplines)
    request = PlanRequest(tuple(disciplines), pairs, 0, settings, stages=_STAGES)
    calls = calls_to_make(request, 0, growths, {"instructions": 0, "answers": 0})
    sessions = sum(settings.class_sessions) // 2
    of_a_syllabus = sum(count_combinations([settings.key_concepts] * sessions).values())
    return Forecast(
        request=request,
        items=PlannedInstructions({}, settings=settings, seed=request.seed),
        growths=growths,
        calls=calls,
        calls_reused=0,
        combinations=calls["syllabus"] * of_a_syllabus,
        combinations_used=0,
        undealt=0,
        drawn_at=datetime.now(UTC),
    )


def seconds_at(forecast: Forecast, expected: Estimate, rate: Rate) -> Range:
    """Give how long it takes at a rate, or with the estimate's calls at once where no rate is given.

    With both rates the slower one counts.
    """
    if rate.calls is None and rate.tokens is None:
        return expected.total.seconds
    if any(each is not None and not each > 0 for each in rate) or rate.servers < 1:
        raise SettingsError("A rate is above 0, and there is at least one server.", "Give other numbers.")
    by_calls = sum(forecast.calls.values()) / (rate.calls * rate.servers) if rate.calls else 0.0
    written = expected.total.completion_tokens
    per_second = rate.tokens * rate.servers if rate.tokens else None
    return Range(*(max(by_calls, tokens / per_second if per_second else 0.0) for tokens in written))
