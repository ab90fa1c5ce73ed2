"""A question is asked for with its draw and the whole syllabus, and is named before it is made."""

import asyncio
import dataclasses

import pytest

from glan_core.entities import ClassDetails, Combination, Instruction, Strategy
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.instructions import generate_instructions, instruction_id, instruction_request
from tests.scripted_model import ScriptedModel
from tests.small_curriculum import SYLLABUS_TEXT, small_curriculum

NODES = small_curriculum()
RAYS, WAVES, INSTRUMENTS = NODES.details.class_sessions
ONE = Combination(Strategy.ONE_SESSION, (WAVES.class_session_id,), NODES.key_concept_ids("wavelength", "coherence"))
TWO = Combination(
    Strategy.TWO_SESSIONS,
    (RAYS.class_session_id, INSTRUMENTS.class_session_id),
    NODES.key_concept_ids("focal length", "telescope"),
)


def _arguments(settings: GenerationSettings, combination: Combination = ONE) -> dict[str, object]:
    return {
        "discipline": "Physics",
        "subject": NODES.optics,
        "syllabus": NODES.syllabus,
        "details": NODES.details,
        "combination": combination,
        "settings": settings,
        "seed": 1,
    }


def _id(settings: GenerationSettings, combination: Combination = ONE, *, seed: int = 1) -> str:
    return instruction_id(combination, syllabus_id="syllabus", settings=settings, seed=seed)


def test_an_instruction_is_bound_to_its_draw_and_its_call(settings: GenerationSettings):
    model = ScriptedModel(" How do wavelength and coherence relate? ")
    made = asyncio.run(generate_instructions(model, **_arguments(settings), run_id="run"))
    assert made == Instruction(
        instruction_id(ONE, syllabus_id=NODES.syllabus.syllabus_id, settings=settings, seed=1),
        NODES.syllabus.syllabus_id,
        Strategy.ONE_SESSION,
        "How do wavelength and coherence relate?",
        ONE.key_concept_ids,
        "run",
        model.requests[0].model_call_id,
    )


def test_the_request_that_is_shown_is_the_one_that_is_sent(settings: GenerationSettings):
    model = ScriptedModel("Why?")
    asyncio.run(generate_instructions(model, **_arguments(settings), run_id="run"))
    assert model.requests == [instruction_request(**_arguments(settings))]


def test_the_prompt_holds_the_whole_syllabus(settings: GenerationSettings):
    assert SYLLABUS_TEXT in instruction_request(**_arguments(settings)).messages[-1].content


def test_the_prompt_names_the_drawn_concepts_and_no_others(settings: GenerationSettings):
    text = instruction_request(**_arguments(settings)).messages[-1].content
    after_syllabus = text.split("</syllabus>")[1]
    assert "Class session: Waves\nKey concepts: wavelength; coherence" in after_syllabus
    assert "phase" not in after_syllabus


def test_what_was_learned_ends_with_the_last_drawn_session(settings: GenerationSettings):
    one, two = (instruction_request(**_arguments(settings, drawn)).messages[-1].content for drawn in (ONE, TWO))
    assert "have learned: Rays; Waves." in one
    assert "have learned: Rays; Waves; Instruments." in two


def test_each_of_two_sessions_is_named_with_its_own_concepts(settings: GenerationSettings):
    text = instruction_request(**_arguments(settings, TWO)).messages[-1].content
    assert "Class session: Rays\nKey concepts: focal length\n" in text
    assert "Class session: Instruments\nKey concepts: telescope\n" in text


def test_another_attempt_is_another_call_with_the_same_words(settings: GenerationSettings):
    first = instruction_request(**_arguments(settings), attempt=1)
    second = instruction_request(**_arguments(settings), attempt=2)
    assert first.messages == second.messages
    assert first.model_call_id != second.model_call_id


def test_an_empty_reply_is_a_reply_error_of_its_call(settings: GenerationSettings):
    model = ScriptedModel(" ")
    with pytest.raises(ReplyError) as raised:
        asyncio.run(generate_instructions(model, **_arguments(settings), run_id="run"))
    assert raised.value.kind == "empty"
    assert raised.value.model_call_id == model.requests[0].model_call_id


@pytest.mark.parametrize(
    "change", [{"model": "other"}, {"temperature": 0.1}, {"top_p": 0.1}, {"max_tokens": 9}, {"repeat_penalty": 1.2}]
)
def test_an_instruction_of_other_settings_has_another_id(settings: GenerationSettings, change: dict):
    stage = dataclasses.replace(settings.stages["instructions"], **change)
    other = dataclasses.replace(settings, stages={**settings.stages, "instructions": stage})
    assert _id(other) != _id(settings)


def test_an_instruction_of_another_prompt_language_seed_or_draw_has_another_id(settings: GenerationSettings):
    stage = dataclasses.replace(settings.stages["instructions"], templates=("instructions_quick",))
    ids = {
        _id(settings),
        _id(dataclasses.replace(settings, stages={**settings.stages, "instructions": stage})),
        _id(dataclasses.replace(settings, language="de")),
        _id(settings, seed=2),
        _id(settings, TWO),
    }
    assert len(ids) == 5


def test_an_instruction_keeps_its_id_when_other_stages_change(settings: GenerationSettings):
    stage = dataclasses.replace(settings.stages["answers"], model="other")
    other = dataclasses.replace(settings, stages={**settings.stages, "answers": stage}, strategy_mix=0.9)
    assert _id(other) == _id(settings)


def test_a_draw_from_sessions_that_are_not_there_cannot_be_asked(settings: GenerationSettings):
    with pytest.raises(KeyError):
        instruction_request(**{**_arguments(settings), "details": ClassDetails((), ())})
