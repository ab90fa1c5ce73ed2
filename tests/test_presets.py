"""A preset is complete, names templates that exist, and keeps to the paper where the paper speaks."""

import dataclasses
import json

import pytest

from glan_core import paper, presets, prompts
from glan_core.entities import STAGES
from glan_core.errors import SettingsError
from glan_core.generation_settings import settings_from_data
from glan_core.regenerations import REGENERATING_STAGES


@pytest.mark.parametrize("name", presets.PRESETS)
def test_a_preset_has_settings_for_every_stage(name: str):
    assert tuple(presets.preset(name, model="m").stages) == STAGES


@pytest.mark.parametrize("name", presets.PRESETS)
def test_a_preset_names_templates_that_exist(name: str):
    stages = presets.preset(name, model="m").stages.values()
    assert {template for stage in stages for template in stage.templates} <= set(prompts.names())


def test_every_template_belongs_to_a_preset():
    used = {
        template
        for name in presets.PRESETS
        for stage in presets.preset(name, model="m").stages.values()
        for template in stage.templates
    }
    judging = {"judge", "judge_quick", "compare", "compare_quick"}  # their settings: judge_settings.py
    regenerating = {f"{stage}{ending}" for stage in REGENERATING_STAGES for ending in ("", "_quick")}
    assert used | judging | regenerating | {"repair_list"} == set(prompts.names())  # the repair belongs to every list


@pytest.mark.parametrize("name", presets.PRESETS)
def test_answers_come_from_the_answer_model_and_all_else_from_the_model(name: str):
    stages = presets.preset(name, model="m", answer_model="faster").stages
    assert {stage: settings.model for stage, settings in stages.items()} == {
        **dict.fromkeys(STAGES, "m"),
        "answers": "faster",
    }


@pytest.mark.parametrize("name", presets.PRESETS)
def test_without_an_answer_model_the_model_answers(name: str):
    assert presets.preset(name, model="m").stages["answers"].model == "m"


@pytest.mark.parametrize("name", presets.PRESETS)
def test_temperatures_shares_and_limits_are_in_their_ranges(name: str):
    preset = presets.preset(name, model="m")
    for stage in preset.stages.values():
        assert 0 <= stage.temperature <= 2
        assert 0 < stage.top_p <= 1
        assert stage.max_tokens > 0
    assert 0 <= preset.strategy_mix <= 1
    assert 1 <= preset.class_sessions[0] <= preset.class_sessions[1]
    assert preset.reply_attempts >= 1


def test_the_paper_preset_keeps_the_papers_numbers():
    preset = presets.preset("paper", model="m")
    sampling = {stage: (settings.temperature, settings.top_p) for stage, settings in preset.stages.items()}
    assert sampling["subjects"] == (paper.SUBJECT_TEMPERATURE, paper.SUBJECT_TOP_P)
    assert sampling["syllabus"] == (paper.SYLLABUS_TEMPERATURE, paper.SYLLABUS_TOP_P)
    assert sampling["answers"] == (paper.ANSWER_TEMPERATURE, paper.ANSWER_TOP_P)
    assert preset.subject_queries == paper.SUBJECT_QUERIES_PER_DISCIPLINE
    assert preset.class_sessions == paper.CLASS_SESSIONS_PER_SYLLABUS
    assert preset.key_concepts == paper.KEY_CONCEPTS_PER_CLASS_SESSION


@pytest.mark.parametrize("name", presets.PRESETS)
def test_subjects_are_asked_for_in_two_turns(name: str):
    assert len(presets.preset(name, model="m").stages["subjects"].templates) == 2


def test_an_unknown_preset_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(SettingsError, match="'slow'") as raised:
        presets.preset("slow", model="m")
    assert raised.value.hint == "Use one of: paper, quick."


def test_the_paper_asks_for_subjects_in_its_own_form_and_all_else_goes_by_the_endpoint():
    forms = {
        name: {stage: settings.reply_form for stage, settings in presets.preset(name, model="m").stages.items()}
        for name in presets.PRESETS
    }
    assert forms["paper"] == {**dict.fromkeys(STAGES, "auto"), "subjects": "jsonl"}
    assert forms["quick"] == dict.fromkeys(STAGES, "auto")


@pytest.mark.parametrize("name", presets.PRESETS)
def test_settings_come_back_from_their_data(name: str):
    preset = presets.preset(name, model="m")
    assert settings_from_data(json.loads(json.dumps(dataclasses.asdict(preset)))) == preset


@pytest.mark.parametrize(("is_bound", "form"), [(True, "schema"), (False, "jsonl")])
def test_settings_of_a_version_without_forms_keep_their_meaning(is_bound: bool, form: str):
    data = dataclasses.asdict(presets.preset("quick", model="m"))
    for stage in data["stages"].values():
        del stage["reply_form"]
        stage["is_schema_bound"] = is_bound
    assert {stage.reply_form for stage in settings_from_data(data).stages.values()} == {form}


def test_differences_name_the_stage_the_field_and_both_values():
    paper_preset = presets.preset("paper", model="m")
    answers = dataclasses.replace(paper_preset.stages["answers"], temperature=0.1, model="other")
    changed = dataclasses.replace(
        paper_preset, strategy_mix=0.2, stages={**paper_preset.stages, "answers": answers}, templates_folder="/own"
    )
    assert [tuple(each) for each in presets.differences(changed, paper_preset)] == [
        ("", "strategy_mix", 0.2, 0.5),
        ("answers", "model", "other", "m"),
        ("answers", "temperature", 0.1, paper.ANSWER_TEMPERATURE),
    ]
    assert presets.differences(paper_preset, paper_preset) == ()


def test_a_name_is_given_with_single_spaces():
    assert presets.checked_name("  my   best (v2) ") == "my best (v2)"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("  ", "needs a name"),
        ("paper", "shipped one"),
        ("Quick", "shipped one"),
        ("x" * 41, "41 characters"),
        ("a/b", "a character"),
        ("<b>", "a character"),
    ],
)
def test_a_name_that_will_not_do_is_refused(name: str, complaint: str):
    with pytest.raises(SettingsError, match=complaint):
        presets.checked_name(name)
