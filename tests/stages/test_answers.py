"""An answer comes from a call of its own that knows the question alone."""

import asyncio
import dataclasses

import pytest

from glan_core.calls import Message
from glan_core.entities import Answer, Instruction, Strategy
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.answers import answer_id, generate_answers
from tests.scripted_model import ScriptedModel

INSTRUCTION = Instruction("instruction", "syllabus", Strategy.ONE_SESSION, "Why?", ("concept",), "run", "call")


def _generate(model: ScriptedModel, settings: GenerationSettings, instruction: Instruction = INSTRUCTION) -> Answer:
    return asyncio.run(generate_answers(model, instruction=instruction, settings=settings, seed=1, run_id="later"))


def test_the_call_holds_the_question_and_nothing_else(settings: GenerationSettings):
    model = ScriptedModel("Because.")
    _generate(model, settings)
    assert model.requests[0].messages == (Message("user", "Why?"),)


def test_another_language_takes_one_sentence_beside_the_question(settings: GenerationSettings):
    model = ScriptedModel("때문에.")
    _generate(model, dataclasses.replace(settings, language="ko"))
    assert model.requests[0].messages == (Message("system", "Answer in Korean."), Message("user", "Why?"))


def test_an_answer_holds_nothing_of_what_the_model_thought(settings: GenerationSettings):
    assert _generate(ScriptedModel("<think>Hm.</think>\n\nBecause."), settings).text == "Because."


def test_an_answer_of_thinking_alone_is_empty(settings: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        _generate(ScriptedModel("<think>Hm, the question"), settings)
    assert raised.value.kind == "empty"


def test_an_unusable_answer_is_not_repaired(settings: GenerationSettings):
    model = ScriptedModel("")
    with pytest.raises(ReplyError):
        _generate(model, settings)
    assert len(model.requests) == 1


def test_an_answer_is_bound_to_its_instruction_by_id(settings: GenerationSettings):
    model = ScriptedModel(" Because. ")
    assert _generate(model, settings) == Answer(
        answer_id("instruction", settings=settings), "instruction", "Because.", "later", model.requests[0].model_call_id
    )


def test_two_instructions_with_the_same_words_have_calls_of_their_own(settings: GenerationSettings):
    first, second = ScriptedModel("a"), ScriptedModel("b")
    _generate(first, settings)
    _generate(second, settings, dataclasses.replace(INSTRUCTION, instruction_id="twin"))
    assert first.requests[0].model_call_id != second.requests[0].model_call_id


def test_an_empty_answer_is_a_reply_error_of_its_call(settings: GenerationSettings):
    model = ScriptedModel("\n")
    with pytest.raises(ReplyError) as raised:
        _generate(model, settings)
    assert (raised.value.kind, raised.value.model_call_id) == ("empty", model.requests[0].model_call_id)


@pytest.mark.parametrize(
    "change", [{"model": "other"}, {"temperature": 0.1}, {"templates": ("answers_quick",)}, {"max_tokens": 9}]
)
def test_an_answer_of_other_settings_has_another_id(settings: GenerationSettings, change: dict):
    stage = dataclasses.replace(settings.stages["answers"], **change)
    other = dataclasses.replace(settings, stages={**settings.stages, "answers": stage})
    assert answer_id("instruction", settings=other) != answer_id("instruction", settings=settings)


def test_an_answer_keeps_its_id_when_the_question_stage_changes(settings: GenerationSettings):
    stage = dataclasses.replace(settings.stages["instructions"], model="other")
    other = dataclasses.replace(settings, stages={**settings.stages, "instructions": stage})
    assert answer_id("instruction", settings=other) == answer_id("instruction", settings=settings)
