"""A syllabus is free text about one subject."""

import asyncio

import pytest

from glan_core import ids
from glan_core.entities import Syllabus
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.syllabus import generate_syllabus
from tests.scripted_model import ScriptedModel, cut_off
from tests.small_curriculum import SYLLABUS_TEXT, small_curriculum

SUBJECT = small_curriculum().optics


def _generate(model: ScriptedModel, settings: GenerationSettings, *, version: int = 1) -> Syllabus:
    return asyncio.run(
        generate_syllabus(
            model, discipline="Physics", subject=SUBJECT, version=version, settings=settings, seed=1, run_id="run"
        )
    )


def test_a_syllabus_keeps_the_models_text(settings: GenerationSettings):
    model = ScriptedModel(f"\n{SYLLABUS_TEXT}\n")
    assert _generate(model, settings) == Syllabus(
        ids.syllabus_id(SUBJECT.subject_id, SYLLABUS_TEXT),
        SUBJECT.subject_id,
        1,
        SYLLABUS_TEXT,
        "run",
        model.requests[0].model_call_id,
    )


def test_the_prompt_names_subject_level_subtopics_and_size(settings: GenerationSettings):
    model = ScriptedModel(SYLLABUS_TEXT)
    _generate(model, settings)
    text = model.requests[0].messages[-1].content
    assert '"Optics" (introductory level)' in text
    assert "light" in text
    assert "Between 3 and 3 class sessions" in text


def test_another_version_is_another_call(settings: GenerationSettings):
    first, second = ScriptedModel(SYLLABUS_TEXT), ScriptedModel(SYLLABUS_TEXT)
    _generate(first, settings, version=1)
    _generate(second, settings, version=2)
    assert first.requests[0].model_call_id != second.requests[0].model_call_id


@pytest.mark.parametrize(("reply", "kind"), [("", "empty"), (cut_off(SYLLABUS_TEXT), "truncated")])
def test_a_syllabus_that_is_empty_or_cut_off_is_a_reply_error(settings: GenerationSettings, reply: object, kind: str):
    with pytest.raises(ReplyError) as raised:
        _generate(ScriptedModel(reply), settings)
    assert raised.value.kind == kind
