"""Class sessions and key concepts are read out of a syllabus's text."""

import asyncio
import dataclasses
import json

import pytest

from glan_core.entities import ClassDetails
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.class_details import ExtractedClassDetails, extract_class_details
from tests.scripted_model import ScriptedModel, cut_off
from tests.small_curriculum import SYLLABUS_TEXT, small_curriculum

NODES = small_curriculum()


def _line(title: object, *names: str) -> str:
    return json.dumps({"title": title, "description": "About it.", "key_concepts": names})


def _extract(reply: object, settings: GenerationSettings) -> ClassDetails:
    return _extracted(settings, reply).details


def _extracted(settings: GenerationSettings, *replies: object) -> ExtractedClassDetails:
    model = ScriptedModel(*replies)
    return asyncio.run(extract_class_details(model, syllabus=NODES.syllabus, settings=settings, seed=1))


def _names(details: ClassDetails) -> dict[str, list[str]]:
    return {
        session.title: [concept.name for concept in details.key_concepts_of(session.class_session_id)]
        for session in details.class_sessions
    }


def test_a_syllabus_that_is_read_back_gives_its_sessions_and_concepts(settings: GenerationSettings):
    lines = [
        json.dumps(
            {
                "title": session.title,
                "description": session.description,
                "key_concepts": [c.name for c in NODES.details.key_concepts_of(session.class_session_id)],
            }
        )
        for session in NODES.details.class_sessions
    ]
    assert _extract("\n".join(lines), settings) == NODES.details


def test_the_prompt_holds_the_whole_syllabus(settings: GenerationSettings):
    model = ScriptedModel(_line("Rays", "reflection"))
    asyncio.run(extract_class_details(model, syllabus=NODES.syllabus, settings=settings, seed=1))
    assert SYLLABUS_TEXT in model.requests[0].messages[-1].content


def test_an_object_with_a_list_is_read_as_well(settings: GenerationSettings):
    reply = f'{{"class_sessions": [{_line("Rays", "reflection")}, {_line("Waves", "phase")}]}}'
    assert _names(_extract(reply, settings)) == {"Rays": ["reflection"], "Waves": ["phase"]}


def test_positions_count_from_one_without_gaps(settings: GenerationSettings):
    reply = "\n".join((_line("Rays", "reflection"), _line("Empty"), _line("Waves", "phase", "coherence")))
    details = _extract(reply, settings)
    assert [session.position for session in details.class_sessions] == [1, 2]
    assert [concept.position for concept in details.key_concepts] == [1, 1, 2]


@pytest.mark.parametrize(
    "dropped",
    [
        _line("RAYS", "polarisation"),
        _line("", "polarisation"),
        _line(7, "polarisation"),
        _line("Nothing"),
        _line("Repeats", "Reflection"),
        '{"title": "Text", "description": "", "key_concepts": "polarisation"}',
    ],
)
def test_a_session_that_repeats_another_or_holds_nothing_is_dropped(settings: GenerationSettings, dropped: str):
    reply = "\n".join((_line("Rays", "reflection"), dropped, _line("Waves", "phase")))
    assert _names(_extract(reply, settings)) == {"Rays": ["reflection"], "Waves": ["phase"]}


def test_a_concept_belongs_to_the_first_session_that_names_it(settings: GenerationSettings):
    reply = "\n".join((_line("Rays", "reflection", "phase"), _line("Waves", "Phase", "coherence")))
    assert _names(_extract(reply, settings)) == {"Rays": ["reflection", "phase"], "Waves": ["coherence"]}


def test_a_model_that_goes_on_for_ever_is_cut_short(settings: GenerationSettings):
    reply = "\n".join(_line(f"Session {i}", *(f"concept {i}-{j}" for j in range(40))) for i in range(200))
    details = _extract(reply, settings)
    assert len(details.class_sessions) <= 60
    assert all(len(names) <= 12 for names in _names(details).values())


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("", "empty"),
        ("Session 1 is about rays.", "not_json"),
        ('{"name": "Rays"}', "wrong_shape"),
        (cut_off('{"title": "Ra'), "truncated"),
    ],
)
def test_an_unusable_reply_is_a_reply_error_of_its_call(settings: GenerationSettings, reply: object, kind: str):
    with pytest.raises(ReplyError) as raised:
        _extracted(settings, reply, reply)
    assert raised.value.kind == kind
    assert raised.value.model_call_id


def test_a_list_that_was_cut_off_is_no_course(settings: GenerationSettings):
    whole_line = _line("Rays", "reflection")
    with pytest.raises(ReplyError) as raised:
        _extract(cut_off(whole_line), settings)
    assert raised.value.kind == "truncated"


def test_what_was_left_out_is_told(settings: GenerationSettings):
    lines = (
        _line("Rays", "reflection"),
        "And:",
        _line("Empty"),
        _line("RAYS", "polarisation"),
        _line("Repeats", "Reflection"),
        '{"description": "Nameless."}',
        _line("Waves", *(f"idea {number}" for number in range(14))),
    )
    assert _extracted(settings, "\n".join(lines)).left_out == (
        "Line 2 is not JSON.",
        "An object without title.",
        "The class session 'Empty' has no key concepts.",
        "The class session 'RAYS' came before.",
        "The class session 'Repeats' has no key concepts but those of earlier ones.",
        "The class session 'Waves' has 2 key concepts too many.",
    )


def test_a_reply_that_was_repaired_is_named_as_unusable(settings: GenerationSettings):
    extracted = _extracted(settings, "Rays: reflection.", _line("Rays", "reflection"))
    assert _names(extracted.details) == {"Rays": ["reflection"]}
    assert [call.reason for call in extracted.unusable] == ["not_json"]
    assert extracted.model_call_id not in {call.model_call_id for call in extracted.unusable}


def test_a_repaired_list_that_was_cut_off_names_the_first_call_too(settings: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        _extracted(settings, "Rays: reflection.", cut_off(_line("Rays", "reflection")))
    assert raised.value.kind == "truncated"
    assert len(raised.value.earlier_model_call_ids) == 1


def test_the_language_of_the_syllabus_is_kept(settings: GenerationSettings):
    model = ScriptedModel(_line("Rays", "reflection"))
    korean = dataclasses.replace(settings, language="ko")
    asyncio.run(extract_class_details(model, syllabus=NODES.syllabus, settings=korean, seed=1))
    assert "Keep to the language of the\nsyllabus." in model.requests[0].messages[-1].content
