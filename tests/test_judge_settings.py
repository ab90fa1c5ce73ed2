"""A judge is the model in use, or another one of its endpoint; the built-in model speaks for nobody else."""

import pytest

from glan_core.errors import SettingsError
from glan_core.judge_settings import answers_only, is_fit_to_judge, judge_settings
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.llm.endpoint import Endpoint
from glan_core.model_choice import ModelChoice

ELSEWHERE = ModelChoice(Endpoint("http://127.0.0.1:9/v1", "key"), "m", "m", 4)
BUILT_IN = ModelChoice(Endpoint("", "", is_built_in=True), BUILT_IN_MODEL, BUILT_IN_MODEL, 1)


def test_the_model_in_use_judges_unless_another_is_named():
    used = {name: judge_settings(ELSEWHERE, judge_model=name).stages["judge"] for name in (None, "strong")}
    assert {name: stage.model for name, stage in used.items()} == {None: "m", "strong": "strong"}
    assert used[None].templates == ("judge",)


def test_a_comparison_asks_the_other_model_as_answers_are_asked_for():
    stages = judge_settings(ELSEWHERE, compared_model="other").stages
    assert tuple(stages) == ("compared_answers", "compare")
    answers = ELSEWHERE.generation_settings().stages["answers"]
    assert stages["compared_answers"].templates == answers.templates
    assert (stages["compared_answers"].model, stages["compare"].model) == ("other", "m")
    assert tuple(answers_only(judge_settings(ELSEWHERE, compared_model="other")).stages) == ("compared_answers",)


def test_the_built_in_model_has_short_prompts_and_is_no_judge():
    assert judge_settings(BUILT_IN).stages["judge"].templates == ("judge_quick",)
    assert not is_fit_to_judge(BUILT_IN_MODEL)
    assert is_fit_to_judge("m")


@pytest.mark.parametrize("named", [{"judge_model": "strong"}, {"compared_model": "other"}])
def test_the_built_in_model_speaks_for_no_other(named: dict[str, str]):
    with pytest.raises(SettingsError, match="No endpoint is set") as raised:
        judge_settings(BUILT_IN, **named)
    assert "Endpoints page" in raised.value.hint
