"""A discipline's subjects come from two turns of one conversation."""

import asyncio
import dataclasses
import json

import pytest

from glan_core import ids
from glan_core.calls import Message, ReplyForm
from glan_core.entities import SUBJECT_LEVELS, Subject
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.subjects import SubjectList, generate_subjects, level_of
from tests.scripted_model import ScriptedModel, cut_off
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PATH = (NODES.natural_science, NODES.physical_sciences, NODES.physics)
LIST = "1. Optics, for beginners. 2. Acoustics."


def _line(name: str, level: str = "introductory", subtopics: object = ("light",)) -> str:
    return json.dumps({"subject_name": name, "level": level, "subtopics": subtopics})


def _generate(model: ScriptedModel, settings: GenerationSettings, *, query: int = 1) -> tuple[Subject, ...]:
    return _listed(model, settings, query=query).subjects


def _listed(model: ScriptedModel, settings: GenerationSettings, *, query: int = 1) -> SubjectList:
    return asyncio.run(generate_subjects(model, path=PATH, query=query, settings=settings, seed=1, run_id="run"))


def test_the_second_turn_goes_on_with_the_first(settings: GenerationSettings):
    model = ScriptedModel(LIST, _line("Optics"))
    _generate(model, settings)
    first, second = model.requests
    assert second.messages[:-1] == (*first.messages, Message("assistant", LIST))
    assert second.messages[-1].role == "user"
    assert "JSON Lines" not in first.messages[-1].content
    assert "JSON Lines" in second.messages[-1].content


def test_a_subject_is_read_with_its_level_and_subtopics(settings: GenerationSettings):
    model = ScriptedModel(LIST, _line("Optics", "Beginner", ["light", "lenses", "Light"]))
    (subject,) = _generate(model, settings)
    discipline_id = NODES.physics.taxonomy_node_id
    assert subject == Subject(
        ids.subject_id(discipline_id, "Optics"),
        discipline_id,
        "Optics",
        "introductory",
        ("light", "lenses"),
        "run",
        model.requests[1].model_call_id,
    )


def test_subjects_that_repeat_a_name_are_dropped(settings: GenerationSettings):
    model = ScriptedModel(LIST, "\n".join(map(_line, ("Optics", "Acoustics", "OPTICS", ""))))
    assert [subject.name for subject in _generate(model, settings)] == ["Optics", "Acoustics"]


def test_another_query_is_another_call_with_the_same_words(settings: GenerationSettings):
    first, second = ScriptedModel(LIST, _line("Optics")), ScriptedModel(LIST, _line("Optics"))
    _generate(first, settings, query=1)
    _generate(second, settings, query=2)
    assert first.requests[0].messages == second.requests[0].messages
    assert first.requests[0].model_call_id != second.requests[0].model_call_id


def test_an_empty_first_turn_is_a_reply_error(settings: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        _generate(ScriptedModel("  "), settings)
    assert raised.value.kind == "empty"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("Optics, Acoustics", "not_json"), ('{"name": "Optics"}', "wrong_shape"), (cut_off('{"subject_'), "truncated")],
)
def test_an_unusable_second_turn_is_a_reply_error_of_its_call(settings: GenerationSettings, reply: object, kind: str):
    with pytest.raises(ReplyError) as raised:
        _generate(ScriptedModel(LIST, reply, reply), settings)
    assert raised.value.kind == kind
    assert raised.value.model_call_id


def test_a_second_turn_that_was_repaired_is_named_as_unusable(settings: GenerationSettings):
    model = ScriptedModel(LIST, "Optics, Acoustics", _line("Optics"))
    listed = _listed(model, settings)
    assert [subject.name for subject in listed.subjects] == ["Optics"]
    assert listed.unusable == ((model.requests[1].model_call_id, "not_json"),)
    assert listed.model_call_id == listed.subjects[0].model_call_id == model.requests[2].model_call_id
    assert model.requests[2].messages[: len(model.requests[1].messages)] == model.requests[1].messages


def test_what_was_left_out_is_told(settings: GenerationSettings):
    lines = (_line("Optics"), "Then:", _line("OPTICS"), '{"level": "advanced"}', _line("Acoustics"))
    assert _listed(ScriptedModel(LIST, "\n".join(lines)), settings).left_out == (
        "Line 2 is not JSON.",
        "An object without subject_name.",
        "The subject 'OPTICS' came before.",
    )


@pytest.mark.parametrize("form", ["jsonl", "json", "schema"])
def test_the_second_turn_words_its_demand_for_the_form(settings: GenerationSettings, form: ReplyForm):
    stage = dataclasses.replace(settings.stages["subjects"], reply_form=form)
    model = ScriptedModel(LIST, json.dumps({"subjects": [json.loads(_line("Optics"))]}))
    _generate(model, dataclasses.replace(settings, stages={**settings.stages, "subjects": stage}))
    second = model.requests[1]
    assert ("JSON Lines" in second.messages[-1].content) == (form == "jsonl")
    assert ('{"subjects": [...]}' in second.messages[-1].content) == (form != "jsonl")
    assert (second.reply_form, second.response_schema is not None) == (form, form == "schema")


def test_a_level_in_other_words_is_told(settings: GenerationSettings):
    listed = _listed(ScriptedModel(LIST, _line("광학", "입문") + "\n" + _line("음향학", "Beginner")), settings)
    assert [subject.level for subject in listed.subjects] == ["intermediate", "introductory"]
    assert listed.left_out == ("The level '입문' of '광학': taken for intermediate.",)


def test_levels_are_asked_for_in_english_whatever_the_language(settings: GenerationSettings):
    model = ScriptedModel("1. 광학 (입문): 빛", _line("광학", "introductory", ["빛"]))
    (subject,) = _generate(model, dataclasses.replace(settings, language="ko"))
    assert (subject.name, subject.level, subject.subtopics) == ("광학", "introductory", ("빛",))
    words = model.requests[1].messages[-1].content
    assert "Korean" in words
    assert "introductory, intermediate, advanced" in words
    assert "English words" in words


def test_a_cut_off_list_keeps_its_whole_subjects(settings: GenerationSettings):
    model = ScriptedModel(LIST, cut_off(_line("Optics") + '\n{"subject_name": "Acou'))
    assert [subject.name for subject in _generate(model, settings)] == ["Optics"]


def test_subtopics_that_are_no_list_are_left_out(settings: GenerationSettings):
    (subject,) = _generate(ScriptedModel(LIST, _line("Optics", subtopics="light, lenses")), settings)
    assert subject.subtopics == ()


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("introductory", "introductory"),
        ("Beginner", "introductory"),
        ("Fundamentals", "introductory"),
        ("First-year", "introductory"),
        ("Intermediate", "intermediate"),
        ("Undergraduate", "intermediate"),
        ("upper-level undergraduate", "intermediate"),
        ("Graduate", "advanced"),
        ("Advanced", "advanced"),
        ("Master's", "advanced"),
        ("", "intermediate"),
        ("300", "intermediate"),
    ],
)
def test_a_models_own_words_mean_one_of_three_levels(words: str, level: str):
    assert level_of(words) == level
    assert level in SUBJECT_LEVELS
