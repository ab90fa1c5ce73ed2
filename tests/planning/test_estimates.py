"""What a plan takes is told from calls that were made, guessed widely where there are none, and never made up."""

import dataclasses
import json
import math
import random

import pytest

from glan_core.calls import ModelCall
from glan_core.generation_settings import GenerationSettings, Price
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.planning.estimates import PRIOR, Estimate, estimate
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.store.model_calls import insert_model_calls
from tests.conftest import Small
from tests.model_server import MODEL
from tests.small_pairs import model_call

OPENAI = "https://api.openai.com/v1"
GROWING = ("subjects", "syllabus", "class_details", "instructions", "answers")


def with_models(settings: GenerationSettings, **changes: object) -> GenerationSettings:
    stages = {stage: dataclasses.replace(used, **changes) for stage, used in settings.stages.items()}
    return dataclasses.replace(settings, stages=stages)


@pytest.fixture
def plan(small: Small, settings: GenerationSettings) -> Plan:
    """A hundred pairs of Optics."""
    return make_plan(small.cursor, PlanRequest((small.nodes.optics.subject_id,), 100, 1, settings))


def keep_calls(small: Small, stage: str, number: int, **changes: object) -> None:
    calls = [finished(f"{stage}{place}", stage, **changes) for place in range(number)]
    insert_model_calls(small.cursor, calls)


def finished(model_call_id: str, stage: str, **changes: object) -> ModelCall:
    return model_call(model_call_id, **{"stage": stage, "template": stage, "model": MODEL, **changes})


def of(small: Small, plan: Plan, *, concurrency: int = 1, url: str = "") -> Estimate:
    return estimate(small.cursor, plan, concurrency=concurrency, endpoint_url=url)


def test_without_calls_it_is_a_wide_guess(small: Small, plan: Plan):
    made = of(small, plan)
    assert made.total.basis == made.stages["answers"].basis == PRIOR
    assert made.total.calls == (200, 200, 200)
    assert made.total.seconds.p90 > 5 * made.total.seconds.p10


def test_the_guess_of_a_prompt_follows_the_length_of_the_syllabus(small: Small, plan: Plan):
    before = of(small, plan).stages["instructions"].prompt_tokens.p50
    small.cursor.execute("update syllabus set text = text || repeat('word', 1000)")
    assert of(small, plan).stages["instructions"].prompt_tokens.p50 == pytest.approx(before + 100 * 1000)


def test_equal_calls_leave_nothing_uncertain(small: Small, plan: Plan):
    for stage in ("instructions", "answers"):
        keep_calls(small, stage, 5, prompt_tokens=300, completion_tokens=50, seconds=2.0)
    made = of(small, plan)
    assert made.total.prompt_tokens == (60_000, 60_000, 60_000)
    assert made.total.completion_tokens == (10_000, 10_000, 10_000)
    assert made.total.seconds == (400, 400, 400)
    assert made.total.basis == "5 finished calls of this model and template"


def test_four_calls_are_too_few(small: Small, plan: Plan):
    keep_calls(small, "instructions", 4)
    keep_calls(small, "answers", 5)
    made = of(small, plan)
    assert made.stages["instructions"].basis == made.total.basis == PRIOR
    assert made.stages["answers"].basis != PRIOR


def test_more_calls_at_once_take_less_time_down_to_that_of_one_pair(small: Small, plan: Plan):
    for stage in ("instructions", "answers"):
        keep_calls(small, stage, 9, seconds=2.0)
    seconds = [of(small, plan, concurrency=at_once).total.seconds.p50 for at_once in (1, 10, 100, 1000)]
    assert seconds == [400, 40, 4, 4]  # an answer follows its question


def test_replies_that_cannot_be_used_are_asked_for_again(small: Small, plan: Plan):
    keep_calls(small, "answers", 50)
    insert_model_calls(small.cursor, [finished(f"bad{n}", "answers", error_kind="empty") for n in range(50)])
    calls = of(small, plan).stages["answers"].calls
    assert calls.p10 < 175 < calls.p90  # 1 + 1/2 + 1/4 attempts each, three at most
    assert calls.p10 > 140


def test_the_price_of_an_unknown_model_is_not_known(small: Small, plan: Plan):
    made = of(small, plan)
    assert made.total.dollars is None
    assert made.to_data()["total"]["dollars"] is None
    assert made.words()["cost"] == "unknown"


