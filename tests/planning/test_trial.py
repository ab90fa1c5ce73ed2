"""A trial is three questions with the settings of a run, and a seed that no run of before has."""

import pytest

from glan_core.errors import PlanError
from glan_core.planning.plan import Gap, PlanRequest
from glan_core.planning.plan_request import FIRST_TRIAL_SEED
from glan_core.planning.trial import plan_trial
from glan_core.presets import preset
from glan_core.store.runs import remove_run, save_run
from tests.conftest import Small
from tests.small_pairs import run

SETTINGS = preset("paper", model="m")


def request(small: Small, **changes: object) -> PlanRequest:
    values = {
        "scope": (small.nodes.natural_science.taxonomy_node_id,),
        "instructions": 50,
        "seed": 0,
        "settings": SETTINGS,
        **changes,
    }
    return PlanRequest(**values)


def test_a_trial_asks_for_three_with_the_same_settings(small: Small):
    plan = plan_trial(small.cursor, request(small), also_taken={})
    assert len(plan.items) == 3
    assert plan.request.settings == SETTINGS
    assert plan.calls == {"instructions": 3, "answers": 3}


def test_nothing_grows_for_a_trial(small: Small):
    grown = request(small, stages=("subjects", "syllabus", "class_details", "instructions", "answers"), rewrites=True)
    plan = plan_trial(small.cursor, grown, also_taken={})
    assert plan.growths == ()
    assert plan.request.stages == ("instructions", "answers")


def test_a_trial_of_a_run_without_answers_makes_none(small: Small):
    plan = plan_trial(small.cursor, request(small, stages=("instructions",)), also_taken={})
    assert plan.calls == {"instructions": 3}


def test_a_trial_is_dealt_evenly_however_the_run_is(small: Small):
    gaps = (Gap(small.nodes.physics.taxonomy_node_id, 2),)
    plan = plan_trial(small.cursor, request(small, allocation="gaps", gaps=gaps), also_taken={})
    assert len(plan.items) == 3


def test_a_run_without_questions_cannot_be_tried(small: Small):
    with pytest.raises(PlanError, match="no questions to try"):
        plan_trial(small.cursor, request(small, stages=("subjects",)), also_taken={})


def test_each_trial_has_a_seed_of_its_own_even_after_one_was_removed(small: Small):
    save_run(small.cursor, run("mine", seed=7))
    first = plan_trial(small.cursor, request(small), also_taken={})
    assert first.request.seed == FIRST_TRIAL_SEED
    save_run(small.cursor, run(first.run_id, seed=first.request.seed))
    remove_run(small.cursor, first.run_id)
    assert plan_trial(small.cursor, request(small), also_taken={}).request.seed == FIRST_TRIAL_SEED + 1