def test_a_known_model_on_an_unknown_server_has_no_known_price(small: Small, plan: Plan):
    known = with_models(plan.request.settings, model="gpt-4o-mini")
    plan = make_plan(small.cursor, dataclasses.replace(plan.request, settings=known))
    assert of(small, plan, url="http://localhost:8000/v1").total.dollars is None
    dollars = of(small, plan, url=OPENAI).total.dollars
    assert dollars is not None
    assert 0 < dollars.p10 < dollars.p90


def test_one_stage_without_a_price_leaves_the_total_unknown(small: Small, plan: Plan):
    stages = dict(plan.request.settings.stages)
    stages["answers"] = dataclasses.replace(stages["answers"], price=Price(1.0, 2.0))
    settings = dataclasses.replace(plan.request.settings, stages=stages)
    made = of(small, make_plan(small.cursor, dataclasses.replace(plan.request, settings=settings)))
    assert made.stages["answers"].dollars is not None
    assert made.stages["instructions"].dollars is made.total.dollars is None


def test_the_users_price_counts_the_tokens_of_finished_calls(small: Small, plan: Plan):
    for stage in ("instructions", "answers"):
        keep_calls(small, stage, 6, prompt_tokens=1000, completion_tokens=100)
    settings = with_models(plan.request.settings, price=Price(1.0, 10.0))
    made = of(small, make_plan(small.cursor, dataclasses.replace(plan.request, settings=settings)))
    assert made.total.dollars == pytest.approx((0.4, 0.4, 0.4))  # 200 calls of a fifth of a cent


def test_the_built_in_model_costs_nothing(small: Small, plan: Plan):
    settings = with_models(plan.request.settings, model=BUILT_IN_MODEL)
    made = of(small, make_plan(small.cursor, dataclasses.replace(plan.request, settings=settings)))
    assert made.total.dollars == (0, 0, 0)


def test_calls_without_token_counts_still_tell_the_time(small: Small, plan: Plan):
    for stage in ("instructions", "answers"):
        keep_calls(small, stage, 8, prompt_tokens=None, completion_tokens=None, seconds=1.0)
    made = of(small, plan)
    assert made.total.seconds == (200, 200, 200)
    assert made.total.prompt_tokens.p10 < made.total.prompt_tokens.p90


def test_stages_that_grow_are_forecast(small: Small, plan: Plan):
    request = dataclasses.replace(plan.request, scope=(small.nodes.chemistry.taxonomy_node_id,), stages=GROWING)
    made = of(small, make_plan(small.cursor, request), concurrency=8)
    assert list(made.stages) == list(GROWING)
    parts = [part.seconds.p50 for part in made.stages.values()]
    assert made.total.seconds.p50 > max(parts)


def test_a_plan_that_is_done_takes_nothing(small: Small, plan: Plan):
    made = of(small, dataclasses.replace(plan, calls={"instructions": 0, "answers": 0}))
    assert made.total.calls == made.total.seconds == made.total.dollars == (0, 0, 0)
    assert made.stages == {}


def test_an_estimate_is_json(small: Small, plan: Plan):
    data = json.loads(json.dumps(of(small, plan).to_data()))
    numbers = {"calls", "prompt_tokens", "completion_tokens", "tokens", "seconds", "dollars"}
    assert set(data["total"]) == {*numbers, "basis"}
    assert set(data["total"]["seconds"]) == {"p10", "p50", "p90"}
    assert set(data["stages"]) == {"instructions", "answers"}


def test_the_range_holds_the_true_total_of_log_normal_calls_in_most_trials(small: Small, plan: Plan):
    rng = random.Random(11)
    trials, held = 40, 0
    for trial in range(trials):
        model = f"model{trial}"
        settings = with_models(plan.request.settings, model=model)
        calls = [
            finished(f"{trial}-{stage}-{n}", stage, model=model, completion_tokens=round(math.exp(rng.gauss(6.0, 0.6))))
            for stage in ("instructions", "answers")
            for n in range(25)
        ]
        insert_model_calls(small.cursor, calls)
        true_total = sum(math.exp(rng.gauss(6.0, 0.6)) for _ in range(200))
        expected = of(small, dataclasses.replace(plan, request=dataclasses.replace(plan.request, settings=settings)))
        held += expected.total.completion_tokens.p10 <= true_total <= expected.total.completion_tokens.p90
    assert 0.65 <= held / trials <= 0.95
